"""Figures as other people write them, as perfsite writes them: the same digits, always.

Lives here: one cell by the `[cells]` of a map, and rows that are about the same figure. Not here:
which measure and which period a cell is for.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.measures import MEASURES, Kind
from perfsite.model import FIGURE
from perfsite.tables import ROW

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from perfsite.importers.map_file import CellsTable

MISSING: Final = "[x]"
_SHARES: Final = {key for key, measure in MEASURES.items() if measure.kind is Kind.SHARE}
_SYMBOLS: Final = ("[x]", "[z]", "[c]")
_MARKED: Final = re.compile(r"(?P<number>.*?)(?P<marks>(?: ?\[[a-z]\])*)", re.DOTALL)
_DIGITS: Final = 200
"""More than any sum needs: no digit is rounded away."""


def read_cells(long: pd.DataFrame, cells: CellsTable) -> tuple[pd.DataFrame, list[Problem]]:
    """Put perfsite's spelling into the column `value`; what is no figure is missing and reported.

    `long` has the columns of `FIGURE`, `file`, `row`, `column`, `value` and `percent` (bool).
    """
    is_share = long["measure"].isin(_SHARES)
    text = long["value"].astype(object)
    # Cells repeat: each spelling is read once, for each way in which it may be meant.
    read = pd.Series(None, index=long.index, dtype=object)
    for percent in (False, True):
        for share in (False, True):
            these = (long["percent"] == percent) & (is_share == share)
            spellings = {
                cell: read_cell(cell, cells, percent=percent, share=share)
                for cell in text[these].unique()
            }
            read[these] = text[these].map(spellings)
    bad = read.isna()
    expected = _expected(cells)
    problems = [
        Problem(file, row, "PS301", column, cell[:80], expected, _FIX)
        for file, row, column, cell in zip(
            *(long.loc[bad, name].tolist() for name in ("file", ROW, "column", "value")),
            strict=True,
        )
    ]
    return long.assign(value=read.fillna(MISSING)), problems


_FIX: Final = (
    "Correct the cell, or say in [cells] of the map what it means; it is taken as missing."
)


def _expected(cells: CellsTable) -> str:
    words = ["a number"]
    words += [f"with {cells.thousands!r} between thousands"] if cells.thousands else []
    words += [f"with {cells.decimal!r} before decimals"] if cells.decimal != "." else []
    words += [f"with or without {cells.currency}"] if cells.currency else []
    return " ".join(words) + ", or a blank cell"


def read_cell(cell: str, cells: CellsTable, *, percent: bool, share: bool) -> str | None:
    """The spelling of a cell in perfsite, digits as they stand there; None if it is no figure.

    `percent`: a percentage, whether or not it has its sign. `share`: one that may have it.
    """
    words = {
        **dict.fromkeys(("", MISSING, *cells.missing), MISSING),
        **dict.fromkeys(("[z]", *cells.not_applicable), "[z]"),
        **dict.fromkeys(("[c]", *cells.confidential), "[c]"),
    }
    if cell in words:
        return words[cell]
    parts = _MARKED.fullmatch(cell)
    number, marks = (parts["number"], parts["marks"]) if parts else (cell, "")
    if any(symbol in marks for symbol in _SYMBOLS):
        return None
    has_sign = number.endswith("%")
    if has_sign and not (percent or share):
        return None
    number = number.removesuffix("%").rstrip()
    if cells.currency:
        minus = "-" if number.startswith("-") else ""
        plain = number.removeprefix("-").strip()
        number = minus + plain.removeprefix(cells.currency).removesuffix(cells.currency).strip()
    mark, point = re.escape(cells.thousands), re.escape(cells.decimal)
    grouped = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|" if mark else ""
    if not re.fullmatch(rf"-?(?:{grouped}[0-9]+)(?:{point}[0-9]+)?|-?{point}[0-9]+", number):
        return None
    if cells.thousands:
        number = number.replace(cells.thousands, "")
    return number.replace(cells.decimal, ".") + ("%" if has_sign or percent else "") + marks


def settle(long: pd.DataFrame, *, add_up: bool) -> tuple[pd.DataFrame, list[Problem]]:
    """One row for each figure, in the order of the first rows about each.

    Rows about one figure are added where `add_up` says so; a sum with a missing part is missing.
    Otherwise, if all say the same, one stands and the others are notes; if they differ none counts,
    and each row but the first is an error.
    """
    first = ~long.duplicated(FIGURE)
    again = long.duplicated(FIGURE, keep=False)
    if not again.any():
        return long, []
    if add_up:
        return _added(long, first, again), []
    differs = long.groupby(FIGURE, sort=False)["value"].transform("nunique") > 1
    others = long[~first]
    before = long[first].set_index(FIGURE).loc[pd.MultiIndex.from_frame(others[FIGURE])]
    twice = others.assign(
        differs=differs[~first],
        before=before["value"].to_numpy(),
        place=(before["file"] + ":" + before[ROW].astype(str)).to_numpy(),
    )
    problems = [_twice(row) for row in twice.to_dict("records")]
    settled = long[first]
    return settled.assign(value=settled["value"].mask(differs[first], MISSING)), problems


def _twice(row: Mapping[Hashable, Any]) -> Problem:
    """What to say of a row about a figure that an earlier row has given."""
    service, period, measure, channel = (row[name] for name in FIGURE)
    what = f"{service} {period} {measure}{':' if channel else ''}{channel}"
    code, found = "PS307", f"{what} is {row['value']} again, as in {row['place']}"
    fix = "Nothing to do: they are alike, and the first stands."
    if row["differs"]:
        code = "PS301"
        found = f"{what} is both {row['before']} and {row['value']}; the first in {row['place']}"
        fix = "Keep the right one; until then neither is imported."
    return Problem(
        row["file"],
        row[ROW],
        code,
        row["column"],
        found,
        "each figure once",
        fix,
        service=service,
        measures=(measure,),
        period=period,
    )


def _added(long: pd.DataFrame, first: pd.Series[bool], again: pd.Series[bool]) -> pd.DataFrame:
    """The rows about one figure as one row: the exact sum of its parts, and all their marks."""
    parts = long.loc[again, [*FIGURE, "value", "note"]]
    pieces = parts["value"].str.extract(r"^(?P<number>-?[0-9.]+)?(?P<percent>%?)(?P<marks>.*)$")
    # Percentages of parts do not add up to that of the whole.
    known = pieces["number"].notna() & (pieces["percent"] == "")
    texts = pieces["number"].where(known, "0")
    numbers = texts.map({text: Decimal(text) for text in texts.unique()})
    parts = parts.assign(
        number=numbers,
        known=known,
        marks=pieces["marks"],
        not_applicable=parts["value"] == "[z]",
        confidential=parts["value"] == "[c]",
    )
    groups = parts.groupby(FIGURE, sort=False)
    with localcontext(prec=_DIGITS):
        sums = groups["number"].agg(_sum)
    sums = sums.str.cat(groups["marks"].agg(_marks))
    # Parts that are all not applicable make a whole that is not applicable.
    unknown = pd.Series(MISSING, index=sums.index)
    unknown = unknown.mask(groups["not_applicable"].all(), "[z]")
    unknown = unknown.mask(groups["confidential"].any(), "[c]")
    settled = long[first].set_index(FIGURE)
    settled.loc[sums.index, "value"] = sums.where(groups["known"].all(), unknown)
    settled.loc[sums.index, "note"] = groups["note"].agg(_notes)
    return settled.reset_index()[long.columns.tolist()]


def _sum(numbers: Iterable[Decimal]) -> str:
    return format(sum(numbers, Decimal(0)), "f")


def _marks(texts: Iterable[str]) -> str:
    found = "".join(dict.fromkeys(re.findall(r"\[[a-z]\]", "".join(texts))))
    return f" {found}" if found else ""


def _notes(texts: Iterable[str]) -> str:
    return "; ".join(filter(None, dict.fromkeys(texts)))
