"""JSON Schemas, draft 2020-12, of the JSON that perfsite writes and of the JSON that it reads.

What people write is modelled in `records`; what the site publishes in `columns`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from perfsite.metadata.columns import OBSERVATIONS, REGISTER, Datatype, kpi_columns
from perfsite.model import TRANSLATED, File
from perfsite.records import (
    WIDE_NAMES,
    AuditReport,
    ProblemReport,
    RetractionRecord,
    ServiceRecord,
    TidyRecord,
    WideRecord,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode
    from pydantic_core import core_schema

    from perfsite.metadata.columns import Column

Json = dict[str, Any]

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
    observation = [column for column in OBSERVATIONS if column.name != "service"]
    content = _object(REGISTER)
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


def _object(columns: Sequence[Column]) -> Json:
    """An object with exactly these members: what is missing is an empty text, or null."""
    return {
        "type": "object",
        "properties": {column.name: _member(column) for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def _member(column: Column) -> Json:
    found: Json = {"description": column.description}
    if column.datatype is Datatype.NUMBER:
        found["type"] = "number" if column.required else ["number", "null"]
        return found | ({"minimum": 0} if column.positive else {})
    found["type"] = "string"
    if column.words and not column.pattern:
        words = [str(word) for word, _ in column.words]
        return found | {"enum": words if column.required else ["", *words]}
    if column.form:
        return found | {"pattern": f"^({column.form}){'' if column.required else '?'}$"}
    return found | ({"minLength": 1} if column.required else {})


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
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(one, "validation") for one in models]
    _, content = models_json_schema(wanted, schema_generator=_Plain)
    for one in content["$defs"].values():
        one.pop("title", None)
    found: Json = content["$defs"]
    return found


def _model(model: type[BaseModel]) -> Json:
    """A model as the whole of a schema."""
    content = model.model_json_schema(schema_generator=_Plain)
    content.pop("title", None)
    for one in content.get("$defs", {}).values():
        one.pop("title", None)
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
