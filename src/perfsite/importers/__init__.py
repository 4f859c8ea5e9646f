"""Other people's files into ours, a module for each kind.

An importer is pure: it takes a `Source` and gives texts and problems. It reads no disk and no
clock, and it never raises for anything that a file may hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perfsite.errors import Problem


@dataclass(frozen=True)
class Imported:
    """What an import made.

    `files` maps a path relative to the data folder, with `/`, to the text of that file: LF line
    ends, to be written as UTF-8. It is empty where the source was not of the expected kind.
    `problems` are sorted by place.
    """

    files: dict[str, str]
    problems: list[Problem]
