"""What is shown at present: put in place by whoever builds, read by whoever answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.errors import Problem


@dataclass(frozen=True)
class Shown:
    """A site as files by their paths, the problems of its data, and why it is not up to date.

    `number` counts the builds; before the first it is 0. `failure` is what the last build said
    that ended without a site: `site` is then that of the one before. `undrawn` says which pictures
    of the site could not be drawn.
    """

    number: int = 0
    site: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    failure: str = ""
    undrawn: str = ""


class ServerState:
    """Holds what is shown; many may read it and wait for the next."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._shown = Shown()
        self._changed = Condition()

    @property
    def shown(self) -> Shown:
        """What is shown now."""
        return self._shown

    def put(self, shown: Shown) -> None:
        """Show this from now on."""
        with self._changed:
            self._shown = shown
            self._changed.notify_all()

    def after(self, shown: Shown, seconds: float) -> Shown:
        """What is shown once it is no longer this; the same if nothing comes for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._shown is not shown, seconds)
            return self._shown
