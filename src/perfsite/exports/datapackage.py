"""datapackage.json: the data files of the whole set in one description, for Data Package 2.0."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from perfsite.exports.columns import Datatype
from perfsite.exports.tables import tables, tables_of_the_set
from perfsite.model import File
from perfsite.text import isolated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from perfsite.config import SiteConfig, SourceTable
    from perfsite.exports.columns import DataColumn
    from perfsite.exports.tables import DataTable
    from perfsite.model import Edition


Json = dict[str, Any]

PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_LICENCES: Final = {
    "open government licence v3.0": "OGL-UK-3.0",
    "open government licence v2.0": "OGL-UK-2.0",
    "creative commons attribution 4.0": "CC-BY-4.0",
    "creative commons zero 1.0": "CC0-1.0",
}
"""Identifiers of the Open Definition, which a data package calls a licence's name."""
_TYPES: Final = {
    Datatype.TEXT: "string",
    Datatype.ADDRESS: "string",
    Datatype.PERIOD: "string",
    Datatype.DATE: "date",
    Datatype.NUMBER: "number",
    Datatype.COUNT: "integer",
    Datatype.YES_NO: "boolean",
}


def datapackage_file(files: Iterable[File], config: SiteConfig, edition: Edition) -> File:
    """datapackage.json: of `files`, those that `tables.tables` describes, with size and hash."""
    paths = tables().keys()
    by_path = {file.path: file for file in files if file.path in paths}
    licences = _licence(config.licence, config.licence_url)
    content: Json = {
        "$schema": PROFILE,
        "name": re.sub(r"[^a-z0-9]+", "-", config.title.lower()).strip("-") or "perfsite",
        "title": config.title,
        "description": config.description,
        "homepage": config.base,
        "version": edition.date.isoformat(),
        "created": f"{edition.date.isoformat()}T00:00:00Z",
        "licenses": [licences] if licences else [],
        "contributors": _contributors(config.publisher),
        "sources": [_source(source) for source in config.sources],
        "resources": [
            _resource(by_path[path], table, config.currency)
            for path, table in tables_of_the_set(config.languages).items()
            if path in by_path
        ],
    }
    # The standard knows no empty lists: what is not known is not said.
    text = json.dumps({k: v for k, v in content.items() if v}, ensure_ascii=False, indent=1)
    return File("datapackage.json", f"{text}\n".encode())


def _licence(title: str, url: str) -> Json:
    """The licence; empty without an identifier or an address, for the standard wants one."""
    name = _LICENCES.get(title.strip().lower(), "")
    if not (name or url):
        return {}
    return {k: v for k, v in (("name", name), ("path", url), ("title", title)) if v}


def _contributors(publisher: str) -> list[Json]:
    return [{"title": publisher, "roles": ["publisher"]}] if publisher else []


def _source(source: SourceTable) -> Json:
    title = (
        f"{isolated(source.name)} ({isolated(source.publisher)})"
        if source.publisher
        else source.name
    )
    return {"title": title, **({"path": source.url} if source.url else {})}


def _resource(file: File, table: DataTable, currency: str) -> Json:
    schema: Json = {
        "fields": [_field(column, column.name in table.key, currency) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    if table.service:
        reference = {"resource": "services", "fields": ["service"]}
        schema["foreignKeys"] = [{"fields": [table.service], "reference": reference}]
    return {
        "name": table.name,
        "type": "table",
        "path": file.path,
        "title": table.title,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(file.data),
        "hash": f"sha256:{hashlib.sha256(file.data).hexdigest()}",
        "schema": schema,
    }


def _field(column: DataColumn, in_key: bool, currency: str) -> Json:
    content: Json = {
        "name": column.name,
        "type": _TYPES[column.datatype],
        "description": column.description,
    }
    if column.datatype is Datatype.YES_NO:
        content |= {"trueValues": ["yes"], "falseValues": ["no"]}
    if column.unit:
        content["unit"] = column.unit_in(currency)
    blank_counts = in_key and not column.required
    if blank_counts:
        # A key has no missing values: a blank cell says "all channels", or "no period".
        content["missingValues"] = []
    if limits := _constraints(column, blank_counts):
        content["constraints"] = limits
    return content


def _constraints(column: DataColumn, blank_counts: bool) -> Json:
    constraints: Json = {"required": True} if column.required else {}
    if column.form and column.words and not column.pattern:
        constraints["enum"] = [str(word) for word, _ in column.words]
    elif column.form:
        constraints["pattern"] = f"({column.form})?" if blank_counts else column.form
    if column.positive or column.datatype is Datatype.COUNT:
        constraints["minimum"] = 0
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    return constraints
