"""Doubt that travels: periods in which a part exceeds its whole, and the longer ones made of them.

More digital transactions than transactions: one of the two figures is wrong. So is every sum that
holds it, and a longer figure that was stated and is just that sum is no better. Each share has a
flag of its own (`tiling`), which `parts` and so their windows carry. What a KPI does about it says
its entry (`kpis.Excess`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfsite.formulas import sides
from perfsite.kpi.inputs import KEY, periods_of
from perfsite.kpi.windows import EXCESS_FROM, SERIES, has_flag, months_of_days, tile
from perfsite.kpis import KPIS, Adding
from perfsite.measures import Kind
from perfsite.periods import MONTHS_IN_YEAR, Unit

EXCEEDING = [*KEY, "kpi", "start", "end"]


def flag_of(kpi_id: str) -> int:
    """The flag of a part that exceeds its whole, for a KPI; none for one that has no parts."""
    kpi = KPIS[kpi_id]
    if kpi.adding is not Adding.RATIO or kpi.kind is not Kind.SHARE:
        return 0
    return 1 << (EXCESS_FROM + list(KPIS).index(kpi_id))


def exceeding(parts: pd.DataFrame) -> pd.DataFrame:
    """The given periods in which a part exceeds its whole (frame of `parts`).

    `service, unit, count, first, kpi, start, end`, the last two as `date.toordinal`.
    """
    frames = []
    for kpi in KPIS.values():
        mine = parts[parts["part"].isin(kpi.operands) & parts["value"].notna()]
        if not flag_of(kpi.id) or mine.empty:
            continue
        wide = mine.pivot(index=KEY, columns="part", values="value")
        above, below = sides(kpi, wide)
        frames.append(
            wide.index[(above > below).to_numpy()].to_frame(index=False).assign(kpi=kpi.id)
        )
    if not frames:
        return pd.DataFrame(columns=EXCEEDING)
    found = pd.concat(frames, ignore_index=True)
    periods = periods_of(found)
    return found.assign(
        start=[period.start.toordinal() for period in periods],
        end=[period.end.toordinal() for period in periods],
    )


def with_doubt(parts: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The parts with the flags of the periods `found` in which a part exceeds its whole.

    A longer figure that was stated, and equals the sum of shorter ones, has their flags, too.
    """
    if found.empty:
        return parts
    flags = parts["flags"].to_numpy(dtype="int64").copy()
    keys = pd.MultiIndex.from_frame(parts[KEY])
    for kpi_id, rows in found.groupby("kpi"):
        mine = parts["part"].isin(KPIS[str(kpi_id)].operands).to_numpy(dtype=bool)
        at = keys.isin(pd.MultiIndex.from_frame(rows[KEY]))
        flags[mine & np.asarray(at, dtype=bool)] |= flag_of(str(kpi_id))
    parts = parts.assign(flags=flags)
    doubted = parts["service"].isin(found["service"].unique()) & parts["value"].notna()
    monthly = doubted & (parts["unit"] == Unit.MONTH)
    # From the shortest on, so that a year that equals quarters that equal their months has it, too.
    for count in sorted(int(n) for n in parts.loc[monthly, "count"].unique()):
        if count <= MONTHS_IN_YEAR:
            parts = _as_their_sums(parts, doubted, count)
    return parts


def _as_their_sums(parts: pd.DataFrame, doubted: pd.Series[bool], count: int) -> pd.DataFrame:
    """Give figures of `count` months that equal the sum of shorter ones the doubt about these."""
    mine = parts[doubted]
    months = mine[mine["unit"] == Unit.MONTH]
    shorter = pd.concat([months[months["count"] < count], months_of_days(mine)])
    sums = tile(shorter.drop_duplicates([*SERIES, "count", "first"]), count)
    every = sum(flag_of(kpi_id) for kpi_id in KPIS)
    sums = sums[has_flag(sums, every)]
    long = months[months["count"] == count].reset_index(names="at")
    both = long.merge(sums, on=[*SERIES, "first"], suffixes=("", "_sum"))
    same = both[np.isclose(both["value"], both["value_sum"], rtol=1e-9, atol=0)]
    flags = parts["flags"].copy()
    flags.loc[same["at"]] |= (same["flags_sum"] & every).to_numpy()
    return parts.assign(flags=flags)


def number_inside(frame: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """How many periods in which a part exceeds its whole lie inside the period of each row.

    `frame` has `service, kpi, unit, count, start, end` and an index without repetitions. Of periods
    inside each other, as months and quarters, the longest are counted.

    Returns:
        `excess` and `excess_of`, the number of periods of that length that fill the row's period
        (0 where they do not), with the index of `frame`.
    """
    number = pd.DataFrame(0, index=frame.index, columns=["excess", "excess_of"], dtype="int64")
    if frame.empty or found.empty:
        return number
    columns = ["service", "kpi", "unit", "count", "start", "end"]
    rows = frame[columns].assign(at=frame.index)
    met = rows.merge(found, on=["service", "kpi"], suffixes=("", "_inside"))
    inside = met[
        (met["start_inside"] >= met["start"])
        & (met["end_inside"] <= met["end"])
        & (met["end_inside"] - met["start_inside"] < met["end"] - met["start"])
    ]
    length = inside["end_inside"] - inside["start_inside"]
    # Months of 28 to 31 days are of one length, and so are quarters of 90 to 92.
    longest = length >= length.groupby(inside["at"]).transform("max") * 0.9
    inside = inside[longest]
    fill = (inside["unit"] == inside["unit_inside"]) & (
        inside["count"] % inside["count_inside"] == 0
    )
    parts = (inside["count"] // inside["count_inside"]).where(fill, 0)
    by_row = parts.groupby(inside["at"]).agg(["size", "min"])
    number.loc[by_row.index] = by_row.to_numpy()
    return number
