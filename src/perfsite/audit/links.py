"""Where links lead: to a file, to a place in it, elsewhere or nowhere; and what they reach."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from perfsite.audit.rules import Finding
from perfsite.audit.site import HOME, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.audit.page import Link
    from perfsite.audit.site import Site

_FAR: Final = {"http", "https", ""}


def check_links(site: Site) -> Iterator[Finding]:
    """Every link of every page and style sheet, and whether all files are reached by them."""
    reach: dict[str, set[str]] = {}
    known: dict[tuple[str, str], str] = {}
    for path, links in site.links.items():
        folder = posixpath.dirname(path)
        found = reach[path] = set()
        for link in links:
            address, _, fragment = link.address.partition("#")
            key = (folder, address)
            if not address:
                target = path
            elif key in known:
                target = known[key]
            else:
                rule, words = _fault(site, path, link)
                if rule:
                    if words:
                        yield Finding(path, link.line, rule, f"{link.what} {words}")
                    continue
                target = known[key] = target_of(path, address)
            if link.plain:
                found.add(target)
            if fragment and not _is_place(site, target, fragment):
                words = f"{link.what} {link.address}"
                yield Finding(path, link.line, "anchor", words)
    yield from _unreached(site, reach)


def _fault(site: Site, path: str, link: Link) -> tuple[str, str]:
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


def _far_fault(site: Site, link: Link, scheme: str, path: str) -> tuple[str, str]:
    """What is wrong with an address that has a scheme or a host."""
    address = link.address
    if scheme not in _FAR:
        if (scheme == "mailto" and "@" in path) or (scheme == "data" and link.loads):
            return "away", ""
        if scheme == "javascript":
            return "inline-script", address
        return "scheme", address
    if site.base and urlsplit(site.base).scheme and address.startswith(site.base):
        own = unquote(address.partition("#")[0].removeprefix(site.base)) or HOME
        if not link.may_be_full:
            return "relative", f"{address} names the site's own host"
        return ("away", "") if own in site.files else ("link", f"{address} leads to no file")
    if link.loads:
        return ("outside-css" if link.in_css else "outside-html"), address
    return "away", ""


def _is_place(site: Site, target: str, fragment: str) -> bool:
    page = site.pages.get(target)
    return page is None or unquote(fragment) in page.ids


def _unreached(site: Site, reach: dict[str, set[str]]) -> Iterator[Finding]:
    found, todo = {HOME}, [HOME]
    while todo:
        new = {path for path in reach.get(todo.pop(), ()) if path in site.files} - found
        found |= new
        todo += new
    for path in sorted(site.files.keys() - found):
        yield Finding(path, 0, "reached", "no chain of plain links leads to it")
