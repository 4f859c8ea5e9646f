from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.measures import MEASURES, Aggregation, Measure, MeasureKind
from perfsite.validate.values import CARRIED, MARKS, PUBLISHED_MARKS, RETRACTED, check_values

if TYPE_CHECKING:
    from perfsite.errors import Problem


KINDS = {
    **{
        kind: next(m.id for m in MEASURES.values() if m.kind is kind)
        for kind in MeasureKind
        if kind != "number"
    },
    MeasureKind.NUMBER: "balance",
}
ALL = {**MEASURES, "balance": Measure("balance", "Balance", MeasureKind.NUMBER, Aggregation.NONE)}


def read(text: str, kind: MeasureKind = MeasureKind.COUNT) -> tuple[float, str, str, list[Problem]]:
    """One value: its number, status, marks and problems."""
    row, problems = row_of(text, kind)
    return row.value, row.status, row.marks, problems


class Row(NamedTuple):
    """A row of the frame of values."""

    value: float
    status: str
    marks: str
    secret: float


def row_of(text: str, kind: MeasureKind = MeasureKind.COUNT) -> tuple[Row, list[Problem]]:
    """What one value is read as, and its problems."""
    frame, bad, problems = check_values(table(KINDS[kind], text), ALL)
    assert bool(bad.iloc[0]) == bool(problems)
    assert list(frame.columns) == list(Row._fields)
    return Row(*frame.iloc[0]), problems


def table(measure: str, *texts: str) -> pd.DataFrame:
    """A long table of text, with these values of a measure for the months of 2017."""
    return pd.DataFrame(
        {
            "file": "a.csv",
            "row": range(2, len(texts) + 2),
            "column": "value",
            "service": "alpha",
            "period": [f"2017-{month:02}" for month in range(1, len(texts) + 1)],
            "measure": measure,
            "value": texts,
        },
        dtype=object,
    )


@given(st.integers(0, 2**53 - 1))
def test_a_count_is_read_to_the_last_digit(value: int) -> None:
    """Any whole number that a float holds alone is that number, and is provided."""
    number, status, marks, problems = read(str(value))

    assert (number, status, marks, problems) == (value, "provided", "", [])


@given(st.integers(0, 10**6))
def test_a_percentage_is_the_share_it_says(tenths: int) -> None:
    """88.4% is the float nearest to 0.884, not one beside it."""
    share = tenths / 10**6
    number, status, _, problems = read(f"{tenths / 10**4:.4f}%", MeasureKind.SHARE)

    assert (number, status, problems) == (share, "provided", [])


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", "not_provided"),
        ("[x]", "not_provided"),
        ("[z]", "not_applicable"),
        ("[c]", "confidential"),
    ],
)
@pytest.mark.parametrize("kind", list(MeasureKind))
def test_a_symbol_stands_for_no_number(text: str, status: str, kind: MeasureKind) -> None:
    """Missing, not applicable and confidential are apart, none is zero, and blank is [x]."""
    number, found, marks, problems = read(text, kind)

    assert math.isnan(number)
    assert (found, marks, problems) == (status, "", [])


def test_zero_is_a_number() -> None:
    """A service that was not used was used 0 times."""
    assert read("0") == (0.0, "provided", "", [])


@pytest.mark.parametrize("mark", ["p", "e", "r", "b"])
@pytest.mark.parametrize("space", ["", " "])
def test_a_number_may_carry_a_mark(mark: str, space: str) -> None:
    """Provisional, estimated, revised and broken series keep their number."""
    assert read(f"12{space}[{mark}]") == (12.0, "provided", mark, [])
    assert read(f"12{space}[{mark}]{space}[e]")[:2] == (12.0, "provided")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12.", MeasureKind.COUNT, 12),
        ("12.0", MeasureKind.COUNT, 12),
        (".5", MeasureKind.SHARE, 0.5),
        ("50 %", MeasureKind.SHARE, 0.5),
        ("33.3333333333333%", MeasureKind.SHARE, 0.333333333333333),
        ("7.%", MeasureKind.SHARE, 0.07),
        ("0", MeasureKind.SHARE, 0),
        ("1", MeasureKind.SHARE, 1),
        ("100%", MeasureKind.SHARE, 1),
        ("0.0659", MeasureKind.CURRENCY, 0.0659),
        ("86399.5", MeasureKind.SECONDS, 86399.5),
        ("-3.5", MeasureKind.NUMBER, -3.5),
    ],
)
def test_numbers_are_read_as_their_kind_allows(text: str, kind: MeasureKind, value: float) -> None:
    """Decimals, percentages and signs stand where the kind of the measure has them."""
    assert read(text, kind) == (value, "provided", "", [])


