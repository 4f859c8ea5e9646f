"""A zero and a missing figure, told apart in the drawn pictures of every kind."""

from __future__ import annotations

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chart_samples import ENGLISH, STYLE, SVG, WORDS, point, run, samples
from perfsite.charts.draw import draw
from perfsite.charts.jobs import bars_job, line_job, lines_job, stack_job, years_job
from perfsite.charts.pictures import ChartJob, Line
from perfsite.charts.series import Series
from perfsite.measures import MeasureKind
from perfsite.periods import YEAR_IN_UNITS, Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOW = "4"
"""The stroke of marks for bars that are too low."""
SEEN = 3.5
"""Pixels that a mark is high at least: thrice the line that it stands on."""
STARTS = ("2015-W02", "2015-01-05", "2015-01", "2015-Q1")
Figures = tuple[tuple[Period, float | None], ...]


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    """A process that draws: tests of other modules start processes from this one."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@st.composite
def figures(draw_: st.DrawFn, starts: tuple[str, ...] = STARTS) -> Figures:
    """Periods in a row: some figures large, some tiny, some zero, some missing; some rows absent.

    Two are always given, and the last period is always a row.
    """
    periods = run(draw_(st.sampled_from(starts)), draw_(st.integers(3, 40)))
    some = st.sampled_from([None, None, 0.0, 0.0, 1.0, 1e6, 2e6])
    values = [draw_(some) for _ in periods]
    values[draw_(st.integers(0, len(periods) - 2))] = 3e6
    values[draw_(st.integers(0, len(periods) - 2))] = 1e6
    absent = draw_(st.sets(st.integers(0, len(periods) - 2), max_size=3))
    return tuple(
        pair
        for i, pair in enumerate(zip(periods, values, strict=True))
        if pair[1] is not None or i not in absent
    )


@dataclass(frozen=True)
class Box:
    """Something filled, in pixels of the plot: its edges and its colour."""

    left: float
    right: float
    top: float
    bottom: float
    colour: str

    def covers(self, x: float) -> bool:
        """Whether it is at this place of the axis of time."""
        return self.left <= x <= self.right


@dataclass(frozen=True)
class Plot:
    """What stands in the plot of a drawn chart: its size, its boxes, its lines and its dots."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    dots: tuple[tuple[float, float, str], ...]

    def gap(self, x: float) -> bool:
        """Whether a band of the whole height is at this place."""
        return any(
            box.covers(x) and box.colour == STYLE.grid and box.bottom - box.top >= self.height - 1
            for box in self.boxes
        )

    def bar(self, x: float) -> bool:
        """Whether there is a bar at this place that stands on the ground and can be seen."""
        mine = [box for box in self.boxes if box.covers(x) and box.colour != STYLE.grid]
        if not mine:
            return False
        assert abs(max(box.bottom for box in mine) - self.height) <= 1
        return max(box.bottom for box in mine) - min(box.top for box in mine) >= SEEN

    def on_line(self, x: float, colour: str) -> bool:
        """Whether a line of this colour, or a dot, is at this place."""
        runs = [points for mine, points in self.lines if mine == colour]
        return any(
            points[0][0] - 0.01 <= x <= points[-1][0] + 0.01 for points in runs if len(points) > 1
        ) or any(abs(at - x) <= 0.01 for at, _, mine in self.dots if mine == colour)


NUMBER = r"(-?[\d.]+(?:e-?\d+)?)"


