"""What is drawn.

Bars or a line of one series, lines beside each other, parts of a whole, treemaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from perfsite.charts.layout import (
    TEXT_SIZE,
    End,
    alone,
    beside_target,
    broken_off,
    days_in,
    gap_marks,
    gaps_of_bars,
    gaps_of_line,
    place,
    place_ends,
    shown_part,
    with_gaps,
)
from perfsite.charts.pictures import (
    CONTEXT,
    ELLIPSIS,
    WIDTH,
    ChartItem,
    ChartJob,
    Label,
    Mark,
    TargetLine,
    TreemapJob,
    season_ticks,
    shorten,
    text_width,
    time_ticks,
    value_ticks,
    wrap,
)
from perfsite.kpis import KPIS
from perfsite.measures import MeasureKind
from perfsite.periods import MONTHS_IN_QUARTER, MONTHS_IN_YEAR, YEAR_IN_UNITS, Period, Unit
from perfsite.text import message

if TYPE_CHECKING:
    from perfsite.charts.layout import Gap
    from perfsite.charts.pictures import Line
    from perfsite.charts.series import Point, Series
    from perfsite.kpi.matched import Panel
    from perfsite.language import Language


# Chart jobs of one series: bars, or a line with its last value at its end.


GAP: Final = 0.12
"""The share of a bar's width that is left free beside it."""
LOW: Final = 0.02
"""The share of the height, 4 of 200 pixels, below which a bar could be taken for none."""
_LOWEST_LABEL: Final = 0.05
_OVER: Final = {
    Unit.DAY: message("{measure} over {count} days, {span}"),
    Unit.WEEK: message("{measure} over {count} weeks, {span}"),
    Unit.MONTH: message("{measure} over {count} months, {span}"),
}
_BY: Final = {
    Unit.DAY: message("{measure} by day, {span}"),
    Unit.WEEK: message("{measure} by week, {span}"),
    Unit.MONTH: message("{measure} by month, {span}"),
}
_BY_MORE: Final = {
    Unit.DAY: message("{measure} by {count} days, {span}"),
    Unit.WEEK: message("{measure} by {count} weeks, {span}"),
    Unit.MONTH: message("{measure} by {count} months, {span}"),
}


def bars_job(
    path: str,
    title: str,
    description: str,
    series: Series,
    language: Language,
    target: TargetLine | None = None,
) -> ChartJob:
    """Counts as bars; the part that is told apart and the rest stacked where both are known."""
    marks: list[Mark] = []
    shares: dict[int, tuple[float, float]] = {}
    split = any(_is_split(point) for point in series.figures)
    points = series.points[shown_part([point.value is not None for point in series.points])]
    for point in series.figures:
        value = point.value or 0.0
        for index, low, high in _segments(point, value, split=split):
            start, right = bar_edges(point.period)
            marks.append({"x": start, "x1": right, "y": low, "y1": high, "series": index})
            if high > low:
                shares[index] = (low, high)
    first = points[0].period.start.toordinal()
    last = points[-1].period.end.toordinal() + 1
    ticks = value_ticks(_largest([p.value for p in series.figures], target), series.kind, language)
    top = ticks[-1][0]
    periods = [(point.period, point.value is not None) for point in points]
    names = [language.say(name) for name in (*_labels(series), message("Not split"))]
    labels = [
        End(sum(shares[i]) / 2, name, i) for i, name in enumerate(names) if split and i in shares
    ]
    ends = place_ends([*labels, *_target(target)], first, last, top, ticks)
    return ChartJob(
        path,
        "bars",
        title,
        description,
        tuple(marks),
        (),
        ends.labels,
        tuple({"x": point.period.start.toordinal()} for point in points if point.broken),
        _rule(target, first, ends.x_labels),
        ends.keys,
        (first, ends.x_last),
        (0.0, top),
        time_ticks(first, last, language, ends.pixels),
        ticks,
        gaps=gap_marks(gaps_of_bars(periods)),
        lows=tuple(
            low_mark(point.period, _segments(point, point.value or 0.0, split=split)[-1][0])
            for point in series.figures
            if (point.value or 0.0) < top * LOW
        ),
    )


