"""Fixtures of the proofs: the packages of the example, and these in a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .packages import Packages, pack
from .replaying import Replay, add, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def packages(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The packages of the whole example."""
    return pack(site, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def replay(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """Pywb with the WARC in the collection `warc` and the WACZ in `wacz`."""
    folder = tmp_path_factory.mktemp("pywb")
    add(folder, "warc", packages.warc)
    add(folder, "wacz", packages.wacz, "--unpack-wacz")
    with serve(folder) as running:
        yield running
