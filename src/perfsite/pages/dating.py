"""When pages last changed, as far as the editions tell: the date on the page and in the site map.

The date of a page comes from the frozen editions alone. It moves only when its figures did, and it
stands on the page, so that a page whose date moved has moved itself. What changed since the last
edition has no date yet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from perfsite.components.builder import group_href, service_href
from perfsite.components.contexts import (
    AboutPage,
    ChangesPage,
    Context,
    DepartmentHealthPage,
    EditionPage,
    GroupPage,
    GroupsPage,
    HealthPage,
    HighVolumePage,
    HomePage,
    ListPage,
    ServicePage,
)
from perfsite.kpi.groups import GroupKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from perfsite.kpi.groups import Group
    from perfsite.language import Language
    from perfsite.model import Edition
    from perfsite.revisions import Ledger

_OF_ALL = (ListPage, HighVolumePage, HealthPage, DepartmentHealthPage, GroupsPage, ChangesPage)
"""The pages that change when any service does."""


def dated(
    pages: Iterable[Context],
    ledger: Ledger | None,
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
