#!/usr/bin/env python3
"""Take the pictures of docs/screenshots from the example site.

    make screenshots

Each shows the top of a page, as high as one sees without scrolling on a large screen, or on three
screens of a phone. The number of colours is lowered until a file is small enough for a repository.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image
from playwright.sync_api import sync_playwright

from browser.places import PAGES
from browser.server import serve_site
from browser.survey import PICTURES
from tools import QUIET, TOOLS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT: Final = Path(__file__).parents[1]
LARGEST: Final = 200_000
"""Bytes of a file."""
COLOURS: Final = (256, 128, 64, 32, 16)
DESK: Final = (1280, 1600)
PHONE: Final = (320, 1900)
"""Width and height in CSS px."""


@dataclass(frozen=True)
class Shot:
    """A picture: the name of its file, the page in `PAGES`, and the size of the window."""

    name: str
    page: str
    size: tuple[int, int]


SHOTS: Final = (
    Shot("home", "home", DESK),
    Shot("list", "list", DESK),
    Shot("service", "service with much", DESK),
    Shot("service-with-details", "service with details", DESK),
    Shot("service-without-figures", "service without figures", DESK),
    Shot("department", "department", DESK),
    Shot("health", "health", DESK),
    Shot("data", "data", DESK),
    Shot("about", "about", DESK),
    Shot("home-phone", "home", PHONE),
    Shot("service-phone", "service with much", PHONE),
)


def take(browser: Browser, address: str, shot: Shot) -> bytes | None:
    """The picture as PNG, no higher than the page; None if the site has no such page."""
    width, height = shot.size
    page = browser.new_page(viewport={"width": width, "height": height})
    try:
        answer = page.goto(address + PAGES[shot.page])
        if answer is None or not answer.ok:
            return None
        page.evaluate(PICTURES)
        whole: int = page.evaluate("() => Math.ceil(document.body.getBoundingClientRect().bottom)")
        page.set_viewport_size({"width": width, "height": min(height, whole)})
        return page.screenshot()
    finally:
        page.close()


def smaller(picture: bytes) -> bytes:
    """The picture with as many colours as let it stay within `LARGEST`."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    packed = b""
    for colours in COLOURS:
        file = io.BytesIO()
        few = image.quantize(colours, dither=Image.Dither.NONE)
        few.save(file, "PNG", optimize=True)
        packed = file.getvalue()
        if len(packed) <= LARGEST:
            break
    return packed


def main() -> None:
    """Parse, serve, take, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=Path("build"), help="a built site")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    arguments = parser.parse_args()
    chromium = TOOLS["chromium"].find()
    if not (arguments.site / "index.html").is_file():
        sys.exit(f"there is no site in {arguments.site}; make one with: make site")
    if chromium is None:
        sys.exit("Chromium is missing: " + TOOLS["chromium"].install)

    arguments.out.mkdir(parents=True, exist_ok=True)
    absent = []
    with serve_site(arguments.site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for shot in SHOTS:
            picture = take(browser, address, shot)
            if picture is None:
                absent.append(PAGES[shot.page])
                continue
            packed = smaller(picture)
            (arguments.out / f"{shot.name}.png").write_bytes(packed)
            print(f"{shot.name}.png {len(packed) / 1000:.0f} KB")
        browser.close()
    if absent:
        sys.exit("the site has no " + ", ".join(absent))


if __name__ == "__main__":
    main()
