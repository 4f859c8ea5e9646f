"""Fixtures of the proofs: packages of a small site and of the example, and these in a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from perfsite.model import File
from perfsite.write import write_site
from perfsite.write.ownership import MANIFEST
from small_site import small_site

from .packages import Packages, pack
from .replaying import add, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .replaying import Replay

SITES: Final = ("small", pytest.param("whole", marks=pytest.mark.proofs))
"""`make test` takes a small site with all its charts away, `make proofs` the whole example."""


@pytest.fixture(scope="session", params=SITES)
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that is taken away."""
    if request.param == "whole":
        whole: Path = request.getfixturevalue("site")
        return whole
    folder = tmp_path_factory.mktemp("small") / "site"
    files = [File(path, data) for path, data in small_site().items() if path != MANIFEST]
    write_site(files, folder)
    return folder


@pytest.fixture(scope="session")
def packages(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Its packages."""
    return pack(original, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def replay(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """Pywb with the WARC in the collection `warc` and the WACZ in `wacz`."""
    folder = tmp_path_factory.mktemp("pywb")
    add(folder, "warc", packages.warc)
    add(folder, "wacz", packages.wacz, "--unpack-wacz")
    with serve(folder) as running:
        yield running
