from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from .places import FIRST, PLACES, Place
from .server import serve_site
from .survey import survey

if TYPE_CHECKING:
    from pathlib import Path

    from .survey import Seen

pytestmark = pytest.mark.browser


FAULTY: Final = """<!DOCTYPE html><html lang="en"><head><title>Faults</title></head><body><main>
<h1 style="color: #aaa">Too pale</h1><p style="width: 400px">Too wide</p>
<img src="none.png" alt="Not there"><img src="http://127.0.0.1:9/x.png" alt="Elsewhere">
<script>throw new Error("thrown")</script></main></body></html>"""


def lines(found: list[str]) -> str:
    """Findings, one a line, as a failed test shows them."""
    return "\n".join(["", *found])


def asked(place: Place) -> object:
    """A place as a parameter of tests."""
    marks = () if place in FIRST else (pytest.mark.proofs,)
    return pytest.param(place, id=str(place), marks=marks)


@pytest.fixture(params=map(asked, PLACES))
def place(request: pytest.FixtureRequest) -> Place:
    """Each page in each width and colour scheme."""
    found: Place = request.param
    return found


@pytest.fixture
def here(place: Place, seen: dict[Place, Seen]) -> Seen:
    """What was found there; a page that is not there fails every test of it."""
    found = seen[place]
    assert not found.broken, lines(found.broken)
    return found


def test_axe_finds_nothing(here: Seen) -> None:
    """No rule of WCAG 2.2 A and AA, and none of good practice, is broken."""
    assert not here.violations, lines(here.violations)


def test_the_page_does_not_scroll_sideways(here: Seen) -> None:
    """A page is as wide as its window; regions of their own may scroll."""
    assert not here.overflow, lines(here.overflow)


def test_nothing_is_asked_of_another_host(here: Seen) -> None:
    """Every request goes to the site's own host, and every one is answered with what was asked."""
    assert not here.requests, lines(here.requests)


def test_the_page_does_not_complain(here: Seen) -> None:
    """Nothing is written to the console as an error or a warning."""
    assert not here.console, lines(here.console)


def test_the_survey_sees_faults(chromium: Path, axe: str, tmp_path: Path) -> None:
    """A page with one fault of each kind has each of them found; one that is not there is said."""
    (tmp_path / "index.html").write_text(FAULTY, encoding="utf-8")
    home, absent = Place("home", 320, "light"), Place("list", 320, "light")
    with serve_site(tmp_path) as address:
        seen = survey(chromium, address, [home, absent], axe, 1)

    assert seen[absent].broken == ["the site has no page services/index.html"]
    assert [rule.split()[0] for rule in seen[home].violations] == ["color-contrast"]
    assert seen[home].overflow[0].endswith(" px wide in 320")
    assert any("none.png gave 404" in request for request in seen[home].requests)
    assert any("127.0.0.1:9/x.png failed" in request for request in seen[home].requests)
    assert any("thrown" in message for message in seen[home].console)
