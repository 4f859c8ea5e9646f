"""Files to tables: the bytes of a CSV or JSON file become a frame of text, and problems.

What the columns mean is not known here. A frame has one row a record, every cell a stripped
string, and `row`: the number by which people find the record again (a spreadsheet's row number,
or the record's number in a JSON list).
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from perfsite.errors import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from perfsite.model import Source

ROW = "row"


def read_table(source: Source) -> tuple[pd.DataFrame, list[Problem]]:
    """The records of a file as text, with the column `row`.

    Columns keep the order and the spelling of the header, stripped. Records that cannot be told
    apart into columns are left out and reported (PS102, PS103).
    """
    text = decoded(source)
    if isinstance(text, Problem):
        return _nothing(text)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        fix = 'save the file as "CSV UTF-8", not as UTF-16 or a workbook'
        return _nothing(Problem(source.path, line, "PS102", "", "a NUL byte", "UTF-8 text", fix))
    if source.path.endswith(".json"):
        return _read_json(source, text)
    return _read_csv(source, text)


def decoded(source: Source) -> str | Problem:
    """The text of a file, or PS102 with the line of the first byte that is not UTF-8."""
    try:
        return source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.data[: error.start].count(b"\n") + 1
        found = f"the byte 0x{source.data[error.start]:02X}"
        fix = 'save the file as "CSV UTF-8"'
        return Problem(source.path, line, "PS102", "", found, "UTF-8 text", fix)


def _nothing(*problems: Problem) -> tuple[pd.DataFrame, list[Problem]]:
    return pd.DataFrame({ROW: pd.Series(dtype="int64")}), list(problems)


def _read_csv(source: Source, text: str) -> tuple[pd.DataFrame, list[Problem]]:
    problems: list[Problem] = []
    rows: list[list[str]] = []
    try:
        # extend keeps the rows read before an error; they are still good.
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        problems.append(
            Problem(
                source.path,
                len(rows) + 1,
                "PS103",
                found=str(error),
                expected="comma-separated values as in RFC 4180",
                fix="check the quotation marks of this row; the rows from here on were not read",
            )
        )
    # Blank lines above the header are kept by spreadsheets, and mean nothing.
    above = next((i for i, cells in enumerate(rows) if any(map(str.strip, cells))), len(rows))
    rows = rows[above:]
    if not rows:
        empty = Problem(source.path, 0, "PS103", found="an empty file", expected="a header row")
        return _nothing(*(problems or [empty]))
    header = [name.strip() for name in rows[0]]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        problems.append(
            Problem(
                source.path,
                1,
                "PS103",
                found=header[0][:60],
                expected="columns separated by commas",
                fix="save the file with commas between the columns",
            )
        )
        return _nothing(*problems)
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated or ROW in header:
        problems.append(
            Problem(
                source.path,
                1,
                "PS103",
                column=(repeated or [ROW])[0],
                found="the same column twice" if repeated else "a column named 'row'",
                expected="each column once, with a name that perfsite knows",
                fix="rename or delete one of the columns",
            )
        )
        return _nothing(*problems)
    return _framed(source, header, rows[1:], above + 2, problems)


def _framed(
    source: Source, header: list[str], rows: list[list[str]], first: int, problems: list[Problem]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows of the header's length as a frame; blank rows dropped, ragged ones reported.

    `first` is the number of the first of these rows.
    """
    width = len(header)
    lengths = np.fromiter(map(len, rows), dtype="int64", count=len(rows))
    numbers = np.arange(first, len(rows) + first)
    blank = lengths == 0
    ragged = (lengths != width) & ~blank
    problems += [
        Problem(
            source.path,
            int(numbers[i]),
            "PS103",
            found=f"{lengths[i]} columns",
            expected=f"{width} columns, as in the header",
            fix="a comma inside a value? Put the value in double quotes",
        )
        for i in np.flatnonzero(ragged)
    ]
    good = np.flatnonzero(~blank & ~ragged)
    named = [name or f"(column {i + 1})" for i, name in enumerate(header)]
    frame = pd.DataFrame([rows[i] for i in good], columns=named, dtype=object)
    frame = frame.apply(lambda column: column.str.strip()) if len(frame) else frame
    frame[ROW] = numbers[good]
    # A spreadsheet saves the empty rows and columns around its table too.
    if len(frame):
        filled: NDArray[np.bool_] = np.asarray(frame[named] != "", dtype=bool)
        frame = frame.loc[np.flatnonzero(filled.any(axis=1))]
        unnamed = [
            name
            for name, given, used in zip(named, header, np.any(filled, axis=0), strict=True)
            if not given and not used
        ]
        frame = frame.drop(columns=unnamed)
    return frame.reset_index(drop=True), problems


def _read_json(source: Source, text: str) -> tuple[pd.DataFrame, list[Problem]]:
    try:
        # Numbers stay the digits that were written: nothing is rounded on the way in.
        content: Any = json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_object,
        )
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        problem = Problem(
            source.path, line, "PS103", found=str(error)[:200], expected="well-formed JSON"
        )
        return _nothing(problem)
    if isinstance(content, dict):
        content = content.get("observations", content.get("services", content))
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        problem = Problem(
            source.path,
            0,
            "PS103",
            found=f"a {type(content).__name__}",
            expected='a list of records, or an object with "observations"',
        )
        return _nothing(problem)
    flat = [isinstance(item, dict) and not any(map(_nested, item.values())) for item in content]
    problems = [
        Problem(
            source.path,
            i + 1,
            "PS103",
            found=json.dumps(item, ensure_ascii=False)[:80],
            expected="a record: an object whose values are text or numbers",
        )
        for i, (item, good) in enumerate(zip(content, flat, strict=True))
        if not good
    ]
    numbers = [i + 1 for i, good in enumerate(flat) if good]
    frame = pd.DataFrame([content[i - 1] for i in numbers], dtype=object)
    frame.columns = frame.columns.map(str.strip)
    if ROW in frame.columns or not frame.columns.is_unique:
        problem = Problem(source.path, 0, "PS103", found="a key named 'row', or one key twice")
        return _nothing(*problems, problem)
    if len(frame):
        frame = frame.apply(lambda column: column.map(_text)).fillna("")
    frame[ROW] = numbers
    return frame, problems


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object; of a key given twice nobody can say which value is meant."""
    keys = [key for key, _ in pairs]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"the key {twice[0]!r} twice in one record")
    return dict(pairs)


def _nested(value: object) -> bool:
    """Whether a JSON value has no place in a cell; lists of text do, as aliases are."""
    if isinstance(value, list):
        return not all(isinstance(item, str) for item in value)
    return isinstance(value, dict)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, list):
        return " ".join(value)
    return str(value).strip()
