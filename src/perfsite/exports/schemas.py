"""JSON Schemas, draft 2020-12.

Of the JSON that perfsite writes and reads, made of records that have a meaning for each column.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model, model_validator
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from perfsite.errors import Severity  # noqa: TC001 - pydantic reads the annotation
from perfsite.exports import columns
from perfsite.exports.columns import OBSERVATIONS_OF_A_SERVICE, Datatype, kpi_columns
from perfsite.model import (
    MAX_ID_LENGTH,
    REGISTER,
    TRANSLATED,
    CellForm,
    File,
    RegisterColumn,
    longest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic.json_schema import JsonSchemaMode
    from pydantic_core import core_schema

    from perfsite.exports.columns import DataColumn


# What the records are that people write and that programs read, each column with its meaning.
#
# These models are the source of the JSON Schemas in docs/schemas/ and beside the data. They say
# what a single record may look like. The reader does not use them:
# millions of rows are read as columns. A test holds that both allow the same.


ID: Final = "^[a-z0-9]+(-[a-z0-9]+)*$"
NAME: Final = "^[a-z][a-z0-9_]*$"
PERIOD: Final = (
    "^[0-9]{4}(-([0-9]{2}(-[0-9]{2})?|W[0-9]{2}|Q[1-4]))?$|^[0-9]{4}-[0-9]{2}/[0-9]{4}-[0-9]{2}$"
)
ADDRESS: Final = "^$|^[Hh][Tt][Tt][Pp][Ss]?://[^ ]+"
FULL_DATE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DATE: Final = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"
WIDE_NAMES: Final = ("service", "period", "note", "release_at")
"""The columns of a wide record that are no measures."""
COLUMN: Final = (
    f"^(?!({'|'.join((*WIDE_NAMES, 'measure', 'value', 'row'))})$)[a-z][a-z0-9_]*(:.*)?$"
)
"""A column of a wide record: a measure, or a measure and its channel."""
TRANSLATION: Final = f"^({'|'.join(TRANSLATED)})_[a-z]{{2,3}}$"
"""A text of the register in another language."""

Json = dict[str, Any]


def _text(pattern: str, *kinds: str, longest: int = 0) -> WithJsonSchema:
    """The schema of a text of a pattern, or of other kinds of JSON besides."""
    length = {"maxLength": longest} if longest else {}
    kind: str | list[str] = ["string", *kinds] if kinds else "string"
    return WithJsonSchema({"type": kind, "pattern": pattern, **length})


ServiceId = Annotated[
    Annotated[str, Field(pattern=ID, max_length=MAX_ID_LENGTH)] | int | bool,
    _text(ID, "integer", "boolean", longest=MAX_ID_LENGTH),
]
"""An id; 7 and true are words, too, and make good ones."""
Period = Annotated[Annotated[str, Field(pattern=PERIOD)] | int, _text(PERIOD, "integer")]
OptionalPeriod = Annotated[
    Annotated[str, Field(pattern=f"^$|{PERIOD}")] | int | None,
    _text(f"^$|{PERIOD}", "integer", "null"),
]
Address = Annotated[Annotated[str, Field(pattern=ADDRESS)] | None, _text(ADDRESS, "null")]
Day = Annotated[Annotated[str, Field(pattern=DATE)] | None, _text(DATE, "null")]
MeasureName = Annotated[str, Field(pattern=NAME)]
_VALUES: Final = ("string", "number", "null")
Value = Annotated[str | int | float | None, WithJsonSchema({"type": [*_VALUES]})]
_TEXTS: Final = ("string", "number", "boolean", "null")
Text = Annotated[str | int | float | bool | None, WithJsonSchema({"type": [*_TEXTS]})]
"""A text, or what is taken for one as it is written."""
Filled = Annotated[
    Annotated[str, Field(pattern=r"\S")] | int | float | bool,
    WithJsonSchema({"type": ["string", "number", "boolean"], "pattern": r"\S"}),
]
"""A text that is not blank."""
Words = Annotated[
    str | int | float | bool | list[str] | None,
    WithJsonSchema(
        {"type": ["string", "number", "boolean", "array", "null"], "items": {"type": "string"}}
    ),
]
"""Words separated by spaces, or a list of them."""

_SERVICE = "The id of the service; may be left out where the file has its name"
_PERIOD = "2017-07-03, 2017-W27, 2017-07, 2017-Q3, 2017, or 2016-10/2017-09"
_VALUE = (
    "A number, a percentage with its sign, [x], [z] or [c], or a number with marks; null is [x]"
)
_NOTE = "What to know about the figures"
_RELEASE = "The day from which the figures may be published, as 2018-09-20; not before"


class RecordModel(BaseModel):
    """Something that people write. It has no member but those named here."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _lengths(schema: Json) -> None:
    """The most characters of each field of words, as `model` has them."""
    for name, member in schema.get("properties", {}).items():
        if most := longest(name):
            member["maxLength"] = most