def _labels(series: Series) -> tuple[str, ...]:
    split = None if series.measure else KPIS[series.kpi].split
    return split.labels if split else ("", "")


def low_mark(period: Period, series: int) -> Mark:
    """What stands for a bar that is too low to be seen, that of zero among them."""
    start, right = bar_edges(period)
    return {"x": start, "x1": right, "series": series}


def bar_edges(period: Period) -> tuple[int, float]:
    """Where the bar of a period starts and ends; a little is left free beside it."""
    start, end = period.start.toordinal(), period.end.toordinal() + 1
    return start, end - (end - start) * GAP


def _is_split(point: Point) -> bool:
    return (
        point.value is not None and point.numerator is not None and point.numerator <= point.value
    )


def _segments(point: Point, value: float, *, split: bool) -> list[tuple[int, float, float]]:
    if _is_split(point):
        digital = point.numerator or 0.0
        return [(0, 0.0, digital), (1, digital, value)]
    return [(2 if split else 0, 0.0, value)]


def line_job(
    path: str,
    title: str,
    description: str,
    series: Series,
    language: Language,
    target: TargetLine | None = None,
) -> ChartJob:
    """A series as a line, broken where figures are missing, its last value written at its end."""
    points = [(point.period, point.value) for point in series.points]
    breaks = [point.period for point in series.points if point.broken]
    words = (path, title, description)
    last = next((p for p in reversed(series.points) if p.value is not None), None)
    doubt = last.uncertain if last else 0.0
    return _line(words, points, breaks, series.kind, language, target, doubt)


def panel_job(
    path: str, title: str, description: str, panel: Panel, language: Language
) -> ChartJob:
    """The like-for-like figures of a group as a line."""
    words = (path, title, description)
    doubt = panel.doubt_of(panel.points[-1][0])
    return _line(words, list(panel.points), [], KPIS[panel.kpi].kind, language, None, doubt)


def _line(
    words: tuple[str, str, str],
    points: Sequence[tuple[Period, float | None]],
    breaks: Sequence[Period],
    kind: MeasureKind,
    language: Language,
    target: TargetLine | None,
    uncertain: float = 0.0,
) -> ChartJob:
    path, title, description = words
    points = points[shown_part([value is not None for _, value in points])]
    days = days_in(points[0][0])
    places = with_gaps([(place(period), value) for period, value in points], days)
    gaps = gaps_of_line(places, days)
    figures = [(x, value) for x, value in places if value is not None]
    cuts = _cuts([place(period) for period in breaks if period >= points[0][0]], places)
    places = sorted(
        [*places, *((x, None) for x in cuts if x > figures[0][0])], key=lambda item: item[0]
    )
    first, (last, end) = figures[0][0], figures[-1]
    last = max([last, *(end for _, end in gaps)])
    dots = dict([*alone(places), figures[-1]])
    ticks = value_ticks(_largest([value for _, value in figures], target), kind, language)
    top = ticks[-1][0]
    words_of_end = (
        beside_target(language, end, target.value, kind, long=False)
        if target
        else language.figure(end, kind, uncertain)
    )
    label = End(max(end, top * _LOWEST_LABEL), words_of_end)
    ends = place_ends([label, *_target(target)], first, last, top, ticks)
    return ChartJob(
        path,
        "line",
        title,
        description,
        tuple({"x": x, "y": value, "series": 0} for x, value in places),
        tuple({"x": x, "y": value, "series": 0} for x, value in sorted(dots.items())),
        ends.labels,
        tuple({"x": x} for x in cuts),
        _rule(target, first, ends.x_labels),
        ends.keys,
        (first, ends.x_last),
        (0.0, top),
        time_ticks(int(first), int(last), language, ends.pixels),
        ticks,
        gaps=gap_marks(gaps),
    )


def _cuts(breaks: Sequence[float], places: Sequence[tuple[float, float | None]]) -> list[float]:
    """Where breaks are drawn: halfway from what was before each of them."""
    return [x - (x - max((p for p, _ in places if p < x), default=x)) / 2 for x in breaks]


