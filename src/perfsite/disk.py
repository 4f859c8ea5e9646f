"""What all that touches a disk has in common.

How bytes come to stay, whose a folder is, what is there for a while.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from perfsite.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from filelock import FileLock


# Bytes that survive a power cut: they and their names are on the disk before one goes on.
#
# A system may write things down in another order than it was told to. So whoever gives a finished
# folder its name does it in this order: the files, the folders that hold them from the innermost
# to the outermost, the folder in which it stands; then the name; then that folder once more.


_AT_ONCE: Final = 8
"""Files that are synced together: one after the other takes 30 times as long, for a disk that is
asked for eight writes them down in one go (8,600 files: 1 s and not 35)."""
_UNSYNCABLE: Final = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EISDIR)
"""What is said of a folder, or a special file, for which there is no such thing as syncing."""


def sync_files(paths: Iterable[Path]) -> None:
    """Come back when the bytes of all these files are on the disk.

    Raises:
        OSError: if the disk could not take them.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - as below

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(_sync_file, paths):
            pass


def sync_folder(folder: Path) -> None:
    """Come back when the names in a folder are on the disk.

    A disk or a system that does not know this for folders does it by itself, or not at all.

    Raises:
        OSError: if the disk could not take them.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except PermissionError:
        return  # Windows opens no folders, and whoever may not read one can only go on
    _sync(descriptor)


def sync_folders(top: Path, touched: Iterable[Path] | None = None) -> None:
    """Come back when all names in a folder and in those below it are on the disk.

    From the innermost outwards: a name never leads to what is not there yet. The name of `top`
    itself stands in the folder above. `touched` are the folders in which names have changed, if
    that is known: these and the ones on the way to them are synced, and no others.

    Raises:
        OSError: if the disk could not take them.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - as below

    levels: dict[int, set[Path]] = {}
    if touched is None:
        folders = {Path(parent) for parent, _, _ in os.walk(top)}
    else:
        ways = {folder for path in touched for folder in (path, *path.parents)}
        folders = {path for path in ways if path.is_relative_to(top) and path.is_dir()}
    for folder in folders:
        levels.setdefault(len(folder.parts), set()).add(folder)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _, level in sorted(levels.items(), reverse=True):
            for _ in pool.map(sync_folder, level):
                pass


def sync_tree(top: Path) -> None:
    """Come back when a folder with all that is in it is on the disk; its own name is not yet.

    Raises:
        OSError: if the disk could not take it.
    """
    paths = (Path(parent, name) for parent, _, names in os.walk(top) for name in names)
    sync_files(path for path in paths if path.is_file() and not path.is_symlink())
    sync_folders(top)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that under its name stands the old one or the new one, and then stays.

    What is no plain file, a pipe or a terminal, is written to as it is; a link is followed.

    Raises:
        OSError: if the disk refuses. The old file is then as it was.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = path.resolve()
    draft = draft_of(path)
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            with suppress(OSError):  # a disk that knows no modes
                draft.chmod(path.stat().st_mode & 0o7777)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def draft_of(path: Path) -> Path:
    """Where a file is written before it gets its name; always the same for one name.

    So what a process leaves that is killed in between, the next one writes over.
    """
    return path.with_name(f".{path.name[:200]}.perfsite-draft")


def _sync_file(path: Path) -> None:
    _sync(os.open(path, os.O_RDONLY))


def _sync(descriptor: int) -> None:
    """Sync what is open, as far as it can be, and close it."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSYNCABLE:
            raise
    finally:
        os.close(descriptor)


# Two names that change places in one step, where the system has such a step.


_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of Linux' renameat2(2), and RENAME_SWAP of macOS' renamex_np(2)."""


def swap(first: Path, second: Path) -> bool:
    """Exchange two folders in one step; False where the system has no such step.

    Raises:
        OSError: if the disk refuses.
    """
    if os.name != "posix":
        return False
    import ctypes  # noqa: PLC0415 - as below

    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(first), os.fsencode(second)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        result = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE)
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        result = library.renamex_np(names[0], names[1], _EXCHANGE)
    else:
        return False
    if result == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(second))


# The mark by which a folder is known as perfsite's, and what in it is not.
#
# The mark of the folder NAME is the file `.NAME.perfsite` beside it: nothing in the site is
# changed by it, and who copies the site has the site alone. It counts only together with what it
# names, the hashes of the manifests that perfsite wrote there: another folder of the same name is
# not perfsite's, whatever its files are called.


