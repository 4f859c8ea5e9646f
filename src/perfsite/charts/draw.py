"""Drawing: chart jobs to SVG files, in worker processes.

vl-convert runs one V8 thread a process and holds the interpreter's lock, so only processes help;
and a process in which V8 has started must never be forked. So the workers start from a fork
server (or anew, where there is none) and the parent never draws.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from html import escape
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Self

from perfsite.charts.specs import filled
from perfsite.errors import BuildError
from perfsite.model import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from perfsite.charts.jobs import ChartJob

_CHUNK = 32
"""Jobs a task: enough that passing them costs nothing, few enough that workers end together."""


class Drawing:
    """A pool that draws while the parent goes on; use it as a context, then collect `files`."""

    def __init__(self, jobs: Sequence[ChartJob], workers: int) -> None:
        """Start drawing `jobs` in `workers` processes."""
        methods = multiprocessing.get_all_start_methods()
        method = "forkserver" if "forkserver" in methods else "spawn"
        self._pool = ProcessPoolExecutor(
            max_workers=max(1, workers),
            mp_context=multiprocessing.get_context(method),
            initializer=_start_worker,
        )
        chunks = [jobs[at : at + _CHUNK] for at in range(0, len(jobs), _CHUNK)]
        self._futures: list[Future[list[File]]] = [
            self._pool.submit(_draw_chunk, list(chunk)) for chunk in chunks
        ]

    def files(self, advance: Callable[[int], None]) -> Iterator[File]:
        """The drawn charts in the order of the jobs; `advance` is told how many were done.

        Raises:
            BuildError: if a chart could not be drawn, or a worker died.
        """
        for future in self._futures:
            try:
                files = future.result()
            except Exception as error:
                raise BuildError(f"a chart could not be drawn: {error}") from error
            advance(len(files))
            yield from files

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
    """Vega draws dates in the zone of its process; V8 reads it once, at its start."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _draw_chunk(jobs: list[ChartJob]) -> list[File]:
    return [File(job.path, draw(job).encode()) for job in jobs]


def draw(job: ChartJob) -> str:
    """One chart as SVG text, with a title and a description for those who open it by itself."""
    import vl_convert  # noqa: PLC0415 - starts V8, which must not happen in the parent

    svg: str = vl_convert.vega_to_svg(filled(job))
    start = svg.index("<svg")
    end = svg.index(">", start)
    root = svg[start:end].replace(' class="marks"', "")
    title = f"<title>{escape(job.title)}</title><desc>{escape(job.description)}</desc>"
    return f'{root} role="img">{title}{svg[end + 1 :]}\n'
