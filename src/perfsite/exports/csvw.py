"""CSV on the Web: a description beside each CSV file, and one of the whole set.

`x.csv-metadata.json` is where the W3C's recommendation looks first. It holds no date, so that a
file that has not changed keeps its description; `data/csv-metadata.json` has the edition's date,
and says which columns point to which table.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from perfsite.exports.columns import Datatype
from perfsite.exports.tables import table_of, tables_of_the_set
from perfsite.model import File
from perfsite.text import isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from perfsite.config import SiteConfig
    from perfsite.exports.columns import DataColumn
    from perfsite.exports.tables import DataTable
    from perfsite.model import Edition


Json = dict[str, Any]

WHOLE_SET: Final = "data/csv-metadata.json"
_CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
_BASES: Final = {
    Datatype.TEXT: "string",
    Datatype.ADDRESS: "anyURI",
    Datatype.PERIOD: "string",
    Datatype.DATE: "date",
    Datatype.NUMBER: "decimal",
    Datatype.COUNT: "nonNegativeInteger",
    Datatype.YES_NO: "boolean",
}


def described_files(
    paths: Iterable[str], names: Mapping[str, str], config: SiteConfig
) -> list[File]:
    """`<path>-metadata.json` for each CSV file; other paths are passed over.

    `names` are those of the service or group that a file is about, by the file's path.

    Raises:
        BuildError: if there is a CSV file that nobody has described.
    """
    return [
        described_file(path, table_of(path, config.languages), names.get(path, ""), config)
        for path in paths
        if path.endswith(".csv")
    ]


def described_file(path: str, table: DataTable, name: str, config: SiteConfig) -> File:
    """`<path>-metadata.json` of a CSV file; `name` is that of what it is about, or nothing."""
    content = {
        "@context": _CONTEXT,
        "url": path.rpartition("/")[2],
        "dc:title": f"{table.title}: {isolated(name)}" if name else table.title,
        "dc:description": table.description,
        **_rights(config),
        "tableSchema": _schema(table, config.currency),
    }
    return File(f"{path}-metadata.json", _text(content))


def whole_set_file(paths: Iterable[str], config: SiteConfig, edition: Edition) -> File:
    """data/csv-metadata.json: those of the tables in data/ that are among `paths`, together."""
    there = set(paths)
    tables = []
    for path, table in tables_of_the_set(config.languages).items():
        if path in there:
            schema = _schema(table, config.currency)
            if table.service:
                reference = {"resource": "services.csv", "columnReference": "service"}
                schema["foreignKeys"] = [{"columnReference": table.service, "reference": reference}]
            url = path.rpartition("/")[2]
            words = {"dc:title": table.title, "dc:description": table.description}
            tables.append({"url": url, **words, "tableSchema": schema})
    content = {
        "@context": _CONTEXT,
        "dc:title": config.title,
        **({"dc:description": config.description} if config.description else {}),
        **_rights(config),
        "dc:modified": {"@value": edition.date.isoformat(), "@type": "xsd:date"},
        "tables": tables,
    }
    return File(WHOLE_SET, _text(content, indent=1))


def _rights(config: SiteConfig) -> Json:
    """Who publishes the data, and what may be done with it, as far as that is known."""
    rights: Json = {}
    if config.publisher:
        rights["dc:publisher"] = {"schema:name": config.publisher}
    if config.licence_url:
        rights["dc:license"] = {"@id": config.licence_url}
    if config.licence:
        rights["dc:rights"] = config.licence
    return rights


def _schema(table: DataTable, currency: str) -> Json:
    return {
        "columns": [_column(column, currency) for column in table.columns],
        "primaryKey": list(table.key),
    }


def _column(column: DataColumn, currency: str) -> Json:
    content: Json = {"name": column.name, "dc:description": column.description}
    datatype = _datatype(column)
    if datatype != "string":
        content["datatype"] = datatype
    if column.required:
        content["required"] = True
    if column.language:
        content["lang"] = column.language
    if column.unit:
        content["schema:unitText"] = column.unit_in(currency)
    return content


def _datatype(column: DataColumn) -> str | Json:
    """The name of a datatype, or an object where there is more to say."""
    base = _BASES[column.datatype]
    content: Json = {"base": base}
    if column.form:
        content["format"] = column.form
    if column.datatype is Datatype.YES_NO:
        content["format"] = "yes|no"
    if column.positive:
        content["minimum"] = 0
    if column.maximum is not None:
        content["maximum"] = column.maximum
    return content if len(content) > 1 else base


def _text(content: Json, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(content, ensure_ascii=False, indent=indent, separators=separators)
    return f"{text}\n".encode()
