"""JSON Schemas, draft 2020-12, of the JSON that the site writes and of the JSON that it reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from perfsite.metadata.columns import (
    ID_PATTERN,
    KPI_FIGURES,
    NAME_PATTERN,
    OBSERVATIONS,
    REGISTER,
    Datatype,
)
from perfsite.model import MAX_ID_LENGTH, File

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.metadata.columns import Column

Json = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
SERVICE: Final = "data/schemas/service.json"
SUBMISSION: Final = "data/schemas/submission.json"
_VALUE: Final = {"type": ["string", "number", "null"]}


def schema_files(base: str = "") -> list[File]:
    """Both schemas as files of the site, with their addresses where `base` is known."""
    return [
        File(path, f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode())
        for path, content in (
            (SERVICE, service_schema(base)),
            (SUBMISSION, submission_schema(base)),
        )
    ]


def service_schema(base: str = "") -> Json:
    """The schema of services/<service>.json."""
    kpi = [column for column in KPI_FIGURES if column.name != "service"]
    observation = [column for column in OBSERVATIONS if column.name != "service"]
    content = _object(REGISTER)
    content["properties"] |= {
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
    service = {"type": "string", "pattern": f"^{ID_PATTERN}$", "maxLength": MAX_ID_LENGTH}
    period = {
        "description": "2017-07-03, 2017-W27, 2017-07, 2017-Q3, 2017, or 2016-10/2017-09",
        "type": ["string", "integer"],
        "pattern": "^[0-9]{4}(-([0-9]{2}(-[0-9]{2})?|W[0-9]{2}|Q[1-4]))?$"
        "|^[0-9]{4}-[0-9]{2}/[0-9]{4}-[0-9]{2}$",
    }
    value = {
        "description": "A number, a percentage with its sign, [x], [z] or [c], or a number with "
        "marks; null is [x]",
        **_VALUE,
    }
    note = {"description": "What to know about the figures", "type": ["string", "null"]}
    tidy = {
        "description": "One figure",
        "type": "object",
        "properties": {
            "service": service,
            "period": period,
            "measure": {"type": "string", "pattern": f"^{NAME_PATTERN}$"},
            "channel": {"type": ["string", "null"]},
            "value": value,
            "note": note,
        },
        "required": ["period", "measure", "value"],
        "additionalProperties": False,
    }
    wide = {
        "description": "The figures of one period, each under its measure or measure:channel",
        "type": "object",
        "properties": {"service": service, "period": period, "note": note},
        "patternProperties": {
            f"^(?!service$|period$|note$){NAME_PATTERN}(:[^:]+)?$": {"$ref": "#/$defs/value"}
        },
        "not": {"anyOf": [{"required": ["measure"]}, {"required": ["value"]}]},
        "required": ["period"],
        "additionalProperties": False,
    }
    records = {
        "anyOf": [
            {"type": "array", "items": {"$ref": "#/$defs/tidy"}},
            {"type": "array", "items": {"$ref": "#/$defs/wide"}},
        ]
    }
    return {
        **_head(base, SUBMISSION, "Figures for submission"),
        "description": "What a JSON file below submissions/ holds: records, or an object with "
        "the records under observations.",
        "if": {"type": "array"},
        "then": {"$ref": "#/$defs/records"},
        "else": {
            "type": "object",
            "properties": {"observations": {"$ref": "#/$defs/records"}},
            "required": ["observations"],
        },
        "$defs": {"value": value, "tidy": tidy, "wide": wide, "records": records},
    }
