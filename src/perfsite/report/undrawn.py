"""Which pictures could not be drawn, in words for whoever runs the build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.charts.draw import Undrawn
    from perfsite.model import Service

_SHOWN: Final = 5


def undrawn_words(undrawn: Sequence[Undrawn], services: Mapping[str, Service]) -> str:
    """A sentence that names the pictures, their services and the reasons; the first few of many."""
    found = [f"{_named(one.path, services)}: {one.failure.reason}" for one in undrawn[:_SHOWN]]
    more = f"; and {len(undrawn) - _SHOWN} more" if len(undrawn) > _SHOWN else ""
    number = f"{len(undrawn)} pictures" if len(undrawn) > 1 else "1 picture"
    return (
        f"{number} could not be drawn, and the pages say so in their place: "
        f"{'; '.join(found)}{more}"
    )


def _named(path: str, services: Mapping[str, Service]) -> str:
    """A path and the service whose picture it is, if it is one's."""
    folder = path.rpartition("/")[0]
    key = folder.rpartition("/")[2]
    if "services/" in folder and key in services:
        return f"{path} (service {key}, {services[key].name})"
    return path
