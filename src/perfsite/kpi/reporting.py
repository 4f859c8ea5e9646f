"""Who reported what.

Whether each service gave each KPI for each quarter, and which have fallen silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.frames import FIGURES, INPUTS, Col, entering
from perfsite.kpi.figures import operands
from perfsite.kpi.inputs import KEY, enough, newest_end, periods_of
from perfsite.kpis import KPIS, Place, Window, at, in_the_ledger
from perfsite.measures import DIGITAL
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_QUARTER, MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from perfsite.kpi.figures import Figures
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.kpi.inputs import Parts
    from perfsite.kpis import Kpi
    from perfsite.model import Service


# The data-health ledger: whether each service gave each KPI for each quarter, or why not.
#
# The ledger holds calendar quarters. A figure counts for the quarter in which its period ended.
# What is asked for follows the service: in its own rhythm (see `rhythm`), since it opened, until
# it closed. What counts as given comes from the observations: a sum that is published for years
# only, such as transactions a year, is given where the figures that it is made of were.


class State(StrEnum):
    """What a service gave of a KPI for a quarter; the first of these that is true."""

    PROVIDED = "provided"
    WITHHELD = "withheld"
    INCOMPLETE = "incomplete"
    CONFIDENTIAL = "confidential"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASKED = "not_asked"
    LATE = "late"
    STOPPED = "stopped"
    MISSING = "missing"


STATES: Final = tuple(State)
"""All states; the ledger's array holds places in it."""
OWING: Final = frozenset({State.INCOMPLETE, State.LATE, State.STOPPED, State.MISSING})
"""The states of a figure that is yet to come, or yet to be whole."""
REQUESTED: Final = frozenset({State.PROVIDED, State.WITHHELD, *OWING})
"""The states of a figure that the service was asked for."""

_QUARTERS_IN_YEAR: Final = MONTHS_IN_YEAR // MONTHS_IN_QUARTER
_NOT_ASKED: Final = STATES.index(State.NOT_ASKED)
_ANSWERS: Final = [Status.CONFIDENTIAL, Status.NOT_APPLICABLE]
_NOT_DUE, _MISSED, _OVERDUE, _LONG_OVERDUE = range(4)


@dataclass(frozen=True, eq=False)
class ReportingMatrix:
    """The states of all `services` and `kpis` in all `quarters`, oldest first.

    `states` has the shape services x kpis x quarters and holds places in `STATES`. `current`,
    `last` and `since` have the shape services x kpis. `current` is the state of the newest quarter
    for which the service was asked for the KPI, or answered; that of a service which closed before
    the newest quarter is "not asked". `last` and `since` hold quarters, counted from the start of
    the calendar: that of the last figure given, and the first of those up to the newest asked for
    that are all owing; both are -1 where there is none. `reported` is, for each service, the
    quarter in which the period of its last observation ended, of whatever measure, or -1.
    """

    services: tuple[str, ...]
    kpis: tuple[str, ...]
    quarters: tuple[Period, ...]
    states: NDArray[np.int8]
    current: NDArray[np.int8]
    last: NDArray[np.int64]
    since: NDArray[np.int64]
    reported: NDArray[np.int64]

    def rows(self) -> pd.DataFrame:
        """A row for each state: `service, kpi, period, state`, all text, in the ledger's order."""
        shape = self.states.shape
        codes = [quarter.code for quarter in self.quarters]
        service, kpi, quarter = np.indices(shape).reshape(len(shape), -1)
        return pd.DataFrame(
            {
                Col.SERVICE: np.array(self.services, dtype=object)[service],
                Col.KPI: np.array(self.kpis, dtype=object)[kpi],
                Col.PERIOD: np.array(codes, dtype=object)[quarter],
                Col.STATE: np.array([str(s) for s in STATES], dtype=object)[self.states.ravel()],
            }
        )


