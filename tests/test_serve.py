from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
import watchfiles

from perfsite.errors import Problem, UsageError
from perfsite.explanations import load_explanations
from perfsite.load import load_theme
from perfsite.serve.rebuilder import BuildOrder, Rebuilder, keep_building
from perfsite.serve.server import OWN, Router, ServerLimits, ServerState, Shown, make_server
from perfsite.serve.watcher import ChangeSignal, watch_folders
from small_site import (
    CONFIG,
    MORE_CONFIG,
    Silent,
    build_folder,
    command,
    data_folder,
    environment,
    hear_interrupts,
    read_tree,
    small_site,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from email.message import Message
    from http.server import ThreadingHTTPServer
    from pathlib import Path

    from perfsite.load import Data

ROUTER: Final = Router(load_theme(), {"PS104": load_explanations()["PS104"]})
LONG: Final = 30
"""Seconds after which what a test waits for will not come."""


def shown(*problems: Problem, failure: str = "", number: int = 1) -> Shown:
    """The small site as a build has left it."""
    return Shown(number, small_site(), problems, failure)


def page(what: Shown, address: str) -> str:
    """What a browser gets for a page."""
    return ROUTER.answer(what, address).body.decode()


def order(folder: Path, **more: object) -> BuildOrder:
    """The order to build what lies in `folder`, without charts unless `more` says otherwise."""

    def newest(data: Data) -> date:
        return max(data.config.published)

    fields = {"templates": None, "charts": False, "stored": False, **more}
    return BuildOrder(
        folder / "data",
        folder / "site",
        edition=newest,
        progress=lambda: nullcontext(Silent()),
        **fields,  # type: ignore[arg-type]
    )


@contextmanager
def serving(
    state: ServerState,
    limits: ServerLimits | None = None,
    hear: Callable[[BaseException], None] | None = None,
) -> Iterator[ThreadingHTTPServer]:
    """A server of what a state shows."""
    with make_server(state, ROUTER, "127.0.0.1", 0, limits, hear) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def served(state: ServerState) -> Iterator[http.client.HTTPConnection]:
    """A connection to a server of what a state shows."""
    with serving(state) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=LONG)
        try:
            yield connection
        finally:
            connection.close()


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, Message, bytes]:
    """Status, headers and body at a path."""
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.headers, response.read()


@pytest.fixture
def state() -> ServerState:
    """A state that shows the small site."""
    made = ServerState()
    made.put(shown())
    return made


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("services/full.csv", "text/csv; charset=utf-8"),
        ("services/full.json", "application/json"),
        ("services/full/transactions.svg", "image/svg+xml"),
        ("departments/ministry-of-roads/card.jpg", "image/jpeg"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("sitemap.xml", "application/xml"),
    ],
)
def test_files_are_served_as_they_are(state: ServerState, path: str, kind: str) -> None:
    """Each file has its bytes and its type, and the browser is told to ask again."""
    with served(state) as connection:
        status, headers, body = get(connection, f"/{path}")
        connection.request("HEAD", f"/{path}")
        head = connection.getresponse()

    assert (status, headers["Content-Type"], body) == (200, kind, small_site()[path])
    assert headers["Cache-Control"] == "no-cache"
    assert (head.status, head.headers["Content-Length"], head.read()) == (200, str(len(body)), b"")


def test_a_page_is_its_file_with_a_script_that_loads_it_again(state: ServerState) -> None:
    """Without what is put into the answer it is the file, which knows nothing of it."""
    with served(state) as connection:
        status, headers, body = get(connection, "/services/full.html?x=1")

    text = body.decode()
    own = re.search(r'<meta name="robots".*?</script>\n', text, re.DOTALL)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert own
    assert f'src="{OWN}preview.js?seen=' in own[0]
    assert text.replace(own[0], "").encode() == small_site()["services/full.html"]
    assert b"/-/" not in b"".join(small_site().values())


