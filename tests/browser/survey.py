"""Looks at pages side by side in one browser, and writes down what is wrong with each.

Looking is slow and the tests are many, so each place is looked at once, several at a time, and the
tests read what was found.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from playwright.async_api import async_playwright

from tools import QUIET

from .places import HEIGHT, PAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, Response

    from .places import Place

RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE: Final = """async (tags) => {
  const found = await axe.run(document, {
    resultTypes: ["violations"], runOnly: {type: "tag", values: tags},
  });
  return found.violations.map(rule => `${rule.id} (${rule.impact}): ${rule.help}, ` +
    `${rule.nodes.length} times, first at ` + rule.nodes.slice(0, 3).map(node =>
      `${node.target.join(" ")} [${(node.any[0] || node.all[0] || node.none[0] || {}).message}]`
    ).join("; "));
}"""
# Pictures that wait until they are scrolled to are asked for now: else nothing is known of them.
PICTURES: Final = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
}"""
OVERFLOW: Final = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const held = element => {
    for (let e = element.parentElement; e && e !== document.body; e = e.parentElement)
      if (getComputedStyle(e).overflowX !== "visible") return true;
    return false;
  };
  const wide = [...document.body.querySelectorAll("*")].filter(element =>
    element.getBoundingClientRect().right > root.clientWidth + 0.5 && !held(element));
  return [`${root.scrollWidth} px wide in ${root.clientWidth}`, ...wide.slice(0, 5).map(e =>
    `${e.tagName.toLowerCase()}${e.id && "#" + e.id}${e.className && "." + e.className}`)];
}"""
"""What makes the page itself scroll sideways; regions of it may."""


@dataclass
class Seen:
    """What was found at a place; each list is empty when all is well.

    `broken` says why the place could not be looked at.
    """

    broken: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    overflow: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


@dataclass  # not frozen: playwright leaves a note on whoever listens
class Listener:
    """Writes down every request that fails or goes elsewhere, and every complaint of a page."""

    address: str
    seen: Seen

    def listen(self, page: Page) -> None:
        """Hear all that a page will do."""
        page.on("request", self.asks)
        page.on("requestfailed", self.fails)
        page.on("response", self.hears)
        page.on("console", self.says)
        page.on("pageerror", self.throws)

    def asks(self, request: Request) -> None:
        """A request is made."""
        if not request.url.startswith((self.address, "data:")):
            self.seen.requests.append(request.url)

    def fails(self, request: Request) -> None:
        """A request gets no answer."""
        self.seen.requests.append(f"{request.url} failed: {request.failure}")

    def hears(self, response: Response) -> None:
        """A request gets an answer."""
        if not response.ok:
            self.seen.requests.append(f"{response.url} gave {response.status}")

    def says(self, message: ConsoleMessage) -> None:
        """The page, or the browser about it, writes to the console."""
        if message.type in {"error", "warning"}:
            self.seen.console.append(f"{message.text} ({message.location['url']})")

    def throws(self, error: Error) -> None:
        """A script of the page throws."""
        self.seen.console.append(str(error))


async def look(browser: Browser, address: str, place: Place, axe: str) -> Seen:
    """Look at one place."""
    seen = Seen()
    context = await browser.new_context(
        viewport={"width": place.width, "height": HEIGHT}, color_scheme=place.scheme
    )
    try:
        page = await context.new_page()
        Listener(address, seen).listen(page)
        answer = await page.goto(address + PAGES[place.page])
        if answer is None or not answer.ok:
            return Seen(broken=[f"the site has no page {PAGES[place.page]}"])
        await page.evaluate(PICTURES)
        seen.overflow = await page.evaluate(OVERFLOW)
        await page.evaluate(axe)
        seen.violations = await page.evaluate(AXE, list(RULES))
    finally:
        await context.close()
    return seen


async def _survey(
    chromium: Path, address: str, places: Sequence[Place], axe: str, at_once: int
) -> dict[Place, Seen]:
    """Look at all places, `at_once` of them at a time."""
    free = asyncio.Semaphore(at_once)

    async def wait_and_look(browser: Browser, place: Place) -> Seen:
        async with free:
            return await look(browser, address, place, axe)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        every = [wait_and_look(browser, place) for place in places]
        seen = await asyncio.gather(*every)
        await browser.close()
    return dict(zip(places, seen, strict=True))


def survey(
    chromium: Path, address: str, places: Sequence[Place], axe: str, at_once: int
) -> dict[Place, Seen]:
    """Look at all places of the site at `address`; `axe` is the text of axe.min.js.

    It has a thread of its own, because the fixtures' browser already has this one's event loop.
    """
    arguments: tuple[Any, ...] = (chromium, address, places, axe, at_once)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_survey(*arguments))).result()
