"""Treemaps: the parts of a whole as boxes, and the words that fit into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.layout import TEXT_SIZE
from perfsite.charts.pictures import ELLIPSIS, Item, Label, TreemapJob, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.language import Language
    from perfsite.measures import Kind

_WIDTHS: Final = (340, 250, 200, 160, 130, 105, 85, 70, 55, 40)
_MOST_LINES: Final = 4
_FEWEST_LETTERS: Final = 4
"""Less of a name than this is a riddle."""


def treemap_job(
    path: str,
    title: str,
    description: str,
    items: Sequence[tuple[str, float]],
    language: Language,
    kind: Kind,
) -> TreemapJob:
    """Boxes as large as their values, the largest first; nothing is not drawn.

    About 30 items can be told apart; the caller adds up the others.

    Raises:
        ValueError: if no item is above zero.
    """
    shown = sorted((item for item in items if item[1] > 0), key=lambda item: -item[1])
    if not shown:
        raise ValueError("there is nothing to draw a treemap of")
    boxes = [Item(value, _labels(name, language.figure(value, kind))) for name, value in shown]
    return TreemapJob(path, title, description, tuple(boxes))


def _labels(name: str, figure: str) -> tuple[Label, ...]:
    """What could stand in a box, from the most that can be said to the least.

    First comes the whole name with its figure, then the whole name alone, then some words of it,
    last a piece of its first word; of the same words, those in fewer lines.
    """
    found: dict[tuple[str, ...], tuple[bool, int, bool, int]] = {}
    longest = max(text_width(word, TEXT_SIZE) for word in name.split(" "))
    for width in (*_WIDTHS, longest):
        for most in range(1, _MOST_LINES + 1):
            lines = wrap(name, width, TEXT_SIZE, most)
            said = " ".join(lines).removesuffix(ELLIPSIS)
            if len(said) < min(_FEWEST_LETTERS, len(name)):
                continue
            # The letter after the cut says whether a word was cut with it.
            broken = name[len(said) : len(said) + 1].isalnum()
            found[(*lines, figure)] = (broken, -len(said), False, len(lines))
            found[lines] = (broken, -len(said), True, len(lines))
    return tuple(
        Label(lines, max(text_width(line, TEXT_SIZE) for line in lines))
        for lines in sorted(found, key=lambda lines: (found[lines], lines))
    )