def test_folders_answer_with_their_page_and_nothing_else_is_served(
    state: ServerState, capfd: pytest.CaptureFixture[str]
) -> None:
    """A folder is its index.html, what is not there is 404, and what lies outside is not there."""
    with served(state) as connection:
        assert b"Service figures" in get(connection, "/")[2]
        assert b"Services" in get(connection, "/services/")[2]
        status, headers, _ = get(connection, "/services")
        assert (status, headers["Location"]) == (301, "/services/")
        missing = get(connection, "/nothing.html")
        assert missing[0] == 404
        assert b'<base href="/">' in missing[2]
        for path in ("/../../../../etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/-/x"):
            assert get(connection, path)[0] == 404
    assert capfd.readouterr() == ("", "")


def test_what_serving_needs_is_at_addresses_of_its_own() -> None:
    """The styles, the script and the explanations of codes cannot clash with a file of the site."""
    assert b".problem" in ROUTER.answer(shown(), f"{OWN}preview.css").body
    assert b"EventSource" in ROUTER.answer(shown(), f"{OWN}preview.js?seen=1").body
    explained = page(shown(), f"{OWN}explanations.html")
    assert "<p>To mend it: Write the digits alone: " in explained
    assert not [path for path in small_site() if path.startswith("-")]


def test_problems_stand_on_the_page_of_their_service_and_all_on_the_home_page() -> None:
    """With file and row, what was found and expected, and a link to what the code means."""
    found = [
        Problem("submissions/full.csv", 3, "PS104", "cost", "£3", "a number", "write 3"),
        Problem("submissions/weekly.csv", 2, "PS201", found="<script>alert(1)</script>"),
    ]
    what = shown(*found)

    own, home, other = (page(what, f"/{p}") for p in ("services/full.html", "", "about.html"))

    for words in ("PS104", "submissions/full.csv:3", "£3", "a number", "write 3"):
        assert words in own
    assert 'href="/-/explanations.html#PS104"' in own
    assert "PS201" not in own
    assert "All files: 1 error, 1 warning." in home
    assert "&lt;script&gt;alert" in home
    assert "<script>alert" not in home
    assert "perfsite-problems" not in other


def test_what_is_wrong_with_a_build_stands_on_every_page() -> None:
    """The site before stays and says why there is no newer one; without one there is the reason."""
    first = Shown(1, {}, (Problem("perfsite.toml", 0, "PS111"),), "perfsite.toml: <b> is wrong")

    assert "&lt;b&gt; is wrong" in page(first, "/services/full.html")
    assert "PS111" in page(first, "/")
    assert ROUTER.answer(first, "/").status == 503
    assert "The site is being built" in page(Shown(), "/")
    later = page(shown(failure="template X failed"), "/about.html")
    assert "template X failed" in later
    assert "Shown is the site as it was before." in later


def test_a_fingerprint_changes_with_the_page_and_what_it_loads_only() -> None:
    """Other pages, and data that the page does not load, are no reason to load it again."""
    site = dict(small_site())
    seen = ROUTER.fingerprint(Shown(1, site), "/services/full.html")

    def after(path: str) -> bool:
        changed = {**site, path: site[path] + b" "}
        return ROUTER.fingerprint(Shown(2, changed), "/services/full.html") != seen

    assert after("services/full.html")
    assert after("services/full/transactions.svg")
    assert not after("services/weekly.html")
    assert not after("data/observations.csv")
    broken = Shown(2, site, failure="x")
    assert ROUTER.fingerprint(broken, "/services/full.html") != seen


def test_a_page_is_told_when_it_has_changed(state: ServerState) -> None:
    """The stream says nothing of a build that leaves the page alone, and then that it changed."""
    seen = ROUTER.fingerprint(state.shown, "/services/full.html")
    with served(state) as connection:
        connection.request("GET", f"{OWN}changes?seen={seen}&page=/services/full.html")
        response = connection.getresponse()
        assert response.headers["Content-Type"] == "text/event-stream"
        assert response.readline() == b": nothing new\n"
        other = {**small_site(), "about.html": b"new"}
        state.put(Shown(2, other))
        assert [response.readline() for _ in range(2)] == [b"\n", b": nothing new\n"]
        state.put(Shown(3, {**other, "services/full.html": b"new"}))
        assert [response.readline() for _ in range(2)] == [b"\n", b"data: changed\n"]


