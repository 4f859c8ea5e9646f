"""What a browser gets for an address: the files of the site, and what is reserved for serving.

Addresses below `/-/` cannot be the site's, whose names begin with letters and digits.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from perfsite.media import HTML_TYPE, media_type
from perfsite.preview import BLANK, Notes, annotate, explanations_fragment, notes_renderer, pages_of
from perfsite.render import PREVIEW_SCRIPT, PREVIEW_STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from perfsite.explanations import Explanation
    from perfsite.preview import Pages
    from perfsite.render import Renderer, Theme
    from perfsite.serve.state import Shown


OWN: Final = "/-/"
CHANGES: Final = f"{OWN}changes"
_STYLES: Final = f"{OWN}{PREVIEW_STYLES}"
_SCRIPT: Final = f"{OWN}{PREVIEW_SCRIPT}"
_EXPLANATIONS: Final = f"{OWN}explanations.html"
_INDEX: Final = "index.html"
_NOT_FOUND: Final = "404.html"
_LOADED: Final = re.compile(r'\ssrc="([^"]+)"|<link rel="stylesheet" href="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """Status, type and body; `location` is where else to look."""

    status: int
    kind: str
    body: bytes
    location: str = ""


@dataclass(frozen=True)
class Router:
    """Router of one server.

    `theme` is perfsite's own, which makes the notes on pages; `explanations` say what the codes of
    problems mean.
    """

    theme: Theme
    explanations: Mapping[str, Explanation]

    def answer(self, shown: Shown, address: str) -> Answer:
        """What is at an address; the query does not matter."""
        path = unquote(urlsplit(address).path)
        if path.startswith(OWN):
            return self._own(path)
        place = _place(path)
        if place not in shown.site and f"{place}/{_INDEX}" in shown.site:
            return Answer(301, HTML_TYPE, b"", f"/{place}/")
        if place in shown.site and not place.endswith(".html"):
            return Answer(200, media_type(place), shown.site[place])
        return self._page(shown, place)

    def fingerprint(self, shown: Shown, address: str) -> str:
        """Something that differs if, and only if, the page at an address would look otherwise."""
        place = _place(unquote(urlsplit(address).path))
        return _fingerprint(shown, place, *self._noted(shown, place))

    def _page(self, shown: Shown, place: str) -> Answer:
        page, notes = self._noted(shown, place)
        script = f"{_SCRIPT}?seen={_fingerprint(shown, place, page, notes)}"
        head = self._renderer.fragment("preview_head", "", [_STYLES], script)
        if place not in shown.site:
            # The page for what is not there stands at any address, and its links at its own.
            head = f'<base href="/">{head}'
        status = 200 if place in shown.site else 404 if shown.site else 503
        return Answer(status, HTML_TYPE, annotate(page, replace(notes, head=head)))

    def _noted(self, shown: Shown, place: str) -> tuple[bytes, Notes]:
        """A page and the notes on it; why there is no newer one comes first."""
        page = shown.site.get(place, shown.site.get(_NOT_FOUND, BLANK))
        pages = pages_of(shown.site, shown.problems, self._renderer)
        where = _EXPLANATIONS if self.explanations else ""
        notes = pages.notes(place, page, where)
        if not shown.site and shown.number:
            notes = Notes(start=self._all(pages, where))
        words = ""
        if shown.failure:
            old = "Shown is the site as it was before." if shown.site else ""
            words = f"{shown.failure}\n{old}".strip()
        elif not shown.number:
            words = "It appears here as soon as it is there."
        if not words:
            return page, notes
        title = "The site could not be built" if shown.failure else "The site is being built"
        said = self._renderer.fragment("problems", "perfsite-state", title, words, [])
        return page, replace(notes, start=said + notes.start)

    def _all(self, pages: Pages, where: str) -> str:
        """All problems, where there is no page yet that any of them could stand on."""
        return pages.notes(_INDEX, b"", where).start

    def _own(self, path: str) -> Answer:
        if path in {_STYLES, _SCRIPT}:
            body = self.theme.assets.get(path.removeprefix(OWN), b"")
            return Answer(200, media_type(path), body)
        if path == _EXPLANATIONS and self.explanations:
            title = "What the codes mean"
            text = explanations_fragment(title, self.explanations, self._renderer)
            head = self._renderer.fragment("preview_head", title, [_STYLES])
            return Answer(200, HTML_TYPE, annotate(BLANK, Notes(head, text)))
        return Answer(404, HTML_TYPE, BLANK)

    @cached_property
    def _renderer(self) -> Renderer:
        return notes_renderer(self.theme)


def _fingerprint(shown: Shown, place: str, page: bytes, notes: Notes) -> str:
    """The hash of a page with its notes, and of all that it loads."""
    digest = hashlib.sha256(annotate(page, notes))
    for path in _loaded(page, place):
        digest.update(shown.site.get(path, b""))
    return digest.hexdigest()[:16]


def _place(path: str) -> str:
    """The path of the file that an address means."""
    inside = path.lstrip("/")
    return f"{inside}{_INDEX}" if not inside or inside.endswith("/") else inside


def _loaded(page: bytes, place: str) -> Iterator[str]:
    """The paths of what a page loads: pictures, styles, scripts."""
    for found in _LOADED.finditer(page.decode("utf-8", "replace")):
        address = unquote(urlsplit(found[1] or found[2]).path)
        yield posixpath.normpath(posixpath.join(posixpath.dirname(place), address))
