from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from helpers import register, worked
from page_tools import column_of, example, made_of, row_of
from perfsite.charts.pictures import CardJob, TreemapJob
from perfsite.config import SiteConfig
from perfsite.kpi.groups import GroupKind
from perfsite.pages.home import home_page
from perfsite.pages.lists import high_volume_page

if TYPE_CHECKING:
    from page_tools import Made
    from perfsite.charts.pictures import Job
    from perfsite.components.contexts import HighVolumePage, HomePage

YEARLY: Final = "transactions_per_year"
A_FALL: Final = re.compile(
    r"\b(fewer|less|down|fell|fall|drop\w*|decreas\w*|declin\w*)\b", re.IGNORECASE
)


def home(made: Made) -> tuple[HomePage, list[Job]]:
    """The home page and its pictures."""
    site = made.site
    return home_page(
        made.builder, site.whole, site.of_kind(GroupKind.DEPARTMENT), site.edition.date
    )


@cache
def example_home() -> tuple[HomePage, list[Job]]:
    """The home page of the example."""
    return home(example())


def large(made: Made) -> HighVolumePage:
    """The page of high-volume services."""
    return high_volume_page(made.builder, made.site.whole)


def test_the_home_page_says_how_complete_and_how_fresh_the_whole_is() -> None:
    """How many services gave the year, how much of what was asked for came, and until when."""
    made = example()
    page, _ = example_home()
    recent = made.site.whole.health.total.recent

    assert page.freshness[0] == (
        "414 of 734 services have given their transactions for the year to September 2017."
    )
    assert f"{recent.provided:,} of {recent.requested:,}" in page.freshness[1]
    assert page.freshness[2] == "The newest figures are for periods that ended in September 2017."
    assert len(page.freshness) == 3


def test_nothing_on_the_home_page_says_a_fall() -> None:
    """3.31 billion became 1.04 because a department stopped: no words call that a fall in use."""
    page, jobs = example_home()
    words = [page.lead, page.description, *page.freshness, *page.notices]
    words += [text for f in page.figures for text in (f.heading, f.subtitle, f.alt, f.note)]
    words += [job.title for job in jobs if not isinstance(job, CardJob)]
    words += [card.change for card in page.cards if card.anchor == "kpi-transactions-per-year"]

    assert len(words) > 15
    assert [text for text in words if A_FALL.search(text)] == []
    card = next(c for c in page.cards if c.anchor == "kpi-transactions-per-year")
    assert card.change.endswith("+26%")
    heading = next(f.heading for f in page.figures if f.anchor == "chart-transactions-per-year")
    assert "more than a year before" in heading


def test_the_departments_are_boxes_of_one_period() -> None:
    """They add up to the headline; those whose services are mostly or all silent are named."""
    made = example()
    page, jobs = example_home()
    figure = page.figures[0]
    (job,) = (job for job in jobs if isinstance(job, TreemapJob))
    values = [int(t.replace(",", "")) for t in column_of(figure.table, "Transactions")]

    assert sum(values) == made.whole.figures[YEARLY].value
    assert round(sum(item.value for item in job.items)) == sum(values)
    assert figure.heading == (
        "Department for Transport had 75.9% of the transactions of the 414 services that reported "
        "in the year to September 2017"
    )
    assert row_of(figure.table, "HM Revenue and Customs").cells[2].text == "8 of 34 services"
    assert "HM Revenue and Customs (8 of 34 services)" in figure.note
    assert "so there is no box for: Department for International Development" in figure.note
    assert row_of(figure.table, "Department for Work and Pensions").under == "DWP"
    first = {item.labels[0].lines[0] for item in job.items if item.labels}
    assert {"DWP", "Home Office"} <= first
    shown = {row.header for row in figure.table.rows}
    silent = {g.group.name for g in made.of_kind(GroupKind.DEPARTMENT)} - shown
    assert silent
    assert all(name in figure.note for name in silent)


def test_the_home_page_says_that_departments_have_different_years() -> None:
    """The caption of the table warns, because the years of departments differ."""
    page, _ = example_home()

    assert "only figures for the same 12 months can be compared" in page.table.caption
    assert page.table.wide
    assert (page.services, page.departments, page.edition) == ("734", "18", "19 September 2018")


def test_a_home_page_without_figures_still_stands() -> None:
    """No figure at all: the lead says so, and there is no line, chart or sum of nothing."""
    made = made_of(worked("service period transactions\nalpha 2017 [x]", register("alpha", "beta")))
    page, jobs = home(made)

    assert page.lead == "2 services. No figures for 12 months were provided."
    assert (page.freshness, page.notices, page.figures, jobs) == ((), (), (), [])
    assert {card.missing for card in page.cards} == {True}
    assert large(made).lead == "0 of 2 services have at least 750,000 transactions a year."


def test_the_high_volume_services_reach_the_threshold() -> None:
    """Every one has at least the threshold, no other does, and the largest stands first."""
    made = example()
    page = large(made)
    values = {s.service.id: s.figures[YEARLY].value or 0 for s in made.services}
    keys = [row.key for row in page.table.rows]

    assert sorted(keys) == sorted(key for key, value in values.items() if value >= 750_000)
    assert [values[key] for key in keys] == sorted((values[key] for key in keys), reverse=True)
    assert page.lead.startswith(
        f"{len(keys)} of 734 services have at least 750,000 transactions a year."
    )
    assert "say until when they are" in page.note
    assert example_home()[0].high_volume.href == page.path == "high-volume.html"
    assert "750,000" in example_home()[0].high_volume.text


def test_their_share_is_of_one_period() -> None:
    """Only services with a figure for the year of the whole are in the share, which counts them."""
    made = made_of(
        worked(
            """
            service period transactions
            alpha   2017   600
            beta    2017   300
            gamma   2016   5000
            delta   2017   100
            """,
            register("alpha", "beta", "gamma", "delta"),
            SiteConfig(high_volume=300),
        )
    )
    page = large(made)

    assert page.lead == (
        "3 of 4 services have at least 300 transactions a year. The 2 of them that gave a figure "
        "in 2017 made 90.0% of the transactions that 3 services reported for it."
    )
    assert [row.header for row in page.table.rows] == ["Gamma", "Alpha", "Beta"]
