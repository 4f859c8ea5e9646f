"""The files of the service inventory: which kind a file is, and which of its rows can be used.

Lives here: rows that say whose figures they are and for which fiscal year. Not here: what is in
their other cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.importers.gc_service_inventory_words import (
    CHANNELS,
    COUNTS,
    INVENTORY,
    STANDARD,
    STANDARDS,
)
from perfsite.importers.spreadsheets import read_spreadsheet
from perfsite.model import why_not_an_id

if TYPE_CHECKING:
    from perfsite.model import Source

_NO_CHANNEL: Final = "standard-"
"""What the channel of a standard begins with; its id follows."""
_SPACES: Final = r"[ \t\r\n\v\f]+"
_USED: Final = {
    "service_name_en", "service_name_fr", "service_description_en", "service_description_fr",
    "service_type", "client_target_groups", "special_remarks_en", "special_remarks_fr",
    "service_uri_en", "service_uri_fr", "owner_org", "owner_org_title", *CHANNELS, *COUNTS,
    *INVENTORY,
}  # fmt: skip
_USED_STANDARDS: Final = {*STANDARDS, *STANDARD, "service_standard_en", "service_standard_fr"}


@dataclass(frozen=True)
class Table:
    """The rows of a file that can be used, by their numbers, with `service` and `period`."""

    path: str
    rows: pd.DataFrame


def read_file(source: Source) -> tuple[Table | None, list[Problem]]:
    """The rows of a file that have an id and a fiscal year; None where it is no such file."""
    sheet, problems = read_spreadsheet(source)
    if sheet is None:
        return None, problems
    is_standards = "service_standard_id" in sheet.headers
    needed, used = (STANDARDS, _USED_STANDARDS) if is_standards else (INVENTORY, _USED)
    wrong = [f"no column {name}" for name in needed if name not in sheet.headers]
    wrong += [f"the column {n} more than once" for n in used if sheet.headers.count(n) > 1]
    if wrong:
        expected = f"the columns {', '.join(needed)}, once each"
        fix = "Give the files of the service inventory, with their header rows."
        return None, [
            *problems,
            Problem(source.path, 0, "PS305", "", "; ".join(sorted(wrong)), expected, fix),
        ]
    cells = {
        name: sheet.cells[sheet.headers.index(name)]
        .str.replace(_SPACES, " ", regex=True)
        .str.strip()
        for name in sheet.headers
        if name in used
    }
    rows = pd.DataFrame(
        cells, index=sheet.cells.index, columns=[*cells, *sorted(used - set(cells))]
    ).fillna("")
    rows["service"] = rows["service_id"].str.lower()
    rows["period"] = rows["fiscal_yr"].map(_period)
    if is_standards:
        slugs = rows["service_standard_id"].str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True)
        rows["channel"] = _NO_CHANNEL + slugs.str.strip("-")
    problems += [
        Problem(
            source.path,
            1,
            "PS304",
            name or "(no name)",
            "1 column",
            "a figure, or a fact about the service",
            "Nothing to do: perfsite has no place for it.",
        )
        for name in dict.fromkeys(sheet.headers)
        if name not in used
    ]
    return _usable(Table(source.path, rows), is_standards, problems), problems


def _period(year: str) -> str:
    """`2023-2024` as its months, `2023-04/2024-03`; empty where it is no fiscal year."""
    parts = re.fullmatch(r"([0-9]{4})-([0-9]{4})", year)
    if not parts or int(parts[2]) != int(parts[1]) + 1:
        return ""
    return f"{parts[1]}-04/{parts[2]}-03"


def _usable(table: Table, is_standards: bool, problems: list[Problem]) -> Table:
    """The rows that say whose figures they are and for which year; the others are reported."""
    rows = table.rows
    required = ["service_id", "fiscal_yr"]
    required += ["service_standard_id"] if is_standards else ["service_name_en", "owner_org_title"]
    blank = pd.DataFrame({name: rows[name] == "" for name in required})
    for row, names in blank[blank.any(axis=1)].iterrows():
        which = ", ".join(name for name in required if names[name])
        fix = "Fill it in; without it the row is left out."
        problems.append(
            Problem(table.path, row_number(row), "PS114", which, "", "a value in every row", fix)
        )
    whys = {key: why_not_an_id(key) for key in rows["service"].unique() if key}
    odd = pd.Series([bool(whys.get(key)) for key in rows["service"]], index=rows.index, dtype=bool)
    for row, key in rows.loc[odd, "service"].items():
        fix = "Change the id; until then the row is left out."
        problems.append(
            Problem(table.path, row_number(row), "PS112", "service_id", key, whys[key], fix)
        )
    undated = (rows["period"] == "") & (rows["fiscal_yr"] != "")
    for row, year in rows.loc[undated, "fiscal_yr"].items():
        expected = "two years with a hyphen between, as 2023-2024"
        fix = "Write the fiscal year so; until then the row is left out."
        problems.append(
            Problem(table.path, row_number(row), "PS108", "fiscal_yr", year, expected, fix)
        )
    nameless = pd.Series(data=False, index=rows.index)
    if is_standards:
        nameless = (rows["channel"] == _NO_CHANNEL) & ~blank["service_standard_id"]
        expected, fix = "an id with letters from a to z, or digits", "Give the standard an id."
        problems += [
            Problem(table.path, row_number(row), "PS109", "service_standard_id", key, expected, fix)
            for row, key in rows.loc[nameless, "service_standard_id"].items()
        ]
    return Table(table.path, rows[~(blank.any(axis=1) | odd | undated | nameless)])


def once_each(
    table: Table, key: list[str], seen: set[tuple[str, ...]], problems: list[Problem]
) -> Table:
    """The rows whose service (and standard) and year are new; the others are reported."""
    kept = []
    for row, *values in table.rows[key].itertuples(name=None):
        place = tuple(values)
        if place in seen:
            found = f"{' '.join(place)} again"
            fix = "Delete the one that is wrong; the first one stands."
            problems.append(
                Problem(table.path, row, "PS110", "", found, "each year of a service once", fix)
            )
        else:
            seen.add(place)
            kept.append(row)
    return Table(table.path, table.rows.loc[kept])


def of_known(table: Table, services: set[str], problems: list[Problem]) -> Table:
    """The standards of services that the inventory has; the others are reported."""
    known = table.rows["service"].isin(services)
    problems += [
        Problem(
            table.path,
            row_number(row),
            "PS111",
            "service_id",
            key,
            "a service of the inventory",
            "Give the inventory that has it; until then the row is left out.",
        )
        for row, key in table.rows.loc[~known, "service_id"].items()
    ]
    return Table(table.path, table.rows[known])


def row_number(row: object) -> int:
    """The number of a row in its file, which is the index of a frame."""
    return int(str(row))
