from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chart_samples import ENGLISH, STYLE, journey_jobs, run, stack_jobs
from perfsite.charts.draw import card_job, card_svg
from perfsite.charts.jobs import journey_job, lines_job, stack_job, treemap_job, years_job
from perfsite.charts.pictures import CONTEXT, ChartJob, Line, text_width
from perfsite.measures import MeasureKind
from perfsite.periods import Period

Points = list[tuple[Period, float | None]]


def points(start: str, *values: float | None) -> Points:
    """Figures of periods in a row."""
    return list(zip(run(start, len(values)), values, strict=True))


def lines(*given_: tuple[str, Points]) -> ChartJob:
    """A chart of named lines."""
    made = [Line(name, tuple(each)) for name, each in given_]
    return lines_job("a.svg", "Title", "Words", made, MeasureKind.COUNT, ENGLISH)


def years(now: Points, before: Points) -> ChartJob:
    """A year on the year before."""
    return years_job("a.svg", "Title", "Words", now, before, ENGLISH, MeasureKind.COUNT)


def values(job: ChartJob, series: int) -> list[object]:
    """The values of a line."""
    return [mark["y"] for mark in job.marks if mark["series"] == series]


def said(job: ChartJob) -> str:
    """The labels from the top down."""
    labels = sorted(job.labels, key=lambda label: -float(str(label["y"])))
    return " ".join(str(label["text"]) for label in labels)


def test_each_line_is_drawn_with_its_gaps_and_named_at_its_end() -> None:
    """Lines keep their values, break where one is missing or absent, and are named by height."""
    first, second = points("2016-Q1", 1, 2, None, 4), points("2016-Q1", 9, 8, 7, 6)
    del second[2]
    job = lines(("Phone", first), ("Online", second))

    assert values(job, 0) == [1, 2, None, 4]
    assert values(job, 1) == [9, 8, None, 6]
    assert said(job) == "Online Phone"
    assert {key["series"]: key["y"] for key in job.keys} == {0: 4, 1: 6}
    assert job.y_domain == (0, 9)


def test_lines_of_different_ends_are_all_named_at_the_right() -> None:
    """A line that ended early is named at the height at which it ended."""
    job = lines(("Short", points("2016-Q1", 8, 7)), ("Long", points("2016-Q1", 1, 2, 3, 4)))
    ends = {label["text"]: (label["x"], label["y"]) for label in job.labels}

    assert ends["Short"][1] == 7
    assert ends["Short"][0] == ends["Long"][0]


def test_a_line_without_figures_is_left_out() -> None:
    """The others keep their colours; with no figure at all there is nothing to draw."""
    job = lines(("None", points("2016-Q1", None, None)), ("Some", points("2016-Q1", 1, 2)))

    assert {mark["series"] for mark in job.marks} == {1}
    assert said(job) == "Some"
    with pytest.raises(ValueError, match="no figure"):
        lines(("None", points("2016-Q1", None)))
    with pytest.raises(ValueError, match="no figure"):
        years(points("2017-01", None), [])


def test_five_lines_are_too_many() -> None:
    """A chart has as many series as there are colours."""
    with pytest.raises(ValueError, match="4 lines, not for 5"):
        lines(*[(str(i), points("2016-Q1", 1, 2)) for i in range(5)])


def test_a_year_lies_on_the_year_before() -> None:
    """Both years stand at the same months, named by their years, on an axis without years."""
    months = [float(i) for i in range(1, 13)]
    job = years(points("2016-10", *months), points("2015-10", *reversed(months)))
    places = {
        series: [mark["x"] for mark in job.marks if mark["series"] == series]
        for series in (0, CONTEXT)
    }

    assert places[0] == places[CONTEXT]
    assert values(job, 0) == months
    assert values(job, CONTEXT) == months[::-1]
    assert said(job) == "2016 to 2017 2015 to 2016"
    assert [words for _, words in job.x_ticks] in (["Oct", "Jan", "Apr", "Jul"], ["Oct", "Apr"])


def test_a_year_of_weeks_lies_on_the_52_weeks_before() -> None:
    """Weeks are compared as everywhere else, and a missing one leaves a gap."""
    now = points("2016-W01", *[5.0] * 52)
    before: Points = [(period.year_before, 4.0) for period, _ in now]
    before[3] = (before[3][0], None)
    job = years(now, before)

    assert [m["x"] for m in job.marks if m["series"] == 0] == [
        m["x"] for m in job.marks if m["series"] == CONTEXT
    ]
    assert values(job, CONTEXT)[3] is None


def test_a_calendar_year_is_named_once() -> None:
    """Not `2017 to 2017`."""
    job = years(points("2017-Q1", 1, 2, 3, 9), points("2016-Q1", 1, 2, 3, 4))

    assert said(job) == "2017 2016"


def test_a_stack_is_split_as_its_shares_are() -> None:
    """Shares lie on each other in the order of their names, from nothing to everything."""
    bars = list(zip(run("2016-Q1", 2), [(0.5, 0.3, 0.2), (0.1, 0.2, 0.7)], strict=True))
    job = stack_job("a.svg", "Title", "Words", bars, ("Low", "Middle", "High"), ENGLISH)
    ends = [mark["y1"] for mark in job.marks]

    assert ends == pytest.approx([0.5, 0.8, 1, 0.1, 0.3, 1])
    assert [mark["series"] for mark in job.marks] == [0, 1, 2, 0, 1, 2]
    assert said(job) == "High Middle Low"
    assert job.y_ticks[-1] == (1.0, "100%")


