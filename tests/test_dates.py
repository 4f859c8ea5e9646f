"""Which day a build is of: `published`, days of release, `--edition` and the clock together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from perfsite.cli.common import Today, edition_date, what_day_is_it
from perfsite.errors import BuildError, UsageError
from perfsite.load import load_data
from small_site import CONFIG, SUBMISSIONS, data_folder, perfsite, read_tree, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.load import Data

LISTED = "published = [2018-03-01, 2018-09-19, 2017-01-01]"
EARLY = """\
service,period,measure,channel,value,note,release_at
full,2017-Q4,transactions,,48213,,2018-10-01
full,2017-Q4,transactions,digital,37219,,2018-12-01
full,2018-Q1,cost,,2400,,soon
"""


def folder(tmp_path: Path, listed: str = LISTED, early: str = EARLY) -> Path:
    """The small site's data with figures under embargo, and these dates of editions."""
    submissions = {**SUBMISSIONS, "early.csv": early} if early else SUBMISSIONS
    return data_folder(tmp_path, submissions=submissions, config=CONFIG.replace(LISTED, listed))


def on(day: str, data: Data, given: str | None = None, *, told: bool = False) -> str:
    """The date of an edition that is built on a day, as text."""
    return str(edition_date(given, data, Today(date.fromisoformat(day), told)))


@pytest.mark.parametrize(
    ("today", "edition"),
    [
        ("2018-03-01", "2018-03-01"),
        ("2018-09-18", "2018-03-01"),
        ("2018-09-19", "2018-09-19"),
        ("2018-09-30", "2018-09-19"),
        ("2018-10-01", "2018-10-01"),
        ("2018-11-30", "2018-10-01"),
        ("2018-12-01", "2018-12-01"),
        ("2099-12-31", "2018-12-01"),
    ],
)
def test_the_edition_is_the_newest_day_that_has_come(
    tmp_path: Path, today: str, edition: str
) -> None:
    """Of dates in `published` and days of release, without an edit of anything, however far on."""
    assert on(today, load_data(folder(tmp_path))) == edition


@pytest.mark.parametrize("ending", [".csv", ".json", ".xlsx"])
def test_days_of_release_are_read_from_every_kind_of_file(tmp_path: Path, ending: str) -> None:
    """A workbook, which does not show its words in its bytes, is opened for them."""
    data = folder(tmp_path, early="")
    path = data / "submissions" / f"full-early{ending}"
    row: dict[str, Any] = {"service": "full", "period": "2017-Q4", "measure": "transactions"}
    row |= {"value": 5, "release_at": "2018-10-02"}
    if ending == ".json":
        path.write_text(f"[{row}]".replace("'", '"'))
    elif ending == ".csv":
        path.write_text(f"{','.join(row)}\n{','.join(map(str, row.values()))}\n")
    else:
        from openpyxl import Workbook  # noqa: PLC0415 - of this case alone

        book = Workbook()
        book.active.append(list(row))
        book.active.append([str(one) for one in row.values()])
        book.save(path)

    assert on("2018-10-05", load_data(data)) == "2018-10-02"


def test_a_date_to_come_is_no_edition_and_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It waits; only --edition names one, and that is said too."""
    data = load_data(folder(tmp_path, "published = [2018-03-01, 2018-09-19, 2019-01-01]", ""))

    assert on("2018-11-11", data) == "2018-09-19"
    assert "still to come is no edition yet: 2019-01-01." in capsys.readouterr().err
    assert on("2018-11-11", data, "2019-01-01") == "2019-01-01"
    assert "a day to come (today is 2018-11-11)" in capsys.readouterr().err
    assert on("2018-11-11", data, "2018-01-01") == "2018-01-01"
    assert capsys.readouterr().err == ""
    assert on("2019-01-01", data) == "2019-01-01"
    assert capsys.readouterr().err == ""


def test_a_clock_that_ran_back_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Behind a frozen edition nothing is built; before every date it is asked about."""
    data = folder(tmp_path, early="")
    assert on("1970-01-01", load_data(data)) == "1970-01-01"
    assert "Is the clock right?" in capsys.readouterr().err
    assert perfsite("freeze", "2018-03-01", data).code == 0
    loaded = load_data(data)

    with pytest.raises(BuildError, match="2018-03-01 is frozen, and the clock says 1970-01-01"):
        on("1970-01-01", loaded)
    assert on("1970-01-01", loaded, "2018-01-01") == "2018-01-01"
    assert on("2018-01-01", loaded, told=True) == "2018-01-01"


