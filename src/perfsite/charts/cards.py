"""Cards: the picture that stands for a page where somebody shares its address."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from perfsite.charts.pictures import CardJob, wrap
from perfsite.charts.specs import readable_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.tokens import ChartStyle

_CANVAS: Final = (1200, 630)
"""The pixels that positions and sizes are in, whatever the size of the picture."""
_MARGIN: Final = 72
_WIDTH: Final = _CANVAS[0] - 2 * _MARGIN
_NAME: Final = 64
_WORDS: Final = 40
_SMALL: Final = 36
_LINE: Final = 1.2
_MOST_NAME_LINES: Final = 3
_MOST_LINES: Final = 3
_TOGETHER: Final = 5
"""As many lines of the name and of words as there is height for."""


def card_job(path: str, name: str, organisation: str, lines: Sequence[str], site: str) -> CardJob:
    """The card of a page: its name, whose it is, what its figures say, and the site.

    The name may take three lines. Of `lines` the first three are shown (two beside a name of
    three), one line each: the shorter they are, the better they are read, and the faster drawn.
    """
    name_lines = wrap(name, _WIDTH, _NAME, _MOST_NAME_LINES, bold=True)
    most = min(_MOST_LINES, _TOGETHER - len(name_lines))
    words = [wrap(line, _WIDTH, _WORDS, 1) for line in lines[:most]]
    return CardJob(
        path,
        name_lines,
        wrap(organisation, _WIDTH, _SMALL, 1),
        tuple(line for wrapped in words for line in wrapped),
        wrap(site, _WIDTH, _SMALL, 1),
    )


def card_colours(style: ChartStyle) -> tuple[str, str]:
    """The first colour of the palette, and that of words on it; a card has no others."""
    return style.palette[0], readable_on(style.palette[0], style)


def card_svg(job: CardJob, style: ChartStyle) -> str:
    """The card as SVG, in its two colours."""
    fill, ink = card_colours(style)
    width, height = _CANVAS
    organisation = _written(job.organisation, 110, _SMALL)
    name = _written(job.name, 193, _NAME, ' font-weight="bold"')
    words = _written(job.lines, 210 + len(job.name) * _NAME * _LINE, _WORDS)
    site = _written(job.site, height - 48, _SMALL)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{job.width}" height="{job.height}" '
        f'viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="{fill}"/>'
        f'<g font-family="{escape(style.font)}" fill="{ink}">'
        f"{organisation}{name}{words}{site}</g></svg>"
    )


def _written(lines: Sequence[str], y: float, size: int, weight: str = "") -> str:
    """Lines of text, the first on this base line."""
    return "".join(
        f'<text x="{_MARGIN}" y="{y + i * size * _LINE:g}" font-size="{size}"{weight}>'
        f"{escape(line)}</text>"
        for i, line in enumerate(lines)
    )
