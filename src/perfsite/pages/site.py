"""All pages of a site in a language, one after the other, and when each last changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from perfsite.charts.draw import card_job
from perfsite.components.contexts import (
    JPEG,
    SITE_CARD,
    AboutPage,
    ChangesPage,
    Context,
    DepartmentHealthPage,
    EditionPage,
    EmbedPage,
    GroupPage,
    GroupsPage,
    HealthPage,
    HighVolumePage,
    HomePage,
    ListPage,
    ServicePage,
)
from perfsite.components.elements import Link
from perfsite.exports.csvw import described_files
from perfsite.exports.feed import FEED
from perfsite.exports.jsonld import as_script, group_dataset, whole_dataset
from perfsite.exports.sitemap import LISTS
from perfsite.exports.tables import group_csv, group_file, group_names, service_files, tables
from perfsite.kpi.groups import FOLDERS, GroupKind
from perfsite.pages.editions import (
    CHANGES,
    Archive,
    addresses_page,
    changes_page,
    edition_pages,
    editions_page,
    gone_pages,
)
from perfsite.pages.groups import (
    group_card_href,
    group_order_pages,
    group_page,
    groups_order_pages,
    groups_page,
)
from perfsite.pages.health import department_pages, health_page
from perfsite.pages.home import home_page
from perfsite.pages.lists import high_volume_page, kpi_cells, list_pages
from perfsite.pages.service import service_page
from perfsite.pages.utility import (
    PLAIN_PAGES,
    PageEntry,
    about_page,
    downloads_page,
    embed_page,
    entry_of,
    moved_pages,
    sitemap_pages,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from perfsite.charts.pictures import Job
    from perfsite.components.contexts import Builder
    from perfsite.components.elements import ChartFigure
    from perfsite.config import SiteConfig
    from perfsite.language import Language
    from perfsite.model import File, StoredFile
    from perfsite.site_data import GroupRecord, ServiceRecord, SiteData


# When pages last changed, as far as the editions tell: the date on the page and in the site map.
#
# The date of a page comes from the frozen editions alone. It moves only when its figures did, and
# it stands on the page, so that a page whose date moved has moved itself. What changed since the
# last edition has no date yet.


_OF_ALL: Final = (ListPage, HighVolumePage, HealthPage, DepartmentHealthPage, ChangesPage)
"""The pages that change when any service does, besides those of `KindInput`."""
_Page = TypeVar("_Page", bound=Context)


def dated(pages: Iterable[Context], site: SiteData, language: Language) -> list[Context]:
    """Pages about the whole site, with the date on which they last changed, where it is known."""

    def changed(page: Context) -> Context:
        if isinstance(page, AboutPage):
            return replace(page, changed=site.edition.date.isoformat())
        if isinstance(page, EditionPage):
            return replace(page, changed=page.date)
        return _dated(page, site.last_change if isinstance(page, _OF_ALL) else None, language)

    return [changed(page) for page in pages]


def _dated(page: _Page, day: date | None, language: Language) -> _Page:
    if day is None:
        return page
    return replace(page, changed=day.isoformat(), changed_day=language.day(day))


# All pages of the site in one language, and the pictures that they need.


PICTURED: Final = (HomePage, ServicePage, GroupPage, GroupsPage)
"""The pages that have figures."""


@dataclass(frozen=True)
class Made:
    """Pages of one language, and the pictures that they show."""

    pages: Sequence[Context]
    jobs: Sequence[Job]

    def in_folder(self, folder: str) -> Made:
        """The same with the pictures in the folder of a language."""
        if not folder:
            return self
        return Made(self.pages, [replace(job, path=f"{folder}{job.path}") for job in self.jobs])


def without_pictures(pages: Iterable[Context]) -> list[Context]:
    """The pages as they are when nothing is drawn: sentences and tables stay."""
    return [_without_pictures(page) for page in pages if not isinstance(page, EmbedPage)]


def without_undrawn(
    pages: Iterable[Context], lost: Collection[str], builder: Builder
) -> list[Context]:
    """The pages, where a lost picture was, with their table and a sentence in its place.

    `lost` are paths of pictures; those of other languages than the builder's do not matter.
    """
    own = {path.removeprefix(builder.folder) for path in lost if path.startswith(builder.folder)}
    if not own:
        return list(pages)
    words = builder.language.say(
        "This chart could not be drawn. Its figures are in the table, and in the data."
    )
    changed = []
    for page in pages:
        new = page
        if isinstance(page, PICTURED):
            new = replace(page, figures=tuple(_unless(one, own, words) for one in page.figures))
        elif isinstance(page, EmbedPage):
            new = replace(page, figure=_unless(page.figure, own, words))
        if any(page.card.endswith(f"{builder.folder}{path}") for path in own):
            new = replace(new, card="", data=tuple(one for one in new.data if one.type != JPEG))
        changed.append(new)
    return changed


def _unless(figure: ChartFigure, lost: Collection[str], words: str) -> ChartFigure:
    return replace(figure, svg="", alt="", undrawn=words) if figure.svg in lost else figure


# What pages are made of, part by part: each part is made by itself, of its input and nothing else.


class Part(Protocol):
    """What some of the site's files are made of."""

    @property
    def name(self) -> str:
        """What the part is called: no two have one name."""

    def pages(self, builder: Builder) -> Made:
        """Its pages in the builder's language, and the pictures that they show."""

    def data_files(self, config: SiteConfig) -> list[File]:
        """Its data files, which are the same in all languages."""


