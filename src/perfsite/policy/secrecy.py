"""Figures that are known and must not be published: suppressed, or under embargo.

They are taken out right after they were read. No later stage of a build ever sees them, so nothing
that it makes can depend on them; `leaks` checks the finished files all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.model import FIGURE, Status
from perfsite.validate.releases import is_newest, is_released

if TYPE_CHECKING:
    from datetime import date

SECRETS: Final = (*FIGURE, "value", "why")
SUPPRESSED: Final = "suppressed"
EMBARGOED: Final = "embargoed"


def release(observations: pd.DataFrame, edition: date | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What may be published on a day, and what may not; without a day there is no embargo.

    `observations` is the frame of `read_observations`, with `secret` and `release`.

    Returns:
        The frame without these two columns and without rows under embargo; and the secrets, with
        the columns of `SECRETS`: `why` is "suppressed" or "embargoed".
    """
    public = observations[is_newest(observations, edition)]
    suppressed = observations[observations["secret"].notna()]
    early = observations[~is_released(observations["release"], edition)]
    early = early[early["status"] == Status.PROVIDED]
    secrets = pd.concat(
        [
            suppressed.assign(value=suppressed["secret"], why=SUPPRESSED),
            early.assign(why=EMBARGOED),
        ],
        ignore_index=True,
    )[list(SECRETS)]
    columns = ["secret", "release"]
    return public.drop(columns=columns).reset_index(drop=True), secrets
