"""docs/reliability.md says what is so: each row names a test that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reliability.md"
_NAMED = re.compile(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`")


def rows() -> list[list[str]]:
    """The cells of each row of the page, headers left out."""
    lines = PAGE.read_text("utf-8").splitlines()
    table = [line for line in lines if line.startswith("| ") and not line.startswith("| fault")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:60])
def test_a_row_says_what_everybody_sees_and_names_tests_that_there_are(row: list[str]) -> None:
    """Four cells, none blank, and each test of the last one is defined where it is said to be."""
    assert len(row) == 4
    assert all(row)
    named = _NAMED.findall(row[3])
    assert named
    for path, name in named:
        tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in defined, f"{path} has no {name}"


def test_no_fault_stands_twice() -> None:
    """A fault has one row, so that there is one answer to what happens."""
    faults = [row[0] for row in rows()]
    assert len(faults) == len(set(faults))
