from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import one_service_register, register, worked, worked_example, worked_sources
from perfsite.kpi.groups import Group, GroupKind, make_groups
from perfsite.kpi.health import (
    Coverage,
    Covered,
    GroupHealth,
    assess_groups,
    assess_services,
    rank_groups,
)
from perfsite.kpi.reporting import OWING, REQUESTED, State, quarter_of
from perfsite.kpis import KPIS, Place, at, counted_in_health, in_the_ledger
from perfsite.model import Service
from perfsite.periods import Period, Unit
from properties import fewer

if TYPE_CHECKING:
    from helpers import Worked
    from perfsite.kpi.health import ServiceHealth
    from perfsite.kpi.reporting import ReportingMatrix

YEARLY = "transactions_per_year"
TAKE_UP = "digital_take_up"
SATISFIED = "user_satisfaction"
QUARTERS = [f"{year}-Q{quarter}" for year in (2014, 2015, 2016) for quarter in (1, 2, 3, 4)]

P, W, C = State.PROVIDED, State.WITHHELD, State.CONFIDENTIAL
N, A, L, M = State.NOT_APPLICABLE, State.NOT_ASKED, State.LATE, State.MISSING
S, I = State.STOPPED, State.INCOMPLETE  # noqa: E741 - the letters of the states


def ledger_of(made: Worked) -> ReportingMatrix:
    """The ledger of some submissions."""
    return made.ledger


def health_of(made: Worked) -> dict[str, ServiceHealth]:
    """The health of each service."""
    return assess_services(ledger_of(made))


def states(made: Worked, kpi: str = SATISFIED, service: str = "alpha") -> dict[str, State]:
    """The states of a service's KPI by quarter."""
    ledger = ledger_of(made)
    mine = assess_services(ledger)[service].kpis[kpi].states
    return {quarter.code: state for quarter, state in zip(ledger.quarters, mine, strict=True)}


def satisfaction(cells: dict[str, str], services: dict[str, Service] | None = None) -> Worked:
    """Satisfaction of `alpha` by period, beside `beta`, who gave it for the whole of 2014 to 2016.

    Beta sets the quarters of the ledger.
    """
    rows = [f"alpha {period} {cell}" for period, cell in cells.items()]
    rows += [f"beta {quarter} 50%" for quarter in QUARTERS]
    table = "service period user_satisfaction\n" + "\n".join(rows)
    return worked(table, services or register("alpha", "beta"))


def all_asked(cells: dict[str, str]) -> Worked:
    """The same, beside `old`, who was closed before and gave all else for 2014: all are asked."""
    columns = "user_satisfaction transactions transactions:digital cost completion_rate"
    rows = [f"alpha {period} {cell} _ _ _ _" for period, cell in cells.items()]
    rows += [f"beta {quarter} 50% _ _ _ _" for quarter in QUARTERS]
    table = f"service period {columns}\nold 2014 _ 10 5 20 50%\n" + "\n".join(rows)
    return worked(table, {**register("alpha", "beta"), **register("old", closed="2013")})


def test_a_figure_counts_for_the_quarter_in_which_its_period_ended() -> None:
    """A year, a month and a quarter are provided in the quarter of their last day alone."""
    made = satisfaction({"2013-04/2014-03": "90%", "2014-05": "80%", "2014-Q4": "70%"})

    assert list(states(made).items())[:4] == [
        ("2014-Q1", P), ("2014-Q2", P), ("2014-Q3", M), ("2014-Q4", P)
    ]  # fmt: skip


def test_a_figure_is_late_for_a_year_and_then_it_has_stopped() -> None:
    """Late up to the quarter that ends 12 months after the last figure; from then on stopped."""
    got = states(satisfaction({"2014-Q1": "90%", "2014-Q2": "90%"}))

    assert list(got.values()) == [P, P, L, L, L, L, S, S, S, S, S, S]
    earlier = states(satisfaction({"2014-05": "90%"}))
    assert list(earlier.values())[:7] == [M, P, L, L, L, L, S]


