from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from perfsite.components.contexts import (
    Assets,
    Builder,
    Context,
    EmbedPage,
    GroupOrderPage,
    ListPage,
    MovedPage,
    NotFoundPage,
    make_builder,
)
from perfsite.components.elements import ChartFigure, Link, Table
from perfsite.config import SiteConfig
from perfsite.exports.sitemap import list_files
from perfsite.exports.tables import tables
from perfsite.language import Language
from perfsite.model import Service, StoredFile
from perfsite.pages.utility import (
    downloads_page,
    entry_of,
    moved_pages,
    not_found_page,
    sitemap_pages,
)

if TYPE_CHECKING:
    from perfsite.components.contexts import DownloadsPage

EMPTY: Final = Table("", (), ())


def builder(config: SiteConfig | None = None) -> Builder:
    """Makes the pages of a site in English."""
    found = config or SiteConfig(title="Figures")
    return make_builder(
        found, Language("en-GB"), [("en-GB", "English", "")], Assets("a.css", "", "", "")
    )


def downloads(**sizes: int) -> DownloadsPage:
    """data/index.html of files of one byte each, or of so many by the name of their table."""
    files = {
        path: StoredFile(path, "", sizes.get(table.name, 1)) for path, table in tables().items()
    }
    return downloads_page(
        builder(), {**files, "services/x.csv": StoredFile("services/x.csv", "", 0)}
    )


def test_the_downloads_describe_every_column_of_every_file() -> None:
    """Each file of the set, its columns in their order, and each word that a cell may be."""
    got = {download.link.href: download for download in downloads().downloads}

    assert list(got) == list(tables())
    for path, table in tables().items():
        names = [name for name, _ in got[path].columns]
        words = {word for column in table.columns for word, _ in column.words}
        assert tuple(names) == table.header
        assert {word for word, _ in got[path].words} == words
        assert all(meaning for _, meaning in (*got[path].columns, *got[path].words))
        assert got[path].what == table.description
        assert got[path].metadata == f"{path}-metadata.json"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 kB"),
        (1499, "1 kB"),
        (999_499, "999 kB"),
        (1_000_000, "1.0 MB"),
        (12_345_678, "12.3 MB"),
    ],
)
def test_sizes_are_in_words(size: int, words: str) -> None:
    """Kilobytes below a million bytes, else megabytes with a decimal; never nothing."""
    (got,) = (d.size for d in downloads(kpis=size).downloads if d.link.href == "data/kpis.csv")

    assert got == words


def test_just_below_a_megabyte_is_a_megabyte() -> None:
    """999,999 bytes are not written as 1,000 kB."""
    (got,) = (d.size for d in downloads(kpis=999_999).downloads if d.link.href == "data/kpis.csv")

    assert got == "1.0 MB"


def test_a_moved_page_says_where_the_service_went() -> None:
    """A page at each former id, with the way to the new address; none for the others."""
    services = [
        Service("toll", "Pay a toll", "Roads", aliases=("old-toll", "older-toll")),
        Service("clock", "Set a clock", "Time"),
    ]
    pages = moved_pages(builder(), services)

    assert [(page.path, page.former) for page in pages] == [
        ("services/old-toll.html", "old-toll"),
        ("services/older-toll.html", "older-toll"),
    ]
    assert {page.now for page in pages} == {Link("Pay a toll", "services/toll.html")}
    assert len({page.title for page in pages}) == 2
    assert pages[0].title == "Pay a toll has moved from old-toll - Figures"
    assert pages[0].crumbs[-1].href == "services/index.html"


def test_a_former_id_that_was_no_address_has_no_page() -> None:
    """An id of another system with other characters is in the data, not on the disk."""
    aliases = ("Old Name", "../up", "index", "fine", "a" * 101, "con")
    pages = moved_pages(builder(), [Service("toll", "Toll", "Roads", aliases=aliases)])

    assert [page.former for page in pages if page.former != "index"] == ["fine"]


def test_a_moved_page_never_covers_another() -> None:
    """An id such as `index` or `by-name-ascending` would stand where a list stands."""
    aliases = ("index", "by-name-ascending")

    assert moved_pages(builder(), [Service("toll", "Toll", "Roads", aliases=aliases)]) == []


