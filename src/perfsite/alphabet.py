"""The alphabet of texts that come in, and how what is outside it is named and shown.

Allowed is every character of XML 1.0 but those that no reader sees and every reader's page obeys:
control characters, overrides and isolates of the direction, separators of lines and paragraphs,
tags, non-characters and half characters. The rule is made of numbers and asks no table of Unicode,
so that it is the same in every version of Python. Decision 033 says what is allowed and why.

How long a text may be is in `fields`; how one is set apart in a sentence, in `direction`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SPACES: Final = (
    " \t\r\n\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
)
"""What is dropped around a value. `str.strip` would drop control characters, too, unsaid."""
_OUTSIDE: Final = re.compile(
    "["
    "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f"
    "\\u2028-\\u202e\\u2066-\\u206f"
    "\\ud800-\\udfff"
    "\\ufdd0-\\ufdef\\ufeff\\ufff9-\\ufffb"
    "\\U000e0000-\\U000e007f"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
    + "]"
)
"""C0 but for tab and ends of lines, DEL and C1; separators, embeddings and overrides, isolates and
what Unicode has given up; surrogates; non-characters; byte order marks; annotations; tags."""
_BREAKS: Final = re.compile("[\t\r\n]")
_NAMED: Final = {
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
    "\x00": "NULL",
    "\x1b": "ESCAPE",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
}
"""Control characters have no names of Unicode's own; those that people may know."""


def outside(text: str) -> str:
    """The first character of a text that is outside the alphabet; empty where there is none."""
    if text.isascii() and text.isprintable():
        return ""
    found = _OUTSIDE.search(text)
    return found[0] if found else ""


def outside_name(text: str) -> str:
    """The same for the name of a file or a sheet, which has no tabs and no ends of lines either."""
    found = _BREAKS.search(text)
    return outside(text) or (found[0] if found else "")


def named(character: str) -> str:
    """A character by its code point and its name: `U+202E (RIGHT-TO-LEFT OVERRIDE)`."""
    point = f"U+{ord(character):04X}"
    return f"{point} ({unicodedata.name(character, '') or _kind(character)})"


def _kind(character: str) -> str:
    """What a character is that has no name."""
    if character in _NAMED:
        return _NAMED[character]
    category = unicodedata.category(character)
    return {"Cc": "a control character", "Cs": "half a character"}.get(category, "no character")


def shown(text: str) -> str:
    """The text with what is outside the alphabet by its code point, as `<U+202E>`.

    So it can be printed, and put on a page or into a file, whatever it was.
    """
    if text.isascii() and text.isprintable():
        return text
    return _OUTSIDE.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
