"""The formulas of KPIs over whole columns: each way of adding up, by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import numpy as np
import pandas as pd

from perfsite.kpis import Adding
from perfsite.measures import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.kpis import Kpi


def apply(kpi: Kpi, wide: pd.DataFrame) -> pd.DataFrame:
    """A KPI from a frame with a column for each part, as its entry says that it adds up.

    The answer has the index of `wide` and `value, numerator, denominator, withheld`.
    """
    top, bottom = sides(kpi, wide)
    stated = _part(wide, kpi.stated)
    share = kpi.kind is Kind.SHARE
    match kpi.adding:
        case Adding.SUM:
            return _amount(top)
        case Adding.PRODUCT:
            return _amount(top.fillna(_times(stated, bottom)))
        case Adding.RATIO if kpi.weighted:
            ratio = _ratio(top.fillna(_times(stated, bottom)), bottom, stated, share=share)
            # Where only the ratio was given it is the figure, not its product divided again.
            return ratio.assign(value=ratio["value"].mask(stated.notna() & top.isna(), stated))
        case Adding.RATIO | Adding.POOLED:
            return _ratio(top, bottom, stated, share=share)
        case _:
            assert_never(kpi.adding)


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
    return sum(others, start=first)


def _times(each: pd.Series, number: pd.Series) -> pd.Series:
    # 0.0659 x 3 is 0.19769999999999999 in floats: sixteenths of a penny are nobody's figure.
    return (each * number).round(6)


def _ratio(
    numerator: pd.Series, denominator: pd.Series, stated: pd.Series, *, share: bool
) -> pd.DataFrame:
    """A sum over a sum where both are known, else what was stated.

    A share above one is withheld: one of its two figures must be wrong, and nobody but the
    service knows which. With nothing to divide by, there is no ratio.
    """
    known = numerator.notna() & (denominator > 0)
    value = (numerator / denominator.where(known)).where(known)
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


def _amount(value: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {"value": value, "numerator": value, "denominator": np.nan, "withheld": False}
    )
