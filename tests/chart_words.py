"""Where the words of a drawn chart stand, and whether all of them can be read."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

from chart_samples import SVG
from perfsite.charts.pictures import text_width

Box = tuple[float, float, float, float, str]


def boxes(svg: str) -> list[Box]:
    """The left, top, right and bottom of every line of text, and the line."""
    found: list[Box] = []

    def walk(item: ET.Element, x: float, y: float, high: float) -> None:
        high = float((item.get("font-size") or f"{high}px").removesuffix("px"))
        for dx, dy in re.findall(
            r"translate\(([-\d.e]+),([-\d.e]+)\)", item.get("transform") or ""
        ):
            x, y = x + float(dx), y + float(dy)
        if item.tag == f"{SVG}text":
            assert "rotate(" not in (item.get("transform") or "").replace("rotate(0)", "")
            lines = list(item) or [item]
            x, line_y = x + float(item.get("x") or 0), y + float(item.get("y") or 0)
            for line in lines:
                line_y += float(line.get("dy") or 0)
                wide = text_width(line.text or "", high)
                share = {"middle": 0.5, "end": 1.0}.get(item.get("text-anchor") or "", 0.0)
                left = x - wide * share
                # From the top of a capital to below the tail of a g.
                if line.text:
                    found.append(
                        (left, line_y - 0.72 * high, left + wide, line_y + 0.2 * high, line.text)
                    )
            return
        for child in item:
            walk(child, x, y, high)

    walk(ET.fromstring(svg), 0, 0, 0)  # noqa: S314 - our own file
    return found


def check_words(svg: str, width: int, height: int) -> None:
    """No line of text leaves the picture, and none lies on another."""
    found = boxes(svg)
    for left, top, right, bottom, text in found:
        assert left >= -0.5, text
        assert right <= width + 0.5, text
        assert top >= -0.5, text
        assert bottom <= height + 0.5, text
    for one, other in combinations(found, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, f"{one[4]!r} lies on {other[4]!r}"