def years(cells: dict[str, str], services: dict[str, Service] | None = None) -> dict[str, State]:
    """The states of `alpha`, who gave satisfaction for these periods."""
    return states(satisfaction(cells, services))


def test_who_gives_a_year_owes_a_year_and_not_four_quarters() -> None:
    """The next one is due a year after the last, is late for a year, and then it has stopped."""
    due = years({"2014": "90%", "2015": "90%"})
    assert list(due.values()) == [A, A, A, P, A, A, A, P, A, A, A, L]
    stopped = years({"2014": "90%"})
    assert list(stopped.values()) == [A, A, A, P, A, A, A, L, A, A, A, S]
    health = health_of(satisfaction({"2014": "90%", "2015": "90%"}))["alpha"].kpis[SATISFIED]
    assert health.covered == Covered(Coverage(0, 1), Coverage(2, 3))


def test_years_that_are_given_anew_each_quarter_are_owed_each_quarter() -> None:
    """Rolling years: the time from one to the next is the rhythm, not their length."""
    got = years({"2013-04/2014-03": "9%", "2013-07/2014-06": "9%", "2013-10/2014-09": "9%"})

    assert list(got.values())[:5] == [P, P, P, L, L]


def test_a_year_that_is_not_over_is_not_owed() -> None:
    """A financial year that ends in March 2017 is no debt of December 2016."""
    made = satisfaction({"2014-04/2015-03": "90%", "2015-04/2016-03": "90%"})

    assert list(states(made).values())[-4:] == [P, A, A, A]
    assert not [one for one in health_of(made)["alpha"].owes if one.kpi == SATISFIED]


def test_months_are_owed_by_the_quarter() -> None:
    """A service that gives months owes a quarter nothing as soon as it gave one of its months."""
    got = years({"2014-01": "90%", "2014-02": "90%", "2014-04": "90%"})

    assert list(got.values())[:3] == [P, P, L]


def test_what_is_late_stays_owed_in_quarters_in_which_nothing_is_due() -> None:
    """A year that was due in 2015 is owed in each quarter of 2016, and asked for once a year."""
    made = satisfaction({"2014": "90%", "2016-Q3": "[x]"})
    (owed,) = (one for one in health_of(made)["alpha"].owes if one.kpi == SATISFIED)

    assert (owed.state, owed.since, owed.last) == (
        S, Period.parse("2015-Q4"), Period.parse("2014-Q4")
    )  # fmt: skip


def test_no_year_is_owed_before_a_year_has_passed_since_the_service_opened() -> None:
    """Opened in July, it gives quarters; a year of anything is asked for from June on."""
    table = "service period transactions transactions:digital\n"
    table += "alpha 2014-Q3 10 _\nalpha 2014-Q4 10 _\nalpha 2015-Q1 10 _\n"
    table += "".join(f"beta {quarter} 10 5\n" for quarter in QUARTERS[:8])
    made = worked(table, {**register("alpha", opened="2014-07"), **register("beta")})

    assert list(states(made, YEARLY).values()) == [A, A, P, P, P, L, L, L]
    assert list(states(made, TAKE_UP).values()) == [A] * 5 + [M] * 3
    early = worked(
        "\n".join(table.splitlines()[:3]) + "\nbeta 2014-Q4 10 5",
        {**register("alpha", opened="2014-07"), **register("beta")},
    )
    assert not health_of(early)["alpha"].owes


def test_what_a_kpi_is_made_of_was_given_though_no_figure_came_of_it() -> None:
    """A cost without transactions is no cost per transaction, and was given all the same."""
    table = "service period transactions cost\nbeta 2014 10 10\n"
    table += "".join(f"alpha 2014-{month:02} _ 10\n" for month in range(1, 12))
    made = worked(table, register("alpha", "beta"))
    owed = {one.kpi: one for one in health_of(made)["alpha"].owes}

    assert set(states(made, "cost_per_transaction").values()) == {I}
    assert owed["cost_per_transaction"].state is I
    assert owed["cost_per_transaction"].last == Period.parse("2014-Q4")
    assert (owed[YEARLY].state, owed[YEARLY].last) == (M, None)


