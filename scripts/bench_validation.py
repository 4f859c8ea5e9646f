#!/usr/bin/env python3
"""Measure validation: seconds and bytes for each row, on one core.

    taskset -c 0 python scripts/bench_validation.py [--rows 100000 1000000] [--faults 0.01]

The data is made here: services that report every month, some by quarter and year too, by channel,
with seasons, growth and noise; a share of the figures is spoilt in every way that a rule looks for.
Each size is validated in a process of its own: the table is read, then every rule runs. Bytes are
those of the process at its highest, less what it had before it read the first table.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perfsite.config import SiteConfig
from perfsite.kpi.figures import work_out
from perfsite.kpi.inputs import resolve
from perfsite.model import Source
from perfsite.validate.consistency import check_consistency
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register
from perfsite.validate.rules import check_series

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

SERVICES = 700
CHANNELS = ("", "digital", "phone", "post")
COUNTS = ("transactions", "started", "completed")
OTHERS = ("rating_1", "rating_2", "rating_3", "rating_4", "rating_5", "cost", "user_satisfaction")
EDITION = date(2026, 11, 24)


def make(folder: Path, rows: int, faults: float) -> None:
    """A register and one tidy submission of about so many rows."""
    rng = np.random.default_rng(4)
    each = len(COUNTS) * len(CHANNELS) + len(OTHERS)
    services = [f"service-{i:03d}" for i in range(SERVICES)]
    register = {
        "service": services,
        "name": [f"Service {i}" for i in range(SERVICES)],
        "department": [f"Department {i % 30}" for i in range(SERVICES)],
    }
    pd.DataFrame(register).to_csv(folder / "services.csv", index=False)
    months = max(2, round(rows / (SERVICES * each)))
    table = _spoilt(rng, _figures(rng, services, months), faults)
    table.to_csv(folder / "all.csv", index=False)


def _figures(rng: Generator, services: list[str], months: int) -> pd.DataFrame:
    """Figures that agree: channels add up to totals, and fewer are completed than started."""
    last = EDITION.year * 12 + EDITION.month - 2
    index = np.arange(last - months + 1, last + 1)
    periods = [f"{i // 12}-{i % 12 + 1:02d}" for i in index]
    size = np.exp(rng.uniform(5, 13, len(services)))[:, None]
    season = 1 + 0.3 * np.sin(index / 6 * np.pi)[None, :]
    noise = np.exp(rng.normal(0, 0.05, (len(services), months)))
    started = np.round(size * season * noise)
    frames = []
    shares = {"digital": 0.6, "phone": 0.3, "post": 0.1}
    for measure, part in (("transactions", 0.9), ("started", 1.0), ("completed", 0.9)):
        by_channel = {name: np.round(started * part * share) for name, share in shares.items()}
        by_channel[""] = sum(by_channel.values(), start=np.zeros_like(started))
        frames += [_frame(services, periods, measure, *item) for item in by_channel.items()]
    ratings = [np.round(started * 0.1 * share) for share in (0.05, 0.05, 0.1, 0.3, 0.5)]
    answers = sum(ratings, start=np.zeros_like(started))
    points = sum((i * one for i, one in enumerate(ratings)), start=np.zeros_like(started))
    frames += [
        _frame(services, periods, f"rating_{i + 1}", "", one) for i, one in enumerate(ratings)
    ]
    stated = np.round(points / np.maximum(4 * answers, 1), 3)
    frames.append(_frame(services, periods, "user_satisfaction", "", stated))
    frames.append(_frame(services, periods, "cost", "", np.round(started * 2.5, 2)))
    return pd.concat(frames, ignore_index=True)


def _frame(
    services: list[str], periods: list[str], measure: str, channel: str, values: np.ndarray
) -> pd.DataFrame:
    text = [f"{value:.10g}" for value in values.ravel()]
    return pd.DataFrame(
        {
            "service": np.repeat(services, len(periods)),
            "period": np.tile(periods, len(services)),
            "measure": measure,
            "channel": channel,
            "value": text,
            "note": "",
        }
    )


def _spoilt(rng: Generator, table: pd.DataFrame, faults: float) -> pd.DataFrame:
    """The table with this share of its rows spoilt, each kind of fault as often as any other."""
    chosen = rng.permutation(len(table))[: round(len(table) * faults)]
    kinds: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("value", lambda text: f"{text}0"),
        ("value", lambda text: text.replace("1", "O")),
        ("value", lambda _: "[x]"),
        ("value", lambda _: "[c]"),
        ("value", lambda _: "0"),
        ("value", lambda _: "-5"),
        ("value", lambda _: "1,200"),
        ("period", lambda text: text.replace("20", "30", 1)),
        ("period", lambda text: text[:4] + "-13"),
        ("period", lambda text: "2071" + text[4:]),
        ("service", lambda text: text + "x"),
        ("measure", lambda text: text + "s"),
        ("channel", lambda _: "Online"),
    )
    for number, (name, spoil) in enumerate(kinds):
        spoilt = table[name].to_numpy(dtype=object).copy()
        mine = chosen[number :: len(kinds)]
        spoilt[mine] = [spoil(text) for text in spoilt[mine]]
        table[name] = spoilt
    again = table.iloc[chosen[:: len(kinds)]]
    lost = chosen[1 :: 2 * len(kinds)]
    table = table.drop(index=table.index[lost])
    quarters = table[table["period"].str.fullmatch(r"20[12]\d-0[147]")].iloc[::50].copy()
    quarters["period"] = [f"{text[:4]}-Q{(int(text[5:]) + 2) // 3}" for text in quarters["period"]]
    return pd.concat([table, again, quarters], ignore_index=True)


def measure(path: Path) -> dict[str, float]:
    """Validate a folder once: seconds of each step, memory, and the number of problems."""
    config = SiteConfig()
    services, _ = read_register([Source("services.csv", (path / "services.csv").read_bytes())])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    source = Source("submissions/all.csv", (path / "all.csv").read_bytes())
    marks = [time.perf_counter()]
    observations, problems = read_observations([source], services, config, EDITION)
    marks.append(time.perf_counter())
    parts = resolve(observations, config)
    observations, found = check_consistency(observations, parts, config.digital_channels)
    figures = work_out(parts, observations, config)
    problems = [*problems, *found, *figures.problems]
    marks.append(time.perf_counter())
    problems += check_series(
        observations,
        parts,
        figures.windows,
        services,
        config.checks,
        EDITION,
        config.all_measures,
    )
    marks.append(time.perf_counter())
    rows = source.data.count(b"\n") - 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    steps = zip(("read s", "figures s", "rules s"), np.diff(marks).tolist(), strict=True)
    return {
        "rows": rows,
        **dict(steps),
        "all s": marks[-1] - marks[0],
        "bytes a row in the file": len(source.data) / rows,
        "bytes a row at the peak": (peak - before) * 1024 / rows,
        "problems": len(problems),
        "kinds of problems": len(Counter(one.code for one in problems)),
    }


def main() -> None:
    """Parse, measure each size in a process of its own, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--faults", type=float, default=0.01)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        print(json.dumps(measure(arguments.folder)))
        return
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), rows, arguments.faults)
            command = [sys.executable, __file__, "--folder", folder]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
        found = json.loads(done.stdout)
        print(f"{found.pop('rows'):,} rows")
        for name, value in found.items():
            print(f"  {name:<24} {value:>10,.{2 if name.endswith(' s') else 0}f}")


if __name__ == "__main__":
    main()
