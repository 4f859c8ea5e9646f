"""Putting finished packages in place: under their names stands nothing that is half written."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from perfsite.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@contextmanager
def staging(out: Path, name: str) -> Iterator[Path]:
    """A new folder within `out` to write in, for one process at a time; it is gone afterwards.

    Raises:
        UsageError: if `out` is a file.
        ArchiveError: if somebody else is writing the same packages, or the disk refuses.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; packages need a folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = out / f".{name}.lock"
        with FileLock(lock, timeout=0):
            folder = out / f".{name}.staging"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                # While it is held: nobody waits for it, so nobody can have it open.
                with suppress(OSError):
                    lock.unlink()
    except Timeout as error:
        raise ArchiveError(f"somebody is writing {name} in {out}; wait for the end") from error
    except OSError as error:
        raise ArchiveError(f"{out} could not be written: {error}") from error


def check_bag(bag: Path) -> None:
    """Refuse to replace something that is no bag.

    Raises:
        UsageError: if a file, or a folder without bagit.txt, has its name.
    """
    if bag.exists() and not (bag / "bagit.txt").is_file():
        raise UsageError(f"{bag} is there and is no bag; name another folder, or move it away")


def put_in_place(folder: Path, out: Path, names: Sequence[str], stale: Sequence[str]) -> None:
    """Move what was made from `folder` to `out`; the last name is the list that vouches for all.

    That list goes first and comes last: whoever is interrupted in between leaves no list. Each
    package is then the old one, the new one or, a bag being two moves, not there. `stale` may be
    there from an earlier run, and goes.
    """
    for name in (names[-1], *stale):
        (out / name).unlink(missing_ok=True)
    for number, name in enumerate(names):
        target = out / name
        if target.is_dir():
            # Within the staging folder, which is removed at the end.
            move(target, folder / f"old-{number}")
        move(folder / name, target)


def move(source: Path, target: Path) -> None:
    """Give something another name, in one step."""
    source.replace(target)
