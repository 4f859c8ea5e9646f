from __future__ import annotations

import pickle
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart_samples import ENGLISH, chart_jobs, point
from helpers import worked
from perfsite.charts.jobs import bars_job, describe, line_job
from perfsite.charts.pictures import ChartJob, TargetLine
from perfsite.charts.series import Series
from perfsite.periods import Period, Unit

QUARTERS = """
    period  transactions transactions:digital
    2016-Q1 100          40
    2016-Q2 [x]          50
    2016-Q3 120          0
    2017-Q1 140          150
    2017-Q2 0            0
    """


def bars(table: str) -> ChartJob:
    """The bars of a table's transactions."""
    return bars_job("a.svg", "Title", "Words", worked(table).chart("transactions"), ENGLISH)


def line(table: str, kpi: str = "digital_take_up") -> ChartJob:
    """The line of a table's KPI."""
    return line_job("a.svg", "Title", "Words", worked(table).chart(kpi), ENGLISH)


def days(code: str) -> tuple[int, int]:
    """The first day of a period, and the day after its last."""
    period = Period.parse(code)
    return period.start.toordinal(), period.end.toordinal() + 1


def heights(job: ChartJob) -> dict[float, list[tuple[object, object, object]]]:
    """The segments of each bar by where it starts: series, from, to."""
    found: dict[float, list[tuple[object, object, object]]] = {}
    for mark in job.marks:
        found.setdefault(float(str(mark["x"])), []).append((mark["series"], mark["y"], mark["y1"]))
    return found


def test_a_bar_stands_where_its_period_is_and_nowhere_else() -> None:
    """Digital below, other above; a figure above its whole is not split; missing has no bar."""
    assert heights(bars(QUARTERS)) == {
        days("2016-Q1")[0]: [(0, 0, 40), (1, 40, 100)],
        days("2016-Q3")[0]: [(0, 0, 0), (1, 0, 120)],
        days("2017-Q1")[0]: [(2, 0, 140)],
        days("2017-Q2")[0]: [(0, 0, 0), (1, 0, 0)],
    }


def test_bars_without_a_digital_part_are_one_series_without_labels() -> None:
    """Where nothing is split there is nothing to label."""
    job = bars("period transactions\n2016 5\n2017 6")

    assert [mark["series"] for mark in job.marks] == [0, 0]
    assert job.labels == ()


@st.composite
def series(draw: st.DrawFn) -> Series:
    """Transactions of a handful of periods in a row, some missing, some with a digital part."""
    unit, count = draw(
        st.sampled_from([(Unit.MONTH, 3), (Unit.MONTH, 1), (Unit.WEEK, 1), (Unit.DAY, 1)])
    )
    start = Period.parse("2015-W02" if unit is Unit.WEEK else "2015-01").first
    start = Period.parse("2015-01-05").first if unit is Unit.DAY else start
    points = []
    for i in range(draw(st.integers(2, 30))):
        value = draw(st.none() | st.integers(0, 10**8).map(float))
        part = draw(st.none() | st.integers(0, 10**8).map(float))
        points.append(point(Period(unit, start + i * count, count), value, part))
    # Nothing is drawn of fewer than two figures.
    for i in (0, 1):
        points[i] = point(points[i].period, 7.0 + i, 3.0)
    return Series("transactions_per_year", unit, count, tuple(points), main=True)


def check_frame(job: ChartJob) -> None:
    """What holds for every chart: scales from zero, few ticks, everything inside."""
    assert job.y_domain[0] == 0
    assert job.y_ticks[0][0] == 0
    assert len(job.x_ticks) <= 10
    assert len(job.y_ticks) <= 10
    assert job.y_ticks[-1][0] <= job.y_domain[1]
    for marks in (job.marks, job.dots, job.labels):
        for mark in marks:
            if mark["y"] is not None:
                assert job.x_domain[0] <= float(str(mark["x"])) <= job.x_domain[1]
                assert 0 <= float(str(mark["y"])) <= job.y_domain[1]
    assert all(job.x_domain[0] <= at <= job.x_domain[1] for at, _ in job.x_ticks)
    assert len({mark["series"] for mark in job.marks}) <= 4


