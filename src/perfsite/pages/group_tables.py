"""Tables of groups, and the words about a group that several pages share: leads and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.components.builder import group_href
from perfsite.components.elements import NO_DATA, Card, Cell, Row, Table, coverage, value_cell
from perfsite.kpi.groups import FOLDERS, GroupKind, alphabetical
from perfsite.kpis import KPIS, VOLUME, Place, at
from perfsite.model import Status
from perfsite.pages.group_words import group_card, stocks_words, too_few
from perfsite.text import isolated, message
from perfsite.widgets.health import coverage_words
from perfsite.widgets.orders import (
    ASCENDING,
    NAME,
    ORDERED_FROM,
    PROVIDED,
    SERVICES,
    Listing,
    Order,
    arrange,
    column,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.kpi import GroupFigure, GroupSummary, ServiceSummary
    from perfsite.language import Language
    from perfsite.widgets.health import Health

CAPTIONS: Final = {
    GroupKind.DEPARTMENT: message("Key figures of departments"),
    GroupKind.AGENCY: message("Key figures of agencies"),
    GroupKind.CATEGORY: message("Key figures of categories"),
}


def groups_listing(kind: GroupKind, number: int) -> Listing:
    """The orders of a list of so many groups; few stand in the default order alone."""
    folder, _ = FOLDERS[kind]
    keys = (NAME, SERVICES, *at(Place.GROUP_CARD), PROVIDED) if number >= ORDERED_FROM else ()
    return Listing(f"{folder}/index.html", folder, keys, (NAME, ASCENDING))


def ordered_groups(
    groups: Sequence[GroupSummary], order: Order, health: Health
) -> list[GroupSummary]:
    """The groups by their own figures; those without one come last both ways, equals by name."""

    def name(summary: GroupSummary) -> tuple[str, str, str]:
        return *alphabetical(summary.group.name), summary.group.slug

    def value(summary: GroupSummary) -> float | None:
        if order.key == SERVICES:
            return len(summary.group.services)
        if order.key == PROVIDED:
            return health.of(summary.group).total.recent.share
        figure = summary.figures.get(order.key)
        return figure.value if figure else None

    return arrange(groups, order, name, value)


def groups_table(
    groups: Sequence[GroupSummary],
    caption: str,
    health: Health,
    language: Language,
    order: Order | None = None,
) -> Table:
    """Groups with their headlines: each figure with its period and its coverage.

    With `order`, the columns carry the addresses of the other orders.
    """
    columns = [
        column(language.say("Name"), NAME, order),
        column(language.say("Services"), SERVICES, order),
        *(column(language.say(KPIS[kpi].name), kpi, order) for kpi in at(Place.GROUP_CARD)),
        column(language.say("Figures given in the newest four quarters"), PROVIDED, order),
    ]
    rows = []
    for summary in groups:
        group = summary.group
        recent = health.of(group).total.recent
        cells = [
            Cell(language.count(len(group.services))),
            *(_headline(summary.figures.get(kpi), language) for kpi in at(Place.GROUP_CARD)),
            Cell(coverage_words(recent, language), missing=recent.share is None),
        ]
        rows.append(
            Row(
                group.name, tuple(cells), group_href(group), ", ".join(map(isolated, group.parents))
            )
        )
    return Table(caption, tuple(columns), tuple(rows), wide=True)


def _headline(figure: GroupFigure | None, language: Language) -> Cell:
    if figure is None:
        return Cell(language.say(NO_DATA), missing=True)
    kind = KPIS[figure.kpi].kind
    cell = value_cell(figure.value, kind, Status.PROVIDED, language, figure.uncertain)
    note = language.say(
        "{coverage}, {period}",
        coverage=coverage(figure, language),
        period=language.period_range(figure.period),
    )
    return Cell(cell.text, cell.full, note)


def differing_periods(groups: Sequence[GroupSummary], language: Language) -> str:
    """That figures of one column are for different periods; empty where all are for the same."""
    for kpi in at(Place.GROUP_CARD):
        if len({g.figures[kpi].period for g in groups if kpi in g.figures}) > 1:
            return language.say(
                "Not all figures are for the same 12 months: each says which, and only figures "
                "for the same 12 months can be compared."
            )
    return ""


def group_cards(
    summary: GroupSummary, services: Mapping[str, ServiceSummary], language: Language
) -> tuple[Card, ...]:
    """The headline KPIs of a group; `services` are all, by their ids."""
    always = at(Place.GROUP_CARD)
    shown = [kpi for kpi in at(Place.GROUP) if kpi in always or kpi in summary.figures]
    return tuple(group_card(kpi, summary, services, language) for kpi in shown)


def group_lead(summary: GroupSummary, language: Language) -> str:
    """How many services, and what those with figures did in one and the same year."""
    number = len(summary.group.services)
    if summary.group.kind is GroupKind.ALL:
        subject = language.plural(number, "{n} service.", "{n} services.")
    else:
        subject = language.plural(
            number, "{group}: {n} service.", "{group}: {n} services.", group=summary.group.name
        )
    head = summary.figures.get(VOLUME)
    if head is None:
        some = summary.series.get(VOLUME)
        none = "" if summary.series else language.say("No figures for 12 months were provided.")
        did = too_few(some[-1], language) if some else none
    else:
        did = language.plural(
            head.services,
            "{transactions} {period} at the one that reported.",
            "{transactions} {period} at the {n} that reported.",
            transactions=transactions_words(head.value, language),
            period=language.in_period(head.period),
        )
        did = f"{did} {stocks_words(head, language)}".strip()
    return f"{subject} {did}".strip()


def transactions_words(number: float, language: Language) -> str:
    """A number of transactions in words: `3.29 million transactions`, `1 transaction`."""
    text = language.long_count(number)
    return language.plural(number, "{number} transaction", "{number} transactions", number=text)
