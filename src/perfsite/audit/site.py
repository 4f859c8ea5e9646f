"""A finished site as the checks see it: its files, its pages read once, and where it stands."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from perfsite.audit.page import Page, Styles, css_links, read_page, read_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.audit.page import PageLink


HOME: Final = "index.html"
NOT_FOUND: Final = "404.html"
URLS: Final = "urls.txt"
MANIFEST: Final = "manifest-sha256.txt"
SITEMAP: Final = "sitemap.xml"
SITEMAP_PAGE: Final = "sitemap.html"
ROBOTS: Final = "robots.txt"
FEED: Final = "feed.xml"
PACKAGE: Final = "datapackage.json"


@dataclass(frozen=True)
class AuditedSite:
    """The files of a site by their paths, and what is read from them when it is first asked."""

    files: Mapping[str, bytes]

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page, parsed."""
        return {
            path: read_page(path, data)
            for path, data in self.files.items()
            if path.endswith(".html")
        }

    @cached_property
    def sheets(self) -> dict[str, Styles]:
        """Every style sheet, parsed."""
        return {
            path: read_sheet(data.decode("utf-8", "replace"))
            for path, data in self.files.items()
            if path.endswith(".css")
        }

    @cached_property
    def links(self) -> dict[str, list[PageLink]]:
        """The links of each page and each style sheet."""
        page_links = {path: page.links for path, page in self.pages.items()}
        return page_links | {
            path: css_links(styles.addresses) for path, styles in self.sheets.items()
        }

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file, the site itself as an empty name."""
        folders: set[str] = set()
        for path in self.files:
            folder = posixpath.dirname(path)
            while folder not in folders:
                folders.add(folder)
                folder = posixpath.dirname(folder)
        return frozenset(folders)

    @cached_property
    def base(self) -> str:
        """The address at which the site stands, ending in a slash; empty where it is not known."""
        return base_of(self.lines(URLS))

    def of(self, path: str) -> bytes:
        """The bytes of a file; none where it is not there."""
        return self.files.get(path, b"")

    def lines(self, path: str) -> list[str]:
        """The lines of a text file."""
        return self.of(path).decode("utf-8", "replace").splitlines()

    def line_of(self, path: str, text: str) -> int:
        """The first line of a file in which a text stands; 0 where it does not."""
        place = self.of(path).find(text.encode())
        return self.of(path).count(b"\n", 0, place) + 1 if place >= 0 else 0

    def is_listed(self, path: str) -> bool:
        """Whether a page has to stand in the site maps.

        Not the page for errors, nor what is reached from the page that it is a part of: another
        order of a list, whose name begins with `by-`, and a figure alone, for others to embed.
        """
        name = path.rpartition("/")[2]
        is_order = name.startswith("by-")
        return name != NOT_FOUND and not is_order and not self.pages[path].is_part


def base_of(urls: list[str]) -> str:
    """What stands before the paths in a list of addresses."""
    homes = [url for url in urls if url == HOME or url.endswith(f"/{HOME}")]
    return min(homes, key=len).removesuffix(HOME) if homes else ""


def target_of(path: str, address: str) -> str:
    """The path to which a relative address leads from the file at `path`."""
    there = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
    if not there:
        return path
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), there))
