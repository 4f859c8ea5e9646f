"""The formulas of KPIs: which forms they have, and each way of adding up over whole columns."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

import numpy as np
import pandas as pd

from perfsite.decimals import half_steps, products, quotients, tidy_sum
from perfsite.kpis import Adding
from perfsite.measures import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.kpis import Kpi

_DECIMALS: Final = {Kind.CURRENCY: 2, Kind.SHARE: 2}
"""To how many decimals a stated figure is known at least: pennies, and hundredths of a whole."""


class Formula(StrEnum):
    """How a figure comes from its terms, which are those of `forms`, in their order."""

    AMOUNT = "amount"  # the terms added up: counts, or sums of money
    RATIO = "ratio"  # the terms of the numerator added up, divided by those of the denominator
    PRODUCT = "product"  # the first term times the sum of the others
    POOLED = "pooled"  # the mean of counts of answers, from 0 for the worst to 1 for the best
    STATED = "stated"  # the one term: the service gave the ratio itself


def forms(kpi: Kpi) -> dict[Formula, tuple[str, ...]]:
    """The forms of a KPI's formula and their parts.

    The first whose parts are all there is used, as in `figures`.
    """
    stated = {Formula.STATED: (kpi.stated,)} if kpi.stated else {}
    match kpi.adding:
        case Adding.SUM:
            return {Formula.AMOUNT: kpi.numerator}
        case Adding.PRODUCT:
            given = {Formula.AMOUNT: kpi.numerator} if kpi.numerator else {}
            return {**given, Formula.PRODUCT: (kpi.stated, *kpi.denominator)}
        case Adding.RATIO:
            return {Formula.RATIO: kpi.operands, **stated}
        case Adding.POOLED:
            return {Formula.POOLED: kpi.numerator, **stated}
        case _:
            assert_never(kpi.adding)


def apply(kpi: Kpi, wide: pd.DataFrame) -> pd.DataFrame:
    """A KPI from a frame with a column for each part, as its entry says that it adds up.

    The answer has the index of `wide` and `value, numerator, denominator, withheld, uncertain`. The
    last is how far the value may be off, up or down, in its own unit: 0 where it is made of counts
    and of amounts as they were given.
    """
    top, bottom = sides(kpi, wide)
    stated = _part(wide, kpi.stated)
    share = kpi.kind is Kind.SHARE
    match kpi.adding:
        case Adding.SUM:
            return _amount(top)
        case Adding.PRODUCT:
            doubt = _times(_doubt(stated, kpi.kind), bottom)
            return _amount(top.fillna(_times(stated, bottom)), doubt.where(top.isna()))
        case Adding.RATIO if kpi.weighted:
            ratio = _ratio(top.fillna(_times(stated, bottom)), bottom, stated, share=share)
            # Where only the ratio was given it is the figure, not its product divided again.
            given = stated.notna() & top.isna()
            doubt = _doubt(stated, kpi.kind).where(given).fillna(0.0)
            return ratio.assign(value=ratio["value"].mask(given, stated), uncertain=doubt)
        case Adding.RATIO | Adding.POOLED:
            ratio = _ratio(top, bottom, stated, share=share)
            made = ratio["numerator"].notna() | ratio["value"].isna()
            return ratio.assign(uncertain=_doubt(stated, kpi.kind).mask(made).fillna(0.0))
        case _:
            assert_never(kpi.adding)


def given_to(values: pd.Series, kind: Kind, *, adds_up: bool) -> pd.Series:
    """How far figures of a measure may be off. Counts and what adds up are taken at their word."""
    if kind is Kind.SHARE or (kind is Kind.CURRENCY and not adds_up):
        return _doubt(values, kind).fillna(0.0)
    return pd.Series(0.0, index=values.index)


def _doubt(stated: pd.Series, kind: Kind) -> pd.Series:
    """How far what was stated may be off: half a unit of the last digit that was given.

    An amount is taken to be given to the penny, a share to the whole per cent, or finer. A share
    of nothing or of all is taken at its word.
    """
    doubt = pd.Series(half_steps(stated, _DECIMALS.get(kind, 0)), index=stated.index)
    return doubt.mask(stated.isin((0, 1)), 0.0) if kind is Kind.SHARE else doubt


def sides(kpi: Kpi, wide: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What stands above and below the line, from the frame of `apply`; missing where a part is.

    Of a sum there is nothing below, of a product what is multiplied by.
    """
    match kpi.adding:
        case Adding.SUM | Adding.RATIO | Adding.PRODUCT:
            return _sum(kpi.numerator, wide), _sum(kpi.denominator, wide)
        case Adding.POOLED:
            return _pooled([_part(wide, name) for name in kpi.numerator])
        case _:
            assert_never(kpi.adding)


def operands(kpi: Kpi, wide: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What stands above and below the line, each where it is there by itself.

    Where only a ratio that counts as a numerator was given, what is above is that times what is
    below.
    """
    top, bottom = sides(kpi, wide)
    if kpi.weighted:
        top = top.fillna(_times(_part(wide, kpi.stated), bottom))
    return top, bottom


def _pooled(counts: Sequence[pd.Series]) -> tuple[pd.Series, pd.Series]:
    """Points above the worst answer, and the most that there could be, of the answers together.

    For five answers that is (mean rating from 1 to 5 - 1) / 4. All counts are needed.
    """
    nothing = pd.Series(0.0, index=counts[0].index)
    points = sum((i * count for i, count in enumerate(counts)), start=nothing)
    return points, (len(counts) - 1) * sum(counts, start=nothing)


def _part(wide: pd.DataFrame, name: str) -> pd.Series:
    return wide[name] if name in wide else pd.Series(np.nan, index=wide.index)


def _sum(names: Sequence[str], wide: pd.DataFrame) -> pd.Series:
    """The sum of parts, missing where one of them is; of no parts it is missing."""
    if not names:
        return pd.Series(np.nan, index=wide.index)
    first, *others = (_part(wide, name) for name in names)
    if not others:
        return first
    added = sum(others, start=first)
    return pd.Series(tidy_sum(added.to_numpy(dtype=float)), index=wide.index)


def _times(each: pd.Series, number: pd.Series) -> pd.Series:
    return pd.Series(products(each, number), index=each.index)


def _ratio(
    numerator: pd.Series, denominator: pd.Series, stated: pd.Series, *, share: bool
) -> pd.DataFrame:
    """A sum over a sum where both are known, else what was stated.

    A share above one is withheld: one of its two figures must be wrong, and nobody but the
    service knows which. With nothing to divide by, there is no ratio.
    """
    known = numerator.notna() & (denominator > 0)
    value = pd.Series(quotients(numerator, denominator.where(known)), index=numerator.index)
    withheld = numerator > denominator if share else pd.Series(data=False, index=value.index)
    value = value.mask(withheld).where(known | withheld, stated)
    # Both were given, but nothing was counted: 0 of 0 is no ratio, whatever was stated.
    value = value.mask(numerator.notna() & (denominator == 0))
    return pd.DataFrame(
        {
            "value": value,
            "numerator": numerator.where(known | withheld),
            "denominator": denominator.where(known | withheld),
            "withheld": withheld,
        }
    )


def _amount(value: pd.Series, uncertain: pd.Series | None = None) -> pd.DataFrame:
    doubt = 0.0 if uncertain is None else uncertain.fillna(0.0)
    return pd.DataFrame(
        {
            "value": value,
            "numerator": value,
            "denominator": np.nan,
            "withheld": False,
            "uncertain": doubt,
        }
    )
