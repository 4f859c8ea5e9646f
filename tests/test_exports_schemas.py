from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import PurePosixPath
from typing import Any, Final

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from perfsite.config import SiteConfig
from perfsite.exports import columns
from perfsite.exports.schemas import (
    ID,
    NAME,
    PERIOD,
    WIDE_NAMES,
    RecordModel,
    ServiceRecord,
    TidyRecord,
    WideRecord,
    register_schema,
    retraction_schema,
    schema_files,
    service_schema,
    submission_schema,
)
from perfsite.measures import MEASURES
from perfsite.model import REGISTER_COLUMNS, Service, Source
from perfsite.periods import Period
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register
from perfsite.validate.submissions import TIDY
from small_site import ROOT, SERVICES, SUBMISSIONS, small_site

SERVICE: Final = Draft202012Validator(service_schema())
SUBMISSION: Final = Draft202012Validator(submission_schema())
REGISTER: Final = Draft202012Validator(register_schema())
Json = dict[str, Any]


def of_service(service: str) -> Json:
    """What the site publishes of a service as JSON."""
    found: Json = json.loads(small_site()[f"services/{service}.json"])
    return found


@pytest.mark.parametrize("file", schema_files(), ids=lambda file: str(file.path))
def test_the_schemas_in_the_documentation_are_those_of_the_code(file: Any) -> None:  # noqa: ANN401
    """docs/schemas/ holds the schemas; to accept a change, run scripts/documents.py."""
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
        {"period": "2017", "transactions": 3},
        {"observations": {"period": "2017", "measure": "cost", "value": 3}, "made": "2018"},
        [{"period": "2017", "measure": "cost", "value": 3, "release_at": "2018-09-20"}],
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
        [{"period": "2017-07", "measure": "cost", "value": 1}, {"period": "2017", "cost": 1}],
        [{"period": "2017-07", "note": "nothing"}],
        [{"period": "2017-07", "cost": 1, "row": 2}],
        [{"period": "2017-07", "cost": 1, "release_at": "20 September 2018"}],
        {},
    ],
)
def test_what_is_no_submission_is_refused(content: object) -> None:
    """No records, no period or value, one of another kind, an unknown column, two forms in one."""
    assert not SUBMISSION.is_valid(content)


UNREADABLE: Final = {"PS103", "PS105", "PS106"}
"""The codes of what cannot be divided into records and known columns."""
ALPHA: Final = {"alpha": Service("alpha", "Alpha", "Ministry"), "7": Service("7", "Seven", "M")}
names: Final = st.sampled_from(
    [*TIDY, "transactions", "cost", "transactions:digital", "uptime", "visits", "Cost", "row", "x:"]
)
scalars: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2020),
    st.floats(0, 9, allow_nan=False),
    st.text(st.characters(codec="utf-8"), max_size=3).map(str.strip),
    st.sampled_from(
        ["", "[x]", "90%", "1200 [p]", "1,200", "digital", "all", "2018-09-20", "late"]
    ),
)
good: Final[dict[str, st.SearchStrategy[Any]]] = {
    "service": st.sampled_from(["alpha", "alpha", 7, "beta"]),
    "period": st.sampled_from(["2017-07", 2017, "2016-10/2017-09", "2017-W27", "2017-13", "x"]),
    "measure": st.sampled_from(["transactions", "cost", "visits"]),
    "channel": st.sampled_from([None, "", "digital", "phone"]),
    "value": st.sampled_from([1, 2.5, "3", "[x]", None]),
    "note": scalars,
    "release_at": st.sampled_from([None, "", "2018-09-20", "soon"]),
}
"""What the columns hold that have a meaning of their own, mostly as it should be."""


@st.composite
def records(draw: st.DrawFn) -> Json:
    """A record that is tidy or wide or neither."""
    kind = draw(st.sampled_from(["tidy", "wide", "any"]))
    if kind == "any":
        return draw(st.dictionaries(names, scalars, min_size=1, max_size=5))
    wanted = ["period", "measure", "value"] if kind == "tidy" else ["period"]
    spare = set(TIDY) if kind == "tidy" else set(WIDE_NAMES)
    found = {name: draw(good[name]) for name in wanted}
    found |= {name: draw(good[name]) for name in draw(st.sets(st.sampled_from(sorted(spare))))}
    if kind == "wide":
        found |= draw(st.dictionaries(names, good["value"], max_size=3))
    return found


contents: Final = st.one_of(
    st.lists(records(), max_size=3),
    records(),
    st.fixed_dictionaries({"observations": st.lists(records(), max_size=3) | records()}),
)


def codes(content: object) -> set[str]:
    """What the reader says of some JSON, in a file that has the name of a service."""
    source = Source("submissions/alpha.json", json.dumps(content).encode())
    _, problems = read_observations([source], ALPHA, SiteConfig())
    return {problem.code for problem in problems}


