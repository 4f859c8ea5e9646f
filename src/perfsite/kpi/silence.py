"""Services that have fallen silent: what a group's total lacks, by whom and how much.

A total over whoever reports looks whole although a department with two thirds of it reports no
more. Who that is, and how much they last had, is worked out here; docs/kpis.md has the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perfsite.kpi.inputs import periods_of
from perfsite.kpis import KPIS
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Silent:
    """A service that has fallen silent: its weight in its last 12 months, and which those are.

    `partly` tells that it gave figures since, but not those of 12 months.
    """

    service: str
    period: Period
    weight: float
    partly: bool


@dataclass(frozen=True)
class Silence:
    """The services of a group that have fallen silent, and their share of a year before.

    The services with the most come first. `share` is from 0 to 1.
    """

    services: tuple[Silent, ...]
    share: float


class Ends:
    """When the figures of each service's parts were over: arrays that all KPIs share."""

    def __init__(self, parts: pd.DataFrame, services: Sequence[str]) -> None:
        """Lay out the frame of `parts`; `services` are those by whose order `newest` answers."""
        key = ["unit", "count", "first"]
        periods = parts[key].drop_duplicates()
        over = periods.assign(over=[one.last_complete_month for one in periods_of(periods)])
        self._over = parts[key].merge(over, on=key, how="left")["over"].to_numpy(dtype="int64")
        self._places = pd.Index(services).get_indexer(pd.Index(parts["service"]))
        self._part, self._parts = pd.factorize(parts["part"])
        self._status, self._statuses = pd.factorize(parts["status"])
        self._number = len(services)

    def newest(self, parts: Sequence[str], statuses: Sequence[str]) -> NDArray[np.int64]:
        """The last month that was over when the newest of these figures ended; -1 without one."""
        rows = np.isin(self._part, self._parts.get_indexer(pd.Index(parts)))
        rows &= np.isin(self._status, self._statuses.get_indexer(pd.Index(statuses)))
        return newest(self._places[rows], self._over[rows], self._number)


def newest(places: NDArray[np.intp], months: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """The last month at each of so many places; -1 where there is none, and for no place at all."""
    found = np.full(number, -1, dtype="int64")
    known = places >= 0
    np.maximum.at(found, places[known], months[known])
    return found


class Silences:
    """Who has fallen silent, for any group and one KPI: arrays of services by months, made once."""

    def __init__(
        self,
        kpi: str,
        figures: pd.DataFrame,
        weights: pd.DataFrame,
        ends: Ends,
        services: Sequence[str],
    ) -> None:
        """Lay out what is known of a KPI.

        `figures` are the figures of 12 months of any status (frame of `figures`), `weights` those
        that groups add up, with a column `weight`. `services` are all services in the order by
        which `of` is asked, and `ends` has been told.
        """
        mine = figures[figures["kpi"] == kpi]
        weighed = weights[weights["kpi"] == kpi].pivot(
            index="service", columns="first", values="weight"
        )
        self._names = list(services)
        self._grid = weighed.reindex(self._names).to_numpy(dtype=float)
        self._at = {int(first): place for place, first in enumerate(weighed.columns)}
        firsts = weighed.columns.to_numpy(dtype="int64")
        self._last = np.where(~np.isnan(self._grid), firsts, -1).max(axis=1, initial=-1)
        places = pd.Index(self._names).get_indexer(pd.Index(mine["service"]))
        self._newest = newest(places, mine["first"].to_numpy(dtype="int64"), len(self._names))
        made_of = KPIS[kpi].parts
        self._given = ends.newest(made_of, [Status.PROVIDED, Status.CONFIDENTIAL])
        self._waived = ends.newest(made_of, [Status.NOT_APPLICABLE])

    def of(self, members: NDArray[np.intp], first: int, is_open: NDArray[np.bool_]) -> Silence:
        """Who of the `members` has fallen silent, for the 12 months that begin with `first`.

        `members` are places among the services, `is_open` tells which of these were open then.
        """
        last = self._last[members]
        over = last + MONTHS_IN_YEAR - 1
        quiet = (last >= 0) & (self._newest[members] < first) & is_open
        quiet &= self._waived[members] <= over
        then = self._weights(members, first - MONTHS_IN_YEAR)
        total = float(np.nansum(then))
        found = []
        missing = 0.0
        for place in np.flatnonzero(quiet).tolist():
            weight = float(self._grid[members[place], self._at[int(last[place])]])
            missing += weight if np.isnan(then[place]) else float(then[place])
            total += weight if np.isnan(then[place]) else 0.0
            found.append(
                Silent(
                    self._names[int(members[place])],
                    Period(Unit.MONTH, int(last[place]), MONTHS_IN_YEAR),
                    weight,
                    bool(self._given[members[place]] > over[place]),
                )
            )
        found.sort(key=lambda one: (-one.weight, one.service))
        return Silence(tuple(found), missing / total if total > 0 else 0.0)

    def _weights(self, members: NDArray[np.intp], first: int) -> NDArray[np.float64]:
        """The weights of the members in the 12 months that begin with `first`; NaN without one."""
        if first not in self._at:
            return np.full(len(members), np.nan)
        return np.asarray(self._grid[members, self._at[first]])
