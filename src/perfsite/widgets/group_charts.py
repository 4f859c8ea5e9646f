"""The charts of groups: like-for-like series, tables that say who reported, and treemaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import panel_job, treemap_job
from perfsite.charts.sentences import panel_sentence, treemap_sentence
from perfsite.components.contexts import group_href, group_name, group_title, service_href
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
from perfsite.exports.tables import DEPARTMENTS_CSV, KPIS_CSV
from perfsite.kpi.groups import FOLDERS, GroupKind, alphabetical
from perfsite.kpis import KPIS, VOLUME, Place, at
from perfsite.measures import MeasureKind
from perfsite.model import Status
from perfsite.text import isolated, joined, message
from perfsite.widgets.frame import gap_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.pictures import ChartJob, TreemapJob
    from perfsite.kpi.groups import GroupFigure, GroupSummary
    from perfsite.kpi.matched import Panel
    from perfsite.language import Language
    from perfsite.periods import Period
    from perfsite.site_data import GroupRecord


# The figures of a group over time: like-for-like charts, and tables that say who reported.


_INCOMPLETE: Final = message("incomplete: too few services have reported")


def source(language: Language) -> str:
    """Whose the figures are that a group adds up."""
    return language.say("Source: figures given by the services named.")


def group_figures(
    record: GroupRecord, folder: str, csv: str, language: Language
) -> tuple[list[ChartFigure], list[ChartJob]]:
    """The figures of a group over time, and the charts that they need.

    `folder` is that of its pictures, `csv` the address of its data.
    """
    summary = record.summary
    figures: list[ChartFigure] = []
    jobs: list[ChartJob] = []
    for kpi in at(Place.GROUP_CHART):
        if kpi not in summary.series:
            continue
        panel = record.samples.get(kpi)
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
        joined(
            " ",
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
            ),
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


# Treemaps: which parts a group's transactions of one year are made of, and who is not among them.
#
# The boxes of a treemap are for one and the same 12 months. Who gave no figure for these has no
# box, and the words beside the picture say so: a missing box is not a small one.


_OF_DEPARTMENTS: Final = "charts/departments"
_MOST_BOXES: Final = 24
_SMALLEST: Final = 0.004
"""The share of the whole from which a box can be seen: 20 by 20 pixels of a picture for a phone."""
_ROOMY: Final = 0.1
"""The share from which a box has room for a whole name; below it an abbreviation is used."""
_FEWEST: Final = 2
_NAMED: Final = 5
"""So many names can be listed in a note."""
_BY_KIND: Final = {
    GroupKind.DEPARTMENT: message("Transactions by department"),
    GroupKind.AGENCY: message("Transactions by agency"),
    GroupKind.CATEGORY: message("Transactions by category"),
}
_COLUMN: Final = {
    GroupKind.DEPARTMENT: message("Department"),
    GroupKind.AGENCY: message("Agency"),
    GroupKind.CATEGORY: message("Category"),
}


@dataclass(frozen=True)
class Box:
    """A part of a whole: its transactions, the page about it, and how many services it stands for.

    `reporting` is text such as `8 of 34 services`, empty for a service; `abbr` is what fits into a
    small box, empty where there is no shorter name.
    """

    name: str
    value: float
    href: str
    reporting: str = ""
    abbr: str = ""


def service_boxes(record: GroupRecord) -> list[Box]:
    """The services of a group, with what they have in the period of its headline."""
    return [
        Box(record.members[key].service.name, value, service_href(key))
        for key, value in record.volumes.items()
    ]


def services_treemap(
    summary: GroupSummary, boxes: Sequence[Box], folder: str, language: Language
) -> tuple[ChartFigure, TreemapJob] | None:
    """The services of a group as their boxes; None where there is nothing to see."""
    head = summary.figures.get(VOLUME)
    if head is None:
        return None
    notes = []
    if silent := head.of - head.services:
        notes.append(
            language.plural(
                silent,
                "One service without a figure for this period has no box.",
                "{n} services without a figure for this period have no box.",
            )
        )
    title = language.say("Transactions by service")
    name = "" if summary.group.kind is GroupKind.ALL else summary.group.name
    words = (title, name, name and group_title(summary.group, language), language.say("Service"))
    return _treemap(boxes, head, words, f"{folder}/services", notes, language)


def groups_treemap(
    whole: GroupSummary, groups: Sequence[GroupSummary], kind: GroupKind, language: Language
) -> tuple[ChartFigure, TreemapJob] | None:
    """The groups of a kind in the period of the whole's headline; None where there is nothing."""
    head = whole.figures.get(VOLUME)
    if head is None:
        return None
    figures = [(group, _of_period(group, head.period)) for group in groups]
    boxes = [
        Box(
            group.group.name,
            figure.value,
            group_href(group.group),
            coverage(figure, language),
            group.group.abbr,
        )
        for group, figure in figures
        if figure is not None
    ]
    notes = [
        *_some(
            language,
            message(
                "These boxes lack most of their services, which gave no figure for this period: "
                "{names}."
            ),
            message(
                "{n} boxes lack most of their services, which gave no figure for this period; the "
                "table says which."
            ),
            [
                f"{isolated(group.group.name)} ({coverage(figure, language)})"
                for group, figure in figures
                if figure is not None and not figure.complete
            ],
        ),
        *_some(
            language,
            message(
                "None of their services gave a figure for this period, so there is no box for: "
                "{names}."
            ),
            message(
                "{n} have no box, because none of their services gave a figure for this period."
            ),
            [str(isolated(group.group.name)) for group, figure in figures if figure is None],
        ),
    ]
    if sum(len(group.group.services) for group in groups) < len(whole.group.services):
        # Not every service has an agency or a category: those that have none are no part of this.
        head = replace(
            head,
            services=sum(figure.services for _, figure in figures if figure is not None),
            of=sum(_applicable(group, head.period) for group in groups),
            stocks=sum(figure.stocks for _, figure in figures if figure is not None),
        )
    words = (language.say(_BY_KIND[kind]), "", "", language.say(_COLUMN[kind]))
    return _treemap(boxes, head, words, f"charts/{FOLDERS[kind][0]}", notes, language)


