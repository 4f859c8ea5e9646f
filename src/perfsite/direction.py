"""Texts of others set apart in sentences, so that their direction moves nothing beside them.

A Hebrew or Arabic name turns the order of what stands next to it: a count behind it would move to
its other side. So a text with letters that run from right to left stands between two characters of
Unicode wherever it enters a sentence, FSI and PDI (`isolated`); on pages these become `<bdi>`
(`marked`). They come from here alone, for nothing that comes in may hold them (see `alphabet`).

A text without such letters is left as it is.
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

FIRST_STRONG: Final = "\u2068"
POP: Final = "\u2069"
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefe"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""The blocks that Unicode keeps for scripts from right to left, with what is not assigned yet."""
_ISOLATE: Final = re.compile(f"{FIRST_STRONG}([^{FIRST_STRONG}{POP}]*){POP}")
_LEFT_OVER: Final = re.compile(f"[{FIRST_STRONG}{POP}]")
_BREAKS: Final = re.compile(r"[\t\r\n]+")
_PIECES: Final = re.compile(
    r"(<(?:title|script|style|textarea|option)\b.*?</(?:title|script|style|textarea|option)>"
    r"|<!--.*?-->|<[^<>]*>)",
    re.DOTALL | re.IGNORECASE,
)
"""What holds no elements of its own: texts of the head, scripts, and tags with their attributes."""
_ATTRIBUTE: Final = re.compile(r'([\w:-]+)="([^"]*)"')
_WORDS: Final = frozenset(("content", "title", "alt", "aria-label", "abbr", "data-label", "label"))
"""The attributes that are read to people; in the others stand addresses and ids."""

T = TypeVar("T")


def isolated(value: T) -> T | str:
    """A text with letters from right to left between FSI and PDI; anything else as it is.

    What is set apart already is not set apart again. An end of a line, which would end it, becomes
    a space.
    """
    if not isinstance(value, str) or value.isascii() or not _RIGHT_TO_LEFT.search(value):
        return value
    if hasattr(value, "__html__") or not _RIGHT_TO_LEFT.search(_without_isolates(value)):
        return value
    return f"{FIRST_STRONG}{_BREAKS.sub(' ', value)}{POP}"


def _without_isolates(text: str) -> str:
    while FIRST_STRONG in text and (found := _ISOLATE.subn("", text))[1]:
        text = found[0]
    return text


def balanced(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines of one text, each of which begins and ends what goes on over its end."""
    if not any(FIRST_STRONG in line or POP in line for line in lines):
        return lines
    found, depth = [], 0
    for line in lines:
        start = FIRST_STRONG * depth
        depth = max(0, depth + line.count(FIRST_STRONG) - line.count(POP))
        found.append(f"{start}{line}{POP * depth}")
    return tuple(found)


def plain(text: str) -> str:
    """The text without the two characters."""
    return _LEFT_OVER.sub("", text) if FIRST_STRONG in text or POP in text else text


def marked(html: str) -> str:
    """HTML with `<bdi>` where FSI and PDI stood around a text.

    They stay in attributes that are read to people, in titles and in scripts, where there are no
    elements; and go from all other attributes, which hold addresses and ids. One without the other,
    which a text that was cut may have, goes, too.
    """
    if FIRST_STRONG not in html and POP not in html:
        return html
    pieces = _PIECES.split(html)
    pieces[::2] = map(elements, pieces[::2])
    pieces[1::2] = [_tag(piece) if piece[-2:] != "--" else piece for piece in pieces[1::2]]
    return "".join(pieces)


def elements(text: str) -> str:
    """The text of HTML, without tags, with elements in the place of the two characters."""
    while FIRST_STRONG in text and (found := _ISOLATE.subn(r"<bdi>\1</bdi>", text))[1]:
        text = found[0]
    return plain(text)


def _tag(piece: str) -> str:
    """A tag, or an element that has no others in it."""
    if not _LEFT_OVER.search(piece) or piece.lower().startswith(("<title", "<script", "<!--")):
        return piece
    return _ATTRIBUTE.sub(
        lambda match: match[0] if match[1] in _WORDS else f'{match[1]}="{plain(match[2])}"', piece
    )
