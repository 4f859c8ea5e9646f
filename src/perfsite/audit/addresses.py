"""The paths of a site: whether every server, archive and disk can hold them, each thing once."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from perfsite.audit.rules import LONGEST_PART, LONGEST_PATH, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.audit.site import Site

_NAME: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(/[a-z0-9-]+(\.[a-z0-9-]+)*)*")
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_PACKED: Final = (".gz", ".br", ".zst")
_EDITION: Final = re.compile(r"editions/[^/]+/")


def check_addresses(site: Site) -> Iterator[Finding]:
    """Every path by itself, and beside all others."""
    folded: dict[str, str] = {}
    for path in sorted(site.files):
        parts = path.split("/")
        if not _NAME.fullmatch(path):
            yield Finding(path, 0, "characters", path)
        longest = max(map(len, parts))
        if longest > LONGEST_PART or len(path) > LONGEST_PATH:
            words = f"{len(path)} characters, {longest} of them in one part"
            yield Finding(path, 0, "length", words)
        for part in parts:
            if _RESERVED.fullmatch(part):
                yield Finding(path, 0, "reserved", part)
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            yield Finding(path, 0, "case", f"{other} beside it")
        if path in site.folders:
            yield Finding(path, 0, "case", "a folder of the same name")
        if path.endswith(_PACKED) and path.rpartition(".")[0] not in site.files:
            yield Finding(path, 0, "packed", "the packed file alone")
    yield from _twice(site)


def _twice(site: Site) -> Iterator[Finding]:
    """Files of the same content.

    A frozen edition is whole by itself, so it is compared with nothing outside of it. A table
    without rows has no content yet.
    """
    first: dict[tuple[str, bytes], str] = {}
    for path, data in sorted(site.files.items()):
        if path.endswith(".csv") and data.count(b"\n") <= 1:
            continue
        edition = _EDITION.match(path)
        key = (edition[0] if edition else "", hashlib.sha256(data).digest())
        other = first.setdefault(key, path)
        if other != path:
            yield Finding(path, 0, "once", f"the same bytes as {other}")
