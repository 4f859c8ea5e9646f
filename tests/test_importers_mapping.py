from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.errors import ConfigError
from perfsite.importers.map_file import CellsTable, parse_map
from perfsite.importers.mapping import IMPORTER, import_tables, read_cell
from perfsite.model import Source

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.importers import Imported

WIDE = """\
[service]
column = "Service"
make_ids = true
[period]
column = "Month"
form = "Mon YYYY"
[figures]
"Online" = "transactions:online"
"All" = "transactions"
"""
TIDY = """\
service = { constant = "visa" }
period = { column = "when" }
[tidy]
value = "n"
measure = "what"
channel = "how"
measures = { sent = "completed", begun = "started" }
channels = { Internet = "online", "" = "" }
"""


def table(text: str, path: str = "table.csv") -> Source:
    """A table, as CSV."""
    return Source(path, text.encode())


def run(text: str, wanted: str) -> Imported:
    """Import one table by a map."""
    return import_tables([table(text)], parse_map(wanted, "MAP.toml"))


def rows(imported: Imported, path: str = "submissions/table.csv") -> list[list[str]]:
    """The rows of a submission, less its header: service, period, measure, channel, value, note."""
    header, *found = csv.reader(io.StringIO(imported.texts[path]))
    assert header == ["service", "period", "measure", "channel", "value", "note"]
    return found


def codes(imported: Imported) -> list[tuple[str, str]]:
    """Code and place of each problem."""
    return [(problem.code, problem.place) for problem in imported.problems]


def test_columns_become_measures_and_channels() -> None:
    """A wide table, row by row, each cell a figure of its row's service and period."""
    imported = run("Service,Month,All,Online\nVisa!,Jul 2017,12,5\nVisa!,Aug 2017,7,\n", WIDE)

    assert rows(imported) == [
        ["visa", "2017-07", "transactions", "online", "5", ""],
        ["visa", "2017-07", "transactions", "", "12", ""],
        ["visa", "2017-08", "transactions", "online", "[x]", ""],
        ["visa", "2017-08", "transactions", "", "7", ""],
    ]
    assert imported.problems == []
    assert imported.carried == "1 service, 3 figures"


def test_words_become_measures_and_channels() -> None:
    """A tidy table whose words the map translates; a blank channel is all channels."""
    imported = run("when,what,how,n\n2017-07,sent,Internet,5\n2017-07,begun,,6\n", TIDY)

    assert rows(imported) == [
        ["visa", "2017-07", "completed", "online", "5", ""],
        ["visa", "2017-07", "started", "", "6", ""],
    ]


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        ("2017-13,sent,Internet,5", "when", "2017-13: there is no month 13"),
        ("2017-07,lost,Internet,5", "what", "lost: the map has no translation of this word"),
        ("2017-07,sent,Pigeon,5", "how", "Pigeon: the map has no translation of this word"),
    ],
)
def test_a_row_that_does_not_fit_is_an_error_with_its_place(
    row: str, column: str, found: str
) -> None:
    """File, row, column and reason; the other rows are imported."""
    imported = run(f"when,what,how,n\n2017-06,sent,,4\n{row}\n", TIDY)

    (problem,) = imported.problems
    assert (problem.code, problem.place, problem.column) == ("PS306", "table.csv:3", column)
    assert (problem.found, problem.severity) == (found, "error")
    assert len(rows(imported)) == 1


def test_a_column_that_the_map_does_not_name_is_reported() -> None:
    """Nothing is lost without a word, unless the map passes over it."""
    text = "Service,Month,All,Online,Colour,Shape\nvisa,Jul 2017,1,1,red,round\n"
    imported = run(text, f'pass_over = ["Shape"]\n{WIDE}')

    assert [(p.code, p.column, p.severity) for p in imported.problems] == [
        ("PS304", "Colour", "note")
    ]


def test_a_column_that_the_table_lacks_makes_nothing() -> None:
    """A map for another table is an error that names the entry and the nearest column."""
    imported = run("Service,month,All,Online\nvisa,Jul 2017,1,1\n", WIDE)

    (problem,) = imported.problems
    assert (problem.code, problem.column, problem.row) == ("PS306", "Month", 1)
    assert problem.found.startswith("period.column names it, and the table has Service, month")
    assert problem.fix == "Did you mean month?"
    assert imported.files == {}


def test_a_table_without_a_row_that_fits_makes_nothing() -> None:
    """Errors of its rows, and one that says that nothing is left."""
    imported = run("Service,Month,All,Online\nvisa,soon,1,1\n", WIDE)

    assert codes(imported) == [("PS306", "table.csv"), ("PS306", "table.csv:2")]
    assert imported.files == {}


LOOSE = CellsTable(
    missing=("-", "ND"), not_applicable=("NA",), confidential=("*",), thousands=",", currency="£"
)


