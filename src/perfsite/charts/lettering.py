"""How wide words are, and how they are wrapped and shortened: the widths of Liberation Sans.

Pictures do not flow their text as pages do. What fits where is decided here, before anything is
drawn, from the widths of the font that the drawing carries.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from typing import Final

from perfsite.text import FIRST_STRONG, POP, balanced

ELLIPSIS: Final = "…"
_UNITS: Final = 1000
"""Widths are in thousandths of the size of the text."""
_PLAIN: Final = {
    222: "'ijl|\u2018\u2019ł",
    278: " !,./:;I[\\]ft\xa0·",
    334: "()-`r“”{}",
    400: '"*•°',
    500: "^Jcksvxyz",
    556: "÷#$0123456789?L_abdeghnopqu£€§–«»",
    584: "+<=>~×−",
    611: "FTZßø",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQØ",
    833: "Mm",
    944: "%æWœ",
}
_BOLD: Final = {
    280: " ,./I\\ijl\xa0·\u2018\u2019ł'|",
    334: "!()-:;[]`ft",
    400: "•*r{}°",
    500: '"z“”',
    556: "÷#$0123456789J_aceksvxy£€§–«»",
    584: "+<=>^~×−",
    611: "?FLTZbdghnopqußø",
    667: "EPSVXY",
    722: "&ABCDHKNRU",
    778: "GOQwØ",
    833: "M",
    944: "%mæWœ",
}
_NO_WIDTH: Final = frozenset(f"{FIRST_STRONG}{POP}\u200b\u200c\u200d\u200e\u200f\u2060\xad")
"""What sets texts apart, joiners and marks: they are not drawn."""
_WIDEST: Final = 1020
"""What is in neither table is taken to be as wide as anything is."""


class _Widths(dict[str, int]):
    """The widths of letters; one with accents is as wide as without, and the marks are none."""

    def __missing__(self, letter: str) -> int:
        if letter in _NO_WIDTH:
            return 0
        parts = unicodedata.normalize("NFD", letter)
        plain = [part for part in parts if not unicodedata.combining(part)]
        return sum(self.get(part, _WIDEST) for part in plain)


_WIDTHS: Final = {
    bold: _Widths({letter: width for width, letters in table.items() for letter in letters})
    for bold, table in ((False, _PLAIN), (True, _BOLD))
}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How many pixels wide a line of text of this size is; never less than it is drawn."""
    # Whole numbers, so that no version of Python adds them up to another sum.
    return size * sum(map(_WIDTHS[bold].__getitem__, text)) / _UNITS


def shorten(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text if it fits, else as much of it as does, with an ellipsis; empty if nothing does."""
    if text_width(text, size, bold=bold) <= width:
        return text
    # The longer the start, the wider: the first that does not fit is found by halving.
    most = bisect_right(
        range(1, len(text)), width, key=lambda end: text_width(_cut(text, end), size, bold=bold)
    )
    return _at_word(text, most, _cut(text, most)) if _cut(text, most) != ELLIPSIS else ""


def _cut(text: str, end: int) -> str:
    return text[:end].rstrip(" ,;:(-") + ELLIPSIS


def _at_word(text: str, end: int, cut: str) -> str:
    """A cut between two words if that loses little, else where it is."""
    if text[end] == " ":
        return cut
    whole = text[:end].rpartition(" ")[0].rstrip(" ,;:(-")
    return whole + ELLIPSIS if len(whole) * 2 > end else cut


def wrap(text: str, width: float, size: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """The text in at most so many lines of this width; what is left over becomes an ellipsis.

    What is set apart in the text is so in each of its lines (see `direction`).
    """
    return balanced(_wrapped(text, width, size, most, bold=bold))


def _wrapped(text: str, width: float, size: float, most: int, *, bold: bool) -> tuple[str, ...]:
    lines: list[str] = []
    words = [word for word in text.split(" ") if word]
    while words and len(lines) < most:
        number = _fitting(words, width, size, bold=bold)
        rest = " ".join(words)
        if number == 0 or (len(lines) == most - 1 and number < len(words)):
            # A word wider than the line, or the last line: nothing can follow.
            if short := shorten(rest, width, size, bold=bold):
                return (*lines, short)
            # Not even an ellipsis fits beside the line before: without room there is no text.
            ends = [shorten(f"{line} {rest}", width, size, bold=bold) for line in lines[-1:]]
            return (*lines[:-1], *ends) if all(ends) else ()
        lines.append(" ".join(words[:number]))
        words = words[number:]
    return tuple(lines)


def _fitting(words: list[str], width: float, size: float, *, bold: bool) -> int:
    """How many of the words fit into one line."""
    number = 0
    while (
        number < len(words) and text_width(" ".join(words[: number + 1]), size, bold=bold) <= width
    ):
        number += 1
    return number
