"""The small site as a whole: every link and page, and the checks that look at them.

What archives need is held by the audit: see test_audit_rules.py.
"""

from __future__ import annotations

from typing import Final

import pytest

from small_site import (
    link_faults,
    odd_words,
    odd_words_of_svg,
    page_faults,
    pages_of,
    small_pages,
    small_site,
)


def test_no_link_leads_nowhere() -> None:
    """Every address is relative to its page and leads to a file of the site, and anchors too."""
    assert sum(len(page.hrefs) for page in small_pages().values()) > 1000
    assert link_faults(small_site(), small_pages()) == []


def test_every_page_has_what_a_page_needs() -> None:
    """One title, h1, language, description; whole markup; images with alt and size; no script."""
    assert page_faults(small_pages()) == []


def test_no_page_speaks_like_a_program() -> None:
    """No NaN, None, nan, undefined or their like in any page or picture."""
    pictures = {path: data for path, data in small_site().items() if path.endswith(".svg")}

    assert len(pictures) > 10
    assert {path: odd_words(page) for path, page in small_pages().items() if odd_words(page)} == {}
    found = {path: odd_words_of_svg(data) for path, data in pictures.items()}
    assert {path: words for path, words in found.items() if words} == {}


def test_titles_are_unique() -> None:
    """No two pages have one title."""
    titles = [page.title for page in small_pages().values()]

    assert len(set(titles)) == len(titles) == 114


FAULTS: Final = {
    "a dead link": ("about.html", 'href="index.html"', 'href="indes.html"', "leads to no file"),
    "a rooted link": ("about.html", 'href="index.html"', 'href="/index.html"', "leads to no file"),
    "a query": ("about.html", 'href="index.html"', 'href="index.html?a"', "leads to no file"),
    "a dead anchor": ("index.html", "about.html#", "about.html#x", "no place in the page"),
    "a style from elsewhere": (
        "index.html", 'href="assets/', 'href="https://example.org/', "of another host"
    ),
    "a picture from elsewhere": (
        "services/full.html", 'src="../', 'src="//example.org/', "of another host"
    ),
    "a picture that is not there": ("services/full.html", ".svg", ".svgz", "leads to no file"),
    "a script in a picture": (
        "services/full/transactions.svg", "</svg>", "<script/></svg>", "loads something"
    ),
    "a second heading": ("about.html", "</main>", "<h1>A</h1></main>", "2 of <h1>"),
    "no language": ("about.html", ' lang="en-GB"', "", "the language is"),
    "an empty description": ("about.html", 'content="What', 'content="" x="What', "0 descriptions"),
    "an open element": ("about.html", "</main>", "<p></main>", "closes another element"),
    "an id twice": ("about.html", "</main>", '<p id="main"></p></main>', "an id stands twice"),
    "a picture without text": ("services/full.html", ' alt="', ' alt="" x="', "without alt"),
    "a script": (
        "about.html", "</head>", '<script src="urls.txt"></script></head>', "not for archives"
    ),
    "a script of its own": (
        "services/index.html", "</head>", "<script>a()</script></head>", "not for archives"
    ),
    "a script that waits": ("services/index.html", "<script src", "<script async src", "not for"),
    "a script in the text": (
        "services/index.html", "</main>", '<script src="../urls.txt"></script></main>', "outside"
    ),
    "a choice outside the filter": (
        "services/index.html", "</main>", '<select id="x" name="x"></select></main>', "outside"
    ),
    "a choice on another page": (
        "about.html", "</main>", '<div class="filter"><select></select></div></main>', "not for"
    ),
    "another base": ("about.html", "</title>", '</title><base target="_top">', "not for archives"),
    "a card that is not there": ("index.html", 'content="cards/', 'content="card/', "no file"),
    "data that is not there": ("services/full.html", "full.json", "fill.json", "leads to no file"),
    "a mail to nobody": ("about.html", "mailto:figures@", "mailto:figures-", "a mail to nobody"),
    "a description that cannot be read": ("index.html", '{"@context"', '{@context"', "is no JSON"),
    "a description of other data": (
        "index.html", '"contentUrl":"data/', '"contentUrl":"date/', "description leads to no file"
    ),
    "metadata of other data": (
        "services/full.csv-metadata.json", '"full.csv"', '"fill.csv"', "leads to no file"
    ),
    "a package of other data": ("datapackage.json", '"data/kpis', '"data/kpas', "leads to no file"),
    "a feed of other pages": ("feed.xml", 'href="', 'href="x/', "leads to no file"),
    "a word of a program": ("about.html", "</h1>", " NaN</h1>", "NaN"),
    "a word in an attribute": ("services/full.html", ' alt="', ' alt="None ', "None"),
    "a word in a picture": (
        "services/full/transactions.svg", "<desc>", "<desc>undefined ", "undefined"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_check_of_the_whole_finds_what_it_is_for(name: str) -> None:
    """The checks above are not blind: broken once, the site has exactly that kind of fault."""
    path, old, new, words = FAULTS[name]
    tree = dict(small_site())
    text = tree[path].decode()
    assert old in text
    tree[path] = text.replace(old, new, 1).encode()
    pages = pages_of(tree)
    faults = [*link_faults(tree, pages), *page_faults(pages)]
    faults += [word for page in pages.values() for word in odd_words(page)]
    if path.endswith(".svg"):
        faults += odd_words_of_svg(tree[path])

    assert any(words in fault for fault in faults), faults
    assert [fault for fault in faults if not fault.startswith((path, words))] == []
