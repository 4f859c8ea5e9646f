"""Pages of departments, agencies and categories, and the home page, which is that of all services.

Every figure of a group says which period it is for and how many services stand behind it; every
change is like for like; a period that fewer services reported is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.formats import (
    day,
    in_period,
    long_count,
    percent,
    period_range,
)
from perfsite.kpi.groups import GroupKind
from perfsite.measures import GROUP_KPIS, KPIS
from perfsite.model import Status
from perfsite.pages.context import (
    Card,
    Cell,
    Column,
    GroupPage,
    GroupsPage,
    HomePage,
    Link,
    Row,
    Table,
)
from perfsite.pages.data import ALL_CSV
from perfsite.pages.group_figures import group_figures
from perfsite.pages.lists import DEFAULT, Order, ordered, services_table
from perfsite.pages.site import FOLDERS, Builder, group_href
from perfsite.pages.words import coverage, group_card, value_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.charts.jobs import ChartJob
    from perfsite.config import SiteConfig
    from perfsite.kpi import GroupFigure, GroupSummary, ServiceSummary
    from perfsite.kpi.panels import Panels
    from perfsite.model import Edition

_CARDS: Final = ("transactions_per_year", "digital_take_up", "cost_per_transaction", "total_cost")
_MOST: Final = 0.5
"""From this share on, one service is said to make most of a group."""


@dataclass(frozen=True)
class GroupTools:
    """What every group page is made with."""

    builder: Builder
    config: SiteConfig
    panels: Mapping[str, Panels]
    summaries: Mapping[str, ServiceSummary]


def home_page(
    tools: GroupTools,
    everything: GroupSummary,
    departments: Sequence[GroupSummary],
    edition: Edition,
) -> tuple[HomePage, list[ChartJob]]:
    """index.html: what the whole says, and the departments."""
    figures, jobs = group_figures(tools.config, tools.panels, everything, "charts", ALL_CSV)
    config = tools.config
    services = len(everything.group.services)
    page = HomePage(
        **tools.builder.base(
            "index.html",
            config.title,
            config.description or f"Key figures of {services:,} public services.",
            "home",
        ),
        edition=day(edition.date),
        services=f"{services:,}",
        departments=f"{len(departments):,}",
        lead=_lead(everything),
        notices=_notices(tools, everything),
        cards=_cards(everything, config),
        figures=figures,
        table=groups_table(departments, "Key figures of departments", config),
    )
    return page, jobs


def group_page(
    tools: GroupTools, summary: GroupSummary, agencies: Sequence[GroupSummary]
) -> tuple[GroupPage, list[ChartJob]]:
    """The page of one group; a department's lists its agencies."""
    group, config = summary.group, tools.config
    folder, folder_name = FOLDERS[group.kind]
    csv = f"{folder}/{group.slug}.csv"
    figures, jobs = group_figures(config, tools.panels, summary, f"{folder}/{group.slug}", csv)
    members = [tools.summaries[service] for service in group.services]
    order = Order(*DEFAULT)
    kind = str(group.kind)
    # Departments and agencies may share a name (the Cabinet Office is both): titles must not.
    title = group.name if group.kind is GroupKind.DEPARTMENT else f"{group.name} ({kind})"
    page = GroupPage(
        **tools.builder.base(
            group_href(group),
            title,
            _lead(summary),
            folder,
            Link(folder_name, f"{folder}/index.html"),
        ),
        name=group.name,
        kind=kind,
        lead=_lead(summary),
        notices=_notices(tools, summary),
        cards=_cards(summary, config),
        figures=figures,
        agencies=tuple(Link(a.group.name, group_href(a.group)) for a in agencies),
        table=services_table(
            ordered(members, order),
            f"Services of {group.name}, by {order.words}",
            config.currency,
            with_department=group.kind is GroupKind.CATEGORY,
        ),
        csv=csv,
    )
    return page, jobs


