"""Serving a built site on this machine, for looking at it."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from perfsite.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 - the base class declares it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".csv": "text/csv; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".xml": "application/xml",
    }

    def end_headers(self) -> None:
        """Ask the browser to look again each time: the site is being worked on."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing of pages that were found."""
        del format, args


def make_server(site: Path, host: str, port: int) -> ThreadingHTTPServer:
    """A server of the files in `site`; port 0 takes any that is free.

    Raises:
        UsageError: if the port is taken.
    """
    try:
        return ThreadingHTTPServer((host, port), partial(_Handler, directory=str(site)))
    except OSError as error:
        raise UsageError(f"port {port} cannot be used: {error.strerror}") from error
