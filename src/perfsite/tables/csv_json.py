"""CSV and JSON files to frames of text, as strictly as RFC 4180 and RFC 8259 have them.

How large a table is, is found in its bytes before anything is made of them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite.config import DEFAULT
from perfsite.errors import OverBudgetError, Problem
from perfsite.tables.rows import ROW, check_header, empty_file, first_row, frame_rows, nothing
from perfsite.text import SPACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from json import JSONDecodeError

    from perfsite.config import Budgets
    from perfsite.model import Source


# The bytes of a file to text, and what its bytes say about how it was saved.


_SAVE: Final = 'save the file as "CSV UTF-8"; in an editor, with the encoding UTF-8'
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BINARY: Final = (*_WORKBOOK, *_UTF_16)
"""How files begin that are no text in UTF-8, whatever their names say."""
_QUOTED: Final = re.compile(r'(?:^|(?<=[,\r\n]))"(?:[^"]++|"")*+"')
"""A quoted value. Nothing of it is tried again: for that every letter would be remembered."""
_END: Final = re.compile(r"\r\n|\r|\n")
_NAMES: Final = {"\r\n": "CR and LF", "\n": "LF", "\r": "CR"}


def decoded(source: Source) -> str | Problem:
    """The text of a file, or PS102 with the line of the first byte that is not UTF-8."""
    found, fix, line = "", _SAVE, 1
    if source.data.startswith(_WORKBOOK):
        found, fix = "a workbook, whatever its name says", 'save the sheet as "CSV UTF-8"'
    elif source.data.startswith(_UTF_16):
        found = "UTF-16 text"
    else:
        try:
            return source.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = source.data[: error.start].count(b"\n") + 1
            found = _letter(source.data[error.start])
    return Problem(source.path, line, "PS102", "", found, "UTF-8 text", fix)


def _letter(byte: int) -> str:
    """A byte that is not UTF-8, with the letter that it mostly is."""
    letter = bytes([byte]).decode("windows-1252", "ignore")
    in_windows = f", {letter} in Windows-1252" if letter else ""
    return f"a letter that is not UTF-8 (the byte 0x{byte:02X}{in_windows})"


def readable_text(source: Source) -> tuple[str | None, list[Problem]]:
    """The text of a file, or None and PS102; and whether its line ends are mixed (PS122).

    Text with mixed line ends can be read; but a programme that does not know one of the kinds
    would see other rows.
    """
    # Every other byte of plain text in UTF-16 is a NUL. One in a row of a table costs that row.
    if 3 * source.data.count(b"\0") > len(source.data) and not source.data.startswith(BINARY):
        line = source.data.count(b"\n", 0, source.data.index(b"\0")) + 1
        found = "UTF-16 text"
        return None, [Problem(source.path, line, "PS102", "", found, "UTF-8 text", _SAVE)]
    text = decoded(source)
    if isinstance(text, Problem):
        return None, [text]
    is_csv = source.path.lower().endswith(".csv")
    if "\0" in text and not is_csv:
        line = text[: text.index("\0")].count("\n") + 1
        return None, [Problem(source.path, line, "PS102", "", "a NUL byte", "UTF-8 text", _SAVE)]
    if is_csv and (mixed := _mixed_ends(source, text)):
        return text, [mixed]
    return text, []


def _mixed_ends(source: Source, text: str) -> Problem | None:
    """The first line that ends in another way than the one before; within quotes all may."""
    both = text.count("\r\n")
    kinds = (both, text.count("\n") - both, text.count("\r") - both)
    if sum(map(bool, kinds)) < len(kinds) - 1:
        return None
    ends = [match[0] for match in _END.finditer(_QUOTED.sub("", text))]
    for line, (before, end) in enumerate(pairwise(ends), 2):
        if before != end:
            found = (
                f"a line that ends with {_NAMES[end]}, after one that ends with {_NAMES[before]}"
            )
            fix = "open the file and save it again; check that no row was cut in two"
            expected = "one kind of line end in a file"
            return Problem(source.path, line, "PS122", "", found, expected, fix)
    return None


# CSV text to a frame, as strictly as RFC 4180 has it.


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
            excess = OverBudgetError("value_length", found, number + 1)
            fix = "is a quotation mark never closed? The rows from here on were not read"
            broken.append(excess.problem(source.path, budgets, fix))
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


# What is wrong with text that should be JSON, in words for those who wrote it.


_SHOWN: Final = 30
_NOT_PUBLIC: Final = re.compile(r"release|embargo|\[\s*c\s*\]|confid", re.IGNORECASE)
"""What marks a file whose figures a message must not repeat."""
_ENDS: Final = "]}"
_STARTS: Final = '"{['


def fault(text: str, error: JSONDecodeError | RecursionError) -> tuple[int, str, str]:
    """The line of the fault (0: none in particular), what was found, and how to mend it.

    `error` is what Python's reader says of it; its words differ from version to version, so that
    the text around its place is looked at first.
    """
    if isinstance(error, RecursionError):
        return 0, "brackets within brackets, hundreds deep", "write one list of flat records"
    if not text.strip():
        return 0, "an empty file", "write a list of records, or delete the file"
    place, found, fix = _described(text, error.msg, error.pos)
    if _NOT_PUBLIC.search(text):
        # What is quoted may be a figure that is not public: nobody can tell in broken JSON.
        found = re.sub("[0-9]", "#", found)
    return text.count("\n", 0, place) + 1, found, fix


def _described(text: str, why: str, place: int) -> tuple[int, str, str]:
    """The place of the fault, what stands there, and how to mend it."""
    before, rest = text[:place].rstrip(), text[place:].strip()
    comma = before if before.endswith(",") and rest[:1] in _ENDS else text[: place + 1]
    if rest and comma.endswith(",") and text[len(comma) :].lstrip()[:1] in (*_ENDS,):
        return len(comma) - 1, "a comma with nothing behind it", "a comma too many? Delete it"
    if "string starting" in why or "control character" in why:
        fix = "close it with a quotation mark, or write it on one line"
        return place, "a text that does not end on its line", fix
    if "escape" in why:
        return place, f"a backslash: {_line(rest)}", "write two backslashes for one"
    if not rest:
        found = "the end of the file, before the last bracket is closed"
        return len(text.rstrip()), found, "was the file cut off? Save it again, as a whole"
    if rest.startswith("'"):
        return place, "single quotation marks", 'use double quotes: "period"'
    if why == "Extra data":
        return place, *_extra(before, rest)
    if rest[:1].isdigit() and before.endswith(","):
        found = f"a comma, and then {_line(rest)}"
        return place, found, "a comma within a number? Write it without separators"
    fix = "put texts and names in double quotes"
    if "delimiter" in why and rest[0] in _STARTS:
        mark = "comma" if "','" in why else "colon"
        fix = f"a {mark} missing before this place?"
    return place, f"what cannot be read here: {_line(rest)}", fix


def _extra(before: str, rest: str) -> tuple[str, str]:
    """For what stands behind the last bracket."""
    if before.endswith("}") and rest.lstrip(",").lstrip().startswith("{"):
        fix = "put the records between [ and ], with commas between them"
        return "several records without a list around them", fix
    return f"more text behind the end: {_line(rest)}", "delete it, or put all in one list"


def _line(text: str) -> str:
    """The beginning of a text, as far as its line goes."""
    return text.partition("\n")[0][:_SHOWN].strip()


# JSON text to a frame: a list of flat records, or an object that holds one.


_MOST_TOLD: Final = 1_000
"""Records of a file that are told one by one."""
_LISTS: Final = ("aliases", "modules")
"""The columns, all of the register, that hold several words, which may stand in a list."""
_RECORDS: Final = 'a list of records, or an object with "observations"'
_LIST: Final = "write the records between [ and ], each between { and }"


class _Twice(dict[str, object]):
    """An object that has a key twice: nobody can say which value is meant."""

    def __init__(self, pairs: list[tuple[str, object]], key: str) -> None:
        super().__init__(pairs)
        self.key = key


def read_json(
    source: Source, text: str, budgets: Budgets = DEFAULT
) -> tuple[pd.DataFrame, list[Problem]]:
    """The records of JSON text; what is not a flat record is left out and reported (PS103).

    Raises:
        OverBudgetError: if its records have more keys or longer values than the budgets allow.
    """
    try:
        # Numbers stay the digits that were written: nothing is rounded on the way in.
        content: Any = json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_object,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        line, found, fix = fault(text, error)
        return nothing(Problem(source.path, line, "PS103", "", found, "well-formed JSON", fix))
    if isinstance(content, dict) and not isinstance(content, _Twice):
        content = content.get("observations", content.get("services", content))
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        found = "nothing" if content is None else f"a single value: {_text(content)[:60]}"
        return nothing(Problem(source.path, 0, "PS103", "", found, _RECORDS, _LIST))
    wrong = [at for at, item in enumerate(content, 1) if not _is_flat(item)]
    problems = [_wrong(source.path, at, content[at - 1]) for at in wrong[:_MOST_TOLD]]
    if len(wrong) > _MOST_TOLD:
        problems.append(_more(source.path, wrong[_MOST_TOLD:]))
    _check(content, budgets)
    numbers = sorted(set(range(1, len(content) + 1)) - set(wrong))
    frame = pd.DataFrame([content[at - 1] for at in numbers], dtype=object)
    frame.columns = [str(name).strip(SPACES) for name in frame.columns]
    if ROW in frame.columns or not frame.columns.is_unique:
        found = "a key named 'row', or one key twice"
        fix = "rename or delete one of the keys"
        expected = "each key once, with a name that perfsite knows"
        return nothing(*problems, Problem(source.path, 0, "PS103", "", found, expected, fix))
    if len(frame):
        frame = frame.apply(lambda column: column.map(_text)).fillna("")
    frame[ROW] = numbers
    return frame, problems


def _more(path: str, numbers: Sequence[int]) -> Problem:
    """PS103 of the records that are not told one by one."""
    found = f"{len(numbers):,} more that are no records"
    return Problem(path, numbers[0], "PS103", "", found, _RECORDS, "write the file anew")


def _check(content: list[Any], budgets: Budgets) -> None:
    """Hold records against the budgets: a table has a column for each key of any of them.

    Raises:
        OverBudgetError: naming the record.
    """
    keys: set[str] = set()
    for number, item in enumerate(content, 1):
        if not isinstance(item, dict):
            continue
        keys.update(item)
        if len(keys) > budgets.columns:
            raise OverBudgetError("columns", f"more than {budgets.columns:,} keys", number)
        longest = max(
            (len(text) for text in (*item, *item.values()) if isinstance(text, str)), default=0
        )
        if longest > budgets.value_length:
            raise OverBudgetError("value_length", f"a value of {longest:,} characters", number)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object, as one that can be told where it has a key twice."""
    record = dict(pairs)
    if len(record) == len(pairs):
        return record
    keys = [key for key, _ in pairs]
    return _Twice(pairs, next(key for key in keys if keys.count(key) > 1))


