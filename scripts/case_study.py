#!/usr/bin/env python3
"""Hold the nine public editions of the Performance Platform's register against our rules.

    python scripts/case_study.py /path/to/shared/data docs/case-study.md

Each edition goes through the importer and through every check, as `perfsite import` and `perfsite
validate` would do it. The tables of docs/case-study.md are written anew; what stands between them
is left as it is.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.analysis import analyse
from perfsite.importers.performance_platform import import_register
from perfsite.load import load_data
from perfsite.model import Source
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from perfsite.analysis import Analysis
    from perfsite.errors import Problem

LAST: Final = "2018-09-19"
SILENT: Final = "HM Revenue and Customs"
COUNTED: Final = {
    "PS201": "digital above total",
    "PS202": "years that are not the sum",
    "PS204": "stocks",
    "PS205": "periods that disagree",
    "PS209": "jumps",
    "PS210": "repeats",
    "PS212": "gone quiet",
    "PS214": "spelt in two ways",
}


@dataclass(frozen=True)
class Edition:
    """One edition of the register: what the import said, and what the checks say.

    `formulas` are the columns with cells that hold the error of a formula, and how many.
    """

    day: str
    formulas: Sequence[tuple[str, int]]
    imported: Sequence[Problem]
    known: Analysis

    def of(self, code: str) -> list[Problem]:
        """The problems of one code."""
        return [problem for problem in self.known.problems if problem.code == code]


def read_editions(shared: Path) -> list[Edition]:
    """The nine editions, the oldest first."""
    folders = sorted((shared / "uk-performance-platform").glob("20*"))
    return [read_edition(folder) for folder in folders]


def read_edition(folder: Path) -> Edition:
    """One edition, imported into a folder of its own and checked as it stood on its day."""
    data = (folder / "services.csv").read_bytes()
    imported = import_register(Source("services.csv", data))
    with tempfile.TemporaryDirectory() as name:
        for path, content in imported.files.items():
            target = Path(name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        known = analyse(load_data(Path(name)), date.fromisoformat(folder.name))
    return Edition(folder.name, formulas(data.decode("utf-8-sig")), imported.problems, known)


def formulas(text: str) -> list[tuple[str, int]]:
    """The columns in which formulas are broken, and in how many cells."""
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    names = [" ".join(name.split()) for name in header]
    return sorted(
        Counter(
            names[at] for row in rows for at, cell in enumerate(row) if cell.startswith("#")
        ).items()
    )


def tables(editions: Sequence[Edition]) -> dict[str, str]:
    """Every table of the page by its name, as Markdown."""
    last = next(edition for edition in editions if edition.day == LAST)
    return {
        "editions": markdown(
            ("edition", "services", "figures", "broken cells", *COUNTED.values()),
            (counts(edition) for edition in editions),
        ),
        "digital": markdown(
            ("service", "period", "digital", "total", "found at"), above_total(last)
        ),
        "broken": markdown(("edition", "row", "column", "holds"), broken(editions)),
        "formulas": markdown(
            ("edition", "column", "cells"),
            (
                [edition.day, column, str(n)]
                for edition in editions
                for column, n in edition.formulas
            ),
        ),
        "years": markdown(
            ("service", "12 months", "given", "sum of the quarters", "found at"), years(last)
        ),
        "spelt": markdown(("edition", "what", "spelt"), spelt(editions)),
        "moved": markdown(("until", "from", "services", "was", "then"), moved(editions)),
        "silence": markdown(
            ("12 months", "services of all", "transactions", f"of {SILENT}", "transactions"),
            silence(last),
        ),
    }


def counts(edition: Edition) -> list[str]:
    """A line of the first table."""
    figures = edition.known.observations["value"].notna().sum()
    cells = sum(problem.code == "PS301" for problem in edition.imported)
    numbers = [len(edition.known.services), figures, cells]
    numbers += [len(edition.of(code)) for code in COUNTED]
    return [edition.day, *(f"{number:,}" for number in numbers)]


def above_total(edition: Edition) -> list[list[str]]:
    """The cells in which more transactions were digital than there were."""
    form = re.compile(r"([\d,]+) digital transactions of ([\d,]+) transactions in (\S+)")
    lines = []
    for problem in edition.of("PS201"):
        match = form.match(problem.found)
        if match is None:
            raise ValueError(f"{problem.found!r} is said in another way than before")
        digital, total, period = match.groups()
        lines.append([problem.service, period, digital, total, place(problem)])
    return sorted(lines)


def broken(editions: Iterable[Edition]) -> list[list[str]]:
    """The cells that hold no figure, by the row of the original spreadsheet."""
    return [
        [edition.day, str(problem.row), problem.column, f"`{problem.found}`"]
        for edition in editions
        for problem in edition.imported
        if problem.code == "PS301"
    ]


def years(edition: Edition, most: int = 12) -> list[list[str]]:
    """The years that differ most from the sum of their quarters, by the factor between them."""
    form = re.compile(r"([\d,]+) in (\S+), ([\d,]+) in the shorter periods")
    lines = []
    for problem in edition.of("PS202"):
        match = form.match(problem.found)
        given, summed = (int(match[at].replace(",", "")) if match else 0 for at in (1, 3))
        if match and given and summed:
            period = match[2]
            line = [problem.service, period, f"{given:,}", f"{summed:,}", place(problem)]
            lines.append((max(given / summed, summed / given), line))
    return [line for _, line in sorted(lines, key=lambda pair: (-pair[0], pair[1]))[:most]]


def spelt(editions: Iterable[Edition]) -> list[list[str]]:
    """The organisations that one edition spells in two ways."""
    found = [
        [edition.day, problem.column, re.sub(r" \([^()]*, [^()]*\)", "", problem.found)]
        for edition in editions
        for problem in edition.of("PS214")
    ]
    return [[day, column, text.replace("|", "/")] for day, column, text in found]


def moved(editions: Sequence[Edition]) -> list[list[str]]:
    """The departments from which services moved to another, or which were renamed."""
    lines = []
    for one, two in pairwise(editions):
        before, after = one.known.services, two.known.services
        changes = Counter(
            (before[key].department, after[key].department)
            for key in before.keys() & after.keys()
            if before[key].department != after[key].department
        )
        lines += [
            [one.day, two.day, str(number), was, then]
            for (was, then), number in sorted(changes.items())
        ]
    return lines


def silence(edition: Edition) -> list[list[str]]:
    """Services with a figure and their sum for each of the last years, with and without one."""
    frame = edition.known.parts.frame
    rows = frame[
        (frame["part"] == "transactions")
        & (frame["count"] == MONTHS_IN_YEAR)
        & frame["value"].notna()
    ]
    mine = rows["service"].map(
        {key: one.department == SILENT for key, one in edition.known.services.items()}
    )
    lines = []
    for first in sorted(rows["first"].unique())[-6:]:
        year = rows["first"] == first
        code = Period(Unit.MONTH, int(first), MONTHS_IN_YEAR).code
        lines.append([code, *numbers(rows[year]), *numbers(rows[year & mine])])
    return lines


def numbers(rows: pd.DataFrame) -> list[str]:
    """How many services there are in some rows, and what they add up to."""
    return [f"{len(rows):,}", f"{int(rows['value'].sum()):,}"]


def place(problem: Problem) -> str:
    """Where a finding stands, without the folder that all share."""
    return problem.place.removeprefix("submissions/performance-platform/")


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_tables(text: str, made: Mapping[str, str]) -> str:
    """The page with its tables written anew.

    Raises:
        ValueError: if the page does not have exactly these tables.
    """
    parts = re.split(r"<!-- table: (\w+) -->\n.*?<!-- end -->", text, flags=re.DOTALL)
    names = parts[1::2]
    if sorted(names) != sorted(made):
        raise ValueError(f"the page has the tables {names}, not {list(made)}")
    whole = [parts[0]]
    for name, rest in zip(names, parts[2::2], strict=True):
        whole += [f"<!-- table: {name} -->\n{made[name]}\n<!-- end -->", rest]
    return "".join(whole)


def main() -> None:
    """Write the tables of the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("shared", type=Path, help="the folder with the public files")
    parser.add_argument("page", type=Path, help="docs/case-study.md")
    arguments = parser.parse_args()
    made = tables(read_editions(arguments.shared))
    page = with_tables(arguments.page.read_text("utf-8"), made)
    arguments.page.write_text(page, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
