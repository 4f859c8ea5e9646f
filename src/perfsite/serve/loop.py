"""The day's work: a server, a watch, and a build after each change, until somebody ends it."""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from perfsite.decimals import fixed
from perfsite.faults import keep_details, told
from perfsite.load import load_theme
from perfsite.preview import counted
from perfsite.serve.rebuilder import Rebuilder
from perfsite.serve.server import Router, ServerState, make_server
from perfsite.serve.watcher import ChangeSignal, watch_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from http.server import ThreadingHTTPServer

    from perfsite.explanations import Explanation
    from perfsite.serve.rebuilder import BuildOrder
    from perfsite.serve.server import Shown


def serve_work(
    order: BuildOrder,
    host: str,
    port: int,
    say: Callable[[str], None],
    explanations: Mapping[str, Explanation] | None = None,
) -> None:
    """Show the site at an address and build it anew after each change; it does not return.

    `say` is told in a sentence what was done. Ctrl+C ends it with KeyboardInterrupt, at once, in
    the middle of a build too: the site on the disk is then the one before.

    Raises:
        UsageError: if the folders or the address cannot be used.
    """
    state, changes, ready, stop = ServerState(), ChangeSignal(), Event(), Event()
    folders = [order.data, *([order.templates] if order.templates else [])]
    router = Router(load_theme(), explanations or {})

    def hear(error: BaseException) -> None:
        say(f"perfsite: {told(error, keep_details(error))}")

    with make_server(state, router, host, port, hear=hear) as server:
        watcher = Thread(target=watch_folders, args=(folders, changes, ready, stop), daemon=True)
        Thread(target=_serve, args=(server, changes), daemon=True).start()
        watcher.start()
        try:
            ready.wait()
            changes.tell()
            where = (
                f"Serving {order.out} at http://{server.name}:{server.server_port}/  (Ctrl+C ends)"
            )
            keep_building(Rebuilder(order), state, changes, say, where)
        finally:
            stop.set()
            server.shutdown()


def _serve(server: ThreadingHTTPServer, changes: ChangeSignal) -> None:
    try:
        server.serve_forever()
    except BaseException as error:  # noqa: BLE001 - whoever builds raises it
        changes.fail(error)


def keep_building(
    rebuilder: Rebuilder,
    state: ServerState,
    changes: ChangeSignal,
    say: Callable[[str], None],
    where: str = "",
) -> None:
    """Build at each change, until there are no more; `where` is said after the first build.

    A change during a build leads to another one. A page is shown before its files are on the disk.
    """
    while changes.wait():
        start = time.monotonic()
        before = state.shown
        shown = rebuilder.make(before)
        state.put(shown)
        say(_told(before, shown, time.monotonic() - start))
        if shown.site is not before.site:
            written = rebuilder.write(shown)
            if written is not shown:
                state.put(written)
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
