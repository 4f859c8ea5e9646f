"""What stands in a value: a number, a symbol, or something that has to be mended.

The symbols are those of the UK Government Analysis Function's guidance on spreadsheets. A number
with [c] is suppressed: it is known here, so that it can be checked, and is never published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.measures import Kind
from perfsite.model import Status
from perfsite.periods import Period
from perfsite.tables import ROW
from perfsite.validate.value_hints import general_fix, is_kept, value_fix

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
REVISED: Final = "r"
CARRIED: Final = "k"
RETRACTED: Final = "t"
PUBLISHED_MARKS: Final = {**MARKS, CARRIED: "carried_over", RETRACTED: "retracted"}
"""What the marks of published figures say: those of submissions, and those that perfsite sets."""
_SUPPRESSED: Final = "c"
_NUMBER = r"(?P<number>-?(?:[0-9]+\.?[0-9]*|\.[0-9]+))?"
_VALUE = _NUMBER + r"(?P<percent> ?%)?(?P<symbols>(?: ?\[[a-z]\])*)"
_EXACT_LIMIT = 2.0**53
"""From here on, whole numbers can no longer be told apart in a float."""


def check_values(
    long: pd.DataFrame, measures: Mapping[str, Measure], private: pd.Series[bool] | None = None
) -> tuple[pd.DataFrame, pd.Series, list[Problem]]:
    """Read the column `value` of a long table of text.

    `private` are the cells that are not to be public: their numbers are not quoted.

    Returns:
        A frame with `value` (float), `status`, `marks` and `secret` (the number of a suppressed
        figure, whose value is NaN as that of any confidential one; NaN elsewhere), the rows that
        are wrong, and problems. The text leaves `long`, so that the frames can stand side by side.
    """
    text = long.pop("value").astype(object)
    if long.empty:
        columns = {"value": float, "status": object, "marks": object, "secret": float}
        empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
        return empty, pd.Series(dtype=bool), []
    # Values repeat (blanks, zeros): each spelling is read once.
    spellings = pd.Series(text.unique(), dtype=object)
    parts = spellings.str.extract(f"^{_VALUE}$")
    symbols = parts["symbols"].fillna("").str.replace(r"[\[\] ]", "", regex=True)
    # 88.4% must be the float nearest to 0.884, not one beside it.
    hundredths = parts["percent"].notna().map({True: "e-2", False: ""}).astype(object)
    spelt = parts["number"].str.rstrip(".") + hundredths
    given = spelt.astype("float64")
    suppressed = given.notna() & symbols.str.contains(_SUPPRESSED, regex=False).astype(bool)
    symbols = symbols.where(~suppressed, symbols.str.replace(_SUPPRESSED, "", regex=False))
    read = pd.DataFrame(
        {
            "number": given,
            "percent": parts["percent"].notna().to_numpy(),
            "missing": symbols.where(symbols.isin(list(MISSING_SYMBOLS)), ""),
            "marks": symbols.where(~symbols.isin(list(MISSING_SYMBOLS)), ""),
            "suppressed": suppressed,
            "understood": parts["symbols"].notna().to_numpy(),
            "kept": spelt.map(is_kept, na_action="ignore").ne(False),
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
    # A mark says something of a number, and the number of a suppressed figure is not there.
    read["marks"] = read["marks"].mask(suppressed, "")
    read.index = pd.Index(spellings)
    read = read.reindex(text)
    read.index = long.index

    kind = long["measure"].map({key: measure.kind for key, measure in measures.items()})
    is_share = (kind == Kind.SHARE).to_numpy()
    percent = read["percent"].to_numpy(dtype=bool)
    value = read["number"].to_numpy(dtype=float)
    understood = read["understood"].to_numpy(dtype=bool) & ~(percent & ~is_share)
    whole = (kind == Kind.COUNT).to_numpy()
    with np.errstate(invalid="ignore"):
        outside = (value < 0) & (kind != Kind.NUMBER).to_numpy()
        outside |= is_share & (value > 1)
        outside |= whole & (value != np.floor(value)) & ~np.isnan(value)
        outside |= np.abs(value) >= _EXACT_LIMIT
        outside |= ~read["kept"].to_numpy(dtype=bool)
    outside &= understood
    secret = read["suppressed"].to_numpy(dtype=bool)
    status = read["missing"].map(MISSING_SYMBOLS).fillna(Status.PROVIDED).astype(str)
    frame = pd.DataFrame(
        {
            "value": np.where(secret, np.nan, value),
            "status": np.where(secret, str(Status.CONFIDENTIAL), status),
            "marks": read["marks"].to_numpy(),
            "secret": np.where(secret, value, np.nan),
        },
        index=long.index,
    )
    bad = pd.Series(~understood | outside, index=long.index)
    cells = (long.loc[bad, name] for name in _CELL)
    problems = [
        _problem(cell, found, kinds, in_range=not out, private=hidden)
        for cell, found, kinds, out, hidden in zip(
            zip(*cells, strict=True),
            text[bad],
            kind[bad],
            outside[bad.to_numpy()],
            ~bad[bad] if private is None else private[bad],
            strict=True,
        )
    ]
    return frame, bad, problems


_CELL: Final = ("file", ROW, "column", "service", "measure", "period")
_EXPECTED: Final = {
    Kind.COUNT: "a whole number, 0 or more",
    Kind.CURRENCY: "an amount, 0 or more, without a currency sign",
    Kind.SHARE: "a share from 0 to 1, or a percentage with its sign",
    Kind.SECONDS: "seconds, 0 or more",
    Kind.MILLISECONDS: "milliseconds, 0 or more",
    Kind.NUMBER: "a number",
}


_UNQUOTED: Final = "a value that is not public, so it is not shown here"


def _problem(
    cell: tuple[str, int, str, str, str, str],
    found: str,
    kind: Kind,
    *,
    in_range: bool,
    private: bool,
) -> Problem:
    """The problem of a value that cannot be read, or that its measure cannot have."""
    file, row, column, service, measure, period = cell
    unsaid = private and any(sign.isdigit() for sign in found)
    try:
        code = Period.parse(period).code
    except ValueError:
        code = ""
    return Problem(
        file,
        row,
        "PS104" if in_range else "PS115",
        column,
        _UNQUOTED if unsaid else found[:80],
        _EXPECTED.get(kind, "a number"),
        general_fix(found) if unsaid else value_fix(found, kind),
        service=service,
        measures=(measure,) if measure else (),
        period=code,
    )
