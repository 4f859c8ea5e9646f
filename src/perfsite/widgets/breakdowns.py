"""The widgets beside the KPIs.

Channels, answers, years, journeys, readings and other figures given.

It is long, because each of these has its own chart, its table and its words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import MOST_SERIES, journey_job, lines_job, stack_job, years_job
from perfsite.charts.pictures import Line
from perfsite.charts.sentences import (
    after_missing,
    answers_sentence,
    beside_card,
    channel_sentence,
    journey_sentence,
    reading_sentence,
    years_sentence,
)
from perfsite.charts.series import marks_among
from perfsite.components.elements import (
    NO_DATA,
    Cell,
    Column,
    Row,
    Table,
    change_cell,
    channel_name,
    count_cell,
    value_cell,
)
from perfsite.kpis import KPIS, VOLUME
from perfsite.measures import MEASURES, RATINGS, MeasureKind
from perfsite.model import Status
from perfsite.periods import YEAR_IN_UNITS, Period, Unit
from perfsite.text import joined, message
from perfsite.widgets.changes import figure_name
from perfsite.widgets.frame import (
    INCOMPLETE,
    Wording,
    marked,
    marks_note,
    number_cell,
    side_cell,
    with_gaps,
)
from perfsite.widgets.kpi import ON_YEAR, PERIOD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from perfsite.charts.breakdowns import Breakdowns, Journey, Reading, StrandRow, Strands
    from perfsite.charts.pictures import ChartJob
    from perfsite.charts.series import Observed, Point, Series
    from perfsite.language import Language
    from perfsite.widgets.frame import Subject, Widget


# The widgets of a service's page that split a figure: transactions by channel, and answers.


ANSWERS: Final = "satisfaction-breakdown"
"""The widget of the answers."""
_FEW: Final = 2
_BETTER: Final = 3
"""Of the five answers, the place from which on people were satisfied."""
_SATISFIED: Final = message("Satisfied")
_NEITHER: Final = message("Neither")
_DISSATISFIED: Final = message("Dissatisfied")
_ALL_ANSWERS: Final = message("All answers")


def channel_widget(subject: Subject, strands: Strands) -> Widget:
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
        return lines_job(path, words.heading, described, lines, MeasureKind.COUNT, language)

    rows_with_figure = sum(any(value is not None for value in row.values) for row in strands.rows)
    return subject.widget(
        "channels", "channels", words, table, draw if rows_with_figure >= _FEW else None
    )


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
    separate = MOST_SERIES - 1 if several else len(names)
    lines = [
        Line(names[place], tuple((row.period, row.values[place]) for row in strands.rows))
        for place in range(separate)
    ]
    if several:
        rest = tuple(
            (row.period, None if (values := row.known(separate)) is None else sum(values))
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


def answers_widget(subject: Subject, strands: Strands) -> Widget | None:
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

    return subject.widget(ANSWERS, ANSWERS, words, table, draw if drawn >= _FEW else None)


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
            cells.append(side_cell(subject, (measure,), row.period, value, MeasureKind.COUNT))
        elif value is None:
            cells.append(value_cell(None, MeasureKind.COUNT, status, subject.language))
        else:
            observation = subject.given.figures.get(measure, {}).get(channel, {}).get(row.period)
            cell = count_cell(value, subject.language)
            cells.append(marked(cell, marks_among([observation] if observation else [])))
    return cells


def _total(row: StrandRow, language: Language) -> Cell:
    if row.numbers is not None:
        return count_cell(sum(row.numbers), language)
    some = any(value is not None for value in row.values)
    return Cell(language.say(INCOMPLETE if some else NO_DATA), missing=True)


def _span(strands: Strands, language: Language) -> str:
    rows = [row for row in strands.rows if any(value is not None for value in row.values)]
    return language.span_range(rows[0].period, rows[-1].period)


# The figures that a service gave and no other table of its page shows.


NAME: Final = "other-figures"
NEWEST: Final = 12
"""So many figures of each measure, channel and length of period are shown; the CSV file has all."""
Shown = set[tuple[str, str, float]]
"""Measure, period and number of what other tables show."""
_FIGURE: Final = message("Figure")
Figure = tuple[str, str, "Period", "Observed"]
"""Measure, channel, period and what was given."""


def other_figures_widget(
    subject: Subject,
    series: Sequence[Series],
    *,
    answers: bool,
    elsewhere: Collection[str] = (),
) -> Widget | None:
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
    older = 0
    wanted = [measure for measure in measures if measure not in elsewhere]
    for newest, left in _unshown(subject, wanted, shown):
        older += left
        for measure, channel, period, observation in newest:
            if observation.value is None:
                continue
            cell = marked(
                number_cell(observation.value, measures[measure].kind, language), observation.marks
            )
            name = figure_name(measure, channel, measures, language)
            rows.append(Row(language.period_range(period), (cell,), under=name))
    if not rows:
        return None
    table_rows = tuple(rows)
    note = language.plural(
        older,
        "One more such figure, an older one, is in the CSV file of this page.",
        "{n} more such figures, older ones, are in the CSV file of this page.",
    )
    notes = [note if older else "", marks_note(table_rows, language)]
    over = language.say("Other figures given")
    words = Wording(
        language.say("Other figures that the service gave"),
        over,
        "",
        joined(" ", filter(None, notes)),
        list(subject.given.figures),
    )
    columns = (Column(language.say(PERIOD)), Column(language.say(_FIGURE)))
    return subject.widget(NAME, NAME, words, Table(subject.caption(over), columns, table_rows))


def _unshown(
    subject: Subject, measures: Iterable[str], shown: Shown
) -> Iterator[tuple[list[Figure], int]]:
    """What is not shown, by measure, channel and length: the newest, and how many more."""
    for measure in measures:
        for channel, observations in sorted(subject.given.figures.get(measure, {}).items()):
            lengths: dict[tuple[str, int], list[Figure]] = {}
            for period, observation in observations.items():
                if (
                    observation.value is not None
                    and (measure, period.code, observation.value) not in shown
                ):
                    length = (str(period.unit), period.count)
                    lengths.setdefault(length, []).append((measure, channel, period, observation))
            for figures in lengths.values():
                figures.sort(key=lambda figure: figure[2].end, reverse=True)
                yield figures[:NEWEST], len(figures[NEWEST:])


def _shown_by_series(series: Sequence[Series]) -> Iterator[tuple[str, str, float]]:
    for line in series:
        for point in line.points:
            code = point.period.code
            for measure, value in _numbers(line, point):
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


# The widgets of a service's page that are no series: a year on another, journeys and readings.


_FEWEST_PAIRS: Final = {Unit.MONTH: 6, Unit.WEEK: 26}
"""A year on another needs half of its months or weeks; quarters stand beside each other already."""
_TRANSACTIONS: Final = message("Transactions")
_BEFORE: Final = message("A year before")
_MEASURE: Final = message("Measure")
_LAST: Final = message("Last reading")


def years_widget(subject: Subject, series: Sequence[Series]) -> Widget | None:
    """The last year of a service's weeks or months on the year before.

    None where there are no weeks or months, or too few that both years have. The months of a stock
    are not added up.
    """
    language = subject.language
    volume = next((s for s in series if s.kpi == VOLUME and not s.stock and _compares(s)), None)
    if volume is None:
        return None
    points = _last_year(volume)
    pairs = _pairs(points)
    parts = KPIS[VOLUME].numerator
    values = {point.period: point.value for point in volume.points}
    heading = years_sentence(
        language,
        sum(now for now, _ in pairs),
        sum(before for _, before in pairs),
        len(pairs),
        volume.unit,
    )
    last = points[-1].period
    length = YEAR_IN_UNITS[volume.unit]
    window = Period(volume.unit, last.first - length + 1, length)
    totals = sum(now for now, _ in pairs), sum(before for _, before in pairs)
    heading = beside_card(language, heading, (window, *totals), subject.card_beside("year-before"))
    span = language.span_range(points[0].period, last)
    over = (
        language.say("Transactions by week and a year before, {span}", span=span)
        if volume.unit is Unit.WEEK
        else language.say("Transactions by month and a year before, {span}", span=span)
    )
    rows = [
        (
            point.period,
            Row(
                language.period_range(point.period),
                (
                    side_cell(subject, parts, point.period, point.value, MeasureKind.COUNT),
                    side_cell(
                        subject,
                        parts,
                        point.period.year_before,
                        # Across a break there is nothing to compare with, and a figure still.
                        values.get(point.period.year_before),
                        MeasureKind.COUNT,
                    ),
                    change_cell(point.value, point.before, MeasureKind.COUNT, language),
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
        (volume.unit, volume.count),
    )
    columns = (PERIOD, _TRANSACTIONS, _BEFORE, ON_YEAR)
    table = Table(
        subject.caption(over), tuple(Column(language.say(text)) for text in columns), shown
    )

    def draw(path: str) -> ChartJob:
        now = [(point.period, point.value) for point in points]
        before = [(point.period.year_before, point.before) for point in points]
        described = subject.described(over)
        return years_job(path, heading, described, now, before, language, MeasureKind.COUNT)

    return subject.widget("year-before", "year-before", words, table, draw)


def _compares(series: Series) -> bool:
    """Whether a series has enough weeks or months that the year before has, too."""
    fewest = _FEWEST_PAIRS.get(series.unit) if series.count == 1 else None
    return fewest is not None and len(_pairs(_last_year(series))) >= fewest


def _last_year(series: Series) -> list[Point]:
    """The points of the year that ends with the newest figure."""
    if not series.figures:
        return []
    last = series.figures[-1].period.first
    first = last - YEAR_IN_UNITS[series.unit]
    return [point for point in series.points if first < point.period.first <= last]


def _pairs(points: Sequence[Point]) -> list[tuple[float, float]]:
    """The values that can be compared, and those a year before."""
    return [(p.value, p.before) for p in points if p.value is not None and p.before is not None]


def journey_widgets(subject: Subject) -> list[Widget]:
    """The journeys of a service: a bar a step, for the newest period that has all steps."""
    journeys = subject.breakdowns.journeys
    slugs = ["journey", *(f"journey-{number}" for number in range(2, len(journeys) + 1))]
    return [
        widget
        for slug, journey in zip(slugs, journeys, strict=False)
        if (widget := _journey_widget(subject, slug, journey))
    ]


def _journey_widget(subject: Subject, slug: str, journey: Journey) -> Widget | None:
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
    return subject.widget("journey", slug, words, table, draw if drawn else None)


def readings_widget(subject: Subject, readings: Sequence[Reading]) -> Widget:
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
    return subject.widget("readings", "readings", words, table)
