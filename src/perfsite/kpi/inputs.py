"""The parts that KPIs are made of: one figure a service, period and measure, all channels together.

A part is named as its measure, `transactions:digital` being the digital channels together. The
frame of parts is described in `frames.INPUTS`; its value is missing exactly where the status is not
"provided". Only what services gave, or the sum of the channels that they gave, is here: nothing is
estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.arithmetic import tidy_sum
from perfsite.frames import INPUTS, MISMATCHES, Col
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


KEY: Final = [Col.SERVICE, Col.UNIT, Col.COUNT, Col.FIRST]
ONE_IN: Final = 10
"""A site's time is set by a tenth of the services that ever gave figures: one service whose figures
lie years before or after those of all others makes nobody late."""
_OWNER: Final = [Col.SERVICE, Col.MEASURE]
_INDEX: Final = [Col.SERVICE, Col.MEASURE, Col.UNIT, Col.COUNT, Col.FIRST]
_CHANNEL: Final = [*_OWNER, Col.CHANNEL]


@dataclass(frozen=True)
class Parts:
    """The parts, and the totals that differ from the sum of their channels.

    The frames are described in `frames.INPUTS` and `frames.MISMATCHES`.
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
    frame = observations[[*KEY, Col.MEASURE, Col.CHANNEL, Col.VALUE, Col.STATUS]].assign(
        flags=flags_of(observations[Col.MARKS]), summed=False
    )
    whole = frame[frame[Col.CHANNEL] == ""].drop(columns=Col.CHANNEL)
    channels = frame[(frame[Col.CHANNEL] != "") & frame[Col.MEASURE].isin(config.additive)]
    stated = whole.rename(columns={Col.MEASURE: Col.PART})
    if channels.empty:
        return Parts(_with_breaks(stated), _no_mismatches())
    # A channel by the month and one by the quarter never meet in a row of the grid below: the
    # shorter periods are made to longer ones before, where they fill them.
    mixed = _in_several_rhythms(channels)
    filled = _filled(mixed)
    channels = pd.concat([channels, filled], ignore_index=True)

    # From here on a row is a service, measure and period, and a column a channel. Sorted, for what
    # a channel was last given as is looked for in the rows above.
    grid = channels.pivot(
        index=_INDEX, columns=Col.CHANNEL, values=[Col.VALUE, Col.STATUS]
    ).sort_index()
    names = grid[Col.VALUE].columns.to_numpy(dtype=str)
    is_digital = np.isin(names, list(config.digital_channels))
    reporting = _reporting(grid, mixed, names)
    sums, complete, missing = _sums(grid, reporting, np.ones_like(is_digital))
    digital, digital_complete, digital_missing = _sums(grid, reporting, is_digital)
    # The digital channels alone do not make a whole where the service states totals elsewhere.
    provided = grid[Col.VALUE].notna().to_numpy()
    beyond_digital = (provided & ~is_digital).any(axis=1)
    # The pivot kept values and statuses only; flags are those of any channel in the row.
    keys = grid.index.to_frame(index=False).assign(
        flags=united(channels, _INDEX).reindex(grid.index).to_numpy(),
        summed=np.asarray(grid.index.isin(pd.MultiIndex.from_frame(filled[_INDEX])), dtype=bool),
    )

    # What was stated outweighs what can be added up: only periods without a statement are summed.
    totals = keys.assign(value=sums, status=missing)
    totals.loc[complete, Col.STATUS] = Status.PROVIDED
    states_totals = pd.MultiIndex.from_frame(keys[_OWNER]).isin(
        pd.MultiIndex.from_frame(whole[_OWNER])
    )
    is_stated = grid.index.isin(pd.MultiIndex.from_frame(whole[_INDEX]))
    usable = ~is_stated & (~states_totals | beyond_digital)
    # A period that nobody gave, to which some channel adds up, is there or it is not: that other
    # channels do not add up to it is no news.
    asked = pd.MultiIndex.from_frame(keys[_INDEX]).isin(
        pd.MultiIndex.from_frame(frame.loc[frame[Col.CHANNEL] != "", _INDEX])
    )
    summed = totals[usable & (asked | complete)].rename(columns={Col.MEASURE: Col.PART})

    # Digital take-up is a share of transactions: no other measure is told apart so.
    is_transactions = (keys[Col.MEASURE] == "transactions").to_numpy()
    has_digital = grid[Col.STATUS].notna().to_numpy()[:, is_digital].any(axis=1)
    parts = keys.assign(value=digital, status=digital_missing, part=DIGITAL)
    parts.loc[digital_complete, Col.STATUS] = Status.PROVIDED
    no_share = digital_complete & _left_out(grid, whole)
    parts.loc[no_share, Col.VALUE] = np.nan
    parts.loc[no_share, Col.STATUS] = Status.NOT_PROVIDED
    parts = parts[is_transactions & has_digital & (asked | digital_complete)]

    # Where both are there, the total is used as it was stated; that the two differ is told (PS203).
    both = whole.loc[whole[Col.STATUS] == Status.PROVIDED, [*_INDEX, Col.VALUE]].merge(
        totals.loc[complete & beyond_digital & is_stated, [*_INDEX, Col.VALUE]],
        on=_INDEX,
        suffixes=("", "_sum"),
    )
    differ = ~np.isclose(both[Col.VALUE], both["value_sum"], rtol=1e-9, atol=0)
    mismatches = both[differ].rename(columns={Col.VALUE: Col.STATED, "value_sum": Col.SUMMED})
    return Parts(
        _with_breaks(pd.concat([stated, summed, parts], ignore_index=True)),
        mismatches[list(MISMATCHES.columns)],
    )


