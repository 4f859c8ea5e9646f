from __future__ import annotations

from datetime import date

import pytest

from helpers import register
from perfsite.config import Checks
from rule_tools import found, months, only, short


def test_a_period_of_the_future_is_an_error_once_a_row() -> None:
    """A year mistyped is said once for its row, and blames every figure that stands there."""
    problems = found("period transactions cost\n2017-07 5 6\n2071-08 5 6")

    assert short(problems) == [("PS118", 3, "period")]
    assert problems[0].service == "alpha"
    assert problems[0].period == "2071-08"
    assert set(problems[0].measures) == {"transactions", "cost"}


def test_a_period_of_the_future_makes_nobody_late_and_no_gap() -> None:
    """Other rules do not see it: no gap up to it, and no service is quiet beside it."""
    table = "service period transactions rating_1\nalpha 2017-07 5 _\nalpha 2071-08 5 3"
    problems = found(f"{table}\nbeta 2017-07 5 _")

    assert {problem.code for problem in problems} == {"PS118"}


def test_parts_of_the_future_are_not_compared_either() -> None:
    """More answers than transactions in a year to come are no second problem."""
    ratings = " ".join(f"rating_{i}" for i in range(1, 6))
    problems = found(f"period transactions {ratings}\n2017 99 1 1 1 1 1\n2071 3 1 1 1 1 1")

    assert [problem.code for problem in problems] == ["PS118"]


def test_the_day_of_the_edition_decides_what_is_future() -> None:
    """A period that begins on that day has begun; one that ends on it has ended."""
    table = "period transactions\n2018-09-19 5"

    assert found(table, edition=date(2018, 9, 19)) == []
    assert [p.code for p in found(table, edition=date(2018, 9, 18))] == ["PS118"]
    assert [p.code for p in found("period transactions\n2018-09 5")] == ["PS211"]
    assert found("period transactions\n2018-09 5", edition=date(2018, 9, 30)) == []


def test_a_period_that_runs_is_said_only_where_there_is_a_figure() -> None:
    """A form filled in for the whole year, with blanks to come, is no forecast."""
    problems = found("period transactions cost\n2018-Q3 5 [x]\n2018-09 [x] _")

    assert short(problems) == [("PS211", 2, "period")]
    assert problems[0].measures == ("transactions",)
    assert "2018-09-30" in problems[0].found


def test_a_service_that_gives_nothing_any_more_is_quiet() -> None:
    """It is said where its last figure stands, since when, and how far others have got."""
    table = """
        service period  transactions
        alpha   2017-06 5
        beta    2016-05 5
        beta    2016-06 5
        beta    2017-06 [x]
    """
    (problem,) = only(found(table), "PS212")

    assert (problem.row, problem.service, problem.measures) == (4, "beta", ())
    assert "2016-06, for 12 months" in problem.found
    assert "2017-06-30" in problem.found
    assert only(found(table, checks=Checks(quiet_months=13)), "PS212") == []


@pytest.mark.parametrize("value", ["[c]", "[z]", "0"])
def test_what_is_confidential_or_not_applicable_was_given(value: str) -> None:
    """Only [x] and nothing at all are silence."""
    table = f"service period transactions\nalpha 2017 5\nbeta 2015 5\nbeta 2017 {value}"

    assert only(found(table), "PS212") == []


def test_a_closed_service_may_be_silent() -> None:
    """The register says that it has closed; nobody waits for its figures."""
    services = {**register("alpha"), **register("beta", closed="2015")}
    table = "service period transactions\nalpha 2017 5\nbeta 2015 5"

    assert only(found(table, services), "PS212") == []
    assert len(only(found(table), "PS212")) == 1


def test_figures_from_before_or_after_a_life_are_reported_by_row() -> None:
    """A period that only touches the life of a service is none of them."""
    services = register("alpha", opened="2016-04", closed="2017-06-15")
    problems = found(
        """
        period  transactions cost
        2016-03 5            6
        2016    60           _
        2016-04 5            [x]
        2017-06 5            _
        2017-07 5            6
        """,
        services,
    )
    lives = only(problems, "PS213")

    assert [(p.row, p.period) for p in lives] == [(2, "2016-03"), (6, "2017-07")]
    assert "opened in 2016-04" in lives[0].found
    assert "closed in 2017-06-15" in lives[1].found
    assert set(lives[1].measures) == {"transactions", "cost"}


