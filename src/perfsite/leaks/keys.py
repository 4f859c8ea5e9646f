"""Secrets in data files, by their keys: it asks for the figure and not for its spelling."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.leaks.numbers import Search, Secret
    from perfsite.model import File

_KEY: Final = ("period", "measure", "channel")
_EDITIONS: Final = "editions/"


def keyed_leaks(file: File, search: Search, own: str) -> Iterator[Secret]:
    """The secrets that a CSV or JSON file gives as the value of just that figure.

    Where another value is published under the same key, as for a revision that is not yet
    released, only the secret value is a leak; else any value is. An earlier edition may have said
    any other value: what became confidential since is taken out of it (see `pages.edition_files`).
    """
    frozen = file.path.startswith(_EDITIONS)
    if file.path.endswith(".csv"):
        records = _csv_records(file.data, search, own)
    elif file.path.endswith(".json") and b'"measure"' in file.data:
        records = _json_records(file.data)
    else:
        return
    for record in records:
        service = str(record.get("service") or own)
        if service not in search.by_service:
            continue
        channel = str(record.get("channel") or "")
        key = (service, str(record["period"]), str(record["measure"]), channel)
        value = _number(record.get("value"))
        if value is None:
            continue
        for secret in search.by_key.get(key, ()):
            other = value not in (secret.public, secret.value)
            if value == secret.value != secret.public or (other and not frozen):
                yield secret


def _csv_records(data: bytes, search: Search, own: str) -> Iterator[dict[str, Any]]:
    """The rows that have the key of a secret: of a million rows, a handful."""
    header = data[: data.find(b"\n")]
    if not all(name.encode() in header for name in (*_KEY[:2], "value")):
        return
    reader = csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline=""))
    names = next(reader)
    if not {*_KEY[:2], "value"} <= set(names):
        return
    places = [names.index(name) if name in names else -1 for name in ("service", *_KEY)]
    blank = [""] * len(names)
    for row in reader:
        row.extend(blank)  # what is not there is blank
        service, *rest = (row[place] for place in places)
        if (service or own, *rest) in search.by_key:
            yield dict(zip(names, row, strict=False))


def _json_records(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return
    waiting: list[tuple[Any, str]] = [(content, "")]
    while waiting:
        item, service = waiting.pop()
        if isinstance(item, list):
            waiting += [(one, service) for one in item]
        elif isinstance(item, dict):
            service = str(item.get("service") or service)
            if {*_KEY[:2], "value"} <= item.keys():
                yield {**item, "service": service}
            waiting += [(one, service) for one in item.values() if isinstance(one, list | dict)]


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
