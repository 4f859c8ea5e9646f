"""Ids of services, made of what other people call them."""

from __future__ import annotations

import hashlib
from typing import Final

from perfsite.model import MAX_ID_LENGTH
from perfsite.text import slug

_HASH_LENGTH: Final = 8


def id_of(name: str) -> str:
    """A name as an id: lower-case letters and digits, hyphens for the rest; empty if none are left.

    Accents go: `Café No. 1` is `cafe-no-1`. Too long an id is shortened (see `short_id`).
    """
    return short_id(slug(name))


def short_id(full: str) -> str:
    """The id itself, or as many whole words of it as fit beside a hash of all of it."""
    if len(full) <= MAX_ID_LENGTH:
        return full
    room = MAX_ID_LENGTH - _HASH_LENGTH - 1
    # One character more is looked at: a hyphen there means that the word before it fits.
    words = full[: room + 1].rpartition("-")[0] or full[:room]
    return f"{words}-{hashlib.sha256(full.encode()).hexdigest()[:_HASH_LENGTH]}"
