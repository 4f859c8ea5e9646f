"""How to mend a value that cannot be used: what a person would try, never applied by itself."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from perfsite.measures import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

_SYMBOLS: Final = "[x] not available, [z] not applicable, [c] confidential"
_MARKS: Final = "[p] provisional, [e] estimated, [r] revised, [b] break in series"
_GENERAL: Final = f"put the figure itself; if there is none, a symbol: {_SYMBOLS}"
_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?"
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


def value_fix(found: str, kind: Kind) -> str:
    """What to do about a value that cannot be read, or that its measure cannot have."""
    if "[" in found:
        number, _, symbols = found.partition("[")
        return _symbols_fix(found, number.strip(), symbols, kind)
    if found.strip("() ").lower() in ("x", "z", "c"):
        return f"the symbols are {_SYMBOLS}"
    digits = _SPACES.sub("", found)
    ways: tuple[Callable[[], str], ...] = (
        lambda: _spreadsheet_fix(found),
        lambda: _range_fix(digits, kind),
        lambda: _separators_fix(digits, kind),
        lambda: _slip_fix(digits),
        lambda: _around_fix(digits),
    )
    return next(filter(None, (way() for way in ways)), _GENERAL)


def general_fix(found: str) -> str:
    """What to do about a value of which nothing may be said."""
    if "[" in found:
        return "a number with [c] behind it is 1234 [c]: digits, a full stop before decimals, [c]"
    return "write digits alone, with a full stop before decimals; a symbol stands for a reason"


def _spreadsheet_fix(found: str) -> str:
    """For what a spreadsheet program, or a custom of its users, put in the place of a figure."""
    if re.fullmatch("#+", found):
        return "the column was too narrow when the sheet was saved: widen it, and save it again"
    if found.startswith("#"):
        return "the spreadsheet's formula is broken: put the figure itself, or [x]"
    if found.startswith("="):
        return "a formula: put its result"
    if found.lower() in _NOTHING:
        return "write [x] if the figure is missing, [z] if there cannot be one"
    if re.fullmatch("[<≤] ?[0-9]+", found):
        return "kept back because it is small? Write [c]"
    return ""


def _range_fix(digits: str, kind: Kind) -> str:
    """For a number that is spelt as it should be and that its measure cannot have."""
    if not re.fullmatch(_NUMBER + "%?", digits):
        return ""
    percent = digits.endswith("%")
    if percent and kind is not Kind.SHARE:
        return "a percentage stands only where a share is expected; give the counts"
    value = float(digits.rstrip("%")) / (100 if percent else 1)
    if abs(value) >= _MOST:
        return "larger than any figure of a service: check the digits"
    if value < 0 and kind is not Kind.NUMBER:
        return "less than nothing: check the figure"
    if kind is Kind.SHARE and value > 1:
        over = percent or value > 100  # noqa: PLR2004 - per cent
        return (
            "more than 100% of a whole: check the figure"
            if over
            else f"is it a percentage? Write {digits}%"
        )
    if kind is Kind.COUNT and "." in digits:
        return (
            f"a point between thousands? Write {digits.replace('.', '')}: counts are whole"
            if _POINT_GROUPS.fullmatch(digits)
            else "counts are whole: round it yourself, or count again"
        )
    if not is_kept(f"{digits.rstrip('%')}{'e-2' if percent else ''}"):
        return "more digits than can be kept: round it to 15 of them"
    return f"write it without separators: {digits}"


def _separators_fix(digits: str, kind: Kind) -> str:
    """For thousands that are kept apart, and for a decimal comma."""
    plain = re.sub("['’]", "", digits)
    if kind is not Kind.COUNT and _ONE_COMMA_GROUP.fullmatch(plain) and not plain.startswith("0"):
        whole, decimal = plain.replace(",", ""), plain.replace(",", ".")
        return f"write {whole}, or {decimal} if the comma is a decimal comma"
    if _COMMA_GROUPS.fullmatch(plain) and not plain.startswith("0"):
        return f"write it without separators: {plain.replace(',', '')}"
    if _DECIMAL_COMMA.fullmatch(plain):
        return f"a decimal comma? Write {plain.replace(',', '.')}"
    if _POINT_GROUPS.fullmatch(plain):
        return f"write it without separators: {plain.replace('.', '').replace(',', '.')}"
    if re.fullmatch(_NUMBER, plain):
        return f"write it without separators: {plain}"
    return ""


def _slip_fix(digits: str) -> str:
    """For letters in the place of digits, and digits that were rounded away."""
    ones = re.sub("[lI]", "1", digits)
    swapped = re.sub("[oO]", "0", ones)
    if re.fullmatch(_NUMBER, swapped) and swapped != digits:
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
    if re.fullmatch(rf"\({_NUMBER}\)", digits):
        return "brackets instead of a minus sign? Check the figure"
    bare, without = _CURRENCY.subn("", digits)
    if without and (number := _plain(bare)):
        return f"write it without the currency sign: {number}"
    bare, without = _AROUND.subn("", digits)
    if without and (number := _plain(bare)):
        return f"write it without the mark: {number}"
    if re.fullmatch(_NUMBER + r"(k|m|bn|mio|mn|million|thousand|billion)\.?", digits.lower()):
        return "write all the digits"
    return ""


def _plain(text: str) -> str:
    """The number that a text is, separators left out; empty where that is not sure."""
    if re.fullmatch(_NUMBER, text):
        return text
    return text.replace(",", "") if _COMMA_GROUPS.fullmatch(text) else ""


def _symbols_fix(found: str, number: str, symbols: str, kind: Kind) -> str:
    """For a symbol that there is not, or that cannot stand with what is beside it."""
    letters = set(re.sub("[^A-Za-z]", "", symbols).lower())
    if number and letters & {"x", "z"}:
        return "a number or the symbol, not both; only [c] may stand beside one, and hides it"
    if letters and letters <= {*"xzcperb"}:
        if symbols != symbols.lower():
            return f"write symbols in small letters: {found.lower()}"
        if number:
            return value_fix(number, kind)
    return f"the symbols are {_SYMBOLS}; {_MARKS} stand beside a number"
