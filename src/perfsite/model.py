"""The nouns of the field that every stage shares: values only, no reading, writing or arithmetic.

Observations and KPI figures are many and live in pandas frames; `validate` and `kpi` document the
columns of theirs.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from perfsite.frames import Col
from perfsite.text import SPACES, message, named, outside, outside_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date


MAX_ID_LENGTH = 80
"""So that `<id>.csv-metadata.json` stays below the 100 characters that archives take for a part of
an address, and `editions/<date>/services/<id>/<chart>.svg` below their 180 for a path."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RESERVED = re.compile(r"index|by-.*|con|prn|aux|nul|com\d|lpt\d")


@dataclass(frozen=True)
class Source:
    """A file as it was found: its path relative to the data folder, with `/`, and its bytes."""

    path: str
    data: bytes


@dataclass(frozen=True)
class StoredFile:
    """A file that was written: its path, the SHA-256 of its bytes, and their number."""

    path: str
    digest: str
    size: int


@dataclass(frozen=True)
class File:
    """A file to be written: its path relative to the site, with `/`, and its bytes."""

    path: str
    data: bytes

    @property
    def stored(self) -> StoredFile:
        """What is known of it once it is written."""
        return StoredFile(self.path, hashlib.sha256(self.data).hexdigest(), len(self.data))


@dataclass(frozen=True)
class Edition:
    """What this build publishes: the date printed on it, and the hash of all that it read."""

    date: date
    data_hash: str


class Status(StrEnum):
    """Whether a figure is there, and if not, why not."""

    PROVIDED = "provided"
    OLDER = "older"
    WITHHELD = "withheld"
    NOT_PROVIDED = "not_provided"
    NOT_APPLICABLE = "not_applicable"
    CONFIDENTIAL = "confidential"


class CellForm(StrEnum):
    """What the cells of a column of the register are."""

    ID = "id"
    TEXT = "text"
    ADDRESS = "address"
    PERIOD = "period"
    WORDS = "words"
    """Ids or names of modules, separated by spaces."""


@dataclass(frozen=True)
class RegisterColumn:
    """A column of the register: all that reading, schemas and published files know of it.

    Attributes:
        name: what it is called in files.
        description: what it means, as a message.
        longest: the most characters of a cell; 0 where its form says it.
        form: what a cell is.
        required: whether a cell may not be blank.
    """

    name: str
    description: str
    longest: int
    form: CellForm
    required: bool


def _column(
    description: str,
    longest: int = 0,
    form: CellForm = CellForm.TEXT,
    *,
    required: bool = False,
    name: str = "",
) -> dict[str, RegisterColumn]:
    """What a field of `Service` says of its column; `name` where it is not the field's."""
    return {"column": RegisterColumn(name, description, longest, form, required)}


@dataclass(frozen=True)
class Service:
    """A service of the register. Text that was not given is an empty string.

    A field with a column is one of the register: read, checked, frozen and published by it.

    `modules` are the parts of its page in the order wanted; none means all that have data.
    `translations` are the texts in other languages: by language (`fr`), then by column. A text
    that is not there stands in the language of the register.
    """

    id: str = field(
        metadata=_column(
            message("The permanent id of the service, which its address is made of"),
            form=CellForm.ID,
            required=True,
            name="service",
        )
    )
    name: str = field(metadata=_column(message("What the service is called"), 500, required=True))
    department: str = field(
        metadata=_column(message("The department that answers for it"), 200, required=True)
    )
    department_abbr: str = field(
        default="", metadata=_column(message("The department's short name"), 60)
    )
    agency: str = field(
        default="", metadata=_column(message("The agency or body that runs it"), 200)
    )
    agency_abbr: str = field(default="", metadata=_column(message("The agency's short name"), 60))
    category: str = field(default="", metadata=_column(message("The kind of service"), 200))
    customer_type: str = field(default="", metadata=_column(message("For whom it is"), 200))
    funded_by: str = field(default="", metadata=_column(message("Who pays for it"), 200))
    url: str = field(
        default="", metadata=_column(message("Where people use it"), 2_000, CellForm.ADDRESS)
    )
    description: str = field(default="", metadata=_column(message("What it does"), 5_000))
    cost_notes: str = field(
        default="", metadata=_column(message("What a reader should know about its costs"), 5_000)
    )
    notes: str = field(
        default="",
        metadata=_column(message("What a reader should know about its other figures"), 5_000),
    )
    keywords: str = field(default="", metadata=_column(message("Other words for it"), 1_000))
    aliases: tuple[str, ...] = field(
        default=(),
        metadata=_column(message("Its former ids, separated by spaces"), 2_000, CellForm.WORDS),
    )
    opened: str = field(
        default="", metadata=_column(message("When it opened"), form=CellForm.PERIOD)
    )
    closed: str = field(
        default="", metadata=_column(message("When it closed"), form=CellForm.PERIOD)
    )
    modules: tuple[str, ...] = field(
        default=(),
        metadata=_column(
            message("The parts of its page in the order wanted, separated by spaces"),
            1_000,
            CellForm.WORDS,
        ),
    )
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    @property
    def organisation(self) -> str:
        """The agency, or the department where there is none."""
        return self.agency or self.department

    def in_language(self, tag: str) -> Service:
        """The service with the texts that it has in this language (a BCP 47 tag, `fr-CA`)."""
        words: Mapping[str, Any] = self.translations.get(language_of(tag), {})
        return replace(self, **words) if words else self


