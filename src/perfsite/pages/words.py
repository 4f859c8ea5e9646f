"""Figures as cards and cells: the words that stand on pages, the same wherever a figure stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.formats import change, count, figure, full_figure, period_range
from perfsite.measures import KPIS, Kind
from perfsite.model import Status
from perfsite.pages.context import Card, Cell
from perfsite.periods import Period

if TYPE_CHECKING:
    from perfsite.kpi import Figure, GroupFigure

MISSING_WORDS: Final = {
    Status.NOT_PROVIDED: "no data",
    Status.NOT_APPLICABLE: "not applicable",
    Status.CONFIDENTIAL: "confidential",
    Status.WITHHELD: "withheld",
}
_WHY: Final = {
    Status.NOT_PROVIDED: "No figures were provided.",
    Status.NOT_APPLICABLE: "This does not apply to the service.",
    Status.CONFIDENTIAL: "The figures are confidential.",
}
_PARTS: Final = {
    "digital_take_up": ("digital transactions", "transactions in all"),
    "completion_rate": ("transactions completed", "transactions started"),
}


def value_cell(value: float | None, kind: Kind, currency: str, status: Status) -> Cell:
    """A figure, or the word for its absence."""
    if value is None:
        return Cell(MISSING_WORDS.get(status, "no data"), missing=True)
    text, full = figure(value, kind, currency), full_figure(value, kind, currency)
    same = full in (text, text.replace(".0%", "%"))
    return Cell(text, "" if same else full)


def count_cell(value: float | None) -> Cell:
    """A count in full, or the word for its absence."""
    return Cell(count(value)) if value is not None else Cell("no data", missing=True)


def change_cell(value: float | None, before: float | None, kind: Kind) -> Cell:
    """The change on a year before; empty where one of the two is missing."""
    if value is None or before is None:
        return Cell("", missing=True)
    return Cell(change(value, before, kind))


def headline_cell(figure_: Figure, currency: str) -> Cell:
    """A service's headline in a list; older figures say until when they are."""
    cell = value_cell(figure_.value, KPIS[figure_.kpi].kind, currency, figure_.status)
    if figure_.status is Status.OLDER and figure_.period:
        end = figure_.period.end
        note = f"to {period_range(Period.months(end.year, end.month))}"
        return Cell(cell.text, cell.full, note)
    return cell


def service_card(figure_: Figure, currency: str) -> Card:
    """A headline KPI of a service."""
    kpi = KPIS[figure_.kpi]
    notes = []
    if figure_.status is Status.WITHHELD:
        part, whole = _PARTS.get(figure_.kpi, ("the part", "the whole"))
        notes.append(
            f"The service gave {count(figure_.numerator or 0)} {part}, but only "
            f"{count(figure_.denominator or 0)} {whole}. One of the two must be wrong, so no "
            "percentage is shown."
        )
    elif figure_.value is None:
        notes.append(_WHY.get(figure_.status, ""))
    cell = value_cell(figure_.value, kpi.kind, currency, figure_.status)
    changed = change_cell(figure_.value, figure_.before, kpi.kind).text
    return Card(
        f"kpi-{kpi.slug}",
        kpi.name,
        cell.text.capitalize() if cell.missing else cell.text,
        cell.full,
        period_range(figure_.period) if figure_.period else "",
        f"{changed} on a year before" if changed else "",
        tuple(notes),
        figure_.status is Status.OLDER,
        cell.missing,
        f"about.html#{kpi.slug}",
    )


def coverage(figure_: GroupFigure) -> str:
    """How many services stand behind a group's figure: `34 of 49 services`."""
    return f"{figure_.services:,} of {figure_.of:,} service{'' if figure_.of == 1 else 's'}"


def like_for_like(figure_: GroupFigure) -> str:
    """The change of the same services on a year before; empty where there are none."""
    if figure_.like_now is None or figure_.like_before is None:
        return ""
    kind = KPIS[figure_.kpi].kind
    return change(figure_.like_now, figure_.like_before, kind)


def group_card(kpi_id: str, figure_: GroupFigure | None, currency: str) -> Card:
    """A headline KPI of a group, with its coverage."""
    kpi = KPIS[kpi_id]
    anchor, definition = f"kpi-{kpi.slug}", f"about.html#{kpi.slug}"
    if figure_ is None:
        why = ("No service has figures for 12 months.",)
        return Card(anchor, kpi.name, "No data", "", "", "", why, False, True, definition)
    cell = value_cell(figure_.value, kpi.kind, currency, Status.PROVIDED)
    changed = like_for_like(figure_)
    like = f"{figure_.like_services:,} services" if figure_.like_services != 1 else "one service"
    return Card(
        anchor,
        kpi.name,
        cell.text,
        cell.full,
        period_range(figure_.period),
        f"{changed} on a year before, like for like ({like})" if changed else "",
        (coverage(figure_),),
        figure_.older,
        False,
        definition,
    )