def _largest(values: Sequence[float | None], target: TargetLine | None) -> float:
    return max([value or 0.0 for value in values] + ([target.value] if target else []))


def _target(target: TargetLine | None) -> list[End]:
    """The words of a target, at the right end of its line."""
    return [End(target.value, target.words)] if target else []


def _rule(target: TargetLine | None, first: float, last: float) -> tuple[Mark, ...]:
    """The line of a target, up to its words."""
    return ({"x": first, "x1": last, "y": target.value},) if target else ()


def describe(series: Series, language: Language) -> str:
    """What is measured over which time: the line under a chart's title."""
    shown = series.figures or series.points
    measure = language.say(series.name)
    span = language.span_range(shown[0].period, shown[-1].period)
    if series.count >= MONTHS_IN_YEAR:
        text = _OVER[series.unit]
    elif series.unit is Unit.MONTH and series.count == MONTHS_IN_QUARTER:
        text = message("{measure} by quarter, {span}")
    else:
        text = _BY[series.unit] if series.count == 1 else _BY_MORE[series.unit]
    return language.say(text, measure=measure, span=span, count=series.count)


# Charts of several lines: figures beside each other over time, or one year on another.


MOST_SERIES: Final = 4
"""As many as have colours that can be told apart; more are small charts beside each other."""

_Points = Sequence[tuple[Period, float | None]]
_Places = list[tuple[float, float | None]]


def lines_job(
    path: str,
    title: str,
    description: str,
    lines: Sequence[Line],
    kind: MeasureKind,
    language: Language,
) -> ChartJob:
    """Up to four named lines over time, broken where figures are missing.

    A line without any figure is left out; the others keep the colours of their places.

    Raises:
        ValueError: if there are more than four lines, or no figure at all.
    """
    if len(lines) > MOST_SERIES:
        raise ValueError(f"a chart has room for {MOST_SERIES} lines, not for {len(lines)}")
    drawn = [
        (index, line.name, line.points)
        for index, line in enumerate(lines)
        if any(value is not None for _, value in line.points)
    ]
    return _chart((path, title, description), drawn, kind, language, None)


def years_job(
    path: str,
    title: str,
    description: str,
    now: _Points,
    before: _Points,
    language: Language,
    kind: MeasureKind,
) -> ChartJob:
    """A year on the year before it, month by month on one axis, each named by its years.

    Weeks lie on those 52 weeks later. A year without any figure is left out.

    Raises:
        ValueError: if there is no figure at all.
    """
    moved = [(period.shifted(YEAR_IN_UNITS[period.unit]), value) for period, value in before]
    drawn = [
        (index, _years(points, language), shown)
        for index, points, shown in ((CONTEXT, before, moved), (0, now, now))
        if any(value is not None for _, value in points)
    ]
    periods = [period for period, _ in (*now, *moved)]
    starts, ends = [p.start.toordinal() for p in periods], [p.end.toordinal() + 1 for p in periods]
    year = (min(starts), max(ends)) if periods else None
    return _chart((path, title, description), drawn, kind, language, year)


def _years(points: _Points, language: Language) -> str:
    """The years that a run of periods is in: `2016 to 2017`."""
    first, last = str(points[0][0].start.year), str(points[-1][0].end.year)
    return last if first == last else language.say("{first} to {last}", first=first, last=last)


def _places(points: _Points) -> _Places:
    return with_gaps([(place(period), value) for period, value in points], days_in(points[0][0]))


def _gaps(lines: Sequence[_Points]) -> list[Gap]:
    """The times in which all lines are missing."""
    has_figure = {period: False for points in lines for period, _ in points}
    has_figure |= {
        period: True for points in lines for period, value in points if value is not None
    }
    periods = sorted(has_figure)
    part = periods[shown_part([has_figure[period] for period in periods])]
    places = _places([(period, 0.0 if has_figure[period] else None) for period in part])
    return gaps_of_line(places, days_in(part[0]))


