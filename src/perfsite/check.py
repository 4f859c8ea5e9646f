"""One build, one truth: the finished files are read back and held against the register."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import TYPE_CHECKING, Final

from perfsite.errors import ConsistencyError
from perfsite.pages.lists import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from perfsite.model import File, Service

_ROW: Final = re.compile(r'<tr id="([^"]+)"')
_LOC: Final = re.compile(r"<loc>([^<]*)</loc>")
_PAGES: Final = re.compile(r"services/([^/]+)\.html")
_TITLE: Final = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def check_site(
    files: Iterable[File], services: Mapping[str, Service], moved: set[str], base_url: str
) -> None:
    """Check that every list of services in the site is the register.

    `moved` are the former ids that have a page of their own; addresses in sitemap.xml start with
    `base_url`.

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
    pages = {match[1] for path in content if (match := _PAGES.fullmatch(path))}
    pages = {name for name in pages if name != "index" and not name.startswith("by-")}
    _same("the pages of services", pages - moved, wanted)
    table = io.StringIO(content["data/services.csv"].decode(), newline="")
    _same_list("data/services.csv", [row["service"] for row in csv.DictReader(table)], wanted)
    entries = [unescape(loc) for loc in _LOC.findall(content["sitemap.xml"].decode())]
    listed = [_PAGES.fullmatch(entry.removeprefix(base_url)) for entry in entries]
    names = [match[1] for match in listed if match]
    names = [n for n in names if n not in moved | {"index"} and not n.startswith("by-")]
    _same_list("sitemap.xml", names, wanted)
    for order in ORDERS:
        if order.href not in content:
            raise ConsistencyError(f"the list {order.href} is missing")
        _same_list(order.href, _ROW.findall(content[order.href].decode()), wanted)
    titles: dict[str, str] = {}
    for path, data in content.items():
        if path.endswith(".html") and (match := _TITLE.search(data.decode())):
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
