"""The example site, whole, through the real command: 734 services with all their charts."""

from __future__ import annotations

import csv
import gzip
import re
import subprocess
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import pytest

from answer_key import answer_key
from chart_words import check_words
from perfsite.analysis import analyse
from perfsite.exports.tables import OBSERVATION_COLUMNS, csv_file, observation_rows
from perfsite.load import load_data
from perfsite.periods import Period
from small_site import (
    ROOT,
    Page,
    Tree,
    link_faults,
    odd_words,
    odd_words_of_svg,
    page_faults,
    pages_of,
    perfsite,
    read_tree,
    rows_of,
    target_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from small_site import Ran

SERVICES: Final = 734
LEFT: Final = 86
"""The services of earlier editions that the register has not any more; each keeps its page."""
EDITIONS: Final = {
    "2015-06-30": 7_373,
    "2016-04-20": 12_055,
    "2016-07-12": 13_116,
    "2016-11-30": 14_108,
    "2017-03-01": 15_019,
    "2017-07-18": 16_284,
    "2017-10-31": 18_268,
    "2018-01-26": 19_168,
    "2018-09-19": 20_555,
}
"""The figures that each edition published."""
ENDS: Final = (min(EDITIONS), max(EDITIONS))
Place = tuple[str, str, str, str]
"""Slug, period, measure and channel."""


@pytest.fixture(scope="session")
def tree(built: tuple[Ran, Path]) -> Tree:
    """Its files."""
    return read_tree(built[1])


@pytest.fixture(scope="session")
def pages(tree: Tree) -> dict[str, Page]:
    """Its pages."""
    return pages_of(tree)


def pictures(tree: Tree) -> dict[str, bytes]:
    """Its charts."""
    mine = {path: data for path, data in tree.items() if path.endswith(".svg")}
    return {path: data for path, data in mine.items() if not path.startswith("assets/")}


def groups(pages: dict[str, Page]) -> dict[str, Page]:
    """Every page about several services at once: all but those of one service and its figures."""
    return {p: page for p, page in pages.items() if not re.match(r"services/(?!index|by-)", p)}


def test_the_example_builds_without_an_error(built: tuple[Ran, Path], tree: Tree) -> None:
    """Exit code 0 and a closing line with the counts; what is doubtful is said, and is no error."""
    ran, _ = built
    counts = (
        f"{SERVICES} services, {sum(path.endswith('.html') for path in tree):,} pages, "
        f"{len(pictures(tree)):,} charts, {len(tree):,} files"
    )

    assert ran.code == 0, ran.err[-2000:]
    assert counts in ran.out
    assert "0 errors, " in ran.err
    assert "PS201" in ran.err
    assert len(pictures(tree)) > 1_500


def test_the_manifest_verifies(built: tuple[Ran, Path], tree: Tree) -> None:
    """`sha256sum -c` finds every file as the manifest has it, and the manifest has every file."""
    done = subprocess.run(
        ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"],
        cwd=built[1],
        capture_output=True,
        text=True,
        check=False,
    )
    named = [line[66:] for line in tree["manifest-sha256.txt"].decode().splitlines()]

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert named == sorted(set(tree) - {"manifest-sha256.txt"})
    assert tree["urls.txt"].decode().splitlines() == sorted(tree)


def test_one_build_has_one_truth(tree: Tree, pages: dict[str, Page]) -> None:
    """Register, pages, data/services.csv, sitemap and all sixteen lists hold the same 734."""
    with (ROOT / "data" / "services.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    register = sorted(row["service"] for row in rows)
    moved = sorted(alias for row in rows for alias in row["aliases"].split() if len(alias) <= 80)
    lists = [path for path in pages if re.fullmatch(r"services/(index|by-.+)\.html", path)]
    own = [
        path.removeprefix("services/").removesuffix(".html")
        for path in pages
        if re.fullmatch(r"services/[^/]+\.html", path) and path not in lists
    ]
    sitemap = re.findall(r"<loc>services/([^<]*?)\.html</loc>", tree["sitemap.xml"].decode())
    dashboards = [
        path for path in own if pages[f"services/{path}.html"].text("h2")[:1] == ["Key figures"]
    ]
    # The services that left since the first edition keep a page, and are in no list.
    earlier = {
        row["service"]
        for path in (ROOT / "data" / "editions").glob("*/services.csv")
        for row in rows_of(path.read_bytes())
    }
    gone = sorted(earlier - {*register, *moved})

    assert len(gone) == LEFT
    assert len(register) == len(set(register)) == SERVICES
    assert sorted(own) == sorted([*register, *moved, *gone])
    assert sorted(dashboards) == register
    assert sorted(row["service"] for row in rows_of(tree["data/services.csv"])) == register
    listed = [name for name in sitemap if name != "index" and not name.startswith("by-")]
    assert sorted(listed) == sorted([*register, *moved, *gone])
    assert len(lists) == 16
    for path in lists:
        (table,) = pages[path].tables.values()
        assert len(table) - 1 == SERVICES, path
        links = re.findall(
            r'<tr id="(.*?)"[^>]*><th scope="row"><a href="(.*?)"', tree[path].decode()
        )
        assert sorted(key for key, _ in links) == register, path
        assert [href for key, href in links if href != f"../services/{key}.html"] == []
    by_department = next(iter(pages["departments/index.html"].tables.values()))[1:]
    assert sum(int(row[1]) for row in by_department) == SERVICES
    # And what there is one of for each service: its files and its description.
    for ending in (".csv", ".csv-metadata.json", ".json"):
        names = [p.removeprefix("services/") for p in tree if p.startswith("services/")]
        mine = [name.removesuffix(ending) for name in names if name.endswith(ending)]
        mine = [name for name in mine if not name.endswith(".csv-metadata")]
        assert sorted(mine) == register, ending
    # Cards are of departments, and of the site.
    cards = {path for path in tree if path.endswith(".jpg")}
    slugs = {path.split("/")[1] for path in tree if path.startswith("departments/")}
    slugs = {slug for slug in slugs if f"departments/{slug}.html" in tree}
    assert cards == {"cards/site.jpg", *(f"departments/{slug}/card.jpg" for slug in slugs)}


@pytest.mark.parametrize("kind", ["department", "agency", "category"])
def test_every_order_of_a_list_holds_the_same(
    tree: Tree, pages: dict[str, Page], kind: str
) -> None:
    """A group's services, in every order, are those that the register says; so are the groups."""
    folder = {"department": "departments", "agency": "agencies", "category": "categories"}[kind]
    with (ROOT / "data" / "services.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row[kind]]
    link = re.compile(r'<th scope="row"><a href="[./]+/([^"]+)\.html"')
    every = (p for p in pages if re.fullmatch(rf"{folder}/(?!index|by-)[^/]+\.html", p))
    # Organisations that only earlier editions had keep a page, and are in no list.
    mains = sorted(p for p in every if "no longer in the register" not in tree[p].decode())
    lists = [p for p in pages if re.fullmatch(rf"{folder}/(index|by-[^/]+)\.html", p)]

    assert len(lists) >= 8
    for path in lists:
        # The table before the list of agencies is that of the picture of some of them.
        found = [f"{one}.html" for one in link.findall(tree[path].decode().rpartition("<table")[2])]
        assert sorted(found) == mains, path
    orders = 0
    for main in mains:
        (name,) = pages[main].text("h1")
        wanted = sorted(row["service"] for row in rows if name == row[kind])
        here = main.removesuffix(".html")
        for path in (main, *(p for p in pages if p.startswith(f"{here}/by-"))):
            listed = re.findall(r'<tr id="([^"]+)"', tree[path].decode())
            assert sorted(listed) == wanted, path
            orders += 1
    assert orders > len(mains)


def published(folder: Path) -> dict[Place, Decimal]:
    """The figures of an edition's transaction-volumes.csv."""
    key = answer_key(folder / "transaction-volumes.csv", folder / "services.csv")
    places = zip(*(key[name].tolist() for name in key.columns[:4]), strict=True)
    found = dict(zip(places, key["value"].tolist(), strict=True))
    assert len(found) == len(key), "a figure stands twice in the answer key"
    return found


def ours(
    services: list[dict[str, str]], observations: list[dict[str, str]]
) -> dict[Place, Decimal]:
    """The figures of data/observations.csv, by the slugs of the platform."""
    slugs = {row["service"]: row["aliases"] or row["service"] for row in services}
    found: dict[Place, Decimal] = {}
    for row in observations:
        if row["value"]:
            place = (slugs[row["service"]], row["period"], row["measure"], row["channel"])
            assert place not in found, f"{place} stands twice"
            found[place] = Decimal(row["value"])
    return found


def cells(register: Path) -> dict[str, set[Decimal]]:
    """Every number in the row of each service of a register, whatever its column."""
    found: dict[str, set[Decimal]] = {}
    with register.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        slug = [name.strip() for name in next(lines)].index("Slug")
        for line in lines:
            numbers = found.setdefault(line[slug].strip(), set())
            for cell in line:
                try:
                    numbers.add(Decimal(cell.strip().replace(",", "").rstrip("%")))
                except InvalidOperation:
                    continue
    return found


def compare(found: dict[Place, Decimal], folder: Path) -> None:
    """Hold our figures against what an edition published, both ways."""
    key = published(folder)
    assert len(key) == EDITIONS[folder.name]
    asked = {place[1:] for place in key}
    years = {place for place in found if Period.parse(place[1]).is_year}
    # Not in the published file: digital costs, rates, and in 2015 the two newest collections.
    beyond = {place for place in years if place[1:] not in asked}
    differences = {
        place: (key.get(place), found.get(place))
        for place in key.keys() | (years - beyond)
        if key.get(place) != found.get(place)
    }
    assert differences == {}
    measures = {place[1:] for place in asked}
    newest = {"2013-10/2014-09", "2014"} if folder.name == "2015-06-30" else set()
    assert {place[1] for place in beyond if place[2:] in measures} == newest
    # And whatever else we publish of this register, quarters too, stands in the service's own row.
    register = cells(folder / "services.csv")
    assert [
        (place, value) for place, value in found.items() if value not in register[place[0]]
    ] == []


@pytest.mark.parametrize(
    "edition",
    [
        # The first and the last: the oldest form of the register, and the one that the site shows.
        edition if edition in ENDS else pytest.param(edition, marks=pytest.mark.proofs)
        for edition in EDITIONS
    ],
)
def test_every_published_figure_of_every_edition_is_ours(
    shared_data: Path, tmp_path: Path, edition: str
) -> None:
    """0 differences between transaction-volumes.csv and our data/observations.csv, both ways."""
    folder = shared_data / "uk-performance-platform" / edition
    out = tmp_path / "data"
    ran = perfsite("import", "performance-platform", folder / "services.csv", "--out", out)
    assert (ran.code, "PS301" in ran.out) in {(0, False), (1, True)}, ran.out
    known = analyse(load_data(out), date.fromisoformat(edition))
    rows = observation_rows(known.observations)
    file = csv_file("data/observations.csv", OBSERVATION_COLUMNS, rows)

    assert [problem for problem in known.problems if problem.severity == "error"] == []
    compare(ours(rows_of((out / "services.csv").read_bytes()), rows_of(file.data)), folder)


def test_all_editions_together_have_135946_figures() -> None:
    """The nine answer keys, whose lengths the comparison asserts, are the whole that is known."""
    assert sum(EDITIONS.values()) == 135_946
    assert EDITIONS["2018-09-19"] == 20_555


def test_the_published_figures_are_on_the_site(shared_data: Path, tree: Tree) -> None:
    """0 differences between the last edition and what the finished site offers for download."""
    rows = rows_of(tree["data/observations.csv"])
    mine = [r for r in rows if r["source"].startswith("submissions/performance-platform/")]

    found = ours(rows_of(tree["data/services.csv"]), mine)
    compare(found, shared_data / "uk-performance-platform" / "2018-09-19")
    assert len(found) > 20_555


def test_each_services_own_file_has_its_figures(tree: Tree) -> None:
    """All services' CSV files together are data/observations.csv, row by row.

    But for the row of the source, which in a service's own file is counted among its own.
    """
    together = [
        {**row, "source": row["source"].partition("#")[0]}
        for service in rows_of(tree["data/services.csv"])
        for row in rows_of(tree[f"services/{service['service']}.csv"])
    ]
    whole = rows_of(tree["data/observations.csv"])

    assert together == [{**row, "source": row["source"].rpartition(":")[0]} for row in whole]


# The trap: HM Revenue and Customs stopped reporting after March 2017.


def sentences(page: Page) -> list[str]:
    """What a page says in its title, headings, leads and alternative texts."""
    alts = [image["alt"] for image in page.all("img")]
    return [
        page.title,
        page.description,
        *page.text("h1"),
        *page.text("h2"),
        *page.text("h3"),
        *page.text("p"),
        *page.text("caption"),
        *page.text("summary"),
        *alts,
    ]


def path_values(svg: bytes) -> list[float]:
    """The heights of a line's points over the zero line, as shares of the plot's height."""
    text = svg.decode()
    plot = re.search(r'class="background" [^>]*d="M0,0h[\d.]+v([1-9][\d.]*)h-', text)
    assert plot, "a chart without a plot"
    lines = re.findall(r'class="mark-line role-mark[^>]*><path d="([^"]+)"', text)
    points = re.findall(r"[ML]([\d.]+),([\d.]+)", " ".join(lines))
    return [1 - float(y) / float(plot[1]) for _, y in points]


def steps(svg: bytes) -> list[float]:
    """By what factor each point of a line differs from the one before."""
    values = path_values(svg)
    return [b / a for a, b in pairwise(values) if a > 0]


def test_a_hole_would_be_seen(tree: Tree) -> None:
    """The eye of these tests: a point put two thirds lower in the picture is a fall to a third."""
    svg = tree["charts/transactions-per-year.svg"].decode()
    (line,) = re.findall(r'class="mark-line role-mark[^>]*><path d="([^"]+)"', svg)
    last = line.rpartition(",")[2]
    height = re.search(r'class="background" [^>]*d="M0,0h[\d.]+v([1-9][\d.]*)h-', svg)
    assert height
    low = float(height[1]) - (float(height[1]) - float(last)) * 0.33
    fallen = svg.replace(line, f"{line.removesuffix(last)}{low}")

    assert min(steps(svg.encode())) > 0.95
    assert min(steps(fallen.encode())) == pytest.approx(0.33 * steps(svg.encode())[-1])


def test_no_sentence_about_many_services_says_that_use_collapsed(pages: dict[str, Page]) -> None:
    """A fall by 60 % or more is said of one service or of a few, never of a group of many.

    The few are two agencies whose own services did fall: by 97 % (two), and in cost by 69 % (six).
    """
    falls = [
        (path, sentence)
        for path, page in groups(pages).items()
        for sentence in sentences(page)
        for size in re.findall(r"(\d+)% fewer|−(\d+)% on a year before", sentence)
        if int(size[0] or size[1]) >= 60
        and not re.search(r"\bone service\b|\([26] services\)", sentence)
    ]

    assert falls == []
    said = " ".join(sentence for page in groups(pages).values() for sentence in sentences(page))
    assert "% more than a year before" in said
    assert not re.search(r"two.thirds|collapse|plunge", said)


def test_no_change_on_the_home_page_is_the_hole(pages: dict[str, Page]) -> None:
    """No change of transactions on the home page, in any year, is a fall by a fifth or more."""
    home = pages["index.html"]
    table = next(t for c, t in home.tables.items() if c.startswith("Transactions a year"))
    changes = {row[0]: row[3] for row in table[1:]}

    assert changes["Oct 2016 to Sep 2017"].startswith("+")
    assert changes["Jul 2016 to Jun 2017"].startswith("+")
    falls = [int(f) for cell in changes.values() for f in re.findall(r"−(\d+)", cell)]
    assert max(falls) < 20
    # Each total says how many services it speaks for, so that it cannot be taken for all.
    assert [row for row in table[1:] if not re.fullmatch(r"\d+ of 734 services", row[2])] == []


def test_the_home_pages_chart_never_drops(tree: Tree) -> None:
    """The line of all services, read from the picture, never falls by more than 5 % at a step."""
    factors = steps(tree["charts/transactions-per-year.svg"])

    assert len(factors) >= 8
    assert min(factors) > 0.95
    assert path_values(tree["charts/transactions-per-year.svg"])[-1] > 0.5


def test_no_chart_of_many_services_shows_the_hole(tree: Tree) -> None:
    """In no department's or category's chart of ten services or more is there a fall by half."""
    checked = 0
    for path, svg in pictures(tree).items():
        if re.fullmatch(r"(departments|categories)/[^/]+/transactions-per-year\.svg", path):
            title = ET.fromstring(svg)[0].text or ""  # noqa: S314 - perfsite's own output
            number = re.search(r"the same ([\d,]+) services", title)
            if number and int(number[1].replace(",", "")) >= 10:
                checked += 1
                assert min(steps(svg)) > 0.5, path
    assert checked >= 10


def test_the_department_that_stopped_is_shown_as_it_last_was(
    tree: Tree, pages: dict[str, Page]
) -> None:
    """Its headline is the year to March 2017 with 34 of 34 services; newer years are incomplete."""
    page = pages["departments/hm-revenue-and-customs.html"]
    table = next(t for c, t in page.tables.items() if c.startswith("Transactions a year"))

    lead = (
        "HM Revenue and Customs: 34 services. 2.25 billion transactions in the year to "
        "March 2017 at the 34 that reported."
    )
    assert lead in page.text("p")
    few = "incomplete: too few services have reported"
    assert [row[:3] for row in table[1:4]] == [
        ["Oct 2016 to Sep 2017", f"1,627,809 {few}", "8 of 34 services"],
        ["Jul 2016 to Jun 2017", f"1,719,327 {few}", "8 of 34 services"],
        ["Apr 2016 to Mar 2017", "2,254,703,222", "34 of 34 services"],
    ]  # fmt: skip
    listed = next(iter(pages["departments/index.html"].tables.values()))
    row = next(row for row in listed if row[0].startswith("HM Revenue and Customs"))
    assert row[2] == "2.25bn 34 of 34 services, Apr 2016 to Mar 2017"
    assert min(steps(tree["departments/hm-revenue-and-customs/transactions-per-year.svg"])) > 0.9


def test_the_home_pages_card_compares_like_with_like(pages: dict[str, Page]) -> None:
    """The year to September 2017 is above the one before at the services that are in both."""
    words = pages["index.html"].words
    match = re.search(
        r"1\.04bn (\d+) services with figures for both years: 821m to 1\.04bn, \+26% "
        r"Oct 2016 to Sep 2017 (\d+) of 734 services",
        words,
    )

    assert match, words[:600]
    assert 0 < int(match[1]) <= int(match[2])
    assert "at the 414 that reported" in words


# The whole.


def test_no_link_of_the_example_leads_nowhere(tree: Tree, pages: dict[str, Page]) -> None:
    """Every address is relative to its page and leads to a file of the site, and anchors too."""
    assert sum(len(page.hrefs) for page in pages.values()) > 30_000
    assert link_faults(tree, pages) == []


def test_every_page_of_the_example_is_whole(pages: dict[str, Page]) -> None:
    """One title, h1, language, description; whole markup; images with alt and size; no script."""
    assert page_faults(pages) == []
    titles = Counter(page.title for page in pages.values())
    assert [title for title, number in titles.items() if number > 1] == []
    descriptions = {page.description for page in pages.values()}
    assert len(descriptions) > 0.85 * len(pages)


def test_no_page_of_the_example_speaks_like_a_program(tree: Tree, pages: dict[str, Page]) -> None:
    """No NaN, None, nan, undefined or their like in any page or picture.

    Case matters: `none` is a keyword of SVG and a word of English; no name in the register is one
    of these words, so there is no exception.
    """
    assert {path: odd_words(page) for path, page in pages.items() if odd_words(page)} == {}
    found = {path: odd_words_of_svg(data) for path, data in pictures(tree).items()}
    assert {path: words for path, words in found.items() if words} == {}
    texts = [d for p, d in tree.items() if p.endswith((".csv", ".json", ".txt", ".xml"))]
    assert [d[:60] for d in texts if re.search(rb"\bNaN\b|[,:](nan|None)[,\r}]", d)] == []


def test_each_picture_stands_on_one_page_in_its_own_size(
    tree: Tree, pages: dict[str, Page]
) -> None:
    """Every chart stands on one page, and alone on another, with its table, as it was drawn."""
    shown, alone = Counter[str](), Counter[str]()
    for path, page in pages.items():
        for image in page.all("img"):
            svg = target_of(path, image["src"])
            (alone if page.is_embed else shown)[svg] += 1
            drawn = ET.fromstring(tree[svg]).attrib  # noqa: S314 - perfsite's own output
            assert (image["width"], image["height"]) == (drawn["width"], drawn["height"]), svg
        assert len(page.tables) >= len(page.all("img")), path

    assert shown == alone == Counter(list(pictures(tree)))
    assert [path for path, page in pages.items() if page.is_embed and not page.tables] == []


def test_every_word_of_every_chart_can_be_read(tree: Tree) -> None:
    """None leaves its picture, however long the ticks and labels are, and none lies on another."""
    for path, data in pictures(tree).items():
        svg = data.decode()
        size = re.search(r'<svg [^>]*width="(\d+)" height="(\d+)"', svg)
        assert size, path
        check_words(svg, int(size[1]), int(size[2]))


def loaded(tree: Tree, path: str, page: Page) -> set[str]:
    """The files that a browser gets to show a page."""
    links = [a["href"] for a in page.all("link") if a["rel"] in {"stylesheet", "icon"}]
    sources = [a["src"] for tag in ("img", "script") for a in page.all(tag) if "src" in a]
    found = {target_of(path, href) for href in (*links, *sources)}
    assert found <= tree.keys()
    return {path, *found}


def test_no_page_of_a_service_is_heavy(tree: Tree, pages: dict[str, Page]) -> None:
    """With all that it loads, compressed, the page of a service has 100 KB at most."""
    packed: dict[str, int] = {}
    charts: Counter[int] = Counter()
    for path, page in pages.items():
        if re.fullmatch(r"services/(?!index|by-)[^/]+\.html", path):
            files = loaded(tree, path, page)
            for name in files - packed.keys():
                packed[name] = len(gzip.compress(tree[name]))
            charts[len(page.all("img"))] += 1
            assert sum(packed[name] for name in files) <= 100_000, path

    assert max(charts) >= 5
    assert sum(charts.values()) == SERVICES + LEFT


def test_no_share_is_above_the_whole(tree: Tree) -> None:
    """No share in the data files is above 1; the withheld ones have no value, and they exist."""
    rows = rows_of(tree["data/kpis.csv"])
    shares = {"digital_take_up", "completion_rate", "user_satisfaction", "availability"}
    withheld = [row for row in rows if row["status"] == "withheld"]

    assert [r for r in rows if r["kpi"] in shares and r["value"] and float(r["value"]) > 1] == []
    assert len(withheld) > 20
    assert {row["value"] for row in withheld} == {""}
