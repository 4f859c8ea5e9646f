"""The server: hands over what `router` says, and tells a page when to load itself again.

It is for whoever works on the site, on this machine. So it answers only those who ask for it by its
own name: a page from elsewhere whose host leads here asks for another. And nobody can hold it up:
connections are counted, and each has its time, for asking and for listening.
"""

from __future__ import annotations

import http.client
import io
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from perfsite.errors import UsageError
from perfsite.serve.router import CHANGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from perfsite.serve.router import Router
    from perfsite.serve.state import ServerState


_PATIENCE: Final = 10.0
"""Seconds after which a page that waits is told that it still does; who has left is found so."""
_MAX_HEAD: Final = 32 * 1024
"""Bytes of a request, up to the end of its headers: browsers send a few hundred."""
_OWN: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names that lead to this machine, whatever its names are elsewhere."""
_BUSY: Final = (
    b"HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    b"Connection: close\r\n\r\n"
)


@dataclass(frozen=True)
class ServerLimits:
    """How many may ask at a time, and for how long; tests have shorter times.

    At most `connections`, of which at most `streams` wait for changes. Seconds: `asking` is what a
    request may take, `listening` what its answer may; who waits for changes asks again after
    `waiting`.
    """

    connections: int = 64
    streams: int = 32
    asking: float = 10.0
    listening: float = 60.0
    waiting: float = 600.0


class _HeadTooLongError(Exception):
    """A request does not end."""


class _Request(io.RawIOBase):
    """What comes from a connection until its time is up, whether it comes at once or bit by bit."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._end = time.monotonic() + seconds
        self._left = _MAX_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - any writable buffer
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._left <= 0:
            raise _HeadTooLongError
        self._connection.settimeout(left)
        read = self._connection.recv_into(buffer)
        self._left -= read
        return read


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "perfsite"
    sys_version = ""

    def __init__(self, state: ServerState, router: Router, *args: Any) -> None:  # noqa: ANN401
        self._state = state
        self._router = router
        super().__init__(*args)

    def setup(self) -> None:
        """Give the request its time."""
        super().setup()
        limits = self.server.limits
        self.rfile = io.BufferedReader(_Request(self.connection, limits.asking))

    def handle(self) -> None:
        """Answer one request; who leaves, or takes too long, is let go without a word."""
        with suppress(ConnectionError, TimeoutError):
            try:
                super().handle()
            except _HeadTooLongError:
                self.requestline, self.command, self.request_version = "", "", "HTTP/1.0"
                self._refuse(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def finish(self) -> None:
        """Close what is left to close."""
        with suppress(ConnectionError, TimeoutError):
            super().finish()

    def parse_request(self) -> bool:
        """Read the request, and refuse what no browser that looks at this site would send."""
        if not super().parse_request():
            return False
        # The time of the answer begins; each writing to the connection has it.
        self.connection.settimeout(self.server.limits.listening)
        if self.command not in {"GET", "HEAD"}:
            self._refuse(http.HTTPStatus.METHOD_NOT_ALLOWED, Allow="GET, HEAD")
        elif not self.path.startswith("/") or self.request_version == "HTTP/0.9":
            self._refuse(http.HTTPStatus.BAD_REQUEST)
        elif not self._is_for_us():
            self._refuse(http.HTTPStatus.MISDIRECTED_REQUEST)
        else:
            return True
        return False

    def _is_for_us(self) -> bool:
        """Whether the request names this server, once."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1:
            return False
        mine = {*_OWN, self.server.name, _bracketed(self.connection.getsockname()[0])}
        port = self.server.server_port
        return hosts[0].strip().lower() in {
            *(f"{name}:{port}" for name in mine),
            *(mine if port == http.client.HTTP_PORT else ()),
        }

    def _refuse(self, status: http.HTTPStatus, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def do_GET(self) -> None:
        """Answer with a file or a page, or with a stream of changes."""
        if urlsplit(self.path).path == CHANGES:
            self._tell()
        else:
            self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        try:
            answer = self._router.answer(self._state.shown, self.path)
        except Exception:
            self._refuse(http.HTTPStatus.INTERNAL_SERVER_ERROR)
            raise  # whoever runs the server hears of it
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

    def end_headers(self) -> None:
        """What is here is for nobody's page but those of this server, and is what it says it is."""
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def _tell(self) -> None:
        """Say once that the page is no longer what was seen, as soon as that is so."""
        if not self.server.streams.acquire(blocking=False):
            self._refuse(http.HTTPStatus.SERVICE_UNAVAILABLE)
            return
        try:
            self._stream()
        finally:
            self.server.streams.release()

    def _stream(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        page, seen = asked.get("page", ["/"])[0], asked.get("seen", [""])[0]
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        end = time.monotonic() + self.server.limits.waiting
        shown = self._state.shown
        while self._router.fingerprint(shown, page) == seen:
            self.wfile.write(b": nothing new\n\n")
            self.wfile.flush()
            left = end - time.monotonic()
            if left <= 0:
                return  # the browser asks again by itself
            shown = self._state.after(shown, min(_PATIENCE, left))
        self.wfile.write(b"data: changed\n\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the terminal is for what was built."""
        del format, args


class _Server(ThreadingHTTPServer):
    """A thread for each connection, and no more threads than that."""

    request_queue_size = 64

    def __init__(
        self,
        address: tuple[str, int],
        handler: Callable[..., _Handler],
        limits: ServerLimits,
        family: socket.AddressFamily,
        hear: Callable[[BaseException], None] | None,
    ) -> None:
        self.address_family = family
        self.limits = limits
        self.streams = BoundedSemaphore(limits.streams)
        self.name = _bracketed(address[0].lower())
        self.hear = hear
        self._free = BoundedSemaphore(limits.connections)
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind, without the question to the network for a name that nobody needs."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Answer in a thread if one is free; else say at once that none is."""
        if not self._free.acquire(blocking=False):
            request.setblocking(False)
            with suppress(OSError):
                request.send(_BUSY)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Answer, and free the place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Tell what no handler was prepared for; the connection is closed by the caller."""
        del request, client_address
        error = sys.exception()
        if self.hear is None or error is None:
            raise  # noqa: PLE0704 - it is called while an exception is handled
        self.hear(error)


def make_server(
    state: ServerState,
    router: Router,
    host: str,
    port: int,
    limits: ServerLimits | None = None,
    hear: Callable[[BaseException], None] | None = None,
) -> _Server:
    """A server of what the state holds; port 0 takes any that is free.

    `hear` is told what went wrong while something was answered; the server goes on.

    Raises:
        UsageError: if the host or the port cannot be used.
    """
    try:
        kind = socket.SOCK_STREAM
        family = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_PASSIVE)[0][0]
        handler = partial(_Handler, state, router)
        return _Server((host, port), handler, limits or ServerLimits(), family, hear)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no name"
        raise UsageError(f"port {port} of {host} cannot be used: {why}") from error


def _bracketed(host: str) -> str:
    """A host as addresses have it: numbers of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
