from __future__ import annotations

import csv
import io
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from perfsite.errors import ConfigError, UsageError
from perfsite.importers.map_file import parse_map
from perfsite.importers.mapping import import_tables
from perfsite.importers.proposals import propose
from perfsite.model import Source

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.importers import Imported


def proposed(text: str, path: str = "visa.csv") -> tuple[str, Imported]:
    """What is proposed for a table, and what comes of it as it stands."""
    source = Source(path, text.encode())
    wanted = propose(source)
    return wanted, import_tables([source], parse_map(wanted, "MAP.toml"))


def rows(imported: Imported) -> list[list[str]]:
    """The rows of the one submission, less its header and its notes."""
    (text,) = (text for path, text in imported.texts.items() if path != "services.csv")
    return [row[:5] for row in csv.reader(io.StringIO(text))][1:]


def in_force(text: str) -> list[str]:
    """The lines of a proposal that are no comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_a_wide_table_of_ours_imports_at_once() -> None:
    """Measures by their own names, one service by the name of the file."""
    _, imported = proposed("period,transactions,transactions:digital\n2017-Q1,12,5\n2017-Q2,9,4\n")

    assert imported.problems == []
    assert rows(imported) == [
        ["visa", "2017-Q1", "transactions", "", "12"],
        ["visa", "2017-Q1", "transactions", "digital", "5"],
        ["visa", "2017-Q2", "transactions", "", "9"],
        ["visa", "2017-Q2", "transactions", "digital", "4"],
    ]


def test_a_tidy_table_of_ours_imports_at_once() -> None:
    """Every column by its own name."""
    text = (
        "service,period,measure,channel,value,note\nvisa,2017-07,transactions,digital,12,\n"
        "visa,2017-07,transactions,post,[x],lost\n"
    )
    _, imported = proposed(text)

    assert imported.problems == []
    assert rows(imported) == [
        ["visa", "2017-07", "transactions", "digital", "12"],
        ["visa", "2017-07", "transactions", "post", "[x]"],
    ]


def test_a_table_of_other_people_imports_at_once() -> None:
    """Names of services, months in words, thousands, words for missing, channels by their names."""
    text = (
        "Service name,Department,Month,Online applications,Paper forms,Total\n"
        'Fishing licence,Food,Jul 2017,"1,200",-,"1,300"\n'
        'Rod check,Food,Jul 2017,15,N/A,"15"\n'
    )
    wanted, imported = proposed(text)

    assert imported.problems == []
    assert imported.carried == "2 services, 4 figures"
    assert rows(imported)[:3] == [
        ["fishing-licence", "2017-07", "transactions", "online", "1200"],
        ["fishing-licence", "2017-07", "transactions", "paper", "[x]"],
        ["fishing-licence", "2017-07", "transactions", "", "1300"],
    ]
    assert rows(imported)[4][4] == "[z]"
    assert "Fishing licence,Food" in imported.texts["services.csv"]
    assert 'thousands = ","' in wanted


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        (["2013-01-07", "2013-01-14", "2013-01-21", "2013-01-28"], ['covers = "week starting"']),
        (["31/01/2013", "28/02/2013", "31/03/2013", "30/04/2013"], ['covers = "month ending"']),
        (["2015/16", "2016/17"], ['form = "YYYY/YY"', "first_month = 4"]),
        (["Q1 2016/17", "Q2 2016/17"], ['form = "Qn YYYY/YY"', "first_month = 4"]),
        (["201701", "201702"], ['form = "YYYYMM"']),
    ],
)
def test_the_form_of_periods_is_seen(cells: list[str], lines: list[str]) -> None:
    """All cells have the form; dates that all start or end something stand for it."""
    text = "date,count\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells))
    wanted, imported = proposed(text)

    found = [line.partition("  #")[0] for line in in_force(wanted)]
    assert set(lines) <= set(found)
    assert imported.problems == []
    assert len(rows(imported)) == len(cells)


@pytest.mark.parametrize(
    ("cell", "forms"),
    [
        ("03/04/2017", ["DD/MM/YYYY", "MM/DD/YYYY"]),
        ("2009-10", ["ISO", "YYYY-YY"]),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(cell: str, forms: list[str]) -> None:
    """Day or month first, month or year: the table does not say, and neither does the proposal."""
    wanted, _ = proposed(f"period,transactions\n{cell},1\n")

    assert [f"# form = {form!r}".replace("'", '"') for form in forms] == [
        line for line in wanted.splitlines() if line.startswith("# form")
    ]
    assert not any(line.startswith("form") for line in in_force(wanted))


def test_a_column_of_no_known_measure_is_asked() -> None:
    """Website visits are no transactions; the question shows some cells."""
    wanted, imported = proposed("period,transactions,Website visits\n2017,1,500\n")

    assert '# "Website visits" = "measure:channel"' in wanted.splitlines()
    assert [(p.code, p.column) for p in imported.problems] == [("PS304", "Website visits")]


def test_two_columns_for_one_figure_are_both_asked() -> None:
    """Calls and telephone applications cannot both be the channel phone."""
    wanted, _ = proposed("period,Calls,By telephone,Online\n2017,1,2,3\n")

    assert '# "Calls" = "transactions:phone"' in wanted.splitlines()
    assert '# "By telephone" = "transactions:phone"' in wanted.splitlines()
    assert '"Online" = "transactions:online"' in in_force(wanted)


def test_words_that_are_not_known_are_asked() -> None:
    """The known words of a column are translated, the others are questions and errors."""
    wanted, imported = proposed(
        "month,stage,count\n2017-07,started,3\n2017-07,submitted,2\n2017-07,binned,1\n"
    )

    assert '"submitted" = "completed"' in in_force(wanted)
    assert '# "binned" = "measure"  # What does this word mean?' in wanted.splitlines()
    assert [(p.code, p.place) for p in imported.problems] == [("PS306", "visa.csv:4")]


def test_a_workbook_is_proposed_and_imported_as_its_sheet() -> None:
    """The one sheet of a workbook is the table."""
    book = Workbook()
    for row in (["period", "transactions"], ["2017-Q1", 12], ["2017-Q2", 7]):
        book.worksheets[0].append(row)
    data = io.BytesIO()
    book.save(data)
    source = Source("visa.xlsx", data.getvalue())
    imported = import_tables([source], parse_map(propose(source), "MAP.toml"))

    assert imported.problems == []
    assert [row[4] for row in rows(imported)] == ["12", "7"]


@pytest.mark.parametrize("data", [b"", b"a,b\n", b"\xff\xfe", b'a,"b\n'])
def test_what_is_no_table_has_no_proposal(data: bytes) -> None:
    """The reason is said."""
    with pytest.raises(UsageError, match=r"no map can be proposed for x\.csv: ."):
        propose(Source("x.csv", data))


NAMES = st.one_of(
    st.sampled_from(["period", "Month", "service", "id", "value", "measure", "channel", "Online"]),
    st.text(max_size=8),
)
CELLS = st.one_of(
    st.sampled_from(["2017-07", "Jul 2017", "started", "online", "1,200", "12", "-", "£5", "a\nb"]),
    st.text(max_size=8),
)


@given(st.lists(NAMES, min_size=1, max_size=6), st.lists(st.lists(CELLS, max_size=6), max_size=6))
def test_every_proposal_is_toml(names: list[str], cells: list[list[str]]) -> None:
    """Whatever the table, what is proposed can be read; as a map, or with what it asks for."""
    text = io.StringIO()
    csv.writer(text).writerows([names, *([*row, *[""] * 6][: len(names)] for row in cells)])
    source = Source("odd name.csv", text.getvalue().encode(errors="ignore"))
    try:
        wanted = propose(source)
    except UsageError:
        return
    tomllib.loads(wanted)
    refused = "MAP.toml: period: nothing"
    try:
        import_tables([source], parse_map(wanted, "MAP.toml"))
    except ConfigError as error:
        refused = str(error)

    # What it asks for is a period or a column of figures, and nothing else is wrong with it.
    places = [line.split(": ")[1] for line in refused.splitlines()]
    assert {place.partition(":")[0] for place in places} <= {"period", "figures"}


def test_the_proposal_for_the_real_stages_is_nearly_right(shared_data: Path) -> None:
    """Weeks, stages and counts are seen; that rows add up, and whose they are, is asked."""
    path = shared_data / "student-finance" / "transactions-by-stage.csv"
    wanted = propose(Source(path.name, path.read_bytes()))

    lines = [line.partition("  #")[0] for line in in_force(wanted)]
    assert lines[2:] == [
        "[period]",
        'column = "_timestamp"',
        'form = "YYYY-MM-DDT00:00:00Z"',
        'covers = "week starting"',
        "[tidy]",
        'value = "count"',
        'measure = "stage"',
        "[tidy.measures]",
        '"started" = "started"',
        '"submitted" = "completed"',
    ]
    assert "# add_up = true" in wanted
    assert '# column = "application_type"' in wanted


def test_the_proposal_for_the_real_inventory_imports_at_once(shared_data: Path) -> None:
    """1,751 services of Canada with all of their applications, in both kinds of missing."""
    path = shared_data / "gc-service-inventory" / "si_2024.csv"
    source = Source(path.name, path.read_bytes())
    imported = import_tables([source], parse_map(propose(source), "MAP.toml"))
    totals = [int(row[4]) for row in rows(imported) if row[3] == "" and row[4][0] != "["]
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [row["num_applications_total"] for row in csv.DictReader(file)]

    assert sum(totals) == sum(int(cell) for cell in cells if cell.isdigit()) == 408_334_835
    assert {problem.code for problem in imported.problems} == {"PS304"}
    assert imported.carried.startswith("1,751 services, ")
