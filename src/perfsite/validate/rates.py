"""Ratings that do not add up, and stated rates against the counts that they were made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

import numpy as np
import pandas as pd

from perfsite.decimals import decimal, grouped, rounded, tidy_sum
from perfsite.errors import Problem
from perfsite.formulas import sides
from perfsite.kpis import KPIS, Adding
from perfsite.measures import RATINGS, Kind, name_of
from perfsite.model import Status, place_of
from perfsite.parts import KEY
from perfsite.validate.blame import first_rows
from perfsite.validate.series import code_of, records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.parts import Parts
    from perfsite.validate.series import Given

_HALF_A_PENNY: Final = 0.005
"""An amount of money is stated in pennies; this is how far rounding takes it."""
_DUST: Final = 1e-9
_ALL: Final = [*KEY, "channel"]
_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}


def check_rates(given: Given, parts: Parts, tolerance: float) -> list[Problem]:
    """PS208: rates that differ from their counts, of the same service, period and channel.

    A share may differ by `tolerance` in points of share, an amount by that share of itself; a
    rate of more than 1 is a part above its whole (PS201).
    """
    rates = [kpi for kpi in KPIS.values() if kpi.is_ratio and kpi.stated]
    needed = {part for kpi in rates for part in kpi.parts}
    rows = given.rows
    if not rows["measure"].isin([kpi.stated for kpi in rates]).any():
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
    for kpi in rates:
        stated = rows[(rows["measure"] == kpi.stated) & rows["provided"]]
        mine = values[values["part"].isin(kpi.operands)]
        if stated.empty or set(mine["part"]) != set(kpi.operands):
            continue
        wide = mine.pivot(index=_ALL, columns="part", values="value").dropna()
        if wide.empty:
            continue
        above, below = sides(kpi, wide)
        ratio = (above / below).where(below > 0).rename("ratio").reset_index()
        both = stated.merge(ratio, on=_ALL, how="inner")
        found = both[_differ(both["value"], both["ratio"], kpi.kind, tolerance)]
        problems += [
            row.problem(
                "PS208",
                f"{grouped(value)} as stated; {_worked_out(number)} is {kpi.words.counts} "
                f"in {row.period}",
                f"a {row.name} that follows from its counts",
                "send the right figures; leave the stated rate out, for it is worked out",
            )
            for row, value, number in zip(
                records(found), found["value"], found["ratio"], strict=True
            )
        ]
    return problems


def _differ(stated: pd.Series, ratio: pd.Series, kind: Kind, tolerance: float) -> pd.Series[bool]:
    """Which stated rates are not what their counts make, but for what rounding does to them."""
    apart = (stated - ratio).abs()
    match kind:
        case Kind.SHARE:
            return (apart > tolerance + _DUST) & (ratio <= 1)
        case Kind.CURRENCY:
            return (apart > tolerance * ratio + _DUST) & (apart > _HALF_A_PENNY + _DUST)
        case Kind.COUNT | Kind.SECONDS | Kind.MILLISECONDS | Kind.NUMBER:
            return apart > tolerance * ratio.abs() + _DUST
        case _:
            assert_never(kind)


def _worked_out(number: float) -> str:
    """A quotient to six decimals: it may have no end."""
    return grouped(float(rounded(decimal(number), 6)))


def check_ratings(given: Given, parts: Parts) -> list[Problem]:
    """PS207: periods with only some of the answers that are pooled, or more than transactions.

    A rating that is confidential or not applicable is accounted for.
    """
    pooled = [kpi.numerator for kpi in KPIS.values() if kpi.adding is Adding.POOLED]
    incomplete = (problem for names in pooled for problem in _incomplete(given.rows, names))
    return [*incomplete, *_too_many(given.rows, parts.frame)]


def _incomplete(rows: pd.DataFrame, names: tuple[str, ...]) -> list[Problem]:
    rows = rows[rows["measure"].isin(names)]
    if rows.empty:
        return []
    status = rows.pivot(index=_ALL, columns="measure", values="status").reindex(columns=list(names))
    there = (status == Status.PROVIDED).to_numpy()
    lacking = (status.isna() | (status == Status.NOT_PROVIDED)).to_numpy()
    some = np.asarray(there.any(axis=1) & lacking.any(axis=1), dtype=bool)
    if not some.any():
        return []
    chosen = status.index[some].to_frame(index=False).assign(at=np.flatnonzero(some))
    firsts = rows[rows["provided"]].drop_duplicates(_ALL)
    found = firsts.merge(chosen, on=_ALL)
    # A rating that was given as missing has a row of its own, which is the one to mend.
    blanks = rows[rows["status"] == Status.NOT_PROVIDED]
    keys = blanks[["service", "period", "channel", "measure"]].itertuples(index=False, name=None)
    own = dict(zip(keys, blanks["source"], strict=True))
    return [
        Problem(
            *place_of(own.get((row.service, row.period, row.channel, missing[0]), row.source)),
            "PS207",
            name_of(missing[0], row.channel),
            f"no {_listed(missing)} beside {_listed(given)} in {row.period}",
            f"all {_NUMBERS.get(len(names), len(names))} ratings of a period, or none",
            "send the others; write 0 where nobody gave that answer",
            service=row.service,
            measures=tuple(given),
            period=row.period,
        )
        for row, missing, given in (
            (
                row,
                [name for name, out in zip(names, lacking[at], strict=True) if out],
                [name for name, is_in in zip(names, there[at], strict=True) if is_in],
            )
            for row, at in zip(records(found), found["at"], strict=True)
        )
    ]


def _too_many(rows: pd.DataFrame, parts: pd.DataFrame) -> list[Problem]:
    rows = rows[rows["measure"].isin(RATINGS)]
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
    firsts = first_rows(rows, RATINGS, over, ())
    return [
        Problem(
            *place_of(firsts[key].source),
            "PS207",
            firsts[key].name,
            f"{grouped(number)} answers of {grouped(all_)} transactions in {code_of(*key[1:])}",
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
