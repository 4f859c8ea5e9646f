"""The rules that look along one series.

Overlaps, holes, figures that stand still, the calendar and the life of a service.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np
import pandas as pd

from perfsite.decimals import grouped
from perfsite.errors import Problem
from perfsite.frames import Col
from perfsite.kpi.inputs import newest_end
from perfsite.kpi.windows import is_whole_year, months_of_days, tile
from perfsite.measures import DIGITAL, Aggregation, MeasureKind, name_of
from perfsite.model import PLACE, Status
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from perfsite.kpi.windows import Windows
    from perfsite.measures import Measure
    from perfsite.model import Service


# The figures as the rules look at them: rows with codes and days, and where they stand.
#
# Every rule over series starts from one `IndexedSeries`. It relies on the order of the
# observations: those of a series (one service, measure, channel and length of period) stand
# together, in order of time.


SPAN: Final = [Col.UNIT, Col.COUNT, Col.FIRST]
"""What a period is, in columns."""


@dataclass(frozen=True)
class IndexedSeries:
    """Observations with what rules need of them, row for row.

    Attributes:
        rows: the observations as they are, with an index from 0 and the columns `group` (a number
            for each service, measure and channel), `series` (a number for each group and length
            of period), `start` and `end` (first and last day, as `date.toordinal`) and `provided`.
    """

    rows: pd.DataFrame

    @classmethod
    def of(cls, observations: pd.DataFrame) -> Self:
        """Prepare observations (the frame of `observations`)."""
        rows = observations.reset_index(drop=True)
        codes = [pd.factorize(rows[name])[0] for name in (Col.SERVICE, Col.MEASURE, Col.CHANNEL)]
        lengths = [pd.factorize(rows[Col.UNIT])[0], rows[Col.COUNT].to_numpy()]
        group = _runs(codes)
        start, end = _days(rows[Col.PERIOD])
        return cls(
            rows.assign(
                group=group,
                series=_runs([group, *lengths]),
                start=start,
                end=end,
                provided=(rows[Col.STATUS] == Status.PROVIDED).to_numpy(),
            )
        )

    def where(self, chosen: NDArray[np.bool_]) -> IndexedSeries:
        """The same with these rows only."""
        return self if chosen.all() else IndexedSeries(self.rows[chosen].reset_index(drop=True))


def _runs(codes: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """A number for each run of rows whose codes are the same; it grows from run to run."""
    if not len(codes[0]):
        return np.zeros(0, dtype="int64")
    new = np.zeros(len(codes[0]), dtype=bool)
    for code in codes:
        new[1:] |= code[1:] != code[:-1]
    return np.cumsum(new)


def _days(periods: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last day of each period; periods repeat, so each is read once."""
    codes, texts = pd.factorize(periods)
    parsed = [Period.parse(text) for text in texts]
    starts = np.array([period.start.toordinal() for period in parsed], dtype="int64")
    ends = np.array([period.end.toordinal() for period in parsed], dtype="int64")
    return starts[codes], ends[codes]


def records(frame: pd.DataFrame) -> Iterator[SeriesRow]:
    """The rows of a small frame of found ones, for their messages."""
    names = (*PLACE, Col.SERVICE, Col.MEASURE, Col.CHANNEL, Col.PERIOD)
    yield from itertools.starmap(SeriesRow, zip(*(frame[name] for name in names), strict=True))


@dataclass(frozen=True)
class SeriesRow:
    """An observation that a problem is about, and where it stands."""

    file: str
    row: int
    service: str
    measure: str
    channel: str
    period: str

    @property
    def name(self) -> str:
        """The measure as wide tables name it."""
        return name_of(self.measure, self.channel)

    def problem(self, code: str, found: str, expected: str, fix: str) -> Problem:
        """A problem at this row that blames its figure."""
        return Problem(
            self.file,
            self.row,
            code,
            self.name,
            found,
            expected,
            fix,
            service=self.service,
            measures=(self.measure,),
            period=self.period,
        )


