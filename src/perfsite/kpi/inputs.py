"""The parts that KPIs are made of: one figure a service, period and measure, all channels together.

A part is named as its measure, `transactions:digital` being the digital channels together. The
frame of parts has the columns::

    service, unit, count, first   which figure it is, with part
    part     a measure, or a measure and `:digital`
    value    float; NaN exactly where status is not "provided"
    status   as in observations
    broken   whether a break in the series was marked ([b])
    flags    what else was marked, as in `tiling`
    summed   whether a channel was added up from shorter periods than this one

Only what services gave, or the sum of the channels that they gave, is here: nothing is estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.arithmetic import tidy_sum
from perfsite.kpi.windows import (
    MARKS,
    Flag,
    flags_of,
    has_flag,
    is_whole_year,
    is_year,
    months_of_days,
    stocks_of,
    tile,
    united,
)
from perfsite.measures import DIGITAL
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_YEAR, WEEKS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from perfsite.config import SiteConfig


KEY: Final = ["service", "unit", "count", "first"]
COLUMNS: Final = [*KEY, "part", "value", "status", "broken", "flags", "summed"]
ONE_IN: Final = 10
"""A site's time is set by a tenth of the services that ever gave figures: one service whose figures
lie years before or after those of all others makes nobody late."""
_OWNER: Final = ["service", "measure"]
_INDEX: Final = ["service", "measure", "unit", "count", "first"]
_CHANNEL: Final = [*_OWNER, "channel"]


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
    section 3). A channel that has once been reported, in periods of whatever length, is expected
    from then on, until it is given as [z]: a sum that lacks it would be a wrong figure, so it is
    missing. A channel that was given in shorter periods than another is added up to those of the
    other first. A lone digital figure of a service that states totals elsewhere is a part, never
    the whole. Where a stated total leaves out a channel that was given as missing, digital
    transactions are missing: it is not the whole that they are a part of.
    """
    frame = observations[[*KEY, "measure", "channel", "value", "status"]].assign(
        flags=flags_of(observations["marks"]), summed=False
    )
    whole = frame[frame["channel"] == ""].drop(columns="channel")
    channels = frame[(frame["channel"] != "") & frame["measure"].isin(config.additive)]
    stated = whole.rename(columns={"measure": "part"})
    if channels.empty:
        return Parts(_with_breaks(stated), _no_mismatches())
    mixed = _in_several_rhythms(channels)
    filled = _filled(mixed)
    channels = pd.concat([channels, filled], ignore_index=True)

    # From here on a row is a service, measure and period, and a column a channel.
    grid = channels.pivot(index=_INDEX, columns="channel", values=["value", "status"]).sort_index()
    names = grid["value"].columns.to_numpy(dtype=str)
    is_digital = np.isin(names, list(config.digital_channels))
    reporting = _reporting(grid, mixed, names)
    sums, complete, missing = _sums(grid, reporting, np.ones_like(is_digital))
    digital, digital_complete, digital_missing = _sums(grid, reporting, is_digital)
    provided = grid["value"].notna().to_numpy()
    beyond_digital = (provided & ~is_digital).any(axis=1)
    keys = grid.index.to_frame(index=False).assign(
        flags=united(channels, _INDEX).reindex(grid.index).to_numpy(),
        summed=np.asarray(grid.index.isin(pd.MultiIndex.from_frame(filled[_INDEX])), dtype=bool),
    )

    totals = keys.assign(value=sums, status=missing)
    totals.loc[complete, "status"] = Status.PROVIDED
    states_totals = pd.MultiIndex.from_frame(keys[_OWNER]).isin(
        pd.MultiIndex.from_frame(whole[_OWNER])
    )
    is_stated = grid.index.isin(pd.MultiIndex.from_frame(whole[_INDEX]))
    usable = ~is_stated & (~states_totals | beyond_digital)
    # A period that nobody gave, to which some channel adds up, is there or it is not: that other
    # channels do not add up to it is no news.
    asked = pd.MultiIndex.from_frame(keys[_INDEX]).isin(
        pd.MultiIndex.from_frame(frame.loc[frame["channel"] != "", _INDEX])
    )
    summed = totals[usable & (asked | complete)].rename(columns={"measure": "part"})

    is_transactions = (keys["measure"] == "transactions").to_numpy()
    has_digital = grid["status"].notna().to_numpy()[:, is_digital].any(axis=1)
    parts = keys.assign(value=digital, status=digital_missing, part=DIGITAL)
    parts.loc[digital_complete, "status"] = Status.PROVIDED
    no_share = digital_complete & _left_out(grid, whole)
    parts.loc[no_share, "value"] = np.nan
    parts.loc[no_share, "status"] = Status.NOT_PROVIDED
    parts = parts[is_transactions & has_digital & (asked | digital_complete)]

    both = whole.loc[whole["status"] == Status.PROVIDED, [*_INDEX, "value"]].merge(
        totals.loc[complete & beyond_digital & is_stated, [*_INDEX, "value"]],
        on=_INDEX,
        suffixes=("", "_sum"),
    )
    differ = ~np.isclose(both["value"], both["value_sum"], rtol=1e-9, atol=0)
    mismatches = both[differ].rename(columns={"value": "stated", "value_sum": "summed"})
    return Parts(
        _with_breaks(pd.concat([stated, summed, parts], ignore_index=True)),
        mismatches[[*KEY, "measure", "stated", "summed"]],
    )


