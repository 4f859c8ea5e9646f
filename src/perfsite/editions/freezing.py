"""The files of a new edition: what differs from the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.decimals import csv_text
from perfsite.editions.manifest import (
    CONFIGURATION,
    FOLDER,
    Manifest,
    TableHashes,
    edition_path,
    hashed,
    manifest_text,
)
from perfsite.editions.tables import applied, differing, in_order
from perfsite.errors import UsageError
from perfsite.model import File

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from perfsite.editions.reading import EditionFigures
    from perfsite.editions.tables import Content

_ATTRIBUTES: Final = File(f"{FOLDER}/.gitattributes", b"* -text\n")
"""Git must not change the line ends of what stands under its hash."""


def freeze(
    content: Content,
    config_text: str,
    day: date,
    versions: Mapping[str, str],
    before: EditionFigures | None,
) -> list[File]:
    """The files of an edition, by their paths below the data folder, its manifest last.

    `before` is the edition that it follows, None for the first.

    Raises:
        UsageError: if the edition before is not older.
    """
    if before and before.date >= day:
        raise UsageError(
            f"the edition of {before.date} is frozen, and editions follow each other: freeze a "
            "later date"
        )
    files = [_ATTRIBUTES]
    tables = {}
    for kind, table in content.tables():
        now = in_order(table.astype(object), kind)
        earlier = before.whole(kind) if before else None
        changes = differing(earlier.frame if earlier else now.iloc[:0], now, kind)
        # What was put together is kept: a row that only moved in its file stays as it was.
        whole = applied(earlier, changes, kind)
        text = _changes_text(changes)
        files.append(File(edition_path(day, f"{kind.name}.csv"), text.encode()))
        digest = hashed(whole.text(day))
        tables[kind.name] = TableHashes(hashed(text), len(changes), digest, len(whole.frame))
    configuration = hashed(config_text)
    if before is None or before.configuration != config_text:
        files.append(File(edition_path(day, CONFIGURATION), config_text.encode()))
    manifest = Manifest(
        date=day,
        versions=dict(versions),
        previous=before.date.isoformat() if before else "",
        previous_hash=before.hash if before else "",
        configuration=configuration,
        tables=tables,
    )
    return [*files, File(edition_path(day), manifest_text(manifest)[0].encode())]


def _changes_text(changes: pd.DataFrame) -> str:
    return csv_text([tuple(changes.columns), *changes.itertuples(index=False, name=None)])
