"""A widget of a service's page: a figure with its words, its table and its picture.

What all widgets share is here: whose they are, where their files go, what their source line says,
and which are shown in which order. What each shows is in `kpi` and `breakdowns`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from perfsite.charts.series import GivenFigures, marks_among
from perfsite.components.elements import (
    MISSING_WORDS,
    NO_DATA,
    Cell,
    ChartFigure,
    Row,
    count_cell,
    value_cell,
)
from perfsite.kpis import KPIS, all_modules
from perfsite.measures import DIGITAL, MeasureKind
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_YEAR
from perfsite.text import isolated, joined, message
from perfsite.widgets.changes import REVISED_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from perfsite.charts.breakdowns import Breakdowns
    from perfsite.charts.pictures import ChartJob
    from perfsite.charts.series import Observed
    from perfsite.components.contexts import Builder
    from perfsite.components.elements import Table
    from perfsite.kpi.headlines import Headline
    from perfsite.language import Language
    from perfsite.model import Service
    from perfsite.periods import Period


_FILES: Final = 3
"""So many files are named in a source line; the CSV file has the others."""


@dataclass(frozen=True)
class Widget:
    """A figure and the picture that it shows, None where nothing is drawn.

    `name` is that of the register, `slug` that of the figure's files: a widget may have several.
    """

    name: str
    slug: str
    figure: ChartFigure
    job: ChartJob | None


@dataclass(frozen=True)
class Wording:
    """What a figure says: its sentence, what is measured over which time, and remarks.

    `chart` says what kind of picture it is, for those who do not see it; `measures` are the ids
    of what it is made of, `length` the unit and count of its periods: of 12 months and of figures
    that are not one series it is not said, because all files may have a part in them.
    """

    heading: str
    subtitle: str
    chart: str
    note: str
    measures: Iterable[str]
    missing: int = 0
    length: tuple[str, int] | None = None


def gap_note(job: ChartJob | None, language: Language) -> str:
    """What the bands of a picture are; empty where there are none."""
    if job is None or not job.gaps:
        return ""
    return language.say("A grey band marks a time without a figure.")


@dataclass(frozen=True)
class Subject:
    """The service that widgets are of, and the language that they speak.

    `given` are its observations: what they do not have is missing. `figures` are those of its
    cards, by KPI.
    """

    service: Service
    builder: Builder
    breakdowns: Breakdowns
    given: GivenFigures = field(default_factory=GivenFigures)
    figures: Mapping[str, Headline] = field(default_factory=dict)

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.builder.language

    def target(self, kpi: str) -> float | None:
        """The level that the service means to reach; None where none is set."""
        return self.builder.config.targets.get(self.service.id, {}).get(kpi)

    def card_beside(self, widget: str) -> Headline | None:
        """The figure of the card whose chart this widget stands after; None without such a card."""
        kpis = (kpi.id for kpi in KPIS.values() if widget in kpi.companions)
        return next((self.figures[kpi] for kpi in kpis if kpi in self.figures), None)

    def widget(
        self,
        name: str,
        slug: str,
        words: Wording,
        table: Table,
        draw: Callable[[str], ChartJob] | None = None,
    ) -> Widget:
        """A widget with this name, slug and content; without `draw` it has no picture."""
        folder = f"services/{self.service.id}"
        svg = f"{folder}/{slug}.svg"
        job = draw(svg) if draw else None
        figure = ChartFigure(
            f"chart-{slug}",
            words.heading,
            words.subtitle,
            svg if job else "",
            self._alt(words) if job else "",
            joined(" ", filter(None, (words.note, gap_note(job, self.language)))),
            table,
            f"{folder}.csv",
            self._source(words),
            f"{folder}/{slug}.html" if job else "",
            *((job.width, job.height) if job else ()),
        )
        return Widget(name, slug, figure, job)

    def described(self, subtitle: str) -> str:
        """The description of a picture: what it is of, and over which time."""
        return self.language.say(
            "{service}. {subtitle}", service=self.service.name, subtitle=subtitle
        )

    def caption(self, subtitle: str) -> str:
        """The caption of a table, which names the service: tables are copied without their page."""
        return self.language.say(
            "{subtitle}: {service}", subtitle=subtitle, service=self.service.name
        )

    def _alt(self, words: Wording) -> str:
        language = self.language
        parts = [
            language.say("{chart}: {sentence}.", chart=words.chart, sentence=words.heading),
            language.plural(
                words.missing, "One period has no figure.", "{n} periods have no figure."
            )
            if words.missing
            else "",
            language.say("All figures are in the table below it."),
        ]
        return joined(" ", filter(None, parts))

    def _source(self, wording: Wording) -> str:
        language = self.language
        files = self.breakdowns.files(wording.measures, wording.length)
        who = self.service.organisation
        if not files:
            return language.say("Source: figures given by {organisation}.", organisation=who)
        words = {"organisation": who, "files": ", ".join(map(isolated, files[:_FILES]))}
        if len(files) <= _FILES:
            return language.say("Source: figures given by {organisation} ({files}).", **words)
        return language.plural(
            len(files) - _FILES,
            "Source: figures given by {organisation} ({files} and one other file).",
            "Source: figures given by {organisation} ({files} and {n} other files).",
            **words,
        )


def chosen(widgets: Sequence[Widget], service: Service, measures: Iterable[str]) -> list[Widget]:
    """The widgets that the register wants, in its order; all that there are if it says nothing.

    `measures` are the ids of those that the site declares.
    """
    order = service.modules or all_modules(measures)
    return [widget for name in order for widget in widgets if widget.name == name]


def with_gaps(
    rows: Sequence[tuple[Period, Row]],
    language: Language,
    why: Callable[[Period], str] = lambda _: NO_DATA,
) -> tuple[tuple[Row, ...], int]:
    """The rows of a table, newest first, and a row for each run of periods that are not there.

    `rows` are oldest first; `why` says of a period why it is not there. Also returns how many are
    not there. Windows of a year overlap, so between those nothing is missing.
    """
    shown = [row for _, row in rows[:1]]
    absent = 0
    for (earlier, above), (later, row) in pairwise(rows):
        size = later.count
        runs = (later.first - earlier.last - 1) // size if size < MONTHS_IN_YEAR else 0
        if runs > 0:
            absent += runs
            cells = tuple(Cell("", missing=True) for _ in above.cells[1:])
            periods = [earlier.shifted(size * step) for step in range(1, runs + 1)]
            for reason, alike in groupby(periods, why):
                first, *others = alike
                when = (
                    language.span_range(first, others[-1])
                    if others
                    else language.period_range(first)
                )
                shown.append(Row(when, (Cell(language.say(reason), missing=True), *cells)))
        shown.append(row)
    return tuple(reversed(shown)), absent


# Cells of figures that were given: the number and its marks, or why there is none.
#
# The rule is that of docs/page-contract.md, "What a table of a service says".


INCOMPLETE: Final = message("incomplete")
NOT_DEFINED: Final = message("not defined")
_REVISED: Final = "r"
_MARKS: Final = {
    "[p]": message("{mark} marks provisional figures."),
    "[e]": message("{mark} marks estimates."),
    REVISED_MARK: message(
        "{mark} marks figures that said something else in an earlier edition, or that the service "
        "marked as revised."
    ),
}


def belonging(subject: Subject, part: str) -> tuple[str, Callable[[str], bool]]:
    """The measure of a part, and which of its channels are in it."""
    if part != DIGITAL:
        return part, lambda _: True
    digital = subject.builder.config.digital_channels
    return part.partition(":")[0], lambda channel: channel in digital


def observed(subject: Subject, part: str, period: Period) -> dict[str, Observed]:
    """The observations that a part's figure is, or is the sum of: the total if there is one."""
    observations = subject.given.of(part.partition(":")[0], period, belonging(subject, part)[1])
    whole = observations.get("")
    return {"": whole} if whole and whole.value is not None else observations


