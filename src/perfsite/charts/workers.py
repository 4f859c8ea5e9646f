"""Processes that draw. One that dies or hangs costs the picture that it had in hand, and no other.

Each has a pipe of its own and tells of each picture, so it is always known who has what in hand. A
picture that a process was lost over is tried once more, by another process and alone.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

from perfsite.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, SpawnContext
    from multiprocessing.process import BaseProcess

    from perfsite.charts.pictures import Job
    from perfsite.tokens import ChartStyle

    Draw = Callable[[Job, ChartStyle], bytes]

PATIENCE: Final = 60.0
"""Seconds after which a picture will not come: the slowest of the example takes one."""
_TICK: Final = 0.2
"""Seconds between looks at who hangs, and whether the work was called off."""
_CHUNK: Final = 32
"""Jobs given at a time: passing them costs nothing, and all workers end together."""
_FILES, _OTHER_FILES = 4, 40
"""Files that a process takes in its parent, and those that all else that is done needs."""
_TRIES: Final = 2
_TRIES_IF_KILLED: Final = 3
"""One more: the second time there may have been as little memory as the first."""
_MOST_HANGING: Final = 6
_MOST_LOST: Final = 20
_MOST_LOST_AT_FIRST: Final = 6
"""Processes lost one after the other without a picture: then nothing can be drawn here."""


@dataclass(frozen=True)
class Failure:
    """Why a picture could not be drawn, in words; `trace` is where, if a program knows."""

    reason: str
    trace: str = ""


@dataclass
class _Worker:
    """A process, the numbers of the jobs in its hands, and since when it is at the first."""

    process: BaseProcess
    pipe: Connection
    ready: bool = False
    jobs: deque[int] = field(default_factory=deque)
    since: float = field(default_factory=time.monotonic)

    def end(self) -> int | None:
        """End the process, whatever it does; its exit code if it had ended before."""
        self.process.join(0)
        code = self.process.exitcode
        self.process.kill()
        self.process.join()
        self.pipe.close()
        return code


class Workers:
    """Draws jobs in processes while this one goes on; each result can be waited for."""

    def __init__(
        self,
        jobs: Sequence[Job],
        draw: Draw,
        style: ChartStyle,
        number: int,
        prepare: Callable[[], None],
        patience: float = PATIENCE,
    ) -> None:
        """Begin to draw `jobs` in at most `number` processes, each of which calls `prepare`."""
        self._jobs = jobs
        self._with = prepare, draw, style
        self._number = max(1, min(number, _affordable()))
        self._patience = patience
        self._context = _context()
        self._waiting = deque(
            list(range(at, min(at + _CHUNK, len(jobs)))) for at in range(0, len(jobs), _CHUNK)
        )
        self._workers: list[_Worker] = []
        self._tried: Counter[int] = Counter()
        self._lost_in_a_row = self._hung = 0
        self._results: dict[int, bytes | Failure] = {}
        self._error: BaseException | None = None
        self._heard = threading.Condition()
        self._called_off = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        if jobs:
            self._thread.start()

    def result(self, number: int) -> bytes | Failure:
        """The picture of a job, or why there is none; waits for it.

        Raises:
            BuildError: if nothing can be drawn here.
            OSError: if the system refuses the first process.
        """
        with self._heard:
            # Not for ever at once: on some systems Ctrl+C is heard only in between.
            while not self._heard.wait_for(lambda: number in self._results or self._error, 1.0):
                pass
            if number in self._results:
                return self._results[number]
        raise self._error or BuildError("the drawing was called off")

    def end(self) -> None:
        """Call off what is not done, and end all processes."""
        self._called_off = True
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._called_off and len(self._results) < len(self._jobs):
                self._hire()
                self._hear()
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            with self._heard:
                self._error = error
                self._heard.notify_all()
        finally:
            for worker in self._workers:
                worker.end()

    def _hire(self) -> None:
        """Start processes while there is work for them, and give it to those that are ready."""
        idle = [worker for worker in self._workers if not worker.jobs]
        while len(idle) < len(self._waiting) and len(self._workers) < self._number:
            try:
                worker = self._start()
            except OSError:
                if not self._workers:
                    raise
                self._number = len(self._workers)  # the system has no room for more
                break
            self._workers.append(worker)
            idle.append(worker)
        for worker in idle:
            if worker.ready and self._waiting:
                chunk = self._waiting.popleft()
                worker.jobs.extend(chunk)
                worker.since = time.monotonic()
                with suppress(OSError):  # it died: its pipe will say so
                    worker.pipe.send([self._jobs[number] for number in chunk])

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        try:
            process = self._context.Process(target=_work, args=(there, *self._with), daemon=True)
            process.start()
        except BaseException:
            here.close()
            raise
        finally:
            there.close()
        return _Worker(process, here)

    def _hear(self) -> None:
        """Take what the processes tell, and find those that died or hang."""
        ready = wait([worker.pipe for worker in self._workers], _TICK)
        for worker in list(self._workers):
            if worker.pipe in ready:
                try:
                    result = worker.pipe.recv()
                except (EOFError, OSError):
                    self._lose(worker, hung=False)
                    continue
                worker.since = time.monotonic()
                if worker.ready:
                    self._lost_in_a_row = 0
                    self._keep(worker.jobs.popleft(), result)
                worker.ready = True
            elif time.monotonic() - worker.since > self._time(worker):
                self._lose(worker, hung=True)

    def _time(self, worker: _Worker) -> float:
        """Seconds that a process may be silent."""
        if not worker.ready:
            return PATIENCE  # it is only just beginning, on a busy machine perhaps
        return self._patience if worker.jobs else math.inf

    def _keep(self, number: int, result: bytes | Failure) -> None:
        with self._heard:
            self._results[number] = result
            self._heard.notify_all()

    def _lose(self, worker: _Worker, *, hung: bool) -> None:
        """Do without a process; what it had in hand is tried again or given up, the rest waits.

        Raises:
            BuildError: if so many were lost that nothing can be drawn here.
        """
        self._workers.remove(worker)
        if not hung:
            worker.process.join(_TICK)
        code = worker.end()
        killed = not hung and code == -signal.SIGKILL
        reason = self._reason(code, hung=hung)
        if killed:
            self._number = max(1, self._number - 1)
        self._hung += hung
        self._lost_in_a_row += 1
        most = _MOST_LOST if self._results else _MOST_LOST_AT_FIRST
        if self._hung > _MOST_HANGING or self._lost_in_a_row > most:
            raise BuildError(
                f"the charts cannot be drawn here: {reason}, again and again; give it more memory, "
                "try --jobs 1, or build without them: --no-charts"
            )
        if worker.jobs:
            first = worker.jobs.popleft()
            self._tried[first] += 1
            if self._tried[first] < (_TRIES_IF_KILLED if killed else _TRIES):
                self._waiting.append([first])
            else:
                self._keep(first, Failure(reason))
        if worker.jobs:
            self._waiting.append(list(worker.jobs))

    def _reason(self, code: int | None, *, hung: bool) -> str:
        if hung:
            return f"nothing came for {self._patience:.0f} seconds"
        if code == -signal.SIGKILL:
            return (
                "the system killed the process that drew it, most likely for want of memory: give "
                "it more, or let fewer draw at a time with --jobs 1"
            )
        if code is not None and code < 0:
            return f"the process that drew it crashed ({signal.Signals(-code).name})"
        return f"the process that drew it ended by itself ({code})"


def _affordable() -> int:
    """How many processes there is room for, with the files that this one may have open."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return sys.maxsize
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if most == resource.RLIM_INFINITY else (most - _OTHER_FILES) // _FILES


def _context() -> ForkServerContext | SpawnContext:
    """How processes begin: as copies of a server that has read this module but not started V8."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["perfsite.charts.draw"])
    return context


def _work(pipe: Connection, prepare: Callable[[], None], draw: Draw, style: ChartStyle) -> None:
    """What a process does: draw what comes, until nobody is there any more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Ctrl+C reaches the whole group; the parent ends its workers, and they have nothing to add.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library says as it crashes is not for people: the parent says it in its own words.
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    prepare()
    with suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            for job in pipe.recv():
                pipe.send(_drawn(job, draw, style))


def _drawn(job: Job, draw: Draw, style: ChartStyle) -> bytes | Failure:
    try:
        return draw(job, style)
    except BaseException as error:  # noqa: BLE001 - a library of another language can raise anything
        words = " ".join(str(error).split())[:200]
        trace = "".join(traceback.format_tb(error.__traceback__))
        return Failure(f"{type(error).__name__}: {words}".rstrip(": "), trace)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
