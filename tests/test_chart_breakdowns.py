from __future__ import annotations

from typing import TYPE_CHECKING

from helpers import csv_source, one_service_register, register, span, worked, worked_sources
from perfsite.charts.breakdowns import Breakdowns, charted_measures, collect_breakdowns
from perfsite.charts.series import collect_measures
from perfsite.config import parse_config
from perfsite.model import Status

if TYPE_CHECKING:
    from perfsite.config import SiteConfig

OWN = """\
[measures.calls]
name = "Calls"
kind = "count"
aggregation = "sum"

[measures.visitors_now]
name = "Visitors now"
kind = "count"
aggregation = "last"

[[journeys]]
service = "alpha"
name = "Applying"
steps = ["started", "calls", "completed"]
"""


def config() -> SiteConfig:
    """A site with measures and a journey of its own."""
    return parse_config(OWN)


def broken_down(table: str, settings: SiteConfig | None = None) -> Breakdowns:
    """The breakdowns of the one service of a table."""
    made = worked(table, config=settings)
    return collect_breakdowns(made.observations, made.parts, made.services, made.config)["alpha"]


def test_channels_are_shown_where_they_say_more_than_digital_and_other() -> None:
    """One digital channel and one other are the split that the bars show already."""
    two = "period transactions:digital transactions:post\n2017-01 5 6\n2017-02 5 6"
    digital = "period transactions:web transactions:app\n2017-01 5 6\n2017-02 5 6"
    other = "period transactions:phone transactions:post\n2017-01 5 6\n2017-02 5 6"

    assert broken_down(two).channels is None
    for table in (digital, other):
        assert broken_down(table).channels is not None


def test_channels_stand_in_the_order_of_their_size_with_what_is_missing() -> None:
    """The largest comes first; each cell has its figure or the reason for its absence."""
    channels = broken_down(
        """
        period  transactions:web transactions:phone transactions:post
        2017-01 5                60                 7
        2017-02 5                [x]                8
        2017-03 5                61                 [z]
        """
    ).channels

    assert channels is not None
    assert channels.names == ("phone", "post", "web")
    assert [row.values for row in channels.rows] == [(60, 7, 5), (None, 8, 5), (61, None, 5)]
    assert channels.rows[1].statuses[0] is Status.NOT_PROVIDED
    assert channels.rows[2].statuses[1] is Status.NOT_APPLICABLE
    # Post does not apply in March, so that row is whole; in February the phone is missing.
    assert [row.numbers for row in channels.rows] == [(60, 7, 5), None, (61, 0, 5)]
    assert channels.newest is channels.rows[2]


def test_answers_keep_their_order() -> None:
    """The five ratings stand from the worst to the best, those never given as missing."""
    ratings = broken_down("period rating_5 rating_1\n2017-01 9 1\n2017-02 8 2").ratings

    assert ratings is not None
    assert ratings.names == ("rating_1", "rating_2", "rating_3", "rating_4", "rating_5")
    assert ratings.rows[0].values == (1, None, None, None, 9)
    assert ratings.newest is None


def test_a_year_before_ends_at_a_break() -> None:
    """Over a break in the series there is nothing to compare with."""
    names = " ".join(f"rating_{i}" for i in range(1, 6))
    rows = "2016-01 1 1 1 1 1\n2016-06 1 1 1 1 {}\n2017-01 2 2 2 2 2"
    for mark, found in (("1", True), ("1[b]", False)):
        ratings = broken_down(f"period {names}\n" + rows.format(mark)).ratings
        assert ratings is not None
        earlier = ratings.year_before(ratings.rows[-1])
        assert (earlier is not None) == found


def test_unmonitored_time_of_days_is_added_up_to_months() -> None:
    """Availability is of a month, so what was not watched is, too."""
    days = "\n".join(f"2017-02-{day:02d} 86000 0 400" for day in range(1, 29))
    found = broken_down(f"period uptime downtime unmonitored\n{days}").beside["unmonitored"]

    assert found[span("2017-02")] == 28 * 400
    assert found[span("2017-02-03")] == 400


def test_a_journey_is_for_the_newest_period_that_has_all_steps() -> None:
    """A newer period without one of the steps does not count, nor a journey without any."""
    table = """
        period  started calls completed
        2017-01 100     50    40
        2017-02 110     60    50
        2017-03 120     [x]   60
        """
    (journey,) = broken_down(table, config()).journeys

    assert [step.id for step in journey.steps] == ["started", "calls", "completed"]
    newest = journey.strands.newest
    assert newest is not None
    assert (newest.period, newest.numbers) == (span("2017-02"), (110, 60, 50))
    assert len(journey.strands.rows) == 3
    assert broken_down("period started completed\n2017-01 5 4", config()).journeys == ()


def test_a_journey_is_shown_at_the_length_of_its_newest_period() -> None:
    """Of quarters and months with all steps, those that came last."""
    table = "period started calls completed\n2016-Q4 9 8 7\n2017-01 5 4 3\n2016-Q3 9 8 7"
    (journey,) = broken_down(table, config()).journeys

    assert [row.period for row in journey.strands.rows] == [span("2017-01")]


def test_of_readings_the_last_one_stands() -> None:
    """However the rows are ordered, and however short the period of the last one."""
    table = "period visitors_now\n2017-01-02 7\n2017-01-04 [x]\n2017-01-03 9\n2017-01-01 8"
    (reading,) = broken_down(table, config()).readings

    assert (reading.measure.id, reading.value, reading.period) == (
        "visitors_now",
        9,
        span("2017-01-03"),
    )


def test_the_files_of_a_measure_are_those_of_its_length_of_period() -> None:
    """Quarters name the file of quarters; what only longer periods have names theirs."""
    made = worked_sources(
        [
            csv_source("period transactions\n2017-Q1 5", "submissions/b/alpha.csv"),
            csv_source("period transactions\n2016 5", "submissions/a/alpha.csv"),
        ],
        one_service_register(),
    )
    found = collect_breakdowns(made.observations, made.parts, made.services, made.config)["alpha"]

    assert found.files(["transactions"], ("month", 3)) == ["submissions/b/alpha.csv"]
    both = ["submissions/a/alpha.csv", "submissions/b/alpha.csv"]
    assert found.files(["transactions"], ("week", 1)) == both
    assert found.files(["transactions"], None) == both
    assert found.files(["cost"], None) == []


def test_a_service_that_gave_nothing_has_empty_breakdowns() -> None:
    """Every service is there."""
    made = worked("service period transactions\nalpha 2017 5", register("alpha", "beta"))
    found = collect_breakdowns(made.observations, made.parts, made.services, made.config)

    assert found["beta"] == Breakdowns()


def test_measures_of_the_site_have_series_and_readings_have_none() -> None:
    """Response time comes first; a sum of counts has bars, a level has a line."""
    settings = config()
    table = (
        "period calls response_time visitors_now\n2017-01 5 250 9\n2017-02 6 [x] 8\n2017-03 7 300 7"
    )
    made = worked(table, config=settings)
    assert [measure.id for measure in charted_measures(settings)] == ["response_time", "calls"]
    series = collect_measures(made.parts, charted_measures(settings), made.services)["alpha"]

    assert [(s.module, s.slug, s.name, s.has_bars) for s in series] == [
        ("response-time", "response-time", "Response time", False),
        ("measure-calls", "measure-calls", "Calls", True),
    ]
    assert [(p.value, p.previous, str(p.status)) for p in series[0].points] == [
        (250, None, "provided"),
        (None, 250, "not_provided"),
        (300, None, "provided"),
    ]
