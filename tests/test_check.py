from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from perfsite.check import check_site
from perfsite.errors import ConsistencyError
from perfsite.model import File, Service
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
    from collections.abc import Callable
    from pathlib import Path

KNOWN = {key: Service(key, key, "Ministry") for key in SERVICES}
LIST = "services/by-name-ascending.html"


def check(tree: Tree) -> None:
    """Check a tree as the build does."""
    check_site([File(path, data) for path, data in tree.items()], KNOWN, MOVED, "")


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
    ids = {p.removeprefix("services/")[:-5] for p in pages if p.startswith("services/")}
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
        changed(LIST, '<tr id="weekly">.*?</tr>', ""),
        r"by-name-ascending\.html .*missing: weekly",
    ),
    "a row of a list too many": (
        changed(LIST, '<tr id="weekly">', '<tr id="ghost"></tr><tr id="weekly">'),
        r"by-name-ascending\.html .*too many: ghost",
    ),
    "a row of a list twice": (
        changed(LIST, '(<tr id="weekly">.*?</tr>)', r"\1\1"),
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
    files = [File(path, data) for path, data in small_site().items()]

    with pytest.raises(ConsistencyError, match=r"two files at the address about\.html"):
        check_site([*files, File("about.html", b"")], KNOWN, MOVED, "")


def test_a_moved_page_is_no_service() -> None:
    """Without knowing the former ids, the pages that they left would be services too many."""
    files = [File(path, data) for path, data in small_site().items()]

    with pytest.raises(ConsistencyError, match="too many: old-name, older-name"):
        check_site(files, KNOWN, set(), "")


@pytest.mark.parametrize("base", ["https://example.org", "https://example.org/x/services/"])
def test_a_site_may_stand_under_any_address(tmp_path: Path, base: str) -> None:
    """With any base URL, one that ends in services/ too, all entries are absolute and it passes."""
    tree = build_folder(data_folder(tmp_path, config=f'base_url = "{base}"\n{CONFIG}'))
    base = f"{base.rstrip('/')}/"
    entries = re.findall("<loc>(.*?)</loc>", tree["sitemap.xml"].decode())
    pages = pages_of(tree)

    assert {entry.removeprefix(base) for entry in entries} == pages.keys() - {"404.html"}
    assert all(entry.startswith(base) for entry in entries)
    canonical = [a["href"] for a in pages["about.html"].all("link") if a["rel"] == "canonical"]
    assert canonical == [f"{base}about.html"]
    assert f"Sitemap: {base}sitemap.xml\n" in tree["robots.txt"].decode()
