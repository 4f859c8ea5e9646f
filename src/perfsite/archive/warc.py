"""Records of WARC 1.1, each a gzip member of its own, with the same bytes each time.

Nothing was fetched: a `response` record holds the answer that a plain web server gives for a file.
The records are not `resource` records, which some indexers drop. Their ids are made of what they
are about, and their dates are that of the edition.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

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
