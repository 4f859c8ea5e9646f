"""The nouns of the field that every stage shares: values only, no reading, writing or arithmetic.

Observations and KPI figures are many and live in pandas frames; `validate` and `kpi` document the
columns of theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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

    @property
    def organisation(self) -> str:
        """The agency, or the department where there is none."""
        return self.agency or self.department


REGISTER_COLUMNS: Final = (
    "service",
    *(field.name for field in fields(Service) if field.name != "id"),
)
"""The columns of the register, in the order of `Service`, whose id is the column `service`."""


def why_not_an_id(text: str) -> str:
    """Why this cannot be a service's id; an empty string where it can."""
    if not _ID.fullmatch(text):
        return "lower-case letters, digits and single hyphens between them"
    if len(text) > MAX_ID_LENGTH:
        return f"at most {MAX_ID_LENGTH} characters, because it becomes an address"
    if _RESERVED.fullmatch(text):
        return "another word: this one is reserved for a page of perfsite or by Windows"
    return ""
