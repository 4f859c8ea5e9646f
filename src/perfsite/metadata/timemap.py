"""TimeMaps: which states of a resource are kept, in the link format of Memento (RFC 7089).

A site of files cannot answer by date, as Memento's servers do; a TimeMap is a file and says the
same. Where the site's address is not known, addresses are relative to the TimeMap.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from perfsite.model import File

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

TIMEMAP: Final = "editions/timemap.link"
"""The TimeMap of the home page."""


def timemap_file(path: str, original: str, mementos: Sequence[tuple[date, str]], base: str) -> File:
    """The TimeMap at `path` of the resource `original`; `mementos` are the oldest first.

    Paths are relative to the site, `base` is its address, or nothing.
    """
    up = "" if base else "../" * path.count("/")
    links = [
        f'<{base}{up}{original}>; rel="original"',
        f'<{base}{up}{path}>; rel="self"; type="application/link-format"'
        + (
            f'; from="{_when(mementos[0][0])}"; until="{_when(mementos[-1][0])}"'
            if mementos
            else ""
        ),
    ]
    for number, (day, address) in enumerate(mementos):
        places = ["first"] * (number == 0) + ["last"] * (number == len(mementos) - 1)
        relation = " ".join([*places, "memento"])
        links.append(f'<{base}{up}{address}>; rel="{relation}"; datetime="{_when(day)}"')
    return File(path, (",\n".join(links) + "\n").encode())


def _when(day: date) -> str:
    """The first moment of a day, as HTTP writes dates: never in the language of the machine."""
    return format_datetime(datetime.combine(day, time(), UTC), usegmt=True)
