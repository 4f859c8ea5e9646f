"""Every KPI of every service for every period: the formulas of docs/kpis.md over whole columns.

The frame of figures has the columns::

    service      id
    kpi          id
    unit, count, first   the period, as in observations
    start, end   its first and last day, as `date.toordinal`
    value        float; NaN where withheld
    numerator, denominator   what it is a ratio of; NaN where it was stated as it is
    uncertain    float; how far the value may be off, up or down, in its unit; 0 if exactly known
    status       provided or withheld

and holds a row only for what can be said: what is missing has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.formats import exact
from perfsite.formulas import apply
from perfsite.kpis import KPIS, parts_of_months
from perfsite.measures import DIGITAL
from perfsite.model import Status, place_of
from perfsite.parts import KEY, Parts, periods_of
from perfsite.periods import MONTHS_IN_YEAR, WEEKS_IN_YEAR, Unit
from perfsite.windows import Windows, month_windows, year_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.config import SiteConfig

COLUMNS: Final = [
    "service", "kpi", "unit", "count", "first", "start", "end",
    "value", "numerator", "denominator", "uncertain", "status",
]  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The frame of figures (see above), the windows under it, and what was noticed."""

    frame: pd.DataFrame
    windows: Windows
    problems: list[Problem]


def work_out(parts: Parts, observations: pd.DataFrame, config: SiteConfig) -> Figures:
    """All KPI figures: of each period as it was given, and of windows of 12 months or 52 weeks."""
    windows = year_windows(parts.frame, [*config.additive, DIGITAL])
    months = windows_of_months(parts.frame, config)
    given = parts.frame[parts.frame["value"].notna()]
    given = given[~((given["unit"] == Unit.MONTH) & (given["count"] == MONTHS_IN_YEAR))]
    columns = [*KEY, "part", "value"]
    rows = pd.concat([given[columns], months[columns], windows.frame[columns]])
    wide = rows.drop_duplicates([*KEY, "part"]).pivot(index=KEY, columns="part", values="value")
    year = is_year(wide.index.to_frame(index=False)).to_numpy()
    frames = []
    for kpi in KPIS.values():
        frame = apply(kpi, wide).assign(kpi=kpi.id)
        keep = frame["value"].notna() | frame["withheld"]
        if kpi.is_of_years_only:
            keep &= year
        frames.append(frame[keep])
    frame = pd.concat(frames).reset_index()
    frame["status"] = np.where(frame["withheld"], Status.WITHHELD, Status.PROVIDED)
    return Figures(
        _with_dates(frame)[COLUMNS],
        windows,
        _notices(windows, observations, config.digital_channels),
    )


def windows_of_months(parts: pd.DataFrame, config: SiteConfig) -> pd.DataFrame:
    """The months of the parts of KPIs that have a headline for a month (`month_windows`)."""
    wanted = parts_of_months()
    additive = set(config.additive)
    adding = [part for part in wanted if part.partition(":")[0] in additive]
    return month_windows(parts[parts["part"].isin(wanted)], adding)


def is_year(frame: pd.DataFrame) -> pd.Series:
    """Which rows are for a year: 12 months, or 52 weeks."""
    return ((frame["unit"] == Unit.MONTH) & (frame["count"] == MONTHS_IN_YEAR)) | (
        (frame["unit"] == Unit.WEEK) & (frame["count"] == WEEKS_IN_YEAR)
    )


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
    places = _places(observations, digital)
    conflicts = windows.conflicts.merge(places, on=["service", "part", "first"])
    problems = [
        Problem(
            *place_of(source),
            "PS202",
            part,
            f"{exact(stated)} in {period}, {exact(summed)} in the shorter periods of it",
            "a year that is the sum of its parts",
            "send the right figures; the year is used as it was given",
            service=service,
            measures=(part.partition(":")[0],),
            period=period,
        )
        for source, service, part, period, stated, summed in zip(
            *(
                conflicts[name]
                for name in ("source", "service", "part", "period", "stated", "summed")
            ),
            strict=True,
        )
    ]
    stocks = windows.stocks.merge(places.drop_duplicates(["service", "part"]))
    return problems + [
        Problem(
            *place_of(source),
            "PS204",
            part,
            f"shorter periods that add up to {ratio:.2g} times the years given",
            "years that are sums of shorter periods",
            "is this a stock, such as claims in payment? No year is added up for this service",
            service=service,
            measures=(part.partition(":")[0],),
        )
        for source, service, part, ratio in zip(
            *(stocks[name] for name in ("source", "service", "part", "ratio")), strict=True
        )
    ]


def _places(observations: pd.DataFrame, digital: Sequence[str]) -> pd.DataFrame:
    """Where each year of a part stands, or the first of the channels that it was summed from."""
    year = observations[
        (observations["unit"] == Unit.MONTH) & (observations["count"] == MONTHS_IN_YEAR)
    ]
    columns = ["service", "measure", "first", "period", "source"]
    of_all = year[columns].rename(columns={"measure": "part"})
    online = year["channel"].isin(list(digital)) & (year["measure"] == "transactions")
    of_digital = year.loc[online, columns].assign(part=DIGITAL)
    both = pd.concat([of_all, of_digital[of_all.columns]])
    return both.drop_duplicates(["service", "part", "first"])
