"""Every KPI of every service for every period.

The formulas of docs/kpis.md over whole columns, and their doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

import numpy as np
import pandas as pd

from perfsite.arithmetic import half_steps, products, quotients, tidy_sum
from perfsite.decimals import grouped, times
from perfsite.errors import Problem
from perfsite.frames import FIGURES, INPUTS, Col, entering
from perfsite.kpi.inputs import KEY, Parts, periods_of
from perfsite.kpi.windows import (
    EXCESS_FROM,
    SERIES,
    Flag,
    Windows,
    has_flag,
    is_whole_year,
    is_year,
    marks_of,
    month_windows,
    months_of_days,
    tile,
    year_windows,
)
from perfsite.kpis import KPIS, Adding, Excess, parts_of_months
from perfsite.measures import DIGITAL, MeasureKind, name_of
from perfsite.model import PLACE, Status
from perfsite.periods import MONTHS_IN_YEAR, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from perfsite.config import SiteConfig
    from perfsite.kpis import Kpi


# The formulas of KPIs: which forms they have, and each way of adding up over whole columns.


_DECIMALS: Final = {MeasureKind.CURRENCY: 2, MeasureKind.SHARE: 2}
"""To how many decimals a stated figure is known at least: pennies, and hundredths of a whole."""


class Formula(StrEnum):
    """How a figure comes from its terms, which are those of `forms`, in their order."""

    AMOUNT = "amount"  # the terms added up: counts, or sums of money
    RATIO = "ratio"  # the terms of the numerator added up, divided by those of the denominator
    PRODUCT = "product"  # the first term times the sum of the others
    POOLED = "pooled"  # the mean of counts of answers, from 0 for the worst to 1 for the best
    STATED = "stated"  # the one term: the service gave the ratio itself


def forms(kpi: Kpi) -> dict[Formula, tuple[str, ...]]:
    """The forms of a KPI's formula and their parts.

    The first whose parts are all there is used, as in `figures`.
    """
    stated = {Formula.STATED: (kpi.stated,)} if kpi.stated else {}
    match kpi.adding:
        case Adding.SUM:
            return {Formula.AMOUNT: kpi.numerator}
        case Adding.PRODUCT:
            amount = {Formula.AMOUNT: kpi.numerator} if kpi.numerator else {}
            return {**amount, Formula.PRODUCT: (kpi.stated, *kpi.denominator)}
        case Adding.RATIO:
            return {Formula.RATIO: kpi.operands, **stated}
        case Adding.POOLED:
            return {Formula.POOLED: kpi.numerator, **stated}
        case _:
            assert_never(kpi.adding)


def apply(kpi: Kpi, wide: pd.DataFrame) -> pd.DataFrame:
    """A KPI from a frame with a column for each part, as its entry says that it adds up.

    The answer has the index of `wide` and `value, numerator, denominator, withheld, uncertain`. The
    last is how far the value may be off, up or down, in its own unit: 0 where it is made of counts
    and of amounts as they were given.
    """
    top, bottom = sides(kpi, wide)
    stated = _part(wide, kpi.stated)
    share = kpi.kind is MeasureKind.SHARE
    match kpi.adding:
        case Adding.SUM:
            return _amount(top)
        case Adding.PRODUCT:
            doubt = _times(_doubt(stated, kpi.kind), bottom)
            return _amount(top.fillna(_times(stated, bottom)), doubt.where(top.isna()))
        case Adding.RATIO if kpi.weighted:
            ratio = _ratio(top.fillna(_times(stated, bottom)), bottom, stated, share=share)
            # Where only the ratio was given it is the figure, not its product divided again.
            only_stated = stated.notna() & top.isna()
            doubt = _doubt(stated, kpi.kind).where(only_stated).fillna(0.0)
            return ratio.assign(value=ratio[Col.VALUE].mask(only_stated, stated), uncertain=doubt)
        case Adding.RATIO | Adding.POOLED:
            ratio = _ratio(top, bottom, stated, share=share)
            is_exact = ratio[Col.NUMERATOR].notna() | ratio[Col.VALUE].isna()
            return ratio.assign(uncertain=_doubt(stated, kpi.kind).mask(is_exact).fillna(0.0))
        case _:
            assert_never(kpi.adding)


def given_to(values: pd.Series, kind: MeasureKind, *, adds_up: bool) -> pd.Series:
    """How far figures of a measure may be off. Counts and what adds up are taken at their word."""
    if kind is MeasureKind.SHARE or (kind is MeasureKind.CURRENCY and not adds_up):
        return _doubt(values, kind).fillna(0.0)
    return pd.Series(0.0, index=values.index)


def _doubt(stated: pd.Series, kind: MeasureKind) -> pd.Series:
    """How far what was stated may be off: half a unit of the last digit that was given.

    An amount is taken to be given to the penny, a share to the whole per cent, or finer. A share
    of nothing or of all is taken at its word.
    """
    doubt = pd.Series(half_steps(stated, _DECIMALS.get(kind, 0)), index=stated.index)
    return doubt.mask(stated.isin((0, 1)), 0.0) if kind is MeasureKind.SHARE else doubt


def sides(kpi: Kpi, wide: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What stands above and below the line, from the frame of `apply`; missing where a part is.

    Of a sum there is nothing below, of a product what is multiplied by.
    """
    match kpi.adding:
        case Adding.SUM | Adding.RATIO | Adding.PRODUCT:
            return _sum(kpi.numerator, wide), _sum(kpi.denominator, wide)
        case Adding.POOLED:
            return _pooled([_part(wide, name) for name in kpi.numerator])
        case _:
            assert_never(kpi.adding)


