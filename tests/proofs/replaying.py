"""Replaying packages in pywb: servers on this machine, and what they answer.

One server needs ten milliseconds of a core for a file, so there is one for each core.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tools import needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_DEADLINE: Final = 60.0
"""Seconds in which a server has to be there."""
_READERS: Final = 8
"""Connections to a server: the second packet of an answer waits until the first was received."""


@dataclass(frozen=True)
class Replay:
    """Running servers, by their addresses, which all have the same collections."""

    addresses: Sequence[str]

    def read(
        self, collection: str, moment: str, site: str, paths: Sequence[str]
    ) -> dict[str, bytes]:
        """The bytes as recorded of the files of a site; without those that are not there."""
        number = len(self.addresses) * _READERS
        work = [
            (self.addresses[n % len(self.addresses)], f"/{collection}/{moment}id_/{site}", part)
            for n in range(number)
            if (part := paths[n::number])
        ]
        with ThreadPoolExecutor(number) as pool:
            parts = pool.map(lambda arguments: _read(*arguments), work)
            return {path: data for part in parts for path, data in part.items()}


def _read(address: str, start: str, paths: Sequence[str]) -> dict[str, bytes]:
    """Some files, one after another, over one connection."""
    found: dict[str, bytes] = {}
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_DEADLINE)
    for path in paths:
        connection.request("GET", f"{start}{path}")
        answer = connection.getresponse()
        data = answer.read()
        if answer.status == HTTPStatus.OK:
            found[path] = data
    connection.close()
    return found


def add(folder: Path, collection: str, package: Path, *options: str) -> None:
    """Make a collection of a package."""
    manager = needed("wb-manager")
    for words in (["init", collection], ["add", *options, collection, package]):
        subprocess.run([manager, *words], cwd=folder, check=True, capture_output=True)


@contextmanager
def serve(folder: Path) -> Iterator[Replay]:
    """Serve the collections below a folder, by as many servers as there are cores."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_server(folder)) for _ in range(os.cpu_count() or 1)]
        for process, port in servers:
            _wait_for(process, port)
        yield Replay([f"http://127.0.0.1:{port}" for _, port in servers])


@contextmanager
def _server(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(needed("wayback")), "-b", "127.0.0.1", "-p", str(port)]
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log)
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Ask until the server takes a connection, or until it never will."""
    end = time.monotonic() + _DEADLINE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < end, f"pywb does not answer within {_DEADLINE} s"
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise
        return
