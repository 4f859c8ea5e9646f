from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from helpers import one_service_register, worked
from perfsite.config import parse_config
from perfsite.kpis import own_modules
from printed import could_be, is_true
from properties import fewer
from service_pages import figure_of, pages_of, texts

if TYPE_CHECKING:
    from perfsite.pages.service import ServicePages

OWN = """\
[measures.calls]
name = "Calls"
kind = "count"
aggregation = "sum"

[measures.balance]
name = "Balance"
kind = "number"
aggregation = "none"

[measures.visitors_now]
name = "Visitors now"
kind = "count"
aggregation = "last"

[measures.queue_now]
name = "People waiting"
kind = "count"
aggregation = "last"

[[journeys]]
service = "alpha"
name = "Applying"
steps = ["started", "calls", "completed"]

[[journeys]]
service = "alpha"
name = "In short"
steps = ["started", "completed"]
"""
RATINGS = "rating_1 rating_2 rating_3 rating_4 rating_5"


def shown(table: str, config: str = "", **register: str) -> ServicePages:
    """The page of the one service of a table."""
    services = one_service_register(**register) if register else None
    return pages_of(worked(table, services, parse_config(config)))


def slugs(pages: ServicePages) -> list[str]:
    """The figures of a page in their order."""
    return [figure.anchor.removeprefix("chart-") for figure in pages.page.figures]


# every module


def test_periods_that_are_not_there_are_shown_as_missing() -> None:
    """A run of absent periods is one row, between the figures around it, newest first."""
    figure = figure_of(
        shown("period transactions\n2016-Q1 100\n2016-Q3 [x]\n2017-Q3 140"), "transactions"
    )

    assert [row[:2] for row in texts(figure.table)] == [
        ["Period", "All transactions"],
        ["Jul to Sep 2017", "140"],
        ["Oct 2016 to Jun 2017", "no data"],
        ["Jul to Sep 2016", "no data"],
        ["Apr to Jun 2016", "no data"],
        ["Jan to Mar 2016", "100"],
    ]
    assert "5 periods have no figure." in figure.alt


def test_every_row_has_as_many_cells_as_there_are_columns() -> None:
    """Gaps and marks do not shift a figure under another header."""
    table = f"""
        period  transactions:web transactions:phone transactions:post {RATINGS} uptime downtime
        2016-01 1 2 3 1 1 1 1 1 9 1
        2016-05 1 2 [x] 1 1 1 1 [x] 9[b] 1
        """
    for figure in shown(table).page.figures:
        rows = texts(figure.table)
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}, figure.anchor


def test_a_source_line_names_who_gave_the_figures_and_where_they_stand() -> None:
    """The organisation and the file of the submission."""
    figure = figure_of(shown("period transactions\n2016 4\n2017 5"), "transactions")

    assert figure.source == "Source: figures given by Ministry (submissions/alpha.csv)."
    assert figure.csv == "services/alpha.csv"
    assert figure.embed == "services/alpha/transactions.html"


def test_without_enough_to_draw_there_is_no_picture_but_the_table() -> None:
    """One figure is no trend."""
    pages = shown("period transactions\n2017 5")
    figure = figure_of(pages, "transactions")

    assert (figure.svg, figure.alt) == ("", "")
    assert texts(figure.table)[1][:2] == ["Jan to Dec 2017", "5"]
    assert pages.jobs == ()


def test_the_register_chooses_modules_and_their_order() -> None:
    """Only those named are there, in the order named; without any all that have data."""
    table = "period transactions transactions:web cost\n2016 9 4 7\n2017 9 5 8"

    assert slugs(shown(table)) == ["transactions", "digital-take-up", "cost-per-transaction"]
    chosen = shown(table, modules=("cost-per-transaction", "transactions", "journey"))  # type: ignore[arg-type]
    assert slugs(chosen) == ["cost-per-transaction", "transactions"]
    assert [page.path for page in chosen.embeds] == [f.embed for f in chosen.page.figures]


def test_a_second_length_of_period_belongs_to_its_module() -> None:
    """Weeks beside quarters come with the transactions."""
    quarters = "\n".join(f"2015-Q{q} 9" for q in range(1, 5))
    weeks = "\n".join(f"2015-W{w:02d} 1" for w in range(1, 53))
    table = f"period transactions\n{quarters}\n{weeks}"

    assert slugs(shown(table)) == ["transactions", "transactions-by-week"]
    assert slugs(shown(table, modules=("transactions",))) == [  # type: ignore[arg-type]
        "transactions", "transactions-by-week"
    ]  # fmt: skip