def test_a_hole_before_a_later_figure_is_missing() -> None:
    """What has not come when the next figure comes is not late but missing."""
    got = states(satisfaction({"2014-Q1": "90%", "2014-Q4": "90%"}))

    assert list(got.values())[:5] == [P, M, M, P, L]


def test_what_was_never_given_is_missing() -> None:
    """A blank, an [x] and silence are all missing, in every quarter."""
    for cells in ({}, {"2014-Q1": "_"}, {"2014-Q1": "[x]"}):
        assert set(states(satisfaction(cells)).values()) == {M}


def test_a_withheld_figure_was_given() -> None:
    """Withheld stands in its quarter, and what follows is late."""
    made = worked(
        """
        service period    started completed
        alpha   2014-Q4   10      20
        beta    2014-Q4   10      5
        beta    2015-Q1   10      5
        """,
        register("alpha", "beta"),
    )

    assert list(states(made, "completion_rate").values()) == [W, L]
    health = health_of(made)["alpha"].kpis["completion_rate"]
    assert health.covered.ever == Coverage(0, 2)
    assert health.last == Period.parse("2014-Q4")


def test_a_good_figure_of_the_quarter_goes_before_a_withheld_one() -> None:
    """The year is provided though its last quarter is withheld."""
    made = worked("period transactions transactions:digital\n2016-Q4 10 11\n2016 100 50")

    assert states(made, TAKE_UP) == {"2016-Q4": P}


@pytest.mark.parametrize(("mark", "state"), [("[c]", C), ("[z]", N)])
def test_what_was_only_said_once_holds_for_all_quarters(mark: str, state: State) -> None:
    """Where no figure ever was, confidential and not applicable are about the KPI as a whole."""
    assert set(states(satisfaction({"2015-Q1": mark})).values()) == {state}


@pytest.mark.parametrize(("mark", "state"), [("[c]", C), ("[z]", N)])
def test_what_was_said_of_a_quarter_holds_for_that_quarter(mark: str, state: State) -> None:
    """Beside figures of other quarters it is said of its own quarter only."""
    got = states(satisfaction({"2014-Q1": "90%", "2014-Q2": mark, "2014-Q4": "90%"}))

    assert list(got.values())[:5] == [P, state, M, P, L]


def test_a_service_is_asked_for_the_quarters_that_it_was_open() -> None:
    """Not before it opened, not after it closed; a figure given all the same is provided."""
    services = {
        **register("alpha", opened="2014-05", closed="2015-Q1"),
        **register("beta"),
    }
    got = states(satisfaction({"2014-Q3": "90%", "2016-Q4": "90%"}, services))

    assert list(got.values()) == [A, A, P, M, M, A, A, A, A, A, A, P]
    assert not health_of(satisfaction({"2014-Q3": "90%"}, services))["alpha"].owes


def test_availability_is_asked_from_its_first_figure_on() -> None:
    """Who never gave it owes nothing; who began is late when it stops."""
    made = worked(
        """
        service period  availability
        alpha   2014-Q2 99%
        beta    2014-Q1 _
        """
        + "\n".join(f"beta {quarter} _" for quarter in QUARTERS),
        register("alpha", "beta"),
    )
    longer = worked(
        "service period availability user_satisfaction\nalpha 2014-Q2 99% _\n"
        + "\n".join(f"beta {quarter} _ 50%" for quarter in QUARTERS[:4]),
        register("alpha", "beta"),
    )

    assert states(made, "availability") == {"2014-Q2": P}
    assert list(states(longer, "availability").values()) == [A, P, L, L]
    assert set(states(longer, "availability", "beta").values()) == {A}


