"""The service inventory of the Government of Canada as a site: 1,751 services, two languages."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Final

import pytest

from perfsite.importers.gc_service_inventory import CHANNELS, COUNTS, import_inventory
from perfsite.load import load_data, load_source
from perfsite.model import Source
from small_site import build, link_faults, odd_words, read_page, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from small_site import Page, Tree

FRENCH: Final = "fr-ca/"
FILES: Final = ("si_2024.csv", "ss_2024.csv")
NAMED: Final = ("SRV02975", "2224", "18", "1294", "688", "1339", "1547", "2293")
"""Services that tests name, and all whose source says of a target what its counts do not."""
WHOLE: Final = 1_751
"""The services of the whole inventory, whose sums are known."""

Rows = list[dict[str, str]]


def table(source: Source) -> Rows:
    """The rows of a source, as `csv` alone reads them."""
    return list(csv.DictReader(io.StringIO(source.data.decode("utf-8-sig"), newline="")))


def only(wanted: set[str], source: Source) -> Source:
    """A source with the rows of some services only."""
    rows = table(source)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(row for row in rows if row["service_id"] in wanted)
    return Source(source.path, text.getvalue().encode())


@pytest.fixture(
    scope="module",
    params=[pytest.param(25, id="sample"), pytest.param(1, id="whole", marks=pytest.mark.proofs)],
)
def canada(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Canada:
    """The site without its charts, and the rows of its two sources."""
    folder = shared_data / "gc-service-inventory"
    data = tmp_path_factory.mktemp("canada")
    sources = [load_source(folder / name) for name in FILES]
    if request.param > 1:
        ids = sorted({row["service_id"] for row in table(sources[0])})
        wanted = {*ids[:: request.param], *NAMED}
        sources = [only(wanted, source) for source in sources]
    made = import_inventory(sources)
    for name, text in made.texts.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text, "utf-8", newline="")
    site = build(load_data(data), on=date(2024, 12, 1))
    services, standards = map(table, sources)
    return {file.path: file.data for file in site.files}, services, standards


Canada = tuple["Tree", Rows, Rows]


def is_whole(services: Rows) -> bool:
    """Whether these are the rows of the whole inventory, in which one service has two."""
    return len(services) == WHOLE + 1


def pages(tree: Tree, folder: str) -> set[str]:
    """The ids of the services that have a page in a language."""
    start = f"{folder}services/"
    return {
        name
        for path in tree
        if path.startswith(start) and path.endswith(".html")
        for name in (path.removeprefix(start).removesuffix(".html"),)
        if "/" not in name and name != "index" and not name.startswith("by-")
    }


def test_services_pages_and_rows_are_the_same(canada: Canada) -> None:
    """All services have a page in each language, and a row; of the whole these are 1,751."""
    tree, services, _ = canada
    ids = {row["service_id"].lower() for row in services}

    assert 70 < len(ids) < 90 or len(ids) == WHOLE
    assert pages(tree, "") == pages(tree, FRENCH) == ids
    assert {row["service"] for row in rows_of(tree["data/services.csv"])} == ids
    assert {path for path in tree if path.startswith(FRENCH)} >= {f"{FRENCH}index.html"}


def test_published_sums_are_those_of_the_source(canada: Canada) -> None:
    """data/observations.csv adds up to the source, each channel; the whole is 408,334,835."""
    tree, services, _ = canada
    published: dict[tuple[str, str], int] = {}
    for row in rows_of(tree["data/observations.csv"]):
        if row["value"] and not row["measure"].startswith("standard_"):
            key = row["measure"], row["channel"]
            published[key] = published.get(key, 0) + int(row["value"])

    def given(column: str) -> int:
        return sum(int(row[column]) for row in services if row[column].isdigit())

    assert published == {
        ("transactions", ""): given("num_applications_total"),
        **{("transactions", channel): given(name) for name, channel in CHANNELS.items()},
        **{(measure, ""): given(name) for name, measure in COUNTS.items()},
    }
    assert published["transactions", ""] == 408_334_835 or not is_whole(services)


def test_each_service_publishes_the_total_of_its_source(canada: Canada) -> None:
    """The headline of every service is the source's total for the year to March 2024."""
    tree, services, _ = canada
    rows = {row["service"]: row for row in rows_of(tree["data/services.csv"])}
    wrong = [
        row["service_id"]
        for row in services
        if any(row[name].isdigit() for name in CHANNELS)
        and (row["service_id"], row["fiscal_yr"]) != ("SRV02975", "2023-2024")
        and rows[row["service_id"].lower()]["transactions_per_year"]
        != row["num_applications_total"]
    ]

    assert wrong == []


def test_both_years_of_a_service_are_published(canada: Canada) -> None:
    """The one service that answers for two years has figures of both."""
    tree, _, _ = canada
    rows = rows_of(tree["services/srv02975.csv"])
    totals = {row["period"]: row["value"] for row in rows if row["channel"] == ""
              and row["measure"] == "transactions"}  # fmt: skip

    assert totals.keys() == {"2023-04/2024-03", "2024-04/2025-03"}


