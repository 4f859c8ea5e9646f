"""The server.

What a browser is answered, from the site as it was built last, and the state that both share.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import posixpath
import re
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import BoundedSemaphore, Condition
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from perfsite.errors import UsageError
from perfsite.model import HTML_TYPE, media_type
from perfsite.preview import BLANK, Notes, annotate, explanations_fragment, notes_renderer, pages_of
from perfsite.render import PREVIEW_SCRIPT, PREVIEW_STYLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from perfsite.errors import Problem
    from perfsite.explanations import Explanation
    from perfsite.preview import Pages
    from perfsite.render import Renderer, Theme


# What a browser gets for an address: the files of the site, and what is reserved for serving.
#
# Addresses below `/-/` cannot be the site's, whose names begin with letters and digits.


OWN: Final = "/-/"
CHANGES: Final = f"{OWN}changes"
_STYLES: Final = f"{OWN}{PREVIEW_STYLES}"
_SCRIPT: Final = f"{OWN}{PREVIEW_SCRIPT}"
_EXPLANATIONS: Final = f"{OWN}explanations.html"
_INDEX: Final = "index.html"
_NOT_FOUND: Final = "404.html"
_LOADED: Final = re.compile(r'\ssrc="([^"]+)"|<link rel="stylesheet" href="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """Status, type and body; `location` is where else to look."""

    status: int
    kind: str
    body: bytes
    location: str = ""


@dataclass(frozen=True)
class Router:
    """Router of one server.

    `theme` is perfsite's own, which makes the notes on pages; `explanations` say what the codes of
    problems mean.
    """

    theme: Theme
    explanations: Mapping[str, Explanation]

    def answer(self, shown: Shown, address: str) -> Answer:
        """What is at an address; the query does not matter."""
        path = unquote(urlsplit(address).path)
        if path.startswith(OWN):
            return self._own_page(path)
        place = _place(path)
        if place not in shown.site and f"{place}/{_INDEX}" in shown.site:
            return Answer(301, HTML_TYPE, b"", f"/{place}/")
        if place in shown.site and not place.endswith(".html"):
            return Answer(200, media_type(place), shown.site[place])
        return self._page(shown, place)

    def fingerprint(self, shown: Shown, address: str) -> str:
        """Something that differs if, and only if, the page at an address would look otherwise."""
        place = _place(unquote(urlsplit(address).path))
        return _fingerprint(shown, place, *self._noted(shown, place))

    def _page(self, shown: Shown, place: str) -> Answer:
        page, notes = self._noted(shown, place)
        script = f"{_SCRIPT}?seen={_fingerprint(shown, place, page, notes)}"
        head = self._renderer.fragment("preview_head", "", [_STYLES], script)
        if place not in shown.site:
            # The page for what is not there stands at any address, and its links at its own.
            head = f'<base href="/">{head}'
        status = 200 if place in shown.site else 404 if shown.site else 503
        return Answer(status, HTML_TYPE, annotate(page, replace(notes, head=head)))

    def _noted(self, shown: Shown, place: str) -> tuple[bytes, Notes]:
        """A page and the notes on it; why there is no newer one comes first."""
        page = shown.site.get(place, shown.site.get(_NOT_FOUND, BLANK))
        pages = pages_of(shown.site, shown.problems, self._renderer)
        where = _EXPLANATIONS if self.explanations else ""
        notes = pages.notes(place, page, where)
        if not shown.site and shown.number:
            notes = Notes(start=self._all(pages, where))
        words = ""
        if shown.failure:
            old = "Shown is the site as it was before." if shown.site else ""
            words = f"{shown.failure}\n{old}".strip()
        elif not shown.number:
            words = "It appears here as soon as it is there."
        if not words:
            return page, notes
        title = "The site could not be built" if shown.failure else "The site is being built"
        state = self._renderer.fragment("problems", "perfsite-state", title, words, [])
        return page, replace(notes, start=state + notes.start)

    def _all(self, pages: Pages, where: str) -> str:
        """All problems, where there is no page yet that any of them could stand on."""
        return pages.notes(_INDEX, b"", where).start

    def _own_page(self, path: str) -> Answer:
        if path in {_STYLES, _SCRIPT}:
            body = self.theme.assets.get(path.removeprefix(OWN), b"")
            return Answer(200, media_type(path), body)
        if path == _EXPLANATIONS and self.explanations:
            title = "What the codes mean"
            text = explanations_fragment(title, self.explanations, self._renderer)
            head = self._renderer.fragment("preview_head", title, [_STYLES])
            return Answer(200, HTML_TYPE, annotate(BLANK, Notes(head, text)))
        return Answer(404, HTML_TYPE, BLANK)

    @cached_property
    def _renderer(self) -> Renderer:
        return notes_renderer(self.theme)


def _fingerprint(shown: Shown, place: str, page: bytes, notes: Notes) -> str:
    """The hash of a page with its notes, and of all that it loads."""
    digest = hashlib.sha256(annotate(page, notes))
    for path in _loaded(page, place):
        digest.update(shown.site.get(path, b""))
    return digest.hexdigest()[:16]


def _place(path: str) -> str:
    """The path of the file that an address means."""
    inside = path.lstrip("/")
    return f"{inside}{_INDEX}" if not inside or inside.endswith("/") else inside


def _loaded(page: bytes, place: str) -> Iterator[str]:
    """The paths of what a page loads: pictures, styles, scripts."""
    for match in _LOADED.finditer(page.decode("utf-8", "replace")):
        address = unquote(urlsplit(match[1] or match[2]).path)
        yield posixpath.normpath(posixpath.join(posixpath.dirname(place), address))


# What is shown at present: put in place by whoever builds, read by whoever answers.


@dataclass(frozen=True)
class Shown:
    """A site as files by their paths, the problems of its data, and why it is not up to date.

    `number` counts the builds; before the first it is 0. `failure` is what the last build said
    that ended without a site: `site` is then that of the one before. `undrawn` says which pictures
    of the site could not be drawn.
    """

    number: int = 0
    site: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    failure: str = ""
    undrawn: str = ""


class ServerState:
    """Holds what is shown; many may read it and wait for the next."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._shown = Shown()
        self._changed = Condition()

    @property
    def shown(self) -> Shown:
        """What is shown now."""
        return self._shown

    def put(self, shown: Shown) -> None:
        """Show this from now on."""
        with self._changed:
            self._shown = shown
            self._changed.notify_all()

    def after(self, shown: Shown, seconds: float) -> Shown:
        """What is shown once it is no longer this; the same if nothing comes for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._shown is not shown, seconds)
            return self._shown


# The server: hands over what `router` says, and tells a page when to load itself again.
#
# It is for whoever works on the site, on this machine. So it answers only those who ask for it by
# its own name: a page from elsewhere whose host leads here asks for another. And nobody can hold
# it up: connections are counted, and each has its time, for asking and for listening.


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
        host_names = {*_OWN, self.server.name, _bracketed(self.connection.getsockname()[0])}
        port = self.server.server_port
        return hosts[0].strip().lower() in {
            *(f"{name}:{port}" for name in host_names),
            *(host_names if port == http.client.HTTP_PORT else ()),
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
