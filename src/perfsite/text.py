"""Text as plain values: which letters may come in, how long a field may be, how it stands.

Words that people wrote are held to an alphabet and a length, set apart where their direction would
move what stands beside them, and compared without accents. Text that the tool itself says is marked
here for translators and said by a `language`.
"""

from __future__ import annotations

import re
import unicodedata
from string import Formatter
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

# The alphabet of texts that come in, and how what is outside it is named and shown.
#
# Allowed is every character of XML 1.0 but those that no reader sees and every reader's page
# obeys: control characters, overrides and isolates of the direction, separators of lines and
# paragraphs, tags, non-characters and half characters. The rule is made of numbers and asks no
# table of Unicode, so that it is the same in every version of Python. Decision 033 says what is
# allowed and why.
#
# How long a text may be is in `model`; how one is set apart in a sentence stands below.


SPACES: Final = (
    " \t\r\n\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
)
"""What is dropped around a value. `str.strip` would drop control characters, too, unsaid."""
_OUTSIDE: Final = re.compile(
    "["
    "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f"
    "\\u2028-\\u202e\\u2066-\\u206f"
    "\\ud800-\\udfff"
    "\\ufdd0-\\ufdef\\ufeff\\ufff9-\\ufffb"
    "\\U000e0000-\\U000e007f"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
    + "]"
)
"""C0 but for tab and ends of lines, DEL and C1; separators, embeddings and overrides, isolates and
what Unicode has given up; surrogates; non-characters; byte order marks; annotations; tags."""
_BREAKS: Final = re.compile("[\t\r\n]")
_NAMED: Final = {
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
    "\x00": "NULL",
    "\x1b": "ESCAPE",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
}
"""Control characters have no names of Unicode's own; those that people may know."""


def outside(text: str) -> str:
    """The first character of a text that is outside the alphabet; empty where there is none."""
    if text.isascii() and text.isprintable():
        return ""
    match = _OUTSIDE.search(text)
    return match[0] if match else ""


def outside_name(text: str) -> str:
    """The same for the name of a file or a sheet, which has no tabs and no ends of lines either."""
    match = _BREAKS.search(text)
    return outside(text) or (match[0] if match else "")


def named(character: str) -> str:
    """A character by its code point and its name: `U+202E (RIGHT-TO-LEFT OVERRIDE)`."""
    point = f"U+{ord(character):04X}"
    return f"{point} ({unicodedata.name(character, '') or _kind(character)})"


def _kind(character: str) -> str:
    """What a character is that has no name."""
    if character in _NAMED:
        return _NAMED[character]
    category = unicodedata.category(character)
    return {"Cc": "a control character", "Cs": "half a character"}.get(category, "no character")


def shown(text: str) -> str:
    """The text with what is outside the alphabet by its code point, as `<U+202E>`.

    So it can be printed, and put on a page or into a file, whatever it was.
    """
    if text.isascii() and text.isprintable():
        return text
    return _OUTSIDE.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


# Texts of others set apart in sentences, so that their direction moves nothing beside them.
#
# A Hebrew or Arabic name turns the order of what stands next to it: a count behind it would move
# to its other side. So a text with letters that run from right to left stands between two
# characters of Unicode wherever it enters a sentence, FSI and PDI (`isolated`); on pages these
# become `<bdi>` (`marked`). They come from here alone, for nothing that comes in may hold them
# (see above).
#
# A text without such letters is left as it is.


FIRST_STRONG: Final = "\u2068"
POP: Final = "\u2069"
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefe"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""The blocks that Unicode keeps for scripts from right to left, with what is not assigned yet."""
_ISOLATE: Final = re.compile(f"{FIRST_STRONG}([^{FIRST_STRONG}{POP}]*){POP}")
"""An innermost text that is set apart: replacing goes on until none is left."""
_LEFT_OVER: Final = re.compile(f"[{FIRST_STRONG}{POP}]")
_LINE_BREAKS: Final = re.compile(r"[\t\r\n]+")
_PIECES: Final = re.compile(
    r"(<(?:title|script|style|textarea|option)\b.*?</(?:title|script|style|textarea|option)>"
    r"|<!--.*?-->|<[^<>]*>)",
    re.DOTALL | re.IGNORECASE,
)
"""What holds no elements of its own: texts of the head, scripts, and tags with their attributes."""
_ATTRIBUTE: Final = re.compile(r'([\w:-]+)="([^"]*)"')
_WORDS: Final = frozenset(("content", "title", "alt", "aria-label", "abbr", "data-label", "label"))
"""The attributes that are read to people; in the others stand addresses and ids."""

T = TypeVar("T")


class Dated(str):
    """A text that knows which days it names, so that pages can put these into `<time>`.

    It is a text like any other; what is made of it otherwise than by `filled` and `joined` does
    not know its days any more.

    Attributes:
        pieces: the text in pieces, each with the day that it is, or None.
    """

    __slots__ = ("pieces",)
    pieces: tuple[tuple[str, date | None], ...]

    @classmethod
    def of(cls, pieces: Iterable[tuple[str, date | None]]) -> Dated:
        """The text that these pieces are."""
        nonempty = tuple((text, day) for text, day in pieces if text)
        dated = cls("".join(text for text, _ in nonempty))
        dated.pieces = nonempty
        return dated

    def removesuffix(self, suffix: str, /) -> str:
        """The text without this end, if that is no part of a day."""
        *before, (last, day) = self.pieces
        shorter = last.removesuffix(suffix)
        return self if day or shorter == last else Dated.of([*before, (shorter, None)])


