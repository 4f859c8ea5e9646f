"""The tree in which a new site grows: a clone of the site that stands, which is patched.

A clone has the same files under second names (hard links), so it is made without reading a byte.
Hence the one rule here: no file is written in place, since it may be a file of the site that
people read. It is written beside, and renamed.

Processes that work for a build write into the tree with `store`; what they wrote, and what stays
as it is, is told to the `SiteTree` of the parent, which has a hash for each file and no bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.disk import GROWING, draft_of
from perfsite.model import StoredFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from perfsite.model import File
    from perfsite.write.state import Standing


FILE_MODE: Final = 0o644
FOLDER_MODE: Final = 0o755
"""What a web server, which is another user, needs, whatever the umask of who builds."""


def store(folder: Path, path: str, data: bytes) -> StoredFile:
    """Have a file in a tree; any process may do this, two of them with different files.

    A file that has these bytes already stays, and so does its time.

    Raises:
        OSError: if the disk refuses.
    """
    target = folder / path
    if not _holds(target, data):
        _write(target, data)
    return StoredFile(path, hashlib.sha256(data).hexdigest(), len(data))


class SiteTree:
    """A tree as the parent knows it: which file is to have which hash.

    Of what stands in the tree nothing stays that was neither added, adopted nor kept.
    """

    def __init__(self, folder: Path, standing: Standing) -> None:
        """The tree in `folder`, which is a clone of the site that stands."""
        self.folder = folder
        self.standing = standing
        self.digests: dict[str, str] = {}

    def trusted(self, path: str) -> str | None:
        """The hash of what stands there and may stay; None where nothing does."""
        return self.standing.trusted(path)

    def add(self, file: File, digest: str = "") -> None:
        """Have a file in the tree; `digest` is the hash of its bytes, where that is known.

        Raises:
            OSError: if the disk refuses.
        """
        digest = digest or hashlib.sha256(file.data).hexdigest()
        if file.path in self.digests or self.standing.digest(file.path) != digest:
            _write(self.folder / file.path, file.data)
        self.digests[file.path] = digest

    def adopt(self, stored: StoredFile) -> None:
        """Have what a process wrote with `store`."""
        self.digests[stored.path] = stored.digest

    def keep(self, path: str) -> None:
        """Have a file stay as it is.

        Raises:
            KeyError: if what stands there is not trusted.
        """
        digest = self.standing.trusted(path)
        if digest is None:
            raise KeyError(path)
        self.digests[path] = digest

    def fresh(self) -> Iterator[str]:
        """The paths of files that differ from those that stand."""
        standing = self.standing
        return (path for path, digest in self.digests.items() if standing.digest(path) != digest)


def _holds(target: Path, data: bytes) -> bool:
    """Whether a plain file has these bytes."""
    try:
        info = target.lstat()
        return (
            stat.S_ISREG(info.st_mode) and info.st_size == len(data) and target.read_bytes() == data
        )
    except OSError:
        return False


def _write(target: Path, data: bytes) -> None:
    """Write a file beside, and give it its name."""
    draft = draft_of(target)
    try:
        _fill(draft, data)
    except (FileNotFoundError, NotADirectoryError):
        make_folder(target.parent)
        _fill(draft, data)
    try:
        allow(draft, FILE_MODE)
        draft.replace(target)
    except IsADirectoryError:
        shutil.rmtree(target)
        draft.replace(target)


def _fill(draft: Path, data: bytes) -> None:
    """Write a file that is not there, so that what is written has no other name."""
    with suppress(FileNotFoundError, NotADirectoryError):
        draft.unlink()
    with draft.open("xb") as file:
        file.write(data)


def make_folder(folder: Path) -> None:
    """Make a folder that everybody may read, with those above it.

    What stands in its way and is no folder is removed.

    Raises:
        OSError: if the disk refuses.
    """
    if folder.is_dir() and not folder.is_symlink():
        return
    make_folder(folder.parent)
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        folder.unlink()
    # Another process may have made it in this moment.
    folder.mkdir(exist_ok=True)
    allow(folder, FOLDER_MODE)


def allow(path: Path | str, mode: int) -> None:
    """Let everybody read, and only the owner write, on every machine alike."""
    # A disk that knows no modes refuses; who may read there is said where it is mounted.
    with suppress(OSError):
        os.chmod(path, mode)  # noqa: PTH101 - many paths, as text


# Clones: a folder that has the same files as another, under second names.


@dataclass(frozen=True)
class Cloned:
    """What was done to make one folder the clone of another.

    `copied` are files that had to be copied, by their paths in the folder; `touched` are the
    folders in which names were given or taken.
    """

    copied: list[Path]
    touched: set[Path]


def clone(source: Path, target: Path, paths: Collection[str]) -> Cloned:
    """Make the folder `target` have the plain files `paths` of `source`, and nothing else.

    What is in it already counts only if it is the same file. What in `source` is no plain file is
    left out.

    Raises:
        OSError: if the disk refuses.
    """
    done = Cloned([], set())
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    there = set[str]()
    for path in paths:
        here = f"{source}/{path}"  # many paths, so they are text
        try:
            info = os.lstat(here)
        except OSError:
            continue
        if not stat.S_ISREG(info.st_mode):
            continue
        there.add(path)
        if stat.S_IMODE(info.st_mode) != FILE_MODE:
            allow(here, FILE_MODE)
        if not _is(f"{target}/{path}", info):
            file = target / path
            done.touched.add(file.parent)
            make_folder(file.parent)
            if _give(Path(here), file, own=info.st_uid == user):
                done.copied.append(file)
    done.touched.update(prune(target, there))
    return done


def _is(path: str, info: os.stat_result) -> bool:
    """Whether a path leads to this very file."""
    try:
        return os.path.samestat(os.lstat(path), info)
    except OSError:
        return False


def _give(source: Path, target: Path, *, own: bool) -> bool:
    """Give a file a second name in a tree, or copy it; whether it was copied.

    What belongs to somebody else is copied: the new site is of the user who builds it.
    """
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    with suppress(OSError):
        if own:
            os.link(source, target)
            return False
    shutil.copy2(source, target)
    allow(target, FILE_MODE)
    return True


def prune(folder: Path, wanted: Collection[str]) -> list[Path]:
    """Remove from a tree all files but those that are wanted, and folders in which none is left.

    The folders in which something was removed. Folders have the mode by which everybody may read.

    Raises:
        OSError: if the disk refuses.
    """
    touched: list[Path] = []
    _prune(os.fspath(folder), "", wanted, touched)
    return touched


def _prune(folder: str, prefix: str, wanted: Collection[str], touched: list[Path]) -> bool:
    """Prune a folder; whether anything is left in it."""
    with os.scandir(folder) as listing:
        entries = list(listing)
    left = len(entries)
    for entry in entries:
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if _prune(entry.path, f"{path}/", wanted, touched):
                continue
            os.rmdir(entry.path)  # noqa: PTH106 - many paths, as text
        elif path in wanted or path == GROWING:
            continue
        else:
            os.unlink(entry.path)  # noqa: PTH108
        left -= 1
    if left < len(entries):
        touched.append(Path(folder))
    if left and stat.S_IMODE(os.lstat(folder).st_mode) != FOLDER_MODE:
        allow(folder, FOLDER_MODE)
    return left > 0