def periods_of(frame: pd.DataFrame) -> list[Period]:
    """The period of each row by its `unit`, `count` and `first`; each is made once."""
    keys = list(zip(frame[Col.UNIT], frame[Col.COUNT], frame[Col.FIRST], strict=True))
    periods = {key: Period(Unit(key[0]), int(key[2]), int(key[1])) for key in dict.fromkeys(keys)}
    return [periods[key] for key in keys]


def _with_breaks(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.assign(broken=has_flag(frame, Flag.BREAK))
    return frame[list(INPUTS.columns)].reset_index(drop=True)


def _in_several_rhythms(channels: pd.DataFrame) -> pd.DataFrame:
    """The observations of measures whose several channels were given in periods of several lengths.

    `part` is the measure with the channel, as `windows.tile` wants it.
    """
    # `transform` keeps the rows of the channels, so that both questions can be asked of each row.
    of_owner = channels.groupby(_OWNER)
    several = of_owner[Col.CHANNEL].transform("nunique") > 1
    lengths = channels[Col.UNIT] + channels[Col.COUNT].astype(str)
    several &= lengths.groupby([channels[key] for key in _OWNER]).transform("nunique") > 1
    mixed = channels[several]
    return mixed.assign(part=mixed[Col.MEASURE] + ":" + mixed[Col.CHANNEL])


def _filled(mixed: pd.DataFrame) -> pd.DataFrame:
    """Channels added up to the periods that other channels of the measure were given in.

    `mixed` is that of `_in_several_rhythms`. A year of 12 months or 52 weeks is made, too, where
    a channel adds up to one. A period in which a channel was not applicable adds nothing, and one
    that is confidential makes all that it is in confidential. Nothing is filled of a measure that
    is a stock. The answer has the columns of the channels.
    """
    if mixed.empty:
        return mixed.drop(columns=Col.PART)
    provided = mixed[Col.STATUS] == Status.PROVIDED
    flags = mixed[Col.FLAGS] | np.select(
        [
            provided,
            mixed[Col.STATUS] == Status.CONFIDENTIAL,
            mixed[Col.STATUS] == Status.NOT_APPLICABLE,
        ],
        [int(Flag.GIVEN), int(Flag.CONFIDENTIAL), int(Flag.NOT_APPLICABLE)],
        0,
    )
    addable = mixed.assign(flags=flags, value=mixed[Col.VALUE].fillna(0.0))[flags != 0]
    days = months_of_days(addable[addable[Col.STATUS] == Status.PROVIDED])
    months = pd.concat([addable[addable[Col.UNIT] == Unit.MONTH], days])
    months = months.drop_duplicates([Col.SERVICE, Col.PART, Col.COUNT, Col.FIRST])
    weeks = addable[(addable[Col.UNIT] == Unit.WEEK) & (addable[Col.COUNT] == 1)]
    lengths = sorted({*months[Col.COUNT].tolist(), 1, MONTHS_IN_YEAR})
    tiles = [tile(months[months[Col.COUNT] < length], length) for length in lengths]
    frames = [days, *(tiled.assign(unit=str(Unit.MONTH)) for tiled in tiles)]
    frames.append(tile(weeks, WEEKS_IN_YEAR).assign(unit=str(Unit.WEEK)))
    # `tile` knows series by `part` alone: measure and channel are put back afterwards.
    owners = mixed[[Col.PART, Col.MEASURE, Col.CHANNEL]].drop_duplicates()
    every = pd.concat(frames, ignore_index=True).merge(owners, on=Col.PART)
    every = every[has_flag(every, Flag.GIVEN | Flag.CONFIDENTIAL)]

    year = is_year(every)
    wanted = pd.MultiIndex.from_frame(every[_INDEX]).isin(pd.MultiIndex.from_frame(mixed[_INDEX]))
    there = pd.MultiIndex.from_frame(every[[*_INDEX, Col.CHANNEL]]).isin(
        pd.MultiIndex.from_frame(mixed[[*_INDEX, Col.CHANNEL]])
    )
    stated = mixed[provided & is_whole_year(mixed)]
    stocks = pd.MultiIndex.from_frame(stocks_of(stated, every[year])[_OWNER])
    is_stock = pd.MultiIndex.from_frame(every[_OWNER]).isin(stocks)
    every = every[(wanted | year) & ~there & ~is_stock]
    hidden = has_flag(every, Flag.CONFIDENTIAL)
    return every.assign(
        value=every[Col.VALUE].mask(hidden),
        status=np.where(hidden, Status.CONFIDENTIAL, Status.PROVIDED),
        flags=every[Col.FLAGS] & int(sum(MARKS.values())),
        summed=True,
    )[[*KEY, Col.MEASURE, Col.CHANNEL, Col.VALUE, Col.STATUS, Col.FLAGS, Col.SUMMED]]


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
    status = grid[Col.STATUS].to_numpy(dtype=object)
    last = pd.DataFrame(
        np.select([status == Status.PROVIDED, status == Status.NOT_APPLICABLE], [1.0, 0.0], np.nan),
        index=grid.index,
    )
    filled = last.groupby(level=[Col.SERVICE, Col.MEASURE, Col.UNIT, Col.COUNT]).ffill().fillna(0)
    reporting = np.asarray(filled.to_numpy(dtype=float) == 1, dtype=bool)
    if mixed.empty:
        return reporting
    rows = grid.index.to_frame(index=False).assign(row=np.arange(len(grid)))
    owners = pd.MultiIndex.from_frame(mixed[_OWNER])
    rows = rows[pd.MultiIndex.from_frame(rows[_OWNER]).isin(owners)]
    series = mixed[_CHANNEL].drop_duplicates(ignore_index=True).reset_index(names=Col.SERIES)
    asked = _with_days(rows).merge(series, on=_OWNER).sort_values(Col.END, kind="stable")
    answered = mixed[mixed[Col.STATUS].isin([Status.PROVIDED, Status.NOT_APPLICABLE])]
    answered = _with_days(answered).merge(series, on=_CHANNEL)
    figures = answered[answered[Col.STATUS] == Status.PROVIDED]
    latest, figure = _latest(asked, answered), _latest(asked, figures)
    begun = (latest[Col.STATUS] == Status.PROVIDED).to_numpy(dtype=bool)
    inside = (figure["at"].to_numpy() >= asked[Col.START].to_numpy()).astype(bool)
    columns = pd.Index(names).get_indexer(pd.Index(asked[Col.CHANNEL]))
    reporting[asked[Col.ROW].to_numpy(), columns] = begun | inside
    return reporting


def _with_days(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `start` and `end`, the first and the last day of each row's period, as ordinals."""
    periods = periods_of(frame)
    return frame.assign(
        start=np.array([period.start.toordinal() for period in periods], dtype="int64"),
        end=np.array([period.end.toordinal() for period in periods], dtype="int64"),
    )


def _latest(asked: pd.DataFrame, answered: pd.DataFrame) -> pd.DataFrame:
    """What was last said of the channel of each row asked, for a start until the row's `end`.

    `asked` is sorted by `end`, and `series` is the number of a channel. The answer has its rows,
    with `status` and `at`, the first day of what was said; both are missing where nothing was.
    """
    events = answered.sort_values([Col.START, Col.END])[[Col.SERIES, Col.START, Col.STATUS]]
    events = events.assign(at=events[Col.START])
    return pd.merge_asof(
        asked[[Col.SERIES, Col.END]], events, left_on=Col.END, right_on=Col.START, by=Col.SERIES
    )


def _sums(
    grid: pd.DataFrame, reporting: NDArray[np.bool_], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.object_]]:
    """Sums over the chosen channels: the values, where they are complete, and why not.

    `grid` has a row for each service, measure and period, and columns (value, channel) and
    (status, channel); `reporting` is that of `_reporting`.
    """
    values = grid[Col.VALUE].loc[:, chosen].astype(float)
    given_as = grid[Col.STATUS].loc[:, chosen].to_numpy(dtype=object)
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
    missing = grid[Col.STATUS].to_numpy(dtype=object) == Status.NOT_PROVIDED
    lacking: NDArray[np.bool_] = np.asarray(np.any(missing, axis=1), dtype=bool)
    stated = whole.set_index(list(grid.index.names))[Col.VALUE]
    left_out = np.zeros(len(grid), dtype=bool)
    sums = np.nansum(grid[Col.VALUE][lacking].to_numpy(dtype=float), axis=1)
    total = stated.reindex(grid.index[lacking]).to_numpy(dtype=float)
    left_out[lacking] = np.isclose(total, sums, rtol=1e-9, atol=0)
    return left_out


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
    return pd.DataFrame(columns=list(MISMATCHES.columns))
