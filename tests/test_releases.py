from __future__ import annotations

from datetime import date

import pytest

from helpers import register
from perfsite.model import Source
from perfsite.policy.embargo import release
from policy_tools import DAY, public, read, secrets_of, short, source

DAYS = [date(2018, 9, 18), date(2018, 9, 19), date(2018, 9, 20), None]


@pytest.mark.parametrize("day", DAYS)
def test_a_figure_is_published_from_its_release_on(day: date | None) -> None:
    """On the day itself it is published; a day before it is a secret; without a day all are out."""
    frame, problems = read(
        """
        period   transactions  release_at
        2017-Q1  1000          _
        2017-Q2  1100          2018-09-19
        """,
        day,
    )
    shown, secrets = release(frame, day)

    early = day == DAYS[0]
    assert problems == []
    assert short(shown) == {"2017-Q1 transactions": 1000} | (
        {} if early else {"2017-Q2 transactions": 1100}
    )
    assert secrets_of(secrets) == ({"2017-Q2 transactions": (1100, "embargoed")} if early else {})
    assert not {"secret", "release"} & set(shown.columns)


def test_tidy_wide_and_json_hold_the_same_embargo() -> None:
    """The column release_at means the same in each form of a submission."""
    tidy = """
        period   measure       channel  value  release_at
        2017-Q2  transactions  _        1100   2018-10-01
        2017-Q2  transactions  digital  900    2018-10-01
        """
    wide = """
        period   transactions  transactions:digital  release_at
        2017-Q2  1100          900                   2018-10-01
        """
    records = b"""[
      {"period": "2017-Q2", "measure": "transactions", "value": 1100, "release_at": "2018-10-01"},
      {"period": "2017-Q2", "measure": "transactions", "channel": "digital", "value": 900,
       "release_at": "2018-10-01"}
    ]"""
    wanted = {
        "2017-Q2 transactions": (1100, "embargoed"),
        "2017-Q2 transactions:digital": (900, "embargoed"),
    }

    for sources in (tidy, wide, [Source("submissions/alpha.json", records)]):
        shown, secrets = release(read(sources)[0], DAY)
        assert shown.empty
        assert secrets_of(secrets) == wanted


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2018-09-20T09:30", "write the day alone: 2018-09-20"),
        ("2018-09-20~09:30:00", "write the day alone: 2018-09-20"),
        ("20/09/2018", "year first"),
        ("20.9.18", "year first"),
        ("2018-9-20", "four, two and two"),
        ("2018-02-30", "leave it blank"),
        ("2018-09", "leave it blank"),
        ("soon", "leave it blank"),
        ("[x]", "leave it blank"),
        ("٢٠١٨-٠٩-٢٠", "leave it blank"),
    ],
)
def test_an_embargo_that_cannot_be_read_never_ends(text: str, hint: str) -> None:
    """Its row is left out on every day, with one problem for the row that says how to mend it."""
    table = f"""
        period   transactions  transactions:digital  release_at
        2017-Q1  1000          900                   _
        2017-Q2  1100          950                   {text}
        """
    for day in DAYS:
        frame, problems = read(table, day)
        shown, secrets = release(frame, day)
        assert set(shown["period"]) == {"2017-Q1"}
        assert secrets_of(secrets) == {
            "2017-Q2 transactions": (1100, "embargoed"),
            "2017-Q2 transactions:digital": (950, "embargoed"),
        }
        assert set(secrets["until"]) == {""}
        assert [(p.code, p.row, p.column) for p in problems] == [("PS119", 3, "release_at")]
    assert problems[0].found == text.replace("~", " ")
    assert problems[0].expected == "a date as 2018-09-20, or nothing"
    assert hint in problems[0].fix
    assert problems[0].service == "alpha"


@pytest.mark.parametrize(
    "name",
    [
        "Release_at", "release~at", "release_date", "embargo", "Embargoed~until", "published_on",
    ],
)  # fmt: skip
@pytest.mark.parametrize("tidy", [True, False])
def test_a_misspelt_column_of_embargoes_publishes_nothing(name: str, tidy: bool) -> None:
    """The rows that have something in it are left out; those that have nothing are published."""
    head = f"period measure value {name}" if tidy else f"period transactions {name}"
    middle = "transactions " if tidy else ""
    frame, problems = read(
        f"""{head}
        2017-Q1 {middle}1000 _
        2017-Q2 {middle}1100 2030-01-01
        """
    )

    assert short(release(frame, DAY)[0]) == {"2017-Q1 transactions": 1000}
    assert [(p.code, p.column) for p in problems] == [("PS119", name.replace("~", " "))]
    assert "release_at" in problems[0].fix


