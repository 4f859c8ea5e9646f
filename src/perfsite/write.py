"""Writing the site: all of it into a staging folder, then one exchange of names.

Whoever reads the site sees the old one or the new one, never a mixture, however the build ends:
where the system can, two folders change places in one step; where it cannot, the old folder is
moved aside and moved back by the next build if this one died in between.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from perfsite.errors import UsageError, WriteError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from perfsite.model import File

MANIFEST: Final = "manifest-sha256.txt"
_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
"""What a web server, which is another user, needs, whatever the umask of who builds."""
_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of Linux' renameat2(2), and RENAME_SWAP of macOS' renamex_np(2)."""


@dataclass(frozen=True)
class Written:
    """What was written: files and bytes of the new site; files changed, new and gone."""

    files: int
    size: int
    changed: int
    new: int
    gone: int


def check_target(out: Path) -> None:
    """Refuse to replace a folder that perfsite has not made.

    Raises:
        UsageError: if `out` is a file, or a folder with content but without a manifest.
    """
    if out.is_symlink():
        raise UsageError(f"{out} is a link; name the folder that it leads to")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; the site needs a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise UsageError(
            f"{out} is not empty and holds no site that perfsite made (no {MANIFEST}); "
            "name another folder, or empty this one"
        )


def write_site(files: Iterable[File], out: Path) -> Written:
    """Put the files in place of the folder `out`, with a manifest of their hashes.

    Files whose bytes have not changed keep their modification time. Everybody may read the site.

    Raises:
        UsageError: if `out` is not a folder that may be replaced.
        WriteError: if another build is writing there, or the disk refuses. `out` is then as it was.
    """
    out = out.absolute()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(_beside(out, "lock"), timeout=0):
            return _write(files, out)
    except Timeout as error:
        raise WriteError(f"another build is writing {out}; wait for it to end") from error
    except OSError as error:
        raise WriteError(f"{out} could not be written: {error}") from error


def _write(files: Iterable[File], out: Path) -> Written:
    staging, aside = _beside(out, "staging"), _beside(out, "old")
    if aside.exists() and not out.exists():
        aside.rename(out)  # a build died between its two renames
    check_target(out)
    for leftover in (staging, aside):
        shutil.rmtree(leftover, ignore_errors=True)
    staging.mkdir()
    try:
        written = _fill(staging, files, out)
        _open_to_readers(staging)
        if out.is_dir():
            _exchange(staging, out, aside)
        else:
            staging.rename(out)
    finally:
        for leftover in (staging, aside):
            shutil.rmtree(leftover, ignore_errors=True)
    return written


def write_new_folder(files: Iterable[File], root: Path, folder: Path) -> None:
    """Write files of which those of a folder appear all at once, or not at all.

    The paths of the files are relative to `root`; those outside `folder` are written as they are.

    Raises:
        WriteError: if the folder is there, or the disk refuses.
    """
    staging = _beside(folder, "staging")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        for file in files:
            path = root / file.path
            target = staging / path.relative_to(folder) if folder in path.parents else path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.data)
        staging.rename(folder)
    except OSError as error:
        raise WriteError(f"{folder} could not be written: {error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def drawings_beside(out: Path) -> Path:
    """The folder in which the drawings of a site are kept for its next build."""
    return _beside(out.absolute(), "drawings")


def _beside(out: Path, what: str) -> Path:
    return out.parent / f".{out.name}.{what}"


def _fill(staging: Path, files: Iterable[File], old: Path) -> Written:
    hashes: dict[str, str] = {}
    changed = new = size = 0
    made = {staging}
    for file in files:
        path = staging / file.path
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(file.data)
        hashes[file.path] = hashlib.sha256(file.data).hexdigest()
        size += len(file.data)
        before = old / file.path
        if not before.is_file():
            new += 1
        elif before.read_bytes() == file.data:
            stat = before.stat()
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        else:
            changed += 1
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(hashes.items()))
    manifest = staging / MANIFEST
    manifest.write_text(lines, "utf-8", newline="\n")
    before = old / MANIFEST
    gone = 0
    if before.is_file():
        known = before.read_text("utf-8").splitlines()
        gone = sum(line[66:] not in hashes for line in known)
        if manifest.read_bytes() == before.read_bytes():
            stat = before.stat()
            os.utime(manifest, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return Written(len(hashes) + 1, size, changed, new, gone)


def _open_to_readers(site: Path) -> None:
    """Let everybody read, and only the owner write, on every machine alike."""
    # A disk that knows no modes refuses; who may read there is said where it is mounted.
    with suppress(OSError):
        for path in (site, *site.rglob("*")):
            path.chmod(_FOLDER_MODE if path.is_dir() else _FILE_MODE)


def _exchange(staging: Path, out: Path, aside: Path) -> None:
    """Put `staging` in the place of `out`; afterwards the old site is in one of the others."""
    if not _swap(staging, out):
        out.rename(aside)
        staging.rename(out)


def _swap(first: Path, second: Path) -> bool:
    """Exchange two folders in one step; False where the system has no such step."""
    if os.name != "posix":
        return False
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
