"""The widgets of a service's page that show one figure over time: KPIs and other measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import bars_job, describe, line_job
from perfsite.charts.pictures import TargetLine
from perfsite.charts.sentences import (
    after_missing,
    beside_card,
    level_sentence,
    measure_sentence,
    response_sentence,
)
from perfsite.charts.series import marks_among
from perfsite.components.elements import Cell, Column, Row, Table, change_cell, value_cell
from perfsite.decimals import decimal
from perfsite.kpis import KPIS
from perfsite.measures import MeasureKind
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_YEAR
from perfsite.text import joined, message
from perfsite.widgets.frame import (
    NOT_DEFINED,
    Wording,
    belonging,
    marked,
    marks_note,
    number_cell,
    observed,
    reason_among,
    side_cell,
    why_none,
    with_gaps,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.charts.pictures import ChartJob
    from perfsite.charts.series import Point, Series
    from perfsite.kpis import Kpi, Split
    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.widgets.frame import Subject, Widget


_RESPONSE: Final = "response_time"
PERIOD: Final = message("Period")
ON_YEAR: Final = message("Change on a year before")
_ON_PREVIOUS: Final = message("Change on the period before")
_REVISED: Final = "r"


def series_widget(subject: Subject, series: Series) -> Widget:
    """The widget of a series: its latest figure as a sentence, its picture and its table."""
    language = subject.language
    over = describe(series, language)
    level = _target(subject, series)
    rows, absent = _rows(subject, series)
    words = Wording(
        _sentence(subject, series, level),
        over,
        language.say("Bar chart") if series.has_bars else language.say("Line chart"),
        _note(series, rows, language),
        _measures(series),
        len(series.points) - len(series.figures) + absent,
        (series.unit, series.count) if series.count < MONTHS_IN_YEAR else None,
    )
    target = (
        None
        if level is None
        else TargetLine(
            level, language.say("Target {level}", level=language.figure(level, series.kind))
        )
    )
    table = Table(subject.caption(over), _columns(subject, series), rows)

    def draw(path: str) -> ChartJob:
        job = bars_job if series.has_bars else line_job
        described = subject.described(over)
        return job(path, words.heading, described, series, language, target)

    drawn = series.is_drawn and min(point.value or 0 for point in series.figures) >= 0
    return subject.widget(series.module, series.slug, words, table, draw if drawn else None)


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


def _sentence(subject: Subject, series: Series, target: float | None) -> str:
    """What the newest figure says, of which window it is, and what the newest row lacks."""
    language = subject.language
    last = series.figures[-1] if series.figures else None
    if last is None or last.value is None:
        return language.say("{measure}: withheld", measure=language.say(series.name))
    value, before, period = last.value, last.before, last.period
    doubts = last.uncertain, last.uncertain_before
    if series.kpi == _RESPONSE:
        text = response_sentence(language, value, before, period)
    elif series.measure:
        name = language.say(series.name)
        text = measure_sentence(language, name, series.kind, value, before, period, doubts=doubts)
    else:
        text = level_sentence(
            language, series.kpi, value, before, period, target, stock=series.stock, doubts=doubts
        )
        card = subject.figures.get(series.kpi)
        text = beside_card(language, text, (period, value, before), card, target, doubts)
    newest = series.points[-1]
    if newest.value is not None:
        return text
    return after_missing(language, newest.period, newest.status, text)


def _note(series: Series, rows: Sequence[Row], language: Language) -> str:
    notes = [_contradiction(series, language)]
    notes.append(marks_note(rows, language))
    if any(point.broken for point in series.points):
        notes.append(
            language.say(
                "A dashed line marks a break in the series: figures before and after it cannot be "
                "compared."
            )
        )
    return joined(" ", filter(None, notes))


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
        cells = [*_cells(subject, series, point)]
        if beside:
            value = subject.breakdowns.beside[beside].get(point.period)
            cells.append(side_cell(subject, (beside,), point.period, value, measures[beside].kind))
        cells += _changed(series, point, language)[:changes]
        under = language.say("break in the series") if point.broken else ""
        row = Row(language.period_range(point.period), tuple(cells), under=under)
        rows.append((point.period, row))
    # Something may have been given for a period that is no point of the series.
    parts = _counted(series) or KPIS[series.kpi].parts
    return with_gaps(rows, language, lambda period: why_none(subject, parts, period))


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


def _counted(series: Series) -> tuple[str, ...]:
    """What the figures of a series are sums of; none where they are worked out from sides."""
    if series.measure:
        return (series.kpi,)
    return KPIS[series.kpi].numerator if KPIS[series.kpi].split else ()


def _cells(subject: Subject, series: Series, point: Point) -> tuple[Cell, ...]:
    period, counted = point.period, _counted(series)
    if series.measure:
        return (side_cell(subject, counted, period, point.value, series.kind, point.uncertain),)
    kpi = KPIS[series.kpi]
    if kpi.split:
        return (
            side_cell(subject, counted, period, point.value, series.kind),
            side_cell(subject, (kpi.split.part,), period, point.numerator, series.kind),
            _rest(subject, point, kpi, series.kind),
        )
    value = _own(subject, kpi, point)
    if kpi.words.operands is None:
        return (value,)
    measures = subject.builder.config.all_measures
    # What is uncertain of a ratio is so of what stands above its line, in proportion.
    doubt = point.uncertain * (point.denominator or 0.0)
    sides = ((kpi.numerator, point.numerator, doubt), (kpi.denominator, point.denominator, 0.0))
    return (
        value,
        *(
            side_cell(subject, parts, period, number, _kind_of(parts, measures), uncertain)
            for parts, number, uncertain in sides
        ),
    )


def _own(subject: Subject, kpi: Kpi, point: Point) -> Cell:
    """The cell of a KPI's own figure: with its marks, or why there is none."""
    language = subject.language
    if point.value is None:
        # Where both sides are there, only a denominator of nothing makes no ratio.
        empty = point.numerator is not None and point.denominator == 0
        if empty and point.status is not Status.WITHHELD:
            return Cell(language.say(NOT_DEFINED), missing=True)
        return value_cell(None, kpi.kind, point.status, language)
    letters = ""
    if kpi.stated:
        stated = observed(subject, kpi.stated, point.period).get("")
        if stated and stated.value == point.value:
            letters = marks_among([stated])
    changed = (kpi.id, "value", point.period.code) in subject.given.numbers
    if changed and _REVISED not in letters:
        letters += _REVISED
    return marked(number_cell(point.value, kpi.kind, language, point.uncertain), letters)


