"""Folders that are there for a while, known by what is in them; whoever comes next removes them."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from perfsite.disk.durable import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

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