def test_names_stand_in_both_languages(canada: Canada) -> None:
    """The register's names are published in both languages, and head the pages of each."""
    tree, services, _ = canada
    rows = {row["service"]: row for row in rows_of(tree["data/services.csv"])}
    for row in services[:: max(1, len(services) // 36)]:
        key = row["service_id"].lower()
        for folder, column, name in (
            ("", "name", row["service_name_en"]),
            (FRENCH, "name_fr", row["service_name_fr"]),
        ):
            (heading,) = read_page(key, tree[f"{folder}services/{key}.html"]).text("h1")
            assert heading == " ".join(name.split())
            assert " ".join(rows[key][column].split()) == heading


def test_departments_have_one_address_and_two_names(canada: Canada) -> None:
    """The page of a department is at the same place in both languages, under its own name."""
    tree, services, _ = canada
    titles = {row["owner_org_title"] for row in services}
    names = {
        tuple(
            read_page(path, tree[f"{folder}{path}"]).text("h1")[0] for folder in ("", FRENCH)
        )
        for path in tree
        if path.startswith("departments/") and path.endswith(".html") and path.count("/") == 1
        and path != "departments/index.html" and not path.startswith("departments/by-")
    }  # fmt: skip

    assert len(titles) == 79 or not is_whole(services)
    assert {" | ".join(pair) for pair in names} == {" ".join(title.split()) for title in titles}


def test_french_lists_are_in_the_order_of_french_names(canada: Canada) -> None:
    """The list by name has `Élections` among the E, and every name as the register has it."""
    tree, services, _ = canada
    page = read_page("x", tree[f"{FRENCH}departments/index.html"])
    (table,) = page.tables.values()
    names = [row[0] for row in table[1:]]
    letters = [name.replace("É", "E")[:1] for name in names]

    assert len(names) == len({row["owner_org_title"] for row in services})
    assert letters == sorted(letters)
    assert any(name.startswith("Éc") for name in names)
    assert {row["owner_org_title"].partition(" | ")[2] for row in services} >= {
        "Agence du revenu du Canada"
    }


def test_a_page_shows_targets_beside_performance(canada: Canada) -> None:
    """Each standard of a service stands on its page, with target, performance and cases."""
    tree, _, standards = canada
    mine = [row for row in standards if row["service_id"] == "2224"]
    text = tree["services/2224.html"].decode()
    page = read_page("services/2224.html", tree["services/2224.html"])
    (rows,) = (rows for caption, rows in page.tables.items() if "Service standards" in caption)

    assert len(mine) == len(rows) - 1 == 1
    assert rows[1][1:] == ["90.0%", "98.7% 31,283 of 31,689 cases", "yes"]
    assert escape(mine[0]["service_standard_en"]) in text
    assert mine[0]["service_standard_fr"] in tree[f"{FRENCH}services/2224.html"].decode()
    assert mine[0]["service_standard_fr"] not in text


def test_every_standard_is_published(canada: Canada) -> None:
    """All targets, both counts of each, and what it says of itself, are in the data."""
    tree, services, standards = canada
    rows = [
        row
        for row in rows_of(tree["data/observations.csv"])
        if row["measure"].startswith("standard_")
    ]
    targets = [row["value"] for row in rows if row["measure"] == "standard_target"]

    assert len(rows) == 4 * len(standards)
    assert len(standards) == 2_343 or not is_whole(services)
    assert sum(float(value) for value in targets if value) == pytest.approx(
        sum(float(row["target"]) for row in standards if row["target"])
    )
    assert targets.count("") == sum(row["target"] == "" for row in standards)
    assert targets.count("") == 117 or not is_whole(services)


def answers(page: Page) -> list[list[str]]:
    """The rows of the standards of a page."""
    found = [rows for caption, rows in page.tables.items() if "Service standards" in caption]
    return found[0][1:] if found else []


def test_pages_say_what_the_source_says_of_its_targets(canada: Canada) -> None:
    """Y, N and NA of the source stand on the pages; six times it says Y and its counts say no."""
    tree, _, standards = canada
    disputed, wrong = [], []
    by_service: dict[str, Rows] = {}
    for row in standards:
        by_service.setdefault(row["service_id"].lower(), []).append(row)
    for service, mine in by_service.items():
        path = f"services/{service}.html"
        if path not in tree:
            continue
        found = answers(read_page(path, tree[path]))
        said = Counter(row[3].partition(" ")[0] for row in found)
        stated = Counter({"Y": "yes", "N": "no", "NA": ""}[row["target_met"]] for row in mine)
        disputed += [row[2:] for row in found if "by the counts" in row[3]]
        wrong += [] if said == stated else [service]

    assert wrong == []
    assert len(disputed) == 6
    assert ["79.996% 4,195 of 5,244 cases", "yes as stated, no by the counts"] in disputed
    assert {answer for _, answer in disputed} == {"yes as stated, no by the counts"}


def test_the_links_of_a_sample_work(canada: Canada) -> None:
    """On pages of every kind in both languages each link leads somewhere."""
    tree, services, _ = canada
    some = services[:: max(1, len(services) // 12)]
    paths = [
        f"{folder}{path}"
        for folder in ("", FRENCH)
        for path in (
            "index.html",
            "departments/index.html",
            "departments/canada-revenue-agency.html",
            "categories/index.html",
            "about.html",
            "data/index.html",
            *(f"services/{row['service_id'].lower()}.html" for row in some),
        )
    ]
    sample = {path: read_page(path, tree[path]) for path in paths}
    whole = {**tree, "manifest-sha256.txt": b"is made when the site is written"}
    faults = [fault for fault in link_faults(whole, sample) if "#" not in fault]

    assert faults == []
    assert {path: odd_words(page) for path, page in sample.items() if odd_words(page)} == {}


def test_money_is_canadian(canada: Canada) -> None:
    """No page of a sample shows pounds, and the metadata say Canadian dollars."""
    tree, _, _ = canada

    assert b'"CAD"' in tree["datapackage.json"]
    for path in ("index.html", f"{FRENCH}index.html", "services/2224.html"):
        assert "£" not in tree[path].decode()
