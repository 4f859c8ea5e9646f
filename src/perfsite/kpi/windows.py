"""Windows of twelve months (or 52 weeks.

Or one month) over the parts of services, made of shorter periods without a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from perfsite.arithmetic import tidy_sum
from perfsite.frames import CONFLICTS, RUN, STOCKS, WINDOWS, Col, entering
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_YEAR, WEEKS_IN_YEAR, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


# Longer periods made of shorter ones: runs that fill them without a gap and without overlap.
#
# A series is what one service gave of one part (a measure, or one channel of it). All windows of
# all series are made at once, as arrays of series by time. What is to be known of a window beside
# its sum travels as flags: a window has every flag of the periods that it was added up from.


Number = TypeVar("Number", np.float64, np.int64)
SERIES: Final = [Col.SERVICE, Col.PART]
EXCESS_FROM: Final = 8
"""The bits from this one on are for KPIs: a part of theirs exceeds its whole."""
_CHUNK: Final = 4_000
"""Series that are tiled at a time: it bounds memory, and changes no figure."""
_EPOCH: Final = 719_163
"""`date(1970, 1, 1).toordinal()`: day indexes count from year 1, pandas from 1970."""


class Flag(IntFlag):
    """What is known of a figure beside its number."""

    PROVISIONAL = 1
    ESTIMATED = 2
    BREAK = 4
    CONFIDENTIAL = 8  # the number is not there: it counts as nothing, and nothing may be published
    NOT_APPLICABLE = 16  # there was nothing to count
    GIVEN = 32  # at least one number was given


MARKS: Final = {"p": Flag.PROVISIONAL, "e": Flag.ESTIMATED, "b": Flag.BREAK}
"""The flags of the letters that observations are marked with."""


def flags_of(marks: pd.Series[str]) -> NDArray[np.int64]:
    """The flags of the marks of observations: letters such as `pb`."""
    letters = marks.astype(object)
    flags = np.zeros(len(letters), dtype="int64")
    for letter, flag in MARKS.items():
        flags |= np.where(letters.str.contains(letter, regex=False).astype(bool), int(flag), 0)
    return flags


def marks_of(flags: NDArray[np.int64]) -> NDArray[np.object_]:
    """The marks of flags, as letters in the order of `MARKS`; the inverse of `flags_of`."""
    marks = np.full(len(flags), "", dtype=object)
    for letter, flag in MARKS.items():
        marks[(flags & flag) != 0] += letter
    return marks


def has_flag(frame: pd.DataFrame, flag: int) -> NDArray[np.bool_]:
    """Which rows of a frame with `flags` have this flag, or any of several."""
    return np.asarray((frame[Col.FLAGS].to_numpy(dtype="int64") & int(flag)) != 0, dtype=bool)


def united(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series[int]:
    """The flags that any row of a group has, by the groups of `frame.groupby(by)`."""
    every = int(np.bitwise_or.reduce(frame[Col.FLAGS].to_numpy(), initial=0))
    flags = frame.groupby(list(by)).size() * 0
    for bit in range(every.bit_length()):
        # No aggregation of pandas is a bitwise or; that any row has a bit is one.
        has = pd.Series(has_flag(frame, 1 << bit), index=frame.index)
        flags += has.groupby([frame[key] for key in by]).any().astype("int64") * (1 << bit)
    return flags


def months_of_days(periods: pd.DataFrame) -> pd.DataFrame:
    """Months of which every day is there, as the sums of their days.

    `service, part, unit, count, first, value, flags`, as in the frame of parts.
    """
    days = periods[(periods[Col.UNIT] == Unit.DAY) & (periods[Col.COUNT] == 1)]
    if days.empty:
        return _no_months(days)
    dates = pd.to_datetime(days[Col.FIRST] - _EPOCH, unit="D")
    month = dates.dt.year * MONTHS_IN_YEAR + dates.dt.month - 1
    days = days.assign(month=month, length=dates.dt.days_in_month)
    key = [*SERIES, "month"]
    groups = days.groupby(key)
    sums = groups.agg(value=(Col.VALUE, "sum"), n=(Col.VALUE, "size"), length=("length", "first"))
    sums[Col.VALUE] = tidy_sum(sums[Col.VALUE].to_numpy())
    sums[Col.FLAGS] = united(days, key) if Col.FLAGS in days else 0
    whole = sums[sums["n"] == sums["length"]].reset_index()
    return whole.rename(columns={"month": Col.FIRST}).assign(unit=str(Unit.MONTH), count=1)[
        [*SERIES, Col.UNIT, Col.COUNT, Col.FIRST, Col.VALUE, Col.FLAGS]
    ]


def _no_months(days: pd.DataFrame) -> pd.DataFrame:
    """What `months_of_days` makes of no day, which is what most data have."""
    return days[SERIES].assign(
        unit=str(Unit.MONTH),
        count=1,
        first=pd.Series(dtype="int32"),
        value=pd.Series(dtype="float64"),
        flags=pd.Series(dtype="int64"),
    )


def tile(periods: pd.DataFrame, length: int) -> pd.DataFrame:
    """All windows of `length` units that the periods tile.

    The periods are of one unit, each once: `service, part, first, count, value`, and `flags` where
    there are any. Where several tilings are possible the one with the longest last period is taken,
    so that the answer does not depend on the order of the rows. A break at the very start of a
    window is none inside it.

    Returns:
        `service, part, first, value, flags, count`, a row for each window that is there.
    """
    entering("windows", RUN, periods)
    names = periods[SERIES].drop_duplicates().reset_index(drop=True)
    frames = [
        _tile_chunk(periods, names.iloc[at : at + _CHUNK], length)
        for at in range(0, len(names), _CHUNK)
    ]
    empty = pd.DataFrame(
        {
            Col.SERVICE: pd.Series(dtype=object),
            Col.PART: pd.Series(dtype=object),
            Col.FIRST: pd.Series(dtype="int64"),
            Col.VALUE: pd.Series(dtype="float64"),
            Col.FLAGS: pd.Series(dtype="int64"),
        }
    )
    return pd.concat(frames or [empty], ignore_index=True).assign(count=length)


def _tile_chunk(periods: pd.DataFrame, names: pd.DataFrame, length: int) -> pd.DataFrame:
    index = pd.MultiIndex.from_frame(names)
    series = index.get_indexer(pd.MultiIndex.from_frame(periods[SERIES]))
    in_chunk = periods[series >= 0]
    rows = series[series >= 0]
    firsts, counts = in_chunk[Col.FIRST].to_numpy(), in_chunk[Col.COUNT].to_numpy()
    units = _units(firsts, counts)
    ends = np.searchsorted(units, firsts + counts - 1)
    values = in_chunk[Col.VALUE].to_numpy(dtype=float)
    flags = (
        in_chunk[Col.FLAGS].to_numpy(dtype="int64")
        if Col.FLAGS in in_chunk
        else np.zeros(len(in_chunk), int)
    )
    shape = (len(names), len(units))
    grids: dict[int, tuple[NDArray[np.float64], NDArray[np.int64]]] = {}
    for count in sorted(set(counts.tolist()), reverse=True):
        grid, grid_flags = np.full(shape, np.nan), np.zeros(shape, dtype="int64")
        at = counts == count
        grid[rows[at], ends[at]] = values[at]
        grid_flags[rows[at], ends[at]] = flags[at]
        grids[count] = grid, grid_flags
    # tiled[k][s, e]: the sum of periods that tile exactly the k units up to and with e, and the
    # flags of these periods. The last period of a tiling is tried from the longest to the shortest.
    tiled: dict[int, tuple[NDArray[np.float64], NDArray[np.int64]]] = {}
    for k in _reachable(set(grids), length):
        best, best_flags = np.full(shape, np.nan), np.zeros(shape, dtype="int64")
        for count, (grid, of_last) in grids.items():
            if k == count:
                candidate, all_flags = grid, of_last & ~int(Flag.BREAK)
            elif k - count in tiled:
                before, of_before = tiled[k - count]
                candidate = grid + _shifted(before, count, np.nan)
                all_flags = of_last | _shifted(of_before, count, 0)
            else:
                continue
            new = np.isnan(best) & ~np.isnan(candidate)
            best = np.where(new, candidate, best)
            best_flags = np.where(new, all_flags, best_flags)
        tiled[k] = best, best_flags
    nothing = np.full(shape, np.nan), np.zeros(shape, dtype="int64")
    windows, window_flags = tiled.get(length, nothing)
    at_series, at_end = np.nonzero(~np.isnan(windows))
    chosen = names.iloc[at_series].reset_index(drop=True)
    return chosen.assign(
        first=units[at_end] - length + 1,
        value=tidy_sum(windows[at_series, at_end]),
        flags=window_flags[at_series, at_end],
    )


def _units(firsts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The units that any of the periods covers, in order, and one after each run of them.

    That one is empty, so that nothing is tiled over a gap; a period of the year 2071, which is a
    slip, makes no table that is wide enough to reach it.
    """
    start = int(firsts.min())
    change = np.zeros(int((firsts + counts).max()) - start + 1, dtype="int64")
    np.add.at(change, firsts - start, 1)
    np.add.at(change, firsts + counts - start, -1)
    covered = np.cumsum(change) > 0
    covered[1:] |= covered[:-1].copy()
    return np.flatnonzero(covered) + start


