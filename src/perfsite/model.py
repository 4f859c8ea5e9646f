"""The nouns of the field that every stage shares: values only, no reading, writing or arithmetic.

Observations and KPI figures are many and live in pandas frames; `validate` and `kpi` document the
columns of theirs.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

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


@dataclass(frozen=True)
class Service:
    """A service of the register. Text that was not given is an empty string.

    `modules` are the parts of its page in the order wanted; none means all that have data.
    `translations` are the texts in other languages: by language (`fr`), then by column. A text
    that is not there stands in the language of the register.
    """

    id: str
    name: str
    department: str
    department_abbr: str = ""
    agency: str = ""
    agency_abbr: str = ""
    category: str = ""
    customer_type: str = ""
    funded_by: str = ""
    url: str = ""
    description: str = ""
    cost_notes: str = ""
    notes: str = ""
    keywords: str = ""
    aliases: tuple[str, ...] = ()
    opened: str = ""
    closed: str = ""
    modules: tuple[str, ...] = ()
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    @property
    def organisation(self) -> str:
        """The agency, or the department where there is none."""
        return self.agency or self.department

    def in_language(self, tag: str) -> Service:
        """The service with the texts that it has in this language (a BCP 47 tag, `fr-CA`)."""
        words: Mapping[str, Any] = self.translations.get(language_of(tag), {})
        return replace(self, **words) if words else self


REGISTER_COLUMNS: Final = (
    "service",
    *(one.name for one in fields(Service) if one.name not in ("id", "translations")),
)
"""The columns of the register, in the order of `Service`, whose id is the column `service`."""

TRANSLATED: Final = tuple(
    name
    for name in REGISTER_COLUMNS
    if name not in ("service", "aliases", "opened", "closed", "modules")
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
