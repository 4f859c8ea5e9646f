"""Where the axes of a chart stand: the room that their words take, their lines, and all words.

Vega draws the marks. It would measure words as well, and find room for them, by drawing twice; that
is three quarters of what a chart costs. So words are put into the picture here, as SVG.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from perfsite.charts.pictures import text_width

if TYPE_CHECKING:
    from perfsite.charts.pictures import ChartJob, Mark, Ticks
    from perfsite.tokens import ChartStyle


_PADDING: Final = 5
"""Pixels that stay free at each side of a picture."""
_TICK: Final = 5
_GAP: Final = 2
"""From an axis, or its ticks, to the words."""
_LABEL_GAP: Final = 6
"""From what is labelled to the label."""
_CRISP: Final = 0.5
"""A line of one pixel that stands on the middle of pixels is not blurred."""
_MIDDLE: Final = 0.3
"""From the middle of a line of text to its base line, as a share of its size."""
_TOP: Final = 0.79
"""From the top of a line of text to its base line, as a share of its size."""


@dataclass(frozen=True)
class Axes:
    """The axes of a chart: the plot within its picture, in pixels, and what is on its scales."""

    left: int
    top: int
    width: int
    height: int
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]

    def x(self, position: float) -> float:
        """Pixels from the left of the plot to a position."""
        first, last = self.x_domain
        return (position - first) / (last - first) * self.width

    def y(self, value: float) -> float:
        """Pixels from the top of the plot to a value."""
        low, high = self.y_domain
        return (high - value) / (high - low) * self.height


def axes_of(job: ChartJob, style: ChartStyle) -> Axes:
    """The axes of a chart, with room for their words; a chart without ticks has nothing beside it.

    Words of time that stand at an end of their axis reach beyond it, on a plot as wide as the
    picture: on one that is narrower they reach into the padding, which no other words do.
    """
    size = style.text_size
    before = [ceil(text_width(words, size) + _GAP) for _, words in job.y_ticks]
    after: list[int] = []
    first, last = job.x_domain
    for position, words in job.x_ticks:
        share, half = (position - first) / (last - first), text_width(words, size) / 2
        before.append(ceil(half - share * job.width))
        after.append(ceil(half - (1 - share) * job.width))
    left, right = _PADDING + max([*before, 0]), _PADDING + max([*after, 0])
    top = bottom = _PADDING
    if job.y_ticks:
        top, bottom = _PADDING + ceil(size / 2), _PADDING + _TICK + _GAP + size
    return Axes(
        left,
        top,
        job.width - left - right,
        job.height - top - bottom,
        job.x_domain,
        job.y_domain,
    )


def grid_marks(axes: Axes, ticks: Ticks) -> list[Mark]:
    """A line across the plot at each tick of values."""
    return [_rule(0, _whole(axes.y(value)), axes.width, 0) for value, _ in ticks]


def axis_marks(axes: Axes, ticks: Ticks) -> list[Mark]:
    """The ticks of time below the plot, and the line that they hang on."""
    down = [_rule(_whole(axes.x(position)), axes.height, 0, _TICK) for position, _ in ticks]
    return [*down, _rule(0, axes.height, axes.width, 0)]


def _rule(x: int, y: int, right: int, down: int) -> Mark:
    x0, y0 = x + _CRISP, y + _CRISP
    return {"x": x0, "y": y0, "x1": x0 + right, "y1": y0 + down}


def _whole(pixels: float) -> int:
    return floor(pixels + _CRISP)


def words_svg(job: ChartJob, axes: Axes, style: ChartStyle) -> str:
    """The words of a chart as SVG: those of its ticks, and its labels."""
    size = style.text_size
    middle, top = _whole(_MIDDLE * size), _whole(_TOP * size)
    left, above = axes.left + _CRISP, axes.top + _CRISP
    below = above + axes.height + _TICK + _GAP + top
    values = [
        _text(left - _GAP, above + axes.y(value) + middle, words, "end")
        for value, words in job.y_ticks
    ]
    times = [
        _text(left + axes.x(position), below, words, "middle") for position, words in job.x_ticks
    ]
    labels = [
        _text(
            axes.left + axes.x(float(label["x"] or 0)) + _LABEL_GAP,
            axes.top + axes.y(float(label["y"] or 0)) + middle,
            str(label["text"]),
        )
        for label in job.labels
    ]
    return (
        f'<g font-family="{escape(style.font)}" font-size="{size}px" fill="{style.text}">'
        f"{''.join((*times, *values, *labels))}</g>"
    )


def _text(x: float, y: float, words: str, anchor: str = "") -> str:
    side = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{_short(x)}" y="{_short(y)}"{side}>{escape(words, quote=False)}</text>'


def _short(pixels: float) -> str:
    """Hundredths of a pixel, which nobody sees."""
    return f"{pixels:.2f}".rstrip("0").rstrip(".")
