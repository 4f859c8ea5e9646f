"""Building again and again: what changed is loaded, the site is made, and whoever waits is told."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import TYPE_CHECKING

from perfsite.analysis import analyse
from perfsite.build import InMemory, build_site, without_collector
from perfsite.cache import Cache, DrawingStore
from perfsite.decimals import fixed
from perfsite.errors import BuildError, PerfsiteError, UsageError, has_errors
from perfsite.faults import keep_details, sentence
from perfsite.load import load_data, load_theme, with_editions
from perfsite.model import Edition, File
from perfsite.preview import counted
from perfsite.report.problems import undrawn_words
from perfsite.serve.server import Router, ServerState, Shown, make_server
from perfsite.serve.watcher import ChangeSignal, watch_folders
from perfsite.stages import stage
from perfsite.unit_records import UnitRecords
from perfsite.write import drawings_beside, write_site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from http.server import ThreadingHTTPServer
    from pathlib import Path

    from perfsite.analysis import Analysis
    from perfsite.build import BuiltSite, Progress
    from perfsite.errors import Problem
    from perfsite.explanations import Explanation
    from perfsite.load import Data


# Building again and again: what has not changed since the last build is not made anew.


@dataclass(frozen=True)
class BuildOrder:
    """What is to be built: from which folders, and how.

    `edition` says which date is printed on a site of some data; `progress` makes what hears how
    far a build is.
    """

    data: Path
    out: Path
    templates: Path | None
    edition: Callable[[Data], date]
    progress: Callable[[], AbstractContextManager[Progress]]
    workers: int = 1
    charts: bool = True
    stored: bool = True
    strict: bool = False


class Rebuilder:
    """Builds one site as often as it is asked to, and keeps what the next build can use."""

    def __init__(self, order: BuildOrder) -> None:
        """Nothing is kept yet but what earlier runs have drawn."""
        self._order = order
        self._cache = Cache()
        self._drawings = DrawingStore(drawings_beside(order.out)) if order.stored else None
        self._records = UnitRecords()
        self._files = InMemory()
        self._used: frozenset[str] = frozenset()
        self._keep: tuple[str, ...] = ()

    def make(self, before: Shown) -> Shown:
        """The site of what is in the folders now; or the one before, and why there is no newer.

        Raises:
            UsageError: if there was none before and the folders are not what they should be.
        """
        problems = before.problems
        try:
            with stage("load"):
                loaded = load_data(self._order.data)
            self._keep = loaded.config.kept_paths
            day = self._order.edition(loaded)
            with stage("editions"):
                loaded = with_editions(loaded, self._order.data, day)
            edition = Edition(day, loaded.hash)
            with without_collector():
                analysis = self._cache.of(
                    "known",
                    (edition, loaded.problems, loaded.editions),
                    lambda: analyse(loaded, day, cache=self._cache),
                )
                problems = analysis.problems
                self._check(problems)
                site = self._built(analysis, edition)
                # What was made stays for long; to look through it for cycles takes a second.
                gc.freeze()
        except (PerfsiteError, OSError) as error:
            if isinstance(error, UsageError) and not before.number:
                raise
            return replace(before, number=before.number + 1, problems=problems, failure=str(error))
        except Exception as error:  # noqa: BLE001 - the next edit may mend it
            failure = sentence(error, keep_details(error), standing=False)
            return replace(before, number=before.number + 1, problems=problems, failure=failure)
        self._cache.forget_unused()
        undrawn = undrawn_words(site.undrawn, analysis.services) if site.undrawn else ""
        files = {file.path: file.data for file in site.files}
        return Shown(before.number + 1, files, problems, undrawn=undrawn)

    def write(self, shown: Shown) -> Shown:
        """Put the site on the disk; what is shown then, which says so if that failed."""
        try:
            files = (File(path, data) for path, data in shown.site.items())
            with stage("write"):
                write_site(files, self._order.out, keep=self._keep)
        except (PerfsiteError, OSError) as error:
            return replace(shown, failure=f"{shown.failure}\n{error}".strip())
        except Exception as error:  # noqa: BLE001 - the page is shown all the same
            failure = sentence(error, keep_details(error), standing=False)
            return replace(shown, failure=f"{shown.failure}\n{failure}".strip())
        if self._drawings and self._order.charts:
            self._drawings.forget_all_but(self._used)
        return shown

    def _check(self, problems: Sequence[Problem]) -> None:
        if self._order.strict and has_errors(problems):
            raise BuildError("the data has errors and --strict was given")

    def _built(self, analysis: Analysis, edition: Edition) -> BuiltSite:
        with self._order.progress() as progress:
            site = build_site(
                analysis,
                edition,
                load_theme(self._order.templates),
                workers=self._order.workers,
                charts=self._order.charts,
                progress=progress,
                store=self._drawings,
                cache=self._cache,
                records=self._records,
                files=self._files,
            )
        self._records = self._records.next()
        self._used = site.drawings
        return site


# The day's work: a server, a watch, and a build after each change, until somebody ends it.


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
        say(f"perfsite: {sentence(error, keep_details(error))}")

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
        say(_outcome(before, shown, time.monotonic() - start))
        if shown.site is not before.site:
            written = rebuilder.write(shown)
            if written is not shown:
                state.put(written)
                say(f"perfsite: {written.failure}")
        if where:
            say(where)
            where = ""


def _outcome(before: Shown, shown: Shown, seconds: float) -> str:
    """What a build has come to, in a sentence."""
    if shown.failure:
        return f"perfsite: {shown.failure}; the site is as it was"
    paths = before.site.keys() | shown.site.keys()
    changed = sum(before.site.get(path) != shown.site.get(path) for path in paths)
    files = f"{len(shown.site):,} files, {changed:,} of them changed"
    undrawn = f"\nperfsite: {shown.undrawn}" if shown.undrawn else ""
    return f"Built in {fixed(seconds, 1)} s: {files}; {counted(shown.problems)}.{undrawn}"