def test_nobody_is_late_for_a_quarter_that_still_runs() -> None:
    """October's figures open no quarter, yet they are figures after the hole before them."""
    made = worked(
        """
        service period  user_satisfaction
        alpha   2016-Q2 90%
        alpha   2016-10 90%
        beta    2016-Q3 90%
        gamma   2016-Q2 90%
        """,
        register("alpha", "beta", "gamma"),
    )

    assert states(made) == {"2016-Q2": P, "2016-Q3": M}
    assert states(made, service="gamma") == {"2016-Q2": P, "2016-Q3": L}
    last = health_of(made)["alpha"].last
    assert last == Period.parse("2016-Q4")


def test_a_first_quarter_that_still_runs_is_shown() -> None:
    """A site with figures of one month has a ledger of that quarter."""
    assert states(worked("period user_satisfaction\n2016-10 90%")) == {"2016-Q4": P}


def test_the_ledger_starts_when_a_tenth_of_the_services_report() -> None:
    """One service's figures of years before do not make eleven others late by years."""
    ids = [f"s{number}" for number in range(11)]
    late = "\n".join(f"{key} 2016-Q4 50%" for key in ids)
    table = f"service period user_satisfaction\nearly 2010-Q1 90%\n{late}"

    many = worked(table, register("early", *ids))
    assert [q.code for q in ledger_of(many).quarters] == ["2016-Q4"]
    health = health_of(many)["early"]
    assert health.last == Period.parse("2010-Q1")
    assert Period.parse("2010-Q2") in {owed.since for owed in health.owes}
    few = worked(table.rpartition("\n")[0].rpartition("\n")[0], register("early", *ids))
    assert ledger_of(few).quarters[0].code == "2010-Q1"


def test_one_service_that_is_ahead_makes_nobody_late() -> None:
    """The ledger ends where a tenth have got; who is beyond it, with a hole there, owes nothing."""
    ids = [f"s{number}" for number in range(10)]
    rows = "\n".join(f"{key} 2016-Q4 50%" for key in ids)
    table = f"service period user_satisfaction\nahead 2016-Q3 50%\nahead 2017-Q4 50%\n{rows}"
    made = worked(table, register("ahead", *ids))
    health = health_of(made)

    assert [q.code for q in ledger_of(made).quarters] == ["2016-Q4"]
    assert {one.owes for one in health.values()} == {()}
    assert states(made, service="ahead") == {"2016-Q4": M}
    assert health["ahead"].last == Period.parse("2017-Q4")
    few = worked(table.rpartition("\n")[0], register("ahead", *ids))
    assert ledger_of(few).quarters[-1].code == "2017-Q4"


def test_what_no_service_ever_gave_is_not_asked_for() -> None:
    """Once one service has given it, even withheld, all are asked; [c] and [z] are answers."""
    services = register("alpha", "beta", "gamma")
    rows = "service period user_satisfaction started completed\nbeta 2016-Q4 50% _ _\n"
    nobody = worked(f"{rows}gamma 2016-Q4 _ 5 [z]", services)
    somebody = worked(f"{rows}gamma 2016-Q4 _ 5 6", services)
    health = health_of(nobody)

    assert states(nobody, "completion_rate") == {"2016-Q4": A}
    assert states(nobody, "completion_rate", "gamma") == {"2016-Q4": N}
    assert {one.kpi for one in health["alpha"].owes} == {SATISFIED}
    assert health["alpha"].total == Covered(Coverage(0, 1), Coverage(0, 1))
    assert states(somebody, "completion_rate") == {"2016-Q4": M}
    assert states(somebody, "completion_rate", "gamma") == {"2016-Q4": W}


