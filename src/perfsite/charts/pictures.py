"""Pictures as values: everything that a drawing needs, to be sent to a worker or kept as a key.

Their ticks and the widths of their words are worked out here, too, the same on every machine.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final, assert_never

from perfsite.decimals import decimal, decimals, exact, exact_decimal, rounded, significant
from perfsite.measures import MeasureKind
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit
from perfsite.text import FIRST_STRONG, POP, balanced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from perfsite.language import Language


# Pictures as values: everything that a drawing needs, to be sent to a worker or kept as a key.
#
# Positions are numbers, words are final, and colours are not in them: those come with the style.


Mark = dict[str, float | int | str | None]

WIDTH: Final = 360
"""Drawn for a phone: 16 px text is still 12.8 px where the picture shrinks to 288 px."""
HEIGHT: Final = 230
CONTEXT: Final = 4
"""The series that is only there to compare with; 0 to 3 are those of the palette."""


@dataclass(frozen=True)
class Line:
    """A named line of a chart; None where a figure is missing."""

    name: str
    points: tuple[tuple[Period, float | None], ...]


@dataclass(frozen=True)
class TargetLine:
    """A value to reach and the words that stand beside its line."""

    value: float
    words: str


@dataclass(frozen=True)
class ChartJob:
    """A chart: `kind` is `bars`, `line` or `journey`; positions are days and values.

    `marks` and `dots` carry the index of their series, `breaks` stand at a day, `targets` run
    from one day to another at a value, `labels` are lines of text, and `keys` stand before those
    that name a series. `gaps` are the times without any figure, from one day to another. `lows`
    are bars that are too low to be seen, zeros among them, with their series: a figure is always
    to be seen, so that what is empty has none.
    """

    path: str
    kind: str
    title: str
    description: str
    marks: tuple[Mark, ...]
    dots: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    breaks: tuple[Mark, ...]
    targets: tuple[Mark, ...]
    keys: tuple[Mark, ...]
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]
    x_ticks: Ticks
    y_ticks: Ticks
    width: int = WIDTH
    height: int = HEIGHT
    gaps: tuple[Mark, ...] = ()
    lows: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Label:
    """Words for a box: their lines, and how wide the longest is."""

    lines: tuple[str, ...]
    width: float


@dataclass(frozen=True)
class ChartItem:
    """A box of a treemap; the first of the labels that fits into it is drawn."""

    value: float
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class TreemapJob:
    """A treemap of items, the largest first."""

    path: str
    title: str
    description: str
    items: tuple[ChartItem, ...]
    width: int = WIDTH
    height: int = 300


@dataclass(frozen=True)
class CardJob:
    """The picture that stands for a page where somebody shares its address; each text a line."""

    path: str
    name: tuple[str, ...]
    organisation: tuple[str, ...]
    lines: tuple[str, ...]
    site: tuple[str, ...]
    width: int = 600
    height: int = 315


Job = ChartJob | TreemapJob | CardJob
"""Anything that can be drawn."""


# How wide words are, and how they are wrapped and shortened: the widths of Liberation Sans.
#
# Pictures do not flow their text as pages do. What fits where is decided here, before anything is
# drawn, from the widths of the font that the drawing carries.


ELLIPSIS: Final = "…"
_UNITS: Final = 1000
"""Widths are in thousandths of the size of the text."""
_PLAIN: Final = {
    222: "'ijl|\u2018\u2019ł",
    278: " !,./:;I[\\]ft\xa0·",
    334: "()-`r“”{}",
    400: '"*•°',
    500: "^Jcksvxyz",
    556: "÷#$0123456789?L_abdeghnopqu£€§–«»",
    584: "+<=>~×−",
    611: "FTZßø",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQØ",
    833: "Mm",
    890: "%",
    944: "æWœ",
}
_BOLD: Final = {
    280: " ,./I\\ijl\xa0·\u2018\u2019ł'|",
    334: "!()-:;[]`ft",
    400: "•*r{}°",
    500: '"z“”',
    556: "÷#$0123456789J_aceksvxy£€§–«»",
    584: "+<=>^~×−",
    611: "?FLTZbdghnopqußø",
    667: "EPSVXY",
    722: "&ABCDHKNRU",
    778: "GOQwØ",
    833: "M",
    944: "%mæWœ",
}
_NO_WIDTH: Final = frozenset(f"{FIRST_STRONG}{POP}\u200b\u200c\u200d\u200e\u200f\u2060\xad")
"""What sets texts apart, joiners and marks: they are not drawn."""
_WIDEST: Final = 1020
"""What is in neither table is taken to be as wide as anything is."""


class _Widths(dict[str, int]):
    """The widths of letters; one with accents is as wide as without, and the marks are none."""

    def __missing__(self, letter: str) -> int:
        if letter in _NO_WIDTH:
            return 0
        parts = unicodedata.normalize("NFD", letter)
        plain = [part for part in parts if not unicodedata.combining(part)]
        return sum(self.get(part, _WIDEST) for part in plain)


_WIDTHS: Final = {
    bold: _Widths({letter: width for width, letters in table.items() for letter in letters})
    for bold, table in ((False, _PLAIN), (True, _BOLD))
}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How many pixels wide a line of text of this size is; never less than it is drawn."""
    # Whole numbers, so that no version of Python adds them up to another sum.
    return size * sum(map(_WIDTHS[bold].__getitem__, text)) / _UNITS