def _chart(
    words: tuple[str, str, str],
    named_points: Sequence[tuple[int, str, _Points]],
    kind: MeasureKind,
    language: Language,
    year: tuple[int, int] | None,
) -> ChartJob:
    if not named_points:
        raise ValueError("there is no figure to draw")
    path, title, description = words
    lines = [(index, name, _places(points)) for index, name, points in named_points]
    gaps = _gaps([points for _, _, points in named_points])
    figures = [(x, value) for _, _, places in lines for x, value in places if value is not None]
    first, last = year or (
        min(x for x, _ in figures),
        max([*(x for x, _ in figures), *(end for _, end in gaps)]),
    )
    ticks = value_ticks(max(value for _, value in figures), kind, language)
    top = ticks[-1][0]
    labels = [End(_last(places), name, index) for index, name, places in lines]
    ends = place_ends(labels, first, last, top, ticks)
    dots: list[Mark] = [
        {"x": x, "y": value, "series": index}
        for index, _, places in lines
        for x, value in broken_off(places)
    ]
    return ChartJob(
        path,
        "line",
        title,
        description,
        tuple(
            {"x": x, "y": value, "series": index}
            for index, _, places in lines
            for x, value in places
        ),
        tuple(dots),
        ends.labels,
        (),
        (),
        ends.keys,
        (first, ends.x_last),
        (0.0, top),
        (season_ticks if year else time_ticks)(int(first), int(last), language, ends.pixels),
        ticks,
        gaps=gap_marks([(max(start, first), min(end, last)) for start, end in gaps]),
    )


def _last(places: _Places) -> float:
    """The height at which a line ends."""
    return next(value for _, value in reversed(places) if value is not None)


# Treemaps: the parts of a whole as boxes, and the words that fit into them.


_WIDTHS: Final = (340, 250, 200, 160, 130, 105, 85, 70, 55, 40)
_MOST_LINES: Final = 4
_FEWEST_LETTERS: Final = 4
"""Less of a name than this is a riddle."""


def treemap_job(
    path: str,
    title: str,
    description: str,
    items: Sequence[tuple[str, float]],
    language: Language,
    kind: MeasureKind,
) -> TreemapJob:
    """Boxes as large as their values, the largest first; nothing is not drawn.

    About 30 items can be told apart; the caller adds up the others.

    Raises:
        ValueError: if no item is above zero.
    """
    shown = sorted((item for item in items if item[1] > 0), key=lambda item: -item[1])
    if not shown:
        raise ValueError("there is nothing to draw a treemap of")
    boxes = [
        ChartItem(value, _box_labels(name, language.figure(value, kind))) for name, value in shown
    ]
    return TreemapJob(path, title, description, tuple(boxes))


def _box_labels(name: str, figure: str) -> tuple[Label, ...]:
    """What could stand in a box, from the most that can be said to the least.

    First comes the whole name with its figure, then the whole name alone, then some words of it,
    last a piece of its first word; of the same words, those in fewer lines.
    """
    ranks: dict[tuple[str, ...], tuple[bool, int, bool, int]] = {}
    longest = max(text_width(word, TEXT_SIZE) for word in name.split(" "))
    for width in (*_WIDTHS, longest):
        for most in range(1, _MOST_LINES + 1):
            lines = wrap(name, width, TEXT_SIZE, most)
            words = " ".join(lines).removesuffix(ELLIPSIS)
            if len(words) < min(_FEWEST_LETTERS, len(name)):
                continue
            # The letter after the cut says whether a word was cut with it.
            broken = name[len(words) : len(words) + 1].isalnum()
            ranks[(*lines, figure)] = (broken, -len(words), False, len(lines))
            ranks[lines] = (broken, -len(words), True, len(lines))
    return tuple(
        Label(lines, max(text_width(line, TEXT_SIZE) for line in lines))
        for lines in sorted(ranks, key=lambda lines: (ranks[lines], lines))
    )


# Charts of parts: shares of a whole over time, and the steps of a journey.


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
    ticks = value_ticks(1.0, MeasureKind.SHARE, language)
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
    figures = [language.figure(value, MeasureKind.COUNT) for _, value in steps]
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
