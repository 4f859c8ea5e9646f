"""Figures that are not public today: suppressed, under embargo, or held back for another's sake.

They are taken out right after they were read. No later stage of a build ever sees them, so nothing
that it makes can depend on them; `leaks` checks the finished files all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.model import FIGURE, Status
from perfsite.policy.frames import is_one_of
from perfsite.policy.suppression import EMBARGOED, SUPPRESSED
from perfsite.validate.observations import is_newest, is_released
from perfsite.validate.submissions import NEVER

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from perfsite.model import Key

SECRETS: Final = (*FIGURE, "value", "why", "until", "source")
"""The columns of the one frame of all that is not public today.

`value` is NaN where nobody told perfsite the number, `why` is one of the words below, `until` the
day from which on the figure is public, blank where there is none.
"""
HELD_BACK: Final = "held back"


def release(observations: pd.DataFrame, edition: date | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What may be published on a day, and what may not; without a day there is no embargo.

    `observations` is the frame of `read_observations`, with `secret` and `release`.

    Returns:
        The frame without these two columns and without rows under embargo; and the secrets, with
        the columns of `SECRETS`, those under embargo last.
    """
    public = observations[is_newest(observations, edition)]
    released = is_released(observations["release"], edition)
    lost = (observations["release"] == NEVER).to_numpy(dtype=bool)
    hidden = observations[(observations["status"] == Status.CONFIDENTIAL) & ~lost]
    known = observations["status"] == Status.PROVIDED
    early = observations[
        ~released & (known | (lost & (observations["status"] == Status.CONFIDENTIAL)))
    ]
    days = early["release"].mask(early["release"] == NEVER, "")
    secrets = pd.concat(
        [
            hidden.assign(value=hidden["secret"], why=SUPPRESSED, until=""),
            early.assign(value=early["value"].fillna(early["secret"]), why=EMBARGOED, until=days),
        ],
        ignore_index=True,
    )[list(SECRETS)]
    columns = ["secret", "release"]
    return public.drop(columns=columns).reset_index(drop=True), secrets


def hold_back(
    observations: pd.DataFrame, keys: Collection[Key]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make figures confidential that would give others away.

    Returns:
        The observations, these figures without number, marks and note; and the secrets that they
        are now, with the columns of `SECRETS`.
    """
    mine = is_one_of(observations, keys)
    held = observations[mine].assign(why=HELD_BACK, until="")
    frame = observations.assign(
        value=observations["value"].mask(mine),
        status=np.where(mine, str(Status.CONFIDENTIAL), observations["status"]),
        marks=observations["marks"].mask(mine, ""),
        # A note is a sentence about the number, and may tell it.
        note=observations["note"].mask(mine, ""),
    )
    return frame, held[list(SECRETS)]


def waiting(secrets: pd.DataFrame) -> dict[str, int]:
    """How many figures wait for each day, the days in their order."""
    days = secrets.loc[secrets["until"] != "", "until"].value_counts().sort_index()
    return {str(day): int(number) for day, number in days.items()}
