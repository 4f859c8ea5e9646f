"""The marks of text that is translated where it is used, not where it stands."""

from __future__ import annotations


def message(text: str) -> str:
    """The text itself; the mark lets the catalogues of languages find it.

    Tables of constants use it. Whoever shows the text says it in the language of the page
    (`Language.say`).
    """
    return text


def plural_message(one: str, many: str) -> tuple[str, str]:
    """Two texts for one and for many, marked as `message` marks one (`Language.plural`)."""
    return one, many
