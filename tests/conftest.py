"""Fixtures of every test file: where the real data lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
