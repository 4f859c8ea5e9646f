"""Tables of figures that can be read, with a bad cell now and then, and what stands in them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from perfsite.validate.values import MARKS

from .anything import PERIODS, SERVICES, odd_cells

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_KINDS: Final = {
    "transactions": "count",
    "transactions:digital": "count",
    "transactions:post": "count",
    "started": "count",
    "completed": "count",
    "cost": "amount",
    "response_time": "amount",
    "completion_rate": "share",
    "availability": "share",
}
_NUMBERS: Final[dict[str, SearchStrategy[str]]] = {
    "count": st.one_of(st.integers(0, 3000), st.integers(0, 2**53 - 1)).map(str),
    "amount": st.from_regex(r"0{0,2}[0-9]{1,7}(\.[0-9]{0,6})?|\.[0-9]{1,6}", fullmatch=True),
    "share": st.one_of(
        st.from_regex(r"0?\.[0-9]{1,15}|0{1,3}|1|1\.0|100%", fullmatch=True),
        st.from_regex(r"[0-9]{1,2}(\.[0-9]{0,13})? ?%", fullmatch=True),
    ),
}
"""Numbers in their digits, of which a float holds every one."""


def _values(name: str) -> SearchStrategy[str]:
    """Mostly a figure of a measure; a symbol, or a cell without sense."""
    marks = st.sampled_from(("", "", "", *(f" [{mark}]" for mark in MARKS), "[p][b]", " [c]"))
    figure = st.builds("{}{}".format, _NUMBERS[_KINDS[name]], marks)
    symbol = st.sampled_from(("", "[x]", "[z]", "[c]"))
    return st.one_of(figure, figure, figure, figure, figure, symbol, odd_cells)


@st.composite
def written(draw: st.DrawFn) -> tuple[list[list[str]], bool]:
    """A table, the header first; and whether it is wide."""
    place = st.tuples(st.sampled_from(SERVICES), st.sampled_from(PERIODS))
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(list(_KINDS)), min_size=1, max_size=5, unique=True))
        cells = st.tuples(*map(_values, chosen))
        rows = draw(st.lists(st.tuples(place, cells), max_size=6))
        wide = [[*where, *what] for where, what in rows]
        return [["service", "period", *chosen], *wide], True
    tidy = []
    for where in draw(st.lists(place, max_size=8)):
        name = draw(st.sampled_from(list(_KINDS)))
        measure, _, channel = name.partition(":")
        tidy.append([*where, measure, channel, draw(_values(name))])
    return [["service", "period", "measure", "channel", "value"], *tidy], False


def as_csv(rows: list[list[str]]) -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def cells_of(rows: list[list[str]], wide: bool) -> dict[tuple[int, str, str], str]:
    """What was written, by row, measure and channel; rows count as a spreadsheet does."""
    header, *body = rows
    found = {}
    for number, row in enumerate(body, 2):
        if wide:
            for name, text in zip(header[2:], row[2:], strict=True):
                measure, _, channel = name.partition(":")
                found[number, measure, channel] = text
        else:
            found[number, row[2], row[3]] = row[4]
    return found
