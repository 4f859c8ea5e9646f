"""The published file of the Performance Platform, read as an answer key.

`transaction-volumes.csv` is what the platform itself made of the register. It is read here with
code of its own: nothing is shared with the importer, so a mistake there cannot hide itself here.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_HEADER = re.compile(r"(\w+ \d{4} to \w+ \d{4}): (.+)")
_SLIPS = {
    "January 2014 to December 2015": "January 2014 to December 2014",
    "July 2015 to Juhe 2016": "July 2015 to June 2016",
}
"""What two published headers say, and what they mean: their neighbours leave no doubt."""

_MEASURES = {
    "volume": ("transactions", ""),
    "digital volume": ("transactions", "digital"),
    "cost per transaction (£)": ("cost_per_transaction", ""),
}


def answer_key(path: Path, register: Path) -> pd.DataFrame:
    """Every figure of a `transaction-volumes.csv`, with the slug from its `services.csv`.

    The published file has no ids. In all nine editions a department, body and name together are
    found once in either file, and the rows stand in the same order: both are asserted, so a row
    cannot be given to the wrong service.

    Returns:
        The columns `service` (the slug as it stood), `period` (a canonical code), `measure`,
        `channel` ("" for all) and `value` (a `Decimal`), a row a figure; blanks have none.
    """
    key, services = _rows(path), _rows(register)
    names = [_name(row, "Department", "Body/Agency", "Name of service") for row in key]
    expected = [_name(row, "Department", "Agency/body", "Name of service") for row in services]
    assert len(set(names)) == len(names), f"{path} names a service twice"
    assert names == expected, f"{path} and {register} do not hold the same services"
    figures = [
        (service["Slug"].strip(), _period(match[1]), *_MEASURES[match[2]], Decimal(cell))
        for row, service in zip(key, services, strict=True)
        for header, cell in row.items()
        if cell and (match := _HEADER.fullmatch(header))
    ]
    return pd.DataFrame(figures, columns=["service", "period", "measure", "channel", "value"])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _name(row: dict[str, str], *columns: str) -> tuple[str, ...]:
    return tuple(" ".join(row[column].split()) for column in columns)


def _period(named: str) -> str:
    """The code of the 12 months that are named."""
    first, year, _, last, last_year = _SLIPS.get(named, named).split()
    start, end = _MONTHS.index(first) + 1, _MONTHS.index(last) + 1
    assert (int(last_year) - int(year)) * 12 + end - start == 11, f"{named}: not 12 months"
    return year if start == 1 else f"{year}-{start:02d}/{last_year}-{end:02d}"
