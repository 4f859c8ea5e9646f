"""The modules of a service's page that split a figure: transactions by channel, and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import MOST_SERIES, lines_job, stack_job
from perfsite.charts.pictures import Line
from perfsite.charts.sentences import after_missing, answers_sentence, beside_card, channel_sentence
from perfsite.charts.series import marks_among
from perfsite.components.elements import (
    NO_DATA,
    Cell,
    Column,
    Row,
    Table,
    channel_name,
    count_cell,
    value_cell,
)
from perfsite.kpis import KPIS, VOLUME
from perfsite.measures import MEASURES, RATINGS, Kind
from perfsite.text import message
from perfsite.widgets.frame import INCOMPLETE, Wording, marked, marks_note, side_cell, with_gaps
from perfsite.widgets.kpi import PERIOD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.breakdowns import StrandRow, Strands
    from perfsite.charts.pictures import ChartJob
    from perfsite.language import Language
    from perfsite.widgets.frame import Module, Subject

ANSWERS: Final = "satisfaction-breakdown"
"""The module of the answers."""
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
    shown, absent = strand_rows(subject, strands, _channels(strands))
    lines = _lines(strands, names, language)
    unknown = sum(all(value is None for value in row.values) for row in strands.rows)
    words = Wording(
        _channel_words(subject, strands, names),
        over,
        language.say("Line chart"),
        f"{_break_note(strands, language)} {marks_note(shown, language)}".strip(),
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


def _channels(strands: Strands) -> list[tuple[str, str | None]]:
    """The measure and channel of each column."""
    (measure,) = KPIS[VOLUME].numerator
    return [(measure, name) for name in strands.names]


def _channel_words(subject: Subject, strands: Strands, names: Sequence[str]) -> str:
    language = subject.language
    newest = strands.newest
    numbers = (newest.numbers if newest else None) or ()
    if newest is None or sum(numbers) <= 0:
        return language.say("Transactions by channel")
    largest = max(numbers)
    text = channel_sentence(
        language,
        names[numbers.index(largest)],
        largest / sum(numbers),
        newest.period,
        alone=numbers.count(largest) == 1,
    )
    card = subject.card_beside("channels")
    text = beside_card(language, text, (newest.period, largest / sum(numbers), None), card)
    return _after(strands, newest, text, language)


def _after(strands: Strands, newest: StrandRow, text: str, language: Language) -> str:
    """The sentence of the newest row that has all figures, where the newest of all has not."""
    last = strands.rows[-1]
    if last.period == newest.period or last.numbers is not None:
        return text
    lacks = [why for value, why in zip(last.values, last.statuses, strict=True) if value is None]
    if len(lacks) == len(last.values):
        return after_missing(language, last.period, lacks[0], text)
    return language.say(
        "Not all figures are there for {period}. {sentence}",
        period=language.period_name(last.period),
        sentence=text,
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
    share = sum(newest.numbers[_BETTER:]) / sum(newest.numbers)
    share_before = sum(before[_BETTER:]) / sum(before) if before and sum(before) > 0 else None
    heading = answers_sentence(
        language,
        sum(newest.numbers[_BETTER:]),
        sum(newest.numbers),
        share_before,
        newest.period,
    )
    card = subject.card_beside("satisfaction-breakdown")
    heading = beside_card(language, heading, (newest.period, share, share_before), card)
    heading = _after(strands, newest, heading, language)
    bars = [(row.period, _shares(row.numbers)) for row in strands.rows]
    drawn = sum(shares is not None and any(shares) for _, shares in bars)
    names = tuple(map(language.say, (_SATISFIED, _NEITHER, _DISSATISFIED)))
    figures = [(rating, None) for rating in RATINGS]
    shown, absent = strand_rows(subject, strands, figures, total=True)
    words = Wording(
        heading,
        over,
        language.say("Stacked bar chart"),
        language.say(
            "Satisfied are those who were “satisfied” or “very satisfied”, dissatisfied those who "
            "were “dissatisfied” or “very dissatisfied”. {breaks}",
            breaks=f"{_break_note(strands, language)} {marks_note(shown, language)}".strip(),
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

    return subject.module(ANSWERS, ANSWERS, words, table, draw if drawn >= _FEW else None)


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
    subject: Subject,
    strands: Strands,
    figures: Sequence[tuple[str, str | None]],
    *,
    total: bool = False,
) -> tuple[tuple[Row, ...], int]:
    """The rows of a table of strands, newest first, and how many periods are absent.

    `figures` are the measures of the columns and their channels, None for all of them together.
    With `total` each row ends with the sum of its figures, where all are known.
    """
    language = subject.language
    return with_gaps(
        [
            (
                row.period,
                Row(
                    language.period_range(row.period),
                    (*_cells(subject, row, figures), *((_total(row, language),) if total else ())),
                    under=language.say("break in the series") if row.broken else "",
                ),
            )
            for row in strands.rows
        ],
        language,
    )


def _cells(
    subject: Subject, row: StrandRow, figures: Sequence[tuple[str, str | None]]
) -> list[Cell]:
    cells = []
    for value, status, (measure, channel) in zip(row.values, row.statuses, figures, strict=True):
        if channel is None:
            cells.append(side_cell(subject, (measure,), row.period, value, Kind.COUNT))
        elif value is None:
            cells.append(value_cell(None, Kind.COUNT, status, subject.language))
        else:
            found = subject.given.figures.get(measure, {}).get(channel, {}).get(row.period)
            cell = count_cell(value, subject.language)
            cells.append(marked(cell, marks_among([found] if found else [])))
    return cells


def _total(row: StrandRow, language: Language) -> Cell:
    if row.numbers is not None:
        return count_cell(sum(row.numbers), language)
    some = any(value is not None for value in row.values)
    return Cell(language.say(INCOMPLETE if some else NO_DATA), missing=True)


def _span(strands: Strands, language: Language) -> str:
    given = [row for row in strands.rows if any(value is not None for value in row.values)]
    return language.span_range(given[0].period, given[-1].period)
