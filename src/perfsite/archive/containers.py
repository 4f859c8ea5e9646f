"""What packages are made of, read strictly: gzip members, records of WARC, entries of ZIP.

What is wrong is gathered, never stopping at the first.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.archive.site import DESCRIPTION, SITE_MANIFEST
from perfsite.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# What is wrong with a package: gathered, never stopping at the first.


_LONGEST: Final = 200
"""Characters of a value that are shown: a whole index would hide the place where it is wrong."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong: in which package, at which place, what was found, what was expected."""

    package: str
    place: str
    found: str
    expected: str

    def __str__(self) -> str:
        """The fault as a line of a report."""
        return f"{self.package}: {self.place}: found {self.found}; expected {self.expected}"


class Faults:
    """The faults found so far in one package."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.all: list[Fault] = []

    def add(self, place: str, found: object, expected: object) -> None:
        """Note a fault."""
        self.all.append(Fault(self.package, place, str(found), str(expected)))

    def same(self, place: str, found: object, expected: object) -> bool:
        """Note a fault if two values differ; whether they are the same."""
        if found != expected:
            self.add(place, _short(found), _short(expected))
        return found == expected


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


# The gzip members of a file, one after the other, read strictly: nothing may lie between them.


_MAGIC: Final = b"\x1f\x8b\x08"
_STEP: Final = 1 << 16
_MOST: Final = 1 << 30
"""Bytes that a member may hold: a few of a hostile file would otherwise fill the memory."""


@dataclass(frozen=True)
class Member:
    """A member: where it begins, how long it is, and what it holds."""

    offset: int
    length: int
    data: bytes


def read_members(data: bytes, place: str, faults: Faults) -> Iterator[Member]:
    """The members that can be read; after one that cannot, those that follow it."""
    at, lost = 0, False
    while 0 <= at < len(data):
        member = _member(data, at)
        if isinstance(member, Member):
            yield member
            at, lost = at + member.length, False
            continue
        if not lost:
            faults.add(f"{place}, offset {at}", member, "one whole gzip member with one record")
        # Look for the next beginning; what only looks like one is passed over without a word.
        at, lost = data.find(_MAGIC, at + 1), True


def _member(data: bytes, at: int) -> Member | str:
    """The member that begins at an offset, or what is there instead."""
    if data[at : at + len(_MAGIC)] != _MAGIC:
        return f"{len(data) - at} bytes up to the end that begin no gzip member"
    unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
    parts: list[bytes] = []
    size, position = 0, at
    try:
        while not unpacker.eof:
            piece = data[position : position + _STEP]
            if not piece:
                return "a gzip member cut off by the end of the file"
            parts.append(unpacker.decompress(piece, _MOST - size + 1))
            size += len(parts[-1])
            if size > _MOST:
                return f"a gzip member of more than {_MOST:,} bytes"
            position += len(piece)
    except zlib.error as error:
        return f"a broken gzip member ({error})"
    return Member(at, position - len(unpacker.unused_data) - at, b"".join(parts))


# The entries of a ZIP, read strictly: one beside the other, each once, each stored as it is.


_ZIP_END: Final = struct.Struct("<4s4H2LH")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What reading a ZIP raises where it is none, or a hostile one."""
_ZIP_MOST: Final = (1 << 32) - 1
"""Bytes that an entry may hold, and the file: beyond, a ZIP is of another form."""


def read_zip(path: Path, faults: Faults) -> dict[str, bytes]:
    """The entries by name; where a name stands twice, the last, as most readers have it.

    Raises:
        ArchiveError: if it is no ZIP at all.
    """
    entries: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as package:
            infos = package.infolist()
            _check_shape(path.read_bytes(), package, infos, faults)
            for info in infos:
                if info.compress_type != zipfile.ZIP_STORED:
                    faults.add(info.filename, "a compressed entry", "a stored one")
                if info.file_size > _ZIP_MOST:
                    faults.add(info.filename, f"{info.file_size:,} bytes", f"at most {_ZIP_MOST:,}")
                    continue
                try:
                    entries[info.filename] = package.read(info)
                except _BROKEN as error:
                    faults.add(info.filename, f"what cannot be read ({error})", "a whole entry")
    except (*_BROKEN, OSError) as error:
        raise ArchiveError(f"{path} cannot be read as a ZIP: {error}") from error
    return entries


def _check_shape(
    data: bytes, package: zipfile.ZipFile, infos: list[zipfile.ZipInfo], faults: Faults
) -> None:
    """See that the entries fill the file from its first byte to its last."""
    for name, count in Counter(info.filename for info in infos).items():
        if count > 1:
            faults.add(name, f"{count} entries of this name", "one")
    at = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset != at:
            faults.add(info.filename, f"its entry at byte {info.header_offset}", f"byte {at}")
        head = data[info.header_offset : info.header_offset + _LOCAL.size]
        if len(head) < _LOCAL.size:
            return
        *_, name_length, extra_length = _LOCAL.unpack(head)
        if extra_length or info.extra or info.comment:
            faults.add(info.filename, "a field or a comment beside its bytes", "none")
        start = info.header_offset + _LOCAL.size + name_length + extra_length
        at = start + info.compress_size
    if at != package.start_dir:
        faults.add("the directory of entries", f"byte {package.start_dir}", f"byte {at}")
    count, size = len(infos), len(data) - _ZIP_END.size - package.start_dir
    if data[-_ZIP_END.size :] != _ZIP_END.pack(
        b"PK\x05\x06", 0, 0, count, count, max(size, 0), package.start_dir, 0
    ):
        faults.add("the end of the file", "bytes after the ZIP, or a comment", "the end of the ZIP")


# The records of a WARC, read strictly and without the library that wrote them.


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
class WarcRecord:
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


def read_records(data: bytes, place: str, faults: Faults) -> list[WarcRecord]:
    """All records that can be read, in their order; whatever is wrong with one is noted."""
    records = [
        record
        for member in read_members(data, place, faults)
        if (record := _record(member, f"{place}, offset {member.offset}", faults))
    ]
    if not records or records[0].kind != "warcinfo":
        first = records[0].kind if records else "nothing"
        faults.add(f"{place}, offset 0", f"{first} as the first record", "warcinfo")
    ids: dict[str, int] = {}
    urls: dict[str, int] = {}
    for record in records:
        here = f"{place}, offset {record.offset}"
        if (first_offset := ids.setdefault(record.id, record.offset)) != record.offset:
            faults.add(
                here, f"the record id {record.id} of offset {first_offset}", "an id of its own"
            )
        if record.kind != "response":
            if record.offset:
                faults.add(here, f"a record of type {record.kind!r}", "'response'")
        elif (first_offset := urls.setdefault(record.url, record.offset)) != record.offset:
            faults.add(
                here, f"{record.url}, which offset {first_offset} has, too", "each address once"
            )
    return records


def _record(member: Member, place: str, faults: Faults) -> WarcRecord | None:
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
    return WarcRecord(
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