def _kind_of(parts: Sequence[str], measures: Mapping[str, Measure]) -> MeasureKind:
    """What a sum of these parts is."""
    kinds = {measures[part.partition(":")[0]].kind for part in parts}
    return kinds.pop() if len(kinds) == 1 else MeasureKind.NUMBER


def _rest(subject: Subject, point: Point, kpi: Kpi, kind: MeasureKind) -> Cell:
    """What is left of the whole beside the part that is told apart.

    Where one of the two is missing it is the sum of the channels that are no part of it.
    """
    language, split = subject.language, kpi.split
    if split is None:
        raise ValueError(f"{kpi.id} is not split")
    if _over(point):
        return Cell(language.say(split.no_rest), missing=True)
    if point.value is not None and point.numerator is not None:
        return number_cell(float(decimal(point.value) - decimal(point.numerator)), kind, language)
    measure, belongs = belonging(subject, split.part)

    def is_other(channel: str) -> bool:
        return channel != "" and not belongs(channel)

    rest = subject.given.sum_of(measure, point.period, is_other)
    if rest is not None:
        others = subject.given.of(measure, point.period, is_other)
        return marked(number_cell(rest, kind, language), marks_among(others.values()))
    others = subject.given.of(measure, point.period, lambda channel: not belongs(channel))
    return Cell(language.say(reason_among(others.values())), missing=True)