@dataclass(frozen=True)
class ServiceInput:
    """All that a service's pages, pictures and data files depend on."""

    record: ServiceRecord

    @property
    def name(self) -> str:
        """What the part is called: no two have one name."""
        return f"services/{self.record.service.id}"

    def pages(self, builder: Builder) -> Made:
        """Its page in the builder's language, and one for each of its figures."""
        record = self.record.in_language(builder.language.tag, builder.config.languages)
        made = service_page(builder, record)
        page = _dated(made.page, record.last_change, builder.language)
        return Made([page, *made.embeds], list(made.jobs)).in_folder(builder.folder)

    def data_files(self, config: SiteConfig) -> list[File]:
        """Its figures as CSV and JSON, and the description of the former."""
        service = self.record.service
        files = service_files(service, self.record.observations, self.record.kpis)
        names = {file.path: service.name for file in files}
        return [*files, *described_files(names, names, config)]


@dataclass(frozen=True)
class GroupInput:
    """All that a group's pages, pictures and data file depend on: its record in each language."""

    records: Mapping[str, GroupRecord]

    @property
    def name(self) -> str:
        """What the part is called."""
        return group_csv(next(iter(self.records.values())).group).removesuffix(".csv")

    def pages(self, builder: Builder) -> Made:
        """Its page in the builder's language, those of its figures, and its other orders."""
        record = self.records[builder.language.tag]
        cells = kpi_cells(record.members.values(), builder.language)
        page, jobs = group_page(builder, record, cells)
        dated = _dated(page, record.last_change, builder.language)
        described = replace(dated, dataset=_group_dataset(builder, record, page.path))
        orders = group_order_pages(builder, record, cells)
        embeds = _with_embeds(builder, described, group_card_href(record.group))
        return Made([*embeds, *orders], jobs).in_folder(builder.folder)

    def data_files(self, config: SiteConfig) -> list[File]:
        """Its figures as CSV, with their description, in the first language of the site."""
        record = next(iter(self.records.values()))
        file = group_file(record.summary, record.samples)
        names = group_names([record.group])
        return [file, *described_files([file.path], names, config)]


@dataclass(frozen=True)
class KindInput:
    """What the list of all groups of a kind depends on: their records in each language.

    `whole` are those of all services; `last_change` is the date of the edition that last had news
    of any service.
    """

    kind: GroupKind
    groups: Mapping[str, Sequence[GroupRecord]]
    whole: Mapping[str, GroupRecord]
    last_change: date | None

    @property
    def name(self) -> str:
        """What the part is called."""
        return f"{FOLDERS[self.kind][0]}/index"

    def pages(self, builder: Builder) -> Made:
        """The list in the builder's language, in each of its orders."""
        tag = builder.language.tag
        page, jobs = groups_page(builder, self.kind, self.groups[tag], self.whole[tag])
        dated = _dated(page, self.last_change, builder.language)
        orders = groups_order_pages(builder, self.kind, self.groups[tag])
        embeds = _with_embeds(builder, dated, SITE_CARD)
        return Made([*embeds, *orders], jobs).in_folder(builder.folder)

    def data_files(self, config: SiteConfig) -> list[File]:  # noqa: ARG002 - as that of others
        """None: they are of the whole set."""
        return []


@dataclass(frozen=True)
class HomeInput:
    """What the home page depends on: the records of the whole and of departments, by language."""

    whole: Mapping[str, GroupRecord]
    departments: Mapping[str, Sequence[GroupRecord]]
    edition: date
    covered: tuple[date, date] | None

    @property
    def name(self) -> str:
        """What the part is called."""
        return "index"

    def pages(self, builder: Builder) -> Made:
        """The home page in the builder's language, and the picture of pages without their own."""
        tag, language = builder.language.tag, builder.language
        home, jobs = home_page(builder, self.whole[tag], self.departments[tag], self.edition)
        path = f"{builder.folder}{home.path}"
        dataset = as_script(
            whole_dataset(path, builder.config, language, self.edition, self.covered, tables())
        )
        page = replace(home, dataset=dataset, changed=self.edition.isoformat())
        embeds = _with_embeds(builder, page, SITE_CARD)
        made = Made(embeds, [_site_card(builder), *jobs])
        return made.in_folder(builder.folder)

    def data_files(self, config: SiteConfig) -> list[File]:  # noqa: ARG002 - as that of others
        """None: they are of the whole set."""
        return []


