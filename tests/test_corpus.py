"""Bad data and the exact words that perfsite has for them: see tests/corpus/README.md."""

from __future__ import annotations

import re
from typing import Final

import pytest

from corpus import CASES, EXPECTED, expected, names, said
from perfsite.errors import RULES

ELSEWHERE: Final = {
    "PS216": "needs an earlier edition: tests/test_policy_carry_forward.py",
    "PS217": "needs an earlier edition: tests/test_revisions_site.py",
}
"""Codes of the data that no folder of files alone can bring about, and where they are tested."""
_CODE: Final = re.compile(r"\[(PS\d{3})\]$", re.MULTILINE)
_PROGRAM: Final = re.compile(
    r"NoneType|\bnan\b|\bNaT\b|Traceback|<class|\bdtype|\binf\b|\['|\{'|\\n|Errno|object at 0x"
)
"""Words of a program, which are of no use to those who mend a spreadsheet."""


@pytest.mark.parametrize("name", names())
def test_a_case_gives_exactly_its_text(name: str) -> None:
    """What perfsite prints is what somebody has read and accepted, letter for letter."""
    code, text = said(name)

    assert text == expected(name), "read it; then: python -m tests.corpus accept"
    left_out = re.search(r"^[1-9]\d* errors?,", text, re.MULTILINE)
    assert code == (3 if name.startswith("config-") else 1 if left_out else 0)


@pytest.mark.parametrize("name", names())
def test_a_case_has_one_fault_and_its_code(name: str) -> None:
    """One fault is one problem, of the code that the case is named after."""
    text = expected(name)
    codes = _CODE.findall(text)

    if name.startswith("config-"):
        assert text.startswith("perfsite: perfsite.toml")
        assert len(text.splitlines()) == 1
    else:
        assert name[:5] in codes
        assert len(codes) == 1


@pytest.mark.parametrize("name", names())
def test_no_message_holds_words_of_a_program(name: str) -> None:
    """The words are for those who sent the figures, not for those who wrote perfsite."""
    assert _PROGRAM.findall(expected(name)) == []


def test_every_rule_of_the_data_has_its_case() -> None:
    """Each code of reading and of comparing stands in the corpus, or is tested elsewhere."""
    there = {code for name in names() for code in _CODE.findall(expected(name))}
    wanted = {code for code in RULES if code.startswith(("PS1", "PS2"))}

    assert wanted - there == set(ELSEWHERE)


def test_the_corpus_is_large_and_nothing_in_it_is_forgotten() -> None:
    """At least sixty cases; every folder is a case with files of its own and a text."""
    assert len(names()) >= 60
    assert sorted(path.parent.name for path in CASES.glob(f"*/{EXPECTED}")) == names()
