"""Specifications for Vega: charts, which are templates filled with data, and treemaps.

Whether a colour can be seen on another is worked out here, too.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from perfsite.charts.axes import axis_marks, grid_marks
from perfsite.charts.kinds import data_of_line, placeholder

if TYPE_CHECKING:
    from perfsite.charts.axes import Axes
    from perfsite.charts.pictures import ChartJob, TreemapJob
    from perfsite.tokens import ChartStyle


# Contrast: whether a colour can be seen on another, as WCAG 2.2 measures it.


_DARK: Final = 0.04045


def contrast(colour: str, other_colour: str) -> float:
    """The contrast ratio of two colours `#rrggbb`: 1 where they are the same, 21 at most."""
    low, high = sorted((_luminance(colour), _luminance(other_colour)))
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


# Charts: the compiled template of their kind, filled with data.
#
# Compiling a chart costs more than drawing it, so Altair has done it before (`kinds`). Titles and
# tables are HTML, ticks are few, and labels stand at the lines themselves (docs/performance.md).
# Colours come with the style; words are no part of what Vega draws (`axes`).


_KINDS: Final = "kinds.json"
_LINE_HEIGHT: Final = 18
_BOX_PADDING: Final = 6
_STRETCH: Final = 2
"""Boxes are laid out in half the width: words run from left to right, so flat boxes hold more."""
_DATA: Final = ("marks", "dots", "breaks", "targets", "keys", "gaps", "lows")
"""The fields of a chart job that are data of its template."""


@cache
def _templates() -> dict[str, dict[str, Any]]:
    """The Vega specification of each kind of chart, without data and in no colours."""
    text = resources.files("perfsite.charts").joinpath(_KINDS).read_text(encoding="utf-8")
    templates: dict[str, dict[str, Any]] = json.loads(text)
    return templates


@cache
def template(kind: str, style: ChartStyle) -> str:
    """The Vega specification of a kind of chart in a style, as JSON, without data."""
    colours = {
        "ground": style.ground,
        "text": style.text,
        "axis": style.axis,
        "grid": style.grid,
        **{f"palette{i}": colour for i, colour in enumerate(style.palette)},
    }
    text = json.dumps(_templates()[kind])
    for name, colour in colours.items():
        text = text.replace(f'"{placeholder(name)}"', json.dumps(colour))
    return text


def filled_chart(job: ChartJob, axes: Axes, style: ChartStyle) -> dict[str, Any]:
    """The Vega specification of a chart, but for its words."""
    spec: dict[str, Any] = json.loads(template(job.kind, style))
    spec["width"], spec["height"] = axes.width, axes.height
    spec["padding"] = {
        "left": axes.left,
        "top": axes.top,
        "right": job.width - axes.left - axes.width,
        "bottom": job.height - axes.top - axes.height,
    }
    data = {name: list(getattr(job, name)) for name in _DATA}
    for mark in job.marks if job.kind == "line" else ():
        data.setdefault(data_of_line(int(mark["series"] or 0)), []).append(mark)
    if job.y_ticks:
        data["grid"] = grid_marks(axes, job.y_ticks)
        data["axis"] = axis_marks(axes, job.x_ticks)
    for item in spec["data"]:
        if "source" not in item:
            item["values"] = data.get(item["name"], [])
    _drop_empty(spec)
    domains = {"x": job.x_domain, "y": job.y_domain}
    for scale in spec["scales"]:
        if scale["name"] in domains:
            scale["domain"] = list(domains[scale["name"]])
    return spec


def _drop_empty(spec: dict[str, Any]) -> None:
    """Take out what has nothing to draw: it would cost time, and leave empty groups."""
    empty = {item["name"] for item in spec["data"] if item.get("values") == []}
    empty |= {item["name"] for item in spec["data"] if item.get("source") in empty}
    spec["data"] = [item for item in spec["data"] if item["name"] not in empty]
    spec["marks"] = [mark for mark in spec["marks"] if mark["from"].get("data") not in empty]


def filled_treemap(job: TreemapJob, style: ChartStyle) -> dict[str, Any]:
    """A treemap in Vega's own words, which Vega-Lite has none for.

    Each box is offered all labels that it may have, and takes the first that fits. Lines between
    boxes are of the ground, so that no box is moved by them.
    """
    boxes: list[dict[str, Any]] = [{"id": -1}]
    boxes += [
        {
            "id": i,
            "parent": -1,
            "value": item.value,
            "labels": [
                {"lines": label.lines, "wide": label.width, "high": len(label.lines) * _LINE_HEIGHT}
                for label in item.labels
            ],
        }
        for i, item in enumerate(job.items)
    ]
    fill = style.palette[0]
    room = 2 * _BOX_PADDING
    fits = (
        f"datum.labels.wide <= (datum.x1 - datum.x0) * {_STRETCH} - {room} && "
        f"datum.labels.high <= datum.y1 - datum.y0 - {room}"
    )
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": job.width,
        "height": job.height,
        "padding": 0,
        "autosize": "none",
        "background": style.ground,
        "config": {"text": {"font": style.font}},
        "data": [
            {
                "name": "tree",
                "values": boxes,
                "transform": [
                    {"type": "stratify", "key": "id", "parentKey": "parent"},
                    {
                        "type": "treemap",
                        "field": "value",
                        "sort": {"field": ["value", "id"], "order": ["descending", "ascending"]},
                        "method": "squarify",
                        "size": [job.width / _STRETCH, job.height],
                    },
                    {"type": "filter", "expr": "datum.id >= 0"},
                ],
            },
            {
                "name": "labels",
                "source": "tree",
                "transform": [
                    {"type": "flatten", "fields": ["labels"], "index": "rank"},
                    {"type": "filter", "expr": fits},
                    {"type": "joinaggregate", "groupby": ["id"], "ops": ["min"],
                     "fields": ["rank"], "as": ["best"]},
                    {"type": "filter", "expr": "datum.rank === datum.best"},
                ],
            },
        ],
        "marks": [
            {
                "type": "rect",
                "aria": False,
                "from": {"data": "tree"},
                "encode": {
                    "update": {
                        "x": {"field": "x0", "mult": _STRETCH},
                        "x2": {"field": "x1", "mult": _STRETCH},
                        "y": {"field": "y0"}, "y2": {"field": "y1"},
                        "fill": {"value": fill},
                        "stroke": {"value": style.ground},
                        "strokeWidth": {"value": 2},
                    }
                },
            },
            {
                "type": "text",
                "aria": False,
                "from": {"data": "labels"},
                "encode": {
                    "update": {
                        "x": {"field": "x0", "mult": _STRETCH, "offset": _BOX_PADDING},
                        "y": {"field": "y0", "offset": _BOX_PADDING},
                        "text": {"field": "labels.lines"},
                        "fontSize": {"value": style.text_size},
                        "lineHeight": {"value": _LINE_HEIGHT},
                        "baseline": {"value": "top"},
                        "fill": {"value": readable_on(fill, style)},
                    }
                },
            },
        ],
    }  # fmt: skip
