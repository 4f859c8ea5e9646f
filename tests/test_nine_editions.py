"""The nine real editions of the register, as the example carries them and its site shows them."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import pytest

from register_key import count_changes
from small_site import ROOT, pages_of, perfsite, read_tree, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from small_site import Ran, Tree

EDITIONS: Final = (
    *("2015-06-30", "2016-04-20", "2016-07-12", "2016-11-30", "2017-03-01"),
    *("2017-07-18", "2017-10-31", "2018-01-26", "2018-09-19"),
)
COUNTED: Final = {
    "service_added": "added",
    "service_removed": "removed",
    "restated": "restated",
    "withdrawn": "withdrawn",
    "backfilled": "backfilled",
}


@pytest.fixture(scope="module")
def tree(built: tuple[Ran, Path]) -> Tree:
    """The files of the site of the example."""
    return read_tree(built[1])


@pytest.fixture(scope="module")
def changes(tree: Tree) -> list[dict[str, str]]:
    """The rows of its ledger."""
    return rows_of(tree["data/revisions.csv"])


def test_each_step_has_the_changes_that_the_spreadsheets_have(
    changes: list[dict[str, str]], shared_data: Path
) -> None:
    """Added, removed, restated, withdrawn and backfilled, counted by a script of its own."""
    counts = Counter((row["edition"], row["change"]) for row in changes)
    key = count_changes(shared_data)

    assert tuple(key) == EDITIONS[1:]
    for day, counted in key.items():
        ours = {ours: counts[day, theirs] for theirs, ours in COUNTED.items()}
        assert ours == vars(counted), day


def test_the_ledger_page_prints_these_counts(tree: Tree, shared_data: Path) -> None:
    """A row for each edition, the newest first, with the same numbers."""
    pages = pages_of({"changes/index.html": tree["changes/index.html"]})
    table = pages["changes/index.html"].tables["What changed, edition by edition"]
    header, *rows = table
    columns = {name: header.index(name) for name in header}
    key = count_changes(shared_data)

    assert len(rows) == len(key)
    for row, counted in zip(rows, reversed(key.values()), strict=True):
        shown = {
            "added": row[columns["Services added"]],
            "removed": row[columns["Services removed"]],
            "restated": row[columns["Figures restated"]],
            "withdrawn": row[columns["Figures withdrawn"]],
            "backfilled": row[columns["Figures given late"]],
        }
        assert shown == {name: f"{number:,}" for name, number in vars(counted).items()}


def test_every_restated_figure_stands_on_the_page_of_its_edition(
    tree: Tree, changes: list[dict[str, str]]
) -> None:
    """The tables of an edition have a row for each figure that says something else."""
    changed = Counter(
        row["edition"] for row in changes if row["change"] in ("restated", "withdrawn")
    )
    paths = [f"editions/{day}/index.html" for day in EDITIONS]
    pages = pages_of({path: tree[path] for path in paths})

    for day in EDITIONS[1:]:
        tables = pages[f"editions/{day}/index.html"].tables
        assert len(tables["Figures that say something else"]) - 1 == changed[day], day


def test_what_a_figure_has_said_stands_on_the_page_of_its_service(tree: Tree) -> None:
    """Each number with its edition, and the mark of a revision in the data."""
    path = "services/bis-model-workplace-registrations"
    (page,) = pages_of({f"{path}.html": tree[f"{path}.html"]}).values()
    table = page.tables["Figures that have said something else"]
    said = {row[0]: row[1] for row in table[1:]}

    assert said["Transactions Jul 2014 to Jun 2015"] == (
        "7,964 (up to 20 Apr 2016) → 1,703 (12 Jul 2016, restated)"
    )
    marked = [
        row
        for row in rows_of(tree[f"{path}.csv"])
        if (row["period"], row["measure"]) == ("2014-07/2015-06", "transactions")
    ]
    assert {row["status"] for row in marked} == {"provided revised"}
    assert {row["value"] for row in marked} == {"1703"}


def test_each_edition_is_there_as_it_was_frozen(tree: Tree) -> None:
    """Its files have the hashes that were sealed when it was frozen."""
    for day in EDITIONS:
        folder = ROOT / "data" / "editions" / day
        manifest = (folder / "edition.json").read_text("utf-8")
        for name in ("services", "observations", "kpis"):
            digest = sha256(tree[f"editions/{day}/{name}.csv"]).hexdigest()
            assert f'"whole": "{digest}"' in manifest, (day, name)


def test_services_and_organisations_that_left_have_a_page(tree: Tree) -> None:
    """Every service and department of an edition leads somewhere, to a page that says so."""
    gone = 0
    now = {row["service"] for row in rows_of(tree["data/services.csv"])}
    for day in EDITIONS:
        for row in rows_of(tree[f"editions/{day}/services.csv"]):
            page = tree[f"services/{row['service']}.html"].decode()
            gone += row["service"] not in now
            assert (row["service"] in now) != ("It has left the register" in page)
    assert gone > 86
    merged = tree["departments/department-for-business-innovation-and-skills.html"].decode()
    assert "Department for Business, Energy and Industrial Strategy (" in merged


def test_nine_editions_make_the_site_less_than_twice_and_a_half_as_large(tree: Tree) -> None:
    """What is not there in a site of one edition: the others, and the pages of what has gone."""
    whole = sum(map(len, tree.values()))
    earlier = sum(
        len(data)
        for path, data in tree.items()
        if path.startswith("editions/") and not path.startswith(f"editions/{EDITIONS[-1]}/")
    )

    assert whole <= 2.5 * (whole - earlier)


def test_one_altered_byte_of_an_old_edition_stops_the_build(tmp_path: Path) -> None:
    """The build refuses, names the file, and leaves no site."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data)
    path = data / "editions" / "2016-11-30" / "observations.csv"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    ran = perfsite("build", data, "--out", tmp_path / "site", "--no-charts")

    assert ran.code == 3
    assert "editions/2016-11-30/observations.csv is not as it was frozen" in ran.err
    assert not (tmp_path / "site").exists()


def test_diff_lists_what_the_ledger_has(changes: list[dict[str, str]]) -> None:
    """`perfsite diff` of two editions next to each other, as CSV, is their part of the ledger."""
    ran = perfsite("diff", "2018-01-26", "2018-09-19", ROOT / "data", "--format", "csv")
    listed = list(csv.DictReader(io.StringIO(ran.out)))

    assert ran.code == 0
    assert listed == [row for row in changes if row["edition"] == "2018-09-19"]
