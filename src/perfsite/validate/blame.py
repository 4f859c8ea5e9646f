"""Which observations a problem is about: the row that it names, and what an error leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perfsite.measures import DIGITAL
from perfsite.model import Status
from perfsite.parts import KEY
from perfsite.periods import Period, Unit
from perfsite.validate.series import Row, records

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from perfsite.errors import Problem

Key = tuple[str, str, int, int]
"""A service and a period, as `KEY` has them."""


def first_rows(
    observations: pd.DataFrame, parts: Iterable[str], keys: Iterable[Key], digital: Collection[str]
) -> dict[Key, Row]:
    """The row of the first of these parts that each key has one of (`rows_of_part`)."""
    found: dict[Key, Row] = {}
    wanted = list(keys)
    for part in parts:
        left = [key for key in wanted if key not in found]
        if left:
            found |= rows_of_part(observations, part, left, digital)
    return found


def rows_of_part(
    observations: pd.DataFrame, part: str, keys: Iterable[Key], digital: Collection[str]
) -> dict[Key, Row]:
    """The observation that a part stands in, or the first of those that it was added up from.

    `digital` are the digital channels. A part of a period that nobody gave a figure for is added
    up from shorter ones: then it is the first of these. What was added up has the name of the
    part, for no column has its figure. What is not found has no entry.
    """
    measure, _, channel = part.partition(":")
    mine = observations[
        (observations["measure"] == measure) & (observations["status"] == Status.PROVIDED)
    ]
    if part == DIGITAL:
        mine = mine[mine["channel"].isin(list(digital))]
    wanted = list(keys)
    exact = mine[pd.MultiIndex.from_frame(mine[KEY]).isin(wanted)]
    found: dict[Key, Row] = {}
    # The figure of all channels stands first, for its channel is blank.
    for key, row in zip(exact[KEY].itertuples(index=False, name=None), records(exact), strict=True):
        if key not in found:
            found[key] = row
        elif found[key].channel:
            found[key] = replace(found[key], channel=channel)
    for key in wanted:
        if key not in found:
            shorter = _within(mine[mine["service"] == key[0]], key)
            rows = (replace(row, channel=channel) for row in records(shorter[:1]))
            found |= dict(zip([key], rows, strict=False))
    return found


def _within(rows: pd.DataFrame, key: Key) -> pd.DataFrame:
    """The rows whose periods lie within that of a key."""
    _, unit, count, first = key
    period = Period(Unit(unit), int(first), int(count))
    found = [Period.parse(code) for code in rows["period"]]
    inside = [period.start <= one.start and one.end <= period.end for one in found]
    return rows[np.array(inside, dtype=bool)]


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
