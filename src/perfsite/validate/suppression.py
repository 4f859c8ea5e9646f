"""Confidential figures that the published ones around them give away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.measures import Aggregation
from perfsite.model import Status
from perfsite.periods import Unit
from perfsite.validate.given import SPAN, records
from perfsite.validate.overlaps import tiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.errors import Problem
    from perfsite.measures import Measure
    from perfsite.validate.given import Given

_TOTAL_AND_TWO: Final = 3
"""A lone channel below a total is not all that there is: the rest stays unknown."""


def check_suppression(given: Given, measures: Mapping[str, Measure]) -> list[Problem]:
    """PS215: a confidential figure that the published ones around it give away.

    Of a total and its channels, or of a longer period and the shorter ones that tile it, exactly
    one is confidential and all others are published. The longer figure, or the total, is blamed;
    where that is the confidential one, the last of the others. What could be worked out is not
    said.
    """
    adding = [key for key, one in measures.items() if one.aggregation is Aggregation.SUM]
    rows = given.rows[given.rows["measure"].isin(adding)]
    secret = rows["status"] == Status.CONFIDENTIAL
    concerned = rows.loc[secret, ["service", "measure"]].drop_duplicates()
    if concerned.empty:
        return []
    mine = pd.MultiIndex.from_frame(rows[["service", "measure"]])
    rows = rows[mine.isin(pd.MultiIndex.from_frame(concerned))]
    return [*_by_channels(rows), *_by_periods(rows)]


def _by_channels(rows: pd.DataFrame) -> list[Problem]:
    key = ["service", "measure", *SPAN]
    rows = rows[rows["status"] != Status.NOT_APPLICABLE]
    rows = rows.assign(secret=rows["status"] == Status.CONFIDENTIAL, total=rows["channel"] == "")
    groups = rows.groupby(key, sort=False)
    figures = groups.agg(
        n=("secret", "size"),
        secrets=("secret", "sum"),
        known=("provided", "sum"),
        totals=("total", "sum"),
    )
    open_ = figures[
        (figures["totals"] == 1)
        & (figures["secrets"] == 1)
        & (figures["known"] == figures["n"] - 1)
        & (figures["n"] >= _TOTAL_AND_TWO)
    ]
    if open_.empty:
        return []
    shown = rows[rows["provided"]].merge(open_.reset_index()[key], on=key)
    # The total stands first in its group, for its channel is blank.
    blamed = shown.drop_duplicates(key)
    hidden = rows[rows["secret"]].merge(open_.reset_index()[key], on=key).set_index(key)
    return [
        row.problem(
            "PS215",
            f"{row.measure} of {_who(channel)} in {row.period} is confidential, and the others "
            "that make or share the total are published",
            "two confidential figures, or a total that is confidential too",
            "write [c] for this one, or for another channel, too",
        )
        for row, channel in zip(
            records(blamed),
            hidden.loc[pd.MultiIndex.from_frame(blamed[key]), "channel"],
            strict=True,
        )
    ]


def _who(channel: str) -> str:
    return f"the channel {channel}" if channel else "all channels"


def _by_periods(rows: pd.DataFrame) -> list[Problem]:
    rows = rows[rows["provided"] | (rows["status"] == Status.CONFIDENTIAL)]
    secret = rows["status"] == Status.CONFIDENTIAL
    counts = rows.loc[rows["unit"] == Unit.MONTH, "count"].unique()
    lengths = sorted({int(count) for count in counts} - {1})
    # Sums of ones and zeros count the confidential figures of a tiling.
    found = tiled(rows.assign(value=secret.astype(float)), lengths)
    longer = rows.loc[found["at"]]
    inside = found["summed"].to_numpy()
    hidden = secret.loc[found["at"]].to_numpy()
    gives_away = longer[~hidden & (inside == 1)]
    given_away = longer[hidden & (inside == 0)]
    expected = "two confidential figures, or a longer period that is confidential too"
    problems = [
        row.problem(
            "PS215",
            f"one of the shorter periods of {row.period} is confidential, and all others are "
            "published",
            expected,
            "write [c] for this one, or for another of the shorter periods, too",
        )
        for row in records(gives_away)
    ]
    for row, group, end in zip(
        records(given_away), given_away["group"], given_away["end"], strict=True
    ):
        last = rows[(rows["group"] == group) & (rows["end"] == end) & ~secret]
        problems += [
            shorter.problem(
                "PS215",
                f"{row.period} is confidential, and all shorter periods of it are published",
                expected,
                "write [c] for this one, and for another of the shorter periods, too",
            )
            for shorter in list(records(last))[:1]
        ]
    return problems
