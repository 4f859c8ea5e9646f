"""The modules of a service's page that are no series: a year on another, journeys and readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import journey_job, years_job
from perfsite.charts.sentences import (
    beside_card,
    journey_sentence,
    reading_sentence,
    years_sentence,
)
from perfsite.components.elements import Cell, Column, Row, Table, change_cell, value_cell
from perfsite.kpis import KPIS, VOLUME
from perfsite.measures import Kind
from perfsite.model import Status
from perfsite.pages.breakdown_modules import strand_rows
from perfsite.periods import YEAR_IN_UNITS, Period, Unit
from perfsite.text import message
from perfsite.widgets.frame import Wording, marks_note, side_cell, with_gaps
from perfsite.widgets.kpi import ON_YEAR, PERIOD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.breakdowns import Journey, Reading
    from perfsite.charts.pictures import ChartJob
    from perfsite.charts.series import Point, Series
    from perfsite.widgets.frame import Module, Subject

_FEWEST_PAIRS: Final = {Unit.MONTH: 6, Unit.WEEK: 26}
"""A year on another needs half of its months or weeks; quarters stand beside each other already."""
_TRANSACTIONS: Final = message("Transactions")
_BEFORE: Final = message("A year before")
_MEASURE: Final = message("Measure")
_LAST: Final = message("Last reading")


def years_module(subject: Subject, series: Sequence[Series]) -> Module | None:
    """The last year of a service's weeks or months on the year before.

    None where there are no weeks or months, or too few that both years have. The months of a stock
    are not added up.
    """
    language = subject.language
    mine = next((s for s in series if s.kpi == VOLUME and not s.stock and _compares(s)), None)
    if mine is None:
        return None
    points = _last_year(mine)
    pairs = _pairs(points)
    parts = KPIS[VOLUME].numerator
    values = {point.period: point.value for point in mine.points}
    heading = years_sentence(
        language,
        sum(now for now, _ in pairs),
        sum(before for _, before in pairs),
        len(pairs),
        mine.unit,
    )
    last = points[-1].period
    length = YEAR_IN_UNITS[mine.unit]
    window = Period(mine.unit, last.first - length + 1, length)
    totals = sum(now for now, _ in pairs), sum(before for _, before in pairs)
    heading = beside_card(language, heading, (window, *totals), subject.card_beside("year-before"))
    span = language.span_range(points[0].period, last)
    over = (
        language.say("Transactions by week and a year before, {span}", span=span)
        if mine.unit is Unit.WEEK
        else language.say("Transactions by month and a year before, {span}", span=span)
    )
    rows = [
        (
            point.period,
            Row(
                language.period_range(point.period),
                (
                    side_cell(subject, parts, point.period, point.value, Kind.COUNT),
                    side_cell(
                        subject,
                        parts,
                        point.period.year_before,
                        # Across a break there is nothing to compare with, and a figure still.
                        values.get(point.period.year_before),
                        Kind.COUNT,
                    ),
                    change_cell(point.value, point.before, Kind.COUNT, language),
                ),
            ),
        )
        for point in points
    ]
    shown, absent = with_gaps(rows, language)
    missing = sum(point.value is None for point in points) + absent
    words = Wording(
        heading,
        over,
        language.say("Line chart"),
        marks_note(shown, language),
        KPIS[VOLUME].parts,
        missing,
        (mine.unit, mine.count),
    )
    columns = (PERIOD, _TRANSACTIONS, _BEFORE, ON_YEAR)
    table = Table(
        subject.caption(over), tuple(Column(language.say(text)) for text in columns), shown
    )

    def draw(path: str) -> ChartJob:
        now = [(point.period, point.value) for point in points]
        before = [(point.period.year_before, point.before) for point in points]
        described = subject.described(over)
        return years_job(path, heading, described, now, before, language, Kind.COUNT)

    return subject.module("year-before", "year-before", words, table, draw)


def _compares(series: Series) -> bool:
    """Whether a series has enough weeks or months that the year before has, too."""
    fewest = _FEWEST_PAIRS.get(series.unit) if series.count == 1 else None
    return fewest is not None and len(_pairs(_last_year(series))) >= fewest


def _last_year(series: Series) -> list[Point]:
    """The points of the year that ends with the newest figure."""
    if not series.given:
        return []
    last = series.given[-1].period.first
    first = last - YEAR_IN_UNITS[series.unit]
    return [point for point in series.points if first < point.period.first <= last]


def _pairs(points: Sequence[Point]) -> list[tuple[float, float]]:
    """The values that can be compared, and those a year before."""
    return [(p.value, p.before) for p in points if p.value is not None and p.before is not None]


def journey_modules(subject: Subject) -> list[Module]:
    """The journeys of a service: a bar a step, for the newest period that has all steps."""
    journeys = subject.breakdowns.journeys
    slugs = ["journey", *(f"journey-{number}" for number in range(2, len(journeys) + 1))]
    return [
        made
        for slug, journey in zip(slugs, journeys, strict=False)
        if (made := _journey_module(subject, slug, journey))
    ]


def _journey_module(subject: Subject, slug: str, journey: Journey) -> Module | None:
    language = subject.language
    newest = journey.strands.newest
    if newest is None or newest.numbers is None:
        return None
    names = [language.say(step.name) for step in journey.steps]
    steps = list(zip(names, newest.numbers, strict=True))
    heading = journey_sentence(language, steps[0], steps[-1], newest.period)
    card = subject.card_beside("journey")
    heading = beside_card(language, heading, (newest.period, steps[-1][1], None), card)
    over = language.say(
        "Steps of “{journey}”, {period}",
        journey=journey.name,
        period=language.period_range(newest.period),
    )
    shown, _ = strand_rows(subject, journey.strands, [(step.id, None) for step in journey.steps])
    words = Wording(
        heading, over, language.say("Bar chart"), "", [step.id for step in journey.steps]
    )
    table = Table(
        subject.caption(over),
        (Column(language.say(PERIOD)), *(Column(name) for name in names)),
        shown,
    )

    def draw(path: str) -> ChartJob:
        return journey_job(path, heading, subject.described(over), steps, language)

    drawn = sum(newest.numbers) > 0
    return subject.module("journey", slug, words, table, draw if drawn else None)


def readings_module(subject: Subject, readings: Sequence[Reading]) -> Module:
    """What was once shown as it happened, as an archive can show it: the last readings."""
    language = subject.language
    newest = max(readings, key=lambda reading: reading.period)
    measure = newest.measure
    heading = reading_sentence(
        language, language.say(measure.name), measure.kind, newest.value, newest.period
    )
    over = language.say("Last readings that were given")
    rows = tuple(
        Row(
            language.say(reading.measure.name),
            (
                value_cell(reading.value, reading.measure.kind, Status.PROVIDED, language),
                Cell(language.period_range(reading.period)),
            ),
        )
        for reading in readings
    )
    note = language.say("These are readings of their time. Nothing here is measured now.")
    words = Wording(heading, over, "", note, [reading.measure.id for reading in readings])
    columns = (_MEASURE, _LAST, PERIOD)
    table = Table(
        subject.caption(over), tuple(Column(language.say(text)) for text in columns), rows
    )
    return subject.module("readings", "readings", words, table)