class Sent(RecordModel):
    """What is sent to perfsite: no text is longer than its field may be."""

    model_config = ConfigDict(json_schema_extra=_lengths)

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        for name, value in {**dict(self), **(self.__pydantic_extra__ or {})}.items():
            if isinstance(value, str) and longest(name) and len(value) > longest(name):
                raise ValueError(f"{name}: at most {longest(name)} characters")
        return self


class TidyRecord(Sent):
    """One figure."""

    service: ServiceId = Field(default="", description=_SERVICE)
    period: Period = Field(description=_PERIOD)
    measure: MeasureName = Field(description="What was measured")
    channel: str | None = Field(default=None, description="The channel; none is all channels")
    value: Value = Field(default=None, description=_VALUE)
    note: Text = Field(default=None, description=_NOTE)
    release_at: Day = Field(default=None, description=_RELEASE)


def _wide(schema: Json) -> None:
    """The names of the columns are a pattern, which pydantic does not say of what is extra."""
    _lengths(schema)
    schema["patternProperties"] = {COLUMN: {"description": _VALUE, "type": [*_VALUES]}}
    schema["additionalProperties"] = False


class WideRecord(Sent):
    """The figures of one period, each under its measure or measure:channel."""

    model_config = ConfigDict(
        extra="allow", frozen=True, strict=True, regex_engine="python-re", json_schema_extra=_wide
    )
    __pydantic_extra__: dict[Annotated[str, Field(pattern=COLUMN)], Value]

    service: ServiceId = Field(default="", description=_SERVICE)
    period: Period = Field(description=_PERIOD)
    note: Text = Field(default=None, description=_NOTE)
    release_at: Day = Field(default=None, description=_RELEASE)


def _translated(schema: Json) -> None:
    """The names of the columns for other languages are a pattern, as those of measures are."""
    _lengths(schema)
    most = max(map(longest, TRANSLATED))
    description = "The same in another language of the site"
    schema["patternProperties"] = {
        TRANSLATION: {"description": description, "type": [*_TEXTS], "maxLength": most}
    }
    schema["additionalProperties"] = False


class _Registered(Sent):
    """A service of the register, whose columns `model.REGISTER` has."""

    model_config = ConfigDict(
        extra="allow", frozen=True, strict=True, json_schema_extra=_translated
    )
    __pydantic_extra__: dict[Annotated[str, Field(pattern=TRANSLATION)], Text]


_FORMS: Final = {
    CellForm.ID: ServiceId,
    CellForm.TEXT: Text,
    CellForm.ADDRESS: Address,
    CellForm.PERIOD: OptionalPeriod,
    CellForm.WORDS: Words,
}


def _member(column: RegisterColumn) -> tuple[Any, Any]:
    """The type of a column of the register, and what is said of it."""
    if not column.required:
        return _FORMS[column.form], Field(default=None, description=column.description)
    kind = Filled if column.form is CellForm.TEXT else _FORMS[column.form]
    return kind, Field(description=column.description)


_MEMBERS: Final[dict[str, Any]] = {name: _member(column) for name, column in REGISTER.items()}
ServiceRecord: Final = create_model(
    "ServiceRecord",
    __base__=_Registered,
    __doc__=(
        "A service of the register. Texts may stand in the site's other languages too, as name_fr."
    ),
    **_MEMBERS,
)


class RetractionRecord(Sent):
    """A row of retractions.csv: a figure that is taken back, why, and when."""

    service: ServiceId = Field(description="The id of the service")
    period: Period = Field(description=_PERIOD)
    measure: MeasureName = Field(description="What was measured")
    channel: str | None = Field(default=None, description="The channel; none is all channels")
    reason: Filled = Field(description="Why it is taken back, for readers")
    date: Annotated[str, Field(pattern=FULL_DATE)] = Field(
        description="The day on which it was taken back, as 2018-09-20"
    )


