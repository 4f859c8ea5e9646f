"""A temporary folder of this process, so that nothing of a killed one stays for good.

Libraries keep what they need for a moment in the folder for temporary files, and a process that is
killed clears nothing away. So each has a folder of its own there, locked while it lives; whoever
comes next removes those whose lock nobody holds.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache
from multiprocessing.util import Finalize, get_temp_dir
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

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
    try:
        common = Path(tempfile.gettempdir())
        _clear_up(common)
        if len(os.fsencode(common)) > _LONGEST:
            return None
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=common))
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except (OSError, Timeout):
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
    for folder in common.glob(f"{_PREFIX}*"):
        file = folder / _LOCK
        try:
            if folder.is_symlink() or not file.is_file() or file.stat().st_uid != _user():
                continue
            with FileLock(file, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except (OSError, Timeout):
            continue


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0
