"""Ratings that do not add up, and stated rates against the counts that they were made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.formats import exact
from perfsite.measures import DIGITAL, RATINGS
from perfsite.model import Status, place_of
from perfsite.parts import KEY, tidy_sum
from perfsite.validate.given import code_of, name_of, records

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from perfsite.parts import Parts
    from perfsite.validate.given import Given

_HALF_A_PENNY: Final = 0.005
"""An amount of money is stated in pennies; this is how far rounding takes it."""
_DUST: Final = 1e-9
_ALL: Final = [*KEY, "channel"]


class _Rate(NamedTuple):
    """A rate that can be stated: what it is over what, of a frame with a column for each part."""

    parts: tuple[str, ...]
    over: Callable[[pd.DataFrame], tuple[pd.Series, pd.Series]]
    words: str
    money: bool = False


def _satisfaction(wide: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    ratings = [wide[name] for name in RATINGS]
    points = pd.concat([i * rating for i, rating in enumerate(ratings)], axis=1)
    answers = pd.concat(ratings, axis=1)
    return points.sum(axis=1, skipna=False), 4 * answers.sum(axis=1, skipna=False)


_RATES: Final = {
    "user_satisfaction": _Rate(RATINGS, _satisfaction, "the ratings"),
    "completion_rate": _Rate(
        ("completed", "started"),
        lambda wide: (wide["completed"], wide["started"]),
        "completed divided by started",
    ),
    "digital_take_up": _Rate(
        (DIGITAL, "transactions"),
        lambda wide: (wide[DIGITAL], wide["transactions"]),
        "digital transactions divided by transactions",
    ),
    "availability": _Rate(
        ("uptime", "downtime"),
        lambda wide: (wide["uptime"], wide["uptime"] + wide["downtime"]),
        "uptime divided by uptime and downtime",
    ),
    "cost_per_transaction": _Rate(
        ("cost", "transactions"),
        lambda wide: (wide["cost"], wide["transactions"]),
        "cost divided by transactions",
        money=True,
    ),
}


def check_rates(given: Given, parts: Parts, tolerance: float) -> list[Problem]:
    """PS208: rates that differ from their counts, of the same service, period and channel.

    A share may differ by `tolerance` in points of share, an amount by that share of itself; a
    rate of more than 1 is a part above its whole (PS201).
    """
    needed = [*_RATES, *{part for rate in _RATES.values() for part in rate.parts}]
    rows = given.rows
    if not rows["measure"].isin(list(_RATES)).any():
        return []
    of_channels = rows[(rows["channel"] != "") & rows["measure"].isin(needed) & rows["provided"]]
    whole = parts.frame[parts.frame["part"].isin(needed) & parts.frame["value"].notna()]
    values = pd.concat(
        [
            whole.assign(channel="")[[*_ALL, "part", "value"]],
            of_channels.rename(columns={"measure": "part"})[[*_ALL, "part", "value"]],
        ],
        ignore_index=True,
    )
    problems: list[Problem] = []
    for measure, rate in _RATES.items():
        stated = rows[(rows["measure"] == measure) & rows["provided"]]
        mine = values[values["part"].isin(rate.parts)]
        if stated.empty or set(mine["part"]) != set(rate.parts):
            continue
        wide = mine.pivot(index=_ALL, columns="part", values="value").dropna()
        if wide.empty:
            continue
        above, below = rate.over(wide)
        ratio = (above / below).where(below > 0).rename("ratio").reset_index()
        both = stated.merge(ratio, on=_ALL, how="inner")
        apart = (both["value"] - both["ratio"]).abs()
        if rate.money:
            wrong = (apart > tolerance * both["ratio"] + _DUST) & (apart > _HALF_A_PENNY + _DUST)
        else:
            wrong = (apart > tolerance + _DUST) & (both["ratio"] <= 1)
        found = both[wrong]
        problems += [
            row.problem(
                "PS208",
                f"{exact(value)} as stated; {exact(round(number, 6))} is {rate.words} "
                f"in {row.period}",
                f"a {row.name} that follows from its counts",
                "send the right figures; leave the stated rate out, for it is worked out",
            )
            for row, value, number in zip(
                records(found), found["value"], found["ratio"], strict=True
            )
        ]
    return problems


def check_ratings(given: Given, parts: Parts) -> list[Problem]:
    """PS207: periods with only some of the five ratings, or with more answers than transactions.

    A rating that is confidential or not applicable is accounted for.
    """
    rows = given.rows[given.rows["measure"].isin(RATINGS)]
    if rows.empty:
        return []
    return [*_incomplete(rows), *_too_many(rows, parts.frame)]


def _incomplete(rows: pd.DataFrame) -> list[Problem]:
    status = rows.pivot(index=_ALL, columns="measure", values="status").reindex(columns=RATINGS)
    there = (status == Status.PROVIDED).to_numpy()
    lacking = (status.isna() | (status == Status.NOT_PROVIDED)).to_numpy()
    some = np.asarray(there.any(axis=1) & lacking.any(axis=1), dtype=bool)
    if not some.any():
        return []
    chosen = status.index[some].to_frame(index=False).assign(at=np.flatnonzero(some))
    firsts = rows[rows["provided"]].drop_duplicates(_ALL)
    found = firsts.merge(chosen, on=_ALL)
    return [
        Problem(
            *place_of(row.source),
            "PS207",
            name_of(missing[0], row.channel),
            f"no {_listed(missing)} beside {_listed(given)} in {row.period}",
            "all five ratings of a period, or none",
            "send the others; write 0 where nobody gave that answer",
            service=row.service,
            measures=tuple(given),
            period=row.period,
        )
        for row, missing, given in (
            (
                row,
                [name for name, out in zip(RATINGS, lacking[at], strict=True) if out],
                [name for name, is_in in zip(RATINGS, there[at], strict=True) if is_in],
            )
            for row, at in zip(records(found), found["at"], strict=True)
        )
    ]


def _too_many(rows: pd.DataFrame, parts: pd.DataFrame) -> list[Problem]:
    known = parts[parts["part"].isin([*RATINGS, "transactions"]) & parts["value"].notna()]
    wide = known.pivot(index=KEY, columns="part", values="value").reindex(
        columns=[*RATINGS, "transactions"]
    )
    answers = tidy_sum(wide[list(RATINGS)].sum(axis=1).to_numpy())
    total = wide["transactions"].to_numpy(dtype=float)
    above = answers > total
    over = wide.index[above]
    if over.empty:
        return []
    firsts = rows.drop_duplicates(KEY)
    keys = firsts[KEY].itertuples(index=False, name=None)
    sources = dict(zip(keys, firsts["source"], strict=True))
    return [
        Problem(
            *place_of(sources[key]),
            "PS207",
            "rating_1",
            f"{exact(number)} answers of {exact(all_)} transactions in {code_of(*key[1:])}",
            "no more answers than transactions",
            "check the period and the channel of both; send the right figures",
            service=key[0],
            measures=(*RATINGS, "transactions"),
            period=code_of(*key[1:]),
        )
        for key, number, all_ in zip(
            over,
            answers[above],
            total[above],
            strict=True,
        )
    ]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
