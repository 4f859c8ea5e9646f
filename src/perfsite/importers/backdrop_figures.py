"""Which figure a field of a record of the data store is, and what stands in it.

A field is known by its name, where the platform's uploads all had it, or by what somebody wishes.
What is not known is left out and listed, never guessed. Not here: records and their periods
(`backdrop_records`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.decimals import rounded
from perfsite.errors import Problem
from perfsite.importers import counted
from perfsite.importers.backdrop_records import FILE, NULL, PERIOD
from perfsite.importers.map_cells import MISSING
from perfsite.importers.map_file import CHANNEL
from perfsite.measures import MEASURES, Kind
from perfsite.tables import ROW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OWN: Final = {"period", "end_at", "start_at", "comment", "comments"}
"""Fields that every upload may have, besides the store's own, which begin with an underscore."""
_FIELDS: Final = {"avgresponse": "response_time"}
_COUNTS: Final = ("count", "value")
"""Fields that say nothing of what they count."""
_WHOLE: Final = (Kind.COUNT, Kind.SECONDS)
_UNWANTED: Final = "-"
ORDER = "\0order"
"""The column by which the figures of a period are ordered."""
_SAID, _COST = "\0said ", "\0cost"
_BEST, _WORST = 1, 5
_SCORE_STEPS: Final = 4
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_DIGITS: Final = 200
_LONGEST: Final = 40
"""The most digits or places of a figure; more are no figure of a service."""


@dataclass(frozen=True)
class Wishes:
    """What the command line says of the figures.

    `measures` maps words (the name of a field, or what stands in one) to `measure`,
    `measure:channel`, `:channel`, or `-` for what is not wanted. `length` is that of periods of
    which records do not say it. `score_best` is the better end, 1 or 5, of mean scores that are to
    become shares; 0 if none are. `decimals` are the places to which measures are rounded. `note`
    goes with every figure.
    """

    service: str
    measures: Mapping[str, str]
    length: str | None = None
    score_best: int = 0
    decimals: Mapping[str, int] | None = None
    note: str = ""


def read_figures(
    frame: pd.DataFrame, numbers: frozenset[str], wishes: Wishes
) -> tuple[pd.DataFrame, list[Problem]]:
    """The figures of the records, each a row; a note for every kind that nobody knows."""
    fields = [str(name) for name in frame.columns if name not in (FILE, ROW, PERIOD)]
    fields = [name for name in fields if not name.startswith("_") and name not in _OWN]
    told = [name for name in fields if name in numbers or _known(_base(name))]
    told += [n for n in fields if n not in told and {n, _base(n)} & wishes.measures.keys()]
    words = [name for name in fields if name not in told]
    problems = _without_figure(frame, frame[told].notna().any(axis=1)) if len(frame) else []
    long = _cells(frame, told, words).assign(service=wishes.service)
    if long.empty:
        return long, problems
    said = [_SAID + name for name in words]
    kinds = pd.MultiIndex.from_frame(long[["column", *said, _COST]].astype(object).fillna(NULL))
    meanings: dict[tuple[object, ...], str] = {}
    for kind in kinds.unique():
        column, *rest, is_cost = kind
        says = {n: str(w) for n, w in zip(words, rest, strict=True) if w not in (NULL, "")}
        try:
            meanings[kind] = _meaning(str(column), says, wishes.measures, is_cost=bool(is_cost))
        except ValueError as error:
            what = ", ".join([str(column), *(f"{name} {word}" for name, word in says.items())])
            problems.append(_unknown(long[kinds == kind], f"{what}{error}"))
    meaning = pd.Series([meanings.get(kind, "") for kind in kinds], index=long.index, dtype=object)
    long = long[~meaning.isin(["", _UNWANTED])]
    if long.empty:
        return long, problems
    parts = meaning.loc[long.index].str.partition(":").reindex(columns=[0, 2])
    long = long.assign(measure=parts[0], channel=parts[2])
    wanted = [*wishes.measures.values(), *MEASURES]
    # The first of two places counts, so they are given from the last to the first.
    order = {what: number for number, what in reversed(list(enumerate(wanted)))}
    long[ORDER] = meaning.loc[long.index].map(order).fillna(long["measure"].map(order))
    return _read(long.fillna({ORDER: len(wanted)}), wishes, problems)


def _cells(frame: pd.DataFrame, told: Sequence[str], words: Sequence[str]) -> pd.DataFrame:
    """The cells of the fields of figures, one below the other, with what stands beside each."""
    own = frame.reindex(columns=["comment", "comments", "end_at"]).astype(object)
    own = own.fillna("").replace(NULL, "")
    base = frame[[ROW]].assign(file=frame[FILE], period=frame[PERIOD])
    base = base.assign(note=own["comment"].where(own["comment"] != "", own["comments"]))
    base = base.assign(**{_SAID + name: frame[name] for name in words})
    # Only uploads of costs said when their periods end; their count is one of money.
    base[_COST] = own["end_at"] != ""
    cells = [base.assign(column=name, value=frame[name])[frame[name].notna()] for name in told]
    return pd.concat(cells, ignore_index=True) if cells else base.iloc[:0]


