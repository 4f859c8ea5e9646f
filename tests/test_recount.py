"""The figures of the example, worked out anew without perfsite, held against the site it builds.

`recount` has the definitions, read from the documents, in exact arithmetic. Each test says how
much it compared, so that none compares nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from recount.figures import KPIS, Figure
from recount.given import YEAR, Given, Span, read_given, read_rows, span
from recount.groups import COLUMNS, Recount, Row, all_rows
from recount.tables import KPI_OF_COLUMN, OPERANDS, Cell, Revisions, Tables, cells, says

FOLDER: Final = Path(__file__).parent / "recount"
ALLOWED: Final = frozenset(
    {"__future__", "collections", "csv", "dataclasses", "datetime", "fractions", "functools"}
    | {"lxml", "pathlib", "re", "recount", "statistics", "typing"}
)
CLOSE: Final = Fraction(1, 10**11)
"""How far a number of a file may be from the exact one: files have no more than binary digits."""


class Held:
    """What was compared, by kind, and what differs."""

    def __init__(self) -> None:
        self.compared: Counter[str] = Counter()
        self.differing: list[str] = []

    def that(self, kind: str, place: object, *, right: object, said: object, same: bool) -> None:
        """Note a comparison."""
        self.compared[kind] += 1
        if not same:
            self.differing.append(f"{kind} of {place}: {said} instead of {right}")

    def settle(self, at_least: int) -> None:
        """Say how much was compared, and fail if anything differs or little was compared."""
        kinds = Counter(one.partition(" of ")[0] for one in self.differing)
        print(f"compared {self.compared.total():,}: {dict(self.compared)}")  # noqa: T201 - a count
        if self.differing:
            first = "\n".join(self.differing[:25])
            pytest.fail(f"{len(self.differing):,} differ: {dict(kinds)}\n{first}", pytrace=False)
        assert self.compared.total() >= at_least, self.compared


def _is(number: Fraction | float | None, text: str) -> bool:
    """Whether a cell of a file has a number, or is blank where there is none."""
    if number is None or not text:
        return number is None and not text
    exact = Fraction(number)
    return abs(exact - Fraction(text)) <= CLOSE * abs(exact)


@pytest.fixture(scope="module")
def given(site: Path) -> Given:
    """What the services of the example gave."""
    return read_given(site)


@pytest.fixture(scope="module")
def recount(given: Given) -> Recount:
    """What is made of it."""
    return Recount(given)


def test_nothing_of_perfsite_is_in_the_recount() -> None:
    """It imports the standard library, the reader of HTML and itself; so it can't share a slip."""
    files = sorted(FOLDER.glob("*.py"))
    imported = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                assert node.module
                imported.add(node.module.partition(".")[0])

    assert len(files) >= 5
    assert imported <= ALLOWED
    assert not any("perfsite" in name for name in imported)


def test_the_years_of_all_services_are_right(site: Path, recount: Recount) -> None:
    """data/kpis.csv has each KPI of 12 months that can be worked out, withheld where in doubt."""
    held = Held()
    rows = {
        (row["service"], row["kpi"], period.first): row
        for row in read_rows(site / "data" / "kpis.csv")
        if row["period"] and row["kpi"] in KPIS
        # What was stated as it is, without what it is made of, has nothing to be recounted.
        if (row["numerator"] or row["status"] != "provided")
        for period in [span(row["period"])]
        if (period.unit, period.count) == ("month", YEAR)
    }
    figures = {
        (service, kpi, first): figure
        for service, mine in recount.services.items()
        for (kpi, first), figure in mine.figures.items()
    }
    for place in sorted(rows.keys() | figures.keys()):
        _hold_figure(held, place, figures.get(place), rows.get(place))
    held.settle(80_000)


def _hold_figure(
    held: Held, place: object, figure: Figure | None, row: dict[str, str] | None
) -> None:
    there = (figure is not None, row is not None)
    held.that("figure", place, right=there[0], said=there[1], same=there[0] == there[1])
    if figure is None or row is None:
        return
    status = "withheld" if figure.value is None else "provided"
    held.that("status", place, right=status, said=row["status"], same=row["status"] == status)
    for name in ("value", "numerator", "denominator"):
        right = getattr(figure, name)
        held.that(name, place, right=right, said=row[name], same=_is(right, row[name]))


