"""Words and names as plain text: slugs, letters without accents, things counted in English.

Pages count in their own language (see `language`); this is for addresses, reports and comparison.
"""

from __future__ import annotations

import re
import unicodedata


def slug(name: str) -> str:
    """A name as lower-case letters, digits and single hyphens; empty where none are left.

    Accents and apostrophes go: `Café No. 1` is `cafe-no-1`.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def without_accents(text: str) -> str:
    """The text with plain letters in the place of those with accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things in words: `1 service`, `1,751 services`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