@pytest.mark.parametrize(
    ("cell", "figure"),
    [
        ("1,234", "1234"),
        ("1,234,567.80", "1234567.80"),
        ("1234", "1234"),
        ("£12.50", "12.50"),
        ("-£5", "-5"),
        ("007", "007"),
        ("12 [p]", "12 [p]"),
        ("", "[x]"),
        ("ND", "[x]"),
        ("NA", "[z]"),
        ("*", "[c]"),
        ("[c]", "[c]"),
        ("1,23", None),
        ("12%", None),
        ("$5", None),
        ("1e6", None),
        ("#REF!", None),
        ("12 [c]", None),
        ("nd", None),
    ],
)
def test_a_cell_is_read_as_the_map_says(cell: str, figure: str | None) -> None:
    """Separators, signs and words are those that are named, and no others."""
    assert read_cell(cell, LOOSE, percent=False, share=False) == figure


@pytest.mark.parametrize(
    ("cell", "percent", "share", "figure"),
    [
        ("85.5%", False, True, "85.5%"),
        ("0.855", False, True, "0.855"),
        ("85.5", True, False, "85.5%"),
        ("85.5 %", True, False, "85.5%"),
    ],
)
def test_a_percentage_keeps_or_gets_its_sign(
    cell: str, percent: bool, share: bool, figure: str
) -> None:
    """A share may carry its sign; a column said to be percentages has it always."""
    assert read_cell(cell, CellsTable(), percent=percent, share=share) == figure


def test_decimal_commas_are_explicit() -> None:
    """1.234,5 is a number where the map says so."""
    cells = CellsTable(thousands=".", decimal=",")

    assert read_cell("1.234,5", cells, percent=False, share=False) == "1234.5"
    assert read_cell("1.234,5", CellsTable(), percent=False, share=False) is None


def test_a_cell_that_is_no_figure_is_missing_and_an_error() -> None:
    """The place, and what the map would take."""
    cells = '[cells]\nthousands = ","\n'
    imported = run("Service,Month,All,Online\nvisa,Jul 2017,some,1\n", WIDE + cells)

    (problem,) = imported.problems
    assert (problem.code, problem.place, problem.column) == ("PS301", "table.csv:2", "All")
    assert problem.expected == "a number with ',' between thousands, or a blank cell"
    assert [row[4] for row in rows(imported)] == ["1", "[x]"]


def test_rows_about_one_figure_are_one_or_an_error() -> None:
    """Alike: a note. Different: an error, and the figure is missing."""
    text = "when,what,how,n\n2017-07,sent,,5\n2017-07,sent,,5\n2017-08,sent,,1\n2017-08,sent,,2\n"
    imported = run(text, TIDY)

    assert codes(imported) == [("PS307", "table.csv:3"), ("PS301", "table.csv:5")]
    assert "both 1 and 2; the first in table.csv:4" in imported.problems[1].found
    assert [row[4] for row in rows(imported)] == ["5", "[x]"]


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (["1", "2", "3"], "6"),
        (["0.1", "0.2"], "0.3"),
        (["1", ""], "[x]"),
        (["1", "[c]"], "[c]"),
        (["[z]", "[z]"], "[z]"),
        (["1", "[z]"], "[x]"),
        (["1 [p]", "2 [e]", "3 [p]"], "6 [p][e]"),
        (["12345678901234567890123456789012345", "1"], "12345678901234567890123456789012346"),
    ],
)
def test_parts_add_up_where_the_map_says_so(cells: list[str], value: str) -> None:
    """The sum is exact; with a part that is missing it is missing."""
    text = "when,what,how,n\n2017-06,sent,,9\n"
    text += "".join(f"2017-07,sent,,{cell}\n" for cell in cells)
    imported = run(text, f"add_up = true\n{TIDY}")

    assert [row[4] for row in rows(imported)] == ["9", value]
    assert imported.problems == []


def test_percentages_do_not_add_up() -> None:
    """Shares of parts say nothing of the whole."""
    wanted = TIDY.replace('sent = "completed"', 'sent = "completion_rate"')
    text = "when,what,how,n\n2017-07,sent,,50%\n2017-07,sent,,50%\n"

    assert [row[4] for row in rows(run(text, f"add_up = true\n{wanted}"))] == ["[x]"]


def test_rows_that_are_not_wanted_are_counted() -> None:
    """A note says how many rows were left out, and by what."""
    lines = ["2017-07,sent,,5,Wales", "2017-07,sent,,6,Kent", "2017-08,sent,,7,Wales"]
    text = "\n".join(["when,what,how,n,where", *lines]) + "\n"
    imported = run(text, f'keep = {{ where = ["Wales"] }}\n{TIDY}')

    assert [row[4] for row in rows(imported)] == ["5", "7"]
    assert [(p.code, p.place, p.found) for p in imported.problems] == [
        ("PS307", "table.csv:3", "1 row with Kent")
    ]


