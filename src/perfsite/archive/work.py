"""What is done for one file of a site: read it, hash it, copy it, record it, read its text.

Files are independent of each other, so two processes can share them; bytes never depend on how many
there are.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from perfsite.archive.pages import read_page
from perfsite.archive.site import HOME
from perfsite.archive.warc import response_record
from perfsite.errors import ArchiveError
from perfsite.media import HTML, bare_type, media_type

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def start_worker() -> None:
    """Let a worker leave interruptions to its parent, and end with it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@dataclass(frozen=True)
class Record:
    """A record of the WARC: the address that it answers, and its bytes."""

    url: str
    data: bytes


@dataclass(frozen=True)
class Packed:
    """A file: its hashes by algorithm, its records, and title and text if it is a page."""

    path: str
    size: int
    mime: str
    hashes: dict[str, str]
    records: tuple[Record, ...]
    page: tuple[str, str] | None


@dataclass(frozen=True)
class Work:
    """Where files come from, to which folder they are copied, and what is said of them."""

    site: Path
    payload: Path
    base: str
    moment: str

    def __call__(self, files: Iterable[tuple[str, str]]) -> list[Packed]:
        """Pack some files, each a path and the hash that it must have."""
        return [self._pack(path, wanted) for path, wanted in files]

    def _pack(self, path: str, wanted: str) -> Packed:
        try:
            data = (self.site / path).read_bytes()
        except OSError as error:
            raise ArchiveError(f"{self.site / path} cannot be read: {error.strerror}") from error
        sha256 = hashlib.sha256(data).hexdigest()
        if wanted and sha256 != wanted:
            raise ArchiveError(
                f"{self.site / path} was altered: its SHA-256 hash is {sha256}, and the site's "
                f"manifest says {wanted}; build the site again, or mend the copy"
            )
        copy = self.payload / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)
        media = media_type(path)
        mime = bare_type(media)
        # The home page answers at the address of the site, too.
        urls = [self.base, self.base + path] if path == HOME else [self.base + path]
        return Packed(
            path,
            len(data),
            mime,
            {"sha256": sha256, "sha512": hashlib.sha512(data).hexdigest()},
            tuple(
                Record(url, response_record(url, media, data, sha256, self.moment)) for url in urls
            ),
            read_page(data) if mime == HTML else None,
        )
