from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import register, worked
from perfsite.kpi.windows import month_windows, year_windows
from perfsite.periods import Period, Unit

Given = dict[tuple[int, int], float]
"""Figures by first month and number of months."""

START = Period.parse("2015-01").first
COLUMNS = ["service", "part", "unit", "count", "first", "value", "status", "flags", "summed"]


def parts(given_: Given, service: str = "alpha", unit: Unit = Unit.MONTH) -> pd.DataFrame:
    """The parts of one service from figures by first unit and number of units."""
    rows = [
        (service, "transactions", str(unit), count, first, value, "provided", 0, False)
        for (first, count), value in given_.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype(
        {"count": "int64", "first": "int64", "value": "float64", "unit": object}
    )


def windows(frame: pd.DataFrame) -> dict[tuple[str, int], tuple[float, bool]]:
    """Windows of 12 months by service and first month: value, and whether it was added up."""
    found = year_windows(frame, ["transactions"]).frame
    found = found[found["unit"] == "month"]
    keys = zip(found["service"], found["first"], strict=True)
    values = zip(found["value"], found["summed"], strict=True)
    return {(s, int(f)): (float(v), bool(b)) for (s, f), (v, b) in zip(keys, values, strict=True)}


def tiled(given_: Given, first: int, length: int = 12) -> float | None:
    """The sum of figures that fill these months, found by trying: the longest last figure first."""

    @cache
    def fill(end: int) -> float | None:
        if end == first:
            return 0.0
        for count in range(min(length, end - first), 0, -1):
            # A window is made of shorter periods only.
            if count < length and (end - count, count) in given_:
                rest = fill(end - count)
                if rest is not None:
                    return rest + given_[end - count, count]
        return None

    return fill(first + length)


@st.composite
def figures(draw: st.DrawFn) -> Given:
    """Figures of a random handful of months, quarters, halves and years, each of its own size."""
    lengths = draw(
        st.lists(st.sampled_from([1, 2, 3, 4, 6, 12]), min_size=1, max_size=4, unique=True)
    )
    found: Given = {}
    for length in lengths:
        step = draw(st.sampled_from([1, length]))
        offset = draw(st.integers(0, length - 1))
        for first in range(offset, 26 - length, step):
            if draw(st.integers(0, 11)):
                found[START + first, length] = float(draw(st.integers(10, 19)) * length)
    return found


@given(st.lists(figures(), min_size=1, max_size=3))
def test_windows_are_what_trying_every_tiling_gives(several: list[Given]) -> None:
    """A stated year stands, else the figures that fill it without gap or overlap, else nothing."""
    frame = pd.concat([parts(mine, f"s{i}") for i, mine in enumerate(several)], ignore_index=True)

    expected = {}
    for i, mine in enumerate(several):
        for first in range(START - 12, START + 38):
            if (first, 12) in mine:
                expected[f"s{i}", first] = (mine[first, 12], False)
            elif (value := tiled(mine, first)) is not None:
                expected[f"s{i}", first] = (value, True)

    assert windows(frame.sample(frac=1, random_state=1)) == expected


@given(st.data())
def test_every_tiling_of_one_truth_gives_that_truth(data: st.DataObject) -> None:
    """Where figures are sums of the same months, any window that can be made is their sum."""
    months = data.draw(st.lists(st.integers(0, 1000), min_size=24, max_size=24))
    lengths = data.draw(st.lists(st.sampled_from([1, 2, 3, 4, 5, 6]), min_size=1, unique=True))
    mine = {
        (START + first, length): float(sum(months[first : first + length]))
        for length in lengths
        for first in range(25 - length)
        if data.draw(st.booleans())
    }

    for (_, first), (value, summed) in windows(parts(mine)).items():
        assert summed
        assert value == sum(months[first - START : first - START + 12])


def test_a_year_as_it_was_given_is_never_added_up() -> None:
    """Twelve months that equal the stated year change nothing and warn of nothing."""
    rows = "\n".join(f"2017-{m:02d} 10" for m in range(1, 13))
    made = worked(f"period transactions\n{rows}\n2017 120")

    assert made.window("transactions", "2017") == 120
    assert not made.figures.windows.frame["summed"].any()
    assert made.problems == []


def test_a_stated_year_wins_over_its_parts_with_a_warning() -> None:
    """The 12-month figure is used, and PS202 names it and both figures."""
    made = worked(
        """
        period  transactions
        2017-Q1 10
        2017-Q2 10
        2017-Q3 10
        2017-Q4 10
        2017    41
        """
    )

    assert made.window("transactions", "2017") == 41
    assert [(p.code, p.row) for p in made.problems] == [("PS202", 6)]
    assert "41 in 2017, 40" in made.problems[0].found


def test_a_gap_leaves_no_year() -> None:
    """Missing is never zero: three quarters are no year, and a blank fourth does not help."""
    rows = "2017-Q1 10\n2017-Q2 10\n2017-Q3 10"

    assert worked(f"period transactions\n{rows}").window("transactions", "2017") is None
    assert (
        worked(f"period transactions\n{rows}\n2017-Q4 [x]").window("transactions", "2017") is None
    )
    assert (
        worked(f"period transactions\n{rows}\n2017-Q4 [z]").window("transactions", "2017") is None
    )
    assert worked(f"period transactions\n{rows}\n2017-Q4 0").window("transactions", "2017") == 30


def test_quarters_and_months_fill_a_year_together() -> None:
    """Periods of different lengths tile a window, without counting a month twice."""
    made = worked(
        """
        period  transactions
        2016-Q4 1
        2017-Q1 10
        2017-04 20
        2017-05 30
        2017-06 40
        2017-07/2017-12 50
        """
    )

    assert made.window("transactions", "2017") == 150
    assert made.window("transactions", "2016-10/2017-09") is None


def test_weeks_make_windows_of_52_weeks_and_never_months() -> None:
    """A service that reports by week has years of 52 weeks, wherever they start."""
    rows = "\n".join(f"2015-W{w:02d} {w}" for w in range(1, 54))
    made = worked(f"period transactions\n{rows}")
    frame = made.figures.windows.frame

    assert made.window("transactions", "2015-W01/2015-W52") == sum(range(1, 53))
    assert made.window("transactions", "2015-W02/2015-W53") == sum(range(2, 54))
    assert set(frame["unit"]) == {"week"}
    assert len(frame) == 2


def test_a_missing_week_leaves_no_window_over_it() -> None:
    """51 weeks are no year."""
    rows = "\n".join(f"2015-W{w:02d} 1" for w in range(1, 54) if w != 30)

    assert worked(f"period transactions\n{rows}").figures.windows.frame.empty


def days(year: int, *, without: str = "") -> str:
    """A row for every day of a year but one."""
    period = Period(Unit.DAY, Period.parse(f"{year}-01-01").first)
    rows = []
    while period.start.year == year:
        if period.code != without:
            rows.append(f"{period.code} 1")
        period = period.shifted(1)
    return "period transactions\n" + "\n".join(rows)


def test_days_make_a_year_only_if_none_is_missing() -> None:
    """366 days of a leap year are its year, 365 of them are not."""
    assert worked(days(2016)).window("transactions", "2016") == 366
    assert worked(days(2016, without="2016-02-29")).window("transactions", "2016") is None


@pytest.mark.parametrize(("month", "length"), [("2016-02", 29), ("2017-02", 28), ("2017-12", 31)])
def test_days_make_a_month_only_if_it_is_whole(month: str, length: int) -> None:
    """A month of which one day is missing is missing, whichever day it is."""
    first = Period.parse(f"{month}-01").first
    whole = {(first + day, 1): 2.0 for day in range(length)}
    found = month_windows(parts(whole, unit=Unit.DAY), ["transactions"])

    assert found[["first", "count", "value", "summed"]].to_numpy().tolist() == [
        [Period.parse(month).first, 1, 2.0 * length, True]
    ]
    for gone in (0, length // 2, length - 1):
        rest = {key: value for key, value in whole.items() if key != (first + gone, 1)}
        assert month_windows(parts(rest, unit=Unit.DAY), ["transactions"]).empty


def test_a_month_as_it_was_given_stands_before_its_days() -> None:
    """The sum of the days does not replace the month's own figure."""
    first = Period.parse("2017-02-01").first
    frame = pd.concat(
        [
            parts({(first + day, 1): 1.0 for day in range(28)}, unit=Unit.DAY),
            parts({(Period.parse("2017-02").first, 1): 30.0}),
        ]
    )

    found = month_windows(frame, ["transactions"])
    assert found[["value", "summed"]].to_numpy().tolist() == [[30.0, False]]


def test_what_does_not_add_up_is_not_added_up() -> None:
    """Four quarterly costs per transaction are no cost per transaction of a year."""
    rows = "\n".join(f"2017-Q{q} 2 0.5 0.9" for q in range(1, 5))
    made = worked(f"period cost_per_transaction completion_rate user_satisfaction\n{rows}")

    assert made.figures.windows.frame.empty


STOCK = "\n".join(f"{year}-Q{quarter} 100" for year in (2015, 2016) for quarter in range(1, 5))


def test_a_stock_is_never_added_up() -> None:
    """Where years are given and are nowhere near their quarters' sum, no other year is made."""
    made = worked(f"period transactions\n{STOCK}\n2015 100\n2016 101")
    frame = made.figures.windows.frame

    assert sorted(frame["value"]) == [100.0, 101.0]
    assert not frame["summed"].any()
    assert made.codes == ["PS204"]


def test_a_stock_is_told_by_its_own_service_alone() -> None:
    """Another service with the same quarters has its years."""
    table = f"period transactions\n{STOCK}\n2015 100\n2016 101".splitlines()
    rows = [f"alpha {row}" for row in table[1:]]
    rows += [f"beta {row}" for row in STOCK.splitlines()]
    made = worked("service period transactions\n" + "\n".join(rows), register("alpha", "beta"))

    assert made.window("transactions", "2015-04/2016-03", "alpha") is None
    assert made.window("transactions", "2015-04/2016-03", "beta") == 400


def test_one_slip_does_not_make_a_stock() -> None:
    """A single year that is far off is a conflict of that year; the others are added up."""
    rows = "\n".join(f"{y}-Q{q} 100" for y in (2014, 2015, 2016) for q in range(1, 5))
    made = worked(f"period transactions\n{rows}\n2014 400\n2015 400\n2016 4000")

    assert made.codes == ["PS202"]
    assert made.window("transactions", "2015-04/2016-03") == 400


def test_no_parts_have_no_windows() -> None:
    """An empty frame, or one of missing figures only, is tiled without trouble."""
    nothing = parts({})

    assert year_windows(nothing, ["transactions"]).frame.empty
    assert month_windows(nothing, ["transactions"]).empty
    missing = parts({(START, 3): float("nan")})
    assert year_windows(missing, ["transactions"]).frame.empty


def test_a_year_that_is_summed_from_channels_is_reported_where_they_stand() -> None:
    """No total was stated; the year of all channels together differs all the same."""
    quarters = "\n".join(f"2017-Q{q} 10 20" for q in (1, 2, 3, 4))
    made = worked(f"period transactions:digital transactions:phone\n{quarters}\n2017 40 90")
    (problem,) = made.problems

    assert (problem.code, problem.row, problem.column) == ("PS202", 6, "transactions")
    assert "130 in 2017, 120 in the shorter periods" in problem.found
    assert (problem.service, problem.measures, problem.period) == (
        "alpha", ("transactions",), "2017",
    )  # fmt: skip


def test_a_series_that_is_no_sum_blames_no_single_year() -> None:
    """It is all of its years that are meant."""
    quarters = "\n".join(f"2017-Q{q} 100" for q in (1, 2, 3, 4))
    (problem,) = worked(f"period transactions\n{quarters}\n2017 100").problems

    assert (problem.code, problem.service, problem.measures) == (
        "PS204", "alpha", ("transactions",),
    )  # fmt: skip
    assert problem.period == ""


def test_a_year_by_mistake_far_away_makes_no_wide_table() -> None:
    """Windows are worked out in little memory, and none reaches over a gap of decades."""
    rows = "\n".join(f"{year}-Q{q} 10" for year in (2016, 2071) for q in (1, 2, 3, 4))
    made = worked(f"period transactions\n{rows}\n2017-Q1 10\n2070-Q4 10")

    assert made.window("transactions", "2016") == 40
    assert made.window("transactions", "2016-04/2017-03") == 40
    assert made.window("transactions", "2070-10/2071-09") == 40
    assert made.window("transactions", "2016-07/2071-03") is None
    assert int(made.figures.windows.frame["summed"].sum()) == 4
