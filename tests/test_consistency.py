from __future__ import annotations

import pytest

from helpers import observe, worked
from perfsite.config import SiteConfig
from perfsite.kpi.inputs import resolve
from perfsite.validate.consistency import check_consistency


def test_figures_that_agree_are_let_be() -> None:
    """Parts within their wholes and channels that add up give no problem and no mark."""
    made = worked(
        """
        period  transactions transactions:digital transactions:phone started completed
        2017-01 100          60                   40                 100     100
        2017-02 100          100                  0                  [x]     5
        """
    )

    assert made.problems == []
    assert made.flagged.empty


def test_a_part_above_its_whole_is_marked_and_reported() -> None:
    """More digital than all transactions: both figures are marked, published and named once."""
    made = worked(
        """
        period  transactions transactions:digital cost
        2017-01 100          40                   5
        2017-02 100          101                  5
        """
    )
    flagged = made.flagged

    assert [(p.code, p.row, p.column) for p in made.problems] == [
        ("PS201", 3, "transactions:digital")
    ]
    assert "101" in made.problems[0].found
    assert "100" in made.problems[0].found
    assert sorted(flagged[["measure", "channel", "value"]].to_numpy().tolist()) == [
        ["transactions", "", 100.0],
        ["transactions", "digital", 101.0],
    ]


def test_more_completed_than_started_is_marked_and_reported() -> None:
    """The same holds for the completion rate."""
    made = worked("period started completed transactions\n2017-01 10 11 10")

    assert [(p.code, p.column) for p in made.problems] == [("PS201", "completed")]
    assert set(made.flagged["measure"]) == {
        "started", "completed"
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["2017", "2017-Q1", "2017-W05", "2017-02-03"])
def test_every_length_of_period_is_checked(kind: str) -> None:
    """Years, quarters, weeks and days are held against themselves alike."""
    assert worked(f"period transactions transactions:digital\n{kind} 5 6").codes == ["PS201"]


def test_channels_that_do_not_add_up_are_reported() -> None:
    """The total stands as it was given; the warning has both figures."""
    made = worked("period transactions transactions:digital transactions:phone\n2017 10 3 3")

    assert made.codes == ["PS203"]
    assert "10 in all, 6 in its channels" in made.problems[0].found
    assert made.part("transactions", "2017") == 10


def test_a_problem_names_the_rows_of_its_own_measure() -> None:
    """Another measure of the same period is not to blame, though it stands in an earlier row."""
    made = worked(
        """
        period measure      channel value
        2017   cost         _       5
        2017   transactions _       10
        2017   transactions digital 3
        2017   transactions phone   3
        """
    )

    assert made.codes == ["PS203"]
    assert made.problems[0].row in (3, 4, 5)


def test_an_incomplete_list_of_channels_is_no_contradiction() -> None:
    """Channels of which one is missing, or digital alone, need not add up to the total."""
    made = worked(
        """
        period  transactions transactions:digital transactions:phone
        2017-01 10           3                    7
        2017-02 10           3                    [x]
        2017-03 10           3                    [c]
        """
    )

    assert made.problems == []


def test_nothing_to_compare_is_no_problem() -> None:
    """No figures at all, or none that belong together, are consistent."""
    for table in (
        "period transactions\n2017 _",
        "period transactions:digital\n2017 _",
        "period cost\n2017 5",
    ):
        observations, problems = observe(table)
        flagged, found = check_consistency(observations, resolve(observations, SiteConfig()), ())
        assert (problems, found) == ([], [])
        assert len(flagged) == len(observations)
        assert flagged["flagged"].tolist() == [False] * len(observations)


def test_problems_name_the_figures_that_they_blame() -> None:
    """Service, measures and period are known, so that a site may leave such figures out."""
    made = worked(
        """
        period  transactions transactions:digital transactions:phone started completed
        2017-01 100          60                   30                 10      11
        """
    )

    assert [(p.code, p.service, p.measures, p.period) for p in made.problems] == [
        ("PS201", "alpha", ("completed", "started"), "2017-01"),
        ("PS203", "alpha", ("transactions",), "2017-01"),
    ]