def test_an_embargoed_revision_leaves_the_public_figure_in_place() -> None:
    """The public figure stands until the release, then the revision does, and neither is twice."""
    table = """
        period   transactions  release_at
        2017-Q1  1000          _
        2017-Q1  1050          2018-09-20
        2017-Q1  1075          2018-10-20
        """
    on = [date(2018, 9, 19), date(2018, 9, 20), date(2018, 10, 19), date(2018, 10, 20), None]
    figures, later = [], []
    for day in on:
        frame, problems = read(table, day)
        assert problems == []
        shown, secrets = release(frame, day)
        figures.append(short(shown)["2017-Q1 transactions"])
        later.append(sorted(secrets["value"]))

    assert figures == [1000, 1050, 1050, 1075, 1075]
    assert later == [[1050, 1075], [1075], [1075], [], []]


@pytest.mark.parametrize("day", ["2018-09-01", "2019-01-01", "_"])
def test_a_figure_given_twice_with_one_release_is_given_twice(day: str) -> None:
    """Nobody can say which of the two is meant: PS110, and neither is published."""
    frame, problems = read(
        f"""
        period   transactions  release_at
        2017-Q1  1000          {day}
        2017-Q1  1050          {day}
        2017-Q2  1100          _
        """
    )

    assert [p.code for p in problems] == ["PS110"]
    assert short(release(frame, DAY)[0]) == {"2017-Q2 transactions": 1100}


def test_a_suppressed_figure_is_a_secret_before_and_after_its_release() -> None:
    """Being released does not make a suppressed figure public."""
    table = """
        period   transactions  release_at
        2017-Q1  1234~[c]      _
        2017-Q2  1235~[c]      2018-10-01
        """
    shown, secrets = release(read(table)[0], DAY)
    assert short(shown) == {"2017-Q1 transactions": "confidential"}
    assert secrets_of(secrets) == {
        "2017-Q1 transactions": (1234, "suppressed"),
        "2017-Q2 transactions": (1235, "suppressed"),
    }
    assert len(release(read(table, None)[0], None)[0]) == 2


def test_a_suppressed_number_stays_secret_when_a_later_release_replaces_it() -> None:
    """What was suppressed is looked for in the site although another figure stands there now."""
    frame, problems = read(
        """
        period   transactions  release_at
        2017-Q1  1234~[c]      _
        2017-Q1  1300          2018-09-01
        """
    )
    shown, secrets = release(frame, DAY)

    assert problems == []
    assert short(shown) == {"2017-Q1 transactions": 1300}
    assert secrets_of(secrets) == {"2017-Q1 transactions": (1234, "suppressed")}


def test_a_figure_that_becomes_missing_by_release_is_no_secret() -> None:
    """An embargoed [x] holds no number; when it is released, the figure is gone."""
    table = """
        period   transactions  release_at
        2017-Q1  1000          _
        2017-Q1  [x]           2018-10-01
        """
    shown, secrets = release(read(table)[0], DAY)
    assert short(shown) == {"2017-Q1 transactions": 1000}
    assert secrets.empty
    assert short(public(table, date(2018, 10, 1))) == {"2017-Q1 transactions": "not_provided"}


def test_releases_of_other_services_do_not_mix() -> None:
    """The newest release is found for each figure by itself."""
    services = register("alpha", "beta")
    table = """
        service  period   measure       channel  value  release_at
        alpha    2017-Q1  transactions  _        1      _
        beta     2017-Q1  transactions  _        2      2018-09-01
        alpha    2017-Q1  transactions  digital  3      2018-01-01
        alpha    2017-Q2  transactions  digital  4      _
        beta     2017-Q2  transactions  digital  5      2019-01-01
        """
    shown = public([source(table, "submissions/both.csv")], DAY, services)

    assert sorted(shown["value"]) == [1, 2, 3, 4]


def test_no_observations_are_no_trouble() -> None:
    """An empty table has no secrets."""
    shown, secrets = release(read("period transactions")[0], DAY)

    assert (len(shown), len(secrets)) == (0, 0)
