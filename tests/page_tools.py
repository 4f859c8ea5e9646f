"""What the pages of groups, lists and the home page are made with, from a table or the example."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from helpers import worked_example
from perfsite.components.contexts import Assets, make_builder
from perfsite.kpi.groups import FOLDERS
from perfsite.language import Language
from perfsite.pages.groups import (
    group_order_pages,
    group_page,
    groups_order_pages,
    groups_page,
)
from perfsite.pages.lists import kpi_cells, list_pages
from records import site_of

if TYPE_CHECKING:
    from helpers import Worked
    from perfsite.charts.pictures import Job
    from perfsite.components.contexts import (
        Builder,
        Context,
        GroupOrderPage,
        GroupPage,
        GroupsPage,
        ListPage,
    )
    from perfsite.components.elements import Row, Table
    from perfsite.kpi.groups import GroupKind, GroupSummary
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.pages.lists import Cells
    from perfsite.site_data import SiteData


@dataclass(frozen=True)
class Made:
    """A site's figures, and the pages that are made of them."""

    worked: Worked
    language: Language

    @cached_property
    def services(self) -> list[ServiceSummary]:
        """All services."""
        return list(self.worked.summaries.values())

    @cached_property
    def groups(self) -> list[GroupSummary]:
        """All groups, everything first."""
        return list(self.worked.groups.values())

    @property
    def whole(self) -> GroupSummary:
        """All services together."""
        return self.groups[0]

    def of_kind(self, kind: GroupKind) -> list[GroupSummary]:
        """All groups of a kind."""
        return [summary for summary in self.groups if summary.group.kind is kind]

    def group(self, kind: GroupKind, slug: str) -> GroupSummary:
        """A group."""
        return next(s for s in self.of_kind(kind) if s.group.slug == slug)

    @cached_property
    def site(self) -> SiteData:
        """The records that pages are made of."""
        return site_of(self.worked)

    @cached_property
    def builder(self) -> Builder:
        """What pages are made with."""
        return make_builder(
            self.worked.config,
            self.language,
            [(self.language.tag, "", "")],
            Assets("site.css", "filter.js", "icon.svg", ""),
        )

    @cached_property
    def cells(self) -> Cells:
        """The cells of each service in every list."""
        return kpi_cells(self.services, self.language)

    @cached_property
    def lists(self) -> list[ListPage]:
        """The services list in all its orders."""
        return list_pages(self.builder, self.site.whole)

    @cached_property
    def group_pages(self) -> dict[str, tuple[GroupPage, list[Job]]]:
        """The pages of all departments, agencies and categories by their addresses."""
        made = [
            group_page(self.builder, replace(record, agencies=()), self.cells)
            for kind in FOLDERS
            for record in self.site.of_kind(kind)
        ]
        return {page.path: (page, jobs) for page, jobs in made}

    @cached_property
    def groups_pages(self) -> dict[GroupKind, tuple[GroupsPage, list[Job]]]:
        """The lists of groups."""
        return {
            kind: groups_page(self.builder, kind, self.site.of_kind(kind), self.site.whole)
            for kind in FOLDERS
        }

    @cached_property
    def orders(self) -> dict[str, GroupOrderPage]:
        """Every further order of the lists of groups, and of the services of each."""
        pages = [
            page
            for kind in FOLDERS
            for page in (
                *groups_order_pages(self.builder, kind, self.site.of_kind(kind)),
                *(
                    one
                    for record in self.site.of_kind(kind)
                    for one in group_order_pages(self.builder, record, self.cells)
                ),
            )
        ]
        assert len({page.path for page in pages}) == len(pages)
        return {page.path: page for page in pages}

    @property
    def pages(self) -> list[Context]:
        """All of these pages."""
        return [
            *self.lists,
            *(page for page, _ in self.group_pages.values()),
            *(page for page, _ in self.groups_pages.values()),
            *self.orders.values(),
        ]


def made_of(worked: Worked, language: Language | None = None) -> Made:
    """The pages of some figures, in English unless another language is given."""
    return Made(worked, language or Language("en-GB"))


@cache
def example() -> Made:
    """The pages of the example, all 734 services of it."""
    return made_of(worked_example())


def column_of(table: Table, name: str) -> list[str]:
    """The texts of a column, from the top down."""
    place = next(i for i, column in enumerate(table.columns) if column.text == name)
    if place == 0:
        return [row.header for row in table.rows]
    return [row.cells[place - 1].text for row in table.rows]


def row_of(table: Table, header: str) -> Row:
    """The row with this header."""
    return next(row for row in table.rows if row.header == header)