@pytest.mark.parametrize(
    "text",
    [
        "1,234", "1 234", "£5", "12k", "1e3", "#REF!", "-", "n/a", "NaN", "inf", "None", "five",
        "[y]", "[p]", "[x] [z]", "[x][p]", "5 [x]", "[z]%", "%", "1.2.3", "--5", "+5", "0x10", "5%",
        "O", "1O0", "[X]", "x", "(5)", "5[", "1_000", "\u0663", "\uff11\uff12", "True",
    ],
)  # fmt: skip
def test_what_is_neither_number_nor_symbol_is_an_error(text: str) -> None:
    """Nothing is guessed: the problem quotes the value and says what was expected."""
    number_or_none = read(text)
    problems = number_or_none[3]

    assert [(p.file, p.row, p.code, p.column, p.found) for p in problems] == [
        ("a.csv", 2, "PS104", "value", text)
    ]
    assert problems[0].expected == "a whole number, 0 or more"
    assert problems[0].fix
    assert (problems[0].service, problems[0].measures) == ("alpha", ("transactions",))
    assert problems[0].period == "2017-01"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-1", MeasureKind.COUNT),
        ("2.5", MeasureKind.COUNT),
        ("-0.01", MeasureKind.CURRENCY),
        ("1.01", MeasureKind.SHARE),
        ("101%", MeasureKind.SHARE),
        ("88.4", MeasureKind.SHARE),
        ("-1", MeasureKind.SHARE),
        ("-1", MeasureKind.SECONDS),
        ("-1", MeasureKind.MILLISECONDS),
        ("9007199254740992", MeasureKind.COUNT),
        ("9" * 400, MeasureKind.NUMBER),
    ],
)
def test_a_number_that_its_measure_cannot_have_is_an_error(text: str, kind: MeasureKind) -> None:
    """Shares end at 100%, counts are whole, and only plain numbers go below zero."""
    problems = read(text, kind)[3]

    assert [p.code for p in problems] == ["PS115"]


@pytest.mark.parametrize(
    ("text", "kind", "hint"),
    [
        ("1,234", MeasureKind.COUNT, "1234"),
        ("£5.20", MeasureKind.CURRENCY, "5.20"),
        ("1O5", MeasureKind.COUNT, "105"),
        ("88.4", MeasureKind.SHARE, "88.4%"),
        ("n/a", MeasureKind.COUNT, "[x]"),
        ("#REF!", MeasureKind.COUNT, "formula"),
        ("1e3", MeasureKind.COUNT, "digits"),
    ],
)
def test_a_problem_says_how_to_mend_it(text: str, kind: MeasureKind, hint: str) -> None:
    """The fix is what a person would try, and is never applied by itself."""
    number, _, _, problems = read(text, kind)

    assert hint in problems[0].fix
    assert math.isnan(number) or number == float(text)


def test_each_row_has_its_own_answer() -> None:
    """One spelling in several rows is one value in each, and a bad one spoils only its own rows."""
    long = table("transactions", "5", "", "5", "x", "[z]", "x")
    long.index = pd.RangeIndex(10, 16)

    frame, bad, problems = check_values(long, MEASURES)

    assert list(frame.index) == list(bad.index) == list(range(10, 16))
    assert frame["value"].tolist()[::2][:2] == [5.0, 5.0]
    assert bad.tolist() == [False, False, False, True, False, True]
    assert [p.row for p in problems] == [5, 7]


