"""The files of a folder that others fill: regular files alone, whole, and within the folder.

A data folder may hold anything: named pipes, on which a reader waits for ever; links to files that
are nobody's figures; folders that cannot be listed, or that lead round in a circle; files that are
written while they are read. Here everything is looked at before it is opened, and whatever cannot
be read is a fault that is told. A folder is never walked around in silence: with it its figures
would be lost.

What the bytes mean is not known here, and no other room opens a file of a data folder.
"""

from __future__ import annotations

import os
import signal
import stat
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.errors import OverBudgetError, PerfsiteError, Problem

try:
    import fcntl
except ImportError:  # pragma: no cover - there is none on Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from io import FileIO

_TRIES: Final = 3
_RECENT: Final = 1_000_000_000
"""Nanoseconds after which a change of a file is over, where nobody has it open to write."""
_PAUSE: Final = 0.05
"""Seconds between two readings of a file that somebody may be writing."""
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
"""A pipe that came in the place of a file is opened without waiting for who writes into it."""
_KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_HIDDEN: Final = (".", "~$")
_MEND: Final = "check it, or delete it"


class FileFaultError(PerfsiteError):
    """A file or folder that cannot be read as it is; the text says what was found.

    `code`, `expected` and `fix` are those of the problem that it is. `missing` says that nothing
    is there: neither a file nor a link.
    """

    def __init__(
        self, code: str, found: str, expected: str, fix: str = _MEND, *, missing: bool = False
    ) -> None:
        """A fault of a file whose name the caller knows."""
        super().__init__(found)
        self.code = code
        self.found = found
        self.expected = expected
        self.fix = fix
        self.missing = missing

    def vanished(self) -> FileFaultError:
        """The fault of what was listed and is gone; any other fault as it is."""
        found = "a file that vanished while the folder was read"
        fix = "run the command again"
        return FileFaultError("PS101", found, self.expected, fix) if self.missing else self

    def problem(self, path: str) -> Problem:
        """The fault as a problem of this file or folder."""
        return Problem(path, 0, self.code, "", self.found, self.expected, self.fix)


@dataclass
class Walk:
    """What was found below a folder: files in the order of their paths, and faults by path.

    `large` are the folders that hold too many files, whose files are not among the others.
    """

    files: list[Path] = field(default_factory=list)
    faults: list[tuple[Path, FileFaultError]] = field(default_factory=list)
    large: list[tuple[Path, OverBudgetError]] = field(default_factory=list)


def shown(path: str | Path) -> str:
    r"""A path as text that can be printed: with `/`, and bytes that are no text as \xe9."""
    text = path.as_posix() if isinstance(path, Path) else path
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def real_path(folder: Path) -> Path:
    """Where a folder really lies, whatever links lead to it."""
    return Path(os.path.realpath(folder))