def make_matrix(
    figures: Figures,
    parts: Parts,
    summaries: Sequence[ServiceSummary],
    observations: pd.DataFrame,
    digital: Collection[str],
) -> ReportingMatrix:
    """The ledger of all services, from the quarter in which reporting began to the newest.

    It starts with the first quarter for which `enough` services gave figures. The newest quarter is
    the last one that is over at the end of the site's newest period (see `newest_end`): nobody is
    late for a quarter that still runs. Without any figure the ledger has no quarters.
    `observations` are all that the figures are made of, `digital` the channels that are digital.
    """
    entering("reporting", FIGURES, figures.frame)
    entering("reporting", INPUTS, parts.frame)
    services = tuple(summary.service.id for summary in summaries)
    kpis = in_the_ledger()
    cells = (len(services), len(kpis))
    reported = _reported(observations, services)
    frame = _reports(figures, parts, observations, digital, kpis)
    if frame.empty:
        no_state, none = np.zeros(cells, np.int8), np.full(cells, -1, dtype=np.int64)
        empty = np.empty((*cells, 0), np.int8)
        return ReportingMatrix(services, kpis, (), empty, no_state, none, none, reported)
    frame = _placed(frame, services, kpis)
    origin = int(frame["quarter"].min())
    size = int(frame["quarter"].max()) - origin + 1
    quarters = [_quarter(origin + place) for place in range(size)]

    def marked(rows: pd.DataFrame) -> NDArray[np.bool_]:
        grid = np.zeros((*cells, size), dtype=bool)
        grid[_places(rows, origin)] = True
        return grid

    stated = _placed(_stated(parts, kpis), services, kpis)
    stated = stated[stated["quarter"].between(origin, origin + size - 1)]
    of = np.array([[s.figures[kpi].status for kpi in kpis] for s in summaries], dtype=object)
    with_figure = marked(frame[frame[Col.STATUS] != State.INCOMPLETE])
    some = marked(frame)
    start, stop = _bounds(some, quarters, newest_end(frame[Col.SERVICE], frame[Col.END]))
    shut, young = _not_open(quarters, [s.service for s in summaries])
    due = _due(some, _lengths(frame, (*cells, size), origin), young)
    unheard = ~np.logical_or.accumulate(some, axis=2)
    for_years = np.array([KPIS[kpi].window is Window.YEAR for kpi in kpis])[None, :, None]
    voluntary = np.isin(kpis, at(Place.VOLUNTARY))[None, :, None]
    closed = shut[:, None, :] | (unheard & ((for_years & young[-1][:, None, :]) | voluntary))
    conditions = [
        (State.PROVIDED, marked(frame[frame[Col.STATUS] == State.PROVIDED])),
        (State.WITHHELD, with_figure),
        (State.CONFIDENTIAL, marked(stated[stated[Col.STATUS] == Status.CONFIDENTIAL])),
        (State.NOT_APPLICABLE, marked(stated[stated[Col.STATUS] == Status.NOT_APPLICABLE])),
        (State.INCOMPLETE, some & ~_throughout(np.isin(of, _ANSWERS), size)),
        (State.NOT_ASKED, closed),
        (State.CONFIDENTIAL, _throughout(of == Status.CONFIDENTIAL, size)),
        (State.NOT_APPLICABLE, _throughout(of == Status.NOT_APPLICABLE, size)),
        (
            State.NOT_ASKED,
            np.broadcast_to(~np.any(with_figure, axis=(0, 2))[:, None], with_figure.shape),
        ),
        (State.NOT_ASKED, due == _NOT_DUE),
        (State.LATE, due == _OVERDUE),
        (State.STOPPED, due == _LONG_OVERDUE),
    ]
    states = np.select(
        [where for _, where in conditions],
        [np.int8(STATES.index(state)) for state, _ in conditions],
        np.int8(STATES.index(State.MISSING)),
    )
    last = _last(some)
    until_now = states[:, :, :stop]
    asked = until_now != STATES.index(State.NOT_ASKED)
    owing = np.isin(until_now, [STATES.index(state) for state in OWING])
    newest = np.take_along_axis(until_now, np.maximum(_last(asked), 0)[:, :, None], axis=2)[:, :, 0]
    now = np.where(shut[:, None, stop - 1] & ~some[:, :, stop - 1], _NOT_ASKED, newest)
    answered = _last(asked & ~owing)
    first_owed = np.argmax(owing & (np.arange(stop) > answered[:, :, None]), axis=2)
    is_owed = (last >= 0) & np.isin(now, [STATES.index(state) for state in OWING])
    return ReportingMatrix(
        services,
        kpis,
        tuple(quarters[start:stop]),
        states[:, :, start:stop],
        now,
        np.where(last >= 0, last + origin, -1),
        np.where(is_owed, first_owed + origin, -1),
        reported,
    )


