"""Periods that overlap: longer figures against the shorter ones within them.

Years of twelve months against the parts that tile them are compared in `windows` (PS202), where
the sums are made; every other length is compared here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.decimals import grouped
from perfsite.measures import DIGITAL, Aggregation, Kind
from perfsite.periods import MONTHS_IN_YEAR, Unit
from perfsite.tiling import months_of_days, tile
from perfsite.validate.given import SPAN, records
from perfsite.windows import is_whole_year

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from perfsite.errors import Problem
    from perfsite.measures import Measure
    from perfsite.validate.given import Given
    from perfsite.windows import Windows

_BEYOND: Final = 10_000_000
"""More than any day or month is numbered: group and time together make one number."""


def check_overlaps(
    given: Given, windows: Windows, measures: Mapping[str, Measure]
) -> list[Problem]:
    """PS205: longer figures that are not the sum of shorter ones, or smaller than one of them.

    `windows` says which series count a stock, whose figures do not add up, and which years are
    reported already.
    """
    adding = [key for key, one in measures.items() if one.aggregation is Aggregation.SUM]
    rows = _of_several_lengths(given.rows, adding)
    stocks = pd.MultiIndex.from_arrays([windows.stocks["service"], windows.stocks["measure"]])
    mine = pd.MultiIndex.from_frame(rows[["service", "measure"]])
    rows = rows[rows["provided"].to_numpy() & ~mine.isin(stocks)]
    if rows.empty:
        return []
    differ = _differing(rows)
    reported = rows.index.isin(differ["at"]) | _in_conflict(rows, windows.conflicts)
    signed = [key for key in adding if measures[key].kind is Kind.NUMBER]
    inside = _larger_inside(rows[~rows["measure"].isin(signed)], rows.index[reported])
    fix = "send the right figures; both are published as they were given"
    problems = [
        row.problem(
            "PS205",
            f"{grouped(stated)} in {row.period}, {grouped(summed)} in the shorter periods of it",
            "a figure that is the sum of its parts",
            fix,
        )
        for row, stated, summed in zip(
            records(differ), differ["value"], differ["summed"], strict=True
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
            records(inside), inside["value"], inside["whole"], inside["longer"], strict=True
        )
    ]


def _measures(of_parts: pd.DataFrame) -> list[str]:
    """The measure of each row by its `part`: there are few of them."""
    return [str(part).partition(":")[0] for part in of_parts["part"]]


def _of_several_lengths(rows: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    """The rows of these measures whose group has periods of more than one length."""
    rows = rows[rows["measure"].isin(measures)]
    lengths = rows.drop_duplicates("series")["group"]
    return rows[rows["group"].isin(lengths[lengths.duplicated()])]


def _in_conflict(rows: pd.DataFrame, conflicts: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows are years that are not the sum of their parts (PS202)."""
    year = is_whole_year(rows)
    known = pd.MultiIndex.from_arrays(
        [conflicts["service"], _measures(conflicts), conflicts["first"]]
    )
    mine = pd.MultiIndex.from_frame(rows[["service", "measure", "first"]])
    return np.asarray(year.to_numpy() & mine.isin(known))


def _as_parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the columns that `windows` tiles; each group is a service of its own."""
    frame = rows[["group", *SPAN, "value"]].rename(columns={"group": "service"})
    return frame.assign(part=DIGITAL, flags=0, at=rows.index)


def tiled(rows: pd.DataFrame, lengths: list[int]) -> pd.DataFrame:
    """Figures of months that shorter ones tile: `at` of the longer row, `summed` of the others.

    Months of which every day was given are made of their days.
    """
    frame = _as_parts(rows)
    days = months_of_days(frame[frame["unit"] == Unit.DAY])
    months = frame[frame["unit"] == Unit.MONTH]
    pool = pd.concat([months, days]).drop_duplicates(["service", "count", "first"])
    made = [days]
    for length in lengths:
        shorter = pool[pool["count"] < length]
        if len(shorter):
            made.append(tile(shorter, length))
    sums = pd.concat(made)[["service", "count", "first", "value"]]
    found = months.merge(sums, on=["service", "count", "first"], how="inner", suffixes=("", "_sum"))
    return found.rename(columns={"value_sum": "summed"})[["at", "summed"]]


def _differing(rows: pd.DataFrame) -> pd.DataFrame:
    """Longer rows other than years, with `at` and `summed`, that are not the sum of their parts."""
    counts = rows.loc[rows["unit"] == Unit.MONTH, "count"].unique()
    lengths = sorted({int(count) for count in counts} - {1, MONTHS_IN_YEAR})
    found = tiled(rows, lengths)
    frame = rows.loc[found["at"]].assign(
        at=found["at"].to_numpy(), summed=found["summed"].to_numpy()
    )
    return frame[~np.isclose(frame["value"], frame["summed"], rtol=1e-9, atol=0)]


def _larger_inside(rows: pd.DataFrame, left_out: pd.Index) -> pd.DataFrame:
    """Rows that are larger than one around them: with `whole`, its value, and `longer`, its period.

    Rows of `left_out` are not taken for one around. Of several the smallest counts.
    """
    around = rows[~rows.index.isin(left_out)]
    lengths = list(rows[["unit", "count"]].drop_duplicates().itertuples(index=False, name=None))
    whole = pd.Series(np.inf, index=rows.index)
    longer = pd.Series("", index=rows.index, dtype=object)
    for unit, count in lengths:
        long = around[(around["unit"] == unit) & (around["count"] == count)]
        days = _DAYS[Unit(unit)] * count
        shorter = rows["count"] * rows["unit"].map(_DAYS) < days
        short = rows[shorter & rows["group"].isin(long["group"])]
        if len(long) and len(short):
            at, value = _smallest_around(short, long)
            better = value < whole.loc[short.index].to_numpy()
            chosen = short.index[better]
            whole.loc[chosen] = value[better]
            longer.loc[chosen] = long["period"].to_numpy()[at[better]]
    wrong = rows["value"] > whole * (1 + 1e-9)
    return rows[wrong].assign(whole=whole[wrong], longer=longer[wrong])


_DAYS: Final = {Unit.DAY: 1.0, Unit.WEEK: 7.0, Unit.MONTH: 30.0}
"""How long units are, for the order of their lengths alone."""


def _smallest_around(
    short: pd.DataFrame, long: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each short row the position and the value of the smallest long row that contains it.

    The long rows are of one length, in order of group and time; infinite where there is none.
    """
    keys = long["group"].to_numpy() * _BEYOND + long["start"].to_numpy()
    group, start = short["group"].to_numpy(), short["start"].to_numpy()
    last = short["end"].to_numpy()
    at = np.searchsorted(keys, group * _BEYOND + start, side="right") - 1
    long_group, long_end = long["group"].to_numpy(), long["end"].to_numpy()
    values = long["value"].to_numpy()
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
