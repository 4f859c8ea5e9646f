from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.errors import BuildError
from perfsite.exports import tables as export_tables
from perfsite.exports.columns import (
    OBSERVATIONS,
    PART_ABOVE_WHOLE,
    PERIOD_PATTERN,
    REGISTER,
    STATES,
    STATUSES,
    DataColumn,
    group_columns,
    health_columns,
    kpi_columns,
)
from perfsite.exports.tables import table_of, tables, tables_of_folders
from perfsite.kpi.reporting import State
from perfsite.model import REGISTER_COLUMNS, Status
from perfsite.periods import Period, Unit
from perfsite.validate.values import MARKS
from small_site import rows_of, small_site

if TYPE_CHECKING:
    from collections.abc import Sequence

units = st.sampled_from(Unit)
SET = tables()
TABLES = {**SET, **tables_of_folders()}


def names(columns: Sequence[DataColumn]) -> tuple[str, ...]:
    """The names of columns."""
    return tuple(column.name for column in columns)


def test_the_columns_are_those_that_the_pages_write() -> None:
    """What is described is what the data files are made of."""
    assert names(REGISTER) == REGISTER_COLUMNS
    assert names(OBSERVATIONS) == export_tables.OBSERVATION_COLUMNS
    assert names(kpi_columns()) == export_tables.KPI_COLUMNS
    assert names(group_columns("agency", ""))[1:] == export_tables.GROUP_COLUMNS
    assert names(health_columns()) == ("service", "kpi", "period", "state")
    assert export_tables.ALL_CSV in SET


def test_the_words_are_those_that_the_stages_use() -> None:
    """Every status, mark and state is described, and no other."""
    status = next(column for column in OBSERVATIONS if column.name == "status")

    assert [word for word, _ in STATUSES] == list(Status)
    assert [word for word, _ in STATES] == list(State)
    assert {word for word, _ in status.words} >= {*MARKS.values(), PART_ABOVE_WHOLE}
    for mark in MARKS.values():
        assert re.fullmatch(status.form, f"provided {mark} {PART_ABOVE_WHOLE}")
    assert not re.fullmatch(status.form, "not_provided provisional")


@pytest.mark.parametrize("path", [path for path in small_site() if path.endswith(".csv")])
def test_every_csv_file_of_the_site_is_described(path: str) -> None:
    """Each CSV file has the header of its description, and no two rows with one key."""
    table = table_of(path)
    content = small_site()[path]
    keys = [tuple(row[name] for name in table.key) for row in rows_of(content)]

    assert content.decode().split("\r\n", 1)[0] == ",".join(table.header)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("path", ["data/other.csv", "services/full/other.csv", "services/full.svg"])
def test_a_file_that_nobody_described_stops_the_build(path: str) -> None:
    """An unknown CSV file is an error of perfsite, and the message says where to mend it."""
    with pytest.raises(BuildError, match=r"other|full.*perfsite\.exports\.tables"):
        table_of(path)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_described_in_full(name: str) -> None:
    """Each column has a name of its own and a description, and the key is made of columns."""
    table = TABLES[name]

    assert len(set(table.header)) == len(table.header)
    assert set(table.key) <= set(table.header)
    assert not table.service or table.service in table.header
    assert all(column.description for column in table.columns)
    assert not any(column.description.endswith(".") for column in (*REGISTER, *OBSERVATIONS))


@given(units, st.integers(0, 3000), st.integers(1, 400))
def test_every_period_has_the_form_described(unit: Unit, later: int, count: int) -> None:
    """The code of any period matches the pattern that the metadata give."""
    first = {Unit.DAY: 726_468, Unit.WEEK: 103_781, Unit.MONTH: 1990 * 12}[unit]
    period = Period(unit, first + later, count)

    assert re.fullmatch(PERIOD_PATTERN, period.code)


@pytest.mark.parametrize("text", ["", "2017-7", "2017-Q5", "2017-W1", "17", "2017/", "2017-07-1"])
def test_what_is_no_period_has_not_the_form(text: str) -> None:
    """The pattern refuses what `Period` refuses."""
    assert not re.fullmatch(PERIOD_PATTERN, text)


def test_amounts_are_in_the_currency_of_the_site() -> None:
    """The unit of an amount is the site's currency, and other units are as they are."""
    units_of = {c.name: c.unit_in("EUR") for c in SET["data/services.csv"].columns}

    assert units_of["total_cost"] == "EUR"
    assert units_of["digital_take_up"] == "share from 0 to 1"
    assert units_of["name"] == ""