def some_pages() -> list[Context]:
    """A page of each kind that matters to the site map."""
    make = builder()
    figure = ChartFigure("a", "", "", "", "", "", EMPTY, "", "")
    found: list[Context] = [
        ListPage(**make.base(path, title, "-", ""), name="", order="", count="", total="",
                 count_words="", total_words="", table=EMPTY)
        for path, title in [
            ("index.html", "Figures"),
            ("services/index.html", "All services"),
            ("services/by-name-ascending.html", "All services by name"),
            ("services/toll.html", "Pay a toll"),
            ("departments/index.html", "Departments"),
            ("departments/roads.html", "Roads"),
            ("agencies/bridges.html", "Bridges"),
            ("categories/fees.html", "Fees"),
            ("health/index.html", "Data health"),
            ("health/roads.html", "Data health: Roads"),
            ("about.html", "About"),
        ]
    ]  # fmt: skip
    moved = moved_pages(make, [Service("toll", "Pay a toll", "Roads", aliases=("old-toll",))])
    order = make.base("departments/roads/by-name-ascending.html", "Roads by name", "-", "")
    embed = make.base("embed/services/toll/take-up.html", "Toll: take-up", "-", "")
    back = Link("Roads", "departments/roads.html")
    return [
        *found,
        *moved,
        not_found_page(make),
        GroupOrderPage(**order, name="", back=back, lead="", table=EMPTY),
        EmbedPage(**embed, figure=figure, back=back),
    ]


def test_the_site_map_lists_what_is_listed_and_nothing_else() -> None:
    """Each listed page once, and the map itself; no part of a page, no error, no other order."""
    pages = some_pages()
    parts = sitemap_pages(builder(), [*map(entry_of, pages)])[0].parts
    hrefs = [link.href for _, links in parts for link in links]

    assert len(hrefs) == len(set(hrefs))
    assert set(hrefs) == {page.path for page in pages if entry_of(page).is_listed} | {
        "sitemap.html"
    }
    assert [type(page) for page in pages if not entry_of(page).is_listed] == [
        NotFoundPage,
        GroupOrderPage,
        EmbedPage,
    ]


def test_the_site_map_names_pages_as_they_name_themselves() -> None:
    """By their titles without the site's; each under the heading of its folder."""
    parts = {
        name: {link.href: link.text for link in links}
        for name, links in sitemap_pages(builder(), [*map(entry_of, some_pages())])[0].parts
    }

    assert parts["Main pages"] == {
        "index.html": "Figures",
        "services/index.html": "All services",
        "departments/index.html": "Departments",
        "health/index.html": "Data health",
        "about.html": "About",
        "sitemap.html": "Site map",
    }
    assert parts["Lists of services"] == {"services/by-name-ascending.html": "All services by name"}
    assert parts["Services"]["services/toll.html"] == "Pay a toll"
    assert parts["Services"]["services/old-toll.html"] == "Pay a toll has moved from old-toll"
    assert parts["Departments"] == {"departments/roads.html": "Roads"}
    assert parts["Agencies"] == {"agencies/bridges.html": "Bridges"}
    assert parts["Categories"] == {"categories/fees.html": "Fees"}
    assert parts["Data health"] == {"health/roads.html": "Data health: Roads"}


def test_no_part_of_the_site_map_is_empty() -> None:
    """A heading without a link below it does not stand there."""
    lonely = [page for page in some_pages() if page.path in ("index.html", "about.html")]

    for pages in (some_pages(), lonely):
        assert all(links for _, links in sitemap_pages(builder(), [*map(entry_of, pages)])[0].parts)


def test_a_page_that_is_not_there_is_not_found() -> None:
    """404.html stands at the root, belongs to no section and is in no map."""
    page = not_found_page(builder())

    assert (page.path, page.section) == ("404.html", "")
    assert isinstance(page, NotFoundPage)
    assert not entry_of(page).is_listed


@pytest.mark.parametrize("base", ["", "https://example.org/x/"])
def test_the_plain_lists_hold_what_they_are_given(base: str) -> None:
    """sitemap.xml the pages, urls.txt every file and the lists themselves, each once."""
    pages = {"index.html": "2018-09-19", "services/a&b.html": ""}
    files = ["index.html", "data/x.csv", "robots.txt"]
    got = {file.path: file.data.decode() for file in list_files(base, pages, files)}
    root = ET.fromstring(got["sitemap.xml"])  # noqa: S314 - perfsite's own output

    assert set(got) == {"robots.txt", "sitemap.xml", "urls.txt"}
    assert [loc.text for loc in root.findall(".//{*}loc")] == [base + path for path in pages]
    assert [day.text for day in root.findall(".//{*}lastmod")] == ["2018-09-19"]
    wanted = ["data/x.csv", "index.html", "manifest-sha256.txt", "robots.txt", "sitemap.xml"]
    assert got["urls.txt"].splitlines() == [base + path for path in [*wanted, "urls.txt"]]
    assert ("Sitemap:" in got["robots.txt"]) == bool(base)
    for address in re.findall(r"Sitemap: (\S+)", got["robots.txt"]):
        assert urlsplit(address).scheme == "https"


def test_a_moved_page_is_a_page_of_its_own_kind() -> None:
    """What stands at a former address is listed, so that old links can be checked."""
    pages = moved_pages(builder(), [Service("toll", "Toll", "Roads", aliases=("old",))])

    assert [(type(page), entry_of(page).is_listed) for page in pages] == [(MovedPage, True)]