def operands(kpi: Kpi, wide: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What stands above and below the line, each where it is there by itself.

    Where only a ratio that counts as a numerator was given, what is above is that times what is
    below.
    """
    top, bottom = sides(kpi, wide)
    if kpi.weighted:
        top = top.fillna(_times(_part(wide, kpi.stated), bottom))
    return top, bottom


def _pooled(counts: Sequence[pd.Series]) -> tuple[pd.Series, pd.Series]:
    """Points above the worst answer, and the most that there could be, of the answers together.

    For five answers that is (mean rating from 1 to 5 - 1) / 4. All counts are needed.
    """
    nothing = pd.Series(0.0, index=counts[0].index)
    points = sum((i * count for i, count in enumerate(counts)), start=nothing)
    return points, (len(counts) - 1) * sum(counts, start=nothing)


def _part(wide: pd.DataFrame, name: str) -> pd.Series:
    return wide[name] if name in wide else pd.Series(np.nan, index=wide.index)


def _sum(names: Sequence[str], wide: pd.DataFrame) -> pd.Series:
    """The sum of parts, missing where one of them is; of no parts it is missing."""
    if not names:
        return pd.Series(np.nan, index=wide.index)
    first, *others = (_part(wide, name) for name in names)
    if not others:
        return first
    added = sum(others, start=first)
    return pd.Series(tidy_sum(added.to_numpy(dtype=float)), index=wide.index)


def _times(each: pd.Series, number: pd.Series) -> pd.Series:
    return pd.Series(products(each, number), index=each.index)


def _ratio(
    numerator: pd.Series, denominator: pd.Series, stated: pd.Series, *, share: bool
) -> pd.DataFrame:
    """A sum over a sum where both are known, else what was stated.

    A share above one is withheld: one of its two figures must be wrong, and nobody but the
    service knows which. With nothing to divide by, there is no ratio.
    """
    defined = numerator.notna() & (denominator > 0)
    value = pd.Series(quotients(numerator, denominator.where(defined)), index=numerator.index)
    withheld = numerator > denominator if share else pd.Series(data=False, index=value.index)
    value = value.mask(withheld).where(defined | withheld, stated)
    # Both were given, but nothing was counted: 0 of 0 is no ratio, whatever was stated.
    value = value.mask(numerator.notna() & (denominator == 0))
    return pd.DataFrame(
        {
            Col.VALUE: value,
            Col.NUMERATOR: numerator.where(defined | withheld),
            Col.DENOMINATOR: denominator.where(defined | withheld),
            "withheld": withheld,
        }
    )


def _amount(value: pd.Series, uncertain: pd.Series | None = None) -> pd.DataFrame:
    doubt = 0.0 if uncertain is None else uncertain.fillna(0.0)
    return pd.DataFrame(
        {
            Col.VALUE: value,
            Col.NUMERATOR: value,
            Col.DENOMINATOR: np.nan,
            "withheld": False,
            Col.UNCERTAIN: doubt,
        }
    )


# Doubt that travels: periods in which a part exceeds its whole, and the longer ones made of them.
#
# More digital transactions than transactions: one of the two figures is wrong. So is every sum
# that holds it, and a longer figure that was stated and is just that sum is no better. Each share
# has a flag of its own (`windows.Flag`), which the inputs and so their windows carry. What a KPI
# does about it says its entry (`kpis.Excess`).


EXCEEDING = [*KEY, Col.KPI, Col.START, Col.END]


def flag_of(kpi_id: str) -> int:
    """The flag of a part that exceeds its whole, for a KPI; none for one that has no parts."""
    kpi = KPIS[kpi_id]
    if kpi.adding is not Adding.RATIO or kpi.kind is not MeasureKind.SHARE:
        return 0
    return 1 << (EXCESS_FROM + list(KPIS).index(kpi_id))


def exceeding(parts: pd.DataFrame) -> pd.DataFrame:
    """The given periods in which a part exceeds its whole (`frames.INPUTS`).

    `service, unit, count, first, kpi, start, end`, the last two as `date.toordinal`.
    """
    frames = []
    for kpi in KPIS.values():
        sides_given = parts[parts[Col.PART].isin(kpi.operands) & parts[Col.VALUE].notna()]
        if not flag_of(kpi.id) or sides_given.empty:
            continue
        # Both sides in one row: a part without its whole stands beside NaN, and exceeds nothing.
        wide = sides_given.pivot(index=KEY, columns=Col.PART, values=Col.VALUE)
        above, below = sides(kpi, wide)
        frames.append(
            wide.index[(above > below).to_numpy()].to_frame(index=False).assign(kpi=kpi.id)
        )
    if not frames:
        return pd.DataFrame(columns=EXCEEDING)
    excesses = pd.concat(frames, ignore_index=True)
    periods = periods_of(excesses)
    return excesses.assign(
        start=[period.start.toordinal() for period in periods],
        end=[period.end.toordinal() for period in periods],
    )


def with_doubt(parts: pd.DataFrame, excesses: pd.DataFrame) -> pd.DataFrame:
    """The parts with the flags of the periods `excesses` in which a part exceeds its whole.

    A longer figure that was stated, and equals the sum of shorter ones, has their flags, too.
    """
    if excesses.empty:
        return parts
    flags = parts[Col.FLAGS].to_numpy(dtype="int64").copy()
    keys = pd.MultiIndex.from_frame(parts[KEY])
    for kpi_id, rows in excesses.groupby(Col.KPI):
        is_operand = parts[Col.PART].isin(KPIS[str(kpi_id)].operands).to_numpy(dtype=bool)
        at = keys.isin(pd.MultiIndex.from_frame(rows[KEY]))
        flags[is_operand & np.asarray(at, dtype=bool)] |= flag_of(str(kpi_id))
    parts = parts.assign(flags=flags)
    doubted = parts[Col.SERVICE].isin(excesses[Col.SERVICE].unique()) & parts[Col.VALUE].notna()
    monthly = doubted & (parts[Col.UNIT] == Unit.MONTH)
    # From the shortest on, so that a year that equals quarters that equal their months has it, too.
    for count in sorted(int(n) for n in parts.loc[monthly, Col.COUNT].unique()):
        if count <= MONTHS_IN_YEAR:
            parts = _as_their_sums(parts, doubted, count)
    return parts


def _as_their_sums(parts: pd.DataFrame, doubted: pd.Series[bool], count: int) -> pd.DataFrame:
    """Give figures of `count` months that equal the sum of shorter ones the doubt about these."""
    doubtful = parts[doubted]
    months = doubtful[doubtful[Col.UNIT] == Unit.MONTH]
    shorter = pd.concat([months[months[Col.COUNT] < count], months_of_days(doubtful)])
    sums = tile(shorter.drop_duplicates([*SERIES, Col.COUNT, Col.FIRST]), count)
    every = sum(flag_of(kpi_id) for kpi_id in KPIS)
    sums = sums[has_flag(sums, every)]
    long = months[months[Col.COUNT] == count].reset_index(names="at")
    # Each long figure beside the sum of the shorter ones that fill it.
    both = long.merge(sums, on=[*SERIES, Col.FIRST], suffixes=("", "_sum"))
    same = both[np.isclose(both[Col.VALUE], both["value_sum"], rtol=1e-9, atol=0)]
    flags = parts[Col.FLAGS].copy()
    flags.loc[same["at"]] |= (same["flags_sum"] & every).to_numpy()
    return parts.assign(flags=flags)


def number_inside(frame: pd.DataFrame, excesses: pd.DataFrame) -> pd.DataFrame:
    """How many periods in which a part exceeds its whole lie inside the period of each row.

    `frame` has `service, kpi, unit, count, start, end` and an index without repetitions. Of periods
    inside each other, as months and quarters, the longest are counted.

    Returns:
        `excess` and `excess_of`, the number of periods of that length that fill the row's period
        (0 where they do not), with the index of `frame`.
    """
    number = pd.DataFrame(0, index=frame.index, columns=[Col.EXCESS, Col.EXCESS_OF], dtype="int64")
    if frame.empty or excesses.empty:
        return number
    columns = [Col.SERVICE, Col.KPI, Col.UNIT, Col.COUNT, Col.START, Col.END]
    rows = frame[columns].assign(at=frame.index)
    # Each row beside all such periods of its service and KPI, which are few; then those inside it.
    met = rows.merge(excesses, on=[Col.SERVICE, Col.KPI], suffixes=("", "_inside"))
    inside = met[
        (met["start_inside"] >= met[Col.START])
        & (met["end_inside"] <= met[Col.END])
        & (met["end_inside"] - met["start_inside"] < met[Col.END] - met[Col.START])
    ]
    length = inside["end_inside"] - inside["start_inside"]
    # Months of 28 to 31 days are of one length, and so are quarters of 90 to 92.
    longest = length >= length.groupby(inside["at"]).transform("max") * 0.9
    inside = inside[longest]
    fill = (inside[Col.UNIT] == inside["unit_inside"]) & (
        inside[Col.COUNT] % inside["count_inside"] == 0
    )
    parts = (inside[Col.COUNT] // inside["count_inside"]).where(fill, 0)
    by_row = parts.groupby(inside["at"]).agg(["size", "min"])
    number.loc[by_row.index] = by_row.to_numpy()
    return number


# Every KPI of every service for every period: the formulas of docs/kpis.md over whole columns.
#
# The frame of figures is described in `frames.FIGURES`; it holds a row only for what can be said.


@dataclass(frozen=True)
class Figures:
    """The frame of figures (`frames.FIGURES`), the windows under it, and what was noticed."""

    frame: pd.DataFrame
    windows: Windows
    problems: list[Problem]

    @property
    def stocks(self) -> frozenset[tuple[str, str]]:
        """The services and measures whose years are not sums of shorter periods."""
        pairs = self.windows.stocks[[Col.SERVICE, Col.MEASURE]]
        return frozenset(pairs.itertuples(index=False, name=None))


def work_out(parts: Parts, observations: pd.DataFrame, config: SiteConfig) -> Figures:
    """All KPI figures: of each period as it was given, and of windows of 12 months or 52 weeks."""
    entering("kpi", INPUTS, parts.frame)
    doubts = exceeding(parts.frame)
    every = with_doubt(parts.frame, doubts)
    windows = year_windows(every, [*config.additive, DIGITAL])
    months = windows_of_months(every, config)
    reported = every[every[Col.VALUE].notna()]
    reported = reported[~is_year(reported)]
    columns = [*KEY, Col.PART, Col.VALUE, Col.FLAGS, Col.SUMMED]
    rows = pd.concat([reported[columns], months[columns], windows.frame[columns]])
    rows = rows.drop_duplicates([*KEY, Col.PART])
    # A break that was marked on a period is one at its beginning, and none inside it.
    at_start = np.where(rows[Col.SUMMED].astype(bool), 0, int(Flag.BREAK))
    rows[Col.FLAGS] = rows[Col.FLAGS].to_numpy(dtype="int64") & ~at_start
    # A row is a service and period, a column a part: formulas are arithmetic of whole columns.
    wide = rows.pivot(index=KEY, columns=Col.PART, values=Col.VALUE)
    flags = rows.pivot(index=KEY, columns=Col.PART, values=Col.FLAGS).fillna(0).astype("int64")
    year = is_year(wide.index.to_frame(index=False)).to_numpy()
    frames = [_confidential(windows, wide)]
    there = set(wide.columns)
    for kpi in KPIS.values():
        if there.isdisjoint(kpi.parts):
            continue
        frame = _with_flags(kpi, apply(kpi, wide).assign(kpi=kpi.id), flags)
        keep = frame[Col.VALUE].notna() | frame["withheld"]
        if kpi.is_of_years_only:
            keep &= year
        frames.append(frame[keep].reset_index())
    frame = _with_dates(pd.concat(frames, ignore_index=True))
    frame[Col.STATUS] = np.select(
        [frame["hidden"], frame["withheld"]],
        [Status.CONFIDENTIAL, Status.WITHHELD],
        Status.PROVIDED,
    )
    frame[Col.STOCK] = _of_stocks(frame, windows)
    doubtful = frame[frame["doubtful"].to_numpy(dtype=bool)]
    numbers = number_inside(doubtful, doubts).reindex(frame.index, fill_value=0)
    frame = frame.assign(**{str(name): numbers[name] for name in numbers})
    notices = _notices(windows, observations, config.digital_channels)
    return Figures(frame[list(FIGURES.columns)], windows, notices)


def _with_flags(kpi: Kpi, frame: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """Add what the flags of its parts say of a KPI: `marks`, `doubtful` and `hidden`.

    `flags` has a column for each part, and the index of `frame`. What is doubtful is withheld
    where the entry says so.
    """

    def united(parts: Sequence[str]) -> NDArray[np.int64]:
        there = [flags[part].to_numpy() for part in parts if part in flags]
        return np.bitwise_or.reduce(there) if there else np.zeros(len(flags), dtype="int64")

    stated = united((kpi.stated,) if kpi.stated else ())
    counted = frame[Col.NUMERATOR].notna().to_numpy(dtype=bool)
    bits = np.where(counted, united(kpi.operands), stated)
    doubtful = ((bits & flag_of(kpi.id)) != 0) & ~frame["withheld"].to_numpy(dtype=bool)
    withheld = frame["withheld"] | (doubtful & (kpi.excess is Excess.WITHHOLDS))
    return frame.assign(
        value=frame[Col.VALUE].mask(withheld),
        withheld=withheld,
        marks=marks_of(bits),
        doubtful=doubtful,
        hidden=False,
    )


def _confidential(windows: Windows, wide: pd.DataFrame) -> pd.DataFrame:
    """The years of KPIs that need a confidential figure, in the columns of `_with_flags`.

    Every part that a form of the KPI needs is known or confidential, and one is confidential.
    """
    hidden = windows.confidential
    frames = [hidden.iloc[:0][KEY].assign(kpi="")]
    for kpi, parts in _forms_of(hidden[Col.PART]):
        of_form = hidden[hidden[Col.PART].isin(parts)]
        keys = pd.MultiIndex.from_frame(of_form[KEY]).unique()
        there = np.ones(len(keys), dtype=bool)
        for part in parts:
            secret = keys.isin(
                pd.MultiIndex.from_frame(of_form.loc[of_form[Col.PART] == part, KEY])
            )
            has_value = wide[part].reindex(keys).notna().to_numpy() if part in wide else False
            there &= secret | has_value
        frames.append(keys[there].to_frame(index=False).assign(kpi=kpi.id))
    years = pd.concat(frames, ignore_index=True).drop_duplicates()
    numbers = dict.fromkeys((Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR), np.nan)
    numbers[Col.UNCERTAIN] = 0.0
    return years.assign(**numbers, withheld=False, marks="", doubtful=False, hidden=True)


def _forms_of(parts: pd.Series[str]) -> list[tuple[Kpi, Sequence[str]]]:
    """The forms of KPIs that need any of these parts."""
    there = set(parts.unique())
    return [
        (kpi, form)
        for kpi in KPIS.values()
        for form in forms(kpi).values()
        if not there.isdisjoint(form)
    ]


def _of_stocks(frame: pd.DataFrame, windows: Windows) -> NDArray[np.bool_]:
    """Which figures have a stock above the line."""
    measures = {kpi.id: {part.partition(":")[0] for part in kpi.numerator} for kpi in KPIS.values()}
    pairs = [
        (service, kpi)
        for service, measure in windows.stocks[[Col.SERVICE, Col.MEASURE]].itertuples(index=False)
        for kpi, counted in measures.items()
        if measure in counted
    ]
    keys = pd.MultiIndex.from_frame(frame[[Col.SERVICE, Col.KPI]])
    return np.asarray(keys.isin(pairs), dtype=bool)


def windows_of_months(parts: pd.DataFrame, config: SiteConfig) -> pd.DataFrame:
    """The months of the parts of KPIs that have a headline for a month (`month_windows`)."""
    wanted = parts_of_months()
    additive = set(config.additive)
    adding = [part for part in wanted if part.partition(":")[0] in additive]
    return month_windows(parts[parts[Col.PART].isin(wanted)], adding)


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `start` and `end`; periods repeat, so each is worked out once."""
    key = [Col.UNIT, Col.COUNT, Col.FIRST]
    periods = frame[key].drop_duplicates()
    spans = periods_of(periods)
    periods = periods.assign(
        start=[period.start.toordinal() for period in spans],
        end=[period.end.toordinal() for period in spans],
    )
    return frame.merge(periods, on=key, how="left", validate="many_to_one")


def _notices(windows: Windows, observations: pd.DataFrame, digital: Sequence[str]) -> list[Problem]:
    """Years that are not the sum of their parts (PS202), and series that never are (PS204).

    PS204 blames no one year, for it is about all of them.
    """
    if windows.conflicts.empty and windows.stocks.empty:
        return []
    places = _places(observations, digital)
    conflicts = windows.conflicts.merge(places, on=[Col.SERVICE, Col.PART, Col.FIRST])
    problems = [
        Problem(
            file,
            row,
            "PS202",
            name_of(measure, channel),
            f"{grouped(stated)} in {period}, {grouped(summed)} in the shorter periods of it",
            "a year that is the sum of its parts",
            "send the right figures; the year is used as it was given",
            service=service,
            measures=(measure,),
            period=period,
        )
        for file, row, service, measure, channel, period, stated, summed in conflicts[
            [*PLACE, Col.SERVICE, Col.MEASURE, Col.CHANNEL, Col.PERIOD, Col.STATED, Col.SUMMED]
        ].itertuples(index=False, name=None)
    ]
    stocks = windows.stocks.merge(places.drop_duplicates([Col.SERVICE, Col.PART]))
    return problems + [
        Problem(
            file,
            row,
            "PS204",
            name_of(measure, channel),
            f"shorter periods that add up to {times(ratio, 1)} times the years given",
            "years that are sums of shorter periods",
            "is this a stock, such as claims in payment? No year is added up for this service",
            service=service,
            measures=(measure,),
        )
        for file, row, service, measure, channel, ratio in stocks[
            [*PLACE, Col.SERVICE, Col.MEASURE, Col.CHANNEL, Col.RATIO]
        ].itertuples(index=False, name=None)
    ]


def _places(observations: pd.DataFrame, digital: Sequence[str]) -> pd.DataFrame:
    """Where each year of a part stands, or the first of the channels that it was summed from."""
    provided = observations[Col.STATUS] == Status.PROVIDED
    year = observations[is_whole_year(observations) & provided]
    columns = [Col.SERVICE, Col.MEASURE, Col.CHANNEL, Col.FIRST, Col.PERIOD, *PLACE]
    of_all = year[columns].assign(part=year[Col.MEASURE])
    online = year[Col.CHANNEL].isin(list(digital)) & (year[Col.MEASURE] == "transactions")
    of_digital = year.loc[online, columns].assign(part=DIGITAL)
    both = pd.concat([of_all, of_digital[of_all.columns]])
    key = [Col.SERVICE, Col.PART, Col.FIRST]
    places = both.drop_duplicates(key)
    # What was added up from channels has the name of the part, for no column has its figure.
    several = pd.MultiIndex.from_frame(both.loc[both.duplicated(key), key])
    summed = pd.MultiIndex.from_frame(places[key]).isin(several) & (places[Col.CHANNEL] != "")
    of_part = np.where(places[Col.PART] == DIGITAL, DIGITAL.partition(":")[2], "")
    return places.assign(channel=places[Col.CHANNEL].mask(summed, of_part))
