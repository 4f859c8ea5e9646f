"""Embargoes: from which day on a figure may be published.

A row with a date in `release_at` is published from that day on. Blank is no embargo. What cannot
be read is an error, and its row is left out: an embargo must never end because of a slip.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.model import FIGURE
from perfsite.tables import ROW, read_table
from perfsite.validate.submissions import CONFIDENTIAL, NEVER, RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from perfsite.model import Source

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
    wrong = [one for one in text.unique() if one and not is_day(one)]
    bad = text.isin(wrong)
    problems = [
        Problem(
            file,
            row,
            "PS119",
            RELEASE,
            A_NUMBER if _FIGURE.fullmatch(found) else found[:80],
            "a date as 2018-09-20, or nothing",
            _fix(found),
            service=service,
            measures=(measure,) if measure else (),
        )
        for file, row, found, service, measure in zip(
            *(long.loc[bad, name] for name in ("file", ROW)),
            text[bad],
            *(long.loc[bad, name] for name in ("service", "measure")),
            strict=True,
        )
    ]
    return text.mask(bad, NEVER).rename("release"), list(dict.fromkeys(problems))


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


def _fix(found: str) -> str:
    if match := _WITH_TIME.fullmatch(found):
        return f"write the day alone: {match[1]}; figures are released by the day"
    if _DAY_FIRST.fullmatch(found):
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
    known = release.isin([one for one in release.unique() if not one or is_day(one)])
    spellings = pd.Series(long["value"].unique(), dtype=object)
    marked = spellings[spellings.str.contains(CONFIDENTIAL).astype(bool)]
    return ~(known & is_released(release, edition)) | long["value"].isin(list(marked))


def newest_release(frame: pd.DataFrame, edition: date | None) -> pd.DataFrame:
    """The rows without those that a later release has taken the place of.

    Of the rows of one key (`FIGURE`) that may be published on the day of the edition, only those of
    the newest release remain; no date of release is the oldest. Rows that are still under embargo
    remain beside them, and so do suppressed numbers that were replaced: both are secrets, which
    `perfsite.policy` takes out. Where several rows of a key have one and the same release, all
    remain: that is a figure given twice.

    `frame` has the columns of `FIGURE`, `release` and `secret`; its index is kept.
    """
    superseded = is_released(frame["release"], edition) & ~is_newest(frame, edition)
    if not superseded.any():
        return frame
    return frame[~superseded | frame["secret"].notna().to_numpy(dtype=bool)]


def is_newest(frame: pd.DataFrame, edition: date | None) -> NDArray[np.bool_]:
    """Which rows may be published on a day and have the newest release of their key."""
    released = is_released(frame["release"], edition)
    dated = frame["release"].to_numpy(dtype=object) != ""
    if not dated.any():
        return released
    keys = _keys(frame)
    # Only a key that has a date can have two releases.
    some = np.flatnonzero(np.isin(keys, keys[dated]) & released)
    releases = frame["release"].iloc[some]
    newest = releases.groupby(keys[some]).transform("max")
    found = released.copy()
    found[some] = (releases == newest).to_numpy(dtype=bool)
    return found


def _keys(frame: pd.DataFrame) -> NDArray[np.int64]:
    """A number for each row, the same where the keys are."""
    keys = np.zeros(len(frame), dtype="int64")
    for name in FIGURE:
        codes, values = frame[name].factorize()
        keys = pd.factorize(keys * len(values) + codes)[0].astype("int64")
    return keys
