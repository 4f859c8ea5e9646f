"""Lists of services in every order: one table mechanism for the list, departments and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.measures import KPIS
from perfsite.pages.context import Cell, Column, Link, ListPage, Row, Table
from perfsite.pages.site import Builder, service_href
from perfsite.pages.words import headline_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.config import SiteConfig
    from perfsite.kpi import ServiceSummary

KPI_COLUMNS: Final = (
    "transactions_per_year",
    "digital_take_up",
    "cost_per_transaction",
    "total_cost",
    "user_satisfaction",
    "completion_rate",
)
"""The KPIs that are compared in lists."""
_NAME, _DEPARTMENT = "name", "department"
KEYS: Final = (_NAME, _DEPARTMENT, *KPI_COLUMNS)
ASCENDING, DESCENDING = "ascending", "descending"
DEFAULT: Final = ("transactions_per_year", DESCENDING)
"""The order of services/index.html."""


@dataclass(frozen=True)
class Order:
    """A column to sort by, and which way."""

    key: str
    direction: str

    @property
    def href(self) -> str:
        """The address of the services list in this order."""
        if (self.key, self.direction) == DEFAULT:
            return "services/index.html"
        return f"services/by-{self.key.replace('_', '-')}-{self.direction}.html"

    @property
    def words(self) -> str:
        """The order in words: `Digital take-up, highest first`."""
        if self.key in (_NAME, _DEPARTMENT):
            way = "A to Z" if self.direction == ASCENDING else "Z to A"
            return f"{self.key}, {way}"
        way = "lowest first" if self.direction == ASCENDING else "highest first"
        name = KPIS[self.key].name
        return f"{name[0].lower()}{name[1:]}, {way}"


ORDERS: Final = tuple(Order(key, way) for key in KEYS for way in (ASCENDING, DESCENDING))


def ordered(summaries: Sequence[ServiceSummary], order: Order) -> list[ServiceSummary]:
    """The services in an order; those without a figure come last both ways, equals by name."""
    by_name = sorted(summaries, key=lambda s: (s.service.name.casefold(), s.service.id))
    reverse = order.direction == DESCENDING
    if order.key == _NAME:
        return by_name[::-1] if reverse else by_name
    if order.key == _DEPARTMENT:
        return sorted(by_name, key=lambda s: s.service.department.casefold(), reverse=reverse)
    values = {s.service.id: s.figures[order.key].value for s in by_name}
    have = [s for s in by_name if values[s.service.id] is not None]
    have.sort(key=lambda s: values[s.service.id] or 0.0, reverse=reverse)
    return have + [s for s in by_name if values[s.service.id] is None]


def services_table(
    summaries: Sequence[ServiceSummary],
    caption: str,
    currency: str,
    *,
    order: Order | None = None,
    with_department: bool,
) -> Table:
    """The services with their headline KPIs, in the order given.

    With `order`, the columns carry the addresses of the other orders.
    """

    def column(key: str, text: str) -> Column:
        if order is None:
            return Column(text)
        up, down = Order(key, ASCENDING), Order(key, DESCENDING)
        current = order.direction if order.key == key else ""
        return Column(text, up.href, down.href, current)

    columns = [column(_NAME, "Service"), *(column(key, KPIS[key].name) for key in KPI_COLUMNS)]
    # Last, because a phone shows the first columns, and people come for the figures.
    columns += [column(_DEPARTMENT, "Department")] if with_department else []
    rows = []
    for summary in summaries:
        service = summary.service
        cells = [headline_cell(summary.figures[key], currency) for key in KPI_COLUMNS]
        where = [Cell(service.department_abbr or service.department, full=service.department)]
        rows.append(
            Row(
                service.name,
                (*cells, *(where if with_department else [])),
                service_href(service.id),
                service.agency if service.agency != service.department else "",
                service.id,
            )
        )
    return Table(caption, tuple(columns), tuple(rows))


def list_pages(
    builder: Builder, config: SiteConfig, summaries: Sequence[ServiceSummary]
) -> list[ListPage]:
    """services/index.html and the same list in every other order."""
    pages = []
    for order in ORDERS:
        is_default = (order.key, order.direction) == DEFAULT
        title = "All services" if is_default else f"All services by {order.words}"
        crumbs = () if is_default else (Link("Services", "services/index.html"),)
        with_figures = sum(summary.has_figures for summary in summaries)
        pages.append(
            ListPage(
                **builder.base(
                    order.href,
                    title,
                    f"{len(summaries):,} services and their key figures, by {order.words}.",
                    "services",
                    *crumbs,
                ),
                order=order.words,
                count=f"{len(summaries):,} services, {with_figures:,} of them with figures",
                table=services_table(
                    ordered(summaries, order),
                    f"Services by {order.words}",
                    config.currency,
                    order=order,
                    with_department=True,
                ),
            )
        )
    return pages
