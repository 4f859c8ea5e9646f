"""From worked submissions to the pages of their services, as the build makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.charts.breakdowns import charted_measures, collect_breakdowns
from perfsite.charts.series import collect_given, collect_measures
from perfsite.components.builder import Assets, make_builder
from perfsite.kpi.headlines import peers
from perfsite.kpi.health import assess_services
from perfsite.kpi.trace import trace
from perfsite.language import Language
from perfsite.pages.service import ServicePages, ServiceTools, service_page, service_titles

if TYPE_CHECKING:
    from helpers import Worked
    from perfsite.components.builder import Builder
    from perfsite.components.elements import ChartFigure, Table
    from perfsite.config import SiteConfig
    from perfsite.kpi.groups import Group

ENGLISH = Language("en-GB")
ASSETS = Assets("assets/a.css", "assets/a.js", "assets/icon.svg", "")


def builder_of(config: SiteConfig, language: Language = ENGLISH) -> Builder:
    """The builder of a site in one language."""
    return make_builder(config, language, [(language.tag, language.name, "")], ASSETS)


def tools_of(made: Worked, builder: Builder | None = None) -> ServiceTools:
    """What the pages of all services share."""
    summaries = list(made.summaries.values())
    memberships: dict[str, list[Group]] = {}
    for group in made.groups.values():
        for service in group.group.services:
            memberships.setdefault(service, []).append(group.group)
    return ServiceTools(
        builder or builder_of(made.config),
        made.summaries,
        service_titles(summaries),
        made.series,
        collect_measures(made.parts, charted_measures(made.config), made.services),
        collect_breakdowns(made.observations, made.parts, made.services, made.config),
        {},
        memberships,
        trace(summaries, made.parts, made.figures.windows, made.observations, made.config),
        peers(summaries),
        assess_services(made.ledger),
        given=collect_given(made.observations, {}, made.services),
    )


def pages_of(made: Worked, service: str = "alpha", builder: Builder | None = None) -> ServicePages:
    """The page of one service, its pictures and its embeds."""
    return service_page(tools_of(made, builder), made.summaries[service])


def figure_of(pages: ServicePages, slug: str) -> ChartFigure:
    """The figure of a page with this slug."""
    return next(f for f in pages.page.figures if f.anchor == f"chart-{slug}")


def texts(table: Table) -> list[list[str]]:
    """A table as text, its header first."""
    header = [column.text for column in table.columns]
    return [header, *([row.header, *(cell.text for cell in row.cells)] for row in table.rows)]
