"""Problems in SARIF 2.1.0, the format in which hosts of code take what checks have found.

The same problems give the same text: no clock, no path of a machine. What hosts do with it is in
docs/ci.md. SARIF wants a line and a character where a problem has a row and a column.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from perfsite.errors import RULES, OverBudgetError, worst_first
from perfsite.report.problems import json_text, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from perfsite.errors import Problem, Rule
    from perfsite.explanations import Explanation
    from perfsite.model import Source


# Where in the text of a file a problem stands: from its row and column to a line and a character.
#
# A row is a record and not a line: a value may have line breaks in it, and the records of a JSON
# file may stand on one line or on many. Nothing is judged here; a file that was understood is read
# again only to find the places in it.


_TEXTS: Final = (".csv", ".json")
_JSON_LISTS: Final = ("observations", "services")
"""The members of an object that can hold the records, the first one found."""
_READER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


@dataclass(frozen=True)
class Location:
    """A line and a character of it, both counted from 1; a character is a code point."""

    line: int
    character: int


@dataclass(frozen=True)
class Locations:
    """The places of a file: of its records, and of their cells.

    `starts` are the offsets of the records, the first of which is row 1. `names` are the columns
    in the order of a CSV file's header, which is the record `header` (counted from 0).
    """

    text: str
    starts: tuple[int, ...]
    names: tuple[str, ...] = ()
    header: int = 0
    _breaks: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note where lines end, so that each place is found by halving."""
        breaks = [at for at, sign in enumerate(self.text) if sign == "\n"]
        object.__setattr__(self, "_breaks", breaks)

    def find(self, row: int, column: str = "") -> Location | None:
        """Where a row is, or its cell in a column; None where the whole file is meant.

        A column that the row does not have leads to the row. A row that is not a record is a line:
        so are those of a file that cannot be divided into records.
        """
        if row < 1:
            return None
        # Blank rows above the header hold nothing that could be meant.
        at = max(row - 1, self.header)
        if at >= len(self.starts):
            return Location(row, 1)
        start = self.starts[at]
        cell = self._cell(at, column) if column else None
        return self._place(start if cell is None else cell)

    def _cell(self, at: int, column: str) -> int | None:
        """The offset of a cell."""
        if self.is_json:
            return _member(self.text, self.starts[at], column)
        if column not in self.names:
            return None
        end = self.starts[at + 1] if at + 1 < len(self.starts) else len(self.text)
        cells = list(_cells(self.text, self.starts[at], end))
        place = self.names.index(column)
        return cells[place] if place < len(cells) else None

    @property
    def is_json(self) -> bool:
        """Whether the records are those of a JSON file, which has no header."""
        return not self.names

    def _place(self, offset: int) -> Location:
        line = bisect_right(self._breaks, offset - 1)
        return Location(line + 1, offset - (self._breaks[line - 1] + 1 if line else 0) + 1)


def locations(source: Source) -> Locations | None:
    """The places of a file; None for one that is no text, such as a workbook."""
    if not source.path.lower().endswith(_TEXTS):
        return None
    # Whoever prints a report without places has no use for pandas.
    from perfsite.config import DEFAULT  # noqa: PLC0415
    from perfsite.tables import check_size  # noqa: PLC0415

    try:
        check_size(source, DEFAULT)
        text = source.data.decode("utf-8-sig")
    except OverBudgetError:
        return Locations("", ())
    except UnicodeDecodeError:
        # The rows of what cannot be read as text are its lines, as those of JSON with a NUL.
        return Locations("", ())
    if "\0" in text and not source.path.lower().endswith(".csv"):
        return Locations(text, ())
    if source.path.lower().endswith(".json"):
        return Locations(text, tuple(_json_starts(text)))
    starts, rows = _csv_starts(text)
    header = next((at for at, cells in enumerate(rows) if any(map(str.strip, cells))), 0)
    named = rows[header] if rows else []
    names = tuple(name.strip() or f"(column {at})" for at, name in enumerate(named, 1))
    return Locations(text, tuple(starts), names or ("",), header)


def _csv_starts(text: str) -> tuple[list[int], list[list[str]]]:
    """The offsets of the records, and the records up to the header.

    The reader takes a line at a time, so what it has taken ends where the record does.
    """
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in io.StringIO(text, newline=""):
            taken += len(line)
            yield line

    starts, rows = [0], []
    header_read = False
    try:
        for cells in csv.reader(lines(), strict=True):
            starts.append(taken)
            if not header_read:
                rows.append(cells)
                header_read = any(map(str.strip, cells))
    except csv.Error:
        # The record that cannot be read begins where the last one ended.
        return starts, rows
    return starts[:-1] if len(starts) > 1 else starts, rows


def _cells(text: str, start: int, end: int) -> Iterator[int]:
    """The offsets of the cells of a record of CSV."""
    at = start
    yield at
    quoted = text.startswith('"', at)
    at += quoted
    while at < end:
        sign = text[at]
        if quoted and sign == '"':
            if text.startswith('""', at):
                at += 1
            else:
                quoted = False
        elif not quoted and sign == ",":
            yield at + 1
            quoted = text.startswith('"', at + 1)
            at += quoted
        at += 1


def _json_starts(text: str) -> Sequence[int]:
    """The offsets of the records; none if the text is no JSON, for then its rows are lines."""
    try:
        _READER.decode(text)
        return _records(text, _blank(text, 0))
    except (ValueError, RecursionError):
        return ()


