"""Ticks and their words: few, round, horizontal, the same on every machine."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from perfsite.formats import day, exact, money, percent, period_range, short_count
from perfsite.measures import Kind
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from datetime import date

Ticks = tuple[tuple[float, str], ...]
"""Positions on a scale and the words that stand there."""

_MOST_YEARS = 6
_LONG_DAYS = 760
_SHORT_DAYS = 62
_MAX_LABELS = 3
_MONTH_STEPS = (1, 2, 3, 6, 12, 24)
_CORNER = 0.06
_POUNDS = 10_000


def value_ticks(largest: float, kind: Kind, currency: str) -> Ticks:
    """From zero to above the largest value, at most six ticks; shares always run to 100%."""
    if kind is Kind.SHARE:
        return tuple((share, percent(share, 0)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    if largest <= 0:
        return ((0.0, _tick(0, kind, currency)), (1.0, _tick(1, kind, currency)))
    raw = largest / 4
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999999)
    if kind is Kind.COUNT:
        step = max(1.0, step if step >= 10 else float(ceil(step)))  # noqa: PLR2004
    number = ceil(largest / step - 1e-9)
    values = [round(i * step, 10) for i in range(number + 1)]
    words = [_tick(value, kind, currency) for value in values]
    if kind is Kind.CURRENCY and largest < _POUNDS:
        # As many decimals as the steps have, so that each label says just where it stands.
        _, _, decimals = exact(step).partition(".")
        digits = max(len(decimals), 2) if decimals else 0
        symbol = money(0, currency).removesuffix("0.00")
        words = [f"{symbol}{value:,.{digits}f}" for value in values]
    return tuple(zip(values, words, strict=True))


def _tick(value: float, kind: Kind, currency: str) -> str:
    if kind is Kind.CURRENCY:
        return money(value, currency)
    for scale, suffix in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= scale * (10 if suffix == "k" else 1):
            return f"{exact(round(value / scale, 6))}{suffix}"
    return short_count(value)


def time_ticks(first: int, last: int) -> Ticks:
    """Years, months or days between two days (ordinals), as many as there is room for."""
    span = last - first
    start, end = Period(Unit.DAY, first).start, Period(Unit.DAY, last).start
    if span > _LONG_DAYS:
        years = [y for y in range(start.year, end.year + 2) if first <= _day(y, 1) <= last]
        step = ceil(len(years) / _MOST_YEARS)
        # Count back from the newest, so that it always carries its label.
        chosen = sorted(years[::-1][::step])
        return tuple((float(_day(year, 1)), str(year)) for year in chosen)
    if span > _SHORT_DAYS:
        months = range(_month_of(start), _month_of(end) + 1)
        # A label in the corner would run into those of the values.
        inside = [m for m in months if first + span * _CORNER <= _month_start(m) <= last]
        step = next(s for s in _MONTH_STEPS if sum(m % s == 0 for m in inside) <= _MAX_LABELS)
        return tuple(
            (float(_month_start(m)), period_range(Period(Unit.MONTH, m)))
            for m in inside
            if m % step == 0
        )
    step = max(1, ceil(span / _MAX_LABELS))
    days = range(first + ceil(span * _CORNER), last + 1, step)
    return tuple((float(at), _short(Period(Unit.DAY, at).start)) for at in days)


def _short(value: date) -> str:
    number, month, _year = day(value).split()
    return f"{number} {month[:3]}"


def _month_of(value: date) -> int:
    return value.year * MONTHS_IN_YEAR + value.month - 1


def _day(year: int, month: int) -> int:
    return Period.months(year, month).start.toordinal()


def _month_start(index: int) -> int:
    return Period(Unit.MONTH, index).start.toordinal()
