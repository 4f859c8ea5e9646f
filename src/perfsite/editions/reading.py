"""Editions as they were frozen: read, checked, put together, and turned into frames again."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.editions.manifest import (
    CONFIGURATION,
    Manifest,
    altered,
    edition_path,
    hashed,
    read_manifest,
)
from perfsite.editions.tables import (
    ADDRESSES,
    FIGURES,
    KINDS,
    KPIS,
    OBSERVATIONS,
    SERVICES,
    applied,
    read_table,
)
from perfsite.errors import BuildError
from perfsite.model import REGISTER_COLUMNS, Service
from perfsite.periods import Period
from perfsite.validate.values import PUBLISHED_MARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from perfsite.editions.tables import Kind, Whole
    from perfsite.model import Source

FRAME: Final = (
    "service", "period", "unit", "first", "count", "measure", "channel",
    "value", "status", "marks", "note", "source", "flagged",
)  # fmt: skip
"""The columns of an edition's observations: those that `check_consistency` gives."""
_FLAGGED: Final = "part_above_whole"
"""The word of a published status that says what `flagged` says."""


@dataclass(frozen=True, eq=False)
class EditionFigures:
    """What an edition published. Tables are put together when they are asked for.

    `changes` are the tables of what differs from the edition `before`, by their names.
    """

    manifest: Manifest
    changes: Mapping[str, pd.DataFrame]
    configuration: str
    before: EditionFigures | None = None
    _whole: dict[str, Whole] = field(default_factory=dict, repr=False)

    @property
    def date(self) -> date:
        """The date of the edition."""
        return self.manifest.date

    @property
    def hash(self) -> str:
        """The seal of the edition, which holds those of all before it."""
        return self.manifest.seal

    def whole(self, kind: Kind) -> Whole | None:
        """A whole table, in the order of its key; None where no edition has it yet."""
        if kind.name not in self._whole:
            earlier = self.before.whole(kind) if self.before else None
            changes = self.changes.get(kind.name)
            if changes is None:
                return earlier
            self._whole[kind.name] = applied(earlier, changes, kind)
        return self._whole[kind.name]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The figures as text, with the columns of data/observations.csv."""
        whole = self.whole(FIGURES)
        return whole.frame if whole else pd.DataFrame(columns=list(OBSERVATIONS))

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """The KPIs as text, with the columns of data/kpis.csv."""
        whole = self.whole(KPIS)
        return whole.frame if whole else pd.DataFrame()

    @cached_property
    def register(self) -> pd.DataFrame:
        """The register as text, a row for each service."""
        whole = self.whole(SERVICES)
        return whole.frame if whole else pd.DataFrame(columns=list(REGISTER_COLUMNS))

    @cached_property
    def services(self) -> dict[str, Service]:
        """The register, in the order of the ids."""
        rows = self.register.to_dict("records")
        return {row["service"]: _service({str(k): v for k, v in row.items()}) for row in rows}

    @cached_property
    def observations(self) -> pd.DataFrame:
        """The figures with the columns of `FRAME`."""
        return _frame(self.rows)

    @cached_property
    def addresses(self) -> frozenset[str] | None:
        """The addresses of the site of this edition; None where they were not recorded."""
        if ADDRESSES.name not in self.changes:
            return None
        whole = self.whole(ADDRESSES)
        return frozenset(whole.frame["path"]) if whole else frozenset()


def read_edition(
    manifest: Source, read: Callable[[str], bytes], before: EditionFigures | None
) -> EditionFigures:
    """An edition as it was frozen, after the one that it follows; every byte of it is checked.

    `read` gives the bytes of a file by its path below the data folder.

    Raises:
        BuildError: naming the file that was altered, or that this version cannot read.
    """
    content = read_manifest(manifest)
    expected = (before.date.isoformat(), before.hash) if before else ("", "")
    if (content.previous, content.previous_hash) != expected:
        raise BuildError(
            f"{manifest.path} follows the edition of {content.previous or 'no date'}, and before "
            f"it stands {expected[0] or 'none'}: an edition is missing, or one was put in between; "
            "restore the folder from a copy"
        )

    def checked(name: str, digest: str) -> str:
        path = edition_path(content.date, name)
        data = read(path)
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise altered(path) from error
        if hashed(text) != digest:
            raise altered(path)
        return text

    changes = {
        kind.name: read_table(checked(f"{kind.name}.csv", content.tables[kind.name].changes))
        for kind in KINDS
        if kind.name in content.tables
    }
    if before and before.manifest.configuration == content.configuration:
        configuration = before.configuration
    else:
        configuration = checked(CONFIGURATION, content.configuration)
    return EditionFigures(content, changes, configuration, before)


def _service(row: dict[str, str]) -> Service:
    fields = {name: row[name] for name in REGISTER_COLUMNS}
    translations: dict[str, dict[str, str]] = {}
    for name in row.keys() - fields.keys():
        column, _, language = name.rpartition("_")
        if row[name]:
            translations.setdefault(language, {})[column] = row[name]
    return Service(
        id=fields.pop("service"),
        aliases=tuple(fields.pop("aliases").split()),
        modules=tuple(fields.pop("modules").split()),
        translations=translations,
        **fields,
    )


def _frame(table: pd.DataFrame) -> pd.DataFrame:
    """Observations with the columns of `FRAME` from text with those of `OBSERVATIONS`."""
    periods = {code: Period.parse(code) for code in table["period"].unique()}
    letters = {word: letter for letter, word in PUBLISHED_MARKS.items()}
    statuses = {text: text.split() for text in table["status"].unique()}
    marks = {
        text: "".join(letters[word] for word in words if word in letters)
        for text, words in statuses.items()
    }
    flagged = {text: _FLAGGED in words for text, words in statuses.items()}
    frame = table.assign(
        unit=table["period"].map({code: str(one.unit) for code, one in periods.items()}),
        first=table["period"].map({code: one.first for code, one in periods.items()}),
        count=table["period"].map({code: one.count for code, one in periods.items()}),
        value=pd.to_numeric(table["value"].where(table["value"] != "")),
        status=table["status"].map({text: words[0] for text, words in statuses.items()}),
        marks=table["status"].map(marks),
        flagged=table["status"].map(flagged),
    )
    kinds = {"unit": "object", "first": "int64", "count": "int64", "value": "float64"}
    return frame.astype({**kinds, "marks": "object", "flagged": "bool"})[list(FRAME)]
