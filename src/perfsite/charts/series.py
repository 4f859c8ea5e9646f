"""Series: the figures of one service over time, as KPIs and as they were given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.arithmetic import tidy_sum
from perfsite.frames import FIGURES, INPUTS, WINDOWS, Col, entering
from perfsite.kpi.figures import given_to, operands
from perfsite.kpi.inputs import KEY, periods_of
from perfsite.kpi.windows import is_whole_year
from perfsite.kpis import KPIS, Adding, Place, at, measure_module
from perfsite.measures import MEASURES, Aggregation, MeasureKind
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_YEAR, YEAR_IN_UNITS, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from perfsite.kpi.figures import Figures
    from perfsite.kpi.inputs import Parts
    from perfsite.kpis import Kpi
    from perfsite.measures import Measure


# Series: the figures of one service and KPI over time, at one length of period.
#
# What is charted, what stands in the table beside the chart and what is compared with the year
# before are the same values.


_PREFERENCE: Final = {
    (Unit.MONTH, 3): 0,
    (Unit.MONTH, 1): 1,
    (Unit.WEEK, 1): 2,
    (Unit.MONTH, MONTHS_IN_YEAR): 3,
    (Unit.DAY, 1): 5,
    (Unit.WEEK, 52): 6,
}
"""Quarters first: they show the seasons, and there are not too many of them."""
_OTHER: Final = 4
GRAIN: Final = [Col.SERVICE, Col.UNIT, Col.COUNT]
"""What tells the lengths of period of a service apart."""
_AS_RECENT_DAYS: Final = 31
_FEW: Final = 2


@dataclass(frozen=True)
class Point:
    """A figure of a series; `value` is None where it is missing or withheld.

    `numerator` and `denominator` are digital and all transactions for a take-up, and so on; for
    transactions the numerator is the digital part. `before` is the value a year before,
    `previous` that of the period just before. `broken` marks a break in the series: figures from
    this period on cannot be compared with those before it.
    What is `uncertain` of the value, and of those before, is how far it may be off, up or down.
    """

    period: Period
    value: float | None
    numerator: float | None
    denominator: float | None
    before: float | None
    previous: float | None
    status: Status
    broken: bool = False
    uncertain: float = 0.0
    uncertain_before: float = 0.0
    uncertain_previous: float = 0.0


@dataclass(frozen=True)
class Series:
    """One KPI at one length of period, oldest point first; `main` is the one shown first.

    With a `measure` it is a series of that instead, and `kpi` is the measure's id. A `stock` counts
    what there is on a day: its longer figures are no sums of shorter ones.
    """

    kpi: str
    unit: Unit
    count: int
    points: tuple[Point, ...]
    main: bool
    measure: Measure | None = None
    stock: bool = False

    @property
    def name(self) -> str:
        """What is measured, as a message."""
        if self.measure:
            return self.measure.name
        kpi = KPIS[self.kpi]
        if self.stock and kpi.words.of_stock:
            return kpi.words.of_stock
        return kpi.words.of_period or kpi.name

    @property
    def kind(self) -> MeasureKind:
        """What its figures are."""
        if self.measure:
            return self.measure.kind
        return KPIS[self.kpi].kind

    @property
    def has_bars(self) -> bool:
        """Whether it is drawn as bars: counts of periods that do not overlap."""
        adds_up = (
            self.measure.aggregation is Aggregation.SUM
            if self.measure
            else KPIS[self.kpi].adding is Adding.SUM
        )
        return adds_up and self.kind is MeasureKind.COUNT and self.count < MONTHS_IN_YEAR

    @cached_property
    def figures(self) -> tuple[Point, ...]:
        """The points that have a value."""
        return tuple(point for point in self.points if point.value is not None)

    @property
    def module(self) -> str:
        """The module of a service's page that it belongs to: `digital-take-up`."""
        if self.measure is None:
            return KPIS[self.kpi].chart
        # Whatever a site declares has names of its own, so that no two can clash.
        declared = self.kpi not in MEASURES
        return measure_module(self.kpi) if declared else self.kpi.replace("_", "-")

    @property
    def slug(self) -> str:
        """The name of its files: `digital-take-up`, or `transactions-by-week` beside it."""
        base = self.module
        return base if self.main else f"{base}-by-{self.grain.replace(' ', '-')}"

    @property
    def grain(self) -> str:
        """The length of its periods in words: `quarter`, `week`, `12 months`."""
        if self.unit is Unit.MONTH and self.count == 3:  # noqa: PLR2004
            return "quarter"
        return str(self.unit) if self.count == 1 else f"{self.count} {self.unit}s"

    @property
    def is_drawn(self) -> bool:
        """Whether there is enough to draw: one figure is no trend."""
        return len(self.figures) >= _FEW


