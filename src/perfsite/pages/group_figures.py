"""The figures of a group over time: like-for-like charts, and tables that say who reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import panel_job
from perfsite.charts.sentences import panel_sentence
from perfsite.formats import full_figure, period_range, span_range
from perfsite.measures import KPIS
from perfsite.model import Status
from perfsite.pages.context import Cell, ChartFigure, Column, Row, Table
from perfsite.pages.words import coverage, like_for_like, value_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.charts.jobs import ChartJob
    from perfsite.config import SiteConfig
    from perfsite.kpi import GroupSummary
    from perfsite.kpi.panels import Panels

CHARTED: Final = ("transactions_per_year", "digital_take_up")
"""The KPIs that are charted for groups."""
_INCOMPLETE: Final = "incomplete: too few services have reported"


def group_figures(
    config: SiteConfig, panels: Mapping[str, Panels], summary: GroupSummary, folder: str, csv: str
) -> tuple[tuple[ChartFigure, ...], list[ChartJob]]:
    """The figures of a group over time, and the charts that they need."""
    figures: list[ChartFigure] = []
    jobs: list[ChartJob] = []
    for kpi in CHARTED:
        if kpi not in summary.series:
            continue
        name = summary.group.name
        slug = KPIS[kpi].slug
        table = _series_table(summary, kpi, config)
        panel = panels[kpi].of(summary)
        if panel is None:
            heading, subtitle, svg, alt, note = f"{KPIS[kpi].name} over time", "", "", "", ""
        else:
            last, value = panel.points[-1]
            heading = panel_sentence(kpi, value, panel.year_before, panel.services, last)
            covered = f"{panel.services:,} of {panel.of:,} services"
            subtitle = (
                f"{KPIS[kpi].name}, like for like: the {covered} with figures for every period "
                f"shown, {span_range(panel.points[0][0], last)}"
            )
            about = f"{name} ({summary.group.kind}). {subtitle}"
            job = panel_job(f"{folder}/{slug}.svg", heading, about, panel)
            jobs.append(job)
            svg = job.path
            alt = f"Line chart: {heading}. The figures of all services are in the table below it."
            note = (
                "The chart follows the same services from start to end. The table adds up "
                "whichever services reported, so its totals also change when services start or "
                "stop reporting."
            )
        figures.append(ChartFigure(f"chart-{slug}", heading, subtitle, svg, alt, note, table, csv))
    return tuple(figures), jobs


def _series_table(summary: GroupSummary, kpi: str, config: SiteConfig) -> Table:
    columns = (
        "12 months",
        KPIS[kpi].name,
        "Services reporting",
        "Change on a year before, like for like",
    )
    kind = KPIS[kpi].kind
    rows = []
    for figure_ in reversed(summary.series[kpi]):
        cell = value_cell(figure_.value, kind, config.currency, Status.PROVIDED)
        note = "" if figure_.complete else _INCOMPLETE
        changed = like_for_like(figure_)
        noun = "service" if figure_.like_services == 1 else "services"
        like = f"{figure_.like_services:,} {noun} in both years" if changed else ""
        rows.append(
            Row(
                period_range(figure_.period),
                (
                    Cell(cell.text, full_figure(figure_.value, kind, config.currency), note),
                    Cell(coverage(figure_)),
                    Cell(changed, note=like, missing=not changed),
                ),
            )
        )
    caption = f"{KPIS[kpi].name} of the services that reported: {summary.group.name}"
    return Table(caption, tuple(Column(text) for text in columns), tuple(rows))