def test_source_date_epoch_is_the_clock_and_names_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However old: what came after it is not published. Without it the clock of the machine is."""
    data = load_data(folder(tmp_path))
    before = datetime.now(UTC).date()
    assert before <= what_day_is_it().day <= datetime.now(UTC).date()
    assert not what_day_is_it().is_set

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1519862399")
    assert str(what_day_is_it()) == "2018-02-28, by SOURCE_DATE_EPOCH"
    assert str(edition_date(None, data)) == "2018-02-28"


def numbers(out: Path) -> set[str]:
    """The transactions of `full` in 2017-Q4 that a site has, all channels and digital."""
    rows = rows_of((out / "data/observations.csv").read_bytes())
    return {row["value"] for row in rows if (row["service"], row["period"]) == ("full", "2017-Q4")}


def test_a_nightly_build_releases_on_the_day_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Night after night the same command: what waits is counted, and comes when its day does."""
    data, out = folder(tmp_path), tmp_path / "site"
    wanted = {
        "2018-09-30": (set(), "Waiting: 1 figure until 2018-10-01, 1 figure until 2018-12-01."),
        "2018-10-01": ({"48213"}, "Waiting: 1 figure until 2018-12-01"),
        "2018-12-01": ({"48213", "37219"}, ""),
    }
    for day, (published, waiting) in wanted.items():
        noon = datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(noon)))
        ran = perfsite("build", data, "--out", out, "--no-charts")
        assert numbers(out) == published
        assert waiting in ran.out
        assert ("Waiting" in ran.out) == bool(waiting)
        assert not {"48213", "37219"} & {*ran.out.split(), *ran.err.split()} - published


def test_a_day_to_come_is_not_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published then is not known yet; the day itself is."""
    data = folder(tmp_path, early="")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1537315200")
    refused = perfsite("freeze", "2018-09-20", data)

    assert (refused.code, (data / "editions").exists()) == (2, False)
    assert "2018-09-20 is a day to come (today is 2018-09-19, by SOURCE" in refused.err
    assert perfsite("freeze", "2018-09-19", data).code == 0


def test_an_edition_that_no_site_carries_is_taken_back(tmp_path: Path) -> None:
    """Nothing is lost: its files stand aside, unread, and it can be frozen anew."""
    data, site = folder(tmp_path, early=""), tmp_path / "site"
    for day in ("2018-03-01", "2018-09-19"):
        assert perfsite("freeze", day, data).code == 0
    before = read_tree(data / "editions" / "2018-09-19")
    undo = ("freeze", "2018-09-19", data, "--undo", "--site", site)

    asked = perfsite(*undo)
    assert (asked.code, "stays; give --yes" in asked.err) == (2, True)
    assert f"site at {site} is not there" in asked.out
    done = perfsite(*undo, "--yes")
    assert done.code == 0
    assert read_tree(data / "editions" / ".2018-09-19.taken-back") == before
    assert load_data(data).editions == (date(2018, 3, 1),)
    assert perfsite("freeze", "2018-09-19", data).code == 0
    assert perfsite(*undo, "--yes").code == 0
    assert (data / "editions" / ".2018-09-19.taken-back-2").is_dir()


def test_what_is_published_or_followed_is_not_taken_back(tmp_path: Path) -> None:
    """A site that carries it, a package that has it, and a later edition each keep it."""
    data, site = folder(tmp_path, early=""), tmp_path / "site"
    for day in ("2018-03-01", "2018-09-19"):
        assert perfsite("freeze", day, data).code == 0

    def refused(day: str) -> str:
        ran = perfsite("freeze", day, data, "--undo", "--yes", "--site", site)
        assert ran.code == 2
        return ran.err

    assert "the edition of 2018-09-19 follows" in refused("2018-03-01")
    assert "no edition of 2018-09-20 was frozen" in refused("2018-09-20")
    perfsite("build", data, "--out", site, "--no-charts")
    assert "carries the edition of 2018-09-19" in refused("2018-09-19")
    assert (data / "editions" / "2018-09-19").is_dir()


def test_yes_is_for_undo_alone(tmp_path: Path) -> None:
    """Who says yes to nothing may have meant something else."""
    ran = perfsite("freeze", "2018-09-19", folder(tmp_path, early=""), "--yes")

    assert (ran.code, "--yes is for --undo" in ran.err) == (2, True)


def test_an_epoch_that_is_no_number_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is guessed: without a day, figures under embargo would be out."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "tomorrow")

    with pytest.raises(UsageError, match="not a number"):
        what_day_is_it()
