"""One dataclass for each kind of page: exactly what its template is given, and nothing else.

Strings are final text, not yet escaped; addresses are relative to the site's root and end in
their file's name, and the template makes them relative to the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Link:
    """Text that leads to an address within the site."""

    text: str
    href: str


@dataclass(frozen=True)
class Cell:
    """A figure in a table: its text, the full figure where the text is rounded, and a remark.

    `missing` marks words that stand in the place of a figure.
    """

    text: str
    full: str = ""
    note: str = ""
    missing: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table: its header and its cells; `href` leads to what the row is about."""

    header: str
    cells: tuple[Cell, ...]
    href: str = ""
    under: str = ""
    key: str = ""


@dataclass(frozen=True)
class Column:
    """The header of a column; where the table has other orders, the addresses of those."""

    text: str
    ascending: str = ""
    descending: str = ""
    current: str = ""


@dataclass(frozen=True)
class Table:
    """A table: caption, the header of the row headers, the other columns, and the rows."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Card:
    """A headline KPI: value and period, or why there is none."""

    anchor: str
    name: str
    value: str
    full: str
    period: str
    change: str
    notes: tuple[str, ...]
    older: bool
    missing: bool
    definition: str


@dataclass(frozen=True)
class ChartFigure:
    """A chart with its words, its table and where its data can be had; `svg` may be empty."""

    anchor: str
    heading: str
    subtitle: str
    svg: str
    alt: str
    note: str
    table: Table
    csv: str


@dataclass(frozen=True)
class Site:
    """What every page says about the site."""

    title: str
    publisher: str
    contact: str
    licence: str
    licence_url: str
    lang: str
    stylesheet: str


@dataclass(frozen=True)
class Context:
    """What every page has. `section` is the part of the navigation that it belongs to."""

    template: ClassVar[str]
    site: Site
    path: str
    title: str
    description: str
    section: str
    crumbs: tuple[Link, ...]
    canonical: str


@dataclass(frozen=True)
class HomePage(Context):
    """index.html."""

    template = "pages/home.html"
    edition: str
    services: str
    departments: str
    lead: str
    notices: tuple[str, ...]
    cards: tuple[Card, ...]
    figures: tuple[ChartFigure, ...]
    table: Table


@dataclass(frozen=True)
class ListPage(Context):
    """The services list in one of its orders."""

    template = "pages/services.html"
    order: str
    count: str
    table: Table


@dataclass(frozen=True)
class ServicePage(Context):
    """The dashboard of a service."""

    template = "pages/service.html"
    name: str
    organisations: tuple[Link, ...]
    lead: str
    notices: tuple[str, ...]
    cards: tuple[Card, ...]
    figures: tuple[ChartFigure, ...]
    remarks: tuple[str, ...]
    facts: tuple[tuple[str, str, str], ...]
    description_text: str
    cost_notes: str
    notes: str
    url: str
    csv: str
    json: str


@dataclass(frozen=True)
class GroupPage(Context):
    """A department, an agency or a category."""

    template = "pages/group.html"
    name: str
    kind: str
    lead: str
    notices: tuple[str, ...]
    cards: tuple[Card, ...]
    figures: tuple[ChartFigure, ...]
    agencies: tuple[Link, ...]
    table: Table
    csv: str


@dataclass(frozen=True)
class GroupsPage(Context):
    """The list of departments, agencies or categories."""

    template = "pages/groups.html"
    name: str
    lead: str
    table: Table


@dataclass(frozen=True)
class AboutPage(Context):
    """About the data: definitions, formulas, caveats, sources and licence."""

    template = "pages/about.html"
    edition: str
    lead: str
    definitions: tuple[tuple[str, str, str, str, str], ...]
    caveats: tuple[str, ...]
    sources: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True)
class Download:
    """A file that can be downloaded, and what is in it."""

    link: Link
    size: str
    what: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DownloadsPage(Context):
    """data/index.html."""

    template = "pages/data.html"
    downloads: tuple[Download, ...]


@dataclass(frozen=True)
class NotFoundPage(Context):
    """404.html."""

    template = "pages/404.html"


@dataclass(frozen=True)
class MovedPage(Context):
    """What stands at the former address of a service."""

    template = "pages/moved.html"
    former: str
    now: Link


@dataclass(frozen=True)
class SitemapPage(Context):
    """sitemap.html."""

    template = "pages/sitemap.html"
    parts: tuple[tuple[str, tuple[Link, ...]], ...]
