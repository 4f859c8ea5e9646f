"""The figures.

Tidy, wide and JSON tables to one frame of observations, with the day from which each may be
published.
"""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.cache import Cache
from perfsite.errors import Problem
from perfsite.frames import READ_PERIODS, READ_VALUES, SENT, SUBMISSION, Col, entering
from perfsite.model import FIGURE, PLACE, Status
from perfsite.tables import ROW, read_table
from perfsite.validate.names import (
    blamed,
    check_channels,
    check_measures,
    check_services,
    parse_periods,
)
from perfsite.validate.submissions import CONFIDENTIAL, NEVER, RELEASE, long_table
from perfsite.validate.values import check_values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from perfsite.config import SiteConfig
    from perfsite.model import Service, Source


# Embargoes: from which day on a figure may be published.
#
# A row with a date in `release_at` is published from that day on. Blank is no embargo. What cannot
# be read is an error, and its row is left out: an embargo must never end because of a slip.


_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WITH_TIME: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.]+.*")
_FIGURE: Final = re.compile(r"(?!20[0-9]{2}$)[^\w]?\s?[0-9]+(?:[,.\s][0-9]+)?(?:\s?%)?")
"""What stands in the column of another cell's number when a row has slipped to the side."""
A_NUMBER: Final = "a number"
"""What is said to have been found where the number must not be said."""
_TEXTS: Final = (".csv", ".json")
"""Files whose bytes say at once that they have no such column."""
_DAY_FIRST: Final = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}")


def check_releases(long: pd.DataFrame) -> tuple[pd.Series[str], list[Problem]]:
    """Read the column `release_at` of a long table of text.

    Returns:
        The column `release`: a date as 2018-09-20, nothing where there is no embargo, and `NEVER`
        where the date cannot be read; and a PS119 for each row of a file that has such a one.
    """
    text = long[RELEASE].fillna("").astype(object)
    wrong = [spelt for spelt in text.unique() if spelt and not is_day(spelt)]
    bad = text.isin(wrong)
    problems = [
        Problem(
            file,
            row,
            "PS119",
            RELEASE,
            A_NUMBER if _FIGURE.fullmatch(spelt) else spelt[:80],
            "a date as 2018-09-20, or nothing",
            _fix(spelt),
            service=service,
            measures=(measure,) if measure else (),
        )
        for file, row, spelt, service, measure in zip(
            *(long.loc[bad, name] for name in ("file", ROW)),
            text[bad],
            *(long.loc[bad, name] for name in (Col.SERVICE, Col.MEASURE)),
            strict=True,
        )
    ]
    return text.mask(bad, NEVER).rename(Col.RELEASE), list(dict.fromkeys(problems))


