"""A site in English and French: every page twice, every figure once."""

from __future__ import annotations

import re
from typing import Final

from small_site import (
    address_faults,
    link_faults,
    odd_words,
    page_faults,
    reached,
    rows_of,
    small_pages_in_two_languages,
    small_site_in_two_languages,
)

FOLDER: Final = "fr/"
LANGUAGES: Final = {"": "en-GB", FOLDER: "fr"}


def both() -> tuple[set[str], set[str]]:
    """The paths of the pages in each language, those in French without their folder."""
    pages = set(small_pages_in_two_languages())
    french = {path.removeprefix(FOLDER) for path in pages if path.startswith(FOLDER)}
    return {path for path in pages if not path.startswith(FOLDER)}, french


def test_every_page_is_there_in_both_languages() -> None:
    """The two languages have the same pages at the same places, each in its own language."""
    english, french = both()

    assert english == french
    assert len(english) > 100
    assert page_faults(small_pages_in_two_languages(), {"fr": "fr"}) == []


def test_each_page_leads_to_itself_in_the_other_language() -> None:
    """`hreflang` names both languages and both addresses exist; a plain link leads there, too."""
    pages = small_pages_in_two_languages()
    for path, page in pages.items():
        own = path.removeprefix(FOLDER)
        top = "../" * path.count("/")
        wanted = {("en-GB", f"{top}{own}"), ("fr", f"{top}{FOLDER}{own}")}
        found = {(a["hreflang"], a["href"]) for a in page.all("link") if "hreflang" in a}
        assert found == wanted, path
        if page.all("footer"):
            other = f"{top}{own}" if path.startswith(FOLDER) else f"{top}{FOLDER}{own}"
            assert other in [a["href"] for a in page.all("a")], path


def test_links_stay_within_the_language() -> None:
    """Every link leads somewhere; from a French page only data and assets lie outside of fr/."""
    tree, pages = small_site_in_two_languages(), small_pages_in_two_languages()

    assert link_faults(tree, pages) == []
    assert address_faults(tree) == []
    assert set(tree) - reached(tree, pages) <= {
        "404.html", "fr/404.html", "robots.txt", "sitemap.xml", "urls.txt", "manifest-sha256.txt"
    }  # fmt: skip


def test_data_files_are_shared() -> None:
    """Figures have no language: there is no data file below fr/, and French pages link to both."""
    tree = small_site_in_two_languages()
    kinds = {path.rpartition(".")[2] for path in tree if path.startswith(FOLDER)}

    assert kinds == {"html", "svg", "jpg"}
    assert b'href="../../services/full.csv"' in tree["fr/services/full.html"]


def test_one_figure_is_written_as_each_language_writes_it() -> None:
    """The digital take-up of a service is the one of the data file, in the words of each page."""
    tree = small_site_in_two_languages()
    rows = {row["service"]: row for row in rows_of(tree["data/services.csv"])}
    share = float(rows["full"]["digital_take_up"])
    card = r'id="kpi-digital-take-up">.*?<p class="value">(.*?)</p>'
    english, french = (
        re.findall(card, tree[f"{folder}services/full.html"].decode(), re.DOTALL)[0]
        for folder in LANGUAGES
    )

    assert english == f"{share:.1%}"
    assert french == f"{share * 100:.1f}\xa0%".replace(".", ",")


def test_charts_speak_the_language_of_their_page() -> None:
    """The chart of a French page has a French title and French labels."""
    tree = small_site_in_two_languages()
    english, french = (
        tree[f"{folder}services/full/transactions.svg"].decode() for folder in LANGUAGES
    )

    assert "Digital" in english
    assert "Digital" not in french
    assert re.findall("<title>(.*?)</title>", english) != re.findall("<title>(.*?)</title>", french)
    assert "juillet" in french


def test_no_page_speaks_like_a_program() -> None:
    """No None, nan or their like, in either language."""
    pages = small_pages_in_two_languages()

    assert {path: odd_words(page) for path, page in pages.items() if odd_words(page)} == {}
