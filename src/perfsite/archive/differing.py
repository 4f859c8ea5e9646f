"""A packed site against one built anew from its data, file by file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from perfsite.archive.faults import Fault
from perfsite.archive.manifests import SITE_MANIFEST, manifest
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from perfsite.model import File

_ABSENT = "no such file"


def differences(package: str, packed: Mapping[str, str], rebuilt: Iterable[File]) -> list[Fault]:
    """One fault that names the first file that differs, and how many do; none if all are the same.

    `packed` are the SHA-256 hashes of the package's files by path. Equal hashes are equal bytes.
    """
    made = {file.path: hashlib.sha256(file.data).hexdigest() for file in rebuilt}
    made[SITE_MANIFEST] = hashlib.sha256(manifest(made)).hexdigest()
    # The manifest differs whenever another file does, and is not what one wants to hear of.
    paths = sorted(packed.keys() | made.keys(), key=lambda path: (path == SITE_MANIFEST, path))
    differ = [path for path in paths if packed.get(path) != made.get(path)]
    if not differ:
        return []
    first = differ[0]
    return [
        Fault(
            package,
            f"{first}, the first of {counted(len(differ), 'file')} that differ",
            f"in the package {_said(packed.get(first))}",
            f"as built from the data {_said(made.get(first))}",
        )
    ]


def _said(hash_: str | None) -> str:
    return f"sha256:{hash_}" if hash_ else _ABSENT