def code_of(unit: str, count: int, first: int) -> str:
    """The spelling of a period by its columns."""
    return Period(Unit(unit), int(first), int(count)).code


# Figures against the calendar: the day of the edition, the life of a service, and silence.


def without_future(indexed: IndexedSeries, edition: date) -> tuple[IndexedSeries, list[Problem]]:
    """The figures of periods that have begun; PS118 for the others, PS211 for unfinished ones.

    Most periods of the future are slips of a digit. One that stayed would make every other
    service look late.
    """
    today = edition.toordinal()
    start, end = indexed.rows[Col.START].to_numpy(), indexed.rows[Col.END].to_numpy()
    future, running = start > today, (start <= today) & (end > today)
    problems = _by_row(
        indexed.rows[future],
        lambda period: (
            "PS118",
            f"{period}, which begins after the date of this edition",
            f"a period that has begun by {edition.isoformat()}",
            "check the year; these figures are left out",
        ),
    )
    problems += _by_row(
        indexed.rows[running & indexed.rows[Col.PROVIDED].to_numpy()],
        lambda period: (
            "PS211",
            f"{period}, which ends on {Period.parse(period).end.isoformat()}",
            f"a period that has ended by {edition.isoformat()}",
            "send the figures when the period has ended; if they are forecasts, take them out",
        ),
    )
    return indexed.where(~future), problems


def check_lives(indexed: IndexedSeries, services: Mapping[str, Service]) -> list[Problem]:
    """PS213: figures of periods that lie before a service opened or after it closed."""
    opened = {key: Period.parse(entry.opened) for key, entry in services.items() if entry.opened}
    closed = {key: Period.parse(entry.closed) for key, entry in services.items() if entry.closed}
    starts = {key: period.start.toordinal() for key, period in opened.items()}
    ends = {key: period.end.toordinal() for key, period in closed.items()}
    if not starts and not ends:
        return []
    rows = indexed.rows[indexed.rows[Col.PROVIDED]]
    rows = rows[rows[Col.SERVICE].isin([*starts, *ends])]
    early = rows[Col.END].to_numpy() < rows[Col.SERVICE].map(starts).astype(float).to_numpy()
    late = rows[Col.START].to_numpy() > rows[Col.SERVICE].map(ends).astype(float).to_numpy()
    problems = []
    for chosen, event, lives in ((early, "opened", opened), (late, "closed", closed)):
        for service, of_service in rows[chosen].groupby(Col.SERVICE, sort=False):
            when = lives[str(service)].code
            word = "before" if event == "opened" else "after"
            problems += _by_row(
                of_service,
                lambda period, when=when, event=event, word=word: (  # type: ignore[misc]
                    "PS213",
                    f"figures for {period}; the register says that the service {event} in {when}",
                    f"no figures from {word} the service {event}",
                    f"check the period, and the column {event} of the register",
                ),
            )
    return problems


def check_silence(
    indexed: IndexedSeries, services: Mapping[str, Service], quiet_months: int
) -> list[Problem]:
    """PS212: services that gave figures, are not closed, and give none any more.

    The site's newest period (see `newest_end`) is what services are late against. A figure that
    is confidential or not applicable was given all the same.
    """
    rows = indexed.rows[indexed.rows[Col.STATUS] != Status.NOT_PROVIDED]
    if rows.empty:
        return []
    end = rows[Col.END].to_numpy()
    at = np.lexsort((end, rows[Col.SERVICE].to_numpy(dtype=object).astype(str)))
    last = rows.iloc[at].drop_duplicates(Col.SERVICE, keep="last")
    latest = newest_end(last[Col.SERVICE], last[Col.END])
    newest = _months(latest)
    quiet = last[newest - last[Col.END].map(_months) >= quiet_months].sort_index()
    return [
        Problem(
            file,
            row,
            "PS212",
            Col.PERIOD,
            f"no figure after {period}, for {newest - _months(day)} months; others have figures "
            f"up to {date.fromordinal(latest).isoformat()}",
            f"a figure of each service at least every {quiet_months} months, or a date in the "
            "register on which it closed",
            "send the figures since then; if the service has closed, fill in closed",
            service=service,
        )
        for file, row, service, period, day in zip(
            *(quiet[name] for name in (*PLACE, Col.SERVICE, Col.PERIOD, Col.END)), strict=True
        )
        if service in services and not services[service].closed
    ]


