"""Where figures and their labels stand in a picture."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.charts.lettering import text_width, wrap
from perfsite.charts.pictures import WIDTH, Mark
from perfsite.periods import MONTHS_IN_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.scales import Ticks
    from perfsite.periods import Period

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
class Ends:
    """Labels as placed, with their keys, and what they leave of the width."""

    labels: tuple[Mark, ...]
    keys: tuple[Mark, ...]
    x_labels: float
    """Where they start."""
    x_last: float
    """Where the scale of time has to end, so that there is room for them."""
    pixels: float
    """How many pixels are left for the figures."""


def place_ends(ends: Sequence[End], first: float, last: float, top: float, ticks: Ticks) -> Ends:
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
    return Ends(tuple(labels), tuple(keys), x, last + room * day, pixels)


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
    pairs = list(itertools.pairwise(places))
    step = min([b - a for (a, _), (b, _) in pairs] + [float(days)])
    gaps = [(a + step, None) for (a, _), (b, _) in pairs if b - a > step * _JUMP]
    return sorted([*places, *gaps], key=lambda item: item[0])


def alone(places: Sequence[tuple[float, float | None]]) -> list[tuple[float, float]]:
    """The figures that no line runs to, because both sides are missing."""
    return [
        (x, value)
        for i, (x, value) in enumerate(places)
        if value is not None
        and all(v is None for _, v in (*places[max(i - 1, 0) : i], *places[i + 1 : i + 2]))
    ]
