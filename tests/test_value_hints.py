from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.measures import MeasureKind
from perfsite.validate.values import value_fix

VALUES = [
    ("1,200", "count", "write it without separators: 1200"),
    ("1,200", "currency", "write 1200, or 1.200 if the comma is a decimal comma"),
    ("12,5", "currency", "a decimal comma? Write 12.5"),
    ("0,884", "share", "a decimal comma? Write 0.884"),
    ("88,4%", "share", "a decimal comma? Write 88.4%"),
    ("1.234,56", "currency", "write it without separators: 1234.56"),
    ("1.200.000", "count", "write it without separators: 1200000"),
    ("1.200", "count", "a point between thousands? Write 1200: counts are whole"),
    ("1'200", "count", "write it without separators: 1200"),
    ("1\u202f200", "count", "write it without separators: 1200"),
    ("+1200", "count", "write it without the mark: 1200"),
    ("1200*", "count", "write it without the mark: 1200"),
    ("£3,000", "currency", "write it without the currency sign: 3000"),
    ("3000 €", "currency", "write it without the currency sign: 3000"),
    ("EUR 3000", "currency", "write it without the currency sign: 3000"),
    ("13O0", "count", "letter O instead of zero? Try 1300"),
    ("l200", "count", "a letter instead of one? Try 1200"),
    ("l2OO", "count", "letters instead of digits? Try 1200"),
    ("50%", "count", "a percentage stands only where a share is expected; give the counts"),
    ("120%", "share", "more than 100% of a whole: check the figure"),
    ("88.4", "share", "is it a percentage? Write 88.4%"),
    ("-3", "count", "less than nothing: check the figure"),
    ("-0.5", "share", "less than nothing: check the figure"),
    ("1200.5", "count", "counts are whole: round it yourself, or count again"),
    ("9007199254740993", "count", "larger than any figure of a service: check the digits"),
    ("1e6", "count", "write all the digits: this spelling may have lost some"),
    ("(1200)", "count", "brackets instead of a minus sign? Check the figure"),
    ("–", "count", "write [x] if the figure is missing, [z] if there cannot be one"),
    ("n/a", "count", "write [x] if the figure is missing, [z] if there cannot be one"),
    ("<5", "count", "kept back because it is small? Write [c]"),
    ("#REF!", "count", "the spreadsheet's formula is broken: put the figure itself, or [x]"),
    (
        "####",
        "count",
        "the column was too narrow when the sheet was saved: widen it, and save it again",
    ),
    ("=B2+B3", "count", "a formula: put its result"),
    (
        "many",
        "count",
        (
            "put the figure itself; if there is none, a symbol: [x] not available, "
            "[z] not applicable, [c] confidential"
        ),
    ),
]


@pytest.mark.parametrize(("found", "kind", "fix"), VALUES)
def test_the_fix_of_a_value_says_what_was_probably_meant(found: str, kind: str, fix: str) -> None:
    """Each way in which people spell a number wrongly has its own answer."""
    assert value_fix(found, MeasureKind(kind)) == fix


@given(st.text(max_size=20), st.sampled_from(MeasureKind))
def test_a_value_always_has_a_fix(found: str, kind: MeasureKind) -> None:
    """Whatever stands in a cell, there is something to do about it."""
    assert value_fix(found, kind)
