"""The alphabet of texts: what is outside it is found, named and shown."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from perfsite.text import SPACES, named, outside, outside_name, shown

LONE = "\ud800"
OUTSIDE = (
    *map(chr, (*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0))),
    *map(chr, (*range(0x2028, 0x202F), *range(0x2066, 0x2070), *range(0xFDD0, 0xFDF0))),
    *map(chr, (0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, *range(0xE0000, 0xE0080))),
    *(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF)),
    *(LONE, "\udfff", "\udcff"),
)


@pytest.mark.parametrize("character", OUTSIDE, ids=lambda one: f"U+{ord(one):04X}")
def test_a_character_that_pages_obey_is_outside(character: str) -> None:
    """It is found wherever it stands, named by its code point, and shown by that alone."""
    assert outside(f"a{character}b") == character
    assert named(character).startswith(f"U+{ord(character):04X} (")
    assert shown(f"a{character}b") == f"a<U+{ord(character):04X}>b"


@pytest.mark.parametrize(
    "text",
    [
        *("Zürich, Œuvre, Þórshöfn", "Київ", "東京都", "서울", "تهران", "ירושלים", "हिन्दी"),
        *(
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0d9a\u0dca\u200d\u0dba",
            "\u0d28\u0d28\u0d4d\u200d",
        ),
        *(
            "\U0001f469\u200d\U0001f680 \u2708\ufe0f",
            "a\u200eb\u200f\u061c",
            "co\u00adop",
            "a\u200bb",
        ),
        *("two\nlines\r\n\tand a tab", "\ue000", "\u0378", "<b>&amp;</b>", "{{ 7 }}"),
    ],
)
def test_names_of_any_script_are_inside(text: str) -> None:
    """With the joiners that Persian and Indian names need, and what is not assigned yet."""
    assert outside(text) == ""
    assert shown(text) == text


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_inside_can_stand_in_xml(text: str) -> None:
    """What the alphabet allows, a strict reader of XML gives back."""
    inside = re.sub("\r\n?", "\n", "".join(one for one in text if not outside(one)))
    element = etree.Element("name")
    element.text = inside

    assert etree.fromstring(etree.tostring(element)).text in (inside, inside or None)
    assert outside(shown(text)) == ""


def test_what_turns_the_direction_is_outside_whatever_unicode_says_of_it() -> None:
    """Of all characters with a bidirectional class that reaches beyond them none is inside."""
    reach = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "B", "BN"}
    inside = {
        unicodedata.bidirectional(one)
        for one in map(chr, range(0x110000))
        if not outside(one) and one not in "\r\n\t"
    }

    assert inside & reach == {"BN"}, "soft hyphens and joiners, which reach nothing"


def test_names_of_files_have_no_ends_of_lines() -> None:
    """A text may have several lines, a name may not."""
    assert outside_name("a.csv") == ""
    assert {outside_name(f"a{end}b.csv") for end in "\t\r\n"} == set("\t\r\n")


def test_spaces_that_are_dropped_are_spaces() -> None:
    """Only what is inside the alphabet is dropped unsaid."""
    assert not any(map(outside, SPACES))
    assert set(SPACES) == {
        one for one in map(chr, range(0x3001)) if one.isspace() and not outside(one)
    }