def _months(day: int) -> int:
    """The number of the month of a day (as `date.toordinal`), counted through the years."""
    when = date.fromordinal(day)
    return when.year * MONTHS_IN_YEAR + when.month


def _by_row(rows: pd.DataFrame, text: Callable[[str], tuple[str, str, str, str]]) -> list[Problem]:
    """A problem for each row of a file and period, which blames all measures of it."""
    if rows.empty:
        return []
    blamed = rows.groupby([*PLACE, Col.SERVICE, Col.PERIOD], sort=False)[Col.MEASURE].unique()
    keys = blamed.index.to_frame(index=False).itertuples(index=False, name=None)
    problems = []
    for (file, row, service, period), measures in zip(keys, blamed, strict=True):
        code, what, expected, fix = text(period)
        problems.append(
            Problem(
                file,
                row,
                code,
                Col.PERIOD,
                what,
                expected,
                fix,
                service=service,
                measures=tuple(measures),
                period=period,
            )
        )
    return problems


# Periods that overlap: longer figures against the shorter ones within them.
#
# Years of twelve months against the parts that tile them are compared in `kpi.windows` (PS202),
# where the sums are made; every other length is compared here.


_BEYOND: Final = 10_000_000
"""More than any day or month is numbered: group and time together make one number."""


def check_overlaps(
    indexed: IndexedSeries, windows: Windows, measures: Mapping[str, Measure]
) -> list[Problem]:
    """PS205: longer figures that are not the sum of shorter ones, or smaller than one of them.

    `windows` says which series count a stock, whose figures do not add up, and which years are
    reported already.
    """
    adding = [key for key, measure in measures.items() if measure.aggregation is Aggregation.SUM]
    rows = _of_several_lengths(indexed.rows, adding)
    stocks = pd.MultiIndex.from_arrays([windows.stocks[Col.SERVICE], windows.stocks[Col.MEASURE]])
    keys = pd.MultiIndex.from_frame(rows[[Col.SERVICE, Col.MEASURE]])
    rows = rows[rows[Col.PROVIDED].to_numpy() & ~keys.isin(stocks)]
    if rows.empty:
        return []
    differ = _differing(rows)
    reported = rows.index.isin(differ["at"]) | _in_conflict(rows, windows.conflicts)
    signed = [key for key in adding if measures[key].kind is MeasureKind.NUMBER]
    inside = _larger_inside(rows[~rows[Col.MEASURE].isin(signed)], rows.index[reported])
    fix = "send the right figures; both are published as they were given"
    problems = [
        row.problem(
            "PS205",
            f"{grouped(stated)} in {row.period}, {grouped(summed)} in the shorter periods of it",
            "a figure that is the sum of its parts",
            fix,
        )
        for row, stated, summed in zip(
            records(differ), differ[Col.VALUE], differ[Col.SUMMED], strict=True
        )
    ]
    return problems + [
        row.problem(
            "PS205",
            f"{grouped(part)} in {row.period}, more than the {grouped(whole)} in all of {longer}",
            "a figure that is no more than that of a longer period around it",
            fix,
        )
        for row, part, whole, longer in zip(
            records(inside), inside[Col.VALUE], inside["whole"], inside["longer"], strict=True
        )
    ]


def _measures(of_parts: pd.DataFrame) -> list[str]:
    """The measure of each row by its `part`: there are few of them."""
    return [str(part).partition(":")[0] for part in of_parts[Col.PART]]


