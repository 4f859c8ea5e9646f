"""Commands measured as whole trees of processes: seconds, processor seconds and memory.

Workers count, whoever has started them: on Linux this process adopts those that their parents do
not wait for, as a server of forks does. Elsewhere these are not counted, and memory is not known.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROC: Final = Path("/proc")
_ADOPT: Final = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2): orphans come to this process, and not to the first one."""
_SIZE: Final = re.compile(r"^(VmHWM|VmRSS):\s+(\d+) kB", re.MULTILINE)
_LOOK: Final = 0.05
"""Seconds between two looks at the memory of the processes."""


@dataclass(frozen=True)
class Usage:
    """What a command took, with all processes that it has started.

    `clock` is in seconds, until the command itself had ended; `processor` in seconds of user and
    system, of all processes. `parent` and `worker` are megabytes (of 1,000,000 bytes) of resident
    memory at the highest: of the command, and of the largest of the other processes. `together` is
    the most that all had at one time, memory that they share counted for each.
    """

    code: int
    output: str
    clock: float
    processor: float
    parent: float
    worker: float
    together: float


def measure(command: Sequence[str], folder: Path | None = None) -> Usage:
    """Run a command in a folder, and wait for all that it has started.

    All else that this process has started has to end by itself, and is waited for first.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
    with suppress(ChildProcessError):
        while True:
            os.wait()
    highest: dict[int, float] = {}
    processor = clock = together = 0.0
    code = 0
    with tempfile.TemporaryFile() as heard:
        start = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, stdout=heard, stderr=subprocess.STDOUT)  # noqa: S603
        while True:
            memory = _memory(os.getpid())
            highest |= {number: most for number, (most, _) in memory.items()}
            together = max(together, sum(now for _, now in memory.values()))
            try:
                process, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not process:
                time.sleep(_LOOK)
                continue
            processor += used.ru_utime + used.ru_stime
            if process == child.pid:
                clock = time.monotonic() - start
                child.returncode = code = os.waitstatus_to_exitcode(status)
        heard.seek(0)
        output = heard.read().decode(errors="replace")
    parent = highest.pop(child.pid, 0)
    worker = max(highest.values(), default=0)
    return Usage(code, output, clock, processor, parent, worker, together)


def _memory(process: int) -> dict[int, tuple[float, float]]:
    """The resident memory of each process below one, in megabytes: the highest so far, and now."""
    memory: dict[int, tuple[float, float]] = {}
    for listed in (_PROC / str(process) / "task").glob("*/children"):
        for child in map(int, _text(listed).split()):
            sizes = dict(_SIZE.findall(_text(_PROC / str(child) / "status")))
            memory |= _memory(child)
            # A process that has ended and is not waited for has none.
            if sizes:
                memory[child] = int(sizes["VmHWM"]) * 0.001024, int(sizes["VmRSS"]) * 0.001024
    return memory


def _text(path: Path) -> str:
    """A file of a process, or nothing if the process has ended."""
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""