def test_words_become_ids() -> None:
    """The map names every word of the service's column; another is an error."""
    wanted = WIDE.replace("make_ids = true", 'words = { Visas = "visa" }')
    imported = run("Service,Month,All,Online\nVisas,Jul 2017,1,1\nVisa,Jul 2017,1,1\n", wanted)

    assert {row[0] for row in rows(imported)} == {"visa"}
    assert [(p.place, p.found) for p in imported.problems] == [
        ("table.csv:3", "Visa: the map has no id for this word")
    ]


def test_a_column_can_be_for_a_period_of_its_own() -> None:
    """A year a column: the map says which."""
    wanted = """\
    service = { column = "s" }
    [figures."2016/17"]
    measure = "transactions"
    period = "2016-04/2017-03"
    [figures."2017/18"]
    measure = "user_satisfaction"
    period = "2017-04/2018-03"
    percent = true
    """
    imported = run("s,2016/17,2017/18\nvisa,1,85\n", wanted)

    assert [row[1:5] for row in rows(imported)] == [
        ["2016-04/2017-03", "transactions", "", "1"],
        ["2017-04/2018-03", "user_satisfaction", "", "85%"],
    ]


def test_notes_are_kept() -> None:
    """The note of the map, and that of the row."""
    wanted = f'note = "from a table"\nnote_column = "why"\n{TIDY}'
    imported = run("when,what,how,n,why\n2017-07,sent,,5,\n2017-08,sent,,6,closed\n", wanted)

    assert [row[5] for row in rows(imported)] == ["from a table", "from a table; closed"]


REGISTER = """
[register.columns]
name = "Service"
agency = "Office"
[register.constants]
department = "Ministry"
"""


def test_the_register_is_made_of_the_first_row_about_each_service() -> None:
    """Facts stand once; a row that says otherwise is an error with its place."""
    text = (
        "Service,Month,All,Online,Office\nVisas,Jul 2017,1,1,North\n"
        "Permits,Jul 2017,1,1,South\nVisas,Aug 2017,1,1,West\n"
    )
    imported = run(text, WIDE + REGISTER)
    services = list(csv.DictReader(io.StringIO(imported.texts["services.csv"])))

    assert [(s["service"], s["name"], s["agency"], s["department"]) for s in services] == [
        ("visas", "Visas", "North", "Ministry"),
        ("permits", "Permits", "South", "Ministry"),
    ]
    (problem,) = imported.problems
    assert (problem.code, problem.place, problem.column) == ("PS306", "table.csv:4", "agency")
    assert problem.found == "visas is 'West' here and 'North' in its first row"


def test_tables_of_one_kind_go_into_a_file_each() -> None:
    """Their names are kept, made safe and told apart; their services make one register."""
    text = "Service,Month,All,Online,Office\nVisas,Jul 2017,1,1,North\n"
    sources = [table(text, name) for name in ("a b.csv", "a_b.csv", "a-b.csv", "../.csv")]
    imported = import_tables(sources, parse_map(WIDE + REGISTER, "MAP.toml"))

    assert list(imported.files) == [
        "services.csv",
        "submissions/a-b.csv",
        "submissions/a_b.csv",
        "submissions/a-b-2.csv",
        "submissions/csv.csv",
    ]
    assert len(imported.texts["services.csv"].splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("service = 1", "service: "),
        ("", "MAP.toml: service"),
        ('service = { colunm = "x" }', "service.colunm"),
        (WIDE.replace("Mon YYYY", "Month"), "period: Month is no form of a period"),
        (WIDE.replace('form = "Mon', 'covers = "week"\nform = "Mon'), "period.covers"),
        (WIDE.replace("transactions:online", "Transactions"), "figures.Online"),
        (WIDE.replace('column = "Month"', ""), "period: a column or a constant is expected"),
        (WIDE.replace('column = "Month"', 'constant = "July"'), "period.constant: 'July' is not"),
        (WIDE + TIDY[TIDY.index("[tidy]") :], "figures: columns of figures, or [tidy]"),
        (WIDE.replace("make_ids = true", 'constant = "visa"'), "service: a column or a constant"),
        (WIDE + '[register.columns]\nnmae = "x"\n', "register: nmae is no column of the register"),
        (WIDE + '[register.columns]\nname = "x"\n', "register: department is expected"),
        (TIDY.replace('"visa"', '"Visa"'), "service: 'Visa' is no id"),
        (TIDY.replace('"completed"', '"completed:web"'), "tidy: sent has a channel already"),
        (TIDY.replace('"online"', '"On line"'), "tidy: 'On line' is no channel"),
        (TIDY.replace('measure = "what"', ""), "tidy: measure, a column, or measure_is"),
        ("service = [", "MAP.toml is not TOML"),
    ],
)
def test_a_wrong_map_is_refused_with_the_entry(text: str, found: str) -> None:
    """Every wrong entry is named, with what was expected."""
    with pytest.raises(ConfigError) as error:
        parse_map(text, "MAP.toml")

    assert found in str(error.value)


