"""Pictures for tests: one of every kind, and made-up data of every kind for hypothesis."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from helpers import worked
from perfsite.charts.draw import card_job
from perfsite.charts.jobs import (
    bars_job,
    journey_job,
    line_job,
    lines_job,
    stack_job,
    treemap_job,
    years_job,
)
from perfsite.charts.pictures import ChartJob, Job, Line, TargetLine, TreemapJob
from perfsite.charts.series import Point, Series
from perfsite.kpis import TAKE_UP, VOLUME
from perfsite.language import Language
from perfsite.measures import MeasureKind
from perfsite.model import Status
from perfsite.periods import Period
from perfsite.tokens import parse_tokens

SVG = "{http://www.w3.org/2000/svg}"
TOKENS = Path(__file__).parents[1] / "templates" / "tokens.toml"
STYLE = parse_tokens(TOKENS.read_text(encoding="utf-8")).chart
ENGLISH = Language("en-GB")
WORDS = ('<1% & "more"', "Transactions by quarter, A & B")

QUARTERS = """
    period  transactions transactions:digital cost_per_transaction
    2015-Q1 1000000      400000               0.82
    2015-Q2 [x]          500000               0.80
    2015-Q3 1200000      0                    [x]
    2016-Q1 1400000      1500000              0.70
    2016-Q2 0            0                    0.65
    2016-Q3 900000       450000               0.60
    2016-Q4 950000       500000               0.55
    """

Points = tuple[tuple[Period, float | None], ...]


def run(start: str, number: int) -> list[Period]:
    """Periods in a row, from the one with this code on."""
    first = Period.parse(start)
    return [first.shifted(i * first.count) for i in range(number)]


@cache
def chart_samples() -> dict[str, ChartJob]:
    """A chart of every kind, by its name."""
    made = worked(QUARTERS)
    months = run("2016-01", 24)
    zero = worked("period transactions\n2016 0\n2017 0").chart("transactions")
    values = [float(i * i % 17 + 3) for i in range(24)]
    shares = [(0.4 + i / 100, 0.3, 0.2, 0.1 - i / 100) for i in range(8)]
    names = ("Very satisfied", "Satisfied", "Neither satisfied nor dissatisfied", "Dissatisfied")
    steps = [("Start", 1234.0), ("Details of everybody in the household", 900.0), ("Done", 0.0)]
    jobs = [
        bars_job("bars.svg", *WORDS, made.chart("transactions"), ENGLISH),
        line_job("share.svg", *WORDS, made.chart("digital_take_up"), ENGLISH),
        line_job("cost.svg", *WORDS, made.chart("cost_per_transaction"), ENGLISH),
        bars_job("zero.svg", *WORDS, zero, ENGLISH),
        bars_job(
            "bars-target.svg",
            *WORDS,
            made.chart("transactions"),
            ENGLISH,
            TargetLine(1.1e6, "Target 1.1m"),
        ),
        line_job(
            "share-target.svg",
            *WORDS,
            made.chart("digital_take_up"),
            ENGLISH,
            TargetLine(0.8, "Target 80%"),
        ),
        lines_job(
            "lines.svg",
            *WORDS,
            [
                Line(name, tuple((p, v + i) for p, v in zip(months, values, strict=True)))
                for i, name in enumerate(("Online", "Phone", "Paper form or post", "In person"))
            ],
            MeasureKind.COUNT,
            ENGLISH,
        ),
        stack_job(
            "stack.svg", *WORDS, list(zip(run("2015-Q1", 8), shares, strict=True)), names, ENGLISH
        ),
        years_job(
            "years.svg",
            *WORDS,
            list(zip(months[12:], values[12:], strict=True)),
            list(zip(months[:12], values[:12], strict=True)),
            ENGLISH,
            MeasureKind.COUNT,
        ),
        journey_job("journey.svg", *WORDS, steps, ENGLISH),
    ]
    return {job.path.removesuffix(".svg"): job for job in jobs}


NAMES = ("Vehicle tax", "Stamp Duty Reserve Tax", "Income Tax Self Assessment", "SORN", "MOT")


def samples() -> list[Job]:
    """A picture of every kind."""
    items = [(f"{NAMES[i % 5]}", 1e7 / (i + 1) ** 1.3) for i in range(30)]
    tree = treemap_job("tree.svg", *WORDS, items, ENGLISH, MeasureKind.COUNT)
    card = card_job("card.jpg", "Vehicle tax & more", "DVLA", ["3.29m transactions"], "Performance")
    return [*chart_samples().values(), tree, card]


def texts(svg: str) -> list[ET.Element]:
    """Every piece of text that is seen."""
    root = ET.fromstring(svg)  # noqa: S314 - our own file
    return [item for item in root.iter(f"{SVG}text") if "".join(item.itertext()).strip()]


def point(period: Period, value: float | None, part: float | None) -> Point:
    """A point with a value and its digital part, and nothing to compare it with."""
    return Point(
        period=period,
        value=value,
        numerator=part,
        denominator=None,
        before=None,
        previous=None,
        status=Status.NOT_PROVIDED if value is None else Status.PROVIDED,
    )


numbers = st.one_of(
    st.just(0.0),
    st.integers(0, 10**12).map(float),
    st.floats(1e-9, 1e15, allow_nan=False, allow_infinity=False),
)
shares = st.one_of(st.sampled_from([0.0, 1.0, 1e-9]), st.floats(0, 1))
words = st.text("abcdefgh mnoprst ", min_size=1, max_size=40).map(lambda text: f"N{text.strip()}")
starts = st.sampled_from(["2015-W02", "2015-01-05", "2015-01", "2015-Q1", "2015-07/2016-06"])


@st.composite
def point_runs(draw: st.DrawFn, values: st.SearchStrategy[float], most: int = 30) -> Points:
    """Figures of periods in a row, at least one of them given."""
    periods = run(draw(starts), draw(st.integers(1, most)))
    given = [draw(st.none() | values) for _ in periods]
    given[draw(st.integers(0, len(given) - 1))] = draw(values)
    return tuple(zip(periods, given, strict=True))


@st.composite
def chart_series(draw: st.DrawFn) -> Series:
    """Transactions, cost or take-up of some periods."""
    kpi = draw(st.sampled_from([VOLUME, "cost_per_transaction", TAKE_UP]))
    found = draw(point_runs(shares if kpi == TAKE_UP else numbers))
    points = tuple(point(period, value, draw(st.none() | numbers)) for period, value in found)
    first = found[0][0]
    return Series(kpi, first.unit, first.count, points, main=True)


@st.composite
def one_series_jobs(draw: st.DrawFn) -> ChartJob:
    """Bars or a line, with or without a target."""
    series = draw(chart_series())
    make = bars_job if series.has_bars else line_job
    target = st.builds(TargetLine, shares if series.kind is MeasureKind.SHARE else numbers, words)
    return make("a.svg", *WORDS, series, ENGLISH, draw(st.none() | target))


@st.composite
def lines_jobs(draw: st.DrawFn) -> ChartJob:
    """One to four lines, or a year on another."""
    kind = draw(
        st.sampled_from(
            [MeasureKind.COUNT, MeasureKind.CURRENCY, MeasureKind.SHARE, MeasureKind.MILLISECONDS]
        )
    )
    values = shares if kind is MeasureKind.SHARE else numbers
    if draw(st.booleans()):
        start, number = draw(st.sampled_from([("2016-W02", 52), ("2016-04", 12), ("2016-Q1", 4)]))
        given = st.lists(st.none() | values, min_size=number, max_size=number)
        periods = run(start, number)
        now, before = draw(given), draw(given)
        now[-1] = draw(values)
        return years_job(
            "a.svg",
            *WORDS,
            list(zip(periods, now, strict=True)),
            [(p.year_before, value) for p, value in zip(periods, before, strict=True)],
            ENGLISH,
            kind,
        )
    lines = draw(st.lists(st.builds(Line, words, point_runs(values)), min_size=1, max_size=4))
    return lines_job("a.svg", *WORDS, lines, kind, ENGLISH)


@st.composite
def stack_jobs(draw: st.DrawFn) -> ChartJob:
    """Bars of one to four shares that make up a whole."""
    number = draw(st.integers(1, 4))
    bars = []
    for period in run(draw(starts), draw(st.integers(1, 30))):
        weights = [draw(shares) for _ in range(number)]
        whole = sum(weights)
        even = (1 / number,) * number
        bars.append((period, tuple(w / whole for w in weights) if whole else even))
    names = [draw(words) for _ in range(number)]
    return stack_job("a.svg", *WORDS, bars, names, ENGLISH)


@st.composite
def journey_jobs(draw: st.DrawFn) -> ChartJob:
    """One to eight steps."""
    steps = draw(st.lists(st.tuples(words, numbers), min_size=1, max_size=8))
    return journey_job("a.svg", *WORDS, steps, ENGLISH)


chart_jobs = st.one_of(one_series_jobs(), lines_jobs(), stack_jobs(), journey_jobs())


@st.composite
def treemap_jobs(draw: st.DrawFn) -> TreemapJob:
    """One to thirty items, at least one of them above zero."""
    items = draw(st.lists(st.tuples(words, numbers), max_size=29))
    items.append((draw(words), draw(st.floats(1e-9, 1e12))))
    return treemap_job("a.svg", *WORDS, items, ENGLISH, MeasureKind.COUNT)