def plot_of(svg: str) -> Plot:
    """What is drawn in the plot of a picture."""
    root = ET.fromstring(svg)  # noqa: S314 - our own file
    frame = next(g for g in root.iter(f"{SVG}g") if "role-frame" in (g.get("class") or ""))
    outline = frame[0][0].get("d") or ""
    size = re.fullmatch(rf"M0,0h{NUMBER}v{NUMBER}h-.*", outline)
    assert size, outline
    boxes, lines, dots = [], [], []
    for group in frame.iter(f"{SVG}g"):
        role = group.get("class") or ""
        if "role-mark" not in role:
            continue
        for item in group:
            words = " ".join(f"{key}={value}" for key, value in item.attrib.items())
            at = re.search(rf"translate\({NUMBER},{NUMBER}\)", item.get("transform") or "")
            x, y = (float(at[1]), float(at[2])) if at else (0.0, 0.0)
            if "mark-rect" in role:
                found = re.fullmatch(
                    rf"M{NUMBER},{NUMBER}h{NUMBER}v{NUMBER}h{NUMBER}Z", item.get("d") or ""
                )
                assert found, words
                left, top, wide, high = (float(found[i]) for i in range(1, 5))
                boxes.append(Box(left, left + wide, top, top + high, item.get("fill") or ""))
            elif "mark-rule" in role and item.get("stroke-width") == LOW:
                half = float(item.get("stroke-width") or 0) / 2
                right = x + float(item.get("x2") or 0)
                boxes.append(Box(x, right, y - half, y + half, item.get("stroke") or ""))
            elif "mark-line" in role:
                for part in (item.get("d") or "").split("M")[1:]:
                    pairs = re.findall(rf"{NUMBER},{NUMBER}", part)
                    colour = item.get("stroke") or ""
                    lines.append((colour, tuple((float(a), float(b)) for a, b in pairs)))
            elif "mark-symbol" in role:
                dots.append((x, y, item.get("fill") or ""))
    return Plot(float(size[1]), float(size[2]), tuple(boxes), tuple(lines), tuple(dots))


def plot(worker: ProcessPoolExecutor, job: ChartJob) -> Plot:
    """The drawn job."""
    return plot_of(worker.submit(draw, job, STYLE).result().decode())


def middle(period: Period, job: ChartJob, plot_: Plot) -> float:
    """Where the middle of a period is in the plot, in pixels."""
    day = (period.start.toordinal() + period.end.toordinal() + 1) / 2
    first, last = job.x_domain
    return (day - first) / (last - first) * plot_.width


def shown(found: Figures) -> list[tuple[Period, float | None]]:
    """All periods from the first figure on that a picture has to show, the absent ones too.

    Of those after the last figure, the first: a picture may leave out the rest of many.
    """
    given_ = [period for period, value in found if value is not None]
    values = dict(found)
    count = given_[0].count
    steps = range(given_[0].first, given_[-1].first + 1, count)
    inside = [Period(given_[0].unit, first, count) for first in steps]
    after = [period for period, _ in found if period > given_[-1]][:1]
    return [(period, values.get(period)) for period in (*inside, *after)]


def series(kpi: str, found: Figures) -> Series:
    """The figures as a series."""
    first = found[0][0]
    points = tuple(point(period, value, None) for period, value in found)
    return Series(kpi, first.unit, first.count, points, main=True)


ZERO_AND_GAP: Figures = tuple(
    zip(run("2017-01", 8), (3e6, 0.0, 0.0, None, None, 12.0, 1e6, None), strict=True)
)


@given(figures())
@example(ZERO_AND_GAP)
def test_a_bar_is_seen_where_there_is_a_figure_and_a_band_where_there_is_none(
    worker: ProcessPoolExecutor, found: Figures
) -> None:
    """Zero, and what is too low to be seen, has a mark on the ground line; a gap has a band."""
    job = bars_job("a.svg", *WORDS, series("transactions_per_year", found), ENGLISH)
    drawn = plot(worker, job)

    for period, value in shown(found):
        x = middle(period, job, drawn)
        assert (drawn.bar(x), drawn.gap(x)) == (value is not None, value is None), period.code


@given(figures())
@example(ZERO_AND_GAP)
def test_a_stack_is_seen_where_somebody_answered_or_nobody_and_a_band_where_it_is_missing(
    worker: ProcessPoolExecutor, found: Figures
) -> None:
    """Nobody's answers are a mark on the ground line, not a gap; and a missing share is a gap."""
    bars = [
        (period, None if value is None else (0.25, 0.0, 0.75) if value else (0.0, 0.0, 0.0))
        for period, value in found
    ]
    job = stack_job("a.svg", *WORDS, bars, ("Good", "Middling", "Bad"), ENGLISH)
    drawn = plot(worker, job)

    for period, value in shown(found):
        x = middle(period, job, drawn)
        assert (drawn.bar(x), drawn.gap(x)) == (value is not None, value is None), period.code


