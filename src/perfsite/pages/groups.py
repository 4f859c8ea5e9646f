"""Pages of departments, agencies and categories: and the orders of the lists of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.charts.draw import card_job
from perfsite.charts.sentences import level_sentence
from perfsite.components.alphabet import first_rows, first_words, is_long, leaf_href
from perfsite.components.contexts import (
    CSV,
    KINDS,
    SITE_CARD,
    Builder,
    GroupOrderPage,
    GroupPage,
    GroupsPage,
    card_href,
    group_href,
    group_title,
)
from perfsite.components.elements import (
    ASCENDING,
    NAME,
    ORDERED_FROM,
    DataLink,
    Link,
    Listing,
    Order,
    coverage,
)
from perfsite.exports.tables import DEPARTMENTS_CSV, group_csv
from perfsite.kpi.groups import FOLDERS, GroupKind
from perfsite.kpis import VOLUME, Place, at
from perfsite.pages.lists import (
    DEFAULT,
    extent_words,
    ordered,
    services_alphabet,
    services_table,
)
from perfsite.widgets.group_cards import (
    CAPTIONS,
    differing_periods,
    group_cards,
    group_lead,
    groups_listing,
    groups_table,
    ordered_groups,
    silence_notices,
    stocks_words,
    whose,
)
from perfsite.widgets.group_charts import (
    group_figures,
    groups_treemap,
    service_boxes,
    services_treemap,
)
from perfsite.widgets.health import department_href

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.pictures import Job
    from perfsite.components.alphabet import Alphabet, Leaf
    from perfsite.components.contexts import Builder
    from perfsite.components.elements import AtoZ, Table
    from perfsite.kpi.groups import Group, GroupName, GroupSummary
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.language import Language
    from perfsite.pages.lists import Cells
    from perfsite.site_data import GroupRecord


# Pages of departments, agencies and categories.
#
# Every figure of a group says which period it is for and how many services stand behind it; every
# change is like for like; a period that fewer services reported is marked.


def group_page(builder: Builder, record: GroupRecord, cells: Cells) -> tuple[GroupPage, list[Job]]:
    """The page of one group; a department's lists its agencies.

    `cells` are those of `kpi_cells` of its services: each stands in several lists.
    """
    summary, group, language = record.summary, record.group, builder.language
    folder, folder_name = FOLDERS[group.kind]
    files = f"{folder}/{group.slug}"
    csv = group_csv(group)
    figures, charts = group_figures(record, files, csv, language)
    jobs: list[Job] = [*charts]
    boxes = service_boxes(record)
    treemap = services_treemap(summary, boxes, files, language)
    if treemap:
        figures.insert(0, treemap[0])
        jobs.insert(0, treemap[1])
    listing = services_listing(group)
    lead = group_lead(summary, language)
    page = GroupPage(
        **builder.base(
            group_href(group),
            group_title(group, language),
            lead,
            folder,
            Link(language.say(folder_name), f"{folder}/index.html"),
            data=(DataLink(CSV, language.say("Key figures of {group}", group=group.name), csv),),
            card=group_card_href(group),
        ),
        name=group.name,
        kind=language.say(KINDS[group.kind]),
        lead=lead,
        notices=group_notices(record, language),
        cards=group_cards(summary, record.members, language),
        figures=tuple(figures),
        agencies=tuple(Link(agency.name, group_href(agency)) for agency in record.agencies),
        coverage=given_words(record, language),
        health=department_href(group) if group.kind is GroupKind.DEPARTMENT else "",
        table=members_table(record, listing.first, cells, language),
        csv=csv,
        extent=first_words(len(group.services), language, listing.first.words(language)),
        index=_index(record, language),
    )
    if group.kind is GroupKind.DEPARTMENT:
        jobs.append(department_card(builder, summary))
    return page, jobs


def group_card_href(group: GroupName) -> str:
    """The card that the pages of a group show: a department has its own, others the site's."""
    return card_href(group_href(group)) if group.kind is GroupKind.DEPARTMENT else SITE_CARD


def department_card(builder: Builder, summary: GroupSummary) -> Job:
    """The picture of a department's page, and of those of its services that have none of their own.

    It says one headline, with its period and of whom it is: a sum of some services is not told as
    one of all.
    """
    group, language = summary.group, builder.language
    figure = next(filter(None, map(summary.figures.get, at(Place.GROUP_CARD))), None)
    if figure is None:
        number = len(group.services)
        lines = [language.plural(number, "{n} service", "{n} services")]
    else:
        doubts = (figure.uncertain, 0.0)
        lines = [
            level_sentence(language, figure.kpi, figure.value, None, figure.period, doubts=doubts),
            whose(figure, language),
            stocks_words(figure, language),
        ]
    return card_job(
        group_card_href(group),
        group.name,
        builder.config.publisher,
        [line for line in lines if line],
        builder.site.title,
    )


