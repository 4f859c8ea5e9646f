"""What is larger than a budget allows, and what to do about it.

Budgets are settings (`budgets`). This module is by itself, because whoever only opens a file, such
as a shell that completes a word, has no time to load what reads settings.
"""

from __future__ import annotations

from typing import Final, Protocol

from perfsite.errors import Problem

FILE_BYTES: Final = 100_000_000
"""The largest file where perfsite.toml says nothing."""
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


class Limits(Protocol):
    """What knows how much each budget allows."""

    def most(self, budget: str) -> int:
        """The most of a budget, by the name of its entry."""


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

    def problem(self, path: str, budgets: Limits, fix: str = "") -> Problem:
        """PS130 of a file or folder: which budget, what was found, and how to raise it."""
        unit, mend = _UNITS[self.budget]
        most = budgets.most(self.budget)
        return Problem(
            path,
            self.row,
            "PS130",
            "",
            self.found,
            f"at most {most:,} {unit}",
            f"{fix or mend}; if it is right, raise {self.budget} in [budgets] of perfsite.toml",
        )
