"""The orders of lists of groups: of the services of one, and of all groups of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.components.builder import FOLDERS, group_title
from perfsite.components.contexts import GroupOrderPage
from perfsite.components.elements import Link
from perfsite.pages.group_tables import (
    differing_periods,
    groups_listing,
    groups_table,
    ordered_groups,
)
from perfsite.pages.groups import (
    GroupTools,
    groups_lead,
    members_table,
    services_listing,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.kpi import GroupSummary
    from perfsite.kpi.groups import GroupKind
    from perfsite.pages.orders import Order


def group_order_pages(tools: GroupTools, summary: GroupSummary) -> list[GroupOrderPage]:
    """<kind>/<slug>/by-<key>-<direction>.html: the services of a group; none of a small group."""
    return [
        _members_page(tools, summary, order) for order in services_listing(summary.group).others
    ]


def groups_order_pages(
    tools: GroupTools, kind: GroupKind, groups: Sequence[GroupSummary]
) -> list[GroupOrderPage]:
    """<kind>/by-<key>-<direction>.html: all groups of a kind by their own figures."""
    listing = groups_listing(kind, len(groups))
    return [_groups_page(tools, kind, groups, order) for order in listing.others]


def _members_page(tools: GroupTools, summary: GroupSummary, order: Order) -> GroupOrderPage:
    language = tools.language
    group = summary.group
    folder, folder_name = FOLDERS[group.kind]
    title = group_title(group, language)
    words = order.words(language)
    name = language.say("Services of {group} by {order}", group=title, order=words)
    lead = language.plural(
        len(group.services),
        "{n} service. Where a figure is older than the newest of the site, it says until when it "
        "is; services without one come last.",
        "{n} services. Where a figure is older than the newest of the site, it says until when it "
        "is; services without one come last.",
    )
    back = Link(group.name, order.listing.main)
    crumb = Link(language.say(folder_name), f"{folder}/index.html")
    return GroupOrderPage(
        **tools.builder.base(order.href, name, f"{name}.", folder, crumb, back),
        name=name,
        back=back,
        lead=lead,
        table=members_table(tools, group, order),
    )


def _groups_page(
    tools: GroupTools, kind: GroupKind, groups: Sequence[GroupSummary], order: Order
) -> GroupOrderPage:
    language = tools.language
    folder, folder_name = FOLDERS[kind]
    plural = language.say(folder_name)
    name = language.say("{groups} by {order}", groups=plural, order=order.words(language))
    own = groups_lead(kind, groups, language)
    back = Link(plural, order.listing.main)
    return GroupOrderPage(
        **tools.builder.base(order.href, name, f"{name}. {own}", folder, back),
        name=name,
        back=back,
        lead=f"{own} {differing_periods(groups, language)}".strip(),
        table=groups_table(
            ordered_groups(groups, order, tools.health),
            name,
            tools.health,
            language,
            order,
        ),
    )