def _is_flat(item: object) -> bool:
    """Whether this is a record whose values have a place in cells."""
    if isinstance(item, _Twice) or not isinstance(item, dict) or not item:
        return False
    return not any(_nested(key, value) for key, value in item.items())


def _wrong(path: str, number: int, item: object) -> Problem:
    """PS103 of what is no flat record."""
    expected, found = "a record: an object whose values are text or numbers", _shown(item)
    column = ""
    if isinstance(item, _Twice):
        column, expected = item.key, "each key once in a record"
        found, fix = f"the key {item.key!r} twice in one record", "delete the one that is wrong"
    elif not isinstance(item, dict):
        fix = 'write it as {"service": "passport", "period": "2017-07", "transactions": 1200}'
    elif not item:
        fix = "fill in the record, or delete it"
    else:
        nested = next(key for key, value in item.items() if _nested(key, value))
        column, found = nested.strip(), _shown(item[nested])
        fix = "write one text or number; figures of a channel are named as transactions:digital"
    return Problem(path, number, "PS103", column, found, expected, fix)


def _shown(value: object) -> str:
    """The beginning of a value as JSON has it."""
    return json.dumps(value, ensure_ascii=False)[:80]


def _nested(key: str, value: object) -> bool:
    """Whether a JSON value has no place in a cell of this column."""
    if isinstance(value, list) and key.strip() in _LISTS:
        return not all(isinstance(item, str) for item in value)
    return isinstance(value, list | dict)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(value)
    return str(value).strip(SPACES)


