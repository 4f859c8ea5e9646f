"""Tables of text on the way in and out: read from a spreadsheet, held against the gate.

Reading is of what somebody saved as CSV: rows that hold together, and what is wrong. What its
columns mean is known to the importers.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from perfsite.errors import Problem
from perfsite.model import Source, text_fault
from perfsite.tables import READABLE, TEXT_RULES, decoded, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.importers import Imported


# Reading a spreadsheet that somebody saved as CSV: rows that hold together, and what is wrong.
#
# Bytes into a table of text, whatever its columns mean.


@dataclass(frozen=True)
class Spreadsheet:
    """A table of text.

    `headers` have each run of blanks and newlines made one space. `cells` has a column for each
    header, known by its number from 0 because headers repeat; its rows are known by their number
    in the spreadsheet, where the header is row 1.
    """

    file: str
    headers: list[str]
    cells: pd.DataFrame

    def column(self, number: int) -> pd.Series[str]:
        """The cells of a column, each run of blanks and newlines made one space."""
        column: pd.Series[str] = self.cells[number].str.split().str.join(" ")
        return column


def by_row(column: pd.Series[str]) -> Iterator[tuple[int, str]]:
    """Each spreadsheet row of a column, and the cell."""
    return zip(column.index.tolist(), column.tolist(), strict=True)


def read_spreadsheet(source: Source) -> tuple[Spreadsheet | None, list[Problem]]:
    """The rows that have a cell for every header, and a problem for each other that is not blank.

    None where nothing can be trusted: bytes that are not UTF-8, or quotation marks that do not
    pair. An empty file is a table without headers. Never raises.
    """
    text = decoded(source)
    if isinstance(text, Problem):
        return None, [text]
    headers: list[str] = []
    rows: dict[int, list[str]] = {}
    problems: list[Problem] = []
    number = 0
    try:
        # strict, because an unclosed quotation mark would swallow the rest of the file unseen.
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if number == 1:
                headers = [" ".join(name.split()) for name in row]
            elif problem := _why_not_a_row(source, number, row, headers):
                problems.append(problem)
            elif _has_content(row):
                rows[number] = row
    except csv.Error as error:
        expected = "comma-separated values as in RFC 4180"
        fix = "Mend the quotation marks of this row, or save the spreadsheet as CSV again."
        return None, [Problem(source.path, number + 1, "PS103", "", str(error), expected, fix)]
    # Columns of objects, so that all versions of pandas use Python's own regular expressions.
    width = range(len(headers))
    cells = pd.DataFrame(list(rows.values()), index=list(rows), columns=width, dtype=object)
    return Spreadsheet(source.path, headers, cells), problems


def _has_content(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


def _why_not_a_row(
    source: Source, number: int, row: list[str], headers: list[str]
) -> Problem | None:
    """What is wrong with a row: its letters, or the number of its cells; None if nothing is."""
    for at, cell in enumerate(row):
        if fault := text_fault(cell):
            column = headers[at] if at < len(headers) else ""
            fix = "Delete the invisible character: such come with pasted text and damaged files."
            expected = "letters that can be seen"
            return Problem(source.path, number, "PS123", column, fault, expected, fix)
    if len(row) == len(headers) or not _has_content(row):
        return None
    found, expected = f"{len(row)} cells", f"{len(headers)} cells, as in the header"
    fix = "Give the row as many cells as the header; quote cells that hold commas."
    return Problem(source.path, number, "PS103", "", found, expected, fix)


# What was imported, held against the gate for texts before anybody builds a site of it.


def held_back(imported: Imported) -> list[Problem]:
    """A problem for each text that was imported and will cost its row when the data are read.

    The row is written, for it can be mended where the problem says that it is.
    """
    problems: list[Problem] = []
    for path, content in imported.files.items():
        if PurePosixPath(path).suffix.lower() in READABLE:
            text = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
            _, table_problems = read_table(Source(path, text))
            problems += [problem for problem in table_problems if problem.code in TEXT_RULES]
    return problems