def periods_of(frame: pd.DataFrame) -> list[Period]:
    """The period of each row by its `unit`, `count` and `first`; each is made once."""
    keys = list(zip(frame["unit"], frame["count"], frame["first"], strict=True))
    made = {key: Period(Unit(key[0]), int(key[2]), int(key[1])) for key in dict.fromkeys(keys)}
    return [made[key] for key in keys]


def _with_breaks(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(broken=has_flag(frame, Flag.BREAK))[COLUMNS].reset_index(drop=True)


def _in_several_rhythms(channels: pd.DataFrame) -> pd.DataFrame:
    """The observations of measures whose several channels were given in periods of several lengths.

    `part` is the measure with the channel, as `tiling` wants it.
    """
    of_owner = channels.groupby(_OWNER)
    several = of_owner["channel"].transform("nunique") > 1
    lengths = channels["unit"] + channels["count"].astype(str)
    several &= lengths.groupby([channels[key] for key in _OWNER]).transform("nunique") > 1
    mixed = channels[several]
    return mixed.assign(part=mixed["measure"] + ":" + mixed["channel"])


def _filled(mixed: pd.DataFrame) -> pd.DataFrame:
    """Channels added up to the periods that other channels of the measure were given in.

    `mixed` is that of `_in_several_rhythms`. A year of 12 months or 52 weeks is made, too, where
    a channel adds up to one. A period in which a channel was not applicable adds nothing, and one
    that is confidential makes all that it is in confidential. Nothing is filled of a measure that
    is a stock. The answer has the columns of the channels.
    """
    if mixed.empty:
        return mixed.drop(columns="part")
    given = mixed["status"] == Status.PROVIDED
    flags = mixed["flags"] | np.select(
        [given, mixed["status"] == Status.CONFIDENTIAL, mixed["status"] == Status.NOT_APPLICABLE],
        [int(Flag.GIVEN), int(Flag.CONFIDENTIAL), int(Flag.NOT_APPLICABLE)],
        0,
    )
    addable = mixed.assign(flags=flags, value=mixed["value"].fillna(0.0))[flags != 0]
    days = months_of_days(addable[addable["status"] == Status.PROVIDED])
    months = pd.concat([addable[addable["unit"] == Unit.MONTH], days])
    months = months.drop_duplicates(["service", "part", "count", "first"])
    weeks = addable[(addable["unit"] == Unit.WEEK) & (addable["count"] == 1)]
    lengths = sorted({*months["count"].tolist(), 1, MONTHS_IN_YEAR})
    tiles = [tile(months[months["count"] < length], length) for length in lengths]
    made = [days, *(one.assign(unit=str(Unit.MONTH)) for one in tiles)]
    made.append(tile(weeks, WEEKS_IN_YEAR).assign(unit=str(Unit.WEEK)))
    owners = mixed[["part", "measure", "channel"]].drop_duplicates()
    every = pd.concat(made, ignore_index=True).merge(owners, on="part")
    every = every[has_flag(every, Flag.GIVEN | Flag.CONFIDENTIAL)]

    year = is_year(every)
    wanted = pd.MultiIndex.from_frame(every[_INDEX]).isin(pd.MultiIndex.from_frame(mixed[_INDEX]))
    there = pd.MultiIndex.from_frame(every[[*_INDEX, "channel"]]).isin(
        pd.MultiIndex.from_frame(mixed[[*_INDEX, "channel"]])
    )
    stated = mixed[given & is_whole_year(mixed)]
    stocks = pd.MultiIndex.from_frame(stocks_of(stated, every[year])[_OWNER])
    is_stock = pd.MultiIndex.from_frame(every[_OWNER]).isin(stocks)
    every = every[(wanted | year) & ~there & ~is_stock]
    hidden = has_flag(every, Flag.CONFIDENTIAL)
    return every.assign(
        value=every["value"].mask(hidden),
        status=np.where(hidden, Status.CONFIDENTIAL, Status.PROVIDED),
        flags=every["flags"] & int(sum(MARKS.values())),
        summed=True,
    )[[*KEY, "measure", "channel", "value", "status", "flags", "summed"]]


def _reporting(
    grid: pd.DataFrame, mixed: pd.DataFrame, names: NDArray[np.str_]
) -> NDArray[np.bool_]:
    """Where a channel has begun to be reported and was not closed with [z] since.

    `grid` has a row for each service, measure and period, sorted; the answer has its rows, and a
    column for each channel of `names`. Where all figures of a measure are for periods of one
    length, what a channel was last given as stands until it is given again. Where they are not
    (`mixed`), the last thing that was said of the channel by the end of the period counts, in
    periods of whatever length; and a channel that has a figure for a part of the period is in it.
    """
    status = grid["status"].to_numpy(dtype=object)
    last = pd.DataFrame(
        np.select([status == Status.PROVIDED, status == Status.NOT_APPLICABLE], [1.0, 0.0], np.nan),
        index=grid.index,
    )
    filled = last.groupby(level=["service", "measure", "unit", "count"]).ffill().fillna(0)
    reporting = np.asarray(filled.to_numpy(dtype=float) == 1, dtype=bool)
    if mixed.empty:
        return reporting
    rows = grid.index.to_frame(index=False).assign(row=np.arange(len(grid)))
    owners = pd.MultiIndex.from_frame(mixed[_OWNER])
    rows = rows[pd.MultiIndex.from_frame(rows[_OWNER]).isin(owners)]
    series = mixed[_CHANNEL].drop_duplicates(ignore_index=True).reset_index(names="series")
    asked = _with_days(rows).merge(series, on=_OWNER).sort_values("end", kind="stable")
    said = mixed[mixed["status"].isin([Status.PROVIDED, Status.NOT_APPLICABLE])]
    said = _with_days(said).merge(series, on=_CHANNEL)
    figures = said[said["status"] == Status.PROVIDED]
    latest, figure = _latest(asked, said), _latest(asked, figures)
    begun = (latest["status"] == Status.PROVIDED).to_numpy(dtype=bool)
    inside = (figure["at"].to_numpy() >= asked["start"].to_numpy()).astype(bool)
    columns = pd.Index(names).get_indexer(pd.Index(asked["channel"]))
    reporting[asked["row"].to_numpy(), columns] = begun | inside
    return reporting


def _with_days(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `start` and `end`, the first and the last day of each row's period, as ordinals."""
    periods = periods_of(frame)
    return frame.assign(
        start=np.array([period.start.toordinal() for period in periods], dtype="int64"),
        end=np.array([period.end.toordinal() for period in periods], dtype="int64"),
    )


def _latest(asked: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """What was last said of the channel of each row asked, for a start until the row's `end`.

    `asked` is sorted by `end`, and `series` is the number of a channel. The answer has its rows,
    with `status` and `at`, the first day of what was said; both are missing where nothing was.
    """
    events = said.sort_values(["start", "end"])[["series", "start", "status"]]
    events = events.assign(at=events["start"])
    return pd.merge_asof(
        asked[["series", "end"]], events, left_on="end", right_on="start", by="series"
    )


def _sums(
    grid: pd.DataFrame, reporting: NDArray[np.bool_], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.object_]]:
    """Sums over the chosen channels: the values, where they are complete, and why not.

    `grid` has a row for each service, measure and period, and columns (value, channel) and
    (status, channel); `reporting` is that of `_reporting`.
    """
    values = grid["value"].loc[:, chosen].astype(float)
    given_as = grid["status"].loc[:, chosen].to_numpy(dtype=object)
    have = values.notna().to_numpy(dtype=bool)
    not_applicable = np.asarray(given_as == Status.NOT_APPLICABLE, dtype=bool)
    confidential = np.asarray(given_as == Status.CONFIDENTIAL, dtype=bool)
    missing = np.asarray(given_as == Status.NOT_PROVIDED, dtype=bool)
    # A channel that is closed in this very period is not expected in it.
    expected = (reporting[:, chosen] & ~not_applicable) | confidential | missing
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