def joined(separator: str, texts: Iterable[str]) -> str:
    """Texts one after the other, as `str.join`; the days that they name stay known."""
    parts = list(texts)
    if not any(isinstance(part, Dated) for part in parts):
        return separator.join(parts)
    pieces: list[tuple[str, date | None]] = []
    for part in parts:
        pieces += [(separator, None), *(part.pieces if isinstance(part, Dated) else [(part, None)])]
    return Dated.of(pieces[1:])


def capital(text: str) -> str:
    """The text with its first letter a capital."""
    if isinstance(text, Dated):
        (first, day), *others = text.pieces
        return Dated.of([(capital(first), day), *others])
    return text[:1].upper() + text[1:]


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with `{name}` filled in, as `str.format`; the days that values name stay known."""
    if not any(isinstance(value, Dated) for value in values.values()):
        return text.format(**values)
    parts: list[str] = []
    for words, name, form, _ in Formatter().parse(text):
        parts.append(words)
        if name is not None:
            value = values[name]
            parts.append(value if isinstance(value, Dated) else format(value, form or ""))
    return joined("", parts)


def isolated(value: T) -> T | str:
    """A text with letters from right to left between FSI and PDI; anything else as it is.

    What is set apart already is not set apart again. An end of a line, which would end it, becomes
    a space.
    """
    if not isinstance(value, str) or value.isascii() or not _RIGHT_TO_LEFT.search(value):
        return value
    if hasattr(value, "__html__") or not _RIGHT_TO_LEFT.search(_without_isolates(value)):
        return value
    if isinstance(value, Dated):
        inside = [(_LINE_BREAKS.sub(" ", text), day) for text, day in value.pieces]
        return Dated.of([(FIRST_STRONG, None), *inside, (POP, None)])
    return f"{FIRST_STRONG}{_LINE_BREAKS.sub(' ', value)}{POP}"


def _without_isolates(text: str) -> str:
    while FIRST_STRONG in text and (replaced := _ISOLATE.subn("", text))[1]:
        text = replaced[0]
    return text


def balanced(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines of one text, each of which begins and ends what goes on over its end."""
    if not any(FIRST_STRONG in line or POP in line for line in lines):
        return lines
    whole, depth = [], 0
    for line in lines:
        start = FIRST_STRONG * depth
        depth = max(0, depth + line.count(FIRST_STRONG) - line.count(POP))
        whole.append(f"{start}{line}{POP * depth}")
    return tuple(whole)


def plain(text: str) -> str:
    """The text without the two characters."""
    return _LEFT_OVER.sub("", text) if FIRST_STRONG in text or POP in text else text


def marked(html: str) -> str:
    """HTML with `<bdi>` where FSI and PDI stood around a text.

    They stay in attributes that are read to people, in titles and in scripts, where there are no
    elements; and go from all other attributes, which hold addresses and ids. One without the other,
    which a text that was cut may have, goes, too.
    """
    if FIRST_STRONG not in html and POP not in html:
        return html
    pieces = _PIECES.split(html)
    pieces[::2] = map(elements, pieces[::2])
    pieces[1::2] = [_tag(piece) if piece[-2:] != "--" else piece for piece in pieces[1::2]]
    return "".join(pieces)


def elements(text: str) -> str:
    """The text of HTML, without tags, with elements in the place of the two characters."""
    while FIRST_STRONG in text and (replaced := _ISOLATE.subn(r"<bdi>\1</bdi>", text))[1]:
        text = replaced[0]
    return plain(text)


def _tag(piece: str) -> str:
    """A tag, or an element that has no others in it."""
    if not _LEFT_OVER.search(piece) or piece.lower().startswith(("<title", "<script", "<!--")):
        return piece
    return _ATTRIBUTE.sub(
        lambda match: match[0] if match[1] in _WORDS else f'{match[1]}="{plain(match[2])}"', piece
    )


# Words and names as plain text: slugs, letters without accents, things counted in English.
#
# Pages count in their own language (see `language`); this is for addresses, reports and
# comparison.


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


def counted(number: int, singular: str, many: str = "") -> str:
    """A number of things in words: `1 service`, `1,751 services`."""
    return f"{number:,} {singular if number == 1 else many or singular + 's'}"


# The marks of text that is translated where it is used, not where it stands.


def message(text: str) -> str:
    """The text itself; the mark lets the catalogues of languages find it.

    Tables of constants use it. Whoever shows the text says it in the language of the page
    (`Language.say`).
    """
    return text


def plural_message(singular: str, many: str) -> tuple[str, str]:
    """Two texts for one and for many, marked as `message` marks one (`Language.plural`)."""
    return singular, many
