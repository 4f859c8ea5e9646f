"""Answers of the Performance Platform's data store (backdrop) as flat records.

A raw answer is a list of records. A grouped one has records of groups, whose `values` are the
records of their periods. Lives here: bytes into a frame of text, and each record's period. Not
here: which figure a field is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.importers.period_forms import Covers, covered
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit
from perfsite.tables import ROW, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.model import Source

NULL: Final = "\0null"
"""Stands for a field that a record has, without a figure; a field that it has not is NaN."""
FILE: Final = "\0file"
PERIOD: Final = "\0period"
_VALUES: Final = "values"
_TIMES: Final = ("_start_at", "_end_at", "_timestamp", "end_at", "period")
_LENGTHS: Final[dict[str, Covers]] = {
    "day": "itself",
    "week": "week starting",
    "month": "month starting",
    "quarter": "quarter starting",
    "year": "year starting",
}
PERIODS: Final = tuple(_LENGTHS)
"""The lengths of periods that a record, or the command line, can name."""
_DEPTH: Final = 20


class _Number(str):
    """A number of a JSON text, as the digits that stand there."""

    __slots__ = ()


@dataclass(frozen=True)
class Records:
    """Flat records: a row each, a column for each field, all text (or `NULL`, or NaN).

    `numbers` are the fields that are a number in some record. `frame` has `FILE` and `row` too,
    the number of the record in the answer: that of its group, where it is in one.
    """

    frame: pd.DataFrame
    numbers: frozenset[str]


def read_answer(source: Source) -> tuple[Records, list[Problem]]:
    """The records of an answer; none, and a problem, where it is no answer of the store."""
    nothing = Records(pd.DataFrame({ROW: []}), frozenset())
    text = decoded(source)
    if isinstance(text, Problem):
        return nothing, [text]
    try:
        content: Any = json.loads(text, parse_float=_Number, parse_int=_Number)
        # Half of a pair of surrogates is JSON, but no text that can be written.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        found = str(error)[:200]
        return nothing, [Problem(source.path, line, "PS103", "", found, "well-formed JSON")]
    data = content.get("data") if isinstance(content, dict) else content
    if not isinstance(data, list):
        expected = 'an answer of the data store: a list of records under "data"'
        found = f"an object with {', '.join(content)}"[:200] if isinstance(content, dict) else ""
        fix = "Give the answer as the store gave it."
        found = found or f"a {type(content).__name__}"
        return nothing, [Problem(source.path, 0, "PS305", "", found, expected, fix)]
    rows: list[dict[str, str | int]] = []
    problems: list[Problem] = []
    numbers: set[str] = set()
    for number, record in enumerate(data, 1):
        try:
            for flat in _flattened(record, {}, 0):
                numbers |= {name for name, value in flat.items() if isinstance(value, _Number)}
                texts = {name: _text(value) for name, value in flat.items()}
                rows.append({**texts, FILE: source.path, ROW: number})
        except ValueError as error:
            fix = "Correct the record, or leave it out; the others are imported."
            expected = "a record whose fields are text, numbers or null"
            problems.append(
                Problem(source.path, number, "PS103", "", str(error)[:200], expected, fix)
            )
    return Records(pd.DataFrame(rows, dtype=object), frozenset(numbers)), problems


def _flattened(record: object, above: dict[str, object], depth: int) -> Iterator[dict[str, object]]:
    """The records within a record; each has the words of the groups above it, not their sums.

    Raises:
        ValueError: if it is no record.
    """
    if not isinstance(record, dict) or depth > _DEPTH:
        raise ValueError(f"{json.dumps(record, ensure_ascii=False)} is no record")
    if ROW in record or any("\0" in name for name in record):
        raise ValueError("a field named 'row', or with a NUL in its name")
    values = record.get(_VALUES)
    if isinstance(values, list):
        words = {k: str(v) for k, v in record.items() if isinstance(v, str) and not _derived(k)}
        for value in values:
            yield from _flattened(value, {**above, **words}, depth + 1)
        return
    if nested := [name for name, value in record.items() if isinstance(value, dict | list)]:
        raise ValueError(f"{nested[0]} is {json.dumps(record[nested[0]], ensure_ascii=False)}")
    yield {**above, **record}


def _derived(field: str) -> bool:
    """Whether the store made a field of a group itself: sums over its records, and counts."""
    return field.startswith("_") or ":" in field


def _text(value: object) -> str:
    """A value as text, by which it can be told from no value."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(value).lower()
    # NUL is the mark of what is not there.
    return str(value).replace("\0", "\N{REPLACEMENT CHARACTER}").strip()


