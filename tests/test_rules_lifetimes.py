from __future__ import annotations

from helpers import register
from rule_tools import found, only


def rows_of(ids: list[str], period: str) -> str:
    """A row for each service."""
    return "".join(f"{key} {period} 5\n" for key in ids)


def test_one_service_that_is_ahead_makes_no_other_quiet() -> None:
    """Of eleven services one has figures of a year more: the others are not late against it."""
    ids = [f"s{number}" for number in range(10)]
    table = f"service period transactions\nahead 2017 0\n{rows_of(ids, '2016')}"

    assert only(found(table, register("ahead", *ids)), "PS212") == []


def test_a_tenth_of_the_services_make_the_others_quiet() -> None:
    """Of ten services one is a tenth, and of twenty two are."""
    for ahead, behind in ((1, 9), (2, 18)):
        first = [f"a{number}" for number in range(ahead)]
        rest = [f"s{number}" for number in range(behind)]
        table = f"service period transactions\n{rows_of(first, '2017')}{rows_of(rest, '2016')}"
        problems = only(found(table, register(*first, *rest)), "PS212")

        assert sorted(problem.service for problem in problems) == sorted(rest)
        assert "for 12 months; others have figures up to 2017-12-31" in problems[0].found


def test_quiet_is_against_the_newest_period_of_the_site() -> None:
    """A service behind the others is quiet since their period, not since that of the first."""
    ids = [f"s{number}" for number in range(10)]
    table = f"service period transactions\nahead 2017 0\nbehind 2015 5\n{rows_of(ids, '2016')}"
    (problem,) = only(found(table, register("ahead", "behind", *ids[1:], ids[0])), "PS212")

    assert problem.service == "behind"
    assert problem.found == (
        "no figure after 2015, for 12 months; others have figures up to 2016-12-31"
    )
