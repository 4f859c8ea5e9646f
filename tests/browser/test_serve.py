from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import pytest

from perfsite.errors import Problem
from perfsite.explanations import load_explanations
from perfsite.load import load_theme
from perfsite.model import File
from perfsite.preview import make_preview, read_figures
from perfsite.serve.server import Router, ServerState, Shown, make_server
from small_site import small_site

from .survey import AXE, OVERFLOW, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

LONG: Final = "a" * 120
PROBLEMS: Final = (
    Problem("submissions/full.csv", 3, "PS104", "cost", LONG, "a number", "write 3"),
    *(
        Problem(f"submissions/{LONG}.csv", row, "PS201", "transactions", service="full")
        for row in range(2, 12)
    ),
)
WAYS: Final = [
    {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    for width in (320, 1280)
    for scheme in ("light", "dark")
]


@pytest.fixture
def state() -> ServerState:
    """The small site with eleven problems of one service."""
    made = ServerState()
    made.put(Shown(1, small_site(), PROBLEMS))
    return made


@pytest.fixture
def address(state: ServerState) -> Iterator[str]:
    """Where the state is served; ends with a slash."""
    router = Router(load_theme(), {"PS104": load_explanations()["PS104"]})
    with make_server(state, router, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def faults(page: Page, axe: str) -> list[str]:
    """What axe-core says of a page with everything in it open, and what is too wide."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(axe)
    found: list[str] = page.evaluate(AXE, list(RULES))
    wide: list[str] = page.evaluate(OVERFLOW)
    return found + wide


@pytest.mark.parametrize("way", WAYS, ids=lambda w: f"{w['viewport']['width']}-{w['color_scheme']}")
@pytest.mark.parametrize("path", ["services/full.html", "", "nothing.html", "-/explanations.html"])
def test_a_page_with_notes_is_accessible(
    browser: Browser, axe: str, state: ServerState, address: str, path: str, way: dict[str, object]
) -> None:
    """In the light and in the dark, on a phone and on a desk, with and without a failed build."""
    with browser.new_context(**way) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}{path}")
        assert faults(page, axe) == []
        page.goto("about:blank")
        state.put(Shown(2, small_site(), PROBLEMS, f"perfsite.toml: {LONG} is wrong"))
        page.goto(f"{address}{path}")
        assert faults(page, axe) == []


@pytest.mark.parametrize("way", WAYS[:2], ids=["light", "dark"])
def test_a_preview_is_accessible_from_the_disk(
    browser: Browser, axe: str, tmp_path: Path, way: dict[str, object]
) -> None:
    """Its index, a service's page and the explanations, opened as files on a phone's width."""
    earlier = read_figures(small_site()["data/observations.csv"].decode())
    earlier.loc[earlier["service"] == "full", "value"] = "1"
    files = [File(path, data) for path, data in small_site().items()]
    made = make_preview(
        files, PROBLEMS, load_theme(), services=["full"], earlier=earlier,
        explanations={"PS104": load_explanations()["PS104"]},
    )  # fmt: skip
    for file in made:
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    with browser.new_context(**way) as context:  # type: ignore[arg-type]
        page = context.new_page()
        for name in ("index.html", "site/services/full.html", "explanations.html"):
            page.goto((tmp_path / name).as_uri())
            assert (name, faults(page, axe)) == (name, [])


def test_the_list_of_problems_opens_with_the_keyboard(browser: Browser, address: str) -> None:
    """The warnings, of which there are many, are closed until a key is pressed."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}services/full.html")
        region = page.get_by_role("region", name="Problems in the data")
        summary = region.get_by_text("10 warnings", exact=True)
        item = region.get_by_text("Warning PS201").first
        assert not item.is_visible()
        summary.focus()
        page.keyboard.press("Enter")
        assert item.is_visible()


def test_a_page_that_changed_is_loaded_again_and_no_other(
    browser: Browser, state: ServerState, address: str
) -> None:
    """The new figure is on the page without anybody doing anything; a page without news stays."""
    with browser.new_context() as context:
        changed, same = context.new_page(), context.new_page()
        changed.goto(f"{address}services/full.html")
        same.goto(f"{address}about.html")
        for page in (changed, same):
            page.evaluate("window.seen = true")
        site = small_site()
        new = site["services/full.html"].replace(b"<h1>", b"<h1>New ", 1)
        changed.bring_to_front()
        state.put(Shown(2, {**site, "services/full.html": new}, PROBLEMS))
        changed.get_by_role("heading", level=1, name="New ").wait_for()
        assert not changed.evaluate("Boolean(window.seen)")
        assert same.evaluate("window.seen")
