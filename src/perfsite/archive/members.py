"""The gzip members of a file, one after the other, read strictly: nothing may lie between them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.archive.faults import Faults

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
        found = _member(data, at)
        if isinstance(found, Member):
            yield found
            at, lost = at + found.length, False
            continue
        if not lost:
            faults.add(f"{place}, offset {at}", found, "one whole gzip member with one record")
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
