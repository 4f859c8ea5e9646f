"""Workbooks (.xlsx and .ods) to frames: each sheet exactly as the CSV of it would be read.

Which sheets hold a table, and the values of their cells as text. What no cell can be trusted for
is reported: a date where a period should stand, a formula without a result, merged cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import (
    date,
    datetime,
    time,
    timedelta,
)
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from perfsite.config import DEFAULT
from perfsite.decimals import exact
from perfsite.errors import OverBudgetError, Problem
from perfsite.model import Source
from perfsite.tables.cells import UnreadableError, inspect, is_single
from perfsite.tables.rows import check_header, empty_file, first_row, frame_rows, nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from perfsite.config import Budgets
    from perfsite.tables.cells import Cells, Place


# How the cells of a workbook are spelt: their values as text, and their places.


Value = int | float | str | bool | date | time | datetime | timedelta
"""What a cell may hold."""


def spelt(value: Value) -> str:
    """A cell's value as a CSV file would hold it.

    A spreadsheet shows 15 significant digits; those that a sum of decimals leaves beyond them are
    nobody's figure. All the digits of a whole number are kept.
    """
    if value.__class__ is str:
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        return exact(float(f"{value:.15g}")) or str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def place_name(place: Place) -> str:
    """A cell as spreadsheets name it: B3."""
    row, column = place[0] + 1, place[1] + 1
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


WORKBOOKS: Final = (".xlsx", ".ods")
INSTRUCTIONS: Final = "How to fill in"
LISTS: Final = "Lists"
"""The sheets of perfsite's own forms that hold no figures."""
_REGISTER: Final = "services"
_PERIODS: Final = ("period", "opened", "closed")


@dataclass(frozen=True)
class Sheet(Source):
    """One of several tables of a workbook, whose bytes it has.

    Its path is that of the workbook, a slash and the sheet's name. `notes` are about the sheets
    that are not read; the first one has them.
    """

    workbook: str
    number: int
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Grid:
    """A sheet as read: its values, what is remarkable in it, and its header (row 0: none)."""

    number: int
    name: str
    hidden: bool
    rows: list[list[Value]]
    cells: Cells
    header_row: int
    header: list[str]


def sheets(source: Source, budgets: Budgets = DEFAULT) -> list[Source]:
    """A file as the tables that it is made of: itself, or several sheets of a workbook.

    A workbook that holds one table, or cannot be read, is itself.
    """
    if PurePosixPath(source.path).suffix.lower() not in WORKBOOKS:
        return [source]
    try:
        if is_single(source.data):
            return [source]
        chosen, notes = _choose(source, _open(source.data, budgets))
    except (UnreadableError, OverBudgetError):
        return [source]
    if len(chosen) == 1:
        return [source]
    return [
        Sheet(
            f"{source.path}/{grid.name}",
            source.data,
            source.path,
            grid.number,
            () if at else tuple(notes),
        )
        for at, grid in enumerate(chosen)
    ] or [source]


def read_workbook(source: Source, budgets: Budgets = DEFAULT) -> tuple[pd.DataFrame, list[Problem]]:
    """The records of a workbook that holds one table, or of one sheet (see `sheets`).

    Of several tables none is taken: PS103.

    Raises:
        OverBudgetError: if it is larger than the budgets allow.
    """
    try:
        if isinstance(source, Sheet):
            chosen, notes = _open(source.data, budgets, source.number), list(source.notes)
        else:
            chosen, notes = _choose(source, _open(source.data, budgets))
    except UnreadableError as error:
        expected = "a workbook of the kind .xlsx or .ods, without a password"
        fix = "open it in a spreadsheet program and save it again, or save the sheet as CSV"
        return nothing(Problem(source.path, 0, "PS103", "", str(error), expected, fix))
    if len(chosen) > 1:
        found = f"several tables, in the sheets {', '.join(repr(g.name) for g in chosen)}"
        fix = "save the sheet that is meant as a file of its own"
        return nothing(Problem(source.path, 0, "PS103", "", found[:200], "one table", fix), *notes)
    if not chosen:
        return nothing(*notes)
    frame, problems = _read(source.path, chosen[0], budgets)
    return frame, [*notes, *problems]


def _open(data: bytes, budgets: Budgets, only: int | None = None) -> list[_Grid]:
    """The sheets that have cells, or one of them by its number.

    Raises:
        UnreadableError: if it is no workbook, or cannot be read.
        OverBudgetError: if it is larger than the budgets allow.
    """
    remarkable = inspect(data, budgets, only)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            return [
                _grid(
                    number,
                    " ".join(sheet.name.split()),
                    book.get_sheet_by_index(number).to_python(skip_empty_area=False),
                    cells,
                    hidden=sheet.visible != SheetVisibleEnum.Visible,
                )
                for number, (sheet, cells) in enumerate(
                    zip(book.sheets_metadata, remarkable, strict=True)
                )
                if sheet.typ == SheetTypeEnum.WorkSheet and only in {None, number}
            ]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of calamine is no Exception
        raise UnreadableError("a damaged workbook, or none of the kinds .xlsx and .ods") from error


def _grid(number: int, name: str, rows: list[list[Value]], cells: Cells, *, hidden: bool) -> _Grid:
    """A sheet with what its cells show where calamine gives nothing, and its header."""
    width = max(cells.columns, len(rows[0]) if rows else 0)
    if rows and width > len(rows[0]):
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
    rows += [[""] * width for _ in range(cells.rows - len(rows))]
    for (row, column), text in cells.shown.items():
        rows[row][column] = text
    above, header = first_row([*map(spelt, row)] for row in rows)
    return _Grid(number, name, hidden, rows, cells, above, header)


