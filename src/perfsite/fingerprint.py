"""Fingerprints: of values, and of the code that works with them, to know that nothing changed."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

_DISTRIBUTIONS: Final = (".dist-info", ".egg-info")


def versions() -> list[str]:
    """Python's version, and the name and version of all that is installed, in one order."""
    names = set[str]()
    for folder in sys.path:
        with suppress(OSError):
            names.update(
                name
                for name in os.listdir(folder or ".")  # noqa: PTH208 - names are what is needed
                if name.endswith(_DISTRIBUTIONS)
            )
    return [sys.version, *sorted(names)]


def fingerprint(value: object) -> str:
    """The SHA-256 of a value: of equal values the same, in every process of one version.

    The value is made of dataclasses, tuples, lists, dicts in one order, texts and numbers. A set
    has no order, so none must be in it.
    """
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    # Equal texts are written alike, whether they are one object or two.
    pickler.fast = True
    pickler.dump(value)
    return hashlib.sha256(buffer.getbuffer()).hexdigest()


@cache
def code_fingerprint() -> str:
    """The SHA-256 of all that decides what is made of an input, besides the input.

    That is every file of perfsite's own code, and the versions of Python and of all libraries that
    are installed beside it.
    """
    digest = hashlib.sha256("\n".join(versions()).encode())
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"\0{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
