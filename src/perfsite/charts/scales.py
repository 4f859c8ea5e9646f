"""Ticks and their words: few, round, horizontal, the same on every machine."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final, assert_never

from perfsite.charts.lettering import text_width
from perfsite.decimals import decimal, decimals, exact, exact_decimal, rounded, significant
from perfsite.measures import Kind
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from perfsite.language import Language

Ticks = tuple[tuple[float, str], ...]
"""Positions on a scale and the words that stand there."""

PLOT_PIXELS: Final = 300
"""How wide the part of a picture with marks in it is, where nothing stands at its right."""
_MOST_YEARS = 6
_LONG_DAYS = 760
_SHORT_DAYS = 62
_MAX_LABELS = 3
_MOST_MONTHS = 4
_MONTH_STEPS = (1, 2, 3, 6, 12, 24)
_CORNER = 0.06
_POUNDS = 10_000
_TEXT_SIZE = 16
_BETWEEN = 8
"""Pixels that labels are apart at least."""


def value_ticks(largest: float, kind: Kind, language: Language) -> Ticks:
    """From zero to above the largest value, at most six ticks; shares always run to 100%."""
    if kind is Kind.SHARE:
        return tuple((share, language.percent(share, 0)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    if largest <= 0:
        return ((0.0, _tick(0, kind, language)), (1.0, _tick(1, kind, language)))
    raw = largest / 4
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999999)
    if kind is Kind.COUNT:
        step = max(1.0, step if step >= 10 else float(ceil(step)))  # noqa: PLR2004
    number = max(1, ceil(largest / step - 1e-9))
    # Steps are short decimals; the powers of ten above are floats.
    short = significant(decimal(step), 2)
    values = [short * i for i in range(number + 1)]
    words = [_tick(float(value), kind, language) for value in values]
    if kind is Kind.CURRENCY and largest < _POUNDS:
        # As many decimals as the steps have, so that each label says just where it stands.
        digits = max(decimals(short), 2) if decimals(short) else 0
        words = [language.amount(language.plain(f"{rounded(v, digits):f}")) for v in values]
    return tuple(zip(map(float, values), words, strict=True))


def _tick(value: float, kind: Kind, language: Language) -> str:
    match kind:
        case Kind.CURRENCY:
            return language.money(value)
        case Kind.SECONDS | Kind.MILLISECONDS | Kind.SHARE:
            return language.figure(value, kind)
        case Kind.COUNT | Kind.NUMBER:
            return _scaled(value, language)
        case _:
            assert_never(kind)


def _scaled(value: float, language: Language) -> str:
    number = decimal(value)
    for power in (9, 6, 3):
        if number.adjusted() >= (4 if power == 3 else power):  # noqa: PLR2004 - 9,000 is not 9k
            return language.scaled(exact_decimal(number.scaleb(-power)), power)
    return language.plain(exact(value))


def time_ticks(first: int, last: int, language: Language, pixels: float = PLOT_PIXELS) -> Ticks:
    """Years, months or days between two days (ordinals), as many as there is room for."""
    span = last - first
    start, end = Period(Unit.DAY, first).start, Period(Unit.DAY, last).start
    if span > _LONG_DAYS:
        years = [y for y in range(start.year, end.year + 2) if first <= _day(y, 1) <= last]
        # Count back from the newest, so that it always carries its label.
        steps = range(ceil(len(years) / _MOST_YEARS), len(years) + 1)
        choices = [
            tuple((float(_day(year, 1)), str(year)) for year in sorted(years[::-1][::step]))
            for step in steps
        ]
        return _with_space(choices, span, pixels)
    if span > _SHORT_DAYS:
        months = range(_month_of(start), _month_of(end) + 1)
        # A label in the corner would run into those of the values.
        inside = [m for m in months if first + span * _CORNER <= _month_start(m) <= last]
        choices = [
            tuple(
                (float(_month_start(m)), language.period_range(Period(Unit.MONTH, m)))
                for m in inside
                if m % step == 0
            )
            for step in _MONTH_STEPS
        ]
        few = [choice for choice in choices if 0 < len(choice) <= _MAX_LABELS]
        return _with_space(few, span, pixels)
    step = max(1, ceil(span / _MAX_LABELS))
    days = [
        (float(at), language.short_day(Period(Unit.DAY, at).start, year=False))
        for at in range(first + ceil(span * _CORNER), last + 1, step)
    ]
    return _with_space([tuple(days), tuple(days[::2]), tuple(days[:1])], span, pixels)


def season_ticks(first: int, last: int, language: Language, pixels: float = PLOT_PIXELS) -> Ticks:
    """Months without their year, for an axis on which two years lie on each other."""
    start, end = Period(Unit.DAY, first).start, Period(Unit.DAY, last).start
    inside = [
        m for m in range(_month_of(start), _month_of(end) + 1) if first <= _month_start(m) < last
    ]
    choices = [
        tuple((float(_month_start(m)), language.short_month(m, year=False)) for m in inside[::step])
        for step in _MONTH_STEPS
    ]
    few = [choice for choice in choices if len(choice) <= _MOST_MONTHS]
    return _with_space(few, last - first, pixels)


def _with_space(choices: Sequence[Ticks], span: int, pixels: float) -> Ticks:
    """The first choice whose labels do not touch each other, else the last one."""
    for ticks in choices[:-1]:
        widest = max(text_width(words, _TEXT_SIZE) for _, words in ticks)
        places = [at for at, _ in ticks]
        nearest = min((b - a for a, b in pairwise(places)), default=span)
        if len(ticks) == 1 or nearest / span * pixels >= widest + _BETWEEN:
            return ticks
    return choices[-1]


def _month_of(value: date) -> int:
    return value.year * MONTHS_IN_YEAR + value.month - 1


def _day(year: int, month: int) -> int:
    return Period.months(year, month).start.toordinal()


def _month_start(index: int) -> int:
    return Period(Unit.MONTH, index).start.toordinal()
