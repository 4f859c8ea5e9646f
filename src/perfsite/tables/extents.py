"""How large a table is, found in the bytes of its file before anything is made of them.

Text becomes many times its size once it is divided into cells: a megabyte of commas is a million
cells. So lines, separators and the longest run without one are counted first, which takes no more
memory than the file itself. What is counted is the least that there can be of values and the most
of rows and cells; whoever reads on still holds every value against its budget.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from perfsite.errors import OverBudgetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.config import Budgets

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
            raise OverBudgetError("columns", f"{found}, in line {_line(data, begin):,}")
    for begin, end in _runs(data, budgets.value_length, (b'"', b"[", b"{")):
        if _characters(data, begin, end, budgets.value_length) > budgets.value_length:
            found = f"a value of more than {budgets.value_length:,} characters"
            where = f"in line {_line(data, begin):,}"
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
        found = [place for end in ends if (place := data.find(end, at)) >= 0]
        stop = min(found, default=len(data))
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
            raise OverBudgetError("columns", found, _line(data, begin))
        if _characters(data, at, stop, budgets.value_length) > budgets.value_length:
            found = f"a value of more than {budgets.value_length:,} characters"
            raise OverBudgetError("value_length", found, _line(data, begin))
        at = stop + 1


def _characters(data: bytes, begin: int, end: int, most: int) -> int:
    """How many characters stand there; where bytes decide, so many bytes."""
    size = end - begin
    if size <= most or size > 4 * most:
        return size
    return len(data[begin:end].decode("utf-8", "replace"))


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1
