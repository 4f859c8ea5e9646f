from __future__ import annotations

import pytest

from helpers import one_service_register, register, span, worked, worked_example, worked_sources
from perfsite.kpis import KPIS
from perfsite.model import Status

TAKE_UP = "digital_take_up"
YEARLY = "transactions_per_year"


def test_a_headline_is_the_latest_figure_and_says_its_period() -> None:
    """Of all years the last to end is the headline, with the figure of a year before it."""
    made = worked(
        """
        period          transactions
        2015            100
        2016-04/2017-03 130
        2015-04/2016-03 110
        2016            120
        """
    ).headline(YEARLY)

    assert (made.status, made.value, made.period) == (
        Status.PROVIDED, 130, span("2016-04/2017-03")
    )  # fmt: skip
    assert made.before == 110


def test_there_is_no_figure_before_where_none_was_given() -> None:
    """A period that ended at another time is not the period a year before."""
    assert worked("period transactions\n2015-10/2016-09 5\n2017 6").headline(YEARLY).before is None
    withheld = worked("period transactions transactions:digital\n2016 1 2\n2017 2 1")
    assert withheld.headline(TAKE_UP).before is None


def test_a_missing_latest_period_leaves_the_latest_given() -> None:
    """A blank does not become a headline, nor a zero."""
    made = worked("period transactions\n2016 5\n2017 [x]").headline(YEARLY)

    assert (made.value, made.period) == (5, span("2016"))


def test_a_figure_withheld_latest_is_not_hidden_by_an_older_one() -> None:
    """The headline is withheld, without a value, though there is a good one of the year before."""
    made = worked("period transactions transactions:digital\n2016 100 40\n2017 100 101")

    headline = made.headline(TAKE_UP)
    assert (headline.status, headline.value, headline.period) == (
        Status.WITHHELD, None, span("2017")
    )  # fmt: skip
    assert made.headline(YEARLY).value == 100


def test_a_figure_withheld_earlier_hides_nothing() -> None:
    """A later good figure is the headline."""
    made = worked("period transactions transactions:digital\n2016 100 101\n2017 100 40")

    assert (made.headline(TAKE_UP).status, made.headline(TAKE_UP).value) == (Status.PROVIDED, 0.4)


def test_what_is_older_than_the_newest_period_of_the_site_is_marked() -> None:
    """Older is told against all services and KPIs, and the value stands."""
    made = worked(
        """
        service period          transactions cost
        alpha   2017            10           [x]
        alpha   2016            10           30
        beta    2016-10/2017-09 10           20
        """,
        register("alpha", "beta"),
    )

    assert made.headline(YEARLY, "alpha").status is Status.PROVIDED
    assert made.headline(YEARLY, "beta").status is Status.OLDER
    assert made.headline(YEARLY, "beta").value == 10
    assert made.headline("total_cost", "alpha").status is Status.OLDER
    assert made.headline("total_cost", "alpha").value == 30


def test_a_month_that_is_not_over_makes_nothing_older() -> None:
    """A week that ends within December does not turn the year to November into older data."""
    made = worked(
        """
        service period          transactions started completed
        alpha   2016-12/2017-11 10           [x]     [x]
        beta    2017-W50        [x]          10      5
        """,
        register("alpha", "beta"),
    )

    assert made.headline("completion_rate", "beta").period == span("2017-W50")
    assert made.headline(YEARLY, "alpha").status is Status.PROVIDED


def test_twelve_months_go_before_a_later_shorter_period() -> None:
    """Completion and satisfaction are of 12 months, else of the latest period."""
    year = "period started completed\n2016 10 5"

    assert worked(f"{year}\n2017-Q3 10 9").headline("completion_rate").period == span("2016")
    latest = worked("period started completed\n2017-Q3 10 9\n2017-Q2 10 1")
    assert latest.headline("completion_rate").period == span("2017-Q3")
    assert latest.headline("completion_rate").value == 0.9


def test_the_latest_period_is_the_one_that_ends_last() -> None:
    """Three months that end in April are later than March, though they started before it."""
    made = worked("period started completed\n2017-02/2017-04 10 9\n2017-03 10 1")

    assert made.headline("completion_rate").period == span("2017-02/2017-04")


def test_a_take_up_of_a_quarter_is_no_headline() -> None:
    """Without 12 months there is no transactions, take-up or cost to put in a headline."""
    made = worked("period transactions transactions:digital cost\n2017-Q3 10 9 3")

    for kpi in (YEARLY, TAKE_UP, "cost_per_transaction", "total_cost"):
        assert made.headline(kpi).status is Status.NOT_PROVIDED
        assert made.headline(kpi).value is None


def test_availability_is_of_the_latest_month() -> None:
    """A month goes before a longer or later period, and without one the latest period is taken."""
    table = "period uptime downtime\n2017-01 99 1\n2017-02 98 2\n2017-Q1 90 10\n2017-W20 50 50"

    assert worked(table).headline("availability").value == 0.98
    assert worked("period availability\n2017-Q1 90%\n2017-Q2 91%").headline(
        "availability"
    ).value == (0.91)


