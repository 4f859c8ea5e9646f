from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import PurePosixPath
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from perfsite.metadata.schemas import schema_files, service_schema, submission_schema
from small_site import ROOT, SERVICES, SUBMISSIONS, small_site

SERVICE: Final = Draft202012Validator(service_schema())
SUBMISSION: Final = Draft202012Validator(submission_schema())
Json = dict[str, Any]


def of_service(service: str) -> Json:
    """What the site publishes of a service as JSON."""
    found: Json = json.loads(small_site()[f"services/{service}.json"])
    return found


@pytest.mark.parametrize("file", schema_files(), ids=lambda file: str(file.path))
def test_the_schemas_in_the_documentation_are_those_of_the_code(file: Any) -> None:  # noqa: ANN401
    """docs/schemas/ holds the schemas; to accept a change, copy those of a site without a base."""
    committed = ROOT / "docs/schemas" / PurePosixPath(file.path).name

    assert committed.read_bytes() == file.data
    Draft202012Validator.check_schema(json.loads(file.data))


def test_a_schema_says_where_it_is_if_that_is_known() -> None:
    """With a base address a schema has its own; without one it has none."""
    with_base = [json.loads(file.data) for file in schema_files("https://example.org/")]

    assert [schema["$id"] for schema in with_base] == [
        f"https://example.org/{file.path}" for file in schema_files()
    ]
    assert "$id" not in service_schema()


@pytest.mark.parametrize("service", SERVICES)
def test_the_json_of_every_service_is_valid(service: str) -> None:
    """What the site writes is what the schema says."""
    assert [error.message for error in SERVICE.iter_errors(of_service(service))] == []


def broken(path: tuple[str | int, ...], value: object) -> Json:
    """The JSON of a service with one of its values replaced."""
    content = deepcopy(of_service("full"))
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    assert path[-1] in place or isinstance(path[-1], int)
    place[path[-1]] = value
    return content


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("service",), "Full"),
        (("name",), ""),
        (("opened",), "in spring"),
        (("kpis",), None),
        (("kpis", 0, "value"), "12"),
        (("kpis", 0, "value"), -1),
        (("kpis", 0, "kpi"), "speed"),
        (("kpis", 0, "status"), "older"),
        (("observations", 0, "value"), "[x]"),
        (("observations", 0, "period"), ""),
        (("observations", 0, "status"), "provided guessed"),
    ],
)
def test_the_json_of_a_service_that_is_not_so_is_refused(
    path: tuple[str | int, ...], value: object
) -> None:
    """A number as text, an unknown word, a text where there must be one: the schema complains."""
    assert not SERVICE.is_valid(broken(path, value))


def test_a_member_too_many_or_too_few_is_refused() -> None:
    """The schema names everything that there is."""
    content = of_service("full")

    assert not SERVICE.is_valid({**content, "other": ""})
    assert not SERVICE.is_valid({k: v for k, v in content.items() if k != "name"})


def documented() -> list[str]:
    """The examples of JSON on the page about the data format."""
    page = (ROOT / "docs/data-format.md").read_text(encoding="utf-8")
    return re.findall(r"```json\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("text", [*documented(), SUBMISSIONS["clocks.json"]])
def test_the_submissions_shown_are_valid(text: str) -> None:
    """The example on the page about the data format, and that of the small site."""
    assert [error.message for error in SUBMISSION.iter_errors(json.loads(text))] == []


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"observations": []},
        [{"period": 2017, "measure": "transactions", "value": 1200}],
        [{"period": "2016-10/2017-09", "measure": "cost", "value": None, "note": "late"}],
        [{"service": "visa", "period": "2017-Q3", "transactions": "1500 [p]", "cost": 3}],
        {"observations": [{"period": "2017-07-03", "transactions:digital": 3, "note": None}]},
    ],
)
def test_tidy_and_wide_records_are_valid(content: object) -> None:
    """A list or an object, tidy or wide, numbers, texts and nulls."""
    assert [error.message for error in SUBMISSION.iter_errors(content)] == []


@pytest.mark.parametrize(
    "content",
    [
        "transactions",
        {"figures": []},
        [{"measure": "transactions", "value": 1}],
        [{"period": "2017-07", "measure": "transactions"}],
        [{"period": "July 2017", "transactions": 1}],
        [{"period": "2017-07", "transactions": {"digital": 1}}],
        [{"period": "2017-07", "transactions": True}],
        [{"period": "2017-07", "Transactions": 1}],
        [{"period": "2017-07", "service": "Visa", "transactions": 1}],
        [{"period": "2017-07", "measure": "transactions", "value": 1, "unit": "people"}],
    ],
)
def test_what_is_no_submission_is_refused(content: object) -> None:
    """No records, no period, no value, a value of another kind, an unknown column."""
    assert not SUBMISSION.is_valid(content)
