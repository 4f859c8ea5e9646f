"""JSON text to a frame: a list of flat records, or an object that holds one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite.alphabet import SPACES
from perfsite.errors import Problem
from perfsite.tables.frames import ROW, nothing
from perfsite.tables.json_faults import fault

if TYPE_CHECKING:
    from perfsite.model import Source

_LISTS: Final = ("aliases", "modules")
"""The columns, all of the register, that hold several words, which may stand in a list."""
_RECORDS: Final = 'a list of records, or an object with "observations"'
_LIST: Final = "write the records between [ and ], each between { and }"


class _Twice(dict[str, object]):
    """An object that has a key twice: nobody can say which value is meant."""

    def __init__(self, pairs: list[tuple[str, object]], key: str) -> None:
        super().__init__(pairs)
        self.key = key


def read_json(source: Source, text: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The records of JSON text; what is not a flat record is left out and reported (PS103)."""
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
    wrong = {at: _wrong(source.path, at, item) for at, item in enumerate(content, 1)}
    problems = [problem for problem in wrong.values() if problem]
    numbers = [at for at, problem in wrong.items() if not problem]
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


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object, as one that can be told where it has a key twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    keys = [key for key, _ in pairs]
    return _Twice(pairs, next(key for key in keys if keys.count(key) > 1))


def _wrong(path: str, number: int, item: object) -> Problem | None:
    """PS103 if this is not a record whose values have a place in cells."""
    expected, found = "a record: an object whose values are text or numbers", _shown(item)
    column = ""
    if isinstance(item, _Twice):
        column, expected = item.key, "each key once in a record"
        found, fix = f"the key {item.key!r} twice in one record", "delete the one that is wrong"
    elif not isinstance(item, dict):
        fix = 'write it as {"service": "passport", "period": "2017-07", "transactions": 1200}'
    elif not item:
        fix = "fill in the record, or delete it"
    elif nested := [key for key, value in item.items() if _nested(key, value)]:
        column, found = nested[0].strip(), _shown(item[nested[0]])
        fix = "write one text or number; figures of a channel are named as transactions:digital"
    else:
        return None
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
