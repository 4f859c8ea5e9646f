"""Submissions to one long table of text: tidy, wide and JSON become the same records.

The table is `frames.SUBMISSION`: `file`, `row` and `column` say where a cell stands, `service_row`
which row of its service it is there, the others are the cells of a tidy submission, still text and
not yet understood. What may have been meant as
an embargo and cannot be read as one hides its row for good: it must never be published by a slip.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite import documents
from perfsite.config import DEFAULT
from perfsite.errors import OverBudgetError, Problem, is_error
from perfsite.frames import SUBMISSION, TABLE, Col, entering
from perfsite.periods import Period
from perfsite.tables import ROW, read_cells, stem
from perfsite.tables.rows import checked_table
from perfsite.text import outside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.config import Budgets
    from perfsite.measures import Measure
    from perfsite.model import Service, Source

RELEASE: Final = Col.RELEASE_AT
NEVER: Final = "9999-12-31"
"""The release of a row whose day, or whose number, cannot be read: it is on no day public."""
TIDY: Final = (Col.SERVICE, Col.PERIOD, Col.MEASURE, Col.CHANNEL, Col.VALUE, Col.NOTE, RELEASE)
_COLUMNS: Final = list(SUBMISSION.columns)
_LONGEST_HEADER: Final = 1_000_000
_LIKE_RELEASE: Final = re.compile(
    r"release|embargo|(publish|publication)[a-z]*[ _-]*(at|on|from|date|$)", re.IGNORECASE
)
"""Names of columns that somebody may have given to dates of release."""
CONFIDENTIAL: Final = re.compile(r"[\[({<]\s*c\s*[\])}>]|\bconf|\bsuppress|\bsecret", re.IGNORECASE)
"""How somebody may have said in a cell that its figure is confidential."""
_FIGURE: Final = re.compile(
    r"(?!(?:19|20)[0-9]{2}$)[^\w\s]?\s?[0-9]+(?:[,.\s][0-9]+)*(?:\s?%)?(?:\s?\[[a-z]\])*"
)
"""A number, with what may stand around one; a year is the name of a period."""
_KEYS: Final = (Col.SERVICE, Col.PERIOD, Col.MEASURE, Col.CHANNEL)


def long_table(
    source: Source,
    services: Mapping[str, Service],
    measures: Mapping[str, Measure],
    budgets: Budgets = DEFAULT,
) -> tuple[pd.DataFrame, list[Problem]]:
    """A submission in tidy form, whichever form it came in; every cell still text."""
    empty = pd.DataFrame(columns=_COLUMNS, dtype=object)
    if over_budget := _too_wide(source, budgets):
        return empty, [over_budget.problem(source.path, budgets)]
    header_row = 0 if source.path.endswith(".json") else 1
    cells, problems = read_cells(source, budgets)
    table, problems = checked_table(source, cells, problems, header_row)
    entering("validate", TABLE, table)
    if table.empty and len(table.columns) > 1 and not any(map(is_error, problems)):
        problems.append(_no_rows(source.path, header_row))
    table, lost = _without_lost_embargoes(source, table, header_row, measures)
    problems += lost
    table = _with_secrets(table, cells)
    columns = [str(column) for column in table.columns if column != ROW]
    if not columns:
        return empty, problems
    tidy = Col.MEASURE in columns or Col.VALUE in columns
    needed = (Col.PERIOD, Col.MEASURE, Col.VALUE) if tidy else (Col.PERIOD,)
    missing = [name for name in needed if name not in columns]
    problems += [
        Problem(
            source.path,
            header_row,
            "PS105",
            column=name,
            found=f"the columns {', '.join(map(_name, columns))}"[:200],
            expected="service, period, measure, channel, value and note; or a period and a "
            "column for each measure",
            fix=_no_header(columns) or renamed(name, columns) or f"add a column named {name}",
        )
        for name in missing
    ]
    file_name = stem(source)
    if Col.SERVICE not in columns:
        if file_name not in services:
            problems.append(
                Problem(
                    source.path,
                    header_row,
                    "PS105",
                    column=Col.SERVICE,
                    found=f"no column named service, and no service {file_name!r} in the register",
                    expected="a column named service, or the service's id as the file's name",
                    fix=closest(file_name, list(services)) or "add the column, or rename the file",
                )
            )
            return empty, problems
        table[Col.SERVICE] = file_name
    if missing:
        return empty, problems
    if tidy:
        unknown = [name for name in columns if name not in TIDY]
        problems += [
            Problem(
                source.path,
                header_row,
                "PS106",
                column=_name(name),
                found=_name(name),
                expected=f"one of {', '.join(TIDY)}",
                fix=_meant(name) or closest(name, TIDY) or "the column was not read; delete it",
            )
            for name in unknown
        ]
        long = table.reindex(columns=[*TIDY, ROW], fill_value="")
        long[Col.COLUMN] = Col.VALUE
    else:
        try:
            long, of_columns = _melted(
                source, table, columns, header_row, measures, budgets.figures
            )
        except OverBudgetError as over_budget:
            return empty, [*problems, over_budget.problem(source.path, budgets)]
        problems += of_columns
    long[Col.FILE] = source.path
    long[Col.SERVICE_ROW] = long[ROW].map(service_rows(cells))
    return _without_many_channels(long[_COLUMNS], source, problems, budgets), problems


def service_rows(cells: pd.DataFrame) -> pd.Series[int]:
    """The place of each row among those of its service, from 1, by the row's number.

    Every row counts that has a service in its cell, whatever is wrong with it: whoever filters the
    file by the service finds it. Without such a column all rows are of one service.
    """
    if Col.SERVICE in cells:
        places = cells.groupby(Col.SERVICE, sort=False).cumcount().to_numpy() + 1
    else:
        places = np.arange(1, len(cells) + 1)
    return pd.Series(places, index=cells[ROW], dtype="int64")


def _too_wide(source: Source, budgets: Budgets) -> OverBudgetError | None:
    """More figures in wide CSV than its budget allows, by its header and its lines."""
    header = source.data[: max(0, source.data.find(b"\n", 0, _LONGEST_HEADER))]
    if not source.path.lower().endswith(".csv") or b"value" in header or b"measure" in header:
        return None
    figures = header.count(b",") * source.data.count(b"\n", len(header) + 1)
    # Some columns hold no figures, and blank lines none at all: what is not far beyond the budget
    # is counted once the table is read.
    far = figures > 2 * budgets.figures
    return OverBudgetError("figures", f"{figures:,} figures") if far else None


def _no_rows(path: str, header_row: int) -> Problem:
    """PS103 of a file that says nothing: who sent it believes that the figures are there."""
    finding, expected = "no rows below the header", "at least one row of figures"
    fix = "fill in the figures; if there are none to send, delete the file"
    return Problem(path, header_row, "PS103", "", finding, expected, fix)


def _no_header(columns: Sequence[str]) -> str:
    """What to do where the first row does not name the columns; empty where it may."""
    if len(columns) > 1 and all(name.startswith("(column ") for name in columns[1:]):
        return "a title? Delete what stands above the header"
    if any(_is_cell(name) for name in columns):
        return "is the first row already one of figures? Put the names of the columns above it"
    return ""


def _name(column: str) -> str:
    """The name of a column as messages say it: it may be a figure, where there is no header."""
    return "(a number)" if _FIGURE.fullmatch(column) else column


def _is_cell(name: str) -> bool:
    """Whether the name of a column is a number or a period."""
    try:
        Period.parse(name)
    except ValueError:
        return bool(re.fullmatch(r"[0-9.,]+%?", name))
    return True


def _without_lost_embargoes(
    source: Source, table: pd.DataFrame, header_row: int, measures: Mapping[str, Measure]
) -> tuple[pd.DataFrame, list[Problem]]:
    """The table without columns that look like a misspelt `release_at`; its rows are never public.

    To publish a figure because the name of a column was mistyped cannot be undone.
    """
    columns = [str(column) for column in table.columns if column not in (ROW, *TIDY)]
    lost = [
        name
        for name in columns
        if name.partition(":")[0].strip() not in measures and _LIKE_RELEASE.search(name)
    ]
    if not lost:
        return table, []
    meant = (table[lost] != "").any(axis=1)
    problems = [
        Problem(
            source.path,
            header_row,
            "PS119",
            name,
            name,
            f"{RELEASE}, if the dates of release stand in this column",
            "name the column release_at, or delete it; until then its rows are left out",
        )
        for name in lost
    ]
    release = table[RELEASE] if RELEASE in table else pd.Series("", index=table.index)
    table = table.drop(columns=lost).assign(**{RELEASE: release.astype(object).mask(meant, NEVER)})
    return table, problems


def _with_secrets(table: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """The table, and rows whose remarks do not pass the gate if they hold what is not public.

    They are never public, for they have an error; but it must be known that they are secrets.
    """
    lost = cells[~cells[ROW].isin(table[ROW])]
    if lost.empty or table.columns.equals(pd.Index([ROW])):
        return table
    lost = lost.reindex(columns=table.columns.union([RELEASE], sort=False), fill_value="")
    lost = lost.assign(**{name: "" for name in ("note",) if name in lost})
    figures = [name for name in lost.columns if name not in (*_KEYS, Col.NOTE, RELEASE, ROW)]
    texts = lost[[*figures, *(name for name in _KEYS if name in lost)]]
    lost = lost[~texts.map(outside).astype(bool).any(axis=1).to_numpy(dtype=bool)]
    waits = lost[RELEASE] != ""
    marked = lost[figures].map(lambda cell: bool(CONFIDENTIAL.search(cell)))
    # What was to be public is no secret; that its row is lost is an error of its own.
    lost = lost.assign(
        **{name: lost[name].where(marked[name] | waits, "") for name in figures},
        **{RELEASE: NEVER},
    )[waits | marked.any(axis=1)]
    if lost.empty:
        return table
    return pd.concat([table, lost], ignore_index=True).fillna({RELEASE: ""})


def _melted(
    source: Source,
    table: pd.DataFrame,
    columns: Sequence[str],
    header_row: int,
    measures: Mapping[str, Measure],
    most: int,
) -> tuple[pd.DataFrame, list[Problem]]:
    """A wide table, one row a period, as one row an observation.

    Raises:
        OverBudgetError: if those would be more than `most`.
    """
    id_columns = [Col.SERVICE, Col.PERIOD, Col.NOTE, RELEASE, ROW]
    wanted = [name for name in columns if name not in id_columns]
    unknown = [name for name in wanted if name.partition(":")[0].strip() not in measures]
    problems = [
        Problem(
            source.path,
            header_row,
            "PS107",
            column=_name(name),
            found=_name(name),
            expected="a measure, or measure:channel",
            fix=measure_fix(name, measures),
        )
        for name in unknown
    ]
    measured = [name for name in wanted if name not in unknown]
    if not measured and not unknown:
        problems.append(
            Problem(
                source.path,
                header_row,
                "PS105",
                column=Col.VALUE,
                found=f"the columns {', '.join(columns)}",
                expected="a column for each measure, besides the period",
                fix="add a column, such as transactions",
            )
        )
    if not measured or table.empty:
        return pd.DataFrame(columns=_COLUMNS, dtype=object), problems
    if len(table) * len(measured) > most:
        raise OverBudgetError("figures", f"{len(table) * len(measured):,} figures")
    for name in ("note", RELEASE):
        if name not in table:
            table[name] = ""
    long = table.melt(id_columns, measured, var_name=Col.COLUMN, value_name=Col.VALUE)
    parts = long[Col.COLUMN].astype(object).str.partition(":").reindex(columns=[0, 2])
    long[Col.MEASURE], long[Col.CHANNEL] = parts[0].str.strip(), parts[2].str.strip()
    # A blank cell of a wide table is a figure that was not given, for the note as for the rest.
    return long, problems


def _without_many_channels(
    long: pd.DataFrame, source: Source, problems: list[Problem], budgets: Budgets
) -> pd.DataFrame:
    """The figures without those by channel of measures that have far too many channels here."""
    if long[Col.CHANNEL].nunique() <= budgets.channels:
        return long
    key = [long[Col.SERVICE], long[Col.MEASURE]]
    number = long[Col.CHANNEL].mask(long[Col.CHANNEL] == "").groupby(key).transform("nunique")
    many = (number > budgets.channels) & (long[Col.CHANNEL] != "")
    for (service, measure), rows in long[many].groupby([Col.SERVICE, Col.MEASURE], sort=False):
        channels = rows[Col.CHANNEL].nunique()
        over_budget = OverBudgetError("channels", f"{channels:,} channels", int(rows[ROW].iloc[0]))
        problem = over_budget.problem(source.path, budgets)
        named = replace(problem, column=Col.CHANNEL, found=f"{channels:,} channels of {measure}")
        problems.append(replace(named, service=str(service), measures=(str(measure),)))
    return long[~many].reset_index(drop=True)


def closest(name: str, names: Sequence[str]) -> str:
    """A hint at the known name that was probably meant; empty where none is near."""
    close = get_close_matches(_plain(name), names, n=1)
    return f"did you mean {close[0]}?" if close else ""


def renamed(name: str, columns: Sequence[str]) -> str:
    """A hint that a column of another spelling is the one that is missing; empty if none is."""
    wanted = (name, *_ALSO_CALLED.get(name, ()))
    like = [column for column in columns if _plain(column) in wanted]
    return f"did you mean {name}? Rename the column {like[0]!r}" if like else ""


_ALSO_CALLED: Final = {
    Col.PERIOD: ("month", "date", "quarter", "year", "week", "day"),
    Col.VALUE: ("figure", "number", "count", "amount"),
    Col.SERVICE: ("slug", "service_id", "id"),
    Col.NOTE: ("comment", "comments", "notes", "remark", "remarks"),
    Col.MEASURE: ("metric", "kpi", "indicator"),
    Col.CHANNEL: ("channels",),
}
"""What people call columns that have another name here."""


def _plain(name: str) -> str:
    return "_".join(name.lower().split())


def _meant(name: str) -> str:
    """The column of a tidy submission that goes by this name elsewhere."""
    meant = [ours for ours, theirs in _ALSO_CALLED.items() if _plain(name) in theirs]
    return f"did you mean {meant[0]}?" if meant else ""


def measure_fix(name: str, measures: Mapping[str, Measure]) -> str:
    """What to do about a measure that there is not: the one, and its channel, that was meant."""
    plain = _plain(name)
    if plain in ("total", "all", "sum"):
        return "name the measure, such as transactions: without a channel it is all of them"
    if _plain(name) in _ALSO_CALLED[Col.NOTE]:
        return "did you mean note?"
    for key in measures:
        if plain.startswith(f"{key}_") and ":" not in name:
            return f"did you mean {key}:{plain.removeprefix(f'{key}_')}?"
    return closest(name.partition(":")[0], list(measures)) or (
        f"use one such as transactions or cost ({documents.named('data-format#measures')} "
        "lists all), or declare it in perfsite.toml as "
        f"[measures.{re.sub('[^a-z0-9_]', '_', plain)}]"
    )
