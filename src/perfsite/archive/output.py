"""Putting finished packages in place: under their names stands nothing that is half written."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from perfsite.archive.site import read_manifest
from perfsite.disk import (
    clear,
    is_transient,
    make_transient,
    own_temporary_folder,
    swap,
    sync_folder,
    sync_tree,
)
from perfsite.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


_AGENT: Final = re.compile(rb"^Bag-Software-Agent: perfsite ", re.MULTILINE)
_SIGNATURE: Final = b"-----BEGIN SSH SIGNATURE-----"
_MANIFESTS: Final = re.compile(r"(tag)?manifest-sha(256|512)\.txt")


@contextmanager
def staging(out: Path, name: str) -> Iterator[Path]:
    """A new folder within `out` to write in, for one process at a time; it is gone afterwards.

    What killed processes left there, of other packages too, goes first.

    Raises:
        UsageError: if `out` is a file.
        ArchiveError: if somebody else is writing the same packages, or the disk refuses.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; packages need a folder")
    own_temporary_folder()
    try:
        out.mkdir(parents=True, exist_ok=True)
        _clear_up(out)
        with _alone(out, name):
            folder = out / f".{name}.staging"
            make_transient(folder)
            try:
                yield folder
            finally:
                clear(folder)
    except Timeout as error:
        raise ArchiveError(f"somebody is writing {name} in {out}; wait for the end") from error
    except OSError as error:
        raise ArchiveError(f"{out} could not be written: {error}") from error


@contextmanager
def _alone(out: Path, name: str) -> Iterator[None]:
    lock = out / f".{name}.lock"
    with FileLock(lock, timeout=0):
        try:
            yield
        finally:
            # While it is held: nobody waits for it, so nobody can have it open.
            with suppress(OSError):
                lock.unlink()


def _clear_up(out: Path) -> None:
    """Remove what is left of processes that have ended without doing so."""
    for folder in out.glob(".*.staging"):
        if is_transient(folder):
            name = folder.name.removeprefix(".").removesuffix(".staging")
            with suppress(Timeout), _alone(out, name):
                clear(folder)


def check_places(out: Path, names: Sequence[str]) -> None:
    """Refuse to replace what is not a package that perfsite made.

    Raises:
        UsageError: naming what is there instead, or what somebody put into a bag.
        OSError: if it cannot be read.
    """
    for name in names:
        path = out / name
        if path.is_symlink() or (path.exists() and not _is_ours(path)):
            what = "bag" if name.endswith("-bag") else "package"
            raise UsageError(
                f"{path} is there and is no {what} of perfsite's; name another folder, or move it "
                "away"
            )
        if path.is_dir() and (extra := _put_into(path)):
            raise UsageError(
                f"{path} holds what perfsite did not put there, as {extra[0]}; move it away"
            )


def _is_ours(path: Path) -> bool:
    """Whether a package says that perfsite made it."""
    if path.is_dir():
        info = path / "bag-info.txt"
        return info.is_file() and bool(_AGENT.search(info.read_bytes()))
    try:
        if path.suffix == ".wacz":
            with zipfile.ZipFile(path) as package:
                software = json.loads(package.read("datapackage.json"))["software"]
                return str(software).startswith("perfsite ")
        if path.suffix == ".gz":
            with gzip.open(path) as package:
                return b"software: perfsite " in package.read(2000)
    except (OSError, EOFError, zipfile.BadZipFile, ValueError, KeyError, TypeError):
        return False
    data = path.read_bytes()
    if path.suffix == ".sha256":
        listed, wrong = read_manifest(data)
        return not wrong and all(name.startswith(path.stem) for name in listed)
    return data.startswith(_SIGNATURE)


def _put_into(bag: Path) -> list[str]:
    """The files of a bag that its manifests do not list."""
    listed: set[str] = set()
    for path in bag.iterdir():
        if _MANIFESTS.fullmatch(path.name):
            listed |= {path.name, *read_manifest(path.read_bytes())[0]}
    there = {path.relative_to(bag).as_posix() for path in bag.rglob("*") if not path.is_dir()}
    return sorted(there - listed)


def put_in_place(folder: Path, out: Path, names: Sequence[str], stale: Sequence[str]) -> None:
    """Move what was made from `folder` to `out`; the last name is the list that vouches for all.

    That list goes first and comes last: whoever is interrupted in between leaves no list. Each
    package is then the old one or the new one; where the system cannot exchange two folders a bag
    may not be there. `stale` may be there from an earlier run, and goes. When this comes back all
    of it is on the disk.

    Raises:
        OSError: if the disk refuses.
    """
    sync_tree(folder)
    for name in (names[-1], *stale):
        (out / name).unlink(missing_ok=True)
    sync_folder(out)
    for number, name in enumerate(names):
        target = out / name
        if name == names[-1]:
            sync_folder(out)  # what the list vouches for is there before the list
        if target.is_dir():
            if swap(folder / name, target):
                continue
            # Within the staging folder, which is removed at the end.
            move(target, folder / f"old-{number}")
        move(folder / name, target)
    sync_folder(out)


def move(source: Path, target: Path) -> None:
    """Give something another name, in one step."""
    source.replace(target)
