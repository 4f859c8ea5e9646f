"""Putting notes into finished pages: bytes and fragments of HTML in, bytes out.

A page is what some template has made, perhaps not one of perfsite's own. So nothing is expected of
it but the elements that every page has, and what cannot be placed goes to the start of the page:
a note is never lost.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BLANK: Final = b"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
</head>
<body>
<main id="main">
</main>
</body>
</html>
"""
"""A page that holds nothing yet."""

_HEAD_END: Final = re.compile(r"</head\s*>", re.IGNORECASE)
_STARTS: Final = tuple(
    re.compile(rf"<{name}\b[^>]*>\n?", re.IGNORECASE) for name in ("main", "body")
)
_HEADING_END: Final = re.compile(r"</(?:figcaption|h[1-6])\s*>\n?", re.IGNORECASE)
_ID: Final = re.compile(r'\sid="([^"]*)"')
_ANCHOR: Final = re.compile(r'(<a\b[^>]*?)\shref="([^"]*)"', re.IGNORECASE)
_RELATION: Final = re.compile(r'<link\b[^>]*?\shref="([^"]*)"[^>]*>\n?', re.IGNORECASE)


@dataclass(frozen=True)
class Notes:
    """Fragments of HTML for a page: for its head, for the start of what it says, and for places.

    `places` are fragments by the id of the element that they belong to; each comes to stand below
    the heading of that element.
    """

    head: str = ""
    start: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


def annotate(page: bytes, notes: Notes) -> bytes:
    """The page with the notes in it; all else of it stays as it is, byte for byte."""
    text = page.decode("utf-8", "surrogateescape")
    inserts = [(_place(text, anchor), fragment) for anchor, fragment in notes.places.items()]
    start = _start(text)
    inserts += [(start, notes.start), (_head(text), notes.head)]
    # From the end, so that the places before it stay where they are.
    for at, fragment in sorted(inserts, key=lambda insert: insert[0], reverse=True):
        text = text[:at] + fragment + text[at:]
    return text.encode("utf-8", "surrogateescape")


def anchors(page: bytes) -> list[str]:
    """The ids of a page's elements, in its order."""
    return _ID.findall(page.decode("utf-8", "surrogateescape"))


def without_dead_links(page: bytes, path: str, is_there: Callable[[str], bool]) -> bytes:
    """The page with the words of links that lead to no file of the site, but not the links.

    `path` is the page's own, `is_there` tells which paths there are. Links to other sites, and
    within the page, stay.
    """

    def leads(href: str) -> bool:
        parts = urlsplit(href.replace("&amp;", "&"))
        if parts.scheme or parts.netloc or not parts.path:
            return True
        return is_there(
            posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
        )

    text = page.decode("utf-8", "surrogateescape")
    text = _ANCHOR.sub(lambda found: found[0] if leads(found[2]) else found[1], text)
    text = _RELATION.sub(lambda found: found[0] if leads(found[1]) else "", text)
    return text.encode("utf-8", "surrogateescape")


def _head(text: str) -> int:
    found = _HEAD_END.search(text)
    return found.start() if found else 0


def _start(text: str) -> int:
    found = next(filter(None, (start.search(text) for start in _STARTS)), None)
    return found.end() if found else len(text)


def _place(text: str, anchor: str) -> int:
    """The end of the heading that follows an id; without one, the start of what the page says."""
    element = text.find(f' id="{anchor}"')
    heading = _HEADING_END.search(text, element) if element >= 0 else None
    return heading.end() if heading else _start(text)
