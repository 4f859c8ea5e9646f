"""Frozen editions: what the site published on a date, kept beside the data and never altered.

An edition is a small file, `editions/2018-09-19.json`, and objects that stand under the hash of
their content, `editions/objects/ab/<sha256>.csv`::

    the edition   names the configuration and the index by their hashes, and holds its own hash
    the index     a row for each service, in the order of the register: the hashes of its two files
    a service     its row of the register, and its observations as in data/observations.csv

Two editions share every object that did not change, so storage grows with what changed. Nothing
is here that was not published: no suppressed number, nothing under embargo. All of it is plain
text that can be read, and checked with sha256sum, without perfsite.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite.errors import BuildError
from perfsite.formats import csv_text
from perfsite.model import REGISTER_COLUMNS, TRANSLATED, File, Service, Source
from perfsite.periods import Period
from perfsite.validate.values import PUBLISHED_MARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FOLDER: Final = "editions"
_FORMAT: Final = 1
_OBSERVATIONS: Final = (
    "service", "period", "measure", "channel", "value", "status", "note", "source",
)  # fmt: skip
FRAME: Final = (
    "service", "period", "unit", "first", "count", "measure", "channel",
    "value", "status", "marks", "note", "source", "flagged",
)  # fmt: skip
"""The columns of an edition's observations: those that `check_consistency` gives."""
_FLAGGED: Final = "part_above_whole"
"""The word of a published status that says what `flagged` says."""
_INDEX: Final = ("service", "register", "observations")
_SEAL: Final = "sha256"
_ATTRIBUTES: Final = File(f"{FOLDER}/.gitattributes", b"* -text\n")
"""Git must not change the line ends of what stands under its hash."""


@dataclass(frozen=True)
class EditionFigures:
    """What an edition published: the register, and the observations with the columns of `FRAME`."""

    date: date
    version: str
    services: dict[str, Service]
    observations: pd.DataFrame
    hash: str


def edition_path(day: date) -> str:
    """The path of an edition below the data folder."""
    return f"{FOLDER}/{day.isoformat()}.json"


def freeze(
    services: Mapping[str, Service],
    rows: Iterable[Sequence[str]],
    config_text: str,
    day: date,
    version: str,
) -> list[File]:
    """The files of an edition, by their paths below the data folder.

    `rows` are the published observations with the columns of data/observations.csv, as text.
    """
    own: dict[str, list[Sequence[str]]] = {service: [] for service in services}
    for row in rows:
        own[row[0]].append(row)
    objects: dict[str, File] = {}

    def keep(content: str, ending: str = "csv") -> str:
        data = content.encode()
        digest = hashlib.sha256(data).hexdigest()
        objects[digest] = File(_object_path(digest, ending), data)
        return digest

    index = [
        (key, keep(_register_text(service)), keep(csv_text([_OBSERVATIONS, *own[key]])))
        for key, service in services.items()
    ]
    manifest = {
        "format": _FORMAT,
        "date": day.isoformat(),
        "perfsite": version,
        "configuration": keep(config_text, "toml"),
        "services": keep(csv_text([_INDEX, *index])),
    }
    edition = File(edition_path(day), _sealed(manifest))
    return [_ATTRIBUTES, *sorted(objects.values(), key=lambda file: file.path), edition]


def read_edition(manifest: Source, read: Callable[[str], bytes]) -> EditionFigures:
    """An edition as it was frozen; every byte of it is checked.

    `read` gives the bytes of a file by its path below the data folder.

    Raises:
        BuildError: naming the file that was altered, or that this version cannot read.
    """
    content = _opened(manifest)

    def checked(digest: str, ending: str = "csv") -> str:
        path = _object_path(digest, ending)
        data = read(path)
        if hashlib.sha256(data).hexdigest() != digest:
            raise _altered(path)
        return data.decode()

    checked(content["configuration"], "toml")
    index = list(csv.DictReader(io.StringIO(checked(content["services"]), newline="")))
    services = {}
    tables = []
    for entry in index:
        row = next(csv.DictReader(io.StringIO(checked(entry["register"]), newline="")))
        services[entry["service"]] = _service(row)
        tables.append(checked(entry["observations"]).partition("\r\n")[2])
    header = csv_text([_OBSERVATIONS])
    observations = _frame(io.StringIO(header + "".join(tables), newline=""))
    day = date.fromisoformat(content["date"])
    return EditionFigures(day, content["perfsite"], services, observations, content[_SEAL])


def _opened(manifest: Source) -> dict[str, Any]:
    try:
        content = json.loads(manifest.data)
        day = date.fromisoformat(content["date"])
        good = (
            _sealed({name: value for name, value in content.items() if name != _SEAL})
            == manifest.data
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _altered(manifest.path) from error
    if not good:
        raise _altered(manifest.path)
    if content.get("format") != _FORMAT:
        raise BuildError(
            f"{manifest.path} is an edition of the format {content.get('format')}; this perfsite "
            f"reads the format {_FORMAT}: use the version that froze it, or a newer one"
        )
    if manifest.path != edition_path(day):
        raise BuildError(f"{manifest.path} is the edition of {day}; name it {day}.json again")
    return dict(content)


def _sealed(content: Mapping[str, Any]) -> bytes:
    """The file of an edition: its entries, and the hash of the file without that last entry."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    seal = hashlib.sha256(f"{text}\n".encode()).hexdigest()
    sealed = json.dumps({**content, _SEAL: seal}, ensure_ascii=False, indent=2)
    return f"{sealed}\n".encode()


def _altered(path: str) -> BuildError:
    return BuildError(
        f"{path} is not as it was frozen; restore it from a copy, for an edition never changes"
    )


def _object_path(digest: str, ending: str) -> str:
    return f"{FOLDER}/objects/{digest[:2]}/{digest}.{ending}"


def _register_text(service: Service) -> str:
    """A service as a register of one row, with its texts in other languages as `name_fr`."""
    values = asdict(service)
    values["service"] = values.pop("id")
    values |= {name: " ".join(values[name]) for name in ("aliases", "modules")}
    row = {name: values[name] for name in REGISTER_COLUMNS}
    for language, words in sorted(service.translations.items()):
        row |= {f"{name}_{language}": words[name] for name in TRANSLATED if name in words}
    return csv_text([tuple(row), tuple(row.values())])


def _service(row: dict[str, str]) -> Service:
    fields = {name: row[name] for name in REGISTER_COLUMNS}
    translations: dict[str, dict[str, str]] = {}
    for name in row.keys() - fields.keys():
        column, _, language = name.rpartition("_")
        translations.setdefault(language, {})[column] = row[name]
    return Service(
        id=fields.pop("service"),
        aliases=tuple(fields.pop("aliases").split()),
        modules=tuple(fields.pop("modules").split()),
        translations=translations,
        **fields,
    )


def _frame(text: io.StringIO) -> pd.DataFrame:
    """Observations with the columns of `FRAME` from CSV with those of `_OBSERVATIONS`."""
    table = pd.DataFrame(csv.DictReader(text), columns=list(_OBSERVATIONS), dtype=object)
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
