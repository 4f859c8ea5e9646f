"""Editions and revisions in whole builds: what a site says of them, and what it must not say."""

from __future__ import annotations

import re
import shutil
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from small_site import REGISTER, build_folder, data_folder, pages_of, perfsite, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from small_site import Tree

MARCH, JUNE, SEPTEMBER = "2018-03-01", "2018-06-01", "2018-09-19"
FULL: Final = "submissions/full.csv"


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Change one thing in a file of the data."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def without_weekly(data: Path) -> None:
    """Take a service out of the register, with all that it sent."""
    register = (data / "services.csv").read_text("utf-8")
    gone = next(line for line in register.splitlines() if line.startswith("weekly,"))
    (data / "services.csv").write_text(register.replace(f"{gone}\n", ""))
    for path in (data / "submissions").rglob("*"):
        if path.is_file() and path.stem == "weekly":
            path.unlink()


def built(folder: Path, day: str = SEPTEMBER) -> Tree:
    """The files of the site of a day."""
    return build_folder(folder, on=date.fromisoformat(day))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small site with two editions, and news since.

    In June a figure was corrected, a service renamed and moved, and one had left; since then a
    figure has been restated.
    """
    data = data_folder(tmp_path_factory.mktemp("revisions"))
    assert perfsite("freeze", MARCH, data).code == 0
    change(data, FULL, "2017-Q3,1400,", "2017-Q3,1450,")
    change(data, "services.csv", REGISTER.splitlines()[1].split(",")[1], "Pay a road toll")
    (data / "revisions.toml").write_text(
        '[[revision]]\nkind = "correction"\nreason = "Lorries were left out."\n'
        f'services = ["full"]\nperiods = ["2017-Q3"]\nedition = {JUNE}\n'
    )
    assert perfsite("freeze", JUNE, data).code == 0
    change(data, FULL, "2017-Q2,", "2017-Q2,1")
    return data


@pytest.fixture(scope="module")
def tree(folder: Path) -> Tree:
    """Its site of September."""
    return built(folder)


def test_the_ledger_has_every_change_with_its_reason(tree: Tree) -> None:
    """What is not frozen yet comes last and has no date."""
    changes = rows_of(tree["data/revisions.csv"])
    corrected = [row for row in changes if row["change"] == "corrected"]
    restated = [row for row in changes if row["change"] == "restated"]

    assert [(row["before"], row["now"], row["reason"]) for row in corrected] == [
        ("1400", "1450", "Lorries were left out.")
    ]
    assert [(row["edition_before"], row["edition"]) for row in corrected] == [(MARCH, JUNE)]
    assert {(row["period"], row["edition"]) for row in restated} == {("2017-Q2", "")}
    assert [row["now"] for row in changes if row["change"] == "service_renamed"] == [
        "Pay a road toll"
    ]


def test_pages_tell_the_history_of_a_service(tree: Tree) -> None:
    """Each number with its edition; a reason where there is one; [r] where a number changed."""
    page = pages_of({"services/full.html": tree["services/full.html"]})["services/full.html"]
    table = page.tables["Figures that have said something else"]
    text = tree["services/full.html"].decode()

    assert [
        "Transactions Jul to Sep 2017",
        "1,400 (up to 1 Mar 2018) → 1,450 (1 Jun 2018, corrected)",
        "Lorries were left out.",
    ] in table
    assert "this service was renamed" in text
    assert "[r]" in text
    statuses = {
        row["period"]: row["status"]
        for row in rows_of(tree["services/full.csv"])
        if (row["measure"], row["channel"]) == ("transactions", "")
    }
    assert "revised" in statuses["2017-Q3"]
    assert "revised" not in statuses["2017-Q1"]


def test_pages_say_when_their_figures_last_changed(tree: Tree) -> None:
    """As the site map does; a page with news since the last edition has no date yet."""
    dates = dict(re.findall(r"<loc>(.*?)</loc><lastmod>(.*?)</lastmod>", text_of(tree)))
    calm = next(
        path
        for path, day in dates.items()
        if path.startswith("services/") and "index" not in path and "by-" not in path
    )

    assert "services/full.html" not in dates
    assert dates["index.html"] == SEPTEMBER
    assert dates[calm] == MARCH
    for path, day in dates.items():
        assert f'<time datetime="{day}">' in tree[path].decode(), path


def text_of(tree: Tree) -> str:
    """The site map for programs."""
    return tree["sitemap.xml"].decode()


def test_a_night_without_news_moves_no_date(folder: Path, tree: Tree) -> None:
    """The next day's site differs in the files that print its date, and in no other."""
    tomorrow = built(folder, "2018-09-20")
    changed = {path for path in tree if tree[path] != tomorrow[path]}

    assert tree.keys() == tomorrow.keys()
    assert changed == {
        *("index.html", "about.html", "feed.xml", "sitemap.xml"),
        *("datapackage.json", "data/csv-metadata.json"),
    }


