from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import case_study  # noqa: E402 - the folder of the scripts is no package

if TYPE_CHECKING:
    from collections.abc import Sequence

YEARS: Final = ("2016-04/2017-03", "2016-07/2017-06")
"""The last 12 months for which HM Revenue and Customs gave its figures, and the next ones."""
PAGE: Final = ROOT / "docs" / "case-study.md"


@pytest.fixture(scope="module")
def editions(shared_data: Path) -> Sequence[case_study.Edition]:
    """The nine editions, each imported and checked."""
    return case_study.read_editions(shared_data)


@pytest.fixture(scope="module")
def last(shared_data: Path) -> case_study.Edition:
    """The last of them alone."""
    return case_study.read_edition(shared_data / "uk-performance-platform" / case_study.LAST)


def rows_of_register(shared: Path, day: str) -> list[dict[str, str]]:
    """A row a service of an edition, read here and not by perfsite; of equal names the first."""
    text = (shared / "uk-performance-platform" / day / "services.csv").read_text("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    names = [" ".join(name.split()) for name in header]
    return [dict(zip(reversed(names), reversed(row), strict=True)) for row in rows]


def number(cell: str) -> int | None:
    """A whole number with separators of thousands, or None."""
    digits = cell.replace(",", "").strip()
    return int(digits) if digits.isdigit() else None


def test_the_page_says_what_the_checks_say_of_the_last_edition(last: case_study.Edition) -> None:
    """Every line that the last edition has in a table stands on the page, and in its order."""
    text = PAGE.read_text("utf-8").splitlines()
    tables = {name: made.splitlines() for name, made in case_study.tables([last]).items()}

    assert sum(len(lines) - 2 for lines in tables.values()) > 50
    for name, lines in tables.items():
        at = text.index(f"<!-- table: {name} -->")
        here = text[at : text.index("<!-- end -->", at)]
        assert [line for line in here if line in lines] == lines, name


@pytest.mark.proofs
def test_the_page_says_what_the_checks_say(editions: Sequence[case_study.Edition]) -> None:
    """Every table of the page is the one that the nine editions make today."""
    text = PAGE.read_text("utf-8")

    assert len(editions) == 9
    assert case_study.with_tables(text, case_study.tables(editions)) == text


def test_the_cells_with_more_digital_than_all_are_those_of_the_register(
    last: case_study.Edition, shared_data: Path
) -> None:
    """The spreadsheet itself has 6 yearly and 22 quarterly ones, in 20 services."""
    found = set()
    for row in rows_of_register(shared_data, case_study.LAST):
        for name, cell in row.items():
            digital = number(cell)
            if "Digital vol." in name:
                total = number(row.get(name.replace("Digital vol.", "Vol."), ""))
            elif name.startswith("Digital transactions"):
                total = number(row.get(name.replace("Digital", "Total", 1), ""))
            else:
                continue
            if digital is not None and total is not None and digital > total:
                found.add((row["Slug"], name, digital, total))
    lines = case_study.above_total(last)
    shown = {(int(a.replace(",", "")), int(b.replace(",", ""))) for _, _, a, b, _ in lines}

    assert len(found) == len(lines) == 28
    assert sum("vol." in one[1] for one in found) == 6
    assert len({one[0] for one in found}) == len({line[0] for line in lines}) == 20
    assert {one[2:] for one in found} == shown


def test_a_finding_can_be_traced_to_its_cell(last: case_study.Edition, shared_data: Path) -> None:
    """The service that stands at a finding has these figures in the register, too."""
    register = {row["Slug"]: row for row in rows_of_register(shared_data, case_study.LAST)}
    lines = [line for line in case_study.years(last) if line[0] in register]

    assert len(lines) >= 8
    for service, _, given, _, _ in lines:
        assert number(given) in {number(cell) for cell in register[service].values()}


def test_the_silence_is_that_of_the_register(last: case_study.Edition, shared_data: Path) -> None:
    """The services of HM Revenue and Customs that the register itself has for both years."""
    mine = [
        row
        for row in rows_of_register(shared_data, case_study.LAST)
        if row["Department"] == case_study.SILENT
    ]
    # Figures are named after the quarter in which they were asked for, the one after their year.
    counted = {
        first: [n for row in mine if (n := number(row[asked])) is not None]
        for first, asked in zip(YEARS, ("2017-Q2 Vol.", "2017-Q3 Vol."), strict=True)
    }
    shown = {line[0]: line[3:] for line in case_study.silence(last)}

    for year, figures in counted.items():
        assert shown[year] == [f"{len(figures):,}", f"{sum(figures):,}"]
    assert [len(counted[year]) for year in YEARS] == [34, 8]
