from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.periods import Period
from perfsite.validate.names import hint


def said(text: str) -> str:
    """The hint for a text, which must not be a period."""
    with pytest.raises(ValueError, match=r".*") as raised:
        Period.parse(text)
    return hint(text, str(raised.value))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("07/2017", "write 2017-07"),
        ("2017/7", "write 2017-07"),
        ("2017-7", "write 2017-07"),
        ("201707", "write 2017-07"),
        ("01/07/2017", "write 2017-07-01 or 2017-01-07"),
        ("31.12.2017", "write 2017-12-31"),
        ("01.07.2017", "write 2017-07-01"),
        ("2017-09/2016-10", "write 2016-10/2017-09"),
        ("2017-Q5", "quarters are Q1 to Q4"),
        ("2017-7-3", "write 2017-07-03"),
        ("2017-W5", "write 2017-W05"),
        ("Jul-17", "write 2017-07"),
        ("July 2017", "write 2017-07"),
        ("juillet 2017", "write 2017-07"),
        ("März 2017", "write 2017-03"),
        ("Q3 2017", "write 2017-Q3"),
        ("2017 Q3", "write 2017-Q3"),
        ("2017-07-01 00:00:00", "write 2017-07-01 or 2017-07"),
        ("2016/17", "write 2016-04/2017-03 for April to March"),
        ("2016-17", "write 2016-04/2017-03 for April to March"),
        ("FY2017", "write 2016-04/2017-03 for April to March or 2017"),
        ("2016-10 – 2017-09", "write 2016-10/2017-09"),
        ("2017-07-01/2017-07-31", "write 2017-07"),
        ("2016-10-01/2017-09-30", "write 2016-10/2017-09"),
        ("2016-Q4/2017-Q3", "write 2016-10/2017-09"),
        ("42917", "2017-07-01? Format the column as text"),
        ("Total", "is it a row of totals? Delete it"),
        ("", "fill in the period, or delete the row"),
        ("\ufeff2017-07", "type it anew: 2017-07"),
        ("2017-W53", "that year has no week 53"),
        ("2017-02-30", "that month has fewer days"),
        ("2017-13", "there is no month 13"),
        ("someday", "write it in one of these ways"),
    ],
)
def test_what_was_probably_meant_is_said(text: str, meant: str) -> None:
    """Each reading that is a period is named, the likelier one first."""
    assert said(text).endswith(meant)


@given(st.text(max_size=25) | st.from_regex(r"[0-9/.QWFYa-z –-]{1,16}", fullmatch=True))
def test_any_text_has_a_hint(text: str) -> None:
    """Whatever stands in a cell, there is something to say, and what is proposed is a period."""
    try:
        Period.parse(text)
    except ValueError as error:
        found = hint(text, str(error))
        assert found
        if found.startswith("write ") and "one of these" not in found:
            for one in (
                found.removeprefix("write ").replace(" for April to March", "").split(" or ")
            ):
                Period.parse(one)
