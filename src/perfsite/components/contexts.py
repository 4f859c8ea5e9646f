"""One dataclass for each kind of page: exactly what its template is given, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from perfsite.components.elements import (
        Alternate,
        Card,
        ChartFigure,
        DataLink,
        Download,
        Link,
        Outside,
        Table,
    )


# One dataclass for each kind of page: exactly what its template is given, and nothing else.
#
# Strings are final text in the language of the page, not yet escaped. Addresses of pages and
# pictures are relative to the root of their language, those of data files and assets to the root
# of the site; a template makes them relative to the page with `root` and `top` (see `render`).


@dataclass(frozen=True)
class SiteLabels:
    """What every page says about the site; addresses of assets are relative to the site's root."""

    title: str
    publisher: str
    status: str
    contact: str
    contact_url: str
    licence: str
    licence_url: str
    lang: str
    stylesheet: str
    favicon: str
    logo: str
    script: str


@dataclass(frozen=True)
class Context:
    """What every page has. `section` is the part of the navigation that it belongs to.

    `path` is relative to the root of the language. `card` is the picture that others show beside
    a link to the page, absolute where the site knows its address. `dataset` is its description
    as JSON-LD, or nothing. `changed` is the date on which it last changed, as far as editions tell
    (ISO 8601, or nothing), and `changed_day` the same in words, where the page is to say it.
    """

    template: ClassVar[str]
    site: SiteLabels
    path: str
    title: str
    description: str
    section: str
    crumbs: tuple[Link, ...]
    canonical: str
    alternates: tuple[Alternate, ...]
    data: tuple[DataLink, ...]
    card: str
    dataset: str
    changed: str
    changed_day: str


@dataclass(frozen=True)
class HomePage(Context):
    """index.html."""

    template = "pages/home.html"
    edition: str
    services: str
    departments: str
    lead: str
    freshness: tuple[str, ...]
    notices: tuple[str, ...]
    cards: tuple[Card, ...]
    figures: tuple[ChartFigure, ...]
    table: Table
    high_volume: Link


@dataclass(frozen=True)
class ListPage(Context):
    """The services list in one of its orders.

    `count` and `total` say how many services there are and what they add up to. The filter says
    the same of what it shows, in the words of `count_words`, with `{shown}` and `{all}` to be
    filled in, and of `total_words`, with `{total}` and `{shown}`.
    """

    template = "pages/services.html"
    order: str
    count: str
    total: str
    count_words: str
    total_words: str
    table: Table


@dataclass(frozen=True)
class HighVolumePage(Context):
    """high-volume.html: the services with the most transactions."""

    template = "pages/high-volume.html"
    lead: str
    note: str
    table: Table


@dataclass(frozen=True)
class ServicePage(Context):
    """The dashboard of a service."""

    template = "pages/service.html"
    name: str
    organisations: tuple[Link, ...]
    lead: str
    notices: tuple[str, ...]
    retracted: tuple[str, ...]
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
    owed: tuple[str, ...]
    history_notes: tuple[str, ...]
    history: Table | None
    peers: Table | None
    peers_note: str
    citation: str
    report: Outside | None


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
    coverage: str
    health: str
    table: Table
    csv: str


@dataclass(frozen=True)
class GroupOrderPage(Context):
    """The services of a group, or the groups of a kind, in another order."""

    template = "pages/group-order.html"
    name: str
    back: Link
    lead: str
    table: Table


@dataclass(frozen=True)
class GroupsPage(Context):
    """The list of departments, agencies or categories."""

    template = "pages/groups.html"
    name: str
    lead: str
    figures: tuple[ChartFigure, ...]
    table: Table


@dataclass(frozen=True)
class HealthPage(Context):
    """health/index.html: how complete and how fresh the whole is, department by department."""

    template = "pages/health.html"
    lead: str
    notices: tuple[str, ...]
    states: tuple[tuple[str, str], ...]
    kpis: Table
    departments: Table
    csv: str


@dataclass(frozen=True)
class DepartmentHealthPage(Context):
    """health/<department>.html: service by KPI by period, and what each service owes."""

    template = "pages/department-health.html"
    name: str
    department: Link
    lead: str
    states: tuple[tuple[str, str], ...]
    owed: Table
    tables: tuple[Table, ...]
    csv: str


@dataclass(frozen=True)
class AboutPage(Context):
    """About the data: definitions, formulas, strengths, limits, sources, updates and the end."""

    template = "pages/about.html"
    edition: str
    lead: str
    definitions: tuple[tuple[str, str, str, str, str], ...]
    strengths: tuple[str, ...]
    caveats: tuple[str, ...]
    revisions: tuple[str, ...]
    updates: tuple[str, ...]
    end: tuple[str, ...]
    related: tuple[Outside, ...]
    sources: tuple[tuple[str, str, str, str, str], ...]
    report: Outside | None


@dataclass(frozen=True)
class AccessibilityPage(Context):
    """accessibility.html: what was tested, with what, and what falls short."""

    template = "pages/accessibility.html"
    lead: str
    tested: tuple[str, ...]
    limits: tuple[str, ...]
    report: Outside | None


@dataclass(frozen=True)
class EmbedPage(Context):
    """A figure alone, to be shown within somebody else's page."""

    template = "pages/embed.html"
    figure: ChartFigure
    back: Link


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


# The dataclasses of the pages about what is kept: editions, changes, and what is gone.


@dataclass(frozen=True)
class GonePage(Context):
    """What stands at the address of a service or a group that the register does not have any more.

    `successors` are the departments that have the services of a group now, `members` those
    services; `table` has the last figures of a service, None where there are none.
    """

    template = "pages/gone.html"
    name: str
    lead: str
    facts: tuple[tuple[str, str, str], ...]
    successors: tuple[Link, ...]
    members: tuple[Link, ...]
    table: Table | None


@dataclass(frozen=True)
class ChangesPage(Context):
    """changes/index.html: every revision and correction, edition by edition.

    `pending` are the tables of what has changed since the newest edition.
    """

    template = "pages/changes.html"
    lead: str
    words: tuple[tuple[str, str], ...]
    steps: Table | None
    pending: tuple[Table, ...]
    csv: str
    addresses: str


@dataclass(frozen=True)
class AddressesPage(Context):
    """changes/addresses.html: the addresses that the site had, and where each went."""

    template = "pages/addresses.html"
    lead: str
    items: tuple[tuple[str, str, Link], ...]


@dataclass(frozen=True)
class EditionsPage(Context):
    """editions/index.html: the editions that are kept."""

    template = "pages/editions.html"
    lead: str
    table: Table | None
    timemap: str


@dataclass(frozen=True)
class EditionPage(Context):
    """editions/<date>/index.html: what an edition held, and how it differs from the one before.

    `files` have an address, a size and a SHA-256 hash each; `package` is where its archive package
    lies, with the hash of that, or nothing.
    """

    template = "pages/edition.html"
    day: str
    date: str
    lead: str
    notices: tuple[str, ...]
    held: tuple[tuple[str, str, str], ...]
    before: Link | None
    after: Link | None
    summary: tuple[str, ...]
    tables: tuple[Table, ...]
    files: tuple[tuple[Link, str, str], ...]
    package: Outside | None
    package_hash: str
    seal: str
    timemap: str
