"""All pages of a site in a language, one after the other, and when each last changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from perfsite.charts.draw import card_job
from perfsite.components.builder import JPEG, SITE_CARD, group_href, service_href
from perfsite.components.contexts import (
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
from perfsite.exports.feed import FEED
from perfsite.exports.jsonld import as_script, group_dataset, whole_dataset
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
    GroupTools,
    group_order_pages,
    group_page,
    groups_order_pages,
    groups_page,
)
from perfsite.pages.health import department_pages, health_page
from perfsite.pages.home import home_page
from perfsite.pages.lists import high_volume_page, list_pages
from perfsite.pages.service import ServiceTools, service_page, service_titles
from perfsite.pages.utility import (
    PLAIN,
    PLAIN_PAGES,
    about_page,
    downloads_page,
    embed_page,
    moved_pages,
    sitemap_page,
)
from perfsite.widgets.changes import History, history_notes, history_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from perfsite.cache import Cache
    from perfsite.charts.pictures import Job
    from perfsite.components.builder import Builder
    from perfsite.components.elements import ChartFigure
    from perfsite.kpi.groups import Group, GroupSummary
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.language import Language
    from perfsite.model import Edition, File
    from perfsite.revisions import RevisionHistory
    from perfsite.site_data import SiteData


# When pages last changed, as far as the editions tell: the date on the page and in the site map.
#
# The date of a page comes from the frozen editions alone. It moves only when its figures did, and
# it stands on the page, so that a page whose date moved has moved itself. What changed since the
# last edition has no date yet.


_OF_ALL = (ListPage, HighVolumePage, HealthPage, DepartmentHealthPage, GroupsPage, ChangesPage)
"""The pages that change when any service does."""


def dated(
    pages: Iterable[Context],
    ledger: RevisionHistory | None,
    services: Mapping[str, object],
    groups: Iterable[Group],
    edition: Edition,
    language: Language,
) -> list[Context]:
    """The pages with the date on which they last changed, where that is known."""
    members = {
        group_href(group): group.services for group in groups if group.kind is not GroupKind.ALL
    }
    members |= {service_href(key): (key,) for key in services}
    every = tuple(services)

    def changed(page: Context) -> date | None:
        if ledger is None:
            return None
        if isinstance(page, (ServicePage, GroupPage)):
            return ledger.last_change(members[page.path])
        # Services that left changed the lists, too.
        return ledger.last_change((*every, *ledger.moves)) if isinstance(page, _OF_ALL) else None

    return [_dated(page, changed(page), edition, language) for page in pages]


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
    own = {path.removeprefix(builder.folder) for path in lost if path.startswith(builder.folder)}
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
        if new != page:
            changed.append(new)
    return changed


def _unless(figure: ChartFigure, lost: Collection[str], words: str) -> ChartFigure:
    return replace(figure, svg="", alt="", undrawn=words) if figure.svg in lost else figure


def make_pages(builder: Builder, facts: SiteData, kept: Cache) -> Made:
    """Every page that is made of figures; those of services may be in `kept`."""
    facts = facts.spoken(builder)
    pages: list[Context] = []
    jobs: list[Job] = [_site_card(builder)]
    for page, more in (*_groups(builder, facts, kept), *_services(builder, facts, kept)):
        pages += page
        jobs += more
    whole = facts.groups[0]
    pages += list_pages(builder, facts.summaries, whole, facts.volumes)
    pages.append(high_volume_page(builder, facts.summaries, whole, facts.volumes))
    pages.append(health_page(builder, facts.health))
    pages += department_pages(builder, facts.health, facts.services)
    if builder.folder:
        jobs = [replace(job, path=f"{builder.folder}{job.path}") for job in jobs]
    return Made(_with_dates(builder, facts, pages), jobs)


def general_pages(
    builder: Builder, facts: SiteData, made: Made, files: Sequence[File]
) -> list[Context]:
    """The pages about the site; `made` are all others, `files` those that can be downloaded."""
    facts = facts.spoken(builder)
    archive = Archive(builder, facts.history, facts.ledger, facts.services, facts.hidden)
    moved = moved_pages(builder, facts.services.values())
    taken = {page.path for page in (*made.pages, *moved)}
    pages: list[Context] = [
        about_page(builder, facts.edition, facts.earlier),
        *(make(builder) for make in PLAIN_PAGES),
        downloads_page(builder, files),
        *moved,
        editions_page(archive),
        *edition_pages(archive, {file.path: file for file in files}),
        *gone_pages(archive, [summary.group for summary in facts.groups], taken),
    ]
    now = _addresses(builder, [*made.pages, *pages], made.jobs, files)
    former = addresses_page(archive, now)
    pages += [changes_page(archive, former is not None), *([former] if former else [])]
    pages = _with_dates(builder, facts, pages)
    return [*pages, sitemap_page(builder, [*made.pages, *pages])]


def _with_dates(builder: Builder, facts: SiteData, pages: Iterable[Context]) -> list[Context]:
    groups = [summary.group for summary in facts.groups]
    return dated(pages, facts.ledger, facts.services, groups, facts.edition, builder.language)


def _addresses(
    builder: Builder, pages: Iterable[Context], jobs: Iterable[Job], files: Iterable[File]
) -> set[str]:
    """All addresses of the site: every language has the same pages and pictures."""
    own = {CHANGES, "sitemap.html", *(page.path for page in pages)}
    own |= {job.path.removeprefix(builder.folder) for job in jobs}
    inside = {f"{folder}{path}" for _, _, folder in builder.folders for path in own}
    return inside | {*(file.path for file in files), FEED, *PLAIN}


Part = tuple[list["Context"], list["Job"]]


def _groups(builder: Builder, facts: SiteData, kept: Cache) -> Iterable[Part]:
    """The home page, and the pages of departments, agencies and categories."""
    tools = GroupTools(builder, facts.panels, facts.by_id, facts.volumes, facts.health, kept)
    whole, agencies = facts.groups[0], facts.of_kind(GroupKind.AGENCY)
    home, jobs = home_page(tools, whole, facts.of_kind(GroupKind.DEPARTMENT), facts.edition)
    yield _with_embeds(builder, _described(builder, facts, home)), jobs
    for kind in FOLDERS:
        groups = facts.of_kind(kind)
        index, jobs = groups_page(tools, kind, groups, whole)
        yield [*_with_embeds(builder, index), *groups_order_pages(tools, kind, groups)], jobs
        for summary in groups:
            inside = _agencies(summary, agencies)
            page, jobs = group_page(tools, summary, inside)
            described = _described(builder, facts, page, summary)
            yield [*_with_embeds(builder, described), *group_order_pages(tools, summary)], jobs


def _agencies(summary: GroupSummary, agencies: Sequence[GroupSummary]) -> list[GroupSummary]:
    if summary.group.kind is not GroupKind.DEPARTMENT:
        return []
    return [agency for agency in agencies if summary.group.name in agency.group.parents]


def _services(builder: Builder, facts: SiteData, kept: Cache) -> Iterable[Part]:
    """The pages of services, and of each of their figures."""
    tools = ServiceTools(
        builder=builder,
        summaries=facts.by_id,
        titles=service_titles(facts.summaries),
        series=facts.series,
        measures=facts.measures,
        breakdowns=facts.breakdowns,
        notes=facts.notes,
        memberships=_memberships(facts.groups),
        provenance=facts.provenance,
        peers=facts.peers,
        health=facts.health.services,
        standards=facts.standards,
        asked=facts.asked,
        carried=facts.carried,
        retracted=facts.retracted,
        given=facts.given,
        histories=_histories(builder, facts),
    )
    for summary in facts.summaries:
        own = _only(tools, summary)
        key = ("service", builder.folder, summary.service.id)
        made = kept.of(key, (own, summary), partial(service_page, own, summary))
        yield [made.page, *made.embeds], list(made.jobs)


def _only(tools: ServiceTools, summary: ServiceSummary) -> ServiceTools:
    """What the page of one service is made of: nothing of others but of those like it."""
    shown = (summary.service.id, *tools.peers.get(summary.service.id, ()))
    tables = {one.name: getattr(tools, one.name) for one in fields(tools)}
    mine: dict[str, Any] = {
        name: {key: table[key] for key in shown if key in table}
        for name, table in tables.items()
        if isinstance(table, Mapping)
    }
    return replace(tools, **mine)


def _histories(builder: Builder, facts: SiteData) -> dict[str, History]:
    """What the figures of each service have said, for those that have a history."""
    ledger, measures, language = facts.ledger, builder.config.all_measures, builder.language
    if ledger is None:
        return {}
    touched = {*ledger.moves, *ledger.backfilled, *ledger.retold}
    return {
        key: History(
            history_notes(ledger, key, language), history_table(ledger, key, measures, language)
        )
        for key in facts.services
        if key in touched
    }


def _memberships(groups: Sequence[GroupSummary]) -> dict[str, list[Group]]:
    """The department, agency and category of each service."""
    found: dict[str, list[Group]] = {}
    for summary in groups:
        if summary.group.kind is not GroupKind.ALL:
            for service in summary.group.services:
                found.setdefault(service, []).append(summary.group)
    return found


def _with_embeds(builder: Builder, page: HomePage | GroupPage | GroupsPage) -> list[Context]:
    """A page and those that show one of its figures alone."""
    back = Link(page.title.removesuffix(builder.suffix), page.path)
    shown = [figure for figure in page.figures if figure.embed]
    return [page, *(embed_page(builder, figure, back, SITE_CARD) for figure in shown)]


def _described(
    builder: Builder,
    facts: SiteData,
    page: HomePage | GroupPage,
    summary: GroupSummary | None = None,
) -> HomePage | GroupPage:
    """The page with its description for machines."""
    path, config, language = f"{builder.folder}{page.path}", builder.config, builder.language
    if summary is None:
        whole = whole_dataset(path, config, language, facts.edition, facts.covered, tables())
        return replace(page, dataset=as_script(whole))
    periods = [figure.period for figures in summary.series.values() for figure in figures]
    covered = (
        (min(period.start for period in periods), max(period.end for period in periods))
        if periods
        else None
    )
    name = summary.group.name
    found = group_dataset(name, path, config, language, covered, list(summary.series))
    return replace(page, dataset=as_script(found))


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
