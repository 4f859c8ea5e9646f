"""Where links lead, which paths a site may have, and what became of those it had."""

from __future__ import annotations

import hashlib
import posixpath
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from lxml import etree

from perfsite.audit.lists import parts_of_sitemap, read_sitemaps
from perfsite.audit.rules import LONGEST_PART, LONGEST_PATH, Finding
from perfsite.audit.site import HOME, SITEMAP, URLS, base_of, target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from perfsite.audit.page import PageLink
    from perfsite.audit.site import AuditedSite


# The paths of a site: whether every server, archive and disk can hold them, each thing once.


_NAME: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(/[a-z0-9-]+(\.[a-z0-9-]+)*)*")
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_PACKED: Final = (".gz", ".br", ".zst")
_EDITION: Final = re.compile(r"editions/[^/]+/")


def check_addresses(site: AuditedSite) -> Iterator[Finding]:
    """Every path by itself, and beside all others."""
    folded: dict[str, str] = {}
    for path in sorted(site.files):
        parts = path.split("/")
        if not _NAME.fullmatch(path):
            yield Finding(path, 0, "characters", path)
        longest = max(map(len, parts))
        if longest > LONGEST_PART or len(path) > LONGEST_PATH:
            words = f"{len(path)} characters, {longest} of them in one part"
            yield Finding(path, 0, "length", words)
        for part in parts:
            if _RESERVED.fullmatch(part):
                yield Finding(path, 0, "reserved", part)
        namesake = folded.setdefault(path.casefold(), path)
        if namesake != path:
            yield Finding(path, 0, "case", f"{namesake} beside it")
        if path in site.folders:
            yield Finding(path, 0, "case", "a folder of the same name")
        if path.endswith(_PACKED) and path.rpartition(".")[0] not in site.files:
            yield Finding(path, 0, "packed", "the packed file alone")
    yield from _twice(site)


def _twice(site: AuditedSite) -> Iterator[Finding]:
    """Files of the same content.

    A frozen edition is whole by itself, so it is compared with nothing outside of it. A table
    without rows has no content yet.
    """
    first: dict[tuple[str, bytes], str] = {}
    for path, data in sorted(site.files.items()):
        if path.endswith(".csv") and data.count(b"\n") <= 1:
            continue
        edition = _EDITION.match(path)
        key = (edition[0] if edition else "", hashlib.sha256(data).digest())
        original = first.setdefault(key, path)
        if original != path:
            yield Finding(path, 0, "once", f"the same bytes as {original}")


# Where links lead: to a file, to a place in it, elsewhere or nowhere; and what they reach.


_FAR: Final = {"http", "https", ""}


def check_links(site: AuditedSite) -> Iterator[Finding]:
    """Every link of every page and style sheet, and whether all files are reached by them."""
    reach: dict[str, set[str]] = {}
    targets: dict[tuple[str, str], str] = {}
    for path, links in site.links.items():
        folder = posixpath.dirname(path)
        linked = reach[path] = set()
        for link in links:
            address, _, fragment = link.address.partition("#")
            key = (folder, address)
            if not address:
                target = path
            elif key in targets:
                target = targets[key]
            else:
                rule, words = _fault(site, path, link)
                if rule:
                    if words:
                        yield Finding(path, link.line, rule, f"{link.what} {words}")
                    continue
                target = targets[key] = target_of(path, address)
            if link.plain:
                linked.add(target)
            if fragment and not _is_place(site, target, fragment):
                words = f"{link.what} {link.address}"
                yield Finding(path, link.line, "anchor", words)
    with suppress(KeyError, etree.XMLSyntaxError):
        reach[SITEMAP] = set(parts_of_sitemap(site.files))
    yield from _unreached(site, reach)


def _fault(site: AuditedSite, path: str, link: PageLink) -> tuple[str, str]:
    """The rule that an address breaks, and how; no words where it leads away and may."""
    address = link.address.partition("#")[0]
    try:
        parts = urlsplit(address)
    except ValueError:
        return "link", f"{address} is no address"
    if parts.scheme or parts.netloc:
        return _far_fault(site, link, parts.scheme, parts.path)
    if "?" in address:
        return "query", address
    if address.startswith("/"):
        return "relative", f"{address} starts at the root of a host"
    target = target_of(path, address)
    if target in site.files and not address.endswith("/"):
        return "", ""
    folder = "" if target == "." else target
    if folder in site.folders:
        return "folder", f"{address} is a folder"
    return "link", f"{address} leads to no file"


