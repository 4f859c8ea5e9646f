"""What the pages of the small site say: words, lists, services, groups and the rest."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from perfsite.components.elements import (
    change_cell,
    count_cell,
    headline_cell,
    service_card,
    value_cell,
)
from perfsite.kpi.headlines import Headline
from perfsite.kpis import KPIS
from perfsite.language import Language
from perfsite.measures import MeasureKind
from perfsite.model import Status
from perfsite.pages.lists import listing
from perfsite.periods import Period, Unit
from small_site import (
    MOVED,
    SERVICES,
    SUBMISSIONS,
    build_folder,
    data_folder,
    pages_of,
    rows_of,
    small_pages,
    small_site,
)

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.components.elements import Order
    from small_site import Page

ENGLISH: Final = Language("en-GB")
BY_TRANSACTIONS: Final = (
    "not-applicable", "full", "withheld", "renamed", "closed", "one-figure",
    # No figures: by name.
    "no-figures", "weekly", "confidential", "satisfied", "monitored",
)  # fmt: skip


def page(path: str) -> Page:
    """A page of the small site."""
    return small_pages()[f"{path}.html"]


def service(key: str) -> Page:
    """A service's page."""
    return page(f"services/{key}")


def card(of: Page, kpi: str) -> list[str]:
    """The paragraphs of a KPI's card, the value first."""
    html = small_site()[of.path].decode()
    section = html.partition(f'id="kpi-{kpi}">')[2].partition('<div class="more">')[0]
    paragraphs = re.findall(r"<p class=\"[a-z]+\">(.*?)</p>", section, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", "", text).split()) for text in paragraphs]


def cell(of: Page, table: int, row: int) -> list[str]:
    """A row of a table, by their numbers; row 0 is the header."""
    return list(of.tables.values())[table][row]


def keys(path: str) -> list[str]:
    """The services of a list in their order."""
    return [key for key in page(path).ids if key in SERVICES]


# words


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.NOT_PROVIDED, "no data"),
        (Status.NOT_APPLICABLE, "not applicable"),
        (Status.CONFIDENTIAL, "confidential"),
        (Status.WITHHELD, "withheld"),
    ],
)
def test_each_kind_of_absence_has_its_word(status: Status, word: str) -> None:
    """Nothing is shown as a number, a blank or another absence."""
    absent = value_cell(None, MeasureKind.COUNT, status, ENGLISH)

    assert (absent.text, absent.full, absent.missing) == (word, "", True)


@pytest.mark.parametrize(
    ("value", "kind", "text", "full"),
    [
        (0.0, MeasureKind.COUNT, "0", ""),
        (0.0, MeasureKind.SHARE, "0%", ""),
        (1_234_567.0, MeasureKind.COUNT, "1.23m", "1,234,567"),
        (0.99999, MeasureKind.SHARE, ">99.9%", ""),
        (0.0065, MeasureKind.CURRENCY, "£0.0065", ""),
        (12_345.5, MeasureKind.CURRENCY, "£12.3k", "£12,345.50"),
    ],
)
def test_a_count_or_an_amount_is_there_with_all_its_digits(
    value: float, kind: MeasureKind, text: str, full: str
) -> None:
    """A zero is a figure; where a count or an amount is rounded, the full one goes with it."""
    shown = value_cell(value, kind, Status.PROVIDED, ENGLISH)

    assert (shown.text, shown.full, shown.missing) == (text, full, False)


def test_a_change_needs_both_figures() -> None:
    """Without one of them nothing is said, not even that nothing changed."""
    assert change_cell(None, 1, MeasureKind.COUNT, ENGLISH).text == ""
    assert change_cell(1, None, MeasureKind.COUNT, ENGLISH).text == ""
    assert change_cell(1, 1, MeasureKind.COUNT, ENGLISH).text == "no change"
    assert count_cell(None, ENGLISH).text == "no data"
    assert count_cell(0, ENGLISH).text == "0"


@pytest.mark.parametrize(
    ("period", "note"),
    [
        (Period.parse("2015-10/2016-09"), "to Sep 2016"),
        (Period.parse("2017-02"), "to Feb 2017"),
        # A week in the middle of August is not of July.
        (Period.parse("2017-W33"), "to Aug 2017"),
    ],
)
def test_an_older_figure_says_until_when_it_is(period: Period, note: str) -> None:
    """In a list the month in which its period ended stands beside it."""
    older = Headline("completion_rate", Status.OLDER, period, 0.5)

    assert headline_cell(older, ENGLISH).note == note.replace(" ", "\xa0")
    newest = Headline("completion_rate", Status.PROVIDED, period, 0.5)
    assert headline_cell(newest, ENGLISH).note == ""


