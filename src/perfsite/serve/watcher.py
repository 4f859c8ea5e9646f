"""Hearing of changes: folders are looked at again and again, and whoever builds is woken.

No system tells of changes on every disk (not of folders of another machine, nor of those that a
container shares), and each has few watches to give. A look at a thousand files takes 3 ms.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from stat import S_ISDIR
from threading import Condition
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from threading import Event

    Look = Mapping[str, tuple[int, ...]]


_TICK: Final = 0.2
"""Seconds between two looks."""
_SHARE: Final = 20
"""A look that takes long is followed by a pause of so many times as long."""
_STEP: Final = 0.05
"""Seconds of silence after which a change is complete: an editor writes in several steps."""
_DEBOUNCE: Final = 0.5
"""Seconds after which it is passed on even if others keep coming."""


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
        _watch(folders, changes, ready, stop)
    except BaseException as error:  # noqa: BLE001 - whoever waits raises it
        changes.fail(error)
        ready.set()


def _watch(folders: Sequence[Path], changes: ChangeSignal, ready: Event, stop: Event) -> None:
    """Look at the folders again and again; tell of what differs once it has come to rest."""
    told = _look(folders)
    ready.set()
    pause = _TICK
    while not stop.wait(pause):
        start = time.monotonic()
        seen = _look(folders)
        # Folders in which there is much to look at are looked at less often.
        pause = max(_TICK, _SHARE * (time.monotonic() - start))
        if seen == told:
            continue
        told = _at_rest(folders, seen, stop)
        changes.tell()


def _at_rest(folders: Sequence[Path], seen: Look, stop: Event) -> Look:
    """The folders as they are when two looks are alike, or after a while: some write without end.

    An editor writes in several steps, and between two of them a file is empty or not there.
    """
    end = time.monotonic() + _DEBOUNCE
    while not stop.wait(_STEP) and time.monotonic() < end:
        before, seen = seen, _look(folders)
        if seen == before:
            break
    return seen


def _look(folders: Sequence[Path]) -> Look:
    """Every folder, and every file with what is different when it is another or has changed.

    Hidden files and the copies that editors keep are passed over, as they are by a build. What
    cannot be read is not there.
    """
    found: dict[str, tuple[int, ...]] = {}
    left, entered = [*folders], set()
    while left:
        folder = left.pop()
        try:
            stat = folder.stat()
            with os.scandir(folder) as entries:
                shown = [one for one in entries if one.name[0] != "." and one.name[-1] != "~"]
        except OSError:
            continue
        identity = (stat.st_dev, stat.st_ino)
        if identity in entered:
            continue  # a link that leads round in a circle
        entered.add(identity)
        found[str(folder)] = ()
        for entry in shown:
            try:
                stat = entry.stat()
            except OSError:
                continue
            if S_ISDIR(stat.st_mode):
                left.append(Path(entry.path))
            else:
                found[entry.path] = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return found
