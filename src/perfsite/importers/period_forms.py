"""The ways in which other people write periods, each with a name that says how to read it.

A form is `ISO` (that of docs/data-format.md) or a pattern of YYYY, YY, MM, DD, Mon and Qn between
other characters, such as `DD/MM/YYYY`, `Mon YYYY`, `YYYY/YY` or `Qn YYYY/YY`. A text has the form
that is named or it cannot be read: nothing here guesses between day and month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from perfsite.periods import DAYS_IN_WEEK, MONTHS_IN_QUARTER, MONTHS_IN_YEAR, Period, Unit

Covers = Literal[
    "itself",
    "week starting",
    "week ending",
    "month starting",
    "month ending",
    "quarter starting",
    "quarter ending",
    "year starting",
    "year ending",
]
"""What a date or a month stands for: itself, or a longer period that it starts or ends."""

ISO: Final = "ISO"
_TOKEN: Final = re.compile(r"YYYY|YY|MM|DD|Mon|Qn")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORT: Final = 3
_LENGTHS: Final = {"month": 1, "quarter": MONTHS_IN_QUARTER, "year": MONTHS_IN_YEAR}
_CENTURY: Final = 100


@dataclass(frozen=True)
class PeriodForm:
    """A form of periods: what each holds (`day`, `month`, `quarter`, `year`) and how it is written.

    `first_month` is that of the year where a year is written as two (2016/17), else 0.
    """

    name: str
    holds: str
    pattern: re.Pattern[str]
    covers: Covers = "itself"
    first_month: int = 0

    @property
    def has_two_years(self) -> bool:
        """Whether it writes the years in which a year starts and ends."""
        return "next" in self.pattern.groupindex

    def read(self, text: str) -> Period:
        """The period that a text means.

        Raises:
            ValueError: if it has not this form, or there is no such period; it says why.
        """
        if self.name == ISO:
            return Period.parse(text)
        match = self.pattern.fullmatch(text)
        if not match:
            raise ValueError(f"it has not the form {self.name}")
        # Years that no service has known are typing errors: perfsite reads none of them.
        Period.parse(match["year"])
        return covered(_written(self, match.groupdict()), self.covers)


def period_form(name: str, covers: Covers = "itself", first_month: int = 0) -> PeriodForm:
    """The form of this name.

    Raises:
        ValueError: if no period can be read by it, or it does not go with the rest; it says why.
    """
    if name == ISO:
        form = PeriodForm(ISO, "period", re.compile(""), covers, first_month)
    else:
        form = replace(_parsed(name), covers=covers, first_month=first_month)
    if form.has_two_years and not first_month:
        raise ValueError(f"{name} needs first_month, such as first_month = 4 for April to March")
    if first_month and not form.has_two_years:
        raise ValueError(f"first_month goes with years written as YYYY/YY; {name} is calendar time")
    with_edges = ("day",) if covers.startswith(("week", "month")) else ("day", "month")
    if covers != "itself" and form.holds not in with_edges:
        raise ValueError(f"{name} holds no date that a {covers.split()[0]} could start or end with")
    return form


def _parsed(name: str) -> PeriodForm:
    groups = {
        "YYYY": ("year", r"[0-9]{4}"),
        "YY": ("next", r"[0-9]{2}"),
        "MM": ("month", r"[0-9]{1,2}"),
        "DD": ("day", r"[0-9]{1,2}"),
        "Mon": ("name", r"[A-Za-z]{3,9}"),
        "Qn": ("quarter", r"[Qq][1-4]"),
    }
    pattern, at, seen = "", 0, set()
    for match in _TOKEN.finditer(name):
        group, digits = groups[match[0]]
        if group in seen and match[0] == "YYYY":
            group = "next"
        # Digits that touch other digits are always two: 2017111 could be two days.
        if at == match.start() > 0 or _TOKEN.match(name, match.end()):
            digits = digits.replace("{1,2}", "{2}")
        if group in seen:
            raise ValueError(f"{name} has {match[0]} more than once")
        seen.add(group)
        pattern += re.escape(name[at : match.start()]) + f"(?P<{group}>{digits})"
        at = match.end()
    holds = {
        frozenset({"year", "month", "day"}): "day",
        frozenset({"year", "name", "day"}): "day",
        frozenset({"year", "month"}): "month",
        frozenset({"year", "name"}): "month",
        frozenset({"year", "quarter"}): "quarter",
        frozenset({"year", "next", "quarter"}): "quarter",
        frozenset({"year", "next"}): "year",
        frozenset({"year"}): "year",
    }.get(frozenset(seen))
    if holds is None:
        raise ValueError(
            f"{name or 'nothing'} is no form of a period: ISO, DD/MM/YYYY, Mon YYYY, YYYY/YY, "
            "Qn YYYY/YY and the like are"
        )
    return PeriodForm(name, holds, re.compile(pattern + re.escape(name[at:])))


def _written(form: PeriodForm, parts: dict[str, str]) -> Period:
    """The period that stands there, whatever it is the start or the end of."""
    year = int(parts["year"])
    if form.has_two_years:
        wanted = year + 1 if len(parts["next"]) > len("YY") else (year + 1) % _CENTURY
        if int(parts["next"]) != wanted:
            raise ValueError(f"{parts['next']} is not the year after {year}")
    first_month = form.first_month or 1
    if form.holds == "year":
        return Period.months(year, first_month, MONTHS_IN_YEAR)
    if form.holds == "quarter":
        months = (int(parts["quarter"][1:]) - 1) * MONTHS_IN_QUARTER
        return Period.months(year, first_month, MONTHS_IN_QUARTER).shifted(months)
    month = _month(parts["name"]) if "name" in parts else int(parts["month"])
    if form.holds == "day":
        return Period(Unit.DAY, date(year, month, int(parts["day"])).toordinal())
    if not 1 <= month <= MONTHS_IN_YEAR:
        raise ValueError(f"there is no month {month}")
    return Period.months(year, month)


def _month(name: str) -> int:
    """The number of an English month, by its name or by the first three letters of it."""
    for number, month in enumerate(_MONTHS, 1):
        # Four letters of September are as common as three.
        if name.casefold() in (month, month[:_SHORT], "sept" if month[:4] == "sept" else month):
            return number
    raise ValueError(f"there is no month {name}")


def covered(written: Period, covers: Covers) -> Period:
    """The period that this one starts or ends; itself where nothing else is meant.

    Raises:
        ValueError: if such a period does not start or end there.
    """
    if covers == "itself":
        return written
    length, _, edge = covers.partition(" ")
    if length == "week":
        monday = written.start - timedelta(days=0 if edge == "starting" else DAYS_IN_WEEK - 1)
        if monday.isoweekday() != 1:
            day = "Monday" if edge == "starting" else "Sunday"
            raise ValueError(f"{written.start} is not a {day}")
        return Period(Unit.WEEK, (monday.toordinal() - 1) // DAYS_IN_WEEK)
    months = _LENGTHS[length]
    if edge == "starting":
        if written.start.day != 1:
            raise ValueError(f"{written.start} is not the first day of a month")
        return Period.months(written.start.year, written.start.month, months)
    after = written.end + timedelta(days=1)
    if after.day != 1:
        raise ValueError(f"{written.end} is not the last day of a month")
    return Period.months(after.year, after.month, months).shifted(-months)
