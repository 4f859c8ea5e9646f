from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import register
from perfsite.config import SiteConfig
from perfsite.load import load_data
from perfsite.model import PLACE, Source
from perfsite.tables import ROW, read_table, sheets, stem
from perfsite.tables.cells import inspect
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register
from small_site import data_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl.cell.cell import Cell

Value = str | int | float | bool | date | time | None
XLSX: Final = "submissions/passport.xlsx"
ODS: Final = "submissions/passport.ods"
SPACES: Final = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def xlsx(tables: Mapping[str, Sequence[Any]], *, hidden: Sequence[str] = ()) -> bytes:
    """A workbook with these sheets; a text `!x` becomes the error x."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(list(row))
        for cells in sheet.iter_rows():
            for cell in cells:
                if str(cell.value).startswith("!"):
                    as_error(cell)
    return saved(book)


def as_error(cell: Cell) -> None:
    """Make the text of a cell, behind the exclamation mark, an error."""
    cell.value = str(cell.value)[1:]
    cell.data_type = "e"


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ods(*rows: str, attributes: str = "") -> bytes:
    """An OpenDocument workbook of one sheet, from the XML of its rows."""
    table = f'<table:table table:name="Figures"{attributes}>{"".join(rows)}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"<office:document-content {SPACES} "
        f'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"{body}</office:document-content>",
        "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:'
        'manifest:1.0"><m:file-entry m:full-path="/" '
        'm:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>',
    }
    return packed(parts)


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def replaced(data: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with some text of one of its parts replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    return packed(parts)


def row(*cells: str, times: int = 1) -> str:
    """The XML of an OpenDocument row."""
    return (
        f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'
    )


def cell(shown: str, kind: str = "string", **more: str) -> str:
    """The XML of an OpenDocument cell; `more` are its other attributes, `_` for `:` and `-`."""
    given = "".join(f' {key.replace("__", ":").replace("_", "-")}="{v}"' for key, v in more.items())
    typed = f' office:value-type="{kind}"' if kind else ""
    return f"<table:table-cell{typed}{given}><text:p>{shown}</text:p></table:table-cell>"


def number(value: float, shown: str = "") -> str:
    """The XML of an OpenDocument cell with a number."""
    return cell(shown or str(value), "float", office__value=str(value))


def values(data: bytes, path: str = XLSX) -> list[tuple[int, str]]:
    """Row and text of the column `value`, where there is no problem."""
    frame, problems = read_table(Source(path, data))
    assert problems == []
    return list(zip(frame[ROW], frame["value"], strict=True))


def found(data: bytes, path: str = XLSX) -> list[tuple[str, int, str, str]]:
    """Code, row, column and what was found, for every problem."""
    return [(p.code, p.row, p.column, p.found) for p in read_table(Source(path, data))[1]]


cells = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=6).filter(
    lambda text: not text.startswith(("!", "=")) and "_x" not in text
)


@given(
    st.lists(st.tuples(cells, cells | st.integers(-(10**14), 10**14)), max_size=6),
    st.integers(0, 2),
    st.booleans(),
)
def test_a_sheet_is_read_as_its_csv(
    rows: list[tuple[str, str | int]], above: int, open_document: bool
) -> None:
    """The same cells as .xlsx, as .ods and as .csv make the same frame, row numbers included."""
    table = [*[("", ""), ("", "")][:above], ("period", "value"), *rows]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    if open_document:
        escaped = [
            row(
                *(
                    number(c)
                    if isinstance(c, int)
                    else cell(escape(c))
                    if c
                    else "<table:table-cell/>"
                    for c in r
                )
            )
            for r in table
        ]
        data, path = ods(*escaped), ODS
    else:
        data, path = (
            xlsx({"Figures": [[c or None if c == "" else c for c in r] for r in table]}),
            XLSX,
        )

    frame, problems = read_table(Source(path, data))
    expected, _ = read_table(Source("a.csv", text.getvalue().encode()))

    assert problems == []
    pd.testing.assert_frame_equal(frame, expected)


def escape(text: str) -> str:
    """Text within XML; OpenDocument writes each space but single ones as an element."""
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", " ": "<text:s/>"}
    return "".join(marks.get(letter, letter) for letter in text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1300, "1300"),
        ("1300", "1300"),
        (1300.0, "1300"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333333"),
        (0.0000001, "0.0000001"),
        (12345678.9, "12345678.9"),
        (-0.0, "0"),
        (2**53 - 1, "9007199254740991"),
        (1e20, "100000000000000000000"),
        (True, "TRUE"),
        (date(2017, 7, 1), "2017-07-01"),
        (datetime(2017, 7, 1, 12, 30), "2017-07-01 12:30:00"),  # noqa: DTZ001 - a cell has no zone
        (time(1, 2), "01:02:00"),
        ("  [x] ", "[x]"),
        ("!#REF!", "#REF!"),
        ("!#DIV/0!", "#DIV/0!"),
    ],
)
def test_a_value_becomes_the_text_that_it_shows(value: Value, text: str) -> None:
    """No digit is invented and none lost, and an error never becomes a blank."""
    assert values(xlsx({"Figures": [["period", "value"], ["2017", value]]})) == [(2, text)]


def test_a_percentage_is_the_share_behind_it() -> None:
    """The format of a number is not read: 88.4 % is 0.884, all its digits included."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx({"F": [["period", "value"], ["2017", 0.88412]]})))
    book["F"]["B2"].number_format = "0.0%"

    assert values(saved(book)) == [(2, "0.88412")]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (cell("#DIV/0!", table__formula="of:=1/0", office__string_value=""), "#DIV/0!"),
        (cell("#DIV/0!", "float", table__formula="of:=1/0", office__value="0"), "#DIV/0!"),
        (cell("#WERT!", "float", office__value="0"), "#WERT!"),
        (cell("Err:502", table__formula="of:=1/0", calcext__value_type="error"), "Err:502"),
        (cell("", table__formula="of:=1/0", calcext__value_type="error"), "#ERROR"),
        (cell("100", ""), "100"),
        (cell("88%", "percentage", office__value="0.884"), "0.884"),
        (cell("£12.50", "currency", office__value="12.5"), "12.5"),
        (number(3, "3.00"), "3"),
    ],
)
def test_an_open_document_cell_becomes_the_text_that_it_shows(xml: str, text: str) -> None:
    """Not even an error that is stored as a zero is read as a zero."""
    data = ods(row(cell("period"), cell("value")), row(cell("2017"), xml))

    assert values(data, ODS) == [(2, text)]


