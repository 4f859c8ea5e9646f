"""Windows of twelve months (or 52 weeks, or one month) over the parts of services.

A window is a figure given for exactly that time if there is one, else the sum of figures of
shorter periods that tile it without gap or overlap, else missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.model import Status
from perfsite.periods import MONTHS_IN_YEAR, WEEKS_IN_YEAR, Unit
from perfsite.tiling import SERIES, Flag, has_flag, months_of_days, tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COLUMNS: Final = [*SERIES, "unit", "count", "first", "value", "summed", "flags"]
_STOCK_RATIO: Final = 2.0
"""A year that is this many times its parts' sum, or its inverse, was never their sum."""


@dataclass(frozen=True)
class Windows:
    """Windows of the parts, and where stated ones differ from the sum of their parts.

    Attributes:
        frame: `service, part, unit, count, first, value, summed, flags`; one row a window that is
            there; `summed` tells those that perfsite added up, `flags` are those of `tiling`.
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
    """Every window of 12 months or 52 weeks of the parts (frame of `parts.resolve`).

    Parts that do not add up (a cost per transaction, a share) have only the windows that were
    stated.
    """
    parts = parts.assign(flags=parts["flags"] | _hidden(parts))
    given = parts[parts["value"].notna()]
    # A year that `parts` made of channels in several rhythms is no statement: it is used where
    # nothing else is, and says nothing about whether years are the sums of their quarters.
    stated = given[is_whole_year(given) & ~given["summed"]]
    of_channels = given[is_year(given) & given["summed"]]
    adding = _addable(parts, additive)
    shorter = adding[(adding["unit"] == Unit.MONTH) & (adding["count"] < MONTHS_IN_YEAR)]
    months = pd.concat([shorter, months_of_days(adding)], ignore_index=True)
    months = months.drop_duplicates([*SERIES, "count", "first"])
    tiled = tile(months, MONTHS_IN_YEAR).assign(unit=str(Unit.MONTH))
    weeks = tile(adding[(adding["unit"] == Unit.WEEK) & (adding["count"] == 1)], WEEKS_IN_YEAR)

    hidden = has_flag(tiled, Flag.CONFIDENTIAL)
    stocks = stocks_of(stated, tiled[~hidden])
    both = _side_by_side(stated, tiled[~hidden])
    differ = ~np.isclose(both["value"], both["value_sum"], rtol=1e-9, atol=0) & ~in_stocks(
        both, stocks
    )
    conflicts = both[differ].rename(columns={"value": "stated", "value_sum": "summed"})
    # Each list stands where none before it has the window.
    windows = [
        stated.assign(summed=False),
        tiled[~in_stocks(tiled, stocks)].assign(summed=True),
        of_channels[~in_stocks(of_channels, stocks)],
        weeks.assign(unit=str(Unit.WEEK), summed=True),
    ]
    every = pd.concat([one[COLUMNS] for one in windows], ignore_index=True)
    every = every.drop_duplicates([*SERIES, "unit", "first"], ignore_index=True)
    is_hidden = has_flag(every, Flag.CONFIDENTIAL)
    return Windows(
        every[~is_hidden].reset_index(drop=True),
        every[is_hidden].drop(columns="value").reset_index(drop=True),
        conflicts[[*SERIES, "first", "stated", "summed"]],
        stocks,
    )


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


def is_whole_year(frame: pd.DataFrame) -> pd.Series[bool]:
    """Which rows are for 12 months, by `unit` and `count`."""
    return (frame["unit"] == Unit.MONTH) & (frame["count"] == MONTHS_IN_YEAR)


def is_year(frame: pd.DataFrame) -> pd.Series[bool]:
    """Which rows are for a year: 12 months, or 52 weeks."""
    weeks = (frame["unit"] == Unit.WEEK) & (frame["count"] == WEEKS_IN_YEAR)
    return is_whole_year(frame) | weeks


def stocks_of(stated: pd.DataFrame, tiled: pd.DataFrame) -> pd.DataFrame:
    """The measures of services whose stated years are no sums: `service, measure, part, ratio`.

    The verdict is one for a service and a measure, for its channels count the same things. It is
    that of all channels where they tell, else that of the first part that does. The median over
    the years is taken, so that one slip does not decide.
    """
    both = _side_by_side(stated, tiled)
    if both.empty:
        return both.assign(measure="", ratio=0.0)[["service", "measure", "part", "ratio"]]
    ratio = (both["value_sum"] / both["value"]).replace([np.inf, -np.inf], np.nan)
    median = ratio.groupby([both[key] for key in SERIES]).median().rename("ratio")
    known = median.dropna().reset_index()
    known["measure"] = _measures(known)
    # `transactions` sorts before `transactions:digital`, so all channels come first.
    verdict = known.sort_values([*SERIES]).drop_duplicates(["service", "measure"])
    is_stock = (verdict["ratio"] > _STOCK_RATIO) | (verdict["ratio"] < 1 / _STOCK_RATIO)
    return verdict.loc[is_stock, ["service", "measure", "part", "ratio"]].reset_index(drop=True)


def in_stocks(frame: pd.DataFrame, stocks: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows of a frame with `service` and `part` are of a measure that is a stock."""
    if stocks.empty:
        return np.zeros(len(frame), dtype=bool)
    mine = pd.MultiIndex.from_arrays([frame["service"], _measures(frame)])
    wanted = pd.MultiIndex.from_frame(stocks[["service", "measure"]])
    return np.asarray(mine.isin(wanted), dtype=bool)


def _side_by_side(stated: pd.DataFrame, tiled: pd.DataFrame) -> pd.DataFrame:
    """The years that are in both: `service, part, first, value, value_sum`."""
    columns = [*SERIES, "first", "value"]
    on = [*SERIES, "first"]
    return stated[columns].merge(tiled[columns], on=on, suffixes=("", "_sum"))


def _measures(frame: pd.DataFrame) -> pd.Series[str]:
    """The measure of each row by its `part`: there are few of them."""
    names = {part: part.partition(":")[0] for part in frame["part"].unique()}
    return frame["part"].map(names).astype(object)


def _hidden(parts: pd.DataFrame) -> NDArray[np.int64]:
    is_hidden = (parts["status"] == Status.CONFIDENTIAL).to_numpy(dtype=bool)
    return np.where(is_hidden, int(Flag.CONFIDENTIAL), 0)


def _addable(parts: pd.DataFrame, additive: Sequence[str]) -> pd.DataFrame:
    """The parts that add up, confidential ones as nothing: their flag travels to the window."""
    adding = parts[parts["part"].isin(list(additive))]
    is_hidden = adding["status"] == Status.CONFIDENTIAL
    adding = adding[adding["value"].notna() | is_hidden]
    return adding.assign(value=adding["value"].fillna(0.0))