def _without_figure(frame: pd.DataFrame, has_figure: pd.Series[bool]) -> list[Problem]:
    """A note for the records of a file that have no field of figures."""
    others = frame[~has_figure]
    if others.empty:
        return []
    found = f"{counted(len(others), 'record')} without a figure"
    fix = "Say with --measures which field is one."
    file, row = str(others[FILE].iloc[0]), int(others[ROW].iloc[0])
    return [Problem(file, row, "PS307", "", found, "a field that is a number", fix)]


def _unknown(cells: pd.DataFrame, what: str) -> Problem:
    """The note on figures of which nobody knows what they are."""
    expected = "names that perfsite knows, or that --measures explains"
    fix = "Say with --measures what it is, or NAME=- if it is not wanted."
    found = f"{counted(len(cells), 'figure')} of {what}"
    file, row, column = (cells[name].iloc[0] for name in ("file", ROW, "column"))
    return Problem(file, int(row), "PS307", column, found, expected, fix)


def _base(field: str) -> str:
    """The name of a field without what a grouped answer did to it: `uptime:sum` is uptime."""
    return re.sub(r":(sum|mean)$", "", field)


def _known(field: str) -> bool:
    return field in MEASURES or field in _FIELDS or field in _COUNTS


def _meaning(
    column: str, says: Mapping[str, str], measures: Mapping[str, str], *, is_cost: bool
) -> str:
    """The measure, or measure:channel, of a field in records that say these words besides.

    Raises:
        ValueError: if it is not known; its text is empty or begins with a comma.
    """
    field = _base(column)
    targets = [measures.get(column, measures.get(field, ""))]
    targets += [_target(name, word, measures) for name, word in says.items()]
    if _UNWANTED in targets:
        return _UNWANTED
    found = {target.partition(":")[0] for target in targets} - {""}
    channels = {target.partition(":")[2] for target in targets} - {""}
    if not found and field not in _COUNTS and _known(field):
        found = {_FIELDS.get(field, field)}
    if not found and field in _COUNTS and not is_cost and set(says) <= {"channel"}:
        found = {"transactions"}
    if len(found) > 1 or len(channels) > 1:
        raise ValueError(f", which is said to be {' and '.join(sorted(found | channels))}")
    if not found:
        raise ValueError
    return ":".join([*found, *channels])


def _target(name: str, word: str, measures: Mapping[str, str]) -> str:
    """What a word beside a figure says of it; empty where the field is not to be looked at.

    Raises:
        ValueError: if it is not known.
    """
    if measures.get(name) == _UNWANTED:
        return ""
    if word in measures:
        return measures[word]
    if name == "channel" and CHANNEL.fullmatch(word):
        return f":{word}"
    if name == "stage" and word in MEASURES:
        return word
    raise ValueError


def _read(
    long: pd.DataFrame, wishes: Wishes, problems: list[Problem]
) -> tuple[pd.DataFrame, list[Problem]]:
    """The figures as perfsite writes them; what is no number is missing and an error."""
    spellings = pd.MultiIndex.from_frame(long[["measure", "value"]])
    read: dict[tuple[str, str], str | None] = {
        (measure, cell): _figure(cell, measure, wishes) for measure, cell in spellings.unique()
    }
    values = pd.Series([read[place] for place in spellings], index=long.index, dtype=object)
    bad = values.isna()
    expected = "a number, or null"
    if wishes.score_best:
        expected += f"; a score from {_BEST} to {_WORST} for user_satisfaction"
    fix = "Correct the record, or put null if the figure is not known; it is taken as missing."
    unread = [
        Problem(file, row, "PS301", column, cell[:80], expected, fix)
        for file, row, column, cell in zip(
            *(long.loc[bad, name].tolist() for name in ("file", ROW, "column", "value")),
            strict=True,
        )
    ]
    long = long.assign(value=values.fillna(MISSING))
    note = long["note"].str.cat([wishes.note] * len(long), sep="; ").str.strip("; ")
    long["note"] = note.where(long["value"] != MISSING, long["note"])
    return long, [*problems, *unread]


def _figure(cell: str, measure: str, wishes: Wishes) -> str | None:
    """A figure with its digits; the store writes counts as `1332.0`. None if it is no figure."""
    if cell in ("", NULL):
        return MISSING
    if not _NUMBER.fullmatch(cell):
        return None
    number = Decimal(cell)
    if max(abs(number.adjusted()), len(cell)) > _LONGEST:
        return None
    if wishes.score_best and measure == "user_satisfaction" and not _BEST <= number <= _WORST:
        return None
    places = (wishes.decimals or {}).get(measure)
    with localcontext(prec=_DIGITS):  # so that nothing is rounded but where it is wished
        if wishes.score_best and measure == "user_satisfaction":
            way = _WORST - number if wishes.score_best == _BEST else number - _BEST
            number = way / _SCORE_STEPS
        if places is not None:
            number = rounded(number, places)
        elif measure in MEASURES and MEASURES[measure].kind in _WHOLE and number == int(number):
            number = Decimal(int(number))
    return format(number, "f")
