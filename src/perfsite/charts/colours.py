"""Contrast: whether a colour can be seen on another, as WCAG 2.2 measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from perfsite.tokens import ChartStyle

_DARK: Final = 0.04045


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours `#rrggbb`: 1 where they are the same, 21 at most."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= _DARK else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable_on(fill: str, style: ChartStyle) -> str:
    """The colour for words on a fill: that of the ground or of text, whichever is read better."""
    return max((style.ground, style.text), key=lambda colour: contrast(colour, fill))