def shorten(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text if it fits, else as much of it as does, with an ellipsis; empty if nothing does."""
    if text_width(text, size, bold=bold) <= width:
        return text
    # The longer the start, the wider: the first that does not fit is found by halving.
    most = bisect_right(
        range(1, len(text)), width, key=lambda end: text_width(_cut(text, end), size, bold=bold)
    )
    return _at_word(text, most, _cut(text, most)) if _cut(text, most) != ELLIPSIS else ""


def _cut(text: str, end: int) -> str:
    return text[:end].rstrip(" ,;:(-") + ELLIPSIS


def _at_word(text: str, end: int, cut: str) -> str:
    """A cut between two words if that loses little, else where it is."""
    if text[end] == " ":
        return cut
    whole = text[:end].rpartition(" ")[0].rstrip(" ,;:(-")
    return whole + ELLIPSIS if len(whole) * 2 > end else cut


def wrap(text: str, width: float, size: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """The text in at most so many lines of this width; what is left over becomes an ellipsis.

    What is set apart in the text is so in each of its lines (see `text`).
    """
    return balanced(_wrapped(text, width, size, most, bold=bold))


def _wrapped(text: str, width: float, size: float, most: int, *, bold: bool) -> tuple[str, ...]:
    lines: list[str] = []
    words = [word for word in text.split(" ") if word]
    while words and len(lines) < most:
        number = _fitting(words, width, size, bold=bold)
        rest = " ".join(words)
        if number == 0 or (len(lines) == most - 1 and number < len(words)):
            # A word wider than the line, or the last line: nothing can follow.
            if short := shorten(rest, width, size, bold=bold):
                return (*lines, short)
            # Not even an ellipsis fits beside the line before: without room there is no text.
            ends = [shorten(f"{line} {rest}", width, size, bold=bold) for line in lines[-1:]]
            return (*lines[:-1], *ends) if all(ends) else ()
        lines.append(" ".join(words[:number]))
        words = words[number:]
    return tuple(lines)


def _fitting(words: list[str], width: float, size: float, *, bold: bool) -> int:
    """How many of the words fit into one line."""
    number = 0
    while (
        number < len(words) and text_width(" ".join(words[: number + 1]), size, bold=bold) <= width
    ):
        number += 1
    return number


# Ticks and their words: few, round, horizontal, the same on every machine.


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


def value_ticks(largest: float, kind: MeasureKind, language: Language) -> Ticks:
    """From zero to above the largest value, at most six ticks; shares always run to 100%."""
    if kind is MeasureKind.SHARE:
        return tuple((share, language.percent(share, 0)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    if largest <= 0:
        return ((0.0, _tick(0, kind, language)), (1.0, _tick(1, kind, language)))
    raw = largest / 4
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999999)
    if kind is MeasureKind.COUNT:
        step = max(1.0, step if step >= 10 else float(ceil(step)))  # noqa: PLR2004
    number = max(1, ceil(largest / step - 1e-9))
    # Steps are short decimals; the powers of ten above are floats.
    short = significant(decimal(step), 2)
    values = [short * i for i in range(number + 1)]
    words = [_tick(float(value), kind, language) for value in values]
    if kind is MeasureKind.CURRENCY and largest < _POUNDS:
        # As many decimals as the steps have, so that each label says just where it stands.
        digits = max(decimals(short), 2) if decimals(short) else 0
        words = [language.amount(language.plain(f"{rounded(v, digits):f}")) for v in values]
    return tuple(zip(map(float, values), words, strict=True))


def _tick(value: float, kind: MeasureKind, language: Language) -> str:
    match kind:
        case MeasureKind.CURRENCY:
            return language.money(value)
        case MeasureKind.SECONDS | MeasureKind.MILLISECONDS | MeasureKind.SHARE:
            return language.figure(value, kind)
        case MeasureKind.COUNT | MeasureKind.NUMBER:
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