@pytest.mark.parametrize(("others", "status"), [(9, Status.OLDER), (10, Status.PROVIDED)])
def test_one_service_that_is_ahead_makes_no_others_older(others: int, status: Status) -> None:
    """The site's newest period is one that a tenth of the services have reached."""
    ids = [f"s{number}" for number in range(others)]
    rows = "\n".join(f"{key} 2016 5" for key in ids)
    table = f"service period transactions\nahead 2016 4\nahead 2017 0\n{rows}"
    made = worked(table, register("ahead", *ids))

    assert (made.headline(YEARLY, "ahead").status, made.headline(YEARLY, "ahead").value) == (
        Status.PROVIDED, 0
    )  # fmt: skip
    assert {made.headline(YEARLY, key).status for key in ids} == {status}
    figure = made.groups["all"].figures[YEARLY]
    assert figure.period == span("2016")
    assert figure.older == (status is Status.OLDER)


def test_52_weeks_are_a_year_too() -> None:
    """A service that reports by week has its headline for 52 weeks."""
    rows = "\n".join(f"2015-W{w:02d} 2 1" for w in range(1, 54))
    made = worked(f"period transactions transactions:digital\n{rows}")

    assert made.headline(YEARLY).value == 104
    assert made.headline(YEARLY).period == span("2015-W02/2015-W53")
    assert made.headline(TAKE_UP).value == 0.5


@pytest.mark.parametrize(
    ("kpi", "table", "status"),
    [
        (YEARLY, "period transactions\n2017 [z]", Status.NOT_APPLICABLE),
        (YEARLY, "period transactions\n2017 [c]", Status.CONFIDENTIAL),
        (YEARLY, "period transactions\n2017 [x]", Status.NOT_PROVIDED),
        (YEARLY, "period transactions\n2017 _", Status.NOT_PROVIDED),
        (YEARLY, "period cost\n2017 5", Status.NOT_PROVIDED),
        (YEARLY, "period transactions\n2016 [z]\n2017 [x]", Status.NOT_PROVIDED),
        ("completion_rate", "period started completed\n2017 [z] [z]", Status.NOT_APPLICABLE),
        ("completion_rate", "period started completed\n2017 5 [c]", Status.CONFIDENTIAL),
        ("user_satisfaction", "period user_satisfaction\n2017 [z]", Status.NOT_APPLICABLE),
        ("availability", "period availability\n2017 [z]", Status.NOT_APPLICABLE),
        ("total_cost", "period cost\n2017 [c]", Status.CONFIDENTIAL),
        (TAKE_UP, "period digital_take_up\n2017 [z]", Status.NOT_APPLICABLE),
        (TAKE_UP, "period transactions transactions:digital\n2017 5 [z]", Status.NOT_APPLICABLE),
        (TAKE_UP, "period transactions transactions:digital\n2017 5 [c]", Status.CONFIDENTIAL),
        (TAKE_UP, "period transactions transactions:digital\n2017 5 [x]", Status.NOT_PROVIDED),
    ],
)
def test_why_there_is_no_figure_is_told_apart(kpi: str, table: str, status: Status) -> None:
    """Not provided, not applicable and confidential are three answers, and none has a value."""
    made = worked(table).headline(kpi)

    assert (made.status, made.value, made.period) == (status, None, None)


def test_every_service_has_every_kpi_in_the_order_of_the_register() -> None:
    """A service without any figure is there too, and says that it was not provided."""
    made = worked("service period transactions\nbeta 2017 5", register("zulu", "beta"))

    assert list(made.summaries) == ["zulu", "beta"]
    for summary in made.summaries.values():
        assert set(summary.figures) == set(KPIS)
    assert not made.summaries["zulu"].has_figures
    assert made.summaries["beta"].has_figures


def test_a_register_without_figures_is_summarised() -> None:
    """Before the first submission every KPI of every service is not provided."""
    made = worked_sources([], one_service_register())

    assert {figure.status for figure in made.summaries["alpha"].figures.values()} == {
        Status.NOT_PROVIDED
    }
    assert made.groups["all"].figures == {}


def test_a_value_stands_only_where_it_is_provided_or_older() -> None:
    """Of the example's 5,138 headlines none has a value beside a status that denies it."""
    made = worked_example()
    figures = [f for summary in made.summaries.values() for f in summary.figures.values()]

    assert len(figures) == 734 * len(KPIS)
    for figure in figures:
        assert (figure.value is not None) == (figure.status in (Status.PROVIDED, Status.OLDER))
        assert (figure.period is not None) == (
            figure.status in (Status.PROVIDED, Status.OLDER, Status.WITHHELD)
        )
    assert {figure.status for figure in figures} >= {Status.PROVIDED, Status.OLDER, Status.WITHHELD}


@pytest.mark.parametrize(
    ("mark", "before"), [("", 100.0), ("[b]", None)], ids=["no break", "a break"]
)
def test_a_break_leaves_nothing_to_compare_with(mark: str, before: float | None) -> None:
    """Across a break in the series no headline is compared with the year before."""
    made = worked(f"period transactions\n2015 90\n2016 100\n2017 120{mark}\n2018 130")
    later = worked(f"period transactions\n2015 90\n2016 100\n2017 120{mark}")

    assert made.summaries["alpha"].figures["transactions_per_year"].before == 120
    assert later.summaries["alpha"].figures["transactions_per_year"].before == before
