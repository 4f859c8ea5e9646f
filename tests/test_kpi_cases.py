"""Figures and pages that `perfsite build` makes of small submissions with known answers.

The first are those that lie beside the project, in ../shared/cases/kpis, read in place; the second
are of the same kinds, and made up in `kpi_cases`. What a page must tell is read from the page.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from lxml import html

from conftest import ROOT
from kpi_cases import CASES, GROUP_CASES, REGISTER, Case, GroupCase, submissions
from small_site import data_folder, perfsite

if TYPE_CHECKING:
    from pathlib import Path

GIVEN: Final = ROOT.parent / "shared" / "cases" / "kpis"
IN_WORDS: Final = frozenset(
    {
        *("apart-a", "break-inside", "closed-a", "closed-c", "cost-only", "fall-of-99-6"),
        *("half-up", "mix-a", "opened-in-july"),
    }
)
"""The given services whose `why` says what a page must tell; each has a test below."""


def _rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of the given cases; none where they are absent (`shared_cases`)."""
    path = GIVEN / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _params(cases: dict[str, object]) -> list[object]:
    """Parameters of a test with their names."""
    return [pytest.param(case, id=name) for name, case in cases.items()]


@dataclass(frozen=True)
class Site:
    """A built site, and what its files and pages say."""

    folder: Path

    def rows(self, path: str) -> list[dict[str, str]]:
        """The rows of a CSV file."""
        with (self.folder / path).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def service(self, service: str) -> dict[str, str]:
        """The row of a service in data/services.csv."""
        (row,) = [row for row in self.rows("data/services.csv") if row["service"] == service]
        return row

    def group(self, department: str, kpi: str, period: str) -> dict[str, str]:
        """A row of data/departments.csv."""
        (row,) = [
            row
            for row in self.rows("data/departments.csv")
            if (row["department"], row["kpi"], row["period"]) == (department, kpi, period)
        ]
        return row

    def main(self, path: str) -> html.HtmlElement:
        """What a page is about: without its header and footer."""
        (main,) = html.parse(self.folder / path).getroot().xpath("//main")
        return main

    def words(self, path: str) -> str:
        """The words of a page."""
        return _words(self.main(path))

    def card(self, path: str, kpi: str) -> str:
        """The words of the card of a KPI, without what opens to say where it comes from."""
        (card,) = self.main(path).xpath(f'.//*[@id="kpi-{kpi.replace("_", "-")}"]')
        for opened in card.xpath(".//details"):
            opened.drop_tree()
        return _words(card)

    def table(self, path: str, word: str) -> list[list[str]]:
        """The table whose caption begins with a word, as text; its header first."""
        (table,) = [
            table
            for table in self.main(path).iter("table")
            if _words(table.find("caption")).startswith(word)
        ]
        return [[_words(cell) for cell in row] for row in table.iter("tr")]


