"""Any table into our format, by a small map that says what its columns are: `import csv`.

Lives here: a table held against a map, and the submissions and the register that come of it. Not
here: the entries of a map (`map_file`), what its rows and cells mean (`map_rows`, `map_cells`),
and the map that is proposed for a table (`proposals`).
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite import documents
from perfsite.errors import ConfigError, Problem
from perfsite.importers import Imported, Importer, Option, counted, csv_text
from perfsite.importers.map_cells import read_cells, settle
from perfsite.importers.map_file import parse_map
from perfsite.importers.map_rows import (
    FILE,
    LONG,
    SERVICE,
    keep_rows,
    name_periods,
    name_services,
    note_rows,
    tidy_figures,
    wide_figures,
)
from perfsite.importers.proposals import propose
from perfsite.model import REGISTER_COLUMNS, Source
from perfsite.tables import ROW, read_table, sheets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.importers.map_file import Map

__all__ = ["IMPORTER", "import_tables", "propose"]

_TIDY: Final = ["service", "period", "measure", "channel", "value", "note"]
_SHOWN: Final = 200


def import_tables(sources: Sequence[Source], wanted: Map) -> Imported:
    """Turn tables of one kind into a submission each, and a register where the map has one.

    Never raises for anything that a table may hold. A table without the columns that the map
    names, or without one row that fits it, makes nothing.
    """
    files: dict[str, str | bytes] = {}
    problems: list[Problem] = []
    facts: list[pd.DataFrame] = []
    figures = 0
    for source in sources:
        long, register, found = _read(source, wanted)
        problems += found
        if not long.empty:
            files[_path(source, files)] = csv_text(long[_TIDY])
            figures += int((~long["value"].str.startswith("[")).sum())
            facts.append(register)
    if not files:
        return Imported({}, sorted(problems))
    everything = pd.concat(facts, ignore_index=True)
    if wanted.register_:
        register, found = _one_row_each(everything)
        problems += found
        files = {"services.csv": csv_text(register), **files}
    services = everything["service"].nunique()
    carried = f"{counted(services, 'service')}, {counted(figures, 'figure')}"
    return Imported(files, sorted(problems), carried)


def _path(source: Source, taken: Mapping[str, object]) -> str:
    """Where the figures of a table go: the name of its file, and a number if it is taken."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", PurePosixPath(source.path).stem).strip("-_") or "table"
    path, number = f"submissions/{stem}.csv", 1
    while path in taken:
        number += 1
        path = f"submissions/{stem}-{number}.csv"
    return path


def _read(source: Source, wanted: Map) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """The figures of a table, the facts in it, and problems; no rows where the map does not fit."""
    table, problems = read_table(source)
    nothing = pd.DataFrame(columns=LONG)
    columns = [str(column) for column in table.columns if column != ROW]
    if not columns:
        return nothing, nothing, problems
    if absent := _absent(source, wanted, columns):
        return nothing, nothing, [*problems, *absent]
    used = {*(name for _, name in wanted.named), *wanted.pass_over}
    problems += [_not_imported(source, name) for name in columns if name not in used]
    table[FILE] = source.path
    for step in (keep_rows, name_services, name_periods):
        table, found = step(table, wanted)
        problems += found
    table = note_rows(table, wanted)
    if wanted.tidy:
        long, found = tidy_figures(table, wanted.tidy)
        problems += found
    else:
        long = wide_figures(table, wanted)
    if long.empty:
        fix = "Correct the map, or give the table that it was made for."
        expected = "at least one row that fits the map"
        none = Problem(source.path, 0, "PS306", "", "no such row", expected, fix)
        return nothing, nothing, [*problems, none]
    long, found = read_cells(long, wanted.cells)
    long, more = settle(long, add_up=wanted.add_up)
    return long, _facts(table, wanted), [*problems, *found, *more]


def _absent(source: Source, wanted: Map, columns: Sequence[str]) -> list[Problem]:
    """A problem for every column that the map names and the table has not."""
    problems = []
    for entry, name in wanted.named:
        if name not in columns:
            found = f"{entry} names it, and the table has {', '.join(columns)}"[:_SHOWN]
            close = get_close_matches(name, columns, n=1)
            fix = (
                f"Did you mean {close[0]}?" if close else "Correct the map, or the table's header."
            )
            expected = "a column of the table"
            problems.append(Problem(source.path, 1, "PS306", name, found, expected, fix))
    return problems


def _not_imported(source: Source, name: str) -> Problem:
    expected = "a column that the map names"
    fix = "Name it in the map; under pass_over if it is not wanted."
    return Problem(source.path, 1, "PS304", name, "1 column", expected, fix)


def _facts(table: pd.DataFrame, wanted: Map) -> pd.DataFrame:
    """What the table says of the service of each row, in the columns of the register."""
    facts = table[[ROW]].assign(file=table[FILE], service=table[SERVICE])
    if wanted.register_:
        facts = facts.assign(**wanted.register_.constants)
        taken = wanted.register_.columns
        facts = facts.assign(**{key: table[name] for key, name in taken.items()})
    return facts


def _one_row_each(facts: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """The register: the first row about each service, and PS306 where a later one differs."""
    register = facts.drop_duplicates("service")
    known = [name for name in REGISTER_COLUMNS[1:] if name in facts]
    each = facts.groupby("service")[known].transform("first")
    problems = []
    for name in known:
        differs = facts[name] != each[name]
        # One message for each service: its rows are many, and mostly say the same.
        others = facts[differs].drop_duplicates(["service", name])
        problems += [
            Problem(
                file,
                row,
                "PS306",
                name,
                f"{service} is {cell[:80]!r} here and {before[:80]!r} in its first row",
                "one value for each service",
                "Make them alike in the table; the first stands.",
                service=service,
            )
            for file, row, service, cell, before in zip(
                *(others[column].tolist() for column in ("file", ROW, "service", name)),
                each.loc[others.index, name].tolist(),
                strict=True,
            )
        ]
    return register.reindex(columns=list(REGISTER_COLUMNS), fill_value=""), problems


def _run(sources: Sequence[Source], options: Mapping[str, object]) -> Imported:
    source = options["map"]
    if not isinstance(source, Source):
        raise TypeError("--map is required")
    try:
        text = source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source.path} is not UTF-8 text") from error
    wanted = parse_map(text, source.path)
    return import_tables([table for file in sources for table in sheets(file)], wanted)


IMPORTER: Final = Importer(
    "csv",
    "Any other table, by a map of its columns.",
    "Import FILES, tables of one kind, by a map that says what their columns are.\n\n"
    "`perfsite init --from FILE` proposes the map; "
    f"`{documents.named('importing#the-map')}` has all that it may say.",
    _run,
    (Option("map", "What the columns are.", "path", required=True, metavar="MAP.toml"),),
)
