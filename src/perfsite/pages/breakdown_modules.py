"""The modules of a service's page that split a figure: transactions by channel, and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.lines import MOST_SERIES, lines_job
from perfsite.charts.module_sentences import answers_sentence, channel_sentence
from perfsite.charts.pictures import Line
from perfsite.charts.stacks import stack_job
from perfsite.kpis import KPIS, VOLUME
from perfsite.measures import MEASURES, RATINGS, Kind
from perfsite.messages import message
from perfsite.pages.elements import Cell, Column, Row, Table
from perfsite.pages.kpi_modules import PERIOD
from perfsite.pages.modules import Wording, with_gaps
from perfsite.pages.words import channel_name, count_cell, value_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.breakdowns import StrandRow, Strands
    from perfsite.charts.pictures import ChartJob
    from perfsite.language import Language
    from perfsite.pages.modules import Module, Subject

_FEW: Final = 2
_BETTER: Final = 3
"""Of the five answers, the place from which on people were satisfied."""
_SATISFIED: Final = message("Satisfied")
_NEITHER: Final = message("Neither")
_DISSATISFIED: Final = message("Dissatisfied")
_ALL_ANSWERS: Final = message("All answers")


def channel_module(subject: Subject, strands: Strands) -> Module:
    """Transactions by channel: the largest as lines, all of them in the table."""
    language = subject.language
    names = [channel_name(name, language) for name in strands.names]
    over = language.say("Transactions by channel, {span}", span=_span(strands, language))
    shown, absent = strand_rows(strands, language)
    lines = _lines(strands, names, language)
    unknown = sum(all(value is None for value in row.values) for row in strands.rows)
    words = Wording(
        _channel_words(strands, names, language),
        over,
        language.say("Line chart"),
        _break_note(strands, language),
        KPIS[VOLUME].parts,
        absent + unknown,
    )
    table = Table(
        subject.caption(over),
        (Column(language.say(PERIOD)), *(Column(name) for name in names)),
        shown,
    )

    def draw(path: str) -> ChartJob:
        described = subject.described(over)
        return lines_job(path, words.heading, described, lines, Kind.COUNT, language)

    given = sum(any(value is not None for value in row.values) for row in strands.rows)
    return subject.module("channels", "channels", words, table, draw if given >= _FEW else None)


def _channel_words(strands: Strands, names: Sequence[str], language: Language) -> str:
    newest = strands.newest
    numbers = (newest.numbers if newest else None) or ()
    if newest is None or sum(numbers) <= 0:
        return language.say("Transactions by channel")
    largest = max(numbers)
    return channel_sentence(
        language,
        names[numbers.index(largest)],
        largest / sum(numbers),
        newest.period,
        alone=numbers.count(largest) == 1,
    )


def _lines(strands: Strands, names: Sequence[str], language: Language) -> list[Line]:
    """At most four lines; the smaller channels are one, where all of them are known."""
    several = len(names) > MOST_SERIES
    own = MOST_SERIES - 1 if several else len(names)
    lines = [
        Line(names[place], tuple((row.period, row.values[place]) for row in strands.rows))
        for place in range(own)
    ]
    if several:
        rest = tuple(
            (row.period, None if (known := row.known(own)) is None else sum(known))
            for row in strands.rows
        )
        lines.append(Line(language.say("Other channels"), rest))
    return [line for line in lines if any(value is not None for _, value in line.points)]


def _break_note(strands: Strands, language: Language) -> str:
    if not any(row.broken for row in strands.rows):
        return ""
    return language.say(
        "The table marks a break in the series: figures before and after it cannot be compared."
    )


def answers_module(subject: Subject, strands: Strands) -> Module | None:
    """How satisfied people were: shares of the answers over time, all five in the table.

    None where no period has all five answers.
    """
    language = subject.language
    newest = next((row for row in reversed(strands.rows) if sum(row.numbers or ()) > 0), None)
    if newest is None or newest.numbers is None:
        return None
    over = language.say("Answers about satisfaction, {span}", span=_span(strands, language))
    earlier = strands.year_before(newest)
    before = earlier.numbers if earlier else None
    heading = answers_sentence(
        language,
        sum(newest.numbers[_BETTER:]),
        sum(newest.numbers),
        sum(before[_BETTER:]) / sum(before) if before and sum(before) > 0 else None,
        newest.period,
    )
    bars = [(row.period, _shares(row.numbers)) for row in strands.rows]
    drawn = sum(shares is not None and any(shares) for _, shares in bars)
    names = tuple(map(language.say, (_SATISFIED, _NEITHER, _DISSATISFIED)))
    shown, absent = strand_rows(strands, language, total=True)
    words = Wording(
        heading,
        over,
        language.say("Stacked bar chart"),
        language.say(
            "Satisfied are those who were “satisfied” or “very satisfied”, dissatisfied those who "
            "were “dissatisfied” or “very dissatisfied”. {breaks}",
            breaks=_break_note(strands, language),
        ).strip(),
        RATINGS,
        sum(shares is None for _, shares in bars) + absent,
    )
    columns = (PERIOD, *(MEASURES[rating].name for rating in RATINGS), _ALL_ANSWERS)
    table = Table(
        subject.caption(over), tuple(Column(language.say(text)) for text in columns), shown
    )

    def draw(path: str) -> ChartJob:
        return stack_job(path, heading, subject.described(over), bars, names, language)

    name = "satisfaction-breakdown"
    return subject.module(name, name, words, table, draw if drawn >= _FEW else None)


def _shares(numbers: Sequence[float] | None) -> tuple[float, float, float] | None:
    """Satisfied, neither, dissatisfied, of the five answers from the worst to the best.

    All are 0 where nobody answered, and None stands where an answer is missing.
    """
    if numbers is None:
        return None
    worst, bad, neither, good, best = numbers
    answers = sum(numbers) or 1.0
    return (good + best) / answers, neither / answers, (worst + bad) / answers


def strand_rows(
    strands: Strands, language: Language, *, total: bool = False
) -> tuple[tuple[Row, ...], int]:
    """The rows of a table of strands, newest first, and how many periods are absent.

    With `total` each row ends with the sum of its figures, where all are known.
    """
    return with_gaps(
        [
            (
                row.period,
                Row(
                    language.period_range(row.period),
                    (*_cells(row, language), *((_total(row, language),) if total else ())),
                    under=language.say("break in the series") if row.broken else "",
                ),
            )
            for row in strands.rows
        ],
        language,
    )


def _cells(row: StrandRow, language: Language) -> list[Cell]:
    return [
        value_cell(None, Kind.COUNT, status, language)
        if value is None
        else count_cell(value, language)
        for value, status in zip(row.values, row.statuses, strict=True)
    ]


def _total(row: StrandRow, language: Language) -> Cell:
    return count_cell(None if row.numbers is None else sum(row.numbers), language)


def _span(strands: Strands, language: Language) -> str:
    given = [row for row in strands.rows if any(value is not None for value in row.values)]
    return language.span_range(given[0].period, given[-1].period)
