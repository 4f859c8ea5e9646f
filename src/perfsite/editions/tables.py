"""The tables of an edition as text: what differs between two, and how one is put together again.

A table is a frame of text with a key. Its rows stand in the order of their keys, so that the same
rows are always the same file.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.decimals import csv_lines, csv_text
from perfsite.model import FIGURE, REGISTER_COLUMNS, register_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from perfsite.model import Service

CHANGE: Final = "change"
ADDED, CHANGED, REMOVED = "added", "changed", "removed"
EDITION: Final = "edition"
"""The first column of a whole table: the date of its edition."""
OBSERVATIONS: Final = (
    "service", "period", "measure", "channel", "value", "status", "note", "source",
)  # fmt: skip
_ROW: Final = r":[0-9]+$"
_BETWEEN: Final = "\x1f"
"""The unit separator of ASCII. It cannot be NUL, which numpy drops from the end of a text."""


@dataclass(frozen=True)
class Kind:
    """One of the tables: the columns that tell its rows apart, and where a row came from.

    A row whose `origin` (`file:row`) differs in the row alone has not changed: rows move whenever
    one is added to a file above them.
    """

    name: str
    key: tuple[str, ...]
    origin: str = ""


SERVICES: Final = Kind("services", ("service",))
FIGURES: Final = Kind("observations", tuple(FIGURE), "source")
KPIS: Final = Kind("kpis", ("service", "kpi", "period"))
ADDRESSES: Final = Kind("addresses", ("path",))
KINDS: Final = (SERVICES, FIGURES, KPIS, ADDRESSES)


@dataclass(frozen=True, eq=False)
class Content:
    """What an edition publishes, each a frame of text with a header; `addresses` may be unknown."""

    services: pd.DataFrame
    observations: pd.DataFrame
    kpis: pd.DataFrame
    addresses: pd.DataFrame | None = None

    def tables(self) -> list[tuple[Kind, pd.DataFrame]]:
        """Each table that is known, with its kind."""
        made = [(kind, getattr(self, kind.name)) for kind in KINDS]
        return [(kind, table) for kind, table in made if table is not None]


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


def differing(before: pd.DataFrame, now: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """The rows that were added, changed or removed, with the column `CHANGE`, in their order.

    A row that was removed has its key alone. Columns that one of the two lacks are blank there.
    """
    key = list(kind.key)
    columns = list(dict.fromkeys([*now.columns, *before.columns]))
    now, before = _with_columns(now, columns), _with_columns(before, columns)
    places = _index(before, key).get_indexer(_index(now, key))
    there = places >= 0
    same = there.copy()
    for name in (one for one in columns if one not in key):
        mine = _compared(now[name], name, kind)[there]
        other = _compared(before[name], name, kind)[places[there]]
        same[there] &= mine == other
    more = now[~same].assign(**{CHANGE: np.where(there[~same], CHANGED, ADDED)})
    gone = before[~_index(before, key).isin(_index(now, key))][key]
    gone = gone.reindex(columns=columns, fill_value="").assign(**{CHANGE: REMOVED})
    return in_order(pd.concat([more, gone])[[CHANGE, *now.columns]], kind)


def applied(before: Whole | None, changes: pd.DataFrame, kind: Kind) -> Whole:
    """The table that differs from another by these rows."""
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


def in_order(frame: pd.DataFrame, kind: Kind) -> pd.DataFrame:
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


def _compared(column: pd.Series[str], name: str, kind: Kind) -> np.ndarray:
    if name == kind.origin:
        column = column.str.replace(_ROW, "", regex=True)
    return column.to_numpy(dtype=object)