def marks_of(subject: Subject, parts: Sequence[str], period: Period) -> str:
    """The letters of the marks of a sum of parts."""
    observations = [
        observation for part in parts for observation in observed(subject, part, period).values()
    ]
    letters = marks_among(observations)
    if (tuple(parts), period.code) in subject.given.changed_sides and _REVISED not in letters:
        return letters + _REVISED
    return letters


def why_none(subject: Subject, parts: Sequence[str], period: Period) -> str:
    """Why there is no figure of these parts, as a message: the first reason that is true."""
    observations: list[Observed] = []
    for part in parts:
        observations += subject.given.of(*_asked(subject, part, period)).values()
    return reason_among(observations)


def reason_among(observations: Iterable[Observed]) -> str:
    """Why these observations make no figure, as a message."""
    statuses = [observation.status for observation in observations]
    if Status.CONFIDENTIAL in statuses:
        return MISSING_WORDS[Status.CONFIDENTIAL]
    if Status.PROVIDED in statuses:
        return INCOMPLETE
    if statuses and set(statuses) == {Status.NOT_APPLICABLE}:
        return MISSING_WORDS[Status.NOT_APPLICABLE]
    return NO_DATA


def _asked(
    subject: Subject, part: str, period: Period
) -> tuple[str, Period, Callable[[str], bool]]:
    measure, belongs = belonging(subject, part)
    return measure, period, belongs


def side_cell(
    subject: Subject,
    parts: Sequence[str],
    period: Period,
    value: float | None,
    kind: MeasureKind,
    uncertain: float = 0.0,
) -> Cell:
    """The cell of a sum of parts: its number in full with its marks, or why there is none."""
    if value is None and tuple(parts) == (DIGITAL,):
        # What is no share of the total beside it (see `kpi.inputs`) was given all the same.
        value = subject.given.sum_of(*_asked(subject, DIGITAL, period))
    if value is None:
        return Cell(subject.language.say(why_none(subject, parts, period)), missing=True)
    cell = number_cell(value, kind, subject.language, uncertain)
    return marked(cell, marks_of(subject, parts, period))


def number_cell(
    value: float, kind: MeasureKind, language: Language, uncertain: float = 0.0
) -> Cell:
    """A number: counts in full, others as far as they are known."""
    if kind is MeasureKind.COUNT:
        return count_cell(value, language)
    return value_cell(value, kind, Status.PROVIDED, language, uncertain)


def marked(cell: Cell, letters: str) -> Cell:
    """A cell with these marks beside its number; words in the place of a figure have none."""
    if cell.missing or not letters:
        return cell
    note = " ".join(f"[{letter}]" for letter in letters)
    return Cell(cell.text, cell.full, note, cell.missing, cell.state)


def marks_note(rows: Iterable[Row], language: Language) -> str:
    """What the marks of a table mean; empty where there are none."""
    shown = {mark for row in rows for cell in row.cells for mark in cell.note.split()}
    return " ".join(language.say(text, mark=mark) for mark, text in _MARKS.items() if mark in shown)
