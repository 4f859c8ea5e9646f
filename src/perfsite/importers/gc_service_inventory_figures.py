"""The figures of the service inventory: applications by channel, and service standards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.importers.gc_service_inventory_files import row_number
from perfsite.importers.gc_service_inventory_words import (
    CHANNEL_WORDS,
    CHANNELS,
    COUNTS,
    PARTIAL,
    STANDARD,
    STATED,
    TOTAL,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.importers.gc_service_inventory_files import Table

_BETWEEN: Final = " | "
"""Parts the languages of a note, in the order of the site's languages."""
_ANSWERS: Final = {"Y": "1", "N": "0"}
_MISSING: Final = {"NA": "[z]", "ND": "[x]", "": "[x]"}


def applications(table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """The figures of an inventory, one row a service and year as the source has them.

    The source's total is a figure where a channel has one. Where none has, it is no zero: it does
    not apply where no channel does, and is not available otherwise.
    """
    rows, problems = table.rows, []
    columns: dict[str, pd.Series] = {}
    for name, channel in CHANNELS.items():
        columns[f"transactions:{channel}"], found = _counts(table, name)
        problems += found
    total, found = _counts(table, TOTAL)
    problems += found
    given = pd.DataFrame({name: is_given(cells) for name, cells in columns.items()})
    apart = pd.DataFrame({name: cells == "[z]" for name, cells in columns.items()})
    total = total.mask(~given.any(axis=1), "[x]").mask(apart.all(axis=1), "[z]")
    others = {}
    for name, measure in COUNTS.items():
        others[measure], found = _counts(table, name)
        problems += found
    unknown = pd.DataFrame({name: cells == "[x]" for name, cells in columns.items()})
    partial = given.any(axis=1) & unknown.any(axis=1)
    notes = [_partial(names) for names in _true_names(unknown[partial])]
    note = pd.Series(notes, index=rows.index[partial], dtype=object).reindex(rows.index)
    made = pd.DataFrame(
        {
            "service": rows["service"],
            "period": rows["period"],
            "transactions": total,
            **columns,
            **others,
            "note": note.fillna(""),
        }
    )
    return made, problems


def _true_names(flags: pd.DataFrame) -> list[tuple[str, ...]]:
    """The channels that are true in each row."""
    names = [str(name).partition(":")[2] for name in flags.columns]
    return [
        tuple(name for name, flag in zip(names, row, strict=True) if flag)
        for row in flags.itertuples(index=False, name=None)
    ]


def _partial(channels: Sequence[str]) -> str:
    """The note on a total that leaves out these channels, in both languages."""
    words = [[CHANNEL_WORDS[name][place] for name in channels] for place in range(len(PARTIAL))]
    texts = (text.format(", ".join(own)) for text, own in zip(PARTIAL, words, strict=True))
    return _BETWEEN.join(texts)


def service_standards(table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """The target and the two counts of every standard; its text is the note on its target.

    Where the file says whether the target was met, that is one more: 1 for `Y`, 0 for `N`.
    """
    rows, problems = table.rows, []
    english, french = rows["service_standard_en"], rows["service_standard_fr"]
    both = english.str.cat(french, sep=_BETWEEN)
    # Each language has one part of a note: a text that itself has a bar cannot be one.
    barred = english.str.contains("|", regex=False) | french.str.contains("|", regex=False)
    text = both.where(~barred & (french != ""), english)
    parts = []
    for place, (name, measure) in enumerate(STANDARD.items()):
        if name == STATED and not rows[name].any():
            continue  # The file has no such column, or nothing in it.
        if name == STATED:
            values, found = _answers(table, name)
        else:
            values, found = _counts(table, name, share=name == "target")
        problems += found
        part = rows[["service", "period", "channel"]].assign(
            measure=measure, value=values, note="" if place else text
        )
        parts.append(part)
    made = pd.concat(parts).sort_index(kind="stable")
    return made[["service", "period", "measure", "channel", "value", "note"]], problems


def _counts(table: Table, name: str, *, share: bool = False) -> tuple[pd.Series, list[Problem]]:
    """A column of counts, or of shares from 0 to 1; what cannot be read is not available."""
    pattern = r"0(\.[0-9]+)?|1(\.0+)?" if share else "[0-9]+"
    expected = "a share from 0 to 1" if share else "a whole number, 0 or more"
    return _read(table, name, pattern, expected)


def _answers(table: Table, name: str) -> tuple[pd.Series, list[Problem]]:
    """A column of `Y` and `N` as 1 and 0."""
    cells, problems = _read(table, name, "[YN]", "Y or N")
    return cells.replace(_ANSWERS), problems


def _read(table: Table, name: str, pattern: str, expected: str) -> tuple[pd.Series, list[Problem]]:
    """A column of cells that look so; what is none of these is not available."""
    cells = table.rows[name]
    readable = cells.str.fullmatch(pattern).astype(bool)
    known = readable | cells.isin(list(_MISSING))
    problems = [
        Problem(
            table.path,
            row_number(row),
            "PS301",
            name,
            cell[:80],
            f"{expected}; NA where it does not apply, ND where there is no data",
            "Correct the cell; until then the figure is taken as not available.",
        )
        for row, cell in cells[~known].items()
    ]
    return cells.replace(_MISSING).where(known, "[x]"), problems


def is_given(cells: pd.Series) -> pd.Series:
    """Which cells hold a figure."""
    return ~cells.isin(["[x]", "[z]"])
