"""Pictures as values: everything that a drawing needs, to be sent to a worker or kept as a key.

Positions are numbers, words are final, and colours are not in them: those come with the style.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from perfsite.charts.scales import Ticks
    from perfsite.periods import Period

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
class Target:
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
class Item:
    """A box of a treemap; the first of the labels that fits into it is drawn."""

    value: float
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class TreemapJob:
    """A treemap of items, the largest first."""

    path: str
    title: str
    description: str
    items: tuple[Item, ...]
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
