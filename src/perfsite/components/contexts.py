"""What templates are given: a dataclass for each kind of page; the builder of what they share."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, TypedDict
from urllib.parse import quote

from perfsite.components.elements import Alternate, DataLink, Link, Outside
from perfsite.kpi.groups import FOLDERS, GroupKind
from perfsite.text import isolated, joined, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.components.elements import AtoZ, Card, ChartFigure, Download, Table
    from perfsite.config import SiteConfig
    from perfsite.kpi.groups import Group, GroupName
    from perfsite.language import Language


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
    filled in, and of `total_words`, with `{total}` and `{shown}`. Of a list that is split, `extent`
    says which services are on this page, and `index` leads to all.
    """

    template = "pages/services.html"
    name: str
    order: str
    count: str
    total: str
    count_words: str
    total_words: str
    table: Table
    extent: str = ""
    index: AtoZ | None = None


@dataclass(frozen=True)
class HighVolumePage(Context):
    """high-volume.html: the services with the most transactions.

    `extent` says that these are the first of more, or nothing.
    """

    template = "pages/high-volume.html"
    lead: str
    note: str
    table: Table
    extent: str = ""


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
    """A department, an agency or a category; `extent` and `index` are as in a `ListPage`."""

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
    extent: str = ""
    index: AtoZ | None = None


@dataclass(frozen=True)
class GroupOrderPage(Context):
    """The services of a group, or the groups of a kind, in another order.

    `extent` and `index` are as in a `ListPage`.
    """

    template = "pages/group-order.html"
    name: str
    back: Link
    lead: str
    table: Table
    extent: str = ""
    index: AtoZ | None = None


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
    """health/<department>.html: service by KPI by period, and what each service owes.

    Of a department of many services the tables stand on pages of their own, to which `index` leads:
    then `owed` has no rows and `tables` are none here. `extent` says which services a page has.
    """

    template = "pages/department-health.html"
    name: str
    department: Link
    lead: str
    states: tuple[tuple[str, str], ...]
    owed: Table
    tables: tuple[Table, ...]
    csv: str
    extent: str = ""
    index: AtoZ | None = None


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
    """sitemap.html, or a page of a part of it that has many links: `index` leads to the others."""

    template = "pages/sitemap.html"
    name: str
    parts: tuple[tuple[str, tuple[Link, ...]], ...]
    index: AtoZ | None = None


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


# What pages share: the site as one language shows it, and the base of every context.


KINDS: Final = {
    GroupKind.DEPARTMENT: message("department"),
    GroupKind.AGENCY: message("agency"),
    GroupKind.CATEGORY: message("category"),
}
CSV, JSON, JPEG = "text/csv", "application/json", "image/jpeg"
SITE_CARD: Final = "cards/site.jpg"
"""The picture of pages that have none of their own."""
_CARD: Final = "/card.jpg"
"""What follows the address of a page that has one, without its ending."""


class Base(TypedDict):
    """The fields that every context has."""

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
class Assets:
    """The addresses of what pages load, relative to the root of the site."""

    stylesheet: str
    script: str
    favicon: str
    logo: str


