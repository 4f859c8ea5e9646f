"""A site in English and French: every page twice, every figure once."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.site_data import in_language
from small_site import (
    build_folder,
    data_folder,
    link_faults,
    odd_words,
    page_faults,
    pages_of,
    rows_of,
    small_pages_in_two_languages,
    small_site_in_two_languages,
)

if TYPE_CHECKING:
    from small_site import Page, Tree

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


BILINGUAL: Final = """\
service,name,department,department_abbr,agency,category,description,notes,\
name_fr,department_fr,department_abbr_fr,agency_fr,category_fr,description_fr,notes_fr
map,Maps,Office of Land,OL,Map House,Paper,Maps of everything.,Printed.,\
Cartes,Bureau des terres,BT,Maison des cartes,Papier,Des cartes de tout.,Sur papier.
study,Studies,Office of Land,OL,,Paper,,,Études,Bureau des terres,BT,,Papier,,
zone,Zones,Ministry of Air,,,Paper,,,Zones,Écoles de l’air,,,Papier,,
plain,Plain words,Ministry of Air,,,,Untranslated.,,,,,,,,
"""
SETTINGS: Final = """\
title = "Land"
languages = ["en-GB", "fr"]
published = [2018-09-19]

[translations.fr]
title = "Terres"
"""
FIGURES: Final = """\
service,period,measure,channel,value,note
map,2016-10/2017-09,transactions,online,60,Online only since May | En ligne depuis mai
map,2016-10/2017-09,transactions,in-person,40,Online only since May | En ligne depuis mai
study,2016-10/2017-09,transactions,,30,One note for all
zone,2016-10/2017-09,transactions,,20,
plain,2016-10/2017-09,transactions,,10,
"""


@cache
def bilingual() -> tuple[Tree, dict[str, Page]]:
    """A site whose register speaks both languages, and its pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = data_folder(
            Path(name), register=BILINGUAL, submissions={"all.csv": FIGURES}, config=SETTINGS
        )
        tree = build_folder(folder)
    return tree, pages_of(tree)


def test_pages_have_the_names_of_their_language() -> None:
    """Headings, titles, lists, descriptions and data for machines are in the page's language."""
    tree, pages = bilingual()
    english, french = (pages[f"{folder}services/map.html"] for folder in LANGUAGES)

    assert english.text("h1") == ["Maps"]
    assert french.text("h1") == ["Cartes"]
    assert french.title.startswith("Cartes: Maison des cartes")
    assert "Des cartes de tout." in french.words
    assert "Sur papier." in french.words
    assert "Bureau des terres" in french.words
    for word in ("Maps", "Office of Land", "Map House", "Paper", "everything", "Printed"):
        assert word in tree["services/map.html"].decode()
        assert word not in tree["fr/services/map.html"].decode()
        for path in ("index", "services/index", "departments/index", "health/index"):
            assert word not in pages[f"fr/{path}.html"].words


def test_a_group_has_one_address_in_all_languages() -> None:
    """The slug is that of the register's first language; the name is the page's own."""
    _, pages = bilingual()

    assert pages["departments/office-of-land.html"].text("h1") == ["Office of Land"]
    assert pages["fr/departments/office-of-land.html"].text("h1") == ["Bureau des terres"]
    assert pages["fr/agencies/map-house.html"].text("h1") == ["Maison des cartes"]
    assert "Maison des cartes" in pages["fr/departments/office-of-land.html"].text("a")
    assert pages["fr/categories/paper.html"].text("h1") == ["Papier"]


def test_names_are_in_the_order_of_their_language() -> None:
    """Each list by name follows its own names, and an accent does not send one to the end."""
    _, pages = bilingual()
    orders = [
        [row[0].partition(" ")[0] for row in rows[1:]]
        for folder in LANGUAGES
        for rows in pages[f"{folder}services/by-name-ascending.html"].tables.values()
    ]

    assert orders == [["Maps", "Plain", "Studies", "Zones"], ["Cartes", "Études", "Plain", "Zones"]]
    (table,) = pages["fr/departments/index.html"].tables.values()
    assert [row[0].partition(" ")[0] for row in table[1:]] == ["Bureau", "Écoles"]


def test_what_is_not_translated_stands_in_the_first_language() -> None:
    """A service without French words has a French page with its English ones."""
    _, pages = bilingual()

    assert pages["fr/services/plain.html"].text("h1") == ["Plain words"]
    assert "Untranslated." in pages["fr/services/plain.html"].words


def test_a_note_is_shown_in_the_language_of_the_page() -> None:
    """A note in all languages has a part for each; another one stands as it is."""
    tree, pages = bilingual()

    assert "Online only since May" in pages["services/map.html"].text("li")
    assert "En ligne depuis mai" in pages["fr/services/map.html"].text("li")
    assert "One note for all" in pages["fr/services/study.html"].text("li")
    (note,) = {row["note"] for row in rows_of(tree["services/map.csv"])}
    assert note == "Online only since May | En ligne depuis mai"


def test_a_text_is_cut_only_where_each_language_has_a_part() -> None:
    """One language, or another number of parts, leaves a text as it is."""
    assert in_language("a | b", "fr", ["en", "fr"]) == "b"
    assert in_language("a | b", "en", ["en", "fr"]) == "a"
    assert in_language("a | b", "en", ["en"]) == "a | b"
    assert in_language("a | b | c", "fr", ["en", "fr"]) == "a | b | c"
    assert in_language("a", "fr", ["en", "fr"]) == "a"


def test_data_files_have_all_languages_of_the_register() -> None:
    """services.csv has a column for each text, and its description the language; JSON has both."""
    tree, _ = bilingual()
    rows = {row["service"]: row for row in rows_of(tree["data/services.csv"])}
    described = json.loads(tree["data/services.csv-metadata.json"])["tableSchema"]["columns"]
    languages = {column["name"]: column.get("lang") for column in described}

    assert rows["map"]["name"] == "Maps"
    assert rows["map"]["name_fr"] == "Cartes"
    assert rows["plain"]["name_fr"] == ""
    assert list(rows["map"]) == list(languages)
    assert languages["name_fr"] == languages["notes_fr"] == "fr"
    assert languages["name"] is None
    assert json.loads(tree["services/map.json"])["translations"]["fr"]["name"] == "Cartes"
    assert "translations" not in json.loads(tree["services/plain.json"])
    assert "Bureau" not in tree["data/departments.csv"].decode()
