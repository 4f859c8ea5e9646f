from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perfsite.charts.sentences import (
    compared_count,
    compared_level,
    level_sentence,
    panel_sentence,
    service_lead,
    transactions_sentence,
)
from perfsite.formats import long_count, money, percent
from perfsite.measures import Kind
from perfsite.periods import Period

YEAR = Period.parse("2016-10/2017-09")
LEVELS = (
    "digital_take_up",
    "completion_rate",
    "user_satisfaction",
    "availability",
    "cost_per_transaction",
)

counts = st.integers(0, 5_000_000_000)
near = st.tuples(counts, st.integers(-60_000, 60_000)).map(lambda p: (p[0], max(0, p[0] + p[1])))
pairs = st.one_of(st.tuples(counts, counts), near)
shares = st.one_of(st.floats(0, 1), st.integers(0, 1000).map(lambda n: n / 1000))

UP = re.compile(r"\b(more than a year|up from|times as many)")
DOWN = re.compile(r"\b(fewer than a year|down from)")
SAME = "the same as a year before"


def claims(text: str) -> str:
    """What a comparison claims: up, down, or nothing."""
    found = [name for name, words in (("up", UP), ("down", DOWN)) if words.search(text)]
    assert len(found) <= 1, text
    return found[0] if found else ""


@given(pairs)
@example((1_004_999, 999_500))
def test_a_comparison_of_counts_agrees_with_the_counts(pair: tuple[int, int]) -> None:
    """It says more only of more and fewer only of fewer, and nothing where both print alike."""
    now, before = pair
    text = compared_count(now, before)
    claim = claims(text)

    assert claim in ("", "up" if now > before else "down")
    assert (text == SAME) == (now == before)
    if long_count(now) == long_count(before):
        assert claim == ""
    if before and abs(now - before) > before * 0.02 and now < 10**9:
        assert claim


@given(pairs)
def test_the_size_of_a_difference_is_true(pair: tuple[int, int]) -> None:
    """A percentage is the rounded difference, and 100% fewer is said of nothing left alone."""
    now, before = pair
    text = compared_count(now, before)
    if match := re.match(r"(more than )?(\d+)% (more|fewer)", text):
        exact = abs(Decimal(now) / Decimal(before) - 1) * 100
        said = Decimal(match[2])
        assert said < exact < 100 if match[1] else abs(exact - said) <= Decimal("0.5001")
        assert said > 0
        assert "100% fewer" not in text
    elif match := re.match(r"(\d+\.\d) times", text):
        assert Decimal(match[1]) == pytest.approx(
            Decimal(now) / Decimal(before), abs=Decimal("0.0501")
        )


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (145, 100, "45% more than a year before"),
        (55, 100, "45% fewer than a year before"),
        (100, 100, "the same as a year before"),
        (100_100, 100_000, "about the same as a year before"),
        (5, 0, "up from none a year before"),
        (0, 12_345, "down from 12,300 a year before"),
        (0, 0, "the same as a year before"),
        (300, 100, "3.0 times as many as a year before"),
        (1, 100_000, "more than 99% fewer than a year before"),
        (100, None, ""),
    ],
)
def test_counts_are_compared_in_words(now: int, before: int | None, text: str) -> None:
    """From nothing and to nothing there is no percentage, and without a figure no comparison."""
    assert compared_count(now, before) == text


@given(shares, shares, st.sampled_from([Kind.SHARE, Kind.CURRENCY]))
def test_a_comparison_of_levels_agrees_with_the_figures(
    now: float, before: float, kind: Kind
) -> None:
    """Up or down is said where the figures differ and the printed ones do too, and only there."""
    scale = 1 if kind is Kind.SHARE else 40
    now, before = now * scale, before * scale
    text = compared_level(now, before, kind, "GBP")
    printed = [percent(x) if kind is Kind.SHARE else money(x, "GBP") for x in (now, before)]

    if now == before:
        assert text == SAME
    elif printed[0] == printed[1]:
        assert text == "about the same as a year before"
    else:
        assert claims(text) == ("up" if now > before else "down")
        assert text.endswith(f"from {printed[1]} a year before")


@given(st.sampled_from(LEVELS), shares, st.none() | shares)
def test_a_sentence_of_a_level_holds_what_it_compares(
    kpi: str, now: float, before: float | None
) -> None:
    """The sentence prints the figure, its period and the comparison, and starts with a capital."""
    kind = Kind.CURRENCY if kpi == "cost_per_transaction" else Kind.SHARE
    text = level_sentence(kpi, now, before, YEAR, "GBP")
    printed = money(now, "GBP") if kind is Kind.CURRENCY else percent(now)

    assert printed.lower() in text.lower()
    assert "in the year to September 2017" in text
    assert text[0] == text[0].upper()
    comparison = compared_level(now, before, kind, "GBP")
    assert text.endswith(f", {comparison}" if comparison else "2017")


@given(counts, st.none() | counts)
def test_a_sentence_of_transactions_holds_what_it_compares(now: int, before: int | None) -> None:
    """The count is printed as everywhere, none is `No transactions`, and one is one."""
    text = transactions_sentence(now, before, YEAR)
    start = "No transactions" if now == 0 else f"{long_count(now)} transaction{'s' * (now != 1)}"

    assert text.startswith(f"{start} in the year to September 2017")
    assert text.endswith(compared_count(now, before))


@given(counts, st.none() | counts, st.integers(1, 700))
def test_a_sentence_of_a_group_says_that_the_services_are_the_same(
    now: int, before: int | None, services: int
) -> None:
    """A trend of a group is always of the same services, and says how many."""
    text = panel_sentence("transactions_per_year", now, before, services, YEAR)
    share = panel_sentence("digital_take_up", 0.5, 0.4, services, YEAR)
    who = "the one service" if services == 1 else f"the same {services} services"

    assert who in text
    assert claims(text) == claims(compared_count(now, before))
    assert share == (
        f"50.0% of transactions at {who} were digital in the year to September 2017, "
        "up from 40.0% a year before"
    )


def test_a_lead_names_a_period_once() -> None:
    """Transactions and take-up of one period are one sentence; of two periods both are named."""
    other = Period.parse("2017")

    assert service_lead((1_234_567, YEAR), (0.884, YEAR, 0.8)) == (
        "1.23 million transactions in the year to September 2017, "
        "88.4% of them digital, up from 80.0% a year before."
    )
    assert service_lead((5, YEAR), (0.5, other, None)).count(" in ") == 2
    assert service_lead(None, (0.0001, YEAR, None)).startswith("Less than 0.1% of transactions")
    assert service_lead(None, None) == ""
