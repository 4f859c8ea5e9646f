"""Every page of a site holds what docs/page-contract.md says, or leads to it by one link."""

from __future__ import annotations

import posixpath
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from perfsite.config import parse_config
from small_site import CONFIG, build_folder, data_folder, small_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.config import SiteConfig
    from small_site import Ran

ROOT: Final = Path(__file__).parents[1]
DOCUMENT: Final = (ROOT / "docs" / "page-contract.md").read_text(encoding="utf-8")
ITEMS: Final = (
    "Accessible",
    "Source and producer",
    "Status label",
    "Strengths and limits",
    "Revisions",
    "Links to related products",
    "Update schedule, last updated and archived data",
    "A plan for its end",
    "A contact",
)
"""The list of the Office for Statistics Regulation, in its words."""
EMBED: Final = ("Source", "Producer", "The full page")
_ROW: Final = re.compile(r"^\| ([^|]+?) +\| ([^|]+?) +\|$", re.MULTILINE)
_LINK: Final = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
_EMBED: Final = re.compile(r'<main\b[^>]*\bclass="embed"')
Tree = dict[str, bytes]


class Place(NamedTuple):
    """Where an item is: a page and an anchor of it; or an entry of the configuration."""

    path: str = ""
    anchor: str = ""
    entry: str = ""


def contract() -> dict[str, list[Place]]:
    """The items of the first table of the document, and the places that it names for each."""
    table = DOCUMENT.partition("\n## ")[0]
    found: dict[str, list[Place]] = {}
    for item, where in _ROW.findall(table)[1:]:
        found[item] = [Place(*address.split("#")) for address in re.findall(r"`([^`]+)`", where)]
        found[item] += [Place(entry=entry) for entry in re.findall(r"\[(\w+)\]", where)]
    return found


def words(html: str) -> str:
    """What a reader sees of some HTML, with its spaces made one."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def section(html: str, anchor: str) -> str | None:
    """What stands below the heading with this id, up to the next heading of its level."""
    match = re.search(rf'<(h[1-6])\b[^>]*\bid="{anchor}"[^>]*>.*?</\1>(.*)', html, re.DOTALL)
    return None if match is None else words(re.split(rf"<{match[1]}\b|</main>", match[2])[0])


def led_to(path: str, html: str) -> set[str]:
    """The addresses, relative to the site, of everything that a page links to, without anchors."""
    folder = posixpath.dirname(path)
    found = set()
    for href in _LINK.findall(html):
        file, _, anchor = unescape(href).partition("#")
        target = posixpath.normpath(posixpath.join(folder, file)) if file else path
        # A link to another place of the page is not a link to this one: both are kept.
        found |= {f"{target}#{anchor}"} if anchor else {target}
    return found


def home_of(path: str, homes: tuple[str, ...]) -> str:
    """The folder of the language that a page belongs to: the longest one that fits."""
    return max((home for home in homes if path.startswith(home)), key=len)


def faults(tree: Mapping[str, bytes], config: SiteConfig) -> list[str]:
    """Every page and item of the contract that is neither on the page nor one link away."""
    pages = {path: data.decode() for path, data in tree.items() if path.endswith(".html")}
    homes = tuple(path.removesuffix("about.html") for path in pages if path.endswith("about.html")
                  and path.count("/") <= 1 and not path.startswith("services/"))  # fmt: skip
    found = []
    for item, places in contract().items():
        for home in homes:
            found += [
                f"{item}: nothing at {home}{place.path}#{place.anchor}"
                for place in places
                if place.anchor and not section(pages.get(home + place.path, ""), place.anchor)
            ]
    for path, html in pages.items():
        found += embed_faults(path, html) if _EMBED.search(html) else []
        if not _EMBED.search(html):
            home = home_of(path, homes)
            found += [f"{path}: {fault}" for fault in page_faults(path, html, home, config, tree)]
    return found


def page_faults(
    path: str, html: str, home: str, config: SiteConfig, tree: Mapping[str, bytes]
) -> list[str]:
    """The items that a page with a foot lacks."""
    links = led_to(path, html)
    foot = words("".join(re.findall(r"<footer>(.*?)</footer>", html, re.DOTALL)))
    spoken = config.in_language(home.rstrip("/") or config.languages[0])
    found = []
    for item, places in contract().items():
        for place in places:
            if place.entry:
                text = str(getattr(spoken, place.entry))
                found += [] if " ".join(text.split()) in foot else [f"{item}: no {place.entry}"]
                continue
            # Files that are no pages are shared by all languages.
            target = place.path if place.path.endswith(".xml") else home + place.path
            there = {target, f"{target}#{place.anchor}"} & links or target == path
            if not there or target not in tree:
                found.append(f"{item}: no link to {target}#{place.anchor}")
    for figure in re.findall(r"<figure\b.*?</figure>", html, re.DOTALL):
        found += [] if source_of(figure) else ["Source and producer: a chart without its source"]
    return found


def source_of(figure: str) -> str:
    """What the source line of a chart says before its links."""
    match = re.search(r'<p class="source">\s*<span>(.*?)</span>', figure, re.DOTALL)
    return words(match[1]) if match else ""


def embed_faults(path: str, html: str) -> list[str]:
    """What an embedded figure lacks of the three things that it must have."""
    source, producer, back = EMBED
    figure, _, rest = html.partition("</figure>")
    line = re.search(r'<p class="source">(.*?): <a href="([^"]*)">', rest, re.DOTALL)
    found = [] if source_of(figure) else [source]
    found += [] if line and words(line[1]) else [producer]
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), line[2])) if line else ""
    # The fragment is checked with all links; here it only has to be a page, not the frame itself.
    is_page = target.partition("#")[0].endswith(".html") and not target.startswith(path)
    return [f"{path}: {item}" for item in [*found, *([] if is_page else [back])]]


def test_the_document_has_every_item_of_the_list() -> None:
    """Its first table is the list of the regulator; each item has a place that a test can find."""
    assert tuple(contract()) == ITEMS
    assert all(contract().values())
    embedded = DOCUMENT.split("\n## ")[1]
    assert tuple(item for item, _ in _ROW.findall(embedded)[1:]) == EMBED


def test_each_item_has_one_place_for_each_of_its_words() -> None:
    """Two things in one item are two places, so that neither can hide the other's absence."""
    places = {item: {p.anchor or p.entry or p.path for p in at} for item, at in contract().items()}

    assert places["Strengths and limits"] == {"strengths", "caveats"}
    assert places["Source and producer"] == {"publisher", "sources"}
    assert places["Update schedule, last updated and archived data"] == {
        "updates", "copy", "feed.xml"
    }  # fmt: skip


