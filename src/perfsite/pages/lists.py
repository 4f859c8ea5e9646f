"""Lists of services in every order, and those of high volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from perfsite.components.alphabet import first_rows, first_words, is_long, leaf_href, make_alphabet
from perfsite.components.contexts import CSV, Builder, HighVolumePage, ListPage, service_href
from perfsite.components.elements import (
    ASCENDING,
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
from perfsite.exports.tables import SERVICES_CSV
from perfsite.kpi.groups import alphabetical
from perfsite.kpi.headlines import high_volume
from perfsite.kpis import KPIS, VOLUME, Place, at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from perfsite.components.alphabet import Alphabet, Leaf
    from perfsite.components.contexts import Base
    from perfsite.kpi.groups import GroupSummary
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.language import Language
    from perfsite.site_data import GroupRecord


T = TypeVar("T")


# Lists of services: the table wherever it stands, and the list of all services in every order.


DEFAULT: Final = (VOLUME, DESCENDING)
"""The order of services/index.html, and of every list of services."""


def listing(services: int = 0) -> Listing:
    """The list of all services, which are so many, and its orders."""
    keys = (NAME, DEPARTMENT, *at(Place.LIST))
    return Listing("services/index.html", "services", keys, DEFAULT, is_long(services))


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
    """services/index.html, the same list in every other order, and where it is long from A to Z.

    `whole` is all services.
    """
    return _Services(builder, whole).pages()


@dataclass(frozen=True)
class _Services:
    """The list of all services, of which each page shows all, or some of very many."""

    builder: Builder
    whole: GroupRecord

    @cached_property
    def _summaries(self) -> list[ServiceSummary]:
        return list(self.whole.members.values())

    @cached_property
    def _cells(self) -> Cells:
        return kpi_cells(self._summaries, self.builder.language)

    @cached_property
    def _listing(self) -> Listing:
        return listing(len(self._summaries))

    @cached_property
    def _alphabet(self) -> Alphabet[ServiceSummary] | None:
        return services_alphabet(self._summaries, self._listing)

    @cached_property
    def _count(self) -> str:
        with_figures = sum(summary.has_figures for summary in self._summaries)
        language = self.builder.language
        return language.plural(
            len(self._summaries),
            "{n} service, {figures} of them with figures.",
            "{n} services, {figures} of them with figures.",
            figures=language.count(with_figures),
        )

    @cached_property
    def _total(self) -> tuple[str, str]:
        """What all services add up to, and the words in which the filter says the same."""
        language, volumes = self.builder.language, self.whole.volumes
        words = _total_words(language, self.whole.summary)
        total = words.format(
            total=language.count(sum(volumes.values())), shown=language.count(len(volumes))
        )
        return language.say("{sentence}.", sentence=total) if total else "", words

    def pages(self) -> list[ListPage]:
        """All pages of the list."""
        leaves = self._alphabet.leaves if self._alphabet else ()
        return [*map(self._in_order, self._listing.orders), *map(self._of_leaf, leaves)]

    def _in_order(self, order: Order) -> ListPage:
        language, number = self.builder.language, len(self._summaries)
        say, words = language.say, order.words(language)
        is_default = order == order.listing.first
        description = language.plural(
            number,
            "{n} service and its key figures, by {order}.",
            "{n} services and their key figures, by {order}.",
            order=words,
        )
        return self._page(
            self._base(
                order.href,
                say("All services") if is_default else say("All services by {order}", order=words),
                description,
                crumbs=() if is_default else (_crumb(language),),
            ),
            say("All services"),
            first_rows(ordered(self._summaries, order)),
            order,
            extent=first_words(number, language, words),
        )

    def _of_leaf(self, leaf: Leaf[ServiceSummary]) -> ListPage:
        language = self.builder.language
        order = Order(self._listing, NAME, ASCENDING)
        name = language.say("All services: {letter}", letter=leaf.words(language))
        extent = extent_words(leaf, len(self._summaries), language)
        base = self._base(
            leaf_href(self._listing.folder, leaf),
            name,
            f"{name}. {extent}",
            crumbs=(_crumb(language),),
            elsewhere=order.href,
        )
        return self._page(base, name, leaf.items, order, extent=extent, leaf=leaf)

    def _base(
        self,
        path: str,
        title: str,
        description: str,
        *,
        crumbs: tuple[Link, ...],
        elsewhere: str = "",
    ) -> Base:
        data = DataLink(
            CSV, self.builder.language.say("All services with their key figures"), SERVICES_CSV
        )
        return self.builder.base(
            path,
            title,
            description,
            "services",
            *crumbs,
            data=(data,),
            script=True,
            elsewhere=elsewhere,
        )

    def _page(
        self,
        base: Base,
        name: str,
        rows: Sequence[ServiceSummary],
        order: Order,
        *,
        extent: str,
        leaf: Leaf[ServiceSummary] | None = None,
    ) -> ListPage:
        language = self.builder.language
        say, words, alphabet = language.say, order.words(language), self._alphabet
        total, total_words = self._total
        return ListPage(
            **base,
            name=name,
            order=words,
            count=self._count,
            total=total,
            # The filter knows the rows of its page: no script of a site loads anything.
            count_words=say(
                "{shown} of the {all} services on this page", shown="{shown}", all="{all}"
            )
            if alphabet
            else say("{shown} of {all} services", shown="{shown}", all="{all}"),
            total_words=total_words,
            table=services_table(
                rows,
                say("Services by {order}", order=words),
                language,
                order=order,
                cells=self._cells,
                volumes=self.whole.volumes,
                with_department=True,
            ),
            extent=extent,
            index=alphabet.index(say("Services from A to Z"), language, leaf) if alphabet else None,
        )


def services_alphabet(
    summaries: Sequence[ServiceSummary], listing: Listing
) -> Alphabet[ServiceSummary] | None:
    """The pages from A to Z of a list of services; None of one that is not long."""
    if not listing.long:
        return None
    by_name = ordered(summaries, Order(listing, NAME, ASCENDING))
    return make_alphabet(by_name, lambda summary: summary.service.name, listing.folder)


def extent_words(leaf: Leaf[T], number: int, language: Language) -> str:
    """How many of so many services stand on a page of an alphabet."""
    return language.plural(
        len(leaf.items),
        "{n} of {all} services is on this page.",
        "{n} of {all} services are on this page.",
        all=language.count(number),
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
        extent=first_words(len(large), language),
        table=services_table(
            first_rows(large),
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
