"""Dates as pages and site maps write them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

from perfsite.language.dates import DayFinder

_COARSE: Final = re.compile(r"\d{4}|\d{4}-(0[1-9]|1[0-2])|\d{4}-W([0-4]\d|5[0-3])")


def is_date(text: str) -> bool:
    """Whether a text is a year, a month, a week, a day or a moment as HTML writes them."""
    return bool(_COARSE.fullmatch(text)) or is_day(text)


def is_day(text: str) -> bool:
    """Whether a text is a day that there is, or a moment of one."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.match(r"\d{4}-\d{2}-\d{2}(T|$)", text))


@cache
def finder(tag: str) -> DayFinder | None:
    """What finds the days in a text of a language; None where the language is not known."""
    try:
        return DayFinder(Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return None
