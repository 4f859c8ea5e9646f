"""How figures and periods are written for people.

Wording: three significant figures with k (from 10,000), m or bn for counts, pence below ten
pounds, one decimal for percentages; "0%" and "100%" only when exactly true. The full figure is
always at hand for those who want it.
"""

from __future__ import annotations

from decimal import Decimal
from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from perfsite.measures import Kind
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from datetime import date

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "CAD": "$"}
_SCALES = ((1e9, "bn", "billion"), (1e6, "m", "million"), (1e3, "k", ""))
_FROM_THOUSANDS = 10_000
_POUNDS_ONLY_FROM = 10_000
_WHOLE_FROM = 0.1
"""Changes of a tenth and more are told in whole per cent."""
_ALMOST_ALL = -0.995


def exact(value: float) -> str:
    """A figure as a data file holds it: the shortest digits that are exactly this number."""
    # numpy's own floats spell themselves differently.
    return exact_decimal(Decimal(repr(float(value)))) if isfinite(value) else ""


def exact_decimal(value: Decimal) -> str:
    """A decimal number without an exponent and without zeros at its end."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def count(value: float) -> str:
    """A count in full, with thousands separators; decimals only where there are any."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def short_count(value: float) -> str:
    """A count in three significant figures with k, m or bn: `3.29m`; in full below 10,000."""
    number, _, suffix = _scaled(value)
    return f"{number}{suffix}"


def long_count(value: float) -> str:
    """A count for a sentence: `3.29 million`, `847,000`, `9,876`."""
    number, scale, suffix = _scaled(value)
    if scale in (1e9, 1e6):
        return f"{number} {next(word for size, _, word in _SCALES if size == scale)}"
    return count(_significant(value, 3)) if suffix else number


def _scaled(value: float) -> tuple[str, float, str]:
    if abs(value) < _FROM_THOUSANDS:
        return count(value), 1, ""
    rounded = _significant(value, 3)
    scale, suffix = next((s, x) for s, x, _ in _SCALES if abs(rounded) >= s)
    digits = max(0, 2 - floor(log10(abs(rounded) / scale)))
    return f"{rounded / scale:.{digits}f}", scale, suffix


def _significant(value: float, figures: int) -> float:
    if value == 0:
        return 0.0
    digits = figures - 1 - floor(log10(abs(value)))
    # Half rounds away from zero, as people expect, not to even.
    shifted = abs(value) * 10.0**digits
    return (1 if value > 0 else -1) * floor(shifted + 0.5) / 10.0**digits


def percent(share: float, decimals: int = 1) -> str:
    """A share as a percentage; what is not exactly 0 or 1 never reads 0% or 100%."""
    value = share * 100
    step = 10.0**-decimals
    text = f"{value:.{decimals}f}"
    if share not in (0, 1):
        if float(text) == 0:
            return f"less than {step:.{decimals}f}%" if share > 0 else f"{-step:.{decimals}f}%"
        if float(text) == 100:  # noqa: PLR2004
            return f"more than {100 - step:.{decimals}f}%" if share < 1 else f"{text}%"
    if share in (0, 1):
        return f"{value:.0f}%"
    return f"{text}%"


def money(value: float, currency: str) -> str:
    """An amount: `£0.82`, `£1,234.50`, and in three significant figures from 10,000 up.

    Amounts below a penny keep two significant figures: £0.0065 is not nothing.
    """
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    sign = "−" if value < 0 else ""
    size = abs(value)
    if size >= _POUNDS_ONLY_FROM:
        return f"{sign}{symbol}{short_count(size)}"
    if 0 < size < 0.01:  # noqa: PLR2004 - a penny
        digits = 1 - floor(log10(size))
        return f"{sign}{symbol}{size:.{digits}f}"
    return f"{sign}{symbol}{size:,.2f}"


def full_money(value: float, currency: str) -> str:
    """An amount in full, with pence, and with what there is beyond pence.

    From a pound up that is at most six decimals: quotients have no end, and nobody pays them.
    """
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    size = abs(value)
    pounds, _, pence = exact(round(size, 6) if size >= 1 else size).partition(".")
    sign = "−" if value < 0 else ""
    return f"{sign}{symbol}{int(pounds):,}.{pence.ljust(2, '0')}"


