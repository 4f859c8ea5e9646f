"""Texts of submissions in several languages, as a note holds them, and the one for a page.

A submission has one column for notes. A site in several languages may write a note in all of them,
in the order of the site's languages, with ` | ` between: `By post too | Aussi par la poste`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BETWEEN: Final = " | "


def in_language(text: str, tag: str, languages: Sequence[str]) -> str:
    """The part of a text in this language; all of it where it has not a part for each language.

    `languages` are the tags of the site's languages in their order, and `tag` is one of them.
    """
    parts = text.split(BETWEEN)
    if len(languages) == 1 or len(parts) != len(languages):
        return text
    return parts[languages.index(tag)].strip()
