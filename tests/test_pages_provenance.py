from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import worked
from perfsite.components.elements import FormulaOrigin
from perfsite.kpi.trace import trace
from perfsite.widgets.provenance import MOST_ORIGINS, explained
from printed import could_be
from properties import fewer
from service_pages import ENGLISH

if TYPE_CHECKING:
    from perfsite.components.elements import ExplainedFigure


def told(table: str, kpi: str) -> ExplainedFigure:
    """Where the headline of a table's KPI comes from."""
    made = worked(table)
    summaries = list(made.summaries.values())
    found = trace(summaries, made.parts, made.figures.windows, made.observations, made.config)
    doubt = made.summaries["alpha"].figures[kpi].uncertain
    return explained(found["alpha"][kpi], made.config.all_measures, ENGLISH, doubt)


@pytest.mark.parametrize(
    ("table", "kpi", "worked_out"),
    [
        ("period transactions\n2017 1234567", "transactions_per_year", "1,234,567"),
        (
            "period transactions\n2017-Q1 1\n2017-Q2 2\n2017-Q3 3\n2017-Q4 4",
            "transactions_per_year",
            "1 + 2 + 3 + 4 = 10",
        ),
        (
            "period transactions transactions:web\n2017 1000 333",
            "digital_take_up",
            "333 ÷ 1,000 = 33.3%",
        ),
        (
            "period transactions transactions:web\n2017 3 1",
            "digital_take_up",
            "1 ÷ 3 ≈ 33.3%",
        ),
        (
            "period transactions transactions:web\n2017 100 101",
            "digital_take_up",
            "101 ÷ 100 is more than 100%, so no percentage is shown",
        ),
        ("period transactions cost\n2017 8 100", "cost_per_transaction", "£100.00 ÷ 8 = £12.50"),
        (
            "period transactions cost_per_transaction\n2017 3 0.0659",
            "total_cost",
            "£0.0659 × 3 ≈ £0.20",
        ),
        (
            "period transactions cost_per_transaction\n2017 137327249 0.01",
            "total_cost",
            "£0.01 × 137,327,249 ≈ £1m",
        ),
        (
            "period transactions cost_per_transaction\n2017 3 0.5",
            "cost_per_transaction",
            "£0.50, as the service gave it",
        ),
        (
            "period rating_1 rating_2 rating_3 rating_4 rating_5\n2017 10 0 0 0 90",
            "user_satisfaction",
            "((1 × 10 + 2 × 0 + 3 × 0 + 4 × 0 + 5 × 90) ÷ (10 + 0 + 0 + 0 + 90) − 1) ÷ 4 = 90.0%",
        ),
        (
            "period uptime downtime\n2017-09 900 100",
            "availability",
            "900 seconds ÷ (900 seconds + 100 seconds) = 90.0%",
        ),
    ],
)
def test_a_formula_is_filled_with_the_real_numbers(table: str, kpi: str, worked_out: str) -> None:
    """Each form of each formula, with `≈` where what is printed is rounded."""
    assert told(table, kpi).worked == worked_out


def test_many_rows_are_counted_and_the_first_named() -> None:
    """A page names sixteen rows of a term, and says how many more there are."""
    rows = "\n".join(f"2017-W{week:02d} {week}" for week in range(1, 53))
    found = told(f"period transactions\n{rows}", "transactions_per_year")
    (term,) = found.terms

    assert found.worked == "52 figures that add up to 1,378"
    assert len(term.origins) == MOST_ORIGINS
    assert term.origins[0] == FormulaOrigin(
        "submissions/alpha.csv", "1", "1 for 2 Jan 2017 to 8 Jan 2017"
    )
    assert term.more == "and 36 more in the CSV file of this page"


def test_a_row_of_a_channel_says_its_channel() -> None:
    """Digital transactions are those of the digital channels, each by its name."""
    found = told(
        "period transactions transactions:web transactions:app\n2017 9 1 2", "digital_take_up"
    )
    digital = found.terms[0]

    assert [origin.figure for origin in digital.origins] == [
        "2 for Jan to Dec 2017, channel “app”",
        "1 for Jan to Dec 2017, channel “web”",
    ]


@fewer(2, because="each example is worked out from its rows to its groups")
@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_the_result_of_a_calculation_is_that_of_its_numbers(whole: int, part: int) -> None:
    """Whoever does the sum that is printed gets what is printed."""
    part = min(part, whole)
    text = told(
        f"period transactions transactions:web\n2017 {whole} {part}", "digital_take_up"
    ).worked
    match = re.fullmatch(r"([0-9,]+) ÷ ([0-9,]+) [=≈] (.+)", text)

    assert match, text
    top, bottom = (int(match[place].replace(",", "")) for place in (1, 2))
    assert could_be(match[3], top / bottom)
    assert ("=" in text) == (round(top / bottom, 3) == top / bottom)
