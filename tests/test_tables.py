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


@pytest.mark.parametrize(
    ("data", "row", "words"),
    [
        ("one,two\n1,2\n".encode("utf-16"), 1, "UTF-16 text"),
        (b"PK\x03\x04 a workbook", 1, "a workbook, whatever its name says"),
        (b"\none;two\n1;2\n", 2, "columns separated by semicolons: one;two"),
        (b"one\ttwo\n1\t2\n", 1, "columns separated by tabs: one two"),
        (b'one,two\n1,"2\n3,4\n', 2, "a quotation mark that is never closed"),
        (b'one,two\n1,"2" x\n', 2, "a quotation mark in the middle of a quoted value"),
    ],
)
def test_a_fault_is_named_as_its_author_knows_it(data: bytes, row: int, words: str) -> None:
    """What was found is said in words of spreadsheets, not of the library that found it."""
    _, (problem,) = records(data)

    assert (problem.row, problem.found[: len(words)]) == (row, words)


@pytest.mark.parametrize(
    ("data", "row", "words"),
    [
        (b"a,b\r\n1,2\n3,4\r\n", 2, "ends with LF, after one that ends with CR and LF"),
        (b"a,b\n1,2\r3,4\n", 2, "ends with CR, after one that ends with LF"),
        (b'a,b\n"x\r\ny",2\n3,4\r\n', 3, "ends with CR and LF, after one that ends with LF"),
    ],
)
def test_mixed_line_ends_are_a_warning(data: bytes, row: int, words: str) -> None:
    """All rows are read, and the first line that ends in another way is named."""
    found, problems = records(data)

    assert len(found) == 2
    assert [(p.code, p.row) for p in problems] == [("PS122", row)]
    assert words in problems[0].found


@pytest.mark.parametrize(
    "data",
    [
        b'a,b\r\n"x\ny",2\r\n',
        b'a,b\n"x\r\ny ""z""\r\n",2\n',
        b"a,b\r1,2\r",
        b'a,b\r\n"x\ry\nz",2\r\n',
    ],
)
def test_line_breaks_within_a_cell_are_no_line_ends(data: bytes) -> None:
    """A spreadsheet breaks lines in a cell in one way and ends rows in another."""
    found, problems = records(data)

    assert (len(found), problems) == (1, [])


@given(st.integers(0, 700), st.lists(st.integers(0, 700), max_size=4))
def test_no_row_is_lost_between_chunks(rows: int, bad: list[int]) -> None:
    """However long the table is, and wherever a row is ragged, each row has its number."""
    lines = [f"{n},x" if n not in bad else f"{n}" for n in range(2, rows + 2)]
    found, problems = records("one,two\n" + "".join(f"{line}\n" for line in lines))
    good = [n for n in range(2, rows + 2) if n not in bad]

    assert [(row["one"], row[ROW]) for row in found] == [(str(n), n) for n in good]
    assert [p.row for p in problems] == sorted({n for n in bad if 2 <= n < rows + 2})


def test_an_ending_may_be_in_capitals() -> None:
    """FIGURES.JSON is JSON."""
    assert records('[{"a": "1"}]', "FIGURES.JSON") == ([{"a": "1", ROW: 1}], [])


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
    """A lone surrogate is no text: no output file could hold it. It costs its record alone."""
    good, problems = records('[{"note": "\\ud800"}, {"note": "good"}]', "a.json")

    assert [(p.code, p.row, p.found[:6]) for p in problems] == [("PS123", 1, "U+D800")]
    assert good == [{"note": "good", ROW: 2}]


@pytest.mark.parametrize("text", ["[]", '{"observations": []}'])
def test_an_empty_list_is_no_problem(text: str) -> None:
    """A file of no records holds none."""
    assert records(text, "a.json") == ([], [])


