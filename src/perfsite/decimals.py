"""Numbers as decimals have them: rounded half away from zero, and spelt exactly in data files.

Columns of them are added and divided in `arithmetic`. How they are written for people is in
`language`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


# How numbers are rounded, everywhere: half away from zero, on the decimals that people see.
#
# A float stands for the shortest decimal that reads back as it: 0.1 is a tenth, and 0.125 pounds
# are 13 pence.


# Every float has fewer digits than that, so that nothing but `rounded` ever rounds.
EXACT: Final = Context(prec=2000, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN)
# No quotient of floats is so near to a half that it would be taken for one.
_DIVISION: Final = Context(prec=50, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN)
_UPWARDS: Final = Context(prec=2000, rounding=ROUND_CEILING, Emax=MAX_EMAX, Emin=MIN_EMIN)
_SURE: Final = 12
_SURE_DIGITS: Final = 15


def decimal(value: float) -> Decimal:
    """The decimal that a float stands for: the shortest one that reads back as this float."""
    # numpy's own floats spell themselves differently.
    return Decimal(repr(float(value)))


def rounded(value: Decimal, places: int) -> Decimal:
    """The number with so many decimals, a half rounded away from zero.

    `places` below zero round to tens, hundreds and so on; the answer has just these digits.
    """
    return EXACT.quantize(value, _unit(places))


def significant(value: Decimal, figures: int) -> Decimal:
    """The number in so many significant figures, or as it is where it has fewer."""
    places = figures - 1 - value.adjusted()
    return rounded(value, places) if value and _places_of(value) > places else value


def upwards(value: Decimal) -> Decimal:
    """The next number with one significant figure that is no smaller, of one above zero."""
    return _UPWARDS.quantize(value, _unit(-value.adjusted()))


def fixed(value: float | Decimal, places: int) -> str:
    """A number for a message in English, with just so many decimals: `1,234.50`."""
    number = value if isinstance(value, Decimal) else decimal(value)
    return f"{rounded(number, places):,f}"


def grouped(value: float) -> str:
    """A number for a message in English: the digits that it takes, and separators: `1,234.5`."""
    number = decimal(value)
    if not float(value).is_integer():
        # What floats have beyond that is their own.
        number = significant(number, _SURE_DIGITS)
    return f"{rounded(number, decimals(number)):,f}"


def times(value: float, base: float) -> str:
    """How many times as large a number is as another one, for a message: `2.51`, `993,000`."""
    number = significant(quotient(decimal(value), decimal(base)), 3)
    return f"{rounded(number, decimals(number)):,f}"


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """One number divided by another, to far more digits than anybody prints."""
    return _DIVISION.divide(dividend, divisor)


def decimals(value: Decimal) -> int:
    """How many decimals a number has, zeros at its end not counted: 1 of 0.50, 0 of 50."""
    return max(0, _places_of(EXACT.normalize(value)))


def known_places(uncertain: Decimal) -> int | None:
    """To how many decimals a number is known that may be off by so much, up or down.

    Its last digit stands for no less than that: 2 for 0.005 or 0.01, -1 for 6. None where it is
    known exactly.
    """
    # What is uncertain was itself added up in floats: its dust makes no other power of ten.
    size = significant(uncertain, _SURE)
    if not size:
        return None
    power = size.adjusted()
    return -power if size == Decimal(1).scaleb(power) else -power - 1


def _places_of(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


@cache
def _unit(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


# How numbers and tables are spelt in data files: exactly, the same in every language.
#
# How they are written for people is in `language`.


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