def test_what_is_owed_is_told_with_since_when() -> None:
    """Late or missing in the newest quarter, since the quarter after the last figure."""
    made = all_asked({"2014-Q1": "90%", "2014-Q2": "[z]", "2016-Q2": "90%"})
    owed = {one.kpi: one for one in health_of(made)["alpha"].owes}

    assert set(owed) == set(at(Place.ASKED))
    assert owed[SATISFIED].state is L
    assert owed[SATISFIED].since == Period.parse("2016-Q3")
    assert (owed[YEARLY].state, owed[YEARLY].since) == (M, None)
    assert SATISFIED not in {one.kpi for one in health_of(made)["beta"].owes}


def test_nothing_is_owed_since_a_quarter_that_was_answered() -> None:
    """Where not applicable was said after the last figure, it is owed from after that."""
    made = satisfaction({"2014-Q1": "90%", "2014-Q3": "[z]"})
    (owed,) = (one for one in health_of(made)["alpha"].owes if one.kpi == SATISFIED)

    assert owed.since == Period.parse("2014-Q4")
    assert owed.state is S


def test_coverage_is_of_the_newest_year_and_of_all() -> None:
    """Recent is the newest four quarters; not applicable counts in neither number."""
    made = all_asked({"2014-Q1": "90%", "2016-Q1": "90%", "2016-Q2": "[z]", "2016-Q3": "90%"})
    health = health_of(made)["alpha"]

    assert health.kpis[SATISFIED].covered == Covered(Coverage(2, 3), Coverage(3, 11))
    assert health.total == Covered(Coverage(2, 19), Coverage(3, 59))


def test_total_cost_is_in_the_ledger_and_counts_nowhere() -> None:
    """Cost per transaction and total cost are one answer, so only one of them is counted."""
    health = health_of(worked("period transactions cost\n2016 10 20"))["alpha"]

    assert health.kpis["total_cost"].states == (P,)
    assert health.total.ever == Coverage(2, 2)
    assert "total_cost" not in counted_in_health()
    assert set(in_the_ledger()) == set(KPIS)


def test_nothing_requested_has_no_share() -> None:
    """0 of 0 is no share; 0 of 3 is none provided."""
    assert Coverage().share is None
    assert Coverage(0, 3).share == 0
    assert Coverage(3, 4).share == 0.75


counts = st.builds(Coverage, st.integers(0, 1000), st.integers(0, 1000))


@given(counts, counts, counts)
def test_coverage_adds_up_in_any_order(a: Coverage, b: Coverage, c: Coverage) -> None:
    """Addition is associative and commutative, and nothing added changes nothing."""
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Coverage() == a
    assert (a + b).provided == a.provided + b.provided
    assert (a + b).requested == a.requested + b.requested


CELLS = st.sampled_from(["90%", "90%", "[x]", "[z]", "[c]", ""])
tables = st.lists(st.lists(CELLS, min_size=12, max_size=12), min_size=1, max_size=5)


def expected(cells: list[str], start: int, stop: int) -> list[State]:
    """The states of one service by its cells of all quarters, found one by one."""
    said = {cell for cell in cells if cell}
    whole = C if "[c]" in said and "90%" not in said else N if said == {"[z]"} else None
    have = [place for place, cell in enumerate(cells) if cell == "90%"]
    found = []
    for place in range(start, stop):
        before = [h for h in have if h < place]
        is_late = before and place - before[-1] <= 4 and not any(h > place for h in have)
        told = {"90%": P, "[c]": C, "[z]": N}.get(cells[place])
        is_stopped = before and not is_late and not any(h > place for h in have)
        found.append(told or whole or (L if is_late else S if is_stopped else M))
    return found


