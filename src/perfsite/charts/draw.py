"""Drawing: jobs to files, in worker processes.

vl-convert runs one V8 thread a process and holds the interpreter's lock, so only processes help;
and a process in which V8 has started must never be forked. So the workers start from a fork
server (or anew, where there is none) and the parent never draws. What a store has kept is not
drawn again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from html import escape
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Self

from perfsite.charts.cards import card_svg
from perfsite.charts.pictures import CardJob
from perfsite.charts.specs import filled
from perfsite.charts.store import NoStore, drawing_keys
from perfsite.errors import BuildError
from perfsite.model import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from perfsite.charts.pictures import ChartJob, Job, TreemapJob
    from perfsite.charts.store import Store
    from perfsite.tokens import ChartStyle

_FONTS = Path(__file__).with_name("fonts.conf")
_QUALITY = 60
"""Of 100: words in two colours lose nothing that can be seen, and weigh two thirds of 85."""
_CHUNK = 32
"""Jobs a task: enough that passing them costs nothing, few enough that workers end together."""


class Drawing:
    """A pool that draws while the parent goes on; use it as a context, then collect `files`."""

    def __init__(
        self, jobs: Sequence[Job], workers: int, style: ChartStyle, store: Store | None = None
    ) -> None:
        """Start drawing in `workers` processes those jobs whose drawings are not in the store."""
        methods = multiprocessing.get_all_start_methods()
        method = "forkserver" if "forkserver" in methods else "spawn"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            # Each worker is a copy of a server that has read this module once, but not started V8.
            context.set_forkserver_preload([__name__])
        self._pool = ProcessPoolExecutor(
            max_workers=max(1, workers),
            mp_context=context,
            initializer=_start_worker,
        )
        self._jobs = jobs
        self._store = store or NoStore()
        self._keys = drawing_keys(jobs, style)
        self._kept = [self._store.get(key) for key in self._keys]
        wanted = [job for job, data in zip(jobs, self._kept, strict=True) if data is None]
        self._futures = [
            self._pool.submit(_draw_chunk, wanted[at : at + _CHUNK], style)
            for at in range(0, len(wanted), _CHUNK)
        ]

    def files(self, advance: Callable[[int], None]) -> Iterator[File]:
        """The pictures in the order of the jobs; `advance` is told how many were done.

        Raises:
            BuildError: if a chart could not be drawn, or a worker died.
        """
        advance(sum(data is not None for data in self._kept))
        drawn = self._drawn(advance)
        for job, key, kept in zip(self._jobs, self._keys, self._kept, strict=True):
            data = kept
            if data is None:
                data = next(drawn)
                self._store.put(key, data)
            yield File(job.path, data)

    def _drawn(self, advance: Callable[[int], None]) -> Iterator[bytes]:
        for future in self._futures:
            try:
                pictures = future.result()
            except Exception as error:
                raise BuildError(f"a chart could not be drawn: {error}") from error
            advance(len(pictures))
            yield from pictures

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    """Settle what a drawing would else take from its machine: the zone and the fonts.

    V8 reads the zone once, at its start. Of a font that the system has too, vl-convert takes the
    system's, and opens its file anew for every letter: without it, charts take a third of the time.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Ctrl+C reaches the whole group; the parent ends its workers, and they have nothing to add.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TZ"] = "UTC"
    os.environ["FONTCONFIG_FILE"] = str(_FONTS)
    if hasattr(time, "tzset"):
        time.tzset()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _draw_chunk(jobs: list[Job], style: ChartStyle) -> list[bytes]:
    return [draw(job, style) for job in jobs]


def draw(job: Job, style: ChartStyle) -> bytes:
    """One picture as the bytes of its file: a card is JPEG, everything else SVG."""
    return _card(job, style) if isinstance(job, CardJob) else _svg(job, style).encode()


def _card(job: CardJob, style: ChartStyle) -> bytes:
    import vl_convert  # noqa: PLC0415 - starts V8, which must not happen in the parent

    # As PNG it would take three times the room; packed by zlib, other bytes on other machines.
    picture: bytes = vl_convert.svg_to_jpeg(card_svg(job, style), 1.0, _QUALITY)
    return picture


def _svg(job: ChartJob | TreemapJob, style: ChartStyle) -> str:
    """A chart with a title and a description for those who open it by itself."""
    import vl_convert  # noqa: PLC0415 - starts V8, which must not happen in the parent

    svg: str = vl_convert.vega_to_svg(filled(job, style))
    start = svg.index("<svg")
    end = svg.index(">", start)
    root = svg[start:end].replace(' class="marks"', "")
    title = f"<title>{escape(job.title)}</title><desc>{escape(job.description)}</desc>"
    return f'{root} role="img">{title}{svg[end + 1 :]}\n'
