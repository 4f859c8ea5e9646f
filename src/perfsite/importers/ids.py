"""Ids of services, made of what other people call them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

from perfsite.model import MAX_ID_LENGTH

_HASH_LENGTH: Final = 8


def id_of(name: str) -> str:
    """A name as an id: lower-case letters and digits, hyphens for the rest; empty if none are left.

    Accents go: `Café No. 1` is `cafe-no-1`. Too long an id is shortened (see `short_id`).
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return short_id(re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-"))


def short_id(slug: str) -> str:
    """The slug itself, or as many whole words of it as fit beside a hash of all of it."""
    if len(slug) <= MAX_ID_LENGTH:
        return slug
    room = MAX_ID_LENGTH - _HASH_LENGTH - 1
    # One character more is looked at: a hyphen there means that the word before it fits.
    words = slug[: room + 1].rpartition("-")[0] or slug[:room]
    return f"{words}-{hashlib.sha256(slug.encode()).hexdigest()[:_HASH_LENGTH]}"
