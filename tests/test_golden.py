"""One of each kind of output, letter for letter as a person has read and accepted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from golden_files import EXPECTED, FILES, differs
from small_site import small_site, small_site_in_two_languages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", FILES)
def test_output_is_as_accepted(path: str) -> None:
    """The file is the golden one; if not, the actual one lies in tests/golden/actual."""
    site = small_site_in_two_languages() if path.startswith("fr/") else small_site()
    difference = differs(path, site[path])
    assert not difference, f"{path}: {difference}\nsee tests/golden/README.md"


def test_every_golden_file_is_compared() -> None:
    """No golden file lies about that no test reads."""
    there = {p.relative_to(EXPECTED).as_posix() for p in EXPECTED.rglob("*") if p.is_file()}
    assert there == set(FILES)


def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One changed letter is named with its line, and the actual file is kept."""
    monkeypatch.setattr("golden_files.ACTUAL", tmp_path)
    path = "data/services.csv"
    data = (EXPECTED / path).read_bytes()
    assert differs(path, data) == ""
    assert "line 2" in differs(path, data.replace(b"Pay a toll", b"Pay a tall"))
    assert (tmp_path / path).is_file()
