from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from helpers import register, worked
from perfsite.components.contexts import Assets, Builder, make_builder
from perfsite.config import SiteConfig
from perfsite.exports.tables import health_file
from perfsite.kpi.groups import Group, GroupKind
from perfsite.kpi.health import Coverage, Owed
from perfsite.kpi.reporting import State
from perfsite.kpis import KPIS, counted_in_health, in_the_ledger
from perfsite.language import Language
from perfsite.model import Service
from perfsite.pages.health import department_pages, health_page
from perfsite.periods import Period
from perfsite.widgets.health import (
    MEANINGS,
    WORDS,
    completeness,
    coverage_words,
    legend,
    owed_words,
)
from records import site_of

if TYPE_CHECKING:
    from perfsite.components.contexts import DepartmentHealthPage, HealthPage
    from perfsite.components.elements import Table
    from perfsite.site_data import SiteData

ENGLISH = Language("en-GB")
QUARTERS = [f"{year}-Q{quarter}" for year in (2015, 2016) for quarter in (1, 2, 3, 4)]
ROADS, TIME, SEAS = "Ministry of Roads", "Ministry of Time", "Ministry of Seas"
TRANSACTIONS = KPIS["transactions_per_year"].name
SATISFACTION = KPIS["user_satisfaction"].name


def builder() -> Builder:
    """Makes the pages of a site in English that has no address."""
    config = SiteConfig(title="Figures")
    return make_builder(config, ENGLISH, [("en-GB", "English", "")], Assets("a.css", "", "", ""))


@dataclass(frozen=True)
class Told:
    """Some submissions of some services, and what the pages of health say of them."""

    table: str
    services: dict[str, Service]

    @cached_property
    def site(self) -> SiteData:
        """What the pages are made of."""
        return site_of(worked(self.table, self.services))

    @cached_property
    def page(self) -> HealthPage:
        """health/index.html."""
        return health_page(builder(), self.site)

    @cached_property
    def departments(self) -> dict[str, DepartmentHealthPage]:
        """health/<department>.html by the department's name."""
        pages = department_pages(builder(), self.site)
        return {page.department.text: page for page in pages}


def table(of: Table) -> dict[str, list[str]]:
    """The texts of a table by the headers of its rows."""
    return {row.header: [cell.text for cell in row.cells] for row in of.rows}


def columns(of: Table) -> list[str]:
    """The headers of a table."""
    return [column.text for column in of.columns]


def ministries(**of: str) -> dict[str, Service]:
    """A register of services by their departments."""
    return {key: Service(key, key.capitalize(), department) for key, department in of.items()}


def quarterly(**cells: str) -> str:
    """Satisfaction by service: a digit or `_` for each quarter of 2015 and 2016."""
    rows = [
        f"{service} {quarter} {'_' if mark == '_' else f'{mark}0%'}"
        for service, marks in cells.items()
        for quarter, mark in zip(QUARTERS, marks, strict=True)
    ]
    return "service period user_satisfaction\n" + "\n".join(rows)


@pytest.fixture(scope="module")
def three() -> Told:
    """Three departments: one gives everything asked of one KPI, one has stopped, one is silent."""
    return Told(
        quarterly(toll="88888888", clock="777_____", watch="66666666"),
        ministries(clock=TIME, ferry=SEAS, toll=ROADS, watch=TIME),
    )


def test_the_numbers_of_the_page_are_those_of_the_ledger(three: Told) -> None:
    """Each cell of the table of KPIs counts the services in that state, from the ledger's rows."""
    rows = three.site.matrix.rows()
    newest = rows[rows["period"] == QUARTERS[-1]]
    got = table(three.page.kpis)

    assert columns(three.page.kpis)[2:] == [word.capitalize() for word in WORDS.values()]
    assert list(got) == [KPIS[kpi].name for kpi in counted_in_health()]
    for kpi in counted_in_health():
        mine = newest[newest["kpi"] == kpi]["state"].value_counts()
        assert got[KPIS[kpi].name][1:] == [str(mine.get(str(state), 0)) for state in WORDS]
        assert sum(map(int, got[KPIS[kpi].name][1:])) == len(three.services)


