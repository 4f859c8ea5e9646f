"""Lists of services in every order, and those of high volume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from perfsite.components.contexts import CSV, Builder, HighVolumePage, ListPage, service_href
from perfsite.components.elements import (
    DEPARTMENT,
    DESCENDING,
    NAME,
    Cell,
    DataLink,
    Link,
    Listing,
    Order,
    Row,
    Table,
    arrange,
    column,
    headline_cell,
)
from perfsite.decimals import exact
from perfsite.kpi.groups import alphabetical
from perfsite.kpi.headlines import high_volume
from perfsite.kpis import KPIS, VOLUME, Place, at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from perfsite.kpi.groups import GroupSummary
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.language import Language
    from perfsite.site_data import GroupRecord


# Lists of services: the table wherever it stands, and the list of all services in every order.


DEFAULT: Final = (VOLUME, DESCENDING)
"""The order of services/index.html, and of every list of services."""


def listing() -> Listing:
    """The list of all services and its orders."""
    keys = (NAME, DEPARTMENT, *at(Place.LIST))
    return Listing("services/index.html", "services", keys, DEFAULT)


def ordered(summaries: Sequence[ServiceSummary], order: Order) -> list[ServiceSummary]:
    """The services in an order; those without a figure come last both ways, equals by name."""

    def name(summary: ServiceSummary) -> tuple[str, str, str]:
        return *alphabetical(summary.service.name), summary.service.id

    def value(summary: ServiceSummary) -> float | str | None:
        if order.key == DEPARTMENT:
            return alphabetical(summary.service.department)[0]
        return summary.figures[order.key].value

    return arrange(summaries, order, name, value)


Cells = Mapping[str, tuple[Cell, ...]]
"""The cells of each service's row, by its id: the same in every list that it stands in."""


def kpi_cells(summaries: Iterable[ServiceSummary], language: Language) -> Cells:
    """The headlines of services as the cells of the KPIs of lists."""
    return {s.service.id: _cells(s, language) for s in summaries}


def _cells(summary: ServiceSummary, language: Language) -> tuple[Cell, ...]:
    return tuple(headline_cell(summary.figures[key], language) for key in at(Place.LIST))


def services_table(
    summaries: Sequence[ServiceSummary],
    caption: str,
    language: Language,
    *,
    order: Order | None = None,
    cells: Cells | None = None,
    volumes: Mapping[str, float] | None = None,
    with_department: bool,
) -> Table:
    """The services with their headline KPIs, as they are given: sorted by the caller.

    With `order`, the columns carry the addresses of the other orders. `cells` are those of
    `kpi_cells`, for who makes many tables. With `volumes`, the rows carry what the filter reads:
    names, and the transactions of one and the same period.
    """
    columns = [column(language.say("Service"), NAME, order)]
    columns += [column(language.say(KPIS[key].name), key, order) for key in at(Place.LIST)]
    if with_department:
        # Last, because a phone shows the first columns, and people come for the figures.
        columns.append(column(language.say("Department"), DEPARTMENT, order))
    rows = []
    for summary in summaries:
        service = summary.service
        row_cells = cells[service.id] if cells else _cells(summary, language)
        if with_department:
            abbr = service.department_abbr
            where = Cell(abbr or service.department, full=service.department if abbr else "")
            row_cells = (*row_cells, where)
        volume = None if volumes is None else volumes.get(service.id)
        rows.append(
            Row(
                service.name,
                row_cells,
                service_href(service.id),
                service.agency if service.agency != service.department else "",
                service.id,
                department="" if volumes is None else service.department,
                agency="" if volumes is None else service.agency,
                volume="" if volume is None else exact(volume),
            )
        )
    return Table(caption, tuple(columns), tuple(rows), wide=True)


def list_pages(builder: Builder, whole: GroupRecord) -> list[ListPage]:
    """services/index.html and the same list in every other order; `whole` is all services."""
    cells = kpi_cells(whole.members.values(), builder.language)
    return [_list_page(builder, whole, order, cells) for order in listing().orders]


