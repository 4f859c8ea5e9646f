"""What services gave: the register and the observations of a built site, and periods of time."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

DIGITAL_CHANNELS: Final = frozenset({"digital", "online", "web", "api", "app", "mobile"})
KPI_COLUMN: Final = "transactions_per_year"
"""The first column of data/services.csv that perfsite worked out; all before it are registered."""
MONTH_NAMES: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
YEAR: Final = 12
YEAR_OF_WEEKS: Final = 52


@dataclass(frozen=True, order=True)
class Span:
    """A run of months (`first` counts them from year 0), of weeks (by their Mondays), or days.

    `unit` is "month", "week" or "day"; `first` of a week and a day is an ordinal of a date.
    """

    unit: str
    first: int
    count: int

    @property
    def end(self) -> int:
        """The first month, week or day after it."""
        return self.first + self.count * (7 if self.unit == "week" else 1)

    @property
    def year_before(self) -> Span:
        """The same period a year before; for weeks 52 weeks, for days 364 days."""
        back = {"month": YEAR, "week": 7 * YEAR_OF_WEEKS, "day": 7 * YEAR_OF_WEEKS}[self.unit]
        return Span(self.unit, self.first - back, self.count)

    @property
    def days(self) -> tuple[date, date]:
        """Its first and its last day."""
        if self.unit == "month":
            return _first_day(self.first), _first_day(self.end) - timedelta(days=1)
        return date.fromordinal(self.first), date.fromordinal(self.end - 1)


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def span(code: str) -> Span:
    """A period by its code in a data file."""
    first, _, last = code.partition("/")
    if last:
        start, end = span(first), span(last)
        weeks = start.unit == "week"
        return Span(start.unit, start.first, (end.end - start.first) // (7 if weeks else 1))
    if match := re.fullmatch(r"(\d{4})(?:-Q(\d)|-(\d\d)|-W(\d\d)|-(\d\d-\d\d))?", code):
        year, quarter, month, week, day = match.groups()
        if quarter:
            return Span("month", int(year) * 12 + 3 * (int(quarter) - 1), 3)
        if month:
            return Span("month", int(year) * 12 + int(month) - 1, 1)
        if week:
            return Span("week", date.fromisocalendar(int(year), int(week), 1).toordinal(), 1)
        if day:
            return Span("day", date.fromisoformat(f"{year}-{day}").toordinal(), 1)
        return Span("month", int(year) * 12, YEAR)
    raise ValueError(code)


def printed(text: str) -> Span:
    """A period as tables print it: `Oct 2016 to Sep 2017`, `Jul to Sep 2017`, `Aug 2013`.

    And weeks by their days, `2 Dec 2013 to 8 Dec 2013`, and days, `3 Jul 2017`.
    """
    first, _, last = text.partition(" to ")
    last = last or first
    year = last.split()[-1]
    if not re.search(r"\d{4}$", first):
        first = f"{first} {year}"
    if re.fullmatch(r"[A-Z][a-z]+ \d{4}", first) and re.fullmatch(r"[A-Z][a-z]+ \d{4}", last):
        start, end = _month(first), _month(last)
        return Span("month", start, end - start + 1)
    start, end = _day(first), _day(last)
    if start == end:
        return Span("day", start, 1)
    weeks, rest = divmod(end - start + 1, 7)
    return Span("day", start, end - start + 1) if rest else Span("week", start, weeks)


def _month(text: str) -> int:
    name, year = text.split()
    return int(year) * 12 + MONTH_NAMES.index(name[:3])


def _day(text: str) -> int:
    day, name, year = text.split()
    return date(int(year), MONTH_NAMES.index(name[:3]) + 1, int(day)).toordinal()


@dataclass(frozen=True)
class Observation:
    """A figure as it was given: its number, if it has one, and the words of its status."""

    value: Fraction | None
    status: frozenset[str]


@dataclass(frozen=True)
class Given:
    """All that was given.

    Attributes:
        register: the rows of the register, in its order.
        observations: by service, measure and channel, then by period.
    """

    register: list[dict[str, str]]
    observations: dict[str, dict[tuple[str, str], dict[Span, Observation]]] = field(
        default_factory=dict
    )

    def series(self, service: str, measure: str, channel: str = "") -> dict[Span, Observation]:
        """One service's figures of a measure and channel, by period."""
        return self.observations.get(service, {}).get((measure, channel), {})

    def channels(self, service: str, measure: str) -> list[str]:
        """The channels of a measure that a service gave, or gave as missing."""
        return [c for m, c in self.observations.get(service, {}) if m == measure and c]


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_given(site: Path) -> Given:
    """What the services of a built site gave."""
    register = []
    for row in read_rows(site / "data" / "services.csv"):
        names = list(row)
        register.append({name: row[name] for name in names[: names.index(KPI_COLUMN)]})
    given = Given(register)
    spans: dict[str, Span] = {}
    for row in read_rows(site / "data" / "observations.csv"):
        code = row["period"]
        spans.setdefault(code, span(code))
        value = Fraction(row["value"]) if row["value"] else None
        mine = given.observations.setdefault(row["service"], {})
        mine.setdefault((row["measure"], row["channel"]), {})[spans[code]] = Observation(
            value, frozenset(row["status"].split())
        )
    return given