def collect_series(
    parts: Parts, figures: Figures, services: Iterable[str]
) -> dict[str, list[Series]]:
    """The series of every service, in the order of their charts, the main one of each KPI first."""
    entering("charts", INPUTS, parts.frame)
    entering("charts", FIGURES, figures.frame)
    entering("charts", WINDOWS, figures.windows.frame)
    by_service: dict[str, list[Series]] = {service: [] for service in services}
    stocks = figures.stocks
    there = {*parts.frame[Col.PART].unique(), *figures.frame[Col.KPI].unique()}
    for key in at(Place.CHART):
        kpi = KPIS[key]
        split = (kpi.split.part,) if kpi.split else ()
        if there.isdisjoint((*kpi.numerator, *split) if kpi.adding is Adding.SUM else (key,)):
            continue
        table = (
            _amounts(kpi, parts, figures)
            if kpi.adding is Adding.SUM
            else _figures(kpi, parts, figures)
        )
        measures = {part.partition(":")[0] for part in kpi.numerator}
        for service, series in _cut(key, _with_earlier(table)):
            stock = any((service, measure) in stocks for measure in measures)
            by_service[service].append(replace(series, stock=True) if stock else series)
    return by_service


def collect_measures(
    parts: Parts, measures: Iterable[Measure], services: Iterable[str]
) -> dict[str, list[Series]]:
    """The series of these measures for every service, in their order, the main ones first.

    They are as services gave them: nothing is made of them but the sum of the channels of what
    adds up.
    """
    by_service: dict[str, list[Series]] = {service: [] for service in services}
    wanted = {measure.id: measure for measure in measures}
    frame = parts.frame[parts.frame[Col.PART].isin(list(wanted))]
    for key, measure in wanted.items():
        table = frame[frame[Col.PART] == key][[*KEY, Col.VALUE, Col.STATUS, Col.BROKEN]]
        if table.empty:
            continue
        doubt = given_to(
            table[Col.VALUE], measure.kind, adds_up=measure.aggregation is Aggregation.SUM
        )
        table = table.assign(numerator=np.nan, denominator=np.nan, uncertain=doubt)
        for service, series in _cut(key, _with_earlier(table), measure):
            by_service[service].append(series)
    return by_service


def _amounts(kpi: Kpi, parts: Parts, figures: Figures) -> pd.DataFrame:
    """A sum, and the part that is told apart, of every period that was given, or is a year."""
    frame = parts.frame
    year = is_whole_year(frame)
    windows = figures.windows.frame.assign(status=str(Status.PROVIDED))
    windows = windows[windows[Col.UNIT] == Unit.MONTH]
    missing_years = frame[year & frame[Col.VALUE].isna()]
    # The order decides what stays: a year as it was given before the same year added up, and that
    # before the row that says why no year was given.
    rows = pd.concat([frame[~year], windows, missing_years], ignore_index=True)
    rows = rows.drop_duplicates([*KEY, Col.PART])
    whole = _summed(rows[rows[Col.PART].isin(kpi.numerator)], len(kpi.numerator))
    split = kpi.split.part if kpi.split else ""
    part = rows[rows[Col.PART] == split].set_index(KEY)[Col.VALUE].rename(Col.NUMERATOR)
    # A part is shown where the whole that it is a part of was not given.
    table = whole.join(part, how="outer").reset_index()
    table[Col.STATUS] = table[Col.STATUS].fillna(str(Status.NOT_PROVIDED))
    table = table.assign(denominator=np.nan, uncertain=0.0)
    return table.assign(broken=_broken(table, frame, (*kpi.numerator, split)))


