"""What one build made and the next need not make again.

Everything between reading and writing is a function of its arguments. So a result may stand for
as long as the arguments are equal, and the site is the same, byte for byte, as one made anew. It
pays where comparing is cheaper than making. A `Kept` is passed to the stages that use it, like any
other value: whoever builds again and again holds on to it, and a single build has an empty one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_Made = TypeVar("_Made")


class Kept:
    """Results of earlier builds, each under its key with the arguments that it was made from."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._entries: dict[Hashable, tuple[Any, Any]] = {}
        self._used: set[Hashable] = set()

    def of(self, key: Hashable, given: object, make: Callable[[], _Made]) -> _Made:
        """The result kept under `key` if it was made from what equals `given`, else a new one.

        `given` must hold everything that `make` looks at, and neither it nor the result may be
        changed by anybody.
        """
        self._used.add(key)
        entry = self._entries.get(key)
        if entry is not None and entry[0] == given:
            return cast("_Made", entry[1])
        made = make()
        self._entries[key] = (given, made)
        return made

    def forget_unused(self) -> None:
        """Let go of what no build has asked for since this was last called."""
        self._entries = {key: self._entries[key] for key in self._entries if key in self._used}
        self._used = set()
