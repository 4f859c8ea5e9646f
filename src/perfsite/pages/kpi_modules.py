"""The modules of a service's page that show one figure over time: KPIs and other measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import bars_job, describe, line_job
from perfsite.charts.module_sentences import measure_sentence, response_sentence
from perfsite.charts.pictures import Target
from perfsite.charts.sentences import level_sentence
from perfsite.kpis import KPIS, Adding
from perfsite.measures import Kind
from perfsite.messages import message
from perfsite.model import Status
from perfsite.pages.change_words import REVISED_MARK
from perfsite.pages.elements import Cell, Column, Row, Table
from perfsite.pages.modules import Wording, with_gaps
from perfsite.pages.words import change_cell, count_cell, value_cell
from perfsite.periods import MONTHS_IN_YEAR
from perfsite.rounding import decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.charts.pictures import ChartJob
    from perfsite.charts.series import Point, Series
    from perfsite.kpis import Split
    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.pages.modules import Module, Subject

_RESPONSE: Final = "response_time"
PERIOD: Final = message("Period")
ON_YEAR: Final = message("Change on a year before")
_ON_PREVIOUS: Final = message("Change on the period before")


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
    comparable = KPIS[series.kpi].is_ratio or series.count >= MONTHS_IN_YEAR
    return subject.target(series.kpi) if comparable else None


def _measures(series: Series) -> Iterable[str]:
    """The measures that the figures of a series are made of."""
    if series.measure:
        return (series.kpi,)
    return {part.partition(":")[0] for part in KPIS[series.kpi].parts}


def _sentence(series: Series, target: float | None, language: Language) -> str:
    last = series.given[-1] if series.given else None
    if last is None or last.value is None:
        return language.say("{measure}: withheld", measure=language.say(series.name))
    value, before, period = last.value, last.before, last.period
    doubts = last.uncertain, last.uncertain_before
    if series.kpi == _RESPONSE:
        return response_sentence(language, value, before, period)
    if series.measure:
        name = language.say(series.name)
        return measure_sentence(language, name, series.kind, value, before, period, doubts=doubts)
    return level_sentence(
        language, series.kpi, value, before, period, target, stock=series.stock, doubts=doubts
    )


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
    kpi = None if series.measure else KPIS[series.kpi]
    measures = kpi.numerator if kpi and kpi.adding is Adding.SUM else ()
    return any((name, point.period.code) in subject.revised for name in (series.kpi, *measures))


def _contradiction(series: Series, language: Language) -> str:
    withheld = sum(point.status is Status.WITHHELD for point in series.points)
    if withheld:
        return language.plural(
            withheld,
            "In one period a part is larger than its whole, so no percentage is shown.",
            "In {n} periods a part is larger than its whole, so no percentage is shown.",
        )
    split = _split(series)
    over = sum(_over(point) for point in series.points)
    return language.plural(over, *split.above) if split and over else ""


def _split(series: Series) -> Split | None:
    """The part of its figures that a series tells apart; None where it tells none."""
    return None if series.measure else KPIS[series.kpi].split


def _over(point: Point) -> bool:
    return point.value is not None and point.numerator is not None and point.numerator > point.value


def _columns(subject: Subject, series: Series) -> tuple[Column, ...]:
    beside = _beside(subject, series)
    shown = (subject.builder.config.all_measures[beside].name,) if beside else ()
    texts = (PERIOD, *_names(series), *shown, *_changes(series))
    return tuple(Column(subject.language.say(text)) for text in texts)


def _names(series: Series) -> tuple[str, ...]:
    """The columns of a series: its figures, and what they are made of where that is shown."""
    if split := _split(series):
        return split.whole, split.name, split.rest
    operands = None if series.measure else KPIS[series.kpi].words.operands
    return (series.name, *(operands or ()))


def _changes(series: Series) -> tuple[str, ...]:
    # For 12 months the period before is the year before.
    return (ON_YEAR,) if series.count >= MONTHS_IN_YEAR else (ON_YEAR, _ON_PREVIOUS)


def _beside(subject: Subject, series: Series) -> str:
    """The measure whose figures stand beside a series, as far as some were given; else blank."""
    measure = "" if series.measure else KPIS[series.kpi].beside
    figures = subject.breakdowns.beside.get(measure, {})
    return measure if any(point.period in figures for point in series.points) else ""


def _rows(subject: Subject, series: Series) -> tuple[tuple[Row, ...], int]:
    """All periods, newest first; missing ones are there and say so. And how many are absent."""
    language = subject.language
    changes = len(_changes(series))
    measures = subject.builder.config.all_measures
    beside = _beside(subject, series)
    rows = []
    for point in series.points:
        cells = [*_cells(series, point, measures, language)]
        if _is_revised(subject, series, point):
            cells[0] = replace(cells[0], note=REVISED_MARK)
        if beside:
            value = subject.breakdowns.beside[beside].get(point.period)
            kind = measures[beside].kind
            cells.append(value_cell(value, kind, Status.NOT_PROVIDED, language))
        cells += _changed(series, point, language)[:changes]
        under = language.say("break in the series") if point.broken else ""
        row = Row(language.period_range(point.period), tuple(cells), under=under)
        rows.append((point.period, row))
    return with_gaps(rows, language)


def _changed(series: Series, point: Point, language: Language) -> list[Cell]:
    """The changes on a year before and on the period before."""
    return [
        change_cell(
            point.value,
            value,
            series.kind,
            language,
            uncertain=point.uncertain,
            uncertain_before=doubt,
        )
        for value, doubt in (
            (point.before, point.uncertain_before),
            (point.previous, point.uncertain_previous),
        )
    ]


def _cells(
    series: Series, point: Point, measures: Mapping[str, Measure], language: Language
) -> tuple[Cell, ...]:
    if split := _split(series):
        return (
            _counted(point, language),
            _in_full(point.numerator, series.kind, language),
            _rest(point, split, series.kind, language),
        )
    value = (
        _counted(point, language)
        if series.kind is Kind.COUNT
        else value_cell(point.value, series.kind, point.status, language, point.uncertain)
    )
    kpi = None if series.measure else KPIS[series.kpi]
    if kpi is None or kpi.words.operands is None:
        return (value,)
    kinds = [_kind_of(side, measures) for side in (kpi.numerator, kpi.denominator)]
    # What is uncertain of a ratio is so of what stands above its line, in proportion.
    doubt = point.uncertain * (point.denominator or 0.0)
    return (
        value,
        _in_full(point.numerator, kinds[0], language, doubt),
        _in_full(point.denominator, kinds[1], language),
    )


def _kind_of(parts: Sequence[str], measures: Mapping[str, Measure]) -> Kind:
    """What a sum of these parts is."""
    kinds = {measures[part.partition(":")[0]].kind for part in parts}
    return kinds.pop() if len(kinds) == 1 else Kind.NUMBER


def _in_full(number: float | None, kind: Kind, language: Language, uncertain: float = 0.0) -> Cell:
    """A number that a figure is made of: counts in full."""
    if kind is Kind.COUNT:
        return count_cell(number, language)
    return value_cell(number, kind, Status.NOT_PROVIDED, language, uncertain)


def _counted(point: Point, language: Language) -> Cell:
    """A count in full, or why there is none."""
    if point.value is not None:
        return count_cell(point.value, language)
    return value_cell(None, Kind.COUNT, point.status, language)


def _rest(point: Point, split: Split, kind: Kind, language: Language) -> Cell:
    """What is left of the whole beside the part that is told apart."""
    if _over(point):
        return Cell(language.say(split.no_rest), missing=True)
    if point.value is None or point.numerator is None:
        return _in_full(None, kind, language)
    rest = decimal(point.value) - decimal(point.numerator)
    return _in_full(float(rest), kind, language)
