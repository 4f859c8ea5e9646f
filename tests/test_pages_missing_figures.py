"""What a service's page says of given and missing figures is what the observations say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import worked
from perfsite.language import Language
from perfsite.measures import DIGITAL, MEASURES
from perfsite.model import Status
from perfsite.periods import Period
from perfsite.widgets.changes import figure_name
from properties import fewer
from service_pages import pages_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helpers import Worked
    from perfsite.components.elements import Cell, Table

ENGLISH: Final = Language("en-GB")
FIGURES: Final = (
    "transactions",
    "transactions:digital",
    "transactions:phone",
    "cost",
    "cost_per_transaction",
    "cost_per_transaction:digital",
    "started",
    "completed",
    "rating_1",
    "rating_5",
    "uptime",
)
PERIODS: Final = ("2016-Q4", "2017-Q1", "2017-Q2", "2017-Q4", "2017", "2017-11")
COLUMNS: Final[dict[str, tuple[str, Callable[[str], bool]]]] = {
    "All transactions": ("transactions", lambda _: True),
    "Digital": ("transactions", lambda channel: channel == "digital"),
    "Digital transactions": ("transactions", lambda channel: channel == "digital"),
    "Other channels": ("transactions", lambda channel: channel == "phone"),
    "Phone": ("transactions", lambda channel: channel == "phone"),
    "Total cost": ("cost", lambda _: True),
    "Started": ("started", lambda _: True),
    "Completed": ("completed", lambda _: True),
    "Very dissatisfied": ("rating_1", lambda _: True),
    "Very satisfied": ("rating_5", lambda _: True),
}
"""What each column is made of."""
CELLS: Final = st.sampled_from(["", "", "n", "n", "n", "n[r]", "n[p]", "0", "[x]", "[z]", "[c]"])
Shown = tuple[str, str, str, "Cell"]
"""The period of a row, the words under it, a column, and the cell."""
tables = st.dictionaries(
    st.tuples(st.sampled_from(PERIODS), st.sampled_from(FIGURES)), CELLS, min_size=1, max_size=40
)


def submitted(cells: dict[tuple[str, str], str]) -> Worked:
    """Figures of one service: `n` is another number each time, so that none stands for another."""
    rows = ["period measure channel value"]
    for number, ((period, figure), cell) in enumerate(sorted(cells.items())):
        if cell:
            measure, _, channel = figure.partition(":")
            value = cell.replace("n", str(1009 + 17 * number))
            rows.append(f"{period} {measure} {channel or '_'} {value}")
    return worked("\n".join(rows))


def tables_of(made: Worked) -> list[Table]:
    """The tables of the figures over time."""
    return [figure.table for figure in pages_of(made).page.figures]


def cells_of(made: Worked) -> Iterator[Shown]:
    """What each row of these tables shows."""
    for table in tables_of(made):
        for row in table.rows:
            for column, cell in zip(table.columns[1:], row.cells, strict=True):
                yield row.header, row.under, column.text, cell


def numbers(made: Worked) -> list[tuple[str, str, str, float, str]]:
    """Measure, channel, period in words, number and marks of all that was given."""
    frame = made.observations[made.observations["value"].notna()]
    rows = zip(
        *(frame[name] for name in ("measure", "channel", "period", "value", "marks")), strict=True
    )
    return [
        (measure, channel, ENGLISH.period_range(Period.parse(period)), value, marks)
        for measure, channel, period, value, marks in rows
    ]


_HALF_A_PENNY: Final = 0.005
"""How far a cost per transaction may be off that was given to the penny."""


def written(measure: str, value: float) -> set[str]:
    """How a number may stand in a cell."""
    kind = MEASURES[measure].kind
    known = {ENGLISH.figure(value, kind, uncertain) for uncertain in (0.0, _HALF_A_PENNY)}
    return {ENGLISH.count(value), ENGLISH.full_figure(value, kind), *known}


@fewer(5, because="each example makes the page of a service, with all its tables")
@given(tables)
@example(
    {
        ("2016-Q4", "transactions"): "n",
        ("2017-Q1", "transactions:phone"): "[c]",
        ("2017-Q2", "transactions"): "n",
    }
)
def test_a_page_shows_what_was_given_and_nothing_else(cells: dict[tuple[str, str], str]) -> None:
    """Every figure, no cell without data that has some, and marks; one page serves all three."""
    made = submitted(cells)
    on_the_page = list(cells_of(made))

    every_figure_that_was_given_stands_on_the_page(made, on_the_page)
    a_cell_without_data_has_no_observation(made, on_the_page)
    marks_stand_at_the_figures_that_have_them(made, on_the_page)


def every_figure_that_was_given_stands_on_the_page(made: Worked, on_the_page: list[Shown]) -> None:
    """In a row of its period, in full or rounded; whether or not a figure can be made of it."""
    shown: dict[str, set[str]] = {}
    for period, _, _, cell in on_the_page:
        shown.setdefault(period, set()).update({cell.text, cell.full})

    for measure, _, period, value, _ in numbers(made):
        assert written(measure, value) & shown.get(period, set()), (measure, period, value)


def a_cell_without_data_has_no_observation(made: Worked, on_the_page: list[Shown]) -> None:
    """Neither a number nor a secret stands behind `no data`; `incomplete` lacks only a part."""
    frame = made.observations
    for period, _, column, cell in on_the_page:
        if column not in COLUMNS or not cell.missing or not cell.text:
            continue
        measure, belongs = COLUMNS[column]
        mine = frame[
            (frame["measure"] == measure)
            & frame["channel"].map(belongs).astype(bool)
            & (frame["period"].map(Period.parse).map(ENGLISH.period_range) == period)
        ]
        statuses = set(mine["status"])
        if cell.text == "no data":
            assert not statuses & {Status.PROVIDED, Status.CONFIDENTIAL}, (period, column)
        # Where nothing was given of a part, the whole says why for it.
        of_period = frame["period"].map(Period.parse).map(ENGLISH.period_range) == period
        whole = set(frame.loc[(frame["measure"] == measure) & of_period, "status"])
        if cell.text == "not applicable":
            assert statuses <= {Status.NOT_APPLICABLE}
            assert Status.NOT_APPLICABLE in whole
        if cell.text == "confidential":
            assert Status.CONFIDENTIAL in statuses | whole


def marks_stand_at_the_figures_that_have_them(made: Worked, on_the_page: list[Shown]) -> None:
    """A number that was marked has its mark wherever it stands, and a plain one has none."""
    given_as = {
        (measure, period, text): marks
        for measure, _, period, value, marks in numbers(made)
        if value
        for text in written(measure, value)
    }
    names = {
        figure_name(measure, channel, MEASURES, ENGLISH): measure
        for measure, _, channel in (figure.partition(":") for figure in FIGURES)
    }
    columns = {column: measure for column, (measure, _) in COLUMNS.items()}
    columns["Cost per transaction"] = "cost_per_transaction"
    seen = 0
    for period, under, column, cell in on_the_page:
        measure = names.get(under) if column == "Figure" else columns.get(column)
        marks = given_as.get((measure or "", period, cell.text))
        if marks is not None and column != "Other channels":
            assert cell.note == " ".join(f"[{mark}]" for mark in marks)
            seen += 1
    assert seen or not given_as


@pytest.mark.parametrize(
    ("rows", "kpi", "value", "notes"),
    [
        (
            "\n".join(f"2017-{month:02} cost _ 10" for month in range(1, 12)),
            "Total cost",
            "Incomplete",
            (
                "No figure for a whole year can be made of what Ministry gave",
                "Cost: given for 11 periods, the first Jan 2017, the last Nov 2017",
            ),
        ),
        (
            "2017 cost_per_transaction _ 100",
            "Total cost",
            "Incomplete",
            (
                "No figure for a whole year can be made of what Ministry gave",
                "Cost per transaction: given for 2017",
            ),
        ),
        (
            "2017 rating_1 _ 10",
            "User satisfaction",
            "Incomplete",
            (
                "No figure can be made of what Ministry gave",
                "Very dissatisfied: given for 2017",
            ),
        ),
        (
            "2017 transactions _ 0\n2017 transactions digital 0",
            "Digital take-up",
            "Not defined",
            (
                "All that it would be divided by is 0, so there is no such figure.",
                "Digital transactions: given for 2017",
            ),
        ),
        ("2017 transactions _ 5", "Total cost", "No data", ("Not provided by Ministry",)),
    ],
)
def test_a_card_denies_only_what_was_not_given(
    rows: str, kpi: str, value: str, notes: tuple[str, ...]
) -> None:
    """What a KPI is made of is told where it was given and no figure comes of it."""
    page = pages_of(worked(f"period measure channel value\n{rows}")).page
    card = next(card for card in page.cards if card.name == kpi)

    assert (card.value, card.notes) == (value, notes)


def test_only_a_service_that_gave_nothing_is_said_to_be_silent() -> None:
    """One month of a cost is a figure; [x] is none, and [c] says that there is one."""
    said = "This service is in the register, but no figures were provided for it."
    for cell, silent in (("10", False), ("[x]", True), ("[c]", False)):
        page = pages_of(worked(f"period cost\n2017-01 {cell}")).page
        assert (said in page.notices) is silent


def test_a_figure_a_year_before_is_told_across_a_break() -> None:
    """There is nothing to compare with, and still there was a figure."""
    rows = "\n".join(
        f"{year}-{month:02} {100 + month}{'[b]' if (year, month) == (2017, 1) else ''}"
        for year in (2015, 2016, 2017)
        for month in range(1, 13)
        if (year, month) <= (2017, 3)
    )
    made = worked(f"period transactions\n{rows}")
    table = next(one for one in tables_of(made) if "a year before" in one.caption)
    row = next(row for row in table.rows if row.header == "Mar 2017")

    assert [cell.text for cell in row.cells] == ["103", "103", ""]


def test_many_other_figures_are_counted() -> None:
    """Twelve of each kind stand on the page, and how many are left is said."""
    rows = "\n".join(f"{year} cost_per_transaction digital 1{year}" for year in range(2000, 2015))
    pages = pages_of(worked(f"period measure channel value\n{rows}"))
    figure = next(one for one in pages.page.figures if one.anchor == "chart-other-figures")

    assert len(figure.table.rows) == 12
    assert figure.table.rows[0].header == "Jan to Dec 2014"
    assert "3 more such figures" in figure.note


def test_digital_transactions_that_are_no_share_are_shown() -> None:
    """The total leaves out the post, so there is no take-up; the counts stand all the same."""
    made = worked(
        """
        period  transactions transactions:digital transactions:phone transactions:post
        2017-Q1 100          60                   40                 [x]
        2017-Q2 100          60                   40                 0
        """
    )
    assert made.part(DIGITAL, "2017-Q1") == "not_provided"
    found = {
        (period, column): cell.text
        for period, _, column, cell in cells_of(made)
        if column in {"Digital transactions", "All transactions"}
    }
    assert found["Jan to Mar 2017", "Digital transactions"] == "60"
    assert found["Jan to Mar 2017", "All transactions"] == "100"


def test_a_gap_of_a_rate_says_that_a_side_is_secret() -> None:
    """No rate stands for the quarter, and `no data` would deny what was given for it."""
    cells = {
        (period, figure): "n"
        for period in ("2016-Q4", "2017-Q2")
        for figure in ("started", "completed")
    }
    made = submitted({**cells, ("2017-Q1", "started"): "[c]"})
    shown = [cell.text for period, _, _, cell in cells_of(made) if period == "Jan to Mar 2017"]

    assert shown == ["confidential", "", "", "", ""]
