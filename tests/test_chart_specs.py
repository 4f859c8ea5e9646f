from __future__ import annotations

import multiprocessing
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from chart_samples import ENGLISH, STYLE, SVG, WORDS, chart_jobs, run, samples, treemap_jobs
from chart_words import boxes, check_words
from perfsite.charts.draw import card_colours, draw
from perfsite.charts.jobs import lines_job, treemap_job
from perfsite.charts.kinds import compiled_kinds
from perfsite.charts.pictures import CONTEXT, ChartJob, Line, TreemapJob
from perfsite.charts.specs import contrast, readable_on, template
from perfsite.measures import MeasureKind
from properties import fewer

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKS, LETTERS = 3.0, 4.5
"""The contrast that WCAG 2.2 asks of things to be told apart, and of text."""
SMALLEST, PHONE = 12, 288
"""CSS pixels: of text, and of a picture on a page that is 320 wide."""


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    """A process that draws: tests of other modules start processes from this one."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def svg_of(worker: ProcessPoolExecutor, job: ChartJob | TreemapJob) -> str:
    """The drawn job."""
    return worker.submit(draw, job, STYLE).result().decode()


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#FFFFFF", 1),
        ("#767676", "#ffffff", 4.54),
        ("#F46A25", "#ffffff", 3.02),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """Known pairs have their known ratios, in either order."""
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


def test_every_colour_is_seen_on_its_ground() -> None:
    """Series 3:1 against the ground and their neighbours, words 4.5:1 on what they are on."""
    assert all(contrast(colour, STYLE.ground) >= MARKS for colour in STYLE.palette)
    assert all(contrast(a, b) >= MARKS for a, b in pairwise(STYLE.palette))
    assert contrast(STYLE.axis, STYLE.ground) >= MARKS
    assert contrast(STYLE.text, STYLE.ground) >= LETTERS
    assert contrast(readable_on(STYLE.palette[0], STYLE), STYLE.palette[0]) >= LETTERS
    assert contrast(*card_colours(STYLE)) >= LETTERS


def test_words_take_the_colour_that_is_read_better() -> None:
    """Dark fills have words of the ground, light ones those of text."""
    assert readable_on("#12436D", STYLE) == STYLE.ground
    assert readable_on("#ffdd00", STYLE) == STYLE.text


def colours(svg: str) -> set[str]:
    """Every colour that something is drawn in."""
    return {c.lower() for c in re.findall(r'(?:fill|stroke)="(#[0-9A-Fa-f]{6})"', svg)}


def test_series_take_the_colours_of_the_style_in_its_order(worker: ProcessPoolExecutor) -> None:
    """The palette is the style's, series by series; another style draws with other colours."""
    stack = next(job for job in samples() if job.path == "stack.svg")
    assert isinstance(stack, ChartJob)
    svg = svg_of(worker, stack)
    fills = re.findall(r'fill="(#[0-9A-Fa-f]{6})"', svg[svg.index("mark-rect") :])
    seen = list(dict.fromkeys(c.lower() for c in fills if c.lower() != STYLE.text))
    other = STYLE.model_copy(update={"palette": ("#0000aa", *STYLE.palette[1:])})

    assert seen == [colour.lower() for colour in STYLE.palette]
    assert "#0000aa" in colours(worker.submit(draw, stack, other).result().decode())


def check_chart(job: ChartJob) -> None:
    """What the specification of every chart keeps to."""
    series = {mark["series"] for mark in (*job.marks, *job.dots, *job.keys)}
    assert series <= set(range(CONTEXT + 1))
    assert len(series) <= 4
    assert len(job.x_ticks) <= 6
    assert len(job.y_ticks) <= 6
    assert job.y_domain[0] == 0
    assert job.y_domain[1] > 0
    assert job.x_domain[1] > job.x_domain[0]
    if job.kind == "bars":
        starts: dict[object, list[float]] = {}
        for mark in job.marks:
            starts.setdefault(mark["x"], []).append(float(str(mark["y"])))
        assert all(min(lows) == 0 for lows in starts.values())
    if any("%" in words for _, words in job.y_ticks):
        assert job.y_domain == (0, 1)


def check_picture(svg: str, job: ChartJob | TreemapJob) -> None:
    """What every drawn picture keeps to."""
    for word in ("NaN", "undefined", "null", "Infinity", "clip-path", "Gradient"):
        assert word not in svg
    root = ET.fromstring(svg)  # noqa: S314 - our own file
    assert (root.get("width"), root.get("height")) == (str(job.width), str(job.height))
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert (root[0].text, root[1].text) == WORDS
    style = {STYLE.ground, STYLE.text, STYLE.axis, STYLE.grid, *STYLE.palette}
    assert colours(svg) <= {colour.lower() for colour in style}
    assert len(re.findall(f'stroke="{STYLE.grid}"', svg, re.IGNORECASE)) <= 10
    for size in re.findall(r'font-size="([^"]*)"', svg):
        assert float(size.removesuffix("px")) * PHONE / job.width >= SMALLEST


