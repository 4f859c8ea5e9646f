"""Spellings of secrets in the texts of files: pages, charts, feeds, lists, names of files.

A file is cut into runs of digits and separators at once, and these are held against all that is
looked for: the number of secrets makes no difference. Only where a run is a spelling of a secret
is the place itself looked at.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from perfsite.leaks.numbers import ANYWHERE, significant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.leaks.numbers import Search, Secret
    from perfsite.model import File

_KEPT: Final = b"0123456789.,'\xc2\xa0\xe2\x80\xaf\x99"
_RUNS: Final = bytes(byte if byte in _KEPT else 32 for byte in range(256))
_GROUPS: Final = ",'’\xa0\u202f"
_ENDS: Final = "." + _GROUPS
_SPACES: Final = ("&nbsp;", "&#160;", "\\u00a0")
_SVG_TEXT: Final = re.compile(r">([^<>]+)<|aria-label=\"([^\"]*)\"")
_AXIS: Final = re.compile(r"[XY]-axis ")
_ATTRIBUTE: Final = re.compile(r"([\w:-]+)=[\"'][^\"'<>]*$")
_PLACES: Final = (
    "style", "d", "points", "viewBox", "x", "y", "x1", "x2", "y1", "y2", "width", "height",
    "transform", "r", "cx", "cy", "rx", "ry", "sizes",
)  # fmt: skip
"""Attributes that hold places and sizes of what is drawn."""
_NO_FIGURE: Final = re.compile(
    r"(?:\.(?:csv|json|xlsx|ods)(?:/[^:\"<>,]*)?(?::|,\s\w+\s)|\"bytes\":\s?)$", re.IGNORECASE
)
"""What stands before the number of a row, or of the bytes of a file."""
_CHUNK: Final = re.compile(r"<(?:tr|li|p|entry|url|h[1-6]|dt|figure)\b|\n|\{")
_NEAR: Final = 2_000
"""Characters around a place that are looked at."""
_TIME: Final = re.compile(r"</?(?:time|bdi)\b[^<>]*>|[\u2068\u2069]")
"""They stand within sentences, which are searched for a period as they are read."""
_LINK: Final = re.compile(r"href=\"(?:[^\"]*/)?([a-z0-9-]+)\.html")


def _runs(data: bytes) -> set[str]:
    """Every number of a text as it is written, and its pieces between commas and wide spaces."""
    for spelt in _SPACES:
        if spelt.encode() in data:
            data = data.replace(spelt.encode(), b"\xc2\xa0")
    # Bytes of dashes and quotation marks remain at the edges; what cannot be read is no number.
    runs = b" ".join(set(data.translate(_RUNS).split())).decode("utf-8", "ignore").split(" ")
    whole = {run.strip(_ENDS) for run in runs}
    joined = " ".join(whole)
    return whole | set(joined.replace(",", " ").split()) | set(joined.replace("\xa0", " ").split())


def spelt_in_name(path: str, search: Search, own: str) -> Iterator[Secret]:
    """The secrets that the name of a file spells."""
    for secret, _ in _hits(path, _runs(path.encode()), search, own):
        yield secret


def places(text: str, spelling: str) -> Iterator[int]:
    """Where a spelling of a number stands by itself, not as a piece of a longer one or a name."""
    start = text.find(spelling)
    while start >= 0:
        before, after = text[max(0, start - 2) : start], text[start + len(spelling) :][:2]
        if not _goes_on(before[::-1], spelling) and not _goes_on(after, spelling):
            yield start
        start = text.find(spelling, start + 1)


def _goes_on(beside: str, spelling: str) -> bool:
    """Whether a number or a name continues with the two characters beside it, the nearest first."""
    nearest = beside[:1]
    if nearest.isalnum() or (nearest and nearest in "#_"):
        return True
    separator = nearest and (nearest == "." or (nearest in _GROUPS and nearest in spelling))
    return bool(separator) and beside[1:].isdigit()


def _hits(text: str, runs: set[str], search: Search, own: str) -> Iterator[tuple[Secret, int]]:
    """The secrets in a text that are spelt in full, and where."""
    mine = search.own.get(own, {})
    for token in runs & mine.keys():
        for place in _figures(text, token):
            others = set(_LINK.findall(_chunk(text, place))) & search.services - {own}
            if not (others and token in search.public):
                yield from ((secret, place) for secret in mine[token])
    for token in runs & search.elsewhere.keys():
        wanted = [one for one in search.elsewhere[token] if one.key[0] != own]
        if not wanted:
            continue
        anywhere = significant(token) >= ANYWHERE
        for place in _figures(text, token):
            chunk = "" if anywhere else _chunk(text, place)
            yield from ((one, place) for one in wanted if anywhere or _names(chunk, one.key[0]))


def _figures(text: str, token: str) -> Iterator[int]:
    """Where a number stands that could be a figure: no row of a file, no size, no place."""
    for place in places(text, token):
        before = text[max(0, place - _NEAR) : place]
        if _NO_FIGURE.search(before[-200:]):
            continue
        if before.rfind("<") > before.rfind(">"):
            attribute = _ATTRIBUTE.search(before)
            if attribute and attribute[1] in _PLACES:
                continue
        yield place


def _chunk(text: str, place: int) -> str:
    """The row, the line or the paragraph around a place."""
    begins = [match.start() for match in _CHUNK.finditer(text, max(0, place - _NEAR), place)]
    end = _CHUNK.search(text, place, place + _NEAR)
    return text[begins[-1] if begins else 0 : end.start() if end else len(text)][: 2 * _NEAR]


def _names(chunk: str, service: str) -> bool:
    """Whether a piece of text names a service by its id."""
    return re.search(rf"(?<![a-z0-9-]){re.escape(service)}(?![a-z0-9])", chunk) is not None


class Scanned:
    """A file as it is searched; of a chart only what is read out or written, no places."""

    def __init__(self, file: File) -> None:
        """Nothing is decoded before it is needed: most files have nothing to look at."""
        self.path = file.path
        self._data = file.data

    @cached_property
    def text(self) -> str:
        """What people read or hear, or what programs read; broken characters are replaced."""
        text = self._data.decode("utf-8", "replace")
        if not self.path.endswith(".svg"):
            for spelt in _SPACES:
                text = text.replace(spelt, "\xa0")
            return _TIME.sub("", text)
        pieces = [match[1] or match[2] or "" for match in _SVG_TEXT.finditer(text)]
        return "\n".join(piece for piece in pieces if not _AXIS.match(piece))

    @cached_property
    def runs(self) -> set[str]:
        """Every number in it, as it is written."""
        return _runs(self.text.encode() if self.path.endswith(".svg") else self._data)

    def spelt(self, search: Search, own: str) -> Iterator[tuple[Secret, str]]:
        """The secrets that it spells in full, and in which kind of place."""
        mine = search.own.get(own, {})
        if self.runs.isdisjoint(search.elsewhere) and self.runs.isdisjoint(mine):
            return
        for secret, place in _hits(self.text, self.runs, search, own):
            yield secret, self._kind(place)

    def _kind(self, place: int) -> str:
        if self.path.endswith(".svg"):
            return "the text of a chart"
        if not self.path.endswith(".html"):
            return "the content of the file"
        before = self.text[max(0, place - _NEAR) : place]
        return "an attribute" if before.rfind("<") > before.rfind(">") else "the text of the page"