def _words(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


def _differences(said: dict[str, str], case: Case) -> list[str]:
    """What a row of data/services.csv says otherwise than a case; an empty list is right."""
    value, period, status = (said[f"{case.kpi}{end}"] for end in ("", "_period", "_status"))
    found = []
    if case.value is None and value:
        found.append(f"{value} where there is no figure")
    if case.value is not None and (not value or float(value) != pytest.approx(case.value, 1e-12)):
        found.append(f"{value or status} instead of {case.value}")
    if case.period and period != case.period:
        found.append(f"for {period} instead of {case.period}")
    if case.status and status != case.status:
        found.append(f"{status} instead of {case.status}")
    return found


@pytest.fixture(scope="module")
def given(shared_cases: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The given cases, built."""
    out = tmp_path_factory.mktemp("given") / "site"
    ran = perfsite("build", shared_cases / "kpis", "--out", out, "--no-charts")
    assert ran.code == 0, ran.err
    return Site(out)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The cases of `kpi_cases`, built."""
    parent = tmp_path_factory.mktemp("made")
    data = data_folder(
        parent,
        register=REGISTER,
        submissions={"figures.csv": submissions()},
        config='title = "Cases"\npublished = [2018-03-01]\n',
    )
    ran = perfsite("build", data, "--out", parent / "site", "--no-charts")
    assert ran.code == 0, ran.err
    return Site(parent / "site")


# The given cases.


def _given_case(row: dict[str, str]) -> Case:
    value = float(row["value"]) if row["value"] else None
    period = "" if row["period"] == "*" else row["period"]
    return Case(row["service"], row["kpi"], value, row["why"], period, row["status"])


EXPECTED: Final[dict[str, object]] = {
    f"{row['service']}-{row['kpi']}": _given_case(row)
    for row in _rows("expected.csv")
    # A KPI with neither value nor status and words of a page is no figure that is to be absent.
    if row["kpi"]
}
EXPECTED_GROUPS: Final[dict[str, object]] = {
    f"{row['department']}-{row['kpi']}": row for row in _rows("expected_groups.csv")
}


def test_the_given_cases_are_all_read(shared_cases: Path) -> None:
    """Every row of the two files is a case, and every case in words has a test of its own."""
    rows = _rows("expected.csv")

    assert (shared_cases / "kpis") == GIVEN
    assert len(EXPECTED) + sum(not row["kpi"] for row in rows) == len(rows) >= 32
    assert len(EXPECTED_GROUPS) == len(_rows("expected_groups.csv")) >= 2
    assert {row["service"] for row in rows if not row["kpi"]} <= IN_WORDS


@pytest.mark.parametrize("case", _params(EXPECTED))
def test_a_figure_is_the_expected_one(given: Site, case: Case) -> None:
    """data/services.csv has the value, the period and the status of expected.csv."""
    assert _differences(given.service(case.service), case) == [], case.why


@pytest.mark.parametrize("row", _params(EXPECTED_GROUPS))
def test_a_departments_figure_is_the_expected_one(given: Site, row: dict[str, str]) -> None:
    """data/departments.csv has what expected_groups.csv says, in every column that it fills."""
    said = given.group(row["department"], row["kpi"], row["period"])

    for name, value in row.items():
        if value and name not in {"department", "kpi", "period"}:
            assert float(said[name]) == pytest.approx(float(value), 1e-12), name


def test_closed_services_do_not_hold_their_department_back(given: Site) -> None:
    """Closers: 40 in 2017 at 1 of 1 open service, complete; two closed in 2015 keep their pages."""
    card = given.card("departments/closers.html", "transactions_per_year")
    row = given.group("Closers", "transactions_per_year", "2017")

    assert re.search(r"\b40\b", card)
    assert "2017" in card
    assert re.search(r"\b1 of 1\b", card)
    assert "older" not in card
    assert row["complete"] == "yes"
    assert "incomplete" not in given.words("departments/closers.html")
    for service in ("closed-a", "closed-b"):
        words = given.words(f"services/{service}.html")
        assert "closed in December 2015" in words
        assert "4,000" in words


def test_nothing_is_owed_for_a_year_before_a_year_has_passed(given: Site) -> None:
    """A service that opened in July is told to nobody as one that did not give its year."""
    path = "services/opened-in-july.html"
    card = given.card(path, "transactions_per_year")
    owed = [
        row
        for row in given.rows("data/health.csv")
        if row["service"] == "opened-in-july"
        and row["kpi"] == "transactions_per_year"
        and row["state"] in {"late", "missing"}
    ]

    assert not re.search(r"\bnot provided\b", card, re.IGNORECASE), card
    assert not re.search(r"Transactions a year: (never|not) given", given.words(path))
    assert owed == []
    # What was given stands on the page, in a table.
    table = given.table(path, "Transactions by quarter")
    assert [row[1] for row in table[1:]] == ["20", "10"]


def test_services_of_different_years_are_no_services_without_figures(given: Site) -> None:
    """Two services each have a year: the department has one of them, of 2, and says so."""
    card = given.card("departments/apart.html", "transactions_per_year")
    words = given.words("departments/apart.html")

    assert not re.search(r"\bno (service|figures)\b", card, re.IGNORECASE), card
    assert re.search(r"\b1 of 2\b", card) or "too few" in card.lower()
    for figure in ("1,000,000", "2,000,000"):
        assert figure in words


def test_eleven_months_of_cost_are_figures_and_stand_on_the_page(given: Site) -> None:
    """Nothing on the page says that no figures were given; all eleven are listed, £10 each."""
    words = given.words("services/cost-only.html")

    assert "no figures" not in words.lower()
    assert not re.search(r"(Total cost|Cost): never given", words)
    rows = [
        [_words(cell) for cell in row]
        for row in given.main("services/cost-only.html").xpath(".//table//tbody/tr")
    ]
    months = [row for row in rows if re.match(r"[A-Z][a-z]+ 2017\b", row[0])]
    assert len(months) == 11
    assert all(row[1] in {"£10", "£10.00"} for row in months), months


def test_no_change_is_printed_across_a_break_inside_the_window(given: Site) -> None:
    """700 in 2017 stands, no change beside it, and the card says that a break lies inside."""
    card = given.card("services/break-inside.html", "transactions_per_year")
    path = given.main("services/break-inside.html")

    assert re.search(r"\b700\b", card)
    assert path.xpath('.//*[@id="kpi-transactions-per-year"]//*[@class="change"]') == []
    assert not re.search(r"%|a year before", card)
    assert "break" in card.lower()


def test_a_half_is_rounded_away_from_zero(given: Site) -> None:
    """1,000 to 1,125 is +12.5%, printed as +13% in card, table and sentence alike."""
    path = "services/half-up.html"

    assert "+13%" in given.card(path, "transactions_per_year")
    assert "+13%" in given.table(path, "Transactions")[1]
    assert not re.search(r"\b12%", given.words(path))


def test_a_fall_of_99_6_percent_is_printed_as_it_is(given: Site) -> None:
    """1,000 to 4 is −99.6% in card and table, and nothing on the page says another number."""
    path = "services/fall-of-99-6.html"

    assert "−99.6%" in given.card(path, "transactions_per_year")
    assert "−99.6%" in given.table(path, "Transactions")[1]
    assert set(re.findall(r"99[.\d]*%", given.words(path))) <= {"99.6%", "99%"}
    assert not re.search(r"(?<!more than )99%", given.words(path))


def test_a_change_of_the_mix_is_not_told_as_a_change_of_the_services(given: Site) -> None:
    """Mixers: +32.0 points, of which nothing because services became more digital."""
    card = given.card("departments/mixers.html", "digital_take_up")
    row = given.group("Mixers", "digital_take_up", "2017")

    assert "82.0%" in card
    assert "+32.0 points" in card
    assert re.search(r"of which (0\.0\b|none|nothing)|no (change|difference) at|mix", card), card
    assert float(row["like_for_like_constant_volumes"]) == 0.5
    assert float(row["like_for_like_year_before"]) == 0.5


# Further cases of the same kinds.


@pytest.mark.parametrize("case", _params({f"{c.service}-{c.kpi}": c for c in CASES}))
def test_a_figure_is_the_one_worked_out_by_hand(made: Site, case: Case) -> None:
    """data/services.csv has the value, the period and the status of the case."""
    assert _differences(made.service(case.service), case) == [], case.why


@pytest.mark.parametrize(
    "case", _params({f"{c.department}-{c.kpi}-{c.period}": c for c in GROUP_CASES})
)
def test_a_departments_figure_is_the_one_worked_out_by_hand(made: Site, case: GroupCase) -> None:
    """data/departments.csv has what the case says, column by column."""
    said = made.group(case.department, case.kpi, case.period)

    for name, value in case.columns.items():
        assert (said[name] if isinstance(value, str) else float(said[name])) == value, name


def test_a_department_says_who_has_fallen_silent_and_how_much_that_was(made: Site) -> None:
    """1,000 of 1,030 transactions are missing in 2017: named above the key figures."""
    main = made.main("departments/silence.html")
    notices = [_words(p) for p in main.xpath('.//*[@id="key-figures"]/preceding::p')]
    (said,) = [notice for notice in notices if "The largest" in notice]

    assert "1,000" in said
    assert "2016" in said


def test_where_one_service_makes_half_the_figure_without_it_stands_beside_it(made: Site) -> None:
    """Costs in 2017: Cheap makes 9,000 of 10,000 transactions; without it there are 1,000."""
    card = made.card("departments/costs.html", "transactions_per_year")

    assert "10.0k" in card
    assert re.search(r"[Ww]ithout Cheap\b.*\b1,000\b|\b1,000\b.*without Cheap\b", card), card


def test_three_services_in_three_years_are_too_few_for_the_same_twelve_months(made: Site) -> None:
    """No year has half of the three services: too few, and never that there are no figures."""
    card = made.card("departments/scattered.html", "transactions_per_year")

    assert "too few" in card.lower(), card
    assert not re.search(r"\bno service has\b|\bno figures\b", card, re.IGNORECASE)


def test_a_stock_is_called_what_it_is(made: Site) -> None:
    """Nowhere on the page of a stock are there so many transactions in a year."""
    for service in ("stock-by-channel", "stock-in-digital-only"):
        words = made.words(f"services/{service}.html")
        lead = _words(made.main(f"services/{service}.html").xpath('.//p[@class="lead"]')[0])
        assert "transactions in 2017" not in lead, lead
        assert re.search(r"\bstock\b|on a day|at one time|at a time", words), service
    group = made.words("departments/stocks.html")
    assert re.search(r"\bstocks?\b|on a day|at one time|at a time", group)


def test_marks_inside_a_window_are_said_on_the_card(made: Site) -> None:
    """A year with an estimated and a provisional quarter in it says both."""
    card = made.card("services/marked-quarters.html", "transactions_per_year").lower()

    assert "estimated" in card
    assert "provisional" in card


def test_a_completion_rate_says_how_many_of_its_periods_exceed_their_whole(made: Site) -> None:
    """90.0%, with 120 completed of 100 started in 1 of 4 quarters."""
    card = made.card("services/completed-later.html", "completion_rate")

    assert "90.0%" in card
    assert re.search(r"\b(1|one) of (its )?(4|four)\b", card), card


def test_half_a_penny_is_rounded_away_from_zero(made: Site) -> None:
    """£0.125 is printed as £0.13."""
    assert "£0.13" in made.card("services/half-a-penny.html", "cost_per_transaction")


def test_no_percentage_is_printed_of_a_base_under_twenty(made: Site) -> None:
    """10 to 15 is 5 more, and no half more."""
    path = "services/ten-and-fifteen.html"
    card = made.card(path, "transactions_per_year")

    assert "%" not in made.words(path)
    assert re.search(r"\+5\b|\b5 more\b", card), card
