"""Where figures and their labels stand in a picture, and on which side of its target a value is."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.charts.pictures import WIDTH, Mark, text_width, wrap
from perfsite.decimals import decimal, exact, rounded
from perfsite.measures import MeasureKind
from perfsite.periods import MONTHS_IN_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from perfsite.charts.pictures import Ticks
    from perfsite.language import Language
    from perfsite.periods import Period


# Where figures and their labels stand in a picture.


Gap = tuple[float, float]
"""The first day of a time without figures, and the day after its last."""

TEXT_SIZE: Final = 16
_PADDING: Final = 5
_AXIS_GAP: Final = 7
"""From the words of an axis to its line."""
_LABEL_GAP: Final = 6
"""From what is labelled to the label, as the templates draw it."""
_KEY: Final = 22
"""The piece of its line, or the field of its colour, that stands before a name."""
_LINE: Final = 0.1
"""A line of text takes this share of the height: 16 px in a plot of just under 200."""
_MOST_LINES: Final = 10
_ROOM: Final = 123
"""The most that names at the right may take of the width."""
_JUMP: Final = 1.9
"""Months differ in length, so a step may be longer than another; twice as long is a gap."""


@dataclass(frozen=True)
class End:
    """A label for the right end of a picture: its height, its words, and the series it names.

    A label with a key shows what it names; one without stands beside it.
    """

    y: float
    text: str
    series: int | None = None


@dataclass(frozen=True)
class LineEnds:
    """Labels as placed, with their keys, and what they leave of the width."""

    labels: tuple[Mark, ...]
    keys: tuple[Mark, ...]
    x_labels: float
    """Where they start."""
    x_last: float
    """Where the scale of time has to end, so that there is room for them."""
    pixels: float
    """How many pixels are left for the figures."""


def place_ends(
    ends: Sequence[End], first: float, last: float, top: float, ticks: Ticks
) -> LineEnds:
    """Labels at the right end of the time from `first` to `last`, none on another.

    `top` is the upper end of the scale of values, `ticks` are the words at its left.
    """
    keyed = any(end.series is not None for end in ends)
    indent = _KEY + _LABEL_GAP if keyed else 0
    blocks = _wrapped(sorted(ends, key=lambda end: end.y), _ROOM - indent)
    heights = _spread([(end.y, len(lines)) for end, lines in blocks], top)
    widest = max((text_width(line, TEXT_SIZE) for _, lines in blocks for line in lines), default=0)
    room = widest + indent + _LABEL_GAP + 2 if ends else 0
    axis = max((text_width(words, TEXT_SIZE) for _, words in ticks), default=0) + _AXIS_GAP
    pixels = WIDTH - 2 * _PADDING - axis - room
    day = max(last - first, 1) / pixels
    x = last + indent * day
    labels: list[Mark] = [
        {"x": x, "y": y + ((len(lines) - 1) / 2 - i) * _LINE * top, "text": line}
        for (_, lines), y in zip(blocks, heights, strict=True)
        for i, line in enumerate(lines)
    ]
    left, right = last + _LABEL_GAP * day, last + (_LABEL_GAP + _KEY) * day
    keys: list[Mark] = [
        {"x": left, "x1": right, "y": y, "series": end.series}
        for (end, _), y in zip(blocks, heights, strict=True)
        if end.series is not None
    ]
    return LineEnds(tuple(labels), tuple(keys), x, last + room * day, pixels)


def _wrapped(ends: Sequence[End], width: float) -> list[tuple[End, tuple[str, ...]]]:
    """The labels in lines: in three each if there is height for all of them, else in fewer."""
    for most in (3, 2, 1):
        blocks = [(end, wrap(end.text, width, TEXT_SIZE, most)) for end in ends]
        if sum(len(lines) for _, lines in blocks) <= _MOST_LINES:
            break
    return blocks


def _spread(blocks: Sequence[tuple[float, int]], top: float) -> list[float]:
    """Middles of blocks of lines, moved as little as it takes until none covers another.

    They come from the lowest up: first each is moved up from the one below it, then those that
    would leave the picture are moved down again.
    """
    halves = [lines * _LINE * top / 2 for _, lines in blocks]
    placed: list[float] = []
    floor = 0.0
    for (y, _), half in zip(blocks, halves, strict=True):
        placed.append(max(y, floor + half))
        floor = placed[-1] + half
    ceiling = top + _LINE * top / 2
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = max(min(placed[i], ceiling - halves[i]), halves[i])
        ceiling = placed[i] - halves[i]
    return placed


def place(period: Period) -> float:
    """Where a figure stands in time: windows of a year at their end, others in their middle."""
    start, end = period.start.toordinal(), period.end.toordinal() + 1
    return float(end) if period.count >= MONTHS_IN_YEAR else (start + end) / 2


def days_in(period: Period) -> int:
    """How many days a period has."""
    return period.end.toordinal() - period.start.toordinal() + 1


def with_gaps(
    places: Sequence[tuple[float, float | None]], days: int
) -> list[tuple[float, float | None]]:
    """A period that is not even in the data breaks the line as one without a figure does.

    Figures follow each other by the length of their periods (`days`), or closer where windows of
    a year move on by a quarter.
    """
    step = _step(places, days)
    pairs = itertools.pairwise(places)
    gaps = [(a + step, None) for (a, _), (b, _) in pairs if b - a > step * _JUMP]
    return sorted([*places, *gaps], key=lambda item: item[0])


def _step(places: Sequence[tuple[float, float | None]], days: int) -> float:
    """The days from one figure to the next."""
    return min([b - a for (a, _), (b, _) in itertools.pairwise(places)] + [float(days)])


def shown_part(has_figure: Sequence[bool]) -> slice:
    """Which periods a picture shows, of those that have a figure or (False) have none.

    From the first figure on; and after the last as many missing ones as leave the figures half of
    the width, so that one sees that they end.

    Raises:
        ValueError: if there is no figure.
    """
    first, last = (
        has_figure.index(True),
        len(has_figure) - 1 - list(reversed(has_figure)).index(True),
    )
    return slice(first, last + 1 + (last - first + 1))


def gaps_of_line(places: Sequence[tuple[float, float | None]], days: int) -> list[Gap]:
    """The times between figures, and after the last, in which the figures are missing.

    `places` are sorted, and those of absent periods are among them (`with_gaps`); `days` are those
    of a period. A gap begins and ends halfway to the figures beside it.
    """
    half = _step(places, days) / 2
    figures = [x for x, value in places if value is not None]
    missing = [x for x, value in places if value is None]
    gaps = [
        (a + half, b - half)
        for a, b in itertools.pairwise(figures)
        if any(a < x < b for x in missing)
    ]
    if figures and places[-1][0] > figures[-1]:
        gaps.append((figures[-1] + half, places[-1][0] + half))
    return gaps


def gaps_of_bars(periods: Sequence[tuple[Period, bool]]) -> list[Gap]:
    """The times without a bar from the first bar on, up to the end of the last period.

    `periods` are in the order of time, each with whether it has a figure.
    """
    bars = [period for period, has_figure in periods if has_figure]
    ends = [period.end.toordinal() + 1 for period in bars]
    starts = [period.start.toordinal() for period in bars[1:]]
    last = periods[-1][0].end.toordinal() + 1
    pairs = zip(ends, [*starts, last], strict=True)
    return [(end, start) for end, start in pairs if start > end]


def gap_marks(gaps: Sequence[Gap]) -> tuple[Mark, ...]:
    """Gaps as they are drawn."""
    return tuple({"x": start, "x1": end} for start, end in gaps)


def broken_off(places: Sequence[tuple[float, float | None]]) -> list[tuple[float, float]]:
    """The figures at which a line is broken, because a figure beside them is missing."""
    return [
        (x, value)
        for i, (x, value) in enumerate(places)
        if value is not None
        and any(v is None for _, v in (*places[max(i - 1, 0) : i], *places[i + 1 : i + 2]))
    ]


def alone(places: Sequence[tuple[float, float | None]]) -> list[tuple[float, float]]:
    """The figures that no line runs to, because both sides are missing."""
    return [
        (x, value)
        for i, (x, value) in enumerate(places)
        if value is not None
        and all(v is None for _, v in (*places[max(i - 1, 0) : i], *places[i + 1 : i + 2]))
    ]


# Values held against targets: written so that one sees on which side of its target a value is.


_PENCE: Final = 2
_MOST_DECIMALS: Final = 15
"""As many as a number in a file has that is below 1."""


def beside_target(
    language: Language, value: float, target: float, kind: MeasureKind, *, long: bool
) -> str:
    """The value as it is written elsewhere, or with as many digits as tell it from its target.

    79.96% against a target of 80% is `79.96%`, as `80.0%` would not say why it was missed. Only
    what is the target itself reads like it. `long` is the form that sentences have.
    """
    forms, forms_of_target = (
        _forms(language, number, kind, long=long) for number in (value, target)
    )
    usual = next(forms)
    if value == target or usual != next(forms_of_target):
        return usual
    return next(
        (
            text
            for text, form_of_target in zip(forms, forms_of_target, strict=True)
            if text != form_of_target
        ),
        usual,
    )


def _forms(language: Language, value: float, kind: MeasureKind, *, long: bool) -> Iterator[str]:
    """The ways to write a number, first the usual one, then ever more digits."""
    if kind is MeasureKind.SHARE:
        write = language.percent if long else language.short_percent
        for decimals in range(1, _MOST_DECIMALS):
            yield write(value, decimals)
        return
    yield (
        language.long_count(value)
        if long and kind is MeasureKind.COUNT
        else language.figure(value, kind)
    )
    if kind is MeasureKind.CURRENCY:
        for decimals in range(_PENCE, _MOST_DECIMALS):
            digits = language.plain(f"{rounded(abs(decimal(value)), decimals):f}")
            yield language.amount(digits, negative=value < 0)
        return
    yield language.full_figure(value, kind)
    yield language.plain(exact(value))