def check_name(path: Path) -> None:
    """Refuse a name that is not UTF-8: pages and data files could not name the file.

    Raises:
        FileFaultError: saying so (PS131).
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        found = "a name that is not UTF-8"
        fix = "rename the file, with plain letters and digits"
        raise FileFaultError("PS131", found, "a name in UTF-8", fix) from error


def read_file(path: Path, most: int, within: Path | None = None) -> bytes:
    """All bytes of a regular file, as they stood at one time.

    A file that changes while it is read is read again. `within` is the real path of the folder
    that a link must not lead out of.

    Raises:
        FileFaultError: if it is no regular file, cannot be read, lies elsewhere, or does not
            stand still.
        OverBudgetError: if it has more than `most` bytes; it is not read then.
    """
    for _ in range(_TRIES):
        try:
            data = _read_once(path, most, within)
        except OSError as error:
            raise _of_the_disk(error) from error
        except ValueError as error:
            if isinstance(error, OverBudgetError):
                raise
            raise FileFaultError("PS101", "a name that no file can have", "a file") from error
        if data is not None:
            return data
    raise FileFaultError(
        "PS101",
        "a file that changed each time that it was read",
        "a file that stands still",
        "run the command again once the file has been written to its end",
    )


def _read_once(path: Path, most: int, within: Path | None) -> bytes | None:
    """The bytes of a file; None if it changed in the meantime.

    Raises:
        OSError: if the disk refuses.
        FileFaultError: if it is no regular file, or lies elsewhere.
        OverBudgetError: if it is too large.
    """
    place = _real(path, within)
    before = place.lstat()
    _check_regular(before)
    with open(os.open(place, _FLAGS), "rb", buffering=0) as stream:  # noqa: PTH123 - flags
        start = os.fstat(stream.fileno())
        _check_regular(start)
        if not os.path.samestat(before, start):
            return None
        if start.st_size > most:
            raise OverBudgetError("file_bytes", f"{start.st_size:,} bytes")
        writing = _is_open_to_write(stream)
        data = _all(stream, start.st_size)
        age = time.time_ns() - start.st_mtime_ns
        if writing or (writing is None and age < _RECENT):
            time.sleep(_PAUSE)
        if writing or age < _RECENT:
            # Half of a change may stand there, and bears the same time as the whole.
            stream.seek(0)
            if _all(stream, start.st_size) != data:
                return None
        end = os.fstat(stream.fileno())
    same = _stamp(start) == _stamp(end) and len(data) == start.st_size
    return data if same else None


def _all(stream: FileIO, size: int) -> bytes:
    """The rest of a file of this size, and one byte more if there is more."""
    parts: list[bytes] = []
    left = size + 1
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _is_open_to_write(stream: FileIO) -> bool | None:
    """Whether somebody has the file open to write into it; None where the system does not say.

    Linux grants a lease on a file to its owner unless that is so. Spreadsheet programs keep files
    open for hours, so that it is no fault.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        # Who opens the file now breaks the lease; its signal would end this process.
        fcntl.fcntl(stream, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (OSError, AttributeError):
        return None
    return False


def _stamp(info: os.stat_result) -> tuple[int, int, int]:
    """What differs once a file has been written to."""
    return info.st_size, info.st_mtime_ns, info.st_ctime_ns


def _real(path: Path, within: Path | None) -> Path:
    """Where a path leads in the end.

    Raises:
        OSError: if it leads nowhere.
        FileFaultError: if a link leads nowhere, or out of `within`.
    """
    try:
        real = Path(os.path.realpath(path, strict=True))
    except (FileNotFoundError, NotADirectoryError) as error:
        if path.is_symlink():
            found = "a link that leads nowhere"
            raise FileFaultError("PS101", found, "a file that can be read") from error
        raise
    except OSError as error:
        if path.is_symlink():
            raise FileFaultError("PS127", "a link that leads to itself", "a file") from error
        raise
    if within is not None and not real.is_relative_to(within):
        raise FileFaultError(
            "PS127",
            "a link that leads out of the data folder",
            "a file within the data folder",
            "put the file itself there",
        )
    return real


def _check_regular(info: os.stat_result) -> None:
    """Refuse what is no regular file.

    Raises:
        FileFaultError: naming what it is (PS127).
    """
    if not stat.S_ISREG(info.st_mode):
        found = _KINDS.get(stat.S_IFMT(info.st_mode), "something that is no file")
        fix = "put a file with figures in its place, or delete it"
        raise FileFaultError("PS127", found, "a regular file", fix)


def _of_the_disk(error: OSError) -> FileFaultError:
    """What the disk says of a file, as a fault."""
    found = error.strerror or "a fault of the disk"
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    return FileFaultError("PS101", found, "a file that can be read", missing=missing)


def walk(top: Path, root: Path, most: int, unentered: Collection[str] = ()) -> Walk:
    """All files below a folder but hidden ones, with every fault on the way.

    `root` is the real path of the folder that links must not lead out of. Linked folders are
    walked after all others, under the names of their links; one whose files are read in another
    place is a fault. Folders whose names end like `unentered` stand among the files. More than
    `most` files are not listed: what is left out are the folders with most of them.
    """
    walked = Walk()
    if not os.path.lexists(top):
        return walked
    counts: Counter[Path] = Counter()
    for folder, paths in _folders(top, root, most, unentered, walked):
        if len(paths) > most:
            fault = OverBudgetError("files", f"more than {most:,} files and folders")
            walked.large.append((folder, fault))
            continue
        counts[folder] = len(paths)
        walked.files += paths
    while walked.files and len(walked.files) > most:
        folder, number = counts.most_common(1)[0]
        del counts[folder]
        walked.files = [path for path in walked.files if path.parent != folder]
        walked.large.append((folder, OverBudgetError("files", f"{number:,} files")))
    walked.files.sort()
    return walked


def _folders(
    top: Path, root: Path, most: int, unentered: Collection[str], walked: Walk
) -> Iterator[tuple[Path, list[Path]]]:
    """Each folder and the files in it, those behind links after all others."""
    seen: set[tuple[int, int]] = set()
    todo, links = [top], list[Path]()
    while todo or links:
        linked = not todo
        folder = todo.pop() if todo else links.pop(0)
        try:
            _enter(folder, top, root, seen, linked=linked)
            with os.scandir(folder) as entries:
                listed = sorted(islice(entries, most + 1), key=lambda entry: entry.name)
        except FileFaultError as fault:
            walked.faults.append((folder, fault))
            continue
        except OSError as error:
            walked.faults.append((folder, _of_a_folder(error)))
            continue
        if len(seen) > most:
            walked.large.append((top, OverBudgetError("files", f"more than {most:,} folders")))
            return
        paths = []
        for entry in listed:
            path = folder / entry.name
            if entry.name.startswith(_HIDDEN):
                continue
            if not _is_folder(entry) or path.suffix.lower() in unentered:
                paths.append(path)
            elif entry.is_symlink():
                links.append(path)
            else:
                todo.append(path)
        yield folder, paths


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, or a link to one; a link in a circle is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _enter(
    folder: Path, top: Path, root: Path, seen: set[tuple[int, int]], *, linked: bool
) -> None:
    """Make sure that a folder lies within the data folder and is walked once.

    Raises:
        OSError: if it cannot be looked at.
        FileFaultError: if it leads elsewhere, or was walked (PS128).
    """
    real = Path(os.path.realpath(folder, strict=True))
    expected = "a folder within the data folder, with files of its own"
    if not real.is_relative_to(root):
        found, fix = "a link that leads out of the data folder", "put the folder itself there"
        raise FileFaultError("PS128", found, expected, fix)
    info = real.stat()
    if not stat.S_ISDIR(info.st_mode):
        raise FileFaultError("PS128", "no folder", "a folder", "put the files into a folder")
    same = (info.st_dev, info.st_ino)
    above = linked and Path(os.path.realpath(top)).is_relative_to(real)
    if above or same in seen:
        found = "a folder that leads back to one above it" if above else "a folder that is read"
        found += "" if above else " already, under another name"
        raise FileFaultError("PS128", found, expected, "delete it: the files are read once")
    seen.add(same)


def _of_a_folder(error: OSError) -> FileFaultError:
    """What the disk says of a folder, as a fault."""
    found = error.strerror or "a fault of the disk"
    if isinstance(error, FileNotFoundError):
        found = "a folder that is no longer there"
    fix = "check it and its permissions, or delete it"
    return FileFaultError("PS128", found, "a folder that can be read", fix)