def name_periods(records: pd.DataFrame, length: str | None) -> tuple[pd.DataFrame, list[Problem]]:
    """The code of its period beside each record; those without one are left out, and reported.

    `length` is that of records that do not say it.
    """
    times = records.reindex(columns=list(_TIMES)).astype(object).fillna("").replace(NULL, "")
    spellings = pd.MultiIndex.from_frame(times)
    meanings: dict[tuple[str, ...], str] = {}
    reasons: dict[tuple[str, ...], str] = {}
    for spelling in spellings.unique():
        try:
            meanings[spelling] = _period(spelling, length or "").code
        except (ValueError, OverflowError) as error:
            reasons[spelling] = str(error)
    bad = spellings.isin(list(reasons)) if reasons else pd.Series(data=False, index=times.index)
    codes = pd.Series(spellings.map(meanings), index=records.index, dtype=object)
    expected = "a day, or a week that starts on a Monday, a month on its first day, at midnight"
    fix = "Correct the record; if it does not say how long its period is, give --period."
    left_out = records.loc[bad]
    problems = [
        Problem(file, row, "PS306", column, reasons[spelling], expected, fix)
        for file, row, column, spelling in zip(
            left_out[FILE].tolist(),
            left_out[ROW].tolist(),
            times.loc[bad, "_start_at"].map(lambda at: "_start_at" if at else "_timestamp"),
            spellings[bad],
            strict=True,
        )
    ]
    return records.assign(**{PERIOD: codes})[~bad], problems


def _period(times: tuple[str, ...], length: str) -> Period:
    """The period of a record: from one moment to another, or from one moment for some length.

    Raises:
        ValueError: if there is no such period; it says why.
    """
    start, end, stamp, end_at, said = times
    first, last = _midnight(start or stamp), end or end_at
    if last:
        return _between(first, _midnight(last))
    if not (said or length):
        raise ValueError(f"{stamp}, and not how long it lasts")
    if (said or length) not in _LENGTHS:
        raise ValueError(f"a period of one {said}")
    if said and length and said != length:
        raise ValueError(f"a period of one {said}, where --period says {length}")
    return covered(Period.parse(first.date().isoformat()), _LENGTHS[said or length])


def _midnight(moment: str) -> datetime:
    """The moment, by the clock that it names itself: the store's days begin at its midnight."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError as error:
        raise ValueError(f"{moment or 'nothing'} is no moment") from error
    if read.time() != datetime.min.time():
        raise ValueError(f"{moment} is not midnight")
    return read.replace(tzinfo=None)


def _between(first: datetime, after: datetime) -> Period:
    """The day, the week or the whole months from one midnight to another."""
    length = after - first
    day = Period.parse(first.date().isoformat())
    if length == timedelta(days=1):
        return day
    if length == timedelta(weeks=1):
        return covered(day, "week starting")
    months = (after.year - first.year) * MONTHS_IN_YEAR + after.month - first.month
    if months > 0 and first.day == after.day == 1:
        return Period(Unit.MONTH, first.year * MONTHS_IN_YEAR + first.month - 1, months)
    raise ValueError(f"{first.date()} to {after.date()} is no day, week or run of whole months")
