"""Records of units: what each became in an earlier build, so that it need not be made again.

A record answers only "what this key became". It is verified when it is read; whatever is doubtful
is no record, and its unit is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from perfsite.model import StoredFile
from perfsite.pages.utility import PageEntry
from perfsite.units import UnitResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_SEPARATOR: Final = b"\t"
_FIELDS: Final = 4


class UnitRecords:
    """What units became, by their names: those of the last build, and those of this one."""

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        """The records of these lines, as `lines` gives them; what is damaged is left out."""
        self._before: dict[str, bytes] = {}
        self._now: dict[str, bytes] = {}
        for line in lines:
            name, tab, _ = line.partition(_SEPARATOR)
            if tab:
                self._before[name.decode("utf-8", "replace")] = line.rstrip(b"\n")

    def get(self, name: str, key: str) -> UnitResult | None:
        """What the unit of this name became, if its key was this one."""
        line = self._before.get(name)
        parts = line.split(_SEPARATOR, _FIELDS - 1) if line else []
        if len(parts) != _FIELDS or parts[1] != key.encode():
            return None
        if hashlib.sha256(parts[3]).hexdigest().encode() != parts[2]:
            return None
        unit = _read(json.loads(parts[3]))
        self._now[name] = line or b""
        return unit

    def put(self, name: str, key: str, unit: UnitResult) -> None:
        """Keep what a unit became, whose files are stored.

        One that lacks pictures, or holds secrets, is tried again.
        """
        if unit.undrawn or unit.leaks:
            return
        content = json.dumps(_written(unit), ensure_ascii=False, separators=(",", ":")).encode()
        digest = hashlib.sha256(content).hexdigest()
        self._now[name] = _SEPARATOR.join((name.encode(), key.encode(), digest.encode(), content))

    def lines(self) -> Iterable[bytes]:
        """The records of all units that this build has asked for or put, one a line."""
        return (line + b"\n" for line in self._now.values())

    def next(self) -> UnitRecords:
        """The records for the next build of this process."""
        return UnitRecords(self.lines())


def load_records(path: Path) -> UnitRecords:
    """The records of the last build; none where there are none, or they cannot be read."""
    try:
        with path.open("rb") as lines:
            return UnitRecords(lines)
    except OSError:
        return UnitRecords()


def save_records(path: Path, records: UnitRecords) -> None:
    """Keep the records of this build for the next; where the disk refuses, it makes all anew."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.writelines(records.lines())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()


def _written(unit: UnitResult) -> Mapping[str, Any]:
    return {
        "files": [
            (file.path, file.digest, file.size)
            for file in unit.files
            if isinstance(file, StoredFile)
        ],
        "pages": [
            [(page.path, page.title, page.changed, page.is_listed, page.former) for page in pages]
            for pages in unit.pages
        ],
        "titles": dict(unit.titles),
        "searched": unit.searched,
        "charts": unit.charts,
        "drawings": unit.drawings,
    }


def _read(content: Mapping[str, Any]) -> UnitResult:
    return UnitResult(
        files=tuple(StoredFile(*file) for file in content["files"]),
        pages=tuple(tuple(PageEntry(*page) for page in pages) for pages in content["pages"]),
        titles=content["titles"],
        leaks=(),
        searched=content["searched"],
        charts=content["charts"],
        drawings=tuple(content["drawings"]),
    )
