"""Processes that work. One that dies or hangs costs the step that it was at, and nothing else.

Each has a pipe of its own and tells of each step, such as a picture that it begins to draw, so it
is always known who has what in hand. A job that a process was lost over is tried once more, by
another process and alone; if the same step is lost again, the job is done without it.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from perfsite.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, SpawnContext
    from multiprocessing.process import BaseProcess

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")
_In_contra = TypeVar("_In_contra", contravariant=True)
_Out_co = TypeVar("_Out_co", covariant=True)

PATIENCE: Final = 60.0
"""Seconds after which a step will not end: the slowest picture of the example takes one."""
_TICK: Final = 0.2
"""Seconds between looks at who hangs, and whether the work was called off."""
_CHUNK: Final = 8
"""Jobs given at a time: passing them costs little, and all workers end together."""
_FILES, _OTHER_FILES = 4, 40
"""Files that a process takes in its parent, and those that all else that is done needs."""
_TRIES: Final = 2
_TRIES_IF_KILLED: Final = 3
"""One more: the second time there may have been as little memory as the first."""
_MOST_HANGING: Final = 6
_MOST_LOST: Final = 20
_MOST_LOST_AT_FIRST: Final = 6
"""Processes lost one after the other without a step done: then nothing can be done here."""


@dataclass(frozen=True)
class Failure:
    """Why a step, such as a picture, failed, in words; `trace` is where, if a program knows."""

    reason: str
    trace: str = ""


class Work(Protocol[_In_contra, _Out_co]):
    """What is done with a job."""

    def __call__(
        self, job: _In_contra, lost: Mapping[str, Failure], report: Callable[[str], None], /
    ) -> _Out_co:
        """Do a job without the steps that are `lost`; `report` is told of each step that begins."""


@dataclass(frozen=True)
class _Step:
    """A step begins."""

    name: str


@dataclass(frozen=True)
class _Done:
    """A job is done."""

    result: Any


@dataclass(frozen=True)
class _Raised:
    """A job raised an exception."""

    error: Exception


@dataclass
class _Worker:
    """A process, the numbers of the jobs in its hands, and since when it is at which step."""

    process: BaseProcess
    pipe: Connection
    ready: bool = False
    jobs: deque[int] = field(default_factory=deque)
    step: str = ""
    since: float = field(default_factory=time.monotonic)

    def end(self) -> int | None:
        """End the process, whatever it does; its exit code if it had ended before."""
        self.process.join(0)
        code = self.process.exitcode
        self.process.kill()
        self.process.join()
        self.pipe.close()
        return code


class Workers(Generic[_Job, _Result]):
    """Does jobs in processes while this one goes on; each result can be waited for."""

    def __init__(
        self,
        jobs: Sequence[_Job],
        begin: Callable[[], Work[_Job, _Result]],
        number: int,
        patience: float = PATIENCE,
        modules: Sequence[str] = (),
    ) -> None:
        """Begin to do `jobs` in at most `number` processes, each of which calls `begin` once.

        `modules` are those that every process needs.
        """
        self._jobs = jobs
        self._begin = begin
        self._number = max(1, min(number, _affordable()))
        self._patience = patience
        self._context = _context(modules)
        self._waiting = deque(
            list(range(at, min(at + _CHUNK, len(jobs)))) for at in range(0, len(jobs), _CHUNK)
        )
        self._workers: list[_Worker] = []
        self._tried: Counter[tuple[int, str]] = Counter()
        self._failures: dict[int, dict[str, Failure]] = {}
        self._lost_in_a_row = self._hung = 0
        self._results: dict[int, _Done | _Raised] = {}
        self._error: BaseException | None = None
        self._heard = threading.Condition()
        self._called_off = self._begun = False
        self._done = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        if jobs:
            self._thread.start()

    def result(self, number: int) -> _Result:
        """What came of a job, which is then forgotten; waits for it.

        Raises:
            BuildError: if nothing can be done here.
            OSError: if the system refuses the first process.
            Exception: whatever the job raised.
        """
        with self._heard:
            # Not for ever at once: on some systems Ctrl+C is heard only in between.
            while not self._heard.wait_for(lambda: number in self._results or self._error, 1.0):
                pass
            answer = self._results.pop(number, None)
        if isinstance(answer, _Raised):
            raise answer.error
        if answer is None:
            raise self._error or BuildError("the work was called off")
        result: _Result = answer.result
        return result

    def end(self) -> None:
        """Call off what is not done, and end all processes."""
        self._called_off = True
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._called_off and self._done < len(self._jobs):
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
                given = [(self._jobs[number], self._failures.get(number, {})) for number in chunk]
                with suppress(OSError):  # it died: its pipe will say so
                    worker.pipe.send(given)

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        try:
            process = self._context.Process(target=_work, args=(there, self._begin), daemon=True)
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
                    message = worker.pipe.recv()
                except (EOFError, OSError):
                    self._lose(worker, hung=False)
                    continue
                worker.since = time.monotonic()
                self._take(worker, message)
            elif time.monotonic() - worker.since > self._time(worker):
                self._lose(worker, hung=True)

    def _take(self, worker: _Worker, message: _Step | _Done | _Raised | None) -> None:
        """Note what a process tells; the first message says that it is ready."""
        worker.ready = True
        if message is None:
            return
        if worker.step or not isinstance(message, _Step):
            self._lost_in_a_row = 0
            self._begun = True
        worker.step = message.name if isinstance(message, _Step) else ""
        if not isinstance(message, _Step):
            self._keep(worker.jobs.popleft(), message)

    def _time(self, worker: _Worker) -> float:
        """Seconds that a process may be silent."""
        if not worker.ready:
            return PATIENCE  # it is only just beginning, on a busy machine perhaps
        return self._patience if worker.jobs else math.inf

    def _keep(self, number: int, answer: _Done | _Raised) -> None:
        self._done += 1
        with self._heard:
            self._results[number] = answer
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
        most = _MOST_LOST if self._begun else _MOST_LOST_AT_FIRST
        if self._hung > _MOST_HANGING or self._lost_in_a_row > most:
            raise BuildError(
                f"the charts cannot be drawn here: {reason}, again and again; give it more memory, "
                "try --jobs 1, or build without them: --no-charts"
            )
        if worker.jobs:
            first = worker.jobs.popleft()
            self._tried[first, worker.step] += 1
            if self._tried[first, worker.step] >= (_TRIES_IF_KILLED if killed else _TRIES):
                if not worker.step:
                    raise BuildError(f"the pages cannot be made here: {reason}")
                self._failures.setdefault(first, {})[worker.step] = Failure(reason)
            self._waiting.append([first])
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


def _context(modules: Sequence[str]) -> ForkServerContext | SpawnContext:
    """How processes begin: as copies of a server that has read modules but not started V8."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    return context


def _work(pipe: Connection, begin: Callable[[], Work[Any, Any]]) -> None:
    """What a process does: jobs as they come, until nobody is there any more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Ctrl+C reaches the whole group; the parent ends its workers, and they have nothing to add.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library says as it crashes is not for people: the parent says it in its own words.
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)

    def report(step: str) -> None:
        pipe.send(_Step(step))

    with suppress(EOFError, OSError):
        work = begin()
        pipe.send(None)
        while True:
            for job, lost in pipe.recv():
                _answer(pipe, partial(work, job, lost, report))


def _answer(pipe: Connection, do: Callable[[], object]) -> None:
    """Do a job and tell what came of it."""
    try:
        answer: _Done | _Raised = _Done(do())
    except Exception as error:  # noqa: BLE001 - whoever waits raises it
        # A trace does not pass a pipe: it goes along as a note.
        error.add_note("".join(traceback.format_tb(error.__traceback__)))
        answer = _Raised(error)
    try:
        pipe.send(answer)
    except (TypeError, AttributeError, ValueError, pickle.PicklingError):
        # An exception of a library may hold what cannot be sent.
        pipe.send(_Raised(RuntimeError(str(getattr(answer, "error", answer)))))


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
