"""Charts of parts: shares of a whole over time, and the steps of a journey."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import bar_edges, low_mark
from perfsite.charts.layout import TEXT_SIZE, End, gap_marks, gaps_of_bars, place_ends, shown_part
from perfsite.charts.lines import MOST_SERIES
from perfsite.charts.pictures import (
    CONTEXT,
    WIDTH,
    ChartJob,
    Mark,
    shorten,
    text_width,
    time_ticks,
    value_ticks,
)
from perfsite.measures import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.language import Language
    from perfsite.periods import Period

MOST_STEPS: Final = 8
_PADDING: Final = 5
_STEP: Final = 48
"""Pixels from one step to the next: a line of text, its bar, and some air."""
_BAR: Final = 18
_NAME: Final = 15
"""From the top of a step to the middle of its name."""
_LABEL_GAP: Final = 6


def stack_job(
    path: str,
    title: str,
    description: str,
    bars: Sequence[tuple[Period, tuple[float, ...] | None]],
    names: Sequence[str],
    language: Language,
) -> ChartJob:
    """Bars that are each 100%, split into up to four shares, named at the right.

    `bars` are in the order of time, and the shares of each sum to 1, in the order of `names`, the
    first at the bottom. Where there was nothing to share all are 0, and None where that is missing.

    Raises:
        ValueError: if no bar has shares, or not one for each name, or there are too many names.
    """
    whole = [(period, shares) for period, shares in bars if shares is not None and any(shares)]
    if not whole or len(names) > MOST_SERIES or any(len(each) != len(names) for _, each in whole):
        raise ValueError(f"bars of up to {MOST_SERIES} named shares each are expected")
    bars = bars[shown_part([shares is not None for _, shares in bars])]
    marks: list[Mark] = []
    for period, shares in whole:
        start, right = bar_edges(period)
        heights = [0.0, *(min(height, 1.0) for height in accumulate(shares))]
        marks += [
            {"x": start, "x1": right, "y": heights[i], "y1": heights[i + 1], "series": i}
            for i in range(len(shares))
        ]
    first, last = bars[0][0].start.toordinal(), bars[-1][0].end.toordinal() + 1
    ticks = value_ticks(1.0, Kind.SHARE, language)
    shares = whole[-1][1]
    middles = [height - share / 2 for share, height in zip(shares, accumulate(shares), strict=True)]
    labels = [End(y, name, i) for i, (y, name) in enumerate(zip(middles, names, strict=True))]
    ends = place_ends(labels, first, last, 1.0, ticks)
    return ChartJob(
        path,
        "bars",
        title,
        description,
        tuple(marks),
        (),
        ends.labels,
        (),
        (),
        ends.keys,
        (first, ends.x_last),
        (0.0, 1.0),
        time_ticks(first, last, language, ends.pixels),
        ticks,
        gaps=gap_marks(gaps_of_bars([(period, shares is not None) for period, shares in bars])),
        lows=tuple(
            low_mark(period, CONTEXT) for period, each in bars if each is not None and not any(each)
        ),
    )


def journey_job(
    path: str, title: str, description: str, steps: Sequence[tuple[str, float]], language: Language
) -> ChartJob:
    """A horizontal bar for each step, its name above it and its figure at its end.

    The positions of this picture are its pixels, counted from the bottom.

    Raises:
        ValueError: if there is no step, or more than eight.
    """
    if not 0 < len(steps) <= MOST_STEPS:
        raise ValueError(f"a journey has 1 to {MOST_STEPS} steps, not {len(steps)}")
    width, height = WIDTH - 2 * _PADDING, _STEP * len(steps)
    figures = [language.figure(value, Kind.COUNT) for _, value in steps]
    room = max(text_width(figure, TEXT_SIZE) for figure in figures) + _LABEL_GAP
    most = max(value for _, value in steps) or 1.0
    marks: list[Mark] = []
    labels: list[Mark] = []
    for i, ((name, value), figure) in enumerate(zip(steps, figures, strict=True)):
        top = height - i * _STEP
        end = value / most * (width - room)
        low = top - _STEP + 2
        marks.append({"x": 0, "x1": end, "y": low, "y1": low + _BAR, "series": 0})
        # The template draws labels a little to the right of their places.
        words = shorten(name, width, TEXT_SIZE)
        labels.append({"x": -_LABEL_GAP, "y": top - _NAME, "text": words})
        labels.append({"x": end, "y": low + _BAR / 2, "text": figure})
    return ChartJob(
        path,
        "journey",
        title,
        description,
        tuple(marks),
        (),
        tuple(labels),
        (),
        (),
        (),
        (0.0, width),
        (0.0, height),
        (),
        (),
        height=height + 2 * _PADDING,
    )
