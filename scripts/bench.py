#!/usr/bin/env python3
"""Measure builds as whole trees of processes, and write the figures into the documentation.

    make bench                                          the example, three runs
    python scripts/bench.py --quick                     one run, fewer charts for comparison
    python scripts/bench.py --services 1000 2500 10000  made-up sites, without charts

A run of the example is, one after the other on the same machine: a build into a new folder, one
where nothing changed, one with a cell of the largest submission changed, one with a row inserted
near its top, a cell saved while `perfsite serve` runs; Altair drawing as many charts in the
plainest way; Hugo building as many bare pages, and building them again. Figures of one run can be
compared, those of two machines or days cannot. It is no test: it fails only where something cannot
be built.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.request import urlopen

from bench_data import QUARTERS, change_cell, insert_row, service_of_cell, write_data
from bench_processes import Usage, measure
from bench_yardsticks import HUGO, hugo, naive_charts, write_hugo_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = {"example": ROOT / "docs/performance.md", "services": ROOT / "docs/scale.md"}
"""Where the figures of the example go, and those of made-up sites."""
COLD, AGAIN = "built anew", "nothing changed"
CELL, ROW = "one cell changed", "one row inserted near the top"
SERVED: Final = "a cell saved, until `serve` shows it"
NAIVE: Final = "Altair, one chart after the other"
HUGO_COLD, HUGO_AGAIN = "Hugo, bare pages", "Hugo, the same again"
HELD: Final = ("", "measured", "to be at most", "is it")
"""The heads of a table of figures that are held against their bounds."""
STEPS: Final = (COLD, AGAIN, CELL, ROW, SERVED, NAIVE, HUGO_COLD, HUGO_AGAIN)
_SAMPLE: Final = 200
"""Charts that a quick run draws in the plain way."""
_PATIENCE: Final = 600
"""Seconds after which `serve` is given up."""
_FEW_FILES: Final = 200


@dataclass(frozen=True)
class Step:
    """What a step took; `files` and bytes in them are what changed in the site, by its manifest."""

    clock: float
    processor: float = 0.0
    parent: float = 0.0
    worker: float = 0.0
    files: int = 0
    size: int = 0


@dataclass(frozen=True)
class Promise:
    """A ratio, or a number, of one run, and what it is to be at most."""

    name: str
    most: float
    of: Callable[[Mapping[str, Step]], float]


PROMISES: Final = (
    Promise(
        "nothing changed: of Hugo's rebuild",
        0.1,
        lambda run: run[AGAIN].processor / run[HUGO_AGAIN].processor,
    ),
    Promise(
        "one cell: of Hugo's rebuild",
        1,
        lambda run: run[CELL].processor / run[HUGO_AGAIN].processor,
    ),
    Promise("one cell: files changed", _FEW_FILES, lambda run: run[CELL].files),
    Promise(
        "one row: of Hugo's rebuild",
        1,
        lambda run: run[ROW].processor / run[HUGO_AGAIN].processor,
    ),
    Promise("one row: files changed", _FEW_FILES, lambda run: run[ROW].files),
    Promise(
        "built anew: of the plain charts",
        0.6,
        lambda run: run[COLD].processor / run[NAIVE].processor,
    ),
    Promise(
        "the same by the clock, with two processes",
        0.3,
        lambda run: run[COLD].clock / run[NAIVE].clock,
    ),
    Promise("a cell saved, until `serve` shows it: seconds", 1.5, lambda run: run[SERVED].clock),
)


def build(data: Path, out: Path, *options: str) -> Usage:
    """One build by the real command; errors of the data are none of a measurement.

    Raises:
        SystemExit: with what it said, if it fails.
    """
    command = (sys.executable, "-m", "perfsite", "build", str(data), "--out", str(out), *options)
    usage = measure(command)
    if usage.code not in (0, 1):
        sys.exit(usage.output)
    return usage


def manifest(site: Path) -> dict[str, str]:
    """Path to hash of every file of a site but the manifest, if there is a site."""
    path = site / "manifest-sha256.txt"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def compared(site: Path, before: Mapping[str, str], usage: Usage) -> Step:
    """A build as a step: what it took, and how many files are new, changed or gone since."""
    after = manifest(site)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    size = sum((site / name).stat().st_size for name in changed & after.keys())
    return Step(usage.clock, usage.processor, usage.parent, usage.worker, len(changed), size)


def run_example(folder: Path, jobs: int, sample: int, environment: Path) -> dict[str, Step]:
    """All steps once, in a new folder; `sample` charts at most are drawn in the plain way."""
    data, site = folder / "data", folder / "site"
    shutil.copytree(ROOT / "data", data)
    run: dict[str, Step] = {}
    edits: dict[str, Callable[[Path], None]] = {CELL: change_cell, ROW: insert_row}
    for name in (COLD, AGAIN, CELL, ROW):
        if edit := edits.get(name):
            edit(data)
        before = manifest(site)
        usage = build(data, site, "--jobs", str(jobs))
        run[name] = told(name, compared(site, before, usage))
        if name == COLD:
            charts = int(re.findall(r"([\d,]+) charts", usage.output)[0].replace(",", ""))
    run[SERVED] = told(SERVED, Step(served(data, site, jobs)))
    run[NAIVE] = told(NAIVE, plain_charts(data / QUARTERS, folder, charts, sample))
    pages = write_hugo_site(site, folder / "hugo")
    for name in (HUGO_COLD, HUGO_AGAIN):
        usage = measure((str(hugo(environment)), "--quiet"), folder / "hugo")
        if usage.code or len(list((folder / "hugo" / "public").rglob("*.html"))) != pages:
            sys.exit(f"Hugo did not make {pages} pages: {usage.output}")
        run[name] = told(name, Step(usage.clock, usage.processor, usage.parent))
    return run


def told(name: str, step: Step) -> Step:
    """Say at once what a step took, for a run takes minutes."""
    print(f"{name:<40} {step.clock:8.2f} s, of processors {step.processor:8.2f} s", flush=True)
    return step


def plain_charts(table: Path, folder: Path, charts: int, sample: int) -> Step:
    """As many charts as the example has in the plainest way; of a sample, its charts are scaled."""
    start = measure(naive_charts(table, folder / "one", 1))
    number = min(charts, sample)
    usage = measure(naive_charts(table, folder / "many", number))
    if start.code or usage.code:
        sys.exit(start.output + usage.output)
    more = (charts - number) / (number - 1)
    return Step(
        usage.clock + (usage.clock - start.clock) * more,
        usage.processor + (usage.processor - start.processor) * more,
        usage.parent,
    )


def served(data: Path, site: Path, jobs: int) -> float:
    """Seconds from saving a cell to its page being served with it, the site being built before."""
    command = (sys.executable, "-m", "perfsite", "serve", str(data), "--out", str(site))
    options = ("--port", "0", "--jobs", str(jobs))
    with subprocess.Popen((*command, *options), stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            lines = iter(server.stdout or ())
            address = next(m[1] for line in lines if (m := re.search(r"at (http\S+/) ", line)))
            page = f"{address}services/{service_of_cell(data)}.html"
            before, start = _page(page), time.monotonic()
            change_cell(data)
            while _page(page) == before:
                if time.monotonic() - start > _PATIENCE:
                    sys.exit(f"serve did not show a saved cell in {_PATIENCE} s")
                time.sleep(0.02)
            return time.monotonic() - start
        finally:
            # No interrupt: what a shell has started in the background does not hear it.
            server.terminate()
            server.communicate()


def _page(address: str) -> bytes:
    with urlopen(address) as answer:  # noqa: S310 - this machine's
        body: bytes = answer.read()
    return body


def example_table(runs: Sequence[Mapping[str, Step]]) -> str:
    """The medians of the steps."""
    rows = []
    for name in STEPS:
        steps = [run[name] for run in runs]
        clock, processor, parent, worker, files, size = (
            statistics.median(getattr(step, field) for step in steps)
            for field in ("clock", "processor", "parent", "worker", "files", "size")
        )
        rows.append(
            [
                name,
                f"{clock:.2f}",
                f"{processor:.2f}" if processor else "",
                f"{parent:.0f}" if parent else "",
                f"{worker:.0f}" if worker else "",
                f"{files:,.0f}" if name in STEPS[:4] else "",
                f"{size / 1e6:.1f}" if name in STEPS[:4] else "",
            ]
        )
    heads = ["", "seconds", "processor seconds", "MB, parent", "MB, largest worker"]
    return markdown([*heads, "files changed", "MB in them"], rows)


def promises_table(runs: Sequence[Mapping[str, Step]]) -> str:
    """Each ratio, worked out in each run, its median held against what it is to be at most."""
    rows = [
        held(one.name, statistics.median(one.of(run) for run in runs), one.most) for one in PROMISES
    ]
    return markdown(HELD, rows)


@dataclass(frozen=True)
class Bound:
    """What a made-up site of a size is to take at most."""

    services: int
    name: str
    most: float
    of: Callable[[Usage], float]


BOUNDS: Final = (
    Bound(10_000, "MB of the parent", 1500, lambda usage: usage.parent),
    Bound(10_000, "MB of the largest worker", 300, lambda usage: usage.worker),
    Bound(100_000, "minutes", 15, lambda usage: usage.clock / 60),
    Bound(100_000, "MB of all processes", 8000, lambda usage: usage.together),
)


def run_services(folder: Path, services: int, jobs: int) -> tuple[list[str], Usage]:
    """A row of the table of made-up sites, built anew and built again; what the first took."""
    write_data(folder / "data", services)
    options = ("--no-charts", "--jobs", str(jobs))
    usages = [build(folder / "data", folder / "site", *options) for _ in range(2)]
    files = [path.stat().st_size for path in (folder / "site").rglob("*") if path.is_file()]
    first, again = usages
    row = [
        f"{services:,}",
        f"{first.clock:.0f}",
        f"{first.processor:.0f}",
        f"{1000 * first.processor / services:.1f}",
        f"{again.processor:.1f}",
        f"{first.parent:,.0f}",
        f"{1000 * first.parent / services:,.0f}",
        f"{first.worker:,.0f}" if first.worker else "none",
        f"{first.together:,.0f}",
        f"{len(files):,}",
        f"{sum(files) / 1e6:,.0f}",
    ]
    print(" | ".join(row), flush=True)
    return row, first


def services_tables(sizes: Iterable[int], jobs: int) -> list[str]:
    """Made-up sites, one after the other, and what those that have bounds are held against."""
    rows, usages = [], {}
    for services in sizes:
        with tempfile.TemporaryDirectory() as name:
            row, usages[services] = run_services(Path(name), services, jobs)
        rows.append(row)
    bounds = [
        held(f"{bound.services:,} services: {bound.name}", bound.of(usage), bound.most)
        for bound in BOUNDS
        if (usage := usages.get(bound.services))
    ]
    heads = ["services", "seconds", "processor seconds", "ms a service", "without news"]
    heads += ["MB, parent", "kB a service", "MB, largest worker", "MB, all", "files", "MB of them"]
    return [markdown(heads, rows), *([markdown(HELD, bounds)] if bounds else [])]


def held(name: str, value: float, most: float) -> list[str]:
    """A row of what is held against what it is to be at most."""
    shown = f"{value:,.2f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004
    return [name, shown, f"{most:,g}", "yes" if value <= most else "no"]


def machine(runs: int, jobs: int) -> str:
    """Where and when: what a figure cannot be read without."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    libraries = ", ".join(
        f"{name} {version(name.lower())}" for name in ("pandas", "Altair", "vl-convert-python")
    )
    return (
        f"Measured on {datetime.now(UTC):%-d %B %Y}: {cores} cores ({processor()}), load "
        f"{os.getloadavg()[0]:.1f} before it began, `--jobs {jobs}`, Python "
        f"{platform.python_version()}, {libraries}, {HUGO.replace('==', ' ')}. "
        f"{'One run' if runs == 1 else f'Medians of {runs} runs'}."
    )


