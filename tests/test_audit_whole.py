"""The whole example: the audit finds nothing, and every link works wherever a copy stands."""

from __future__ import annotations

import posixpath
import re
import threading
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

import pytest

from small_site import Tree, perfsite, read_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from small_site import Ran

_LINK: Final = re.compile(rb'<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"')


@pytest.fixture(scope="module")
def tree(built: tuple[Ran, Path]) -> Tree:
    """The files of the example."""
    return read_tree(built[1])


def links(path: str, data: bytes) -> set[str]:
    """The paths to which a page leads within its site, read without the audit's own means."""
    found = set()
    for match in set(_LINK.findall(data)):
        address = unescape(match.decode()).partition("#")[0]
        if address and not urlsplit(address).scheme:
            found.add(posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(address))))
    return found


def walk(get: Callable[[str], bytes | None]) -> tuple[set[str], set[str]]:
    """Follow every link from the home page: the files that were got, and those that were not."""
    todo, seen, broken = ["index.html"], {"index.html"}, set()
    while todo:
        path = todo.pop()
        data = get(path)
        if data is None:
            broken.add(path)
        elif path.endswith(".html"):
            new = links(path, data) - seen
            seen |= new
            todo += new
    return seen - broken, broken


def test_the_audit_finds_nothing_in_the_example(built: tuple[Ran, Path]) -> None:
    """Every rule is kept by every file of the example."""
    ran = perfsite("audit", built[1])

    assert (ran.code, ran.err) == (0, ""), ran.out[:3000]
    assert ran.out.startswith("0 errors, 0 warnings in 7,8"), ran.out


def test_every_link_works_from_a_disk(built: tuple[Ran, Path], tree: Tree) -> None:
    """From index.html on a disk, plain links lead to every file, and none leads nowhere."""

    def get(path: str) -> bytes | None:
        file = built[1] / path
        return file.read_bytes() if file.is_file() else None

    assert walk(get) == (set(tree), set())


def test_every_link_works_where_case_is_ignored(tree: Tree) -> None:
    """On a disk that knows no case no file hides another, and all links lead where they led."""
    folded = {path.casefold(): data for path, data in tree.items()}

    assert len(folded) == len(tree)
    assert walk(lambda path: folded.get(path.casefold())) == (set(tree), set())


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two packets: without this each answer would wait for the other side.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""
        del format, args


@contextmanager
def served(folder: Path) -> Iterator[HTTPConnection]:
    """A plain server of a folder, and a connection to it that stays open."""
    handler = partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=60)
        try:
            yield connection
        finally:
            connection.close()
            server.shutdown()
            thread.join()


def test_every_link_works_below_any_path(
    built: tuple[Ran, Path], tree: Tree, tmp_path: Path
) -> None:
    """Served under /a/b/, plain links lead to every file without a redirect, byte for byte."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").symlink_to(built[1])
    with served(tmp_path) as connection:

        def get(path: str) -> bytes | None:
            connection.request("GET", f"/a/b/{quote(path)}")
            answer = connection.getresponse()
            data = answer.read()
            return data if answer.status == 200 and data == tree.get(path) else None

        assert walk(get) == (set(tree), set())
