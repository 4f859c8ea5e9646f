"""The row of a new service, added to a register without touching anything else in it."""

from __future__ import annotations

import csv
import io

import pandas as pd

from perfsite.decimals import csv_text
from perfsite.errors import UsageError
from perfsite.model import Source
from perfsite.tables import read_table

_REQUIRED = ("service", "name", "department")


def add_to_register(register: Source, *, service: str, name: str, department: str) -> bytes:
    """The bytes of a CSV register with one row more at its end; those before stay as they are.

    Raises:
        UsageError: if the register is such that a row cannot be added with certainty.
    """
    table, problems = read_table(register)
    refusal = UsageError(
        f"{register.path} is not a table to which a row can be added; "
        "mend what `perfsite validate` says of it first"
    )
    if problems or not set(_REQUIRED) <= set(table.columns):
        raise refusal
    text = register.data.decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline=""))
    header = next([name.strip() for name in row] for row in rows if any(map(str.strip, row)))
    given = {"service": service, "name": name, "department": department}
    end = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    row = csv_text([[given.get(column, "") for column in header]], end)
    gap = b"" if register.data.endswith((b"\n", b"\r")) else end.encode()
    data = register.data + gap + row.encode()
    longer, problems = read_table(Source(register.path, data))
    columns = list(table.columns)
    same = len(longer) == len(table) + 1 and longer.iloc[:-1][columns].equals(table)
    if problems or not same or dict(pd.Series(longer.iloc[-1])[list(given)]) != given:
        raise refusal
    return data
