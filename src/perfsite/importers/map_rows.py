"""The rows of a table as a map understands them: whose, when, and which figure each cell is.

Every function takes a table of text (see `perfsite.tables`) that has a column `FILE` besides, and
gives it back with what it has understood, and problems for the rows that it leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.importers import counted, id_of
from perfsite.importers.map_file import CHANNEL, MEASURE
from perfsite.model import why_not_an_id
from perfsite.periods import Period
from perfsite.tables import ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from perfsite.importers.map_file import Map, TidyTable

FILE, SERVICE, PERIOD, NOTE = "\0file", "\0service", "\0period", "\0note"
"""Columns for what was understood, under names that no header can have."""
_MEASURE, _CHANNEL = "\0measure", "\0channel"
LONG: Final = [
    *("file", ROW, "column", "service", "period", "measure", "channel", "value", "note", "percent"),
]
"""The columns of a figure each row: a cell, and where it stands."""
_SHOWN: Final = 200


def keep_rows(table: pd.DataFrame, wanted: Map) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows that the map wants, and a note for each column by which others were left out."""
    problems = []
    for name, cells in wanted.keep.items():
        keep = table[name].isin(cells)
        if not keep.all():
            others = table.loc[~keep]
            found = f"{counted(len(others), 'row')} with {', '.join(sorted(others[name].unique()))}"
            expected, fix = ", ".join(cells), "Nothing to do: the map says so under keep."
            file, row = others[FILE].iloc[0], int(others[ROW].iloc[0])
            problems.append(Problem(file, row, "PS307", name, found[:_SHOWN], expected, fix))
        table = table[keep]
    return table, problems


def name_services(table: pd.DataFrame, wanted: Map) -> tuple[pd.DataFrame, list[Problem]]:
    """The id of the service beside each row; rows without one are left out."""
    service = wanted.service
    if service.constant:
        return table.assign(**{SERVICE: service.constant}), []

    def read(cell: str) -> str:
        made = service.words.get(cell, "") if service.words else cell
        made = id_of(cell) if service.make_ids else made
        if service.words and not made:
            raise ValueError("the map has no id for this word")
        if reason := why_not_an_id(made):
            raise ValueError(f"{made} is no id: it needs {reason}" if made else "no id is left")
        return made

    expected = "an id: lower-case letters, digits and single hyphens between them"
    if service.words:
        expected = f"a word of the map: {', '.join(service.words)}"[:_SHOWN]
    fix = "Correct the cell, or say in [service] of the map how it becomes an id."
    return _understood(table, service.column, SERVICE, read, (expected, fix))


def name_periods(table: pd.DataFrame, wanted: Map) -> tuple[pd.DataFrame, list[Problem]]:
    """The code of the period beside each row; rows without one are left out.

    It is blank where each column of figures has a period of its own.
    """
    period = wanted.period
    if not period.column:
        code = Period.parse(period.constant).code if period.constant else ""
        return table.assign(**{PERIOD: code}), []
    form = wanted.form
    covers = "" if form.covers == "itself" else f": a {form.covers} there"
    expected = f"a period in the form {form.name}{covers}"
    fix = "Correct the cell, or say in [period] of the map how periods are written."
    read: Callable[[str], str] = lambda cell: form.read(cell).code  # noqa: E731
    return _understood(table, period.column, PERIOD, read, (expected, fix))


def note_rows(table: pd.DataFrame, wanted: Map) -> pd.DataFrame:
    """The note beside each row: that of the map, and that of the row's own column."""
    own = table[wanted.note_column] if wanted.note_column else ""
    notes = pd.Series(own, index=table.index, dtype=object)
    if wanted.note:
        notes = (wanted.note + "; " + notes).where(notes != "", wanted.note)
    return table.assign(**{NOTE: notes})


def wide_figures(table: pd.DataFrame, wanted: Map) -> pd.DataFrame:
    """The cells of all columns of figures, row by row, in the order of the map."""
    parts = []
    for name, what in wanted.columns.items():
        measure, _, channel = what.measure.partition(":")
        parts.append(
            _placed(table, name).assign(
                period=Period.parse(what.period).code if what.period else table[PERIOD],
                measure=measure,
                channel=channel,
                percent=what.percent,
            )
        )
    return pd.concat(parts).sort_values(ROW, kind="stable", ignore_index=True)[LONG]


def tidy_figures(table: pd.DataFrame, tidy: TidyTable) -> tuple[pd.DataFrame, list[Problem]]:
    """The cells of the one column of figures; rows of no known measure or channel are left out."""
    table, problems = _words(table, tidy.measure, tidy.measure_is, tidy.measures, "measure")
    table, found = _words(table, tidy.channel, tidy.channel_is, tidy.channels, "channel")
    parts = table[_MEASURE].astype(object).str.partition(":").reindex(columns=[0, 2])
    long = _placed(table, tidy.value).assign(
        period=table[PERIOD],
        measure=parts[0],
        channel=parts[2].where(parts[2] != "", table[_CHANNEL]),
        percent=tidy.percent,
    )
    return long[LONG].reset_index(drop=True), [*problems, *found]


def _words(
    table: pd.DataFrame, column: str, constant: str, words: Mapping[str, str], kind: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """The measure or channel of each row beside it, as the map translates it."""
    into = f"\0{kind}"
    if not column:
        return table.assign(**{into: constant}), []
    form = MEASURE if kind == "measure" else CHANNEL

    def read(cell: str) -> str:
        if words and cell not in words:
            raise ValueError("the map has no translation of this word")
        made = words.get(cell, cell)
        # No channel means all of them; no measure means nothing.
        if not (form.fullmatch(made) or (kind == "channel" and not made)):
            raise ValueError(f"it is no name of a {kind}")
        return made

    expected = f"a word of the map: {', '.join(words)}" if words else f"a {kind}, lower-case"
    fix = f"Add the word to [tidy.{kind}s] of the map, with the {kind} that it means."
    return _understood(table, column, into, read, (expected[:_SHOWN], fix))


def _placed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The cells of a column, each with its place, its service and its note."""
    return table[[ROW]].assign(
        file=table[FILE], column=name, service=table[SERVICE], value=table[name], note=table[NOTE]
    )


def _understood(
    table: pd.DataFrame,
    column: str,
    into: str,
    read: Callable[[str], str],
    words: tuple[str, str],
) -> tuple[pd.DataFrame, list[Problem]]:
    """What each cell of a column means, put beside it; PS306 for those that mean nothing.

    `read` raises ValueError for these, with the reason; `words` are what was expected, and how to
    mend it.
    """
    cells = table[column]
    meanings: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for cell in cells.unique():
        try:
            meanings[cell] = read(cell)
        except (ValueError, OverflowError) as error:
            reasons[cell] = str(error)
    bad = cells.isin(list(reasons))
    problems = [
        Problem(file, row, "PS306", column, f"{cell[:80]}: {reasons[cell]}", *words)
        for file, row, cell in zip(
            *(table.loc[bad, name].tolist() for name in (FILE, ROW, column)), strict=True
        )
    ]
    return table[~bad].assign(**{into: cells[~bad].map(meanings).astype(object)}), problems
