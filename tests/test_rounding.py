from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perfsite.arithmetic import half_steps, products, quotients, tidy_sum
from perfsite.decimals import (
    decimal,
    decimals,
    exact,
    fixed,
    grouped,
    known_places,
    rounded,
    significant,
    times,
    upwards,
)

floats = st.floats(-1e15, 1e15, allow_nan=False)
pence = st.integers(0, 10**10)


def by_hand(text: str, places: int) -> str:
    """A number that is spelt out, rounded digit by digit: what comes after decides, 5 goes up."""
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, rest = text.partition(".")
    rest = rest.ljust(places + 1, "0")
    kept = int(whole + rest[:places]) + (rest[places] >= "5")
    digits = str(kept).rjust(places + 1, "0")
    written = f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}".rstrip(".")
    return sign + written if kept else written


@given(floats, st.integers(0, 8))
@example(0.125, 2)
@example(-0.125, 2)
@example(1.005, 2)
@example(2.5, 0)
@example(1e-9, 2)
def test_a_half_is_rounded_away_from_zero_at_every_place(value: float, places: int) -> None:
    """As one does it on paper with the digits that are printed, not with binary fractions."""
    number = rounded(decimal(value), places)

    assert f"{number:f}".removeprefix("-" if not number else "x") == by_hand(exact(value), places)


@given(st.integers(-(10**12), 10**12), st.integers(1, 6))
def test_whole_numbers_are_rounded_to_tens_and_hundreds(value: int, power: int) -> None:
    """Places below zero are those before the point."""
    unit = 10**power
    expected = (abs(value) + unit // 2) // unit * unit * (1 if value >= 0 else -1)

    assert rounded(Decimal(value), -power) == expected


@pytest.mark.parametrize(
    ("value", "figures", "text"),
    [
        (1234.5, 3, "1230"),
        (999_500, 3, "1000000"),
        (0.0065, 1, "0.007"),
        (0.00649, 1, "0.006"),
        (12.0, 3, "12.0"),
        (5, 3, "5.0"),
    ],
)
def test_significant_figures_are_counted_from_the_first_digit(
    value: float, figures: int, text: str
) -> None:
    """Of what has fewer figures nothing is made up."""
    assert f"{significant(decimal(value), figures):f}" == text


@given(st.lists(pence, min_size=1, max_size=60))
def test_a_sum_of_amounts_has_no_dust(amounts: list[int]) -> None:
    """Added up in floats and tidied, amounts in pounds and pence are what they are in pence."""
    total = float(np.sum([amount / 100 for amount in amounts]))

    assert Decimal(exact(float(tidy_sum(np.array([total]))[0]))) == Decimal(sum(amounts)) / 100


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.07] * 12, "0.84"),
        ([0.1, 0.2, -0.3], "0"),
        ([3e-7] * 12, "0.0000036"),
        ([1e9 + 0.01] * 52, "52000000000.52"),
        ([2.0**52, 1], "4503599627370497"),
    ],
)
def test_sums_are_tidy_at_every_size(values: list[float], text: str) -> None:
    """What is small is not lost, what is large keeps its pence, and whole numbers stay whole."""
    assert exact(float(tidy_sum(np.array([sum(values)]))[0])) == text


def test_what_is_no_number_stays_none() -> None:
    """Missing is never zero."""
    assert np.isnan(tidy_sum(np.array([np.nan, 1.0]))).tolist() == [True, False]
    assert np.isnan(products([np.nan, 2.0], [1.0, 2.0])).tolist() == [True, False]
    assert np.isnan(quotients([1.0, np.nan, 1.0], [0.0, 2.0, 2.0])).tolist() == [True, True, False]
    assert np.isnan(half_steps([np.nan, 2.0], 2)).tolist() == [True, False]


