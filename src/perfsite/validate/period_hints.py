"""What somebody may have meant by a period that cannot be read: said, never taken."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable

_MONTHS: Final = {
    # English, French and German, by letters that tell them apart.
    "jan": 1, "fév": 2, "fev": 2, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "avr": 4,
    "mai": 5, "may": 5, "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aoû": 8, "aou": 8,
    "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "déc": 12, "dez": 12,
}  # fmt: skip
_DAY_ONE: Final = date(1899, 12, 30)
"""The day before the first one of spreadsheets, as they count."""
_DAYS_OF_SHEETS: Final = range(32_874, 73_051)
"""1990 to 2099, as spreadsheets number days."""
_INVISIBLE: Final = re.compile("[\\u00a0\\u00ad\\u200b-\\u200f\\u2028-\\u202f\\u2060\\ufeff]")
_TOTALS: Final = ("total", "sum", "all", "average", "mean", "summe", "gesamt", "insgesamt")


def hint(text: str, why: str) -> str:
    """How to write a period that could not be read; `why` says what `Period.parse` made of it."""
    if not text:
        return "fill in the period, or delete the row"
    if _INVISIBLE.search(text):
        plain = _INVISIBLE.sub("", text).strip()
        return f"there is an invisible character in it; type it anew: {plain}"
    if text.casefold().startswith(_TOTALS):
        return "is it a row of totals? Delete it"
    if text.isascii() and text.isdecimal() and int(text) in _DAYS_OF_SHEETS:
        day = _DAY_ONE + timedelta(days=int(text))
        return f"the spreadsheet's number of a day, {day}? Format the column as text"
    meant = [
        one
        for pattern, reading in _FORMS
        if (match := re.fullmatch(pattern, text))
        for one in _tried(reading, match)
    ]
    if meant:
        return f"write {' or '.join(_labelled(one) for one in dict.fromkeys(meant))}"
    return _in_plain_words(text, why)


def _in_plain_words(text: str, why: str) -> str:
    """What is wrong with a text that looks like a period."""
    if re.fullmatch(r"[0-9]{4}[ /-]?[QqTt][0-9]+", text):
        return "quarters are Q1 to Q4"
    if why.startswith("Invalid week"):
        return f"that year has no week {why.rpartition(' ')[2]}"
    if "day is out of range" in why:
        return "that month has fewer days"
    if "month must be in" in why:
        return "months are 01 to 12"
    if "is not a period" in why:
        return "write it in one of these ways"
    return why


def _labelled(code: str) -> str:
    return f"{code} for April to March" if "-04/" in code else code


def _tried(reading: Callable[[re.Match[str]], list[str]], match: re.Match[str]) -> list[str]:
    """The readings of a text that are periods."""
    found = []
    try:
        for one in reading(match):
            Period.parse(one)
            found.append(one)
    except (ValueError, OverflowError):
        return found
    return found


def _year(text: str) -> str:
    """A year of four digits: 17 is 2017."""
    return text if len(text) == 4 else f"20{text}"  # noqa: PLR2004


def _month(text: str) -> str:
    """A month of two digits, by its number or its name; 00 where it is none."""
    if text.isdecimal():
        return f"{int(text):02d}"
    name = text.casefold()
    return f"{_MONTHS.get(name[:4], _MONTHS.get(name[:3], 0)):02d}"


def _quarters(first: str, last: str) -> str:
    """From the first month of a quarter to the last one of another."""
    start, end = Period.parse(first), Period.parse(last)
    return f"{_code(start.first)}/{_code(end.last)}"


def _code(month: int) -> str:
    year, number = divmod(month, 12)
    return f"{year}-{number + 1:02d}"


def _day_first_or_month_first(m: re.Match[str]) -> list[str]:
    """01/07/2017 is July in most countries, and January in one."""
    a, b, year = m.groups()
    return [f"{_year(year)}-{int(b):02d}-{int(a):02d}", f"{_year(year)}-{int(a):02d}-{int(b):02d}"]


def _months_of_dates(m: re.Match[str]) -> list[str]:
    """From the first of a month to the last of one."""
    first, last = date.fromisoformat(m[1]), date.fromisoformat(m[2])
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    return [f"{m[1][:7]}/{m[2][:7]}" if m[1][:7] != m[2][:7] else m[1][:7]] if whole else []


def _april_to_march(m: re.Match[str]) -> list[str]:
    """2016/17 by its two years."""
    first = int(_year(m[1]))
    follows = int(m[2]) % 100 == (first + 1) % 100
    return [f"{first}-04/{first + 1}-03"] if follows else []


_DASH: Final = r" ?[-\u2010-\u2015] ?"
_NAME: Final = r"([^\W\d_]{3,9})\.?"
_FORMS: Final[tuple[tuple[str, Callable[[re.Match[str]], list[str]]], ...]] = (
    (r"([0-9]{1,2})[/.]([0-9]{4})", lambda m: [f"{m[2]}-{_month(m[1])}"]),
    (r"([0-9]{4})[-/.]([0-9]{1,2})", lambda m: [f"{m[1]}-{_month(m[2])}"]),
    (r"([0-9]{4})([0-9]{2})", lambda m: [f"{m[1]}-{m[2]}"]),
    (
        r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})",
        lambda m: [f"{m[1]}-{_month(m[2])}-{_month(m[3])}"],
    ),
    # With full stops the day is the first one everywhere.
    (
        r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})",
        lambda m: [f"{_year(m[3])}-{_month(m[2])}-{_month(m[1])}"],
    ),
    (r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4}|[0-9]{2})", _day_first_or_month_first),
    (r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T][0-9:.]+Z?", lambda m: [m[1], m[1][:7]]),
    (r"([0-9]{4})-?[Ww]([0-9]{1,2})", lambda m: [f"{m[1]}-W{_month(m[2])}"]),
    (_NAME + r"[ -]?([0-9]{4}|[0-9]{2})", lambda m: [f"{_year(m[2])}-{_month(m[1])}"]),
    (r"([0-9]{4})[ -]?" + _NAME, lambda m: [f"{m[1]}-{_month(m[2])}"]),
    (r"[QqTt]([1-4])[ /-]?([0-9]{4})", lambda m: [f"{m[2]}-Q{m[1]}"]),
    (r"([0-9]{4})[ /-]?[QqTt]([1-4])", lambda m: [f"{m[1]}-Q{m[2]}"]),
    (
        r"([0-9]{4})-Q([1-4])/([0-9]{4})-Q([1-4])",
        lambda m: [_quarters(f"{m[1]}-Q{m[2]}", f"{m[3]}-Q{m[4]}")],
    ),
    (r"([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2})", _months_of_dates),
    (r"([0-9]{4}-[0-9]{2})/([0-9]{4}-[0-9]{2})", lambda m: [f"{m[2]}/{m[1]}"]),
    (r"([0-9]{4}-[0-9]{2})" + _DASH + r"([0-9]{4}-[0-9]{2})", lambda m: [f"{m[1]}/{m[2]}"]),
    (r"(?:FY ?)?([0-9]{4})[/-]([0-9]{2}|[0-9]{4})", _april_to_march),
    (r"FY ?([0-9]{4})", lambda m: [f"{int(m[1]) - 1}-04/{m[1]}-03", m[1]]),
    (r"([0-9]{2})-([0-9]{2})", lambda m: [f"20{m[1]}-{m[2]}"]),
)
"""How people write periods: a pattern for the whole text, and what may be meant by it."""
