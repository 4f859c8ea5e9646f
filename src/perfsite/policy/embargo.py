"""The figures that are not public today, in one frame.

Suppressed, under embargo, or held back for another's sake.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.frames import SECRETS, SENT, Col, entering
from perfsite.model import FIGURE, Status
from perfsite.policy.suppression import EMBARGOED, SUPPRESSED
from perfsite.validate.observations import in_order, is_newest, is_released
from perfsite.validate.submissions import NEVER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from perfsite.model import Key, Service


# What the parts of the policy do with frames of observations: keys, files, order.


_EDITION: Final = re.compile(r"^editions/([0-9]{4}-[0-9]{2}-[0-9]{2})/")
_SHEET: Final = re.compile(r"(\.(?:xlsx|ods))/.*$", re.IGNORECASE)


def is_one_of(frame: pd.DataFrame, keys: Collection[Key]) -> NDArray[np.bool_]:
    """Which rows have one of these keys."""
    if not keys or frame.empty:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(_index(frame).isin(list(keys)), dtype=bool)


def is_given_in(frame: pd.DataFrame, reference: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows have a key that a row of the other frame has."""
    if frame.empty or reference.empty:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(_index(frame).isin(_index(reference)), dtype=bool)


def _index(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[FIGURE].astype(object))


def is_from(frame: pd.DataFrame, parts: Collection[tuple[str, str]]) -> NDArray[np.bool_]:
    """Which rows first came from one of these files and services."""
    if not parts or frame.empty:
        return np.zeros(len(frame), dtype=bool)
    keys = pd.MultiIndex.from_arrays([files_of(frame), frame[Col.SERVICE].astype(object)])
    return np.asarray(keys.isin(list(parts)), dtype=bool)


def has_mark(frame: pd.DataFrame, mark: str) -> NDArray[np.bool_]:
    """Which rows carry this mark."""
    marks = frame[Col.MARKS].astype(object)
    return marks.isin([letters for letters in marks.unique() if mark in letters]).to_numpy(
        dtype=bool
    )


def keys_of(frame: pd.DataFrame) -> set[Key]:
    """The keys of all rows."""
    return set(zip(*(frame[name].tolist() for name in FIGURE), strict=True))


def files_of(frame: pd.DataFrame) -> pd.Series[str]:
    """The file that each row first came from; that of a carried row is not an edition."""
    files = frame[Col.FILE]
    first = {file: whole_file(_EDITION.sub("", file)) for file in files.unique()}
    return files.map(first).astype(object)


def whole_file(path: str) -> str:
    """The file of a path that may lead to a sheet of a workbook: sheets come and go with others."""
    return _SHEET.sub(r"\1", path)


def editions_of(frame: pd.DataFrame) -> pd.Series[str]:
    """The date of the edition that each carried row comes from, as text; empty for any other."""
    files = frame[Col.FILE]
    matches = ((file, _EDITION.match(file)) for file in files.unique())
    return files.map({file: match[1] if match else "" for file, match in matches}).astype(object)


def joined(
    observations: pd.DataFrame, added: pd.DataFrame, services: Mapping[str, Service]
) -> pd.DataFrame:
    """Observations and some more, in the order of `read_observations`."""
    if added.empty:
        return observations
    columns = list(observations.columns)
    kinds = dict(observations.dtypes)
    frame = pd.concat([observations.astype(object), added[columns].astype(object)])
    return in_order(frame.astype(kinds), services)


# Figures that are not public today: suppressed, under embargo, or held back for another's sake.
#
# They are taken out right after they were read. No later stage of a build ever sees them, so
# nothing that it makes can depend on them; `leaks` checks the finished files all the same.


HELD_BACK: Final = "held back"


def release(observations: pd.DataFrame, edition: date | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What may be published on a day, and what may not; without a day there is no embargo.

    `observations` is the frame of `read_observations`, with `secret` and `release`.

    Returns:
        The frame without these two columns and without rows under embargo; and the secrets, with
        the columns of `frames.SECRETS`, those under embargo last.
    """
    entering("policy", SENT, observations)
    public = observations[is_newest(observations, edition)]
    released = is_released(observations[Col.RELEASE], edition)
    lost = (observations[Col.RELEASE] == NEVER).to_numpy(dtype=bool)
    hidden = observations[(observations[Col.STATUS] == Status.CONFIDENTIAL) & ~lost]
    provided = observations[Col.STATUS] == Status.PROVIDED
    early = observations[
        ~released & (provided | (lost & (observations[Col.STATUS] == Status.CONFIDENTIAL)))
    ]
    days = early[Col.RELEASE].mask(early[Col.RELEASE] == NEVER, "")
    secrets = pd.concat(
        [
            hidden.assign(value=hidden[Col.SECRET], why=SUPPRESSED, until=""),
            early.assign(
                value=early[Col.VALUE].fillna(early[Col.SECRET]), why=EMBARGOED, until=days
            ),
        ],
        ignore_index=True,
    )[list(SECRETS.columns)]
    columns = [Col.SECRET, Col.RELEASE]
    return public.drop(columns=columns).reset_index(drop=True), secrets


def hold_back(
    observations: pd.DataFrame, keys: Collection[Key]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make figures confidential that would give others away.

    Returns:
        The observations, these figures without number, marks and note; and the secrets that they
        are now, with the columns of `frames.SECRETS`.
    """
    is_held = is_one_of(observations, keys)
    held = observations[is_held].assign(why=HELD_BACK, until="")
    frame = observations.assign(
        value=observations[Col.VALUE].mask(is_held),
        status=np.where(is_held, str(Status.CONFIDENTIAL), observations[Col.STATUS]),
        marks=observations[Col.MARKS].mask(is_held, ""),
        # A note is a sentence about the number, and may tell it.
        note=observations[Col.NOTE].mask(is_held, ""),
    )
    return frame, held[list(SECRETS.columns)]


def waiting(secrets: pd.DataFrame) -> dict[str, int]:
    """How many figures wait for each day, the days in their order."""
    days = secrets.loc[secrets[Col.UNTIL] != "", Col.UNTIL].value_counts().sort_index()
    return {str(day): int(number) for day, number in days.items()}
