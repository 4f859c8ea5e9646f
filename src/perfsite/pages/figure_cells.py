"""Cells of figures that were given: the number and its marks, or why there is none.

The rule is that of docs/page-contract.md, "What a table of a service says".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.series import marks_among
from perfsite.components.elements import MISSING_WORDS, NO_DATA, Cell, count_cell, value_cell
from perfsite.measures import DIGITAL, Kind
from perfsite.model import Status
from perfsite.text import message
from perfsite.widgets.changes import REVISED_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from perfsite.charts.series import Observed
    from perfsite.components.elements import Row
    from perfsite.language import Language
    from perfsite.pages.modules import Subject
    from perfsite.periods import Period

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
    found = subject.given.of(part.partition(":")[0], period, belonging(subject, part)[1])
    whole = found.get("")
    return {"": whole} if whole and whole.value is not None else found


def marks_of(subject: Subject, parts: Sequence[str], period: Period) -> str:
    """The letters of the marks of a sum of parts."""
    found = [one for part in parts for one in observed(subject, part, period).values()]
    letters = marks_among(found)
    if (tuple(parts), period.code) in subject.given.changed_sides and _REVISED not in letters:
        return letters + _REVISED
    return letters


def why_none(subject: Subject, parts: Sequence[str], period: Period) -> str:
    """Why there is no figure of these parts, as a message: the first reason that is true."""
    found: list[Observed] = []
    for part in parts:
        found += subject.given.of(*_asked(subject, part, period)).values()
    return reason_among(found)


def reason_among(found: Iterable[Observed]) -> str:
    """Why these observations make no figure, as a message."""
    statuses = [one.status for one in found]
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
    kind: Kind,
    uncertain: float = 0.0,
) -> Cell:
    """The cell of a sum of parts: its number in full with its marks, or why there is none."""
    if value is None and tuple(parts) == (DIGITAL,):
        # What is no share of the total beside it (see `parts`) was given all the same.
        value = subject.given.sum_of(*_asked(subject, DIGITAL, period))
    if value is None:
        return Cell(subject.language.say(why_none(subject, parts, period)), missing=True)
    cell = number_cell(value, kind, subject.language, uncertain)
    return marked(cell, marks_of(subject, parts, period))


def number_cell(value: float, kind: Kind, language: Language, uncertain: float = 0.0) -> Cell:
    """A number: counts in full, others as far as they are known."""
    if kind is Kind.COUNT:
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
