from __future__ import annotations

import multiprocessing
import re
import resource
from typing import TYPE_CHECKING, Any, Final

import pytest

import misbehaving
from perfsite.errors import BuildError
from perfsite.workers import Failure, Workers
from small_site import CONFIG, data_folder, link_faults, pages_of, perfsite, read_tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WRONG: Final = {
    "raise:a": "ValueError: no picture of a",
    "kill": "the system killed the process that drew it, most likely for want of memory",
    "crash": "the process that drew it crashed (SIGSEGV)",
    "leave": "the process that drew it ended by itself (7)",
    "hang": "nothing came for 2 seconds",
}
"""What happens to who draws, and what is said of it."""


def results(words: Sequence[str], number: int, **more: Any) -> list[bytes | Failure]:  # noqa: ANN401
    """What workers make of words."""
    workers = Workers(words, misbehaving.begin, number, **more)
    try:
        return [workers.result(place) for place in range(len(words))]
    finally:
        workers.end()


@pytest.mark.parametrize("number", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_each_failure_costs_its_own_picture_and_no_other(number: int) -> None:
    """Exceptions, signals, exits and hanging, among pictures of the same task and of others."""
    words = [f"{place}" for place in range(100)]
    for place, what in enumerate(WRONG):
        words[place * 13 + 1] = what
    found = results(words, number, patience=2.0)

    for word, result in zip(words, found, strict=True):
        if word in WRONG:
            assert isinstance(result, Failure)
            assert result.reason.startswith(WRONG[word]), result
        else:
            assert result == word.encode()
    assert multiprocessing.active_children() == []


def test_who_is_killed_once_costs_nothing(tmp_path: Path) -> None:
    """A picture whose worker was killed is drawn by the next one, while fewer are at work."""
    words = [f"once:{tmp_path / str(place)}" for place in range(4)]

    assert results(words, 4) == [word.encode() for word in words]


def test_there_are_no_more_processes_than_files_that_may_be_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where 64 files may be open, a machine of many processors draws with a few, and ends well."""
    words = [f"{place}" for place in range(32 * 12)]
    started: list[object] = []
    start = Workers._start  # noqa: SLF001 - counted, not altered

    def count(workers: Workers[str, bytes]) -> object:
        started.append(workers)
        return start(workers)

    monkeypatch.setattr(Workers, "_start", count)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
    try:
        found = results(words, 12)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert found == [word.encode() for word in words]
    assert 1 < len(started) <= 6


@pytest.mark.parametrize("word", ["hang", "crash"])
def test_where_nothing_can_be_drawn_the_drawing_ends(word: str) -> None:
    """One after another hangs or crashes: the build is told so, and does not go on for hours."""
    with pytest.raises(BuildError, match="cannot be drawn here"):
        results([word] * 40, 4, patience=0.3)
    assert multiprocessing.active_children() == []


def test_work_that_is_called_off_leaves_no_process() -> None:
    """Whoever ends it does not wait for what hangs."""
    Workers(["hang"] * 3, misbehaving.begin, 2).end()

    assert multiprocessing.active_children() == []


def test_a_picture_that_cannot_be_drawn_costs_its_page_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site is published, all else in it is as ever; the message names service and reason."""
    data = data_folder(tmp_path, config=f'cards = "services"\n{CONFIG}')
    words = "build", data, "--jobs", "2", "--no-store", "--out"
    monkeypatch.setattr("perfsite.charts.draw.draw", misbehaving.everything)
    assert perfsite(*words, tmp_path / "whole").code == 0
    monkeypatch.setattr("perfsite.charts.draw.draw", misbehaving.some)
    ran = perfsite(*words, tmp_path / "site")
    whole, tree = read_tree(tmp_path / "whole"), read_tree(tmp_path / "site")
    pages = pages_of(tree)

    assert ran.code == 3
    (message,) = [line for line in ran.err.splitlines() if line.startswith("perfsite:")]
    assert "3 pictures could not be drawn" in message
    assert "services/full/transactions.svg (service full, Pay a toll): the system killed" in message
    assert "--jobs 1" in message
    assert f"The new site is in place at {tmp_path / 'site'}" in message
    assert str(tmp_path / ".site.fault.txt") in message
    assert "misbehaving.py" in (tmp_path / ".site.fault.txt").read_text()
    assert whole.keys() - tree.keys() == set(misbehaving.LOST)
    assert link_faults(tree, pages) == []
    said = {path for path, page in pages.items() if "could not be drawn" in page.words}
    assert said == {
        "services/full.html",
        "services/full/transactions.html",
        "departments/ministry-of-roads.html",
        "departments/ministry-of-roads/digital-take-up.html",
    }
    changed = {path for path in tree if tree[path] != whole[path]}
    assert changed - said == {"services/weekly.html", "manifest-sha256.txt", "urls.txt"}
    assert b"og:image" not in tree["services/weekly.html"]
    assert pages["services/full.html"].tables == pages_of(whole)["services/full.html"].tables


def test_a_card_that_cannot_be_drawn_is_shown_by_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by the page of its department nor by those of its services, which others make."""
    monkeypatch.setattr("perfsite.charts.draw.draw", misbehaving.no_card)
    words = "--no-store", "--out", tmp_path / "site", "--jobs", "1"
    ran = perfsite("build", data_folder(tmp_path), *words)
    tree = read_tree(tmp_path / "site")

    assert ran.code == 3
    assert "departments/ministry-of-roads/card.jpg" in ran.err
    assert [
        path for path, data in tree.items() if b"departments/ministry-of-roads/card" in data
    ] == []
    assert b"og:image" not in tree["services/full.html"]
    assert b"og:image" in tree["services/index.html"]


def test_where_no_picture_can_be_drawn_the_old_site_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is the machine that fails: nothing is published, and the message says what to do."""
    monkeypatch.setattr("perfsite.charts.draw.draw", misbehaving.none)
    ran = perfsite("build", data_folder(tmp_path), "--out", tmp_path / "site", "--jobs", "1")

    assert ran.code == 3
    assert re.fullmatch(
        r"perfsite: none of the pictures could be drawn: ValueError: .*; --no-charts builds .*\n",
        ran.err,
    )
    assert not (tmp_path / "site").exists()


def test_a_preview_without_a_picture_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The preview is there, and its exit code is not that of good or bad data."""
    monkeypatch.setattr("perfsite.charts.draw.draw", misbehaving.some)
    out = tmp_path / "preview"
    ran = perfsite("validate", data_folder(tmp_path), "--format", "html", "--out", out)

    assert ran.code == 3
    assert "(service full, Pay a toll)" in ran.err
    assert (out / "index.html").is_file()
