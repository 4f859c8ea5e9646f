from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from .places import HEIGHT, PAGES
from .survey import OVERFLOW, PICTURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SMALLEST: Final = 12
"""CSS px, of any text in a chart on a small phone."""
PAPER: Final = 718
"""CSS px between the margins of a sheet of A4 paper."""
TEXT: Final = """() => {
  for (const own of document.querySelectorAll(".filter")) own.style.display = "none";
  return document.querySelector("main").innerText.replace(/\\s+/g, " ").trim();
}"""
"""What a reader reads on a page, without the filter's own controls."""
# A picture's text has the size that it would have if the picture stood in the page itself.
SMALL_TEXT: Final = """async (smallest) => {
  const found = [];
  const shown = [...document.querySelectorAll("svg")].map(svg => [svg, "in the page"]);
  for (const image of document.querySelectorAll("img")) {
    if (!image.checkVisibility() || !image.currentSrc.includes(".svg")) continue;
    const text = await (await fetch(image.currentSrc)).text();
    const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    const box = image.getBoundingClientRect();
    svg.setAttribute("style", `position:absolute;top:0;left:0;` +
      `width:${box.width}px;height:${box.height}px;max-width:none`);
    document.body.append(svg);
    shown.push([svg, image.currentSrc.split("/").slice(-2).join("/")]);
  }
  let texts = 0;
  for (const [svg, name] of shown) for (const text of svg.querySelectorAll("text")) {
    if (!text.textContent.trim()) continue;
    const matrix = text.getScreenCTM();
    const scale = Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c));
    const size = parseFloat(getComputedStyle(text).fontSize) * scale;
    texts += 1;
    if (size < smallest - 0.01) found.push(`${size.toFixed(1)} px: ${text.textContent} (${name})`);
  }
  return {texts, found};
}"""
KEPT: Final = """() => {
  const gone = [];
  for (const e of document.querySelectorAll("main img, main table, main svg")) {
    const box = e.getBoundingClientRect();
    const seen = e.checkVisibility({visibilityProperty: true, opacityProperty: true});
    const name = e.currentSrc || (e.caption || {}).innerText || e.id || e.tagName;
    if (!seen || box.height === 0 || box.width === 0) gone.push(`${e.localName} ${name}`);
  }
  return gone;
}"""
"""Every picture and table that is not to be seen, even if it stands in closed details."""
CUT: Final = """() => [...document.querySelectorAll("main *")].filter(e => {
  const style = getComputedStyle(e);
  return (style.overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1 ||
    style.overflowY !== "visible" && e.scrollHeight > e.clientHeight + 1) &&
    e.clientWidth > 1 && e.querySelector("table, img");
}).map(e => `${e.localName}.${e.className} ${e.getAttribute("aria-label") || e.id}: ` +
  `${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`)"""
"""Regions that scroll on a screen; nobody can scroll paper."""
INVISIBLE: Final = """() => {
  const background = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/rgba\\(.*, 0\\)|transparent/.test(colour)) return colour;
    }
    return "rgb(0, 0, 0)";
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  let texts = 0;
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility()) continue;
    texts += 1;
    if (getComputedStyle(e).color === background(e)) found.push(walker.currentNode.data.trim());
  }
  return {texts, found};
}"""
FOCUS: Final = """() => {
  const style = getComputedStyle(document.activeElement);
  return {name: document.activeElement.outerHTML.slice(0, 80),
    style: style.outlineStyle, width: parseFloat(style.outlineWidth)};
}"""


@pytest.fixture(params=PAGES)
def path(request: pytest.FixtureRequest) -> str:
    """The path of each page, by its name."""
    return PAGES[request.param]


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:  # noqa: ANN401 - playwright's
    """A page in a context of its own; a page that is not there is a failure."""
    context = browser.new_context(**options)
    try:
        page = context.new_page()
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, f"the site has no page {address}"
        yield page
    finally:
        context.close()


def window(width: int) -> dict[str, Any]:
    """The options of a context whose window is so wide."""
    return {"viewport": {"width": width, "height": HEIGHT}}


def test_text_in_charts_can_be_read_on_a_phone(browser: Browser, address: str, path: str) -> None:
    """At 320 px no text in any chart is smaller than 12 px."""
    with opened(browser, address + path, **window(320)) as page:
        page.evaluate(PICTURES)
        charts = page.locator("main img[src*='.svg']").count()
        found = page.evaluate(SMALL_TEXT, SMALLEST)
    assert found["texts"] >= charts
    assert not found["found"], "\n".join(["", *found["found"][:20]])


def test_scripts_change_no_text(browser: Browser, address: str, path: str) -> None:
    """A reader without scripts reads the same words."""
    texts = []
    for on in (True, False):
        with opened(browser, address + path, java_script_enabled=on, **window(1280)) as page:
            texts.append(page.evaluate(TEXT))
    assert len(texts[0]) > 200
    assert texts[0] == texts[1]


def test_paper_keeps_charts_and_tables(browser: Browser, address: str, path: str) -> None:
    """In print every picture and every table is to be seen, those in closed details too."""
    with opened(browser, address + path, **window(PAPER)) as page:
        page.evaluate(PICTURES)
        page.emulate_media(media="print")
        gone = page.evaluate(KEPT)
    assert not gone, "\n".join(["", *gone[:20]])


def test_paper_cuts_nothing_off(browser: Browser, address: str, path: str) -> None:
    """In print no region that holds a table or a picture hides a part of it."""
    with opened(browser, address + path, **window(PAPER)) as page:
        page.emulate_media(media="print")
        cut = page.evaluate(CUT)
    assert not cut, "\n".join(["", *cut[:20]])


@pytest.mark.parametrize("zoom", [2, 4])
def test_zoom_needs_no_scrolling_sideways(
    browser: Browser, address: str, path: str, zoom: int
) -> None:
    """At 200 % and 400 % of a window of 1280 px the text flows again."""
    options = window(1280 // zoom) | {"device_scale_factor": zoom}
    with opened(browser, address + path, **options) as page:
        page.evaluate(PICTURES)
        wide = page.evaluate(OVERFLOW)
    assert not wide, "\n".join(["", *wide])


def test_forced_colours_hide_no_text(browser: Browser, address: str, path: str) -> None:
    """With the reader's own colours all text differs from what it stands on."""
    with opened(browser, address + path, forced_colors="active", **window(1280)) as page:
        found = page.evaluate(INVISIBLE)
    assert found["texts"] > 20
    assert not found["found"], "\n".join(["", *found["found"][:20]])


def test_forced_colours_keep_the_focus_in_sight(browser: Browser, address: str, path: str) -> None:
    """With the reader's own colours whatever has the focus has an outline."""
    without = []
    with opened(browser, address + path, forced_colors="active", **window(1280)) as page:
        for _ in range(12):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            if focus["style"] == "none" or focus["width"] < 1:
                without.append(focus["name"])
    assert not without, "\n".join(["", *without])
