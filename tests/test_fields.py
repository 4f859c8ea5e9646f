"""What a text may not begin with, and how long each field may be."""

from __future__ import annotations

import re

import pytest

from markdown_pages import DOCS
from perfsite.model import (
    LONGEST,
    LONGEST_OTHER,
    PUBLISHED,
    REGISTER_COLUMNS,
    is_faulty_path,
    is_published,
    is_run,
    longest,
    name_fault,
)

RUN = (
    *(
        "=1+1",
        "+44 20",
        "@SUM(1)",
        "-a",
        "- item",
        "-2+3+cmd|' /C calc'!A0",
        "\uff1d1",
        "\uff0b1",
        "\uff20x",
        "\uff0dx",
    ),
    *(
        "- HYPERLINK(1)",
        "- the HYPERLINK(1)",
        "- a b|'x'",
        "- a Sheet1!A1",
        "- a b\n=1",
        "- B2",
        "a; -B2*f(1)",
    ),
    *("a;=1", 'a";"=1"', "a\t=1", "a\n=1", "a\r\n@b", "a; @b", "a;-cmd|'x'!A0", "a;+(1)"),
)
HARMLESS = (
    *(
        "-5",
        "-5.2 %",
        "−5",
        "-",
        "--",
        "-->",
        "a=b",
        "C++",
        "mail@example.org",
        "a;b",
        "a; 5",
        "x\n- item",
    ),
    *(
        "- The volume (by post) is counted",
        "- Online, or by post",
        "programmes; -Combler les lacunes",
    ),
    *("call us; +44 20 7946", "'=1", "1 + 1", "(=)", "Œuvre", "ת"),
)


@pytest.mark.parametrize("text", RUN)
def test_what_a_spreadsheet_runs_is_known(text: str) -> None:
    """At the start, and where other countries' spreadsheets begin a cell."""
    assert is_run(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_no_spreadsheet_runs_may_stand(text: str) -> None:
    """Numbers, and such signs where no cell begins."""
    assert not is_run(text)


def test_every_word_of_the_register_has_a_length() -> None:
    """And is held to what published files may hold, in each language; forms check the others."""
    words = set(REGISTER_COLUMNS) - {"service", "opened", "closed"}

    assert words <= set(LONGEST)
    assert words <= PUBLISHED
    assert (longest("name_fr"), is_published("name_fr")) == (longest("name"), True)
    assert (longest("transactions"), is_published("value")) == (0, False)


def test_the_document_has_the_lengths() -> None:
    """docs/data-format.md has the table of the code."""
    page = (DOCS / "data-format.md").read_text("utf-8")
    rows = re.findall(r"^\| ([0-9,]+) \| (.*) \|$", page, re.MULTILINE)
    shown = {name: most for most, names in rows for name in re.findall(r"`(\w+)`", names)}

    assert shown == {name: f"{most:,}" for name, most in LONGEST.items()}
    assert any(most == str(LONGEST_OTHER) and "every other text" in names for most, names in rows)


@pytest.mark.parametrize(
    "path", ["submissions/a\u202eb.csv", "submissions/a\nb.csv", "submissions/a;=cmd.csv"]
)
def test_a_name_that_stands_in_published_files_is_held_to_the_same(path: str) -> None:
    """It is the source of its figures."""
    assert is_faulty_path(path)
    assert not is_faulty_path("submissions/Café 1, ירושלים.xlsx/Figures")


@pytest.mark.parametrize("name", ["release\u200b_at", "release\u00ad_at", "release_at\ufeff"])
def test_the_name_of_a_column_hides_nothing(name: str) -> None:
    """What is not seen could hide which column is meant."""
    assert name_fault(name).startswith("U+")
    assert name_fault("release_at") == name_fault("Größe") == ""
