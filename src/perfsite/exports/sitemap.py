"""robots.txt, sitemap.xml and urls.txt: the addresses of a site, as programs ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from perfsite.model import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


LISTS: Final = ("manifest-sha256.txt", "robots.txt", "sitemap.xml", "urls.txt")
"""The lists of a site's own files, which stand in urls.txt themselves."""
MOST_ADDRESSES: Final = 50_000
"""So many addresses stand in one site map: the protocol allows no more."""
MOST_BYTES: Final = 50_000_000
"""So long may a site map be: the protocol's 50 MB are 52,428,800 bytes."""
_NAMESPACE: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_ROOM: Final = 200
"""Bytes of a site map besides its entries, at most."""


def list_files(base_url: str, pages: Mapping[str, str], files: Sequence[str]) -> list[File]:
    """sitemap.xml, robots.txt and urls.txt; `pages` are the paths that the site map lists.

    With each stands the date on which it last changed, or nothing where that is not known. What
    does not fit into one site map stands in several, sitemap-1.xml and so on: sitemap.xml is then
    their index.

    Without a base URL the addresses are relative to the site's root: that is what a mirror can
    use, and the sitemap protocol wants one configured.
    """
    maps = list(_maps(_entry("url", base_url + path, day) for path, day in pages.items()))
    parts = [File(f"sitemap-{number}.xml", data) for number, data in enumerate(maps, 1)]
    sitemap = maps[0]
    if len(parts) > 1:
        entries = [_entry("sitemap", base_url + part.path) for part in parts]
        sitemap = _document("sitemapindex", entries)
    else:
        parts = []
    robots = "User-agent: *\nAllow: /\n"
    robots += f"\nSitemap: {base_url}sitemap.xml\n" if base_url else ""
    every = {*files, *LISTS, *(part.path for part in parts)}
    urls = "".join(f"{base_url}{path}\n" for path in sorted(every))
    return [
        File("robots.txt", robots.encode()),
        File("sitemap.xml", sitemap),
        *parts,
        File("urls.txt", urls.encode()),
    ]


def _entry(kind: str, address: str, day: str = "") -> str:
    changed = f"<lastmod>{day}</lastmod>" if day else ""
    return f"<{kind}><loc>{escape(address)}</loc>{changed}</{kind}>\n"


def _document(kind: str, entries: Iterable[str]) -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {_NAMESPACE}>\n'
    return f"{head}{''.join(entries)}</{kind}>\n".encode()


def _maps(entries: Iterable[str]) -> Iterator[bytes]:
    """The entries in as few site maps as may be, at least one."""
    held: list[str] = []
    room = MOST_BYTES - _ROOM
    for entry in entries:
        size = len(entry.encode())
        if held and (len(held) == MOST_ADDRESSES or size > room):
            yield _document("urlset", held)
            held, room = [], MOST_BYTES - _ROOM
        held.append(entry)
        room -= size
    yield _document("urlset", held)
