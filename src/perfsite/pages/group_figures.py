"""The figures of a group over time: like-for-like charts, and tables that say who reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import panel_job
from perfsite.charts.sentences import panel_sentence
from perfsite.components.builder import group_name, group_title
from perfsite.components.elements import (
    Cell,
    ChartFigure,
    Column,
    Row,
    Table,
    coverage,
    like_for_like,
    value_cell,
)
from perfsite.kpis import KPIS, Place, at
from perfsite.model import Status
from perfsite.text import message
from perfsite.widgets.frame import gap_note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.charts.pictures import ChartJob
    from perfsite.kpi import GroupFigure, GroupSummary
    from perfsite.kpi.matched import Panel, Panels
    from perfsite.language import Language
    from perfsite.periods import Period

_INCOMPLETE: Final = message("incomplete: too few services have reported")


def source(language: Language) -> str:
    """Whose the figures are that a group adds up."""
    return language.say("Source: figures given by the services named.")


def group_figures(
    panels: Mapping[str, Panels], summary: GroupSummary, folder: str, csv: str, language: Language
) -> tuple[list[ChartFigure], list[ChartJob]]:
    """The figures of a group over time, and the charts that they need.

    `folder` is that of its pictures, `csv` the address of its data.
    """
    figures: list[ChartFigure] = []
    jobs: list[ChartJob] = []
    for kpi in at(Place.GROUP_CHART):
        if kpi not in summary.series:
            continue
        panel = panels[kpi].of(summary)
        if panel is None:
            figures.append(_without_picture(summary, kpi, csv, language))
        else:
            figure, job = _charted(summary, panel, folder, csv, language)
            figures.append(figure)
            jobs.append(job)
    return figures, jobs


def _without_picture(summary: GroupSummary, kpi: str, csv: str, language: Language) -> ChartFigure:
    """A table alone: there is one period, or nobody to compare over time."""
    table = _series_table(summary, kpi, None, language)
    anchor, heading = f"chart-{KPIS[kpi].slug}", language.say(KPIS[kpi].words.over_time)
    return ChartFigure(anchor, heading, "", "", "", "", table, csv, source(language))


def _charted(
    summary: GroupSummary, panel: Panel, folder: str, csv: str, language: Language
) -> tuple[ChartFigure, ChartJob]:
    kpi, slug = panel.kpi, KPIS[panel.kpi].slug
    last, value = panel.points[-1]
    doubts = panel.doubt_of(last), panel.doubt_of(last.year_before)
    heading = panel_sentence(language, kpi, value, panel.year_before, panel.services, last, doubts)
    subtitle = language.plural(
        panel.of,
        "{kpi}, like for like: the {services} of {n} service with figures for every period shown, "
        "{span}",
        "{kpi}, like for like: the {services} of {n} services with figures for every period "
        "shown, {span}",
        kpi=language.say(KPIS[kpi].name),
        services=language.count(panel.services),
        span=language.span_range(panel.points[0][0], last),
    )
    about = language.say(
        "{name}. {subtitle}", name=group_title(summary.group, language), subtitle=subtitle
    )
    job = panel_job(f"{folder}/{slug}.svg", heading, about, panel, language)
    figure = ChartFigure(
        f"chart-{slug}",
        heading,
        subtitle,
        job.path,
        language.say(
            "Line chart: {sentence}. Its points are in the table below it, beside the figures of "
            "all services.",
            sentence=heading,
        ),
        " ".join(
            filter(
                None,
                (
                    language.say(
                        "The chart follows the same services from start to end. The table has its "
                        "points, and adds up whichever services reported, so its totals also "
                        "change when services start or stop reporting."
                    ),
                    gap_note(job, language),
                ),
            )
        ),
        _series_table(summary, kpi, panel, language),
        csv,
        source(language),
        f"{folder}/{slug}.html",
        job.width,
        job.height,
    )
    return figure, job


def _series_table(
    summary: GroupSummary, kpi: str, panel: Panel | None, language: Language
) -> Table:
    """A group's series, newest first: each period with who reported, and the chart's line."""
    texts: tuple[str, ...] = (
        language.say("12 months"),
        language.say(KPIS[kpi].name),
        language.say("Services reporting"),
        language.say("Change on a year before, like for like"),
    )
    if panel:
        texts += (
            language.plural(
                panel.services,
                "The line: the same {n} service",
                "The line: the same {n} services",
            ),
        )
    rows = tuple(
        Row(
            language.period_range(figure.period),
            (
                *_cells(figure, language),
                *((_point(panel, figure.period, language),) if panel else ()),
            ),
        )
        for figure in reversed(summary.series[kpi])
    )
    caption = language.say(
        "{kpi} of the services that reported: {group}",
        kpi=language.say(KPIS[kpi].name),
        group=group_name(summary.group, language),
    )
    return Table(caption, tuple(Column(text) for text in texts), rows)


def _point(panel: Panel, period: Period, language: Language) -> Cell:
    """A point of the like-for-like line; empty where it does not reach."""
    value = dict(panel.points).get(period)
    if value is None:
        return Cell("", missing=True)
    doubt = panel.doubt_of(period)
    return value_cell(value, KPIS[panel.kpi].kind, Status.PROVIDED, language, doubt)


def _cells(figure: GroupFigure, language: Language) -> tuple[Cell, ...]:
    kind = KPIS[figure.kpi].kind
    cell = value_cell(figure.value, kind, Status.PROVIDED, language, figure.uncertain)
    changed = like_for_like(figure, language)
    like = language.plural(
        figure.like_services,
        "{n} service in both years",
        "{n} services in both years",
    )
    return (
        Cell(
            cell.text,
            cell.full,
            "" if figure.complete else language.say(_INCOMPLETE),
        ),
        Cell(coverage(figure, language)),
        Cell(changed, note=like if changed else "", missing=not changed),
    )