def _list_page(builder: Builder, whole: GroupRecord, order: Order, cells: Cells) -> ListPage:
    language, summaries, volumes = builder.language, list(whole.members.values()), whole.volumes
    say = language.say
    words = order.words(language)
    is_default = order == order.listing.first
    title = say("All services") if is_default else say("All services by {order}", order=words)
    crumbs = () if is_default else (Link(say("Services"), order.listing.main),)
    with_figures = sum(summary.has_figures for summary in summaries)
    count = language.plural(
        len(summaries),
        "{n} service, {figures} of them with figures.",
        "{n} services, {figures} of them with figures.",
        figures=language.count(with_figures),
    )
    total_words = _total_words(language, whole.summary)
    total = total_words.format(
        total=language.count(sum(volumes.values())), shown=language.count(len(volumes))
    )
    return ListPage(
        **builder.base(
            order.href,
            title,
            language.plural(
                len(summaries),
                "{n} service and its key figures, by {order}.",
                "{n} services and their key figures, by {order}.",
                order=words,
            ),
            "services",
            *crumbs,
            data=(DataLink(CSV, say("All services with their key figures"), "data/services.csv"),),
            script=True,
        ),
        order=words,
        count=count,
        total=say("{sentence}.", sentence=total) if total else "",
        count_words=say("{shown} of {all} services", shown="{shown}", all="{all}"),
        total_words=total_words,
        table=services_table(
            ordered(summaries, order),
            say("Services by {order}", order=words),
            language,
            order=order,
            cells=cells,
            volumes=volumes,
            with_department=True,
        ),
    )


def _total_words(language: Language, whole: GroupSummary) -> str:
    """What services add up to in one period, with `{total}` and `{shown}` left open.

    The words are the same for one and for many, because a script fills them in. Empty where all
    services together have no headline.
    """
    head = whole.figures.get(VOLUME)
    if head is None:
        return ""
    return language.say(
        "Transactions {period}: {total}, at {shown} of {all} services",
        period=language.in_period(head.period),
        total="{total}",
        shown="{shown}",
        all=language.count(len(whole.group.services)),
    )


# high-volume.html: the services that are used most, and how much of all transactions is theirs.


PATH: Final = "high-volume.html"


def high_volume_link(builder: Builder) -> Link:
    """What leads to the page, with the threshold."""
    text = builder.language.say(
        "Services with at least {threshold} transactions a year",
        threshold=builder.language.long_count(builder.config.high_volume),
    )
    return Link(text, PATH)


def high_volume_page(builder: Builder, whole: GroupRecord) -> HighVolumePage:
    """The services with at least the threshold of transactions a year; `whole` is all services."""
    language, summaries = builder.language, list(whole.members.values())
    threshold = language.long_count(builder.config.high_volume)
    large = high_volume(summaries, builder.config.high_volume)
    count = language.plural(
        len(large),
        "{n} of {all} services has at least {threshold} transactions a year.",
        "{n} of {all} services have at least {threshold} transactions a year.",
        all=language.count(len(summaries)),
        threshold=threshold,
    )
    lead = f"{count} {_together(large, whole, language)}".strip()
    return HighVolumePage(
        **builder.base(
            PATH, language.say("High-volume services"), lead, "services", _crumb(language)
        ),
        lead=lead,
        note=_note(large, language),
        table=services_table(
            large,
            language.say(
                "Services with at least {threshold} transactions a year", threshold=threshold
            ),
            language,
            with_department=True,
        ),
    )


def _crumb(language: Language) -> Link:
    return Link(language.say("Services"), "services/index.html")


def _together(large: Sequence[ServiceSummary], whole: GroupRecord, language: Language) -> str:
    """Their share of all transactions of the one period that the whole is added up for."""
    head, volumes = whole.summary.figures.get(VOLUME), whole.volumes
    numbers = [volumes[s.service.id] for s in large if s.service.id in volumes]
    if head is None or not head.value or not numbers:
        return ""
    words = {
        "share": language.percent(sum(numbers) / head.value),
        "period": language.in_period(head.period),
        "all": language.count(head.services),
    }
    return language.plural(
        len(numbers),
        "The one of them that gave a figure {period} made {share} of the transactions that {all} "
        "services reported for it.",
        "The {n} of them that gave a figure {period} made {share} of the transactions that {all} "
        "services reported for it.",
        **words,
    )


def _note(large: Sequence[ServiceSummary], language: Language) -> str:
    """That the figures are not all for the same year; empty where they are."""
    if len({summary.figures[VOLUME].period for summary in large}) < 2:  # noqa: PLR2004 - two differ
        return ""
    return language.say(
        "The figures of a service are the latest that it gave; those for an earlier period say "
        "until when they are. Services count in their own way, so a larger number need not mean "
        "more work."
    )
