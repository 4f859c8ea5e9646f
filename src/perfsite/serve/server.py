"""The server: hands over what `answers` says, and tells a page when to load itself again."""

from __future__ import annotations

import http
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from perfsite.errors import UsageError
from perfsite.serve.answers import CHANGES

if TYPE_CHECKING:
    from perfsite.serve.answers import Answers
    from perfsite.serve.board import Board

_PATIENCE: Final = 10.0
"""Seconds after which a page that waits is told that it still does; who has left is found so."""


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, board: Board, answers: Answers, *args: Any) -> None:  # noqa: ANN401
        self._board = board
        self._answers = answers
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer with a file or a page, or with a stream of changes."""
        with suppress(ConnectionError):
            if urlsplit(self.path).path == CHANGES:
                self._tell()
            else:
                self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        with suppress(ConnectionError):
            self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        answer = self._answers.answer(self._board.shown, self.path)
        self.send_response(answer.status, http.HTTPStatus(answer.status).phrase)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        # The browser looks again each time: the site is being worked on.
        self.send_header("Cache-Control", "no-cache")
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def _tell(self) -> None:
        """Say once that the page is no longer what was seen, as soon as that is so."""
        asked = parse_qs(urlsplit(self.path).query)
        page, seen = asked.get("page", ["/"])[0], asked.get("seen", [""])[0]
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        shown = self._board.shown
        while self._answers.fingerprint(shown, page) == seen:
            self.wfile.write(b": nothing new\n\n")
            self.wfile.flush()
            shown = self._board.after(shown, _PATIENCE)
        self.wfile.write(b"data: changed\n\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the terminal is for what was built."""
        del format, args


def make_server(board: Board, answers: Answers, host: str, port: int) -> ThreadingHTTPServer:
    """A server of what the board shows; port 0 takes any that is free.

    Raises:
        UsageError: if the host or the port cannot be used.
    """
    try:
        return ThreadingHTTPServer((host, port), partial(_Handler, board, answers))
    except OSError as error:
        raise UsageError(f"port {port} of {host} cannot be used: {error.strerror}") from error
