from __future__ import annotations

import io
import tomllib
import zipfile
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import register
from perfsite.analysis import analyse
from perfsite.config import SiteConfig, parse_config
from perfsite.errors import UsageError
from perfsite.forms import (
    DESCRIPTIONS,
    KINDS,
    Form,
    Shape,
    Style,
    add_to_register,
    last_quarter,
    make_form,
    make_site_files,
    periods_between,
)
from perfsite.load import load_data
from perfsite.measures import MEASURES, MeasureKind
from perfsite.model import PLACE, Source
from perfsite.periods import Period
from perfsite.tables import ROW, read_table, sheets
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

YEAR: Final = periods_between(Period.parse("2017-Q1"), Period.parse("2017-Q4"))
MONDAY: Final = date(2026, 11, 23)


def form(
    shape: Shape = Shape.WIDE,
    style: Style = Style.CSV,
    wanted: Sequence[str] = ("transactions", "cost"),
    channels: Sequence[str] = ("digital",),
) -> Form:
    """A form for the quarters of 2017."""
    return make_form(MEASURES, wanted, channels, YEAR, shape=shape, style=style)


def table(shape: Shape, style: Style) -> pd.DataFrame:
    """A form as perfsite reads it, which must be without a problem."""
    source = Source(f"submissions/passport.{style}", form(shape, style).data)
    frame, problems = read_table(source)
    assert problems == []
    assert sheets(source) == [source]
    return frame


def test_a_wide_form_has_a_row_for_each_period() -> None:
    """The total stands beside its channel, and every figure is blank."""
    lines = form().data.decode().splitlines()

    assert lines == [
        "period,transactions,transactions:digital,cost,note",
        "2017-Q1,,,,",
        "2017-Q2,,,,",
        "2017-Q3,,,,",
        "2017-Q4,,,,",
    ]
    assert (form().rows, form().figures) == (4, 12)


def test_a_tidy_form_has_a_row_for_each_figure() -> None:
    """Period, measure and channel are filled in already."""
    lines = form(Shape.TIDY).data.decode().splitlines()

    assert lines[:4] == [
        "period,measure,channel,value,note",
        "2017-Q1,transactions,,,",
        "2017-Q1,transactions,digital,,",
        "2017-Q1,cost,,,",
    ]
    assert len(lines) == 13


@pytest.mark.parametrize("shape", list(Shape))
def test_a_workbook_form_is_the_same_table_as_the_csv(shape: Shape) -> None:
    """Both kinds of a form are read as the same frame, without a problem."""
    pd.testing.assert_frame_equal(table(shape, Style.XLSX), table(shape, Style.CSV))


def filled(shape: Shape, style: Style) -> bytes:
    """A form filled in with the numbers 10, 20, ... and a symbol, from the last column back."""
    if style is Style.XLSX:
        book = openpyxl.load_workbook(io.BytesIO(form(shape, style).data))
        sheet = book["Figures"]
        column = "D" if shape is Shape.TIDY else "C"
        for number in range(2, 5):
            sheet[f"{column}{number}"] = number * 10
        sheet[f"{column}5"] = "[c]"
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()
    lines = [line.split(",") for line in form(shape, style).data.decode().splitlines()]
    at = 3 if shape is Shape.TIDY else 2
    for number, text in enumerate(["20", "30", "40", "[c]"], 1):
        lines[number][at] = text
    return "\n".join(map(",".join, lines)).encode()


@pytest.mark.parametrize("shape", list(Shape))
def test_a_filled_in_workbook_is_read_as_the_filled_in_csv(shape: Shape) -> None:
    """Numbers that a spreadsheet program stored are the figures that people typed."""
    read = [
        read_observations(
            [Source(f"submissions/passport.{style}", filled(shape, style))],
            register("passport"),
            SiteConfig(),
        )
        for style in Style
    ]

    assert [problems for _, problems in read] == [[], []]
    one, other = (frame.drop(columns=[*PLACE, "service_row"]) for frame, _ in read)
    pd.testing.assert_frame_equal(one, other)
    assert set(one["value"].dropna()) == {20, 30, 40}
    assert "confidential" in set(one["status"])


