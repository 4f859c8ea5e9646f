"""From worked submissions to the pages of their services, as the build makes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from perfsite.components.contexts import Assets, make_builder
from perfsite.kpis import KPIS
from perfsite.language import Language
from perfsite.pages.service import ServicePages, service_page
from records import site_of

if TYPE_CHECKING:
    from helpers import Worked
    from perfsite.components.contexts import Builder
    from perfsite.components.elements import ChartFigure, Table
    from perfsite.config import SiteConfig
    from perfsite.site_data import ServiceRecord

ENGLISH = Language("en-GB")
ASSETS = Assets("assets/a.css", "assets/a.js", "assets/icon.svg", "")


def builder_of(config: SiteConfig, language: Language = ENGLISH) -> Builder:
    """The builder of a site in one language."""
    return make_builder(config, language, [(language.tag, language.name, "")], ASSETS)


def records_of(made: Worked, language: Language = ENGLISH) -> dict[str, ServiceRecord]:
    """The records of all services, each of which is asked for every KPI."""
    return {
        key: replace(
            record,
            asked=tuple(KPIS),
            titles=dict.fromkeys([language.tag], next(iter(record.titles.values()))),
        )
        for key, record in site_of(made).services.items()
    }


def pages_of(made: Worked, service: str = "alpha", builder: Builder | None = None) -> ServicePages:
    """The page of one service, its pictures and its embeds."""
    builder = builder or builder_of(made.config)
    return service_page(builder, records_of(made, builder.language)[service])


def figure_of(pages: ServicePages, slug: str) -> ChartFigure:
    """The figure of a page with this slug."""
    return next(f for f in pages.page.figures if f.anchor == f"chart-{slug}")


def texts(table: Table) -> list[list[str]]:
    """A table as text, its header first."""
    header = [column.text for column in table.columns]
    return [header, *([row.header, *(cell.text for cell in row.cells)] for row in table.rows)]
