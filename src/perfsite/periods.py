"""Periods of time: reading them, naming them, counting with them.

A period is a whole number of days, ISO weeks or calendar months. It has one spelling: `2013` and
`2013-01/2013-12` are the same period and give the same code. Words for people live in `language`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import total_ordering

MONTHS_IN_YEAR = 12
MONTHS_IN_QUARTER = 3
WEEKS_IN_YEAR = 52
DAYS_IN_WEEK = 7

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_YEAR = re.compile(r"(\d{4})", re.ASCII)


class Unit(StrEnum):
    """What a period is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@total_ordering
@dataclass(frozen=True)
class Period:
    """A run of `count` whole units, the first of which has the index `first`.

    Indexes count from the start of the calendar: days as `date.toordinal`, weeks as the number
    of Mondays since then, months as twelve times the year plus the month less one. So periods of
    one unit can be compared, shifted and tiled as integers, and whole columns of them at once.
    """

    unit: Unit
    first: int
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read an ISO 8601 period, of any form in docs/data-format.md.

        Raises:
            ValueError: if the text is not such a period, or names a date that does not exist.
        """
        text = text.strip()
        if "/" in text:
            start, _, end = text.partition("/")
            first, last = _month_index(start), _month_index(end)
            if last < first:
                raise ValueError(f"{text!r} ends before it starts")
            return cls(Unit.MONTH, first, last - first + 1)
        if match := _YEAR.fullmatch(text):
            return cls(Unit.MONTH, _checked_year(match[1]) * MONTHS_IN_YEAR, MONTHS_IN_YEAR)
        if match := _QUARTER.fullmatch(text):
            first = _checked_year(match[1]) * MONTHS_IN_YEAR + (int(match[2]) - 1) * 3
            return cls(Unit.MONTH, first, MONTHS_IN_QUARTER)
        if match := _WEEK.fullmatch(text):
            monday = date.fromisocalendar(_checked_year(match[1]), int(match[2]), 1)
            return cls(Unit.WEEK, (monday.toordinal() - 1) // DAYS_IN_WEEK)
        if match := _DAY.fullmatch(text):
            _checked_year(match[1])
            return cls(Unit.DAY, date.fromisoformat(text).toordinal())
        return cls(Unit.MONTH, _month_index(text))

    @classmethod
    def months(cls, year: int, month: int, count: int = 1) -> Period:
        """The `count` months that start with this month (1 to 12) of this year."""
        return cls(Unit.MONTH, year * MONTHS_IN_YEAR + month - 1, count)

    @property
    def last(self) -> int:
        """The index of the last unit."""
        return self.first + self.count - 1

    @property
    def start(self) -> date:
        """The first day."""
        return _first_day(self.unit, self.first)

    @property
    def end(self) -> date:
        """The last day."""
        return _first_day(self.unit, self.last + 1) - timedelta(days=1)

    @property
    def code(self) -> str:
        """The one spelling of this period."""
        if self.unit is Unit.DAY and self.count == 1:
            return self.start.isoformat()
        if self.unit is Unit.WEEK and self.count == 1:
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        if self.unit is not Unit.MONTH:
            # Windows of 52 weeks and the like are made by perfsite, never read.
            ends = Period(self.unit, self.first), Period(self.unit, self.last)
            return "/".join(period.code for period in ends)
        year, month = divmod(self.first, MONTHS_IN_YEAR)
        if self.count == 1:
            return f"{year}-{month + 1:02d}"
        if self.is_quarter:
            return f"{year}-Q{month // MONTHS_IN_QUARTER + 1}"
        if self.count == MONTHS_IN_YEAR and month == 0:
            return f"{year}"
        last_year, last_month = divmod(self.last, MONTHS_IN_YEAR)
        return f"{year}-{month + 1:02d}/{last_year}-{last_month + 1:02d}"

    @property
    def is_quarter(self) -> bool:
        """Whether this is a quarter of a calendar year."""
        return (
            self.unit is Unit.MONTH
            and self.count == MONTHS_IN_QUARTER
            and self.first % MONTHS_IN_QUARTER == 0
        )

    @property
    def is_year(self) -> bool:
        """Whether this is a run of twelve months, wherever it starts."""
        return self.unit is Unit.MONTH and self.count == MONTHS_IN_YEAR

    @property
    def last_complete_month(self) -> int:
        """The index of the last month that has ended when this period ends."""
        after = self.end + timedelta(days=1)
        return after.year * MONTHS_IN_YEAR + after.month - 2

    def shifted(self, units: int) -> Period:
        """The period of the same length, this many units later (earlier when negative)."""
        return Period(self.unit, self.first + units, self.count)

    @property
    def before(self) -> Period:
        """The period just before, of the same length."""
        return self.shifted(-self.count)

    @property
    def year_before(self) -> Period:
        """The same period a year before; for weeks and days, 52 weeks before."""
        return self.shifted(-YEAR_IN_UNITS[self.unit])

    def __lt__(self, other: Period) -> bool:
        return (self.end, self.start) < (other.end, other.start)

    def __str__(self) -> str:
        return self.code


YEAR_IN_UNITS = {
    Unit.MONTH: MONTHS_IN_YEAR,
    Unit.WEEK: WEEKS_IN_YEAR,
    Unit.DAY: WEEKS_IN_YEAR * DAYS_IN_WEEK,
}
"""How many units a comparison with the year before goes back: weekdays stay aligned."""


def _checked_year(text: str) -> int:
    year = int(text)
    if not 1900 <= year <= 2200:  # noqa: PLR2004 - a typing error, not a period of a service
        raise ValueError(f"the year {text} is not between 1900 and 2200")
    return year


def _month_index(text: str) -> int:
    match = _MONTH.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a period")
    month = int(match[2])
    if not 1 <= month <= MONTHS_IN_YEAR:
        raise ValueError(f"there is no month {match[2]}")
    return _checked_year(match[1]) * MONTHS_IN_YEAR + month - 1


def _first_day(unit: Unit, index: int) -> date:
    if unit is Unit.MONTH:
        year, month = divmod(index, MONTHS_IN_YEAR)
        return date(year, month + 1, 1)
    if unit is Unit.WEEK:
        return date.fromordinal(index * DAYS_IN_WEEK + 1)
    return date.fromordinal(index)