def _reachable(counts: set[int], length: int) -> list[int]:
    """The lengths up to `length` that the given period lengths can add up to, in order."""
    reached = {0}
    for k in range(1, length + 1):
        if any(k - count in reached for count in counts):
            reached.add(k)
    return sorted(reached - {0})


def _shifted(grid: NDArray[Number], units: int, nothing: float) -> NDArray[Number]:
    """The grid as it was this many units ago; before the first unit there is nothing."""
    moved = np.full_like(grid, nothing)
    if units < grid.shape[1]:
        moved[:, units:] = grid[:, : grid.shape[1] - units]
    return moved


# Windows of twelve months (or 52 weeks, or one month) over the parts of services.
#
# A window is a figure given for exactly that time if there is one, else the sum of figures of
# shorter periods that tile it without gap or overlap, else missing.


_STOCK_RATIO: Final = 2.0
"""A year that is this many times its parts' sum, or its inverse, was never their sum."""


@dataclass(frozen=True)
class Windows:
    """Windows of the parts, and where stated ones differ from the sum of their parts.

    Attributes:
        frame: `service, part, unit, count, first, value, summed, flags`; one row a window that is
            there; `summed` tells those that perfsite added up, `flags` are those of `Flag`.
        confidential: the same columns but `value`: windows that could be added up but for a figure
            that is confidential.
        conflicts: `service, part, first, stated, summed` of windows of twelve months.
        stocks: `service, measure, part, ratio` of measures whose years are not sums of shorter
            periods, as with a count of claims in payment; they are never added up, in no part.
            `part` is the one that shows it, and `ratio` how many times the years its sums are.
    """

    frame: pd.DataFrame
    confidential: pd.DataFrame
    conflicts: pd.DataFrame
    stocks: pd.DataFrame