def _records(text: str, start: int) -> list[int]:
    if text.startswith("[", start):
        return list(_items(text, start))
    if not text.startswith("{", start):
        return []
    members = dict(_members(text, start))
    inner = next((members[name] for name in _JSON_LISTS if name in members), None)
    if inner is None:
        return [start]
    return list(_items(text, inner)) if text.startswith("[", inner) else [inner]


def _items(text: str, start: int) -> Iterator[int]:
    """The offsets of the items of a list."""
    at = _blank(text, start + 1)
    while not text.startswith("]", at):
        yield at
        at = _after(text, at)


def _members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The names of the members of an object, and the offsets of their values."""
    at = _blank(text, start + 1)
    while not text.startswith("}", at):
        name, end = _READER.raw_decode(text, at)
        value = _blank(text, _blank(text, end) + 1)
        yield str(name), value
        at = _after(text, value)


def _member(text: str, start: int, column: str) -> int | None:
    """The offset of a value of a record, whose names may have spaces around them."""
    if not text.startswith("{", start):
        return None
    return next((at for name, at in _members(text, start) if name.strip() == column), None)


def _after(text: str, start: int) -> int:
    """The offset behind a value and the comma after it."""
    _, end = _READER.raw_decode(text, start)
    end = _blank(text, end)
    return _blank(text, end + 1) if text.startswith(",", end) else end


def _blank(text: str, start: int) -> int:
    """The offset of the next sign that is no space."""
    while start < len(text) and text[start] in " \t\r\n":
        start += 1
    return start


# The report: a run of perfsite, its rules, and a result for each problem.


Json = dict[str, Any]

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
BASE: Final = "%SRCROOT%"
"""What addresses are relative to: by custom, the folder that holds the repository."""
FINGERPRINT: Final = "perfsiteProblem/v1"
_SHEET: Final = re.compile(r"(\.(?:xlsx|ods))/.*$", re.IGNORECASE | re.DOTALL)
_NUMBERS: Final = {code: number for number, code in enumerate(RULES)}


def sarif_report(
    problems: Sequence[Problem],
    sources: Sequence[Source],
    *,
    version: str,
    explanations: Mapping[str, Explanation],
    folder: str = "",
) -> str:
    """The problems as one run of perfsite.

    `sources` are the files of the data as they were read; in them each problem gets its line.
    `explanations` say what the codes mean. `folder` is the data folder within
    the repository, with `/`: the addresses of the files begin with it.
    """
    wanted = {problem.file for problem in problems if problem.row}
    positions = {source.path: locations(source) for source in sources if source.path in wanted}
    seen: Counter[str] = Counter()
    content = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "perfsite",
                        "semanticVersion": version,
                        "rules": [
                            _rule(rule, explanations.get(rule.code)) for rule in RULES.values()
                        ],
                    }
                },
                "invocations": [{"executionSuccessful": True}],
                "originalUriBaseIds": {
                    BASE: {"description": {"text": "The folder in which perfsite was run."}}
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(problem, positions.get(problem.file), folder, seen)
                    for problem in worst_first(problems)
                ],
            }
        ],
    }
    return json_text(content)


def _rule(rule: Rule, explanation: Explanation | None) -> Json:
    title = f"{rule.title}."
    return {
        "id": rule.code,
        "shortDescription": {"text": title},
        "help": {
            "text": explanation.plain if explanation else title,
            "markdown": explanation.standalone if explanation else title,
        },
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _result(problem: Problem, positions: Locations | None, folder: str, seen: Counter[str]) -> Json:
    where: Json = {
        "artifactLocation": {
            "uri": _address(f"{folder}{_on_disk(problem.file)}"),
            "uriBaseId": BASE,
        }
    }
    if positions and (place := positions.find(problem.row, problem.column)):
        where["region"] = {"startLine": place.line, "startColumn": place.character}
    print_ = _fingerprint(problem)
    seen[print_] += 1
    return {
        "ruleId": problem.code,
        "ruleIndex": _NUMBERS[problem.code],
        "level": str(problem.severity),
        "message": {"text": _message(problem)},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {FINGERPRINT: f"{print_}:{seen[print_]}"},
        "properties": {
            "file": problem.file,
            "row": problem.row,
            "column": problem.column,
            "service": problem.service,
            "measures": list(problem.measures),
            "period": problem.period,
        },
    }


def _message(problem: Problem) -> str:
    """The problem in sentences, each of them on one line."""
    column = f', in the column "{one_line(problem.column)}"' if problem.column else ""
    parts = (("Found", problem.found), ("Expected", problem.expected), ("To mend it", problem.fix))
    sentences = [f"{name}: {one_line(text)}" for name, text in parts if text]
    return "\n".join(_ended(text) for text in (f"{problem.rule.title}{column}", *sentences))


def _on_disk(file: str) -> str:
    """The file that a path is in: a sheet of a workbook is named as if it were a file in it."""
    return _SHEET.sub(r"\1", file)


def _address(path: str) -> str:
    """A path as a relative address; names that are not UTF-8 keep their bytes."""
    return quote(path, errors="surrogateescape")


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _fingerprint(problem: Problem) -> str:
    """What stays the same while rows are added above: everything but the row."""
    parts = (problem.code, problem.file, problem.column, problem.found, problem.service)
    text = "\0".join((*parts, *problem.measures, problem.period))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