def groups_page(
    builder: Builder, kind: GroupKind, groups: Sequence[GroupRecord], whole: GroupRecord
) -> tuple[GroupsPage, list[Job]]:
    """The list of all groups of a kind; `whole` is all services.

    The treemap of departments is on the home page, and one picture stands on one page.
    """
    language = builder.language
    folder, name = FOLDERS[kind]
    treemap = (
        None
        if kind is GroupKind.DEPARTMENT
        else groups_treemap(whole.summary, [record.summary for record in groups], kind, language)
    )
    page = GroupsPage(
        **builder.base(
            f"{folder}/index.html",
            language.say(name),
            groups_lead(kind, groups, language),
            folder,
            data=(DataLink(CSV, language.say("Key figures of departments"), DEPARTMENTS_CSV),)
            if kind is GroupKind.DEPARTMENT
            else (),
        ),
        lead=f"{groups_lead(kind, groups, language)} {differing_periods(groups, language)}".strip(),
        name=language.say(name),
        figures=(treemap[0],) if treemap else (),
        table=groups_table(
            groups,
            language.say(CAPTIONS[kind]),
            language,
            groups_listing(kind, len(groups)).first,
        ),
    )
    return page, [treemap[1]] if treemap else []


def groups_lead(kind: GroupKind, groups: Sequence[GroupRecord], language: Language) -> str:
    """How many groups of a kind there are, with how many services."""
    members = language.plural(
        sum(len(record.group.services) for record in groups), "{n} service", "{n} services"
    )
    number = len(groups)
    if kind is GroupKind.DEPARTMENT:
        return language.plural(
            number,
            "{n} department with {services}.",
            "{n} departments with {services}.",
            services=members,
        )
    if kind is GroupKind.AGENCY:
        return language.plural(
            number, "{n} agency with {services}.", "{n} agencies with {services}.", services=members
        )
    return language.plural(
        number,
        "{n} category with {services}.",
        "{n} categories with {services}.",
        services=members,
    )


def services_listing(group: Group) -> Listing:
    """The orders of a group's services; few services stand in the default order alone."""
    folder = f"{FOLDERS[group.kind][0]}/{group.slug}"
    enough = len(group.services) >= ORDERED_FROM
    keys = (NAME, *at(Place.LIST)) if enough else ()
    return Listing(group_href(group), folder, keys, DEFAULT, is_long(len(group.services)))


def members_table(
    record: GroupRecord,
    order: Order,
    cells: Cells,
    language: Language,
    leaf: Leaf[ServiceSummary] | None = None,
) -> Table:
    """The services of a group in an order, the first of very many; or those of a page of them."""
    group = record.group
    return services_table(
        leaf.items if leaf else first_rows(ordered(list(record.members.values()), order)),
        language.say(
            "Services of {group}, by {order}", group=group.name, order=order.words(language)
        ),
        language,
        order=order,
        cells=cells,
        with_department=group.kind is GroupKind.CATEGORY,
    )


def given_words(record: GroupRecord, language: Language) -> str:
    """How much of what was asked of a group it gave in the newest year; empty without quarters."""
    health, newest = record.health, record.newest
    recent = health.total.recent
    if recent.share is None or newest is None:
        return ""
    if not recent.provided:
        return language.plural(
            recent.requested,
            "In the year to {month}, its services did not give the one figure that they were "
            "asked for.",
            "In the year to {month}, its services gave none of the {n} figures that they were "
            "asked for.",
            month=language.month(newest.last),
        )
    given = language.say(
        "In the year to {month}, its services gave {share} of the figures that they were asked "
        "for: {provided} of {requested}.",
        month=language.month(newest.last),
        share=language.percent(recent.share),
        provided=language.count(recent.provided),
        requested=language.count(recent.requested),
    )
    silent = language.plural(
        health.silent_recently, "{n} service gave none.", "{n} services gave none."
    )
    return f"{given} {silent}" if health.silent_recently else given


def group_notices(record: GroupRecord, language: Language) -> tuple[str, ...]:
    """What a reader must know before comparing."""
    return (
        *_incomplete(record.summary, language),
        *silence_notices(record.summary, record.members, language),
        *_dominated(record, language),
    )


def _dominated(record: GroupRecord, language: Language) -> tuple[str, ...]:
    """That one service makes most of the sum, so that the sum says little about the others."""
    head = record.summary.figures.get(VOLUME)
    if head is None or head.largest is None:
        return ()
    text = language.say(
        "{share} of the transactions reported {period} were those of one service: {name}. Totals "
        "and changes of the group are mostly its own; the key figures are told without it too.",
        share=language.percent(head.largest.share, 0),
        period=language.in_period(head.period),
        name=record.members[head.largest.service].service.name,
    )
    return (text,)