@fewer(2, because="each example is worked out from its rows to its groups")
@given(tables)
def test_every_state_is_what_going_through_the_quarters_gives(table: list[list[str]]) -> None:
    """States, coverage and debts of any table are those of an account kept by hand."""
    ids = [f"service-{number}" for number in range(len(table))]
    rows = [
        f"{key} {quarter} {cell}"
        for key, cells in zip(ids, table, strict=True)
        for quarter, cell in zip(QUARTERS, cells, strict=True)
        if cell
    ]
    made = worked("service period user_satisfaction\n" + "\n".join(rows), register(*ids))
    have = [place for cells in table for place, cell in enumerate(cells) if cell == "90%"]
    ledger = ledger_of(made)
    health = assess_services(ledger)
    start, stop = (min(have), max(have) + 1) if have else (0, 0)

    assert [quarter.code for quarter in ledger.quarters] == QUARTERS[start:stop]
    for key, cells in zip(ids, table, strict=True):
        mine = health[key].kpis[SATISFIED]
        states_ = expected(cells, start, stop)
        assert list(mine.states) == states_
        assert mine.covered.ever == Coverage(
            states_.count(P), sum(state in REQUESTED for state in states_)
        )
        assert mine.covered.recent == Coverage(
            states_[-4:].count(P), sum(state in REQUESTED for state in states_[-4:])
        )
        owes = [one.state for one in health[key].owes if one.kpi == SATISFIED]
        assert owes == [state for state in states_[-1:] if state in OWING]


