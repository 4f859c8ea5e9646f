"""The entries of a ZIP, read strictly: one beside the other, each once, each stored as it is."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Final

from perfsite.errors import ArchiveError

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.archive.faults import Faults

_END: Final = struct.Struct("<4s4H2LH")
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
_MOST: Final = (1 << 32) - 1
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
                if info.file_size > _MOST:
                    faults.add(info.filename, f"{info.file_size:,} bytes", f"at most {_MOST:,}")
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
    count, size = len(infos), len(data) - _END.size - package.start_dir
    if data[-_END.size :] != _END.pack(
        b"PK\x05\x06", 0, 0, count, count, max(size, 0), package.start_dir, 0
    ):
        faults.add("the end of the file", "bytes after the ZIP, or a comment", "the end of the ZIP")