# How large a table is, found in the bytes of its file before anything is made of them.
#
# Text becomes many times its size once it is divided into cells: a megabyte of commas is a million
# cells. So lines, separators and the longest run without one are counted first, which takes no
# more memory than the file itself. What is counted is the least that there can be of values and
# the most of rows and cells; whoever reads on still holds every value against its budget.


_FIELD: Final = re.compile(rb'(?:"(?:[^"]++|"")*+"?+)?+[^,\r\n]*+')
"""A cell of CSV with its quotation marks."""
_LEAST: Final = 4096
"""Bytes below which no run is looked at: it could not do any harm."""


def check_csv(data: bytes, budgets: Budgets) -> None:
    """Hold the bytes of a CSV file against the budgets.

    Raises:
        OverBudgetError: naming the first budget that is exceeded.
    """
    if 3 * data.count(b"\0") > len(data):
        return  # it is no text in UTF-8, and will not be read as such
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > budgets.rows + 1:
        raise OverBudgetError("rows", f"{lines - 1:,} rows, by the lines below the header")
    cells = lines + data.count(b",")
    if cells > budgets.cells:
        raise OverBudgetError("cells", f"{cells:,} cells, by its commas and lines")
    for begin, end in _runs(data, budgets.value_length, (b"\n", b"\r")):
        _check_line(data, begin, end, budgets)