def year_windows(parts: pd.DataFrame, additive: Sequence[str]) -> Windows:
    """Every window of 12 months or 52 weeks of the parts (`frames.INPUTS`).

    Parts that do not add up (a cost per transaction, a share) have only the windows that were
    stated.
    """
    parts = parts.assign(flags=parts[Col.FLAGS] | _hidden(parts))
    valued = parts[parts[Col.VALUE].notna()]
    # A year that `inputs` made of channels in several rhythms is no statement: it is used where
    # nothing else is, and says nothing about whether years are the sums of their quarters.
    stated = valued[is_whole_year(valued) & ~valued[Col.SUMMED]]
    of_channels = valued[is_year(valued) & valued[Col.SUMMED]]
    adding = _addable(parts, additive)
    shorter = adding[(adding[Col.UNIT] == Unit.MONTH) & (adding[Col.COUNT] < MONTHS_IN_YEAR)]
    months = pd.concat([shorter, months_of_days(adding)], ignore_index=True)
    months = months.drop_duplicates([*SERIES, Col.COUNT, Col.FIRST])
    tiled = tile(months, MONTHS_IN_YEAR).assign(unit=str(Unit.MONTH))
    weeks = tile(adding[(adding[Col.UNIT] == Unit.WEEK) & (adding[Col.COUNT] == 1)], WEEKS_IN_YEAR)

    hidden = has_flag(tiled, Flag.CONFIDENTIAL)
    stocks = stocks_of(stated, tiled[~hidden])
    both = _side_by_side(stated, tiled[~hidden])
    differ = ~np.isclose(both[Col.VALUE], both["value_sum"], rtol=1e-9, atol=0) & ~in_stocks(
        both, stocks
    )
    conflicts = both[differ].rename(columns={Col.VALUE: Col.STATED, "value_sum": Col.SUMMED})
    # Each list stands where none before it has the window.
    windows = [
        stated.assign(summed=False),
        tiled[~in_stocks(tiled, stocks)].assign(summed=True),
        of_channels[~in_stocks(of_channels, stocks)],
        weeks.assign(unit=str(Unit.WEEK), summed=True),
    ]
    columns = list(WINDOWS.columns)
    every = pd.concat([window[columns] for window in windows], ignore_index=True)
    every = every.drop_duplicates([*SERIES, Col.UNIT, Col.FIRST], ignore_index=True)
    is_hidden = has_flag(every, Flag.CONFIDENTIAL)
    return Windows(
        every[~is_hidden].reset_index(drop=True),
        every[is_hidden].drop(columns=Col.VALUE).reset_index(drop=True),
        conflicts[list(CONFLICTS.columns)],
        stocks,
    )


