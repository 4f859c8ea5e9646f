"""Short spellings of a service's secrets in its own pages and charts, beside their period.

A number such as 12 or 847k says nothing alone. In a row of a table that is for the period of a
secret, a cell with just its spelling says the figure; so does a sentence that names the period,
where the spelling has three significant digits or more.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from perfsite.leaks.numbers import IN_SENTENCES, significant, token_of
from perfsite.leaks.texts import Scanned, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from perfsite.leaks.numbers import Secret

_TAG: Final = re.compile(r"<[^<>]*>")
_TITLES: Final = re.compile(r"title=\"([^\"]*)\"")
_EDGES: Final = re.compile(r"[<>\"\n]")
_REACH: Final = 500


def find_near_period(scanned: Scanned, secrets: Iterable[Secret]) -> Iterator[tuple[Secret, str]]:
    """The secrets of a service that one of its files says together with their period."""
    if not scanned.path.endswith((".html", ".svg")):
        return
    rows: dict[int, set[str]] = {}
    for secret in secrets:
        forms = {form for form in secret.forms if token_of(form) in scanned.runs}
        if not forms:
            continue
        if any(forms & row for row in _rows_for(scanned.text, secret.periods, rows)):
            yield secret, "a row with its period"
        elif any(_says(scanned.text, form, secret.phrases) for form in forms):
            yield secret, "a sentence with its period"


def _rows_for(text: str, periods: Iterable[str], rows: dict[int, set[str]]) -> Iterator[set[str]]:
    """What the cells say of the rows that are for a period; `rows` keeps what was read before."""
    for words in periods:
        place = text.find(words)
        while place >= 0:
            start, end = text.rfind("<tr", 0, place), text.find("</tr>", place)
            if start >= 0 and text.find("</tr>", start) == end:
                if start not in rows:
                    rows[start] = _pieces(text[start:end])
                if words in rows[start]:
                    yield rows[start] - {words}
            place = text.find(words, end if start >= 0 and end >= 0 else place + 1)


def _pieces(row: str) -> set[str]:
    """What stands between the tags of a row, each piece by itself, and in its titles."""
    return {unescape(one).strip() for one in (*_TAG.split(row), *_TITLES.findall(row))}


def _says(text: str, form: str, phrases: Iterable[str]) -> bool:
    """Whether a sentence, a title or a label says a spelling and names a period."""
    if significant(token_of(form)) < IN_SENTENCES:
        return False
    for place in places(text, form):
        around = text[max(0, place - _REACH) : place]
        before = _EDGES.split(around)[-1]
        after = _EDGES.split(text[place + len(form) : place + len(form) + _REACH], maxsplit=1)[0]
        if after.startswith("%") or (before and before[-1] in "£$€-"):
            continue
        if any(_names(part, phrase) for phrase in phrases for part in (before, after)):
            return True
    return False


def _names(text: str, phrase: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w/-])", text) is not None
