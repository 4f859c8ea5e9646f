"""The golden files: what they are, how they are compared, and how a change is accepted.

`python -m tests.golden_files accept` takes what the last test run left in tests/golden/actual.
Read the difference first: tests/golden/README.md.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "golden"
EXPECTED: Final = FOLDER / "expected"
ACTUAL: Final = FOLDER / "actual"
FILES: Final = (
    "index.html",
    "services/index.html",
    "services/full.html",
    "services/withheld.html",
    "services/full/transactions.svg",
    "services/full/digital-take-up.svg",
    "services/full.csv",
    "departments/ministry-of-roads.html",
    "data/services.csv",
    "data/kpis.csv",
    "data/departments.csv",
    "sitemap.xml",
    "about.html",
    "health/index.html",
    "categories/claims/by-name-ascending.html",
    "services/full/transactions.html",
    "services/full.csv-metadata.json",
    "datapackage.json",
    "feed.xml",
    "fr/services/full.html",
)
"""One of each kind of output, of the small site; what is below fr/, of the one that speaks it."""


def differs(path: str, data: bytes) -> str:
    """The first line that is not as accepted, in words; empty where the file is the same.

    What differs is left in tests/golden/actual.
    """
    expected = EXPECTED / path
    actual = ACTUAL / path
    if expected.is_file() and expected.read_bytes() == data:
        actual.unlink(missing_ok=True)
        return ""
    actual.parent.mkdir(parents=True, exist_ok=True)
    actual.write_bytes(data)
    if not expected.is_file():
        return "there is no golden file yet"
    lines = zip(
        (*expected.read_text("utf-8").splitlines(), "(the end)"),
        (*data.decode().splitlines(), "(the end)"),
        strict=False,
    )
    for number, (old, new) in enumerate(lines, 1):
        if old != new:
            return f"line {number}\n  expected {old[:300]}\n  actual   {new[:300]}"
    return "the line ends"


def accept() -> list[str]:
    """Make the actual files the expected ones; their paths."""
    paths = sorted(p.relative_to(ACTUAL).as_posix() for p in ACTUAL.rglob("*") if p.is_file())
    for path in paths:
        (EXPECTED / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(ACTUAL / path, EXPECTED / path)
    return paths


if __name__ == "__main__":
    if sys.argv[1:] != ["accept"]:
        sys.exit("usage: python -m tests.golden_files accept")
    print("\n".join(accept()) or "nothing to accept")  # noqa: T201