def month_windows(parts: pd.DataFrame, additive: Sequence[str]) -> pd.DataFrame:
    """Every single month of the parts, given or made of all its days (as `Windows.frame`)."""
    valued = parts[parts[Col.VALUE].notna()]
    months = valued[(valued[Col.UNIT] == Unit.MONTH) & (valued[Col.COUNT] == 1)]
    days = months_of_days(valued[valued[Col.PART].isin(list(additive))])
    months_given = pd.MultiIndex.from_frame(months[[*SERIES, Col.FIRST]])
    new = days[~pd.MultiIndex.from_frame(days[[*SERIES, Col.FIRST]]).isin(months_given)]
    both = [months.assign(summed=False), new.assign(summed=True)]
    return pd.concat([frame[list(WINDOWS.columns)] for frame in both], ignore_index=True)


def is_whole_year(frame: pd.DataFrame) -> pd.Series[bool]:
    """Which rows are for 12 months, by `unit` and `count`."""
    return (frame[Col.UNIT] == Unit.MONTH) & (frame[Col.COUNT] == MONTHS_IN_YEAR)


def is_year(frame: pd.DataFrame) -> pd.Series[bool]:
    """Which rows are for a year: 12 months, or 52 weeks."""
    weeks = (frame[Col.UNIT] == Unit.WEEK) & (frame[Col.COUNT] == WEEKS_IN_YEAR)
    return is_whole_year(frame) | weeks


def stocks_of(stated: pd.DataFrame, tiled: pd.DataFrame) -> pd.DataFrame:
    """The measures of services whose stated years are no sums: `service, measure, part, ratio`.

    The verdict is one for a service and a measure, for its channels count the same things. It is
    that of all channels where they tell, else that of the first part that does. The median over
    the years is taken, so that one slip does not decide.
    """
    both = _side_by_side(stated, tiled)
    if both.empty:
        return both.assign(measure="", ratio=0.0)[list(STOCKS.columns)]
    ratio = (both["value_sum"] / both[Col.VALUE]).replace([np.inf, -np.inf], np.nan)
    median = ratio.groupby([both[key] for key in SERIES]).median().rename(Col.RATIO)
    ratios = median.dropna().reset_index()
    ratios[Col.MEASURE] = _measures(ratios)
    # `transactions` sorts before `transactions:digital`, so all channels come first.
    verdict = ratios.sort_values([*SERIES]).drop_duplicates([Col.SERVICE, Col.MEASURE])
    is_stock = (verdict[Col.RATIO] > _STOCK_RATIO) | (verdict[Col.RATIO] < 1 / _STOCK_RATIO)
    return verdict.loc[is_stock, list(STOCKS.columns)].reset_index(drop=True)


def in_stocks(frame: pd.DataFrame, stocks: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows of a frame with `service` and `part` are of a measure that is a stock."""
    if stocks.empty:
        return np.zeros(len(frame), dtype=bool)
    keys = pd.MultiIndex.from_arrays([frame[Col.SERVICE], _measures(frame)])
    wanted = pd.MultiIndex.from_frame(stocks[[Col.SERVICE, Col.MEASURE]])
    return np.asarray(keys.isin(wanted), dtype=bool)


def _side_by_side(stated: pd.DataFrame, tiled: pd.DataFrame) -> pd.DataFrame:
    """The years that are in both: `service, part, first, value, value_sum`."""
    columns = [*SERIES, Col.FIRST, Col.VALUE]
    on = [*SERIES, Col.FIRST]
    return stated[columns].merge(tiled[columns], on=on, suffixes=("", "_sum"))


def _measures(frame: pd.DataFrame) -> pd.Series[str]:
    """The measure of each row by its `part`: there are few of them."""
    names = {part: part.partition(":")[0] for part in frame[Col.PART].unique()}
    return frame[Col.PART].map(names).astype(object)


def _hidden(parts: pd.DataFrame) -> NDArray[np.int64]:
    is_hidden = (parts[Col.STATUS] == Status.CONFIDENTIAL).to_numpy(dtype=bool)
    return np.where(is_hidden, int(Flag.CONFIDENTIAL), 0)


def _addable(parts: pd.DataFrame, additive: Sequence[str]) -> pd.DataFrame:
    """The parts that add up, confidential ones as nothing: their flag travels to the window."""
    adding = parts[parts[Col.PART].isin(list(additive))]
    is_hidden = adding[Col.STATUS] == Status.CONFIDENTIAL
    adding = adding[adding[Col.VALUE].notna() | is_hidden]
    return adding.assign(value=adding[Col.VALUE].fillna(0.0))
