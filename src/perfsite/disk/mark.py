"""The mark by which a folder is known as perfsite's, and what in it is not.

The mark of the folder NAME is the file `.NAME.perfsite` beside it: nothing in the site is changed
by it, and who copies the site has the site alone. It counts only together with what it names, the
hashes of the manifests that perfsite wrote there: another folder of the same name is not
perfsite's, whatever its files are called.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from perfsite.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

FORMAT: Final = 1
"""The version of what stands in a mark."""
_ABOUT: Final = (
    "perfsite made the folder that this file is named after, and replaces it as a whole; "
    "what keep names is somebody else's, and stays"
)


class Kind(StrEnum):
    """What perfsite puts into a folder; one kind never takes the place of another."""

    SITE = "site"
    PREVIEW = "preview"


@dataclass(frozen=True)
class Mark:
    """What perfsite remembers of a folder that it wrote.

    `manifests` are the SHA-256 hashes of the manifests that may stand there: while one site takes
    the place of another there are two. `keep` are the paths of what is there and is not
    perfsite's, files or folders.
    """

    kind: Kind
    manifests: tuple[str, ...]
    keep: tuple[str, ...] = ()


def mark_path(folder: Path) -> Path:
    """Where the mark of a folder is."""
    folder = folder.resolve()
    return folder.parent / f".{folder.name}.perfsite"


def mark_data(mark: Mark) -> bytes:
    """The bytes of a mark."""
    content = {
        "about": _ABOUT,
        "format": FORMAT,
        "kind": mark.kind,
        "manifests": list(mark.manifests),
        "keep": list(mark.keep),
    }
    return f"{json.dumps(content, indent=1, ensure_ascii=False)}\n".encode()


def read_mark(folder: Path) -> Mark | None:
    """The mark of a folder; None where there is none, or what is there is no mark.

    Raises:
        UsageError: if it is one of a later version of perfsite, or cannot be read.
    """
    path = mark_path(folder)
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    try:
        content: Any = json.loads(data)
        version = content["format"]
        if isinstance(version, int) and version > FORMAT:
            raise UsageError(
                f"{folder} was made by a later version of perfsite: {path} is of format {version}, "
                f"and this version knows {FORMAT}; use that one, or name another folder"
            )
        names = [tuple(map(str, content[key])) for key in ("manifests", "keep")]
        return Mark(Kind(content["kind"]), *names)
    except (ValueError, KeyError, TypeError):
        return None


def kept_in(folder: Path, manifest: bytes) -> tuple[str, ...]:
    """The paths in a finished site that are no part of it, by the mark of what has this manifest.

    Raises:
        UsageError: if its mark is one of a later version of perfsite, or cannot be read.
    """
    mark = read_mark(folder)
    known = mark is not None and hashlib.sha256(manifest).hexdigest() in mark.manifests
    return mark.keep if mark and known else ()


def is_kept(path: str, keep: Collection[str]) -> bool:
    """Whether a path is one of those that are kept, or lies in one of them."""
    return any(path == one or path.startswith(f"{one}/") for one in keep)
