"""Reading the frozen editions of a data folder from the disk."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from perfsite.editions import EditionFigures, edition_path, read_edition
from perfsite.errors import BuildError, OverBudgetError
from perfsite.files import FileFaultError, read_file, real_path
from perfsite.model import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from perfsite.load.data import Data

_MOST_BYTES: Final = 1_000_000_000
"""No budget of the site's: perfsite wrote these files itself, of figures that were within it."""


def load_editions(folder: Path, days: Iterable[date]) -> tuple[EditionFigures, ...]:
    """Frozen editions of a data folder, the oldest first, every byte of them checked.

    `days` are the dates of the oldest one and of all that follow it up to some day.

    Raises:
        BuildError: naming the file that is missing, cannot be read or was altered.
    """
    root = real_path(folder)

    def read(path: str) -> bytes:
        try:
            return read_file(folder / path, _MOST_BYTES, root)
        except (FileFaultError, OverBudgetError) as error:
            raise BuildError(
                f"{path}, a part of a frozen edition, cannot be read: {error}; "
                "restore it from a copy"
            ) from error

    found: list[EditionFigures] = []
    for day in days:
        path = edition_path(day)
        source = Source(path, read(path))
        found.append(read_edition(source, read, found[-1] if found else None))
    return tuple(found)


def with_editions(data: Data, folder: Path, edition: date) -> Data:
    """The data with the editions up to the one to be built.

    The last one that is older is the one that the build follows. What is built depends on them, so
    the hash of the data does too.

    Raises:
        BuildError: if an edition was altered.
    """
    history = load_editions(folder, [day for day in data.editions if day <= edition])
    if not history:
        return data
    last = next((one for one in reversed(history) if one.date < edition), None)
    # The seal of the newest holds those of all others.
    digest = hashlib.sha256(f"{data.hash}\n{history[-1].hash}\n".encode()).hexdigest()
    return replace(data, history=history, last=last, hash=digest)
