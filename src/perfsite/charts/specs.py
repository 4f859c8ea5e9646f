"""The Vega templates.

Each kind of chart compiled once by Altair, then filled with data. Whether a colour can be seen on
another is worked out here, too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from perfsite.charts.pictures import ChartJob, TreemapJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


# The Vega templates: each kind of chart compiled once by Altair, then filled with data.
#
# Compiling a chart costs more than drawing it, and text costs most of the drawing; so titles and
# tables are HTML, ticks are few, and labels stand at the lines themselves (docs/performance.md).
# All words and tick positions come with the data: the template knows no locale. Colours and sizes
# come with the style.


_DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 3])
"""Of the four series, and of what is there to compare with."""
_LOW: Final = 4
"""Pixels: the height of the mark that stands for a bar too low to be seen."""
_JOURNEY: Final = "journey"
"""The kind that has neither axes nor times without a figure."""
_LINE_HEIGHT: Final = 18
_BOX_PADDING: Final = 6
_STRETCH: Final = 2
"""Boxes are laid out in half the width: words run from left to right, so flat boxes hold more."""


@dataclass(frozen=True)
class _Pen:
    """What the layers of a template are made with: encodings that all of them share.

    `ground` is the line of zero, on the scale and the axis of `y`.
    """

    x: Any
    y: Any
    ground: Any
    color: Any
    dash: Any

    def data(self, name: str) -> Any:  # noqa: ANN401 - Altair's own types
        """A layer over the data of this name, which is that of a field of a chart job."""
        import altair as alt  # noqa: PLC0415 - half a second that only workers pay

        return alt.Chart(alt.NamedData(name))


def _line_layers(pen: _Pen) -> list[Any]:
    """Lines with their dots, each named by a piece of itself."""
    line = pen.data("marks").mark_line(
        aria=False,
        strokeWidth=3,
        # A mitred corner would reach far beyond the figure that it stands for. Ends stay as
        # they are: round ones would close the spaces between dashes.
        strokeJoin="round",
        invalid="break-paths-show-path-domains",
    )
    dots = pen.data("dots").mark_point(aria=False, filled=True, size=60, opacity=1)
    keys = pen.data("keys").mark_rule(aria=False, strokeWidth=3)
    return [
        line.encode(x=pen.x, y=pen.y, color=pen.color, strokeDash=pen.dash),
        dots.encode(x=pen.x, y=pen.y, color=pen.color),
        keys.encode(x=pen.x, x2="x1:Q", y=pen.y, color=pen.color, strokeDash=pen.dash),
    ]


def _journey_layers(pen: _Pen) -> list[Any]:
    """Bars that lie."""
    bars = pen.data("marks").mark_rect(aria=False)
    return [bars.encode(x=pen.x, x2="x1:Q", y=pen.y, y2="y1:Q", color=pen.color)]


def _bar_layers(pen: _Pen) -> list[Any]:
    """Bars that stand, with a mark for those too low to be seen."""
    lows = pen.data("lows").mark_rule(aria=False, strokeWidth=_LOW, yOffset=-_LOW / 2)
    keys = pen.data("keys").mark_rule(aria=False, strokeWidth=12)
    return [
        *_journey_layers(pen),
        lows.encode(x=pen.x, x2="x1:Q", y=pen.ground, color=pen.color),
        keys.encode(x=pen.x, x2="x1:Q", y=pen.y, color=pen.color),
    ]


KINDS: Final[Mapping[str, Callable[[_Pen], list[Any]]]] = {
    "line": _line_layers,
    "bars": _bar_layers,
    _JOURNEY: _journey_layers,
}
"""The kinds of charts, and the layers of each."""


def _template(kind: str, style: ChartStyle) -> Any:  # noqa: ANN401 - Altair's own types
    """An Altair chart of one kind, over data named as the fields of a chart job are."""
    import altair as alt  # noqa: PLC0415 - half a second that only workers pay

    def axis(**options: Any) -> alt.Axis:  # noqa: ANN401 - Altair's own types
        return alt.Axis(
            title=None,
            labelFontSize=style.text_size,
            labelColor=style.text,
            labelAngle=0,
            labelOverlap=False,
            values=[0],
            labelExpr="''",
            **options,
        )

    x_axis = axis(grid=False, domainColor=style.axis, tickColor=style.axis, labelFlush=False)
    y_axis = axis(gridColor=style.grid, domain=False, ticks=False)
    axes = {"x": x_axis, "y": y_axis} if kind != _JOURNEY else {"x": None, "y": None}
    scale = alt.Scale(domain=[0, 1], nice=False, zero=False)
    x = alt.X("x:Q", scale=scale, axis=axes["x"])
    y = alt.Y("y:Q", scale=scale, axis=axes["y"])
    colours = [*style.palette, style.axis]
    index = list(range(len(colours)))
    color = alt.Color("series:O", legend=None, scale=alt.Scale(domain=index, range=colours))
    dash = alt.StrokeDash("series:O", legend=None, scale=alt.Scale(domain=index, range=[*_DASHES]))
    ground = alt.Y(datum=0, type="quantitative", scale=scale, axis=axes["y"])
    pen = _Pen(x, y, ground, color, dash)
    layers = KINDS[kind](pen)
    breaks = pen.data("breaks").mark_rule(aria=False, color=style.text, strokeDash=[3, 3])
    targets = [
        # On a rim of the ground, so that it is seen on dark bars too.
        pen.data("targets").mark_rule(aria=False, color=colour, strokeWidth=width)
        for colour, width in ((style.ground, 6), (style.text, 2))
    ]
    words = pen.data("labels").mark_text(
        aria=False, align="left", baseline="middle", dx=6, fontSize=style.text_size,
        color=style.text,
    )  # fmt: skip
    if kind != _JOURNEY:
        gaps = pen.data("gaps").mark_rect(aria=False, color=style.grid)
        layers.insert(0, gaps.encode(x=x, x2="x1:Q"))
        layers += [breaks.encode(x=x), *(rule.encode(x=x, x2="x1:Q", y=y) for rule in targets)]
    return (
        alt.layer(*layers, words.encode(x=x, y=y, text="text:N"))
        .properties(
            width=1,
            height=1,
            background=style.ground,
            padding=5,
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        )
        .configure(font=style.font)
        .configure_view(stroke=None)
    )


@cache
def compiled(kind: str, style: ChartStyle) -> str:
    """The Vega specification of a kind of chart in a style, as JSON, without data."""
    import vl_convert  # noqa: PLC0415 - starts V8, which must not happen in the parent

    return json.dumps(vl_convert.vegalite_to_vega(_template(kind, style).to_dict()))


def filled(job: ChartJob | TreemapJob, style: ChartStyle) -> dict[str, Any]:
    """The Vega specification of one chart."""
    return _treemap(job, style) if isinstance(job, TreemapJob) else _chart(job, style)


def _chart(job: ChartJob, style: ChartStyle) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(compiled(job.kind, style))
    spec["width"], spec["height"] = job.width, job.height
    for item in spec["data"]:
        if item["name"] in _DATA:
            item["values"] = list(getattr(job, item["name"]))
    _drop_empty(spec)
    domains = {"x": job.x_domain, "y": job.y_domain}
    for scale in spec["scales"]:
        if scale["name"] in domains:
            scale["domain"] = list(domains[scale["name"]])
    ticks = {"x": job.x_ticks, "y": job.y_ticks}
    for axis in spec.get("axes", []):
        chosen = ticks[axis["scale"]]
        axis["values"] = [value for value, _ in chosen]
        if axis.get("labels", True):
            words = json.dumps([text for _, text in chosen], ensure_ascii=False)
            places = json.dumps([value for value, _ in chosen])
            signal = f"{words}[indexof({places}, datum.value)]"
            axis["encode"]["labels"]["update"]["text"] = {"signal": signal}
    return spec


_DATA: Final = ("marks", "dots", "labels", "breaks", "targets", "keys", "gaps", "lows")


def _drop_empty(spec: dict[str, Any]) -> None:
    """Take out what has nothing to draw: it would cost time, and leave empty groups."""
    empty = {item["name"] for item in spec["data"] if item.get("values") == []}
    empty |= {item["name"] for item in spec["data"] if item.get("source") in empty}
    spec["data"] = [item for item in spec["data"] if item["name"] not in empty]
    spec["marks"] = [mark for mark in spec["marks"] if mark["from"].get("data") not in empty]


def _treemap(job: TreemapJob, style: ChartStyle) -> dict[str, Any]:
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
