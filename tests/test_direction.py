"""Texts from right to left, set apart in sentences and on pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from perfsite.charts.pictures import text_width, wrap
from perfsite.language import Language
from perfsite.text import FIRST_STRONG, POP, balanced, isolated, marked, plain

HEBREW = "שירות"
APART = f"{FIRST_STRONG}{HEBREW}{POP}"
texts = st.text(st.sampled_from(["a", "1", " ", ".", "ש", "ع", "<", "&", "é"]), max_size=12)
pieces = st.lists(st.sampled_from([*"a1.ש", FIRST_STRONG, POP, "<b>", "</b>"]), max_size=12)


@pytest.mark.parametrize("text", [HEBREW, "ABC שלום", "وزارة", "ދިވެހި", "\u200f!", "𐤀", "𞤀"])
def test_a_text_with_a_letter_from_right_to_left_is_set_apart_once(text: str) -> None:
    """Whatever else stands in it; and what is set apart already is left so."""
    once = isolated(text)

    assert once == f"{FIRST_STRONG}{text}{POP}"
    assert isolated(once) == once
    assert isolated(f"Services of {once}, 3 of 4") == f"Services of {once}, 3 of 4"


@pytest.mark.parametrize("value", ["Zürich", "", "東京", "हिन्दी", 3, None, escape(HEBREW)])
def test_anything_else_is_left_as_it_is(value: object) -> None:
    """So that sites without such texts keep their bytes."""
    assert isolated(value) is value


def test_an_end_of_a_line_ends_nothing() -> None:
    """It would end the isolate with its paragraph."""
    assert isolated(f"{HEBREW}\n\n{HEBREW}") == f"{FIRST_STRONG}{HEBREW} {HEBREW}{POP}"


def test_a_sentence_sets_its_values_apart() -> None:
    """Words and plurals alike; the sentence itself is left alone."""
    language = Language("en-GB")

    assert language.say("Data of {name}", name=HEBREW) == f"Data of {APART}"
    assert language.plural(2, "{n} of {name}", "{n} of {name}", name=HEBREW) == f"2 of {APART}"
    assert language.say("Data of {name}", name="Visas") == "Data of Visas"
    assert language.say("") == ""


def test_a_page_has_elements_titles_characters_and_addresses_none() -> None:
    """Each place has the means that it can have."""
    page = (
        f'<title>{APART}</title><meta name="description" content="{APART}">'
        f'<a href="x/{APART}" id="{APART}" title="{APART}">of {APART}, 3 &gt; 2</a>'
        f"<script>{APART}</script><!-- {APART} --><p>{FIRST_STRONG}{APART} b{POP}</p>"
    )

    assert marked(page) == (
        f'<title>{APART}</title><meta name="description" content="{APART}">'
        f'<a href="x/{HEBREW}" id="{HEBREW}" title="{APART}">of <bdi>{HEBREW}</bdi>, 3 &gt; 2</a>'
        f"<script>{APART}</script><!-- {APART} --><p><bdi><bdi>{HEBREW}</bdi> b</bdi></p>"
    )


@given(pieces)
def test_elements_are_always_closed_where_they_were_opened(parts: list[str]) -> None:
    """One of the two characters without the other becomes nothing, and no tag is crossed."""
    made = marked("".join(parts))

    assert made.count("<bdi>") == made.count("</bdi>")
    assert made.replace("<bdi>", "").replace("</bdi>", "") == plain("".join(parts))


@given(texts)
def test_nothing_but_the_two_characters_is_added(text: str) -> None:
    """What is read is what was sent."""
    assert plain(isolated(text)) == text


def test_lines_of_one_text_are_each_set_apart() -> None:
    """A picture has no paragraphs: each of its lines begins and ends what it holds."""
    lines = wrap(f"{FIRST_STRONG}{HEBREW} {HEBREW}{POP} abc", text_width(f"{HEBREW} a", 10), 10, 3)

    assert len(lines) > 1
    assert all(line.count(FIRST_STRONG) == line.count(POP) for line in lines)
    assert balanced(("a", "b")) == ("a", "b")
    assert text_width(APART, 10) == text_width(HEBREW, 10)
