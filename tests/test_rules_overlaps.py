from __future__ import annotations

import pytest

from perfsite.config import parse_config
from rule_tools import found, only, short

QUARTER = "period transactions\n2017-01 10\n2017-02 20\n2017-03 30\n2017-Q1 {}"


def test_a_quarter_that_is_not_the_sum_of_its_months_is_reported() -> None:
    """The longer figure is blamed, and the message has both."""
    (problem,) = found(QUARTER.format(70))

    assert short([problem]) == [("PS205", 5, "transactions")]
    assert "70 in 2017-Q1, 60 in the shorter periods" in problem.found
    assert (problem.measures, problem.period) == (("transactions",), "2017-Q1")
    assert found(QUARTER.format(60)) == []


def test_other_lengths_and_mixed_tilings_are_compared_too() -> None:
    """Half a year of a quarter and three months, and a month of all its days."""
    half = "period cost\n2017-Q1 30\n2017-04 10\n2017-05 10\n2017-06 10\n2017-01/2017-06 {}"
    days = "\n".join(f"2017-02-{day:02d} 2" for day in range(1, 29))

    assert only(found(half.format(60)), "PS205") == []
    assert [p.row for p in only(found(half.format(61)), "PS205")] == [6]
    assert only(found(f"period cost\n{days}\n2017-02 56"), "PS205") == []
    assert [p.row for p in only(found(f"period cost\n{days}\n2017-02 57"), "PS205")] == [30]


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        ("2017-02", "2017-Q1"),
        ("2017-Q1", "2016-10/2017-09"),
        ("2017-W10", "2017-03"),
        ("2017-03-08", "2017-W10"),
        ("2017", "2016-01/2018-06"),
    ],
)
def test_no_period_has_more_than_a_longer_one_around_it(shorter: str, longer: str) -> None:
    """Days, weeks, months, quarters and years are held against each other."""
    table = f"period transactions\n{shorter} {{}}\n{longer} 100"
    (problem,) = found(table.format(101))

    assert short([problem]) == [("PS205", 2, "transactions")]
    assert f"101 in {shorter}, more than the 100 in all of {longer}" in problem.found
    assert problem.period == shorter
    assert found(table.format(100)) == []


def test_periods_that_only_touch_are_not_compared() -> None:
    """A week that reaches into the next month is in neither."""
    assert found("period transactions\n2017-W05 200\n2017-01 100\n2017-02 100") == []


def test_of_several_longer_periods_the_smallest_is_named() -> None:
    """A quarter is in four windows of a year that begin a quarter apart."""
    (problem,) = found(
        "period transactions\n2017-Q1 50\n2016-04/2017-03 60\n2016-07/2017-06 40\n2017 45"
    )

    assert "more than the 40 in all of 2016-07/2017-06" in problem.found


def test_channels_and_services_are_compared_among_themselves() -> None:
    """A month by phone is not held against a quarter online, nor against another service."""
    table = """
        service period  transactions:digital transactions:phone
        alpha   2017-01 _                    90
        alpha   2017-Q1 50                   100
        beta    2017-02 99                   _
    """
    assert only(found(table), "PS205") == []


def test_years_are_left_to_their_own_rule() -> None:
    """A year that its quarters do not add up to is PS202, and not said again."""
    table = "period transactions\n2017-Q1 90\n2017-Q2 10\n2017-Q3 10\n2017-Q4 10\n2017 80"

    assert only(found(table), "PS205") == []


def test_stocks_and_what_does_not_add_up_are_left_alone() -> None:
    """Claims in payment are counted anew each quarter, and a rate of a month may be any rate."""
    quarters = "\n".join(f"{year}-Q{q} 105" for year in (2016, 2017) for q in (1, 2, 3, 4))

    assert only(found(f"period transactions\n{quarters}\n2016 100\n2017 101"), "PS205") == []
    assert found("period completion_rate\n2017-01 0.9\n2017-02 0.9\n2017-Q1 0.5") == []


def test_a_measure_of_the_sites_own_is_compared_if_it_adds_up() -> None:
    """A number may be negative: then a month may be above its quarter, but sums are sums."""
    text = '[measures.balance]\nname = "Balance"\nkind = "number"\naggregation = "sum"\n'
    config = parse_config(text)

    assert found("period balance\n2017-01 50\n2017-Q1 20", config=config) == []
    table = "period balance\n2017-01 50\n2017-02 -40\n2017-03 5\n2017-Q1 {}"
    assert found(table.format(15), config=config) == []
    assert [p.code for p in found(table.format(20), config=config)] == ["PS205"]


def test_a_confidential_channel_must_not_stand_alone() -> None:
    """With a total and all other channels it can be worked out; the message does not say it."""
    table = "period transactions transactions:digital transactions:phone transactions:post\n"
    (problem,) = found(f"{table}2017 100 60 30 [c]")

    assert short([problem]) == [("PS215", 2, "transactions")]
    assert "post" in problem.found
    assert "10" not in problem.found.replace("2017", "")
    assert (problem.measures, problem.period) == (("transactions",), "2017")


@pytest.mark.parametrize(
    "cells",
    [
        "100 60 [c] [c]",
        "[c] 60 30 [c]",
        "[x] 60 30 [c]",
        "100 60 [x] [c]",
        "100 [c] _ _",
        "100 60 30 10",
    ],
)
def test_two_secrets_or_an_unknown_channel_hide_each_other(cells: str) -> None:
    """Nothing can be worked out, so nothing is said."""
    table = "period transactions transactions:digital transactions:phone transactions:post\n"

    assert only(found(f"{table}2017 {cells}"), "PS215") == []


def test_a_lone_channel_below_a_total_stays_unknown() -> None:
    """Nobody said that there are no others, so the rest may be theirs."""
    assert found("period transactions transactions:digital\n2017 100 [c]") == []
    assert found("period transactions transactions:digital\n2017 [c] 100") == []


def test_a_confidential_total_of_published_channels_is_no_secret() -> None:
    """One of the channels is named then, for the total is hidden already."""
    (problem,) = found("period transactions transactions:digital transactions:phone\n2017 [c] 6 3")

    assert problem.code == "PS215"
    assert problem.column == "transactions:digital"
    assert problem.found == "gives away transactions in 2017, which is confidential"


def test_a_channel_that_is_not_applicable_is_known() -> None:
    """It is zero for the sum, and hides nothing."""
    table = "period transactions transactions:digital transactions:phone transactions:post\n"

    assert len(only(found(f"{table}2017 100 60 [z] [c]"), "PS215")) == 1


def test_a_confidential_month_must_not_stand_alone_in_its_quarter() -> None:
    """The longer figure is blamed: leaving it out keeps the secret."""
    (problem,) = found("period cost\n2017-01 10\n2017-02 [c]\n2017-03 30\n2017-Q1 65")

    assert short([problem]) == [("PS215", 5, "cost")]
    assert problem.period == "2017-Q1"
    assert "65" not in problem.found
    table = "period cost\n2017-01 [c]\n2017-02 [c]\n2017-03 30\n2017-Q1 65"
    assert found(table) == []


def test_a_confidential_year_of_published_quarters_is_no_secret() -> None:
    """The last of the quarters is named, for the year is hidden already."""
    table = "period cost\n2017-Q1 10\n2017-Q2 11\n2017-Q3 12\n2017-Q4 13\n2017 [c]"
    (problem,) = found(table)

    assert (problem.code, problem.row, problem.period) == ("PS215", 5, "2017-Q4")