def _of_period(summary: GroupSummary, period: Period) -> GroupFigure | None:
    series = summary.series.get(VOLUME, ())
    return next((figure for figure in series if figure.period == period), None)


def _applicable(summary: GroupSummary, period: Period) -> int:
    """How many services of a group have transactions to report for a period."""
    figure = _of_period(summary, period)
    return summary.sizes[VOLUME][period.first] if figure is None else figure.of


def _some(language: Language, few: str, many: str, names: Sequence[str]) -> list[str]:
    """A remark about some groups by their names, or by their number where they are many."""
    if not names:
        return []
    if len(names) > _NAMED:
        return [language.say(many, n=language.count(len(names)))]
    return [language.say(few, names="; ".join(names))]


def _treemap(
    boxes: Sequence[Box],
    head: GroupFigure,
    words: tuple[str, str, str, str],
    path: str,
    notes: Sequence[str],
    language: Language,
) -> tuple[ChartFigure, TreemapJob] | None:
    """The figure and its picture.

    `words` are the title, the group, its name among all groups and the header of the boxes' names.
    """
    title, name, full_name, column = words
    boxes = sorted(boxes, key=lambda box: (-box.value, alphabetical(box.name), box.href))
    total = sum(box.value for box in boxes)
    if sum(box.value > 0 for box in boxes) < _FEWEST:
        return None
    if head.stocks:
        counted = language.say(
            "{amount} of the {total} in these boxes counts stocks, such as people or claims on a "
            "day, and not transactions in a year.",
            amount=language.figure(head.stocks, MeasureKind.COUNT),
            total=language.figure(total, MeasureKind.COUNT),
        )
        notes = [counted, *notes]
    largest = boxes[0]
    heading = treemap_sentence(
        language, largest.name, largest.value / total, head.period, _reporting(head, name, language)
    )
    # {covered} is `34 of 49 services`.
    subtitle = language.say(
        "{title}, {period}: {covered}",
        title=title,
        period=language.period_range(head.period),
        covered=coverage(head, language),
    )
    about = (
        language.say("{name}. {subtitle}", name=full_name, subtitle=subtitle) if name else subtitle
    )
    items = _largest(boxes, total, language)
    job = treemap_job(f"{path}.svg", heading, about, items, language, MeasureKind.COUNT)
    caption = language.say("{title}: {name}", title=title, name=name) if name else title
    figure = ChartFigure(
        f"chart-{path.rpartition('/')[2]}",
        heading,
        subtitle,
        job.path,
        language.say(
            "Treemap: {sentence}. All boxes are in the table below it, the largest first.",
            sentence=heading,
        ),
        joined(" ", notes),
        _table(boxes, total, caption, column, language),
        DEPARTMENTS_CSV if path == _OF_DEPARTMENTS else KPIS_CSV,
        source(language),
        f"{path}.html",
        job.width,
        job.height,
    )
    return figure, job


def _reporting(head: GroupFigure, group: str, language: Language) -> str:
    """Whose transactions these are: the group's, or those of its services that reported.

    Empty for all services, where all have reported.
    """
    if head.services == head.of:
        return group
    if group:
        return language.plural(
            head.services,
            "the one service of {group} that reported",
            "the {n} services of {group} that reported",
            group=group,
        )
    return language.plural(
        head.services, "the one service that reported", "the {n} services that reported"
    )


def _largest(boxes: Sequence[Box], total: float, language: Language) -> list[tuple[str, float]]:
    """The boxes that can be seen, and one for all the others together."""
    shown = [box for box in boxes[:_MOST_BOXES] if box.value >= total * _SMALLEST]
    rest = [box for box in boxes[len(shown) :] if box.value > 0]
    shown += rest if len(rest) == 1 else []
    items = [
        (box.abbr if box.abbr and box.value < total * _ROOMY else box.name, box.value)
        for box in shown
    ]
    if len(rest) > 1:
        words = language.say("{n} others", n=language.count(len(rest)))
        items.append((words, sum(box.value for box in rest)))
    return items


def _table(
    boxes: Sequence[Box], total: float, caption: str, column: str, language: Language
) -> Table:
    grouped = any(box.reporting for box in boxes)
    texts = [column, language.say("Transactions"), language.say("Share of these transactions")]
    texts += [language.say("Services reporting")] if grouped else []
    rows = tuple(
        Row(
            box.name,
            (
                Cell(language.count(box.value)),
                Cell(language.short_percent(box.value / total)),
                *([Cell(box.reporting)] if grouped else []),
            ),
            box.href,
            box.abbr,
        )
        for box in boxes
    )
    return Table(caption, tuple(Column(text) for text in texts), rows)
