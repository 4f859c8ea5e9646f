from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import (
    ALPHA,
    csv_source,
    one_service_register,
    register,
    worked,
    worked_example,
    worked_sources,
)
from perfsite.components.elements import headline_cell, kpi_name, service_card
from perfsite.kpi.trace import trace
from perfsite.language import Language
from perfsite.model import Status
from perfsite.pages.service import lead_of
from perfsite.periods import Period, Unit
from perfsite.widgets.group_charts import service_boxes, services_treemap
from properties import fewer
from records import site_of

TAKE_UP, YEARLY, COMPLETION = "digital_take_up", "transactions_per_year", "completion_rate"
DOUBTFUL = """
    period  transactions transactions:digital
    2017-Q1 1000         100
    2017-Q2 1000         100
    2017-Q3 1000         100
    2017-Q4 152          558
"""
LANGUAGE = Language("en-GB")


def test_a_year_that_is_added_up_from_a_doubtful_quarter_is_withheld() -> None:
    """558 of 152 in one quarter: that the year comes to 858 of 3,152 makes it no truer."""
    made = worked(DOUBTFUL)
    figure = made.headline(TAKE_UP)

    assert (figure.status, figure.value, figure.excess) == (Status.WITHHELD, None, 1)
    assert (figure.numerator, figure.denominator) == (858, 3152)
    assert made.headline(YEARLY).value == 3152
    (note,) = service_card(figure, LANGUAGE).notes
    assert note.startswith("In one of the shorter periods that it is made of, a part is larger")


def test_a_stated_year_that_is_that_sum_is_no_better() -> None:
    """Whoever added the quarters up added up the slip."""
    figure = worked(f"{DOUBTFUL}2017 3152 858").headline(TAKE_UP)

    assert (figure.status, figure.excess) == (Status.WITHHELD, 1)


def test_a_stated_year_of_other_figures_stands() -> None:
    """A year that is not the sum of its quarters was counted otherwise, and PS202 says so."""
    made = worked(f"{DOUBTFUL}2017 3600 900")

    assert made.headline(TAKE_UP).value == 0.25
    assert made.codes.count("PS202") == 2


@pytest.mark.parametrize("year", ["3152 900", "3600 858"])
def test_one_side_that_is_the_sum_is_enough(year: str) -> None:
    """A share of which one side holds the slip is not known."""
    assert worked(f"{DOUBTFUL}2017 {year}").headline(TAKE_UP).status is Status.WITHHELD


def test_doubt_travels_by_way_of_a_stated_quarter() -> None:
    """A month in doubt makes a quarter doubtful that equals its months, and so the year."""
    rows = "\n".join(
        f"2017-{month:02d} {100 if month != 12 else 10} {10 if month != 12 else 40}"
        for month in range(1, 13)
    )
    head = "period transactions transactions:digital"
    quarter = "2017-Q4 210 60"

    assert worked(f"{head}\n{rows}\n{quarter}").headline(TAKE_UP).status is Status.WITHHELD
    other = worked(f"{head}\n{rows}\n2017-Q4 300 60")
    assert other.kpi(TAKE_UP, "2017-Q4") == "withheld"  # its digital figure is the sum
    assert worked(f"{head}\n{rows}\n2017-Q4 300 90").headline(TAKE_UP).value == 180 / 1200


def test_other_years_and_other_kpis_are_not_in_doubt() -> None:
    """The year before is as good as it was, and so is the cost of a transaction."""
    before = "\n".join(f"2016-Q{q} 1000 100" for q in range(1, 5))
    made = worked(f"{DOUBTFUL}{before}\n")

    assert made.kpi(TAKE_UP, "2016") == 0.1
    assert made.kpi(TAKE_UP, "2016-10/2017-09") == 0.1
    assert made.kpi(TAKE_UP, "2017") == "withheld"
    costs = "service period cost\n" + "\n".join(f"alpha 2017-Q{q} 10" for q in range(1, 5))
    made = worked_sources(
        [csv_source(DOUBTFUL), csv_source(costs, "submissions/costs.csv")],
        one_service_register(),
    )
    assert made.headline("cost_per_transaction").value == 40 / 3152


