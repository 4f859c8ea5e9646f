"""Whether the elements of a page lie within each other, by its tags.

A parser of HTML mends what it reads, each in its own way, and does not say what it mended. So the
tags are counted here. End tags that HTML lets out (`</li>`, `</p>`) may be missing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG: Final = re.compile(rb"<(/?[a-zA-Z][a-zA-Z0-9-]*)[^>]*(?<!/)>")
_NO_TAGS: Final = re.compile(rb"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_VOID: Final = frozenset(b"area base br col embed hr img input link meta source track wbr".split())
_IMPLIED: Final = frozenset(
    b"li p dt dd tr td th thead tbody tfoot option optgroup colgroup body html head".split()
)
"""What an end tag of something around it may close."""
_SLASH: Final = ord("/")


def nesting_faults(data: bytes) -> list[tuple[int, str]]:
    """Line and words of every element that is not closed where it was opened."""
    if b"<!--" in data or b"</script" in data or b"</style" in data:
        data = _NO_TAGS.sub(lambda match: b"\n" * match[0].count(b"\n"), data)
    return [] if _is_well_nested(data) else list(_faults(data))


def _is_well_nested(data: bytes) -> bool:
    """Whether each end tag closes the last element that was opened: so it is on most pages."""
    names: list[bytes] = []
    for name in _TAG.findall(data):
        if name[0] == _SLASH:
            if not names or names.pop() != name[1:]:
                return False
        elif name not in _VOID:
            names.append(name)
    return not names


def _faults(data: bytes) -> Iterator[tuple[int, str]]:
    opened: list[tuple[bytes, int]] = []
    for match in _TAG.finditer(data):
        name = match[1].lower()
        if not name.startswith(b"/"):
            if name not in _VOID:
                opened.append((name, match.start()))
            continue
        name = name[1:]
        names = [one for one, _ in opened]
        while name in names and names[-1] != name and names[-1] in _IMPLIED:
            names.pop()
            opened.pop()
        if names and names[-1] == name:
            opened.pop()
            continue
        yield _line(data, match.start()), f"</{name.decode()}> closes another element"
        if name in names:
            # It closes what was opened before: what was opened since is what was forgotten.
            del opened[len(names) - 1 - names[::-1].index(name) :]
    for name, place in opened:
        if name not in _IMPLIED:
            yield _line(data, place), f"<{name.decode()}> is never closed"


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1
