"""Frozen editions: what the site published on a date, kept beside the data and never altered.

It is long, because an edition is written, sealed and read back by the same rules about its tables
and its manifest.

An edition is a folder, `editions/2018-09-19/`, of what differs from the edition before (the
register, the figures and KPIs as the data files have them, the addresses of the site where they
were recorded, and perfsite.toml), and of `edition.json`: the date, the versions, the hashes of all
else, of the edition before, and of itself. The first edition holds all its rows, each later one
those that were added, changed or removed. So storage grows with what changed, what changed can be
read, and the hash of each whole table proves that what is put together again is what was frozen.
Nothing is here that was not published: no suppressed number, nothing under embargo. All of it is
plain text that can be read, and checked with sha256sum, without perfsite.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from perfsite.decimals import csv_lines, csv_text
from perfsite.edition_cache import EditionCache
from perfsite.errors import BuildError, UsageError
from perfsite.frames import CHANGES, Col, entering
from perfsite.model import FIGURE, REGISTER_COLUMNS, File, Service, register_row
from perfsite.periods import Period
from perfsite.validate.values import PUBLISHED_MARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from perfsite.model import Source


# The tables of an edition as text: what differs between two, and how one is put together again.
#
# A table is a frame of text with a key. Its rows stand in the order of their keys, so that the
# same rows are always the same file.


CHANGE: Final = "change"
ADDED, CHANGED, REMOVED = "added", "changed", "removed"
EDITION: Final = "edition"
"""The first column of a whole table: the date of its edition."""
OBSERVATIONS: Final = (
    Col.SERVICE, Col.PERIOD, Col.MEASURE, Col.CHANNEL, Col.VALUE, Col.STATUS, Col.NOTE, Col.SOURCE,
)  # fmt: skip
_ROW: Final = r":[0-9]+$"
_BETWEEN: Final = "\x1f"
"""The unit separator of ASCII. It cannot be NUL, which numpy drops from the end of a text."""


@dataclass(frozen=True)
class TableKind:
    """One of the tables: the columns that tell its rows apart, and where a row came from.

    A row whose `origin` (`file:row`) differs in the row alone has not changed: rows move whenever
    one is added to a file above them.
    """

    name: str
    key: tuple[str, ...]
    origin: str = ""


SERVICES: Final = TableKind("services", (Col.SERVICE,))
FIGURES: Final = TableKind("observations", tuple(FIGURE), "source")
KPIS: Final = TableKind("kpis", (Col.SERVICE, Col.KPI, Col.PERIOD))
ADDRESSES: Final = TableKind("addresses", ("path",))
KINDS: Final = (SERVICES, FIGURES, KPIS, ADDRESSES)


@dataclass(frozen=True, eq=False)
class Content:
    """What an edition publishes, each a frame of text with a header; `addresses` may be unknown."""

    services: pd.DataFrame
    observations: pd.DataFrame
    kpis: pd.DataFrame
    addresses: pd.DataFrame | None = None

    def tables(self) -> list[tuple[TableKind, pd.DataFrame]]:
        """Each table that is known, with its kind."""
        tables = [(kind, getattr(self, kind.name)) for kind in KINDS]
        return [(kind, table) for kind, table in tables if table is not None]


@dataclass(frozen=True, eq=False)
class Whole:
    """A whole table: a frame of text, and each row of it as CSV behind the date of an edition.

    Rows take their lines with them from edition to edition: most are the same for years, and
    spelling them anew for each edition took a sixth of a build.
    """

    frame: pd.DataFrame
    lines: NDArray[np.object_]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Whole:
        """A table whose rows are spelt now."""
        rows = frame.itertuples(index=False, name=None)
        lines = np.empty(len(frame), dtype=object)
        lines[:] = csv_lines(("", *row) for row in rows)
        return cls(frame, lines)

    def text(self, day: date) -> str:
        """The table as CSV: its rows, each with the date of the edition.

        The date makes each file complete in itself, and no two editions' files the same.
        """
        header = csv_text([(EDITION, *self.frame.columns)])
        return header + day.isoformat().join(["", *self.lines])


def text_frame(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Rows of text as a frame."""
    return pd.DataFrame(list(rows), columns=list(columns), dtype=object)