def check_json(data: bytes, budgets: Budgets) -> None:
    """Hold the bytes of a JSON file against the budgets.

    Raises:
        OverBudgetError: naming the first budget that is exceeded.
    """
    records = max(data.count(b"{"), data.count(b"["))
    if records > budgets.rows + 1:
        raise OverBudgetError("rows", f"{records:,} records or lists")
    cells = data.count(b",")
    if cells > budgets.cells:
        raise OverBudgetError("cells", f"{cells:,} values, by its commas")
    for begin, end in _runs(data, budgets.columns, (b"{", b"}", b"[")):
        if data.count(b'":', begin, end) > budgets.columns:
            found = f"more than {budgets.columns:,} values in a record"
            raise OverBudgetError("columns", f"{found}, in line {_line_number(data, begin):,}")
    for begin, end in _runs(data, budgets.value_length, (b'"', b"[", b"{")):
        if _characters(data, begin, end, budgets.value_length) > budgets.value_length:
            found = f"a value of more than {budgets.value_length:,} characters"
            where = f"in line {_line_number(data, begin):,}"
            raise OverBudgetError("value_length", f"{found}, {where}")


def _runs(data: bytes, most: int, ends: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Where runs of more than `most` bytes without one of the `ends` begin and end.

    Such a run covers a block of half that size, and most blocks have an end in their first line:
    few bytes are looked at. Some runs that are half as long are found, too.
    """
    block = max(most, _LEAST) // 2
    at = 0
    while at < len(data):
        if any(data.find(end, at, at + block) >= 0 for end in ends):
            at += block
            continue
        begin = max(data.rfind(end, 0, at) for end in ends) + 1
        next_ends = [place for end in ends if (place := data.find(end, at)) >= 0]
        stop = min(next_ends, default=len(data))
        yield begin, stop
        at = max(stop, at + 1)


def _check_line(data: bytes, begin: int, end: int, budgets: Budgets) -> None:
    """Hold the cells of a long line against the budgets.

    Raises:
        OverBudgetError: if one is too long, or there are too many.
    """
    fields, at, most = 0, begin, 4 * budgets.value_length + 2
    while at <= end:
        cell = _FIELD.match(data, at, min(end, at + most))
        stop = cell.end() if cell else end
        fields += 1
        if fields > budgets.columns:
            found = f"more than {budgets.columns:,} columns"
            raise OverBudgetError("columns", found, _line_number(data, begin))
        if _characters(data, at, stop, budgets.value_length) > budgets.value_length:
            found = f"a value of more than {budgets.value_length:,} characters"
            raise OverBudgetError("value_length", found, _line_number(data, begin))
        at = stop + 1


def _characters(data: bytes, begin: int, end: int, most: int) -> int:
    """How many characters stand there; where bytes decide, so many bytes."""
    size = end - begin
    if size <= most or size > 4 * most:
        return size
    return len(data[begin:end].decode("utf-8", "replace"))


def _line_number(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1