def test_repeated_rows_of_an_open_document_are_rows() -> None:
    """A row that is stored once for three is three, and an error in it is three errors."""
    data = ods(
        row("<table:table-cell/>", times=2),
        row(cell("period"), cell("value")),
        row(cell("2017"), cell("#N/A", "float", office__value="0"), times=3),
        row('<table:table-cell table:number-columns-repeated="16384"/>', times=1_048_570),
    )

    assert values(data, ODS) == [(4, "#N/A"), (5, "#N/A"), (6, "#N/A")]


@pytest.mark.parametrize("kind", [date(2017, 7, 1), datetime(2017, 7, 1), time(7, 17)])  # noqa: DTZ001
def test_a_date_is_no_period(kind: date | time) -> None:
    """A period that the spreadsheet made a date is refused with both ways to write it."""
    data = xlsx({"F": [["period", "value"], [kind, 5], ["2017-08", 6]]})
    frame, problems = read_table(Source(XLSX, data))

    assert list(frame["value"]) == ["6"]
    assert [(p.code, p.row, p.column) for p in problems] == [("PS108", 2, "period")]
    assert problems[0].found.startswith("a cell formatted as a date (")
    assert problems[0].fix == (
        "format the column as text and write 2017-07 for the month, or 2017-07-01 for the day"
    )


def test_a_date_of_the_register_leaves_its_service() -> None:
    """When a service opened is unknown if the cell is a date; the service is not."""
    rows = [["service", "name", "department", "opened"], ["a", "A", "D", date(2010, 4, 1)]]
    services, problems = read_register([Source("services.xlsx", xlsx({"Register": rows}))])

    assert [(p.code, p.row, p.column) for p in problems] == [("PS108", 2, "opened")]
    assert (services["a"].name, services["a"].opened) == ("A", "")


def test_a_formula_without_a_result_is_not_a_missing_figure() -> None:
    """A workbook that was never calculated leaves no figure out in silence."""
    table = [["period", "value", ""], ["2016", "=1+1", ""], ["2017", 5, "=1+1"]]

    assert found(xlsx({"F": table})) == [("PS104", 2, "value", "a formula without a result")]
    formula = cell("", "", table__formula="of:=1+1")
    data = ods(row(cell("period"), cell("value")), row(cell("2016"), formula))
    assert found(data, ODS) == [("PS104", 2, "value", "a formula without a result")]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("<f>1+1</f><v>2</v>", "2"),
        ('<f t="shared" si="0"/><v>2</v>', "2"),
    ],
)
def test_a_formula_is_its_result(stored: str, text: str) -> None:
    """What the spreadsheet program worked out last is the value."""
    data = xlsx({"F": [["period", "value"], ["2017", 77]]})
    data = replaced(data, "xl/worksheets/sheet1.xml", "<v>77</v>", stored)

    assert values(data) == [(2, text)]