@given(contents)
@example([{"period": "2017", "measure": "cost", "value": 1}, {"period": "2018", "measure": "cost"}])
@example([{"period": "2017", "measure": "cost"}])
@example({"period": "2017", "x:": 1})
def test_schema_and_reader_agree_about_submissions(content: object) -> None:
    """What the schema allows can be read as records; what the reader takes whole, it allows.

    The schema wants no spaces around texts, no lists and no empty records; the reader passes over
    those.
    """
    found = codes(content)

    if SUBMISSION.is_valid(content):
        assert not found & UNREADABLE
    if not found:
        assert SUBMISSION.is_valid(content)


words: Final = st.sampled_from(["a", "b-c", "", None, 5, True, "x y"])
services: Final = st.dictionaries(
    st.sampled_from([*REGISTER_COLUMNS, "name_fr", "agency_fr", "colour"]), words, max_size=6
)
named: Final = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["alpha", "Beta", 7]),
        "name": words,
        "department": st.just("Ministry"),
    },
    optional={
        "aliases": st.lists(st.sampled_from(["old", "older"])) | words,
        "opened": st.sampled_from(["2017", 2016, None, "", "x"]),
        "url": st.sampled_from(["https://example.org/", "HTTP://example.org", "", None, "x", 3]),
        "modules": st.sampled_from(["channels", "", None, "x"]) | st.lists(st.just("journey")),
        "agency_fr": words,
        "colour": words,
    },
)


@given(st.one_of(st.lists(services | named, max_size=3), named, st.builds(dict, services=named)))
@example([{"service": True, "name": "a", "department": "a"}])
def test_schema_and_reader_agree_about_the_register(content: Any) -> None:  # noqa: ANN401
    """What the schema allows can be read as records; what the reader takes whole, it allows."""
    assume(content not in ([], {}, [{}]))
    source = Source("services/all.json", json.dumps(content).encode())
    _, problems = read_register([source], languages=("en-GB", "fr"))
    found = {problem.code for problem in problems}

    if REGISTER.is_valid(content):
        assert not found & UNREADABLE
    if not found:
        assert all(REGISTER.is_valid(one) for one in _without_empty(content))


def _without_empty(content: Any) -> list[Any]:  # noqa: ANN401
    """The content, unless it has an empty record, which the reader passes over."""
    return [] if isinstance(content, list) and {} in content else [content]


@pytest.mark.parametrize("kind", [TidyRecord, WideRecord])
@given(records())
def test_a_model_takes_what_its_schema_takes(kind: type[RecordModel], record: Json) -> None:
    """The models, too, are true to the schemas that are made of them."""
    schema = Draft202012Validator(kind.model_json_schema())
    assume(not any(isinstance(one, float) and one.is_integer() for one in record.values()))
    try:
        kind.model_validate(record)
    except ValidationError:
        assert not schema.is_valid(record)
    else:
        assert schema.is_valid(record)


@given(named | services)
def test_the_model_of_a_service_takes_what_its_schema_takes(record: Json) -> None:
    """So is that of the register."""
    schema = Draft202012Validator(ServiceRecord.model_json_schema())
    try:
        ServiceRecord.model_validate(record)
    except ValidationError:
        assert not schema.is_valid(record)
    else:
        assert schema.is_valid(record)


def test_the_models_have_the_columns_of_the_data() -> None:
    """A column more in the reader is a column more here."""
    assert tuple(TidyRecord.model_fields) == TIDY
    assert tuple(ServiceRecord.model_fields) == REGISTER_COLUMNS
    assert set(WIDE_NAMES) == set(TIDY) - {"measure", "channel", "value"}
    described = {column.name: column.description for column in columns.REGISTER}
    assert {
        name: field.description for name, field in ServiceRecord.model_fields.items()
    } == described


def test_the_patterns_are_those_of_the_columns() -> None:
    """What comes out has the form of what goes in; a period that goes in can be parsed."""
    assert (f"^{columns.ID_PATTERN}$", f"^{columns.NAME_PATTERN}$") == (ID, NAME)
    assert all(re.search(NAME, measure) for measure in MEASURES)
    for text in ("2017-07-03", "2017-W27", "2017-07", "2017-Q3", "2017", "2016-10/2017-09"):
        assert re.search(PERIOD, text)
        Period.parse(text)
    assert not re.search(PERIOD, "2016-Q4/2017-Q3")


def test_a_retraction_says_what_when_and_why() -> None:
    """A row of retractions.csv needs all but the channel."""
    schema = Draft202012Validator(retraction_schema())
    row = {
        "service": "alpha",
        "period": "2017",
        "measure": "cost",
        "channel": "",
        "reason": "Counted twice.",
        "date": "2018-09-20",
    }

    assert schema.is_valid(row)
    for name in row:
        lacking = {key: value for key, value in row.items() if key != name}
        assert schema.is_valid(lacking) is (name == "channel")
    assert not schema.is_valid({**row, "date": ""})
    assert not schema.is_valid({**row, "reason": " "})