class ProblemRecord(RecordModel):
    """Something that is wrong with the data."""

    file: str = Field(description="The file, within the data folder")
    row: int = Field(
        ge=0,
        description="The row as a spreadsheet counts it, the header being 1; in a JSON file the "
        "number of the record, the first being 1; 0 where the whole file is meant",
    )
    column: str = Field(description="The column; blank where no column is meant")
    code: str = Field(pattern="^PS[0-9]{3}$", description="The code that `explain` explains")
    severity: Severity = Field(
        description="An error is left out, a warning is published and marked, a note is only said"
    )
    title: str = Field(min_length=1, description="What is wrong, in general")
    found: str = Field(description="What was found")
    expected: str = Field(description="What was expected")
    fix: str = Field(description="How to mend it, where that can be said")
    service: str = Field(description="Whose figures are meant; blank where that is not known")
    measures: list[str] = Field(description="Which measures are meant, as far as that is known")
    period: str = Field(description="Which period is meant; blank where that is not known")


class ProblemCounts(RecordModel):
    """How many problems there are of each severity."""

    errors: int = Field(ge=0, description="What is left out")
    warnings: int = Field(ge=0, description="What is published and marked")
    notes: int = Field(ge=0, description="What is only said")


class ProblemReport(RecordModel):
    """What `perfsite validate --format json` writes."""

    counts: ProblemCounts = Field(description="How many there are")
    problems: list[ProblemRecord] = Field(description="All of them, the worst first")


class FindingRecord(RecordModel):
    """A place at which a site breaks a rule of the audit."""

    file: str = Field(description="The file, within the site")
    line: int = Field(ge=0, description="Its line; 0 where the whole file is meant")
    rule: str = Field(min_length=1, description="The id of the rule")
    severity: Literal["error", "warning"] = Field(description="Whether the audit fails for it")
    found: str = Field(description="What was found")
    expected: str = Field(description="What was expected")
    fix: str = Field(description="How to mend it")


class AuditRuleRecord(RecordModel):
    """A rule of the audit, whether it is kept or not."""

    rule: str = Field(min_length=1, description="Its id, which does not change")
    facet: str = Field(description="The facet of the CLEAR+ method that it belongs to")
    severity: Literal["error", "warning"] = Field(description="Whether the audit fails for it")
    title: str = Field(description="What is true where it is kept")
    findings: int = Field(ge=0, description="At how many places it is broken")


class AuditCounts(RecordModel):
    """How many findings there are of each severity."""

    errors: int = Field(ge=0, description="What makes the audit fail")
    warnings: int = Field(ge=0, description="What is only said")


class AuditReport(RecordModel):
    """What `perfsite audit --format json` writes."""

    counts: AuditCounts = Field(description="How many findings there are")
    files: int = Field(ge=0, description="How many files the site has")
    pages: int = Field(ge=0, description="How many of them are pages")
    bytes: int = Field(ge=0, description="How large they are together")
    rules: list[AuditRuleRecord] = Field(description="Every rule")
    findings: list[FindingRecord] = Field(description="Every finding, in the order of the rules")


# JSON Schemas, draft 2020-12, of the JSON that perfsite writes and of the JSON that it reads.
#
# What people write is modelled above; what the site publishes, in `columns`.


DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
SERVICE: Final = "data/schemas/service.json"
SUBMISSION: Final = "data/schemas/submission.json"
SERVICES: Final = "data/schemas/register.json"
RETRACTION: Final = "data/schemas/retraction.json"
PROBLEMS: Final = "data/schemas/problems.json"


def schema_files(base: str = "") -> list[File]:
    """All schemas as files of the site, with their addresses where `base` is known.

    Those of docs/schemas/ are the same without a base.
    """
    return [
        File(path, f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode())
        for path, content in (
            (SERVICE, service_schema(base)),
            (SUBMISSION, submission_schema(base)),
            (SERVICES, register_schema(base)),
            (RETRACTION, retraction_schema(base)),
            (PROBLEMS, problems_schema(base)),
        )
    ]


def service_schema(base: str = "") -> Json:
    """The schema of services/<service>.json."""
    kpi = [column for column in kpi_columns() if column.name != "service"]
    observation = [column for column in OBSERVATIONS_OF_A_SERVICE if column.name != "service"]
    content = _object(columns.REGISTER)
    content["properties"] |= {
        "translations": {
            "description": "The texts of the register in other languages, by language and column; "
            "left out where there are none.",
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "propertyNames": {"enum": list(TRANSLATED)},
                "additionalProperties": {"type": "string", "minLength": 1},
            },
        },
        "kpis": {
            "description": "Each KPI of each period, and one without a period for a KPI that has "
            "no figure.",
            "type": "array",
            "items": _object(kpi),
        },
        "observations": {
            "description": "Each figure that was given, or given as missing.",
            "type": "array",
            "items": _object(observation),
        },
    }
    content["required"] += ["kpis", "observations"]
    return {
        **_head(base, SERVICE, "A service and its figures"),
        "description": "What services/<service>.json holds.",
        **content,
    }