def test_all_modules_of_perfsite_can_be_shown_at_once() -> None:
    """A service that gives everything has every module, in the order of a page."""
    header = (
        "period transactions:web transactions:phone transactions:post cost started calls "
        f"completed {RATINGS} uptime downtime unmonitored response_time visitors_now"
    )
    rows = "\n".join(
        f"{year}-{month:02d} 10 20 30 {year} 100 80 60 1 1 1 1 1 900 100 50 250 7"
        for year in (2016, 2017)
        for month in range(1, 13)
    )
    assert slugs(shown(f"{header}\n{rows}", OWN)) == [
        *(name for name in own_modules()[:7]),
        "journey-2",
        *own_modules()[7:],
        "measure-calls",
        "other-figures",
    ]


# one figure over time


def test_time_that_nobody_watched_stands_beside_the_availability() -> None:
    """Only where it was given."""
    table = "period uptime downtime unmonitored\n2017-08 900 100 50\n2017-09 950 50 _"
    rows = texts(figure_of(shown(table), "availability").table)

    assert rows[0][:3] == ["Period", "Availability", "Unmonitored time"]
    assert rows[1][:3] == ["Sep 2017", "95.0%", "no data"]
    assert rows[2][:3] == ["Aug 2017", "90.0%", "50 seconds"]
    without = figure_of(shown("period uptime downtime\n2017-08 9 1\n2017-09 9 1"), "availability")
    assert texts(without.table)[0][:3] == ["Period", "Availability", "Change on a year before"]


def test_a_response_time_is_told_in_milliseconds() -> None:
    """It has a line and a table of its own."""
    figure = figure_of(shown("period response_time\n2016-09 250\n2017-09 300"), "response-time")

    assert figure.heading == (
        "The online service answered in 300 ms in September 2017, up from 250 ms a year before"
    )
    assert figure.svg
    assert texts(figure.table)[1] == ["Sep 2017", "300 ms", "+20%", ""]


def test_a_measure_of_the_site_has_its_own_name() -> None:
    """Sums of counts are bars; what can be below zero is not drawn from zero up."""
    pages = shown("period calls balance\n2016-09 5 -3\n2017-09 8 4", OWN)

    calls, balance = (figure_of(pages, f"measure-{name}") for name in ("calls", "balance"))
    assert calls.heading == "Calls: 8 in September 2017, up from 5 a year before"
    assert calls.alt.startswith("Bar chart: ")
    assert balance.heading == "Balance: 4 in September 2017, up from −3 a year before"
    assert balance.svg == ""


# several figures


def test_channels_are_drawn_and_all_of_them_are_in_the_table() -> None:
    """The title names the largest; beyond four, the smaller ones are one line."""
    names = ("web", "phone", "post", "fax", "counter")
    table = "period " + " ".join(f"transactions:{name}" for name in names)
    table += "\n2017-01 50 20 15 10 5\n2017-02 60 10 15 [x] 5\n2017-03 40 30 15 10 5"
    pages = shown(table)
    figure = figure_of(pages, "channels")
    job = next(job for job in pages.jobs if job.path.endswith("/channels.svg"))

    assert figure.heading == (
        "Latest month: “Web” took 40.0% of transactions counted by channel in March 2017, more "
        "than any other"
    )
    assert texts(figure.table)[0] == ["Period", "Web", "Phone", "Post", "Fax", "Counter"]
    assert texts(figure.table)[2] == ["Feb 2017", "60", "10", "15", "no data", "5"]
    series = {mark["series"] for mark in getattr(job, "marks", ())}
    assert series == {0, 1, 2, 3}
    rest = [m["y"] for m in getattr(job, "marks", ()) if m["series"] == 3]
    assert rest == [15, None, 15]


def test_answers_are_shares_in_the_picture_and_counts_in_the_table() -> None:
    """Satisfied are the two best answers; the number of answers stands in the table."""
    table = f"period {RATINGS}\n2016-09 10 10 20 30 30\n2017-09 5 5 10 30 50\n2017-10 1 1 [x] 1 1"
    figure = figure_of(shown(table), "satisfaction-breakdown")

    assert figure.heading == (
        "Not all figures are there for October 2017. 80.0% of 100 answers were “satisfied” or "
        "“very satisfied” in September 2017, up from 60.0% a year before"
    )
    assert texts(figure.table)[0] == [
        "Period", "Very dissatisfied", "Dissatisfied", "Neither satisfied nor dissatisfied",
        "Satisfied", "Very satisfied", "All answers",
    ]  # fmt: skip
    assert texts(figure.table)[1][-1] == "incomplete"
    assert texts(figure.table)[2] == ["Sep 2017", "5", "5", "10", "30", "50", "100"]
    assert figure.alt.startswith("Stacked bar chart: ")