def test_coverage_is_of_the_newest_four_quarters(three: Told) -> None:
    """Four services were asked for four figures of satisfaction; two gave it each time.

    Nobody ever gave another KPI, so nobody was asked for one.
    """
    got = table(three.page.kpis)

    assert got[SATISFACTION] == ["50.0%, 8 of 16", "2", "0", "0", "1", "1", "0", "0", "0", "0"]
    others = [name for name in got if name != SATISFACTION]
    assert {got[name][0] for name in others} == {"nothing was asked for"}
    assert got[TRANSACTIONS][1:] == ["0", "0", "0", "0", "0", "0", "0", "0", "4"]
    assert three.page.lead == (
        "In the year to December 2016, services gave 50.0% of the figures that they were asked "
        "for: 8 of 16."
    )
    assert three.page.kpis.caption.endswith("in Oct to Dec 2016")


def test_departments_are_ranked_with_the_worst_last(three: Told) -> None:
    """Roads gave all that was asked, Time 4 of 8, Seas none; each leads to its own page."""
    got = table(three.page.departments)

    assert list(got) == [ROADS, TIME, SEAS]
    assert got[ROADS] == ["1", "100%, 4 of 4", "100%, 8 of 8", "0", "0", "0"]
    assert got[TIME] == ["2", "50.0%, 4 of 8", "68.8%, 11 of 16", "0", "0", "1"]
    assert got[SEAS] == ["1", "0%, 0 of 4", "0%, 0 of 8", "1", "0", "0"]
    for row in three.page.departments.rows:
        assert row.href == three.departments[row.header].path
        assert len(row.cells) == len(three.page.departments.columns) - 1


def test_a_service_that_stopped_is_not_one_that_never_gave(three: Told) -> None:
    """`stopped` names the last month with a figure; `never given` names none."""
    stopped, silent = three.departments[TIME].owed, three.departments[SEAS].owed
    names = [column.text for column in stopped.columns[1:]]
    owed = dict(zip(names, table(stopped)["Clock"], strict=True))

    assert owed["Last figure"] == "Jul to Sep 2015"
    assert owed["User satisfaction"] == "stopped, none after September 2015"
    assert [column.text for column in silent.columns[2:]] == [SATISFACTION]
    assert table(silent)["Ferry"] == ["none", "never given"]
    assert three.departments[SEAS].owed.rows[0].cells[0].missing


def test_the_page_says_how_many_never_gave_any_figure(three: Told) -> None:
    """One of four never did; where all did there is no notice."""
    assert three.page.notices == ("One of 4 services has never given any figure.",)
    all_gave = Told(quarterly(toll="88888888"), ministries(toll=ROADS))
    assert all_gave.page.notices == ()
    two = Told(quarterly(toll="8" * 8), ministries(toll=ROADS, ferry=SEAS, boat=SEAS))
    assert two.page.notices == ("2 of 3 services have never given any figure.",)


def test_a_service_that_owes_nothing_owes_nothing() -> None:
    """With every KPI that counts given in the newest quarter each cell says so."""
    told = Told(
        "period transactions transactions:digital cost started completed user_satisfaction\n"
        "2016-01/2016-12 100 50 10 20 10 80%",
        register("alpha"),
    )
    (row,) = told.departments["Ministry"].owed.rows

    assert [(cell.text, cell.missing) for cell in row.cells] == [
        ("Oct to Dec 2016", False),
        *[("given", False)] * 5,
    ]


def test_each_kpi_has_a_table_of_the_newest_eight_quarters(three: Told) -> None:
    """A column a quarter, the oldest first, and the word of the state, marked for the styles."""
    page = three.departments[TIME]
    of = {item.caption: item for item in page.tables}
    satisfied = of["User satisfaction, quarter by quarter"]

    assert list(of) == [f"{KPIS[kpi].name}, quarter by quarter" for kpi in counted_in_health()]
    assert columns(satisfied)[:2] == ["Service", "Jan to Mar 2015"]
    assert len(satisfied.columns) == 9
    assert table(satisfied)["Clock"] == ["given"] * 3 + ["late"] * 4 + ["stopped"]
    assert [cell.state for cell in satisfied.rows[0].cells][2:4] == ["provided", "late"]
    assert [cell.missing for cell in satisfied.rows[0].cells] == [False] * 3 + [True] * 5


