"""What is known of a page once it is read: its links, its names, and the findings within it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from perfsite.audit.rules import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from perfsite.audit.styles import Styles


class Link(NamedTuple):
    """An address in a page or a style sheet.

    A browser `loads` some of them by itself. A `plain` one is seen by every crawler. `may_be_full`
    where the address of the site itself may stand in it: rel=canonical, metadata.
    """

    line: int
    what: str
    address: str
    loads: bool = False
    plain: bool = False
    may_be_full: bool = False
    in_css: bool = False


@dataclass
class Page:
    """What is known of a page, and the findings within it.

    `is_part` says that it shows a part of another page, for others to embed. `former` are the
    addresses of which it says where they went. `shown` are its pictures that say something.
    """

    path: str
    lang: str = ""
    titles: list[tuple[int, str]] = field(default_factory=list)
    descriptions: list[tuple[int, str]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    is_part: bool = False
    links: list[Link] = field(default_factory=list)
    main_links: list[str] = field(default_factory=list)
    ids: frozenset[str] = frozenset()
    times: set[str] = field(default_factory=set)
    former: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, line: int | None, rule: str, found: str) -> None:
        """Note that a rule is broken."""
        self.findings.append(Finding(self.path, line or 0, rule, found))

    def add_styles(self, styles: Styles) -> None:
        """Note what CSS of the page loads, and what is wrong with it."""
        for line, words in styles.errors:
            self.add(line, "css", words)
        self.links += css_links(styles.addresses)


def css_links(addresses: Iterable[tuple[int, str]]) -> list[Link]:
    """The links that are the addresses of CSS."""
    return [
        Link(line, "url()", address, loads=True, plain=True, in_css=True)
        for line, address in addresses
    ]