def test_a_page_of_an_earlier_run_is_told_at_once(state: ServerState) -> None:
    """Whatever was seen, if it is not what is shown now it is loaded again."""
    with served(state) as connection:
        assert get(connection, f"{OWN}changes?seen=old&page=/")[2] == b"data: changed\n\n"


QUICK: Final = ServerLimits(connections=4, streams=2, asking=0.3, listening=0.3, waiting=0.2)
"""So little of everything that a test is soon through with it."""


def raw(server: ThreadingHTTPServer, data: bytes) -> socket.socket:
    """A connection on which some bytes were sent."""
    made = socket.create_connection(("127.0.0.1", server.server_port), timeout=LONG)
    made.sendall(data)
    return made


def status(connection: socket.socket) -> int:
    """The status of the answer; 0 if the server hung up without one. All of it is read."""
    with connection, connection.makefile("rb") as file:
        try:
            line, _ = file.readline(), file.read()
        except ConnectionError:
            return 0
    return int(line.split()[1]) if line else 0


def asked(host: str, path: str = "/about.html", method: str = "GET") -> bytes:
    """A request as a browser sends it."""
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_only_its_own_name_is_answered(state: ServerState, method: str) -> None:
    """A name of somebody else's that leads here is refused, with any port and in any form."""
    with serving(state) as server:
        port = server.server_port
        own = ("localhost", "127.0.0.1", "[::1]", "LOCALHOST")
        others = ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::2]", "")

        def answered(head: bytes) -> int:
            return status(raw(server, head))

        for host in own:
            assert answered(asked(f"{host}:{port}", method=method)) == 200, host
            assert answered(asked(f"{host}:1", method=method)) == 421, host
            assert answered(asked(host, method=method)) == 421, host
        for host in others:
            assert answered(asked(f"{host}:{port}", method=method)) == 421, host
            assert answered(asked(f"{host}:{port}", f"{OWN}changes", method)) == 421, host
        start = f"{method} /about.html HTTP/1.1\r\n".encode()
        mine, evil = f"Host: localhost:{port}\r\n".encode(), b"Host: evil.example\r\n"
        assert answered(start + b"\r\n") == 421
        assert answered(start + mine + evil + b"\r\n") == 421
        assert answered(start + evil + mine + b"\r\n") == 421
        absolute = f"{method} http://evil.example/about.html HTTP/1.1\r\n".encode()
        assert answered(absolute + mine + b"\r\n") == 400


