"""The data-health ledger: whether each service gave each KPI for each quarter, or why not.

The ledger holds calendar quarters. A figure counts for the quarter in which its period ended, so a
service that gives years counts as one that gives quarters, if it gives them as often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.kpis import KPIS, Place, at, in_the_ledger
from perfsite.model import Status
from perfsite.parts import enough, newest_end, periods_of
from perfsite.periods import MONTHS_IN_QUARTER, MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from perfsite.kpi.figures import Figures
    from perfsite.kpi.services import ServiceSummary
    from perfsite.model import Service
    from perfsite.parts import Parts


class State(StrEnum):
    """What a service gave of a KPI for a quarter; the first of these that is true."""

    PROVIDED = "provided"
    WITHHELD = "withheld"
    CONFIDENTIAL = "confidential"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASKED = "not_asked"
    LATE = "late"
    MISSING = "missing"


STATES: Final = tuple(State)
"""All states; the ledger's array holds places in it."""
REQUESTED: Final = frozenset({State.PROVIDED, State.WITHHELD, State.LATE, State.MISSING})
"""The states of a figure that the service was asked for."""
OWING: Final = frozenset({State.LATE, State.MISSING})
"""The states of a figure that is yet to come."""

_QUARTERS_IN_YEAR: Final = MONTHS_IN_YEAR // MONTHS_IN_QUARTER


@dataclass(frozen=True, eq=False)
class Ledger:
    """The states of all `services` and `kpis` in all `quarters`, oldest first.

    `states` has the shape services x kpis x quarters and holds places in `STATES`. `last` and
    `since` have the shape services x kpis and hold quarters, counted from the start of the
    calendar: that of the last figure given, and the first of those up to the newest that are all
    late or missing. Both are -1 where there is none.
    """

    services: tuple[str, ...]
    kpis: tuple[str, ...]
    quarters: tuple[Period, ...]
    states: NDArray[np.int8]
    last: NDArray[np.int64]
    since: NDArray[np.int64]

    def rows(self) -> pd.DataFrame:
        """A row for each state: `service, kpi, period, state`, all text, in the ledger's order."""
        shape = self.states.shape
        codes = [quarter.code for quarter in self.quarters]
        service, kpi, quarter = np.indices(shape).reshape(len(shape), -1)
        return pd.DataFrame(
            {
                "service": np.array(self.services, dtype=object)[service],
                "kpi": np.array(self.kpis, dtype=object)[kpi],
                "period": np.array(codes, dtype=object)[quarter],
                "state": np.array([str(s) for s in STATES], dtype=object)[self.states.ravel()],
            }
        )


def make_ledger(figures: Figures, parts: Parts, summaries: Sequence[ServiceSummary]) -> Ledger:
    """The ledger of all services, from the quarter in which reporting began to the newest.

    It starts with the first quarter for which `enough` services gave figures. The newest quarter is
    the last one that is over at the end of the site's newest period (see `newest_end`): nobody is
    late for a quarter that still runs. Without any figure the ledger has no quarters.
    """
    services = tuple(summary.service.id for summary in summaries)
    kpis = in_the_ledger()
    frame = figures.frame[["service", "kpi", "end", "status"]]
    frame = frame[frame["kpi"].isin(kpis) & (frame["status"] != Status.CONFIDENTIAL)]
    cells = (len(services), len(kpis))
    none = np.full(cells, -1, dtype=np.int64)
    if frame.empty:
        return Ledger(services, kpis, (), np.empty((*cells, 0), np.int8), none, none)
    frame = _placed(frame, services, kpis)
    origin = int(frame["quarter"].min())
    size = int(frame["quarter"].max()) - origin + 1
    quarters = [_quarter(origin + place) for place in range(size)]
    ends = np.zeros((*cells, size), dtype=np.int64)
    np.maximum.at(ends, _places(frame, origin), frame["end"].to_numpy())
    given = ends > 0
    start, stop = _bounds(given, quarters, newest_end(frame["service"], frame["end"]))

    def marked(rows: pd.DataFrame) -> NDArray[np.bool_]:
        found = np.zeros(given.shape, dtype=bool)
        found[_places(rows, origin)] = True
        return found

    said = _placed(_said(parts, kpis), services, kpis)
    said = said[said["quarter"].between(origin, origin + size - 1)]
    of = np.array([[s.figures[kpi].status for kpi in kpis] for s in summaries], dtype=object)
    conditions = [
        (State.PROVIDED, marked(frame[frame["status"] == Status.PROVIDED])),
        (State.WITHHELD, given),
        (State.CONFIDENTIAL, marked(said[said["status"] == Status.CONFIDENTIAL])),
        (State.NOT_APPLICABLE, marked(said[said["status"] == Status.NOT_APPLICABLE])),
        (State.NOT_ASKED, _not_asked(given, quarters, [s.service for s in summaries], kpis)),
        (State.CONFIDENTIAL, _throughout(of == Status.CONFIDENTIAL, size)),
        (State.NOT_APPLICABLE, _throughout(of == Status.NOT_APPLICABLE, size)),
        (State.NOT_ASKED, np.broadcast_to(~np.any(given, axis=(0, 2))[:, None], given.shape)),
        (State.LATE, _late(ends, quarters)),
    ]
    states = np.select(
        [where for _, where in conditions],
        [np.int8(STATES.index(state)) for state, _ in conditions],
        np.int8(STATES.index(State.MISSING)),
    )
    last = _last(given)
    owing = np.isin(states, [STATES.index(state) for state in OWING])
    since = _last(~owing[:, :, :stop]) + 1
    return Ledger(
        services,
        kpis,
        tuple(quarters[start:stop]),
        states[:, :, start:stop],
        np.where(last >= 0, last + origin, -1),
        np.where((last >= 0) & owing[:, :, stop - 1], since + origin, -1),
    )


