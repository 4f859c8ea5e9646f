"""All pages of a site in a language, one after the other, and when each last changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

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
    group_href,
    service_href,
)
from perfsite.components.elements import Link
from perfsite.exports.feed import FEED
from perfsite.exports.jsonld import as_script, group_dataset, whole_dataset
from perfsite.exports.sitemap import LISTS
from perfsite.exports.tables import tables
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
    about_page,
    downloads_page,
    embed_page,
    moved_pages,
    sitemap_page,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from perfsite.cache import Cache
    from perfsite.charts.pictures import Job
    from perfsite.components.contexts import Builder
    from perfsite.components.elements import ChartFigure
    from perfsite.kpi.groups import GroupSummary
    from perfsite.language import Language
    from perfsite.model import Edition, File
    from perfsite.site_data import SiteData


# When pages last changed, as far as the editions tell: the date on the page and in the site map.
#
# The date of a page comes from the frozen editions alone. It moves only when its figures did, and
# it stands on the page, so that a page whose date moved has moved itself. What changed since the
# last edition has no date yet.


_OF_ALL = (ListPage, HighVolumePage, HealthPage, DepartmentHealthPage, GroupsPage, ChangesPage)
"""The pages that change when any service does."""


def dated(pages: Iterable[Context], site: SiteData, language: Language) -> list[Context]:
    """The pages with the date on which they last changed, where that is known."""
    last_changes = {
        group_href(record.group): record.last_change
        for record in site.groups
        if record.group.kind is not GroupKind.ALL
    }
    last_changes |= {service_href(key): record.last_change for key, record in site.services.items()}
    # Services that left changed the lists, too.
    ledger, every = site.ledger, (*site.services, *(site.ledger.moves if site.ledger else ()))
    lists = ledger.last_change(every) if ledger else None

    def changed(page: Context) -> date | None:
        if isinstance(page, (ServicePage, GroupPage)):
            return last_changes[page.path]
        return lists if isinstance(page, _OF_ALL) else None

    return [_dated(page, changed(page), site.edition, language) for page in pages]


def _dated(page: Context, day: date | None, edition: Edition, language: Language) -> Context:
    if isinstance(page, (HomePage, AboutPage)):
        return replace(page, changed=edition.date.isoformat())
    if isinstance(page, EditionPage):
        return replace(page, changed=page.date)
    if day is None:
        return page
    return replace(page, changed=day.isoformat(), changed_day=language.day(day))


# All pages of the site in one language, and the pictures that they need.


PICTURED: Final = (HomePage, ServicePage, GroupPage, GroupsPage)
"""The pages that have figures."""


@dataclass(frozen=True)
class Made:
    """Pages of one language, and the pictures that they show."""

    pages: list[Context]
    jobs: list[Job]

    def without_pictures(self) -> Made:
        """The pages as they are when nothing is drawn: sentences and tables stay."""
        pages = [_without_pictures(page) for page in self.pages if not isinstance(page, EmbedPage)]
        return Made(pages, [])


def without_undrawn(
    pages: Iterable[Context], lost: Collection[str], builder: Builder
) -> list[Context]:
    """Those of the pages that show a lost picture, with their table and a sentence in its place.

    `lost` are paths of pictures; those of other languages than the builder's do not matter.
    """
    lost_here = {
        path.removeprefix(builder.folder) for path in lost if path.startswith(builder.folder)
    }
    words = builder.language.say(
        "This chart could not be drawn. Its figures are in the table, and in the data."
    )
    changed = []
    for page in pages:
        new = page
        if isinstance(page, PICTURED):
            new = replace(
                page, figures=tuple(_unless(figure, lost_here, words) for figure in page.figures)
            )
        elif isinstance(page, EmbedPage):
            new = replace(page, figure=_unless(page.figure, lost_here, words))
        if any(page.card.endswith(f"{builder.folder}{path}") for path in lost_here):
            new = replace(new, card="", data=tuple(link for link in new.data if link.type != JPEG))
        if new != page:
            changed.append(new)
    return changed


def _unless(figure: ChartFigure, lost: Collection[str], words: str) -> ChartFigure:
    return replace(figure, svg="", alt="", undrawn=words) if figure.svg in lost else figure


def make_pages(builder: Builder, site: SiteData, cache: Cache) -> Made:
    """Every page that is made of figures; those of services may be in the cache.

    `site` has the texts of the builder's language.
    """
    pages: list[Context] = []
    jobs: list[Job] = [_site_card(builder)]
    for new_pages, page_jobs in (*_groups(builder, site, cache), *_services(builder, site, cache)):
        pages += new_pages
        jobs += page_jobs
    pages += list_pages(builder, site.whole)
    pages.append(high_volume_page(builder, site.whole))
    pages.append(health_page(builder, site))
    pages += department_pages(builder, site)
    if builder.folder:
        jobs = [replace(job, path=f"{builder.folder}{job.path}") for job in jobs]
    return Made(dated(pages, site, builder.language), jobs)


def general_pages(
    builder: Builder, site: SiteData, figure_pages: Made, files: Sequence[File]
) -> list[Context]:
    """The pages about the site; `files` can be downloaded, `figure_pages` are all other pages.

    `site` has the texts of the builder's language.
    """
    archive = Archive(builder, site.history, site.ledger, site.register, site.hidden)
    moved = moved_pages(builder, site.register.values())
    taken = {page.path for page in (*figure_pages.pages, *moved)}
    pages: list[Context] = [
        about_page(builder, site.edition, site.earlier),
        *(make(builder) for make in PLAIN_PAGES),
        downloads_page(builder, files),
        *moved,
        editions_page(archive),
        *edition_pages(archive, {file.path: file for file in files}),
        *gone_pages(archive, [record.group for record in site.groups], taken),
    ]
    now = _addresses(builder, [*figure_pages.pages, *pages], figure_pages.jobs, files)
    former = addresses_page(archive, now)
    pages += [changes_page(archive, former is not None), *([former] if former else [])]
    pages = dated(pages, site, builder.language)
    return [*pages, sitemap_page(builder, [*figure_pages.pages, *pages])]


def _addresses(
    builder: Builder, pages: Iterable[Context], jobs: Iterable[Job], files: Iterable[File]
) -> set[str]:
    """All addresses of the site: every language has the same pages and pictures."""
    addresses = {CHANGES, "sitemap.html", *(page.path for page in pages)}
    addresses |= {job.path.removeprefix(builder.folder) for job in jobs}
    inside = {f"{folder}{path}" for _, _, folder in builder.folders for path in addresses}
    return inside | {*(file.path for file in files), FEED, *LISTS}


Part = tuple[list["Context"], list["Job"]]


def _groups(builder: Builder, site: SiteData, cache: Cache) -> Iterable[Part]:
    """The home page, and the pages of departments, agencies and categories."""
    whole = site.whole
    cells = kpi_cells(whole.members.values(), builder.language)
    home, jobs = home_page(builder, whole, site.of_kind(GroupKind.DEPARTMENT), site.edition)
    yield _with_embeds(builder, _described(builder, site, home)), jobs
    for kind in FOLDERS:
        groups = site.of_kind(kind)
        index, jobs = groups_page(builder, kind, groups, whole)
        yield [*_with_embeds(builder, index), *groups_order_pages(builder, kind, groups)], jobs
        for record in groups:
            page, jobs = group_page(builder, record, cells, cache)
            described = _described(builder, site, page, record.summary)
            orders = group_order_pages(builder, record, cells)
            yield [*_with_embeds(builder, described), *orders], jobs


def _services(builder: Builder, site: SiteData, cache: Cache) -> Iterable[Part]:
    """The pages of services, and of each of their figures."""
    for record in site.services.values():
        key, arguments = ("service", builder.folder, record.service.id), (builder, record)
        service_pages = cache.of(key, arguments, partial(service_page, *arguments))
        yield [service_pages.page, *service_pages.embeds], list(service_pages.jobs)


def _with_embeds(builder: Builder, page: HomePage | GroupPage | GroupsPage) -> list[Context]:
    """A page and those that show one of its figures alone."""
    back = Link(page.title.removesuffix(builder.suffix), page.path)
    shown = [figure for figure in page.figures if figure.embed]
    return [page, *(embed_page(builder, figure, back, SITE_CARD) for figure in shown)]


def _described(
    builder: Builder,
    site: SiteData,
    page: HomePage | GroupPage,
    summary: GroupSummary | None = None,
) -> HomePage | GroupPage:
    """The page with its description for machines."""
    path, config, language = f"{builder.folder}{page.path}", builder.config, builder.language
    if summary is None:
        whole = whole_dataset(path, config, language, site.edition, site.covered, tables())
        return replace(page, dataset=as_script(whole))
    periods = [figure.period for figures in summary.series.values() for figure in figures]
    covered = (
        (min(period.start for period in periods), max(period.end for period in periods))
        if periods
        else None
    )
    name = summary.group.name
    dataset = group_dataset(name, path, config, language, covered, list(summary.series))
    return replace(page, dataset=as_script(dataset))


def _site_card(builder: Builder) -> Job:
    """The picture of all pages that have none of their own."""
    config = builder.config
    lines = [config.description] if config.description else []
    return card_job(SITE_CARD, config.title, config.publisher, lines, config.title)


def _without_pictures(page: Context) -> Context:
    if isinstance(page, PICTURED):
        figures = tuple(replace(figure, svg="", alt="", embed="") for figure in page.figures)
        page = replace(page, figures=figures)
    return replace(page, card="", data=tuple(link for link in page.data if link.type != JPEG))