def test_a_withheld_card_gives_both_figures() -> None:
    """Reason and figures stand where the percentage would; there is no percentage."""
    shown = service_card(
        Headline(
            "digital_take_up", Status.WITHHELD, Period(Unit.MONTH, 24200, 12), None, 3080, 674
        ),
        ENGLISH,
    )

    assert (shown.value, shown.missing, shown.change) == ("Withheld", True, "")
    assert "3,080 digital transactions" in shown.notes[0]
    assert "674 transactions" in shown.notes[0]
    assert "%" not in shown.notes[0]


def is_part(path: str) -> bool:
    """Whether a page is a part of another: one figure alone, or one table in another order."""
    folder, _, name = path.rpartition("/")
    alone = f"{path.removesuffix('.html')}.svg" in small_site()
    return alone or (name.startswith("by-") and folder != "services")


# lists


def test_the_list_is_ordered_by_transactions() -> None:
    """Most first; no figure is less than zero, and comes last, by name."""
    assert keys("services/index") == list(BY_TRANSACTIONS)
    assert keys("services/by-transactions-per-year-ascending") == [
        *BY_TRANSACTIONS[5::-1],
        *BY_TRANSACTIONS[6:],
    ]


@pytest.mark.parametrize(
    "order", listing().orders, ids=lambda order: f"{order.key}-{order.direction}"
)
def test_each_order_is_that_of_its_column(order: Order) -> None:
    """The values of data/services.csv run one way; services without one come last, by name."""
    key, direction = order.key, order.direction
    path = order.href.removesuffix(".html")
    rows = {row["service"]: row for row in rows_of(small_site()["data/services.csv"])}
    listed = [rows[service] for service in keys(path)]
    values = [row[key] for row in listed]
    number = len([value for value in values if value])

    assert len(listed) == 11
    assert all(values[:number])
    assert not any(values[number:])
    named = [(row["name"].casefold(), row["service"]) for row in listed[number:]]
    assert named == sorted(named)
    sortable: list[object] = [
        value.casefold() if key in {"name", "department"} else Decimal(value)
        for value in values[:number]
    ]
    assert sortable == sorted(sortable, reverse=direction == "descending")  # type: ignore[type-var]


@pytest.mark.parametrize(
    "order", listing().orders, ids=lambda order: f"{order.key}-{order.direction}"
)
def test_each_list_leads_to_all_the_others(order: Order) -> None:
    """Each column leads to both its orders, except to the one that is shown, which it marks."""
    path = order.href
    own = small_pages()[path]
    sorts = [a.get("aria-sort") for a in own.all("th") if a.get("scope") == "col"]
    hrefs = {href.removeprefix("../") for tag, href in own.hrefs if tag == "a"}
    orders = {other.href for other in listing().orders}

    assert [sort for sort in sorts if sort] == [order.direction]
    assert len(sorts) == 8
    assert orders - hrefs == {path} - {"services/index.html"}
    assert {f"services/{key}.html" for key in SERVICES} <= hrefs


def test_a_list_marks_what_is_older() -> None:
    """The closed service's figure says until when it is; figures of the newest period do not."""
    html = small_site()["services/index.html"].decode()
    row = {key: html.partition(f'<tr id="{key}"')[2].partition("</tr>")[0] for key in SERVICES}

    assert ">70 <small>to\xa0Sep\xa02016</small></td>" in row["closed"]
    assert "<small>to\xa0" not in row["full"]
    assert 'class="missing">withheld</td>' in row["withheld"]
    assert 'class="missing">confidential</td>' in row["confidential"]
    assert "11 services, 9 of them with figures." in page("services/index").words


# services