def _summed(rows: pd.DataFrame, number: int) -> pd.DataFrame:
    """So many parts added up, where all are there: `value` and `status` by period."""
    if number == 1:
        return rows.set_index(KEY)[[Col.VALUE, Col.STATUS]]
    # A missing part comes first in its group, so that `first` is the status that says why.
    groups = rows.sort_values(Col.VALUE, na_position="first").groupby(KEY, sort=False)
    sums = groups.agg(
        value=(Col.VALUE, "sum"), there=(Col.VALUE, "count"), status=(Col.STATUS, "first")
    )
    whole = sums["there"] == number
    # What says why is the part that is missing; one of which nothing was said is not provided.
    why = sums[Col.STATUS].where(sums[Col.STATUS] != Status.PROVIDED, str(Status.NOT_PROVIDED))
    return pd.DataFrame(
        {
            Col.VALUE: tidy_sum(sums[Col.VALUE].where(whole).to_numpy()),
            Col.STATUS: why.mask(whole, str(Status.PROVIDED)),
        },
        index=sums.index,
    )


def _figures(kpi: Kpi, parts: Parts, figures: Figures) -> pd.DataFrame:
    """A KPI's figures, and the periods for which its measures were given without a figure."""
    have = figures.frame[figures.frame[Col.KPI] == kpi.id]
    wanted = kpi.told_by
    asked = parts.frame[parts.frame[Col.PART].isin(wanted)].drop_duplicates(KEY)
    # A service that never gave a digital figure has no series of missing take-up.
    asked = asked[asked[Col.SERVICE].isin(have[Col.SERVICE].unique())][[*KEY, Col.STATUS]]
    table = have.merge(asked, on=KEY, how="outer", suffixes=("", "_asked"))
    # All measures have a number, and yet there is no figure: nothing that was given says why.
    reason = table["status_asked"].mask(
        table["status_asked"] == Status.PROVIDED, str(Status.NOT_PROVIDED)
    )
    table[Col.STATUS] = table[Col.STATUS].fillna(reason)
    table = table[[*KEY, Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR, Col.UNCERTAIN, Col.STATUS]]
    table = _with_operands(kpi, table, parts, figures) if kpi.words.operands else table
    return table.assign(broken=_broken(table, parts.frame, kpi.parts))


def _with_operands(kpi: Kpi, table: pd.DataFrame, parts: Parts, figures: Figures) -> pd.DataFrame:
    """The table with what stands above and below the line wherever it is there.

    That is also where there is no ratio of the two. Periods for which only such a figure was given
    become rows where they lie among those of the table.
    """
    wanted = [*kpi.operands, *((kpi.stated,) if kpi.weighted else ())]
    inputs = parts.frame[parts.frame[Col.VALUE].notna() & ~is_whole_year(parts.frame)]
    columns = [*KEY, Col.PART, Col.VALUE]
    rows = pd.concat([inputs[columns], figures.windows.frame[columns]])
    rows = rows[rows[Col.PART].isin(wanted)].drop_duplicates([*KEY, Col.PART])
    wide = rows.pivot(index=KEY, columns=Col.PART, values=Col.VALUE)
    top, bottom = operands(kpi, wide)
    sides = pd.DataFrame({"top": top, "bottom": bottom}).dropna(how="all").reset_index()
    # A row beyond the ends of the table would make its axis longer than what it has figures for.
    grain = table.groupby(GRAIN)[Col.FIRST].agg(["min", "max"]).reset_index()
    among = sides.merge(grain, on=GRAIN)
    among = among[(among[Col.FIRST] >= among[Col.MIN]) & (among[Col.FIRST] <= among[Col.MAX])]
    table = table.merge(among[[*KEY, "top", "bottom"]], on=KEY, how="outer")
    return table.assign(
        numerator=table[Col.NUMERATOR].fillna(table["top"]),
        denominator=table[Col.DENOMINATOR].fillna(table["bottom"]),
        status=table[Col.STATUS].fillna(str(Status.NOT_PROVIDED)),
    ).drop(columns=["top", "bottom"])


def _broken(table: pd.DataFrame, parts: pd.DataFrame, wanted: Sequence[str]) -> pd.Series[bool]:
    """Which rows are of a period at which one of the parts was marked as a break."""
    marked = parts[parts[Col.BROKEN] & parts[Col.PART].isin(list(wanted))]
    where = pd.MultiIndex.from_frame(table[KEY]).isin(pd.MultiIndex.from_frame(marked[KEY]))
    return pd.Series(where, index=table.index)


