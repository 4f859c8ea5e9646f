"""What in the folder of a site is somebody else's and stays: carried from the old into the new.

A file is in both folders at once, by a second name of the same file (a hard link) where the disk
knows that: so nobody who reads it finds it gone for a moment, and what is written into it while
a site is put in place is in the new one, too.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from perfsite.disk import draft_of
from perfsite.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path


def check_apart(paths: Iterable[str], keep: Collection[str]) -> None:
    """Refuse to keep what perfsite writes itself.

    Case does not matter, for there are disks on which it does not.

    Raises:
        UsageError: naming the first of the files.
    """
    names = {name.casefold(): name for name in keep}
    above = {parent: names[name] for name in names for parent in _parents(name)}
    inside = tuple(f"{name}/" for name in names)
    for path in paths if names else ():
        lower = path.casefold()
        if lower in names or lower in above or lower.startswith(inside):
            within = (names[name] for name in names if lower.startswith(f"{name}/"))
            wanted = names.get(lower) or above.get(lower) or next(within)
            raise UsageError(
                f"perfsite.toml: keep.files: {wanted}: perfsite writes {path} itself, and only "
                "what it does not write can be kept"
            )


def carry(old: Path, new: Path, keep: Collection[str]) -> list[Path]:
    """Have in `new` what is kept as it is in `old`; the files that had to be copied.

    What is there already and is the same stays. May be called again: after the exchange, for what
    somebody changed in the moment before.

    Raises:
        OSError: if the disk refuses.
    """
    copied = []
    for path in keep:
        for source in _all(old / path):
            target = new / source.relative_to(old)
            if source.is_dir() and not source.is_symlink():
                target.mkdir(parents=True, exist_ok=True)
                with suppress(OSError):  # a disk that knows no modes, or a folder of another user
                    shutil.copystat(source, target)
            elif not _same(source, target):
                target.parent.mkdir(parents=True, exist_ok=True)
                copied += give_name(source, target)
    return copied


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]


def _all(path: Path) -> Iterator[Path]:
    """A file; or a folder and all that is in it, which may be read only if it is not a link."""
    if not os.path.lexists(path):
        return
    yield path
    if path.is_dir() and not path.is_symlink():
        for inner in sorted(path.iterdir()):
            yield from _all(inner)


def _same(source: Path, target: Path) -> bool:
    """Whether a file stands there already: the same one, or a copy of it as it is."""
    if not os.path.lexists(target):
        return False
    here, there = source.lstat(), target.lstat()
    return os.path.samestat(here, there) or (
        (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)
        and here.st_nlink == there.st_nlink == 1
    )


def give_name(source: Path, target: Path) -> list[Path]:
    """Give a file a second name, or copy it; what was copied.

    Raises:
        OSError: if the disk refuses.
    """
    draft = draft_of(target)
    draft.unlink(missing_ok=True)
    try:
        os.link(source, draft, follow_symlinks=False)
        copied = []
    except OSError:
        shutil.copy2(source, draft, follow_symlinks=False)
        copied = [] if draft.is_symlink() else [target]
    draft.replace(target)
    # Where both were names of one file already, nothing was renamed.
    draft.unlink(missing_ok=True)
    return copied


def is_equal(left: Path, right: Path) -> bool:
    """Whether two files are the same, or two links lead to the same place."""
    if left.is_symlink() or right.is_symlink():
        return left.is_symlink() and right.is_symlink() and left.readlink() == right.readlink()
    return left.is_file() and right.is_file() and left.read_bytes() == right.read_bytes()