def test_a_service_with_everything_says_everything() -> None:
    """Lead, cards and charts of the full service, figure by figure."""
    full = service("full")

    assert full.text("h1") == ["Pay a toll"]
    assert full.title == "Pay a toll: Ministry of Roads - Service figures"
    lead = (
        "5,000 transactions in the year to September 2017, 54.0% of them digital, "
        "up from 41.3% a year before."
    )
    assert lead in full.text("p")
    assert full.description == lead
    assert card(full, "transactions-per-year") == [
        "5,000", "+8.7% on a year before", "Oct 2016 to Sep 2017"
    ]  # fmt: skip
    assert card(full, "digital-take-up")[0] == "54.0%"
    assert card(full, "cost-per-transaction")[0] == "£1.92"
    assert card(full, "total-cost")[0] == "£9,600.25"
    assert card(full, "completion-rate")[0] == "83.3%"
    assert card(full, "user-satisfaction")[0] == "95.0%"
    assert card(full, "availability") == ["No data", "Not provided by Ministry of Roads"]
    when = "in July to September 2017"
    assert full.text("h3")[7:] == [
        f"Latest quarter: 1,400 transactions {when}, 7.7% more than a year before",
        f"Latest quarter: 53.6% of transactions were digital {when}, up from 42.3% a year before",
        f"Latest quarter: A transaction cost £1.71 {when}, down from £1.92 a year before",
        (
            f"Latest quarter: 83.3% of transactions started were completed {when}, up from 75.0% a "
            "year before"
        ),
        f"Latest quarter: User satisfaction was 95.0% {when}, up from 90.0% a year before",
        (
            f"Latest quarter: 95.0% of 100 answers were “satisfied” or “very satisfied” {when}, up "
            "from 90.0% a year before"
        ),
    ]
    assert len(full.all("img")) == 6


def test_the_table_beside_a_chart_holds_its_figures() -> None:
    """Every quarter, newest first, as it was submitted, with what is left for other channels."""
    table = next(t for c, t in service("full").tables.items() if c.startswith("Transactions by"))
    submitted = [line.split(",") for line in SUBMISSIONS["full.csv"].splitlines()[1:]]

    assert table[0][:4] == ["Period", "All transactions", "Digital", "Other channels"]
    year = table[0].index("Change on a year before")
    assert [row[1].replace(",", "") for row in table[1:]] == [r[1] for r in reversed(submitted)]
    assert [row[2] for row in table[1:]] == [r[2] for r in reversed(submitted)]
    assert [int(row[3]) for row in table[1:]] == [
        int(r[1]) - int(r[2]) for r in reversed(submitted)
    ]
    assert table[1][0] == "Jul to Sep 2017"
    assert table[1][year] == "+7.7%"
    assert table[-1][year] == ""


def test_text_of_the_register_is_shown_as_text() -> None:
    """Markup in a name is shown, not obeyed; descriptions and notes are there."""
    html = small_site()["services/not-applicable.html"].decode()

    assert service("not-applicable").text("h1") == ['Write <b>to</b> us & "them" now']
    assert "<b>" not in html
    words = service("full").words
    for text in ("For drivers.", "Wages only.", "Old.", "counted twice and mended"):
        assert text in words
    assert ("a", "https://example.org/toll") in service("full").hrefs
    svg = small_site()["services/not-applicable/transactions.svg"].decode()
    assert "Write &lt;b&gt;to&lt;/b&gt; us &amp; &quot;them&quot; now" in svg


def test_a_withheld_share_is_nowhere() -> None:
    """3,080 of 674 are shown as given and marked; 457 % stands in no file of the site."""
    page_ = service("withheld")

    assert card(page_, "digital-take-up")[0] == "Withheld"
    assert "digital is above all" in cell(page_, 0, 1)
    assert cell(page_, 0, 1)[1:3] == ["674", "3,080"]
    assert [p for p, d in small_site().items() if re.search(rb"45[67](\.\d+)?%|4\.5697", d)] == []
    row = next(r for r in rows_of(small_site()["data/services.csv"]) if r["service"] == "withheld")
    assert (row["digital_take_up"], row["digital_take_up_status"]) == ("", "withheld")


def test_what_does_not_apply_is_not_missing() -> None:
    """A service that cannot be digital has no digital take-up, and nobody failed to provide it."""
    own = service("not-applicable")
    rows = {row["service"]: row for row in rows_of(small_site()["data/services.csv"])}

    assert rows["not-applicable"]["digital_take_up_status"] == "not_applicable"
    assert card(own, "digital-take-up") == [
        "Not applicable",
        "This does not apply to the service.",
    ]
    assert card(own, "transactions-per-year")[0] == "6,000"


def test_confidential_figures_were_provided() -> None:
    """A service whose figures are confidential is not said to have provided none."""
    own = service("confidential")

    assert card(own, "transactions-per-year") == ["Confidential", "The figures are confidential."]
    assert "no figures were provided" not in own.words.lower().partition("key figures")[0]
    assert "no figures were provided" not in own.description
    assert "no figures were provided for it" in service("no-figures").words


