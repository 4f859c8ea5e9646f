"""The parts that KPIs are made of: one figure a service, period and measure, all channels together.

A part is named as its measure, `transactions:digital` being the digital channels together. The
frame of parts has the columns `service, unit, count, first, part, value, status, broken`; `value`
is NaN exactly where `status` is not "provided", and `broken` tells that a break in the series was
marked ([b]). Only what services gave, or the sum of the channels that they gave, is here: nothing
is estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.measures import DIGITAL
from perfsite.model import Status
from perfsite.periods import Period, Unit
from perfsite.rounding import tidy_sum

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from perfsite.config import SiteConfig

KEY: Final = ["service", "unit", "count", "first"]
COLUMNS: Final = [*KEY, "part", "value", "status", "broken"]
ONE_IN: Final = 10
"""A site's time is set by a tenth of the services that ever gave figures: one service whose figures
lie years before or after those of all others makes nobody late."""


@dataclass(frozen=True)
class Parts:
    """The frame of parts, and the totals that differ from the sum of their channels.

    `mismatches` has the columns of the key, `measure`, `stated` and `summed`.
    """

    frame: pd.DataFrame
    mismatches: pd.DataFrame


def resolve(observations: pd.DataFrame, config: SiteConfig) -> Parts:
    """Work out each measure over all channels, and digital transactions.

    All channels is the observation without a channel, else the sum of the channels (DESIGN.md,
    section 3). A channel that has once been reported is expected from then on, until it is given
    as [z]: a sum that lacks it would be a wrong figure, so it is missing. A lone digital figure of
    a service that states totals elsewhere is a part, never the whole. Where a stated total leaves
    out a channel that was given as missing, digital transactions are missing: it is not the whole
    that they are a part of.
    """
    columns = [*KEY, "measure", "channel", "value", "status", "broken"]
    marked = observations["marks"].astype(object).str.contains("b", regex=False).astype(bool)
    frame = observations.assign(broken=marked)[columns]
    whole = frame[frame["channel"] == ""].drop(columns="channel")
    channels = frame[(frame["channel"] != "") & frame["measure"].isin(config.additive)]
    stated = whole.rename(columns={"measure": "part"})
    if channels.empty:
        return Parts(stated[COLUMNS].reset_index(drop=True), _no_mismatches())
    index = ["service", "measure", "unit", "count", "first"]
    grid = channels.pivot(index=index, columns="channel", values=["value", "status"]).sort_index()
    is_digital = np.isin(grid["value"].columns.to_numpy(dtype=str), list(config.digital_channels))
    sums, complete, missing = _sums(grid, np.ones_like(is_digital))
    digital, digital_complete, digital_missing = _sums(grid, is_digital)
    provided = grid["value"].notna().to_numpy()
    beyond_digital = (provided & ~is_digital).any(axis=1)
    broken = channels.groupby(index)["broken"].any()
    keys = grid.index.to_frame(index=False).assign(broken=broken.reindex(grid.index).to_numpy())

    totals = keys.assign(value=sums, status=missing)
    totals.loc[complete, "status"] = Status.PROVIDED
    states_totals = pd.MultiIndex.from_frame(keys[["service", "measure"]]).isin(
        pd.MultiIndex.from_frame(whole[["service", "measure"]])
    )
    is_stated = grid.index.isin(pd.MultiIndex.from_frame(whole[index]))
    usable = ~is_stated & (~states_totals | beyond_digital)
    summed = totals[usable].rename(columns={"measure": "part"})

    is_transactions = (keys["measure"] == "transactions").to_numpy()
    has_digital = grid["status"].notna().to_numpy()[:, is_digital].any(axis=1)
    parts = keys.assign(value=digital, status=digital_missing, part=DIGITAL)
    parts.loc[digital_complete, "status"] = Status.PROVIDED
    no_share = digital_complete & _left_out(grid, whole)
    parts.loc[no_share, "value"] = np.nan
    parts.loc[no_share, "status"] = Status.NOT_PROVIDED
    parts = parts[is_transactions & has_digital]

    both = whole[whole["status"] == Status.PROVIDED].merge(
        totals[complete & beyond_digital & is_stated], on=index, suffixes=("", "_sum")
    )
    differ = ~np.isclose(both["value"], both["value_sum"], rtol=1e-9, atol=0)
    mismatches = both[differ].rename(columns={"value": "stated", "value_sum": "summed"})
    return Parts(
        pd.concat([stated[COLUMNS], summed[COLUMNS], parts[COLUMNS]], ignore_index=True),
        mismatches[[*KEY, "measure", "stated", "summed"]],
    )


def periods_of(frame: pd.DataFrame) -> list[Period]:
    """The period of each row by its `unit`, `count` and `first`; each is made once."""
    keys = list(zip(frame["unit"], frame["count"], frame["first"], strict=True))
    made = {key: Period(Unit(key[0]), int(key[2]), int(key[1])) for key in dict.fromkeys(keys)}
    return [made[key] for key in keys]


def _sums(grid: pd.DataFrame, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums over the chosen channels: the values, where they are complete, and why not.

    `grid` has a row for each service, measure and period, sorted, and columns (value, channel)
    and (status, channel).
    """
    values = grid["value"].loc[:, chosen].astype(float)
    given_as = grid["status"].loc[:, chosen].to_numpy(dtype=object)
    provided = values.notna()
    have = provided.to_numpy(dtype=bool)
    not_applicable = np.asarray(given_as == Status.NOT_APPLICABLE, dtype=bool)
    confidential = np.asarray(given_as == Status.CONFIDENTIAL, dtype=bool)
    missing = np.asarray(given_as == Status.NOT_PROVIDED, dtype=bool)
    # What a channel was last given as stands until it is given again: reported, or closed.
    last = pd.DataFrame(
        np.where(have, 1.0, np.where(not_applicable, 0.0, np.nan)), index=values.index
    )
    open_ = last.groupby(level=["service", "measure", "unit", "count"]).ffill().fillna(0)
    expected = (open_.to_numpy(dtype=float) == 1) | confidential | missing
    complete = (~expected | have).all(axis=1) & have.any(axis=1)
    sums = np.where(complete, tidy_sum(np.nansum(values.to_numpy(), axis=1)), np.nan)
    why = np.full(len(grid), str(Status.NOT_PROVIDED), dtype=object)
    why[not_applicable.any(axis=1) & ~expected.any(axis=1)] = Status.NOT_APPLICABLE
    why[confidential.any(axis=1)] = Status.CONFIDENTIAL
    return sums, complete, why


