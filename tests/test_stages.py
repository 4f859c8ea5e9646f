"""What a command says of its own work: its stages with their times, where it is asked to."""

from __future__ import annotations

import io
import json
import re
import time
from typing import TYPE_CHECKING

import click
import pytest

from perfsite.cli import main
from perfsite.cli.common import JsonLines, Times
from perfsite.stages import is_heard, listen, stage
from small_site import data_folder, perfsite, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKERS = ("archive", "audit", "build", "diff", "freeze", "serve", "status", "validate", "verify")
"""The commands whose work has stages."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the clock says next."""
    left: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: left.pop(0))
    return left


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    """Nobody listens before the test, nor after it."""
    listen(None)
    yield
    listen(None)


@stage("build")
def build_badly() -> None:
    """A build of two stages, the second of which fails."""
    with stage("pages"):
        pass
    with stage("draw"):
        raise ValueError("broken")


@pytest.mark.usefixtures("_silence")
def test_stages_are_told_at_their_ends_with_those_that_they_are_in(clock: list[float]) -> None:
    """The inner ones come first; a stage that fails has ended, too."""
    clock += [0, 1, 2, 5, 6, 8, 9]
    told: list[tuple[str, float, float]] = []
    listen(Times(lambda *said: told.append(said)))
    with pytest.raises(ValueError, match="broken"):
        build_badly()

    assert told == [("build/pages", 3, 5), ("build/draw", 2, 8), ("build", 8, 9)]
    assert clock == []


def test_nobody_hears_unless_somebody_listens() -> None:
    """A stage costs nothing, and asks no clock."""
    assert not is_heard()
    with stage("build"):
        assert not is_heard()


def test_lines_become_objects_when_they_are_whole() -> None:
    """What is written in pieces is one line; what has no end is written at last."""
    out = io.StringIO()
    lines = JsonLines(out)
    lines.write('a "qu')
    lines.write('ote"\nb\n\nc')
    before = out.getvalue()
    lines.flush()

    assert before == '{"message": "a \\"quote\\""}\n{"message": "b"}\n'
    assert out.getvalue() == before + '{"message": "c"}\n'
    assert not lines.isatty()


def test_every_command_with_stages_can_tell_them() -> None:
    """`-v` and `--log-format` stand in its help; no other command has them."""
    context = click.Context(main)
    helps = {one: perfsite(one, "--help").out for one in main.list_commands(context)}

    for words in ("-v, --verbose", "--log-format [text|json]"):
        assert tuple(one for one, help_ in helps.items() if words in help_) == WORKERS


@pytest.mark.usefixtures("anew")
def test_a_build_tells_its_stages_and_makes_the_same_site(tmp_path: Path) -> None:
    """Standard output and the files are the same; standard error has a line for each stage."""
    data = data_folder(tmp_path)
    words = ("--no-charts", "--no-store")
    quiet = perfsite("build", data, "--out", tmp_path / "quiet", *words)
    loud = perfsite("build", data, "--out", tmp_path / "loud", *words, "-v")
    stages = re.findall(r"^ +[0-9.]+ s +(\w[\w ]*): [0-9.]+ s$", loud.err, re.MULTILINE)

    assert quiet.code == loud.code
    assert read_tree(tmp_path / "quiet") == read_tree(tmp_path / "loud")
    assert stages[:3] == ["seal", "load", "editions"]
    assert stages[-2:] == ["build", "write"]
    assert {"validate", "kpi", "pages", "render", "check", "search"} <= set(stages)
    assert not re.search(r"[0-9] s$", quiet.err, re.MULTILINE)
    assert not is_heard()


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize("words", [("--log-format", "json"), ("-v", "--log-format", "json")])
def test_with_json_all_of_standard_error_is_objects(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Stages with numbers, and what else is said as messages, one a line."""
    data = data_folder(tmp_path)
    ran = perfsite("validate", data, "--format", "json", "--out", tmp_path / "a.json", *words)
    said = [json.loads(line) for line in ran.err.splitlines()]

    assert said[0].keys() == {"stage", "seconds", "since_start"}
    assert said[0]["stage"] == "load"
    assert said[-1] == {"message": f"Wrote {tmp_path / 'a.json'}."}
    assert "analysis/kpi" in [one.get("stage") for one in said]


def test_what_fails_is_an_object_too(tmp_path: Path) -> None:
    """A collector of logs reads the sentence as it reads all else."""
    ran = perfsite("status", tmp_path / "nowhere", "--log-format", "json")

    assert ran.code == 2
    assert "there is no data folder" in json.loads(ran.err.splitlines()[-1])["message"]
