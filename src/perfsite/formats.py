"""How numbers and tables are spelt in data files: exactly, the same in every language.

How they are written for people is in `language`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from perfsite.rounding import decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal


def csv_text(rows: Iterable[Sequence[Any]], line_end: str = "\r\n") -> str:
    """Rows as CSV, with the line ends of RFC 4180 unless others are wanted."""
    return "".join(csv_lines(rows, line_end))


def csv_lines(rows: Iterable[Sequence[Any]], line_end: str = "\r\n") -> list[str]:
    """Each row as CSV; a cell may hold ends of lines, so a row need not be one line of the file."""
    lines: list[str] = []
    # A writer calls `write` once for each row.
    csv.writer(_Lines(lines.append), lineterminator=line_end).writerows(rows)
    return lines


@dataclass(frozen=True)
class _Lines:
    """Where a CSV writer can write to."""

    write: Callable[[str], object]


def exact(value: float) -> str:
    """A figure as a data file holds it: the shortest digits that are exactly this number."""
    return exact_decimal(decimal(value)) if isfinite(value) else ""


def exact_decimal(value: Decimal) -> str:
    """A decimal number without an exponent and without zeros at its end."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
