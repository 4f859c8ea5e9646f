from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from perfsite.errors import UsageError
from perfsite.serve import make_server
from small_site import command, data_folder, environment, hear_interrupts, small_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path


@contextmanager
def served(site: Path) -> Iterator[http.client.HTTPConnection]:
    """A connection to a server of this folder."""
    with make_server(site, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
        try:
            yield connection
        finally:
            connection.close()
            server.shutdown()
            thread.join()


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, Message, bytes]:
    """Status, headers and body at a path."""
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.headers, response.read()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The small site on the disk."""
    for path, data in small_site().items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("services/full.csv", "text/csv; charset=utf-8"),
        ("services/full.json", "application/json"),
        ("services/full/transactions.svg", "image/svg+xml"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("sitemap.xml", "application/xml"),
    ],
)
def test_files_are_served_as_they_are(site: Path, path: str, kind: str) -> None:
    """Each file has its bytes and its type, and the browser is told to ask again."""
    with served(site) as connection:
        status, headers, body = get(connection, f"/{path}")

    assert (status, headers["Content-Type"], body) == (200, kind, small_site()[path])
    assert headers["Cache-Control"] == "no-cache"


def test_the_root_is_the_home_page(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A folder answers with its index.html, what is not there with 404; nothing found is logged."""
    with served(site) as connection:
        assert get(connection, "/")[2] == small_site()["index.html"]
        assert get(connection, "/services/")[2] == small_site()["services/index.html"]
        assert capfd.readouterr() == ("", "")
        assert get(connection, "/nothing.html")[0] == 404
        assert get(connection, "/../../../../etc/passwd")[0] == 404


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    """A port that another program has is a wrong use of the command, and is named."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be used"):
            make_server(tmp_path, "127.0.0.1", port)


def test_serve_builds_shows_and_stops(tmp_path: Path) -> None:
    """`perfsite serve` says where the site is, serves what it built, and ends well with Ctrl+C."""
    words = command(
        "serve", data_folder(tmp_path), "--out", tmp_path / "site", "--no-charts", "--port", "0"
    )
    with subprocess.Popen(
        words,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - no thread of the tests holds a lock here
    ) as process:
        assert process.stdout is not None
        built, serving = process.stdout.readline(), process.stdout.readline()
        match = re.search(r"http://127\.0\.0\.1:(\d+)/", serving)
        assert match, serving
        connection = http.client.HTTPConnection("127.0.0.1", int(match[1]), timeout=30)
        status, _, body = get(connection, "/services/full.html")
        connection.close()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)

    assert built.startswith("Built "), errors
    assert (status, body) == (200, (tmp_path / "site/services/full.html").read_bytes())
    assert (process.returncode, rest) == (0, "Stopped.\n"), errors
