"""Rows of text to a frame: the header, blank and ragged rows, and each row's number."""

from __future__ import annotations

from itertools import islice, repeat
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.text import SPACES, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROW: Final = "row"
_CHUNK: Final = 256
"""Rows taken at once: few enough to stay in the processor's cache, which is what makes it fast."""
_REMEMBERED: Final = 20_000
"""Spellings of a column that are kept once only; a column of figures has too many to remember."""

_MOST_TOLD: Final = 1_000
"""Rows of a file that are told one by one."""


def nothing(*problems: Problem) -> tuple[pd.DataFrame, list[Problem]]:
    """A frame without records, and the problems that are the reason."""
    return pd.DataFrame({ROW: pd.Series(dtype="int64")}), list(problems)


def empty_file(path: str) -> Problem:
    """PS103 of a file in which nothing stands."""
    fix = "save the sheet again, with its columns named in the first row; or delete the file"
    return Problem(path, 0, "PS103", "", "an empty file", "a header row", fix)


def first_row(rows: Iterator[Sequence[str]]) -> tuple[int, list[str]]:
    """The number of the first row that holds anything, and its stripped cells; (0, []) if none.

    Blank rows above the header are kept by spreadsheets, and mean nothing.
    """
    for number, cells in enumerate(rows, 1):
        if any(map(str.strip, cells, repeat(SPACES))):
            return number, [cell.strip(SPACES) for cell in cells]
    return 0, []


def check_header(path: str, number: int, header: Sequence[str]) -> Problem | None:
    """PS103 if the header, which is row `number`, names a column twice or one `row`."""
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if not repeated and ROW not in header:
        return None
    return Problem(
        path,
        number,
        "PS103",
        column=(repeated or [ROW])[0],
        found="the same column twice" if repeated else "a column named 'row'",
        expected="each column once, with a name that perfsite knows",
        fix="rename or delete one of the columns",
    )


def frame_rows(
    path: str, number: int, header: Sequence[str], rows: Iterator[Sequence[str]]
) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows below the header, which is row `number`, as a frame of stripped text.

    Blank rows are dropped, ragged ones reported (PS103). Where the header has one cell and every
    row more, it is a title, and the whole is one problem.
    """
    width = len(header)
    columns: list[list[str]] = [[] for _ in header]
    spellings: list[dict[str, str]] = [{} for _ in header]
    problems: list[Problem] = []
    dropped: list[int] = []
    untold: list[int] = []
    first = number + 1
    while chunk := list(islice(rows, _CHUNK)):
        taken = chunk
        if set(map(len, chunk)) != {width}:
            taken = [row for row in chunk if len(row) == width]
            wrong = {at: len(row) for at, row in enumerate(chunk, first) if len(row) != width}
            ragged = [(at, count) for at, count in wrong.items() if count]
            room = max(0, _MOST_TOLD - len(problems))
            problems += [_ragged(path, at, count, width) for at, count in ragged[:room]]
            untold += [at for at, _ in ragged[room:]]
            dropped += wrong
        first += len(chunk)
        for column, known, cells in zip(columns, spellings, zip(*taken, strict=True), strict=False):
            stripped = list(map(str.strip, cells, repeat(SPACES)))
            if len(known) < _REMEMBERED:
                # Periods and names repeat a million times; one copy of each is enough.
                column.extend(map(known.setdefault, stripped, stripped))
            else:
                column.extend(stripped)
    if untold:
        problems.append(_more_ragged(path, untold, width))
    if width == 1 and problems and not columns[0]:
        return nothing(_title(path, number, header[0]))
    numbers = np.arange(number + 1, first)
    numbers = np.delete(numbers, np.array(dropped, dtype="int64") - number - 1)
    return _without_blanks(header, columns, numbers), problems


def _ragged(path: str, row: int, cells: int, width: int) -> Problem:
    found, expected = counted(cells, "column"), f"{counted(width, 'column')}, as in the header"
    fix = (
        "a comma inside a value? Put the value in double quotes"
        if cells > width
        else "a cell missing, or a line break in a note? Put the note in double quotes"
    )
    return Problem(path, row, "PS103", "", found, expected, fix)


def _more_ragged(path: str, rows: Sequence[int], width: int) -> Problem:
    """PS103 of the rows that are not told one by one: nobody mends thousands of them by hand."""
    found = f"{len(rows):,} more rows, {rows[0]:,} to {rows[-1]:,}, with another number of columns"
    expected, fix = f"{counted(width, 'column')}, as in the header", "save the file anew"
    return Problem(path, rows[0], "PS103", "", found, expected, fix)


def _title(path: str, row: int, text: str) -> Problem:
    found, expected = f"one cell above rows of several: {text[:60]}", "a name for each column"
    fix = "a title? Delete what stands above the header"
    return Problem(path, row, "PS103", "", found, expected, fix)


def _without_blanks(
    header: Sequence[str], columns: Sequence[list[str]], numbers: np.ndarray
) -> pd.DataFrame:
    """The frame without the empty rows and columns that a spreadsheet saves around its table."""
    named = [name or f"(column {i + 1})" for i, name in enumerate(header)]
    arrays = [np.array(column, dtype=object) for column in columns]
    # Almost always the first column says at once that no row is blank.
    blank = np.flatnonzero(arrays[0] == "")
    for array in arrays[1:]:
        blank = blank[array[blank] == ""]
    if len(blank):
        arrays = [np.delete(array, blank) for array in arrays]
        numbers = np.delete(numbers, blank)
    kept = [
        (name, array)
        for name, given, array in zip(named, header, arrays, strict=True)
        if given or not len(columns[0]) or (array != "").any()
    ]
    frame = pd.DataFrame({name: pd.Series(array, dtype=object) for name, array in kept})
    frame[ROW] = numbers
    return frame
