from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import pytest

from small_site import read_tree
from tree_difference import assert_same_files

from .packages import URL

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from .packages import Packages
    from .replaying import Replay

pytestmark = [pytest.mark.tools, pytest.mark.server]

SERVICES: Final = ("services/full.html", "services/dwp-carers-allowance-new-claims.html")
"""A page of the small site and one of the example, with as many charts as any."""
LOAD: Final = """\
() => Promise.all([...document.images].map(async image => {
    image.loading = "eager";
    await image.decode();
    return image.naturalWidth;
}))"""


@pytest.mark.parametrize("collection", ["warc", "wacz"])
def test_a_replay_is_the_site(
    original: Path, packages: Packages, replay: Replay, collection: str
) -> None:
    """Pywb gives every file of a site back, byte for byte, from the WARC and the WACZ."""
    whole = read_tree(original)
    # The home page stands at the address of the site, too.
    replayed = replay.read(collection, packages.moment, URL, ["", *whole])

    assert_same_files({**whole, "": whole["index.html"]}, replayed, ("site", "replay"))


@pytest.mark.parametrize("collection", ["warc", "wacz"])
def test_a_page_is_replayed_with_its_charts(
    original: Path,
    packages: Packages,
    replay: Replay,
    browser: Browser,
    tmp_path: Path,
    collection: str,
) -> None:
    """In a browser every picture of a replayed page is there, and nothing comes from elsewhere."""
    service = next(path for path in SERVICES if (original / path).is_file())
    here = replay.addresses[0]
    page = browser.new_page(viewport={"width": 1280, "height": 2600})
    answers: dict[str, int] = {}
    page.on("response", lambda answer: answers.update({answer.url: answer.status}))
    page.goto(f"{here}/{collection}/{packages.moment}/{URL}{service}", wait_until="networkidle")
    # pywb shows what it replays in a frame below its own banner.
    (frame,) = (frame for frame in page.frames if f"mp_/{URL}{service}" in frame.url)
    widths = frame.evaluate(LOAD)
    page.screenshot(path=tmp_path / f"{collection}.png")
    page.close()

    pictures = [url for url in answers if url.endswith(".svg") and service[:-5] in url]
    assert len(widths) == len(pictures) >= 5
    assert min(widths) > 0
    # A browser asks every host for its icon.
    failed = {url for url, code in answers.items() if code >= HTTPStatus.BAD_REQUEST}
    assert [url for url in failed if not url.endswith("/favicon.ico")] == []
    assert [url for url in answers if not url.startswith(here)] == []