def _left_out(grid: pd.DataFrame, whole: pd.DataFrame) -> NDArray[np.bool_]:
    """Where a stated total is the sum of the given channels although another one is missing.

    `grid` is as in `_sums`, `whole` the observations without a channel.
    """
    missing = grid["status"].to_numpy(dtype=object) == Status.NOT_PROVIDED
    lacking: NDArray[np.bool_] = np.asarray(np.any(missing, axis=1), dtype=bool)
    stated = whole.set_index(list(grid.index.names))["value"]
    found = np.zeros(len(grid), dtype=bool)
    given = np.nansum(grid["value"][lacking].to_numpy(dtype=float), axis=1)
    total = stated.reindex(grid.index[lacking]).to_numpy(dtype=float)
    found[lacking] = np.isclose(total, given, rtol=1e-9, atol=0)
    return found


def enough(services: int) -> int:
    """How many of the services that ever gave figures set the site's time; at least one."""
    return max(1, -(-services // ONE_IN))


def newest_end(services: ArrayLike, ends: ArrayLike) -> int:
    """The end of the site's newest period; 0 where there are no figures.

    It is the last end that `enough` services have reached or passed. `services` and `ends` have
    an entry for each figure; `ends` are in any unit of time that counts up.
    """
    last = pd.Series(np.asarray(ends)).groupby(np.asarray(services, dtype=object)).max()
    if last.empty:
        return 0
    return int(last.sort_values(ascending=False).iloc[enough(len(last)) - 1])


def _no_mismatches() -> pd.DataFrame:
    return pd.DataFrame(columns=[*KEY, "measure", "stated", "summed"])