def test_a_formula_may_give_no_text() -> None:
    """A formula whose result is an empty text is a blank cell, as it is in the CSV."""
    data = xlsx({"F": [["period", "value"], ["2017", 77]]})
    data = replaced(data, "xl/worksheets/sheet1.xml", 't="n"><v>77</v>', 't="str"><f>A9</f><v></v>')

    assert values(data) == [(2, "")]


def test_merged_cells_are_nobodys_figure() -> None:
    """Whether the second period has the same figure or none, a merged cell does not say."""
    rows = [["period", "value"], ["2015", 1], ["2016", 2], ["2017", 3]]
    book = openpyxl.load_workbook(io.BytesIO(xlsx({"F": rows})))
    book["F"].merge_cells("B3:B4")
    frame, problems = read_table(Source(XLSX, saved(book)))

    assert list(frame["period"]) == ["2015"]
    assert [(p.code, p.row, p.found) for p in problems] == [("PS103", 3, "the merged cells B3:B4")]
    spanned = cell("5", "float", office__value="5", table__number_rows_spanned="2")
    data = ods(
        row(cell("period"), cell("value")),
        row(cell("2016"), spanned),
        row(cell("2017"), "<table:covered-table-cell/>"),
    )
    assert found(data, ODS) == [("PS103", 2, "value", "the merged cells B2:B3")]


def test_other_sheets_are_named() -> None:
    """Sheets without a table, and hidden ones, are passed over and said to be."""
    table = [["period", "value"], ["2017", 5]]
    data = xlsx(
        {"Notes": [["Read me"]], "F": table, "Old": table, "Lists": [["x"]], "Sheet3": []},
        hidden=["Old", "Lists"],
    )
    frame, problems = read_table(Source(XLSX, data))

    assert sheets(Source(XLSX, data)) == [Source(XLSX, data)]
    assert list(frame["value"]) == ["5"]
    assert [(p.code, p.row, p.found) for p in problems] == [
        ("PS120", 0, "the sheet 'Notes'"),
        ("PS120", 0, "the hidden sheet 'Old'"),
    ]


def test_several_tables_of_a_workbook_are_told_apart(tmp_path: Path) -> None:
    """Each is read under the name of its sheet, with its own rows; all are of one service."""
    data = xlsx(
        {
            "Use": [["period", "transactions"], ["2017", 5]],
            "About": [["Words"]],
            "Money": [[], ["period", "cost"], ["2017", 50]],
        }
    )
    folder = data_folder(tmp_path, submissions={"full.xlsx": data})
    loaded = load_data(folder)
    paths = [source.path for source in loaded.submissions]

    assert paths == ["submissions/full.xlsx/Money", "submissions/full.xlsx/Use"]
    assert {stem(source) for source in loaded.submissions} == {"full"}
    frames = [read_table(source) for source in loaded.submissions]
    assert [list(frame[ROW]) for frame, _ in frames] == [[3], [2]]
    notes = [(p.file, p.found) for _, problems in frames for p in problems]
    assert notes == [("submissions/full.xlsx", "the sheet 'About'")]


def test_of_several_tables_none_is_taken_unasked() -> None:
    """Where one table is wanted, as by an import, a workbook of two is refused."""
    table = [["period", "value"], ["2017", 5]]

    assert found(xlsx({"A": table, "B": table})) == [
        ("PS103", 0, "", "several tables, in the sheets 'A', 'B'")
    ]


@pytest.mark.parametrize(
    ("tables", "hidden", "code", "words"),
    [
        ({"A": [["Title"]], "B": [["Other"]]}, [], "PS105", "'A' (begins with 'Title')"),
        ({"A": [["period"]], "B": []}, ["A"], "PS105", "'A' (hidden, begins with 'period')"),
        ({"A": [], "B": []}, [], "PS103", "an empty file"),
    ],
)
def test_a_workbook_without_a_table_is_one_problem(
    tables: dict[str, list[list[str]]], hidden: list[str], code: str, words: str
) -> None:
    """What the sheets begin with is said, for that is where people look."""
    tables["Z"] = []
    (problem,) = read_table(Source(XLSX, xlsx(tables, hidden=hidden)))[1]

    assert (problem.code, problem.row) == (code, 0)
    assert words in problem.found