@given(st.integers(0, 10**6), st.integers(0, 5), st.integers(0, 10**9))
def test_a_product_is_that_of_the_decimals(digits: int, places: int, count: int) -> None:
    """0.0659 x 3 is 0.1977, as on paper."""
    each = Decimal(digits).scaleb(-places)
    made = products([float(each)], [float(count)])[0]

    assert made == float(each * count)
    assert float(exact(float(made))) == made


@given(st.integers(0, 10**12), st.integers(1, 10**9))
@example(3206593, 3868019 * 100)
def test_a_quotient_is_the_float_nearest_to_the_exact_one(amount: int, count: int) -> None:
    """Of pounds and pence over a count, with no detour over a float that is only near them."""
    made = quotients([amount / 100], [float(count)])[0]

    assert made == float(Fraction(amount, 100 * count))


def test_an_amount_made_of_a_unit_cost_gives_it_back() -> None:
    """The example has £0.00829 a transaction, 3,868,019 of them: no 0.008289999999999999."""
    total = products([0.00829], [3868019.0])

    assert exact(total[0]) == "32065.87751"
    assert exact(quotients(total, [3868019.0])[0]) == "0.00829"


@pytest.mark.parametrize(
    ("uncertain", "places"),
    [
        (0, None), (0.005, 2), (0.01, 2), (0.011, 1), (0.5, 0), (1, 0), (1.1, -1), (10, -1),
        (686_636.245, -6), (0.1 + 0.2 - 0.2, 1), (0.00005, 4),
    ],
)  # fmt: skip
def test_a_number_is_known_to_a_unit_no_smaller_than_what_is_uncertain(
    uncertain: float, places: int | None
) -> None:
    """The unit is a power of ten; dust of the sum that it is makes it no larger."""
    assert known_places(decimal(uncertain)) == places


@given(st.floats(1e-9, 1e12))
def test_the_known_unit_is_the_smallest_that_is_not_too_small(uncertain: float) -> None:
    """Ten times less would be less than what is uncertain."""
    places = known_places(decimal(uncertain))
    assert places is not None
    unit = Fraction(10) ** -places

    assert unit * (1 + Fraction(1, 10**11)) >= Fraction(uncertain)
    assert unit / 10 < Fraction(uncertain) * (1 + Fraction(1, 10**11))


def test_half_a_unit_of_the_last_digit_is_uncertain() -> None:
    """An amount is given to the penny at least, a share to the whole per cent."""
    assert half_steps([12.0, 0.5, 0.07, 0.0659, 0.00625], 2).tolist() == [
        0.005, 0.005, 0.005, 0.00005, 0.000005,
    ]  # fmt: skip


@given(st.floats(1e-6, 1e12))
def test_upwards_never_falls_short(value: float) -> None:
    """A number that is "less than" what is printed has to be."""
    most = upwards(decimal(value))

    assert most >= decimal(value)
    assert len(most.as_tuple().digits) <= 2
    assert most <= 2 * decimal(value)


def test_decimals_are_those_that_are_needed() -> None:
    """Zeros at the end are none."""
    assert [decimals(Decimal(text)) for text in ("0.50", "50", "5E+3", "0.0659")] == [1, 0, 0, 4]


def test_numbers_of_messages_have_separators_and_no_exponent() -> None:
    """A message is English, and rounds as everything does."""
    assert [grouped(x) for x in (1e22, 12_345.678, 1e-7, 1200.0, 0.1 + 0.2, -1200)] == [
        "10,000,000,000,000,000,000,000", "12,345.678", "0.0000001", "1,200",
        "0.3", "-1,200",
    ]  # fmt: skip
    assert [times(*pair) for pair in ((1e9, 1007), (31, 10), (1300, 1240), (0.07, 0.01))] == [
        "993,000", "3.1", "1.05", "7",
    ]  # fmt: skip
    assert [fixed(12_345.25, 1), fixed(1e7, 0), fixed(0.5, 0)] == ["12,345.3", "10,000,000", "1"]
