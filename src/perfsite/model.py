"""The nouns of the field that every stage shares: values only, no reading, writing or arithmetic.

Observations and KPI figures are many and live in pandas frames; `validate` and `kpi` document the
columns of theirs.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from perfsite.messages import message

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
class File:
    """A file to be written: its path relative to the site, with `/`, and its bytes."""

    path: str
    data: bytes


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
    for one in fields(Service)
    if "column" in one.metadata
    for column in [replace(one.metadata["column"], name=one.metadata["column"].name or one.name)]
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


FIGURE: Final = ["service", "period", "measure", "channel"]
"""The columns that say which figure an observation is."""
Key = tuple[str, str, str, str]
"""Whose figure: service, period (its code), measure, channel."""


def place_of(source: str) -> tuple[str, int]:
    """File and row of the `source` of an observation, which is `file:row`."""
    file, _, row = source.rpartition(":")
    return file, int(row)


def why_not_an_id(text: str) -> str:
    """Why this cannot be a service's id; an empty string where it can."""
    if not _ID.fullmatch(text):
        return "lower-case letters, digits and single hyphens between them"
    if len(text) > MAX_ID_LENGTH:
        return f"at most {MAX_ID_LENGTH} characters, because it becomes an address"
    if _RESERVED.fullmatch(text):
        return "another word: this one is reserved for a page of perfsite or by Windows"
    return ""
