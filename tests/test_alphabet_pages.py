from __future__ import annotations

import itertools
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_sites import listed
from perfsite.audit.inspection import audit_site
from perfsite.audit.links import check_former
from perfsite.audit.site import AuditedSite
from perfsite.build import Collected, InMemory, check_site
from perfsite.components import alphabet
from perfsite.components.alphabet import first_words, make_alphabet, section_of
from perfsite.errors import ConsistencyError
from perfsite.exports import sitemap
from perfsite.language import Language
from perfsite.model import File, Service
from perfsite.pages.lists import listing
from perfsite.units import UnitResult, titles_in
from remembered import forgotten
from small_site import (
    LOGO,
    MORE_CONFIG,
    MORE_REGISTER,
    MORE_SUBMISSIONS,
    Page,
    Tree,
    build_folder,
    data_folder,
    link_faults,
    page_faults,
    pages_of,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST: Final = 4
"""So many rows are enough for one page here: of eleven services each list is long."""
ADDRESSES: Final = 30
"""So many addresses are enough for one site map here."""
ENGLISH: Final = Language("en-GB")
_ROW: Final = re.compile(r'<tr id="([^"]+)"')
_LOC: Final = re.compile(r"<loc>([^<]*)</loc>")
_HEADER: Final = re.compile(r'<tr[^>]*><th scope="row">')
_LEADS: Final = re.compile(r'<th scope="row"><a href="[./]*([^"]+)"')


def built() -> Tree:
    """The small site in two languages, without charts."""
    with tempfile.TemporaryDirectory() as name:
        return build_folder(
            data_folder(
                Path(name),
                register=MORE_REGISTER,
                submissions=MORE_SUBMISSIONS,
                config=MORE_CONFIG,
                logo=LOGO,
            )
        )


@pytest.fixture(scope="module")
def split() -> Tree:
    """The site as if its lists were long."""
    with pytest.MonkeyPatch.context() as patch, forgotten():
        patch.setattr(alphabet, "MOST_ROWS", MOST)
        patch.setattr(sitemap, "MOST_ADDRESSES", ADDRESSES)
        return built()


@pytest.fixture(scope="module")
def whole() -> Tree:
    """The site as it is."""
    return built()


def services_of(tree: Tree) -> set[str]:
    """The services that the list of an unsplit site has."""
    return set(_ROW.findall(tree["services/index.html"].decode()))


def leaves(tree: Tree, folder: str) -> list[str]:
    """The pages from A to Z in a folder."""
    return [path for path in tree if re.fullmatch(rf"{folder}/by-letter-[^/]+\.html", path)]


@pytest.fixture(scope="module")
def pages(split: Tree) -> dict[str, Page]:
    """The pages of the split site, read."""
    return pages_of(split)


def test_all_pages_of_a_split_site_are_whole(split: Tree, pages: dict[str, Page]) -> None:
    """Every link of every page leads somewhere, in both languages, and each page has its parts."""
    faults = link_faults(split, pages)

    assert [fault for fault in faults if "manifest" not in fault] == []  # writing makes it
    assert page_faults(pages, {"fr": "fr"}) == []


def test_a_to_z_is_the_register_exactly_once(split: Tree, whole: Tree) -> None:
    """The pages by letter together have every service once, in each language."""
    for folder in ("services", "fr/services"):
        rows = [row for path in leaves(split, folder) for row in _ROW.findall(split[path].decode())]

        assert len(leaves(split, folder)) > 2
        assert sorted(rows) == sorted(services_of(whole))


@pytest.mark.parametrize("kind", ["departments", "agencies", "categories"])
def test_each_group_of_many_services_has_its_own_a_to_z(
    split: Tree, whole: Tree, kind: str
) -> None:
    """The pages by letter of a group have every row of its list, and small groups have none."""
    pages = [path for path in whole if re.fullmatch(rf"{kind}/(?!index)[^/]+\.html", path)]
    long = 0
    for path in pages:
        rows = sorted(_LEADS.findall(whole[path].decode().partition('<h2 id="services"')[2]))
        parts = leaves(split, path.removesuffix(".html"))
        found = sorted(row for part in parts for row in _LEADS.findall(split[part].decode()))

        assert found == (rows if len(rows) > MOST else [])
        long += bool(parts)
    assert long or kind != "departments"


def test_the_health_of_a_large_department_has_every_service_once(split: Tree, whole: Tree) -> None:
    """Tables together have no more rows than a page may, and all pages have what one had."""
    pages = [path for path in whole if re.fullmatch(r"health/(?!index)[^/]+\.html", path)]
    for path in pages:
        parts = [path, *leaves(split, path.removesuffix(".html"))]
        rows = [sorted(_LEADS.findall(split[part].decode())) for part in parts]

        assert sorted(itertools.chain(*rows)) == sorted(_LEADS.findall(whole[path].decode()))
        assert all(len(row) <= MOST or len(set(row)) == 1 for row in rows)
    assert any(leaves(split, path.removesuffix(".html")) for path in pages)


def test_no_list_of_services_has_more_rows_than_a_page_may(split: Tree) -> None:
    """Each order shows the first, says so, and leads to all."""
    orders = [path for path in split if re.fullmatch(r"(fr/)?services/(index|by-.*)\.html", path)]
    for path in orders:
        text = split[path].decode()

        assert len(_HEADER.findall(text)) <= MOST
        assert text.count("by-letter-a.html") or "by-letter-" in text
    first = split["services/index.html"].decode()
    words = listing().first.words(ENGLISH)
    assert f"The first 4 of {len(_known(split))} services, by {words}. All of them" in first
    assert "{shown} of the {all} services on this page" in first


def test_a_list_that_grows_long_loses_no_address(split: Tree, whole: Tree) -> None:
    """Every page of the site is there when its lists are split; only pages are added."""
    assert whole.keys() - split.keys() == set()
    added = split.keys() - whole.keys()
    assert [path for path in added if not re.search(r"/by-letter-|^sitemap-\d", path)] == []


def test_other_languages_have_their_own_letters(split: Tree, pages: dict[str, Page]) -> None:
    """From a letter the other language's list from A to Z is reached, as its letters differ."""
    for path in leaves(split, "services"):
        assert pages[path].alternates["fr"].endswith("fr/services/by-name-ascending.html")
        assert pages[path].alternates["en-GB"].endswith(path)


def test_people_reach_every_page_from_the_site_map(split: Tree, whole: Tree) -> None:
    """The site map and the pages of its long parts link to all that it linked to before."""

    def links(tree: Tree, *paths: str) -> set[str]:
        texts = [tree[path].decode() for path in paths]
        found = itertools.chain(*(re.findall(r'<li><a href="([^"]+)"', text) for text in texts))
        return {href.replace("../", "") for href in found}

    parts = [path for path in split if path.startswith("sitemap/")]

    assert parts
    assert links(whole, "sitemap.html") <= links(split, "sitemap.html", *parts)
    assert set(parts) <= links(split, "sitemap.html")
    for path in parts:
        below = split[path].decode().partition("<h2>")[2].partition("</main>")[0]
        assert 0 < below.count("<li>") <= MOST


def test_programs_reach_every_page_from_the_index_of_site_maps(split: Tree, whole: Tree) -> None:
    """sitemap.xml names the others, each of which is short; together they list every page once."""
    names = _LOC.findall(split["sitemap.xml"].decode())
    entries = [_LOC.findall(split[name].decode()) for name in names]
    every = list(itertools.chain(*entries))

    assert names == [f"sitemap-{number}.xml" for number in range(1, len(names) + 1)]
    assert max(map(len, entries)) == ADDRESSES
    assert len(every) == len(set(every))
    assert {path for path in every if "/by-" not in path} == {
        path for path in _LOC.findall(whole["sitemap.xml"].decode()) if "/by-" not in path
    }
    assert set(names) <= set(split["urls.txt"].decode().split())


def test_robots_are_told_of_the_index() -> None:
    """robots.txt names sitemap.xml alone, whatever it holds."""
    pages = {f"p{number}.html": "" for number in range(sitemap.MOST_ADDRESSES + 1)}
    files = {file.path: file.data for file in sitemap.list_files("https://x.example/", pages, [])}

    assert files["robots.txt"].decode().count("Sitemap: ") == 1
    assert "https://x.example/sitemap.xml\n" in files["robots.txt"].decode()
    assert _LOC.findall(files["sitemap.xml"].decode()) == [
        "https://x.example/sitemap-1.xml",
        "https://x.example/sitemap-2.xml",
    ]
    assert files["sitemap-1.xml"].count(b"<loc>") == 50_000


def test_a_site_map_is_no_longer_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long addresses end a site map before their number does."""
    monkeypatch.setattr(sitemap, "MOST_BYTES", 1_000)
    pages = {f"{'p' * 80}{number}.html": "2026-01-02" for number in range(50)}
    files = {file.path: file.data for file in sitemap.list_files("", pages, [])}
    maps = [data for path, data in files.items() if path.startswith("sitemap-")]

    assert len(maps) > 5
    assert max(map(len, maps)) <= 1_000
    assert sum(data.count(b"<url>") for data in maps) == 50


def check(tree: Tree) -> None:
    """Check a split tree as the build does."""
    output = InMemory()
    collected = Collected([], output)
    files = [File(path, data) for path, data in tree.items()]
    collected.add(UnitResult(tuple(files), (), titles_in(files), ()))
    services = {key: Service(key, key, "Ministry") for key in _known(tree)}
    moved = {path for path in tree if b"has moved from" in tree[path]}
    former = {Path(path).stem for path in moved if path.startswith("services/")}
    check_site(collected, output.read, services, former, "", ("", "fr/"))


def _known(tree: Tree) -> list[str]:
    return [row["service"] for row in rows_of(tree["data/services.csv"])]


def test_the_check_of_a_site_holds_for_split_lists(
    split: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that A to Z lacks, has twice or shows in an order without being one is found."""
    monkeypatch.setattr(alphabet, "MOST_ROWS", MOST)
    check(split)
    page = leaves(split, "services")[0]
    row = _ROW.findall(split[page].decode())[0]
    order = "services/by-name-ascending.html"
    shown = _ROW.findall(split[order].decode())[0]
    entry = b"<url><loc>services/full.html</loc>"
    part = next(p for p in _LOC.findall(split["sitemap.xml"].decode()) if entry in split[p])
    for path, old, new, words in [
        (page, f'<tr id="{row}"', "<tr", f"by-letter.*missing: {row}"),
        (page, f'<tr id="{row}"', f'<tr id="{row}"><tr id="{row}"', "by-letter.*twice"),
        (page, f'<tr id="{row}"', '<tr id="ghost"', "by-letter.*too many: ghost"),
        (order, f'<tr id="{shown}"', "<tr", "by-name-ascending.html lists 3 services"),
        (order, f'<tr id="{shown}"', '<tr id="ghost"', "by-name-ascending.html .*too many: ghost"),
        (part, "services/full.html", "services/ghost.html", r"sitemap\.xml .*too many: ghost"),
    ]:
        text = split[path].decode()
        assert old in text
        with pytest.raises(ConsistencyError, match=words):
            check({**split, path: text.replace(old, new, 1).encode()})


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("Apply", "a"),
        ("école", "e"),
        ("Ångström", "a"),
        ("“Zoo” fees", "z"),
        ("(2nd) licence", "0-9"),
        ("٣ licences", "0-9"),
        ("Ωmega", "other"),
        ("許可", "other"),
        ("!", "other"),
        ("", "other"),
    ],
)
def test_a_name_stands_under_its_first_letter(name: str, section: str) -> None:
    """Accents and signs before it do not matter; other scripts and no letter have a place, too."""
    assert section_of(name) == section


