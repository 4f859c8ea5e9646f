"""A problem names the row of the figure that it blames, in files with a row for each figure."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import csv_source, one_service_register
from perfsite.config import SiteConfig
from perfsite.kpi.figures import work_out
from perfsite.kpi.inputs import resolve
from perfsite.measures import RATINGS
from perfsite.periods import Period
from perfsite.validate.consistency import check_consistency
from perfsite.validate.observations import read_observations
from perfsite.validate.rules import check_series
from properties import fewer

Figure = tuple[str, str, str]
"""Period, measure and channel."""
CHANNELS = ("", "online", "web", "phone")
PERIODS = ("2016", *(f"2016-Q{q}" for q in range(1, 5)), *(f"2016-{m:02d}" for m in range(1, 13)))
MEASURES = ("transactions", "started", "completed", *RATINGS)
RATES = ("digital_take_up", "completion_rate")
values = st.one_of(st.just("[x]"), st.integers(0, 40).map(str))
figures = st.tuples(st.sampled_from(PERIODS), st.sampled_from(MEASURES), st.sampled_from(CHANNELS))
rates = st.tuples(st.sampled_from(PERIODS), st.sampled_from(RATES), st.just(""))


def problems_of(table: dict[Figure, str]) -> list[tuple[str, int, str, str, str]]:
    """The problems of figures, a row each: code, row, column, period and what was found."""
    lines = ["period,measure,channel,value"]
    lines += [",".join((*figure, value)) for figure, value in table.items()]
    config, services = SiteConfig(), one_service_register()
    source = csv_source("\n".join(lines).replace(",,", ",_,").replace(",", " "))
    observations, found = read_observations([source], services, config)
    parts = resolve(observations, config)
    found += check_consistency(observations, parts, config.digital_channels)[1]
    made = work_out(parts, observations, config)
    found += made.problems
    found += check_series(
        observations, parts, made.windows, services, config.checks, date(2018, 1, 1)
    )
    return [(p.code, p.row, p.column, p.period, p.found) for p in found if p.code[:3] == "PS2"]


def within(inner: str, outer: str) -> bool:
    """Whether a period lies within another."""
    one, other = Period.parse(inner), Period.parse(outer)
    return other.start <= one.start and one.end <= other.end


TOO_MUCH_ONLINE = {
    ("2016", "transactions", ""): "10",
    ("2016", "transactions", "phone"): "3",
    ("2016", "transactions", "online"): "12",
}
NO_RATING = {
    ("2016", rating, ""): "[x]" if rating == "rating_3" else "4" for rating in reversed(RATINGS)
}
SUMS_OF_MONTHS = {
    **{(f"2016-{m:02d}", "completed", "online"): "20" for m in range(1, 13)},
    **{(f"2016-{m:02d}", "started", "online"): "10" for m in range(1, 13)},
    **{(f"2016-Q{q}", "completed", "phone"): "20" for q in range(1, 5)},
    **{(f"2016-Q{q}", "started", "phone"): "10" for q in range(1, 5)},
}


@fewer(2, because="each example is worked out from its rows to its groups")
@given(
    st.lists(
        st.tuples(st.one_of(figures, figures, figures, rates), values), min_size=2, max_size=60
    ).map(dict)
)
@example(TOO_MUCH_ONLINE)
@example(NO_RATING)
@example(SUMS_OF_MONTHS)
def test_a_problem_names_the_row_of_the_figure_that_it_blames(table: dict[Figure, str]) -> None:
    """The row is of the measure and channel of the column, and of the period or within it."""
    rows = list(table)
    for code, row, column, period, found in problems_of(table):
        if not row:
            continue
        mine = rows[row - 2]
        lacks = re.match(r"no (rating_\d)", found) if code == "PS207" else None
        if lacks and (mine[0], lacks[1], mine[2]) not in table:
            # What is not in the file has no row: then it is one of the answers beside it.
            assert mine[1] in RATINGS
            continue
        measure, _, channel = column.partition(":")
        assert mine[1] == measure
        if period:
            assert within(mine[0], period), (code, found)
        value = table[mine]
        if mine[2] != channel:
            # No row has a figure that was added up: it is one of those that it was added up from.
            assert code in {"PS201", "PS202", "PS204", "PS207"}
            assert table.get((mine[0], measure, ""), "[x]") == "[x]"
            assert value != "[x]"
        elif lacks:
            assert value == "[x]"
        elif code in {"PS202", "PS203", "PS205", "PS209", "PS210"}:
            assert re.search(rf"(?<![\d.]){re.escape(value)}(?![\d.])", found), (code, found)
        elif code != "PS206":
            assert value != "[x]", (code, found)


@pytest.mark.parametrize(
    ("table", "code", "row", "column"),
    [
        (TOO_MUCH_ONLINE, "PS201", 4, "transactions:online"),
        (TOO_MUCH_ONLINE, "PS203", 2, "transactions"),
        (NO_RATING, "PS207", 4, "rating_3"),
        (SUMS_OF_MONTHS, "PS201", 2, "completed"),
    ],
)
def test_the_row_is_that_of_the_part_not_of_the_total(
    table: dict[Figure, str], code: str, row: int, column: str
) -> None:
    """Cases by hand: the part above its whole, the total that is no sum, the rating that lacks."""
    found = [(each[1], each[2]) for each in problems_of(table) if each[0] == code]

    assert (row, column) in found
