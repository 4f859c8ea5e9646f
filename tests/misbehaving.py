"""Drawing that goes wrong, in a module that a worker can import in no time."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from perfsite.charts.pictures import Job
    from perfsite.tokens import ChartStyle

LOST: Final = {
    "services/full/transactions.svg": "kill",
    "services/weekly/card.jpg": "raise",
    "departments/ministry-of-roads/digital-take-up.svg": "crash",
}
"""Pictures of the small site, and what happens to who draws them."""


def prepare() -> None:
    """Nothing has to be settled."""


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


def words(word: Any, style: object) -> bytes:  # noqa: ANN401 - the place of a job
    """A job that is a word."""
    del style
    return happen(word)


def everything(job: Job, style: ChartStyle) -> bytes:
    """A picture that is none, at once."""
    del style
    return f"<svg xmlns='http://www.w3.org/2000/svg'><title>{len(job.path)}</title></svg>".encode()


def some(job: Job, style: ChartStyle) -> bytes:
    """The same, but for those that are lost."""
    if what := LOST.get(job.path):
        happen(what)
    return everything(job, style)


def none(job: Job, style: ChartStyle) -> bytes:
    """No picture at all."""
    del style
    raise ValueError(f"no picture of {job.path}")