def test_more_may_be_completed_than_started_in_a_short_period() -> None:
    """Who started in March finished in April: the year stands, and says how many periods are so."""
    made = worked(
        """
        period  started completed
        2017-Q1 100     50
        2017-Q2 50      80
        2017-Q3 50      60
        2017-Q4 100     90
        """
    )
    figure = made.headline(COMPLETION)

    assert (figure.value, figure.excess) == (280 / 300, 2)
    assert made.kpi(COMPLETION, "2017-Q2") == "withheld"
    (note,) = service_card(figure, LANGUAGE).notes
    assert note.startswith("In 2 of its 4 periods, a part is larger than its whole")


def test_a_year_that_needs_a_confidential_quarter_is_confidential() -> None:
    """It was given, and must not be published: that is not the same as not provided."""
    made = worked("period transactions\n2017-Q1 1\n2017-Q2 1\n2017-Q3 [c]\n2017-Q4 1")

    assert made.headline(YEARLY).status is Status.CONFIDENTIAL
    assert made.kpi(YEARLY, "2017") == "confidential"


def test_a_confidential_year_does_not_hide_an_earlier_one() -> None:
    """The latest figure that may be published is the headline."""
    rows = "\n".join(f"2016-Q{q} 5" for q in range(1, 5))
    made = worked(f"period transactions\n{rows}\n2017-Q1 [c]\n2017-Q2 1\n2017-Q3 1\n2017-Q4 1")

    assert made.headline(YEARLY).value == 20


def test_a_ratio_needs_both_of_its_sides() -> None:
    """A confidential digital quarter makes the take-up confidential, and not the transactions."""
    made = worked(
        """
        period  transactions transactions:digital
        2017-Q1 10           5
        2017-Q2 10           [c]
        2017-Q3 10           5
        2017-Q4 10           5
        """
    )

    assert made.headline(YEARLY).value == 40
    assert made.headline(TAKE_UP).status is Status.CONFIDENTIAL
    lacking = worked("period transactions:digital\n2017-Q1 5\n2017-Q2 [c]\n2017-Q3 5")
    assert lacking.headline(TAKE_UP).status is Status.NOT_PROVIDED


def test_marks_inside_a_window_are_said() -> None:
    """One provisional quarter makes a year that is not final; a break at its start is not in it."""
    head = "period transactions"
    rest = "2017-Q2 1\n2017-Q3 1\n2017-Q4"
    inside = worked(f"{head}\n2017-Q1 1\n{rest} 1[p]").headline(YEARLY)
    broken = worked(f"{head}\n2017-Q1 1\n{rest} 1[b]").headline(YEARLY)
    at_start = worked(f"{head}\n2017-Q1 1[b]\n{rest} 1[e]").headline(YEARLY)

    assert (inside.marks, broken.marks, at_start.marks) == ("p", "b", "e")
    assert service_card(inside, LANGUAGE).notes == ("It holds provisional figures.",)


def test_a_stock_is_a_stock_in_all_its_parts() -> None:
    """A year that is as large as each of its quarters: so is every channel of it."""
    rows = "\n".join(f"{year}-Q{q} 100 20" for year in (2016, 2017) for q in range(1, 5))
    made = worked(f"period transactions transactions:digital\n{rows}\n2016 100 _\n2017 100 _")
    take_up, volume = made.headline(TAKE_UP), made.headline(YEARLY)

    assert made.window("transactions:digital", "2017") is None
    assert (take_up.value, str(take_up.period)) == (0.2, "2017-Q4")
    assert (volume.value, volume.stock) == (100, True)
    assert kpi_name(volume) == "People or claims on a day"
    assert made.figures.stocks == {(ALPHA, "transactions")}
    assert made.codes.count("PS204") == 1


def test_a_channel_alone_tells_that_its_measure_is_a_stock() -> None:
    """Nobody stated the year of all channels; that of one is enough."""
    rows = "\n".join(f"{year}-Q{q} 80 20" for year in (2016, 2017) for q in range(1, 5))
    made = worked(f"period transactions:post transactions:digital\n{rows}\n2016 _ 20\n2017 _ 20")

    assert made.figures.stocks == {(ALPHA, "transactions")}
    assert made.headline(YEARLY).value is None