def test_what_is_no_question_is_refused(state: ServerState) -> None:
    """Methods that would change something, HTTP 0.9, and a head without an end."""
    with serving(state) as server:
        host = f"localhost:{server.server_port}"
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get"):
            assert status(raw(server, asked(host, method=method))) == 405, method
        with raw(server, b"GET /about.html\r\n") as old:
            assert b"About" not in old.recv(1 << 16)
        head = asked(host)[:-2]
        assert status(raw(server, head + b"X: " + b"a" * 40000 + b"\r\n\r\n")) == 431
        assert status(raw(server, head + b"X: a\r\n" * 99 * 60 + b"\r\n")) == 431
        assert status(raw(server, b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\n\r\n")) == 431
        assert status(raw(server, asked(host))) == 200


def test_answers_are_for_pages_of_this_server(state: ServerState) -> None:
    """No page from elsewhere may load what is here, and no type is guessed."""
    with served(state) as connection:
        for path in ("/", "/services/full.json", "/nothing", f"{OWN}preview.js"):
            _, headers, _ = get(connection, path)
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Server"].strip() == "perfsite"


def test_who_sends_or_reads_slowly_is_let_go(state: ServerState) -> None:
    """Bit by bit, nothing at all, or never reading: each ends when its time is up."""
    large = {**small_site(), "large.csv": b"x" * 50_000_000}
    state.put(Shown(1, large))
    with serving(state, QUICK) as server:
        host = f"localhost:{server.server_port}"
        reader = raw(server, asked(host, "/large.csv"))
        silent = raw(server, b"")
        slow = raw(server, b"GET /about.html HTTP/1.1\r\n")
        start = time.monotonic()
        with pytest.raises(OSError, match=r"."):  # noqa: PT012 - one of many sendings fails
            while time.monotonic() - start < LONG:
                slow.sendall(b"X")
                slow.settimeout(0.05)
                with suppress(TimeoutError):
                    assert slow.recv(1) == b""
        slow.close()
        assert status(silent) == 0
        with reader:
            got = 0
            with suppress(ConnectionError):
                while more := reader.recv(1 << 20):
                    got += len(more)
        assert got < len(large["large.csv"])
        assert status(raw(server, asked(host))) == 200


def test_more_connections_than_there_are_places_are_told_so(state: ServerState) -> None:
    """Nobody waits behind others; and as soon as they are gone there is room again."""
    limits = replace(QUICK, asking=LONG)
    with serving(state, limits) as server:
        host = f"localhost:{server.server_port}"
        threads = threading.active_count()
        idle = [raw(server, b"GET") for _ in range(limits.connections)]
        many = [raw(server, asked(host)) for _ in range(50)]
        assert threading.active_count() <= threads + limits.connections
        assert {status(one) for one in many} <= {503, 0}
        for one in idle:
            one.close()
        end = time.monotonic() + LONG
        while (found := status(raw(server, asked(host)))) != 200:
            assert time.monotonic() < end, found


def test_pages_that_wait_leave_room_for_others(state: ServerState) -> None:
    """Streams are counted; each ends after its time, and its browser asks again."""
    seen = ROUTER.fingerprint(state.shown, "/about.html")
    path = f"{OWN}changes?seen={seen}&page=/about.html"
    with serving(state, QUICK) as server:
        head = asked(f"localhost:{server.server_port}", path)
        with raw(server, head) as connection, connection.makefile("rb") as file:
            assert file.read().endswith(b": nothing new\n\n: nothing new\n\n")
    with serving(state, replace(QUICK, waiting=LONG)) as server:
        head = asked(f"localhost:{server.server_port}", path)
        waiting = [raw(server, head) for _ in range(2)]
        assert [one.recv(12) for one in waiting] == [b"HTTP/1.0 200"] * 2
        assert status(raw(server, head)) == 503
        assert status(raw(server, asked(f"localhost:{server.server_port}"))) == 200
        state.put(Shown(3, {**small_site(), "about.html": b"new"}))
        for one in waiting:
            with one, one.makefile("rb") as file:
                assert file.read().endswith(b"data: changed\n\n")


def test_a_fault_while_answering_is_heard_and_costs_one_answer(
    state: ServerState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser is told, whoever runs the server hears of it, and the next is answered."""
    heard: list[BaseException] = []
    with serving(state, hear=heard.append) as server:
        host = f"localhost:{server.server_port}"
        with monkeypatch.context() as broken:
            broken.setattr(Router, "answer", lambda *_: 1 / 0)
            assert status(raw(server, asked(host))) == 500
        assert status(raw(server, asked(host))) == 200
    assert [type(one) for one in heard] == [ZeroDivisionError]


def test_it_can_listen_at_an_address_of_ipv6(state: ServerState) -> None:
    """Where the machine has them, ::1 is an address like any other, and its name has brackets."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"NOT TESTED: this machine has no IPv6: {error}")
    with make_server(state, ROUTER, "::1", 0) as server:
        assert server.name == "[::1]"


def test_a_port_in_use_is_refused() -> None:
    """A port that another program has is a wrong use of the command, and is named."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=rf"port {port} of 127\.0\.0\.1 cannot be used"):
            make_server(ServerState(), ROUTER, "127.0.0.1", port)


def edited(folder: Path, name: str, old: str, new: str) -> None:
    """Replace text in a file of the data folder."""
    path = folder / "data" / name
    text = path.read_text("utf-8")
    assert old in text, (name, old)
    path.write_text(text.replace(old, new, 1), "utf-8")


EDITS: Final = (
    ("services.csv", ""),
    ("submissions/full.csv", "1000,400", "1010,400"),
    ("submissions/full.csv", "1100,450", "13O0,450"),
    ("submissions/full.csv", "13O0,450", "1100,1450"),
    ("submissions/clocks.json", "77", "0"),
    ("submissions/clocks.json", "0.9", "0.91"),
    ("submissions/deep/er/tidy.csv", "6000", "[c]"),
    ("submissions/deep/er/tidy.csv", "330", "331"),
    ("submissions/new.csv", "service,period,measure,value\nfull,2018-Q1,transactions,7\n"),
    ("perfsite.toml", 'title = "Service figures"', 'title = "Other figures"'),
    ("perfsite.toml", 'publisher = "The Office', 'publisher = "An Office'),
    ("perfsite.toml", MORE_CONFIG.replace('logo = "logo.svg"\n', "")),
    ("submissions/full.csv", "period,transactions\n2017-Q1,5\n2017-Q2,6\n"),
    ("perfsite.toml", CONFIG),
    ("submissions/full.csv", "2017-Q2,6", "2017-Q2,7"),
    ("services.csv", "full,", "full-again,"),
)
"""A file and what is put in it: a text in place of another, or the whole; nothing leaves it."""


@pytest.mark.parametrize(
    "edits",
    [
        # A first build, a figure, a secret, a file and the title; each edit stands for its kind.
        pytest.param((*EDITS[:2], EDITS[6], *EDITS[8:10]), id="some"),
        pytest.param(EDITS, id="all", marks=pytest.mark.slow),
    ],
)
def test_what_is_kept_changes_no_byte(tmp_path: Path, edits: tuple[tuple[str, ...], ...]) -> None:
    """After each of many edits a site is what a build without memory makes of the same data."""
    data = data_folder(tmp_path)
    rebuilder, now = Rebuilder(order(tmp_path)), Shown()
    sites = []
    for name, *texts in edits:
        path = data / name
        text = path.read_text("utf-8") if path.exists() else ""
        assert len(texts) == 1 or texts[0] in text, name
        new = text.replace(texts[0], texts[1], 1) if len(texts) > 1 else texts[0] or text
        path.write_text(new, "utf-8")
        now = rebuilder.make(now)
        assert now.failure == ""
        assert now.site == build_folder(data), (name, texts)
        sites.append(now.site)
    assert len({tuple(sorted(site.items())) for site in sites}) == len(edits)


def test_charts_are_drawn_anew_where_their_figures_change(tmp_path: Path) -> None:
    """With charts, too, the second site is what a first build would have made."""
    data_folder(tmp_path)
    rebuilder = Rebuilder(order(tmp_path, charts=True))
    before = rebuilder.make(Shown())
    edited(tmp_path, "submissions/clocks.json", "0.9}", "0.7}")

    after = rebuilder.make(before)

    assert after.site == build_folder(tmp_path / "data", charts=True)
    assert after.site["services/satisfied.html"] != before.site["services/satisfied.html"]
    assert after.site["services/full.html"] is before.site["services/full.html"]


def test_a_failure_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    """A wrong configuration, a wrong template, a lost folder: the old site stays, and says why."""
    data_folder(tmp_path)
    templates = tmp_path / "templates"
    templates.mkdir()
    rebuilder = Rebuilder(order(tmp_path, templates=templates))
    good = rebuilder.make(Shown())

    (templates / "pages").mkdir()
    (templates / "pages" / "about.html").write_text("{% nonsense %}")
    template = rebuilder.make(good)
    (templates / "pages" / "about.html").unlink()
    edited(tmp_path, "perfsite.toml", "title", "titel")
    config = rebuilder.make(template)
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    folder = rebuilder.make(config)
    (tmp_path / "elsewhere").rename(tmp_path / "data")
    edited(tmp_path, "perfsite.toml", "titel", "title")
    mended = rebuilder.make(folder)

    assert "pages/about.html" in template.failure
    assert "titel" in config.failure
    assert "there is no data folder" in folder.failure
    assert all(one.site is good.site for one in (template, config, folder))
    assert (mended.failure, mended.site, mended.number) == ("", good.site, 5)


def test_a_first_build_without_folders_is_a_wrong_use(tmp_path: Path) -> None:
    """Before there is a site, a folder that is not there is a slip on the command line."""
    with pytest.raises(UsageError, match="there is no data folder"):
        Rebuilder(order(tmp_path)).make(Shown())


def test_strict_shows_the_errors_and_not_the_site(tmp_path: Path) -> None:
    """With errors in the data nothing is built under --strict, and the page says which."""
    data_folder(tmp_path, submissions={"full.csv": "period,transactions\n2017-Q1,x\n"})
    result = Rebuilder(order(tmp_path, strict=True)).make(Shown())

    assert "--strict" in result.failure
    assert "PS104" in page(result, "/")


def test_the_site_on_the_disk_is_the_site_alone(tmp_path: Path) -> None:
    """What is written is byte for byte what a build writes: no script, no note, no address."""
    data_folder(tmp_path)
    rebuilder = Rebuilder(order(tmp_path))
    made = rebuilder.make(Shown())
    rebuilder.write(made)

    on_disk = read_tree(tmp_path / "site")
    del on_disk["manifest-sha256.txt"]
    assert on_disk == build_folder(tmp_path / "data")
    assert b"/-/" not in b"".join(on_disk.values())


def test_a_disk_that_refuses_does_not_end_it(tmp_path: Path) -> None:
    """The page is shown all the same, and says that it could not be written."""
    data_folder(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").write_text("mine")
    rebuilder = Rebuilder(order(tmp_path))

    written = rebuilder.write(rebuilder.make(Shown()))

    assert "is not empty" in written.failure
    assert "is not empty" in page(written, "/")


def test_a_change_during_a_build_leads_to_another(tmp_path: Path) -> None:
    """What is told while a build runs is not lost; without anything told nothing is built."""
    data_folder(tmp_path)
    state, changes, said = ServerState(), ChangeSignal(), list[str]()
    rebuilder = Rebuilder(order(tmp_path))

    def hear(words: str) -> None:
        said.append(words)
        if state.shown.number == 1 and len(said) == 1:
            edited(tmp_path, "perfsite.toml", "Service figures", "Other figures")
            changes.tell()
            changes.tell()
        elif state.shown.number == 2:
            changes.end()

    changes.tell()
    keep_building(rebuilder, state, changes, hear, "Serving here")

    assert state.shown.number == 2
    assert "Other figures" in page(state.shown, "/")
    assert said[1] == "Serving here"
    assert re.fullmatch(r"Built in \d+\.\d s: .* files, .* changed; .*\.", said[0])
    assert len(said) == 3


def test_what_a_build_was_not_prepared_for_is_shown_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any exception at all leaves the old site on the page, with a sentence; then it goes on."""
    data_folder(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    rebuilder = Rebuilder(order(tmp_path))
    good = rebuilder.make(Shown())
    edited(tmp_path, "perfsite.toml", "Service figures", "Other figures")
    said = []
    for what in (ZeroDivisionError("31415926"), MemoryError(), RecursionError()):
        with monkeypatch.context() as broken:
            broken.setattr("perfsite.serve.rebuilder.build_site", raising(what))
            failed = rebuilder.make(good)
            broken.setattr("perfsite.serve.rebuilder.write_site", raising(what))
            unwritten = rebuilder.write(good)
        assert failed.site is good.site
        assert type(what).__name__ in page(failed, "/") or "memory" in page(failed, "/")
        assert "31415926" not in page(failed, "/")
        assert unwritten.failure
        said.append(failed.failure)
    assert len(set(said)) == 3
    assert "Other figures" in page(rebuilder.make(good), "/")


def raising(what: Exception) -> Callable[..., None]:
    """A function that raises something, whatever it is given."""

    def fail(*_: object, **__: object) -> None:
        raise what

    return fail


def test_what_ends_the_watch_ends_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for changes that will not be heard of: who builds is told why."""
    changes, ready, stop = ChangeSignal(), threading.Event(), threading.Event()
    monkeypatch.setattr("perfsite.serve.watcher.watch", raising(ValueError("broken")))
    watch_folders([tmp_path], changes, ready, stop)

    assert ready.is_set()
    with pytest.raises(ValueError, match="broken"):
        keep_building(Rebuilder(order(tmp_path)), ServerState(), changes, lambda _: None)


def test_where_the_system_has_no_watch_left_the_folders_are_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder takes one of the few watches of the system; without, changes are heard, too."""
    watch = watchfiles.watch

    def refuse(*folders: Path, force_polling: bool | None, **more: object) -> object:
        if not force_polling:
            raise OSError(28, "No space left on device")
        return watch(*folders, force_polling=True, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("perfsite.serve.watcher.watch", refuse)
    with watched(tmp_path) as changes:
        (tmp_path / "a.csv").write_text("a")
        assert changes.wait()


@contextmanager
def watched(*folders: Path) -> Iterator[ChangeSignal]:
    """What is heard of folders while they are watched."""
    changes, ready, stop = ChangeSignal(), threading.Event(), threading.Event()
    guard = threading.Timer(LONG, changes.end)
    guard.start()
    thread = threading.Thread(target=watch_folders, args=(folders, changes, ready, stop))
    thread.start()
    assert ready.wait(LONG)
    try:
        yield changes
    finally:
        guard.cancel()
        stop.set()
        thread.join(LONG)
        assert not thread.is_alive()


def test_changes_in_the_folders_are_heard(tmp_path: Path) -> None:
    """A file that is changed, made or deleted, in either folder, however deep."""
    data, templates = tmp_path / "data", tmp_path / "templates"
    (data / "submissions").mkdir(parents=True)
    templates.mkdir()
    with watched(data, templates) as changes:
        (data / "submissions" / "a.csv").write_text("a")
        assert changes.wait()
        (data / "submissions" / "a.csv").unlink()
        assert changes.wait()
        (templates / "page.html").write_text("x")
        assert changes.wait()


def test_a_folder_may_go_and_come_back(tmp_path: Path) -> None:
    """Deleting it is heard, making it again is heard, and so is what happens in the new one."""
    data = tmp_path / "data"
    data.mkdir()
    with watched(data) as changes:
        data.rename(tmp_path / "away")
        assert changes.wait()
        data.mkdir()
        assert changes.wait()
        (data / "a.csv").write_text("a")
        assert changes.wait()


@pytest.mark.server
def test_serve_builds_shows_builds_again_and_stops(tmp_path: Path) -> None:
    """`perfsite serve` shows what it built, builds anew at a change, and ends well with Ctrl+C."""
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
        connection = http.client.HTTPConnection("127.0.0.1", int(match[1]), timeout=LONG)
        first = get(connection, "/services/full.html")[2].decode()
        seen = re.search(r"seen=(\w+)", first)
        assert seen
        edited(tmp_path, "perfsite.toml", "Service figures", "Other figures")
        again = get(connection, f"{OWN}changes?seen={seen[1]}&page=/services/full.html")[2]
        second = get(connection, "/services/full.html")[2].decode()
        connection.close()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=LONG)

    assert built.startswith("Built in "), errors
    assert again.endswith(b"data: changed\n\n")
    assert "Other figures" in second
    assert "Other figures" not in first
    assert (process.returncode, rest.splitlines()[-1]) == (0, "Stopped."), errors