def test_longer_ledgers_show_their_newest_quarters() -> None:
    """Of twelve quarters the tables hold the last eight, cells and columns alike."""
    years = "\n".join(f"alpha {y}-Q{q} 50%" for y in (2014, 2015, 2016) for q in (1, 2, 3, 4))
    told = Told(
        f"service period user_satisfaction\n{years}\nbeta 2014-Q1 50%", register("alpha", "beta")
    )
    (of,) = (t for t in told.departments["Ministry"].tables if t.caption.startswith(SATISFACTION))

    assert len(told.site.matrix.quarters) == 12
    assert columns(of)[1] == "Jan to Mar 2015"
    assert table(of)["Beta"] == ["late"] + ["stopped"] * 7
    assert {len(row.cells) for row in of.rows} == {8}


def test_all_tables_of_a_department_list_its_services_by_name(three: Told) -> None:
    """The same services in the same order, each leading to its page, and no others."""
    page = three.departments[TIME]

    for of in (page.owed, *page.tables):
        assert [(row.header, row.href) for row in of.rows] == [
            ("Clock", "services/clock.html"),
            ("Watch", "services/watch.html"),
        ]
        assert {len(row.cells) for row in of.rows} == {len(of.columns) - 1}


def test_a_department_says_how_much_it_gave(three: Told) -> None:
    """The lead has the same numbers as its row; the page leads to the department."""
    page = three.departments[TIME]

    assert page.lead == (
        "Of the figures that its services were asked for in the newest four quarters, Ministry of "
        "Time gave 50.0%, 4 of 8."
    )
    assert page.department.href == "departments/ministry-of-time.html"
    assert page.path == "health/ministry-of-time.html"
    assert page.title == "Data health: Ministry of Time - Figures"
    assert [crumb.href for crumb in page.crumbs] == ["index.html", "health/index.html"]


def test_a_department_that_was_asked_for_nothing_comes_last() -> None:
    """Its only service closed two years before: no share, not 0%, below one that gave nothing."""
    services = ministries(toll=ROADS, ferry=SEAS, clock=TIME)
    services["clock"] = Service("clock", "Clock", TIME, opened="2010", closed="2014-12")
    told = Told(quarterly(toll="8" * 8), services)
    rows = table(told.page.departments)

    assert list(rows) == [ROADS, SEAS, TIME]
    assert rows[TIME] == ["1", "nothing was asked for", "nothing was asked for", "1", "0", "0"]
    page = told.departments[TIME]
    assert page.lead == (
        "The services of Ministry of Time were asked for no figures in the newest four quarters."
    )
    assert table(page.owed)["Clock"] == ["none"]
    assert {text for of in page.tables for text in table(of)["Clock"]} == {"not asked"}


def test_a_year_in_which_nothing_was_asked_for_has_no_share() -> None:
    """One service closed before the newest year, one opened after it: that is not 0%."""
    told = Told(
        "service period user_satisfaction\nold 2014-Q1 50%\nnew 2015-05 50%",
        {
            "old": Service("old", "Old", TIME, closed="2014-03"),
            "new": Service("new", "New", TIME, opened="2015-05"),
        },
    )

    assert [quarter.code for quarter in told.site.matrix.quarters][::4] == ["2014-Q1", "2015-Q1"]
    assert told.page.lead == "Services were asked for no figures in the newest four quarters."
    assert table(told.page.departments)[TIME][1:3] == ["nothing was asked for", "100%, 1 of 1"]
    assert "no figures in the newest four quarters" in told.departments[TIME].lead


