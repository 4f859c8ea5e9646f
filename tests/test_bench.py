"""What `make bench` measures with: that it counts all processes, and edits what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
SCRIPTS: Final = ROOT / "scripts"
sys.path.insert(0, str(SCRIPTS))

import bench  # noqa: E402 - the folder of the scripts is no package
import bench_data  # noqa: E402
import bench_processes  # noqa: E402
from perfsite.analysis import analyse  # noqa: E402
from perfsite.load import load_data  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

BUSY: Final = "import time\nwhile time.process_time() < 0.3: pass"
"""Work of three tenths of a second of one processor."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up data folder of twenty services."""
    folder = tmp_path_factory.mktemp("bench") / "data"
    bench_data.write_data(folder, 20)
    return folder


def lines(data: Path) -> list[str]:
    """The lines of the largest submission."""
    return (data / bench_data.LARGEST).read_text("utf-8").splitlines()


def test_made_up_data_is_sound(data: Path) -> None:
    """Every cell is read as a figure or as missing, 126 of a service, and no rule minds any."""
    loaded = load_data(data)
    known = analyse(loaded, max(loaded.config.published))

    assert known.problems == ()
    assert (len(known.services), len(known.observations)) == (20, 20 * 126)


def test_a_service_is_the_same_in_data_of_any_size(data: Path, tmp_path: Path) -> None:
    """So the figures of two sizes differ by the number of services alone."""
    bench_data.write_data(tmp_path / "data", 5)

    assert lines(data)[: 1 + 5 * 21] == lines(tmp_path / "data")


@pytest.mark.parametrize(
    ("edit", "removed", "added"), [(bench_data.change_cell, 1, 1), (bench_data.insert_row, 0, 1)]
)
def test_an_edit_is_one_cell_or_one_row(
    edit: Callable[[Path], None], removed: int, added: int, tmp_path: Path
) -> None:
    """The cell is of the service that it is said to be of; no other line changes."""
    bench_data.write_data(tmp_path / "data", 5)
    before, service = lines(tmp_path / "data"), bench_data.service_of_cell(tmp_path / "data")
    edit(tmp_path / "data")
    after = lines(tmp_path / "data")
    gone = [line for line in before if line not in after]

    assert [len(gone), len([line for line in after if line not in before])] == [removed, added]
    assert len(after) == len(before) + added - removed
    assert {line.partition(",")[0] for line in gone} <= {service}


def test_processes_that_nobody_waits_for_are_counted() -> None:
    """A worker may outlive who has started it: its seconds count, those of the clock do not."""
    orphan = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BUSY!r}])"
    program = (
        "import json, sys, bench_processes, dataclasses\n"
        f"usage = bench_processes.measure((sys.executable, '-c', {orphan!r}))\n"
        "print(json.dumps(dataclasses.asdict(usage)))"
    )
    # In a process of its own, for it waits for all children of its process.
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=SCRIPTS, capture_output=True, text=True, check=True
    )
    usage = bench_processes.Usage(**json.loads(done.stdout))

    assert usage.code == 0
    assert usage.processor >= 0.3
    if sys.platform == "linux":
        assert min(usage.parent, usage.worker, usage.together) > 1


def test_figures_go_where_the_pages_have_a_place_for_them() -> None:
    """Each page has its part once; what stands around it stays."""
    for part, page in bench.PAGES.items():
        text = page.read_text("utf-8")
        changed = bench.written(text, part, "Figures.")
        assert f"<!-- bench: {part} -->\nFigures.\n<!-- end -->" in changed
        assert changed.partition("<!-- bench")[0] == text.partition("<!-- bench")[0]
    with pytest.raises(ValueError, match="the part example 0 times"):
        bench.written("No place.", "example", "Figures.")


def test_what_is_promised_is_held_against_the_figures() -> None:
    """A ratio is of processor seconds of one run; what is above its bound is told."""
    run = {name: bench.Step(clock=3, processor=2, files=201) for name in bench.STEPS}
    run[bench.AGAIN] = bench.Step(clock=1, processor=0.1)
    rows = bench.promises_table([run]).splitlines()

    assert rows[2] == "| nothing changed: of Hugo's rebuild | 0.05 | 0.1 | yes |"
    assert rows[4] == "| one cell: files changed | 201 | 200 | no |"
    assert len(rows) == 2 + len(bench.PROMISES)
