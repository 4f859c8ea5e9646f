"""The Vega templates: each kind of chart compiled once by Altair, then filled with data.

Compiling a chart costs more than drawing it, and text costs most of the drawing; so titles and
tables are HTML, ticks are few, and labels stand at the lines themselves (docs/performance.md).
All words and tick positions come with the data: the template knows no locale.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from perfsite.charts.jobs import ChartJob

WIDTH: Final = 360
"""Drawn for a phone: 16 px text is still 12.8 px where the picture shrinks to 288 px."""
HEIGHT: Final = 230
_FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
"""vl-convert carries the first; others have other widths, and would change the bytes."""
_TEXT: Final = "#0b0c0c"
_AXIS: Final = "#505a5f"
_GRID: Final = "#D6D6D6"
PALETTE: Final = ("#12436D", "#28A197", "#801650", "#F46A25")
"""The Government Analysis Function's categorical palette, in its order."""
_DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])


def _template(kind: str) -> Any:  # noqa: ANN401 - Altair's own types
    """An Altair chart of one kind, over data named `marks`, `dots`, `labels` and `breaks`."""
    import altair as alt  # noqa: PLC0415 - half a second that only workers pay

    def axis(**more: Any) -> alt.Axis:  # noqa: ANN401 - Altair's own types
        return alt.Axis(
            title=None,
            labelFontSize=16,
            labelColor=_TEXT,
            labelAngle=0,
            labelOverlap=False,
            values=[0],
            labelExpr="''",
            **more,
        )

    x_axis = axis(grid=False, domainColor=_AXIS, tickColor=_AXIS, labelFlush=False)
    y_axis = axis(gridColor=_GRID, domain=False, ticks=False)
    scale = alt.Scale(domain=[0, 1], nice=False, zero=False)
    x = alt.X("x:Q", scale=scale, axis=x_axis)
    y = alt.Y("y:Q", scale=scale, axis=y_axis)
    index = list(range(len(PALETTE)))
    color = alt.Color("series:O", legend=None, scale=alt.Scale(domain=index, range=[*PALETTE]))
    dash = alt.StrokeDash("series:O", legend=None, scale=alt.Scale(domain=index, range=[*_DASHES]))
    marks = alt.Chart(alt.NamedData("marks"))
    if kind == "bars":
        layers = [marks.mark_rect(aria=False).encode(x=x, x2="x1:Q", y=y, y2="y1:Q", color=color)]
    else:
        line = marks.mark_line(
            aria=False, strokeWidth=3, invalid="break-paths-show-path-domains"
        ).encode(x=x, y=y, color=color, strokeDash=dash)
        dots = (
            alt.Chart(alt.NamedData("dots"))
            .mark_point(aria=False, filled=True, size=60, opacity=1)
            .encode(x=x, y=y, color=color)
        )
        layers = [line, dots]
    breaks = (
        alt.Chart(alt.NamedData("breaks"))
        .mark_rule(aria=False, color=_TEXT, strokeDash=[3, 3])
        .encode(x=x)
    )
    text = (
        alt.Chart(alt.NamedData("labels"))
        .mark_text(aria=False, align="left", baseline="middle", dx=6, fontSize=16, color=_TEXT)
        .encode(x=x, y=y, text="text:N")
    )
    return (
        alt.layer(*layers, breaks, text)
        .properties(
            width=WIDTH,
            height=HEIGHT,
            background="#ffffff",
            padding=5,
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        )
        .configure(font=_FONT)
        .configure_view(stroke=None)
    )


@cache
def compiled(kind: str) -> str:
    """The Vega specification of a kind of chart, as JSON, without data."""
    import vl_convert  # noqa: PLC0415 - starts V8, which must not happen in the parent

    return json.dumps(vl_convert.vegalite_to_vega(_template(kind).to_dict()))


def filled(job: ChartJob) -> dict[str, Any]:
    """The Vega specification of one chart."""
    spec: dict[str, Any] = json.loads(compiled(job.kind))
    data = {"marks": job.marks, "dots": job.dots, "labels": job.labels, "breaks": job.breaks}
    for item in spec["data"]:
        if item["name"] in data:
            item["values"] = list(data[item["name"]])
    domains = {"x": job.x_domain, "y": job.y_domain}
    for scale in spec["scales"]:
        if scale["name"] in domains:
            scale["domain"] = list(domains[scale["name"]])
    ticks = {"x": job.x_ticks, "y": job.y_ticks}
    for axis in spec["axes"]:
        chosen = ticks[axis["scale"]]
        axis["values"] = [value for value, _ in chosen]
        if axis.get("labels", True):
            words = json.dumps([text for _, text in chosen], ensure_ascii=False)
            places = json.dumps([value for value, _ in chosen])
            signal = f"{words}[indexof({places}, datum.value)]"
            axis["encode"]["labels"]["update"]["text"] = {"signal": signal}
    return spec