def _of_several_lengths(rows: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    """The rows of these measures whose group has periods of more than one length."""
    rows = rows[rows[Col.MEASURE].isin(measures)]
    lengths = rows.drop_duplicates(Col.SERIES)[Col.GROUP]
    return rows[rows[Col.GROUP].isin(lengths[lengths.duplicated()])]


def _in_conflict(rows: pd.DataFrame, conflicts: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows are years that are not the sum of their parts (PS202)."""
    year = is_whole_year(rows)
    reported = pd.MultiIndex.from_arrays(
        [conflicts[Col.SERVICE], _measures(conflicts), conflicts[Col.FIRST]]
    )
    keys = pd.MultiIndex.from_frame(rows[[Col.SERVICE, Col.MEASURE, Col.FIRST]])
    return np.asarray(year.to_numpy() & keys.isin(reported))


def _as_parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the columns that `kpi.windows` tiles; each group is a service of its own."""
    frame = rows[[Col.GROUP, *SPAN, Col.VALUE]].rename(columns={Col.GROUP: Col.SERVICE})
    return frame.assign(part=DIGITAL, flags=0, at=rows.index)


def tiled(rows: pd.DataFrame, lengths: list[int]) -> pd.DataFrame:
    """Figures of months that shorter ones tile: `at` of the longer row, `summed` of the others.

    Months of which every day was given are made of their days.
    """
    frame = _as_parts(rows)
    days = months_of_days(frame[frame[Col.UNIT] == Unit.DAY])
    months = frame[frame[Col.UNIT] == Unit.MONTH]
    pool = pd.concat([months, days]).drop_duplicates([Col.SERVICE, Col.COUNT, Col.FIRST])
    frames = [days]
    for length in lengths:
        shorter = pool[pool[Col.COUNT] < length]
        if len(shorter):
            frames.append(tile(shorter, length))
    sums = pd.concat(frames)[[Col.SERVICE, Col.COUNT, Col.FIRST, Col.VALUE]]
    both = months.merge(
        sums, on=[Col.SERVICE, Col.COUNT, Col.FIRST], how="inner", suffixes=("", "_sum")
    )
    return both.rename(columns={"value_sum": Col.SUMMED})[["at", Col.SUMMED]]


def _differing(rows: pd.DataFrame) -> pd.DataFrame:
    """Longer rows other than years, with `at` and `summed`, that are not the sum of their parts."""
    counts = rows.loc[rows[Col.UNIT] == Unit.MONTH, Col.COUNT].unique()
    lengths = sorted({int(count) for count in counts} - {1, MONTHS_IN_YEAR})
    sums = tiled(rows, lengths)
    frame = rows.loc[sums["at"]].assign(
        at=sums["at"].to_numpy(), summed=sums[Col.SUMMED].to_numpy()
    )
    return frame[~np.isclose(frame[Col.VALUE], frame[Col.SUMMED], rtol=1e-9, atol=0)]


def _larger_inside(rows: pd.DataFrame, left_out: pd.Index) -> pd.DataFrame:
    """Rows that are larger than one around them: with `whole`, its value, and `longer`, its period.

    Rows of `left_out` are not taken for one around. Of several the smallest counts.
    """
    around = rows[~rows.index.isin(left_out)]
    lengths = list(rows[[Col.UNIT, Col.COUNT]].drop_duplicates().itertuples(index=False, name=None))
    whole = pd.Series(np.inf, index=rows.index)
    longer = pd.Series("", index=rows.index, dtype=object)
    for unit, count in lengths:
        long = around[(around[Col.UNIT] == unit) & (around[Col.COUNT] == count)]
        days = _DAYS[Unit(unit)] * count
        shorter = rows[Col.COUNT] * rows[Col.UNIT].map(_DAYS) < days
        short = rows[shorter & rows[Col.GROUP].isin(long[Col.GROUP])]
        if len(long) and len(short):
            at, value = _smallest_around(short, long)
            better = value < whole.loc[short.index].to_numpy()
            chosen = short.index[better]
            whole.loc[chosen] = value[better]
            longer.loc[chosen] = long[Col.PERIOD].to_numpy()[at[better]]
    wrong = rows[Col.VALUE] > whole * (1 + 1e-9)
    return rows[wrong].assign(whole=whole[wrong], longer=longer[wrong])


_DAYS: Final = {Unit.DAY: 1.0, Unit.WEEK: 7.0, Unit.MONTH: 30.0}
"""How long units are, for the order of their lengths alone."""


def _smallest_around(
    short: pd.DataFrame, long: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each short row the position and the value of the smallest long row that contains it.

    The long rows are of one length, in order of group and time; infinite where there is none.
    """
    keys = long[Col.GROUP].to_numpy() * _BEYOND + long[Col.START].to_numpy()
    group, start = short[Col.GROUP].to_numpy(), short[Col.START].to_numpy()
    last = short[Col.END].to_numpy()
    at = np.searchsorted(keys, group * _BEYOND + start, side="right") - 1
    long_group, long_end = long[Col.GROUP].to_numpy(), long[Col.END].to_numpy()
    values = long[Col.VALUE].to_numpy()
    best = np.full(len(short), -1, dtype="int64")
    smallest = np.full(len(short), np.inf)
    left = np.arange(len(short))
    while len(left):
        here = at[left]
        around = (here >= 0) & (long_group[here] == group[left]) & (long_end[here] >= last[left])
        left = left[around]
        here = at[left]
        lower = values[here] < smallest[left]
        smallest[left[lower]] = values[here[lower]]
        best[left[lower]] = here[lower]
        at[left] -= 1
    return best, smallest


# Series with holes, and series that stand still.


_LISTED: Final = 5
_MANY: Final = 20
"""Services of one file that lack the same periods: more than chance."""
_LEAST_REPEATED: Final = 10
"""Small counts repeat by chance."""


def check_gaps(indexed: IndexedSeries) -> list[Problem]:
    """PS206: series in which periods lack between the first and the last one given.

    A figure given as [x] is there: the service said that it has none.
    """
    rows = indexed.rows
    series = rows[Col.SERIES].to_numpy()
    if len(rows) < 2:  # noqa: PLR2004 - between two figures
        return []
    first, count = rows[Col.FIRST].to_numpy(), rows[Col.COUNT].to_numpy()
    apart = np.where(series[1:] == series[:-1], first[1:] - first[:-1], 0)
    step = np.minimum(_usual(apart, series[1:]), count[1:])
    missing = np.where(apart > 0, apart // np.maximum(step, 1) - 1, 0)
    at = np.flatnonzero(missing > 0)
    if not len(at):
        return []
    gaps = pd.DataFrame({Col.SERIES: series[at], "at": at, "n": missing[at], "step": step[at]})
    bounds = {
        int(key): (int(low), int(high))
        for key, low, high in zip(
            *np.unique(series, return_index=True),
            np.flatnonzero(np.diff(series, append=series[-1] + 1)),
            strict=True,
        )
    }
    names = [*PLACE, Col.SERVICE, Col.MEASURE, Col.CHANNEL, Col.UNIT, Col.PERIOD]
    columns = {name: rows[name].to_numpy() for name in names}
    holes: dict[tuple[str, str, str], list[_Hole]] = {}
    for key, gap in gaps.groupby(Col.SERIES, sort=False):
        low, high = bounds[int(str(key))]
        total = int(gap["n"].sum())
        listed: list[str] = []
        for place, number, each in zip(gap["at"], gap["n"], gap["step"], strict=True):
            wanted = range(1, min(int(number), _LISTED - len(listed)) + 1)
            listed += [
                code_of(columns[Col.UNIT][place], count[place], first[place] + each * k)
                for k in wanted
            ]
        rest = f" and {total - len(listed)} more" if total > len(listed) else ""
        after = int(gap["at"].iloc[0]) + 1
        hole = _Hole(
            columns[Col.FILE][after],
            int(columns[Col.ROW][after]),
            columns[Col.SERVICE][after],
            columns[Col.MEASURE][after],
            name_of(columns[Col.MEASURE][after], columns[Col.CHANNEL][after]),
            f"{columns[Col.PERIOD][low]} to {columns[Col.PERIOD][high]}",
        )
        what = f"{', '.join(listed)}{rest}"
        holes.setdefault(
            (hole.file, f"{columns[Col.UNIT][after]} {count[after]}", what), []
        ).append(hole)
    return [
        problem for (_, _, what), alike in holes.items() for problem in _gap_problems(what, alike)
    ]


class _Hole(NamedTuple):
    """A series that lacks periods: its figure after the first of them, and how far it runs."""

    file: str
    row: int
    service: str
    measure: str
    name: str
    span: str


def _gap_problems(what: str, holes: Sequence[_Hole]) -> list[Problem]:
    """A problem for each series; one for all where many services of a file lack the same.

    Then the period was never asked for, and to say so a thousand times helps nobody.
    """
    services = {hole.service for hole in holes}
    fix = "send what is lacking; write [x] where there is no figure"
    if len(services) >= _MANY:
        found = f"no figures for {what} in {len(holes)} series of {len(services)} services"
        expected = "a figure for every period from the first to the last"
        return [Problem(holes[0].file, holes[0].row, "PS206", Col.PERIOD, found, expected, fix)]
    return [
        Problem(
            hole.file,
            hole.row,
            "PS206",
            hole.name,
            f"no {hole.name} for {what}",
            f"a figure for every period from {hole.span}",
            fix,
            service=hole.service,
            measures=(hole.measure,),
        )
        for hole in holes
    ]


def _usual(apart: NDArray[np.int64], series: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far apart the periods of each row's series usually begin; 0 where nobody can tell.

    Of two distances that are as frequent the longer one is taken, which finds fewer gaps.
    """
    pairs = pd.DataFrame({Col.SERIES: series, "apart": apart})[apart > 0]
    sizes = pairs.value_counts(sort=False).reset_index(name="n")
    modes = sizes.sort_values([Col.SERIES, "n", "apart"]).drop_duplicates(Col.SERIES, keep="last")
    usual = modes.set_index(Col.SERIES)["apart"].reindex(series).fillna(0)
    return usual.to_numpy(dtype="int64")


def check_repeats(
    indexed: IndexedSeries, measures: Mapping[str, Measure], repeats: int
) -> list[Problem]:
    """PS210: the same count or amount for `repeats` or more periods that follow each other.

    Periods that overlap, as years that begin a quarter apart, share most of what they count. They
    are taken together: such a figure has to stand still for as long as `repeats` periods that do
    not overlap. Shares and times are left alone: 100% month after month is good news.
    """
    kinds = {
        key
        for key, measure in measures.items()
        if measure.kind in (MeasureKind.COUNT, MeasureKind.CURRENCY)
    }
    chosen = indexed.rows[Col.PROVIDED] & (indexed.rows[Col.VALUE] >= _LEAST_REPEATED)
    rows = indexed.rows[chosen & indexed.rows[Col.MEASURE].isin(kinds)]
    if rows.empty:
        return []
    series, value = rows[Col.SERIES].to_numpy(), rows[Col.VALUE].to_numpy()
    first, count = rows[Col.FIRST].to_numpy(), rows[Col.COUNT].to_numpy()
    same = (series[1:] == series[:-1]) & (value[1:] == value[:-1])
    same &= first[1:] - first[:-1] <= count[1:]
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    ends = np.append(starts[1:], len(rows)) - 1
    times = (first[ends] + count[ends] - first[starts]) // count[ends]
    long = (times >= repeats) & (ends > starts)
    last, begun = rows.iloc[ends[long]], rows[Col.PERIOD].to_numpy()[starts[long]]
    return [
        row.problem(
            "PS210",
            f"{grouped(number)} in every period from {since} to {row.period}",
            f"figures that change at least once in {repeats} periods",
            "was an earlier figure copied? Send that of each period, or [x]; if it is true, do "
            "nothing",
        )
        for row, number, since in zip(records(last), last[Col.VALUE], begun, strict=True)
    ]