@given(series())
def test_bars_start_at_zero_and_are_as_high_as_their_figures(made: Series) -> None:
    """The segments of a bar stand on each other from zero up to its figure, and bars are apart."""
    job = bars_job("a.svg", "Title", "Words", made, ENGLISH)
    found = heights(job)

    assert found.keys() == {p.period.start.toordinal() for p in made.figures}
    for each in made.figures:
        segments = found[each.period.start.toordinal()]
        assert segments[0][1] == 0
        assert segments[-1][2] == each.value
        assert all(a[2] == b[1] for a, b in pairwise(segments))
    ends = {float(str(mark["x"])): float(str(mark["x1"])) for mark in job.marks}
    starts = sorted(ends)
    assert all(ends[a] < b for a, b in pairwise(starts))
    check_frame(job)


@given(series())
def test_labels_of_bars_do_not_cover_each_other(made: Series) -> None:
    """Names stand at least a line of text apart."""
    heights_ = sorted(
        float(str(label["y"])) for label in bars_job("a", "b", "c", made, ENGLISH).labels
    )
    top = bars_job("a", "b", "c", made, ENGLISH).y_domain[1]

    assert all(b - a >= top * 0.0999 for a, b in pairwise(heights_))


@given(series())
def test_a_line_goes_through_its_figures_and_breaks_where_they_are_missing(made: Series) -> None:
    """Every figure is on the line, between two with a missing one the line is broken."""
    job = line_job("a.svg", "Title", "Words", made, ENGLISH)
    drawn = [mark["y"] for mark in job.marks]

    assert [y for y in drawn if y is not None] == [point.value for point in made.figures]
    values = [point.value for point in made.points]
    # What is missing at the end is a band, at most as long as all before it.
    known = max(i for i, value in enumerate(values) if value is not None) + 1
    assert drawn == values[: 2 * known]
    at = [float(str(mark["x"])) for mark in job.marks]
    assert at == sorted(at)
    # Each figure can be seen: on a line with a neighbour, or as a dot.
    dots = {(dot["x"], dot["y"]) for dot in job.dots}
    for i, mark in enumerate(job.marks):
        if mark["y"] is None:
            continue
        neighbours = [*job.marks[max(0, i - 1) : i], *job.marks[i + 1 : i + 2]]
        assert any(n["y"] is not None for n in neighbours) or (mark["x"], mark["y"]) in dots
    # The label stands beside the last figure, moved by no more than its own height.
    last = made.figures[-1].value or 0.0
    assert abs(float(str(job.labels[0]["y"])) - last) <= job.y_domain[1] * 0.15
    check_frame(job)


@pytest.mark.parametrize(
    ("given_", "missing"),
    [
        (("2015", "2017"), "2016"),
        (("2016-Q1", "2016-Q3"), "2016-Q2"),
        (("2016-Q1", "2016-Q2", "2016-Q4"), "2016-Q3"),
        (("2016-01", "2016-02", "2016-04"), "2016-03"),
        (("2016-W01", "2016-W02", "2016-W04"), "2016-W03"),
        (("2016-01-01", "2016-01-02", "2016-01-04"), "2016-01-03"),
    ],
)
def test_a_period_that_is_not_even_in_the_data_breaks_the_line(
    given_: tuple[str, ...], missing: str
) -> None:
    """Absent or blank: no line runs over a time without a figure."""
    rows = "\n".join(f"{period} 10 5" for period in given_)
    header = "period transactions transactions:digital"
    absent, blank = line(f"{header}\n{rows}"), line(f"{header}\n{rows}\n{missing} 10 [x]")

    for job in (absent, blank):
        values = [mark["y"] for mark in job.marks]
        assert values.count(None) == 1
        assert values.index(None) == len(values) - 2


