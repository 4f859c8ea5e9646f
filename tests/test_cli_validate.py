from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from perfsite.errors import RULES
from perfsite.exports.schemas import problems_schema
from small_site import Ran, data_folder, perfsite, read_tree, run

if TYPE_CHECKING:
    from collections.abc import Callable

WRONG = 'period,note,transactions\n2017-Q1,"two\nlines",10\n2017-Q2,,13O0\n'
"""A submission of the service `full` whose second row begins on its fourth line."""


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own environment must not decide about the edition."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A data folder with one error, in the submission of the service `full`."""
    return data_folder(tmp_path, submissions={"full.csv": WRONG})


def told(ran: Ran, code: str) -> list[dict[str, Any]]:
    """The problems of a code, of those that a run told as JSON."""
    content = json.loads(ran.out)
    return [problem for problem in content["problems"] if problem["code"] == code]


def test_json_holds_every_problem_and_nothing_else_is_printed(wrong: Path) -> None:
    """What stands on stdout is one JSON text of the published form, and the exit code is 1."""
    ran = perfsite("validate", wrong, "--format", "json")

    assert (ran.code, ran.err) == (1, "")
    Draft202012Validator(problems_schema()).validate(json.loads(ran.out))
    (problem,) = told(ran, "PS104")
    assert (problem["row"], problem["column"], problem["found"]) == (3, "transactions", "13O0")
    assert problem["severity"] == "error"
    assert problem["title"] == RULES["PS104"].title


def test_sarif_finds_the_line_in_the_file(wrong: Path) -> None:
    """Row 3 begins on line 4; the address is that of the file below the working directory."""
    ran = run("validate", wrong.name, "--format", "sarif", cwd=wrong.parent)
    content = json.loads(ran.out)

    assert (ran.code, ran.err) == (1, "")
    (result,) = [one for one in content["runs"][0]["results"] if one["ruleId"] == "PS104"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"{wrong.name}/submissions/full.csv"
    assert place["region"] == {"startLine": 4, "startColumn": 10}
    helps = {
        rule["id"]: rule["help"]["text"] for rule in content["runs"][0]["tool"]["driver"]["rules"]
    }
    assert "\nTo mend it: Write the digits alone" in helps["PS104"]


def test_sarif_is_the_same_from_anywhere_but_for_the_folder(wrong: Path) -> None:
    """From within the data folder addresses are relative to it, and so they are from elsewhere."""
    within = run("validate", ".", "--format", "sarif", cwd=wrong)
    again = run("validate", ".", "--format", "sarif", cwd=wrong)
    elsewhere = run("validate", wrong, "--format", "sarif", cwd=Path(__file__).parent)

    assert '"uri": "submissions/full.csv"' in within.out
    assert within.out == again.out == elsewhere.out
    assert str(wrong.parent) not in within.out


@pytest.mark.parametrize("style", ["text", "json", "sarif"])
def test_a_file_gets_what_the_terminal_would(wrong: Path, tmp_path: Path, style: str) -> None:
    """With --out nothing is printed but where it went, and the exit code is the same."""
    out = tmp_path / "deep/er/problems"
    shown = perfsite("validate", wrong, "--format", style)
    ran = perfsite("validate", wrong, "--format", style, "--out", out)

    assert (ran.code, ran.out, ran.err) == (1, "", f"Wrote {out}.\n")
    assert out.read_text("utf-8") == shown.out


def test_a_folder_is_no_file(wrong: Path) -> None:
    """Problems are not written over a folder."""
    ran = perfsite("validate", wrong, "--format", "json", "--out", wrong)

    assert ran.code == 2
    assert "is a folder; name a file" in ran.err


def test_only_the_problems_of_a_service(tmp_path: Path) -> None:
    """Those of other services are left out; those of which nobody knows whose they are stay."""
    files = {
        "full.csv": f"{WRONG}2017-Q3\n",
        "renamed.csv": f"{WRONG}2017-Q3\n",
        "more.csv": "service,period,measure,value\nfull,2017,cost,1\nnobody,2017,cost,1\n",
    }
    data = data_folder(tmp_path, submissions=files)
    ran = perfsite("validate", data, "--format", "json", "--service", "renamed")

    assert ran.code == 1
    assert {problem["file"] for problem in told(ran, "PS104")} == {"submissions/renamed.csv"}
    assert {problem["file"] for problem in told(ran, "PS103")} == {"submissions/renamed.csv"}
    assert len(told(ran, "PS111")) == 1
    both = ("--service", "renamed", "--service", "full")
    ran = perfsite("validate", data, "--format", "json", *both)
    assert len(told(ran, "PS104")) == 2


def test_a_service_without_an_error_passes(tmp_path: Path) -> None:
    """What is wrong with others does not fail the check of one."""
    data = data_folder(tmp_path, submissions={"full.csv": WRONG})

    assert perfsite("validate", data, "--service", "renamed").code == 0


def test_an_unknown_service_is_refused(wrong: Path) -> None:
    """A slip must not look like a service without problems."""
    ran = perfsite("validate", wrong, "--service", "ful")

    assert ran.code == 2
    assert "--service ful: it is not in the register; did you mean full?" in ran.err


def test_warnings_fail_a_check_that_is_strict(tmp_path: Path) -> None:
    """Warnings alone pass, unless --strict-warnings is given."""
    above = "period,transactions,transactions:digital\n2016-10/2017-09,6,30\n"
    data = data_folder(tmp_path, submissions={"withheld.csv": above})

    assert perfsite("validate", data).code == 0
    assert perfsite("validate", data, "--strict-warnings").code == 1


@pytest.mark.parametrize("option", [("--since", "site"), ("--no-charts",)])
def test_what_is_for_the_preview_alone_is_refused(wrong: Path, option: tuple[str, ...]) -> None:
    """An option that would do nothing is a slip."""
    ran = perfsite("validate", wrong, *option)

    assert ran.code == 2
    assert f"{option[0]} is for the preview alone" in ran.err


def test_the_preview_shows_a_service_with_its_problems(wrong: Path, tmp_path: Path) -> None:
    """The folder holds the page of the service; stdout has the text, and the exit code is 1."""
    out = tmp_path / "preview"
    options = ("--format", "html", "--no-charts", "--service", "full", "--out", out)
    ran = perfsite("validate", wrong, *options)
    tree = read_tree(out)

    assert ran.code == 1
    assert "[PS104]" in ran.out
    assert ran.err.startswith(f"Wrote {out / 'index.html'} and ")
    assert b"13O0" in tree["site/services/full.html"]
    assert "site/services/renamed.html" not in tree


def test_the_preview_compares_with_an_earlier_site(tmp_path: Path) -> None:
    """A folder of a site and its file of observations say the same; what is neither is refused."""
    before = data_folder(tmp_path / "a", submissions={"full.csv": "period,cost\n2017,10\n"})
    site = tmp_path / "site"
    assert perfsite("build", before, "--out", site, "--no-charts").code == 0
    now = data_folder(tmp_path / "b", submissions={"full.csv": "period,cost\n2017,777\n"})

    def preview(since: Path) -> tuple[Ran, Callable[[], bytes]]:
        out = tmp_path / "preview"
        ran = perfsite(
            "validate", now, "--format", "html", "--no-charts", "--since", since, "--out", out
        )
        return ran, lambda: read_tree(out)["site/services/full.html"]

    ran, page = preview(site)
    assert ran.code == 0
    changed = page()
    assert b"777" in changed
    ran, page = preview(site / "data/observations.csv")
    assert (ran.code, page()) == (0, changed)
    assert preview(now)[0].code == 2
    assert preview(now / "services.csv")[0].code == 2
