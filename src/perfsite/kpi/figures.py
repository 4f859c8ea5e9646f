"""Every KPI of every service for every period: the formulas of docs/kpis.md over whole columns.

The frame of figures has the columns::

    service      id
    kpi          id
    unit, count, first   the period, as in observations
    start, end   its first and last day, as `date.toordinal`
    value        float; NaN where withheld or confidential
    numerator, denominator   what it is a ratio of; NaN where it was stated as it is
    uncertain    float; how far the value may be off, up or down, in its unit; 0 if exactly known
    status       provided, withheld, or confidential: a year that needs a confidential figure
    marks        letters of the marks inside its period: p, e, b
    excess       in how many shorter periods inside it a part exceeds its whole
    excess_of    of how many, where periods of one length fill it; else 0
    stock        whether its numerator is a stock, whose years are no sums of quarters

and holds a row only for what can be said: what is missing has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.decimals import grouped, times
from perfsite.errors import Problem
from perfsite.formulas import apply, forms
from perfsite.kpi.doubt import exceeding, flag_of, number_inside, with_doubt
from perfsite.kpi.inputs import KEY, Parts, periods_of
from perfsite.kpi.windows import (
    Flag,
    Windows,
    is_whole_year,
    is_year,
    marks_of,
    month_windows,
    year_windows,
)
from perfsite.kpis import KPIS, Excess, parts_of_months
from perfsite.measures import DIGITAL, name_of
from perfsite.model import Status, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from perfsite.config import SiteConfig
    from perfsite.kpis import Kpi

COLUMNS: Final = [
    "service", "kpi", "unit", "count", "first", "start", "end",
    "value", "numerator", "denominator", "uncertain", "status",
    "marks", "excess", "excess_of", "stock",
]  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The frame of figures (see above), the windows under it, and what was noticed."""

    frame: pd.DataFrame
    windows: Windows
    problems: list[Problem]

    @property
    def stocks(self) -> frozenset[tuple[str, str]]:
        """The services and measures whose years are not sums of shorter periods."""
        pairs = self.windows.stocks[["service", "measure"]]
        return frozenset(pairs.itertuples(index=False, name=None))


def work_out(parts: Parts, observations: pd.DataFrame, config: SiteConfig) -> Figures:
    """All KPI figures: of each period as it was given, and of windows of 12 months or 52 weeks."""
    doubts = exceeding(parts.frame)
    every = with_doubt(parts.frame, doubts)
    windows = year_windows(every, [*config.additive, DIGITAL])
    months = windows_of_months(every, config)
    given = every[every["value"].notna()]
    given = given[~is_year(given)]
    columns = [*KEY, "part", "value", "flags", "summed"]
    rows = pd.concat([given[columns], months[columns], windows.frame[columns]])
    rows = rows.drop_duplicates([*KEY, "part"])
    # A break that was marked on a period is one at its beginning, and none inside it.
    at_start = np.where(rows["summed"].astype(bool), 0, int(Flag.BREAK))
    rows["flags"] = rows["flags"].to_numpy(dtype="int64") & ~at_start
    wide = rows.pivot(index=KEY, columns="part", values="value")
    flags = rows.pivot(index=KEY, columns="part", values="flags").fillna(0).astype("int64")
    year = is_year(wide.index.to_frame(index=False)).to_numpy()
    frames = [_confidential(windows, wide)]
    there = set(wide.columns)
    for kpi in KPIS.values():
        if there.isdisjoint(kpi.parts):
            continue
        frame = _with_flags(kpi, apply(kpi, wide).assign(kpi=kpi.id), flags)
        keep = frame["value"].notna() | frame["withheld"]
        if kpi.is_of_years_only:
            keep &= year
        frames.append(frame[keep].reset_index())
    frame = _with_dates(pd.concat(frames, ignore_index=True))
    frame["status"] = np.select(
        [frame["hidden"], frame["withheld"]],
        [Status.CONFIDENTIAL, Status.WITHHELD],
        Status.PROVIDED,
    )
    frame["stock"] = _of_stocks(frame, windows)
    doubtful = frame[frame["doubtful"].to_numpy(dtype=bool)]
    numbers = number_inside(doubtful, doubts).reindex(frame.index, fill_value=0)
    frame = frame.assign(**{str(name): numbers[name] for name in numbers})
    return Figures(
        frame[COLUMNS], windows, _notices(windows, observations, config.digital_channels)
    )


