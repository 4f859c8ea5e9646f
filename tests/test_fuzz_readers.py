"""Damaged files for every reader: a sample in each run, ten thousand a reader in `make proofs`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzzing import BYTES, READERS, SECONDS, run

SAMPLE = 20
ALL = 10_000


@pytest.mark.parametrize("reader", READERS)
def test_a_damaged_file_is_read_or_refused_in_words(reader: str) -> None:
    """Whatever was changed in a real file, its reader gives values and problems, or a sentence."""
    found = run(reader, SAMPLE)

    assert [fault for fault, _ in found.faults] == []
    assert found.inputs == SAMPLE


@pytest.mark.parametrize("reader", READERS)
def test_real_files_are_read(reader: str) -> None:
    """What is damaged is a file that is right: else only the first check would be tried."""
    read, seeds = READERS[reader]

    for seed in seeds:
        read(seed)


@pytest.mark.proofs
@pytest.mark.parametrize("reader", READERS)
def test_ten_thousand_damaged_files_are_read_or_refused(reader: str) -> None:
    """None ends in a traceback, takes half a minute, or a gigabyte."""
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, str(here / "fuzzing.py"), reader, str(ALL)],
        stdout=subprocess.PIPE,
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(here), "OPENBLAS_NUM_THREADS": "1"},
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)

    assert [fault for fault, _ in found["faults"]] == []
    assert found["inputs"] == ALL
    assert found["slowest"] < SECONDS
    assert found["megabytes"] * 2**20 < BYTES
