"""Fixtures of every test file: where the real data lies, and the example, built and served.

And what is said at the end of a run of what was not tested.
"""

from __future__ import annotations

import csv
import gc
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from compiled import keep_compiled
from perfsite.stages import listen
from properties import register_profiles
from remembered import forgotten, keep_results
from tiers import marks
from tools import QUIET, TOOLS, absent, needed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser

    from small_site import Ran

TESTS = Path(__file__).parent
ROOT = TESTS.parent


class _Listener:
    """Hears of the stages and says nothing; where somebody listens, frames are checked."""

    def begin(self, name: str) -> None:
        """A stage begins."""

    def end(self) -> None:
        """A stage ends."""


listen(_Listener())
register_profiles()
keep_compiled()
keep_results()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put each test in its tier, before anybody chooses by marks."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        given = {mark.name for mark in item.iter_markers()}
        # A mark that is added by its name has no arguments: none takes the place of one given.
        for mark in marks(fixtures, given) - given:
            item.add_marker(mark)


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end of the run: modules and thousands of tests.

    It would go through all of it again and again, a tenth of the time of the tests.
    """
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where several processes run the tests, each tells the one that sums up what it lacked."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["absent"] = sorted(absent)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Hear what a process lacked; one that crashed tells nothing."""
    told = getattr(node, "workeroutput", {}).get("absent", [])
    absent.update({name: TOOLS[name] for name in told})


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, object, object]:
    """Say at the very end what was not tested, and how to have it tested."""
    result = yield
    if absent:
        terminalreporter.section("NOT TESTED: tools are missing", red=True)
        for tool in absent.values():
            terminalreporter.line(f"{tool.name} is missing, which is needed for {tool.purpose}.")
            terminalreporter.line(f"    Install it: {tool.install}")
    return result


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data that lies beside the project, never in it.

    Without it a run on CI fails, and any other skips, so that nobody takes a pass for a proof.
    """
    return _beside("data", "nothing was tested on real figures")


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """The folder of submissions with known answers, which lies beside the project as well."""
    return _beside("cases", "nothing was held against the known answers")


def _beside(name: str, so: str) -> Path:
    path = ROOT.parent / "shared" / name
    if path.is_dir():
        return path
    reason = f"REAL DATA ABSENT: {path} is not there, so {so}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _as_in_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What decides about a site is as in a process of perfsite that nobody has told anything.

    The tests' own environment does not say which edition it is, and what csv takes for a field is
    not what frictionless, which raises it for all, has made of it.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    csv.field_size_limit(131_072)


@pytest.fixture(autouse=True)
def _frames_are_checked() -> None:
    """A frame that enters a stage is held against its schema, whoever listened in an earlier test.

    `test_frames.py` and `test_stages.py` are also about what is done where nobody listens.
    """
    listen(_Listener())


@pytest.fixture
def anew() -> Iterator[None]:
    """What an earlier test has made is made again: for tests that are about making it twice."""
    with forgotten():
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """The whole example as `perfsite build` builds it, once for every test that looks at it."""
    # Here, so that a test of one module runs while another module cannot even be imported.
    from small_site import Ran, run  # noqa: PLC0415

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # The folder of the run, in which each of its processes has one.
        folder = folder.parent
    out, said = folder / "real" / "site", folder / "real.json"
    with FileLock(folder / "real.lock"):
        if not said.exists():
            jobs = str(os.cpu_count() or 1)
            ran = run("build", ROOT / "data", "--out", out, "--jobs", jobs)
            said.write_text(json.dumps(asdict(ran)), "utf-8")
    return Ran(**json.loads(said.read_text("utf-8"))), out


@pytest.fixture(scope="session")
def whole_example() -> str | None:
    """The folder in which the example is built already, if somebody says so in PERFSITE_SITE."""
    return os.environ.get("PERFSITE_SITE")


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest, whole_example: str | None) -> Path:
    """The folder of the whole example, built by the real command.

    Whoever tries one thing after another can name one that is built already.
    """
    if whole_example:
        return Path(whole_example).resolve()
    built: tuple[Ran, Path] = request.getfixturevalue("built")
    ran, folder = built
    assert ran.code in {0, 1}, ran.err[-2000:]
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the example is served, compressed; ends with a slash."""
    from browser.server import serve_site  # noqa: PLC0415 - as above

    with serve_site(site) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    return needed("chromium")


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """One browser for every test that acts in a page; each test opens a context of its own."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - as above

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield opened
        opened.close()