def test_a_map_that_is_no_text_is_refused() -> None:
    """A workbook given as a map is a sentence."""
    with pytest.raises(ConfigError, match=r"x\.toml is not UTF-8 text"):
        IMPORTER.run([table("a\n1\n")], {"map": Source("x.toml", b"\xff")})


NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(0, 10**9, places=3).map(str),
    st.sampled_from(["", "[x]", "[z]", "[c]", "0", "007"]),
)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=30))
def test_the_figures_that_come_out_are_those_that_went_in(cells: list[tuple[str, str]]) -> None:
    """Wide or tidy, every digit of every cell is there, at its place and in its order."""
    months = [f"{2000 + i // 12}-{i % 12 + 1:02d}" for i in range(len(cells))]
    wide = "when,a,b\n" + "".join(f"{m},{a},{b}\n" for m, (a, b) in zip(months, cells, strict=True))
    lines = [
        f"{month},{name},{cell}\n"
        for month, pair in zip(months, cells, strict=True)
        for name, cell in zip(("started", "completed"), pair, strict=True)
    ]
    start = 'service = { constant = "x" }\nperiod = { column = "when" }\n'
    from_wide = run(wide, f'{start}figures = {{ a = "started", b = "completed" }}')
    from_tidy = run(
        "when,m,v\n" + "".join(lines), f'{start}tidy = {{ value = "v", measure = "m" }}'
    )

    went_in = [cell or "[x]" for pair in cells for cell in pair]
    assert [row[4] for row in rows(from_wide)] == went_in
    assert rows(from_tidy) == rows(from_wide)
    assert from_wide.problems == []


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=40))
def test_sums_are_kept(values: list[Decimal]) -> None:
    """Whatever the parts, their sum comes out, to the last digit."""
    text = "n\n" + "".join(f"{value:f}\n" for value in values)
    wanted = (
        'add_up = true\nservice = { constant = "x" }\nperiod = { constant = "2017" }\n'
        'figures = { n = "cost" }'
    )
    (row,) = rows(run(text, wanted))

    assert Decimal(row[4]) == sum(values)


HEADERS = st.lists(
    st.sampled_from(["Service", "Month", "All", "Online", "file", "service", "value", "note", "x"]),
    unique=True,
)


@given(HEADERS, st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=5), st.binary())
def test_no_table_makes_it_fail(headers: list[str], cells: list[list[str]], data: bytes) -> None:
    """Whatever the table, the answer is files and problems."""
    text = io.StringIO()
    names = ["Service", "Month", "All", "Online", *(h for h in headers if h[0] not in "SMAO")]
    padded = [[*row, *["Jul 2017"] * len(names)][: len(names)] for row in cells]
    csv.writer(text).writerows([names, *padded])
    for content in (text.getvalue().encode(errors="ignore"), data, ",".join(headers).encode()):
        for wanted in (WIDE, TIDY):
            imported = import_tables([Source("t.csv", content)], parse_map(wanted, "MAP.toml"))
            assert imported.problems == sorted(imported.problems)
            assert imported.files or imported.problems


def test_real_stages_of_student_finance_are_a_completion_rate(shared_data: Path) -> None:
    """128 weeks of three academic years added up, by a map of a few lines."""
    path = shared_data / "student-finance" / "transactions-by-stage.csv"
    wanted = """
    add_up = true
    keep = { application_type = ["full-time application"] }
    pass_over = ["period", "province", "academic_year", "cumulative"]
    service = { constant = "full-time-study" }
    [period]
    column = "_timestamp"
    form = "YYYY-MM-DDT00:00:00Z"
    covers = "week starting"
    [tidy]
    value = "count"
    measure = "stage"
    measures = { started = "started", submitted = "completed" }
    """
    imported = import_tables([Source(path.name, path.read_bytes())], parse_map(wanted, "MAP.toml"))
    found = rows(imported, "submissions/transactions-by-stage.csv")
    with path.open(encoding="utf-8", newline="") as file:
        full = [r for r in csv.DictReader(file) if r["application_type"].startswith("full")]

    assert len(found) == 2 * 128
    assert sum(int(row[4]) for row in found) == sum(int(row["count"]) for row in full)
    assert [(p.code, p.found) for p in imported.problems] == [
        ("PS307", "768 rows with part-time application")
    ]
