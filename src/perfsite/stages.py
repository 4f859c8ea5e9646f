"""The stages of the work, told to whoever listens.

The pipeline says where a stage begins and ends, and asks no clock: who listens does. Nobody listens
unless a command was told to say what it does. The listener belongs to the context of the command,
and is no argument: what is made never depends on it.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Listener(Protocol):
    """Hears of the stages, each of which ends before the one that it is in."""

    def begin(self, name: str) -> None:
        """A stage begins."""

    def end(self) -> None:
        """The stage that began last and has not ended ends, be it by an exception."""


_LISTENER: Final[ContextVar[Listener | None]] = ContextVar("listener", default=None)


def listen(listener: Listener | None) -> None:
    """From now on this one hears of the stages; None: nobody."""
    _LISTENER.set(listener)


def is_heard() -> bool:
    """Whether somebody listens, who may be told more than the result."""
    return _LISTENER.get() is not None


@contextmanager
def stage(name: str) -> Iterator[None]:
    """What is done within is a stage of the work, in a word or two."""
    listener = _LISTENER.get()
    if listener is None:
        yield
        return
    listener.begin(name)
    try:
        yield
    finally:
        listener.end()