def test_the_only_sheet_is_read_as_its_csv_whatever_it_holds() -> None:
    """A single sheet without a column `period` has the problems that its CSV has."""
    text = [["Figures of 2017", None], ["period", "value"]]
    frame, problems = read_table(Source(XLSX, xlsx({"F": text})))
    expected, _ = read_table(Source("a.csv", b"Figures of 2017,\nperiod,value\n"))

    assert problems == []
    pd.testing.assert_frame_equal(frame, expected)


def test_a_workbook_named_as_a_service_is_of_that_service(tmp_path: Path) -> None:
    """The figures of passport.xlsx are those of passport.csv; only their source differs."""
    folder = data_folder(tmp_path, submissions={})
    (folder / "services.csv").unlink()
    rows = [["service", "name", "department"], ["passport", "Passports", "Home Office"]]
    (folder / "services.xlsx").write_bytes(xlsx({"Register": rows, "Notes": [["Words"]]}))
    services, _ = read_register(load_data(folder).register)
    table: list[list[object]] = [
        ["period", "transactions", "transactions:digital"],
        ["2017", 5, "[c]"],
    ]
    text = "\n".join(",".join(map(str, line)) for line in table)

    assert list(services) == ["passport"]
    read = [
        read_observations([Source(path, data)], services, SiteConfig())
        for path, data in ((XLSX, xlsx({"F": table})), ("submissions/passport.csv", text.encode()))
    ]
    assert [problems for _, problems in read] == [[], []]
    one, other = (frame.drop(columns=[*PLACE, "service_row"]) for frame, _ in read)
    pd.testing.assert_frame_equal(one, other)
    assert read[0][0][PLACE].to_numpy().tolist() == [[XLSX, 2]] * 2


GOOD: Final = xlsx({"F": [["period", "value"], ["2017", 77], ["2018", "!#REF!"]]})
SHEET: Final = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no workbook, or a damaged one"),
        (b"period,value\n2017,5\n", "no workbook, or a damaged one"),
        (GOOD[:2000], "no workbook, or a damaged one"),
        (GOOD[:300] + b"\0\0\0" + GOOD[303:], "damaged"),
        (packed({"a.txt": "a"}), "a damaged workbook, or none of the kinds"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "with a password, or of an older kind"),
        (replaced(GOOD, SHEET, 'r="B2"', 'r="ZZZZ2"'), "there is no cell 'ZZZZ2'"),
        (replaced(GOOD, SHEET, "<worksheet", "<!DOCTYPE a><worksheet"), "a document type"),
        (replaced(GOOD, SHEET, "<sheetData>", "<sheetData"), "a damaged workbook"),
        (replaced(GOOD, "xl/workbook.xml", 'r:id="rId1"', 'r:id="rId9"'), "a damaged workbook"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_workbook_is_one_problem(data: bytes, words: str) -> None:
    """Damaged, locked and monstrous files are refused before they can do harm."""
    frame, problems = read_table(Source(XLSX, data))

    assert list(frame.columns) == [ROW]
    assert [(p.code, p.row) for p in problems] == [("PS103", 0)]
    assert words in problems[0].found
    assert sheets(Source(XLSX, data)) == [Source(XLSX, data)]


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=5))
def test_no_damage_makes_a_traceback_or_another_figure(bits: list[tuple[int, int]]) -> None:
    """A workbook with bytes changed is refused, or is read as it was."""
    data = bytearray(GOOD)
    for at, value in bits:
        data[at] = value
    frame, problems = read_table(Source(XLSX, bytes(data)))

    if "value" in frame:
        assert list(frame["value"]) == ["77", "#REF!"]
    else:
        assert problems


def test_plain_sheets_are_measured_as_the_others() -> None:
    """The quick look at a sheet of values finds the size that the thorough one finds."""
    plain = xlsx({"F": [[], ["period", None, "value"], ["2017", None, 77]]})
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        assert b"<f" not in archive.read(SHEET)
    thorough = replaced(plain, SHEET, "</worksheet>", "<!-- --></worksheet>")

    assert inspect(plain) == inspect(thorough)
    assert (inspect(plain)[0].rows, inspect(plain)[0].columns) == (3, 3)


def test_a_workbook_may_hold_figures_of_many_services() -> None:
    """A workbook of several services is one file, as a CSV with the column is."""
    table = [["service", "period", "measure", "value"], ["a", "2017", "transactions", 5]]
    source = Source("submissions/all.xlsx", xlsx({"F": table}))
    frame, problems = read_observations([source], register("a"), SiteConfig())

    assert (problems, list(frame["service"])) == ([], ["a"])
