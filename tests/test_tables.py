from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.model import Source
from perfsite.tables import ROW, read_table

if TYPE_CHECKING:
    from perfsite.errors import Problem


cells = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(",\"'\n;"), max_size=8
).map(str.strip)


def records(
    data: bytes | str, path: str = "a.csv"
) -> tuple[list[dict[str, object]], list[Problem]]:
    """The records of a file as dictionaries, and the problems."""
    frame, problems = read_table(Source(path, data if isinstance(data, bytes) else data.encode()))
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")], problems


@given(
    st.lists(st.tuples(cells, cells).filter(any), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_a_csv_writer_wrote_is_read_back(
    rows: list[tuple[str, str]], end: str, bom: bool
) -> None:
    """Commas, quotation marks and line breaks inside cells survive, with or without a BOM."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows([("one", "two"), *rows])
    data = text.getvalue().encode("utf-8-sig" if bom else "utf-8")

    found, problems = records(data)

    assert problems == []
    assert [(row["one"], row["two"]) for row in found] == rows
    assert [row[ROW] for row in found] == list(range(2, len(rows) + 2))


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["one", "two", "three"]), cells, min_size=1), min_size=1
    )
)
def test_what_a_json_writer_wrote_is_read_back(items: list[dict[str, str]]) -> None:
    """Records keep their values and their numbers; a key that is not there is blank."""
    columns = {key for item in items for key in item}
    expected = [{key: item.get(key, "") for key in columns} for item in items]

    for content in (items, {"observations": items}):
        found, problems = records(json.dumps(content), "a.json")
        assert problems == []
        assert [{key: row[key] for key in columns} for row in found] == expected
        assert [row[ROW] for row in found] == list(range(1, len(items) + 1))


def test_cells_are_stripped_and_headers_too() -> None:
    """Spaces around a value or a name mean nothing."""
    found, _ = records(" one , two \n a ,\tb\n")

    assert found == [{"one": "a", "two": "b", ROW: 2}]


def test_a_row_number_is_that_of_the_spreadsheet() -> None:
    """Blank rows and line breaks within a cell do not shift the rows after them."""
    found, _ = records('one,two\n,\n"a\nb",c\n\nd,e\n')

    assert [(row["one"], row[ROW]) for row in found] == [("a\nb", 3), ("d", 5)]


def test_a_ragged_row_is_left_out_and_reported() -> None:
    """A row with more or fewer cells than the header is a problem of that row alone."""
    found, problems = records("one,two\n1,2\n1\n1,2,3\n3,4\n")

    assert [row["one"] for row in found] == ["1", "3"]
    assert [(p.code, p.row) for p in problems] == [("PS103", 3), ("PS103", 4)]


def test_rows_before_a_broken_quotation_mark_are_kept() -> None:
    """What could be read is read, and the row where reading ended is named."""
    found, problems = records('one,two\n1,2\n3,"4"x\n5,6\n')

    assert [row["one"] for row in found] == ["1"]
    assert [(p.code, p.row) for p in problems] == [("PS103", 3)]


@pytest.mark.parametrize(
    ("data", "code", "row"),
    [
        (b"", "PS103", 0),
        (b"one,two\nok,ok\ncaf\xe9,2\n", "PS102", 3),
        ("one,two\n1,2\n".encode("utf-16"), "PS102", 1),
        (b"one,two\n1,\x002\n", "PS102", 2),
        (b"one;two\n1;2\n", "PS103", 1),
        (b"one\ttwo\n1\t2\n", "PS103", 1),
        (b"one,one\n1,2\n", "PS103", 1),
        (b"one,row\n1,2\n", "PS103", 1),
    ],
)
def test_a_file_that_is_no_table_is_reported_once(data: bytes, code: str, row: int) -> None:
    """Wrong encodings, separators and repeated columns give no rows and one clear problem."""
    found, problems = records(data)

    assert found == []
    assert [(p.file, p.code, p.row) for p in problems] == [("a.csv", code, row)]


def test_blank_lines_before_the_header_do_not_spoil_the_file() -> None:
    """The first row that holds anything is the header, and rows keep their numbers."""
    found, problems = records("\none,two\n1,2\n")

    assert problems == []
    assert found == [{"one": "1", "two": "2", ROW: 3}]


def test_empty_columns_that_a_spreadsheet_adds_are_dropped() -> None:
    """A column without a name or a value is no column, but one with a value is kept."""
    assert records("one,,\n1,,\n")[0] == [{"one": "1", ROW: 2}]
    assert "5" in records("one,\n1,5\n")[0][0].values()


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("{", 1),
        ("[1]", 1),
        ('[{"a": "1"}, {"a": {"b": 1}}]', 2),
        ('[{"a": "1"}, {"a": [["1"]]}]', 2),
        ('"text"', 0),
        ('{"observations": null}', 0),
        ('[{"row": 1}]', 0),
        ("[" * 100_000, 0),
    ],
)
def test_json_of_another_shape_is_reported(text: str, row: int) -> None:
    """What is not a list of flat records is a problem that names the record."""
    _, problems = records(text, "a.json")

    assert [(p.code, p.row) for p in problems] == [("PS103", row)]


def test_json_numbers_keep_their_digits() -> None:
    """A number is read as it was written, not through a float and back."""
    found, _ = records('[{"a": 12345678901234567890, "b": 0.10, "c": null}]', "a.json")

    assert found == [{"a": "12345678901234567890", "b": "0.10", "c": "", ROW: 1}]


def test_a_key_twice_in_a_json_record_is_reported() -> None:
    """Of two values for one name none is taken silently."""
    found, problems = records('[{"period": "2017", "cost": 1, "cost": 2}]', "a.json")

    assert [p.code for p in problems] == ["PS103"]
    assert found == []


def test_half_a_character_in_json_is_reported() -> None:
    """A lone surrogate is no text: no output file could hold it."""
    _, problems = records('[{"note": "\\ud800", "period": "2017"}]', "a.json")

    assert [p.code for p in problems] in (["PS102"], ["PS103"])


@pytest.mark.parametrize("text", ["[]", '{"observations": []}'])
def test_an_empty_list_is_no_problem(text: str) -> None:
    """A file of no records holds none."""
    assert records(text, "a.json") == ([], [])