def test_an_edition_has_its_page_its_files_and_its_place_in_the_timemap(tree: Tree) -> None:
    """And the links between them lead somewhere."""
    page = tree[f"editions/{JUNE}/index.html"].decode()
    timemap = tree["editions/timemap.link"].decode()

    assert "1 figure was corrected." in page
    assert 'href="../../editions/2018-03-01/index.html"' in page
    assert timemap.count('memento"') == 2
    assert 'rel="first memento"; datetime="Thu, 01 Mar 2018 00:00:00 GMT"' in timemap
    assert 'rel="last memento"; datetime="Fri, 01 Jun 2018 00:00:00 GMT"' in timemap
    for name in ("services.csv", "observations.csv", "kpis.csv"):
        assert tree[f"editions/{JUNE}/{name}"].startswith(b"edition,service,")
        assert f"editions/{JUNE}/{name}-metadata.json" in tree
    values = {
        day: row["value"]
        for day in (MARCH, JUNE)
        for row in rows_of(tree[f"editions/{day}/observations.csv"])
        if (row["service"], row["period"], row["measure"], row["channel"])
        == ("full", "2017-Q3", "transactions", "")
    }
    assert values == {MARCH: "1400", JUNE: "1450"}


def test_the_feed_tells_of_revisions(tree: Tree) -> None:
    """An entry for the edition that changed something, none for what has no date yet."""
    feed = tree["feed.xml"].decode()

    assert "What changed in the edition of 1 June 2018" in feed
    assert "1 figure was corrected." in feed
    assert feed.count("What changed in the edition") == 1


def test_what_became_confidential_is_nowhere_in_the_site(tmp_path: Path) -> None:
    """Not in the edition that published it, not in KPIs made of it, not in the ledger."""
    data = data_folder(tmp_path)
    change(data, FULL, "2017-Q3,1400,", "2017-Q3,73219,")
    assert perfsite("freeze", MARCH, data, "--with-errors").code in (0, 1)
    open_tree = built(data)
    assert b"73219" in open_tree[f"editions/{MARCH}/observations.csv"]
    change(data, FULL, "2017-Q3,73219,", "2017-Q3,73219 [c],")
    tree = built(data)

    assert [path for path, content in tree.items() if b"73219" in content] == []
    assert [path for path, content in tree.items() if b"73,219" in content] == []
    row = next(
        row
        for row in rows_of(tree[f"editions/{MARCH}/observations.csv"])
        if (row["service"], row["period"], row["measure"], row["channel"])
        == ("full", "2017-Q3", "transactions", "")
    )
    assert (row["value"], row["status"]) == ("", "confidential")
    assert "became confidential later" in tree[f"editions/{MARCH}/index.html"].decode()
    assert "suppressed" in {row["change"] for row in rows_of(tree["data/revisions.csv"])}
    hidden = [
        row["kpi"]
        for row in rows_of(tree[f"editions/{MARCH}/kpis.csv"])
        if row["service"] == "full" and row["status"] == "confidential"
    ]
    assert hidden


