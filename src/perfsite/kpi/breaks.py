"""Breaks in a series ([b]): which figures cannot be compared with those of a year before."""

from __future__ import annotations

from typing import Final

import pandas as pd

from perfsite.kpi.inputs import periods_of
from perfsite.kpis import KPIS

_YEAR_BACK: Final = 364
"""The figure a year before starts so many days earlier (52 weeks), or a day or two more."""


def across_a_break(frame: pd.DataFrame, parts: pd.DataFrame) -> pd.Series[bool]:
    """Which rows of a frame of figures lie beyond a break from the figure a year before.

    `frame` has `service, kpi, start, end` and an index without repetitions, as the frame of
    `figures`; `parts` is that of `parts`. The answer has the index of `frame`.
    """
    marked = parts[parts["broken"]]
    starts = [period.start.toordinal() for period in periods_of(marked)]
    made_of = pd.DataFrame(
        [(kpi.id, part) for kpi in KPIS.values() for part in kpi.parts], columns=["kpi", "part"]
    )
    breaks = marked.assign(at=starts)[["service", "part", "at"]].merge(made_of, on="part")
    heads = frame[["service", "kpi", "start", "end"]].assign(place=frame.index)
    met = heads.merge(breaks, on=["service", "kpi"])
    between = met[(met["at"] > met["start"] - _YEAR_BACK) & (met["at"] <= met["end"])]
    return pd.Series(frame.index.isin(between["place"]), index=frame.index)
