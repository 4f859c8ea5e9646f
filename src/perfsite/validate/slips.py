"""What a person may have meant who wrote a figure that does not fit its series."""

from __future__ import annotations

from math import log
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from perfsite.decimals import decimal, exact, grouped, rounded, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from perfsite.errors import Problem
    from perfsite.validate.series import Row

_FITS: Final = log(1.3)
"""How far from its neighbours a figure may be that is proposed."""
_FITS_CLOSELY: Final = log(1.1)
"""The same for a slip that could have made almost any figure."""
_BESIDE: Final = 2
"""The figures on each side that a proposal is held against."""


class Jump(NamedTuple):
    """The position of a figure that jumps, and where its series begins and ends."""

    at: int
    low: int
    high: int


def jump_problem(
    row: Row,
    values: NDArray[np.float64],
    jump: Jump,
    periods: NDArray[np.object_],
    factor: float,
    *,
    counted: bool,
) -> Problem:
    """PS209 of one figure; values and their periods are in order of series and time.

    `counted` tells that it is a count, which is whole.
    """
    value = float(values[jump.at])
    other = jump.at - 1 if jump.at > jump.low else jump.at + 1
    beside = float(values[other])
    about = f"{grouped(value)} in {row.period}, {grouped(beside)} in {periods[other]}"
    lower, higher = sorted((value, beside))
    ratio = f": {times(higher, lower)} times" if lower else ""
    expected = f"figures beside each other that are less than {grouped(factor)} times apart"
    return row.problem(
        "PS209", f"{about}{ratio}", expected, _fix(values, jump, log(factor), counted=counted)
    )


def _fix(values: NDArray[np.float64], jump: Jump, factor: float, *, counted: bool) -> str:
    """How to mend it, with the number that would fit where there is one; never applied."""
    value = float(values[jump.at])
    before = values[max(jump.low, jump.at - _BESIDE) : jump.at]
    after = values[jump.at + 1 : min(jump.high, jump.at + 1 + _BESIDE)]
    if value == 0:
        return "if there were none, leave it; if the figure is missing, write [x]"
    if len(before) and len(after) and after.min() > 0 and max(abs(np.log(after / value))) < factor:
        return "if something else is counted from here on, mark it [b]; else check the figure"
    usual = float(median(before if len(before) else after))
    fit = _fitting(value, usual, counted=counted) if usual > 0 else ""
    return f"{fit or 'check the figure'}; if it is true, say why in the note"


def _fitting(value: float, usual: float, *, counted: bool) -> str:
    """The likeliest slip that would explain a figure where another one is usual, if any."""
    close = [
        (rounded(decimal(apart), 1), order, f"{said} {grouped(number)} would fit")
        for order, (said, number, limit) in enumerate(_slips(value, counted=counted))
        if number > 0 and (apart := abs(log(number / usual))) < limit
    ]
    # Of several the plainest slip, unless another one fits much better.
    return min(close)[2] if close else ""


def _slips(value: float, *, counted: bool) -> Iterator[tuple[str, float, float]]:
    """What may have become this figure by a slip of the hand, and how near it has to come."""
    digits = exact(value)
    shorter = {i: digits[:i] + digits[i + 1 :] for i in range(len(digits)) if digits[i].isdigit()}
    doubled = {text for i, text in shorter.items() if i and digits[i] == digits[i - 1]}
    many = "a digit too many?"
    for text in sorted(doubled - {""}):
        yield many, float(text), _FITS
    for power in (1, 2, 3):
        less = float(decimal(value).scaleb(-power))
        if not counted or less == int(less):
            yield f"{10**power:,} times too large?", less, _FITS
    for power in (1, 2, 3):
        yield f"{10**power:,} times too small?", float(decimal(value).scaleb(power)), _FITS
    if counted:
        for text in sorted(set(shorter.values()) - doubled - {""}):
            yield many, float(text), _FITS_CLOSELY