def _far_fault(site: AuditedSite, link: PageLink, scheme: str, path: str) -> tuple[str, str]:
    """What is wrong with an address that has a scheme or a host."""
    address = link.address
    if scheme not in _FAR:
        if (scheme == "mailto" and "@" in path) or (scheme == "data" and link.loads):
            return "away", ""
        if scheme == "javascript":
            return "inline-script", address
        return "scheme", address
    if site.base and urlsplit(site.base).scheme and address.startswith(site.base):
        local_path = unquote(address.partition("#")[0].removeprefix(site.base)) or HOME
        if not link.may_be_full:
            return "relative", f"{address} names the site's own host"
        return ("away", "") if local_path in site.files else ("link", f"{address} leads to no file")
    if link.loads:
        return ("outside-css" if link.in_css else "outside-html"), address
    return "away", ""


def _is_place(site: AuditedSite, target: str, fragment: str) -> bool:
    page = site.pages.get(target)
    return page is None or unquote(fragment) in page.ids


def _unreached(site: AuditedSite, reach: dict[str, set[str]]) -> Iterator[Finding]:
    reached, todo = {HOME}, [HOME]
    while todo:
        new = {path for path in reach.get(todo.pop(), ()) if path in site.files} - reached
        reached |= new
        todo += new
    for path in sorted(site.files.keys() - reached):
        yield Finding(path, 0, "reached", "no chain of plain links leads to it")


# The site beside what it was: addresses stay, and dates of change tell the truth.


_PASSING: Final = re.compile(r"(.*/)?by-letter-[^/]+\.html|sitemap-\d+\.xml")
"""Parts of lists that are too long for one page or file: how many there are is as it comes."""
_FORMER_EDITION: Final = re.compile(r"editions/[^/]+/urls\.txt")
_TIME: Final = re.compile(rb"<time\b.*?</time>", re.DOTALL)


def check_former(site: AuditedSite, before: Mapping[str, bytes]) -> Iterator[Finding]:
    """The site against the lists of its frozen editions, and against an older site.

    `before` are the files of that site; its urls.txt alone will do for the addresses.
    """
    former = {address for page in site.pages.values() for address in page.former}
    for path in filter(_FORMER_EDITION.fullmatch, site.files):
        for line, address in _gone(site, site.lines(path), former):
            yield Finding(path, line, "stays", f"{address} was published and is gone")
    listed = before.get(URLS, "\n".join(before).encode()).decode("utf-8", "replace").splitlines()
    for _, address in _gone(site, listed, former):
        yield Finding(address, 0, "stays", "it was published before and is gone")
    yield from _check_changes(site, before)


def _gone(site: AuditedSite, lines: list[str], former: Iterable[str]) -> Iterator[tuple[int, str]]:
    base = base_of(lines)
    for number, line in enumerate(lines, 1):
        address = line.strip().removeprefix(base)
        if _PASSING.fullmatch(address):
            continue
        if address and address not in site.files and address not in former:
            yield number, address


def _check_changes(site: AuditedSite, before: Mapping[str, bytes]) -> Iterator[Finding]:
    """Each lastmod against the one before, and the page against the page before.

    The date itself stands on the page, so what is in <time> is no change.
    """
    was = {path: lastmod for path, _, _, lastmod in _entries(before)}
    for path, file, line, lastmod in _entries(site.files):
        if not lastmod or not was.get(path) or path not in before or path not in site.files:
            continue
        same = _TIME.sub(b"", before[path]) == _TIME.sub(b"", site.files[path])
        if same and lastmod != was[path]:
            yield Finding(file, line, "lastmod-kept", f"{path}: {lastmod}, not {was[path]}")
        elif not same and lastmod == was[path]:
            yield Finding(file, line, "lastmod-new", f"{path}: {lastmod}, as before")


def _entries(files: Mapping[str, bytes]) -> list[tuple[str, str, int, str]]:
    """Path and lastmod of each entry of a site's maps, with its file and line; none if in doubt."""
    try:
        entries = read_sitemaps(files)
    except (KeyError, etree.XMLSyntaxError):
        return []
    base = base_of([entry.address for entry in entries])
    return [(one.address.removeprefix(base), one.file, one.line, one.lastmod) for one in entries]
