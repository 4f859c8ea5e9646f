"""The nine registers of the Performance Platform, compared without anything of perfsite's.

Figures are the cells of the spreadsheets themselves, named by their own headers.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_YEARLY: Final = re.compile(r"(\d{4}-Q\d) (Vol\.|CPT \(£\)|Digital vol\.|Digital CPT \(£\))")
_QUARTERLY: Final = re.compile(r"(Total|Digital) transactions\s+(.+ \d{4})", re.DOTALL)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
Cells = dict[tuple[str, str, str], Decimal]
"""Slug, period as the header names it, and what is counted, to the figure."""


@dataclass(frozen=True)
class Counted:
    """What changed from one register to the next, counted."""

    added: int
    removed: int
    restated: int
    withdrawn: int
    backfilled: int


def count_changes(shared: Path) -> dict[str, Counted]:
    """What changed in each edition but the first, by its date."""
    folders = sorted((shared / "uk-performance-platform").glob("20*"))
    found = {}
    for earlier, later in pairwise(folders):
        found[later.name] = _counted(*map(_register, (earlier, later)))
    return found


def _register(folder: Path) -> tuple[set[str], Cells]:
    with (folder / "services.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    slug = header.index("Slug")
    cells: Cells = {}
    slugs = set()
    for row in rows:
        slugs.add(row[slug].strip())
        for name, cell in zip(header, row, strict=False):
            place = _place(name.strip())
            number = cell.replace(",", "").strip()
            if place and _NUMBER.fullmatch(number):
                cells.setdefault((row[slug].strip(), *place), Decimal(number))
    return slugs, cells


def _place(header: str) -> tuple[str, str] | None:
    if match := _YEARLY.fullmatch(header):
        return match[1], match[2]
    if match := _QUARTERLY.fullmatch(header):
        return " ".join(match[2].split()), match[1]
    return None


def _counted(earlier: tuple[set[str], Cells], later: tuple[set[str], Cells]) -> Counted:
    (slugs, before), (slugs_now, now) = earlier, later
    both = slugs & slugs_now
    periods = {period for _, period, _ in before}
    mine = {key for key in before if key[0] in both}
    new = {key for key in now if key[0] in both} - mine
    return Counted(
        added=len(slugs_now - slugs),
        removed=len(slugs - slugs_now),
        restated=sum(before[key] != now[key] for key in mine & now.keys()),
        withdrawn=len(mine - now.keys()),
        backfilled=sum(period in periods for _, period, _ in new),
    )
