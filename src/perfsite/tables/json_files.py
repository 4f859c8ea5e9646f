"""JSON text to a frame: a list of flat records, or an object that holds one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite.config import DEFAULT
from perfsite.errors import OverBudgetError, Problem
from perfsite.tables.frames import ROW, nothing
from perfsite.tables.json_faults import fault
from perfsite.text import SPACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.config import Budgets
    from perfsite.model import Source

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
            (len(one) for one in (*item, *item.values()) if isinstance(one, str)), default=0
        )
        if longest > budgets.value_length:
            raise OverBudgetError("value_length", f"a value of {longest:,} characters", number)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object, as one that can be told where it has a key twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
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
