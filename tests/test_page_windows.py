"""One page, one window, or said: no sentence above a chart passes for what its card says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import EXAMPLE, example_register, example_sources, worked, worked_sources
from perfsite.config import parse_config
from perfsite.kpis import KPIS
from perfsite.pages.service import service_page
from properties import fewer
from service_pages import builder_of, figure_of, pages_of, records_of

if TYPE_CHECKING:
    from perfsite.components.contexts import ServicePage
    from perfsite.components.elements import Card, ChartFigure

UP = re.compile(r"more than a year before|up from |times as many as a year before")
DOWN = re.compile(r"(fewer|less) than a year before|down from ")
LACKS = re.compile(r"(Withheld|Confidential|Not applicable|Not provided) for [^.]+\. ")
OWN_WINDOW = re.compile(r"Latest (day|week|month|quarter|year|period): ")


def directions(text: str) -> set[str]:
    """Whether words say that something went up, or down."""
    return {way for way, words in (("up", UP), ("down", DOWN)) if words.search(text)}


def way_of(card: Card) -> set[str]:
    """The same of a card, by the sign of its change."""
    return {"+": {"up"}, "−": {"down"}}.get(card.change[:1], set())


def belongs(figure: ChartFigure, card: Card) -> bool:
    """Whether a figure is of the KPI of a card."""
    kpi = next(kpi for kpi in KPIS.values() if card.anchor == f"kpi-{kpi.slug}")
    slug = figure.anchor.removeprefix("chart-")
    return slug == kpi.chart or slug.startswith(f"{kpi.chart}-by-") or slug in kpi.companions


def faults(page: ServicePage) -> list[str]:
    """The headings of a page that could be taken for what its cards say, or hide what lacks."""
    found = []
    for figure in page.figures:
        first = figure.table.rows[0]
        lacks = LACKS.match(figure.heading)
        own = figure.heading[lacks.end() if lacks else 0 :]
        if figure.anchor.startswith(CHARTS) and first.cells[0].missing and ": with" not in own:
            found += [] if lacks else [f"lacks {figure.heading}"]
        for card in page.cards:
            if not belongs(figure, card):
                continue
            here, _, there = own.partition(". On the card: ")
            opposite = way_of(card) and directions(here) and way_of(card) != directions(here)
            if opposite and not (OWN_WINDOW.match(own) and way_of(card) == directions(there)):
                found.append(f"opposite: {card.change} | {figure.heading}")
            newest = next((row for row in figure.table.rows if not row.cells[0].missing), first)
            if (
                figure.anchor.startswith(CHARTS)
                and not newest.cells[0].missing
                and newest.header != card.period
                and not OWN_WINDOW.match(own)
            ):
                found.append(f"window: {card.period} | {figure.heading}")
    return found


CHARTS = tuple(f"chart-{kpi.chart}" for kpi in KPIS.values())
values = st.sampled_from(["[x]", "[c]", "0", "40", "50", "60", "100", "[z]"])
rows = st.lists(st.tuples(values, values, values), min_size=3, max_size=12)


@fewer(5, because="each example makes the page of a service, with all its tables")
@given(rows, st.sampled_from(["quarters", "months", "years"]))
@example([("100", "40", "50")] * 4 + [("50", "40", "40")] * 3 + [("60", "[x]", "[x]")], "quarters")
@example([("100", "40", "50"), ("100", "[c]", "[x]"), ("[x]", "40", "50")], "years")
def test_no_sentence_passes_for_its_card(found: list[tuple[str, str, str]], length: str) -> None:
    """Whatever a service gave: its own window is named, opposite directions are both said."""
    codes = {
        "quarters": [f"{2014 + i // 4}-Q{i % 4 + 1}" for i in range(len(found))],
        "months": [f"2016-{i + 1:02d}" for i in range(len(found))],
        "years": [str(2004 + i) for i in range(len(found))],
    }[length]
    lines = [" ".join((code, *cells)) for code, cells in zip(codes, found, strict=True)]
    made = worked("\n".join(["period transactions transactions:digital cost", *lines]))

    assert faults(pages_of(made).page) == []


QUARTERS = """
    period  transactions
    2015-Q1 100
    2015-Q2 100
    2015-Q3 100
    2015-Q4 10
    2016-Q1 50
    2016-Q2 50
    2016-Q3 50
    2016-Q4 30
    """


def test_opposite_directions_are_both_said() -> None:
    """The latest quarter rose thrice, the year fell: the sentence has both, each with its time."""
    heading = figure_of(pages_of(worked(QUARTERS)), "transactions").heading

    assert heading == (
        "Latest quarter: 30 transactions in October to December 2016, up from 10 a year before. "
        "On the card: 180 transactions in 2016, 42% fewer than a year before"
    )


def test_a_chart_says_first_what_its_newest_row_lacks() -> None:
    """Withheld, confidential and missing are told apart, before the last figure that there is."""
    for cells, said in (
        ("5 6", "Withheld"),
        ("[c] [c]", "Confidential"),
        ("[z] [z]", "Not applicable"),
        ("[x] [x]", "Not provided"),
    ):
        table = f"period transactions transactions:digital\n2016 10 4\n2017 10 5\n2018 {cells}"
        heading = figure_of(pages_of(worked(table)), "digital-take-up").heading
        assert heading.startswith(f"{said} for 2018. "), heading
        assert "50.0% of transactions were digital in 2017" in heading


def test_a_target_met_in_the_year_and_missed_in_the_quarter_is_said_of_both() -> None:
    """A card that says met and a chart that says missed name their windows."""
    config = parse_config("[targets.alpha]\ndigital_take_up = 0.5")
    table = "period transactions transactions:digital\n" + "\n".join(
        f"2016-Q{q} 100 {digital}" for q, digital in enumerate((60, 60, 60, 40), 1)
    )
    heading = figure_of(pages_of(worked(table, config=config)), "digital-take-up").heading

    assert "Latest quarter: 40.0%" in heading
    assert "which misses the target of 50%. On the card: 55.0%" in heading
    assert heading.endswith("which meets the target of 50%")


@pytest.mark.parametrize(
    "every", [pytest.param(9, id="some"), pytest.param(1, id="all", marks=pytest.mark.slow)]
)
def test_no_page_of_the_example_lets_a_sentence_pass_for_its_card(every: int) -> None:
    """The services of the example, each of their figures."""
    config = parse_config((EXAMPLE / "perfsite.toml").read_text("utf-8"))
    records = records_of(worked_sources(example_sources(), example_register(), config))
    builder = builder_of(config)
    pages = [service_page(builder, record).page for record in [*records.values()][::every]]
    wrong = {page.name: faults(page) for page in pages if faults(page)}

    assert sum(len(page.figures) for page in pages) > 1_000 / every
    assert wrong == {}
