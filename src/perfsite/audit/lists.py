"""The lists of a site: urls.txt, the manifest, both site maps, robots.txt; titles of all pages."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from perfsite.audit.page import is_day, is_map
from perfsite.audit.rules import SHARED, Finding
from perfsite.audit.site import MANIFEST, ROBOTS, SITEMAP, SITEMAP_PAGE, URLS, target_of
from perfsite.audit.texts import read_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from perfsite.audit.site import AuditedSite

_NAMESPACE: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_PROOF: Final = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def check_lists(site: AuditedSite) -> Iterator[Finding]:
    """Every list against the files."""
    yield from _check_urls(site)
    yield from _check_manifest(site)
    yield from _check_sitemap(site)
    yield from _check_sitemap_pages(site)
    yield from _check_robots(site)
    yield from _check_titles(site)


def _check_urls(site: AuditedSite) -> Iterator[Finding]:
    listed: set[str] = set()
    for number, line in enumerate(site.lines(URLS), 1):
        path = line.removeprefix(site.base)
        if path not in site.files:
            yield Finding(URLS, number, "urls-txt", f"{line} is no file")
        elif path in listed:
            yield Finding(URLS, number, "urls-txt", f"{line} again")
        listed.add(path)
    for path in sorted(site.files.keys() - listed):
        yield Finding(URLS, 0, "urls-txt", f"{path} is not listed")


def _check_manifest(site: AuditedSite) -> Iterator[Finding]:
    listed: set[str] = set()
    for number, line in enumerate(site.lines(MANIFEST), 1):
        match = _PROOF.fullmatch(line)
        path = match[2] if match else ""
        if not match or path == MANIFEST or path in listed:
            yield Finding(MANIFEST, number, "manifest", f"the line {line}")
        elif path not in site.files:
            yield Finding(MANIFEST, number, "manifest", f"{path} is no file")
        elif hashlib.sha256(site.of(path)).hexdigest() != match[1]:
            yield Finding(MANIFEST, number, "manifest", f"{path} has other bytes")
        listed.add(path)
    for path in sorted(site.files.keys() - listed - {MANIFEST}):
        yield Finding(MANIFEST, 0, "manifest", f"{path} is not listed")


class MapEntry(NamedTuple):
    """An entry of a site map: the file and the line of it, its address and its lastmod."""

    file: str
    line: int
    address: str
    lastmod: str


def read_sitemaps(files: Mapping[str, bytes]) -> list[MapEntry]:
    """The entries of sitemap.xml, or of all site maps that it is the index of.

    Raises:
        KeyError: if one is not there.
        XMLSyntaxError: if one is not well-formed.
    """
    names = parts_of_sitemap(files) or [SITEMAP]
    return [entry for name in names for entry in _entries(files, name, "url")]


def parts_of_sitemap(files: Mapping[str, bytes]) -> list[str]:
    """The site maps that sitemap.xml is the index of, beside which they stand; none otherwise.

    Raises:
        KeyError: if it is not there.
        XMLSyntaxError: if it is not well-formed.
    """
    return [one.address.rpartition("/")[2] for one in _entries(files, SITEMAP, "sitemap")]


def _entries(files: Mapping[str, bytes], file: str, kind: str) -> list[MapEntry]:
    return [
        MapEntry(
            file,
            entry.sourceline,
            (entry.findtext(f"{_NAMESPACE}loc") or "").strip(),
            (entry.findtext(f"{_NAMESPACE}lastmod") or "").strip(),
        )
        for entry in read_xml(files[file]).iter(f"{_NAMESPACE}{kind}")
    ]


def _check_sitemap(site: AuditedSite) -> Iterator[Finding]:
    try:
        entries = read_sitemaps(site.files) if site.of(SITEMAP) else []
    except KeyError as error:
        yield Finding(SITEMAP, 0, "sitemap-xml", f"{error.args[0]} is no file")
        return
    except etree.XMLSyntaxError as error:
        yield Finding(SITEMAP, error.lineno or 0, "feed", error.msg)
        return
    listed: set[str] = set()
    for file, line, address, lastmod in entries:
        path = address.removeprefix(site.base)
        if path not in site.pages:
            yield Finding(file, line, "sitemap-xml", f"{address} is no page")
            continue
        if path in listed:
            yield Finding(file, line, "sitemap-xml", f"{address} again")
        listed.add(path)
        if lastmod and not is_day(lastmod):
            yield Finding(file, line, "lastmod", f"{lastmod} of {path}")
        elif lastmod and lastmod[:10] not in {time[:10] for time in site.pages[path].times}:
            yield Finding(path, 0, "lastmod", f"no <time> of {lastmod}, which {file} says")
    for path in sorted(filter(site.is_listed, site.pages.keys() - listed)):
        yield Finding(SITEMAP, 0, "sitemap-xml", f"{path} is not listed")


def _check_sitemap_pages(site: AuditedSite) -> Iterator[Finding]:
    """Every language has site maps of its own; together they have all pages."""
    maps = [page for path, page in site.pages.items() if is_map(path)]
    linked = {target_of(page.path, address) for page in maps for address in page.main_links}
    for path in sorted(filter(site.is_listed, site.pages.keys() - linked)):
        yield Finding(SITEMAP_PAGE, 0, "sitemap-html", f"{path} is not linked")


def _check_robots(site: AuditedSite) -> Iterator[Finding]:
    if ROBOTS not in site.files:
        yield Finding(ROBOTS, 0, "robots-txt", "no such file")
    for number, line in enumerate(site.lines(ROBOTS), 1):
        name, _, value = line.partition("#")[0].partition(":")
        if name.strip().lower() in {"disallow", "noindex"} and value.strip():
            yield Finding(ROBOTS, number, "robots-txt", line.strip())


def _check_titles(site: AuditedSite) -> Iterator[Finding]:
    titles: dict[tuple[str, str], str] = {}
    described: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for path, page in sorted(site.pages.items()):
        for line, title in page.titles:
            first_path = titles.setdefault((page.lang, title), path)
            if first_path != path:
                yield Finding(path, line, "title", f"{title}, as {first_path} has it")
        for line, words in page.descriptions:
            described.setdefault((page.lang, words), []).append((path, line))
    for (_, words), places in described.items():
        for path, line in places[SHARED:]:
            yield Finding(path, line, "description", f"{words!r} on {len(places)} pages")
