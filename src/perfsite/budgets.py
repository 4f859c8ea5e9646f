"""How much perfsite takes from a data folder: `[budgets]` of perfsite.toml.

Whoever sends figures decides how large their files are, and a few kilobytes can unpack to more
than a machine has. So each budget is looked at before what it bounds is read, and what exceeds it
costs itself alone: its file, its folder or its channels. The defaults are several times what any
register of services has needed.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from perfsite.errors import Problem
from perfsite.settings import Table

SETTINGS_BYTES: Final = 1_000_000
"""The largest file of settings: what it may say of budgets is known only once it has been read."""

_Number = Annotated[int, Field(ge=1, le=10**15)]


class Budgets(Table):
    """`[budgets]`: the most that is read.

    `file_bytes` of a file; `files` in all; `workbook_bytes` of a workbook when unpacked, which may
    be `workbook_ratio` times as much as packed; `workbook_sheets` and `workbook_cells` of it;
    `rows`, `columns` and `cells` of a table; `figures` of a file; `value_length` characters of a
    value, at most what Python's reader of CSV takes where nobody says otherwise, so that others
    can read what is published; `channels` of a measure of a service.
    """

    file_bytes: _Number = 100_000_000
    files: _Number = 10_000
    workbook_bytes: _Number = 200_000_000
    workbook_ratio: _Number = 200
    workbook_sheets: _Number = 100
    workbook_cells: _Number = 5_000_000
    rows: _Number = 2_000_000
    columns: _Number = 1_000
    cells: _Number = 10_000_000
    figures: _Number = 2_000_000
    value_length: Annotated[int, Field(ge=1, le=131_072)] = 32_767
    channels: _Number = 50


DEFAULT: Final = Budgets()
"""What is allowed where perfsite.toml says nothing."""

_UNITS: Final = {
    "file_bytes": ("bytes", "divide the file into several"),
    "files": ("files", "keep what holds no figures elsewhere"),
    "workbook_bytes": ("bytes when unpacked", "save the sheets as files of their own"),
    "workbook_ratio": ("times its size when unpacked", "save the sheet as CSV"),
    "workbook_sheets": ("sheets", "save the sheets that hold figures as files of their own"),
    "workbook_cells": ("cells in a workbook", "save the sheets as CSV"),
    "rows": ("rows", "divide the file into several"),
    "columns": ("columns", "delete the columns that hold no figures"),
    "cells": ("cells", "divide the file into several"),
    "figures": ("figures in a file", "divide the file into several"),
    "value_length": (
        "characters in a value",
        "is a quotation mark never closed? Shorten the value",
    ),
    "channels": ("channels of a measure", "add small channels up"),
}
"""What each budget counts, and what to do where there is more."""


class OverBudgetError(ValueError):
    """Something is larger than its budget allows.

    `budget` is the name of its entry, `found` what there is, in words, `row` where.
    """

    def __init__(self, budget: str, found: str, row: int = 0) -> None:
        """What was found is given in words, for it is not always counted to its end."""
        super().__init__(found)
        self.budget = budget
        self.found = found
        self.row = row

    def problem(self, path: str, budgets: Budgets, fix: str = "") -> Problem:
        """PS130 of a file or folder: which budget, what was found, and how to raise it."""
        unit, mend = _UNITS[self.budget]
        most = getattr(budgets, self.budget)
        return Problem(
            path,
            self.row,
            "PS130",
            "",
            self.found,
            f"at most {most:,} {unit}",
            f"{fix or mend}; if it is right, raise {self.budget} in [budgets] of perfsite.toml",
        )
