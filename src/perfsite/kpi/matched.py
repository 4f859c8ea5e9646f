"""Panels: the same services over time, so that a group's chart shows change and not coverage.

When a department stops reporting, the sum over whoever reports falls; the services have not
changed. A panel holds the services with a figure for every period shown, and says how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from perfsite.arithmetic import products, quotients, tidy_sum
from perfsite.frames import Col
from perfsite.kpi.groups import yearly
from perfsite.kpi.inputs import periods_of
from perfsite.kpis import KPIS
from perfsite.periods import MONTHS_IN_QUARTER, MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from perfsite.kpi.figures import Figures
    from perfsite.kpi.groups import GroupSummary
    from perfsite.kpi.inputs import Parts


_STEPS: Final = 16
"""At most four years back, a quarter at a time."""
_KEEP: Final = 0.8
"""A panel goes back as long as it keeps this share of the services that it started with."""


@dataclass(frozen=True)
class Panel:
    """A KPI of 12 months over the same `services`, of the `of` in the group; oldest first.

    `doubts` are how far each of the points may be off, up or down, in its own unit.
    """

    kpi: str
    services: int
    of: int
    points: tuple[tuple[Period, float], ...]
    doubts: tuple[float, ...] = ()

    @property
    def year_before(self) -> float | None:
        """The value a year before the last one, where the panel goes back so far."""
        wanted = self.points[-1][0].year_before
        return next((value for period, value in self.points if period == wanted), None)

    def doubt_of(self, period: Period | None) -> float:
        """How far the point of a period may be off; 0 where there is none."""
        pairs = zip(self.points, self.doubts, strict=False)
        return next((doubt for (when, _), doubt in pairs if when == period), 0.0)


class Panels:
    """Panels of any group for one KPI: the figures as arrays of services by month, made once."""

    def __init__(self, figures: Figures, kpi: str, parts: Parts) -> None:
        """Lay out the yearly figures of `kpi`, and the breaks in what they are made of."""
        frame = yearly(figures.frame)
        frame = frame[frame[Col.KPI] == kpi]
        # A row a service, a column the first of 12 months: a panel is a choice of rows and columns.
        self.kpi = kpi
        self._is_ratio = KPIS[kpi].is_ratio
        self._numerators = frame.pivot(index=Col.SERVICE, columns=Col.FIRST, values=Col.NUMERATOR)
        self._denominators = frame.pivot(
            index=Col.SERVICE, columns=Col.FIRST, values=Col.DENOMINATOR
        )
        # What is uncertain of a ratio's numerator adds up as the numerators do.
        doubt = products(frame[Col.UNCERTAIN], frame[Col.DENOMINATOR].fillna(1.0))
        self._doubts = frame.assign(doubt=doubt).pivot(
            index=Col.SERVICE, columns=Col.FIRST, values="doubt"
        )
        marked = parts.frame[parts.frame[Col.BROKEN] & parts.frame[Col.PART].isin(KPIS[kpi].parts)]
        starts = [period.start for period in periods_of(marked)]
        self._breaks = [
            (service, start.year * MONTHS_IN_YEAR + start.month - 1)
            for service, start in zip(marked[Col.SERVICE], starts, strict=True)
        ]

    def of(self, summary: GroupSummary) -> Panel | None:
        """The panel that ends with the group's headline; None where there is nothing to compare."""
        head = summary.figures.get(self.kpi)
        if head is None:
            return None
        members = self._numerators.index.isin(summary.group.services)
        above = self._numerators[members]
        last = head.period.first
        keep = _column(above, last)
        fewest = keep.sum() * _KEEP
        chosen = [last]
        # From year to year back, a quarter at a time: who lacks one leaves, and nobody comes back.
        for first in range(last - MONTHS_IN_QUARTER, last - _STEPS * MONTHS_IN_QUARTER - 1, -3):
            still = keep & _column(above, first) & ~self._broken(above, first, last)
            if still.sum() < fewest:
                break
            keep = still
            chosen.append(first)
        if len(chosen) < 2 or not keep.any():  # noqa: PLR2004 - one period is no trend
            return None
        columns = sorted(chosen)
        values = self._values(self._numerators, members, keep, columns)
        doubts = self._values(self._doubts, members, keep, columns)
        there = np.isfinite(values)
        periods = [Period(Unit.MONTH, first, MONTHS_IN_YEAR) for first in columns]
        pairs = [
            (period, float(value))
            for period, value, is_there in zip(periods, values, there, strict=True)
            if is_there
        ]
        return Panel(
            self.kpi, int(keep.sum()), head.of, tuple(pairs), tuple(doubts[there].tolist())
        )

    def _broken(self, above: pd.DataFrame, first: int, last: int) -> NDArray[np.bool_]:
        """Which services have a break after the start of one year and before the end of another."""
        end = last + MONTHS_IN_YEAR
        return above.index.isin([name for name, month in self._breaks if first < month < end])

    def _values(
        self,
        numerators: pd.DataFrame,
        members: NDArray[np.bool_],
        keep: NDArray[np.bool_],
        columns: Sequence[int],
    ) -> NDArray[np.float64]:
        top = numerators[members].loc[keep, columns].sum().to_numpy(dtype=float)
        if not self._is_ratio:
            return tidy_sum(top)
        bottom = self._denominators[members].loc[keep, columns].sum().to_numpy(dtype=float)
        return quotients(tidy_sum(top), tidy_sum(bottom))


def _column(frame: pd.DataFrame, first: int) -> NDArray[np.bool_]:
    if first not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return frame[first].notna().to_numpy()
