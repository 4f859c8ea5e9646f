"""Fixtures of every test file: where the real data lies, and the example, built."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from small_site import Ran

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data that lies beside the project, never in it.

    Without it a run on CI fails, and any other skips, so that nobody takes a pass for a proof.
    """
    path = ROOT.parent / "shared" / "data"
    if path.is_dir():
        return path
    reason = f"REAL DATA ABSENT: {path} is not there, so nothing was tested on real figures"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _the_limit_of_csv() -> None:
    """What csv takes for a field is as in a process of perfsite: frictionless raises it for all."""
    csv.field_size_limit(131_072)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """The whole example as `perfsite build` builds it, once for every test that looks at it."""
    # Here, so that a test of one module runs while another module cannot even be imported.
    from small_site import run  # noqa: PLC0415

    out = tmp_path_factory.mktemp("real") / "site"
    jobs = str(os.cpu_count() or 1)
    return run("build", ROOT / "data", "--out", out, "--jobs", jobs), out
