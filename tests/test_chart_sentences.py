from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perfsite.charts.sentences import (
    compared_count,
    compared_level,
    compared_target,
    level_sentence,
    meets,
    panel_sentence,
    service_lead,
    treemap_sentence,
)
from perfsite.language import Language
from perfsite.measures import MeasureKind
from perfsite.periods import Period
from printed import could_be, counts, is_true, pairs, periods, shares, when

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH = Language("en-GB")
YEAR = Period.parse("2016-10/2017-09")
LEVELS: Mapping[str, str] = {
    "digital_take_up": "{figure} of transactions were digital {when}",
    "completion_rate": "{figure} of transactions started were completed {when}",
    "user_satisfaction": "User satisfaction was {figure} {when}",
    "availability": "The online service was available {figure} of the time {when}",
    "cost_per_transaction": "A transaction cost {figure} {when}",
}
OTHERS = st.sampled_from(list(LEVELS))
LOWER_IS_BETTER = ("cost_per_transaction", "total_cost")


def taken_apart(text: str, pattern: str, period: Period) -> tuple[str, str]:
    """The figure and the comparison of a sentence that must have no other words than these."""
    form = re.escape(pattern).replace(r"\{figure\}", "(.+?)").replace(r"\{when\}", when(period))
    match = re.fullmatch(f"{form}(?:, (.+))?".replace(r"\ ", " "), text)
    assert match, text
    return match[1], match[2] or ""


def is_number_of_transactions(text: str, value: float) -> bool:
    """Whether words such as `3.29 million transactions` are true of a number."""
    if value == 0:
        return text == "No transactions"
    word = "transaction" if value == 1 else "transactions"
    return text.endswith(f" {word}") and could_be(text.removesuffix(f" {word}"), value)


@given(pairs)
@example((1_004_999, 999_500))
@example((1, 100_000))
@example((1_996, 1_000))
@example((10_050, 9_950))
def test_a_comparison_of_counts_is_true(pair: tuple[int, int]) -> None:
    """Direction and size are those of the counts, and a clear difference is always told."""
    now, before = pair
    text = compared_count(ENGLISH, now, before)

    assert is_true(text, now, before), text
    if before and abs(now - before) > before * 0.0006:
        assert "same" not in text


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (145, 100, "45% more than a year before"),
        (55, 100, "45% fewer than a year before"),
        (200, 100, "100% more than a year before"),
        (100, 100, "the same as a year before"),
        (100_040, 100_000, "about the same as a year before"),
        (100_100, 100_000, "0.1% more than a year before"),
        (104, 100, "4.0% more than a year before"),
        (5, 0, "up from none a year before"),
        (0, 12_345, "down from 12,300 a year before"),
        (0, 0, "the same as a year before"),
        (300, 100, "3.0 times as many as a year before"),
        (1, 100_000, "99.999% fewer than a year before"),
        (4, 1_000, "99.6% fewer than a year before"),
        (8, 5, "up from 5 a year before"),
        (2, 19, "down from 19 a year before"),
        (1_000_000, 5, "up from 5 a year before"),
        (993_049_000, 1_000, "993,000 times as many as a year before"),
        (1_996, 1_000, "99.6% more than a year before"),
        (100, None, ""),
    ],
)
def test_counts_are_compared_in_words(now: int, before: int | None, text: str) -> None:
    """From nothing and to nothing there is no percentage, and without a figure no comparison."""
    assert compared_count(ENGLISH, now, before) == text


@given(shares, shares, st.sampled_from([MeasureKind.SHARE, MeasureKind.CURRENCY]))
def test_a_comparison_of_levels_is_true(now: float, before: float, kind: MeasureKind) -> None:
    """Up or down is said where the figures differ and the printed ones do too, and only there."""
    scale = 1 if kind is MeasureKind.SHARE else 40
    now, before = now * scale, before * scale
    text = compared_level(ENGLISH, now, before, kind)

    assert is_true(text, now, before, kind), text
    if abs(now - before) > 0.011:
        assert text.startswith("up from" if now > before else "down from")


@given(OTHERS, shares, st.none() | shares, periods)
def test_a_sentence_of_a_level_is_true(
    kpi: str, now: float, before: float | None, period: Period
) -> None:
    """It says the figure, its period and the comparison, and nothing else."""
    kind = MeasureKind.CURRENCY if kpi == "cost_per_transaction" else MeasureKind.SHARE
    text = level_sentence(ENGLISH, kpi, now, before, period)
    figure, comparison = taken_apart(text, LEVELS[kpi], period)

    assert could_be(figure, now), text
    assert figure.startswith("£") == (kind is MeasureKind.CURRENCY)
    assert is_true(comparison, now, before, kind), text
    assert text[0] == text[0].upper()


@given(OTHERS, shares, shares, periods)
@example("digital_take_up", 0.7996, 0.8, YEAR)
def test_a_sentence_with_a_target_says_whether_it_is_met(
    kpi: str, now: float, target: float, period: Period
) -> None:
    """Lower is better for what a transaction costs, higher for all else, and equal is met."""
    text = level_sentence(ENGLISH, kpi, now, 0.123, period, target)
    figure, clause = taken_apart(text, LEVELS[kpi], period)
    match = re.fullmatch(r"which (meets|misses|just misses) the target of (.+)", clause)
    met = now <= target if kpi in LOWER_IS_BETTER else now >= target

    assert could_be(figure, now)
    assert match, text
    assert (match[1] == "meets") == met
    assert could_be(match[2], target)
    if match[1] == "just misses":
        assert abs(now - target) < 0.011


