from __future__ import annotations

import pytest

from perfsite.config import Checks
from rule_tools import found, only, short

RATINGS = "rating_1 rating_2 rating_3 rating_4 rating_5"


def test_all_five_ratings_or_none() -> None:
    """What lacks and what is there are both named; what is there is blamed."""
    (problem,) = found(f"period {RATINGS}\n2017 1 2 [x] 4 _\n2018-01 1 2 3 4 5")

    assert short([problem]) == [("PS207", 2, "rating_3")]
    assert "no rating_3 and rating_5 beside rating_1, rating_2 and rating_4" in problem.found
    assert problem.measures == ("rating_1", "rating_2", "rating_4")
    assert problem.period == "2017"


@pytest.mark.parametrize(
    "cells", ["1 2 3 4 5", "[x] [x] [x] [x] [x]", "1 2 [c] 4 5", "1 [z] 3 4 5"]
)
def test_ratings_that_are_accounted_for_are_let_be(cells: str) -> None:
    """[c] and [z] say why a rating is not there."""
    assert found(f"period {RATINGS}\n2017 {cells}") == []


def test_ratings_are_counted_by_channel() -> None:
    """A channel has its own five, and its problem names it."""
    header = " ".join(f"{name}:web" for name in RATINGS.split())
    (problem,) = found(f"period {header}\n2017 1 2 3 4 _")

    assert problem.column == "rating_5:web"


def test_no_more_answers_than_transactions() -> None:
    """All channels of both are added up first."""
    table = f"period transactions:web transactions:phone {RATINGS}\n2017 10 {{}} 1 2 3 4 5"
    (problem,) = found(table.format(4))

    assert problem.code == "PS207"
    assert "15 answers of 14 transactions in 2017" in problem.found
    assert set(problem.measures) == {*RATINGS.split(), "transactions"}
    assert found(table.format(5)) == []


RATES = [
    ("completed started completion_rate", "90 100", "0.9", "0.894", "0.896"),
    ("transactions transactions:digital digital_take_up", "100 60", "0.6", "0.606", "0.605"),
    ("uptime downtime availability", "99 1", "99%", "98%", "98.6%"),
    ("cost transactions cost_per_transaction", "500 100", "5", "5.1", "5.02"),
    ("cost:web transactions:web cost_per_transaction:web", "500 100", "5", "4.9", "4.98"),
    (f"{RATINGS} user_satisfaction", "0 0 0 100 100", "0.875", "0.86", "0.88"),
]


@pytest.mark.parametrize(("names", "counts", "exactly", "far", "near"), RATES)
def test_a_stated_rate_follows_from_its_counts(
    names: str, counts: str, exactly: str, far: str, near: str
) -> None:
    """Within the tolerance it may be rounded; beyond it both are said, and the rate is blamed."""
    table = f"period {names}\n2017 {counts} {{}}"
    rate = names.rsplit(maxsplit=1)[-1]
    (problem,) = found(table.format(far))

    assert short([problem]) == [("PS208", 2, rate)]
    assert problem.measures == (rate.partition(":")[0],)
    assert found(table.format(exactly)) == []
    assert found(table.format(near)) == []


def test_the_tolerance_is_the_sites() -> None:
    """With none at all any rounding counts; with much, little does."""
    table = "period completed started completion_rate\n2017 2 3 0.667"

    assert len(found(table, checks=Checks(rate_tolerance=0))) == 1
    assert (
        found(
            "period completed started completion_rate\n2017 50 100 0.9",
            checks=Checks(rate_tolerance=0.5),
        )
        == []
    )


@pytest.mark.parametrize(
    "table",
    [
        "period completed started completion_rate\n2017 [x] 100 0.5",
        "period completed started completion_rate\n2017 0 0 0.5",
        "period completed started completion_rate\n2017 90 100 [c]",
        "period cost transactions cost_per_transaction\n2017 5 100 0.05",
        "period cost transactions cost_per_transaction\n2017 5.4 100 0.05",
    ],
)
def test_what_cannot_be_compared_is_let_be(table: str) -> None:
    """A count that lacks, nothing to divide by, a rate that is secret, half a penny.

    That counts tell a secret rate is another rule's affair.
    """
    assert [one for one in found(table) if one.code != "PS215"] == []


def test_a_part_above_its_whole_is_not_said_twice() -> None:
    """More completed than started is PS201 already, whatever the stated rate is."""
    table = "period completed started completion_rate\n2017 120 100 0.9"

    assert only(found(table), "PS208") == []


def test_a_rate_is_held_against_counts_of_its_own_channel() -> None:
    """The rate of the phone is not that of all channels."""
    table = """
        period cost cost:phone transactions transactions:phone cost_per_transaction:phone
        2017   100  80         100          10                 {}
    """
    assert only(found(table.format(8)), "PS208") == []
    assert short(only(found(table.format(1)), "PS208")) == [
        ("PS208", 2, "cost_per_transaction:phone")
    ]
