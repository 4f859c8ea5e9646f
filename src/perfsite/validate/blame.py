"""Which observations a problem is about: those that are left out where it is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from perfsite.errors import Problem


def is_blamed(observations: pd.DataFrame, problems: Iterable[Problem]) -> NDArray[np.bool_]:
    """Whether each observation is of a service, measure and period that a problem names."""
    keys = {
        (problem.service, measure, problem.period)
        for problem in problems
        if problem.period
        for measure in problem.measures
    }
    if not keys:
        return np.zeros(len(observations), dtype=bool)
    mine = pd.MultiIndex.from_frame(observations[["service", "measure", "period"]])
    return np.asarray(mine.isin(list(keys)), dtype=bool)
