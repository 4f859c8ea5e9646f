"""The figures: tidy, wide and JSON tables to one frame of observations.

The frame has a row for every observation that can be understood, present or missing, sorted by
service (in register order), measure, channel and period::

    service  str    id in the register
    period   str    its one spelling (periods.Period.code)
    unit     str    day, week or month
    first    int64  index of the first unit of the period
    count    int64  number of units
    measure  str    id of a measure
    channel  str    blank for all channels
    value    float  NaN exactly where status is not "provided"
    status   str    provided, not_provided, not_applicable or confidential
    marks    str    letters of the symbols that the number carries: p, e, r, b
    note     str    as given
    source   str    file:row
    secret   float  the number of a suppressed figure (1234 [c]), never to be published; else NaN
    release  str    the day from which on the figure may be published, or nothing

Nothing is changed on the way but the spelling: a share written with % is divided by 100.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.cache import Kept
from perfsite.errors import Problem
from perfsite.model import FIGURE, Status
from perfsite.tables import ROW
from perfsite.validate.names import (
    blamed,
    check_channels,
    check_measures,
    check_services,
    parse_periods,
)
from perfsite.validate.releases import (
    check_releases,
    is_meant_private,
    is_released,
    newest_release,
)
from perfsite.validate.submissions import LONG, NEVER, long_table
from perfsite.validate.values import check_values

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from perfsite.config import SiteConfig
    from perfsite.model import Service, Source

COLUMNS: Final = (
    "service", "period", "unit", "first", "count", "measure", "channel",
    "value", "status", "marks", "note", "source", "secret", "release",
)  # fmt: skip
_NUMBERS: Final = {"first": "int64", "count": "int64", "value": "float64", "secret": "float64"}


def read_observations(
    sources: Sequence[Source],
    services: Mapping[str, Service],
    config: SiteConfig,
    edition: date | None = None,
    kept: Kept | None = None,
) -> tuple[pd.DataFrame, list[Problem]]:
    """All observations of the submissions as one frame (see above), and every problem.

    A record that cannot be understood in full is left out and reported. Of observations given
    twice alike the first stands; given twice differently, none does, for either may be wrong.
    What a later release has replaced by the day of the edition is left out; without an edition
    everything counts as released.
    """
    problems: list[Problem] = []
    tables = []
    kept = kept or Kept()
    for source in sources:
        given = (source, services, config.all_measures, config.budgets)
        table, found = kept.of(("table", source.path), given, partial(long_table, *given))
        problems += found
        tables.append(table)
    long = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=LONG)
    good = np.ones(len(long), dtype=bool)
    periods, bad, found = parse_periods(long)
    good &= ~bad.to_numpy(dtype=bool)
    long["code"] = periods["period_code"].fillna("")
    checked = (
        check_services(long, services),
        check_measures(long, config.all_measures),
        check_channels(long, config.all_measures),
    )
    for bad, other in checked:
        good &= ~bad.to_numpy(dtype=bool)
        problems += other
    problems += found
    private = is_meant_private(long, edition)
    values, bad, found = check_values(long, config.all_measures, private)
    problems += blamed(found, long[bad])
    release, late = check_releases(long)
    problems += late
    # What cannot be read and was not to be public stays: a secret of which nobody knows the number.
    good &= ~(bad & ~private).to_numpy(dtype=bool)
    values = _made_unknown(values.join(release), bad & private)
    frame = pd.concat([long.drop(columns="code"), periods, values], axis=1)
    frame = frame if good.all() else frame[good]
    frame = frame.drop(columns="period").rename(columns={"period_code": "period"})
    frame["source"] = _sources(frame)
    frame, found = _without_duplicates(newest_release(frame, edition), edition)
    problems += found
    frame = frame.astype({"unit": object, **_NUMBERS})
    if frame.empty:
        # A column of nothing would be one of numbers.
        frame = frame.astype(dict.fromkeys(set(COLUMNS) - set(_NUMBERS), object))
    return in_order(frame[list(COLUMNS)], services), list(dict.fromkeys(problems))


def _sources(frame: pd.DataFrame) -> list[str]:
    """`file:row` of each row."""
    return [f"{file}:{row}" for file, row in zip(frame["file"], frame[ROW], strict=True)]


def _made_unknown(frame: pd.DataFrame, rows: pd.Series[bool]) -> pd.DataFrame:
    """The frame, these rows of it as secrets that are never released and have no number."""
    if not rows.any():
        return frame
    new = {"value": np.nan, "secret": np.nan, "marks": "", "release": NEVER}
    new |= {"status": str(Status.CONFIDENTIAL)}
    return frame.assign(**{name: frame[name].mask(rows, one) for name, one in new.items()})


def _without_duplicates(
    frame: pd.DataFrame, edition: date | None
) -> tuple[pd.DataFrame, list[Problem]]:
    # Figures of different releases stand beside each other until `policy` takes one of them.
    key = [*FIGURE, "release"]
    twice = frame.duplicated(key, keep=False)
    if not twice.any():
        return frame, []
    again = frame[twice]
    groups = again.groupby(key, sort=False)
    first = groups["source"].transform("first")
    alike = (groups["value"].transform("nunique") <= 1) & (
        groups["status"].transform("nunique") == 1
    )
    later = again["source"] != first
    later |= again.duplicated([*key, "source"])
    problems = [
        Problem(
            file,
            row,
            "PS110",
            column,
            f"{service} {period} {measure}{':' if channel else ''}{channel} again, also in {other}",
            "each observation once",
            "delete one of the two; the first stands, for they are alike"
            if same
            else "delete the one that is wrong; until then neither is published",
            service=service,
            measures=(measure,),
            period=period,
        )
        for file, row, column, service, period, measure, channel, other, same in zip(
            *(again.loc[later, name] for name in ("file", ROW, "column", *FIGURE)),
            first[later],
            alike[later],
            strict=True,
        )
    ]
    hidden = (again["status"] == Status.CONFIDENTIAL) | ~is_released(again["release"], edition)
    # Which of the two is right is not known, but that it is a secret is.
    kept = ~later & ~alike & hidden.groupby([again[name] for name in key]).transform("any")
    frame = frame.drop(index=again.index[(later | ~alike) & ~kept])
    return _made_unknown(frame, kept.reindex(frame.index, fill_value=False)), problems


def in_order(frame: pd.DataFrame, services: Collection[str]) -> pd.DataFrame:
    """Observations in the order of the frame above; of one figure the oldest release first."""
    rank = {service: i for i, service in enumerate(services)}
    texts = ["measure", "channel", "unit"]
    codes = [frame[name].factorize(sort=True)[0] for name in texts]
    codes += [frame[name].to_numpy() for name in ("count", "first")]
    if "release" in frame:
        codes.append(frame["release"].factorize(sort=True)[0])
    # Numbers sort much faster than texts; the last key given is the first one sorted by.
    keys = [frame["service"].map(rank).to_numpy(dtype="int64"), *codes]
    return frame.iloc[np.lexsort(keys[::-1])].reset_index(drop=True)