def test_without_any_quarter_the_pages_say_that_there_is_nothing() -> None:
    """No figure at all: no sentence of coverage, no table by quarter, no period in a caption."""
    told = Told("period transactions\n2016-Q4 _", register("alpha"))

    assert told.site.matrix.quarters == ()
    assert told.page.lead == "No figures were provided."
    assert told.page.kpis.caption == "Services by the state of each figure"
    assert set(table(told.page.kpis)[TRANSACTIONS][1:]) == {"0"}
    assert told.departments["Ministry"].tables == ()
    assert table(told.departments["Ministry"].owed) == {"Alpha": ["none"]}
    assert completeness(told.site.whole, ENGLISH) == ""


def test_every_state_has_a_word_and_a_meaning() -> None:
    """The legend explains each state once, by the word and the mark that the tables use."""
    explained = dict(legend(ENGLISH))

    assert set(WORDS) == set(MEANINGS) == set(State)
    assert len(set(WORDS.values())) == len(set(MEANINGS.values())) == len(State)
    assert len(explained) == len(State)
    for state in State:
        assert explained[str(state).replace("_", "-")] == f"{WORDS[state]}: {MEANINGS[state]}"


def test_every_page_of_health_explains_the_words_it_uses(three: Told) -> None:
    """Each mark of a cell is in the legend of its page."""
    legends = [three.page.states, *(page.states for page in three.departments.values())]
    for states in legends:
        assert {state for state, _ in states} == {str(state).replace("_", "-") for state in State}
    used = {
        cell.state
        for page in three.departments.values()
        for of in page.tables
        for row in of.rows
        for cell in row.cells
    }
    assert used == {"provided", "late", "stopped", "missing", "not-asked"}


def test_the_file_of_health_holds_the_whole_ledger(three: Told) -> None:
    """data/health.csv has a row for each service, KPI and quarter, and the pages lead to it."""
    file = health_file(three.site.matrix)
    rows = list(csv.DictReader(io.StringIO(file.data.decode(), newline="")))

    assert len(rows) == 4 * len(in_the_ledger()) * 8
    assert list(rows[0]) == ["service", "kpi", "period", "state"]
    assert {row["state"] for row in rows} <= {str(state) for state in State}
    addresses = {three.page.csv, *(page.csv for page in three.departments.values())}
    assert addresses == {file.path} == {"data/health.csv"}


def test_coverage_in_words() -> None:
    """A share never stands without what it is a share of; nothing of nothing is no share."""
    assert coverage_words(Coverage(12, 34), ENGLISH) == "35.3%, 12 of 34"
    assert coverage_words(Coverage(0, 1200), ENGLISH) == "0%, 0 of 1,200"
    assert coverage_words(Coverage(0, 0), ENGLISH) == "nothing was asked for"


def test_nearly_all_is_not_all() -> None:
    """A share below one is never written as 100%, nor one above nothing as 0%."""
    assert not coverage_words(Coverage(19_999, 20_000), ENGLISH).startswith("100")
    assert not coverage_words(Coverage(1, 20_000), ENGLISH).startswith(("0%", "0.0%"))


def test_what_is_owed_in_words() -> None:
    """Late and stopped say after which month there is none; what never came was never given."""
    since, last = Period.parse("2016-Q2"), Period.parse("2016-Q1")

    def words(state: State) -> str:
        return owed_words(Owed("user_satisfaction", state, since, last), ENGLISH)

    assert words(State.LATE) == "User satisfaction: late, none after March 2016"
    assert words(State.STOPPED) == "User satisfaction: stopped, none after March 2016"
    assert words(State.INCOMPLETE) == (
        "User satisfaction: given only in part, last in figures to March 2016"
    )
    never = Owed("total_cost", State.MISSING, None, None)
    assert owed_words(never, ENGLISH) == "Total cost: never given"


def test_the_health_of_a_group_is_in_its_record(three: Told) -> None:
    """Each group has its own health, and not that of another."""
    groups = {record.group.name: record.health for record in three.site.groups}

    assert groups[SEAS].silent == 1
    assert groups[ROADS].silent == 0
    assert groups[ROADS].group == Group(
        GroupKind.DEPARTMENT, "ministry-of-roads", ROADS, "", ("toll",)
    )