REGISTER: Final[dict[str, RegisterColumn]] = {
    column.name: column
    for attribute in fields(Service)
    if "column" in attribute.metadata
    for column in [
        replace(
            attribute.metadata["column"], name=attribute.metadata["column"].name or attribute.name
        )
    ]
}
"""The columns of the register by their names, in the order of `Service`."""
REGISTER_COLUMNS: Final = tuple(REGISTER)

TRANSLATED: Final = tuple(
    column.name for column in REGISTER.values() if column.form in {CellForm.TEXT, CellForm.ADDRESS}
)
"""The columns that the register may have in other languages too, as `name_fr`."""


def register_row(service: Service) -> dict[str, str]:
    """A service as a row of the register: `REGISTER_COLUMNS`, each as text."""
    values = asdict(service) | {"service": service.id}
    values |= {name: " ".join(values[name]) for name in ("aliases", "modules")}
    return {name: values[name] for name in REGISTER_COLUMNS}


def language_of(tag: str) -> str:
    """The language of a BCP 47 tag without its region: `fr` of `fr-CA`."""
    return tag.partition("-")[0].lower()


def translated_columns(languages: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The columns of the register for the languages of a site after its first.

    `languages` are the site's BCP 47 tags, its first one first. The answer has the column and the
    language of each name: `{"name_fr": ("name", "fr")}`.
    """
    first, *others = [language_of(tag) for tag in languages] or [""]
    return {
        f"{column}_{language}": (column, language)
        for language in dict.fromkeys(others)
        if language != first
        for column in TRANSLATED
    }


FIGURE: Final = [Col.SERVICE, Col.PERIOD, Col.MEASURE, Col.CHANNEL]
"""The columns that say which figure an observation is."""
PLACE: Final = [Col.FILE, Col.ROW]
"""The columns that say where an observation stands: a path below the data folder, and its row."""
Key = tuple[str, str, str, str]
"""Whose figure: service, period (its code), measure, channel."""


def why_not_an_id(text: str) -> str:
    """Why this cannot be a service's id; an empty string where it can."""
    if not _ID.fullmatch(text):
        return "lower-case letters, digits and single hyphens between them"
    if len(text) > MAX_ID_LENGTH:
        return f"at most {MAX_ID_LENGTH} characters, because it becomes an address"
    if _RESERVED.fullmatch(text):
        return "another word: this one is reserved for a page of perfsite or by Windows"
    return ""


# The fields that hold somebody's words: how long each may be, and what it may not begin with.
#
# One table for all files and settings, by the name of the column or entry. Ids, periods, values
# and codes have forms of their own, which are checked where they are read.


LONGEST: Final = {
    **{column.name: column.longest for column in REGISTER.values() if column.longest},
    "note": 2_000,
    "reason": 2_000,
    "title": 200,
    "publisher": 200,
    "logo": 200,
    "contact": 300,
    "contact_url": 2_000,
    "status": 500,
    "update_schedule": 1_000,
    "end_plan": 2_000,
    "licence": 300,
    "licence_url": 2_000,
    "base_url": 2_000,
    "strengths": 2_000,
    "caveats": 2_000,
}
"""The most characters of each field of words, whichever file it stands in."""
LONGEST_OTHER: Final = 500
"""The most characters of an entry of perfsite.toml that is not named, and of its name."""
PUBLISHED: Final = frozenset(
    {"note", "reason", *(column.name for column in REGISTER.values() if column.longest)}
)
"""The fields whose words stand in published CSV files."""
_INVISIBLE: Final = re.compile(
    "[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2060-\\u2065"
    "\\u3164\\ufe00-\\ufe0f\\uffa0\\U000e0080-\\U000e0fff]"
)
"""What may stand in a text and is not seen; in the name of a column it hides which one is meant."""
_NUMBER: Final = r"[-\u2212]?[0-9.,]*[ \xa0]?%?"
_BEGINS: Final = re.compile(
    # A hyphen begins a formula if more than a number, or signs, follows.
    r"[=+@\uff1d\uff0b\uff20]|[-\uff0d](?!" + _NUMBER + r"[\s-]*\Z)(?=[^\w(]*[\w(])"
)
_CALL: Final = r"(?:[^\W\d_]\((?![a-z]{1,3}\))|\||!\$?[A-Za-z]{1,3}\$?\d)"
"""What calls something in a formula, or names it elsewhere; "form(s)" and "5(2)" are words."""
_POINT: Final = re.compile(
    # "- The volume (by post) ...": words beside each other are no formula. What calls or names
    # something else is: "- HYPERLINK(...", "- cmd|...", "- Sheet1!A1".
    r"[-\uff0d][ \xa0]+[^\W\d_]+,?[ \xa0]+[^\W\d_](?![^\x00]*(?:[=\\]|" + _CALL + "))"
)
"""The point of a list, which begins with a hyphen as formulas do."""
_INSIDE: Final = re.compile(
    # In other countries a cell begins behind a semicolon, and a line wherever one ends. A list of
    # points, "; - the first", is more often meant than a formula, unless that calls something.
    r"[;\t\r\n][ \"']*(?:[=@\uff1d\uff20]"
    r"|[-+\uff0d\uff0b](?:\(|(?=[^;\t\r\n]*" + _CALL + ")))"
)


def is_run(text: str) -> bool:
    """Whether a spreadsheet that opens a CSV file would run this as a formula, or a part of it."""
    cell = text.lstrip(SPACES)
    begins = _BEGINS.match(cell) and not _POINT.match(cell)
    return bool(begins or _INSIDE.search(cell))


def longest(name: str) -> int:
    """The most characters of a field by its name, which may end in a language (`name_fr`)."""
    return LONGEST.get(name) or LONGEST.get(name.rpartition("_")[0], 0)


def is_published(name: str) -> bool:
    """Whether the words of a field, in whichever language, stand in published CSV files."""
    return name in PUBLISHED or name.rpartition("_")[0] in PUBLISHED


def is_faulty_path(path: str) -> bool:
    """Whether a file or a sheet of this name cannot be read, for the name stands in CSV files."""
    return bool(outside_name(path)) or is_run(path)


def path_fault(path: str) -> str:
    """What is wrong with such a name."""
    character = outside_name(path)
    return named(character) if character else "a name that a spreadsheet would run as a formula"


def name_fault(text: str) -> str:
    """What is wrong with the name of a column, which has no characters that nobody sees at all."""
    character = outside(text) or (_INVISIBLE.search(text) or [""])[0]
    return named(character) if character else ""


def text_fault(text: str) -> str:
    """The character of a text that is outside the alphabet, by its name; empty if there is none."""
    character = outside(text)
    return named(character) if character else ""


# The type that a web server should give for each file of a site (see docs/archive.md).


HTML: Final = "text/html"
HTML_TYPE: Final = f"{HTML}; charset=utf-8"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".gif": "image/gif",
    ".html": HTML_TYPE,
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".link": "application/link-format",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
_FEED: Final = "feed.xml"


def media_type(path: str) -> str:
    """The value of the header Content-Type for the file at `path`."""
    name = path.rpartition("/")[2]
    if name == _FEED:
        return "application/atom+xml"
    return _TYPES.get(f".{name.rpartition('.')[2]}", "application/octet-stream")


def bare_type(value: str) -> str:
    """A type without its parameters, as indexes have it."""
    return value.partition(";")[0].strip()