def test_no_rows_are_no_trouble() -> None:
    """An empty table has no values and no problems."""
    long = table("transactions")

    frame, bad, problems = check_values(long, MEASURES)

    assert (len(frame), len(bad), problems) == (0, 0, [])


@pytest.mark.parametrize("text", ["1234 [c]", "1234[c]", "1234 [c] [p]", "1234 [r][c]"])
def test_a_suppressed_figure_is_confidential_and_its_number_is_kept_apart(text: str) -> None:
    """No later stage that reads values, marks or statuses can come upon the number."""
    row, problems = row_of(text)

    assert problems == []
    assert (row.status, row.marks, row.secret) == ("confidential", "", 1234)
    assert math.isnan(row.value)


@pytest.mark.parametrize("text", ["1234", "1234 [p]", "[c]", "[x]", ""])
def test_nothing_else_is_a_secret(text: str) -> None:
    """A number without [c] is no secret, and a [c] without a number holds none."""
    assert math.isnan(row_of(text)[0].secret)


def test_a_suppressed_share_is_a_share() -> None:
    """What a suppressed number means does not depend on its being suppressed."""
    assert row_of("88.4% [c]", MeasureKind.SHARE)[0].secret == 0.884


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1234 [c] [x]", "PS104"),
        ("[c][p]", "PS104"),
        ("[c][c]", "PS104"),
        ("12.5 [c]", "PS115"),
        ("-3 [c]", "PS115"),
        ("1,234 [c]", "PS104"),
        ("1234 [C]", "PS104"),
        ("1234 [k]", "PS104"),
        ("1234 [t]", "PS104"),
    ],
)
def test_a_suppressed_figure_is_checked_like_any_other(text: str, code: str) -> None:
    """A number that could not be published could not be suppressed either; [k], [t] are ours."""
    row, problems = row_of(text)

    assert [problem.code for problem in problems] == [code]
    assert problems[0].fix
    assert row.status == "provided" or math.isnan(row.value)


def test_marks_that_perfsite_sets_have_their_words() -> None:
    """What the published status says can be read back, letter by letter."""
    assert PUBLISHED_MARKS[CARRIED] == "carried_over"
    assert PUBLISHED_MARKS[RETRACTED] == "retracted"
    assert len(set(PUBLISHED_MARKS.values())) == len(PUBLISHED_MARKS) == len(MARKS) + 2


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("5 [x]", "not both"),
        ("1234 [C]", "small letters: 1234 [c]"),
        ("(c)", "[c] confidential"),
        ("[y]", "[p] provisional"),
        ("1,234 [c]", "1234"),
    ],
)
def test_a_wrong_symbol_has_a_hint_at_the_right_ones(text: str, hint: str) -> None:
    """Whoever meant a symbol is told which there are."""
    assert hint in row_of(text)[1][0].fix


@pytest.mark.parametrize(
    ("text", "kind", "kept"),
    [
        ("0.30000000000000004", "currency", True),
        ("9007199254740991", "count", True),
        ("000000000000000000012.500000000000000000000", "currency", True),
        ("33.3333333333333%", "share", True),
        ("0.10000000000000001", "currency", False),
        ("0.12345678901234567890", "currency", False),
        (f"0.{30 * '9'}", "currency", False),
        (f"0.{30 * '9'}", "share", False),
        (f"99.{30 * '9'}%", "share", False),
        (f"0.{400 * '0'}1", "seconds", False),
        (f"{400 * '9'}.5", "number", False),
    ],
)
def test_a_number_is_kept_in_all_its_digits_or_not_at_all(text: str, kind: str, kept: bool) -> None:
    """What a float would round is left out, and its author is told to round it."""
    _, problems = row_of(text, MeasureKind(kind))

    assert [problem.code for problem in problems] == ([] if kept else ["PS115"])
    if not kept and len(text) < 100:
        assert problems[0].fix == "more digits than can be kept: round it to 15 of them"