def register_frame(services: Mapping[str, Service]) -> pd.DataFrame:
    """The register as text, with its texts in other languages as `name_fr`."""
    rows = [
        register_row(service)
        | {
            f"{name}_{language}": text
            for language, words in sorted(service.translations.items())
            for name, text in words.items()
        }
        for service in services.values()
    ]
    columns = list(dict.fromkeys([*REGISTER_COLUMNS, *sorted({n for row in rows for n in row})]))
    return text_frame(columns, [[row.get(name, "") for name in columns] for row in rows])


def read_table(text: str) -> pd.DataFrame:
    """CSV as a frame of text; pandas' own reader would change line ends within cells."""
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return text_frame(header, rows)


def differing(before: pd.DataFrame, now: pd.DataFrame, kind: TableKind) -> pd.DataFrame:
    """The rows that were added, changed or removed, with the column `CHANGE`, in their order.

    A row that was removed has its key alone. Columns that one of the two lacks are blank there.
    """
    key = list(kind.key)
    columns = list(dict.fromkeys([*now.columns, *before.columns]))
    now, before = _with_columns(now, columns), _with_columns(before, columns)
    places = _index(before, key).get_indexer(_index(now, key))
    # A place of -1 is a row that was not there before: there is nothing to compare it with.
    there = places >= 0
    same = there.copy()
    for name in (column for column in columns if column not in key):
        values_now = _compared(now[name], name, kind)[there]
        values_before = _compared(before[name], name, kind)[places[there]]
        same[there] &= values_now == values_before
    added = now[~same].assign(**{CHANGE: np.where(there[~same], CHANGED, ADDED)})
    gone = before[~_index(before, key).isin(_index(now, key))][key]
    gone = gone.reindex(columns=columns, fill_value="").assign(**{CHANGE: REMOVED})
    return in_order(pd.concat([added, gone])[[CHANGE, *now.columns]], kind)


def applied(before: Whole | None, changes: pd.DataFrame, kind: TableKind) -> Whole:
    """The table that differs from another by these rows."""
    entering("editions", CHANGES, changes)
    columns = [name for name in changes.columns if name != CHANGE]
    new = Whole.of(changes[columns].reset_index(drop=True))
    if before is None or before.frame.empty:
        # Nothing can be changed or removed of nothing.
        return new
    old = before
    if list(old.frame.columns) != columns:
        old = Whole.of(_with_columns(old.frame, columns))
    both = pd.concat([old.frame.assign(**{CHANGE: ""}), changes], ignore_index=True)
    index = _index(both, list(kind.key))
    stays = ~index.duplicated(keep="last") & (both[CHANGE] != REMOVED).to_numpy(dtype=bool)
    places = np.flatnonzero(stays)
    places = places[_order(index[places])]
    lines = np.concatenate([old.lines, new.lines])[places]
    return Whole(both[columns].take(places).reset_index(drop=True), lines)


def in_order(frame: pd.DataFrame, kind: TableKind) -> pd.DataFrame:
    """The rows in the order of their keys."""
    order = _order(_index(frame, list(kind.key)))
    return frame.take(order).reset_index(drop=True)


