from __future__ import annotations

import pytest

from perfsite.errors import RULES, UsageError
from perfsite.manual import load_explanations
from perfsite.report.explaining import all_codes, explanation, known_code


def test_marks_of_markdown_are_left_out() -> None:
    """Code, weight and links to other pages are plain words; addresses of the web stay."""
    text = (
        "Write `[x]`, **not** a [zero](data-format.md#values). See [this](https://example.org/a)."
    )

    assert explanation("PS104", text).partition("=\n\n")[2] == (
        "Write [x], not a zero. See this (https://example.org/a)."
    )


def test_paragraphs_are_filled_and_examples_are_not() -> None:
    """A paragraph has lines of 80 characters at most; an example keeps its own, indented."""
    example = "a,b\n" + "x" * 90
    text = f"{'word ' * 40}\n\n```csv\n{example}\n```\n\nAfter."
    lines = explanation("PS104", text).splitlines()

    assert [len(line) for line in lines if line.startswith("word")] == [79, 79, 39]
    assert "    a,b" in lines
    assert f"    {'x' * 90}" in lines
    assert lines[-2:] == ["", "After."]


def test_lists_and_tables_keep_their_lines() -> None:
    """Each item of a list begins a line; the cells of a table stand below each other."""
    text = "- one `a`\n  and more\n- two\n\n| a | long name |\n|---|---|\n| `bcd` | e |"

    assert explanation("PS104", text).endswith(
        "\n- one a and more\n- two\n\na    long name\nbcd  e"
    )


@pytest.mark.parametrize("code", RULES)
def test_every_section_can_be_read_in_a_terminal(code: str) -> None:
    """The page that perfsite carries has a section for it; nothing of Markdown is left."""
    text = explanation(code, load_explanations()[code])

    assert text.startswith(f"{code}: {RULES[code].title}\n=====")
    assert "To mend it:" in text
    assert "```" not in text
    assert "](" not in text
    prose = [
        line for line in text.splitlines() if not line.startswith("    ") and " | " not in line
    ]
    assert all(len(line) <= 80 for line in prose)


def test_all_codes_are_listed() -> None:
    """Each has a line with its severity and its title."""
    lines = all_codes().splitlines()

    assert len(lines) == len(RULES)
    assert lines[0] == "PS101  error    A file cannot be read"


@pytest.mark.parametrize(("text", "code"), [("PS104", "PS104"), (" ps104", "PS104")])
def test_a_code_may_be_in_small_letters(text: str, code: str) -> None:
    """Nobody has to hold the shift key."""
    assert known_code(text) == code


@pytest.mark.parametrize(
    ("text", "near"), [("PS140", "PS104"), ("PS1O4", "PS104"), ("104", "PS104"), ("PS", "explain")]
)
def test_an_unknown_code_suggests_others(text: str, near: str) -> None:
    """A slip leads to the codes that are near, or to the list."""
    with pytest.raises(UsageError, match=near):
        known_code(text)
