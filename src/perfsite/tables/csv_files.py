"""CSV text to a frame, as strictly as RFC 4180 has it."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from perfsite.config import DEFAULT
from perfsite.errors import OverBudgetError, Problem
from perfsite.tables.frames import check_header, empty_file, first_row, frame_rows, nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from perfsite.config import Budgets
    from perfsite.model import Source

_OTHER_MARKS: Final = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def read_csv(source: Source, budgets: Budgets = DEFAULT) -> tuple[pd.DataFrame, list[Problem]]:
    """The records of CSV, known to be UTF-8; what cannot be read is reported (PS103, PS130).

    Raises:
        OverBudgetError: if it has more columns than the budgets allow.
    """
    with _values_of(budgets.value_length):
        return _read(source, budgets)


@contextmanager
def _values_of(most: int) -> Iterator[None]:
    """Let the reader of CSV stop at a value of more characters."""
    before = csv.field_size_limit(most)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _read(source: Source, budgets: Budgets) -> tuple[pd.DataFrame, list[Problem]]:
    broken: list[Problem] = []
    rows = _rows(source, broken, budgets)
    number, header = first_row(rows)
    if not number:
        return nothing(*(broken or [empty_file(source.path)]))
    if len(header) > budgets.columns:
        raise OverBudgetError("columns", f"{len(header):,} columns", number)
    if len(header) == 1 and (mark := next((m for m in _OTHER_MARKS if m in header[0]), "")):
        found = f"columns separated by {_OTHER_MARKS[mark]}: {' '.join(header[0][:60].split())}"
        fix = 'save the file as "CSV UTF-8", with commas between the columns'
        expected = "columns separated by commas"
        return nothing(Problem(source.path, number, "PS103", "", found, expected, fix))
    if wrong := check_header(source.path, number, header):
        return nothing(*broken, wrong)
    frame, problems = frame_rows(source.path, number, header, rows)
    return frame, [*broken, *problems]


def _rows(source: Source, broken: list[Problem], budgets: Budgets) -> Iterator[list[str]]:
    """Row by row; those before an error are still good, and the error ends up in `broken`."""
    number = 0
    # Line by line: `io.StringIO` would take four bytes for each letter of the file at once.
    lines = io.TextIOWrapper(io.BytesIO(source.data), "utf-8-sig", newline="")
    try:
        # strict, because an unclosed quotation mark would swallow the rest of the file unseen.
        for row in csv.reader(lines, strict=True):
            number += 1
            yield row
    except csv.Error as error:
        if "field limit" in str(error):
            found = f"a value of more than {budgets.value_length:,} characters"
            more = OverBudgetError("value_length", found, number + 1)
            fix = "is a quotation mark never closed? The rows from here on were not read"
            broken.append(more.problem(source.path, budgets, fix))
            return
        broken.append(
            Problem(
                source.path,
                number + 1,
                "PS103",
                found=_in_plain_words(str(error)),
                expected="comma-separated values as in RFC 4180",
                fix="check the quotation marks of this row; the rows from here on were not read",
            )
        )


def _in_plain_words(error: str) -> str:
    if "unexpected end" in error:
        return "a quotation mark that is never closed"
    if "expected after" in error:
        return "a quotation mark in the middle of a quoted value"
    return error
