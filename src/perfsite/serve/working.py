"""The day's work: a server, a watch, and a build after each change, until somebody ends it."""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from perfsite.decimals import fixed
from perfsite.faults import keep_details, told
from perfsite.load import load_theme
from perfsite.preview import counted
from perfsite.serve.answers import Answers
from perfsite.serve.board import Board
from perfsite.serve.server import make_server
from perfsite.serve.watching import Changes, watch_folders
from perfsite.serve.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from http.server import ThreadingHTTPServer

    from perfsite.serve.board import Shown
    from perfsite.serve.workshop import Order


def serve_work(
    order: Order,
    host: str,
    port: int,
    say: Callable[[str], None],
    explanations: Mapping[str, str] | None = None,
) -> None:
    """Show the site at an address and build it anew after each change; it does not return.

    `say` is told in a sentence what was done. Ctrl+C ends it with KeyboardInterrupt, at once, in
    the middle of a build too: the site on the disk is then the one before.

    Raises:
        UsageError: if the folders or the address cannot be used.
    """
    board, changes, ready, stop = Board(), Changes(), Event(), Event()
    folders = [order.data, *([order.templates] if order.templates else [])]
    answers = Answers(load_theme(), explanations or {})

    def hear(error: BaseException) -> None:
        say(f"perfsite: {told(error, keep_details(error))}")

    with make_server(board, answers, host, port, hear=hear) as server:
        watcher = Thread(target=watch_folders, args=(folders, changes, ready, stop), daemon=True)
        Thread(target=_serve, args=(server, changes), daemon=True).start()
        watcher.start()
        try:
            ready.wait()
            changes.tell()
            where = (
                f"Serving {order.out} at http://{server.name}:{server.server_port}/  (Ctrl+C ends)"
            )
            keep_building(Workshop(order), board, changes, say, where)
        finally:
            stop.set()
            server.shutdown()


def _serve(server: ThreadingHTTPServer, changes: Changes) -> None:
    try:
        server.serve_forever()
    except BaseException as error:  # noqa: BLE001 - whoever builds raises it
        changes.fail(error)


def keep_building(
    workshop: Workshop, board: Board, changes: Changes, say: Callable[[str], None], where: str = ""
) -> None:
    """Build at each change, until there are no more; `where` is said after the first build.

    A change during a build leads to another one. A page is shown before its files are on the disk.
    """
    while changes.wait():
        start = time.monotonic()
        before = board.shown
        shown = workshop.make(before)
        board.put(shown)
        say(_told(before, shown, time.monotonic() - start))
        if shown.site is not before.site:
            written = workshop.write(shown)
            if written is not shown:
                board.put(written)
                say(f"perfsite: {written.failure}")
        if where:
            say(where)
            where = ""


def _told(before: Shown, shown: Shown, seconds: float) -> str:
    """What a build has come to, in a sentence."""
    if shown.failure:
        return f"perfsite: {shown.failure}; the site is as it was"
    paths = before.site.keys() | shown.site.keys()
    changed = sum(before.site.get(path) != shown.site.get(path) for path in paths)
    files = f"{len(shown.site):,} files, {changed:,} of them changed"
    undrawn = f"\nperfsite: {shown.undrawn}" if shown.undrawn else ""
    return f"Built in {fixed(seconds, 1)} s: {files}; {counted(shown.problems)}.{undrawn}"
