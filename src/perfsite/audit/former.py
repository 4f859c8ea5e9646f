"""The site beside what it was: addresses stay, and dates of change tell the truth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from perfsite.audit.lists import read_sitemap
from perfsite.audit.rules import Finding
from perfsite.audit.site import SITEMAP, URLS, base_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from perfsite.audit.site import Site

_EDITION: Final = re.compile(r"editions/[^/]+/urls\.txt")
_TIME: Final = re.compile(rb"<time\b.*?</time>", re.DOTALL)


def check_former(site: Site, before: Mapping[str, bytes]) -> Iterator[Finding]:
    """The site against the lists of its frozen editions, and against an older site.

    `before` are the files of that site; its urls.txt alone will do for the addresses.
    """
    told = {address for page in site.pages.values() for address in page.former}
    for path in filter(_EDITION.fullmatch, site.files):
        for line, address in _gone(site, site.lines(path), told):
            yield Finding(path, line, "stays", f"{address} was published and is gone")
    listed = before.get(URLS, "\n".join(before).encode()).decode("utf-8", "replace").splitlines()
    for _, address in _gone(site, listed, told):
        yield Finding(address, 0, "stays", "it was published before and is gone")
    yield from _check_changes(site, before)


def _gone(site: Site, lines: list[str], told: Iterable[str]) -> Iterator[tuple[int, str]]:
    base = base_of(lines)
    for number, line in enumerate(lines, 1):
        address = line.strip().removeprefix(base)
        if address and address not in site.files and address not in told:
            yield number, address


def _check_changes(site: Site, before: Mapping[str, bytes]) -> Iterator[Finding]:
    """Each lastmod against the one before, and the page against the page before.

    The date itself stands on the page, so what is in <time> is no change.
    """
    was = {path: lastmod for path, _, lastmod in _entries(before)}
    for path, line, lastmod in _entries(site.files):
        if not lastmod or not was.get(path) or path not in before or path not in site.files:
            continue
        same = _TIME.sub(b"", before[path]) == _TIME.sub(b"", site.files[path])
        if same and lastmod != was[path]:
            yield Finding(SITEMAP, line, "lastmod-kept", f"{path}: {lastmod}, not {was[path]}")
        elif not same and lastmod == was[path]:
            yield Finding(SITEMAP, line, "lastmod-new", f"{path}: {lastmod}, as before")


def _entries(files: Mapping[str, bytes]) -> list[tuple[str, int, str]]:
    """Path, line and lastmod of each entry of a site's map; none where it cannot be read."""
    try:
        entries = read_sitemap(files[SITEMAP])
    except (KeyError, etree.XMLSyntaxError):
        return []
    base = base_of([address for _, address, _ in entries])
    return [(address.removeprefix(base), line, lastmod) for line, address, lastmod in entries]
