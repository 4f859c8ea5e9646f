"""The modules of a service's page that show one figure over time: KPIs and other measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import bars_job, describe, line_job
from perfsite.charts.module_sentences import measure_sentence, response_sentence
from perfsite.charts.pictures import Target
from perfsite.charts.sentences import level_sentence, transactions_sentence
from perfsite.charts.series import TRANSACTIONS
from perfsite.kpis import KPIS
from perfsite.measures import Kind
from perfsite.messages import message
from perfsite.model import Status
from perfsite.pages.change_words import REVISED_MARK
from perfsite.pages.elements import Cell, Column, Row, Table
from perfsite.pages.modules import Wording, with_gaps
from perfsite.pages.words import change_cell, count_cell, value_cell
from perfsite.periods import MONTHS_IN_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from perfsite.charts.pictures import ChartJob
    from perfsite.charts.series import Point, Series
    from perfsite.language import Language
    from perfsite.pages.modules import Module, Subject

_RESPONSE: Final = "response_time"
YEARLY: Final = "transactions_per_year"
_AVAILABILITY: Final = "availability"
PERIOD: Final = message("Period")
ON_YEAR: Final = message("Change on a year before")
_ON_PREVIOUS: Final = message("Change on the period before")
_ALL: Final = message("All transactions")
_COLUMNS: Final = {
    TRANSACTIONS: (_ALL, message("Digital"), message("Other channels")),
    "digital_take_up": (message("Digital take-up"), message("Digital transactions"), _ALL),
    "cost_per_transaction": (message("Cost per transaction"), message("Total cost"), _ALL),
    "completion_rate": (message("Completion rate"), message("Completed"), message("Started")),
}
"""The columns of a KPI that is a ratio; others have one, named as they are."""
_UNMONITORED: Final = message("Unmonitored time")


def series_module(subject: Subject, series: Series) -> Module:
    """The module of a series: its latest figure as a sentence, its picture and its table."""
    language = subject.language
    over = describe(series, language)
    level = _target(subject, series)
    rows, absent = _rows(subject, series)
    words = Wording(
        _sentence(series, level, language),
        over,
        language.say("Bar chart") if series.has_bars else language.say("Line chart"),
        _note(subject, series, language),
        _measures(series),
        len(series.points) - len(series.given) + absent,
        (series.unit, series.count) if series.count < MONTHS_IN_YEAR else None,
    )
    target = (
        None
        if level is None
        else Target(
            level, language.say("Target {level}", level=language.figure(level, series.kind))
        )
    )
    table = Table(subject.caption(over), _columns(subject, series), rows)

    def draw(path: str) -> ChartJob:
        job = bars_job if series.has_bars else line_job
        described = subject.described(over)
        return job(path, words.heading, described, series, language, target)

    drawn = series.is_drawn and min(point.value or 0 for point in series.given) >= 0
    return subject.module(series.module, series.slug, words, table, draw if drawn else None)


def _target(subject: Subject, series: Series) -> float | None:
    """The target that a series can be held against: that of a year only against years."""
    if series.measure:
        return None
    if series.kpi == TRANSACTIONS:
        year = series.count >= MONTHS_IN_YEAR
        return subject.target("transactions_per_year") if year else None
    return subject.target(series.kpi)


def _measures(series: Series) -> Iterable[str]:
    """The measures that the figures of a series are made of."""
    if series.measure or series.kpi == TRANSACTIONS:
        return (series.kpi,)
    return {part.partition(":")[0] for part in KPIS[series.kpi].parts}


def _sentence(series: Series, target: float | None, language: Language) -> str:
    last = series.given[-1] if series.given else None
    if last is None or last.value is None:
        return language.say("{measure}: withheld", measure=language.say(series.name))
    value, before, period = last.value, last.before, last.period
    if series.kpi == _RESPONSE:
        return response_sentence(language, value, before, period)
    if series.measure:
        name = language.say(series.name)
        return measure_sentence(language, name, series.kind, value, before, period)
    if series.kpi == TRANSACTIONS:
        return transactions_sentence(language, value, before, period, target)
    return level_sentence(language, series.kpi, value, before, period, target)


def _note(subject: Subject, series: Series, language: Language) -> str:
    notes = [_contradiction(series, language)]
    if any(_is_revised(subject, series, point) for point in series.points):
        notes.append(
            language.say(
                "{mark} marks figures that said something else in an earlier edition.",
                mark=REVISED_MARK,
            )
        )
    if any(point.broken for point in series.points):
        notes.append(
            language.say(
                "A dashed line marks a break in the series: figures before and after it cannot be "
                "compared."
            )
        )
    return " ".join(filter(None, notes))


def _is_revised(subject: Subject, series: Series, point: Point) -> bool:
    """Whether an earlier edition said something else of this period."""
    names = (series.kpi, YEARLY) if series.kpi == TRANSACTIONS else (series.kpi,)
    return any((name, point.period.code) in subject.revised for name in names)


def _contradiction(series: Series, language: Language) -> str:
    withheld = sum(point.status is Status.WITHHELD for point in series.points)
    if withheld:
        return language.plural(
            withheld,
            "In one period a part is larger than its whole, so no percentage is shown.",
            "In {n} periods a part is larger than its whole, so no percentage is shown.",
        )
    over = sum(_over(point) for point in series.points) if series.kpi == TRANSACTIONS else 0
    if not over:
        return ""
    return language.plural(
        over,
        "In one period the service gave more digital transactions than transactions in all. One "
        "of the two must be wrong, so they are not split in the chart.",
        "In {n} periods the service gave more digital transactions than transactions in all. One "
        "of the two must be wrong, so they are not split in the chart.",
    )


def _over(point: Point) -> bool:
    return point.value is not None and point.numerator is not None and point.numerator > point.value


def _columns(subject: Subject, series: Series) -> tuple[Column, ...]:
    own = (series.name,) if series.measure else _COLUMNS.get(series.kpi, (series.name,))
    watched = (_UNMONITORED,) if _unmonitored(subject, series) else ()
    texts = (PERIOD, *own, *watched, *_changes(series))
    return tuple(Column(subject.language.say(text)) for text in texts)


def _changes(series: Series) -> tuple[str, ...]:
    # For 12 months the period before is the year before.
    return (ON_YEAR,) if series.count >= MONTHS_IN_YEAR else (ON_YEAR, _ON_PREVIOUS)


def _unmonitored(subject: Subject, series: Series) -> bool:
    """Whether some of the time of an availability was not watched, as far as that was given."""
    watched = subject.breakdowns.unmonitored
    return series.kpi == _AVAILABILITY and any(p.period in watched for p in series.points)


def _rows(subject: Subject, series: Series) -> tuple[tuple[Row, ...], int]:
    """All periods, newest first; missing ones are there and say so. And how many are absent."""
    language = subject.language
    changes = len(_changes(series))
    watched = _unmonitored(subject, series)
    rows = []
    for point in series.points:
        cells = [*_cells(series, point, language)]
        if _is_revised(subject, series, point):
            cells[0] = replace(cells[0], note=REVISED_MARK)
        if watched:
            seconds = subject.breakdowns.unmonitored.get(point.period)
            cells.append(value_cell(seconds, Kind.SECONDS, Status.NOT_PROVIDED, language))
        earlier = (point.before, point.previous)[:changes]
        cells += [change_cell(point.value, value, series.kind, language) for value in earlier]
        under = language.say("break in the series") if point.broken else ""
        row = Row(language.period_range(point.period), tuple(cells), under=under)
        rows.append((point.period, row))
    return with_gaps(rows, language)


def _cells(series: Series, point: Point, language: Language) -> tuple[Cell, ...]:
    if series.kpi == TRANSACTIONS:
        return (
            _counted(point, language),
            count_cell(point.numerator, language),
            _other(point, language),
        )
    value = value_cell(point.value, series.kind, point.status, language)
    if series.measure or series.kpi not in _COLUMNS:
        return (_counted(point, language) if series.kind is Kind.COUNT else value,)
    if series.kpi == "cost_per_transaction":
        top = value_cell(point.numerator, series.kind, Status.NOT_PROVIDED, language)
    else:
        top = count_cell(point.numerator, language)
    return (value, top, count_cell(point.denominator, language))


def _counted(point: Point, language: Language) -> Cell:
    """A count in full, or why there is none."""
    if point.value is not None:
        return count_cell(point.value, language)
    return value_cell(None, Kind.COUNT, point.status, language)


def _other(point: Point, language: Language) -> Cell:
    """What is left of all transactions beside the digital ones."""
    if _over(point):
        return Cell(language.say("digital is above all"), missing=True)
    if point.value is None or point.numerator is None:
        return count_cell(None, language)
    return count_cell(point.value - point.numerator, language)