def processor() -> str:
    """The model of the processor, as far as the system tells."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written(text: str, name: str, made: str) -> str:
    """A page with the part of this name written anew.

    Raises:
        ValueError: if the page does not have that part once.
    """
    pattern = rf"(<!-- bench: {name} -->\n).*?(<!-- end -->)"
    whole, times = re.subn(pattern, lambda m: f"{m[1]}{made}\n{m[2]}", text, flags=re.DOTALL)
    if times != 1:
        raise ValueError(f"the page has the part {name} {times} times")
    return whole


def main() -> None:
    """Parse, measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one run, a sample of plain charts")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--services", type=int, nargs="+", help="sizes of made-up sites")
    parser.add_argument("--page", type=Path, help="where the figures are written instead")
    arguments = parser.parse_args()
    number = 1 if arguments.quick or arguments.services else arguments.runs
    part = "services" if arguments.services else "example"
    page = arguments.page or PAGES[part]
    written(page.read_text("utf-8"), part, "")  # before minutes are spent
    header = machine(number, arguments.jobs)
    if arguments.services:
        tables = services_tables(arguments.services, arguments.jobs)
    else:
        runs = []
        for _ in range(number):
            with tempfile.TemporaryDirectory() as name:
                sample = _SAMPLE if arguments.quick else sys.maxsize
                environment = Path(sys.prefix) / "hugo"
                runs.append(run_example(Path(name), arguments.jobs, sample, environment))
        tables = [example_table(runs), promises_table(runs)]
    made = "\n\n".join((header, *tables))
    print(f"\n{made}")
    page.write_text(written(page.read_text("utf-8"), part, made), "utf-8")


if __name__ == "__main__":
    main()
