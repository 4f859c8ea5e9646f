"""The gate for texts: what a table may hold, whichever file it came from.

Every cell is held against the alphabet, the fields of words against their lengths, and those that
are published in CSV files against what a spreadsheet would run. What does not pass costs its row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.errors import Problem
from perfsite.tables.frames import ROW, nothing
from perfsite.text import (
    is_faulty_path,
    is_published,
    is_run,
    longest,
    name_fault,
    outside,
    path_fault,
    text_fault,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from perfsite.model import Source

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
    frame, found = passed(source, frame)
    return frame, [*problems, *found]


def check_cells(source: Source, frame: pd.DataFrame) -> tuple[list[Problem], set[int]]:
    """A problem for each cell that does not pass, in the order of rows, and the rows' numbers."""
    problems: list[Problem] = []
    names = [str(name) for name in frame.columns if name != ROW]
    for name in names:
        wrong = _wrong(name, frame[name])
        if not wrong:
            continue
        mine = frame[frame[name].isin(list(wrong))]
        services = mine["service"] if "service" in names else [""] * len(mine)
        problems += [
            Problem(
                source.path, int(row), *wrong[cell], service="" if outside(service) else service
            )
            for row, cell, service in zip(mine[ROW], mine[name], services, strict=True)
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
    found = {}
    for text in texts:
        if suspicious and (fault := text_fault(text)):
            found[text] = (
                "PS123",
                column,
                _place(text, fault),
                "letters that can be seen",
                _RETYPE,
            )
        elif most and len(text) > most:
            found[text] = _too_long(column, len(text), most)
        elif public and text and is_run(text):
            found[text] = _formula(column, text)
    return found


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
