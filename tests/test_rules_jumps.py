from __future__ import annotations

from math import sin
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.config import Checks
from properties import fewer
from rule_tools import found, month, months, only

if TYPE_CHECKING:
    from collections.abc import Sequence

CALM: list[float | str] = [1200, 1250, 1190, 1240, 1300, 1280, 1310, 1290, 1270, 1330]


def jumps(values: Sequence[float | str], **more: object) -> list[tuple[str, str]]:
    """The period and the fix of each figure of a monthly series that jumps."""
    problems = only(found(months(values), **more), "PS209")  # type: ignore[arg-type]
    assert all(p.service == "alpha" and p.measures == ("transactions",) for p in problems)
    return [(problem.period, problem.fix) for problem in problems]


def with_one(at: int, value: float | str) -> list[float | str]:
    """A calm series with this figure at one place."""
    return [value if i == at else one for i, one in enumerate(CALM)]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (13000, "a digit too many? 1,300 would fit"),
        (12450, "10 times too large? 1,245 would fit"),
        (11300, "a digit too many? 1,300 would fit"),
        (122_000, "100 times too large? 1,220 would fit"),
        (1_250_000, "1,000 times too large? 1,250 would fit"),
        (125, "10 times too small? 1,250 would fit"),
        (13, "100 times too small? 1,300 would fit"),
        (40_321, "check the figure"),
        (0, "write [x]"),
    ],
)
def test_a_spike_is_said_once_with_the_number_that_would_fit(value: float, says: str) -> None:
    """It is said at the spike, not again on the way back."""
    ((period, fix),) = jumps(with_one(5, value))

    assert period == month(5)
    assert says in fix


def test_the_message_has_both_figures_and_how_far_apart_they_are() -> None:
    """Numbers have separators, and how far they are apart has three figures and no exponent."""
    (problem,) = found(months(with_one(5, 128_000)))

    assert problem.row == 7
    assert problem.found == f"128,000 in {month(5)}, 1,300 in {month(4)}: 98.5 times"
    assert "3 times" in problem.expected
    (problem,) = found(months(with_one(5, 1_290_000_000)))
    assert problem.found.endswith(": 992,000 times")


@pytest.mark.parametrize("at", [0, 1, 8, 9])
def test_a_spike_at_either_end_is_found(at: int) -> None:
    """The first figure is held against the second, and the last one counts at once."""
    assert [period for period, _ in jumps(with_one(at, 13000))] == [month(at)]


def test_two_spikes_are_two() -> None:
    """Among nine figures one does not hide the other, whichever way they go."""
    values = with_one(3, 13000)[:9]
    values[6] = 0

    assert [period for period, _ in jumps(values)] == [month(3), month(6)]


def test_a_new_level_is_said_once_and_may_be_marked_as_a_break() -> None:
    """The fix speaks of a break, and where [b] stands nothing is said."""
    values: list[float | str] = [*CALM[:5], 6100, 6200, 6050, 6150, 6100]

    ((period, fix),) = jumps(values)
    assert period == month(5)
    assert "[b]" in fix
    values[5] = "6100[b]"
    assert jumps(values) == []


def test_five_figures_are_too_few() -> None:
    """What is usual cannot be told from less than six."""
    assert jumps([1200, 1250, 13000, 1190, 1240]) == []
    assert len(jumps([1200, 1250, 13000, 1190, 1240, 1230])) == 1


def test_the_factor_is_the_sites() -> None:
    """A figure four times as large is a jump, unless the site says five."""
    values = with_one(5, 5000)

    assert len(jumps(values)) == 1
    assert jumps(values, checks=Checks(jump_factor=5)) == []
    assert jumps(with_one(5, 3000)) == []
    assert len(jumps(with_one(5, 3000), checks=Checks(jump_factor=2))) == 1