def _head(base: str, path: str, title: str) -> Json:
    return {"$schema": DRAFT, **({"$id": f"{base}{path}"} if base else {}), "title": title}


def _object(columns: Sequence[DataColumn]) -> Json:
    """An object with exactly these members: what is missing is an empty text, or null."""
    return {
        "type": "object",
        "properties": {column.name: _column_schema(column) for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def _column_schema(column: DataColumn) -> Json:
    content: Json = {"description": column.description}
    if column.datatype is Datatype.NUMBER:
        content["type"] = "number" if column.required else ["number", "null"]
        return content | ({"minimum": 0} if column.positive else {})
    content["type"] = "string"
    if column.words and not column.pattern:
        words = [str(word) for word, _ in column.words]
        return content | {"enum": words if column.required else ["", *words]}
    if column.form:
        return content | {"pattern": f"^({column.form}){'' if column.required else '?'}$"}
    return content | ({"minLength": 1} if column.required else {})


def submission_schema(base: str = "") -> Json:
    """The schema of a JSON file of submissions, tidy or wide, as docs/data-format.md has it.

    What it allows can still be wrong: which services, measures and periods there are, only
    `perfsite validate` knows.
    """
    figures = {"not": {"propertyNames": {"enum": list(WIDE_NAMES)}}}
    return {
        **_head(base, SUBMISSION, "Figures for submission"),
        "description": "What a JSON file below submissions/ holds: records, or an object with "
        "the records under observations. Records are all tidy or all wide.",
        **_wrapped("observations"),
        "$defs": {
            **_models(TidyRecord, WideRecord),
            "records": {
                "anyOf": [
                    {"type": "array", "maxItems": 0},
                    _some(TidyRecord, {"required": ["value"]}),
                    _some(WideRecord, figures),
                ]
            },
            "record": {
                "anyOf": [
                    {"allOf": [_ref(TidyRecord), {"required": ["value"]}]},
                    {"allOf": [_ref(WideRecord), figures]},
                ]
            },
        },
    }


def register_schema(base: str = "") -> Json:
    """The schema of a JSON file of the register, services/*.json."""
    return {
        **_head(base, SERVICES, "Services of the register"),
        "description": "What a JSON file below services/ holds: records, or an object with the "
        "records under services.",
        **_wrapped("services"),
        "$defs": {
            **_models(ServiceRecord),
            "records": {"type": "array", "items": _ref(ServiceRecord)},
            "record": _ref(ServiceRecord),
        },
    }


def retraction_schema(base: str = "") -> Json:
    """The schema of a record of retractions, by the columns of its file."""
    return {**_head(base, RETRACTION, "A retraction"), **_model(RetractionRecord)}


def problems_schema(base: str = "") -> Json:
    """The schema of what `perfsite validate --format json` writes."""
    return {**_head(base, PROBLEMS, "Problems of the data"), **_model(ProblemReport)}


def audit_schema() -> Json:
    """The schema of what `perfsite audit --format json` writes; it is no part of a site."""
    return {**_head("", "", "The audit of a site"), **_model(AuditReport)}


class _Plain(GenerateJsonSchema):
    """Leaves out what says nothing: titles made of names, and that what is left out is null."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's own
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Json:
        return self.generate_inner(schema["schema"])


def _models(*models: type[BaseModel]) -> Json:
    """The definitions of some models."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in models
    ]
    _, content = models_json_schema(wanted, schema_generator=_Plain)
    for model in content["$defs"].values():
        model.pop("title", None)
    definitions: Json = content["$defs"]
    return definitions


def _model(model: type[BaseModel]) -> Json:
    """A model as the whole of a schema."""
    content = model.model_json_schema(schema_generator=_Plain)
    content.pop("title", None)
    for definition in content.get("$defs", {}).values():
        definition.pop("title", None)
    return content


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": f"#/$defs/{model.__name__}"}


def _some(model: type[BaseModel], holds: Json) -> Json:
    """Records of a kind, one of which at least holds something."""
    return {"type": "array", "items": _ref(model), "contains": holds}


def _wrapped(name: str) -> Json:
    """A list of records, an object that holds them under a name, or a single record."""
    one_or_many = {
        "if": {"type": "array"},
        "then": {"$ref": "#/$defs/records"},
        "else": {"$ref": "#/$defs/record"},
    }
    return {
        "type": ["array", "object"],
        "if": {"type": "object", "required": [name]},
        "then": {"properties": {name: one_or_many}},
        "else": one_or_many,
    }