def _with_columns(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    return frame.reindex(columns=list(columns), fill_value="").astype(object)


def _index(frame: pd.DataFrame, key: list[str]) -> pd.Index[str]:
    """The key of each row as one text: a quarter of the time of several levels.

    Ids, periods and measures have no control character, so the text has the order of the key.
    """
    joined = frame[key[0]].to_numpy(dtype=object)
    for name in key[1:]:
        joined = joined + _BETWEEN + frame[name].to_numpy(dtype=object)
    index: pd.Index[str] = pd.Index(joined, dtype=object)
    return index


def _order(index: pd.Index[str]) -> NDArray[np.intp]:
    """The places of keys in their order; two runs in order, as here, are merged, not sorted."""
    return np.argsort(index.to_numpy(), kind="stable")


def _compared(column: pd.Series[str], name: str, kind: TableKind) -> np.ndarray:
    if name == kind.origin:
        column = column.str.replace(_ROW, "", regex=True)
    return column.to_numpy(dtype=object)


# `edition.json`: what an edition is made of, sealed with its own hash.


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
        fields = dict(content)
        seal = fields.pop(_SEAL)
        day = date.fromisoformat(fields["date"])
        good = _sealed(fields) == (source.data.decode(), seal)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise altered(source.path) from error
    if not good:
        raise altered(source.path)
    if fields.pop("format", None) != _FORMAT:
        raise BuildError(
            f"{source.path} is an edition of the format {content.get('format')}; this perfsite "
            f"reads the format {_FORMAT}: use the version that froze it, or a newer one"
        )
    if source.path != edition_path(day):
        raise BuildError(f"{source.path} is the edition of {day}; name its folder {day} again")
    tables = {name: TableHashes(**hashes) for name, hashes in fields.pop("tables").items()}
    return Manifest(**(fields | {"date": day, "tables": tables, "seal": seal}))


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


# Editions as they were frozen: read, checked, put together, and turned into frames again.


FRAME: Final = (
    Col.SERVICE, Col.PERIOD, Col.UNIT, Col.FIRST, Col.COUNT, Col.MEASURE, Col.CHANNEL,
    Col.VALUE, Col.STATUS, Col.MARKS, Col.NOTE, Col.FILE, Col.ROW, Col.SERVICE_ROW,
    Col.FLAGGED,
)  # fmt: skip
"""The columns of an edition's observations: those that `check_consistency` gives."""
KPI_NUMBERS: Final = (Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR)
"""The columns of KPIs that are numbers."""
_FLAGGED: Final = "part_above_whole"
"""The word of a published status that says what `flagged` says."""


class ChangeTables(Mapping[str, pd.DataFrame]):
    """The tables of what differs from the edition before, by their names, read when asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Each table as CSV."""
        self._texts = texts
        self._tables: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = read_table(self._texts[name])
        return self._tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@dataclass(frozen=True, eq=False)
class EditionFigures:
    """What an edition published. Tables are put together when they are asked for.

    `changes` are the tables of what differs from the edition `before`, by their names. `cache` has
    what earlier builds made of it. Of one that `is_followed`, which each build holds against what
    stands now, that is its frames, too.
    """

    manifest: Manifest
    changes: Mapping[str, pd.DataFrame]
    configuration: str
    before: EditionFigures | None = None
    cache: EditionCache = field(default_factory=EditionCache, repr=False)
    is_followed: bool = False
    _whole: dict[str, Whole] = field(default_factory=dict, repr=False)

    @property
    def date(self) -> date:
        """The date of the edition."""
        return self.manifest.date

    @property
    def hash(self) -> str:
        """The seal of the edition, which holds those of all before it."""
        return self.manifest.seal

    def whole(self, kind: TableKind) -> Whole | None:
        """A whole table, in the order of its key; None where no edition has it yet."""
        if kind.name not in self._whole:
            earlier = self.before.whole(kind) if self.before else None
            changes = self.changes.get(kind.name)
            if changes is None:
                return earlier
            self._whole[kind.name] = applied(earlier, changes, kind)
        return self._whole[kind.name]

    @property
    def whole_names(self) -> set[str]:
        """The names of the tables that somebody has asked for as a whole."""
        return set(self._whole)

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
        return {row[Col.SERVICE]: _service({str(k): v for k, v in row.items()}) for row in rows}

    @cached_property
    def observations(self) -> pd.DataFrame:
        """The figures with the columns of `FRAME`, as `check_consistency` gives those of now."""
        return self._frame("observations", lambda: observations_of(self.rows))

    @cached_property
    def kpi_numbers(self) -> pd.DataFrame:
        """The KPIs with their numbers: service, kpi, period and `KPI_NUMBERS`."""

        def made() -> pd.DataFrame:
            table = self.kpis.reindex(columns=[*KPIS.key, *KPI_NUMBERS])
            return table.assign(**{name: _numbers(table[name]) for name in KPI_NUMBERS})

        return self._frame("numbers of KPIs", made)

    def _frame(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        return self.cache.frame(name, (self.hash,), make) if self.is_followed else make()

    @cached_property
    def addresses(self) -> frozenset[str] | None:
        """The addresses of the site of this edition; None where they were not recorded."""
        if ADDRESSES.name not in self.changes:
            return None
        whole = self.whole(ADDRESSES)
        return frozenset(whole.frame[Col.PATH]) if whole else frozenset()


def read_edition(
    manifest: Source,
    read: Callable[[str], bytes],
    before: EditionFigures | None,
    cache: EditionCache | None = None,
    *,
    is_followed: bool = False,
) -> EditionFigures:
    """An edition as it was frozen, after the one that it follows; every byte of it is checked.

    `read` gives the bytes of a file by its path below the data folder; `cache` and `is_followed`
    are those of `EditionFigures`.

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

    changes = ChangeTables(
        {
            kind.name: checked(f"{kind.name}.csv", content.tables[kind.name].changes)
            for kind in KINDS
            if kind.name in content.tables
        }
    )
    if before and before.manifest.configuration == content.configuration:
        configuration = before.configuration
    else:
        configuration = checked(CONFIGURATION, content.configuration)
    cache = cache or EditionCache()
    return EditionFigures(content, changes, configuration, before, cache, is_followed)


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


def observations_of(table: pd.DataFrame) -> pd.DataFrame:
    """Observations with the columns of `FRAME` from text with those of `OBSERVATIONS`."""
    periods = {code: Period.parse(code) for code in table[Col.PERIOD].unique()}
    letters = {word: letter for letter, word in PUBLISHED_MARKS.items()}
    statuses = {text: text.split() for text in table[Col.STATUS].unique()}
    marks = {
        text: "".join(letters[word] for word in words if word in letters)
        for text, words in statuses.items()
    }
    flagged = {text: _FLAGGED in words for text, words in statuses.items()}
    files, rows = _places(table[Col.SOURCE])
    frame = table.assign(
        unit=table[Col.PERIOD].map({code: str(period.unit) for code, period in periods.items()}),
        first=table[Col.PERIOD].map({code: period.first for code, period in periods.items()}),
        count=table[Col.PERIOD].map({code: period.count for code, period in periods.items()}),
        value=_numbers(table[Col.VALUE]),
        status=table[Col.STATUS].map({text: words[0] for text, words in statuses.items()}),
        marks=table[Col.STATUS].map(marks),
        file=files,
        row=rows,
        service_row=0,  # an edition never changes, and so it has the row of the file for ever
        flagged=table[Col.STATUS].map(flagged),
    )
    kinds = {Col.UNIT: "object", Col.FIRST: "int64", Col.COUNT: "int64", Col.VALUE: "float64"}
    return frame.astype({**kinds, Col.MARKS: "object", Col.FLAGGED: "bool"})[list(FRAME)]


def _numbers(texts: pd.Series[str]) -> pd.Series[float]:
    """The numbers of a column, to the last bit; NaN where it is blank."""
    return pd.to_numeric(texts.where(texts != "")).astype("float64")


def _places(sources: pd.Series[str]) -> tuple[list[str], list[int]]:
    """File and row of each `file:row`; every file's name is kept once, for there are few."""
    files: dict[str, str] = {}
    parts = [source.rpartition(":") for source in sources]
    return [files.setdefault(file, file) for file, _, _ in parts], [int(row) for *_, row in parts]


# The files of a new edition: what differs from the one before it.


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
