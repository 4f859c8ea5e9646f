from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.model import Source
from perfsite.report.sarif import Location, locations
from perfsite.tables import ROW, read_table

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
NAMES = ("period", "note", "transactions:digital")


def find(data: bytes | str, row: int, column: str = "", path: str = "a.csv") -> Location | None:
    """Where a row and column of some content stand."""
    known = locations(Source(path, data if isinstance(data, bytes) else data.encode()))
    return known.find(row, column) if known else None


def after(text: str, place: Location) -> str:
    """The text from a place on."""
    lines = text.split("\n")[place.line - 1 :]
    return "\n".join([lines[0][place.character - 1 :], *lines[1:]])


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (0, "", None),
        (1, "", Location(1, 1)),
        (1, "note", Location(1, 8)),
        (2, "note", Location(2, 6)),
        (3, "", Location(4, 1)),
        (3, "value", Location(4, 7)),
        (3, "elsewhere", Location(4, 1)),
        (9, "value", Location(9, 1)),
    ],
)
def test_a_row_of_csv_has_its_line(row: int, column: str, place: Location | None) -> None:
    """A value with a line break makes lines and rows differ; a column is found within the row."""
    text = 'period,note,value\n2017,"two\nlines",1\n2018,,2\n'

    assert find(text, row, column) == place


@pytest.mark.parametrize(
    ("text", "row", "column", "place"),
    [
        ("\ufeffperiod,value\r\n2017,x\r\n", 2, "value", Location(2, 6)),
        ("\ufeffperiod,value\r\n2017,x\r\n", 1, "value", Location(1, 8)),
        ("period,value\n\n2017,x\n", 3, "value", Location(3, 6)),
        ("\n,\nperiod,value\n2017,x\n", 1, "value", Location(3, 8)),
        ('period,value\n"a ""b"", c",x\n', 2, "value", Location(2, 14)),
        ("période, value \né🎉,x\n", 2, "value", Location(2, 4)),
        ("period,\n2017,x\n", 2, "(column 2)", Location(2, 6)),
        ('period,value\n2017,"x\n2018,1\n', 2, "value", Location(2, 6)),
        ("period,value\n2017\n", 2, "value", Location(2, 1)),
        ("", 1, "", Location(1, 1)),
    ],
)
def test_odd_files_have_places_too(text: str, row: int, column: str, place: Location) -> None:
    """Marks of byte order, blank rows, quotes, wide characters, no name, a quote never closed."""
    assert find(text, row, column) == place


@pytest.mark.parametrize("data", [b"a,b\n\xe9,1\n"])
def test_rows_of_what_is_no_text_are_lines(data: bytes) -> None:
    """Where a file cannot be divided into records, its rows were lines to begin with."""
    assert find(data, 2, "b") == Location(2, 1)


def test_a_workbook_has_no_lines() -> None:
    """Rows of a workbook are not to be found in its bytes."""
    assert locations(Source("a.xlsx", b"PK")) is None


@pytest.mark.parametrize(
    ("text", "row", "column", "place"),
    [
        ('[{"period": "2017", "value": 1},\n {"value": 2}]', 2, "", Location(2, 2)),
        ('[{"period": "2017", "value": 1},\n {"value": 2}]', 1, "value", Location(1, 30)),
        ('{"observations": [\n  {"a": 1}, {\n  " value ":\n3}]}', 2, "value", Location(4, 1)),
        ('{"services":\n{"name": [1, {"x": "]"}]}}', 1, "name", Location(2, 10)),
        ('{"period": "2017",\n"value": true}', 1, "value", Location(2, 10)),
        ('[1,\n"a",\n{"value": 1}]', 3, "value", Location(3, 11)),
        ('[{"value": 1},\n{"value": 2', 2, "", Location(2, 1)),
        ("[" * 100_000, 1, "", Location(1, 1)),
        ('"text"', 1, "", Location(1, 1)),
    ],
)
def test_a_record_of_json_has_its_line(text: str, row: int, column: str, place: Location) -> None:
    """In a list, under a name or alone; a file that is not well-formed has lines for rows."""
    assert find(text, row, column, "a.json") == place


@given(
    st.lists(st.lists(cells, min_size=3, max_size=3), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(0, 2),
)
def test_each_cell_is_where_it_is_said_to_be(rows: list[list[str]], end: str, above: int) -> None:
    """What the reader of tables makes of a row and column begins at the place of it."""
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator=end).writerows([NAMES, *rows])
    text = end * above + made.getvalue()
    source = Source("a.csv", text.encode())
    table, _ = read_table(source)
    known = locations(source)

    assert known
    for record in table.to_dict("records"):
        for name in NAMES:
            place = known.find(int(record[ROW]), name)
            assert place
            rest = io.StringIO(after(text, place), newline="")
            assert (next(csv.reader(rest), None) or [""])[0].strip() == str(record[name])


@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, cells)), min_size=1, max_size=5),
    st.sampled_from([None, 0, 2]),
    st.sampled_from(["", "observations"]),
)
def test_each_value_of_json_is_where_it_is_said_to_be(
    records: list[dict[str, Any]], indent: int | None, under: str
) -> None:
    """A value of a record begins at the place of its row and column."""
    text = json.dumps({under: records} if under else records, indent=indent, ensure_ascii=False)
    known = locations(Source("a.json", text.encode()))

    assert known
    for row, record in enumerate(records, 1):
        for name in NAMES:
            place = known.find(row, name)
            assert place
            assert json.JSONDecoder().raw_decode(after(text, place))[0] == record[name]


@given(st.binary(max_size=60), st.integers(0, 9), st.sampled_from(["a.csv", "a.json", "a.ods"]))
def test_any_bytes_have_a_place_or_none(data: bytes, row: int, path: str) -> None:
    """Whatever a file holds, looking for a place in it does not fail."""
    place = find(data, row, "b", path)

    assert place is None or (place.line >= 1 and place.character >= 1)