def _with_earlier(table: pd.DataFrame) -> pd.DataFrame:
    """Add `before`, the value a year before, and `previous`, that of the period just before.

    Over a break in the series there is nothing to compare with.
    """
    table = table.sort_values(KEY, kind="stable")
    # Each break begins a new run; as a key of the merge it keeps comparisons from crossing one.
    run = table.groupby([Col.SERVICE, Col.UNIT, Col.COUNT])[Col.BROKEN].cumsum()
    year = table[Col.UNIT].map({str(unit): n for unit, n in YEAR_IN_UNITS.items()}).astype("int64")
    values = table[[*KEY, Col.VALUE, Col.UNCERTAIN]].assign(run=run)
    table = table.assign(run=run)
    for name, back in (("before", year), ("previous", table[Col.COUNT])):
        names = {Col.VALUE: name, Col.UNCERTAIN: f"uncertain_{name}"}
        # Moved on by a year, the value of a year before lies on the row that it is held against.
        earlier = values.assign(first=values[Col.FIRST] + back).rename(columns=names)
        table = table.merge(earlier, on=[*KEY, "run"], how="left", validate="one_to_one")
    return table


def _cut(kpi: str, table: pd.DataFrame, measure: Measure | None = None) -> list[tuple[str, Series]]:
    """The table as series: one for each service and length of period that has a figure."""
    table = table.sort_values([*GRAIN, Col.FIRST], kind="stable").reset_index(drop=True)
    good = table[Col.VALUE].notna() | (table[Col.STATUS] == Status.WITHHELD)
    points = _points(table)
    return [
        (
            row[Col.SERVICE],
            Series(
                kpi,
                Unit(row[Col.UNIT]),
                int(row[Col.COUNT]),
                tuple(points[row[Col.MIN] : row[Col.MAX] + 1]),
                bool(row[Col.MAIN]),
                measure,
            ),
        )
        for row in ranked_grains(table.assign(good=good)).to_dict("records")
    ]


def ranked_grains(table: pd.DataFrame) -> pd.DataFrame:
    """The lengths of period of each service that are worth showing, the main one first.

    `table` has the columns of `GRAIN`, `first` and `good` (there is a figure), sorted by those of
    `GRAIN`. The answer has `GRAIN`, `min` and `max` (places of the first and last row) and `main`.
    """
    groups = table.assign(at=np.arange(len(table)))
    bounds = groups.groupby(GRAIN)["at"].agg(["min", "max"])
    bounds["n"] = groups.groupby(GRAIN)["good"].sum()
    last = groups[groups["good"]].groupby(GRAIN)[Col.FIRST].max()
    bounds = bounds.join(last, how="inner").reset_index()
    bounds["recent"] = [period.end.toordinal() for period in periods_of(bounds)]
    newest = bounds.groupby(Col.SERVICE)["recent"].transform("max")
    bounds["stale"] = bounds["recent"] < newest - _AS_RECENT_DAYS
    bounds["few"] = bounds["n"] < _FEW
    bounds["rank"] = [
        _PREFERENCE.get((Unit(unit), count), _OTHER)
        for unit, count in zip(bounds[Col.UNIT], bounds[Col.COUNT], strict=True)
    ]
    bounds = bounds.sort_values([Col.SERVICE, "few", "stale", "rank"], kind="stable")
    bounds[Col.MAIN] = ~bounds.duplicated(Col.SERVICE)
    main_unit = bounds[Col.SERVICE].map(bounds[bounds[Col.MAIN]].set_index(Col.SERVICE)[Col.UNIT])
    # Beside the main one only lengths that tell something else: weeks beside quarters, say.
    return bounds[bounds[Col.MAIN] | ((bounds[Col.UNIT] != main_unit) & ~bounds["few"])]


def _points(table: pd.DataFrame) -> list[Point]:
    numbers = table[[Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR, "before", "previous"]].astype(
        object
    )
    columns = numbers.where(numbers.notna(), None).itertuples(index=False, name=None)
    doubts = table[[Col.UNCERTAIN, "uncertain_before", "uncertain_previous"]].fillna(0.0)
    marks = zip(table[Col.STATUS], table[Col.BROKEN].tolist(), strict=True)
    return [
        Point(period, value, top, bottom, before, previous, Status(status), broken, *doubt)
        for period, (value, top, bottom, before, previous), (status, broken), doubt in zip(
            periods_of(table),
            columns,
            marks,
            doubts.itertuples(index=False, name=None),
            strict=True,
        )
    ]


# What a service gave, figure by figure: what pages say to be missing is missing here.
#
# Tables show what is worked out. Whether a figure was given at all, why it was not, and what it
# was marked with is asked here, of the observations.