Quarters = list[tuple[int, int]]
"""All and digital transactions of the quarters of two years."""


def code_of(quarter: int, count: int) -> str:
    """So many quarters, from one counted from the first of 2016 on."""
    return Period(Unit.MONTH, Period.parse("2016-01").first + 3 * quarter, 3 * count).code


two_years = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 22)), min_size=8, max_size=8)


@fewer(4, because="each example is four services, worked out together")
@given(st.lists(st.tuples(two_years, st.integers(0, 4)), min_size=4, max_size=4))
def test_a_share_is_withheld_just_where_a_quarter_of_it_is_in_doubt(
    four: list[tuple[Quarters, int]],
) -> None:
    """Held against an account by hand: every year of four quarters, one of them stated, too."""
    rows = []
    for service, (quarters, stated) in zip("abcd", four, strict=True):
        year = [sum(side) for side in zip(*quarters[stated : stated + 4], strict=True)]
        figures = {code_of(at, 1): figure for at, figure in enumerate(quarters)}
        figures[code_of(stated, 4)] = year[0], year[1]
        rows += [f"{service} {code} {all_} {part}" for code, (all_, part) in figures.items()]
    made = worked(
        "service period transactions transactions:digital\n" + "\n".join(rows), register(*"abcd")
    )

    for (service, (quarters, _)), start in product(zip("abcd", four, strict=True), range(5)):
        window = quarters[start : start + 4]
        whole, part = (sum(side) for side in zip(*window, strict=True))
        doubtful = any(some > every for every, some in window)
        expected = "withheld" if doubtful else part / whole
        assert made.kpi(TAKE_UP, code_of(start, 4), service) == expected


def test_the_doubtful_years_of_the_example_are_withheld() -> None:
    """Eight headlines that stood, one of them at 97.6%, hold a quarter of more digital than all."""
    made = worked_example()
    found = {
        service
        for service, summary in made.summaries.items()
        if summary.figures[TAKE_UP].status is Status.WITHHELD and summary.figures[TAKE_UP].excess
    }

    assert len(found) == 8
    assert "defra-beebase-beekeeper-registrations" in found
    summaries = list(made.summaries.values())
    traced = trace(summaries, made.parts, made.figures.windows, made.observations, made.config)
    assert all(traced[service][TAKE_UP].withheld for service in found)


def test_a_stock_is_said_as_what_it_is_on_its_page() -> None:
    """The lead and the chart of a service that counts claims do not speak of transactions."""
    rows = "\n".join(f"{year}-Q{q} 100 20" for year in (2016, 2017) for q in range(1, 5))
    made = worked(f"period transactions transactions:digital\n{rows}\n2016 100 _\n2017 110 _")
    (service,) = made.summaries.values()

    assert lead_of(service, LANGUAGE) == (
        "110 people or claims on a day in 2017. 20.0% of people or claims were digital in October "
        "to December 2017, the same as a year before."
    )
    assert made.chart(YEARLY).name == "People or claims on a day"
    assert made.chart(YEARLY).stock


def test_a_stock_in_a_list_is_said_to_be_one() -> None:
    """In a column of transactions a year, claims on a day are marked."""
    rows = "\n".join(f"{year}-Q{q} 100" for year in (2016, 2017) for q in range(1, 5))
    made = worked(f"period transactions\n{rows}\n2016 100\n2017 110")

    assert headline_cell(made.headline(YEARLY), LANGUAGE).note == "on\xa0a\xa0day"


def test_boxes_that_hold_stocks_say_so() -> None:
    """A picture that sets claims on a day beside transactions in a year says how much is which."""
    quarters = [f"{year}-Q{q}" for year in (2016, 2017) for q in range(1, 5)]
    rows = [f"alpha {quarter} 100\nbeta {quarter} 50" for quarter in quarters]
    rows += ["alpha 2016 100", "alpha 2017 100"]
    made = worked("service period transactions\n" + "\n".join(rows), register("alpha", "beta"))
    whole = site_of(made).whole
    found = services_treemap(whole.summary, service_boxes(whole), "all", LANGUAGE)

    assert found is not None
    assert found[0].note.startswith("100 of the 300 in these boxes counts stocks")
