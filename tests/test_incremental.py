"""A build after an edit makes only what changed, and the site is that of a cold build."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite import build as perfsite_build
from properties import fewer
from small_site import data_folder, perfsite, read_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from perfsite.build import MadeSite
    from small_site import Ran

DAY: Final = "2018-09-19"
LATER: Final = "2018-10-01"


def build(folder: Path, name: str = "site", *options: str, on: str = DAY) -> Ran:
    """Build the small site without charts beside its data."""
    out = folder.parent / name
    words = ("--no-charts", "--accept-losses", "--edition", on, *options)
    return perfsite("build", folder, "--out", out, *words)


def assert_as_cold(folder: Path, on: str = DAY) -> None:
    """The site beside the data is the one that is made of nothing that was kept."""
    cold = folder.parent / "cold"
    shutil.rmtree(cold, ignore_errors=True)
    assert build(folder, "cold", "--no-store", on=on).code in (0, 1)
    assert read_tree(folder.parent / "site") == read_tree(cold)


def changed(name: str, old: str, new: str) -> Callable[[Path], None]:
    """An edit of a file of the data: a text in it, where it is there, becomes another."""

    def edit(folder: Path) -> None:
        path = folder / name
        if path.is_file():
            path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")

    return edit


def added(name: str, text: str) -> Callable[[Path], None]:
    """An edit that adds lines to a file, or makes it."""

    def edit(folder: Path) -> None:
        path = folder / name
        before = path.read_text("utf-8") if path.is_file() else ""
        if text not in before:
            path.write_text(f"{before.rstrip()}\n{text}".lstrip(), encoding="utf-8")

    return edit


RELEASED: Final = "service,period,measure,channel,value,release_at\n"
EDITS: Final[dict[str, Callable[[Path], None]]] = {
    "a cell": changed("submissions/full.csv", "2017-Q3,1400", "2017-Q3,1401"),
    "the cell again": changed("submissions/full.csv", "2017-Q3,1401", "2017-Q3,1400"),
    "a row in": changed("submissions/full.csv", "2015-Q4,", "2015-Q3,900,,,,,,,,,,\n2015-Q4,"),
    "a row out": changed(
        "submissions/full.csv", "2015-Q4,1000,400,2500.75,1200,900,10,0,0,0,90,\n", ""
    ),
    "a note": changed("submissions/full.csv", "the bridge was shut", "the bridge was closed"),
    "a mark": changed("submissions/full.csv", "2017-Q2,1300", "2017-Q2,1300 [p]"),
    "a service more": added("services.csv", "another,Another,Ministry of Time,MoT,,Payments"),
    "a service renamed": changed("services.csv", "Pay a toll", "Pay tolls"),
    "a service less": changed("services.csv", "another,Another,", "yet-another,Yet another,"),
    "a service moved": changed(
        "services.csv", "Pay a toll,Ministry of Roads,MoR", "Pay a toll,X,X"
    ),
    "a figure that is wrong": changed("submissions/full.csv", "2016-Q2,1200", "2016-Q2,12oo"),
    "a figure under embargo": added(
        "submissions/secret.csv", f"{RELEASED}weekly,2017-01,cost,,918273,2018-09-25"
    ),
    "a secret": changed("submissions/secret.csv", "918273,2018-09-25", "918273 [c],"),
    "a setting": changed("perfsite.toml", 'title = "', 'title = "New '),
    "a target": added("perfsite.toml", "[targets.weekly]\ndigital_take_up = 0.5"),
}
"""What people do between two nights."""


@given(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=4))
@fewer(12, because="each example is several whole builds")
def test_after_any_edits_the_site_is_the_cold_one(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    """Every byte and the manifest, after each edit of a sequence of them."""
    folder = data_folder(tmp_path_factory.mktemp("edits"))
    assert build(folder).code == 0
    for name in names:
        EDITS[name](folder)
        assert build(folder).code in (0, 1), name
        assert_as_cold(folder)


@pytest.mark.proofs
@pytest.mark.parametrize("name", EDITS)
def test_after_each_edit_the_site_is_the_cold_one(tmp_path: Path, name: str) -> None:
    """Each kind of edit by itself."""
    folder = data_folder(tmp_path)
    build(folder)
    EDITS[name](folder)
    build(folder)
    assert_as_cold(folder)


def test_an_embargo_that_ends_is_news(tmp_path: Path) -> None:
    """Nothing in the data changed, but the day did: the figure is there, as in a cold build."""
    folder = data_folder(tmp_path)
    EDITS["a figure under embargo"](folder)
    build(folder)
    build(folder, on=LATER)

    assert b"918273" in (tmp_path / "site/services/weekly.csv").read_bytes()
    assert_as_cold(folder, on=LATER)


def test_files_without_news_are_the_very_files(tmp_path: Path) -> None:
    """After one cell the page of another service is not written anew: it is the same file."""
    folder = data_folder(tmp_path)
    build(folder)
    page = tmp_path / "site/services/weekly.html"
    before = page.stat().st_ino
    EDITS["a cell"](folder)
    ran = build(folder)

    assert page.stat().st_ino == before
    assert "0 new" in ran.out
    assert "0 changed" not in ran.out


@pytest.mark.parametrize("harm", ["cut", "another byte", "another perfsite"])
def test_what_is_kept_changes_no_byte(tmp_path: Path, harm: str) -> None:
    """Records that are cut short, altered or of another version make no other site."""
    folder = data_folder(tmp_path)
    build(folder)
    records = tmp_path / ".site.units"
    data = records.read_bytes()
    records.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "another byte": data.replace(b"weekly.html", b"weekly.htm1"),
            "another perfsite": data.replace(b"\t", b"\tf", 1),
        }[harm]
    )
    EDITS["a cell"](folder)
    build(folder)

    assert_as_cold(folder)


def test_verify_makes_everything_anew_and_says_what_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that agrees is written; where a file differs nothing is, and the file is named."""
    folder = data_folder(tmp_path)
    assert build(folder, "site", "--verify").code == 0
    before = read_tree(tmp_path / "site")
    make = perfsite_build.make_site

    def otherwise(*words: Any, **more: Any) -> MadeSite:  # noqa: ANN401 - as it is called
        made = make(*words, **more)
        if "records" in more:
            return made
        first, *rest = made.files
        return replace(made, files=(replace(first, digest="0" * 64), *rest))

    monkeypatch.setattr(perfsite_build, "make_site", otherwise)
    EDITS["a cell"](folder)
    ran = build(folder, "site", "--verify")

    assert ran.code == 3
    assert "1 file would be otherwise" in ran.err
    assert "index.html" in ran.err
    assert read_tree(tmp_path / "site") == before