def test_a_blank_form_says_that_nothing_is_available() -> None:
    """A figure that was not filled in is missing, never zero."""
    source = Source("submissions/passport.csv", form().data)
    frame, problems = read_observations([source], register("passport"), SiteConfig())

    assert problems == []
    assert set(frame["status"]) == {"not_provided"}
    assert frame["value"].isna().all()


@pytest.mark.parametrize("shape", list(Shape))
def test_a_workbook_always_has_the_same_bytes(
    shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the clock nor the machine is in the file."""
    first = form(shape, Style.XLSX).data
    monkeypatch.setattr("time.time", lambda: 1e9)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        about = archive.read("docProps/core.xml").decode()
        parts = {(part.date_time[0], part.create_system) for part in archive.infolist()}

    assert form(shape, Style.XLSX).data == first
    assert parts == {(1980, 3)}
    assert about.count(">2000-01-01T00:00:00Z<") == 2


def test_the_periods_of_a_workbook_are_text() -> None:
    """The cells of the periods, and those below them, are formatted as text."""
    sheet = openpyxl.load_workbook(io.BytesIO(form(style=Style.XLSX).data))["Figures"]

    assert {sheet.cell(row, 1).number_format for row in range(2, 100)} == {"@"}
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("2017-Q1", "s")
    assert sheet.freeze_panes == "B2"
    assert sheet.column_dimensions["C"].width > len("transactions:digital")


def test_a_tidy_workbook_has_lists_to_choose_from() -> None:
    """Measures and channels are chosen from hidden lists; another channel is only warned of."""
    book = openpyxl.load_workbook(io.BytesIO(form(Shape.TIDY, Style.XLSX).data))
    checks = book["Figures"].data_validations.dataValidation
    found = {str(check.sqref): (check.type, check.formula1, check.errorStyle) for check in checks}

    assert found["B2:B513"] == ("list", "Lists!$A$1:$A$2", "stop")
    assert found["C2:C513"] == ("list", "Lists!$B$1:$B$1", "warning")
    assert book["Lists"].sheet_state == "hidden"
    assert [cell.value for cell in book["Lists"]["A"]] == ["transactions", "cost"]


def test_a_wide_workbook_refuses_what_is_no_figure() -> None:
    """Each column allows the numbers of its measure and the symbols, and says so."""
    book = openpyxl.load_workbook(io.BytesIO(form(style=Style.XLSX).data))
    checks = book["Figures"].data_validations.dataValidation
    count, _, cost = checks

    assert [str(check.sqref) for check in checks] == ["B2:B505", "C2:C505", "D2:D505"]
    assert count.formula1 == 'OR(AND(ISNUMBER(B2),N(B2)>=0,N(B2)=INT(N(B2))),RIGHT(B2,1)="]")'
    assert cost.formula1 == 'OR(AND(ISNUMBER(D2),N(D2)>=0),RIGHT(D2,1)="]")'
    assert count.error == (
        "A whole number, 0 or more, is expected here. "
        "Or write [x] not available, [z] not applicable, [c] confidential."
    )
    assert all(check.allow_blank for check in checks)


def test_a_workbook_says_how_to_fill_it_in() -> None:
    """The instructions describe the measures that are in the form, and no others."""
    book = openpyxl.load_workbook(io.BytesIO(form(style=Style.XLSX).data))
    sheet = book["How to fill in"]
    lines = {row[0].value: row[1].value for row in sheet.iter_rows()}

    assert lines["cost"] == (
        "What the service cost in the period. Write an amount, 0 or more, without a currency sign."
    )
    assert {"[z]", "[c]", "2017-Q3"} <= set(lines)
    assert "completed" not in lines


def test_every_measure_and_kind_has_its_words() -> None:
    """No form is without a description."""
    assert set(DESCRIPTIONS) == set(MEASURES)
    assert set(KINDS) == set(MeasureKind)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (["visitors"], "'visitors' is no measure of this site"),
        ([], "needs a measure and a period"),
        ([f"transactions:c{n}" for n in range(3000)], "12,000 figures is too long"),
    ],
)
def test_a_form_that_cannot_be_is_refused(wanted: list[str], words: str) -> None:
    """A measure that nobody knows, and a form that nobody would fill in."""
    with pytest.raises(UsageError, match=words):
        form(wanted=wanted)


@given(
    st.sampled_from(["2016", "2017-Q2", "2017-07", "2017-W52", "2017-02-28", "2016-10/2017-09"]),
    st.integers(0, 60),
)
def test_periods_follow_each_other(first: str, steps: int) -> None:
    """From the first to the last there is neither a gap nor an overlap."""
    start = Period.parse(first)
    periods = periods_between(start, start.shifted(start.count * steps))

    assert len(periods) == steps + 1
    assert all(b.start.toordinal() == a.end.toordinal() + 1 for a, b in pairwise(periods))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2017-Q1", "2017", "different lengths"),
        ("2017-Q2", "2017-Q1", "is before the first"),
        ("2016-10/2017-09", "2017-01/2017-12", "overlap"),
        ("1900-01-01", "2100-01-01", "there are"),
    ],
)
def test_periods_that_do_not_fit_are_refused(first: str, last: str, words: str) -> None:
    """Two periods that are not of one series say why."""
    with pytest.raises(UsageError, match=words):
        periods_between(Period.parse(first), Period.parse(last))


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (b"service,name,department\na,A,D\n", b'visa,"Visas, all",HO\n'),
        (b"service,name,department\r\na,A,D\r\n", b'visa,"Visas, all",HO\r\n'),
        (b"service,name,department\na,A,D", b'\nvisa,"Visas, all",HO\n'),
        (b"\xef\xbb\xbfname, service ,department,notes,\nA,a,D,,\n", b'"Visas, all",visa,HO,,\n'),
        (b"\nservice,name,department\n", b'visa,"Visas, all",HO\n'),
        (b'service,name,department\na,"A\nb",D\n\n', b'visa,"Visas, all",HO\n'),
    ],
)
def test_a_service_is_added_behind_the_others(before: bytes, added: bytes) -> None:
    """Not one byte that was in the register is changed; the row ends as its lines do."""
    source = Source("services.csv", before)
    after = add_to_register(source, service="visa", name="Visas, all", department="HO")

    assert after == before + added
    services, problems = read_register([Source("services.csv", after)])
    assert (problems, services["visa"].name) == ([], "Visas, all")


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"name,department\n", b'service,name,department\na,"A,D\n', b"a;b\n"],
)
def test_a_broken_register_is_left_alone(data: bytes) -> None:
    """A row is added only where it will be read as what it is."""
    with pytest.raises(UsageError, match="mend what"):
        add_to_register(Source("services.csv", data), service="a", name="b", department="c")


@pytest.mark.parametrize(
    ("today", "quarter"),
    [("2026-11-23", "2026-Q3"), ("2027-01-01", "2026-Q4"), ("2026-03-31", "2025-Q4")],
)
def test_the_last_quarter_has_ended(today: str, quarter: str) -> None:
    """The quarter of the day itself is not over."""
    assert last_quarter(date.fromisoformat(today)).code == quarter


def test_a_new_site_has_no_problem(tmp_path: Path) -> None:
    """What `init` writes is understood without a note, and its one service says that it is one."""
    files = make_site_files(title='Our "services"', folder="mine", today=MONDAY)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    known = analyse(load_data(tmp_path), MONDAY)

    assert known.problems == ()
    assert [service.name for service in known.services.values()] == [
        "Example: apply for a library card"
    ]
    assert max(known.observations["period"]) == "2026-Q3"
    assert parse_config(files["perfsite.toml"]).title == 'Our "services"'
    assert "perfsite build mine" in files["README.md"]


def test_entries_in_comments_are_right() -> None:
    """Each entry of perfsite.toml that waits behind a mark may be used as it stands."""
    text = make_site_files(title="T", folder="d", today=MONDAY)["perfsite.toml"]
    lines = [
        line.removeprefix("# ") if " = " in line or line.startswith("# [") else line
        for line in text.splitlines()
    ]
    used = "\n".join(lines)

    assert parse_config(used).all_measures["complaints"].name == "Complaints"
    assert len(tomllib.loads(used)) > len(tomllib.loads(text))


def test_rows_of_a_form_keep_their_numbers() -> None:
    """The first period stands in row 2, as in the CSV."""
    assert list(table(Shape.WIDE, Style.XLSX)[ROW]) == [2, 3, 4, 5]