def _incomplete(summary: GroupSummary, language: Language) -> tuple[str, ...]:
    """That newer figures are too few to speak for all."""
    head = summary.figures.get(VOLUME)
    newer = [
        figure
        for figure in summary.series.get(VOLUME, ())
        if head and not figure.complete and figure.period > head.period
    ]
    if not newer:
        return ()
    last = newer[-1]
    text = language.say(
        "Newer figures are incomplete: {period}, {services} reported. The figures below are for "
        "the newest period that enough services have reported.",
        period=language.in_period(last.period),
        services=coverage(last, language),
    )
    return (text,)


# The orders of lists of groups: of the services of one, and of all groups of a kind.


def group_order_pages(builder: Builder, record: GroupRecord, cells: Cells) -> list[GroupOrderPage]:
    """<kind>/<slug>/by-<key>-<direction>.html: the services of a group; none of a small group.

    Of very many services there is <kind>/<slug>/by-letter-<letter>.html, too.
    """
    alphabet = _alphabet(record)
    leaves = alphabet.leaves if alphabet else ()
    return [
        *(
            _members_page(builder, record, order, cells)
            for order in services_listing(record.group).others
        ),
        *(_leaf_page(builder, record, leaf, cells) for leaf in leaves),
    ]


def _alphabet(record: GroupRecord) -> Alphabet[ServiceSummary] | None:
    """The services of a group from A to Z, where they are very many."""
    return services_alphabet(list(record.members.values()), services_listing(record.group))


def _index(
    record: GroupRecord, language: Language, leaf: Leaf[ServiceSummary] | None = None
) -> AtoZ | None:
    """What leads to all services of a group, where they are very many."""
    name, alphabet = language.say("Services from A to Z"), _alphabet(record)
    return alphabet.index(name, language, leaf) if alphabet else None


def groups_order_pages(
    builder: Builder, kind: GroupKind, groups: Sequence[GroupRecord]
) -> list[GroupOrderPage]:
    """<kind>/by-<key>-<direction>.html: all groups of a kind by their own figures."""
    listing = groups_listing(kind, len(groups))
    return [_groups_page(builder, kind, groups, order) for order in listing.others]


def _members_page(
    builder: Builder, record: GroupRecord, order: Order, cells: Cells
) -> GroupOrderPage:
    group, language = record.group, builder.language
    folder, folder_name = FOLDERS[group.kind]
    title = group_title(group, language)
    words = order.words(language)
    name = language.say("Services of {group} by {order}", group=title, order=words)
    back = Link(group.name, order.listing.main)
    crumb = Link(language.say(folder_name), f"{folder}/index.html")
    return GroupOrderPage(
        **builder.base(order.href, name, f"{name}.", folder, crumb, back),
        name=name,
        back=back,
        lead=_members_lead(len(group.services), language),
        table=members_table(record, order, cells, language),
        extent=first_words(len(group.services), language, words),
        index=_index(record, language),
    )


def _leaf_page(
    builder: Builder, record: GroupRecord, leaf: Leaf[ServiceSummary], cells: Cells
) -> GroupOrderPage:
    group, language = record.group, builder.language
    folder, folder_name = FOLDERS[group.kind]
    listing, number = services_listing(group), len(group.services)
    order = Order(listing, NAME, ASCENDING)
    name = language.say(
        "Services of {group}: {letter}",
        group=group_title(group, language),
        letter=leaf.words(language),
    )
    extent = extent_words(leaf, number, language)
    back = Link(group.name, listing.main)
    crumb = Link(language.say(folder_name), f"{folder}/index.html")
    return GroupOrderPage(
        **builder.base(
            leaf_href(listing.folder, leaf),
            name,
            f"{name}. {extent}",
            folder,
            crumb,
            back,
            elsewhere=order.href,
        ),
        name=name,
        back=back,
        lead=_members_lead(number, language),
        table=members_table(record, order, cells, language, leaf),
        extent=extent,
        index=_index(record, language, leaf),
    )


def _members_lead(number: int, language: Language) -> str:
    return language.plural(
        number,
        "{n} service. Where a figure is older than the newest of the site, it says until when it "
        "is; services without one come last.",
        "{n} services. Where a figure is older than the newest of the site, it says until when it "
        "is; services without one come last.",
    )


def _groups_page(
    builder: Builder, kind: GroupKind, groups: Sequence[GroupRecord], order: Order
) -> GroupOrderPage:
    language = builder.language
    folder, folder_name = FOLDERS[kind]
    plural = language.say(folder_name)
    name = language.say("{groups} by {order}", groups=plural, order=order.words(language))
    lead = groups_lead(kind, groups, language)
    back = Link(plural, order.listing.main)
    return GroupOrderPage(
        **builder.base(order.href, name, f"{name}. {lead}", folder, back),
        name=name,
        back=back,
        lead=f"{lead} {differing_periods(groups, language)}".strip(),
        table=groups_table(
            ordered_groups(groups, order),
            name,
            language,
            order,
        ),
    )