@fewer(2, because="each example is drawn in another process")
@given(chart_jobs)
def test_any_chart_can_be_read_by_anybody(worker: ProcessPoolExecutor, job: ChartJob) -> None:
    """Whatever the figures: few series and ticks, from zero, words of 12 px that touch nothing."""
    svg = svg_of(worker, job)

    check_chart(job)
    check_picture(svg, job)
    check_words(svg, job.width, job.height)


def rectangles(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of the boxes of a treemap."""
    part = svg[svg.index("mark-rect") :]
    found = re.findall(r'd="M([-\d.e]+),([-\d.e]+)h([-\d.e]+)v([-\d.e]+)h', part)
    corners = [tuple(map(float, each)) for each in found]
    return [(x, y, x + wide, y + high) for x, y, wide, high in corners]


@fewer(2, because="each example is drawn in another process")
@given(treemap_jobs())
def test_any_treemap_has_its_words_in_its_boxes(
    worker: ProcessPoolExecutor, job: TreemapJob
) -> None:
    """Boxes are as large as their values, and each line of text is inside of one of them."""
    svg = svg_of(worker, job)
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in rectangles(svg)]
    whole = sum(item.value for item in job.items)

    check_picture(svg, job)
    check_words(svg, job.width, job.height)
    assert len(areas) == len(job.items)
    for area, item in zip(areas, job.items, strict=True):
        assert area == pytest.approx(item.value / whole * job.width * job.height, abs=1)
    for left, top, right, bottom, text in boxes(svg):
        assert any(
            left >= a and top >= b and right <= c and bottom <= d for a, b, c, d in rectangles(svg)
        ), text


@pytest.mark.parametrize("job", [j for j in samples() if isinstance(j, (ChartJob, TreemapJob))])
def test_the_samples_keep_the_rules_too(
    worker: ProcessPoolExecutor, job: ChartJob | TreemapJob
) -> None:
    """A picture of every kind, with ordinary figures."""
    svg = svg_of(worker, job)

    check_picture(svg, job)
    check_words(svg, job.width, job.height)
    assert boxes(svg)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_names_of_lines_that_end_at_one_height_are_all_read(
    worker: ProcessPoolExecutor, value: float
) -> None:
    """Four long names at the top of the picture, or at its bottom, stay inside and apart."""
    names = ("Online and by app", "Phone", "Paper form or post", "In person")
    points = tuple((period, value) for period in run("2016-Q1", 4))
    made = [Line(name, points) for name in names]
    job = lines_job("a.svg", *WORDS, made, MeasureKind.SHARE, ENGLISH)
    svg = svg_of(worker, job)

    check_words(svg, job.width, job.height)
    said = " ".join(text for *_, text in boxes(svg))
    assert all(word in said for name in names for word in name.split(" "))


def test_boxes_of_a_treemap_say_as_much_as_fits(worker: ProcessPoolExecutor) -> None:
    """A large box has its whole name and its figure, a small one what there is room for."""
    items = [("Income Tax Self Assessment", 9e6), ("Stamp Duty Reserve Tax", 1.5e5)]
    job = treemap_job("a.svg", *WORDS, [*items, ("SORN", 10.0)], ENGLISH, MeasureKind.COUNT)
    said = [text for *_, text in boxes(svg_of(worker, job))]

    assert said == ["Income Tax Self Assessment", "9.00m"]

    items = [("Income Tax Self Assessment", 6e6), ("Stamp Duty Reserve Tax", 2e6)]
    job = treemap_job("a.svg", *WORDS, [*items, ("SORN", 1e6)], ENGLISH, MeasureKind.COUNT)
    said = [text for *_, text in boxes(svg_of(worker, job))]

    assert said[:4] == ["Income Tax Self Assessment", "6.00m", "Stamp Duty Reserve Tax", "2.00m"]
    assert said[4] == "SORN"


def test_a_kind_that_nobody_knows_is_an_error_and_no_bars() -> None:
    """A picture of it costs its page a sentence, as any that cannot be drawn."""
    with pytest.raises(KeyError, match="pie"):
        template("pie", STYLE)


def test_the_kinds_of_charts_are_compiled_anew_when_they_change(
    worker: ProcessPoolExecutor,
) -> None:
    """`kinds.json` is what Altair makes of the kinds today; `make charts` writes it."""
    kept = resources.files("perfsite.charts").joinpath("kinds.json").read_text(encoding="utf-8")

    assert worker.submit(compiled_kinds).result() == kept


def libraries_used() -> set[str]:
    """Which of the libraries of charts a process has imported that drew every kind of picture."""
    for job in samples():
        draw(job, STYLE)
    return {"altair", "vl_convert"} & set(sys.modules)


def test_whoever_draws_imports_no_altair() -> None:
    """The kinds have been compiled before, so that a process that draws need not wait for it."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(libraries_used).result() == {"vl_convert"}
