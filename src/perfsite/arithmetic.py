"""Sums, products and quotients of columns, as decimals have them.

None carries the dust of binary fractions: 0.1 + 0.2 is 0.3. Beside them, what is known of a number
that was given in decimals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from perfsite.decimals import EXACT, decimal, decimals, quotient

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_SUM_DIGITS: Final = 15
"""Significant digits of a sum of floats that are sure to be free of dust."""
_SUM_DECIMALS: Final = 6
_SMALL_SUM_DECIMALS: Final = 12


def tidy_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums without the dust of binary fractions: 12 x 0.07 is 0.84, not 0.8400000000000003.

    They are kept to six decimals; those of a billion and more to fifteen significant digits,
    beyond which floats themselves are dust, and those below one to twelve decimals.
    """
    array = np.asarray(values, dtype=np.float64)
    sizes = np.abs(array)
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.floor(np.log10(sizes))
    places = np.clip(_SUM_DIGITS - 1 - powers, 0, _SUM_DECIMALS)
    places[sizes < 1] = _SMALL_SUM_DECIMALS
    tidy = array.copy()
    for count in np.unique(places[np.isfinite(array) & np.isfinite(places)]):
        chosen = places == count
        tidy[chosen] = np.round(array[chosen], int(count))
    return tidy


def products(ones: Iterable[float], others: Iterable[float]) -> NDArray[np.float64]:
    """The products of two columns, as decimals have them: 0.0659 x 3 is 0.1977. NaN stays NaN."""
    left, right = _columns(ones, others)
    results = left * right
    for at in np.flatnonzero(np.isfinite(results) & ~(_whole(left) & _whole(right))):
        results[at] = float(EXACT.multiply(decimal(left[at]), decimal(right[at])))
    return results


def quotients(ones: Iterable[float], others: Iterable[float]) -> NDArray[np.float64]:
    """The quotients of two columns, as decimals have them. NaN where there is nothing to divide by.

    Whole numbers need no decimals: a quotient of two is the float that is nearest to it already.
    """
    dividend, divisor = _columns(ones, others)
    nonzero = np.where(divisor == 0, np.nan, divisor)
    results = dividend / nonzero
    for at in np.flatnonzero(np.isfinite(results) & ~(_whole(dividend) & _whole(divisor))):
        results[at] = float(quotient(decimal(dividend[at]), decimal(divisor[at])))
    return results


def half_steps(values: Iterable[float], least: int) -> NDArray[np.float64]:
    """Half a unit of the last decimal of each number, taken to have been given to `least` at least.

    A number is known so far, up or down, and no further. NaN has NaN.
    """
    array = np.fromiter(values, dtype=np.float64)
    halves = np.full(len(array), np.nan)
    distinct, where = np.unique(array[np.isfinite(array)], return_inverse=True)
    steps = [5 * 10.0 ** -(max(least, decimals(decimal(value))) + 1) for value in distinct]
    halves[np.isfinite(array)] = np.array([float(f"{step:.0e}") for step in steps])[where]
    return halves


def _columns(
    ones: Iterable[float], others: Iterable[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.fromiter(ones, dtype=np.float64), np.fromiter(others, dtype=np.float64)


def _whole(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which numbers are whole, and small enough that every whole number up to them is a float."""
    return np.asarray((np.abs(values) < 2.0**53) & (values == np.floor(values)))
