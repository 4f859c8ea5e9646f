"""What the columns of an unknown table look like: periods, ids, figures, words.

A look is a fact about the cells ("all of them are dates of the form DD/MM/YYYY"), not a decision:
`proposals` decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.importers.map_file import CHANNEL, CellsTable
from perfsite.importers.mapping import read_cell
from perfsite.importers.period_forms import ISO, Covers, PeriodForm, period_form
from perfsite.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

APRIL: Final = 4
_FORM_NAMES: Final = (
    *(ISO, "YYYY-MM-DDT00:00:00Z", "YYYY-MM-DDT00:00:00+00:00", "YYYY-MM-DD 00:00:00"),
    *("DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "YYYY/MM/DD", "YYYYMMDD"),
    *("DD Mon YYYY", "DD-Mon-YYYY", "Mon YYYY", "Mon-YYYY", "MM/YYYY", "YYYY/MM", "YYYYMM"),
    *("YYYY/YY", "YYYY-YY", "YYYY/YYYY", "YYYY-YYYY", "Qn YYYY", "YYYY Qn"),
    *("Qn YYYY/YY", "Qn YYYY-YY", "YYYY/YY Qn", "YYYY-YY Qn"),
)


def _form(name: str) -> PeriodForm:
    two_years = name.count("YY") > 1 or name.count("YYYY") > 1 or "/YY" in name or "-YY" in name
    try:
        return period_form(name)
    except ValueError:
        if not two_years:
            raise
        return period_form(name, first_month=APRIL)


FORMS: Final = tuple(map(_form, _FORM_NAMES))
"""The forms of periods that are looked for; years of two halves as from April to March."""
MISSING: Final = ("-", "..", "...", "ND", "n.d.", "no data", "not available", "unknown")
NOT_APPLICABLE: Final = ("NA", "N/A", "n/a", "n.a.", "not applicable")
_CURRENCIES: Final = ("£", "$", "€")
_LOOSE: Final = tuple(CellsTable(thousands=",", currency=sign) for sign in _CURRENCIES)
_MOST: Final = 0.8
"""Of the cells of a column of figures, broken ones apart."""
_ENOUGH: Final = 4
"""Dates that start or end weeks: with fewer it may be chance."""
_CHANNEL_WORDS: Final = {
    "online": r"online|internet",
    "web": r"web",
    "phone": r"phone|telephone|calls?|ivr",
    "email": r"e-?mails?",
    "post": r"post|mail|letters?",
    "paper": r"paper|forms?|clerical",
    "fax": r"fax",
    "face-to-face": r"in[ _-]?person|face[ _-]?to[ _-]?face|counter",
    "other": r"others?",
    **{name: name for name in ("digital", "api", "app", "mobile")},
}
_STAGES: Final = {"submitted": "completed", "finished": "completed", "ended": "completed"}


@dataclass(frozen=True)
class Look:
    """A column: its name, its different cells but blank ones, and what they could be.

    `forms` are the forms of periods that every cell has. `odd` are the cells of a column of figures
    (`is_figures`) that are neither figures nor words for missing ones.
    """

    name: str
    cells: tuple[str, ...]
    forms: tuple[PeriodForm, ...]
    is_figures: bool
    odd: tuple[str, ...]

    @property
    def words(self) -> str:
        """The name, lower-case, with blanks for everything but letters and digits."""
        return " ".join(re.findall(r"[^\W_]+", self.name.casefold()))

    def is_called(self, pattern: str) -> bool:
        """Whether all of its name fits the pattern, whose blanks are any separators."""
        return re.fullmatch(pattern, self.words) is not None


def look_at(name: str, column: pd.Series[str]) -> Look:
    """A column of text, looked at."""
    cells = tuple(sorted({cell for cell in column.unique() if cell}))
    told = [cell for cell in cells if cell not in (*MISSING, *NOT_APPLICABLE)]
    odd = tuple(
        cell
        for cell in told
        if not any(read_cell(cell, way, percent=False, share=True) for way in _LOOSE)
    )
    is_figures = bool(cells) and len(odd) <= (1 - _MOST) * len(told)
    forms = tuple(form for form in FORMS if cells and all(_reads(form, cell) for cell in cells))
    return Look(name, cells, forms, is_figures, odd)


def _reads(form: PeriodForm, cell: str) -> bool:
    try:
        form.read(cell)
    except (ValueError, OverflowError):
        return False
    return True


def covers_of(form: PeriodForm, cells: Sequence[str]) -> Covers:
    """What dates stand for, where there are enough of them and all are of one kind."""
    days = [form.read(cell) for cell in cells]
    if len(days) < _ENOUGH or any(day.start != day.end for day in days):
        return "itself"
    if all(day.start.day == 1 for day in days):
        return "month starting"
    if all(day.shifted(1).start.day == 1 for day in days):
        return "month ending"
    weekdays = {day.start.isoweekday() for day in days}
    if weekdays == {1}:
        return "week starting"
    return "week ending" if weekdays == {7} else "itself"


def cells_of(looks: Iterable[Look]) -> CellsTable:
    """How the figures of these columns are written."""
    cells = {cell for look in looks for cell in look.cells}
    signs = [sign for sign in _CURRENCIES if any(sign in cell for cell in cells)]
    return CellsTable(
        missing=tuple(word for word in MISSING if word in cells),
        not_applicable=tuple(word for word in NOT_APPLICABLE if word in cells),
        thousands="," if any(re.search(r"[0-9],[0-9]{3}", cell) for cell in cells) else "",
        currency=signs[0] if len(signs) == 1 else "",
    )


def channel_of(word: str) -> str:
    """The channel that a word names; empty where it names none, or two."""
    words = re.sub(r"[_\W]+", " ", word.casefold())
    if CHANNEL.fullmatch(word) and word in _CHANNEL_WORDS:
        return word
    found = [name for name, p in _CHANNEL_WORDS.items() if re.search(rf"\b({p})\b", words)]
    return found[0] if len(found) == 1 else ""


def measure_of(word: str) -> str:
    """The measure, or measure:channel, that a word names; empty where it names none."""
    plain = re.sub(r"[ -]+", "_", word.strip().casefold())
    measure, colon, channel = plain.partition(":")
    if measure in MEASURES and (CHANNEL.fullmatch(channel) if colon else True):
        return plain
    return _STAGES.get(plain, "")
