"""The files of a site that grows in a tree: written here and by processes that work for a build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfsite.write.target import refused
from perfsite.write.tree import store

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.model import File, StoredFile
    from perfsite.write.tree import SiteTree


class GrowingSite:
    """Where a build puts its files: the tree of the new site, a clone of the one that stands."""

    def __init__(self, tree: SiteTree, out: Path) -> None:
        """The files of `tree`, which will stand at `out`."""
        self.tree = tree
        self._out = out

    def store(self, file: File) -> StoredFile:
        """Put a file there.

        Raises:
            WriteError: if the disk refuses.
        """
        stored = file.stored
        with refused(self._out):
            self.tree.add(file, stored.digest)
        return stored

    def adopt(self, file: StoredFile) -> None:
        """Take what a process that works has put there."""
        self.tree.adopt(file)

    def has(self, file: StoredFile) -> bool:
        """Whether the very file stands in the site; it then stays."""
        if self.tree.trusted(file.path) != file.digest:
            return False
        self.tree.keep(file.path)
        return True

    def read(self, path: str) -> bytes:
        """The bytes of a file that is there."""
        with refused(self._out):
            return (self.tree.folder / path).read_bytes()

    @property
    def for_workers(self) -> TreeOfWorker:
        """What processes that work put their files into: the same tree."""
        return TreeOfWorker(self.tree.folder, self._out)


@dataclass(frozen=True)
class TreeOfWorker:
    """The tree of a new site, as processes that work know it."""

    folder: Path
    out: Path

    def store(self, file: File) -> StoredFile:
        """Put a file there.

        Raises:
            WriteError: if the disk refuses.
        """
        with refused(self.out):
            return store(self.folder, file.path, file.data)
