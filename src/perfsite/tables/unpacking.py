"""The parts of a workbook, which is a zip: unpacked piece by piece, and never more than is said.

A zip says of each part how large it is, and whoever wrote it may lie. What is stated is held
against the budgets before anything is unpacked; each part is then unpacked to its end once, and
has to be what it says, before a reader that believes it sees the file.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from perfsite.errors import OverBudgetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.config import Budgets

_MOST_PARTS: Final = 10_000
_CENTRAL: Final = b"PK\x01\x02"
_HEAD: Final = b"PK\x03\x04"
_LOCAL: Final = struct.Struct("<26x2H")
"""What stands before a part: at its end the lengths of its name and of what follows the name."""
_STEP: Final = 1 << 18
_MOST_OF_A_PIECE: Final = 1 << 20
_HARMLESS: Final = 10_000_000
"""Bytes up to which it does not matter how well a part was packed."""
_ENCRYPTED: Final = 1


class UnreadableError(ValueError):
    """The file is no workbook, or none that can be read safely; the text says what it is."""


def entries(data: bytes) -> zipfile.ZipFile:
    """A zip with the list of its parts, none of which is unpacked.

    Raises:
        UnreadableError: if it has far too many parts to be a workbook.
        zipfile.BadZipFile: if it is none.
    """
    # Each entry of the list would become an object; their marks can be counted without.
    if data.count(_CENTRAL) > _MOST_PARTS:
        raise UnreadableError(f"a workbook of more than {_MOST_PARTS:,} parts")
    return zipfile.ZipFile(BytesIO(data))


def check_parts(archive: zipfile.ZipFile, data: bytes, budgets: Budgets) -> None:
    """Make sure that all parts of a workbook are what they say, and within the budgets.

    Raises:
        UnreadableError: if a part is damaged, stands there twice, or is encrypted.
        OverBudgetError: if they are too large when unpacked, or far larger than packed.
    """
    parts = archive.infolist()
    if len({part.filename for part in parts}) != len(parts):
        raise UnreadableError("a damaged workbook: a part stands in it twice")
    size = sum(part.file_size for part in parts)
    if size > budgets.workbook_bytes:
        raise OverBudgetError("workbook_bytes", f"{size:,} bytes when unpacked")
    packed = [(part.file_size, part.compress_size) for part in parts]
    for large, small in (*packed, (size, len(data))):
        if large > max(_HARMLESS, budgets.workbook_ratio * small):
            times = large // max(1, small)
            raise OverBudgetError("workbook_ratio", f"{times:,} times its size when unpacked")
    for part in parts:
        for _ in unpacked(part, data):
            pass


def unpacked(part: zipfile.ZipInfo, data: bytes) -> Iterator[bytes]:
    """The bytes of a part, in chunks.

    Raises:
        UnreadableError: if it does not unpack to just what it says, or is encrypted.
    """
    damaged = UnreadableError(f"a damaged workbook: {part.filename} cannot be unpacked")
    if part.flag_bits & _ENCRYPTED:
        raise UnreadableError("a workbook with a password")
    head = data[part.header_offset : part.header_offset + _LOCAL.size]
    if len(head) < _LOCAL.size or not head.startswith(_HEAD):
        raise damaged
    name, extra = _LOCAL.unpack(head)
    begin = part.header_offset + _LOCAL.size + name + extra
    packed = memoryview(data)[begin : begin + part.compress_size]
    size, checksum = 0, 0
    try:
        for chunk in _chunks(part, packed):
            size += len(chunk)
            checksum = zlib.crc32(chunk, checksum)
            if size > part.file_size:
                raise damaged
            yield chunk
    except zlib.error as error:
        raise damaged from error
    if size != part.file_size or checksum != part.CRC:
        raise damaged


def _chunks(part: zipfile.ZipInfo, packed: memoryview) -> Iterator[bytes]:
    """What packed bytes unpack to, however much that is.

    Raises:
        UnreadableError: if they are packed in another way than workbooks are.
        zlib.error: if they are damaged.
    """
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _STEP]) for at in range(0, len(packed), _STEP))
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise UnreadableError("a workbook that is packed in an unusual way")
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = b""
    for at in range(0, len(packed), _STEP):
        rest = bytes(packed[at : at + _STEP])
        while rest and not reader.eof:
            yield reader.decompress(rest, _STEP)
            rest = reader.unconsumed_tail
    while not reader.eof and (chunk := reader.decompress(rest, _STEP)):
        yield chunk
        rest = reader.unconsumed_tail
    if not reader.eof:
        raise zlib.error


def pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """XML in pieces each of which ends with a tag, so that no tag is ever cut.

    Raises:
        UnreadableError: if a tag or a text is longer than any in a workbook.
    """
    rest = b""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b">") + 1
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _MOST_OF_A_PIECE:
            raise UnreadableError("a damaged workbook: a text or tag of more than a megabyte")
    yield rest
