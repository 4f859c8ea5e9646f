"""Whether a WACZ is right: its description, its index, its pages, and the WARC within."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from perfsite.archive.containers import read_records, read_zip
from perfsite.archive.site import HOME
from perfsite.archive.wacz import DIGEST, INDEX, PACKAGE, PAGES, TEXT, VERSION, Entry, sha256_of
from perfsite.archive.whole import Packed, check_records
from perfsite.media import HTML, bare_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from perfsite.archive.containers import Faults, Record

_WARCS: Final = "archive/"
_NEEDED: Final = (PACKAGE, DIGEST, INDEX, PAGES, TEXT)


def verify_wacz(path: Path, faults: Faults) -> Packed:
    """Note every fault of a WACZ; what it holds.

    Raises:
        ArchiveError: if it is no ZIP.
    """
    entries = read_zip(path, faults)
    for name in _NEEDED:
        if name not in entries:
            faults.add(name, "no such entry", "it: a whole package has it")
    description = _json(entries.get(PACKAGE), PACKAGE, faults)
    _check_listed(entries, description, faults)
    _check_digest(entries, faults)
    warcs = [name for name in entries if name.startswith(_WARCS)]
    if len(warcs) != 1:
        faults.add(_WARCS, f"{len(warcs)} WARCs", "one")
    if not warcs:
        return Packed({}, "", None)
    records = read_records(entries[warcs[0]], warcs[0], faults)
    packed = check_records(records, warcs[0], faults)
    answers = [record for record in records if record.kind == "response"]
    filename = warcs[0].removeprefix(_WARCS)
    _check_index(entries.get(INDEX, b""), answers, filename, faults)
    _check_pages(entries.get(PAGES, b""), answers, packed, faults)
    _check_description(description, packed, faults)
    return packed


def _json(data: bytes | None, place: str, faults: Faults) -> dict[str, Any]:
    """A JSON object, empty where there is none."""
    if data is None:
        return {}
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        faults.add(place, f"no JSON ({error})", "a JSON object")
        return {}
    if not isinstance(content, dict):
        faults.add(place, f"JSON that is {type(content).__name__}", "a JSON object")
        return {}
    return content


def _check_listed(
    entries: Mapping[str, bytes], description: Mapping[str, Any], faults: Faults
) -> None:
    """Hold each entry against the list of resources, and the list against the entries."""
    resources = description.get("resources")
    listed: dict[str, Any] = {}
    for number, resource in enumerate(resources if isinstance(resources, list) else (), 1):
        path = resource.get("path") if isinstance(resource, dict) else None
        if not isinstance(path, str) or path in listed:
            place = f"{PACKAGE}, resource {number}"
            faults.add(place, f"the path {path!r}", "a path, and each once")
        else:
            listed[path] = resource
    for name in sorted(entries.keys() | listed.keys()):
        if name in {PACKAGE, DIGEST}:
            continue
        if name not in listed:
            faults.add(name, "an entry", f"none, because {PACKAGE} does not list it")
        elif name not in entries:
            faults.add(name, "no such entry", f"it, because {PACKAGE} lists it")
        else:
            said = listed[name]
            place = f"{PACKAGE}, {name}"
            faults.same(f"{place}, hash", said.get("hash"), sha256_of(entries[name]))
            faults.same(f"{place}, bytes", said.get("bytes"), len(entries[name]))


def _check_digest(entries: Mapping[str, bytes], faults: Faults) -> None:
    if DIGEST in entries:
        digest = _json(entries[DIGEST], DIGEST, faults)
        faults.same(f"{DIGEST}, path", digest.get("path"), PACKAGE)
        hash_ = sha256_of(entries.get(PACKAGE, b""))
        faults.same(f"{DIGEST}, hash", digest.get("hash"), hash_)


def _check_index(data: bytes, answers: Sequence[Record], filename: str, faults: Faults) -> None:
    """Hold each line of the index against the record at its offset."""
    wanted = {
        str(record.offset): Entry(
            record.url,
            "".join(filter(str.isdecimal, record.date)),
            bare_type(record.media),
            record.status,
            f"sha256:{record.sha256}",
            record.length,
            record.offset,
            filename,
        )
        for record in answers
    }
    seen: set[str] = set()
    before = ""
    for place, line in _lines(data, INDEX, faults):
        if line < before:
            faults.add(place, f"{line[:80]!r} after {before[:80]!r}", "lines in order")
        before = line
        key, _, rest = line.partition(" ")
        stamp, _, fields = rest.partition(" ")
        said = _json(fields.encode(), place, faults)
        offset = str(said.get("offset", ""))
        if not (entry := wanted.get(offset)):
            found = f"the offset {offset!r} for {said.get('url')!r}, where no record begins"
            faults.add(place, found, "the offset of a record of the WARC")
            continue
        if offset in seen:
            faults.add(place, f"a second line for the record at {offset}", "one line a record")
        seen.add(offset)
        right_key, right_stamp, right = entry.line.split(" ", 2)
        faults.same(f"{place}, key", key, right_key)
        faults.same(f"{place}, timestamp", stamp, right_stamp)
        right_fields = json.loads(right)
        for name in sorted(right_fields.keys() | said.keys()):
            faults.same(f"{place}, {name}", said.get(name), right_fields.get(name))
    for offset, entry in wanted.items():
        if offset not in seen:
            faults.add(INDEX, f"no line for {entry.url}", f"one, with the offset {offset}")


def _check_pages(data: bytes, answers: Sequence[Record], packed: Packed, faults: Faults) -> None:
    """Hold the list of pages against the pages that there are."""
    pages = {
        record.url: record.date
        for record in answers
        if bare_type(record.media) == HTML and record.url != packed.base
    }
    seen: set[str] = set()
    ids: set[str] = set()
    for number, (place, line) in enumerate(_lines(data, PAGES, faults)):
        said = _json(line.encode(), place, faults)
        if not number:
            faults.same(f"{place}, format", said.get("format"), "json-pages-1.0")
            continue
        url, id_ = str(said.get("url")), str(said.get("id"))
        if url not in pages:
            faults.add(place, f"the page {url}", "a page that the index has")
        else:
            faults.same(f"{place}, ts", said.get("ts"), pages[url])
        if url in seen or not id_ or id_ in ids:
            faults.add(place, f"the page {url} with the id {id_}", "each page and each id once")
        for name in ("title", "text"):
            if not isinstance(said.get(name), str) or not said[name]:
                faults.add(f"{place}, {name}", repr(said.get(name)), f"the {name} of the page")
        seen.add(url)
        ids.add(id_)
    for url in sorted(pages.keys() - seen):
        faults.add(PAGES, f"no line for {url}", "one for every page")


def _check_description(description: Mapping[str, Any], packed: Packed, faults: Faults) -> None:
    wanted: dict[str, object] = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "mainPageUrl": f"{packed.base}{HOME}",
    }
    if packed.facts:
        wanted |= dict.fromkeys(("created", "mainPageDate"), packed.facts.moment)
    for name, value in wanted.items():
        faults.same(f"{PACKAGE}, {name}", description.get(name), value)
    if HOME not in packed.hashes:
        faults.add(f"{packed.base}{HOME}", "no such record", "the main page")


def _lines(data: bytes, name: str, faults: Faults) -> Iterator[tuple[str, str]]:
    """The lines of an entry, each with its place."""
    lines = data.decode("utf-8", "replace").split("\n")
    if lines.pop():
        faults.add(f"{name}, line {len(lines) + 1}", "a line without its end", "whole lines")
    for number, line in enumerate(lines, 1):
        yield f"{name}, line {number}", line