def test_a_closed_service_stays_and_says_so() -> None:
    """Its page tells when it closed, in words; its figures are marked as older."""
    own = service("closed")

    assert card(own, "transactions-per-year") == [
        "70", "−9.1% on a year before", "Oct 2015 to Sep 2016 older data",
        "It holds provisional figures.",
    ]  # fmt: skip
    assert "This service closed in September 2016. Its figures are kept here." in own.words
    assert [row["status"] for row in rows_of(small_site()["services/closed.csv"])] == [
        "provided",
        "provided provisional",
    ]


def test_a_service_that_reports_by_week_is_shown_by_week() -> None:
    """Weeks are named by their days; one without a figure is there and says so."""
    own = service("weekly")
    table = next(iter(own.tables.values()))

    assert [row[:2] for row in table[1:]] == [
        ["14 Aug 2017 to 20 Aug 2017", "98.9%"],
        ["7 Aug 2017 to 13 Aug 2017", "77.3%"],
        ["31 Jul 2017 to 6 Aug 2017", "no data"],
        ["24 Jul 2017 to 30 Jul 2017", "75.0%"],
    ]
    (image,) = own.all("img")
    assert "One period has no figure." in image["alt"]


def test_one_figure_is_no_trend() -> None:
    """A single figure has its table and no chart; a zero is a figure."""
    own = service("one-figure")

    assert own.all("img") == []
    assert cell(own, 0, 1)[:2] == ["Oct 2016 to Sep 2017", "0"]
    assert "No transactions in the year to September 2017." in own.text("p")


def test_former_ids_lead_to_the_service() -> None:
    """Each former id has a page that says where the service went, and links to it."""
    for alias in MOVED:
        own = service(alias)
        assert own.text("h1") == ["Set a clock has moved"]
        assert alias in own.title
        assert ("a", "../services/renamed.html") in own.hrefs
        assert f"services/{alias}.html" in small_site()["sitemap.xml"].decode()


@pytest.mark.parametrize(
    ("number", "last"), [(3, "note 0"), (5, "and 2 more notes, in the CSV file")]
)
def test_few_notes_are_shown(tmp_path: Path, number: int, last: str) -> None:
    """The three newest notes stand on the page; of more it says how many there are."""
    rows = "".join(f"full,201{year},transactions,5,note {year}\n" for year in range(number))
    figures = {"x.csv": f"service,period,measure,value,note\n{rows}"}
    pages = pages_of(build_folder(data_folder(tmp_path, submissions=figures)))
    notes = [item for item in pages["services/full.html"].text("li") if "note" in item]

    assert notes[0] == f"note {number - 1}"
    assert notes[-1].startswith(last)
    assert len(notes) == min(number, 4)


# groups


def test_a_department_and_an_agency_may_share_a_name() -> None:
    """Both have their page, with their own services and titles."""
    department, agency = page("departments/ministry-of-roads"), page("agencies/ministry-of-roads")

    assert department.text("h1") == agency.text("h1") == ["Ministry of Roads"]
    assert department.title == "Ministry of Roads - Service figures"
    assert agency.title == "Ministry of Roads (agency) - Service figures"
    assert {key for key in SERVICES if f"services/{key}.html" in str(agency.hrefs)} == {"full"}
    mine = {key for key in SERVICES if f"services/{key}.html" in str(department.hrefs)}
    assert mine == {"full", "no-figures", "withheld"}


def test_two_names_with_one_address_have_two() -> None:
    """`Roads Agency` and `Roads-Agency` are two bodies with two pages."""
    one, two = page("agencies/roads-agency"), page("agencies/roads-agency-2")

    assert {one.text("h1")[0], two.text("h1")[0]} == {"Roads Agency", "Roads-Agency"}
    assert one.title != two.title


def test_a_groups_figure_says_how_many_stand_behind_it() -> None:
    """12,000 transactions are those of five services of the ten that are open, and so it says."""
    home = page("index")

    assert card(home, "transactions-per-year") == [
        "12.0k",
        "4 services with figures for both years: 10.6k to 12.0k, +14%",
        "Oct 2016 to Sep 2017",
        "5 of 10 services",
    ]
    lead = "11 services. 12,000 transactions in the year to September 2017 at the 5 that reported."
    assert lead in home.text("p")
    # 674 is a figure for transactions although its digital part is wrong.
    assert 5000 + 674 + 6000 + 330 + 0 == 12_004