def _placed(frame: pd.DataFrame, services: Sequence[str], kpis: Sequence[str]) -> pd.DataFrame:
    """Add the places of service and KPI, and the quarter of the last day (`end`)."""
    days = {day: date.fromordinal(int(day)) for day in frame["end"].unique()}
    quarter = {
        day: when.year * _QUARTERS_IN_YEAR + (when.month - 1) // MONTHS_IN_QUARTER
        for day, when in days.items()
    }
    return frame.assign(
        row=pd.Index(services).get_indexer(pd.Index(frame["service"])),
        column=pd.Index(kpis).get_indexer(pd.Index(frame["kpi"])),
        quarter=frame["end"].map(quarter).astype("int64"),
    )


def _places(frame: pd.DataFrame, origin: int) -> tuple[NDArray[np.int64], ...]:
    quarter = frame["quarter"] - origin
    return tuple(column.to_numpy() for column in (frame["row"], frame["column"], quarter))


def _quarter(index: int) -> Period:
    """A quarter by its number from the start of the calendar."""
    return Period(Unit.MONTH, index * MONTHS_IN_QUARTER, MONTHS_IN_QUARTER)


def quarter_of(index: int) -> Period | None:
    """A quarter of `Ledger.last` or `Ledger.since`; None for -1."""
    return None if index < 0 else _quarter(index)


def _bounds(given: NDArray[np.bool_], quarters: Sequence[Period], newest: int) -> tuple[int, int]:
    """The places of the first quarter of the ledger, and of the one after the last."""
    reporting: NDArray[np.bool_] = np.any(given, axis=1)
    ever = np.count_nonzero(np.any(reporting, axis=1))
    begun = np.count_nonzero(reporting, axis=0) >= enough(int(ever))
    over = [quarter.end.toordinal() <= newest for quarter in quarters]
    # A site whose first quarter still runs has that one: an empty ledger would say less.
    stop = max(1, sum(over))
    # Where figures come in a few at a time no quarter need have enough: then all are shown.
    start = int(np.argmax(begun)) if np.any(begun[:stop]) else 0
    return start, stop


def _said(parts: Parts, kpis: Sequence[str]) -> pd.DataFrame:
    """Which KPIs were said not to apply or to be confidential: `service, kpi, end, status`."""
    frame = parts.frame
    frame = frame[frame["status"].isin([Status.CONFIDENTIAL, Status.NOT_APPLICABLE])]
    made_of = pd.DataFrame(
        [(kpi, part) for kpi in kpis for part in KPIS[kpi].told_by], columns=["kpi", "part"]
    )
    ends = [period.end.toordinal() for period in periods_of(frame)]
    dated = frame.assign(end=pd.Series(ends, index=frame.index, dtype="int64"))
    return dated.merge(made_of, on="part")[["service", "kpi", "end", "status"]]


def _not_asked(
    given: NDArray[np.bool_],
    quarters: Sequence[Period],
    services: Sequence[Service],
    kpis: Sequence[str],
) -> NDArray[np.bool_]:
    """Where a service was not open on every day of the quarter, or had not begun to volunteer.

    A service counts as open from the first day of `opened` to the last day of `closed`.
    """
    opened = [Period.parse(s.opened).start.toordinal() if s.opened else 0 for s in services]
    closed = [(Period.parse(s.closed).end if s.closed else date.max).toordinal() for s in services]
    starts = np.array([quarter.start.toordinal() for quarter in quarters])
    ends = np.array([quarter.end.toordinal() for quarter in quarters])
    shut = (starts < np.array(opened)[:, None]) | (ends > np.array(closed)[:, None])
    begun = np.logical_or.accumulate(given, axis=2)
    voluntary = np.isin(kpis, at(Place.VOLUNTARY))[None, :, None]
    return shut[:, None, :] | (voluntary & ~begun)


def _throughout(where: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    return np.repeat(np.asarray(where, dtype=bool)[:, :, None], size, axis=2)


def _late(ends: NDArray[np.int64], quarters: Sequence[Period]) -> NDArray[np.bool_]:
    """Where the last figure ended at most 12 months before the quarter's end.

    A hole before a later figure is not late: what has not come by then is missing.
    """
    year_before = np.array([quarter.year_before.end.toordinal() for quarter in quarters])
    recent = np.maximum.accumulate(ends, axis=2) >= year_before
    later = np.logical_or.accumulate(ends[:, :, ::-1] > 0, axis=2)[:, :, ::-1]
    return recent & ~later


def _last(where: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The last place along the quarters where this is true, or -1."""
    places = np.where(where, np.arange(where.shape[2]), -1)
    return np.asarray(places.max(axis=2, initial=-1), dtype=np.int64)