def test_a_gap_names_the_periods_and_blames_none() -> None:
    """It stands at the first figure after the gap, and no figure is left out for it."""
    (problem,) = found(months([5, 6, "_", "_", 7, "_", 8]))

    assert short([problem]) == [("PS206", 4, "transactions")]
    assert "2016-03, 2016-04, 2016-06" in problem.found
    assert "from 2016-01 to 2016-07" in problem.expected
    assert problem.period == ""


def test_a_long_gap_names_five_periods_and_counts_the_rest() -> None:
    """Of eight months that lack, five are named."""
    (problem,) = only(found(months([5, 6, *["_"] * 8, 7])), "PS206")

    assert problem.found.endswith("2016-07 and 3 more")


@pytest.mark.parametrize(
    "table",
    [
        months([5, 6, "[x]", 7]),
        months([5]),
        "period transactions\n2015 5\n2016 6\n2016-04/2017-03 7\n2017-04/2018-03 8",
        "period transactions\n2015-Q4 5\n2016-Q1 6\n2016 30\n2017 40",
        "period transactions\n2015-10/2016-09 5\n2016 6\n2016-04/2017-03 7\n2016-07/2017-06 8",
        "period transactions\n2016-W52 5\n2017-W01 6\n2017-W02 7",
    ],
)
def test_what_is_said_or_follows_is_no_gap(table: str) -> None:
    """[x] is no gap, nor is a change of the calendar, nor a window that rolls on."""
    assert only(found(table), "PS206") == []


def test_a_window_that_rolls_on_by_quarters_lacks_one() -> None:
    """What is usual for the series decides, not the length of its periods."""
    table = """
        period          transactions
        2015-01/2015-12 5
        2015-04/2016-03 6
        2015-10/2016-09 7
        2016-01/2016-12 8
    """
    (problem,) = only(found(table), "PS206")

    assert problem.found.endswith("for 2015-07/2016-06")


def test_what_nobody_was_asked_for_is_said_once() -> None:
    """Twenty services that lack the same month are one problem; nineteen are nineteen."""
    for number, expected in ((19, 19), (20, 1)):
        ids = [f"s{i}" for i in range(number)]
        rows = "\n".join(f"{one} 2016-{m} 5" for one in ids for m in ("01", "02", "04"))
        problems = found(f"service period transactions\n{rows}", register(*ids))

        assert [p.code for p in problems] == ["PS206"] * expected
        assert all("2016-03" in p.found for p in problems)


def test_a_figure_that_stands_still_is_reported_at_its_last_row() -> None:
    """Four equal months are one problem, and seven are one, too."""
    assert found(months([10, 20, 20, 20, 30])) == []
    four = found(months([10, 20, 20, 20, 20, 30]))
    seven = found(months([20] * 7))

    assert [(p.code, p.row, p.period) for p in four] == [("PS210", 6, "2016-05")]
    assert "20 in every period from 2016-02 to 2016-05" in four[0].found
    assert [(p.code, p.row) for p in seven] == [("PS210", 8)]
    assert found(months([20] * 7), checks=Checks(repeats=8)) == []


@pytest.mark.parametrize(
    "table",
    [
        months([9] * 6),
        months([0] * 6),
        months([20, 20, "_", 20, 20]),
        months([20, 20, "[x]", 20, 20]),
        months(["100%"] * 6, name="availability"),
        months([86400] * 6, name="uptime"),
    ],
)
def test_small_counts_and_good_news_may_repeat(table: str) -> None:
    """So may figures with a hole between them."""
    assert only(found(table), "PS210") == []


def test_years_that_overlap_have_to_stand_still_for_as_long_as_years_that_do_not() -> None:
    """Twelve windows a quarter apart cover less than four years; fourteen cover more."""

    def windows(number: int) -> str:
        rows = []
        for i in range(number):
            start, end = 2014 * 12 + 3 * i, 2014 * 12 + 3 * i + 11
            names = [f"{at // 12}-{at % 12 + 1:02d}" for at in (start, end)]
            rows.append(f"{'/'.join(names)} 500")
        return "\n".join(["period transactions", *rows])

    assert only(found(windows(12), edition=date(2020, 1, 1)), "PS210") == []
    assert len(only(found(windows(14), edition=date(2020, 1, 1)), "PS210")) == 1
