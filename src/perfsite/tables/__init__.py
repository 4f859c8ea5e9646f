"""Files to tables: the bytes of a CSV or JSON file or a workbook become a frame of text.

What the columns mean is not known here. A frame has one row a record, every cell a stripped
string, and `row`: the number by which people find the record again (a spreadsheet's row number,
or the record's number in a JSON list).

`csv_json` and `workbooks` read each kind of file; `cells` finds what the reader of workbooks would
not tell. `rows` makes the frames and says what a text may be, wherever it comes from.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from perfsite.config import DEFAULT
from perfsite.errors import OverBudgetError
from perfsite.tables.csv_json import (
    BINARY,
    check_csv,
    check_json,
    decoded,
    read_csv,
    read_json,
    readable_text,
)
from perfsite.tables.rows import (
    REFUSED,
    ROW,
    TEXT_RULES,
    check_cells,
    check_name,
    checked_table,
    nothing,
)
from perfsite.tables.workbooks import WORKBOOKS, Sheet, read_workbook, sheets

if TYPE_CHECKING:
    import pandas as pd

    from perfsite.config import Budgets
    from perfsite.errors import Problem
    from perfsite.model import Source

__all__ = [
    "READABLE",
    "REFUSED",
    "ROW",
    "TEXT_RULES",
    "WORKBOOKS",
    "check_cells",
    "check_size",
    "decoded",
    "read_cells",
    "read_table",
    "sheets",
    "stem",
]

READABLE: Final = (".csv", ".json", *WORKBOOKS)
"""The endings of the files that can be read."""


def read_table(source: Source, budgets: Budgets = DEFAULT) -> tuple[pd.DataFrame, list[Problem]]:
    """The records of a file as text, with the column `row`.

    Columns keep the order and the spelling of the header, stripped. Records that cannot be told
    apart into columns are left out and reported (PS102, PS103), and so are rows of a workbook that
    show something else than they hold (PS104, PS108), and rows with a text that must not be
    published (PS123 to PS125). Of a file that is larger than the budgets allow nothing is read
    (PS130).
    """
    frame, problems = read_cells(source, budgets)
    return checked_table(source, frame, problems, 0 if source.path.endswith(".json") else 1)


def read_cells(source: Source, budgets: Budgets = DEFAULT) -> tuple[pd.DataFrame, list[Problem]]:
    """The same with the rows whose texts do not pass the gate, for who must know of every row."""
    if wrong := check_name(source):
        return nothing(wrong)
    try:
        return _read(source, budgets)
    except OverBudgetError as excess:
        return nothing(excess.problem(source.path, budgets))


def _read(source: Source, budgets: Budgets) -> tuple[pd.DataFrame, list[Problem]]:
    ending = PurePosixPath(source.path).suffix.lower()
    if isinstance(source, Sheet) or ending in WORKBOOKS:
        return read_workbook(source, budgets)
    check_size(source, budgets)
    text, problems = readable_text(source)
    if text is None:
        return nothing(*problems)
    if ending == ".json":
        frame, more_problems = read_json(source, text, budgets)
    else:
        del text  # the rows are read from the bytes, line by line
        frame, more_problems = read_csv(source, budgets)
    return frame, [*problems, *more_problems]


def check_size(source: Source, budgets: Budgets) -> None:
    """Hold a file of text against the budgets, before anything is made of it.

    Raises:
        OverBudgetError: naming the first budget that is exceeded.
    """
    if source.data.startswith(BINARY):
        return  # it is a workbook, or UTF-16: nothing of it is read as text
    ending = PurePosixPath(source.path).suffix.lower()
    (check_json if ending == ".json" else check_csv)(source.data, budgets)


def stem(source: Source) -> str:
    """The name of the file without its ending, which may be the id of a service.

    The sheets of one workbook have the name of the workbook.
    """
    return PurePosixPath(source.workbook if isinstance(source, Sheet) else source.path).stem
