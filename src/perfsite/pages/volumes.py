"""Transactions of services by period: what may be added up, because it is of one and the same year.

A service's headline is the latest figure that it has, and those of two services may be of
different years. Sums, treemaps and the filter of the services list take their numbers from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from perfsite.kpi.groups import yearly
from perfsite.kpis import VOLUME
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from perfsite.kpi.figures import Figures
    from perfsite.kpi.groups import GroupSummary

Volumes = Mapping[Period, Mapping[str, float]]
"""The transactions of each service that has a figure, for every period of 12 months."""


def volumes_by_period(figures: Figures) -> Volumes:
    """The transactions of all services for every period of 12 months: the same as groups add up."""
    frame = yearly(figures.frame)
    frame = frame[frame["kpi"] == VOLUME]
    return {
        Period(Unit.MONTH, int(str(first)), MONTHS_IN_YEAR): dict(
            zip(rows["service"].tolist(), rows["numerator"].tolist(), strict=True)
        )
        for first, rows in frame.groupby("first")
    }


def headline_volumes(summary: GroupSummary, volumes: Volumes) -> dict[str, float]:
    """The transactions that make the group's headline, by service; they add up to it.

    Empty where the group has no headline.
    """
    head = summary.figures.get(VOLUME)
    if head is None:
        return {}
    own = volumes[head.period]
    return {service: own[service] for service in summary.group.services if service in own}
