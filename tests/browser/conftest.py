"""Fixtures of the browser tests: their own tools, and the survey."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tools import needed

from .places import PLACES, Place
from .survey import Seen, survey

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, which runs in a page."""
    return needed("axe-core").read_text("utf-8")


@pytest.fixture(scope="session")
def checker() -> list[str]:
    """The words that run the Nu HTML checker."""
    return [str(needed("java")), "-jar", str(needed("vnu-jar"))]


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
