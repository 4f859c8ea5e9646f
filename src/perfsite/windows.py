"""Windows of twelve months (or 52 weeks, or one month) over the parts of services.

A window is a figure given for exactly that time if there is one, else the sum of figures of
shorter periods that tile it without gap or overlap, else missing. All windows of all services are
made at once, as arrays of series by time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.periods import MONTHS_IN_YEAR, WEEKS_IN_YEAR, Unit
from perfsite.rounding import tidy_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SERIES: Final = ["service", "part"]
COLUMNS: Final = [*SERIES, "unit", "count", "first", "value", "summed"]
_CHUNK = 4_000
"""Series that are tiled at a time: it bounds memory, and changes no figure."""
_STOCK_RATIO = 2.0
"""A year that is this many times its parts' sum, or its inverse, was never their sum."""


@dataclass(frozen=True)
class Windows:
    """Windows of the parts, and where stated ones differ from the sum of their parts.

    Attributes:
        frame: `service, part, unit, count, first, value, summed`; one row a window that is there;
            `summed` tells those that perfsite added up.
        conflicts: `service, part, first, stated, summed` of windows of twelve months.
        stocks: `service, part, ratio` of series whose years are not sums of shorter periods, as
            with a count of claims in payment; they are never added up.
    """

    frame: pd.DataFrame
    conflicts: pd.DataFrame
    stocks: pd.DataFrame


def year_windows(parts: pd.DataFrame, additive: Sequence[str]) -> Windows:
    """Every window of 12 months or 52 weeks of the parts (frame of `parts.resolve`).

    Parts that do not add up (a cost per transaction, a share) have only the windows that were
    stated.
    """
    given = parts[parts["value"].notna()]
    stated = given[(given["unit"] == Unit.MONTH) & (given["count"] == MONTHS_IN_YEAR)]
    adding = given[given["part"].isin(list(additive))]
    shorter = adding[(adding["unit"] == Unit.MONTH) & (adding["count"] < MONTHS_IN_YEAR)]
    months = pd.concat([shorter, months_of_days(adding)], ignore_index=True)
    tiled = tile(months.drop_duplicates([*SERIES, "count", "first"]), MONTHS_IN_YEAR)
    tiled["unit"] = str(Unit.MONTH)
    weeks = tile(adding[(adding["unit"] == Unit.WEEK) & (adding["count"] == 1)], WEEKS_IN_YEAR)
    weeks["unit"] = str(Unit.WEEK)

    both = stated.merge(tiled, on=[*SERIES, "first"], suffixes=("", "_sum"))
    ratio = (both["value_sum"] / both["value"]).replace([np.inf, -np.inf], np.nan)
    median = ratio.groupby([both[key] for key in SERIES]).median().rename("ratio")
    stocks = median[(median > _STOCK_RATIO) | (median < 1 / _STOCK_RATIO)].reset_index()
    is_stock = _in(tiled, stocks)
    differ = ~np.isclose(both["value"], both["value_sum"], rtol=1e-9, atol=0) & ~_in(both, stocks)
    conflicts = both[differ].rename(columns={"value": "stated", "value_sum": "summed"})

    known = pd.MultiIndex.from_frame(stated[[*SERIES, "first"]])
    is_known = pd.MultiIndex.from_frame(tiled[[*SERIES, "first"]]).isin(known)
    frame = pd.concat(
        [
            stated.assign(summed=False)[COLUMNS],
            tiled[~is_known & ~is_stock].assign(summed=True)[COLUMNS],
            weeks.assign(summed=True)[COLUMNS],
        ],
        ignore_index=True,
    )
    return Windows(frame, conflicts[[*SERIES, "first", "stated", "summed"]], stocks)


def month_windows(parts: pd.DataFrame, additive: Sequence[str]) -> pd.DataFrame:
    """Every single month of the parts, given or made of all its days (as `Windows.frame`)."""
    given = parts[parts["value"].notna()]
    months = given[(given["unit"] == Unit.MONTH) & (given["count"] == 1)]
    days = months_of_days(given[given["part"].isin(list(additive))])
    known = pd.MultiIndex.from_frame(months[[*SERIES, "first"]])
    new = days[~pd.MultiIndex.from_frame(days[[*SERIES, "first"]]).isin(known)]
    return pd.concat(
        [months.assign(summed=False)[COLUMNS], new.assign(summed=True)[COLUMNS]],
        ignore_index=True,
    )


