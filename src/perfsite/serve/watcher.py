"""Hearing of changes: folders are watched, and whoever builds is woken."""

from __future__ import annotations

from contextlib import closing
from threading import Condition
from typing import TYPE_CHECKING, Final

from watchfiles import watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from threading import Event

_STEP: Final = 50
"""Milliseconds of silence after which a change is complete: an editor writes in several steps."""
_DEBOUNCE: Final = 500
"""Milliseconds after which it is passed on even if others keep coming."""
_TICK: Final = 200
"""Milliseconds between looks at whether the folders are still those that are watched."""


class ChangeSignal:
    """Whether something has changed since it was last asked; until it ends."""

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self._condition = Condition()
        self._waiting = False
        self._ended = False
        self._failure: BaseException | None = None

    def tell(self) -> None:
        """Something has changed. To say it twice before anybody has asked is to say it once."""
        with self._condition:
            self._waiting = True
            self._condition.notify_all()

    def end(self) -> None:
        """Nothing more will be heard."""
        with self._condition:
            self._ended = True
            self._condition.notify_all()

    def fail(self, failure: BaseException) -> None:
        """Nothing more will be heard, because of this."""
        with self._condition:
            self._failure = failure
            self._condition.notify_all()

    def wait(self) -> bool:
        """Wait until something has changed; False if it has ended.

        Raises:
            BaseException: what `fail` was told.
        """
        with self._condition:
            # Not for ever at once: on some systems Ctrl+C is heard only in between.
            while not self._condition.wait_for(self._is_news, 1.0):
                pass
            if self._failure is not None:
                raise self._failure
            self._waiting = False
            return not self._ended

    def _is_news(self) -> bool:
        return self._waiting or self._ended or self._failure is not None


def watch_folders(
    folders: Sequence[Path], changes: ChangeSignal, ready: Event, stop: Event
) -> None:
    """Tell `changes` of all that happens in the folders, until `stop` is set.

    `ready` is set as soon as nothing can be missed. A folder may go and come back. What keeps it
    from watching is told to `changes`, so that nobody waits for what will not come.
    """
    try:
        _watch_folders(folders, changes, ready, stop)
    except BaseException as error:  # noqa: BLE001 - whoever waits raises it
        changes.fail(error)
        ready.set()


def _watch_folders(
    folders: Sequence[Path], changes: ChangeSignal, ready: Event, stop: Event
) -> None:
    heard = False
    while not stop.is_set():
        identities = _identities(folders)
        if any(identities):
            _watch(folders, identities, changes, ready, stop)
        else:
            if heard:
                changes.tell()
            ready.set()
            while not stop.wait(_TICK / 1000) and _identities(folders) == identities:
                pass
        heard = True


def _watch(
    folders: Sequence[Path],
    identities: Sequence[tuple[int, int] | None],
    changes: ChangeSignal,
    ready: Event,
    stop: Event,
) -> None:
    """Watch until one of the folders is no longer the one that is known.

    What is another folder than before is a change itself: it is told once nothing can be missed.
    Where the system tells of no changes, or of no more (each folder takes one of the few watches
    that it has), the folders are looked through again and again.
    """
    for polling in (False, True):
        try:
            _hear(folders, identities, changes, ready, stop, polling=polling)
        except FileNotFoundError:
            stop.wait(_TICK / 1000)  # a folder went between being looked for and being watched
        except (OSError, RuntimeError):
            if polling:
                raise
            continue
        return


def _hear(
    folders: Sequence[Path],
    identities: Sequence[tuple[int, int] | None],
    changes: ChangeSignal,
    ready: Event,
    stop: Event,
    *,
    polling: bool,
) -> None:
    there = [folder for folder, identity in zip(folders, identities, strict=True) if identity]
    heard = watch(
        *there,
        force_polling=polling or None,
        debounce=_DEBOUNCE,
        step=_STEP,
        stop_event=stop,
        rust_timeout=_TICK,
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    again = ready.is_set()
    with closing(heard):
        for events in heard:
            ready.set()
            if events or again:
                changes.tell()
                again = False
            if _identities(folders) != identities:
                return


def _identities(folders: Sequence[Path]) -> list[tuple[int, int] | None]:
    """What tells a folder from another one that has come in its place; None where there is none."""
    identities: list[tuple[int, int] | None] = []
    for folder in folders:
        try:
            stat = folder.stat() if folder.is_dir() else None
        except OSError:
            stat = None
        identities.append((stat.st_dev, stat.st_ino) if stat else None)
    return identities
