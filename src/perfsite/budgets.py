"""How much perfsite takes from a data folder: `[budgets]` of perfsite.toml.

Whoever sends figures decides how large their files are, and a few kilobytes can unpack to more
than a machine has. So each budget is looked at before what it bounds is read, and what exceeds it
costs itself alone: its file, its folder or its channels. The defaults are several times what any
register of services has needed.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from perfsite.overruns import FILE_BYTES
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

    file_bytes: _Number = FILE_BYTES
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
    channels: _Number = 200

    def most(self, budget: str) -> int:
        """The most of a budget, by the name of its entry."""
        return int(getattr(self, budget))


DEFAULT: Final = Budgets()
"""What is allowed where perfsite.toml says nothing."""