def _choose(source: Source, grids: Sequence[_Grid]) -> tuple[list[_Grid], list[Problem]]:
    """The sheets that hold a table, and a problem for each other that is not blank."""
    register = PurePosixPath(source.path).stem == _REGISTER
    marks = ("service", "period") if register else ("period", "service")
    filled = [grid for grid in grids if grid.header]
    shown = [grid for grid in filled if not grid.hidden]
    for mark in marks:
        chosen = [grid for grid in shown if _has(grid, mark)]
        if chosen:
            break
    else:
        mark = marks[0]
        chosen = [grid for grid in shown if grid.name not in {INSTRUCTIONS, LISTS}]
        if len(chosen) != 1:
            return [], [_no_table(source, mark, filled)]
    passed = [grid for grid in filled if grid not in chosen and _is_told(grid, mark)]
    notes = [
        Problem(
            source.path,
            0,
            "PS120",
            column="",
            found=f"the {'hidden ' if grid.hidden else ''}sheet {grid.name!r}",
            expected=f"a sheet that is shown, with a column named {mark} in its first row",
            fix="nothing, if it holds no figures; else show it, and begin it with the header",
        )
        for grid in passed
    ]
    return chosen, notes


def _has(grid: _Grid, mark: str) -> bool:
    """Whether the header names this column; in capitals it does not count, but was meant."""
    return any(name.lower() == mark for name in grid.header)


def _is_told(grid: _Grid, mark: str) -> bool:
    """Whether people should hear that the sheet was not read; of perfsite's own they need not."""
    return _has(grid, mark) or grid.name not in {INSTRUCTIONS, LISTS}


def _no_table(source: Source, mark: str, grids: Sequence[_Grid]) -> Problem:
    if not grids:
        return empty_file(source.path)
    begin = []
    for grid in grids:
        first = next(filter(None, grid.header))
        begin.append(f"{grid.name!r} ({'hidden, ' if grid.hidden else ''}begins with {first!r})")
    return Problem(
        source.path,
        0,
        "PS105",
        column=mark,
        found=f"the sheets {', '.join(begin)}"[:200],
        expected=f"a sheet that is shown, with a column named {mark} in its first row",
        fix="begin the sheet that holds the table with its header, and delete what is above it",
    )


def _read(path: str, grid: _Grid, budgets: Budgets) -> tuple[pd.DataFrame, list[Problem]]:
    """A sheet as a frame; rows that cannot be trusted are left out and reported."""
    if wrong := check_header(path, grid.header_row, grid.header):
        return nothing(wrong)
    problems, left_out = _untrustworthy(path, grid)
    for row in left_out:
        grid.rows[row] = []  # blank rows are dropped, and the rows after them keep their numbers
    rows = _spelt(grid, budgets.value_length)
    frame, of_rows = frame_rows(path, grid.header_row, grid.header, rows)
    return frame, [*problems, *of_rows]


def _spelt(grid: _Grid, most: int) -> Iterator[list[str]]:
    """The rows below the header as text.

    Raises:
        OverBudgetError: if a value has more than so many characters.
    """
    for number, row in enumerate(grid.rows[grid.header_row :], grid.header_row + 1):
        texts = [*map(spelt, row)]
        if texts and (longest := max(map(len, texts))) > most:
            raise OverBudgetError("value_length", f"a value of {longest:,} characters", number)
        yield texts


def _untrustworthy(path: str, grid: _Grid) -> tuple[list[Problem], set[int]]:
    """What no CSV of the sheet would tell, and the rows to be left out for it."""
    problems: list[Problem] = []
    left_out: set[int] = set()
    header, body = grid.header, grid.header_row
    for first, last in grid.cells.merged:
        columns = [header[i] for i in range(first[1], min(last[1] + 1, len(header))) if header[i]]
        blank = first[0] >= len(grid.rows) or grid.rows[first[0]][first[1]] in {"", None}
        if first[0] < body or not columns or blank:
            continue
        rows = range(first[0], min(last[0] + 1, len(grid.rows)))
        left_out.update(rows)
        found = f"the merged cells {place_name(first)}:{place_name(last)}"
        fix = "unmerge the cells, and write the value into each that it is for"
        expected = "a cell of its own for each value"
        problems.append(Problem(path, first[0] + 1, "PS103", columns[0], found, expected, fix))
    for row, column in sorted(grid.cells.uncalculated):
        if row >= body and column < len(header) and header[column]:
            left_out.add(row)
            found, expected = "a formula without a result", "the figure"
            fix = "open the workbook in a spreadsheet program and save it again"
            problems.append(Problem(path, row + 1, "PS104", header[column], found, expected, fix))
    for column, name in enumerate(header):
        if name not in _PERIODS:
            continue
        for row in range(body, len(grid.rows)):
            value = grid.rows[row][column]
            if not isinstance(value, (date, time, timedelta)):
                continue
            if name == "period":
                left_out.add(row)
            grid.rows[row][column] = ""
            problems.append(_dated(path, row + 1, name, value))
    return problems, left_out


def _dated(path: str, row: int, column: str, value: date | time | timedelta) -> Problem:
    """PS108: a spreadsheet turns 2017-07 into the first of July, and nobody can tell afterwards."""
    found = f"a cell formatted as a date ({spelt(value)})"
    fix = "format the column as text and write 2017-07 for the month, or 2017-07-01 for the day"
    if isinstance(value, date):
        month, day = f"{value:%Y-%m}", f"{value:%Y-%m-%d}"
        fix = f"format the column as text and write {month} for the month, or {day} for the day"
    return Problem(path, row, "PS108", column, found, "a period written as text", fix)