def test_a_restless_series_may_move() -> None:
    """Where figures double and halve all the time, a threefold one is nothing special."""
    values = [1000, 2100, 900, 2300, 1100, 3500, 1000, 2000, 950, 2200]

    assert jumps(values) == []
    assert len(jumps(values, checks=Checks(jump_deviations=0.5))) > 0


def test_seasons_are_quiet() -> None:
    """Each January is ten times any other month; one that comes in June is not a season."""
    values: list[float | str] = [(12000 if i % 12 == 0 else 1200) + 31 * (i % 5) for i in range(36)]
    assert jumps(values) == []
    values[17] = 12000
    assert [period for period, _ in jumps(values)] == [month(17)]


def test_small_counts_move_by_chance() -> None:
    """4 after 20 is nothing; 400 after 2,000 is."""
    few = [20, 18, 22, 19, 4, 21, 20, 19]

    assert jumps(few) == []
    assert len(jumps([100 * one for one in few])) == 1


def test_what_begins_may_grow() -> None:
    """Zeros before the first figure are no fall, and the first rise is no jump."""
    assert jumps([0, 0, 150, *CALM, *CALM]) == []
    assert jumps([0, 0, *CALM, *CALM]) == []


def test_series_that_are_often_zero_are_let_be() -> None:
    """Where three of ten figures are zero, that is no news; where one of ten is, it is."""
    assert jumps([500, 510, 0, 0, 0, 505, 495, 500, 510, 490]) == []
    assert len(jumps([500, 510, 0, 520, 480, 505, 495, 500, 510, 490])) == 1


def test_a_jump_of_the_total_is_not_said_again_of_its_channels() -> None:
    """A channel that jumps alone is named."""
    rows = [f"{month(i)} {v} {float(v) - 200:g} 200" for i, v in enumerate(with_one(5, 13000))]
    header = "period transactions transactions:digital transactions:phone"
    problems = only(found("\n".join([header, *rows])), "PS209")
    assert [p.column for p in problems] == ["transactions"]

    rows = [f"{month(i)} {200 if i != 5 else 9000}" for i in range(10)]
    problems = only(found("\n".join(["period transactions:phone", *rows])), "PS209")
    assert [p.column for p in problems] == ["transactions:phone"]


def test_a_share_and_an_amount_may_jump_too() -> None:
    """A completion rate of a tenth, and a cost a hundred times too large."""
    rates = [0.88, 0.87, 0.89, 0.088, 0.88, 0.9, 0.87]
    costs = [2.5, 2.4, 2.6, 250, 2.5, 2.45, 2.55]
    (rate,) = only(found(months(rates, name="completion_rate")), "PS209")
    (cost,) = only(found(months(costs, name="cost_per_transaction")), "PS209")

    assert "10 times too small? 0.88 would fit" in rate.fix
    assert "100 times too large? 2.5 would fit" in cost.fix


@fewer(2, because="each example is worked out from its rows to its groups")
@given(
    st.integers(200, 10**7),
    st.lists(st.floats(0.85, 1.18), min_size=12, max_size=40),
    st.floats(0, 0.5),
)
def test_a_series_that_only_breathes_never_jumps(
    size: int, noise: list[float], season: float
) -> None:
    """Noise of a sixth and a season of half never make a problem."""
    values: list[float | str] = [
        round(size * one * (1 + season * sin(i / 2))) for i, one in enumerate(noise)
    ]

    assert jumps(values) == []


@fewer(2, because="each example is worked out from its rows to its groups")
@given(st.integers(500, 10**6), st.lists(st.floats(0.95, 1.05), min_size=9, max_size=30), st.data())
def test_a_digit_too_many_is_always_found(
    size: int, noise: list[float], data: st.DataObject
) -> None:
    """One figure ten times too large is found, wherever it stands, and what would fit is right."""
    values: list[float | str] = [round(size * one) for one in noise]
    at = data.draw(st.integers(0, len(values) - 1))
    true = values[at]
    values[at] = f"{true}0"

    ((period, fix),) = jumps(values)
    assert period == month(at)
    assert "would fit" in fix
