"""The kinds of charts, as Altair has them: which marks stand on which others.

They are compiled to Vega by `make charts`, once for all sites, into `kinds.json`; nothing imports
Altair while charts are drawn. Data, sizes and words come with a chart, colours with the style.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from perfsite.charts.converter import vega_of
from perfsite.charts.pictures import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_COLOURS: Final = ("palette0", "palette1", "palette2", "palette3", "axis")
"""Of the four series, and of what is there to compare with."""
_DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 3])
"""Of the same."""
_LOW: Final = 4
"""Pixels: the height of the mark that stands for a bar too low to be seen."""
_JOURNEY: Final = "journey"
"""The kind that has neither axes nor times without a figure."""


@dataclass(frozen=True)
class _Pen:
    """What the layers of a template are made with: encodings that all of them share.

    `ground` is the line of zero, on the scale of `y`.
    """

    x: Any
    y: Any
    ground: Any
    color: Any
    dash: Any

    def data(self, name: str) -> Any:  # noqa: ANN401 - Altair's own types
        """A layer over the data of this name, which is that of a field of a chart job."""
        import altair as alt  # noqa: PLC0415 - half a second that only those who compile pay

        # Positions are numbers already, so nothing is read as one.
        return alt.Chart(alt.NamedData(name, format=alt.JsonDataFormat(parse=None)))


def placeholder(name: str) -> str:
    """What stands in a template for a colour of the style."""
    return f"{{{name}}}"


def data_of_line(series: int) -> str:
    """The name of the data of one line: those of `marks` that are of its series."""
    return f"marks{series}"


def _line_layers(pen: _Pen) -> list[Any]:
    """Lines with their dots, each named by a piece of itself.

    Each series is a layer of its own: as groups of one they would cost a third more. What is only
    there to compare with lies below the others.
    """
    lines = [
        pen.data(data_of_line(series)).mark_line(
            aria=False,
            color=placeholder(_COLOURS[series]),
            strokeDash=_DASHES[series],
            strokeWidth=3,
            # A mitred corner would reach far beyond the figure that it stands for. Ends stay as
            # they are: round ones would close the spaces between dashes.
            strokeJoin="round",
            invalid="break-paths-show-path-domains",
        )
        for series in (CONTEXT, *range(CONTEXT))
    ]
    dots = pen.data("dots").mark_point(aria=False, filled=True, size=60, opacity=1)
    keys = pen.data("keys").mark_rule(aria=False, strokeWidth=3)
    return [
        *(line.encode(x=pen.x, y=pen.y) for line in lines),
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


def compiled_kinds() -> str:
    """The text of `kinds.json`: for each kind a Vega specification without data, a line."""
    kinds = {kind: json.dumps(_without_tests(vega_of(_template(kind).to_dict()))) for kind in KINDS}
    lines = ",\n".join(f'"{kind}": {vega}' for kind, vega in kinds.items())
    return f"{{\n{lines}\n}}\n"


def _without_tests(part: Any) -> Any:  # noqa: ANN401 - any part of a specification
    """A specification whose encodings do not ask of each mark whether its figures are numbers.

    Only lines lack figures, and they ask for themselves where they are broken (`defined`).
    """
    match part:
        case [{"test": str(test)}, value] if "isValid" in test:
            return value
        case list():
            return [_without_tests(one) for one in part]
        case dict():
            return {name: _without_tests(value) for name, value in part.items()}
        case _:
            return part


def _template(kind: str) -> Any:  # noqa: ANN401 - Altair's own types
    """An Altair chart of one kind, over data named as the fields of a chart job are."""
    import altair as alt  # noqa: PLC0415 - half a second that only those who compile pay

    scale = alt.Scale(domain=[0, 1], nice=False, zero=False)
    x = alt.X("x:Q", scale=scale, axis=None)
    y = alt.Y("y:Q", scale=scale, axis=None)
    colours = [placeholder(name) for name in _COLOURS]
    index = list(range(len(colours)))
    color = alt.Color("series:O", legend=None, scale=alt.Scale(domain=index, range=colours))
    dash = alt.StrokeDash("series:O", legend=None, scale=alt.Scale(domain=index, range=[*_DASHES]))
    ground = alt.Y(datum=0, type="quantitative", scale=scale, axis=None)
    pen = _Pen(x, y, ground, color, dash)
    layers = KINDS[kind](pen)
    if kind != _JOURNEY:
        layers = [*_axis_layers(pen), *_gap_layers(pen), *layers, *_line_of_text_layers(pen)]
    return (
        alt.layer(*layers)
        .properties(width=1, height=1, background=placeholder("ground"), autosize="none")
        .configure_view(stroke=None)
        # Else each layer would have its data twice: as they are, and those without a gap.
        .configure_mark(invalid="show")
    )


def _axis_layers(pen: _Pen) -> list[Any]:
    """The lines behind a chart: a grid, and an axis of time with its ticks.

    They are marks, for axes of Vega are half of what a chart costs. Their places are pixels.
    """
    import altair as alt  # noqa: PLC0415 - half a second that only those who compile pay

    x, y = alt.X("x:Q", scale=None), alt.Y("y:Q", scale=None)
    lines = [
        # Data and colours of the two have the same names.
        pen.data(name).mark_rule(aria=False, color=placeholder(name))
        for name in ("grid", "axis")
    ]
    return [line.encode(x=x, x2="x1:Q", y=y, y2="y1:Q") for line in lines]


def _gap_layers(pen: _Pen) -> list[Any]:
    """Times without any figure."""
    gaps = pen.data("gaps").mark_rect(aria=False, color=placeholder("grid"))
    return [gaps.encode(x=pen.x, x2="x1:Q")]


def _line_of_text_layers(pen: _Pen) -> list[Any]:
    """Lines in the colour of text: breaks in a series, and targets."""
    breaks = pen.data("breaks").mark_rule(aria=False, color=placeholder("text"), strokeDash=[3, 3])
    targets = [
        # On a rim of the ground, so that it is seen on dark bars too.
        pen.data("targets").mark_rule(aria=False, color=placeholder(colour), strokeWidth=width)
        for colour, width in (("ground", 6), ("text", 2))
    ]
    return [
        breaks.encode(x=pen.x),
        *(rule.encode(x=pen.x, x2="x1:Q", y=pen.y) for rule in targets),
    ]
