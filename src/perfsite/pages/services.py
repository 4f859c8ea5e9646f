"""The page of each service: its lead, cards and figures, and the charts that these need."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from perfsite.charts.jobs import bars_job, describe, line_job
from perfsite.charts.sentences import level_sentence, service_lead, transactions_sentence
from perfsite.charts.series import TRANSACTIONS
from perfsite.formats import count, in_period, period_name, period_range
from perfsite.model import Status
from perfsite.pages.context import Cell, ChartFigure, Column, Link, Row, ServicePage, Table
from perfsite.pages.site import Builder, service_href
from perfsite.pages.words import change_cell, count_cell, service_card, value_cell
from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.charts.jobs import ChartJob
    from perfsite.charts.series import Point, Series
    from perfsite.config import SiteConfig
    from perfsite.kpi import ServiceSummary
    from perfsite.kpi.groups import Group
    from perfsite.measures import Kind

_CARDS: Final = (
    "transactions_per_year",
    "digital_take_up",
    "cost_per_transaction",
    "user_satisfaction",
    "completion_rate",
    "availability",
    "total_cost",
)
_COLUMNS: Final = {
    TRANSACTIONS: ("All transactions", "Digital", "Other channels"),
    "digital_take_up": ("Digital take-up", "Digital transactions", "All transactions"),
    "cost_per_transaction": ("Cost per transaction", "Total cost", "All transactions"),
    "completion_rate": ("Completion rate", "Completed", "Started"),
    "user_satisfaction": ("User satisfaction",),
    "availability": ("Availability",),
}
_ON_YEAR: Final = "Change on a year before"
_ON_PREVIOUS: Final = "Change on the period before"
_FEW_NOTES: Final = 3
_YEAR: Final = 12


def service_titles(summaries: Sequence[ServiceSummary]) -> dict[str, str]:
    """The title of each service's page; services of one name and organisation show their ids."""
    titles = {s.service.id: f"{s.service.name}: {s.service.organisation}" for s in summaries}
    shared = Counter(titles.values())
    return {key: f"{t} ({key})" if shared[t] > 1 else t for key, t in titles.items()}


def service_page(
    builder: Builder,
    config: SiteConfig,
    summary: ServiceSummary,
    title: str,
    series: Sequence[Series],
    notes: Sequence[str],
    groups: Mapping[str, Sequence[Group]],
) -> tuple[ServicePage, list[ChartJob]]:
    """The page of one service and the charts on it.

    `notes` are the distinct notes on its observations, `groups` the department, agency and
    category that it belongs to, by service.
    """
    service = summary.service
    figures, jobs = [], []
    for one in series:
        figure, job = _figure(one, service.name, service.id, config.currency)
        figures.append(figure)
        jobs += [job] if job else []
    organisations = tuple(
        Link(group.name, f"{folder}/{group.slug}.html")
        for folder, group in _organisations(groups.get(service.id, ()))
    )
    lead = _lead(summary)
    notices = []
    if service.closed:
        when = in_period(Period.parse(service.closed))
        notices.append(f"This service closed {when}. Its figures are kept here.")
    silent = all(f.status is Status.NOT_PROVIDED for f in summary.figures.values())
    if silent and not figures:
        notices.append("This service is in the register, but no figures were provided for it.")
    page = ServicePage(
        **builder.base(
            service_href(service.id),
            title,
            lead or f"Performance figures of {service.name}, {service.organisation}.",
            "services",
            Link("Services", "services/index.html"),
            *organisations[:2],
        ),
        name=service.name,
        organisations=organisations,
        lead=lead,
        notices=tuple(notices),
        cards=tuple(service_card(summary.figures[kpi], config.currency) for kpi in _CARDS),
        figures=tuple(figures),
        remarks=_remarks(notes),
        facts=_facts(summary, organisations),
        description_text=service.description,
        cost_notes=service.cost_notes,
        notes=service.notes,
        url=service.url,
        csv=f"services/{service.id}.csv",
        json=f"services/{service.id}.json",
    )
    return page, jobs


def _organisations(groups: Sequence[Group]) -> list[tuple[str, Group]]:
    """The department, and the agency where it is another body."""
    folders = {"department": "departments", "agency": "agencies"}
    mine = {
        group.name: (folders[group.kind], group) for group in groups[::-1] if group.kind in folders
    }
    return list(mine.values())[::-1]


def _facts(
    summary: ServiceSummary, organisations: Sequence[Link]
) -> tuple[tuple[str, str, str], ...]:
    """Label, text and address of what the register says; what it does not say is said too."""
    service = summary.service
    rows = [("Department", service.department, organisations[0].href if organisations else "")]
    if service.agency and service.agency != service.department:
        rows.append(("Agency or body", service.agency, organisations[-1].href))
    rows += [
        ("Category", service.category, ""),
        ("Customer type", service.customer_type, ""),
        ("Who pays", service.funded_by, ""),
    ]
    dates = (("Opened", service.opened), ("Closed", service.closed))
    rows += [(label, period_name(Period.parse(text)), "") for label, text in dates if text]
    return tuple((label, text or "not provided", href) for label, text, href in rows)