def figure(value: float, kind: Kind, currency: str) -> str:
    """A figure for a card or a cell, in the wording of its kind."""
    if kind is Kind.COUNT:
        return short_count(value)
    if kind is Kind.SHARE:
        return percent(value).replace("more than ", ">").replace("less than ", "<")
    if kind is Kind.CURRENCY:
        return money(value, currency)
    return count(value)


def full_figure(value: float, kind: Kind, currency: str) -> str:
    """A figure in full, for the reader who wants to check it."""
    if kind is Kind.SHARE:
        hundred = Decimal(repr(float(value))) * 100
        short = round(hundred, 6)
        # Six decimals are plenty, but for what they would make nothing or everything of.
        shown = hundred if short in (0, 100) and value not in (0, 1) else short
        return f"{exact_decimal(shown)}%"
    if kind is Kind.CURRENCY:
        return full_money(value, currency)
    return count(value)


def change(now: float, before: float, kind: Kind) -> str:
    """The change between two figures: `+15%`, `−3.2 points`, `no change`; empty if undefined.

    Shares change by percentage points, everything else by a percentage of the figure before.
    """
    if kind is Kind.SHARE:
        return signed((now - before) * 100, " points", 1)
    if before == 0:
        return "no change" if now == 0 else ""
    share = now / before - 1
    if now != 0 and share < _ALMOST_ALL:
        return "−99.9%"  # or more: a little is left, and 100% would say that nothing is
    return signed(share * 100, "%", 0 if abs(share) >= _WHOLE_FROM else 1)


def signed(value: float, unit: str, decimals: int) -> str:
    """A difference with its sign; one that rounds to nothing but is not, says so."""
    text = f"{abs(value):,.{decimals}f}"
    if value == 0:
        return "no change"
    if float(text.replace(",", "")) == 0:
        return "almost no change"
    return f"{'+' if value > 0 else '−'}{text}{unit}"


def month(index: int) -> str:
    """A month by its index: `September 2015`."""
    year, number = divmod(index, MONTHS_IN_YEAR)
    return f"{_MONTHS[number]} {year}"


def day(value: date) -> str:
    """A date: `7 October 2013`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def period_name(period: Period) -> str:
    """A period in words, to stand after "in": `July to September 2015`, `the year to March 2017`.

    Calendar years are `2015`; weeks are named by their Monday.
    """
    if period.unit is Unit.DAY and period.count == 1:
        return day(period.start)
    if period.unit is Unit.WEEK and period.count == 1:
        return f"the week of {day(period.start)}"
    if period.unit is not Unit.MONTH:
        return f"the {period.count} {period.unit}s to {day(period.end)}"
    if period.count == 1:
        return month(period.first)
    if period.is_year and period.first % MONTHS_IN_YEAR == 0:
        return str(period.start.year)
    if period.is_year:
        return f"the year to {month(period.last)}"
    first, last = month(period.first), month(period.last)
    if first[-4:] == last[-4:]:
        first = first[:-5]
    return f"{first} to {last}"


def in_period(period: Period) -> str:
    """A period with its preposition: `in July 2015`, `on 7 October 2013`."""
    word = "on" if period.unit is Unit.DAY and period.count == 1 else "in"
    return f"{word} {period_name(period)}"


def period_range(period: Period) -> str:
    """A period by its first and last month or day: `Oct 2014 to Sep 2015`, for cards and cells."""
    if period.unit is not Unit.MONTH:
        if period.count == 1 and period.unit is Unit.DAY:
            return _short_day(period.start)
        return f"{_short_day(period.start)} to {_short_day(period.end)}"
    first, last = _short_month(period.first), _short_month(period.last)
    if period.count == 1:
        return first
    if first[-4:] == last[-4:]:
        first = first[:-5]
    return f"{first} to {last}"


def span_range(first: Period, last: Period) -> str:
    """From the start of one period to the end of another: `Jul 2012 to Sep 2017`."""
    if first.unit is Unit.MONTH:
        return f"{_short_month(first.first)} to {_short_month(last.last)}"
    return f"{_short_day(first.start)} to {_short_day(last.end)}"


def _short_month(index: int) -> str:
    year, number = divmod(index, MONTHS_IN_YEAR)
    return f"{_MONTHS[number][:3]} {year}"


def _short_day(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1][:3]} {value.year}"
