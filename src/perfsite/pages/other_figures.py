"""The figures that a service gave and no other table of its page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.components.elements import Column, Row, Table
from perfsite.kpis import KPIS, VOLUME
from perfsite.measures import RATINGS
from perfsite.text import message
from perfsite.widgets.changes import figure_name
from perfsite.widgets.frame import Wording, marked, marks_note, number_cell
from perfsite.widgets.kpi import PERIOD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from perfsite.charts.breakdowns import Breakdowns, Strands
    from perfsite.charts.series import Observed, Point, Series
    from perfsite.periods import Period
    from perfsite.widgets.frame import Module, Subject

NAME: Final = "other-figures"
NEWEST: Final = 12
"""So many figures of each measure, channel and length of period are shown; the CSV file has all."""
Shown = set[tuple[str, str, float]]
"""Measure, period and number of what other tables show."""
_FIGURE: Final = message("Figure")
Figure = tuple[str, str, "Period", "Observed"]
"""Measure, channel, period and what was given."""


def other_figures_module(
    subject: Subject,
    series: Sequence[Series],
    *,
    answers: bool,
    elsewhere: Collection[str] = (),
) -> Module | None:
    """A table of all that was given and stands in no other table of the page; None if all does.

    `series` are those of KPIs and of measures, `answers` tells whether there is a table of answers.
    Measures that are told `elsewhere`, as standards are, are left out.
    """
    language = subject.language
    shown = {
        *_shown_by_series(series),
        *_shown_by_breakdowns(subject.breakdowns, answers=answers),
    }
    measures = subject.builder.config.all_measures
    rows: list[Row] = []
    more = 0
    wanted = [measure for measure in measures if measure not in elsewhere]
    for kept, left in _unshown(subject, wanted, shown):
        more += left
        for measure, channel, period, one in kept:
            if one.value is None:
                continue
            cell = marked(number_cell(one.value, measures[measure].kind, language), one.marks)
            name = figure_name(measure, channel, measures, language)
            rows.append(Row(language.period_range(period), (cell,), under=name))
    if not rows:
        return None
    table_rows = tuple(rows)
    note = language.plural(
        more,
        "One more such figure, an older one, is in the CSV file of this page.",
        "{n} more such figures, older ones, are in the CSV file of this page.",
    )
    notes = [note if more else "", marks_note(table_rows, language)]
    over = language.say("Other figures given")
    words = Wording(
        language.say("Other figures that the service gave"),
        over,
        "",
        " ".join(filter(None, notes)),
        list(subject.given.figures),
    )
    columns = (Column(language.say(PERIOD)), Column(language.say(_FIGURE)))
    return subject.module(NAME, NAME, words, Table(subject.caption(over), columns, table_rows))


def _unshown(
    subject: Subject, measures: Iterable[str], shown: Shown
) -> Iterator[tuple[list[Figure], int]]:
    """What is not shown, by measure, channel and length: the newest, and how many more."""
    for measure in measures:
        for channel, mine in sorted(subject.given.figures.get(measure, {}).items()):
            lengths: dict[tuple[str, int], list[Figure]] = {}
            for period, one in mine.items():
                if one.value is not None and (measure, period.code, one.value) not in shown:
                    length = (str(period.unit), period.count)
                    lengths.setdefault(length, []).append((measure, channel, period, one))
            for found in lengths.values():
                found.sort(key=lambda figure: figure[2].end, reverse=True)
                yield found[:NEWEST], len(found[NEWEST:])


def _shown_by_series(series: Sequence[Series]) -> Iterator[tuple[str, str, float]]:
    for one in series:
        for point in one.points:
            code = point.period.code
            for measure, value in _numbers(one, point):
                if value is not None:
                    yield measure, code, value


def _numbers(series: Series, point: Point) -> Iterator[tuple[str, float | None]]:
    """The measures and numbers that a row of a series shows."""
    if series.measure:
        yield series.kpi, point.value
        return
    kpi = KPIS[series.kpi]
    if kpi.stated:
        yield kpi.stated, point.value
    if kpi.split:
        (measure,) = kpi.numerator
        yield measure, point.value
        yield measure, point.numerator
        if point.value is not None and point.numerator is not None:
            yield measure, point.value - point.numerator
    elif kpi.words.operands:
        for parts, value in (
            (kpi.numerator, point.numerator),
            (kpi.denominator, point.denominator),
        ):
            if len(parts) == 1:
                yield parts[0].partition(":")[0], value


def _shown_by_breakdowns(
    breakdowns: Breakdowns, *, answers: bool
) -> Iterator[tuple[str, str, float]]:
    if breakdowns.channels:
        (measure,) = KPIS[VOLUME].numerator
        yield from _shown_by_strands(
            breakdowns.channels, [measure] * len(breakdowns.channels.names)
        )
    if breakdowns.ratings and answers:
        yield from _shown_by_strands(breakdowns.ratings, RATINGS)
    for measure, figures in breakdowns.beside.items():
        for period, value in figures.items():
            yield measure, period.code, value
    for reading in breakdowns.readings:
        yield reading.measure.id, reading.period.code, reading.value
    for journey in breakdowns.journeys:
        yield from _shown_by_strands(journey.strands, [step.id for step in journey.steps])


def _shown_by_strands(
    strands: Strands, measures: Iterable[str]
) -> Iterator[tuple[str, str, float]]:
    names = list(measures)
    for row in strands.rows:
        for measure, value in zip(names, row.values, strict=True):
            if value is not None:
                yield measure, row.period.code, value
