"""Chart jobs of one series: bars, or a line with its last value at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.layout import (
    End,
    alone,
    beside_target,
    days_in,
    gap_marks,
    gaps_of_bars,
    gaps_of_line,
    place,
    place_ends,
    shown_part,
    with_gaps,
)
from perfsite.charts.pictures import ChartJob, Mark, Target, time_ticks, value_ticks
from perfsite.kpis import KPIS
from perfsite.periods import MONTHS_IN_QUARTER, MONTHS_IN_YEAR, Unit
from perfsite.text import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.series import Point, Series
    from perfsite.kpi.matched import Panel
    from perfsite.language import Language
    from perfsite.measures import Kind
    from perfsite.periods import Period

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
    target: Target | None = None,
) -> ChartJob:
    """Counts as bars; the part that is told apart and the rest stacked where both are known."""
    marks: list[Mark] = []
    shares: dict[int, tuple[float, float]] = {}
    split = any(_is_split(point) for point in series.given)
    points = series.points[shown_part([point.value is not None for point in series.points])]
    for point in series.given:
        value = point.value or 0.0
        for index, low, high in _segments(point, value, split=split):
            start, right = bar_edges(point.period)
            marks.append({"x": start, "x1": right, "y": low, "y1": high, "series": index})
            if high > low:
                shares[index] = (low, high)
    first = points[0].period.start.toordinal()
    last = points[-1].period.end.toordinal() + 1
    ticks = value_ticks(_largest([p.value for p in series.given], target), series.kind, language)
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
            for point in series.given
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
    target: Target | None = None,
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
    kind: Kind,
    language: Language,
    target: Target | None,
    uncertain: float = 0.0,
) -> ChartJob:
    path, title, description = words
    points = points[shown_part([value is not None for _, value in points])]
    days = days_in(points[0][0])
    places = with_gaps([(place(period), value) for period, value in points], days)
    gaps = gaps_of_line(places, days)
    given = [(x, value) for x, value in places if value is not None]
    cuts = _cuts([place(period) for period in breaks if period >= points[0][0]], places)
    places = sorted(
        [*places, *((x, None) for x in cuts if x > given[0][0])], key=lambda item: item[0]
    )
    first, (last, end) = given[0][0], given[-1]
    last = max([last, *(end for _, end in gaps)])
    dots = dict([*alone(places), given[-1]])
    ticks = value_ticks(_largest([value for _, value in given], target), kind, language)
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


def _largest(values: Sequence[float | None], target: Target | None) -> float:
    return max([value or 0.0 for value in values] + ([target.value] if target else []))


def _target(target: Target | None) -> list[End]:
    """The words of a target, at the right end of its line."""
    return [End(target.value, target.words)] if target else []


def _rule(target: Target | None, first: float, last: float) -> tuple[Mark, ...]:
    """The line of a target, up to its words."""
    return ({"x": first, "x1": last, "y": target.value},) if target else ()


def describe(series: Series, language: Language) -> str:
    """What is measured over which time: the line under a chart's title."""
    shown = series.given or series.points
    measure = language.say(series.name)
    span = language.span_range(shown[0].period, shown[-1].period)
    if series.count >= MONTHS_IN_YEAR:
        text = _OVER[series.unit]
    elif series.unit is Unit.MONTH and series.count == MONTHS_IN_QUARTER:
        text = message("{measure} by quarter, {span}")
    else:
        text = _BY[series.unit] if series.count == 1 else _BY_MORE[series.unit]
    return language.say(text, measure=measure, span=span, count=series.count)
