"""How the cells of a workbook are spelt: their values as text, and their places."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from perfsite.decimals import exact

if TYPE_CHECKING:
    from perfsite.tables.cells import Place

Value = int | float | str | bool | date | time | datetime | timedelta
"""What a cell may hold."""


def spelt(value: Value) -> str:
    """A cell's value as a CSV file would hold it.

    A spreadsheet shows 15 significant digits; those that a sum of decimals leaves beyond them are
    nobody's figure. All the digits of a whole number are kept.
    """
    if value.__class__ is str:
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        return exact(float(f"{value:.15g}")) or str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def place_name(place: Place) -> str:
    """A cell as spreadsheets name it: B3."""
    row, column = place[0] + 1, place[1] + 1
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
