"""Figures of one service held against each other, period by period.

What is found here is published as given and marked; the ratio that would be wrong is withheld by
`kpi`. Years against their parts are compared in `windows`, where the sums are made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from perfsite.decimals import grouped
from perfsite.errors import Problem
from perfsite.formulas import sides
from perfsite.kpis import KPIS
from perfsite.model import place_of
from perfsite.parts import KEY
from perfsite.validate.blame import first_rows
from perfsite.validate.series import code_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from perfsite.parts import Parts


def check_consistency(
    observations: pd.DataFrame, parts: Parts, digital: Collection[str]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Mark parts that are larger than their wholes, and report channels that do not add up.

    `digital` are the digital channels. A problem names the row of the part that is too large, or
    of the total that is not the sum of its channels.

    Returns:
        The observations with a boolean column `flagged`, and PS201 and PS203 problems.
    """
    wide = parts.frame.pivot(index=KEY, columns="part", values="value")
    keys = pd.MultiIndex.from_frame(observations[KEY])
    flagged = pd.Series(data=False, index=observations.index)
    problems: list[Problem] = []
    for kpi in KPIS.values():
        if not kpi.may_exceed or kpi.words.exceeds is None:
            continue
        name, whole = kpi.words.exceeds
        above, below = sides(kpi, wide)
        over = pd.DataFrame({"above": above, "below": below})[above > below]
        measures = list(dict.fromkeys(part.partition(":")[0] for part in kpi.operands))
        involved = keys.isin(over.index) & observations["measure"].isin(measures).to_numpy()
        flagged |= involved
        named = first_rows(observations, kpi.numerator, over.index, digital)
        problems += [
            Problem(
                *place_of(named[key].source),
                "PS201",
                named[key].name,
                f"{grouped(row['above'])} {name} of {grouped(row['below'])} {whole} "
                f"in {code_of(*key[1:])}",
                f"no more {name} than {whole}",
                "send the right figures; these are published and marked, their ratio is withheld",
                service=str(key[0]),
                measures=tuple(measures),
                period=code_of(*key[1:]),
            )
            for key, row in zip(over.index, over.to_dict("records"), strict=True)
        ]
    for measure, rows in parts.mismatches.groupby("measure"):
        mine = observations[(observations["measure"] == measure) & (observations["channel"] == "")]
        places = _places(mine)
        problems += [
            Problem(
                *places[(row["service"], row["unit"], row["count"], row["first"])],
                "PS203",
                str(measure),
                f"{grouped(row['stated'])} in all, {grouped(row['summed'])} in its channels",
                "a total that is the sum of its channels",
                "send the right figures; the total is used as it was given",
                service=row["service"],
                measures=(str(measure),),
                period=code_of(row["unit"], row["count"], row["first"]),
            )
            for row in rows.to_dict("records")
        ]
    return observations.assign(flagged=flagged), problems


def _places(observations: pd.DataFrame) -> dict[tuple[object, ...], tuple[str, int]]:
    """File and row of the observation of each service and period."""
    keys = observations[KEY].itertuples(index=False, name=None)
    return dict(zip(keys, map(place_of, observations["source"]), strict=True))
