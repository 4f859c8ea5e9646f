"""Chart jobs: everything that a picture needs, as a value that can be sent to a worker."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.charts.scales import Ticks, time_ticks, value_ticks
from perfsite.formats import figure, span_range
from perfsite.measures import KPIS, Kind
from perfsite.periods import MONTHS_IN_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.series import Point, Series
    from perfsite.kpi.panels import Panel
    from perfsite.periods import Period

Mark = dict[str, float | int | str | None]

_GAP: Final = 0.12
"""The share of a bar's width that is left free beside it."""
_PLOT_PIXELS: Final = 300
_CHARACTER_PIXELS: Final = 9.2
_JUMP: Final = 1.9
"""Months differ in length, so a step may be longer than another; twice as long is a gap."""
_LABEL_DISTANCE: Final = 0.1
"""Labels stand at least this share of the height apart: 16 px text in a plot of 200."""


@dataclass(frozen=True)
class ChartJob:
    """One picture: `kind` is `bars` or `line`; positions are days and values, words are final."""

    path: str
    kind: str
    title: str
    description: str
    marks: tuple[Mark, ...]
    dots: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    breaks: tuple[Mark, ...]
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]
    x_ticks: Ticks
    y_ticks: Ticks


def bars_job(path: str, title: str, description: str, series: Series) -> ChartJob:
    """Transactions as bars; digital and other channels stacked where both are known."""
    marks: list[Mark] = []
    shares: dict[int, tuple[float, float]] = {}
    split = any(_is_split(point) for point in series.given)
    for point in series.given:
        value = point.value or 0.0
        for index, low, high in _segments(point, value, split=split):
            start, end = point.period.start.toordinal(), point.period.end.toordinal() + 1
            right = end - (end - start) * _GAP
            marks.append({"x": start, "x1": right, "y": low, "y1": high, "series": index})
            if high > low:
                shares[index] = (low, high)
    first = series.given[0].period.start.toordinal()
    last = series.given[-1].period.end.toordinal() + 1
    ticks = value_ticks(max(point.value or 0 for point in series.given), Kind.COUNT, "")
    top = ticks[-1][0]
    names = {0: "Digital", 1: "Other", 2: "Not split"} if split else {}
    labels = _spread([(sum(shares[i]) / 2, name) for i, name in names.items() if i in shares], top)
    return ChartJob(
        path,
        "bars",
        title,
        description,
        tuple(marks),
        (),
        tuple({"x": last, "y": y, "text": text} for y, text in labels),
        tuple({"x": point.period.start.toordinal()} for point in series.points if point.broken),
        (first, _with_room(first, last, list(names.values()))),
        (0.0, top),
        time_ticks(first, last),
        ticks,
    )


def _is_split(point: Point) -> bool:
    return (
        point.value is not None and point.numerator is not None and point.numerator <= point.value
    )


def _segments(point: Point, value: float, *, split: bool) -> list[tuple[int, float, float]]:
    if _is_split(point):
        digital = point.numerator or 0.0
        return [(0, 0.0, digital), (1, digital, value)]
    return [(2 if split else 0, 0.0, value)]


def line_job(path: str, title: str, description: str, series: Series, currency: str) -> ChartJob:
    """A series as a line, broken where figures are missing, its last value written at its end."""
    points = [(point.period, point.value) for point in series.points]
    breaks = [_place(point.period) for point in series.points if point.broken]
    return _line(path, title, description, points, breaks, series.kind, currency)


def panel_job(path: str, title: str, description: str, panel: Panel) -> ChartJob:
    """The like-for-like figures of a group as a line."""
    return _line(path, title, description, list(panel.points), [], KPIS[panel.kpi].kind, "")


def _line(
    path: str,
    title: str,
    description: str,
    points: Sequence[tuple[Period, float | None]],
    breaks: Sequence[float],
    kind: Kind,
    currency: str,
) -> ChartJob:
    period = points[0][0]
    days = period.end.toordinal() - period.start.toordinal() + 1
    places = [(_place(period), value) for period, value in points]
    # Halfway between the last figure before a break and the first after it.
    cuts = [x - (x - max((p for p, _ in places if p < x), default=x)) / 2 for x in breaks]
    places = sorted(
        [*_with_gaps(places, days), *((x, None) for x in cuts)], key=lambda place: place[0]
    )
    given = [(x, value) for x, value in places if value is not None]
    first, (last, end) = given[0][0], given[-1]
    alone = [
        places[i]
        for i, (_, value) in enumerate(places)
        if value is not None
        and all(v is None for _, v in (*places[i - 1 : i], *places[i + 1 : i + 2]))
    ]
    dots = dict([*alone, given[-1]])
    ticks = value_ticks(max(value for _, value in given), kind, currency)
    label = figure(end, kind, currency)
    return ChartJob(
        path,
        "line",
        title,
        description,
        tuple({"x": x, "y": value, "series": 0} for x, value in places),
        tuple({"x": x, "y": value, "series": 0} for x, value in sorted(dots.items())),
        ({"x": last, "y": max(end, ticks[-1][0] * _LABEL_DISTANCE / 2), "text": label},),
        tuple({"x": x} for x in cuts),
        (first, _with_room(first, last, [label])),
        (0.0, ticks[-1][0]),
        time_ticks(int(first), int(last)),
        ticks,
    )


def _with_gaps(
    places: Sequence[tuple[float, float | None]], days: int
) -> list[tuple[float, float | None]]:
    """A period that is not even in the data breaks the line as one without a figure does.

    Figures follow each other by the length of their periods (`days`), or closer where windows of
    a year move on by a quarter.
    """
    pairs = list(itertools.pairwise(places))
    step = min([b - a for (a, _), (b, _) in pairs] + [float(days)])
    gaps = [(a + step, None) for (a, _), (b, _) in pairs if b - a > step * _JUMP]
    return sorted([*places, *gaps], key=lambda place: place[0])


def _place(period: Period) -> float:
    """Where a figure stands in time: windows of a year at their end, others in their middle."""
    start, end = period.start.toordinal(), period.end.toordinal() + 1
    return float(end) if period.count >= MONTHS_IN_YEAR else (start + end) / 2


def _with_room(first: float, last: float, labels: Sequence[str]) -> float:
    """The right end of the time scale that leaves room for the longest label."""
    pixels = max((len(text) for text in labels), default=0) * _CHARACTER_PIXELS
    pixels += 12 if pixels else 0
    span = max(last - first, 1)
    return last + span * pixels / (_PLOT_PIXELS - pixels)


def _spread(labels: list[tuple[float, str]], top: float) -> list[tuple[float, str]]:
    """Labels moved up until none covers another, in the order of their heights."""
    placed: list[tuple[float, str]] = []
    for y, text in sorted(labels):
        lowest = placed[-1][0] + top * _LABEL_DISTANCE if placed else top * _LABEL_DISTANCE / 2
        placed.append((max(y, lowest), text))
    return placed


def describe(series: Series) -> str:
    """What is measured over which time: the line under a chart's title."""
    shown = series.given or series.points
    lengths = f"by {series.grain}" if series.count < MONTHS_IN_YEAR else f"over {series.grain}"
    return f"{series.name} {lengths}, {span_range(shown[0].period, shown[-1].period)}"
