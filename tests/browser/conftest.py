"""Fixtures of the browser tests: the tools, the example on a server, a browser, and the survey."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import sync_playwright

from .places import PLACES, Place
from .server import serve_site
from .survey import Seen, survey
from .tools import QUIET, TOOLS, is_required, missing

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser

    from small_site import Ran

HERE: Final = "tests/browser/"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, object, object]:
    """Say at the very end what was not tested, and how to have it tested."""
    result = yield
    kinds = ("skipped", "failed", "error")
    reports = [report for kind in kinds for report in terminalreporter.getreports(kind)]
    absent = missing()
    if absent and any(HERE in report.nodeid for report in reports):
        terminalreporter.section("NOT TESTED: tools are missing", red=True)
        for tool in absent:
            terminalreporter.line(f"{tool.name} is missing, which is needed for {tool.purpose}.")
            terminalreporter.line(f"    Install it: {tool.install}")
    return result


def needed(name: str) -> Path:
    """Where a tool is; without it the test is skipped, and on CI it fails."""
    tool = TOOLS[name]
    path = tool.find()
    if path:
        return path
    reason = f"{tool.name} is missing, needed for {tool.purpose}; install it: {tool.install}"
    if is_required():
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    return needed("chromium")


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, which runs in a page."""
    return needed("axe-core").read_text("utf-8")


@pytest.fixture(scope="session")
def checker() -> list[str]:
    """The words that run the Nu HTML checker."""
    return [str(needed("java")), "-jar", str(needed("vnu-jar"))]


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Path:
    """The folder of the whole example, built by the real command.

    Whoever tries one thing after another can set PERFSITE_SITE to a folder that is built already.
    """
    given = os.environ.get("PERFSITE_SITE")
    if given:
        return Path(given).resolve()
    built: tuple[Ran, Path] = request.getfixturevalue("built")
    ran, folder = built
    assert ran.code in {0, 1}, ran.err[-2000:]
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the example is served, compressed; ends with a slash."""
    with serve_site(site) as found:
        yield found


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """One browser for every test that acts in a page; each test opens a context of its own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def seen(
    request: pytest.FixtureRequest, chromium: Path, axe: str, address: str
) -> dict[Place, Seen]:
    """What was found at each place that the tests of this run ask about."""
    asked = {
        item.callspec.params.get("place")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    places = [place for place in PLACES if place in asked]
    return survey(chromium, address, places, axe, os.cpu_count() or 1)
