from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chart_samples import STYLE, chart_samples, samples
from perfsite.charts import draw
from perfsite.charts.draw import NoStore, drawing_keys

if TYPE_CHECKING:
    import pytest


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


def test_other_libraries_and_other_code_draw_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of what draws, or a change of our own drawing, makes every key a new one."""
    jobs = samples()
    keys = drawing_keys(jobs, STYLE)

    monkeypatch.setattr(draw, "version", lambda name: f"{name} 99")
    newer = drawing_keys(jobs, STYLE)
    monkeypatch.undo()
    monkeypatch.setattr(draw, "_MODULES", draw._MODULES[:-1])  # noqa: SLF001
    changed = drawing_keys(jobs, STYLE)

    assert not set(keys) & set(newer)
    assert not set(keys) & set(changed)


def test_nothing_is_kept_by_no_store() -> None:
    """What was put there is not there."""
    nothing = NoStore()
    nothing.put("key", b"data")

    assert nothing.get("key") is None
