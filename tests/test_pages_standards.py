"""Service standards on a service's page: what is promised, the target, and what was met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers import worked
from perfsite.charts.breakdowns import collect_breakdowns
from perfsite.config import parse_config
from perfsite.kpi.standards import Standard, collect_standards, declared
from perfsite.model import Status
from perfsite.widgets.frame import Subject
from perfsite.widgets.standards import standards_widget
from service_pages import builder_of, texts

if TYPE_CHECKING:
    from helpers import Worked
    from perfsite.widgets.frame import Widget

SETTINGS = """
[measures.promise_target]
name = "Target"
kind = "share"
aggregation = "none"
[measures.promise_met]
name = "Met"
kind = "count"
aggregation = "none"
[measures.promise_volume]
name = "All"
kind = "count"
aggregation = "none"
[measures.promise_target_met]
name = "Stated"
kind = "count"
aggregation = "none"
"""
CONFIG = parse_config(SETTINGS)
HEADER = "period measure channel value note"


def made_of(*rows: str) -> Worked:
    """Figures of standards, a row each; a note is one word."""
    return worked("\n".join([HEADER, *rows]), config=CONFIG)


def promise(channel: str, target: str, met: str, volume: str, period: str = "2017") -> list[str]:
    """The three rows of a standard, which promises its own name."""
    return [
        f"{period} promise_target {channel} {target} {channel.capitalize()}!",
        f"{period} promise_met {channel} {met} _",
        f"{period} promise_volume {channel} {volume} _",
    ]


def widget_of(made: Worked) -> Widget:
    """The widget of the only service."""
    breakdowns = collect_breakdowns(made.observations, made.parts, made.services, CONFIG)
    subject = Subject(made.services["alpha"], builder_of(CONFIG), breakdowns["alpha"])
    found = standards_widget(subject, collect_standards(made.observations, CONFIG)["alpha"])
    assert found is not None
    return found


def one(made: Worked) -> Standard:
    """The only standard."""
    (found,) = collect_standards(made.observations, CONFIG)["alpha"]
    return found


def test_a_standard_is_made_of_measures_that_belong_together() -> None:
    """A share `x_target` and the counts `x_met` and `x_volume` are one; any fewer are none."""
    assert declared(CONFIG) == ["promise"]
    assert declared(parse_config(SETTINGS.replace("promise_met", "promise_kept"))) == []
    assert declared(parse_config(SETTINGS.replace('"share"', '"number"'))) == []


@pytest.mark.parametrize(
    ("target", "met", "volume", "performance", "reached"),
    [
        ("0.9", "9", "10", 0.9, True),
        ("90%", "8", "10", 0.8, False),
        ("0.9", "0", "10", 0.0, False),
        ("0", "9", "10", 0.9, None),
        ("[x]", "9", "10", 0.9, None),
        ("0.9", "0", "0", Status.NOT_PROVIDED, None),
        ("0.9", "11", "10", Status.WITHHELD, None),
        ("0.9", "[x]", "10", Status.NOT_PROVIDED, None),
        ("0.9", "[z]", "[z]", Status.NOT_APPLICABLE, None),
        ("0.9", "9", "[c]", Status.CONFIDENTIAL, None),
    ],
)
def test_performance_is_a_count_over_a_count(
    target: str, met: str, volume: str, performance: float | Status, reached: bool | None
) -> None:
    """What was met is held against the target only where both are known and can be true."""
    standard = one(made_of(*promise("a", target, met, volume)))
    found = standard.performance

    assert (found.status if found.value is None else found.value) == performance
    assert standard.reached is reached


def test_a_page_shows_target_and_performance_of_each_standard() -> None:
    """The table has a row for each standard of the newest year, and the sentence counts them."""
    made = made_of(
        *promise("a", "0.9", "9", "10"),
        *promise("b", "0.9", "1", "10"),
        *promise("c", "[x]", "1", "10"),
        *promise("d", "0.9", "12", "10"),
        *promise("a", "0.9", "1", "10", "2016"),
    )
    figure = widget_of(made).figure

    assert figure.heading == "1 of 2 service standards were reached in 2017"
    assert texts(figure.table) == [
        ["Standard", "Target", "Performance", "Target reached"],
        ["A!", "90.0%", "90.0%", "yes"],
        ["B!", "90.0%", "10.0%", "no"],
        ["C!", "no data", "10.0%", ""],
        ["D!", "90.0%", "withheld", ""],
    ]
    assert [row.cells[1].note for row in figure.table.rows] == [
        "9 of 10 cases",
        "1 of 10 cases",
        "1 of 10 cases",
        "12 of 10 cases",
    ]
    assert figure.note.startswith("2 more standards have no target")
    assert "so no percentage is shown" in figure.note
    assert "Earlier periods" in figure.note
    assert "submissions/alpha.csv" in figure.source


def test_a_standard_without_figures_is_not_said_to_be_missed() -> None:
    """Where nothing can be told, the sentence says so."""
    figure = widget_of(made_of(*promise("a", "0.9", "[x]", "[x]"))).figure

    assert figure.heading.startswith("1 service standard: whether it was reached")


def test_a_service_without_standards_has_no_module() -> None:
    """Figures of other measures make no standards."""
    made = worked("period transactions\n2017 5", config=CONFIG)

    assert collect_standards(made.observations, CONFIG) == {}


@pytest.mark.parametrize(
    ("met", "volume", "stated", "cell", "note"),
    [
        ("9", "10", "1", "yes", ""),
        ("8", "10", "0", "no", ""),
        ("8", "10", "1", "yes as stated, no by the counts", ""),
        ("9", "10", "0", "no as stated, yes by the counts", ""),
        ("12", "10", "1", "yes", "stated, without counts that show it"),
        ("[x]", "[x]", "0", "no", "stated, without counts that show it"),
        ("9", "10", "[z]", "yes", ""),
        ("[x]", "10", "[x]", "", ""),
    ],
)
def test_what_the_source_says_of_a_target_is_shown(
    met: str, volume: str, stated: str, cell: str, note: str
) -> None:
    """Where it is not what the counts say both stand there; where these are silent, it alone."""
    rows = [*promise("a", "0.9", met, volume), f"2017 promise_target_met a {stated} _"]
    (row,) = widget_of(made_of(*rows)).figure.table.rows

    assert (row.cells[2].text, row.cells[2].note) == (cell, note)


def test_the_words_of_a_page_tell_what_is_stated_from_what_is_counted() -> None:
    """The sentence is of the counts; the note has what is only stated, and what is disputed."""
    rows = [
        *promise("a", "0.9", "9", "10"),
        *promise("b", "0.9", "8", "10"),
        *promise("c", "0.9", "12", "10"),
        *(f"2017 promise_target_met {channel} 1 _" for channel in "abc"),
    ]
    figure = widget_of(made_of(*rows)).figure
    only = widget_of(
        made_of(*promise("a", "0.9", "[x]", "[x]"), "2017 promise_target_met a 1 _")
    ).figure

    assert figure.heading == "1 of 2 service standards were reached in 2017"
    assert "Of one more standard it is stated whether it was reached" in figure.note
    assert "Of one standard another result is stated than its counts give" in figure.note
    assert only.heading == "1 of 1 service standard was reached in 2017, as stated"


@pytest.mark.parametrize(
    ("target", "met", "volume", "said"),
    [
        ("0.8", "4195", "5244", "79.996%"),
        ("0.9", "7973", "8859", "89.999%"),
        ("1", "51811", "51813", ">99.9%"),
        ("0.99", "64436", "65087", "98.9998%"),
        ("0.8", "4196", "5244", "80.02%"),
        ("0.8", "8", "10", "80.0%"),
        ("0.8", "7", "10", "70.0%"),
    ],
)
def test_digits_suffice_to_see_why_a_target_was_missed(
    target: str, met: str, volume: str, said: str
) -> None:
    """A share that would read like its target has as many decimals as tell the two apart."""
    (row,) = widget_of(made_of(*promise("a", target, met, volume))).figure.table.rows

    assert row.cells[1].text == said
