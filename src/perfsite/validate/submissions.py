"""Submissions to one long table of text: tidy, wide and JSON become the same records.

The table has the columns of `LONG`: `file`, `row` and `column` say where a cell stands, the others
are the cells of a tidy submission, still text and not yet understood.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.tables import ROW, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.measures import Measure
    from perfsite.model import Service, Source

TIDY: Final = ("service", "period", "measure", "channel", "value", "note")
LONG: Final = ["file", ROW, "column", *TIDY]


def long_table(
    source: Source, services: Mapping[str, Service], measures: Mapping[str, Measure]
) -> tuple[pd.DataFrame, list[Problem]]:
    """A submission in tidy form, whichever form it came in; every cell still text."""
    table, problems = read_table(source)
    header_row = 0 if source.path.endswith(".json") else 1
    columns = [str(column) for column in table.columns if column != ROW]
    empty = pd.DataFrame(columns=LONG, dtype=object)
    if not columns:
        return empty, problems
    tidy = "measure" in columns or "value" in columns
    needed = ("period", "measure", "value") if tidy else ("period",)
    missing = [name for name in needed if name not in columns]
    problems += [
        Problem(
            source.path,
            header_row,
            "PS105",
            column=name,
            found=f"the columns {', '.join(columns)}"[:200],
            expected="service, period, measure, channel, value and note; or a period and a "
            "column for each measure",
            fix=f"add a column named {name}",
        )
        for name in missing
    ]
    stem = PurePosixPath(source.path).stem
    if "service" not in columns:
        if stem not in services:
            problems.append(
                Problem(
                    source.path,
                    header_row,
                    "PS105",
                    column="service",
                    found=f"no column named service, and no service {stem!r} in the register",
                    expected="a column named service, or the service's id as the file's name",
                    fix=closest(stem, list(services)) or "add the column, or rename the file",
                )
            )
            return empty, problems
        table["service"] = stem
    if missing:
        return empty, problems
    if tidy:
        unknown = [name for name in columns if name not in TIDY]
        problems += [
            Problem(
                source.path,
                header_row,
                "PS106",
                column=name,
                found=name,
                expected=f"one of {', '.join(TIDY)}",
                fix=closest(name, TIDY) or "the column was not read; delete it",
            )
            for name in unknown
        ]
        long = table.reindex(columns=[*TIDY, ROW], fill_value="")
        long["column"] = "value"
    else:
        long, found = _melted(source, table, columns, header_row, measures)
        problems += found
    long["file"] = source.path
    return long[LONG], problems


def _melted(
    source: Source,
    table: pd.DataFrame,
    columns: Sequence[str],
    header_row: int,
    measures: Mapping[str, Measure],
) -> tuple[pd.DataFrame, list[Problem]]:
    """A wide table, one row a period, as one row an observation."""
    kept = ["service", "period", "note", ROW]
    wanted = [name for name in columns if name not in kept]
    unknown = [name for name in wanted if name.partition(":")[0].strip() not in measures]
    problems = [
        Problem(
            source.path,
            header_row,
            "PS107",
            column=name,
            found=name,
            expected="a measure, or measure:channel",
            fix=closest(name.partition(":")[0], list(measures)) or "see docs/data-format.md",
        )
        for name in unknown
    ]
    known = [name for name in wanted if name not in unknown]
    if not known and not unknown:
        problems.append(
            Problem(
                source.path,
                header_row,
                "PS105",
                column="value",
                found=f"the columns {', '.join(columns)}",
                expected="a column for each measure, besides the period",
                fix="add a column, such as transactions",
            )
        )
    if not known or table.empty:
        return pd.DataFrame(columns=LONG, dtype=object), problems
    if "note" not in table:
        table["note"] = ""
    long = table.melt(kept, known, var_name="column", value_name="value")
    parts = long["column"].astype(object).str.partition(":").reindex(columns=[0, 2])
    long["measure"], long["channel"] = parts[0].str.strip(), parts[2].str.strip()
    # A blank cell of a wide table is a figure that was not given, for the note as for the rest.
    return long, problems


def closest(name: str, known: Sequence[str]) -> str:
    """A hint at the known name that was probably meant; empty where none is near."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else ""
