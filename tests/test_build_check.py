from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from perfsite.build import Collected, InMemory, check_site
from perfsite.errors import ConsistencyError
from perfsite.model import File, Service
from perfsite.units import UnitResult, titles_in
from small_site import (
    CONFIG,
    MOVED,
    SERVICES,
    Tree,
    build_folder,
    data_folder,
    pages_of,
    rows_of,
    small_pages,
    small_site,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KNOWN = {key: Service(key, key, "Ministry") for key in SERVICES}
LIST = "services/by-name-ascending.html"
OF_A_SERVICE = r"services/[^/]+\.html"
"""The addresses of services, and of the lists beside them."""
PARTS = re.compile(r"404\.html|services/[^/]+/.*|(?!services/).*/by-[a-z-]+\.html")
"""The addresses that no site map lists: an error, figures alone, and other orders of groups."""


def check(tree: Tree) -> None:
    """Check a tree as the build does."""
    check_files(files_of(tree), MOVED)


def files_of(tree: Tree) -> list[File]:
    """The files of a tree."""
    return [File(path, data) for path, data in tree.items()]


def check_files(files: Sequence[File], moved: set[str], *folders: str) -> None:
    """Check files as the build does; `folders` are those of languages, where there are several."""
    output = InMemory()
    collected = Collected([], output)
    collected.add(UnitResult(tuple(files), (), titles_in(files), ()))
    check_site(collected, output.read, KNOWN, moved, "", folders or ("",))


def changed(path: str, old: str, new: str) -> Callable[[Tree], None]:
    """Change a file by a regular expression, which must be found."""

    def change(tree: Tree) -> None:
        text, number = re.subn(old, new, tree[path].decode(), count=1)
        assert number == 1, f"{old} is not in {path}"
        tree[path] = text.encode()

    return change


def test_a_site_that_agrees_passes() -> None:
    """Services, pages, rows, entries of the sitemap and of every list are the same eleven."""
    tree, pages = small_site(), small_pages()
    lists = [p for p in pages if re.fullmatch(r"services/(index|by-.*)\.html", p)]
    check(tree)

    assert len(SERVICES) == 11
    assert len(lists) == 16
    for path in lists:
        (table,) = pages[path].tables.values()
        assert len(table) == 1 + 11, path
    assert [row["service"] for row in rows_of(tree["data/services.csv"])] == list(SERVICES)
    ids = {p[len("services/") : -len(".html")] for p in pages if re.fullmatch(OF_A_SERVICE, p)}
    assert ids - {p.removeprefix("services/")[:-5] for p in lists} == {*SERVICES, *MOVED}


BROKEN: dict[str, tuple[Callable[[Tree], object], str]] = {
    "a page too few": (
        lambda tree: tree.pop("services/weekly.html"),
        "pages of services .*10 services, not 11; missing: weekly",
    ),
    "a page too many": (
        lambda tree: tree.update({"services/ghost.html": b"<title>Ghost</title>"}),
        "pages of services .*12 services, not 11; too many: ghost",
    ),
    "a row of data/services.csv too few": (
        changed("data/services.csv", r"\r\nweekly,.*?(?=\r\n)", ""),
        r"data/services\.csv .*missing: weekly",
    ),
    "a row of data/services.csv too many": (
        changed("data/services.csv", r"\r\nweekly,", "\r\nghost,x\r\nweekly,"),
        r"data/services\.csv .*too many: ghost",
    ),
    "a row of data/services.csv twice": (
        changed("data/services.csv", r"(\r\nweekly,.*?)(?=\r\n)", r"\1\1"),
        r"data/services\.csv lists a service twice",
    ),
    "an entry of the sitemap too few": (
        changed("sitemap.xml", "<url><loc>services/weekly.html</loc></url>\n", ""),
        r"sitemap\.xml .*missing: weekly",
    ),
    "an entry of the sitemap too many": (
        changed("sitemap.xml", "services/weekly.html", "services/ghost.html"),
        r"sitemap\.xml .*too many: ghost; missing: weekly",
    ),
    "an entry of the sitemap twice": (
        changed("sitemap.xml", "(<url><loc>services/weekly.html</loc></url>\n)", r"\1\1"),
        r"sitemap\.xml",
    ),
    "a row of a list too few": (
        changed(LIST, r'<tr id="weekly".*?</tr>', ""),
        r"by-name-ascending\.html .*missing: weekly",
    ),
    "a row of a list too many": (
        changed(LIST, '<tr id="weekly"', '<tr id="ghost"></tr><tr id="weekly"'),
        r"by-name-ascending\.html .*too many: ghost",
    ),
    "a row of a list twice": (
        changed(LIST, '(<tr id="weekly".*?</tr>)', r"\1\1"),
        r"by-name-ascending\.html lists a service twice",
    ),
    "no list": (lambda tree: tree.pop("services/index.html"), r"services/index\.html"),
    "two pages with one title": (
        changed(
            "services/weekly.html",
            "<title>.*?</title>",
            "<title>Site map - Service figures</title>",
        ),
        "same title: Site map - Service figures",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_site_that_contradicts_itself_is_refused(name: str) -> None:
    """Each way in which the lists of services can differ is found, with the file and the ids."""
    change, words = BROKEN[name]
    tree = dict(small_site())
    change(tree)

    with pytest.raises(ConsistencyError, match=words):
        check(tree)


def test_two_files_cannot_have_one_address() -> None:
    """The second file at an address is named."""
    files = files_of(small_site())

    with pytest.raises(ConsistencyError, match=r"two files at the address about\.html"):
        check_files([*files, File("about.html", b"")], MOVED)


def test_a_moved_page_is_no_service() -> None:
    """Without knowing the former ids, the pages that they left would be services too many."""
    files = files_of(small_site())

    with pytest.raises(ConsistencyError, match="too many: old-name, older-name"):
        check_files(files, set())


@pytest.mark.parametrize("base", ["https://example.org", "https://example.org/x/services/"])
def test_a_site_may_stand_under_any_address(tmp_path: Path, base: str) -> None:
    """With any base URL, one that ends in services/ too, all entries are absolute and it passes."""
    tree = build_folder(data_folder(tmp_path, config=f'base_url = "{base}"\n{CONFIG}'))
    base = f"{base.rstrip('/')}/"
    entries = re.findall("<loc>(.*?)</loc>", tree["sitemap.xml"].decode())
    pages = pages_of(tree)

    listed = {path for path in pages if not PARTS.fullmatch(path)}
    assert {entry.removeprefix(base) for entry in entries} == listed
    assert len(entries) == len(listed)
    assert all(entry.startswith(base) for entry in entries)
    canonical = [a["href"] for a in pages["about.html"].all("link") if a["rel"] == "canonical"]
    assert canonical == [f"{base}about.html"]
    assert f"Sitemap: {base}sitemap.xml\n" in tree["robots.txt"].decode()


FRENCH = f'languages = ["en-GB", "fr"]\n{CONFIG}'


@cache
def two_languages() -> Tree:
    """The small site in English, and in French under fr/."""
    with tempfile.TemporaryDirectory() as name:
        return build_folder(data_folder(Path(name), config=FRENCH))


def check_both(tree: Tree, folders: tuple[str, ...] = ("", "fr/")) -> None:
    """Check a tree of two languages."""
    check_files(files_of(tree), MOVED, *folders)


def test_a_site_in_two_languages_that_agree_passes() -> None:
    """Every page of the one language is a page of the other; titles may be the same in both."""
    tree = two_languages()
    check_both(tree)

    html = {path for path in tree if path.endswith(".html")}
    french = {path.removeprefix("fr/") for path in html if path.startswith("fr/")}
    assert french == {path for path in html if not path.startswith("fr/")}
    assert len([path for path in french if path.startswith("services/")]) > 11


BROKEN_IN_ONE: dict[str, tuple[Callable[[Tree], object], str]] = {
    "a page too few": (
        lambda tree: tree.pop("fr/services/weekly.html"),
        "pages of services in fr/ .*10 services, not 11; missing: weekly",
    ),
    "a page too many": (
        lambda tree: tree.update({"fr/services/ghost.html": b"<title>Ghost</title>"}),
        "pages of services in fr/ .*12 services, not 11; too many: ghost",
    ),
    "an entry of the sitemap too few": (
        changed("sitemap.xml", "<url><loc>fr/services/weekly.html</loc></url>\n", ""),
        r"sitemap\.xml for fr/ .*missing: weekly",
    ),
    "an entry of the sitemap too few in the first language": (
        changed("sitemap.xml", "<url><loc>services/weekly.html</loc></url>\n", ""),
        r"sitemap\.xml for \. .*missing: weekly",
    ),
    "a row of a list too few": (
        changed(f"fr/{LIST}", r'<tr id="weekly".*?</tr>', ""),
        "fr/services/by-name-ascending.html .*missing: weekly",
    ),
    "no list": (
        lambda tree: tree.pop("fr/services/index.html"),
        "the list fr/services/index.html is missing",
    ),
    "two pages with one title": (
        lambda tree: tree.update({"fr/about.html": tree["fr/404.html"]}),
        "fr/.* have the same title",
    ),
}


@pytest.mark.parametrize("name", BROKEN_IN_ONE)
def test_a_fault_of_one_language_is_found(name: str) -> None:
    """The other language does not stand in for what one lacks; the message names the folder."""
    change, words = BROKEN_IN_ONE[name]
    tree = dict(two_languages())
    change(tree)

    with pytest.raises(ConsistencyError, match=words):
        check_both(tree)


def test_a_language_that_was_not_built_is_missed() -> None:
    """A folder that holds no page lacks all services."""
    with pytest.raises(ConsistencyError, match=r"services in cy/ .*: 0 services, not 11"):
        check_both(two_languages(), ("", "fr/", "cy/"))


def test_a_page_of_one_figure_is_no_service() -> None:
    """What stands below the folder of a service is part of it, whatever it is called."""
    tree = dict(small_site())
    figures = [path for path in tree if re.fullmatch(r"services/full/.*\.html", path)]

    assert figures
    tree["services/ghost/take-up.html"] = b"<title>Ghost</title>"
    check(tree)
