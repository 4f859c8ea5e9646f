"""Drawing: jobs to files, in worker processes.

vl-convert runs one V8 thread a process and holds the interpreter's lock, so only processes help;
and a process in which V8 has started must never be forked. So the workers start from a fork
server (or anew, where there is none) and the parent never draws. What a store has kept is not
drawn again. A picture that cannot be drawn costs no other.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Self

from perfsite.charts.cards import card_svg
from perfsite.charts.pictures import CardJob
from perfsite.charts.specs import filled
from perfsite.charts.store import NoStore, drawing_keys
from perfsite.charts.workers import Failure, Workers
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


@dataclass(frozen=True)
class Undrawn:
    """A picture that could not be drawn: its path, and why."""

    path: str
    failure: Failure


class Drawing:
    """Workers that draw while the parent goes on; use it as a context, then collect `files`."""

    def __init__(
        self, jobs: Sequence[Job], workers: int, style: ChartStyle, store: Store | None = None
    ) -> None:
        """Start drawing in `workers` processes those jobs whose drawings are not in the store."""
        self._jobs = jobs
        self._store = store or NoStore()
        self._keys = drawing_keys(jobs, style)
        self._kept = [self._store.get(key) for key in self._keys]
        wanted = [job for job, data in zip(jobs, self._kept, strict=True) if data is None]
        self._workers = Workers(wanted, draw, style, workers, _settle)
        self._undrawn: list[Undrawn] = []

    @property
    def undrawn(self) -> tuple[Undrawn, ...]:
        """The pictures that could not be drawn, once `files` was read to its end."""
        return tuple(self._undrawn)

    def files(self, advance: Callable[[int], None]) -> Iterator[File]:
        """The pictures in the order of the jobs; `advance` is told how many were done.

        Raises:
            BuildError: if none of the pictures could be drawn.
        """
        advance(sum(data is not None for data in self._kept))
        number = 0
        for job, key, kept in zip(self._jobs, self._keys, self._kept, strict=True):
            data: bytes | Failure | None = kept
            if data is None:
                data = self._workers.result(number)
                number += 1
                advance(1)
            if isinstance(data, Failure):
                self._undrawn.append(Undrawn(job.path, data))
                continue
            if kept is None:
                self._store.put(key, data)
            yield File(job.path, data)
        if self._undrawn and len(self._undrawn) == len(self._jobs):
            why = self._undrawn[0].failure.reason
            raise BuildError(
                f"none of the pictures could be drawn: {why}; --no-charts builds without them"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.end()


def _settle() -> None:
    """Settle what a drawing would else take from its machine: the zone and the fonts.

    V8 reads the zone once, at its start. Of a font that the system has too, vl-convert takes the
    system's, and opens its file anew for every letter: without it, charts take a third of the time.
    """
    os.environ["TZ"] = "UTC"
    os.environ["FONTCONFIG_FILE"] = str(_FONTS)
    if hasattr(time, "tzset"):
        time.tzset()


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
