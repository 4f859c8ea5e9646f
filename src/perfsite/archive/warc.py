"""Files of a site as records of WARC 1.1, and the text of its pages.

Files are independent of each other, so two processes can share them; bytes never depend on how many
there are. warcio and lxml are those of the extra `archive`: only packing imports this, and only
when it begins.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import signal
import struct
import threading
import zlib
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from lxml import etree, html
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from perfsite.archive.site import HOME
from perfsite.errors import ArchiveError
from perfsite.model import HTML, bare_type, media_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


# Records of WARC 1.1, each a gzip member of its own, with the same bytes each time.
#
# Nothing was fetched: a `response` record holds the answer that a plain web server gives for a
# file. The records are not `resource` records, which some indexers drop. Their ids are made of
# what they are about, and their dates are that of the edition.


_NAMESPACE: Final = UUID("5d0d6f0c-43b8-5e53-8a43-5a2d3b1f6c0e")
"""Of the ids of all records that perfsite makes; chosen once, never to be changed."""
_GZIP_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no time, and no system: zlib would write the one that it was built for."""
_LEVEL: Final = 6
"""Of zlib; 9 takes half as long again and saves one part in a hundred."""
RECORD_TYPE: Final = "application/http; msgtype=response"


def response_record(url: str, media: str, data: bytes, sha256: str, moment: str) -> bytes:
    """The record of a file, as a gzip member; `sha256` is the hash of its bytes."""
    http = StatusAndHeaders(
        "200 OK",
        [("Content-Type", media), ("Content-Length", str(len(data)))],
        protocol="HTTP/1.1",
    )
    block = hashlib.sha256(http.to_ascii_bytes())
    block.update(data)
    headers = {
        "WARC-Type": "response",
        "WARC-Record-ID": _id(url, moment, sha256),
        "WARC-Date": moment,
        "WARC-Target-URI": url,
        "WARC-Payload-Digest": f"sha256:{sha256}",
        "WARC-Block-Digest": f"sha256:{block.hexdigest()}",
    }
    return _member("response", headers, data, url=url, http=http)


def warcinfo_record(filename: str, fields: Mapping[str, str], moment: str) -> bytes:
    """The record that says what the file is, as a gzip member; a value may have several lines."""
    data = "".join(f"{name}: {_folded(text)}\r\n" for name, text in fields.items()).encode()
    sha256 = hashlib.sha256(data).hexdigest()
    headers = {
        "WARC-Type": "warcinfo",
        "WARC-Record-ID": _id(filename, moment, sha256),
        "WARC-Date": moment,
        "WARC-Filename": filename,
        "WARC-Block-Digest": f"sha256:{sha256}",
    }
    return _member("warcinfo", headers, data)


def _id(*parts: str) -> str:
    return f"<{uuid5(_NAMESPACE, chr(10).join(parts)).urn}>"


def _folded(text: str) -> str:
    """A text as the value of a field: each further line begins with a space."""
    return "\r\n ".join(text.splitlines())


def _member(
    kind: str,
    headers: Mapping[str, str],
    data: bytes,
    *,
    url: str = "",
    http: StatusAndHeaders | None = None,
) -> bytes:
    out = io.BytesIO()
    # warcio's own compression would name the system in each member.
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    record = writer.create_warc_record(
        url,
        kind,
        payload=io.BytesIO(data),
        length=len(data),
        http_headers=http,
        warc_headers_dict=headers,
    )
    writer.write_record(record)
    return _gzip(out.getvalue())


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = struct.pack("<LL", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"".join((_GZIP_HEAD, packer.compress(data), packer.flush(), tail))


# What a page says, for the list of pages: its title and its text.


_TITLE: Final = etree.XPath("/html/head/title//text()", smart_strings=False)
_TEXT: Final = etree.XPath(
    "/html/body//text()[not(parent::script or parent::style)]", smart_strings=False
)


def read_page(data: bytes) -> tuple[str, str]:
    """The title of a page and all text of its body, each space a single one."""
    # Said here, too: without it lxml guesses at the encoding until it meets <meta charset>.
    document = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))
    return _plain(_TITLE(document)), _plain(_TEXT(document))


def _plain(texts: Iterable[str]) -> str:
    return " ".join(" ".join(texts).split())


# What is done for one file of a site: read it, hash it, copy it, record it, read its text.
#
# Files are independent of each other, so two processes can share them; bytes never depend on how
# many there are.


def start_worker() -> None:
    """Let a worker leave interruptions to its parent, and end with it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@dataclass(frozen=True)
class NewRecord:
    """A record of the WARC: the address that it answers, and its bytes."""

    url: str
    data: bytes


@dataclass(frozen=True)
class PackedFile:
    """A file: its hashes by algorithm, its records, and title and text if it is a page."""

    path: str
    size: int
    mime: str
    hashes: dict[str, str]
    records: tuple[NewRecord, ...]
    page: tuple[str, str] | None


@dataclass(frozen=True)
class Scan:
    """Where files come from, to which folder they are copied, and what is said of them."""

    site: Path
    payload: Path
    base: str
    moment: str

    def __call__(self, files: Iterable[tuple[str, str]]) -> list[PackedFile]:
        """Pack some files, each a path and the hash that it must have."""
        return [self._pack(path, wanted) for path, wanted in files]

    def _pack(self, path: str, wanted: str) -> PackedFile:
        try:
            data = (self.site / path).read_bytes()
        except OSError as error:
            raise ArchiveError(f"{self.site / path} cannot be read: {error.strerror}") from error
        sha256 = hashlib.sha256(data).hexdigest()
        if wanted and sha256 != wanted:
            raise ArchiveError(
                f"{self.site / path} was altered: its SHA-256 hash is {sha256}, and the site's "
                f"manifest says {wanted}; build the site again, or mend the copy"
            )
        copy = self.payload / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)
        media = media_type(path)
        mime = bare_type(media)
        # The home page answers at the address of the site, too.
        urls = [self.base, self.base + path] if path == HOME else [self.base + path]
        return PackedFile(
            path,
            len(data),
            mime,
            {"sha256": sha256, "sha512": hashlib.sha512(data).hexdigest()},
            tuple(
                NewRecord(url, response_record(url, media, data, sha256, self.moment))
                for url in urls
            ),
            read_page(data) if mime == HTML else None,
        )
