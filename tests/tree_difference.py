"""Two sites that ought to be the same: where they first differ, for a person to read.

The first difference is mostly enough to know what went wrong, and the last of thousands is of no
more use. So a report says which file, where in it, and what stands there in both.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WINDOW: Final = 40
"""Bytes shown on each side of the first one that differs."""


def first_difference(
    one: Mapping[str, bytes], other: Mapping[str, bytes], names: tuple[str, str] = ("one", "other")
) -> str:
    """What to say of two trees of files; empty if they are the same."""
    for there, absent, name in ((one, other, names[0]), (other, one, names[1])):
        if alone := sorted(there.keys() - absent.keys()):
            return f"{alone[0]} is in {name} only{_and_more(len(alone) - 1)}"
    differ = sorted(path for path in one if one[path] != other[path])
    if not differ:
        return ""
    path = differ[0]
    return f"{path} differs{_and_more(len(differ) - 1)}: {_where(one[path], other[path], names)}"


def _and_more(number: int) -> str:
    return f", and {number:,} more" if number else ""


def _where(one: bytes, other: bytes, names: tuple[str, str]) -> str:
    """The first place at which two files differ, and what stands around it in both."""
    at = next(n for n in count() if one[n : n + 1] != other[n : n + 1])
    line = one.count(b"\n", 0, at) + 1
    width = max(map(len, names))
    windows = (
        f"\n  {name:<{width}} ({len(data):,} bytes) {_window(data, at)}"
        for name, data in zip(names, (one, other), strict=True)
    )
    return f"byte {at:,}, line {line:,}{''.join(windows)}"


def _window(data: bytes, at: int) -> str:
    """What stands around a place, with the bytes that are no letters spelt out."""
    before, after = data[max(0, at - _WINDOW) : at], data[at : at + _WINDOW]
    return f"{before!r} | {after!r}" if after else f"{before!r} | ends here"


def assert_same_files(
    one: Mapping[str, bytes], other: Mapping[str, bytes], names: tuple[str, str] = ("one", "other")
) -> None:
    """Fail with the first difference of two trees of files, if there is one."""
    difference = first_difference(one, other, names)
    # Not `assert one == other`: pytest would compare megabytes to say it at length.
    assert not difference, difference
