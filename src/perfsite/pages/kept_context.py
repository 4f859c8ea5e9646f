"""The dataclasses of the pages about what is kept: editions, changes, and what is gone.

They are as those in `context`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfsite.pages.context import Context

if TYPE_CHECKING:
    from perfsite.components.elements import Link, Outside, Table


@dataclass(frozen=True)
class GonePage(Context):
    """What stands at the address of a service or a group that the register does not have any more.

    `successors` are the departments that have the services of a group now, `members` those
    services; `table` has the last figures of a service, None where there are none.
    """

    template = "pages/gone.html"
    name: str
    lead: str
    facts: tuple[tuple[str, str, str], ...]
    successors: tuple[Link, ...]
    members: tuple[Link, ...]
    table: Table | None


@dataclass(frozen=True)
class ChangesPage(Context):
    """changes/index.html: every revision and correction, edition by edition.

    `pending` are the tables of what has changed since the newest edition.
    """

    template = "pages/changes.html"
    lead: str
    words: tuple[tuple[str, str], ...]
    steps: Table | None
    pending: tuple[Table, ...]
    csv: str
    addresses: str


@dataclass(frozen=True)
class AddressesPage(Context):
    """changes/addresses.html: the addresses that the site had, and where each went."""

    template = "pages/addresses.html"
    lead: str
    items: tuple[tuple[str, str, Link], ...]


@dataclass(frozen=True)
class EditionsPage(Context):
    """editions/index.html: the editions that are kept."""

    template = "pages/editions.html"
    lead: str
    table: Table | None
    timemap: str


@dataclass(frozen=True)
class EditionPage(Context):
    """editions/<date>/index.html: what an edition held, and how it differs from the one before.

    `files` have an address, a size and a SHA-256 hash each; `package` is where its archive package
    lies, with the hash of that, or nothing.
    """

    template = "pages/edition.html"
    day: str
    date: str
    lead: str
    notices: tuple[str, ...]
    held: tuple[tuple[str, str, str], ...]
    before: Link | None
    after: Link | None
    summary: tuple[str, ...]
    tables: tuple[Table, ...]
    files: tuple[tuple[Link, str, str], ...]
    package: Outside | None
    package_hash: str
    seal: str
    timemap: str