def test_answers_that_are_never_complete_are_not_shown() -> None:
    """Without all five there is no whole that shares could be of; the answers stand as given."""
    assert slugs(shown("period rating_5 rating_1\n2017-01 9 1\n2017-02 8 2")) == ["other-figures"]
    assert "satisfaction-breakdown" not in slugs(shown(f"period {RATINGS}\n2017-01 0 0 0 0 0"))


@fewer(5, because="each example makes the page of a service, with all its tables")
@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), min_size=12, max_size=12),
    st.integers(0, 7),
)
@example([(10, 500), *[(10, 10)] * 11], 0)
@example([(10, 10)] * 12, 6)
@example([(10, 10)] * 12, 7)
def test_a_year_on_another_compares_the_months_that_both_have(
    months: list[tuple[int, int]], missing: int
) -> None:
    """The sums of the sentence are of those months alone; fewer than six are not compared."""
    rows = [f"2016-{month:02d} {then}" for month, (_, then) in enumerate(months, 1)]
    rows = rows[missing:] + [f"2017-{month:02d} {now}" for month, (now, _) in enumerate(months, 1)]
    pages = shown("period transactions\n" + "\n".join(rows))
    pairs = months[missing:]
    if len(pairs) < 6:
        assert "year-before" not in slugs(pages)
        return
    figure = figure_of(pages, "year-before")
    now, then = (sum(column) for column in zip(*pairs, strict=True))
    match = re.fullmatch(
        rf"(.+) transactions in {len(pairs)} months with figures for both years, (.+)",
        figure.heading,
    )

    assert match, figure.heading
    assert could_be(match[1], now)
    assert is_true(match[2], now, then), figure.heading
    assert texts(figure.table)[1][:3] == ["Dec 2017", f"{months[11][0]:,}", f"{months[11][1]:,}"]
    assert len(figure.table.rows) == 12


def test_a_month_that_one_year_lacks_is_in_neither_sum() -> None:
    """A missing month of this year leaves out that of the year before, too."""
    rows = [f"2016-{month:02d} 10" for month in range(1, 13)]
    rows += [f"2017-{month:02d} {'[x]' if month == 5 else 10}" for month in range(1, 13)]
    figure = figure_of(shown("period transactions\n" + "\n".join(rows)), "year-before")

    assert figure.heading == (
        "Latest year: 110 transactions in 11 months with figures for both years, the same as a "
        "year before"
    )
    assert "One period has no figure." in figure.alt


def test_quarters_are_not_set_on_each_other() -> None:
    """The bars show each quarter beside that of the year before."""
    table = "period transactions\n" + "\n".join(
        f"{year}-Q{quarter} 5" for year in (2016, 2017) for quarter in range(1, 5)
    )
    assert slugs(shown(table)) == ["transactions"]


def test_weeks_are_compared_with_those_of_52_weeks_before() -> None:
    """Half of a year must be there."""
    table = "period transactions\n" + "\n".join(
        f"{year}-W{week:02d} {count}"
        for year, count in ((2016, 2), (2017, 3))
        for week in range(1, 53)
    )
    heading = figure_of(shown(table), "year-before").heading

    assert heading.startswith("156 transactions in 52 weeks with figures for both years")


@fewer(5, because="each example makes the page of a service, with all its tables")
@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_journey_says_how_many_reach_its_end(first: int, last: int) -> None:
    """The share is of the first step, in the newest period with all steps."""
    table = (
        f"period started calls completed\n2017-08 9 9 9\n2017-09 {first} 5 {last}\n2017-10 7 7 [x]"
    )
    figure = figure_of(shown(table, OWN), "journey")
    match = re.fullmatch(
        "(.+) of those counted at “Transactions started” are counted at “Transactions completed” "
        "in September 2017",
        figure.heading,
    )

    assert (match is None) == (last > first), figure.heading
    assert match is None or could_be(match[1].lower(), last / first)
    assert figure.subtitle == "Steps of “Applying”, Sep 2017"
    assert [row[0] for row in texts(figure.table)[1:]] == ["Oct 2017", "Sep 2017", "Aug 2017"]


def test_readings_are_a_table_of_the_last_ones() -> None:
    """No picture, no trend: what was read last, and when; the title is of the newest of all."""
    pages = shown("period visitors_now queue_now\n2017-01-02 7 3\n2017-01-04 9 [x]", OWN)
    figure = figure_of(pages, "readings")

    assert figure.heading == "The last reading of “Visitors now” was 9, on 4 January 2017"
    assert figure.svg == ""
    assert texts(figure.table) == [
        ["Measure", "Last reading", "Period"],
        ["Visitors now", "9", "4 Jan 2017"],
        ["People waiting", "3", "2 Jan 2017"],
    ]
