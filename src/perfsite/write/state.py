"""What stands in the folder of a site: each file, and how it looked when it was written.

The state is a text file beside the site, with a line a file. It saves reading the site anew, and
proves nothing by itself: what the files should be says the manifest. A line counts only as long as
the file looks as the line says, and nobody has touched the file since the state was written. So a
state that is missing, old, damaged or of another site costs time, and no more.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from perfsite.write.ownership import beside, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_HEADER: Final = "perfsite state 1\n"
"""The first line, with the version of what follows: hash, size, time, inode and path of a file."""
_PARTS: Final = 5


@dataclass(frozen=True, slots=True)
class FileState:
    """A file: the hash of its bytes, their number, when they were written (ns), and its inode."""

    path: str
    digest: str
    size: int
    time: int
    inode: int

    def is_seen_in(self, info: os.stat_result, written: int) -> bool:
        """Whether a file looks like this one, and was not touched since `written` (ns).

        Whatever is done to a file, its time of change says so; who puts back the time of its bytes
        cannot put back that one.
        """
        return (
            (info.st_size, info.st_mtime_ns, info.st_ino) == (self.size, self.time, self.inode)
            and stat.S_ISREG(info.st_mode)
            and info.st_ctime_ns < written
        )


def state_path(out: Path) -> Path:
    """Where the state of a site is."""
    return beside(out, "state")


def read_state(out: Path) -> Iterator[tuple[FileState, bool]]:
    """Each file of a state, and whether it looks on the disk as it did; one line at a time.

    Where the state is no longer understood it ends; an `OSError` of the state itself ends it, too.
    """
    with (
        suppress(OSError, ValueError),
        state_path(out).open(encoding="utf-8", newline="\n") as file,
    ):
        written = os.fstat(file.fileno()).st_mtime_ns
        if file.readline() != _HEADER:
            return
        for line in file:
            state = _parsed(line)
            yield state, _is_there(out, state, written)


def write_line(file: TextIO, path: str, digest: str, info: os.stat_result) -> None:
    """Write the line of a file."""
    file.write(f"{digest} {info.st_size} {info.st_mtime_ns} {info.st_ino} {path}\n")


def begin_state(file: TextIO) -> None:
    """Write what a state begins with."""
    file.write(_HEADER)


def _parsed(line: str) -> FileState:
    """The file of a line.

    Raises:
        ValueError: if it is none.
    """
    digest, size, time, inode, path = line.removesuffix("\n").split(" ", _PARTS - 1)
    if not line.endswith("\n"):
        raise ValueError("the line has no end")
    return FileState(path, digest, int(size), int(time), int(inode))


def _is_there(out: Path, state: FileState, written: int) -> bool:
    try:
        # Many paths, so they are text.
        return state.is_seen_in(os.lstat(f"{out}/{state.path}"), written)
    except OSError:
        return False


@dataclass(frozen=True)
class Standing:
    """The files of a site as they are: what perfsite wrote, and where something else stands.

    `hashes` are those that its manifest has, with that of the manifest. `altered` are the files
    that are no longer that: by their hashes; an empty text is no plain file, and None is nothing.
    """

    hashes: Mapping[str, str]
    altered: Mapping[str, str | None]

    @classmethod
    def of(cls, out: Path, hashes: Mapping[str, str]) -> Standing:
        """What stands in a folder; what its state does not vouch for is read.

        Raises:
            OSError: if a file cannot be read.
        """
        unseen = set(hashes)
        for state, is_there in read_state(out):
            if is_there and hashes.get(state.path) == state.digest:
                unseen.discard(state.path)
        altered: dict[str, str | None] = {}
        for path in unseen:
            file = out / path
            digest = digest_of(file) if os.path.lexists(file) else None
            if digest != hashes[path]:
                altered[path] = digest
        return cls(hashes, altered)

    def digest(self, path: str) -> str | None:
        """The hash of what stands there; None where nothing does."""
        return self.altered[path] if path in self.altered else self.hashes.get(path)

    def trusted(self, path: str) -> str | None:
        """The hash of a file that is as perfsite wrote it; None of any other."""
        return None if path in self.altered else self.hashes.get(path)
