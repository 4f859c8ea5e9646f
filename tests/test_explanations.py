from __future__ import annotations

import re
from importlib.resources import files as resources
from typing import Any

import pytest

from perfsite import documents
from perfsite.errors import RULES, UsageError
from perfsite.explanations import FILE, Explanation, all_codes, known_code, load_explanations


def explained(text: str = "", **given: Any) -> Explanation:  # noqa: ANN401
    """An explanation of PS104 with this text."""
    return Explanation("PS104", text, said="", mend="", **given)


def test_words_that_are_typed_lose_their_signs_in_plain_text() -> None:
    """A terminal shows what is typed as it is; the page for the web keeps the signs."""
    one = explained("Write `[x]`.")

    assert "\n\nWrite [x].\n" in one.plain
    assert "\n\nWrite `[x]`.\n" in one.markdown


def test_links_are_marked_in_markdown_alone() -> None:
    """The words of a link are plain; they may run over the end of a line."""
    one = explained("Or declare the\nmeasure.", links={"declare the measure": "a.md#b"})

    assert "Or declare the measure." in one.plain
    assert "Or [declare the\nmeasure](a.md#b)." in one.markdown


def test_where_docs_is_not_beside_it_a_link_is_a_command() -> None:
    """SARIF is read in code hosts, where a relative link would lead nowhere."""
    links = {"the page": "a.md", "the section": "a.md#b", "that code": "#ps202-a-year"}
    one = explained("See the page, the section and that code.", links=links)

    assert (
        "See the page (`perfsite docs a`), the section (`perfsite docs a#b`) and "
        "that code (`perfsite explain PS202`)."
    ) in one.standalone


def test_every_link_of_an_explanation_leads_to_a_page_that_perfsite_prints() -> None:
    """Nobody is told to type what prints nothing."""
    for one in load_explanations().values():
        for page in re.findall(r"`perfsite docs ([^`]+)`", one.standalone):
            assert documents.read(page)
        for code in re.findall(r"`perfsite explain ([^`]+)`", one.standalone):
            assert known_code(code) == code


def test_paragraphs_are_filled_and_examples_are_not() -> None:
    """A paragraph has lines of 80 characters at most; an example keeps its own, indented."""
    example = "a,b\n" + "x" * 90
    one = explained(f"{'word ' * 40}\n\nAfter.", files={"a.csv": f"{example}\n"})
    lines = one.plain.splitlines()

    assert [len(line) for line in lines if line.startswith("word")] == [79, 79, 39]
    assert lines[lines.index("After.") :][2:6] == ["a.csv:", "", "    a,b", f"    {'x' * 90}"]
    assert f"`a.csv`:\n\n```csv\n{example}\n```" in one.markdown


def test_lists_keep_their_lines() -> None:
    """Each item of a list begins a line, and its second line stands below its words."""
    one = explained(f"- one `a`\n  and more\n- {'two ' * 30}")

    assert "\n- one a and more\n- two two" in one.plain
    assert "\n  two two" in one.plain


@pytest.mark.parametrize("code", RULES)
def test_every_code_can_be_read_in_a_terminal(code: str) -> None:
    """There is an explanation of it, plain, in lines that are no wider than a terminal."""
    text = load_explanations()[code].plain

    assert text.startswith(f"{code}: {RULES[code].title}\n=====")
    assert "To mend it:" in text
    assert not re.search(r"`|\]\(|\*\*", text)
    prose = [line for line in text.splitlines() if not line.startswith("    ")]
    assert all(len(line) <= 80 for line in prose)


def test_each_code_has_its_explanation_and_no_other_has() -> None:
    """explanations.toml has the codes of the rules, in their order."""
    text = resources("perfsite").joinpath(FILE).read_text("utf-8")

    assert re.findall(r"^\[(PS\d{3})\]$", text, re.MULTILINE) == list(RULES)
    assert list(load_explanations()) == list(RULES)


@pytest.mark.parametrize("code", RULES)
def test_the_words_of_a_link_stand_once_in_the_text(code: str) -> None:
    """Nobody has to guess which words lead to the other page, and none of the links is lost."""
    one = load_explanations()[code]
    text = " ".join(f"{one.text} {one.mend}".split())

    assert {words: text.count(words) for words in one.links} == dict.fromkeys(one.links, 1)


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