def groups_page(
    builder: Builder, config: SiteConfig, kind: GroupKind, groups: Sequence[GroupSummary]
) -> GroupsPage:
    """The list of all groups of a kind."""
    folder, name = FOLDERS[kind]
    members = sum(len(summary.group.services) for summary in groups)
    return GroupsPage(
        **builder.base(
            f"{folder}/index.html",
            name,
            f"{len(groups):,} {name.lower()} with {members:,} services, and their key figures.",
            folder,
        ),
        lead=f"{len(groups):,} {name.lower()} with {members:,} services.",
        name=name,
        table=groups_table(groups, f"Key figures of {name.lower()}", config),
    )


def groups_table(groups: Sequence[GroupSummary], caption: str, config: SiteConfig) -> Table:
    """Groups with their headlines: each figure with its period and its coverage."""
    columns = ("Name", "Services", *(KPIS[kpi].name for kpi in _CARDS))
    rows = [
        Row(
            summary.group.name,
            (
                Cell(f"{len(summary.group.services):,}"),
                *(_headline(summary.figures.get(kpi), config) for kpi in _CARDS),
            ),
            group_href(summary.group),
            ", ".join(summary.group.parents),
        )
        for summary in groups
    ]
    return Table(caption, tuple(Column(text) for text in columns), tuple(rows))


def _headline(figure_: GroupFigure | None, config: SiteConfig) -> Cell:
    if figure_ is None:
        return Cell("no data", missing=True)
    cell = value_cell(figure_.value, KPIS[figure_.kpi].kind, config.currency, Status.PROVIDED)
    note = f"{coverage(figure_)}, {period_range(figure_.period)}"
    return Cell(cell.text, cell.full, note)


def _cards(summary: GroupSummary, config: SiteConfig) -> tuple[Card, ...]:
    shown = [kpi for kpi in GROUP_KPIS if kpi in _CARDS or kpi in summary.figures]
    return tuple(group_card(kpi, summary.figures.get(kpi), config.currency) for kpi in shown)


def _lead(summary: GroupSummary) -> str:
    """One sentence: how many services, and what those with figures did in one and the same year."""
    name, number = summary.group.name, len(summary.group.services)
    services = f"{number:,} service{'' if number == 1 else 's'}"
    subject = services if summary.group.kind is GroupKind.ALL else f"{name}: {services}"
    head = summary.figures.get("transactions_per_year")
    if head is None:
        return f"{subject}. No figures for 12 months were provided."
    reporting = (
        "the one that reported" if head.services == 1 else f"the {head.services:,} that reported"
    )
    return (
        f"{subject}. {long_count(head.value)} transactions {in_period(head.period)} at {reporting}."
    )


def _notices(tools: GroupTools, summary: GroupSummary) -> tuple[str, ...]:
    """What a reader must know before comparing."""
    return (*_incomplete(summary), *_dominated(tools, summary))


def _dominated(tools: GroupTools, summary: GroupSummary) -> tuple[str, ...]:
    """That one service makes most of the sum, so that the sum says little about the others."""
    largest = tools.panels["transactions_per_year"].largest(summary)
    if largest is None or largest[1] < _MOST:
        return ()
    service, share = largest
    head = summary.figures["transactions_per_year"]
    name = tools.summaries[service].service.name
    return (
        (
            f"{percent(share, 0)} of the transactions reported {in_period(head.period)} were those "
            f"of one service: {name}. Totals and changes of the group are mostly its own."
        ),
    )


def _incomplete(summary: GroupSummary) -> tuple[str, ...]:
    """That newer figures are too few to speak for all."""
    newer = [f for f in summary.series.get("transactions_per_year", ()) if not f.complete]
    head = summary.figures.get("transactions_per_year")
    newer = [f for f in newer if head and f.period > head.period]
    if not newer:
        return ()
    last = newer[-1]
    return (
        (
            f"Newer figures are incomplete: {in_period(last.period)}, {coverage(last)} reported. "
            "The figures below are for the newest period that enough services have reported."
        ),
    )
