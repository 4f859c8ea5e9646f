"""The fields that hold somebody's words: how long each may be, and what it may not begin with.

One table for all files and settings, by the name of the column or entry. Ids, periods, values and
codes have forms of their own, which are checked where they are read.
"""

from __future__ import annotations

import re
from typing import Final

from perfsite.alphabet import SPACES, named, outside, outside_name
from perfsite.model import REGISTER

LONGEST: Final = {
    **{column.name: column.longest for column in REGISTER.values() if column.longest},
    "note": 2_000,
    "reason": 2_000,
    "title": 200,
    "publisher": 200,
    "logo": 200,
    "contact": 300,
    "contact_url": 2_000,
    "status": 500,
    "update_schedule": 1_000,
    "end_plan": 2_000,
    "licence": 300,
    "licence_url": 2_000,
    "base_url": 2_000,
    "strengths": 2_000,
    "caveats": 2_000,
}
"""The most characters of each field of words, whichever file it stands in."""
LONGEST_OTHER: Final = 500
"""The most characters of an entry of perfsite.toml that is not named, and of its name."""
PUBLISHED: Final = frozenset(
    {"note", "reason", *(column.name for column in REGISTER.values() if column.longest)}
)
"""The fields whose words stand in published CSV files."""
_INVISIBLE: Final = re.compile(
    "[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2060-\\u2065"
    "\\u3164\\ufe00-\\ufe0f\\uffa0\\U000e0080-\\U000e0fff]"
)
"""What may stand in a text and is not seen; in the name of a column it hides which one is meant."""
_NUMBER: Final = r"[-\u2212]?[0-9.,]*[ \xa0]?%?"
_BEGINS: Final = re.compile(
    # A hyphen begins a formula if more than a number, or signs, follows.
    r"[=+@\uff1d\uff0b\uff20]|[-\uff0d](?!" + _NUMBER + r"[\s-]*\Z)(?=[^\w(]*[\w(])"
)
_CALL: Final = r"(?:[^\W\d_]\((?![a-z]{1,3}\))|\||!\$?[A-Za-z]{1,3}\$?\d)"
"""What calls something in a formula, or names it elsewhere; "form(s)" and "5(2)" are words."""
_POINT: Final = re.compile(
    # "- The volume (by post) ...": words beside each other are no formula. What calls or names
    # something else is: "- HYPERLINK(...", "- cmd|...", "- Sheet1!A1".
    r"[-\uff0d][ \xa0]+[^\W\d_]+,?[ \xa0]+[^\W\d_](?![^\x00]*(?:[=\\]|" + _CALL + "))"
)
"""The point of a list, which begins with a hyphen as formulas do."""
_INSIDE: Final = re.compile(
    # In other countries a cell begins behind a semicolon, and a line wherever one ends. A list of
    # points, "; - the first", is more often meant than a formula, unless that calls something.
    r"[;\t\r\n][ \"']*(?:[=@\uff1d\uff20]"
    r"|[-+\uff0d\uff0b](?:\(|(?=[^;\t\r\n]*" + _CALL + ")))"
)


def is_run(text: str) -> bool:
    """Whether a spreadsheet that opens a CSV file would run this as a formula, or a part of it."""
    cell = text.lstrip(SPACES)
    begins = _BEGINS.match(cell) and not _POINT.match(cell)
    return bool(begins or _INSIDE.search(cell))


def longest(name: str) -> int:
    """The most characters of a field by its name, which may end in a language (`name_fr`)."""
    return LONGEST.get(name) or LONGEST.get(name.rpartition("_")[0], 0)


def is_published(name: str) -> bool:
    """Whether the words of a field, in whichever language, stand in published CSV files."""
    return name in PUBLISHED or name.rpartition("_")[0] in PUBLISHED


def is_faulty_path(path: str) -> bool:
    """Whether a file or a sheet of this name cannot be read, for the name stands in CSV files."""
    return bool(outside_name(path)) or is_run(path)


def path_fault(path: str) -> str:
    """What is wrong with such a name."""
    character = outside_name(path)
    return named(character) if character else "a name that a spreadsheet would run as a formula"


def name_fault(text: str) -> str:
    """What is wrong with the name of a column, which has no characters that nobody sees at all."""
    found = outside(text) or (_INVISIBLE.search(text) or [""])[0]
    return named(found) if found else ""


def text_fault(text: str) -> str:
    """The character of a text that is outside the alphabet, by its name; empty if there is none."""
    character = outside(text)
    return named(character) if character else ""