def test_the_figures_of_all_groups_are_right(site: Path, recount: Recount) -> None:
    """Each column of each group's file: values, coverage, changes, the split, who is silent."""
    held = Held()
    right, said = all_rows(recount), dict(_group_rows(site))

    for place in sorted(right.keys() | said.keys()):
        there = (place in right, place in said)
        held.that("row", place, right=there[0], said=there[1], same=there[0] == there[1])
        if all(there):
            _hold_row(held, place, right[place], said[place])
    held.settle(100_000)


def _group_rows(site: Path) -> list[tuple[tuple[str, str, str, int], dict[str, str]]]:
    """The rows of all groups' files: of departments twice, in one file and in one each."""
    files = [
        ("all", site / "data" / "all-services.csv"),
        ("department", site / "data" / "departments.csv"),
        *(("agency", path) for path in sorted(site.glob("agencies/*.csv"))),
        *(("category", path) for path in sorted(site.glob("categories/*.csv"))),
    ]
    return [
        ((kind, row[kind], row["kpi"], span(row["period"]).first), row)
        for kind, path in files
        for row in read_rows(path)
        if row["kpi"] in KPIS
    ]


def _hold_row(held: Held, place: object, right: Row, said: dict[str, str]) -> None:
    complete = "yes" if right.complete else "no"
    held.that(
        "complete", place, right=complete, said=said["complete"], same=said["complete"] == complete
    )
    for name in COLUMNS:
        number, text = getattr(right, name), said.get(name, "no such column")
        if isinstance(number, str):
            held.that(name, place, right=number, said=text, same=text == number)
        else:
            same = text != "no such column" and _is(number, text)
            held.that(name, place, right=number and float(number), said=text, same=same)


def test_each_departments_own_file_has_its_rows_of_the_file_of_all(site: Path) -> None:
    """Row by row, in the same order."""
    own = [row for path in _by_name(site, "departments") for row in read_rows(path)]

    assert len(own) > 900
    assert own == read_rows(site / "data" / "departments.csv")


def _by_name(site: Path, folder: str) -> list[Path]:
    named = {read_rows(path)[0]["department"]: path for path in site.glob(f"{folder}/*.csv")}
    order = [row["department"] for row in read_rows(site / "data" / f"{folder}.csv")]
    return [named[name] for name in dict.fromkeys(order)]


def test_the_cells_and_marks_of_all_services_tables_are_right(
    site: Path, given: Given, recount: Recount
) -> None:
    """Operands wherever they were given, the reason where not, [r] where a figure changed."""
    held = Held()
    revisions = Revisions(site, given)
    for service, mine in recount.services.items():
        tables = Tables(given, mine)
        for cell in cells(site / "services" / f"{service}.html"):
            _hold_cell(held, tables, revisions, cell)
    held.settle(150_000)


def _hold_cell(held: Held, tables: Tables, revisions: Revisions, cell: Cell) -> None:
    service = tables.service.id
    place = (service, cell.caption.partition(":")[0], cell.period, cell.column)
    if cell.is_run:
        for period in _periods_of(cell):
            nothing = tables.operand(cell.column, period) is None
            held.that("run", place, right="no data", said=cell.text, same=nothing)
        return
    if cell.column in OPERANDS:
        right = tables.operand(cell.column, cell.period)
        if right is None:
            word = tables.word(cell.column, cell.period)
            held.that("word", place, right=word, said=cell.text, same=cell.text == word)
        else:
            same = says(cell.text, right)
            held.that("operand", place, right=float(right), said=cell.text, same=same)
    elif cell.column in KPI_OF_COLUMN:
        ratio = tables.ratio(cell.column, cell.period)
        if ratio is not None:
            same = cell.text == ratio if isinstance(ratio, str) else says(cell.text, ratio)
            held.that("ratio", place, right=ratio, said=cell.text, same=same)
    else:
        return
    shown = any(letter.isdigit() for letter in cell.text)
    mark = shown and revisions.has(service, cell.column, cell.period)
    marked = "[r]" in cell.marks
    held.that("mark", place, right=mark, said=marked, same=mark == marked)


def _periods_of(cell: Cell) -> list[Span]:
    """The periods of the table's length that a row of several stands for."""
    unit, count = cell.length
    step = count * (7 if unit == "week" else 1)
    return [Span(unit, first, count) for first in range(cell.period.first, cell.period.end, step)]
