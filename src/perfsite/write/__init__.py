"""Writing what was made: a site in place of the old one, or a new folder that is never altered."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from perfsite.disk import (
    FolderKind,
    clear,
    is_transient,
    make_transient,
    sync_folder,
    sync_tree,
    write_durably,
)
from perfsite.errors import WriteError
from perfsite.write.ownership import beside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from perfsite.model import File
    from perfsite.write.target import Written


# A new folder whose files appear all at once, or not at all, and then stay: an edition's.


_LOCK: Final = ".perfsite-lock"


def write_new_folder(files: Iterable[File], root: Path, folder: Path) -> None:
    """Write files of which those of a folder appear all at once, or not at all.

    The paths of the files are relative to `root`; those outside `folder` come first. When this
    comes back all of it is on the disk, and nothing is left of a process that was killed here.

    Raises:
        WriteError: if the folder is there, somebody else is writing, or the disk refuses.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - a night without news locks nothing

    try:
        above = folder.parent.resolve()
        above.mkdir(parents=True, exist_ok=True)
        sync_folder(above.parent)
        with FileLock(above / _LOCK, timeout=0):
            try:
                _write(files, root.resolve(), above / folder.name)
            finally:
                # While it is held: nobody waits for it, so nobody can have it open.
                with suppress(OSError):
                    (above / _LOCK).unlink()
    except Timeout as error:
        raise WriteError(f"{folder} is being written by another process; wait for it") from error
    except OSError as error:
        raise WriteError(f"{folder} could not be written: {error}") from error


def set_aside(folder: Path, name: str) -> Path:
    """Rename a folder so that it is out of the way and nothing of it is lost; where it is then.

    Raises:
        WriteError: if the disk refuses.
    """
    aside, number = beside(folder, name), 1
    while os.path.lexists(aside):
        number += 1
        aside = beside(folder, f"{name}-{number}")
    try:
        folder.rename(aside)
        sync_folder(folder.parent)
    except OSError as error:
        raise WriteError(f"{folder} could not be moved: {error}") from error
    return aside


def _write(files: Iterable[File], root: Path, folder: Path) -> None:
    staging = beside(folder, "staging")
    for left in folder.parent.glob(".*.staging"):
        if is_transient(left):
            clear(left)
    if os.path.lexists(folder):
        raise FileExistsError(f"{folder} is there already")
    make_transient(staging)
    try:
        # Whatever has its name is whole; what is in the staging folder may go at any time.
        new = staging / "new"
        new.mkdir()
        for file in files:
            path = root / file.path
            if folder not in path.parents:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_durably(path, file.data)
                continue
            target = new / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.data)
        sync_tree(new)
        new.rename(folder)
        sync_folder(folder.parent)
    finally:
        clear(staging)


# Writing what was made: a site in place of the old one, or a new folder that is never altered.
#
# `target` puts sites in place, says in which order that is safe, and carries what is somebody
# else's; `ownership` knows whose files are whose.


def check_target(out: Path, kind: FolderKind = FolderKind.SITE, keep: Collection[str] = ()) -> None:
    """Try all that putting a site at `out` will need; nothing that readers see changes.

    Raises:
        UsageError: if `out` is not a folder that may be replaced.
        WriteError: if another build is writing there, or the disk refuses.
    """
    from perfsite.write.target import Target  # noqa: PLC0415 - a night without news locks nothing

    with Target(out, kind, keep):
        pass


def write_site(
    files: Iterable[File], out: Path, kind: FolderKind = FolderKind.SITE, keep: Collection[str] = ()
) -> Written:
    """Put the files in place of the folder `out`, with a manifest of their hashes.

    Files whose bytes have not changed keep their modification time. Everybody may read them. The
    paths `keep` are not perfsite's and stay as they are.

    Raises:
        UsageError: if `out` is not a folder that may be replaced.
        WriteError: if another build is writing there, or the disk refuses. `out` is then as it was.
    """
    from perfsite.write.target import Target  # noqa: PLC0415

    with Target(out, kind, keep) as target:
        return target.put(files)


def records_beside(out: Path) -> Path:
    """The file in which stands what each part of a site became, for its next build."""
    return beside(out.absolute(), "units")


def drawings_beside(out: Path) -> Path:
    """The folder in which the drawings of a site are kept for its next build."""
    return beside(out.absolute(), "drawings")


def editions_beside(out: Path) -> Path:
    """The folder of what was made of frozen editions, for the next build of a site."""
    return beside(out.absolute(), "editions")
