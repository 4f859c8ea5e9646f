from __future__ import annotations

from helpers import register, span, worked, worked_sources
from perfsite.model import Status
from perfsite.periods import Unit

TAKE_UP = "digital_take_up"


def test_transactions_have_their_digital_part_and_the_year_before() -> None:
    """Each point is what was given for its period; a year before is looked up, not counted back."""
    series = worked(
        """
        period  transactions transactions:digital
        2016-Q1 100          40
        2016-Q3 120          _
        2017-Q1 130          60
        """
    ).chart("transactions")

    assert [(p.period.code, p.value, p.numerator, p.before) for p in series.points] == [
        ("2016-Q1", 100, 40, None),
        ("2016-Q3", 120, None, None),
        ("2017-Q1", 130, 60, 100),
    ]


def test_the_period_before_is_the_one_that_touches() -> None:
    """A gap, or a missing figure, leaves nothing to compare with."""
    points = worked("period transactions\n2016-Q1 1\n2016-Q2 2\n2016-Q4 4\n2017-Q1 [x]\n2017-Q2 6")

    assert [(p.period.code, p.previous) for p in points.chart("transactions").points] == [
        ("2016-Q1", None),
        ("2016-Q2", 1),
        ("2016-Q4", None),
        ("2017-Q1", 4),
        ("2017-Q2", None),
    ]


def test_what_is_missing_stays_in_the_series_without_a_value() -> None:
    """Missing, not applicable, confidential and withheld have their status, and are never zero."""
    series = worked(
        """
        period  transactions transactions:digital
        2017-01 10           4
        2017-02 10           [x]
        2017-03 10           [z]
        2017-04 10           11
        2017-05 10           0
        """
    ).chart(TAKE_UP)

    assert [(p.value, p.status) for p in series.points] == [
        (0.4, Status.PROVIDED),
        (None, Status.NOT_PROVIDED),
        (None, Status.NOT_PROVIDED),
        (None, Status.WITHHELD),
        (0.0, Status.PROVIDED),
    ]
    assert len(series.figures) == 2


def test_a_missing_total_is_missing_for_its_own_reason() -> None:
    """The series of transactions tells [x], [z] and [c] apart."""
    series = worked(
        "period transactions\n2017-01 5\n2017-02 [x]\n2017-03 [z]\n2017-04 [c]\n2017-05 0"
    )
    points = series.chart("transactions").points

    assert [(p.value, str(p.status)) for p in points] == [
        (5, "provided"),
        (None, "not_provided"),
        (None, "not_applicable"),
        (None, "confidential"),
        (0, "provided"),
    ]


def test_quarters_go_before_years() -> None:
    """Of several lengths the quarters are charted; years of the same figures add nothing."""
    made = worked(
        "period transactions\n"
        + "\n".join(f"{y}-Q{q} 5" for y in (2015, 2016) for q in range(1, 5))
        + "\n2015 20\n2016 20"
    )

    assert [(s.unit, s.count, s.main) for s in made.series["alpha"]] == [(Unit.MONTH, 3, True)]
    assert made.chart("transactions").slug == "transactions"
    assert made.chart("transactions").grain == "quarter"


def test_quarters_long_ended_give_way_to_newer_figures() -> None:
    """A series that ended years ago is not what a service's page shows first."""
    made = worked("period transactions\n2012-Q1 5\n2012-Q2 5\n2016 5\n2017 6")

    assert made.chart("transactions").count == 12


def test_weeks_stand_beside_quarters() -> None:
    """Weeks tell something else, so they have a series and a file of their own."""
    quarters = "\n".join(f"2015-Q{q} 9" for q in range(1, 5))
    weeks = "\n".join(f"2015-W{w:02d} 1" for w in range(1, 53))
    made = worked(f"period transactions\n{quarters}\n{weeks}")

    assert [(s.slug, s.main) for s in made.series["alpha"]] == [
        ("transactions", True), ("transactions-by-week", False)
    ]  # fmt: skip


def test_years_that_quarters_make_are_in_the_series_of_years() -> None:
    """A window that was added up is a point like one that was given."""
    made = worked(
        "service period transactions\n"
        + "\n".join(f"alpha {year} 7" for year in (2013, 2014))
        + "\n"
        + "\n".join(f"alpha {y}-{m:02d} 1" for y in (2015, 2016) for m in range(1, 13) if m < 13),
        register("alpha"),
    )
    frame = made.figures.windows.frame

    assert frame["summed"].sum() == 13
    points = made.chart("transactions").points
    assert all(p.period.count == 1 for p in points)


def test_a_service_without_figures_has_no_series() -> None:
    """Every service of the register is there, with nothing where nothing was given."""
    made = worked("service period transactions\nalpha 2017 5", register("alpha", "beta"))

    assert made.series["beta"] == []
    assert [s.kpi for s in made.series["alpha"]] == ["transactions_per_year"]


def test_no_figures_are_no_series() -> None:
    """Without any submission, or with blanks only, there is nothing to chart and nothing breaks."""
    assert worked_sources([], register("alpha")).series == {"alpha": []}
    assert worked("period transactions cost\n2017 _ [z]").series == {"alpha": []}


def test_one_figure_is_not_drawn() -> None:
    """One bar is no trend."""
    assert not worked("period transactions\n2017 5").chart("transactions").is_drawn
    assert not worked("period transactions\n2016 [x]\n2017 5").chart("transactions").is_drawn
    assert worked("period transactions\n2016 4\n2017 5").chart("transactions").is_drawn


def test_points_are_in_the_order_of_time() -> None:
    """Whatever the order of the rows, the oldest comes first, and none comes twice."""
    points = worked("period transactions\n2017 5\n2015 3\n2016 4").chart("transactions").points

    assert [p.period for p in points] == [span("2015"), span("2016"), span("2017")]
    assert [p.before for p in points] == [None, 3, 4]