def _with_flags(kpi: Kpi, frame: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """Add what the flags of its parts say of a KPI: `marks`, `doubtful` and `hidden`.

    `flags` has a column for each part, and the index of `frame`. What is doubtful is withheld
    where the entry says so.
    """

    def united(parts: Sequence[str]) -> NDArray[np.int64]:
        there = [flags[part].to_numpy() for part in parts if part in flags]
        return np.bitwise_or.reduce(there) if there else np.zeros(len(flags), dtype="int64")

    stated = united((kpi.stated,) if kpi.stated else ())
    counted = frame["numerator"].notna().to_numpy(dtype=bool)
    known = np.where(counted, united(kpi.operands), stated)
    doubtful = ((known & flag_of(kpi.id)) != 0) & ~frame["withheld"].to_numpy(dtype=bool)
    withheld = frame["withheld"] | (doubtful & (kpi.excess is Excess.WITHHOLDS))
    return frame.assign(
        value=frame["value"].mask(withheld),
        withheld=withheld,
        marks=marks_of(known),
        doubtful=doubtful,
        hidden=False,
    )


def _confidential(windows: Windows, wide: pd.DataFrame) -> pd.DataFrame:
    """The years of KPIs that need a confidential figure, in the columns of `_with_flags`.

    Every part that a form of the KPI needs is known or confidential, and one is confidential.
    """
    hidden = windows.confidential
    frames = [hidden.iloc[:0][KEY].assign(kpi="")]
    for kpi, parts in _forms_of(hidden["part"]):
        mine = hidden[hidden["part"].isin(parts)]
        keys = pd.MultiIndex.from_frame(mine[KEY]).unique()
        there = np.ones(len(keys), dtype=bool)
        for part in parts:
            secret = keys.isin(pd.MultiIndex.from_frame(mine.loc[mine["part"] == part, KEY]))
            known = wide[part].reindex(keys).notna().to_numpy() if part in wide else False
            there &= secret | known
        frames.append(keys[there].to_frame(index=False).assign(kpi=kpi.id))
    found = pd.concat(frames, ignore_index=True).drop_duplicates()
    numbers = dict.fromkeys(("value", "numerator", "denominator"), np.nan)
    numbers["uncertain"] = 0.0
    return found.assign(**numbers, withheld=False, marks="", doubtful=False, hidden=True)


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
        for service, measure in windows.stocks[["service", "measure"]].itertuples(index=False)
        for kpi, counted in measures.items()
        if measure in counted
    ]
    mine = pd.MultiIndex.from_frame(frame[["service", "kpi"]])
    return np.asarray(mine.isin(pairs), dtype=bool)


def windows_of_months(parts: pd.DataFrame, config: SiteConfig) -> pd.DataFrame:
    """The months of the parts of KPIs that have a headline for a month (`month_windows`)."""
    wanted = parts_of_months()
    additive = set(config.additive)
    adding = [part for part in wanted if part.partition(":")[0] in additive]
    return month_windows(parts[parts["part"].isin(wanted)], adding)


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `start` and `end`; periods repeat, so each is worked out once."""
    key = ["unit", "count", "first"]
    periods = frame[key].drop_duplicates()
    made = periods_of(periods)
    periods = periods.assign(
        start=[period.start.toordinal() for period in made],
        end=[period.end.toordinal() for period in made],
    )
    return frame.merge(periods, on=key, how="left", validate="many_to_one")


def _notices(windows: Windows, observations: pd.DataFrame, digital: Sequence[str]) -> list[Problem]:
    """Years that are not the sum of their parts (PS202), and series that never are (PS204).

    PS204 blames no one year, for it is about all of them.
    """
    if windows.conflicts.empty and windows.stocks.empty:
        return []
    places = _places(observations, digital)
    conflicts = windows.conflicts.merge(places, on=["service", "part", "first"])
    problems = [
        Problem(
            *place_of(source),
            "PS202",
            name_of(measure, channel),
            f"{grouped(stated)} in {period}, {grouped(summed)} in the shorter periods of it",
            "a year that is the sum of its parts",
            "send the right figures; the year is used as it was given",
            service=service,
            measures=(measure,),
            period=period,
        )
        for source, service, measure, channel, period, stated, summed in zip(
            *(
                conflicts[name]
                for name in (
                    "source",
                    "service",
                    "measure",
                    "channel",
                    "period",
                    "stated",
                    "summed",
                )
            ),
            strict=True,
        )
    ]
    stocks = windows.stocks.merge(places.drop_duplicates(["service", "part"]))
    return problems + [
        Problem(
            *place_of(source),
            "PS204",
            name_of(measure, channel),
            f"shorter periods that add up to {times(ratio, 1)} times the years given",
            "years that are sums of shorter periods",
            "is this a stock, such as claims in payment? No year is added up for this service",
            service=service,
            measures=(measure,),
        )
        for source, service, measure, channel, ratio in zip(
            *(stocks[name] for name in ("source", "service", "measure", "channel", "ratio")),
            strict=True,
        )
    ]


def _places(observations: pd.DataFrame, digital: Sequence[str]) -> pd.DataFrame:
    """Where each year of a part stands, or the first of the channels that it was summed from."""
    provided = observations["status"] == Status.PROVIDED
    year = observations[is_whole_year(observations) & provided]
    columns = ["service", "measure", "channel", "first", "period", "source"]
    of_all = year[columns].assign(part=year["measure"])
    online = year["channel"].isin(list(digital)) & (year["measure"] == "transactions")
    of_digital = year.loc[online, columns].assign(part=DIGITAL)
    both = pd.concat([of_all, of_digital[of_all.columns]])
    key = ["service", "part", "first"]
    found = both.drop_duplicates(key)
    # What was added up from channels has the name of the part, for no column has its figure.
    several = pd.MultiIndex.from_frame(both.loc[both.duplicated(key), key])
    summed = pd.MultiIndex.from_frame(found[key]).isin(several) & (found["channel"] != "")
    of_part = np.where(found["part"] == DIGITAL, DIGITAL.partition(":")[2], "")
    return found.assign(channel=found["channel"].mask(summed, of_part))
