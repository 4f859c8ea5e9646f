"""Charts of several lines: figures beside each other over time, or one year on another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from perfsite.charts.layout import (
    End,
    broken_off,
    days_in,
    gap_marks,
    gaps_of_line,
    place,
    place_ends,
    shown_part,
    with_gaps,
)
from perfsite.charts.pictures import CONTEXT, ChartJob, season_ticks, time_ticks, value_ticks
from perfsite.periods import YEAR_IN_UNITS, Period

if TYPE_CHECKING:
    from perfsite.charts.layout import Gap
    from perfsite.charts.pictures import Line, Mark
    from perfsite.language import Language
    from perfsite.measures import Kind

MOST_SERIES: Final = 4
"""As many as have colours that can be told apart; more are small charts beside each other."""

_Points = Sequence[tuple[Period, float | None]]
_Places = list[tuple[float, float | None]]


def lines_job(
    path: str,
    title: str,
    description: str,
    lines: Sequence[Line],
    kind: Kind,
    language: Language,
) -> ChartJob:
    """Up to four named lines over time, broken where figures are missing.

    A line without any figure is left out; the others keep the colours of their places.

    Raises:
        ValueError: if there are more than four lines, or no figure at all.
    """
    if len(lines) > MOST_SERIES:
        raise ValueError(f"a chart has room for {MOST_SERIES} lines, not for {len(lines)}")
    given = [
        (index, line.name, line.points)
        for index, line in enumerate(lines)
        if any(value is not None for _, value in line.points)
    ]
    return _chart((path, title, description), given, kind, language, None)


def years_job(
    path: str,
    title: str,
    description: str,
    now: _Points,
    before: _Points,
    language: Language,
    kind: Kind,
) -> ChartJob:
    """A year on the year before it, month by month on one axis, each named by its years.

    Weeks lie on those 52 weeks later. A year without any figure is left out.

    Raises:
        ValueError: if there is no figure at all.
    """
    moved = [(period.shifted(YEAR_IN_UNITS[period.unit]), value) for period, value in before]
    given = [
        (index, _years(points, language), shown)
        for index, points, shown in ((CONTEXT, before, moved), (0, now, now))
        if any(value is not None for _, value in points)
    ]
    periods = [period for period, _ in (*now, *moved)]
    starts, ends = [p.start.toordinal() for p in periods], [p.end.toordinal() + 1 for p in periods]
    year = (min(starts), max(ends)) if periods else None
    return _chart((path, title, description), given, kind, language, year)


def _years(points: _Points, language: Language) -> str:
    """The years that a run of periods is in: `2016 to 2017`."""
    first, last = str(points[0][0].start.year), str(points[-1][0].end.year)
    return last if first == last else language.say("{first} to {last}", first=first, last=last)


def _places(points: _Points) -> _Places:
    return with_gaps([(place(period), value) for period, value in points], days_in(points[0][0]))


def _gaps(lines: Sequence[_Points]) -> list[Gap]:
    """The times in which all lines are missing."""
    known = {period: False for points in lines for period, _ in points}
    known |= {period: True for points in lines for period, value in points if value is not None}
    periods = sorted(known)
    part = periods[shown_part([known[period] for period in periods])]
    places = _places([(period, 0.0 if known[period] else None) for period in part])
    return gaps_of_line(places, days_in(part[0]))


def _chart(
    words: tuple[str, str, str],
    given: Sequence[tuple[int, str, _Points]],
    kind: Kind,
    language: Language,
    year: tuple[int, int] | None,
) -> ChartJob:
    if not given:
        raise ValueError("there is no figure to draw")
    path, title, description = words
    lines = [(index, name, _places(points)) for index, name, points in given]
    gaps = _gaps([points for _, _, points in given])
    known = [(x, value) for _, _, places in lines for x, value in places if value is not None]
    first, last = year or (
        min(x for x, _ in known),
        max([*(x for x, _ in known), *(end for _, end in gaps)]),
    )
    ticks = value_ticks(max(value for _, value in known), kind, language)
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