@given(counts, counts)
def test_more_transactions_are_on_the_better_side_of_a_target(now: int, target: int) -> None:
    """A target of transactions is reached from below, one of the whole cost from above."""
    assert meets("transactions_per_year", now, target) == (now >= target)
    assert meets("total_cost", now, target) == (now <= target)
    clause = compared_target(ENGLISH, now, target, "transactions_per_year")
    assert clause.startswith("which meets") == (now >= target)


@given(counts, st.none() | counts, periods)
@example(1, 0, YEAR)
@example(0, 5, YEAR)
def test_a_sentence_of_transactions_is_true(now: int, before: int | None, period: Period) -> None:
    """The count is printed as everywhere, none is `No transactions`, and one is one."""
    text = level_sentence(ENGLISH, "transactions_per_year", now, before, period)
    figure, comparison = taken_apart(text, "{figure} {when}", period)

    assert is_number_of_transactions(figure, now), text
    assert is_true(comparison, now, before), text


@given(counts, st.none() | counts, st.integers(1, 1700), periods)
def test_a_sentence_of_a_group_is_true_and_of_the_same_services(
    now: int, before: int | None, services: int, period: Period
) -> None:
    """A trend of a group is always of the same services, and says how many."""
    text = panel_sentence(ENGLISH, "transactions_per_year", now, before, services, period)
    who = "the one service" if services == 1 else f"the same {services:,} services"
    figure, comparison = taken_apart(text, f"{{figure}} at {who} {{when}}", period)

    assert is_number_of_transactions(figure, now), text
    assert is_true(comparison, now, before), text


@given(shares, st.none() | shares, st.integers(1, 1700), periods)
def test_a_sentence_of_a_groups_take_up_is_true(
    now: float, before: float | None, services: int, period: Period
) -> None:
    """The share, the services and the comparison are those of the panel."""
    text = panel_sentence(ENGLISH, "digital_take_up", now, before, services, period)
    who = "the one service" if services == 1 else f"the same {services:,} services"
    pattern = f"{{figure}} of transactions at {who} were digital {{when}}"
    figure, comparison = taken_apart(text, pattern, period)

    assert could_be(figure, now), text
    assert is_true(comparison, now, before, MeasureKind.SHARE), text


@given(shares, periods)
def test_a_sentence_of_a_treemap_says_the_share_of_the_largest(
    share: float, period: Period
) -> None:
    """The name, the share, the group and the period stand in it as they are."""
    of_group = treemap_sentence(ENGLISH, "Self Assessment", share, period, "HMRC")
    of_all = treemap_sentence(ENGLISH, "Self Assessment", share, period)

    pattern = "Self Assessment had {figure} of the transactions of HMRC {when}"
    assert could_be(taken_apart(of_group, pattern, period)[0], share)
    pattern = "Self Assessment had {figure} of all transactions {when}"
    assert could_be(taken_apart(of_all, pattern, period)[0], share)


@given(st.none() | counts, st.none() | st.tuples(shares, st.none() | shares), periods, periods)
def test_a_lead_is_true(
    number: int | None, share: tuple[float, float | None] | None, first: Period, second: Period
) -> None:
    """It says what there is of transactions and take-up, each with its period."""
    text = service_lead(
        ENGLISH,
        None if number is None else (number, first),
        None if share is None else (share[0], second, share[1]),
    )
    if share is None:
        said = text.removesuffix(".")
        figure = taken_apart(said, "{figure} {when}", first)[0] if said else ""
        assert (figure == "") == (number is None)
        assert number is None or is_number_of_transactions(figure, number)
        return
    if number is not None and first == second:
        start, rest = text.removesuffix(".").split(f" {when(first)}, ", 1)
        figure, _, comparison = rest.partition(" of them digital")
        assert is_number_of_transactions(start, number), text
        comparison = comparison.removeprefix(", ")
    else:
        if number is not None:
            start, text = text.split(f" {when(first)}. ", 1)
            assert is_number_of_transactions(start, number), text
        pattern = LEVELS["digital_take_up"]
        figure, comparison = taken_apart(text.removesuffix("."), pattern, second)
    assert could_be(figure, share[0]), text
    assert is_true(comparison, share[0], share[1], MeasureKind.SHARE), text


def test_a_lead_names_a_period_once() -> None:
    """Transactions and take-up of one period are one sentence; of two periods both are named."""
    other = Period.parse("2017")

    assert service_lead(ENGLISH, (1_234_567, YEAR), (0.884, YEAR, 0.8)) == (
        "1.23 million transactions in the year to September 2017, "
        "88.4% of them digital, up from 80.0% a year before."
    )
    assert service_lead(ENGLISH, (5, YEAR), (0.5, other, None)).count(" in ") == 2
    lead = service_lead(ENGLISH, None, (0.0001, YEAR, None))
    assert lead.startswith("Less than 0.1% of transactions")
    assert service_lead(ENGLISH, None, None) == ""