@given(st.lists(st.text(max_size=3)), st.integers(1, 5))
def test_an_alphabet_has_every_item_once(names: Sequence[str], rows: int) -> None:
    """Whatever the names are: no page is empty or too long, and none has another's address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alphabet, "MOST_ROWS", 6)
        made = make_alphabet(names, str, "x", rows)
    sections = [leaf.section for leaf in made.leaves]

    assert sorted(item for leaf in made.leaves for item in leaf.items) == sorted(names)
    assert all(0 < len(leaf.items) <= 6 // rows for leaf in made.leaves)
    assert len({leaf.slug for leaf in made.leaves}) == len(made.leaves)
    assert sections == sorted(sections, key=lambda section: (section == "other", section))
    assert [leaf.number for leaf in made.leaves] == [
        number
        for _, same in itertools.groupby(sections)
        for number in range(1, len(list(same)) + 1)
    ]


def test_the_pages_of_a_letter_are_said_in_plain_words() -> None:
    """Only a letter that has several pages numbers them; its steps lead to each of them."""
    names = ["Ant", *(f"Bee {number:04}" for number in range(2_001))]
    made = make_alphabet(names, str, "x")
    ant, bee, *_ = made.leaves
    index = made.index("All", ENGLISH, bee)

    assert [leaf.words(ENGLISH) for leaf in made.leaves] == [
        "A",
        "B, page 1 of 3",
        "B, page 2 of 3",
        "B, page 3 of 3",
    ]
    assert [len(leaf.items) for leaf in made.leaves] == [1, 667, 667, 667]
    assert [(one.text, one.href, one.current) for one in index.letters] == [
        ("A", "x/by-letter-a.html", False),
        ("B", "x/by-letter-b.html", True),
    ]
    assert [one.current for one in index.pages] == [True, False, False]
    assert made.index("All", ENGLISH, ant).pages == made.index("All", ENGLISH).pages == ()


def test_a_list_that_fits_says_nothing_of_its_extent() -> None:
    """A thousand rows stand on a page; one more, and the page says that it shows the first."""
    assert first_words(1_000, ENGLISH, "name, A to Z") == ""
    assert first_words(1_001, ENGLISH) == "The first 1,000 of 1,001 services."


def test_the_audit_finds_nothing_in_a_split_site(split: Tree) -> None:
    """Its parts are reached, listed and whole; a part of an index that is not there is found."""
    tree = listed(split)
    lost = {path: data for path, data in tree.items() if path != "sitemap-2.xml"}

    assert audit_site(tree).findings == ()
    assert "sitemap-xml" in audit_site(lost).counts


def test_a_page_from_a_to_z_may_go() -> None:
    """A letter without services has no page any more, which is no broken promise of addresses."""
    site = AuditedSite({"index.html": b"<title>Home</title>"})
    urls = b"index.html\nservices/by-letter-q.html\nsitemap-99.xml\nservices/by-q.html\n"
    gone = [finding.file for finding in check_former(site, {"urls.txt": urls})]

    assert gone == ["services/by-q.html"]
