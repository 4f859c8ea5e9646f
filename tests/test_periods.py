from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.periods import Period, Unit

FIRST_DAY = date(1901, 1, 1).toordinal()
LAST_DAY = date(2199, 12, 31).toordinal()

days = st.integers(FIRST_DAY, LAST_DAY).map(lambda n: Period(Unit.DAY, n))
weeks = st.integers(FIRST_DAY // 7 + 1, LAST_DAY // 7 - 1).map(lambda n: Period(Unit.WEEK, n))
months = st.builds(Period.months, st.integers(1900, 2190), st.integers(1, 12), st.integers(1, 100))
periods = st.one_of(days, weeks, months)


@given(periods)
def test_reading_a_code_gives_the_period_back(period: Period) -> None:
    """What is written for a period is read as that period."""
    assert Period.parse(period.code) == period


@given(st.integers(1900, 2190), st.integers(1, 12), st.integers(1, 100))
def test_every_spelling_of_a_run_of_months_has_one_code(year: int, month: int, count: int) -> None:
    """First and last month give the code of the period, whatever shorter spelling it has."""
    last_year, last_month = divmod(year * 12 + month - 1 + count - 1, 12)
    long = f"{year}-{month:02d}/{last_year}-{last_month + 1:02d}"

    assert Period.parse(long).code == Period.months(year, month, count).code


@pytest.mark.parametrize(
    ("text", "start", "end", "code"),
    [
        ("2017-07-03", date(2017, 7, 3), date(2017, 7, 3), "2017-07-03"),
        ("2017-W27", date(2017, 7, 3), date(2017, 7, 9), "2017-W27"),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 3), "2020-W53"),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29), "2016-02"),
        ("2017-Q3", date(2017, 7, 1), date(2017, 9, 30), "2017-Q3"),
        ("2017", date(2017, 1, 1), date(2017, 12, 31), "2017"),
        ("2016-10/2017-09", date(2016, 10, 1), date(2017, 9, 30), "2016-10/2017-09"),
        ("2013-01/2013-12", date(2013, 1, 1), date(2013, 12, 31), "2013"),
        ("2013-04/2013-06", date(2013, 4, 1), date(2013, 6, 30), "2013-Q2"),
        ("2013-05/2013-07", date(2013, 5, 1), date(2013, 7, 31), "2013-05/2013-07"),
        ("2013-05/2013-05", date(2013, 5, 1), date(2013, 5, 31), "2013-05"),
        (" 2017-07 ", date(2017, 7, 1), date(2017, 7, 31), "2017-07"),
    ],
)
def test_each_form_is_the_days_it_names(text: str, start: date, end: date, code: str) -> None:
    """Every form of the data format has its first and last day and one spelling."""
    period = Period.parse(text)

    assert (period.start, period.end, period.code) == (start, end, code)


@pytest.mark.parametrize(
    "text",
    [
        "", "2017-13", "2017-00", "2017-Q5", "2017-Q0", "2017-W54", "2019-W53", "2017-W00",
        "2017-02-29", "2017-7", "17-07", "2017/2018", "2016-10/2016-09", "2016-10/2017-09/2018",
        "2017-Q1/2017-Q2", "2017-07-01/2017-07-31", "July 2017", "2016-17", "201707", "1899",
        "2201", "20170703", "2017-q3", "2017-w27", "nan", "2016-10/", "/2016-10",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    """What is not an ISO 8601 period of the documented forms, or does not exist, is an error."""
    with pytest.raises(ValueError, match=r".+"):
        Period.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "\uff12\uff10\uff11\uff17",
        "\u0662\u0660\u0661\u0667-\u0660\u0667",
        "\uff12\uff10\uff11\uff17-W\uff12\uff17",
    ],
)
def test_digits_of_other_scripts_are_no_period(text: str) -> None:
    """ISO 8601 is written in the digits 0 to 9; others are reported, not guessed at."""
    with pytest.raises(ValueError, match=r".+"):
        Period.parse(text)


@given(periods)
def test_a_period_and_the_one_before_touch(period: Period) -> None:
    """The period before ends on the day before this one starts."""
    assert period.before.end + timedelta(days=1) == period.start


@given(periods)
def test_the_year_before_is_the_same_length_and_place(period: Period) -> None:
    """Months go back a calendar year, weeks and days 52 weeks, so that weekdays agree."""
    before = period.year_before

    assert (before.unit, before.count) == (period.unit, period.count)
    if period.unit is Unit.MONTH:
        assert (before.start.year, before.start.month) == (
            period.start.year - 1,
            period.start.month,
        )
    else:
        assert period.start - before.start == timedelta(weeks=52)


@given(periods)
def test_the_last_complete_month_has_ended_and_the_next_has_not(period: Period) -> None:
    """The month found ends on or before the period's last day, and the one after it later."""
    month = Period(Unit.MONTH, period.last_complete_month)

    assert month.end <= period.end < month.shifted(1).end


@given(periods, periods)
def test_periods_sort_by_their_ends_then_starts(one: Period, other: Period) -> None:
    """The later end is the later period, and of two with one end the shorter is."""
    if one.end != other.end:
        assert (one < other) == (one.end < other.end)
    elif one.start != other.start:
        assert (one < other) == (one.start < other.start)


@given(periods)
def test_a_period_has_as_many_days_as_its_units(period: Period) -> None:
    """No day of a period is lost and none is counted twice."""
    length = (period.end - period.start).days + 1
    parts = [Period(period.unit, period.first + i) for i in range(period.count)]

    assert length == sum((part.end - part.start).days + 1 for part in parts)


def test_only_quarters_of_the_calendar_are_quarters() -> None:
    """Three months from May are three months."""
    assert Period.parse("2013-04/2013-06").is_quarter
    assert not Period.parse("2013-05/2013-07").is_quarter
    assert not Period.parse("2013-04").is_quarter


def test_twelve_months_are_a_year_wherever_they_start() -> None:
    """A financial year is a year; eleven months are not."""
    assert Period.parse("2016-04/2017-03").is_year
    assert Period.parse("2016").is_year
    assert not Period.parse("2016-04/2017-02").is_year
    assert not Period(Unit.WEEK, 100_000, 12).is_year


def test_a_window_of_weeks_is_named_by_its_first_and_last() -> None:
    """52 weeks have a code that people can read, though nobody may send one."""
    window = Period(Unit.WEEK, Period.parse("2015-W01").first, 52)

    assert window.code == "2015-W01/2015-W52"
    assert (window.start, window.end) == (date(2014, 12, 29), date(2015, 12, 27))
