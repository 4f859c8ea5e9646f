"""CSV text to a frame, as strictly as RFC 4180 has it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from perfsite.errors import Problem
from perfsite.tables.frames import check_header, empty_file, first_row, frame_rows, nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from perfsite.model import Source

_OTHER_MARKS: Final = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def read_csv(source: Source, text: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The records of CSV text; what cannot be read is left out and reported (PS103)."""
    broken: list[Problem] = []
    rows = _rows(source, text, broken)
    number, header = first_row(rows)
    if not number:
        return nothing(*(broken or [empty_file(source.path)]))
    if len(header) == 1 and (mark := next((m for m in _OTHER_MARKS if m in header[0]), "")):
        found = f"columns separated by {_OTHER_MARKS[mark]}: {' '.join(header[0][:60].split())}"
        fix = 'save the file as "CSV UTF-8", with commas between the columns'
        expected = "columns separated by commas"
        return nothing(Problem(source.path, number, "PS103", "", found, expected, fix))
    if wrong := check_header(source.path, number, header):
        return nothing(*broken, wrong)
    frame, problems = frame_rows(source.path, number, header, rows)
    return frame, [*broken, *problems]


def _rows(source: Source, text: str, broken: list[Problem]) -> Iterator[list[str]]:
    """Row by row; those before an error are still good, and the error ends up in `broken`."""
    number = 0
    try:
        # strict, because an unclosed quotation mark would swallow the rest of the file unseen.
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            number += 1
            yield row
    except csv.Error as error:
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
    if "field limit" in error:
        return "a value of more than 131,072 characters: a quotation mark that is never closed?"
    return error