def make_inputs(site: SiteData, spoken: Mapping[str, SiteData]) -> list[Part]:
    """The parts of a site in their order; `spoken` is the site in each of its languages."""
    whole = {tag: words.whole for tag, words in spoken.items()}
    groups = {
        kind: {tag: tuple(words.of_kind(kind)) for tag, words in spoken.items()} for kind in FOLDERS
    }
    inputs: list[Part] = [
        HomeInput(whole, groups[GroupKind.DEPARTMENT], site.edition.date, site.covered)
    ]
    for kind, records in groups.items():
        inputs.append(KindInput(kind, records, whole, site.last_change))
        inputs += [
            GroupInput(dict(zip(records, of_one, strict=True)))
            for of_one in zip(*records.values(), strict=True)
        ]
    return [*inputs, *map(ServiceInput, site.services.values())]


def whole_pages(builder: Builder, site: SiteData) -> list[Context]:
    """The lists of all services, and the pages of data health; `site` is in the language."""
    pages: list[Context] = [
        *list_pages(builder, site.whole),
        high_volume_page(builder, site.whole),
        health_page(builder, site),
        *department_pages(builder, site),
    ]
    return dated(pages, site, builder.language)


def general_pages(
    builder: Builder, site: SiteData, pages: Sequence[PageEntry], files: Mapping[str, StoredFile]
) -> list[Context]:
    """The pages about the site; `pages` are all others of the language, `files` all that there are.

    `site` has the texts of the builder's language.
    """
    archive = Archive(builder, site.history, site.ledger, site.register, site.hidden)
    moved = moved_pages(builder, site.register.values())
    taken = {*(page.path for page in pages), *(page.path for page in moved)}
    about: list[Context] = [
        about_page(builder, site.edition, site.earlier),
        *(make(builder) for make in PLAIN_PAGES),
        downloads_page(builder, files),
        *moved,
        editions_page(archive),
        *edition_pages(archive, files),
        *gone_pages(archive, [record.group for record in site.groups], taken),
    ]
    paths = [*(page.path for page in pages), *(page.path for page in about)]
    now = _addresses(builder, paths, files)
    former = addresses_page(archive, now)
    about += [changes_page(archive, former is not None), *([former] if former else [])]
    about = dated(about, site, builder.language)
    return [*about, *sitemap_pages(builder, [*pages, *map(entry_of, about)])]


def _addresses(builder: Builder, pages: Iterable[str], files: Iterable[str]) -> set[str]:
    """All addresses of the site: every language has the same pages."""
    own = {CHANGES, "sitemap.html", *pages}
    inside = {f"{folder}{path}" for _, _, folder in builder.folders for path in own}
    return {*inside, *files, FEED, *LISTS}


def _with_embeds(
    builder: Builder, page: HomePage | GroupPage | GroupsPage, card: str
) -> list[Context]:
    """A page and those that show one of its figures alone; all of them have this card."""
    back = Link(page.title.removesuffix(builder.suffix), page.path)
    shown = [figure for figure in page.figures if figure.embed]
    return [page, *(embed_page(builder, figure, back, card) for figure in shown)]


def _group_dataset(builder: Builder, record: GroupRecord, path: str) -> str:
    """The description of a group's figures for machines."""
    summary = record.summary
    periods = [figure.period for figures in summary.series.values() for figure in figures]
    covered = (
        (min(period.start for period in periods), max(period.end for period in periods))
        if periods
        else None
    )
    name, kpis = summary.group.name, list(summary.series)
    address = f"{builder.folder}{path}"
    return as_script(group_dataset(name, address, builder.config, builder.language, covered, kpis))


def _site_card(builder: Builder) -> Job:
    """The picture of all pages that have none of their own."""
    config = builder.config
    lines = [config.description] if config.description else []
    return card_job(SITE_CARD, config.title, config.publisher, lines, config.title)


def _without_pictures(page: Context) -> Context:
    if isinstance(page, PICTURED):
        figures = tuple(replace(one, svg="", alt="", embed="") for one in page.figures)
        page = replace(page, figures=figures)
    return replace(page, card="", data=tuple(one for one in page.data if one.type != JPEG))
