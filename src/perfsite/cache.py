"""What was made before and need not be made again: results in memory, drawings on the disk."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable
    from pathlib import Path


# What one build made and the next need not make again.
#
# Everything between reading and writing is a function of its arguments. So a result may stand for
# as long as the arguments are equal, and the site is the same, byte for byte, as one made anew. It
# pays where comparing is cheaper than making. A `Cache` is passed to the stages that use it, like
# any other value: whoever builds again and again holds on to it, and a single build has an empty
# one.


_Made = TypeVar("_Made")


class Cache:
    """Results of earlier builds, each under its key with the arguments that it was made from."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._entries: dict[Hashable, tuple[Any, Any]] = {}
        self._used: set[Hashable] = set()

    def of(self, key: Hashable, inputs: object, make: Callable[[], _Made]) -> _Made:
        """The result kept under `key` if it was made from what equals `inputs`, else a new one.

        `inputs` must hold everything that `make` looks at, and neither it nor the result may be
        changed by anybody.
        """
        self._used.add(key)
        entry = self._entries.get(key)
        if entry is not None and entry[0] == inputs:
            return cast("_Made", entry[1])
        result = make()
        self._entries[key] = (inputs, result)
        return result

    def forget_unused(self) -> None:
        """Let go of what no build has asked for since this was last called."""
        self._entries = {key: self._entries[key] for key in self._entries if key in self._used}
        self._used = set()


# A store on the disk: of drawings, and of what was made of frozen editions, for the next build.
#
# It may be deleted at any time, and a build that is killed leaves it usable: each entry is a file
# of its own, put in place by renaming, and begins with the hash of what follows.


_DIGEST: Final = 64
_ENTRY: Final = re.compile(r"[0-9a-f]{64}(\.[0-9]+)?")


class DrawingStore:
    """Bytes by their keys; a folder that cannot be used is an empty store."""

    def __init__(self, folder: Path) -> None:
        """The store in `folder`, which is made when the first entry is put there."""
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        """The bytes put under `key`; None where there are none, or they were damaged since."""
        try:
            content = _path(self._folder, key).read_bytes()
        except OSError:
            return None
        digest, data = content[:_DIGEST], content[_DIGEST:]
        return data if hashlib.sha256(data).hexdigest().encode() == digest else None

    def put(self, key: str, data: bytes) -> None:
        """Keep bytes under `key`. What cannot be kept is made again next time."""
        path = _path(self._folder, key)
        draft = path.with_name(f"{key}.{os.getpid()}")
        with suppress(OSError):
            # What an edition said may be confidential by now: nobody else needs to read it.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(exist_ok=True)
            draft.write_bytes(hashlib.sha256(data).hexdigest().encode() + data)
            draft.replace(path)

    def forget_all_but(self, keys: Collection[str]) -> None:
        """Remove every entry with another key, and what is left of a process that was killed."""
        used = set(keys)
        with suppress(OSError):
            for path in self._folder.glob("*/*"):
                if path.name not in used and _is_ours(path):
                    path.unlink()


def _is_ours(path: Path) -> bool:
    """Whether a file is an entry, or the draft of one: nothing else is removed."""
    return bool(_ENTRY.fullmatch(path.name)) and path.parent.name == path.name[:2]


def _path(folder: Path, key: str) -> Path:
    return folder / key[:2] / key
