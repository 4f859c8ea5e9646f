from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from perfsite.errors import RULES, Problem, Severity
from perfsite.exports.schemas import problems_schema
from perfsite.report import json_report, text_report
from perfsite.report.problems import one_line

SCHEMA: Final = Draft202012Validator(problems_schema())
WRONG: Final = Problem(
    "submissions/passport.csv",
    3,
    "PS104",
    "value",
    "13O0",
    "a whole number, 0 or more",
    "letter O instead of zero? Try 1300",
)
ABOVE: Final = Problem("a.csv", 2, "PS201", "transactions:digital", "3 of 2", "no more than 2")
LEFT_OUT: Final = Problem("b.csv", 0, "PS303", found="no figure")
problems: Final = st.builds(
    Problem,
    st.text(min_size=1),
    st.integers(0, 10**6),
    st.sampled_from(list(RULES)),
    st.text(),
    st.text(),
    st.text(),
    st.text(),
    service=st.text(),
    measures=st.tuples(st.text()),
    period=st.text(),
)


def test_a_problem_looks_as_it_should() -> None:
    """A block has the place, what was found and expected, how to mend it, and the code."""
    assert (
        text_report([WRONG], 1)
        .partition("\n\n")[2]
        .startswith(
            """\
submissions/passport.csv:3  column "value"
  found     13O0
  expected  a whole number, 0 or more
  fix       letter O instead of zero? Try 1300                                [PS104]
"""
        )
    )


def test_the_code_follows_a_long_line_after_two_spaces() -> None:
    """A line that reaches to where the code would stand pushes it to the right."""
    fix = "x" * 80
    long = Problem("a.csv", 1, "PS104", fix=fix)

    assert f"  fix       {fix}  [PS104]\n" in text_report([long], 1)


def test_a_problem_of_which_nothing_is_said_ends_with_its_code() -> None:
    """Where there is nothing but a place, the code stands beside it."""
    assert "\na.csv" + " " * 73 + "[PS101]\n" in text_report([Problem("a.csv", 0, "PS101")], 1)


def test_each_severity_has_its_heading() -> None:
    """Problems are grouped, the worst first, and each heading says what becomes of them."""
    text = text_report([LEFT_OUT, ABOVE, WRONG, Problem("a.csv", 9, "PS108")], 9)

    headings = [line for line in text.splitlines() if ": " in line and line[0].isdigit()]
    assert headings == [
        "2 errors: left out until they are mended",
        "1 warning: published as given, and marked",
        "1 note: nothing to do",
    ]
    places = [line.split()[0] for line in text.splitlines() if ".csv" in line]
    assert places == ["a.csv:9", "submissions/passport.csv:3", "a.csv:2", "b.csv"]


def test_one_error_is_mended_alone() -> None:
    """The heading of a single error speaks of one."""
    assert text_report([WRONG], 1).startswith("1 error: left out until it is mended\n\n")


def test_the_summary_counts_each_code_and_says_where_to_read_more() -> None:
    """At the end stand the numbers, a line a code with its title, and the way to explanations."""
    text = text_report([ABOVE, WRONG, WRONG], 9)

    assert text.endswith(
        "\n2 errors, 1 warning, 0 notes.\n"
        "  PS104      2  A value is not a number or a symbol\n"
        "  PS201      1  A part is larger than its whole\n"
        "perfsite explain PS104 says more."
    )


def test_nothing_wrong_is_said_in_one_line() -> None:
    """Without a problem there are no headings, and nothing to explain."""
    assert text_report([], 20) == "0 errors, 0 warnings, 0 notes."


def test_only_so_many_are_shown_and_all_are_counted() -> None:
    """What is left out is said; headings and summary count all."""
    text = text_report([Problem("a.csv", row, "PS104") for row in range(1, 31)], 20)

    assert text.startswith("30 errors: ")
    assert "a.csv:20 " in text
    assert "a.csv:21 " not in text
    assert "\n... and 10 more; `perfsite validate` lists them all.\n" in text
    assert "\n30 errors, 0 warnings, 0 notes.\n" in text


def test_a_severity_that_the_site_has_set_decides() -> None:
    """A warning made an error stands among the errors."""
    raised = Problem("a.csv", 2, "PS201", severity=Severity.ERROR)

    assert text_report([raised], 9).startswith("1 error: ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with é and 漢字", "plain, with é and 漢字"),
        ("two\nlines\r\n", "two\\nlines\\r\\n"),
        ("a\tb\0c\x1b[31m", "a\\tb\\x00c\\x1b[31m"),
        ("1\u00a0200\u2028\ufeff", "1\\xa0200\\u2028\\ufeff"),
    ],
)
def test_what_cannot_be_seen_is_spelt_out(text: str, shown: str) -> None:
    """Line breaks, controls and odd spaces are shown by their names; letters stay as they are."""
    assert one_line(text) == shown


@given(st.lists(problems, max_size=5))
def test_no_value_breaks_the_layout(found: list[Problem]) -> None:
    """Whatever the values hold, each part of a problem takes one line that can be printed."""
    lines = text_report(found, 99).split("\n")

    assert all(line.isprintable() for line in lines)
    assert sum(line.endswith("]") and "[PS" in line for line in lines) >= len(found)


@given(st.lists(problems, max_size=5))
def test_the_json_is_as_its_schema_says_and_loses_nothing(found: list[Problem]) -> None:
    """Every problem is there with all that it says, and the counts are right."""
    content: dict[str, Any] = json.loads(json_report(found))

    SCHEMA.validate(content)
    assert sum(content["counts"].values()) == len(content["problems"]) == len(found)
    told = {(one["file"], one["row"], one["code"], one["found"]) for one in content["problems"]}
    assert told == {(one.file, one.row, one.code, one.found) for one in found}


def test_the_json_of_a_problem_is_complete() -> None:
    """All members, the title and the severity included, under their names."""
    problem = Problem("é.csv", 2, "PS201", "c", "f", "e", "x", service="s", measures=("m", "n"))
    text = json_report([problem])

    assert "é.csv" in text
    assert json.loads(text) == {
        "counts": {"errors": 0, "warnings": 1, "notes": 0},
        "problems": [
            {
                "file": "é.csv",
                "row": 2,
                "column": "c",
                "code": "PS201",
                "severity": "warning",
                "title": "A part is larger than its whole",
                "found": "f",
                "expected": "e",
                "fix": "x",
                "service": "s",
                "measures": ["m", "n"],
                "period": "",
            }
        ],
    }


def test_a_name_that_is_no_text_can_be_written() -> None:
    """A file name of odd bytes keeps them in the JSON, which stays UTF-8."""
    text = json_report([Problem("\udce9.csv", 0, "PS101")])

    assert json.loads(text.encode())["problems"][0]["file"] == "\udce9.csv"
