"""Rows of text to a frame.

The header, blank and ragged rows, each row's number, and what its texts may hold.
"""

from __future__ import annotations

from itertools import islice, repeat
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.frames import Col
from perfsite.model import (
    is_faulty_path,
    is_published,
    is_run,
    longest,
    name_fault,
    path_fault,
    text_fault,
)
from perfsite.text import SPACES, counted, outside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from perfsite.model import Source


# Rows of text to a frame: the header, blank and ragged rows, and each row's number.


ROW: Final = Col.ROW
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
        for column, copies, cells in zip(
            columns, spellings, zip(*taken, strict=True), strict=False
        ):
            stripped = list(map(str.strip, cells, repeat(SPACES)))
            if len(copies) < _REMEMBERED:
                # Periods and names repeat a million times; one copy of each is enough.
                column.extend(map(copies.setdefault, stripped, stripped))
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
    # Only rows that were blank so far are looked at in the next column.
    for array in arrays[1:]:
        blank = blank[array[blank] == ""]
    if len(blank):
        arrays = [np.delete(array, blank) for array in arrays]
        numbers = np.delete(numbers, blank)
    shown = [
        (name, array)
        for name, heading, array in zip(named, header, arrays, strict=True)
        if heading or not len(columns[0]) or (array != "").any()
    ]
    frame = pd.DataFrame({name: pd.Series(array, dtype=object) for name, array in shown})
    frame[ROW] = numbers
    return frame


# The gate for texts: what a table may hold, whichever file it came from.
#
# Every cell is held against the alphabet, the fields of words against their lengths, and those
# that are published in CSV files against what a spreadsheet would run. What does not pass costs
# its row.


REFUSED: Final = ("PS123", "PS124", "PS125")
"""The codes of cells that do not pass."""
TEXT_RULES: Final = (*REFUSED, "PS126")
"""The same with that of names of files."""
_RETYPE: Final = "delete the cell and type the text anew; such characters come with pasted text"


def check_name(source: Source) -> Problem | None:
    """PS126 if the file, or the sheet of a workbook, has a name that cannot be published."""
    if not is_faulty_path(source.path):
        return None
    expected = "a name of letters, digits, spaces, hyphens and full stops"
    fix = "rename the file or the sheet; until then it is not read"
    return Problem(source.path, 0, "PS126", "", path_fault(source.path), expected, fix)


def check_columns(source: Source, columns: Iterable[str], row: int) -> Problem | None:
    """PS123 of the first name of a column with a character that is not seen, or not allowed.

    Nobody can say which column is meant, and it could be the one of embargoes: nothing is read.
    """
    for number, name in enumerate(columns, 1):
        if fault := name_fault(name):
            found = f"{fault} in the name of column {number}"
            expected = "a name without invisible characters"
            fix = "type the name of the column anew; until then the file is not read"
            return Problem(source.path, row, "PS123", name, found, expected, fix)
    return None


def passed(source: Source, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows whose texts pass, and a problem for each cell that does not."""
    problems, rows = check_cells(source, frame)
    if not rows:
        return frame, problems
    return frame[~frame[ROW].isin(list(rows))].reset_index(drop=True), problems


def checked_table(
    source: Source, frame: pd.DataFrame, problems: list[Problem], header: int
) -> tuple[pd.DataFrame, list[Problem]]:
    """A table as it was read, without what does not pass."""
    names = [str(name) for name in frame.columns if name != ROW]
    if wrong := check_columns(source, names, header):
        return nothing(*problems, wrong)
    frame, unfit = passed(source, frame)
    return frame, [*problems, *unfit]


def check_cells(source: Source, frame: pd.DataFrame) -> tuple[list[Problem], set[int]]:
    """A problem for each cell that does not pass, in the order of rows, and the rows' numbers."""
    problems: list[Problem] = []
    names = [str(name) for name in frame.columns if name != ROW]
    for name in names:
        wrong = _wrong(name, frame[name])
        if not wrong:
            continue
        faulty = frame[frame[name].isin(list(wrong))]
        services = faulty[Col.SERVICE] if Col.SERVICE in names else [""] * len(faulty)
        problems += [
            Problem(
                source.path, int(row), *wrong[cell], service="" if outside(service) else service
            )
            for row, cell, service in zip(faulty[ROW], faulty[name], services, strict=True)
        ]
    return sorted(problems), {problem.row for problem in problems}


Fault = tuple[str, str, str, str, str]
"""Code, column, what was found, what was expected, and how to mend it."""


def _wrong(column: str, cells: pd.Series[str]) -> Mapping[str, Fault]:
    """What is wrong with each text of a column; texts repeat, so each is looked at once."""
    texts: list[str] = [str(text) for text in cells.unique()]
    most, public = longest(column), is_published(column)
    # Almost always all are good, and one look at all of them together says so.
    suspicious = outside("".join(texts)) != ""
    faults = {}
    for text in texts:
        if suspicious and (fault := text_fault(text)):
            faults[text] = (
                "PS123",
                column,
                _place(text, fault),
                "letters that can be seen",
                _RETYPE,
            )
        elif most and len(text) > most:
            faults[text] = _too_long(column, len(text), most)
        elif public and text and is_run(text):
            faults[text] = _formula(column, text)
    return faults


def _place(text: str, fault: str) -> str:
    """Which character it is, and where."""
    place = text.index(outside(text)) + 1
    return f"{fault}, character {place} of {len(text):,}"


def _too_long(column: str, length: int, most: int) -> Fault:
    fix = "shorten the text, and put what is long on a page of its own"
    return "PS124", column, f"{length:,} characters", f"at most {most:,}", fix


def _formula(column: str, text: str) -> Fault:
    expected = "a text that does not begin with =, +, @, or - before a letter, in any of its parts"
    fix = "begin with a word; a spreadsheet that opens the published data would run this"
    return "PS125", column, text[:60], expected, fix
