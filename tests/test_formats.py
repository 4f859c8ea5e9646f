from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from perfsite import decimals


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_an_exact_figure_reads_back_as_itself(value: float) -> None:
    """The digits of a data file are exactly the number, however small or large."""
    text = decimals.exact(value)

    assert re.fullmatch(r"-?\d+(\.\d+)?", text), text
    assert float(text) == value


@given(st.integers(1, 10**10), st.integers(1, 10**10))
def test_an_exact_ratio_reads_back_as_itself(one: int, other: int) -> None:
    """A share of two counts is published with all its digits."""
    share = min(one, other) / max(one, other)

    assert float(decimals.exact(share)) == share


def test_an_exact_figure_that_is_not_there_is_blank() -> None:
    """A data file never says nan or inf."""
    assert [decimals.exact(x) for x in (float("nan"), float("inf"), -float("inf"))] == ["", "", ""]