FORMAT: Final = 1
"""The version of what stands in a mark."""
_ABOUT: Final = (
    "perfsite made the folder that this file is named after, and replaces it as a whole; "
    "what keep names is somebody else's, and stays"
)


class FolderKind(StrEnum):
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

    kind: FolderKind
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
        return Mark(FolderKind(content["kind"]), *names)
    except (ValueError, KeyError, TypeError):
        return None


def kept_in(folder: Path, manifest: bytes) -> tuple[str, ...]:
    """The paths in a finished site that are no part of it, by the mark of what has this manifest.

    Raises:
        UsageError: if its mark is one of a later version of perfsite, or cannot be read.
    """
    mark = read_mark(folder)
    is_named = mark is not None and hashlib.sha256(manifest).hexdigest() in mark.manifests
    return mark.keep if mark and is_named else ()


def is_kept(path: str, keep: Collection[str]) -> bool:
    """Whether a path is one of those that are kept, or lies in one of them."""
    return any(path == top or path.startswith(f"{top}/") for top in keep)


# A temporary folder of this process, so that nothing of a killed one stays for good.
#
# Libraries keep what they need for a moment in the folder for temporary files, and a process that
# is killed clears nothing away. So each has a folder of its own there, locked while it lives;
# whoever comes next removes those whose lock nobody holds.


_PREFIX: Final = "perfsite-"
_LOCK: Final = "in-use.lock"
_LONGEST: Final = 52
"""Bytes that the path of the common folder may have. A socket of multiprocessing lies two folders
below it, and its path may have 103 on some systems: where that is too little, a process has no
folder of its own, rather than no workers."""
_AFTER_THE_OTHERS: Final = -1000
"""multiprocessing removes its own folder, which is in this one, at -100."""


@cache
def own_temporary_folder() -> Path | None:
    """Put what its workers need for a moment into a folder of its own, and clear up after others.

    Where there is no folder for temporary files, or its path is long, none is made, and the answer
    is None.
    """
    # Only who makes such a folder has time for it: a night without news does nothing but look.
    from multiprocessing.util import Finalize, get_temp_dir  # noqa: PLC0415

    from filelock import FileLock  # noqa: PLC0415

    try:
        common = Path(tempfile.gettempdir())
        _clear_up(common)
        if len(os.fsencode(common)) > _LONGEST:
            return None
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=common))
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except OSError:  # filelock.Timeout is one
        return None
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        get_temp_dir()  # multiprocessing makes its own here, and remembers it
    finally:
        # What is written for somebody to read, as details of a fault, must not go with the process.
        tempfile.tempdir = before
    Finalize(None, _remove, args=(folder, lock), exitpriority=_AFTER_THE_OTHERS)
    return folder


def _remove(folder: Path, lock: FileLock) -> None:
    lock.release()
    shutil.rmtree(folder, ignore_errors=True)


def _clear_up(common: Path) -> None:
    """Remove what is left of processes of this user that have ended without doing so."""
    from filelock import FileLock  # noqa: PLC0415

    for folder in common.glob(f"{_PREFIX}*"):
        file = folder / _LOCK
        try:
            if folder.is_symlink() or not file.is_file() or file.stat().st_uid != _user():
                continue
            with FileLock(file, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # filelock.Timeout is one
            continue


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


# Folders that are there for a while, known by what is in them; whoever comes next removes them.


GROWING: Final = ".perfsite-staging"
"""The file by which a folder is known as one that may go: while it is filled, and while it is
removed."""


def make_transient(folder: Path) -> None:
    """Make a folder that whoever comes next may remove, until `settle` is called.

    Raises:
        OSError: if the disk refuses.
    """
    folder.mkdir()
    (folder / GROWING).touch()
    sync_folder(folder)


def settle(folder: Path) -> None:
    """Have a folder no longer known as one that may go."""
    (folder / GROWING).unlink()


def is_transient(folder: Path) -> bool:
    """Whether a folder is one that may go: by what is in it, not by its name."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return (folder / GROWING).is_file() or not any(folder.iterdir())


def clear(folder: Path) -> None:
    """Remove a folder, if it is there and the disk lets it; until the end it is transient."""
    with suppress(OSError):
        (folder / GROWING).touch()
        for path in folder.iterdir():
            if path.name == GROWING:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        (folder / GROWING).unlink()
        folder.rmdir()