def is_day(text: str) -> bool:
    """Whether a text is a date of the calendar, spelt as 2018-09-20."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def release_days(sources: Iterable[Source]) -> set[date]:
    """The days on which figures of submissions are released; what is no day is none."""
    return {
        date.fromisoformat(text)
        for source in sources
        if not source.path.endswith(_TEXTS) or RELEASE.encode() in source.data
        for text in read_table(source)[0].get(RELEASE, pd.Series(dtype=object)).unique()
        if is_day(text)
    }


def _fix(spelt: str) -> str:
    if match := _WITH_TIME.fullmatch(spelt):
        return f"write the day alone: {match[1]}; figures are released by the day"
    if _DAY_FIRST.fullmatch(spelt):
        return "write the year first, then the month, then the day: 2018-09-20"
    return "write the date with four, two and two digits; leave it blank if there is no embargo"


def is_released(release: pd.Series[str], edition: date | None) -> NDArray[np.bool_]:
    """Which rows may be published on a day; all with a day of their own where none is given.

    Dates of this spelling are in the order of their texts.
    """
    day = edition.isoformat() if edition else NEVER
    texts = release.astype(object)
    return ((texts <= day) & (texts != NEVER)).to_numpy(dtype=bool)


def is_meant_private(long: pd.DataFrame, edition: date | None) -> pd.Series[bool]:
    """Which cells of a long table of text are not to be public on a day.

    Their day has not come or cannot be read, or somebody wanted them to be confidential, however
    that was spelt.
    """
    release = long[RELEASE].fillna("").astype(object)
    readable = release.isin([spelt for spelt in release.unique() if not spelt or is_day(spelt)])
    spellings = pd.Series(long[Col.VALUE].unique(), dtype=object)
    marked = spellings[spellings.str.contains(CONFIDENTIAL).astype(bool)]
    return ~(readable & is_released(release, edition)) | long[Col.VALUE].isin(list(marked))


def newest_release(frame: pd.DataFrame, edition: date | None) -> pd.DataFrame:
    """The rows without those that a later release has taken the place of.

    Of the rows of one key (`FIGURE`) that may be published on the day of the edition, only those of
    the newest release remain; no date of release is the oldest. Rows that are still under embargo
    remain beside them, and so do suppressed numbers that were replaced: both are secrets, which
    `perfsite.policy` takes out. Where several rows of a key have one and the same release, all
    remain: that is a figure given twice.

    `frame` has the columns of `FIGURE`, `release` and `secret`; its index is kept.
    """
    superseded = is_released(frame[Col.RELEASE], edition) & ~is_newest(frame, edition)
    if not superseded.any():
        return frame
    return frame[~superseded | frame[Col.SECRET].notna().to_numpy(dtype=bool)]


def is_newest(frame: pd.DataFrame, edition: date | None) -> NDArray[np.bool_]:
    """Which rows may be published on a day and have the newest release of their key."""
    released = is_released(frame[Col.RELEASE], edition)
    dated = frame[Col.RELEASE].to_numpy(dtype=object) != ""
    if not dated.any():
        return released
    keys = _keys(frame)
    # Only a key that has a date can have two releases.
    some = np.flatnonzero(np.isin(keys, keys[dated]) & released)
    releases = frame[Col.RELEASE].iloc[some]
    newest = releases.groupby(keys[some]).transform("max")
    newest_of_key = released.copy()
    newest_of_key[some] = (releases == newest).to_numpy(dtype=bool)
    return newest_of_key


def _keys(frame: pd.DataFrame) -> NDArray[np.int64]:
    """A number for each row, the same where the keys are."""
    keys = np.zeros(len(frame), dtype="int64")
    for name in FIGURE:
        codes, values = frame[name].factorize()
        keys = pd.factorize(keys * len(values) + codes)[0].astype("int64")
    return keys


# The figures: tidy, wide and JSON tables to one frame of observations.
#
# The frame is described in `frames.SENT`. Nothing is changed on the way but the spelling: a share
# written with % is divided by 100.


_NUMBERS: Final = {
    **dict.fromkeys((Col.FIRST, Col.COUNT, Col.ROW, Col.SERVICE_ROW), "int64"),
    **dict.fromkeys((Col.VALUE, Col.SECRET), "float64"),
}


def read_observations(
    sources: Sequence[Source],
    services: Mapping[str, Service],
    config: SiteConfig,
    edition: date | None = None,
    cache: Cache | None = None,
) -> tuple[pd.DataFrame, list[Problem]]:
    """All observations of the submissions as one frame (`frames.SENT`), and every problem.

    A record that cannot be understood in full is left out and reported. Of observations given
    twice alike the first stands; given twice differently, none does, for either may be wrong.
    What a later release has replaced by the day of the edition is left out; without an edition
    everything counts as released.
    """
    problems: list[Problem] = []
    tables = []
    cache = cache or Cache()
    for source in sources:
        inputs = (source, services, config.all_measures, config.budgets)
        table, of_table = cache.of(("table", source.path), inputs, partial(long_table, *inputs))
        problems += of_table
        entering("validate", SUBMISSION, table)
        tables.append(table)
    empty = pd.DataFrame(columns=list(SUBMISSION.columns))
    long = pd.concat(tables, ignore_index=True) if tables else empty
    good = np.ones(len(long), dtype=bool)
    periods, bad, of_periods = parse_periods(long)
    entering("validate", READ_PERIODS, periods)
    good &= ~bad.to_numpy(dtype=bool)
    long["code"] = periods[Col.PERIOD_CODE].fillna("")
    checked = (
        check_services(long, services),
        check_measures(long, config.all_measures),
        check_channels(long, config.all_measures),
    )
    for bad, of_names in checked:
        good &= ~bad.to_numpy(dtype=bool)
        problems += of_names
    problems += of_periods
    private = is_meant_private(long, edition)
    values, bad, of_values = check_values(long, config.all_measures, private)
    entering("validate", READ_VALUES, values)
    problems += blamed(of_values, long[bad])
    release, late = check_releases(long)
    problems += late
    # What cannot be read and was not to be public stays: a secret of which nobody knows the number.
    good &= ~(bad & ~private).to_numpy(dtype=bool)
    values = _made_unknown(values.join(release), bad & private)
    frame = pd.concat([long.drop(columns="code"), periods, values], axis=1)
    frame = frame if good.all() else frame[good]
    frame = frame.drop(columns=Col.PERIOD).rename(columns={Col.PERIOD_CODE: Col.PERIOD})
    frame, repeated = _without_duplicates(newest_release(frame, edition), edition)
    problems += repeated
    frame = frame.astype({Col.UNIT: object, **_NUMBERS})
    if frame.empty:
        # A column of nothing would be one of numbers.
        frame = frame.astype(dict.fromkeys(set(SENT.columns) - set(_NUMBERS), object))
    return in_order(frame[list(SENT.columns)], services), list(dict.fromkeys(problems))


def _made_unknown(frame: pd.DataFrame, rows: pd.Series[bool]) -> pd.DataFrame:
    """The frame, these rows of it as secrets that are never released and have no number."""
    if not rows.any():
        return frame
    new = {Col.VALUE: np.nan, Col.SECRET: np.nan, Col.MARKS: "", Col.RELEASE: NEVER}
    new |= {Col.STATUS: str(Status.CONFIDENTIAL)}
    return frame.assign(**{name: frame[name].mask(rows, blank) for name, blank in new.items()})


def _without_duplicates(
    frame: pd.DataFrame, edition: date | None
) -> tuple[pd.DataFrame, list[Problem]]:
    # Figures of different releases stand beside each other until `policy` takes one of them.
    key = [*FIGURE, Col.RELEASE]
    twice = frame.duplicated(key, keep=False)
    if not twice.any():
        return frame, []
    again = frame[twice]
    groups = again.groupby(key, sort=False)
    first = groups[PLACE].transform("first")
    alike = (groups[Col.VALUE].transform("nunique") <= 1) & (
        groups[Col.STATUS].transform("nunique") == 1
    )
    later = (again[PLACE] != first).any(axis=1)
    later |= again.duplicated([*key, *PLACE])
    problems = [
        Problem(
            file,
            row,
            "PS110",
            column,
            f"{service} {period} {measure}{':' if channel else ''}{channel} again, "
            f"also in {first_file}:{at}",
            "each observation once",
            "delete one of the two; the first stands, for they are alike"
            if same
            else "delete the one that is wrong; until then neither is published",
            service=service,
            measures=(measure,),
            period=period,
        )
        for file, row, column, service, period, measure, channel, first_file, at, same in zip(
            *(again.loc[later, name] for name in (Col.FILE, ROW, Col.COLUMN, *FIGURE)),
            *(first.loc[later, name] for name in PLACE),
            alike[later],
            strict=True,
        )
    ]
    hidden = (again[Col.STATUS] == Status.CONFIDENTIAL) | ~is_released(again[Col.RELEASE], edition)
    # Which of the two is right is not known, but that it is a secret is.
    secret = ~later & ~alike & hidden.groupby([again[name] for name in key]).transform("any")
    frame = frame.drop(index=again.index[(later | ~alike) & ~secret])
    return _made_unknown(frame, secret.reindex(frame.index, fill_value=False)), problems


def in_order(frame: pd.DataFrame, services: Collection[str]) -> pd.DataFrame:
    """Observations in the order of the frame above; of one figure the oldest release first."""
    rank = {service: i for i, service in enumerate(services)}
    texts = [Col.MEASURE, Col.CHANNEL, Col.UNIT]
    codes = [frame[name].factorize(sort=True)[0] for name in texts]
    codes += [frame[name].to_numpy() for name in (Col.COUNT, Col.FIRST)]
    if Col.RELEASE in frame:
        codes.append(frame[Col.RELEASE].factorize(sort=True)[0])
    # Numbers sort much faster than texts; the last key given is the first one sorted by.
    keys = [frame[Col.SERVICE].map(rank).to_numpy(dtype="int64"), *codes]
    return frame.iloc[np.lexsort(keys[::-1])].reset_index(drop=True)
