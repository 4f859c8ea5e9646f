"""Folders that change places, in one step where the system can, and whether they could."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from perfsite.disk import swap, sync_folder
from perfsite.errors import UsageError

_NOT_EMPTY: Final = (errno.ENOTEMPTY, errno.EEXIST)
_MOUNTS: Final = Path("/proc/self/mountinfo")


def exchange(staging: Path, out: Path, aside: Path) -> None:
    """Put `staging` in the place of `out`; afterwards the old site is in one of the others.

    When this comes back the names are on the disk.

    Raises:
        OSError: if the disk refuses. `out` is then as it was.
    """
    if not out.is_dir():
        staging.rename(out)
    elif not swap(staging, out):
        out.rename(aside)
        try:
            staging.rename(out)
        except OSError:
            aside.rename(out)
            raise
    sync_folder(out.parent)


def check_can_move(out: Path, full: Path) -> None:
    """Refuse a folder that cannot change its name, before anything is done that relies on it.

    It is tried in a way that cannot succeed: over `full`, a folder beside it that is not empty.
    Whatever else would be refused (a mount point, a read-only disk, missing rights, a layer of a
    container) the system says first.

    Raises:
        UsageError: if it is a mount point, or in another file system.
        OSError: if the system refuses for another reason.
    """
    if inner := [point for point in _mount_points() if out in point.parents]:
        raise UsageError(
            f"{inner[0]} is a mount point within {out}, and cannot move with it; mount it "
            "elsewhere, or name another folder"
        )
    try:
        out.rename(full)
    except OSError as error:
        if error.errno in _NOT_EMPTY:
            return
        if error.errno in (errno.EBUSY, errno.EXDEV):
            what = "a mount point" if error.errno == errno.EBUSY else "on another file system"
            raise UsageError(
                f"{out} is {what}, as seen from {out.parent}, so no new site can take its place "
                f"in one step; name a folder within it, as --out {out / 'site'}, and let readers "
                "have that"
            ) from error
        raise
    full.rename(out)  # somebody has emptied `full` at this moment


def _mount_points() -> list[Path]:
    """Where other disks and folders are mounted; nothing where the system does not say."""
    try:
        lines = os.fsdecode(_MOUNTS.read_bytes()).splitlines()
    except OSError:
        return []
    return [Path(_unescaped(line.split(" ")[4])) for line in lines]


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