@fewer(2, because="each example is worked out from its rows to its groups")
@given(
    st.sampled_from([1, 2, 4]),
    st.integers(0, 11),
    st.integers(0, 11),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_nothing_is_owed_that_cannot_be_owed(
    every: int, first: int, last: int, opened: int, closed: int
) -> None:
    """Whoever gives a figure in some rhythm owes none before the next is due, nor while closed."""
    ends = list(range(first, last + 1, every))
    spans = [Period.parse(QUARTERS[end]) for end in ends]
    codes = [Period(Unit.MONTH, one.last - 3 * every + 1, 3 * every).code for one in spans]
    life = {
        **({"opened": QUARTERS[opened]} if opened < 12 else {}),
        **({"closed": QUARTERS[closed]} if closed < 12 else {}),
    }
    services = {**register("alpha", **life), **register("beta")}
    mine = list(years(dict.fromkeys(codes, "90%"), services).values())
    owing = [place for place, state in enumerate(mine) if state in OWING]

    for place in owing:
        assert all(end + every <= place or place < end for end in ends)
        length = every if ends else 1
        assert opened == 12 or place - length + 1 >= opened or (ends and place > ends[0])
        assert closed == 12 or place <= closed
        if ends and place > ends[-1]:
            assert mine[place] is (L if place - ends[-1] - every < 4 else S)
            assert (place - ends[-1]) % every == 0
        else:
            assert mine[place] is M


departments = st.lists(st.sampled_from(["One", "Two", "Three"]), min_size=5, max_size=5)


@fewer(2, because="each example is worked out from its rows to its groups")
@given(tables, departments)
def test_a_group_is_the_sum_of_its_services(table: list[list[str]], names: list[str]) -> None:
    """Each KPI and the total of a group is that of its services, and departments sum to all."""
    services = {
        f"service-{i}": Service(f"service-{i}", "A service", name)
        for i, (_, name) in enumerate(zip(table, names, strict=False))
    }
    rows = [
        f"{key} {quarter} {cell or '_'}"
        for key, cells in zip(services, table, strict=True)
        for quarter, cell in zip(QUARTERS, cells, strict=True)
    ]
    health = health_of(worked("service period user_satisfaction\n" + "\n".join(rows), services))
    groups = assess_groups(health, make_groups(services))

    everything, *others = groups
    for one in groups:
        mine = [health[key] for key in one.group.services]
        assert one.total.ever.provided == sum(h.total.ever.provided for h in mine)
        assert one.total.recent.requested == sum(h.total.recent.requested for h in mine)
        assert one.total == sum((one.kpis[kpi] for kpi in counted_in_health()), start=Covered())
        assert one.silent_recently == sum(
            not any(P in h.kpis[kpi].states[-4:] for kpi in counted_in_health())
            and h.total.recent.requested > 0
            for h in mine
        )
        assert one.owing == sum(bool(h.owes) for h in mine)
        assert one.silent == sum(
            not any(P in h.kpis[kpi].states for kpi in counted_in_health())
            and h.total.ever.requested > 0
            for h in mine
        )
    assert sum((one.total for one in others), start=Covered()) == everything.total
    assert sum(one.silent_recently for one in others) == everything.silent_recently


def group(name: str, provided: int, requested: int, ever: int = 0) -> GroupHealth:
    """A group with this coverage lately, and with `ever` of 100 over all."""
    made = Group(GroupKind.DEPARTMENT, name.lower(), name, "", ())
    covered = Covered(Coverage(provided, requested), Coverage(ever, 100))
    return GroupHealth(made, {}, covered, 0, 0, 0)


def test_groups_are_ranked_by_recent_coverage_with_the_worst_last() -> None:
    """Ties stand by name, without regard to capitals; who was asked for nothing stands last."""
    ranked = rank_groups(
        [
            group("Idle", 0, 0),
            group("Worst", 0, 10, ever=99),
            group("beta", 1, 2),
            group("Alpha", 5, 10),
            group("Best", 9, 10),
        ]
    )

    assert [one.group.name for one in ranked] == ["Best", "Alpha", "beta", "Worst", "Idle"]


def test_a_site_without_figures_has_an_empty_ledger() -> None:
    """Before the first submission there are no quarters, nothing is asked and nothing owed."""
    ledger = ledger_of(worked_sources([], one_service_register()))
    health = assess_services(ledger)["alpha"]
    (everything, *_) = assess_groups({"alpha": health}, make_groups(one_service_register()))

    assert ledger.quarters == ()
    assert ledger.rows().empty
    assert (health.total, health.last, health.owes) == (Covered(), None, ())
    assert (everything.silent, everything.silent_recently) == (1, 0)
    assert quarter_of(-1) is None


def test_the_rows_are_the_ledger_spelled_out() -> None:
    """A row for each service, KPI and quarter in this order, with the state as its word."""
    made = satisfaction({"2014-Q1": "90%"})
    rows = ledger_of(made).rows()

    assert list(rows.columns) == ["service", "kpi", "period", "state"]
    assert len(rows) == 2 * len(in_the_ledger()) * 12
    assert not rows.duplicated(["service", "kpi", "period"]).any()
    mine = rows[(rows["service"] == "alpha") & (rows["kpi"] == SATISFIED)]
    assert list(mine["period"]) == QUARTERS
    assert list(mine["state"])[:2] == ["provided", "late"]
    assert rows["service"].tolist() == sorted(rows["service"])


@pytest.fixture(scope="module")
def example() -> Worked:
    """The example that comes with perfsite, all of it."""
    return worked_example()


def test_the_ledger_of_the_example_is_what_is_known_of_it(example: Worked) -> None:
    """417 services gave the quarter to September 2017; of HMRC's 34, 25 were late."""
    ledger = ledger_of(example)
    health = assess_services(ledger)
    found = assess_groups(health, make_groups(example.services))
    groups = {(one.group.kind, one.group.slug): one for one in found}
    codes = [quarter.code for quarter in ledger.quarters]

    assert (codes[0], codes[-1], len(codes)) == ("2012-Q1", "2017-Q3", 23)
    newest = [one.kpis[YEARLY].states[-1] for one in health.values()]
    assert (len(newest), newest.count(P)) == (734, 417)
    revenue = groups[GroupKind.DEPARTMENT, "hm-revenue-and-customs"].group.services
    march = [health[key].kpis[YEARLY].states[codes.index("2017-Q1")] for key in revenue]
    now = [health[key].kpis[YEARLY].current for key in revenue]
    assert march == [P] * 34
    assert (now.count(P), now.count(L)) == (8, 25)
    everything = groups[GroupKind.ALL, "all"]
    assert everything.kpis[YEARLY].recent == Coverage(2070, 2919)
    given = example.observations[example.observations["value"].notna()]
    assert everything.silent == 734 - given["service"].nunique() == 29
    assert everything.silent_recently == 148
