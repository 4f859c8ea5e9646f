"""Made-up data of any size for measurements, and the edits whose cost is measured.

The data has the shape of the example: two files with a row for each service and period, 126 cells a
service over 21 periods, a fifth of the services with yearly figures alone, some without a digital
channel, some with gaps. A service has the same figures however many there are, so that figures of
two sizes can be compared.
"""

from __future__ import annotations

import csv
import math
import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST: Final = "submissions/performance-platform/12-months-transactions.csv"
"""The largest submission, below the data folder: of the example and of made-up data."""
QUARTERS: Final = "submissions/performance-platform/quarters-transactions.csv"
DAY: Final = "2017-11-30"
"""The day of every made-up site."""
_MISSING: Final = "[x]"
_CATEGORIES: Final = ("Registering", "Making a payment", "Providing information", "Ordering goods")
_VERBS: Final = ("Apply for", "Renew", "Report", "Cancel", "Pay for", "Ask about")
_THINGS: Final = ("a licence", "a permit", "an allowance", "a certificate", "a vehicle", "a visa")
_QUARTERS: Final = [(at // 4, at % 4 + 1) for at in range(2011 * 4 + 3, 2017 * 4 + 3)]
"""Year and quarter of all figures: the last 21 are published, and the years that end in them."""
_CONFIG: Final = f"""\
title = "Made-up services"
publisher = "The Office of Measurements"
description = "Figures of services that do not exist, for measurements."
contact = "figures@example.org"
licence = "Open Government Licence v3.0"
licence_url = "https://example.org/licence"
published = [{DAY}]
caveats = ["All of it is made up."]

[[sources]]
name = "Nothing"
publisher = "The Office of Measurements"
licence = "Open Government Licence v3.0"
url = "https://example.org/nothing"
note = "Made up."

[budgets]
file_bytes = 10_000_000_000
rows = 100_000_000
cells = 1_000_000_000
figures = 1_000_000_000
"""


def write_data(folder: Path, services: int) -> None:
    """Write a data folder with so many services, the number of its organisations in proportion."""
    (folder / LARGEST).parent.mkdir(parents=True)
    (folder / "perfsite.toml").write_text(_CONFIG, "utf-8")
    with (folder / "services.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("service", "name", "department", "agency", "category"))
        table.writerows(register_row(number, services) for number in range(services))
    with (
        (folder / LARGEST).open("w", encoding="utf-8") as years,
        (folder / QUARTERS).open("w", encoding="utf-8") as quarters,
    ):
        years.write(
            "service,period,transactions,cost_per_transaction,"
            "transactions:digital,cost_per_transaction:digital\n"
        )
        quarters.write("service,period,transactions,transactions:digital\n")
        for number in range(services):
            totals, digital = _figures(number)
            years.writelines(_year_rows(number, totals, digital))
            quarters.writelines(_quarter_rows(number, totals, digital))


def register_row(number: int, services: int) -> tuple[str, str, str, str, str]:
    """The row of a service: 40 in a department, 9 in an agency, as in the example."""
    departments, agencies = max(2, services // 40), max(4, services // 9)
    agency = number % agencies
    thing = _THINGS[number // len(_VERBS) % len(_THINGS)]
    return (
        f"service-{number:06}",
        f"{_VERBS[number % len(_VERBS)]} {thing} of form {number}",
        f"Department {agency % departments}",
        f"Agency {agency}",
        _CATEGORIES[number % len(_CATEGORIES)],
    )


def _figures(number: int) -> tuple[list[int | None], list[int | None]]:
    """Transactions of each quarter, and the digital ones: None where nothing was reported."""
    chance = random.Random(number)  # noqa: S311 - figures, not keys
    size, growth = math.exp(chance.uniform(4, 13)), chance.uniform(-0.02, 0.03)
    share, more = chance.uniform(0.05, 0.6), chance.uniform(0, 0.015)
    season = chance.uniform(0, 0.3)
    kind = number % 10
    totals: list[int | None] = []
    digital: list[int | None] = []
    for at in range(len(_QUARTERS)):
        wave = 1 + season * math.sin(at * math.pi / 2) + chance.gauss(0, 0.02)
        total = round(size * math.exp(growth * at) * max(wave, 0.1))
        reported = not (kind == 3 and at < 8) and not (kind == 4 and 10 <= at < 13)  # noqa: PLR2004
        totals.append(total if reported else None)
        part = round(total * min(share + more * at, 1))
        digital.append(part if reported and kind != 2 else None)  # noqa: PLR2004
    return totals, digital


def _year_rows(number: int, totals: list[int | None], digital: list[int | None]) -> Iterator[str]:
    """The rows of the years: costs once in twelve months, and for every third service."""
    cost = random.Random(-1 - number).uniform(0.5, 80)  # noqa: S311 - figures, not keys
    for end in range(3, len(_QUARTERS)):
        (first, quarter), (last, _) = _QUARTERS[end - 3], _QUARTERS[end]
        period = str(last)
        if quarter > 1:
            period = f"{first}-{quarter * 3 - 2:02}/{last}-{quarter * 3 - 3:02}"
        priced = quarter == 2 and number % 3 == 0  # noqa: PLR2004 - the financial year
        price = f"{cost * (1 - end / 100):.2f}" if priced else _MISSING
        cells = (_sum(totals[end - 3 : end + 1]), price, _sum(digital[end - 3 : end + 1]))
        yield f"service-{number:06},{period},{','.join(cells)},{_MISSING}\n"


def _quarter_rows(
    number: int, totals: list[int | None], digital: list[int | None]
) -> Iterator[str]:
    """The rows of the quarters; two services in ten report none."""
    yearly_only = number % 10 < 2  # noqa: PLR2004
    for (year, quarter), total, part in list(zip(_QUARTERS, totals, digital, strict=True))[3:]:
        cells = [_MISSING if yearly_only or one is None else str(one) for one in (total, part)]
        yield f"service-{number:06},{year}-Q{quarter},{','.join(cells)}\n"


def _sum(parts: list[int | None]) -> str:
    """The year of four quarters, or that it is missing."""
    whole = [one for one in parts if one is not None]
    return str(sum(whole)) if len(whole) == len(parts) else _MISSING


def change_cell(data: Path) -> None:
    """Raise a year of a service in the middle of the largest submission by one in a hundred."""
    lines = _lines(data)
    at = _middle(lines)
    service, period, value, rest = lines[at].split(",", 3)
    lines[at] = ",".join((service, period, str(int(value) + max(1, int(value) // 100)), rest))
    (data / LARGEST).write_text("".join(lines), "utf-8")


def service_of_cell(data: Path) -> str:
    """The service of which `change_cell` would change a cell."""
    lines = _lines(data)
    return lines[_middle(lines)].partition(",")[0]


def insert_row(data: Path) -> None:
    """Put a year that had no row, of the first service, below the first row of the same file."""
    lines = _lines(data)
    service, _, _ = lines[1].partition(",")
    value = next(line.split(",")[2] for line in lines[1:] if line.split(",")[2].isdigit())
    lines.insert(2, f"{service},2011-07/2012-06,{value},{_MISSING},{_MISSING},{_MISSING}\n")
    (data / LARGEST).write_text("".join(lines), "utf-8")


def _lines(data: Path) -> list[str]:
    return (data / LARGEST).read_text("utf-8").splitlines(keepends=True)


def _middle(lines: list[str]) -> int:
    """The place of the row about the middle that has a number of transactions."""
    return next(at for at in range(len(lines) // 2, 0, -1) if lines[at].split(",")[2].isdigit())
