from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from chart_samples import STYLE, chart_samples, samples
from perfsite.charts import draw
from perfsite.charts.draw import NoStore, drawing_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from perfsite.charts.pictures import Job

CHARTS = Path(draw.__file__).parent


def test_the_same_picture_has_the_same_key() -> None:
    """Equal jobs have equal keys, whatever their paths, and different ones different keys."""
    keys = drawing_keys(samples(), STYLE)
    moved = [replace(job, path=f"fr/{job.path}") for job in samples()]

    assert drawing_keys(moved, STYLE) == keys
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 for key in keys)


def test_whatever_changes_a_picture_changes_its_key() -> None:
    """Each field of a job, and the style."""
    job = chart_samples()["bars"]
    changed = [
        replace(job, title="Other"),
        replace(job, description="Other"),
        replace(job, kind="line"),
        replace(job, marks=job.marks[1:]),
        replace(job, y_domain=(0.0, 5.0)),
        replace(job, height=300),
    ]
    keys = drawing_keys([job, *changed], STYLE)
    other = STYLE.model_copy(update={"grid": "#dddddd"})

    assert len(set(keys)) == len(keys)
    assert drawing_keys([job], other) != keys[:1]


def anew(jobs: Sequence[Job]) -> list[str]:
    """The keys of jobs as another process makes them, which has read nothing yet."""
    draw._way_of_drawing.cache_clear()  # noqa: SLF001
    return drawing_keys(jobs, STYLE)


def imported_by(module: str) -> set[str]:
    """The modules of charts that one of them is run with."""
    tree = ast.parse((CHARTS / module).read_text("utf-8"))
    names = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    prefix = "perfsite.charts."
    return {f"{name.removeprefix(prefix)}.py" for name in names if name.startswith(prefix)}


def test_all_that_draws_is_in_the_key() -> None:
    """Every module of charts that drawing is run with, and every file beside them."""
    reached, further = set[str](), {"draw.py"}
    while further:
        reached |= further
        further = set().union(*map(imported_by, further)) - reached
    files = {path.name for path in CHARTS.iterdir() if path.is_file() and path.suffix != ".py"}

    assert {"axes.py", "specs.py"} <= reached
    assert set(draw._MODULES) == reached | files  # noqa: SLF001


def test_other_libraries_and_other_code_draw_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of what draws, or a change of our own drawing, makes every key a new one."""
    jobs = samples()
    keys = drawing_keys(jobs, STYLE)

    monkeypatch.setattr(draw, "version", lambda name: f"{name} 99")
    newer = anew(jobs)
    monkeypatch.undo()
    monkeypatch.setattr(draw, "_MODULES", draw._MODULES[:-1])  # noqa: SLF001
    changed = anew(jobs)
    monkeypatch.undo()

    assert anew(jobs) == keys

    assert not set(keys) & set(newer)
    assert not set(keys) & set(changed)


def test_nothing_is_kept_by_no_store() -> None:
    """What was put there is not there."""
    nothing = NoStore()
    nothing.put("key", b"data")

    assert nothing.get("key") is None
