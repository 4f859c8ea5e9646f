from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from perfsite.errors import RULES, Problem, Severity
from perfsite.explanations import load_explanations
from perfsite.model import Source
from perfsite.report import sarif_report
from test_report import problems

SCHEMA: Final = Draft202012Validator(
    json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.schema.json").read_text("utf-8")),
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)
SOURCE: Final = Source(
    "submissions/two lines é#.csv", b'period,note,value\n2017,"a\nb",1\n2018,,13O0\n'
)
WRONG: Final = Problem(
    SOURCE.path, 3, "PS104", "value", "13O0", "a whole number", "letter O? Try 1300", service="visa"
)
EXPLANATIONS: Final = {"PS104": load_explanations()["PS104"]}


def report(*found: Problem, sources: tuple[Source, ...] = (SOURCE,), folder: str = "") -> Any:  # noqa: ANN401
    """The SARIF of some problems, held against its schema."""
    text = sarif_report(found, sources, version="1.2.3", explanations=EXPLANATIONS, folder=folder)
    content = json.loads(text)
    SCHEMA.validate(content)
    return content


def results(*found: Problem, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """The results of some problems."""
    told: list[dict[str, Any]] = report(*found, **more)["runs"][0]["results"]
    return told


def where(result: dict[str, Any]) -> dict[str, Any]:
    """The place of a result."""
    place: dict[str, Any] = result["locations"][0]["physicalLocation"]
    return place


def test_the_schema_is_that_of_sarif() -> None:
    """The copy is a schema, and refuses what is no SARIF."""
    Draft202012Validator.check_schema(SCHEMA.schema)

    assert "SARIF" in SCHEMA.schema["title"]
    assert not SCHEMA.is_valid({"version": "2.1.0"})
    assert not SCHEMA.is_valid({"version": "2.1.0", "runs": [{"results": []}]})
    content = report(WRONG)
    content["runs"][0]["results"][0]["level"] = "bad"
    assert not SCHEMA.is_valid(content)


def test_a_problem_has_the_line_and_character_of_its_cell() -> None:
    """Row 3 of a file with a line break in a value is its line 4."""
    (result,) = results(WRONG)

    assert where(result) == {
        "artifactLocation": {
            "uri": "submissions/two%20lines%20%C3%A9%23.csv",
            "uriBaseId": "%SRCROOT%",
        },
        "region": {"startLine": 4, "startColumn": 7},
    }
    assert result["properties"]["row"] == 3


def test_addresses_begin_with_the_data_folder() -> None:
    """Within a repository a file is found from its top."""
    (result,) = results(WRONG, folder="my data/")

    uri = where(result)["artifactLocation"]["uri"]
    assert uri.startswith("my%20data/submissions/two%20lines")


def test_what_is_of_a_whole_file_or_a_workbook_has_no_line() -> None:
    """A line that is a guess would be worse than none."""
    whole = Problem(SOURCE.path, 0, "PS101")
    book = Problem("submissions/a.xlsx", 7, "PS104", "value")
    unknown = Problem("perfsite.toml", 3, "PS111")

    told = results(whole, book, unknown, sources=(SOURCE, Source("submissions/a.xlsx", b"PK")))
    assert len(told) == 3
    assert all("region" not in where(result) for result in told)


def test_a_sheet_is_in_its_workbook() -> None:
    """A host of code knows the file; which of its sheets is meant stands in the properties."""
    (result,) = results(Problem("submissions/a.XLSX/One / two", 7, "PS104", "value"))

    assert where(result)["artifactLocation"]["uri"] == "submissions/a.XLSX"
    assert result["properties"]["file"] == "submissions/a.XLSX/One / two"


def test_a_result_says_all_that_the_text_says() -> None:
    """Title, column, what was found and expected and how to mend it; level, rule and service."""
    (result,) = results(WRONG)

    assert result["message"]["text"] == (
        'A value is not a number or a symbol, in the column "value".\n'
        "Found: 13O0.\nExpected: a whole number.\nTo mend it: letter O? Try 1300."
    )
    assert (result["ruleId"], result["level"]) == ("PS104", "error")
    assert result["properties"]["service"] == "visa"


def test_every_code_is_a_rule_with_help_and_level() -> None:
    """Rules stand in the order of codes; help is what they mean, or the title."""
    driver = report(WRONG)["runs"][0]["tool"]["driver"]

    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    assert [rule["defaultConfiguration"]["level"] for rule in driver["rules"]] == [
        rule.severity for rule in RULES.values()
    ]
    helps = {rule["id"]: rule["help"] for rule in driver["rules"]}
    assert "**To mend it:** Write the digits alone" in helps["PS104"]["markdown"]
    assert "\nTo mend it: Write the digits alone" in helps["PS104"]["text"]
    assert set(helps["PS101"].values()) == {"A file cannot be read."}
    assert (driver["name"], driver["semanticVersion"]) == ("perfsite", "1.2.3")


def test_a_result_leads_to_its_rule() -> None:
    """The number of the rule is that of its code, and the level is that which the site has set."""
    raised = Problem("a.csv", 2, "PS201", severity=Severity.ERROR)
    run = report(raised)["runs"][0]
    (result,) = run["results"]

    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "PS201"
    assert result["level"] == "error"
    assert run["invocations"] == [{"executionSuccessful": True}]


def prints(found: list[Problem]) -> list[str]:
    """The fingerprints of some problems, sorted."""
    return sorted(
        text for result in results(*found) for text in result["partialFingerprints"].values()
    )


def test_a_fingerprint_stays_when_rows_move() -> None:
    """The same problem further down is the same; two of a kind are told apart."""
    here = [Problem("a.csv", row, "PS104", "value", "x") for row in (2, 5)]
    below = [Problem("a.csv", row, "PS104", "value", "x") for row in (3, 6)]
    other = [Problem("a.csv", row, "PS104", "value", "y") for row in (2, 5)]

    assert prints(here) == prints(below)
    assert len(set(prints(here))) == 2
    assert not set(prints(here)) & set(prints(other))


@given(st.lists(problems, max_size=4))
def test_whatever_is_wrong_makes_good_sarif(found: list[Problem]) -> None:
    """The file is valid whatever the values hold, and the same each time."""
    text = [
        sarif_report(order, [SOURCE], version="1.0.0", explanations={}, folder="data/")
        for order in (found, found[::-1])
    ]

    SCHEMA.validate(json.loads(text[0].encode()))
    assert len(json.loads(text[0])["runs"][0]["results"]) == len(found)
    if len(set(found)) == len(found):
        assert text[0] == text[1]


def test_a_name_of_odd_bytes_is_an_address() -> None:
    """A file name that is not UTF-8 keeps its bytes."""
    (result,) = results(Problem("\udce9.csv", 0, "PS101"))

    assert where(result)["artifactLocation"]["uri"] == "%E9.csv"