@given(stack_jobs())
def test_every_bar_of_a_stack_is_whole(job: ChartJob) -> None:
    """Whatever the shares, segments touch, and end at 1 as nearly as shares add up."""
    for start in {mark["x"] for mark in job.marks}:
        mine = [mark for mark in job.marks if mark["x"] == start]
        assert mine[0]["y"] == 0
        assert mine[-1]["y1"] == pytest.approx(1)
        assert all(a["y1"] == b["y"] for a, b in pairwise(mine))


def test_a_stack_without_a_share_for_each_name_is_refused() -> None:
    """Neither too few, nor more than there are colours."""
    for shares, names in (((1.0,), ("A", "B")), ((0.2,) * 5, tuple("ABCDE"))):
        with pytest.raises(ValueError, match="up to 4"):
            stack_job("a", "b", "c", [(Period.parse("2016"), shares)], names, ENGLISH)
    with pytest.raises(ValueError, match="up to 4"):
        stack_job("a", "b", "c", [], ("A",), ENGLISH)


def test_a_journey_has_a_bar_for_each_step() -> None:
    """Bars are as long as their figures, in their order from the top, and each is named."""
    steps = [("Start", 2000.0), ("Middle", 1000.0), ("End", 0.0)]
    job = journey_job("a.svg", "Title", "Words", steps, ENGLISH)
    lengths = [float(str(mark["x1"])) for mark in job.marks]

    assert lengths == pytest.approx([lengths[0], lengths[0] / 2, 0])
    assert said(job) == "Start 2,000 Middle 1,000 End 0"
    tops = [float(str(mark["y1"])) for mark in job.marks]
    assert tops == sorted(tops, reverse=True)


@given(journey_jobs())
def test_a_journey_grows_with_its_steps(job: ChartJob) -> None:
    """Each step takes the same height."""
    assert job.height == 10 + 48 * len(job.marks)


@pytest.mark.parametrize("number", [0, 9])
def test_a_journey_of_too_many_steps_is_refused(number: int) -> None:
    """Eight are as many as anybody reads."""
    with pytest.raises(ValueError, match="1 to 8 steps"):
        journey_job("a", "b", "c", [("Step", 1.0)] * number, ENGLISH)


def test_a_treemap_has_its_largest_item_first() -> None:
    """Items are sorted; nothing and less than nothing have no box."""
    items = [("Small", 1.0), ("Large", 5.0), ("None", 0.0), ("Less", -1.0)]
    job = treemap_job("a.svg", "Title", "Words", items, ENGLISH, MeasureKind.COUNT)

    assert [item.value for item in job.items] == [5, 1]
    assert job.items[0].labels[0].lines == ("Large", "5")
    with pytest.raises(ValueError, match="nothing to draw"):
        treemap_job("a", "b", "c", [("None", 0.0)], ENGLISH, MeasureKind.COUNT)


def test_a_label_of_a_treemap_says_as_much_as_it_can() -> None:
    """First the whole name with its figure, last a piece of its first word."""
    job = treemap_job(
        "a", "b", "c", [("Income Tax Self Assessment", 5.0)], ENGLISH, MeasureKind.COUNT
    )
    lines = [label.lines for label in job.items[0].labels]

    assert lines[0] == ("Income Tax Self Assessment", "5")
    assert lines.index(("Income Tax", "Self", "Assessment")) < lines.index(("Income Tax…", "5"))
    assert ("Income…",) in lines
    broken = [each for each in lines if each[0].startswith("Inco") and "Income" not in each[0]]
    assert not broken or lines.index(broken[0]) > lines.index(("Income…",))
    for label in job.items[0].labels:
        assert label.width == max(text_width(line, 16) for line in label.lines)


@given(
    st.text(min_size=1, max_size=200),
    st.text(max_size=100),
    st.lists(st.text("abcdef 123", max_size=90), max_size=5),
)
@example("Vehicle tax and more " * 12, "DVLA", ["3.29m transactions"] * 5)
def test_nothing_leaves_a_card(name: str, organisation: str, words: list[str]) -> None:
    """However long the name, its lines fit, and those below it too."""
    job = card_job("a.jpg", name, organisation, words, "Performance")

    assert len(job.name) <= 3
    assert len(job.name) + len(job.lines) <= 5
    assert all(text_width(line, 64, bold=True) <= 1056 for line in job.name)
    assert all(text_width(line, 40) <= 1056 for line in job.lines)
    # The last line of words ends above the site's name.
    assert 210 + (len(job.name) * 64 + max(len(job.lines) - 1, 0) * 40) * 1.2 <= 630 - 48 - 36


def test_a_card_says_what_it_is_given() -> None:
    """Names are escaped, wrapped and shortened; all words are there."""
    job = card_job(
        "a.jpg", "Vehicle tax & more " * 12, "DVLA", ["3.29m transactions", "88% digital"], "Site"
    )
    svg = card_svg(job, STYLE)

    assert len(job.name) == 3
    assert job.name[-1].endswith("…")
    assert "Vehicle tax &amp; more" in svg
    for words in ("DVLA", "3.29m transactions", "88% digital", "Site"):
        assert f">{words}</text>" in svg
    assert (job.width, job.height) == (600, 315)
    assert 'width="600" height="315"' in svg
