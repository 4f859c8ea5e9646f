"""Keeping drawings: what has been drawn before need not be drawn again."""

from __future__ import annotations

import hashlib
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.pictures import Job
    from perfsite.tokens import ChartStyle

_LIBRARIES: Final = ("altair", "vl-convert-python")
_MODULES: Final = ("cards.py", "draw.py", "fonts.conf", "specs.py")
"""What decides how a job looks once it is drawn."""


class Store(Protocol):
    """Keeps drawings under their keys, from one build to the next."""

    def get(self, key: str) -> bytes | None:
        """The drawing of this key, or None if it is not kept."""

    def put(self, key: str, data: bytes) -> None:
        """Keep a drawing."""


class NoStore:
    """Keeps nothing."""

    def get(self, key: str) -> bytes | None:  # noqa: ARG002 - that of the protocol
        """None: it is not kept."""
        return None

    def put(self, key: str, data: bytes) -> None:
        """Nothing is done."""


def drawing_keys(jobs: Sequence[Job], style: ChartStyle) -> list[str]:
    """The key of each job's drawing: the same if, and only if, it would be the same bytes.

    It is made of the job (but not of its path, which is not in the picture), the style, the
    libraries that draw, in their versions, and our own code that does.
    """
    folder = resources.files("perfsite.charts")
    parts = [
        style.model_dump_json(),
        *(version(name) for name in _LIBRARIES),
        *(folder.joinpath(name).read_text(encoding="utf-8") for name in _MODULES),
    ]
    common = hashlib.sha256("\0".join(parts).encode())
    return [_key(common.copy(), job) for job in jobs]


def _key(start: hashlib._Hash, job: Job) -> str:
    fields = {name: value for name, value in vars(job).items() if name != "path"}
    start.update(f"{type(job).__name__}{fields!r}".encode())
    return start.hexdigest()
