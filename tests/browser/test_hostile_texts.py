"""Hostile texts as a browser reads them: the page of plain text, and nothing runs or moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from hostile import PLAIN, cell
from perfsite.model import LONGEST
from test_hostile import ENTRIES, FIELDS, SAMPLE, built, pairs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from small_site import Tree

pytestmark = pytest.mark.browser

TEXTS: Final = (
    *SAMPLE,
    *("<!--", "]]>", "<svg onload=hit()>", "' onclick='hit()", "</bdi>", "<base href=//x>"),
    *(
        "javascript:hit()",
        "\\u003c/script>",
        "وزارة 3",
        "A ירושלים 4",
        "\u200fa",
        "e\u0301\u0301\u0301",
    ),
)
PAGES: Final = ("index.html", "about.html", "services/index.html", "sitemap.html")
NARROW: Final = 320
HIT: Final = "window.hits = 0; window.hit = () => { window.hits += 1; };"
OUTLINE: Final = """pairs => {
  const plain = text => {
    text = text.replace(/[\u2068\u2069]/g, "").replace(/\\s+/g, " ").trim();
    for (const [one, two] of pairs) text = text.split(one).join(two);
    return text;
  };
  const texts = json => json && typeof json === "object" ?
    Object.values(json).map(texts).join("|") : String(json);
  const walk = node => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE) return `(${node.nodeName})`;
    const json = node.localName === "script" && node.type === "application/ld+json";
    const inner = json ? texts(JSON.parse(node.text)) : [...node.childNodes].map(walk).join("");
    if (node.localName === "bdi") return inner;
    const words = [...node.attributes].map(one => one.name === "href" ? "href" :
      `${one.name}=${plain(one.value)}`);
    return `<${[node.localName, ...words].join(" ")}>${inner}</${node.localName}>`;
  };
  return plain(walk(document.documentElement));
}"""
"""The page as text, in which `<bdi>` is nothing."""
MOVED: Final = """() => {
  const found = [];
  for (const apart of document.querySelectorAll("bdi")) {
    const next = apart.nextSibling;
    if (!next || next.nodeType !== Node.TEXT_NODE || !next.data.trim()) continue;
    const range = document.createRange();
    const at = next.data.search(/\\S/);
    range.setStart(next, at);
    range.setEnd(next, at + 1);
    const own = [...apart.getClientRects()].pop(), other = range.getBoundingClientRect();
    if (!own || !other.width || Math.abs(own.bottom - other.bottom) > 4) continue;
    if (other.left < own.right - 1) found.push(apart.parentNode.textContent);
  }
  return found;
}"""
"""Where what stands behind a text that is set apart is not at its right."""


def written(site: Tree, folder: Path) -> Path:
    """A site on the disk."""
    for path, data in site.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The site of hostile texts, and the one of plain texts."""
    folder = tmp_path_factory.mktemp("hostile")
    hostile = written(built(TEXTS, SAMPLE[4]), folder / "hostile")
    return hostile, written(built([PLAIN] * len(TEXTS)), folder / "plain")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A narrow window in which what runs is counted."""
    opened = browser.new_context(viewport={"width": NARROW, "height": 800})
    opened.add_init_script(HIT)
    yield opened
    opened.close()


def looked_at(page: Page, path: Path, pairs: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The outline of a page after it has loaded."""
    page.goto(path.as_uri())
    longest = sorted(pairs.items(), key=lambda pair: -len(pair[0]))
    return page.evaluate(OUTLINE, [list(pair) for pair in longest])


@pytest.mark.parametrize("path", [*(f"services/s{n}.html" for n in range(len(TEXTS))), *PAGES])
def test_a_page_of_hostile_texts_is_that_of_plain_ones(
    context: BrowserContext, sites: tuple[Path, Path], path: str
) -> None:
    """The same elements, attributes and words but for `<bdi>`; nothing runs, and nothing moves."""
    hostile, plain = sites
    pairs = pairs_of(TEXTS, FIELDS)
    pairs |= {cell(SAMPLE[4], one)[:-1]: cell(PLAIN, one)[:-1] for one in ENTRIES}
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    made = looked_at(page, hostile / path, {" ".join(k.split()): v for k, v in pairs.items()})

    assert page.evaluate("window.hits") == 0
    assert page.evaluate(MOVED) == []
    if path.startswith("services/s"):
        assert made == looked_at(page, plain / path, {})


def test_the_longest_texts_do_not_widen_a_page(browser: Browser, tmp_path: Path) -> None:
    """A word as long as its field may be is broken where the window ends."""
    word = "w" * ((LONGEST["department"] - 30) // 2)
    site = written(built([word], word), tmp_path)
    context = browser.new_context(viewport={"width": NARROW, "height": 800})
    page = context.new_page()
    wide = {}
    for path in ("services/s0.html", *PAGES, "departments/index.html", "health/index.html"):
        page.goto((site / path).as_uri())
        wide[path] = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert {path: width for path, width in wide.items() if width > NARROW} == {}
