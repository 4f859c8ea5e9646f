"""What stands in a value: a number, a symbol, or something that has to be mended, and how."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.frames import Col
from perfsite.measures import MeasureKind
from perfsite.model import Status
from perfsite.periods import Period
from perfsite.tables import ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from perfsite.measures import Measure


# How to mend a value that cannot be used: what a person would try, never applied by itself.


_SYMBOLS: Final = "[x] not available, [z] not applicable, [c] confidential"
_MARKS: Final = "[p] provisional, [e] estimated, [r] revised, [b] break in series"
_GENERAL: Final = f"put the figure itself; if there is none, a symbol: {_SYMBOLS}"
_PLAIN_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?"
_SPACES: Final = re.compile("[ \xa0\u2009\u202f]")
_COMMA_GROUPS: Final = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_ONE_COMMA_GROUP: Final = re.compile(r"-?[0-9]{1,3},[0-9]{3}")
_POINT_GROUPS: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?")
_DECIMAL_COMMA: Final = re.compile(r"-?[0-9]+,[0-9]+%?")
_CURRENCY: Final = re.compile(r"[£$€¥]|^[A-Z]{3}(?=[0-9])|(?<=[0-9])[A-Z]{3}$")
_AROUND: Final = re.compile(r"[+*~†‡]")
_NOTHING: Final = (
    "n/a", "na", "nan", "none", "null", "nil", "n.a.", "k. a.", "k.a.", "n/d", "n.d.", "tbc",
    "-", "–", "—", "−", "*", ".", "..", "...", "?",
)  # fmt: skip
_MOST: Final = 2.0**53
_ALWAYS_KEPT: Final = 15
"""So many digits any float holds."""


def is_kept(digits: str) -> bool:
    """Whether the float of a decimal number is written in the same digits, none of them lost."""
    if len(digits) <= _ALWAYS_KEPT:
        return True
    shortest = repr(float(digits))
    return shortest == digits or Decimal(shortest) == Decimal(digits)


def value_fix(text: str, kind: MeasureKind) -> str:
    """What to do about a value that cannot be read, or that its measure cannot have."""
    if "[" in text:
        number, _, symbols = text.partition("[")
        return _symbols_fix(text, number.strip(), symbols, kind)
    if text.strip("() ").lower() in ("x", "z", "c"):
        return f"the symbols are {_SYMBOLS}"
    digits = _SPACES.sub("", text)
    ways: tuple[Callable[[], str], ...] = (
        lambda: _spreadsheet_fix(text),
        lambda: _range_fix(digits, kind),
        lambda: _separators_fix(digits, kind),
        lambda: _slip_fix(digits),
        lambda: _around_fix(digits),
    )
    return next(filter(None, (way() for way in ways)), _GENERAL)


def general_fix(text: str) -> str:
    """What to do about a value of which nothing may be said."""
    if "[" in text:
        return "a number with [c] behind it is 1234 [c]: digits, a full stop before decimals, [c]"
    return "write digits alone, with a full stop before decimals; a symbol stands for a reason"


def _spreadsheet_fix(text: str) -> str:
    """For what a spreadsheet program, or a custom of its users, put in the place of a figure."""
    if re.fullmatch("#+", text):
        return "the column was too narrow when the sheet was saved: widen it, and save it again"
    if text.startswith("#"):
        return "the spreadsheet's formula is broken: put the figure itself, or [x]"
    if text.startswith("="):
        return "a formula: put its result"
    if text.lower() in _NOTHING:
        return "write [x] if the figure is missing, [z] if there cannot be one"
    if re.fullmatch("[<≤] ?[0-9]+", text):
        return "kept back because it is small? Write [c]"
    return ""


def _range_fix(digits: str, kind: MeasureKind) -> str:
    """For a number that is spelt as it should be and that its measure cannot have."""
    if not re.fullmatch(_PLAIN_NUMBER + "%?", digits):
        return ""
    percent = digits.endswith("%")
    if percent and kind is not MeasureKind.SHARE:
        return "a percentage stands only where a share is expected; give the counts"
    value = float(digits.rstrip("%")) / (100 if percent else 1)
    if abs(value) >= _MOST:
        return "larger than any figure of a service: check the digits"
    if value < 0 and kind is not MeasureKind.NUMBER:
        return "less than nothing: check the figure"
    if kind is MeasureKind.SHARE and value > 1:
        over = percent or value > 100  # noqa: PLR2004 - per cent
        return (
            "more than 100% of a whole: check the figure"
            if over
            else f"is it a percentage? Write {digits}%"
        )
    if kind is MeasureKind.COUNT and "." in digits:
        return (
            f"a point between thousands? Write {digits.replace('.', '')}: counts are whole"
            if _POINT_GROUPS.fullmatch(digits)
            else "counts are whole: round it yourself, or count again"
        )
    if not is_kept(f"{digits.rstrip('%')}{'e-2' if percent else ''}"):
        return "more digits than can be kept: round it to 15 of them"
    return f"write it without separators: {digits}"


def _separators_fix(digits: str, kind: MeasureKind) -> str:
    """For thousands that are kept apart, and for a decimal comma."""
    plain = re.sub("['’]", "", digits)
    if (
        kind is not MeasureKind.COUNT
        and _ONE_COMMA_GROUP.fullmatch(plain)
        and not plain.startswith("0")
    ):
        whole, decimal = plain.replace(",", ""), plain.replace(",", ".")
        return f"write {whole}, or {decimal} if the comma is a decimal comma"
    if _COMMA_GROUPS.fullmatch(plain) and not plain.startswith("0"):
        return f"write it without separators: {plain.replace(',', '')}"
    if _DECIMAL_COMMA.fullmatch(plain):
        return f"a decimal comma? Write {plain.replace(',', '.')}"
    if _POINT_GROUPS.fullmatch(plain):
        return f"write it without separators: {plain.replace('.', '').replace(',', '.')}"
    if re.fullmatch(_PLAIN_NUMBER, plain):
        return f"write it without separators: {plain}"
    return ""


def _slip_fix(digits: str) -> str:
    """For letters in the place of digits, and digits that were rounded away."""
    ones = re.sub("[lI]", "1", digits)
    swapped = re.sub("[oO]", "0", ones)
    if re.fullmatch(_PLAIN_NUMBER, swapped) and swapped != digits:
        if ones == digits:
            return f"letter O instead of zero? Try {swapped}"
        if ones == swapped:
            return f"a letter instead of one? Try {swapped}"
        return f"letters instead of digits? Try {swapped}"
    if re.search("[0-9][eE][+-]?[0-9]", digits):
        return "write all the digits: this spelling may have lost some"
    return ""


def _around_fix(digits: str) -> str:
    """For a number with something before it or behind it."""
    if re.fullmatch(rf"\({_PLAIN_NUMBER}\)", digits):
        return "brackets instead of a minus sign? Check the figure"
    bare, without = _CURRENCY.subn("", digits)
    if without and (number := _plain(bare)):
        return f"write it without the currency sign: {number}"
    bare, without = _AROUND.subn("", digits)
    if without and (number := _plain(bare)):
        return f"write it without the mark: {number}"
    if re.fullmatch(_PLAIN_NUMBER + r"(k|m|bn|mio|mn|million|thousand|billion)\.?", digits.lower()):
        return "write all the digits"
    return ""


def _plain(text: str) -> str:
    """The number that a text is, separators left out; empty where that is not sure."""
    if re.fullmatch(_PLAIN_NUMBER, text):
        return text
    return text.replace(",", "") if _COMMA_GROUPS.fullmatch(text) else ""


def _symbols_fix(text: str, number: str, symbols: str, kind: MeasureKind) -> str:
    """For a symbol that there is not, or that cannot stand with what is beside it."""
    letters = set(re.sub("[^A-Za-z]", "", symbols).lower())
    if number and letters & {"x", "z"}:
        return "a number or the symbol, not both; only [c] may stand beside one, and hides it"
    if letters and letters <= {*"xzcperb"}:
        if symbols != symbols.lower():
            return f"write symbols in small letters: {text.lower()}"
        if number:
            return value_fix(number, kind)
    return f"the symbols are {_SYMBOLS}; {_MARKS} stand beside a number"


# What stands in a value: a number, a symbol, or something that has to be mended.
#
# The symbols are those of the UK Government Analysis Function's guidance on spreadsheets. A number
# with [c] is suppressed: it is known here, so that it can be checked, and is never published.


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
    text = long.pop(Col.VALUE).astype(object)
    if long.empty:
        columns = {Col.VALUE: float, Col.STATUS: object, Col.MARKS: object, Col.SECRET: float}
        empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
        return empty, pd.Series(dtype=bool), []
    # Values repeat (blanks, zeros): each spelling is read once.
    spellings = pd.Series(text.unique(), dtype=object)
    parts = spellings.str.extract(f"^{_VALUE}$")
    symbols = parts["symbols"].fillna("").str.replace(r"[\[\] ]", "", regex=True)
    # 88.4% must be the float nearest to 0.884, not one beside it.
    hundredths = parts["percent"].notna().map({True: "e-2", False: ""}).astype(object)
    spelt = parts["number"].str.rstrip(".") + hundredths
    numbers = spelt.astype("float64")
    suppressed = numbers.notna() & symbols.str.contains(_SUPPRESSED, regex=False).astype(bool)
    symbols = symbols.where(~suppressed, symbols.str.replace(_SUPPRESSED, "", regex=False))
    read = pd.DataFrame(
        {
            "number": numbers,
            "percent": parts["percent"].notna().to_numpy(),
            "missing": symbols.where(symbols.isin(list(MISSING_SYMBOLS)), ""),
            Col.MARKS: symbols.where(~symbols.isin(list(MISSING_SYMBOLS)), ""),
            "suppressed": suppressed,
            "understood": parts["symbols"].notna().to_numpy(),
            "kept": spelt.map(is_kept, na_action="ignore").ne(False),
        }
    )
    read["missing"] = read["missing"].mask(spellings == "", "x")
    known_marks = read[Col.MARKS].map(lambda marks: set(marks) <= set(MARKS))
    has_number = read["number"].notna()
    read["understood"] &= (
        known_marks
        & (has_number ^ (read["missing"] != ""))
        & (has_number | (~read["percent"] & (read[Col.MARKS] == "")))
    )
    # A mark says something of a number, and the number of a suppressed figure is not there.
    read[Col.MARKS] = read[Col.MARKS].mask(suppressed, "")
    read.index = pd.Index(spellings)
    read = read.reindex(text)
    read.index = long.index

    kind = long[Col.MEASURE].map({key: measure.kind for key, measure in measures.items()})
    is_share = (kind == MeasureKind.SHARE).to_numpy()
    percent = read["percent"].to_numpy(dtype=bool)
    value = read["number"].to_numpy(dtype=float)
    understood = read["understood"].to_numpy(dtype=bool) & ~(percent & ~is_share)
    whole = (kind == MeasureKind.COUNT).to_numpy()
    with np.errstate(invalid="ignore"):
        outside = (value < 0) & (kind != MeasureKind.NUMBER).to_numpy()
        outside |= is_share & (value > 1)
        outside |= whole & (value != np.floor(value)) & ~np.isnan(value)
        outside |= np.abs(value) >= _EXACT_LIMIT
        outside |= ~read["kept"].to_numpy(dtype=bool)
    outside &= understood
    secret = read["suppressed"].to_numpy(dtype=bool)
    status = read["missing"].map(MISSING_SYMBOLS).fillna(Status.PROVIDED).astype(str)
    frame = pd.DataFrame(
        {
            Col.VALUE: np.where(secret, np.nan, value),
            Col.STATUS: np.where(secret, str(Status.CONFIDENTIAL), status),
            Col.MARKS: read[Col.MARKS].to_numpy(),
            Col.SECRET: np.where(secret, value, np.nan),
        },
        index=long.index,
    )
    bad = pd.Series(~understood | outside, index=long.index)
    cells = (long.loc[bad, name] for name in _CELL)
    problems = [
        _problem(cell, spelt_value, kinds, in_range=not out, private=hidden)
        for cell, spelt_value, kinds, out, hidden in zip(
            zip(*cells, strict=True),
            text[bad],
            kind[bad],
            outside[bad.to_numpy()],
            ~bad[bad] if private is None else private[bad],
            strict=True,
        )
    ]
    return frame, bad, problems


_CELL: Final = (Col.FILE, ROW, Col.COLUMN, Col.SERVICE, Col.MEASURE, Col.PERIOD)
_EXPECTED: Final = {
    MeasureKind.COUNT: "a whole number, 0 or more",
    MeasureKind.CURRENCY: "an amount, 0 or more, without a currency sign",
    MeasureKind.SHARE: "a share from 0 to 1, or a percentage with its sign",
    MeasureKind.SECONDS: "seconds, 0 or more",
    MeasureKind.MILLISECONDS: "milliseconds, 0 or more",
    MeasureKind.NUMBER: "a number",
}


_UNQUOTED: Final = "a value that is not public, so it is not shown here"


def _problem(
    cell: tuple[str, int, str, str, str, str],
    text: str,
    kind: MeasureKind,
    *,
    in_range: bool,
    private: bool,
) -> Problem:
    """The problem of a value that cannot be read, or that its measure cannot have."""
    file, row, column, service, measure, period = cell
    unsaid = private and any(sign.isdigit() for sign in text)
    try:
        code = Period.parse(period).code
    except ValueError:
        code = ""
    return Problem(
        file,
        row,
        "PS104" if in_range else "PS115",
        column,
        _UNQUOTED if unsaid else text[:80],
        _EXPECTED.get(kind, "a number"),
        general_fix(text) if unsaid else value_fix(text, kind),
        service=service,
        measures=(measure,) if measure else (),
        period=code,
    )
