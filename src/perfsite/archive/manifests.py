"""Lines of hashes as sha256sum writes and reads them: `<hash>  <path>`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SITE_MANIFEST: Final = "manifest-sha256.txt"
"""The file of a site that holds the hashes of all its other files."""
_LINE: Final = re.compile(r"([0-9a-f]{64}|[0-9a-f]{128})  (\S.*)")


def manifest(hashes: Mapping[str, str]) -> bytes:
    """The lines of some hashes by path, sorted by path."""
    return "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes)).encode()


def read_manifest(data: bytes) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """The hashes of a manifest by path, and what stands in its lines instead of one, by number.

    A path that stands twice is such a line, too.
    """
    hashes: dict[str, str] = {}
    wrong: list[tuple[int, str]] = []
    lines = data.decode("utf-8", "replace").split("\n")
    if lines[-1]:
        wrong.append((len(lines), f"{lines[-1][:80]!r} without an end of line"))
    for number, line in enumerate(lines[:-1], 1):
        match = _LINE.fullmatch(line)
        if not match:
            wrong.append((number, repr(line[:80])))
        elif match[2] in hashes:
            wrong.append((number, f"{match[2]} a second time"))
        else:
            hashes[match[2]] = match[1]
    return hashes, wrong
