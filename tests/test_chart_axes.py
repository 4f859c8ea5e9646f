"""Axes and words that are put into a picture, held against those that Vega makes by itself."""

from __future__ import annotations

import io
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from chart_samples import STYLE, chart_samples
from perfsite.charts.axes import axes_of, axis_marks, grid_marks, words_svg
from perfsite.charts.draw import draw
from perfsite.charts.specs import filled_chart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.charts.pictures import ChartJob, Ticks

SEEN = 40
"""By so many of 256 steps a pixel has to differ for somebody to see it."""
FEW = 30
"""Of 82,800 pixels of a picture: where a line of text begins a hundredth of a pixel further on."""


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    """A process that draws: tests of other modules start processes from this one."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def with_own_axes(job: ChartJob) -> dict[str, Any]:
    """The specification of a chart for which Vega makes axes, words and the room for both."""
    spec = filled_chart(job, axes_of(job, STYLE), STYLE)
    ours = {"grid", "axis"}
    spec["data"] = [item for item in spec["data"] if item["name"] not in ours]
    spec["data"] = [item for item in spec["data"] if item.get("source") not in ours]
    names = {item["name"] for item in spec["data"]}
    spec["marks"] = [
        mark for mark in spec["marks"] if "facet" in mark["from"] or mark["from"]["data"] in names
    ]
    spec["data"].append({"name": "labels", "values": list(job.labels)})
    spec["marks"].append(
        {
            "type": "text",
            "from": {"data": "labels"},
            "encode": {
                "update": {
                    "x": {"scale": "x", "field": "x"},
                    "y": {"scale": "y", "field": "y"},
                    "text": {"field": "text"},
                    "dx": {"value": 6},
                    "baseline": {"value": "middle"},
                    "fontSize": {"value": STYLE.text_size},
                    "font": {"value": STYLE.font},
                    "fill": {"value": STYLE.text},
                }
            },
        }
    )
    words = {"labelFont": STYLE.font, "labelColor": STYLE.text, "labelFontSize": STYLE.text_size}
    grid = {"grid": True, "gridScale": "x", "gridColor": STYLE.grid, "labels": False}
    values = {"scale": "y", "orient": "left", "domain": False, "ticks": False}
    spec["axes"] = [
        with_words({**values, **grid, "minExtent": 0, "maxExtent": 0}, job.y_ticks),
        with_words({"scale": "x", "orient": "bottom", "domainColor": STYLE.axis,
                    "tickColor": STYLE.axis, "labelOverlap": False, **words}, job.x_ticks),
        with_words({**values, "labelOverlap": False, **words}, job.y_ticks),
    ]  # fmt: skip
    size = {"width": job.width, "height": job.height}
    return {**spec, **size, "padding": 5, "autosize": {"type": "fit", "contains": "padding"}}


def with_words(axis: dict[str, Any], ticks: Ticks) -> dict[str, Any]:
    """An axis of Vega with these ticks and their words."""
    places = [place for place, _ in ticks]
    words = json.dumps([text for _, text in ticks])
    signal = f"{words}[indexof({json.dumps(places)}, datum.value)]"
    update = {"text": {"signal": signal}}
    return {**axis, "values": places, "encode": {"labels": {"update": update}}}


def pixels_that_differ(job: ChartJob) -> int:
    """How many pixels of a chart are seen to be others than with the axes of Vega."""
    import vl_convert  # noqa: PLC0415 - only in a process of its own

    own = vl_convert.vega_to_svg(with_own_axes(job))
    one, other = (
        np.asarray(Image.open(io.BytesIO(vl_convert.svg_to_png(svg))).convert("RGB")).astype(int)
        for svg in (draw(job, STYLE).decode(), own)
    )
    assert one.shape == other.shape
    return int((np.abs(one - other).max(axis=2) > SEEN).sum())


@pytest.mark.parametrize("name", sorted(set(chart_samples()) - {"journey"}))
def test_a_chart_looks_as_if_vega_had_made_its_axes(worker: ProcessPoolExecutor, name: str) -> None:
    """Grid, ticks, words and the room for them are where Vega puts them, to the pixel."""
    # Vega takes a wide line to be twice as wide as it is, and makes room for that.
    job = replace(chart_samples()[name], keys=())

    assert worker.submit(pixels_that_differ, job).result() < FEW


def test_words_at_the_ends_of_time_have_room() -> None:
    """Where words reach beyond an end of the axis of time, the plot is narrower by that."""
    job = replace(chart_samples()["bars"], y_ticks=((0.0, "0"), (1.0, "1")), x_ticks=())
    plain = axes_of(job, STYLE)
    first, last = job.x_domain
    wide = axes_of(replace(job, x_ticks=((first, "Sep 2015"), (last, "Sep 2016"))), STYLE)

    assert plain.left + plain.width == job.width - 5
    assert wide.left > plain.left + 15
    assert wide.left + wide.width < job.width - 30
    assert wide.top == plain.top


def test_a_picture_without_ticks_has_no_axes() -> None:
    """A journey fills its picture, but for a rim that stays free."""
    job = chart_samples()["journey"]
    axes = axes_of(job, STYLE)

    assert (axes.left, axes.top) == (5, 5)
    assert (axes.width, axes.height) == (job.width - 10, job.height - 10)
    assert {item["name"] for item in filled_chart(job, axes, STYLE)["data"]} & {
        "grid",
        "axis",
    } == set()


def test_lines_of_axes_are_sharp() -> None:
    """Each stands on the middle of pixels, at the place of its tick to half a pixel."""
    job = chart_samples()["share"]
    axes = axes_of(job, STYLE)
    grid, axis = grid_marks(axes, job.y_ticks), axis_marks(axes, job.x_ticks)

    assert {float(str(mark[key])) % 1 for mark in (*grid, *axis) for key in mark} == {0.5}
    assert len(grid) == len(job.y_ticks)
    assert len(axis) == len(job.x_ticks) + 1
    for mark, (value, _) in zip(grid, job.y_ticks, strict=True):
        assert abs(float(str(mark["y"])) - 0.5 - axes.y(value)) <= 0.5


def test_words_are_text_and_no_markup() -> None:
    """What a name has of the letters of SVG is escaped."""
    job = replace(chart_samples()["journey"], labels=({"x": 0, "y": 0, "text": "<b> & co"},))
    svg = words_svg(job, axes_of(job, STYLE), STYLE)

    assert ">&lt;b&gt; &amp; co</text>" in svg
    assert "<b>" not in svg