@given(figures())
@example(ZERO_AND_GAP)
def test_a_line_runs_through_zero_and_stops_at_a_gap(
    worker: ProcessPoolExecutor, found: Figures
) -> None:
    """A figure is on the line or is a dot; a missing one has a band, and no line runs over it."""
    job = line_job("a.svg", *WORDS, series("cost_per_transaction", found), ENGLISH)
    drawn = plot(worker, job)

    for period, value in shown(found):
        x = middle(period, job, drawn)
        seen = (drawn.on_line(x, STYLE.palette[0]), drawn.gap(x))
        assert seen == (value is not None, value is None), period.code


def broken_ends(found: Sequence[tuple[Period, float | None]]) -> list[Period]:
    """The figures with a missing one beside them."""
    return [
        period
        for i, (period, value) in enumerate(found)
        if value is not None
        and any(v is None for _, v in (*found[max(0, i - 1) : i], *found[i + 1 : i + 2]))
    ]


@given(st.lists(figures(("2015-01",)), min_size=1, max_size=4))
@example([ZERO_AND_GAP, ZERO_AND_GAP[2:]])
def test_each_of_several_lines_stops_with_a_dot(
    worker: ProcessPoolExecutor, found: list[Figures]
) -> None:
    """Dashes have spaces too, so a line ends in a dot on both sides of its gap."""
    lines = [Line(f"Line {i}", each) for i, each in enumerate(found)]
    job = lines_job("a.svg", *WORDS, lines, MeasureKind.COUNT, ENGLISH)
    drawn = plot(worker, job)

    for colour, each in zip(STYLE.palette, found, strict=False):
        mine = shown(each)
        for period, value in mine:
            x = middle(period, job, drawn)
            assert drawn.on_line(x, colour) == (value is not None), period.code
            if drawn.gap(x):
                assert value is None
        ends = {period for period in broken_ends(mine) if value_of(each, period) is not None}
        for period in ends:
            x = middle(period, job, drawn)
            assert any(abs(at - x) <= 0.01 for at, _, c in drawn.dots if c == colour), period.code


def value_of(found: Figures, period: Period) -> float | None:
    """The figure of a period."""
    return dict(found)[period]


@given(st.data())
def test_a_month_that_both_years_lack_has_a_band(
    worker: ProcessPoolExecutor, data: st.DataObject
) -> None:
    """A year on another: a band where neither has a figure, and lines that stop before it."""
    value = st.sampled_from([None, 0.0, 5e5, 1e6])
    now, before = ([*data.draw(st.lists(value, min_size=11, max_size=11)), 1.0] for _ in range(2))
    months = run("2017-01", 12)
    job = years_job(
        "a.svg",
        *WORDS,
        list(zip(months, now, strict=True)),
        [
            (Period(p.unit, p.first - YEAR_IN_UNITS[p.unit], p.count), v)
            for p, v in zip(months, before, strict=True)
        ],
        ENGLISH,
        MeasureKind.COUNT,
    )
    drawn = plot(worker, job)
    known = [i for i in range(12) if now[i] is not None or before[i] is not None]

    for i in range(known[0], 12):
        x = middle(months[i], job, drawn)
        assert drawn.gap(x) == (now[i] is None and before[i] is None)
        assert drawn.on_line(x, STYLE.palette[0]) == (now[i] is not None)


@pytest.mark.parametrize("job", [j for j in samples() if isinstance(j, ChartJob)])
def test_no_corner_of_a_line_reaches_beyond_its_figure(
    worker: ProcessPoolExecutor, job: ChartJob
) -> None:
    """Lines are joined round: a mitred corner of a narrow peak stands 15 pixels too high."""
    svg = worker.submit(draw, job, STYLE).result().decode()
    groups = re.findall(r'<g class="mark-line[^>]*>(.*?)</g>', svg)
    paths = re.findall(r"<path ([^>]*)/>", " ".join(groups))

    assert bool(paths) == (job.kind == "line")
    assert all('stroke-linejoin="round"' in each for each in paths)
    assert "stroke-linecap" not in " ".join(paths), "round ends would close the dashes"
