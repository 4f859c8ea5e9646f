"""The records of a WARC, read strictly and without the library that wrote them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.archive.members import read_members
from perfsite.archive.site import DESCRIPTION, SITE_MANIFEST

if TYPE_CHECKING:
    from perfsite.archive.faults import Faults
    from perfsite.archive.members import Member

_VERSION: Final = "WARC/1.1"
_ID: Final = re.compile(r"<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>")
_END: Final = b"\r\n\r\n"
_TYPES: Final = {
    "warcinfo": "application/warc-fields",
    "response": "application/http; msgtype=response",
}
_KEPT: Final = (SITE_MANIFEST, DESCRIPTION)
"""The files whose bytes are needed once all records are read."""


@dataclass(frozen=True)
class Record:
    """A record as it stands in the file; `sha256` is recomputed of its payload.

    `body` is the payload of the few files that are asked for later, and empty for all others.
    """

    offset: int
    length: int
    kind: str
    id: str
    url: str
    date: str
    status: str
    media: str
    sha256: str
    body: bytes


def read_records(data: bytes, place: str, faults: Faults) -> list[Record]:
    """All records that can be read, in their order; whatever is wrong with one is noted."""
    found = [
        record
        for member in read_members(data, place, faults)
        if (record := _record(member, f"{place}, offset {member.offset}", faults))
    ]
    if not found or found[0].kind != "warcinfo":
        first = found[0].kind if found else "nothing"
        faults.add(f"{place}, offset 0", f"{first} as the first record", "warcinfo")
    ids: dict[str, int] = {}
    urls: dict[str, int] = {}
    for record in found:
        here = f"{place}, offset {record.offset}"
        if (other := ids.setdefault(record.id, record.offset)) != record.offset:
            faults.add(here, f"the record id {record.id} of offset {other}", "an id of its own")
        if record.kind != "response":
            if record.offset:
                faults.add(here, f"a record of type {record.kind!r}", "'response'")
        elif (other := urls.setdefault(record.url, record.offset)) != record.offset:
            faults.add(here, f"{record.url}, which offset {other} has, too", "each address once")
    return found


def _record(member: Member, place: str, faults: Faults) -> Record | None:
    head, end, rest = member.data.partition(_END)
    lines = head.decode("utf-8", "replace").split("\r\n")
    if lines[0] != _VERSION or not end:
        faults.add(place, repr(lines[0][:40]), f"a record that begins with {_VERSION}")
        return None
    headers = _headers(lines[1:], place, faults)
    block = rest.removesuffix(_END)
    if not rest.endswith(_END):
        faults.add(place, "other bytes", "two empty lines at the end of the record")
    kind, url = headers.get("warc-type", ""), headers.get("warc-target-uri", "")
    where = f"{place} ({url or kind})"
    faults.same(f"{where}, Content-Length", headers.get("content-length"), str(len(block)))
    if not _ID.fullmatch(headers.get("warc-record-id", "")):
        faults.add(f"{where}, WARC-Record-ID", headers.get("warc-record-id"), "<urn:uuid:...>")
    if wanted := _TYPES.get(kind):
        faults.same(f"{where}, Content-Type", headers.get("content-type"), wanted)
    _digest(f"{where}, WARC-Block-Digest", headers.get("warc-block-digest"), block, faults)
    status = media = sha256 = ""
    body = b""
    if kind == "response":
        status, media, body = _answer(block, where, faults)
        sha256 = _digest(
            f"{where}, WARC-Payload-Digest", headers.get("warc-payload-digest"), body, faults
        )
    return Record(
        member.offset,
        member.length,
        kind,
        headers.get("warc-record-id", ""),
        url,
        headers.get("warc-date", ""),
        status,
        media,
        sha256,
        body if url.endswith(_KEPT) else b"",
    )


def _answer(block: bytes, where: str, faults: Faults) -> tuple[str, str, bytes]:
    """Status, type and body of an answer of HTTP."""
    head, end, body = block.partition(_END)
    lines = head.decode("latin-1").split("\r\n")
    match = re.fullmatch(r"HTTP/1\.1 ([0-9]{3}) .*", lines[0])
    if not match or not end:
        faults.add(where, repr(lines[0][:40]), "an answer that begins with HTTP/1.1 200 OK")
        return "", "", body
    headers = _headers(lines[1:], where, faults)
    faults.same(f"{where}, HTTP Content-Length", headers.get("content-length"), str(len(body)))
    return match[1], headers.get("content-type", ""), body


def _headers(lines: list[str], place: str, faults: Faults) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(": ")
        if not colon or name.lower() in headers:
            faults.add(place, f"the header {line[:80]!r}", "a name and a value, each name once")
        else:
            headers[name.lower()] = value
    return headers


def _digest(place: str, stated: str | None, data: bytes, faults: Faults) -> str:
    """The SHA-256 hash of some bytes, which must be the one that is stated."""
    sha256 = hashlib.sha256(data).hexdigest()
    faults.same(place, stated, f"sha256:{sha256}")
    return sha256