def _in(frame: pd.DataFrame, series: pd.DataFrame) -> NDArray[np.bool_]:
    wanted = pd.MultiIndex.from_frame(series[SERIES])
    return np.asarray(pd.MultiIndex.from_frame(frame[SERIES]).isin(wanted))


def months_of_days(given: pd.DataFrame) -> pd.DataFrame:
    """Months of which every day is there, as the sums of their days.

    `service, part, unit, count, first, value`, as in the frame of parts.
    """
    days = given[(given["unit"] == Unit.DAY) & (given["count"] == 1)]
    dates = pd.to_datetime(days["first"] - _EPOCH, unit="D")
    month = dates.dt.year * MONTHS_IN_YEAR + dates.dt.month - 1
    groups = days.assign(month=month, length=dates.dt.days_in_month).groupby([*SERIES, "month"])
    sums = groups.agg(value=("value", "sum"), n=("value", "size"), length=("length", "first"))
    sums["value"] = tidy_sum(sums["value"].to_numpy())
    whole = sums[sums["n"] == sums["length"]].reset_index()
    return whole.rename(columns={"month": "first"}).assign(unit=str(Unit.MONTH), count=1)[
        [*SERIES, "unit", "count", "first", "value"]
    ]


_EPOCH: Final = 719_163
"""`date(1970, 1, 1).toordinal()`: day indexes count from year 1, pandas from 1970."""


def tile(periods: pd.DataFrame, length: int) -> pd.DataFrame:
    """All windows of `length` units that the periods tile: `service, part, first, count, value`.

    The periods are of one unit, each once: `service, part, first, count, value`. Where several
    tilings are possible the one with the longest last period is taken, so that the answer does not
    depend on the order of the rows.
    """
    names = periods[SERIES].drop_duplicates().reset_index(drop=True)
    frames = [
        _tile_chunk(periods, names.iloc[at : at + _CHUNK], length)
        for at in range(0, len(names), _CHUNK)
    ]
    empty = pd.DataFrame(
        {
            "service": pd.Series(dtype=object),
            "part": pd.Series(dtype=object),
            "first": pd.Series(dtype="int64"),
            "value": pd.Series(dtype="float64"),
        }
    )
    return pd.concat(frames or [empty], ignore_index=True).assign(count=length)


def _tile_chunk(periods: pd.DataFrame, names: pd.DataFrame, length: int) -> pd.DataFrame:
    index = pd.MultiIndex.from_frame(names)
    series = index.get_indexer(pd.MultiIndex.from_frame(periods[SERIES]))
    mine = periods[series >= 0]
    rows = series[series >= 0]
    firsts, counts = mine["first"].to_numpy(), mine["count"].to_numpy()
    units = _units(firsts, counts)
    ends = np.searchsorted(units, firsts + counts - 1)
    values = mine["value"].to_numpy()
    width = len(units)
    given: dict[int, NDArray[np.float64]] = {}
    for count in sorted(set(counts.tolist()), reverse=True):
        grid = np.full((len(names), width), np.nan)
        at = counts == count
        grid[rows[at], ends[at]] = values[at]
        given[count] = grid
    # tiled[k][s, e]: the sum of periods that tile exactly the k units up to and with e.
    tiled: dict[int, NDArray[np.float64]] = {}
    for k in _reachable(given, length):
        best = np.full((len(names), width), np.nan)
        for count, grid in given.items():
            if k == count:
                best = np.where(np.isnan(best), grid, best)
            elif k - count in tiled:
                candidate = grid + _shifted(tiled[k - count], count)
                best = np.where(np.isnan(best), candidate, best)
        tiled[k] = best
    windows = tiled.get(length, np.full((len(names), width), np.nan))
    at_series, at_end = np.nonzero(~np.isnan(windows))
    chosen = names.iloc[at_series].reset_index(drop=True)
    return chosen.assign(
        first=units[at_end] - length + 1, value=tidy_sum(windows[at_series, at_end])
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


def _reachable(given: dict[int, NDArray[np.float64]], length: int) -> list[int]:
    """The lengths up to `length` that the given period lengths can add up to, in order."""
    reached = {0}
    for k in range(1, length + 1):
        if any(k - count in reached for count in given):
            reached.add(k)
    return sorted(reached - {0})


def _shifted(grid: NDArray[np.float64], units: int) -> NDArray[np.float64]:
    """The grid as it was this many units ago; before the first unit there is nothing."""
    moved = np.full_like(grid, np.nan)
    if units < grid.shape[1]:
        moved[:, units:] = grid[:, : grid.shape[1] - units]
    return moved
