"""Writing what was made: a site in place of the old one, or a new folder that is never altered.

`target` puts sites in place and says in which order that is safe; `owning` knows whose files are
whose, `keeping` carries what is somebody else's, `exchange` lets two folders change places, and
`folder` writes what is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.disk import Kind
from perfsite.write.folder import set_aside, write_new_folder
from perfsite.write.ownership import MANIFEST
from perfsite.write.target import Target, Written, beside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from perfsite.model import File

__all__ = [
    "MANIFEST",
    "Kind",
    "Target",
    "Written",
    "check_target",
    "drawings_beside",
    "set_aside",
    "write_new_folder",
    "write_site",
]


def check_target(out: Path, kind: Kind = Kind.SITE, keep: Collection[str] = ()) -> None:
    """Try all that putting a site at `out` will need; nothing that readers see changes.

    Raises:
        UsageError: if `out` is not a folder that may be replaced.
        WriteError: if another build is writing there, or the disk refuses.
    """
    with Target(out, kind, keep):
        pass


def write_site(
    files: Iterable[File], out: Path, kind: Kind = Kind.SITE, keep: Collection[str] = ()
) -> Written:
    """Put the files in place of the folder `out`, with a manifest of their hashes.

    Files whose bytes have not changed keep their modification time. Everybody may read them. The
    paths `keep` are not perfsite's and stay as they are.

    Raises:
        UsageError: if `out` is not a folder that may be replaced.
        WriteError: if another build is writing there, or the disk refuses. `out` is then as it was.
    """
    with Target(out, kind, keep) as target:
        return target.put(files)


def drawings_beside(out: Path) -> Path:
    """The folder in which the drawings of a site are kept for its next build."""
    return beside(out.absolute(), "drawings")