def _reports(
    figures: Figures,
    parts: Parts,
    observations: pd.DataFrame,
    digital: Collection[str],
    kpis: Sequence[str],
) -> pd.DataFrame:
    """What was given of each KPI: `service, kpi, end, months, status`, a row a figure.

    `months` is the length of its period. A figure is provided or withheld. What is published for
    years only is given where its numerator was. Where something that a KPI is made of was given,
    in whatever channel, and no figure came of it, the status is "incomplete".
    """
    frame = figures.frame[figures.frame[Col.KPI].isin(kpis)]
    frame = frame[frame[Col.STATUS].isin([Status.PROVIDED, Status.WITHHELD])]
    sums = _with_kpis(
        parts.frame,
        [(kpi, KPIS[kpi].numerator[0]) for kpi in kpis if _is_one_sum(KPIS[kpi])],
    )
    is_digital = (observations[Col.MEASURE] == DIGITAL.partition(":")[0]) & observations[
        Col.CHANNEL
    ].isin(list(digital))
    observed = observations[[*KEY, Col.VALUE]].assign(part=observations[Col.MEASURE])
    observed = pd.concat([observed, observed[is_digital].assign(part=DIGITAL)], ignore_index=True)
    some = _with_kpis(observed, [(kpi, part) for kpi in kpis for part in _own_parts(kpi, kpis)])
    rows = pd.concat(
        [
            frame[[*KEY, Col.KPI, Col.STATUS]],
            sums.assign(status=str(State.PROVIDED)),
            some.assign(status=str(State.INCOMPLETE)),
        ],
        ignore_index=True,
    )
    ends = [period.end.toordinal() for period in periods_of(rows)]
    # Single weeks and days are shorter than any month; runs of them are made, and never given.
    months = rows[Col.COUNT].where(rows[Col.UNIT] == Unit.MONTH, 1).astype("int64")
    rows = rows.assign(end=pd.Series(ends, index=rows.index, dtype="int64"), months=months)
    return rows[[Col.SERVICE, Col.KPI, Col.END, "months", Col.STATUS]].drop_duplicates()