def test_no_break_is_seen_where_nothing_is_missing() -> None:
    """Months of 28 and 31 days follow each other."""
    rows = "\n".join(f"{y}-{m:02d} 10 5" for y in (2016, 2017) for m in range(1, 13))

    job = line(f"period transactions transactions:digital\n{rows}")
    assert None not in [mark["y"] for mark in job.marks]


def test_a_break_in_a_series_is_drawn() -> None:
    """A figure that carries [b] looks different from one that does not."""
    rows = "2016-Q1 10 4\n2016-Q2 11 5\n2016-Q3 {} {}\n2016-Q4 12 7"
    header = "period transactions transactions:digital\n"
    plain, broken = rows.format("30", "6"), rows.format("30[b]", "6[b]")

    assert bars(header + plain) != bars(header + broken)
    assert line(header + plain) != line(header + broken)


def test_a_service_that_was_never_used_can_be_drawn() -> None:
    """All zeros are bars without height on a scale from 0 to 1."""
    job = bars("period transactions\n2016 0\n2017 0")

    assert job.y_domain == (0.0, 1.0)
    assert [(mark["y"], mark["y1"]) for mark in job.marks] == [(0, 0), (0, 0)]


def test_the_last_figure_stands_at_the_end_of_its_line() -> None:
    """The label prints the last value that there is, and a dot marks it; what follows is a gap."""
    rows = "period transactions transactions:digital\n2016 10 5\n2017 8 7"
    job, ended = line(rows), line(f"{rows}\n2018 8 [x]")

    assert [label["text"] for label in (*job.labels, *ended.labels)] == ["87.5%", "87.5%"]
    assert {"x": job.labels[0]["x"], "y": 0.875, "series": 0} in job.dots
    assert job.gaps == ()
    assert ended.dots == job.dots
    assert [gap["x1"] for gap in ended.gaps] == [ended.labels[0]["x"]]


def test_words_under_a_title_say_what_is_drawn() -> None:
    """Measure, length of period and time, from the first figure to the last."""
    made = worked(QUARTERS).chart("transactions")

    assert describe(made, ENGLISH) == "Transactions by quarter, Jan 2016 to Jun 2017"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("2016-01 5\n2016-02 6", "Transactions by month, Jan 2016 to Feb 2016"),
        ("2016-W02 5\n2016-W03 6", "Transactions by week, 11 Jan 2016 to 24 Jan 2016"),
        ("2016-01-05 5\n2016-01-06 6", "Transactions by day, 5 Jan 2016 to 6 Jan 2016"),
        ("2016 5\n2017 6", "Transactions over 12 months, Jan 2016 to Dec 2017"),
        (
            "2016-01/2016-02 5\n2016-03/2016-04 6",
            "Transactions by 2 months, Jan 2016 to Apr 2016",
        ),
    ],
)
def test_the_length_of_periods_is_in_the_words_under_a_title(table: str, expected: str) -> None:
    """Days, weeks, months, quarters and years are called what they are."""
    made = worked(f"period transactions\n{table}").chart("transactions")

    assert describe(made, ENGLISH) == expected


def test_a_target_is_a_line_with_its_words() -> None:
    """It stands at its value, over the time of the figures, and is within the scale."""
    made = worked(QUARTERS)
    target = TargetLine(600.0, "Target 600")
    bars_ = bars_job("a", "b", "c", made.chart("transactions"), ENGLISH, target)
    share = TargetLine(0.8, "Target 80%")
    line_ = line_job("a", "b", "c", made.chart("digital_take_up"), ENGLISH, share)

    assert [rule["y"] for rule in bars_.targets] == [600]
    assert bars_.y_domain == (0, 600)
    assert "Target 600" in {label["text"] for label in bars_.labels}
    assert [rule["y"] for rule in line_.targets] == [0.8]
    assert line_.targets[0]["x"] == line_.x_domain[0]
    assert bars(QUARTERS).targets == ()


@given(chart_jobs)
def test_any_job_can_be_sent_to_a_worker(job: ChartJob) -> None:
    """A job is a value: what arrives is equal to what was sent."""
    assert pickle.loads(pickle.dumps(job)) == job  # noqa: S301 - our own value