def test_a_service_that_left_keeps_its_page(tmp_path: Path) -> None:
    """With its last figures, and a way to the edition that had it; its department, too."""
    data = data_folder(tmp_path)
    assert perfsite("freeze", MARCH, data).code == 0
    without_weekly(data)
    tree = built(data)
    page = tree["services/weekly.html"].decode()

    assert "It has left the register" in page
    assert 'href="../editions/2018-03-01/index.html"' in page
    assert "services/weekly.html" in text_of(tree)
    changes = rows_of(tree["data/revisions.csv"])
    assert "service_removed" in {row["change"] for row in changes}


def test_former_addresses_say_where_to_look_now(tmp_path: Path) -> None:
    """Freezing with the site keeps its addresses; a later site accounts for each of them."""
    data, site = data_folder(tmp_path), tmp_path / "site"
    assert perfsite("build", data, "--out", site, "--no-charts").code == 0
    assert perfsite("freeze", MARCH, data, "--site", site).code == 0
    before = set((site / "urls.txt").read_text().split())
    without_weekly(data)
    tree = built(data)
    former = set(
        re.findall(r'<code class="former">(.*?)</code>', tree["changes/addresses.html"].decode())
    )

    assert "services/weekly.csv" in former
    assert former == before - tree.keys() - {"manifest-sha256.txt"}
    assert set(tree[f"editions/{MARCH}/urls.txt"].decode().split()) == before


def test_diff_says_what_changed(folder: Path) -> None:
    """Between editions and up to now; an edition that is not there is named."""
    ran = perfsite("diff", MARCH, JUNE, folder)
    assert (ran.code, "Figures corrected: an error was mended: 1" in ran.out) == (0, True)
    assert "full 2017-Q3 transactions: 1400 -> 1450  (Lorries were left out.)" in ran.out
    assert "2017-Q2" in perfsite("diff", JUNE, "now", folder, "--format", "csv").out
    assert '"corrected": 1' in perfsite("diff", MARCH, JUNE, folder, "--format", "json").out
    for words in (("2018-01-01", JUNE), (JUNE, MARCH), ("now", JUNE), ("soon", JUNE)):
        refused = perfsite("diff", *words, folder)
        assert refused.code == 2, words
    assert "there are: 2018-03-01, 2018-06-01" in perfsite("diff", "2018-01-01", JUNE, folder).err


def test_a_reason_that_fits_nothing_is_warned_of(tmp_path: Path) -> None:
    """`validate` and `build` say it; the site is built."""
    data = data_folder(tmp_path)
    assert perfsite("freeze", MARCH, data).code == 0
    (data / "revisions.toml").write_text('[[revision]]\nkind = "revision"\nreason = "None."\n')

    assert "PS217" in perfsite("validate", data).out
    (data / "revisions.toml").write_text("[[revision]]\n")
    wrong = perfsite("validate", data)
    assert wrong.code != 0
    assert "revisions.toml: revision.0.reason" in wrong.err


def test_freezing_before_an_edition_is_refused(folder: Path) -> None:
    """Editions follow each other."""
    refused = perfsite("freeze", "2018-04-01", folder)

    assert (refused.code, "freeze a date after 2018-06-01" in refused.err) == (2, True)


def test_what_an_edition_said_before_a_revision_under_embargo_stops_no_build(
    folder: Path, tmp_path: Path
) -> None:
    """The edition may say its own number; the one to come is nowhere."""
    data = tmp_path / "data"
    shutil.copytree(folder, data)
    (data / "submissions" / "early.csv").write_text(
        "service,period,measure,channel,value,note,release_at\n"
        "full,2017-Q3,transactions,,61947,,2019-01-01\n"
    )
    tree = built(data)

    assert [path for path, content in tree.items() if b"61947" in content] == []
    assert b",2017-Q3,transactions,,1400," in tree[f"editions/{MARCH}/observations.csv"]