@dataclass(frozen=True)
class Builder:
    """Makes the part that all contexts of one language share.

    `config` speaks the language of the pages. `folder` is where they live: nothing for the site's
    first language, `fr/` for another. `folders` are those of all its languages, by tag.
    """

    site: SiteLabels
    config: SiteConfig
    language: Language
    folder: str
    folders: tuple[tuple[str, str, str], ...]
    assets: Assets

    def base(  # noqa: PLR0913 - each is a field of every page
        self,
        path: str,
        title: str,
        description: str,
        section: str,
        *crumbs: Link,
        data: Sequence[DataLink] = (),
        card: str = SITE_CARD,
        dataset: str = "",
        script: bool = False,
        elsewhere: str = "",
    ) -> Base:
        """The shared fields of the page at `path`; titles are unique in a language.

        `card` is relative to the root of the language. With `script` the page loads the script of
        the site. `elsewhere` is the page that other languages have in its place, where it is
        another: they spell names with other letters.
        """
        full = title if title == self.site.title else joined("", (isolated(title), self.suffix))
        home = Link(self.language.say("Home"), "index.html")
        address = f"{self.folder}{path}"
        several = self.folders if len(self.folders) > 1 else ()
        return Base(
            site=replace(self.site, script=self.assets.script) if script else self.site,
            path=path,
            title=full,
            description=description,
            section=section,
            crumbs=(home, *crumbs) if path != "index.html" else (),
            canonical=f"{self.config.base}{address}" if self.config.base else "",
            alternates=tuple(
                Alternate(tag, name, f"{f}{(f != self.folder and elsewhere) or path}")
                for tag, name, f in several
            ),
            data=(*data, *self._picture(path, card)),
            card=f"{self.config.base or '../' * address.count('/')}{self.folder}{card}",
            dataset=dataset,
            changed="",
            changed_day="",
        )

    @property
    def suffix(self) -> str:
        """What stands behind the title of a page: the name of the site."""
        return f" - {isolated(self.site.title)}"

    def _picture(self, path: str, card: str) -> tuple[DataLink, ...]:
        """The card of a page as a link: only that leads every crawler to it.

        A card that many pages share belongs to one of them: that of the site to the home page,
        that of a department to its own page.
        """
        owner = "index.html" if card == SITE_CARD else f"{card.removesuffix(_CARD)}.html"
        if path != owner and not path.startswith(card.removesuffix(_CARD[1:])):
            return ()
        return (DataLink(JPEG, self.language.say("Picture for links"), f"{self.folder}{card}"),)

    def report(self, page: str, path: str) -> Outside | None:
        """Where a reader can say that something on a page is wrong; None without a contact."""
        text = self.language.say("Report an error on this page")
        config = self.config
        if is_mail(config.contact):
            subject = self.language.say("Error on the page “{page}”", page=page)
            body = f"{config.base}{self.folder}{path}"
            return Outside(
                text, f"mailto:{config.contact}?subject={quote(subject)}&body={quote(body)}"
            )
        if config.contact_url:
            return Outside(text, config.contact_url)
        return None


def make_builder(
    config: SiteConfig,
    language: Language,
    folders: Sequence[tuple[str, str, str]],
    assets: Assets,
) -> Builder:
    """The builder of the pages in one language; `folders` has tag, name and folder of each."""
    folder = next(folder for tag, _, folder in folders if tag == language.tag)
    spoken = config.in_language(language.tag)
    site = SiteLabels(
        title=spoken.title,
        publisher=spoken.publisher,
        status=spoken.status,
        contact=spoken.contact,
        contact_url=spoken.contact_url or _mail(spoken.contact),
        licence=spoken.licence,
        licence_url=spoken.licence_url,
        lang=language.tag,
        stylesheet=assets.stylesheet,
        favicon=assets.favicon,
        logo=assets.logo,
        script="",
    )
    return Builder(site, spoken, language, folder, tuple(folders), assets)


_MAIL: Final = re.compile(r"[^\s@:/?#&<>\"']+@[^\s@:/?#&<>\"']+")


def is_mail(contact: str) -> bool:
    """Whether a contact is an e-mail address, and nothing that a link would take for more."""
    return _MAIL.fullmatch(contact) is not None


def _mail(contact: str) -> str:
    return f"mailto:{contact}" if is_mail(contact) else ""


def group_name(group: Group, language: Language) -> str:
    """What a group is called: services named it, all but the one of all services."""
    return language.say(group.name) if group.kind is GroupKind.ALL else group.name


def group_title(group: Group, language: Language) -> str:
    """The name of a group among all groups.

    Departments and agencies may share a name (the Cabinet Office is both), and even their figures:
    titles of their pages and descriptions of their pictures must not be the same.
    """
    if group.kind not in KINDS or group.kind is GroupKind.DEPARTMENT:
        return group_name(group, language)
    return language.say("{group} ({kind})", group=group.name, kind=language.say(KINDS[group.kind]))


def card_href(page: str) -> str:
    """The address of the card of its own that the page at this address has."""
    return f"{page.removesuffix('.html')}{_CARD}"


def is_shared_card(path: str) -> bool:
    """Whether a picture is a card of many pages: that of the site, or that of a department."""
    *_, folder, _, name = ("", "", *path.split("/"))
    department, _ = FOLDERS[GroupKind.DEPARTMENT]
    return f"/{path}".endswith(f"/{SITE_CARD}") or (folder, f"/{name}") == (department, _CARD)


def group_href(group: GroupName) -> str:
    """The address of a group's page."""
    return f"{FOLDERS[group.kind][0]}/{group.slug}.html"


def service_href(service: str) -> str:
    """The address of a service's page."""
    return f"services/{service}.html"
