"""How periods and dates are written for people."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import Final

from babel import Locale
from babel.dates import format_date

from perfsite.language.catalogue import SOURCE, Catalogue
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit
from perfsite.text import Dated

_MONTH: Final = "MMMM y"
_SHORT_MONTH: Final = "MMM y"
_DAY_BEFORE: Final = re.compile(r"(?<!\d)(\d{1,2}) $")
"""The number of a day just before its month."""


class DayFinder:
    """Finds the days in a text of a language, written as `Dates.day` writes them."""

    def __init__(self, locale: Locale) -> None:
        """Learn what the language calls its months."""
        names = locale.months["format"]["wide"]
        self._months = {name: number for number, name in names.items()}
        months = "|".join(map(re.escape, sorted(self._months, key=len, reverse=True)))
        # A month comes first, not the day before it: texts have more digits than names of months.
        self._pattern = re.compile(rf"({months}) (\d{{4}})(?!\d)")

    def find(self, text: str) -> list[tuple[int, int, date]]:
        """Where each day stands in a text, and which day it is."""
        days = []
        for match in self._pattern.finditer(text):
            before = _DAY_BEFORE.search(text, max(match.start() - 4, 0), match.start())
            if before is None:
                continue
            try:
                day = date(int(match[2]), self._months[match[1]], int(before[1]))
            except ValueError:
                continue
            days.append((before.start(1), match.end(), day))
        return days


class Dates(Catalogue):
    """Days, months and periods in the words of a language."""

    @cached_property
    def _calendar(self) -> Locale:
        # Babel's British English has "Sept"; every other month has three letters.
        return Locale(SOURCE) if self.locale.language == SOURCE else self.locale

    def _date(self, value: date, pattern: str) -> str:
        key = value, pattern
        if key not in self._dates:
            self._dates[key] = str(format_date(value, pattern, locale=self._calendar))
        return self._dates[key]

    def month(self, index: int) -> str:
        """A month by its index: `September 2015`."""
        return self._date(Period(Unit.MONTH, index).start, _MONTH)

    def day(self, value: date) -> str:
        """A date: `7 October 2013`; what is said with it knows the day (`text.Dated`)."""
        return Dated.of([(self._date(value, "d MMMM y"), value)])

    def with_days(self, text: str) -> str:
        """Somebody else's words, which know the days that are written in them as `day` does."""
        pieces: list[tuple[str, date | None]] = []
        end = 0
        for start, stop, day in self._finder.find(text):
            pieces += [(text[end:start], None), (text[start:stop], day)]
            end = stop
        return Dated.of([*pieces, (text[end:], None)]) if pieces else text

    @cached_property
    def _finder(self) -> DayFinder:
        return DayFinder(self._calendar)

    def short_day(self, value: date, *, year: bool = True) -> str:
        """A date in short: `7 Oct 2013`, or `7 Oct`."""
        text = self._date(value, "d MMM y" if year else "d MMM")
        # May has no shorter name: its days are written in full.
        return in_full if text == (in_full := self.day(value)) else text

    def short_month(self, index: int, *, year: bool = True) -> str:
        """A month in short: `Sep 2015`, or `Sep`."""
        return self._date(Period(Unit.MONTH, index).start, _SHORT_MONTH if year else "LLL")

    def period_name(self, period: Period) -> str:
        """A period in words: `July to September 2015`, `the year to March 2017`.

        Calendar years are `2015`; weeks are named by their Monday.
        """
        if period.unit is Unit.DAY and period.count == 1:
            return self.day(period.start)
        if period.unit is Unit.WEEK and period.count == 1:
            return self.say("the week of {day}", day=self.day(period.start))
        if period.unit is Unit.WEEK:
            return self.say(
                "the {count} weeks to {day}", count=period.count, day=self.day(period.end)
            )
        if period.unit is Unit.DAY:
            return self.say(
                "the {count} days to {day}", count=period.count, day=self.day(period.end)
            )
        if period.count == 1:
            return self.month(period.first)
        if period.is_year and period.first % MONTHS_IN_YEAR == 0:
            return str(period.start.year)
        if period.is_year:
            return self.say("the year to {month}", month=self.month(period.last))
        return self.say("{first} to {last}", **self._ends(period))

    def in_period(self, period: Period) -> str:
        """A period with its preposition: `in July 2015`, `on 7 October 2013`."""
        if period.unit is Unit.DAY and period.count == 1:
            return self.say("on {day}", day=self.day(period.start))
        if period.unit is not Unit.MONTH:
            return self.say("in {period}", period=self.period_name(period))
        if period.count == 1:
            return self.say("in {month}", month=self.month(period.first))
        if period.is_year and period.first % MONTHS_IN_YEAR == 0:
            return self.say("in {year}", year=period.start.year)
        if period.is_year:
            return self.say("in the year to {month}", month=self.month(period.last))
        return self.say("in {first} to {last}", **self._ends(period))

    def _ends(self, period: Period) -> dict[str, str]:
        """The first and the last month; a year that both share stands once."""
        first, last = Period(Unit.MONTH, period.first), Period(Unit.MONTH, period.last)
        shared = first.start.year == last.start.year
        return {
            "first": self._date(first.start, "LLLL" if shared else _MONTH),
            "last": self.month(period.last),
        }

    def period_range(self, period: Period) -> str:
        """A period by its first and last month or day: `Oct 2014 to Sep 2015`, for cards."""
        if period.unit is not Unit.MONTH:
            if period.count == 1 and period.unit is Unit.DAY:
                return self.short_day(period.start)
            return self._from_to(self.short_day(period.start), self.short_day(period.end))
        last = self.short_month(period.last)
        if period.count == 1:
            return last
        shared = period.first // MONTHS_IN_YEAR == period.last // MONTHS_IN_YEAR
        return self._from_to(self.short_month(period.first, year=not shared), last)

    def span_range(self, first: Period, last: Period) -> str:
        """From the start of one period to the end of another: `Jul 2012 to Sep 2017`."""
        if first.unit is Unit.MONTH:
            return self._from_to(self.short_month(first.first), self.short_month(last.last))
        return self._from_to(self.short_day(first.start), self.short_day(last.end))

    def _from_to(self, first: str, last: str) -> str:
        return self.say("{first} to {last}", first=first, last=last)