@pytest.mark.parametrize(
    ("text", "row", "found", "fix"),
    [
        ("", 0, "an empty file", "write a list"),
        ("null", 0, "nothing", "between [ and ]"),
        ("12.50", 0, "a single value: 12.50", "between [ and ]"),
        ('{"observations": true}', 0, "a single value: true", "between [ and ]"),
        ('[{"a": 1},\n]', 1, "a comma with nothing behind it", "Delete it"),
        ('[{"a": 1,\n}]', 1, "a comma with nothing behind it", "Delete it"),
        ('{"a": 1}\n{"a": 2}', 2, "several records without a list", "[ and ], with commas"),
        ('{"a": 1},\n{"a": 2}', 1, "several records without a list", "[ and ], with commas"),
        ("[] []", 1, "more text behind the end", "all in one list"),
        ("[{'a': 1}]", 1, "single quotation marks", "double quotes"),
        ("[{\"a\": 'x'}]", 1, "single quotation marks", "double quotes"),
        ("[\n{a: 1}]", 2, "what cannot be read here: a: 1}]", "double quotes"),
        ('[{"a": None}]', 1, "what cannot be read here: None}]", "double quotes"),
        ('[{"a": 2017-07}]', 1, "what cannot be read here: -07}]", "double quotes"),
        ('[{"a": 1 "b": 2}]', 1, 'what cannot be read here: "b": 2}]', "a comma missing"),
        ('[{"a" "b"}]', 1, 'what cannot be read here: "b"}]', "a colon missing"),
        ('[{"a": 1,200}]', 1, "a comma, and then 200}]", "without separators"),
        ('[{"a": "x\ny"}]', 1, "a text that does not end on its line", "quotation mark"),
        ('[{"a": "x', 1, "a text that does not end on its line", "quotation mark"),
        ('[{"a": "C:\\d"}]', 1, "a backslash: ", "two backslashes"),
        ('[{"a": 1}\n\n', 1, "the end of the file, before", "cut off?"),
        ("[" * 100_000, 0, "brackets within brackets", "flat records"),
    ],
)
def test_what_is_wrong_with_json_is_said_in_words(
    text: str, row: int, found: str, fix: str
) -> None:
    """No record is read, and the one problem has a place, plain words and a way to mend it."""
    rows, (problem,) = records(text, "a.json")

    assert (rows, problem.code, problem.row) == ([], "PS103", row)
    assert problem.found.startswith(found)
    assert fix in problem.fix


@pytest.mark.parametrize(
    "record",
    ["{}", "null", "[1]", '{"a": ["x"]}', '{"aliases": [null]}', '{"a": {}}', '{"a": 1, "a": 2}'],
)
def test_a_bad_record_spoils_no_other(record: str) -> None:
    """What is no flat record is left out and named; the records around it are read."""
    rows, (problem,) = records(f'[{{"a": 1}}, {record}, {{"a": 3}}]', "a.json")

    assert rows == [{"a": "1", ROW: 1}, {"a": "3", ROW: 3}]
    assert (problem.code, problem.row) == ("PS103", 2)
    assert problem.fix


def test_words_of_the_register_may_stand_in_a_list() -> None:
    """Aliases and modules are several words, which JSON has lists for."""
    rows, problems = records('[{"aliases": ["old", "older"], "modules": []}]', "a.json")

    assert (rows, problems) == ([{"aliases": "old older", "modules": "", ROW: 1}], [])


def test_a_title_above_the_header_is_one_problem() -> None:
    """Rows that are wider than a header of one cell are not each a problem."""
    rows, (problem,) = records("Figures of 2017\none,two\n1,2\n")

    assert (rows, problem.row, problem.fix[:8]) == ([], 1, "a title?")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"caf\xe9", "a letter that is not UTF-8 (the byte 0xE9, \xe9 in Windows-1252)"),
        (b"\x81", "a letter that is not UTF-8 (the byte 0x81)"),
        ("one,two".encode("utf-16-le"), "UTF-16 text"),
    ],
)
def test_an_encoding_is_named_where_it_can_be(data: bytes, found: str) -> None:
    """What is not UTF-8 is shown as what it most likely is."""
    _, (problem,) = records(data)

    assert (problem.code, problem.found) == ("PS102", found)