def _lead(summary: ServiceSummary) -> str:
    transactions = summary.figures["transactions_per_year"]
    take_up = summary.figures["digital_take_up"]
    return service_lead(
        (transactions.value, transactions.period)
        if transactions.value is not None and transactions.period
        else None,
        (take_up.value, take_up.period, take_up.before)
        if take_up.value is not None and take_up.period
        else None,
    )


def _remarks(notes: Sequence[str]) -> tuple[str, ...]:
    if len(notes) <= _FEW_NOTES:
        return tuple(notes)
    more = len(notes) - _FEW_NOTES
    return (*notes[:_FEW_NOTES], f"and {count(more)} more notes, in the CSV file of this page")


def _figure(
    series: Series, name: str, service: str, currency: str
) -> tuple[ChartFigure, ChartJob | None]:
    last = series.given[-1] if series.given else None
    if last is None or last.value is None:
        sentence = f"{series.name}: withheld"
    elif series.kpi == TRANSACTIONS:
        sentence = transactions_sentence(last.value, last.before, last.period)
    else:
        sentence = level_sentence(series.kpi, last.value, last.before, last.period, currency)
    over = describe(series)
    job: ChartJob | None = None
    path = f"services/{service}/{series.slug}.svg"
    if series.is_drawn:
        subtitle = f"{name}. {over}"
        job = (
            bars_job(path, sentence, subtitle, series)
            if series.has_bars
            else line_job(path, sentence, subtitle, series, currency)
        )
    figure = ChartFigure(
        f"chart-{series.slug}",
        sentence,
        over,
        job.path if job else "",
        _alt(series, sentence) if job else "",
        _figure_note(series),
        _table(series, f"{over}: {name}", currency),
        f"services/{service}.csv",
    )
    return figure, job


def _alt(series: Series, sentence: str) -> str:
    kind = "Bar chart" if series.has_bars else "Line chart"
    missing = len(series.points) - len(series.given)
    gaps = f" {missing} periods have no figure." if missing > 1 else ""
    gaps = " One period has no figure." if missing == 1 else gaps
    return f"{kind}: {sentence}.{gaps} All figures are in the table below it."


def _figure_note(series: Series) -> str:
    notes = [_contradiction(series)]
    if any(point.broken for point in series.points):
        notes.append(
            "A dashed line marks a break in the series: figures before and after it cannot be "
            "compared."
        )
    return " ".join(filter(None, notes))


def _contradiction(series: Series) -> str:
    withheld = sum(point.status is Status.WITHHELD for point in series.points)
    if withheld:
        where = "one period" if withheld == 1 else f"{withheld} periods"
        return f"In {where} a part is larger than its whole, so no percentage is shown."
    over = sum(_over(point) for point in series.points) if series.kpi == TRANSACTIONS else 0
    if over:
        where = "one period" if over == 1 else f"{over} periods"
        return (
            f"In {where} the service gave more digital transactions than transactions in all. "
            "One of the two must be wrong, so they are not split in the chart."
        )
    return ""


def _over(point: Point) -> bool:
    return point.value is not None and point.numerator is not None and point.numerator > point.value


def _table(series: Series, caption: str, currency: str) -> Table:
    """All periods, newest first; missing ones are there and say so."""
    # For 12 months the period before is the year before.
    changes = (_ON_YEAR,) if series.count >= _YEAR else (_ON_YEAR, _ON_PREVIOUS)
    columns = tuple(Column(text) for text in ("Period", *_COLUMNS[series.kpi], *changes))
    rows = []
    for point in reversed(series.points):
        earlier = (point.before, point.previous)[: len(changes)]
        changed = [change_cell(point.value, value, series.kind) for value in earlier]
        cells = _cells(series.kpi, series.kind, point, currency)
        under = "break in the series" if point.broken else ""
        rows.append(Row(period_range(point.period), (*cells, *changed), under=under))
    return Table(caption, columns, tuple(rows))


def _cells(kpi: str, kind: Kind, point: Point, currency: str) -> tuple[Cell, ...]:
    if kpi == TRANSACTIONS:
        value = (
            Cell(count(point.value))
            if point.value is not None
            else value_cell(None, kind, currency, point.status)
        )
        if _over(point):
            other = Cell("digital is above all", missing=True)
        elif point.value is None or point.numerator is None:
            other = Cell("no data", missing=True)
        else:
            other = Cell(count(point.value - point.numerator))
        return (value, count_cell(point.numerator), other)
    value = value_cell(point.value, kind, currency, point.status)
    if len(_COLUMNS[kpi]) == 1:
        return (value,)
    if kpi == "cost_per_transaction":
        top = value_cell(point.numerator, kind, currency, Status.NOT_PROVIDED)
    else:
        top = count_cell(point.numerator)
    return (value, top, count_cell(point.denominator))
