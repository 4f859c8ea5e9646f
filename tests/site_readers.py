"""Somebody who reads a site in a tight loop, until standard input ends: a program.

`python tests/site_readers.py paths SITE EXPECTED` opens each file by its path, `folders` opens the
folder of the site first and then the file in it, `http` asks a server at the address SITE.
EXPECTED is a JSON file: the hashes that each file may have. What was read is told as JSON: how many
requests there were, which failed, and which answers were none of the expected.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

_OK: Final = 200


def by_path(site: str) -> Callable[[str], bytes]:
    """Each file by its whole path, as most programs do."""
    return lambda path: Path(site, path).read_bytes()


def by_folder(site: str) -> Callable[[str], bytes]:
    """Each file from the folder of the site, which is opened anew for each."""

    def read(path: str) -> bytes:
        folder = os.open(site, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with os.fdopen(os.open(path, os.O_RDONLY, dir_fd=folder), "rb") as file:
                return file.read()
        finally:
            os.close(folder)

    return read


def by_http(site: str) -> Callable[[str], bytes]:
    """Each file from a server; anything but 200 is a failure."""
    host = urlsplit(site).netloc

    def read(path: str) -> bytes:
        connection = HTTPConnection(host, timeout=60)
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != _OK:
            raise OSError(f"{answer.status} for {path}")
        return body

    return read


WAYS: Final = {"paths": by_path, "folders": by_folder, "http": by_http}


def main(way: str, site: str, expected: str) -> None:
    """Read all files, again and again."""
    allowed: dict[str, list[str]] = json.loads(Path(expected).read_text("utf-8"))
    read = WAYS[way](site)
    requests, failed, torn = 0, [], []
    seen = set()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not select.select([sys.stdin], [], [], 0)[0]:
        for path, hashes in allowed.items():
            requests += 1
            try:
                digest = hashlib.sha256(read(path)).hexdigest()
            except OSError as error:
                failed.append(f"{path}: {error}")
                continue
            seen.add(digest)
            if digest not in hashes:
                torn.append(path)
    found = {"requests": requests, "failed": failed, "torn": torn, "versions": len(seen)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