def _with_kpis(frame: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """The rows that have a value, each with the KPIs that its part is paired with."""
    made_of = pd.DataFrame(pairs, columns=[Col.KPI, Col.PART])
    # A part of several KPIs becomes a row of each.
    return frame[frame[Col.VALUE].notna()].merge(made_of, on=Col.PART)[[*KEY, Col.KPI]]


def _is_one_sum(kpi: Kpi) -> bool:
    """Whether it is published for years only, and is the sum of one part."""
    return kpi.is_of_years_only and len(kpi.numerator) == 1


def _own_parts(kpi: str, kpis: Sequence[str]) -> list[str]:
    """The parts that are a beginning of a KPI: not those that are asked for as another one."""
    others = {
        KPIS[other_kpi].numerator
        for other_kpi in kpis
        if other_kpi != kpi and not KPIS[other_kpi].denominator
    }
    return [part for part in KPIS[kpi].parts if (part,) not in others]


def _reported(observations: pd.DataFrame, services: Sequence[str]) -> NDArray[np.int64]:
    """The quarter of each service's last observation that has a number, or is confidential."""
    has_number = observations[Col.VALUE].notna() | (observations[Col.STATUS] == Status.CONFIDENTIAL)
    latest = np.full(len(services), -1, dtype=np.int64)
    rows = observations[has_number]
    if not rows.empty:
        quarters = [_quarter_number(period.end) for period in periods_of(rows)]
        row = pd.Index(services).get_indexer(pd.Index(rows[Col.SERVICE]))
        np.maximum.at(latest, row, np.array(quarters, dtype=np.int64))
    return latest


def _placed(frame: pd.DataFrame, services: Sequence[str], kpis: Sequence[str]) -> pd.DataFrame:
    """Add the places of service and KPI, and the quarter of the last day (`end`)."""
    quarter = {day: _quarter_number(date.fromordinal(int(day))) for day in frame[Col.END].unique()}
    return frame.assign(
        row=pd.Index(services).get_indexer(pd.Index(frame[Col.SERVICE])),
        column=pd.Index(kpis).get_indexer(pd.Index(frame[Col.KPI])),
        quarter=frame[Col.END].map(quarter).astype("int64"),
    )


def _places(frame: pd.DataFrame, origin: int) -> tuple[NDArray[np.int64], ...]:
    quarter = frame["quarter"] - origin
    return tuple(column.to_numpy() for column in (frame[Col.ROW], frame[Col.COLUMN], quarter))


def _quarter_number(day: date) -> int:
    """The number of a day's quarter from the start of the calendar."""
    return day.year * _QUARTERS_IN_YEAR + (day.month - 1) // MONTHS_IN_QUARTER


def _quarter(index: int) -> Period:
    """A quarter by its number from the start of the calendar."""
    return Period(Unit.MONTH, index * MONTHS_IN_QUARTER, MONTHS_IN_QUARTER)


def quarter_of(index: int) -> Period | None:
    """A quarter of `Ledger.last` or `Ledger.since`; None for -1."""
    return None if index < 0 else _quarter(index)


def _bounds(
    with_figure: NDArray[np.bool_], quarters: Sequence[Period], newest: int
) -> tuple[int, int]:
    """The places of the first quarter of the ledger, and of the one after the last."""
    reporting: NDArray[np.bool_] = np.any(with_figure, axis=1)
    ever = np.count_nonzero(np.any(reporting, axis=1))
    begun = np.count_nonzero(reporting, axis=0) >= enough(int(ever))
    over = [quarter.end.toordinal() <= newest for quarter in quarters]
    # A site whose first quarter still runs has that one: an empty ledger would say less.
    stop = max(1, sum(over))
    # Where figures come in a few at a time no quarter need have enough: then all are shown.
    start = int(np.argmax(begun)) if np.any(begun[:stop]) else 0
    return start, stop


def _stated(parts: Parts, kpis: Sequence[str]) -> pd.DataFrame:
    """Which KPIs were said not to apply or to be confidential: `service, kpi, end, status`."""
    frame = parts.frame
    frame = frame[frame[Col.STATUS].isin([Status.CONFIDENTIAL, Status.NOT_APPLICABLE])]
    made_of = pd.DataFrame(
        [(kpi, part) for kpi in kpis for part in KPIS[kpi].told_by], columns=[Col.KPI, Col.PART]
    )
    ends = [period.end.toordinal() for period in periods_of(frame)]
    dated = frame.assign(end=pd.Series(ends, index=frame.index, dtype="int64"))
    stated = dated.merge(made_of, on=Col.PART)[[Col.SERVICE, Col.KPI, Col.END, Col.STATUS]]
    return pd.concat([stated, _undefined(parts, kpis)], ignore_index=True)


def _undefined(parts: Parts, kpis: Sequence[str]) -> pd.DataFrame:
    """The ratios of which both sides were given and nothing was counted: there can be none."""
    valued = parts.frame[parts.frame[Col.VALUE].notna()]
    # Both sides of a ratio in one row: only where both were given is 0 of 0 an answer.
    wide = valued.pivot(index=KEY, columns=Col.PART, values=Col.VALUE)
    frames = []
    for kpi in kpis:
        if KPIS[kpi].is_ratio and not wide.empty:
            top, bottom = operands(KPIS[kpi], wide)
            keys = wide.index[(top.notna() & (bottom == 0)).to_numpy()].to_frame(index=False)
            ends = [period.end.toordinal() for period in periods_of(keys)]
            frames.append(keys[[Col.SERVICE]].assign(kpi=kpi, end=ends))
    columns = [Col.SERVICE, Col.KPI, Col.END, Col.STATUS]
    if not frames:
        return pd.DataFrame(columns=columns)
    undefined = pd.concat(frames, ignore_index=True).astype({Col.END: "int64"})
    return undefined.assign(status=str(Status.NOT_APPLICABLE))[columns]


def _not_open(
    quarters: Sequence[Period], services: Sequence[Service]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where a service was not open on every day of the quarter, and where it had not been for long.

    A service counts as open from the first day of `opened` to the last day of `closed`. Where the
    register does not say when it opened, it always was. The first answer has the shape services x
    quarters. The second has 4 of these, for one to four quarters that end with this one: it is true
    where these had begun before the service opened.
    """
    opened = [Period.parse(s.opened).start.toordinal() if s.opened else 0 for s in services]
    closed = [(Period.parse(s.closed).end if s.closed else date.max).toordinal() for s in services]
    ends = np.array([quarter.end.toordinal() for quarter in quarters])
    starts = [
        [_so_many(quarter, number).start.toordinal() for quarter in quarters]
        for number in range(1, _QUARTERS_IN_YEAR + 1)
    ]
    young = np.array(starts)[:, None, :] < np.array(opened)[None, :, None]
    return young[0] | (ends > np.array(closed)[:, None]), young


def _so_many(quarter: Period, number: int) -> Period:
    """So many quarters that end with this one."""
    months = number * MONTHS_IN_QUARTER
    return Period(Unit.MONTH, quarter.last - months + 1, months)


def rhythm(reported: Sequence[int], lengths: Sequence[int]) -> int:
    """In how many quarters a service gives a figure once: 1 for quarters, 4 for years.

    `reported` are the quarters for which it did, in order, `lengths` the months of the shortest
    period of each. It is the usual length, or the usual time from one to the next where that is
    shorter: years that are given anew each quarter are a figure a quarter. The usual one is the
    median, of two in the middle the shorter one.
    """
    quarters = sorted(min(_QUARTERS_IN_YEAR, -(-n // MONTHS_IN_QUARTER)) for n in lengths)
    steps = sorted(later - earlier for earlier, later in pairwise(reported))
    usual = [values[(len(values) - 1) // 2] for values in (quarters, steps) if values]
    return min(usual, default=1)


def _due(
    some: NDArray[np.bool_], lengths: NDArray[np.int64], young: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """For each quarter whether a figure was due that is not there: `_NOT_DUE` and so on.

    A figure is due a rhythm after the last one. It is overdue until a year after that, and long
    overdue from then on. Before the first figure and between two of them it is just missing, if the
    service was open all the time that it would have been for. What a service never gave is due when
    that is which it gives most often. `young` is as in `_not_open`.
    """
    due = np.full(some.shape, _MISSED, dtype=np.int8)
    for row in np.flatnonzero(some.any(axis=(1, 2))):
        rhythms = {}
        for column in np.flatnonzero(some[row].any(axis=1)):
            at = np.flatnonzero(some[row, column])
            every = rhythm(at.tolist(), lengths[row, column, at].tolist())
            rhythms[column] = every
            due[row, column] = _due_one(at, every, young[every - 1, row])
        most_often = min(rhythms, key=lambda column: rhythms[column])
        never = ~some[row].any(axis=1)
        due[row, never] = np.where(
            (due[row, most_often] != _NOT_DUE) | some[row, most_often], _MISSED, _NOT_DUE
        )
    return due


def _due_one(reported: NDArray[np.int64], every: int, young: NDArray[np.bool_]) -> NDArray[np.int8]:
    """The same for one series: the places that were given, and how many quarters it takes."""
    places = np.arange(len(young))
    before = np.searchsorted(reported, places, side="right") - 1
    from_ = np.where(before >= 0, reported[before], reported[0])
    after = places > reported[-1]
    overdue = places - from_ - every
    late = np.where(overdue < _QUARTERS_IN_YEAR, _OVERDUE, _LONG_OVERDUE)
    state = np.where(after, late, _MISSED)
    is_due = ((places - from_) % every == 0) & ~(young & (places < reported[0]))
    return np.where(is_due, state, _NOT_DUE).astype(np.int8)


def _lengths(frame: pd.DataFrame, shape: tuple[int, int, int], origin: int) -> NDArray[np.int64]:
    """The months of the shortest period that ended in each quarter."""
    shortest = np.full(shape, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(shortest, _places(frame, origin), frame["months"].to_numpy())
    return shortest


def _throughout(where: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    return np.repeat(np.asarray(where, dtype=bool)[:, :, None], size, axis=2)


def _last(where: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The last place along the quarters where this is true, or -1."""
    places = np.where(where, np.arange(where.shape[2]), -1)
    return np.asarray(places.max(axis=2, initial=-1), dtype=np.int64)


# Services that have fallen silent: what a group's total lacks, by whom and how much.
#
# A total over whoever reports looks whole although a department with two thirds of it reports no
# more. Who that is, and how much they last had, is worked out here; docs/kpis.md has the rules.


@dataclass(frozen=True)
class SilentService:
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

    services: tuple[SilentService, ...]
    share: float


class LastPeriods:
    """When the figures of each service's parts were over: arrays that all KPIs share."""

    def __init__(self, parts: pd.DataFrame, services: Sequence[str]) -> None:
        """Lay out the frame of `parts`; `services` are those by whose order `newest` answers."""
        key = [Col.UNIT, Col.COUNT, Col.FIRST]
        periods = parts[key].drop_duplicates()
        over = periods.assign(over=[period.last_complete_month for period in periods_of(periods)])
        self._over = parts[key].merge(over, on=key, how="left")["over"].to_numpy(dtype="int64")
        self._places = pd.Index(services).get_indexer(pd.Index(parts[Col.SERVICE]))
        self._part, self._parts = pd.factorize(parts[Col.PART])
        self._status, self._statuses = pd.factorize(parts[Col.STATUS])
        self._number = len(services)

    def newest(self, parts: Sequence[str], statuses: Sequence[str]) -> NDArray[np.int64]:
        """The last month that was over when the newest of these figures ended; -1 without one."""
        rows = np.isin(self._part, self._parts.get_indexer(pd.Index(parts)))
        rows &= np.isin(self._status, self._statuses.get_indexer(pd.Index(statuses)))
        return newest(self._places[rows], self._over[rows], self._number)


def newest(places: NDArray[np.intp], months: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """The last month at each of so many places; -1 where there is none, and for no place at all."""
    latest = np.full(number, -1, dtype="int64")
    placed = places >= 0
    np.maximum.at(latest, places[placed], months[placed])
    return latest


class Silences:
    """Who has fallen silent, for any group and one KPI: arrays of services by months, made once."""

    def __init__(
        self,
        kpi: str,
        figures: pd.DataFrame,
        weights: pd.DataFrame,
        ends: LastPeriods,
        services: Sequence[str],
    ) -> None:
        """Lay out what is known of a KPI.

        `figures` are the figures of 12 months of any status (`frames.FIGURES`), `weights` those
        that groups add up, with a column `weight`. `services` are all services in the order by
        which `of` is asked, and `ends` has been told.
        """
        of_kpi = figures[figures[Col.KPI] == kpi]
        # A row a service, a column 12 months: what a silent service would add stands in its row.
        weighed = weights[weights[Col.KPI] == kpi].pivot(
            index=Col.SERVICE, columns=Col.FIRST, values=Col.WEIGHT
        )
        self._names = list(services)
        self._grid = weighed.reindex(self._names).to_numpy(dtype=float)
        self._at = {int(first): place for place, first in enumerate(weighed.columns)}
        firsts = weighed.columns.to_numpy(dtype="int64")
        self._last = np.where(~np.isnan(self._grid), firsts, -1).max(axis=1, initial=-1)
        places = pd.Index(self._names).get_indexer(pd.Index(of_kpi[Col.SERVICE]))
        self._newest = newest(places, of_kpi[Col.FIRST].to_numpy(dtype="int64"), len(self._names))
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
        silent = []
        missing = 0.0
        for place in np.flatnonzero(quiet).tolist():
            weight = float(self._grid[members[place], self._at[int(last[place])]])
            missing += weight if np.isnan(then[place]) else float(then[place])
            total += weight if np.isnan(then[place]) else 0.0
            silent.append(
                SilentService(
                    self._names[int(members[place])],
                    Period(Unit.MONTH, int(last[place]), MONTHS_IN_YEAR),
                    weight,
                    bool(self._given[members[place]] > over[place]),
                )
            )
        silent.sort(key=lambda entry: (-entry.weight, entry.service))
        return Silence(tuple(silent), missing / total if total > 0 else 0.0)

    def _weights(self, members: NDArray[np.intp], first: int) -> NDArray[np.float64]:
        """The weights of the members in the 12 months that begin with `first`; NaN without one."""
        if first not in self._at:
            return np.full(len(members), np.nan)
        return np.asarray(self._grid[members, self._at[first]])
