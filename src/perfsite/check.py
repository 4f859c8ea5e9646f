"""One build, one truth: the finished files are read back and held against the register."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import TYPE_CHECKING, Final

from perfsite.errors import ConsistencyError
from perfsite.pages.lists import listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.model import File, Service

_ROW: Final = re.compile(r'<tr id="([^"]+)"')
_LOC: Final = re.compile(r"<loc>([^<]*)</loc>")
_PAGES: Final = re.compile(r"services/([^/]+)\.html")
_TITLE: Final = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def check_site(
    files: Iterable[File],
    services: Mapping[str, Service],
    moved: set[str],
    base_url: str,
    folders: Sequence[str] = ("",),
) -> None:
    """Check that every list of services in the site is the register.

    `moved` are the former ids that have a page of their own; addresses in sitemap.xml start with
    `base_url`. `folders` are those of the site's languages, each of which has all pages.

    Raises:
        ConsistencyError: naming the file that differs, and the services that it has too many or
            too few; or two pages with one address or title.
    """
    content = {}
    for file in files:
        if file.path in content:
            raise ConsistencyError(f"two files at the address {file.path}")
        content[file.path] = file.data
    wanted = set(services)
    table = io.StringIO(content["data/services.csv"].decode(), newline="")
    _same_list("data/services.csv", [row["service"] for row in csv.DictReader(table)], wanted)
    entries = [unescape(loc) for loc in _LOC.findall(content["sitemap.xml"].decode())]
    listed = [entry.removeprefix(base_url) for entry in entries]
    for folder in folders:
        pages = _services(content, folder)
        _same(f"the pages of services in {folder or '.'}", set(pages) - moved, wanted)
        names = [name for name in _services(listed, folder) if name not in moved]
        _same_list(f"sitemap.xml for {folder or '.'}", names, wanted)
        for order in listing().orders:
            href = folder + order.href
            if href not in content:
                raise ConsistencyError(f"the list {href} is missing")
            _same_list(href, _ROW.findall(content[href].decode()), wanted)
        _check_titles(content, folder, [other for other in folders if other != folder])


def _services(paths: Iterable[str], folder: str) -> list[str]:
    """The ids of services of which there is a page in a folder."""
    inside = [path.removeprefix(folder) for path in paths if path.startswith(folder)]
    names = [match[1] for path in inside if (match := _PAGES.fullmatch(path))]
    return [name for name in names if name != "index" and not name.startswith("by-")]


def _check_titles(content: Mapping[str, bytes], folder: str, others: Sequence[str]) -> None:
    """No two pages of one language have the same title."""
    foreign = tuple(other for other in others if other.startswith(folder))
    titles: dict[str, str] = {}
    for path, data in content.items():
        mine = path.startswith(folder) and not (foreign and path.startswith(foreign))
        if mine and path.endswith(".html") and (match := _TITLE.search(data.decode())):
            other = titles.setdefault(match[1], path)
            if other != path:
                raise ConsistencyError(f"{path} and {other} have the same title: {match[1]}")


def _same_list(where: str, found: list[str], wanted: set[str]) -> None:
    if len(found) != len(set(found)):
        raise ConsistencyError(f"{where} lists a service twice")
    _same(where, set(found), wanted)


def _same(where: str, found: set[str], wanted: set[str]) -> None:
    if found != wanted:
        more, less = sorted(found - wanted), sorted(wanted - found)
        raise ConsistencyError(
            f"{where} and the register differ: {len(found)} services, not {len(wanted)}"
            + (f"; too many: {', '.join(more[:5])}" if more else "")
            + (f"; missing: {', '.join(less[:5])}" if less else "")
        )
