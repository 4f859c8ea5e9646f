"""What stands in a value: a number, a symbol, or something that has to be mended.

The symbols are those of the UK Government Analysis Function's guidance on spreadsheets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.measures import Kind
from perfsite.model import Status
from perfsite.tables import ROW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.measures import Measure

MISSING_SYMBOLS: Final = {
    "x": Status.NOT_PROVIDED,
    "z": Status.NOT_APPLICABLE,
    "c": Status.CONFIDENTIAL,
}
MARKS: Final = {
    "p": "provisional",
    "e": "estimated",
    "r": "revised",
    "b": "break_in_series",
}
_NUMBER = r"(?P<number>-?(?:[0-9]+\.?[0-9]*|\.[0-9]+))?"
_VALUE = _NUMBER + r"(?P<percent> ?%)?(?P<symbols>(?: ?\[[a-z]\])*)"
_EXACT_LIMIT = 2.0**53
"""Beyond this, whole numbers can no longer be told apart in a float."""


def check_values(
    long: pd.DataFrame, measures: Mapping[str, Measure]
) -> tuple[pd.DataFrame, pd.Series, list[Problem]]:
    """Read the column `value` of a long table of text.

    Returns:
        A frame with `value` (float), `status` and `marks`, the rows that are wrong, and problems.
        The text leaves `long`, so that the two frames can stand side by side.
    """
    text = long.pop("value").astype(object)
    if long.empty:
        columns = {"value": float, "status": object, "marks": object}
        empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
        return empty, pd.Series(dtype=bool), []
    # Values repeat (blanks, zeros): each spelling is read once.
    spellings = pd.Series(text.unique(), dtype=object)
    parts = spellings.str.extract(f"^{_VALUE}$")
    symbols = parts["symbols"].fillna("").str.replace(r"[\[\] ]", "", regex=True)
    read = pd.DataFrame(
        {
            "number": parts["number"].str.rstrip(".").astype("float64"),
            "percent": parts["percent"].notna().to_numpy(),
            "missing": symbols.where(symbols.isin(list(MISSING_SYMBOLS)), ""),
            "marks": symbols.where(~symbols.isin(list(MISSING_SYMBOLS)), ""),
            "understood": parts["symbols"].notna().to_numpy(),
        }
    )
    read["missing"] = read["missing"].mask(spellings == "", "x")
    known_marks = read["marks"].map(lambda marks: set(marks) <= set(MARKS))
    has_number = read["number"].notna()
    read["understood"] &= (
        known_marks
        & (has_number ^ (read["missing"] != ""))
        & (has_number | (~read["percent"] & (read["marks"] == "")))
    )
    read.index = pd.Index(spellings)
    read = read.reindex(text)
    read.index = long.index

    kind = long["measure"].map({key: measure.kind for key, measure in measures.items()})
    is_share = (kind == Kind.SHARE).to_numpy()
    percent = read["percent"].to_numpy(dtype=bool)
    number = read["number"].to_numpy(dtype=float)
    # 88.4 / 100 must be the float nearest to 0.884, not one beside it.
    value = np.where(percent, np.round(number / 100, 12), number)
    understood = read["understood"].to_numpy(dtype=bool) & ~(percent & ~is_share)
    whole = (kind == Kind.COUNT).to_numpy()
    with np.errstate(invalid="ignore"):
        outside = (value < 0) & (kind != Kind.NUMBER).to_numpy()
        outside |= is_share & (value > 1)
        outside |= whole & (value != np.floor(value)) & ~np.isnan(value)
        outside |= np.abs(value) > _EXACT_LIMIT
    outside &= understood
    status = read["missing"].map(MISSING_SYMBOLS).fillna(Status.PROVIDED).astype(str)
    frame = pd.DataFrame(
        {"value": value, "status": status.to_numpy(), "marks": read["marks"].to_numpy()},
        index=long.index,
    )
    bad = pd.Series(~understood | outside, index=long.index)
    problems = [
        _problem(file, row, column, found, kinds, in_range=not out)
        for file, row, column, found, kinds, out in zip(
            *(long.loc[bad, name] for name in ("file", ROW, "column")),
            text[bad],
            kind[bad],
            outside[bad.to_numpy()],
            strict=True,
        )
    ]
    return frame, bad, problems


_EXPECTED: Final = {
    Kind.COUNT: "a whole number, 0 or more",
    Kind.CURRENCY: "an amount, 0 or more, without a currency sign",
    Kind.SHARE: "a share from 0 to 1, or a percentage with its sign",
    Kind.SECONDS: "seconds, 0 or more",
    Kind.MILLISECONDS: "milliseconds, 0 or more",
    Kind.NUMBER: "a number",
}


def _problem(
    file: str, row: int, column: str, found: str, kind: Kind, *, in_range: bool
) -> Problem:
    expected = _EXPECTED.get(kind, "a number")
    return Problem(
        file,
        row,
        "PS104" if in_range else "PS115",
        column,
        found[:80],
        f"{expected}; or [x] not available, [z] not applicable, [c] confidential",
        _fix(found, kind),
    )


def _fix(found: str, kind: Kind) -> str:
    """A way to mend the value that a person would think of; never applied by itself."""
    digits = found.replace(",", "").replace(" ", "").replace("\u00a0", "")
    number = r"-?\d+(\.\d+)?"
    if re.fullmatch(number, digits) and digits != found:
        return f"write it without separators: {digits}"
    if re.fullmatch(r"[£$€]" + number, digits):
        return f"write it without the currency sign: {digits[1:]}"
    if re.fullmatch(number, swapped := re.sub(r"[lI]", "1", re.sub(r"[oO]", "0", digits))):
        return (
            f"letter O instead of zero? Try {swapped}"
            if swapped != found
            else _range_fix(found, kind)
        )
    if re.fullmatch(number + "%", digits):
        return "a percentage stands only where a share is expected; give the counts"
    if re.search(r"\d[eE][+-]?\d", digits):
        return "write all the digits: this spelling may have lost some"
    if digits.startswith("#"):
        return "the spreadsheet's formula is broken: put the figure itself, or [x]"
    if digits.lower() in {"n/a", "na", "nan", "none", "null", "-", ".."}:
        return "write [x] if the figure is missing, [z] if there cannot be one"
    return "put the figure itself, or [x] if there is none"


def _range_fix(found: str, kind: Kind) -> str:
    if kind is Kind.SHARE and not found.startswith("-"):
        return f"is it a percentage? Write {found}%"
    if kind is Kind.COUNT and "." in found:
        return "counts are whole: round it yourself, or count again"
    return "check the figure"