def test_coverage_leaves_out_what_does_not_apply() -> None:
    """Take-up can be asked of ten of the eleven services, one of which closed the year before."""
    said = card(page("index"), "digital-take-up")

    assert any(line.startswith("2 of 9 services") for line in said)


def test_incomplete_years_are_marked_and_compared_like_for_like() -> None:
    """A year that fewer services reported says so, and compares only those that are in both."""
    table = next(t for c, t in page("index").tables.items() if c.startswith("Transactions a year"))
    rows = {row[0]: row[1:] for row in table[1:]}

    newest, before = rows["Oct 2016 to Sep 2017"], rows["Oct 2015 to Sep 2016"]
    assert newest == ["12,004", "5 of 10 services", "+14% 4 services in both years"]
    assert before == ["10,644", "5 of 11 services", "−9.1% 1 service in both years"]
    assert rows["Oct 2014 to Sep 2015"][:2] == [
        "77 incomplete: too few services have reported",
        "1 of 11 services",
    ]


def test_group_lists_hold_every_group() -> None:
    """Departments, agencies and categories, each with its number of services."""
    found = {
        kind: {
            row[0]: row[1]
            for caption, rows in page(f"{kind}/index").tables.items()
            if caption.startswith("Key figures")
            for row in rows[1:]
        }
        for kind in ("departments", "agencies", "categories")
    }

    assert found["departments"] == {"Ministry of Roads": "3", "Ministry of Time": "8"}
    assert found["categories"] == {"Claims": "6", "Payments": "2"}
    assert {
        name.split(" Ministry of T")[0]: number for name, number in found["agencies"].items()
    } == {
        "Clock House": "6",
        "Ministry of Roads Ministry of Roads": "1",
        "Roads Agency Ministry of Roads": "1",
        "Roads-Agency Ministry of Roads": "1",
    }


# general


def test_every_page_is_in_both_site_maps() -> None:
    """sitemap.html links to each page and sitemap.xml lists it, but not the page for errors."""
    entries = re.findall("<loc>(.*?)</loc>", small_site()["sitemap.xml"].decode())
    html = small_site()["sitemap.html"].decode()
    linked = set(
        re.findall('<li><a href="(.*?)">', html.partition("<main")[2].partition("</main")[0])
    )
    parts = {path for path in small_pages() if is_part(path)}
    pages = set(small_pages()) - {"404.html"} - parts

    assert len(parts) > 20
    assert sorted(entries) == sorted(pages)
    assert linked == pages


def test_urls_txt_lists_every_file() -> None:
    """One line a file, sorted, itself and the manifest included."""
    assert small_site()["urls.txt"].decode().splitlines() == sorted(small_site())


def test_robots_lets_everybody_in() -> None:
    """No crawler is kept out of any page, a figure that is shown alone included."""
    assert small_site()["robots.txt"] == b"User-agent: *\nAllow: /\n"
    for path, data in small_site().items():
        assert not re.search(rb"noindex|nofollow|robots\"", data), path


def test_the_page_about_the_data_explains_every_kpi() -> None:
    """Definition, formula and window of each KPI under its anchor; caveats, source and licence."""
    about = page("about")

    assert {kpi.slug for kpi in KPIS.values()} <= set(about.ids)
    for kpi in KPIS.values():
        assert kpi.definition in about.words
        assert f"{kpi.name} = {kpi.formula}" in about.words
    for text in ("All of it is invented.", "19 September 2018", "Open Government Licence v3.0"):
        assert text in about.words
    assert ("a", "https://example.org/register") in about.hrefs


def test_every_data_file_is_described() -> None:
    """data/index.html links to each CSV of data/ with its size, and to the lists of all files."""
    own = page("data/index")
    linked = {href.removeprefix("../") for tag, href in own.hrefs if tag == "a"}
    described = {
        path for path in small_site() if path.startswith("data/") and path.endswith(".csv")
    }

    names = ("services", "observations", "kpis", "departments", "all-services", "health")
    assert described == {f"data/{name}.csv" for name in (*names, "revisions")}
    assert described <= linked
    assert {"urls.txt", "manifest-sha256.txt", "sitemap.xml", "robots.txt"} <= linked
    for status in [str(status) for status in Status]:
        assert str(status) in own.words