SHOWN: Final = "per"
"""The marks that stand beside numbers, in their order: provisional, estimated, revised. A break is
said of the period."""


@dataclass(frozen=True)
class Observed:
    """A figure as it was given: its number, or why there is none, and the letters of its marks."""

    value: float | None
    status: Status
    marks: str = ""


Channels = dict[str, dict["Period", Observed]]
"""What was given of one measure, by channel (empty for all of them together) and period."""


@dataclass(frozen=True)
class GivenFigures:
    """All observations of one service, by measure, channel and period.

    `numbers` are the numbers of its KPIs that said something else in an earlier edition: KPI,
    column of data/kpis.csv, and period. Observations that did have the mark `r`.
    """

    figures: Mapping[str, Channels] = field(default_factory=dict)
    numbers: tuple[tuple[str, str, str], ...] = ()

    def of(
        self, measure: str, period: Period, belongs: Callable[[str], bool]
    ) -> dict[str, Observed]:
        """The observations of a measure for exactly this period, of channels that belong."""
        channels = self.figures.get(measure, {})
        return {
            name: observed[period]
            for name, observed in channels.items()
            if belongs(name) and period in observed
        }

    def sum_of(self, measure: str, period: Period, belongs: Callable[[str], bool]) -> float | None:
        """The sum of channels, if each that was ever given in such periods has a number."""
        of_period = self.of(measure, period, belongs)
        length = (period.unit, period.count)
        ever = [
            name
            for name, observed in self.figures.get(measure, {}).items()
            if belongs(name) and any((span.unit, span.count) == length for span in observed)
        ]
        there = [of_period[name].value for name in ever if name in of_period]
        values = [value for value in there if value is not None]
        return sum(values) if values and len(values) == len(ever) else None

    def spans(self, measure: str, belongs: Callable[[str], bool]) -> list[Period]:
        """The periods for which a measure has a number, in channels that belong; oldest first."""
        channels = self.figures.get(measure, {})
        periods = {
            period
            for name, observed in channels.items()
            if belongs(name)
            for period, figure in observed.items()
            if figure.value is not None
        }
        return sorted(periods, key=lambda period: (period.end, period.start))

    @cached_property
    def changed_sides(self) -> frozenset[tuple[tuple[str, ...], str]]:
        """The sums of parts that said another number in an earlier edition, with the period."""
        sides = set()
        for key, column, period in self.numbers:
            kpi = KPIS[key]
            if column == "denominator":
                sides.add((kpi.denominator, period))
            elif column == "numerator" or not kpi.is_ratio:
                sides.add((kpi.numerator, period))
        return frozenset(sides)

    @property
    def is_silent(self) -> bool:
        """Whether the service never gave a number, nor said that there is one."""
        return not any(
            figure.value is not None or figure.status is Status.CONFIDENTIAL
            for channels in self.figures.values()
            for observed in channels.values()
            for figure in observed.values()
        )


def marks_among(figures: Iterable[Observed]) -> str:
    """The marks of numbers that any of these has, in the order in which they are shown."""
    letters = {letter for figure in figures if figure.value is not None for letter in figure.marks}
    return "".join(letter for letter in SHOWN if letter in letters)


def collect_given(
    observations: pd.DataFrame,
    numbers: Mapping[str, frozenset[tuple[str, str, str]]],
    services: Iterable[str],
) -> dict[str, GivenFigures]:
    """What each service gave; every service is there.

    The `observations` that said something else before have the mark of a revision, and `numbers`
    are those of KPIs that did, by service.
    """
    by_service: dict[str, dict[str, Channels]] = {service: {} for service in services}
    values = observations[Col.VALUE].astype(object).where(observations[Col.VALUE].notna(), None)
    columns = (observations[name] for name in (Col.SERVICE, Col.MEASURE, Col.CHANNEL))
    statuses = {str(status): status for status in Status}
    for service, measure, channel, period, value, status, marks in zip(
        *columns,
        periods_of(observations),
        values,
        observations[Col.STATUS],
        observations[Col.MARKS],
        strict=True,
    ):
        observed = by_service[service].setdefault(measure, {}).setdefault(channel, {})
        observed[period] = Observed(value, statuses[status], marks)
    return {
        service: GivenFigures(figures, tuple(sorted(numbers.get(service, ()))))
        for service, figures in by_service.items()
    }
