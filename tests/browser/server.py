"""A web server as a good host would be: compressed, with true types, and told what may be kept."""

from __future__ import annotations

import gzip
import threading
from contextlib import contextmanager
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".xml": "application/xml",
}
COMPRESSED: Final = frozenset(TYPES) - {".ico", ".jpg", ".png"}
YEAR: Final = 365 * 24 * 60 * 60
TEN_MINUTES: Final = 600


class _Handler(BaseHTTPRequestHandler):
    # Connections stay open, as they do with every server that the public meets.
    protocol_version = "HTTP/1.1"
    # What comes after the headers is not held back until their receipt is known: 40 ms a file.
    disable_nagle_algorithm = True

    def __init__(self, *args: object, site: Path) -> None:
        self.site = site
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file of the site, or the page for errors."""
        self._send(body=True)

    def do_HEAD(self) -> None:
        """Send what stands before a file."""
        self._send(body=False)

    def _send(self, *, body: bool) -> None:
        asked = unquote(urlsplit(self.path).path).lstrip("/")
        path = (self.site / asked).resolve()
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file() and path.is_relative_to(self.site)
        path = path if found else self.site / "404.html"
        changed = formatdate(path.stat().st_mtime if found else None, usegmt=True)
        if found and self.headers.get("If-Modified-Since") == changed:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return
        data = path.read_bytes() if path.is_file() else b"There is no such page."
        packed = path.suffix in COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", "")
        data = gzip.compress(data, mtime=0) if packed else data
        self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", changed)
        self.send_header("Vary", "Accept-Encoding")
        kept = TEN_MINUTES if path.suffix == ".html" else YEAR
        self.send_header("Cache-Control", f"public, max-age={kept}")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""
        del format, args


class _Server(ThreadingHTTPServer):
    # A browser may close a connection in the middle of a page that it leaves.
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a reader who went away."""
        del request, client_address


@contextmanager
def serve_site(site: Path) -> Iterator[str]:
    """Serve a built site on this machine; gives its address, which ends with a slash."""
    handler = partial(_Handler, site=site.resolve())
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
