from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from helpers import register, worked
from perfsite.kpi.health import assess_services
from perfsite.model import Service
from perfsite.report.overdue import (
    COLUMNS,
    Delay,
    Overdue,
    find_overdue,
    overdue_csv,
    overdue_json,
    overdue_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

QUARTERS = [f"{year}-Q{quarter}" for year in (2015, 2016) for quarter in (1, 2, 3, 4)]
SERVICES = {
    **register("good", "hole", "slow", "asleep", "never", "gone"),
    "gone": Service("gone", "Gone", "Ministry", closed="2014"),
}


def late(cells: Mapping[str, tuple[str, str]], services: Mapping[str, Service]) -> Overdue:
    """Who is late, of services that gave satisfaction from one quarter to another.

    A service that was closed before gave everything else for 2015, so that all are asked for it.
    """
    rows = [
        f"{service} {quarter} 50% _ _ _ _"
        for service, (first, last) in cells.items()
        for quarter in QUARTERS[QUARTERS.index(first) : QUARTERS.index(last) + 1]
    ]
    columns = "user_satisfaction transactions transactions:digital cost completion_rate"
    rows += ["gone 2015 _ 10 5 20 50%"] if rows else []
    made = worked(f"service period {columns}\n" + "\n".join(rows), dict(services))
    return find_overdue(made.ledger, assess_services(made.ledger), services)


def example() -> Overdue:
    """Three services fell silent at different times, one gave nothing, one was closed."""
    return late(
        {
            "good": ("2015-Q1", "2016-Q4"),
            "hole": ("2015-Q1", "2016-Q3"),
            "slow": ("2015-Q1", "2016-Q1"),
            "asleep": ("2015-Q1", "2015-Q3"),
        },
        SERVICES,
    )


def test_services_are_sorted_by_how_late_they_are() -> None:
    """The late ones first, the latest first; then who stopped, who lacks some, who gave none."""
    told = [(one.service.id, one.silence, one.quarters) for one in example().late]

    assert told == [
        ("slow", Delay.LATE, 3),
        ("hole", Delay.LATE, 1),
        ("asleep", Delay.STOPPED, 5),
        ("good", Delay.INCOMPLETE, 0),
        ("never", Delay.NEVER, 0),
    ]


def test_a_debt_says_since_when() -> None:
    """What once came is owed since the quarter after; what never came since the first quarter."""
    slow = example().late[0]
    debts = {debt.kpi: debt for debt in slow.owes}
    once, never = debts["user_satisfaction"], debts["completion_rate"]

    assert slow.last
    assert slow.last.code == "2016-Q1"
    assert once.last
    assert once.since
    assert (once.last.code, once.since.code, once.quarters) == ("2016-Q1", "2016-Q2", 3)
    assert never.since
    assert (never.last, never.since.code, never.quarters) == (None, "2015-Q1", 8)


def test_a_closed_service_is_not_late() -> None:
    """Nobody asks it."""
    assert "gone" not in {one.service.id for one in example().late}


def test_the_text_has_headings_blocks_and_a_summary() -> None:
    """What is owed since the same quarter stands together; what never came has a line."""
    text = overdue_text(example())

    assert text.startswith(
        """\
2 services: late with some figure: behind for less than a year, in their own rhythm

slow  Slow, Ministry
  last figures  2016-Q1
  owes          User satisfaction: since 2016-Q2, 3 quarters
  never given   Transactions a year, Digital take-up, Cost per transaction, Completion rate

hole  Hole, Ministry
"""
    )
    assert (
        "\n1 service: stopped giving some figure: behind for a year or more, in their own rhythm\n"
        "\nasleep" in text
    )
    assert text.endswith(
        "\n1 service: never gave any\n\n"
        "never  Never, Ministry\n"
        "  never given   Transactions a year, Digital take-up, Cost per transaction, "
        "User satisfaction, Completion rate\n\n"
        "5 of 6 services owe figures for 2016-Q4: 2 late, 1 that stopped, "
        "1 incomplete, 1 that never gave any."
    )


def test_nothing_is_late_where_nothing_was_given() -> None:
    """Without a figure nobody knows which quarter is over."""
    nothing = late({}, SERVICES)

    assert nothing == Overdue(None, 6, ())
    assert overdue_text(nothing) == "There are no figures, so nobody is late."
    assert json.loads(overdue_json(nothing)) == {"quarter": None, "services": 6, "late": []}
    assert overdue_csv(nothing) == f"{','.join(COLUMNS)}\r\n"


def test_the_csv_has_a_row_for_each_debt() -> None:
    """The columns are those that are named; what there is not is blank."""
    rows = list(csv.DictReader(overdue_csv(example()).splitlines()))

    assert len(rows) == sum(len(one.owes) for one in example().late)
    assert rows[3] == {
        "service": "slow",
        "name": "Slow",
        "organisation": "Ministry",
        "silence": "late",
        "kpi": "user_satisfaction",
        "state": "late",
        "last": "2016-Q1",
        "since": "2016-Q2",
        "quarters": "3",
    }
    assert rows[-1]["last"] == ""


def test_the_json_says_the_same() -> None:
    """Services with their debts, in the order of the text."""
    content = json.loads(overdue_json(example()))

    assert (content["quarter"], content["services"]) == ("2016-Q4", 6)
    assert [one["service"] for one in content["late"]] == [one.service.id for one in example().late]
    assert content["late"][0]["owes"][3] == {
        "kpi": "user_satisfaction",
        "state": "late",
        "last": "2016-Q1",
        "since": "2016-Q2",
        "quarters": 3,
    }
