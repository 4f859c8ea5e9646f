"""Drawing that goes wrong, in a module that a worker can import in no time."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.workers import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from perfsite.charts.pictures import Job
    from perfsite.model import File, StoredFile
    from perfsite.tokens import ChartStyle
    from perfsite.units import Destination
    from perfsite.workers import Work

LOST: Final = {
    "services/full/transactions.svg": "kill",
    "services/weekly/card.jpg": "raise",
    "departments/ministry-of-roads/digital-take-up.svg": "crash",
}
"""Pictures of the small site, and what happens to who draws them."""


def happen(word: str) -> bytes:
    """What a word says: to raise, to crash, to be killed, to hang; else the word is drawn."""
    what, _, more = word.partition(":")
    if what == "raise":
        raise ValueError(f"no picture of {more}")
    if what == "once" and not Path(more).exists():
        Path(more).touch()
        what = "kill"
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "leave":
        os._exit(7)
    if what == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(3600)
    return word.encode()


def begin() -> Work[str, bytes | Failure]:
    """What a process begins with: it does words."""
    return do


def do(word: str, lost: Mapping[str, Failure], report: Callable[[str], None], /) -> bytes | Failure:
    """A job that is a word and has one step, which is called as the word."""
    if word in lost:
        return lost[word]
    report(word)
    try:
        return happen(word)
    except ValueError as error:
        return Failure(f"ValueError: {error}")


def everything(job: Job, style: ChartStyle) -> bytes:
    """A picture that is none, at once."""
    del style
    return f"<svg xmlns='http://www.w3.org/2000/svg'><title>{len(job.path)}</title></svg>".encode()


def some(job: Job, style: ChartStyle) -> bytes:
    """The same, but for those that are lost."""
    if what := LOST.get(job.path):
        happen(what)
    return everything(job, style)


def no_card(job: Job, style: ChartStyle) -> bytes:
    """The same, but for the card of a department, which the pages of its services show, too."""
    if job.path.startswith("departments/") and job.path.endswith("/card.jpg"):
        happen("raise")
    return everything(job, style)


def none(job: Job, style: ChartStyle) -> bytes:
    """No picture at all."""
    del style
    raise ValueError(f"no picture of {job.path}")


@dataclass(frozen=True)
class Deadly:
    """Where files go, but for one: who puts that there is killed, once if there is a `mark`."""

    place: Destination
    path: str
    mark: Path | None

    def store(self, file: File) -> StoredFile | File:
        """Put a file there, or die over it."""
        if file.path == self.path and (self.mark is None or not self.mark.exists()):
            if self.mark:
                self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.place.store(file)
