"""Breakdowns: what services gave beside the series of their KPIs.

Channels, the five answers to the question of satisfaction, the steps of journeys, readings of
what was once shown as it happened, and the files in which all of it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.charts.series import GRAIN, ranked_grains
from perfsite.frames import LENGTHS, Col, entering
from perfsite.kpi.inputs import KEY, periods_of
from perfsite.kpi.windows import month_windows
from perfsite.kpis import KPIS
from perfsite.measures import MEASURES, RATINGS, Aggregation, MeasureKind
from perfsite.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.config import SiteConfig
    from perfsite.kpi.inputs import Parts
    from perfsite.measures import Measure
    from perfsite.periods import Period

_TRANSACTIONS: Final = "transactions"
Lengths = tuple[str, str, int]
"""A measure, and the unit and count of the periods that it was given for."""
_COLUMNS: Final = [*KEY, "name", Col.VALUE, Col.STATUS, Col.BROKEN]


@dataclass(frozen=True)
class StrandRow:
    """The figures of one period, a value for each name; None where it is missing.

    `statuses` say why. `broken` marks a break in the series, as in `Point`.
    """

    period: Period
    values: tuple[float | None, ...]
    statuses: tuple[Status, ...]
    broken: bool

    def known(self, start: int = 0) -> tuple[float, ...] | None:
        """All values from a place on, with 0 for what does not apply; None if one is missing."""
        values = [
            0.0 if status is Status.NOT_APPLICABLE else value
            for value, status in zip(self.values[start:], self.statuses[start:], strict=True)
        ]
        numbers = tuple(value for value in values if value is not None)
        return numbers if len(numbers) == len(values) else None

    @property
    def numbers(self) -> tuple[float, ...] | None:
        """All values, with 0 for what does not apply; None where one is missing."""
        return self.known()


@dataclass(frozen=True)
class Strands:
    """Several figures of a service at one length of period, oldest row first."""

    names: tuple[str, ...]
    rows: tuple[StrandRow, ...]

    @property
    def newest(self) -> StrandRow | None:
        """The newest row that has all figures."""
        return next((row for row in reversed(self.rows) if row.numbers is not None), None)

    def year_before(self, row: StrandRow) -> StrandRow | None:
        """The row a year earlier; None where there is none or a break lies between."""
        wanted = row.period.year_before
        later = [candidate for candidate in self.rows if wanted < candidate.period <= row.period]
        if any(between.broken for between in later):
            return None
        return next((candidate for candidate in self.rows if candidate.period == wanted), None)


@dataclass(frozen=True)
class Journey:
    """The steps that people take through a service, and how many took each."""

    name: str
    steps: tuple[Measure, ...]
    strands: Strands


@dataclass(frozen=True)
class Reading:
    """The last reading of a measure, and when it was."""

    measure: Measure
    period: Period
    value: float


@dataclass(frozen=True)
class Breakdowns:
    """What one service gave beside its series; empty where it gave nothing.

    `channels` are those of transactions, where they say more than the split into digital and
    other. `ratings` are the answers from very dissatisfied to very satisfied. `beside` are figures
    that tables show beside others, by measure and period. `sources` are the files of each measure
    and length of period.
    """

    channels: Strands | None = None
    ratings: Strands | None = None
    beside: Mapping[str, Mapping[Period, float]] = field(default_factory=dict)
    journeys: tuple[Journey, ...] = ()
    readings: tuple[Reading, ...] = ()
    sources: Mapping[Lengths, tuple[str, ...]] = field(default_factory=dict)

    def files(self, measures: Iterable[str], length: tuple[str, int] | None) -> list[str]:
        """The files of these measures, sorted: those of one length of period, if any has it.

        What was added up from shorter periods has no file of its own length: then it is all files.
        """
        wanted = set(measures)
        sources = {key: files for key, files in self.sources.items() if key[0] in wanted}
        exact = {key: files for key, files in sources.items() if key[1:] == length}
        return sorted({file for files in (exact or sources).values() for file in files})


def collect_breakdowns(
    observations: pd.DataFrame, parts: Parts, services: Iterable[str], config: SiteConfig
) -> dict[str, Breakdowns]:
    """The breakdowns of every service; every service is there."""
    frame = parts.frame.rename(columns={Col.PART: "name"})
    channels = _strands(_channels(observations, config))
    ratings = _strands(frame[frame["name"].isin(RATINGS)], RATINGS)
    beside = _beside(parts)
    journeys = _journeys(frame, config)
    readings = _readings(frame, config)
    sources = _sources(observations)
    return {
        service: Breakdowns(
            channels.get(service),
            ratings.get(service),
            beside.get(service, {}),
            tuple(journeys.get(service, ())),
            tuple(readings.get(service, ())),
            sources.get(service, {}),
        )
        for service in services
    }


def _channels(observations: pd.DataFrame, config: SiteConfig) -> pd.DataFrame:
    """Transactions by channel, of services with two digital channels or two others at least."""
    rows = observations[
        (observations[Col.MEASURE] == _TRANSACTIONS) & (observations[Col.CHANNEL] != "")
    ]
    digital = rows[Col.CHANNEL].isin(config.digital_channels)
    # One row a channel, whatever its periods, so that the sizes count channels of either kind.
    kinds = rows.assign(digital=digital).drop_duplicates([Col.SERVICE, Col.CHANNEL])
    sizes = kinds.groupby([Col.SERVICE, "digital"]).size()
    several = sizes[sizes > 1].index.get_level_values(Col.SERVICE)
    rows = rows[rows[Col.SERVICE].isin(several)]
    broken = rows[Col.MARKS].astype(object).str.contains("b", regex=False).astype(bool)
    return rows.assign(broken=broken).rename(columns={Col.CHANNEL: "name"})[_COLUMNS]


def _strands(table: pd.DataFrame, names: Sequence[str] = ()) -> dict[str, Strands]:
    """The rows of a long table (`_COLUMNS`) as strands by service, at its main length of period.

    The names are those given, or else those that the service has, the largest first.
    """
    if table.empty:
        return {}
    chosen = list(names) or sorted(table["name"].unique())
    # Two pivots of one index: a cell without a number still has the status that says why.
    wide, why = (
        table.pivot(index=KEY, columns="name", values=column).reindex(columns=chosen)
        for column in (Col.VALUE, Col.STATUS)
    )
    values = wide.to_numpy(dtype=float)
    statuses = why.astype(object).where(why.notna(), Status.NOT_PROVIDED).to_numpy(dtype=object)
    broken = table.groupby(KEY)[Col.BROKEN].any().reindex(wide.index).to_numpy(dtype=bool)
    index = wide.index.to_frame(index=False)
    # `ranked_grains` gives each service and length its run of rows of the index, `min` to `max`.
    grains = ranked_grains(index.assign(good=(~np.isnan(values)).any(axis=1)))
    entering("charts", LENGTHS, grains)
    periods = periods_of(index)
    strands = {}
    for grain in grains[grains[Col.MAIN]].to_dict("records"):
        rows = slice(grain[Col.MIN], grain[Col.MAX] + 1)
        order = list(range(len(chosen))) if names else _by_size(values[rows])
        strands[str(grain[Col.SERVICE])] = Strands(
            tuple(chosen[place] for place in order),
            tuple(
                StrandRow(
                    period,
                    tuple(None if np.isnan(value) else float(value) for value in numbers[order]),
                    tuple(Status(status) for status in whys[order]),
                    bool(cut),
                )
                for period, numbers, whys, cut in zip(
                    periods[rows], values[rows], statuses[rows], broken[rows], strict=True
                )
            ),
        )
    return strands


def _by_size(values: np.ndarray) -> list[int]:
    """The columns that have a figure, the one with the largest sum first."""
    sums = np.nansum(values, axis=0)
    has_figure = (~np.isnan(values)).any(axis=0)
    return [int(place) for place in np.argsort(-sums, kind="stable") if has_figure[place]]


def _beside(parts: Parts) -> dict[str, dict[str, dict[Period, float]]]:
    """What tables show beside a KPI, by service, measure and period; months of days are added."""
    wanted = sorted({kpi.beside for kpi in KPIS.values() if kpi.beside})
    inputs = parts.frame[parts.frame[Col.PART].isin(wanted)]
    if inputs.empty:
        return {}
    columns = [*KEY, Col.PART, Col.VALUE]
    added = month_windows(inputs, wanted)
    # What was given comes first, so that a month is not replaced by the sum of its days.
    rows = pd.concat([inputs[inputs[Col.VALUE].notna()][columns], added[columns]])
    rows = rows.drop_duplicates([*KEY, Col.PART])
    figures: dict[str, dict[str, dict[Period, float]]] = {}
    for service, measure, value, period in zip(
        rows[Col.SERVICE], rows[Col.PART], rows[Col.VALUE], periods_of(rows), strict=True
    ):
        figures.setdefault(service, {}).setdefault(measure, {})[period] = float(value)
    return figures


def _journeys(frame: pd.DataFrame, config: SiteConfig) -> dict[str, list[Journey]]:
    """The journeys of which some period has all steps, at the length of the newest such one."""
    journeys: dict[str, list[Journey]] = {}
    for table in config.journeys:
        steps = tuple(config.all_measures[step] for step in table.steps)
        rows = frame[(frame[Col.SERVICE] == table.service) & frame["name"].isin(list(table.steps))]
        if any(step.kind is not MeasureKind.COUNT for step in steps):
            continue
        candidates = [
            strands
            for _, part in rows.groupby(GRAIN)
            for strands in _strands(part, table.steps).values()
        ]
        ends = [(strands.newest.period, strands) for strands in candidates if strands.newest]
        if ends:
            _, newest = max(ends, key=lambda pair: (pair[0].end, pair[0].start))
            journeys.setdefault(table.service, []).append(Journey(table.name, steps, newest))
    return journeys


def _readings(frame: pd.DataFrame, config: SiteConfig) -> dict[str, list[Reading]]:
    """The last reading of each measure of which only that one counts."""
    measures = {
        key: measure
        for key, measure in config.all_measures.items()
        if measure.aggregation is Aggregation.LAST
    }
    rows = frame[frame["name"].isin(list(measures)) & frame[Col.VALUE].notna()]
    if rows.empty:
        return {}
    # Of two periods with one end, the shorter says more of its end: it is sorted last, and stays.
    ends = [(period.end, period.start) for period in periods_of(rows)]
    rows = rows.assign(end=pd.Series(ends, index=rows.index, dtype=object)).sort_values(Col.END)
    rows = rows.drop_duplicates([Col.SERVICE, "name"], keep="last")
    last = {
        (service, name): Reading(measures[name], period, float(value))
        for service, name, value, period in zip(
            rows[Col.SERVICE], rows["name"], rows[Col.VALUE], periods_of(rows), strict=True
        )
    }
    return {
        service: [last[service, name] for name in measures if (service, name) in last]
        for service in rows[Col.SERVICE].unique()
    }


def _sources(observations: pd.DataFrame) -> dict[str, dict[Lengths, tuple[str, ...]]]:
    """The files in which each measure of each service stands, by length of period, sorted."""
    pairs = observations[
        [Col.SERVICE, Col.MEASURE, Col.UNIT, Col.COUNT, Col.FILE]
    ].drop_duplicates()
    sources: dict[str, dict[Lengths, tuple[str, ...]]] = {}
    for service, measure, unit, count, file in sorted(pairs.itertuples(index=False, name=None)):
        of_service = sources.setdefault(service, {})
        key = (measure, unit, count)
        of_service[key] = (*of_service.get(key, ()), file)
    return sources


def charted_measures(config: SiteConfig) -> tuple[Measure, ...]:
    """The measures that have a series of their own: response time, and those the site declares.

    Readings have none: of those only the last one is shown.
    """
    declared = (measure for key, measure in config.all_measures.items() if key in config.measures)
    return (
        MEASURES["response_time"],
        *(measure for measure in declared if measure.aggregation is not Aggregation.LAST),
    )