def test_every_page_of_the_small_site_keeps_the_contract() -> None:
    """Each page, the moved ones and the one that is not found among them."""
    assert faults(small_site(), parse_config(CONFIG)) == []


def test_every_page_of_a_second_language_keeps_the_contract(tmp_path: Path) -> None:
    """Pages under fr/ lead to the pages of their own language, and to the one feed."""
    text = f"""languages = ["en-GB", "fr"]
status = "Not official"
{CONFIG}
[translations.fr]
status = "Non officiel"
"""
    tree = build_folder(data_folder(tmp_path, config=text))
    french = [path for path in tree if path.startswith("fr/") and path.endswith(".html")]

    assert french
    assert faults(tree, parse_config(text)) == []
    assert b"Non officiel" in tree[french[0]]


def read_pages(folder: Path) -> Tree:
    """Every page of a site on the disk, and its feed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for pattern in ("*.html", "feed.xml")
        for path in folder.rglob(pattern)
    }


def test_every_page_of_the_example_keeps_the_contract(built: tuple[Ran, Path]) -> None:
    """All pages of 734 services, in every language that the example is configured for."""
    ran, folder = built
    assert ran.code == 0, ran.err
    config = parse_config((ROOT / "data" / "perfsite.toml").read_text(encoding="utf-8"))
    tree = read_pages(folder)

    assert len(tree) > 734
    assert faults(tree, config)[:20] == []


def test_the_example_leaves_none_of_the_entries_out() -> None:
    """What the contract takes from the configuration is there to be seen on the example."""
    config = parse_config((ROOT / "data" / "perfsite.toml").read_text(encoding="utf-8"))
    entries = {place.entry for places in contract().values() for place in places if place.entry}

    assert entries == {"publisher", "status", "contact"}
    assert all(getattr(config, entry) for entry in entries)
    assert config.update_schedule
    assert config.end_plan
    assert config.related
    assert config.sources


BROKEN: Final = {
    "no foot": ("services/full.html", r"<footer>.*</footer>", "", ITEMS[0]),
    "no strengths": ("about.html", r'<h2 id="strengths">.*?(?=<h2)', "", "Strengths and limits"),
    "nothing under a heading": (
        "about.html",
        r'(<h2 id="revisions">.*?</h2>).*?(?=<h2)',
        r"\1",
        "Revisions",
    ),
    "no publisher": ("404.html", "The Office of Examples", "", "Source and producer"),
    "no contact": ("services/full.html", "figures@example.org", "", "A contact"),
    "no way to the end": ("index.html", r'href="about\.html#end"', 'href="#end"', "plan for its"),
    "no source of a chart": (
        "services/full.html",
        r'<p class="source"><span>.*?</span>',
        '<p class="source"><span> </span>',
        "a chart without its source",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_missing_is_found(name: str) -> None:
    """A page that lacks an item is named with it; so the test above can fail."""
    path, old, new, item = BROKEN[name]
    tree = dict(small_site())
    html, number = re.subn(old, new, tree[path].decode(), flags=re.DOTALL)
    assert number, f"{old} is not in {path}"
    if name == "no way to the end":
        # The page about the data is linked from the head, too; nothing may lead to it.
        html = re.sub(r'href="about\.html[^"]*"', 'href="#"', html)
    tree[path] = html.encode()

    assert any(item in fault for fault in faults(tree, parse_config(CONFIG)))


def test_an_embedded_figure_leads_back_and_names_its_source() -> None:
    """Each page with a figure alone has all three; without its foot it has fewer."""
    embeds = {
        path: data.decode()
        for path, data in small_site().items()
        if path.endswith(".html") and _EMBED.search(data.decode())
    }

    assert embeds
    for path, html in embeds.items():
        assert embed_faults(path, html) == [], path
        assert "<footer>" not in html
    path, html = embeds.popitem()
    bare = re.sub(r'<p class="source">.*?</p>', "", html, flags=re.DOTALL)
    assert embed_faults(path, bare) == [f"{path}: {item}" for item in EMBED]
