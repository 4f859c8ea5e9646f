"""`edition.json`: what an edition is made of, sealed with its own hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from perfsite.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.model import Source

FOLDER: Final = "editions"
MANIFEST: Final = "edition.json"
CONFIGURATION: Final = "perfsite.toml"
_FORMAT: Final = 2
_SEAL: Final = "sha256"


@dataclass(frozen=True)
class TableHashes:
    """A table of an edition: the hash of its file of changes and of the whole, and their rows."""

    changes: str
    changed: int
    whole: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What `edition.json` says.

    `versions` are those of perfsite and of what works figures out for it; `previous` is the date
    of the edition before, empty for the first, and `previous_hash` its seal. `configuration` is
    the hash of perfsite.toml, wherever it is kept.
    """

    date: date
    versions: Mapping[str, str]
    previous: str
    previous_hash: str
    configuration: str
    tables: Mapping[str, TableHashes]
    seal: str = field(default="", compare=False)


def hashed(text: str) -> str:
    """The SHA-256 hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def edition_path(day: date, name: str = MANIFEST) -> str:
    """The path of a file of an edition below the data folder."""
    return f"{FOLDER}/{day.isoformat()}/{name}"


def manifest_text(manifest: Manifest) -> tuple[str, str]:
    """The file of a manifest, and its seal: the hash of the file without that last entry."""
    content = asdict(manifest) | {"date": manifest.date.isoformat()}
    return _sealed({"format": _FORMAT, **{k: v for k, v in content.items() if k != "seal"}})


def read_manifest(source: Source) -> Manifest:
    """The manifest of an edition.

    Raises:
        BuildError: if a byte of it was altered, or this version cannot read it.
    """
    try:
        content = json.loads(source.data)
        given = dict(content)
        seal = given.pop(_SEAL)
        day = date.fromisoformat(given["date"])
        good = _sealed(given) == (source.data.decode(), seal)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise altered(source.path) from error
    if not good:
        raise altered(source.path)
    if given.pop("format", None) != _FORMAT:
        raise BuildError(
            f"{source.path} is an edition of the format {content.get('format')}; this perfsite "
            f"reads the format {_FORMAT}: use the version that froze it, or a newer one"
        )
    if source.path != edition_path(day):
        raise BuildError(f"{source.path} is the edition of {day}; name its folder {day} again")
    tables = {name: TableHashes(**one) for name, one in given.pop("tables").items()}
    return Manifest(**(given | {"date": day, "tables": tables, "seal": seal}))


def altered(path: str) -> BuildError:
    """The error that says that a file of an edition is not what it was."""
    return BuildError(
        f"{path} is not as it was frozen; restore it from a copy, for an edition never changes"
    )


def _sealed(content: Mapping[str, Any]) -> tuple[str, str]:
    text = json.dumps(content, ensure_ascii=False, indent=2)
    seal = hashed(f"{text}\n")
    sealed = json.dumps({**content, _SEAL: seal}, ensure_ascii=False, indent=2)
    return f"{sealed}\n", seal
