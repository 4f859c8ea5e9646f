"""perfsite on a disk that lists every folder from the last name to the first: a program.

No disk promises an order, and two have seldom the same. `python tests/backwards.py build ...` is
`perfsite build ...`, where every folder is listed in an order that is surely not the sorted one.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

_scandir, _listdir = os.scandir, os.listdir


class _Entries:
    """What os.scandir gives, all of it read and turned round."""

    def __init__(self, where: Any) -> None:  # noqa: ANN401 - a path or a descriptor, as it comes
        with _scandir(where) as found:
            self._entries = iter(sorted(found, key=lambda entry: entry.name, reverse=True))

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        return self._entries

    def __next__(self) -> os.DirEntry[str]:
        return next(self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is left open."""


def _names(where: Any = ".") -> list[str]:  # noqa: ANN401 - a path or a descriptor, as it comes
    return sorted(_listdir(where), reverse=True)


def turn_round() -> None:
    """From now on this process gets the entries of every folder backwards."""
    os.scandir = _Entries  # type: ignore[assignment]
    os.listdir = _names  # type: ignore[assignment]


if __name__ == "__main__":
    turn_round()
    # Only now, for some versions of pathlib keep the os.scandir that they find.
    from perfsite.cli import main

    main(sys.argv[1:], prog_name="perfsite")
