"""The register behind the GOV.UK Performance Platform (its `services.csv`) into our format.

One spreadsheet held it all: a row a service, facts and internal workings side by side, and a
column for each measure and period. What comes of it is `services.csv` and wide submissions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.importers import Imported, Importer, Option, counted, csv_text, short_id
from perfsite.importers.spreadsheets import by_row, read_spreadsheet
from perfsite.model import MAX_ID_LENGTH, REGISTER_COLUMNS, why_not_an_id
from perfsite.periods import MONTHS_IN_QUARTER, MONTHS_IN_YEAR, Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.importers.spreadsheets import Spreadsheet
    from perfsite.model import Source


# What a column of the register holds, told by the form of its header.
#
# The set of columns changes from edition to edition, so no list of them can be right. But the
# headers of figures all have one of two forms, and say in it which measure they are and which
# period they are for.


FIRST_COLLECTION = (2012, 4), Period.months(2011, 4, MONTHS_IN_YEAR)
"""The first time that figures were asked for, in 2012-Q4, it was for a financial year, April 2011
to March 2012, and not for the 12 months up to the quarter before. The only such exception."""

# `2014-Q4 Digital vol.`, and `Total transactions Jul - Sep 2012`, once in lower case.
_ASKED_FOR_IN = re.compile(r"(20[0-9]{2})-q([1-4]) (.+)")
_QUARTER_OF = re.compile(r"(total|digital) transactions ([a-z]{3}) ?- ?([a-z]{3}) (20[0-9]{2})")

_YEARLY = {
    "vol.": "transactions",
    "cpt (£)": "cost_per_transaction",
    "digital vol.": "transactions:digital",
    "digital cpt (£)": "cost_per_transaction:digital",
    "completion rate": "completion_rate",
    "user satisfaction": "user_satisfaction",
}
_QUARTERLY = {"total": "transactions", "digital": "transactions:digital"}
_QUARTERS = {("jan", "mar"): 0, ("apr", "jun"): 1, ("jul", "sep"): 2, ("oct", "dec"): 3}
_RATES = frozenset({"completion_rate", "user_satisfaction"})

_FACTS = {
    "abbr": "department_abbr",
    "department": "department",
    "agency/body": "agency",
    "agency abbr": "agency_abbr",
    "name of service": "name",
    "slug": "service",
    "category": "category",
    "url": "url",
    "customer type": "customer_type",
    "business model": "funded_by",
    "keywords": "keywords",
}
_TEXTS = {
    "description of service": "description",
    "notes on costs": "cost_notes",
    "other notes": "notes",
}
TEXTS = frozenset(_TEXTS.values())
"""The columns of our register that hold sentences, not facts."""


@dataclass(frozen=True)
class FigureColumn:
    """A column of figures: `column` is our `measure` or `measure:channel`."""

    column: str
    period: Period

    @property
    def is_rate(self) -> bool:
        """Whether a figure may carry a percent sign."""
        return self.column in _RATES


@dataclass(frozen=True)
class FactColumn:
    """A column that describes the service: `column` is the one of our register."""

    column: str


def read_header(header: str) -> FigureColumn | FactColumn | None:
    """What the column under this normalised header holds; None if nothing that is imported."""
    name = header.casefold()
    if column := _FACTS.get(name) or _TEXTS.get(name):
        return FactColumn(column)
    if (match := _ASKED_FOR_IN.fullmatch(name)) and match[3] in _YEARLY:
        return FigureColumn(_YEARLY[match[3]], _asked_for_in(int(match[1]), int(match[2])))
    if (match := _QUARTER_OF.fullmatch(name)) and (match[2], match[3]) in _QUARTERS:
        month = _QUARTERS[match[2], match[3]] * MONTHS_IN_QUARTER + 1
        period = Period.months(int(match[4]), month, MONTHS_IN_QUARTER)
        return FigureColumn(_QUARTERLY[match[1]], period)
    return None


def _asked_for_in(year: int, quarter: int) -> Period:
    """The 12 months that ended with the quarter before this one."""
    exception, period = FIRST_COLLECTION
    if (year, quarter) == exception:
        return period
    return Period.months(year - 1, (quarter - 1) * MONTHS_IN_QUARTER + 1, MONTHS_IN_YEAR)


_REQUIRED = {"service": "Slug", "name": "Name of service", "department": "Department"}
_NOT_AVAILABLE = "[x]"
_NOT_PROVIDED = "[not provided]"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"


def import_register(source: Source, *, with_text: bool = True) -> Imported:
    """Turn one edition of the register into `services.csv` and submissions.

    Without `with_text`, descriptions and notes stay behind: the facts and the figures alone.
    Never raises: whatever the bytes, what is wrong with them is a problem, and a file that is
    not such a register makes no files.
    """
    table, problems = read_spreadsheet(source)
    if table is None:
        return Imported({}, problems)
    facts: defaultdict[str, list[int]] = defaultdict(list)
    figures: defaultdict[FigureColumn, list[int]] = defaultdict(list)
    others: defaultdict[str, list[int]] = defaultdict(list)
    for number, header in enumerate(table.headers):
        match read_header(header):
            case FigureColumn() as what:
                figures[what].append(number)
            case FactColumn(column):
                facts[column].append(number)
            case None if header:
                others[header].append(number)
    if why_not := _why_not_a_register(table, facts):
        return Imported({}, sorted([*problems, why_not]))

    problems += [_not_imported(table, header, len(numbers)) for header, numbers in others.items()]
    register, id_problems = _register(table, {column: facts[column][0] for column in facts})
    columns, figure_problems = _figures(table, figures, register.index)
    if not with_text:
        register = register.drop(columns=list(TEXTS), errors="ignore")
    register = register.reindex(columns=list(REGISTER_COLUMNS), fill_value="")
    files = {"services.csv": csv_text(register), **_submissions(register["service"], columns)}
    figure_count = sum(int((values != _NOT_AVAILABLE).sum()) for values in columns.values())
    carried = f"{counted(len(register), 'service')}, {counted(figure_count, 'figure')}"
    return Imported(files, sorted([*problems, *id_problems, *figure_problems]), carried)


def _run(sources: Sequence[Source], options: Mapping[str, object]) -> Imported:
    return import_register(sources[0], with_text=not options["no-text"])


IMPORTER: Final = Importer(
    "performance-platform",
    "The register of the GOV.UK Performance Platform.",
    "Import FILE, an edition of the GOV.UK Performance Platform's services.csv.",
    _run,
    (
        Option(
            "no-text", "Leave descriptions and notes behind: figures and plain facts only.", "flag"
        ),
    ),
    one_file=True,
)


def _why_not_a_register(table: Spreadsheet, facts: dict[str, list[int]]) -> Problem | None:
    """A column that is missing, or stands twice so that nobody can say which one counts."""
    missing = [header for column, header in _REQUIRED.items() if column not in facts]
    twice = [table.headers[numbers[-1]] for numbers in facts.values() if len(numbers) > 1]
    faults = [f"no column {header}" for header in missing]
    faults += [f"the column {header} more than once" for header in twice]
    if not faults:
        return None
    headers = ", ".join(_REQUIRED.values())
    expected = f"a register of the Performance Platform, with {headers} once each"
    fix = "Give the platform's own services.csv, with its header row."
    return Problem(table.file, 0, "PS305", "", "; ".join(faults), expected, fix)


def _not_imported(table: Spreadsheet, header: str, count: int) -> Problem:
    found = "1 column" if count == 1 else f"{count} columns of this name"
    expected = "a figure of a measure and a period, or a fact about the service"
    fix = "Nothing to do if it is an internal or derived column."
    return Problem(table.file, 1, "PS304", header, found, expected, fix)


def _register(table: Spreadsheet, facts: dict[str, int]) -> tuple[pd.DataFrame, list[Problem]]:
    """The facts of every service that can be named, by spreadsheet row, with its id and alias."""
    register = pd.DataFrame({column: _cells(table, number) for column, number in facts.items()})
    slugs = register["service"]
    register["service"] = slugs.map(short_id)
    register["aliases"] = slugs.where(slugs != register["service"], "")
    problems: list[Problem] = []
    rows: dict[str, int] = {}
    ids, names, departments = (register[column].tolist() for column in _REQUIRED)
    for (row, slug), short, name, department in zip(
        by_row(slugs), ids, names, departments, strict=True
    ):
        if problem := _why_left_out(table, row, (slug, name, department), rows):
            problems.append(problem)
            continue
        rows[short] = row
        if short != slug:
            expected = f"at most {MAX_ID_LENGTH} characters"
            fix = f"Nothing to do: it became {short}, and the full id is kept as an alias."
            problems.append(Problem(table.file, row, "PS302", "Slug", slug, expected, fix))
    return register.loc[list(rows.values())], problems


def _why_left_out(
    table: Spreadsheet, row: int, required: Sequence[str], rows: dict[str, int]
) -> Problem | None:
    """What keeps this row, with these required cells, from being a service beside those rows."""
    slug = required[0]
    short = short_id(slug)
    headers = zip(_REQUIRED.values(), required, strict=True)
    if blank := [header for header, cell in headers if not cell]:
        expected, fix = "a value in every row", "Fill it in; without it the row is left out."
        return Problem(table.file, row, "PS114", ", ".join(blank), "", expected, fix)
    # The form is that of the full slug; whether the word can be used is asked of the short one.
    if reason := why_not_an_id(short if _SLUG.fullmatch(slug) else slug):
        fix = "Change the id; until then the row is left out."
        return Problem(table.file, row, "PS112", "Slug", slug, reason, fix)
    if short in rows:
        found = f"{slug}, as in row {rows[short]}"
        fix = "Give each service its own id; until then this row is left out."
        return Problem(table.file, row, "PS113", "Slug", found, "an id used once", fix)
    return None


def _figures(
    table: Spreadsheet, figures: dict[FigureColumn, list[int]], rows: pd.Index[int]
) -> tuple[dict[FigureColumn, pd.Series[str]], list[Problem]]:
    """The columns that hold a figure of these rows; unreadable cells are reported of all rows."""
    collected: dict[FigureColumn, pd.Series[str]] = {}
    problems: list[Problem] = []
    for what, numbers in figures.items():
        header = table.headers[numbers[0]]
        readings = [_read_figures(table, number, what) for number in numbers]
        problems += [problem for _, unreadable in readings for problem in unreadable]
        values, disagreements = _agreed(table, header, [values for values, _ in readings])
        problems += disagreements
        values = values.loc[rows]
        if (values != _NOT_AVAILABLE).any():
            collected[what] = values
        else:
            found, expected = f"no figure in {len(rows)} rows", "a figure of at least one service"
            fix = "Nothing to do if it was not collected: it is left out."
            problems.append(Problem(table.file, 1, "PS303", header, found, expected, fix))
    return collected, problems


def _read_figures(
    table: Spreadsheet, number: int, what: FigureColumn
) -> tuple[pd.Series[str], list[Problem]]:
    """The digits that stand there, without separators; what is no figure is not available."""
    cells = _cells(table, number)
    readable = cells.str.fullmatch(f"{_NUMBER}%?" if what.is_rate else _NUMBER).astype(bool)
    expected = f"a number{' or a percentage' if what.is_rate else ''}, or a blank cell"
    fix = "Correct the cell, or clear it if the figure is not known; it is taken as missing."
    header = table.headers[number]
    problems = [
        Problem(table.file, row, "PS301", header, cell, expected, fix)
        for row, cell in by_row(cells[~readable & ~cells.isin(["", "-"])])
    ]
    return cells.str.replace(",", "", regex=False).where(readable, _NOT_AVAILABLE), problems


def _agreed(
    table: Spreadsheet, header: str, readings: list[pd.Series[str]]
) -> tuple[pd.Series[str], list[Problem]]:
    """What all columns of one measure and period say; not available where they differ."""
    values, *others = readings
    differs = pd.Series(data=False, index=values.index)
    cells = values
    for reading in others:
        differs |= reading != values
        cells = cells.str.cat(reading, sep=" and ")
    expected = "the same figure in every column of this measure and period"
    fix = "Keep the right one and delete the other; until then neither is imported."
    problems = [
        Problem(table.file, row, "PS301", header, cell, expected, fix)
        for row, cell in by_row(cells[differs])
    ]
    return values.mask(differs, _NOT_AVAILABLE), problems


def _submissions(
    services: pd.Series[str], columns: dict[FigureColumn, pd.Series[str]]
) -> dict[str, str]:
    """Wide files: measures that were asked for in the same periods stand side by side."""
    periods: defaultdict[tuple[str, str], set[Period]] = defaultdict(set)
    for what in columns:
        kind = "12-months" if what.period.is_year else "quarters"
        periods[kind, what.column].add(what.period)
    groups: defaultdict[tuple[str, frozenset[Period]], list[str]] = defaultdict(list)
    for (kind, column), asked in periods.items():
        groups[kind, frozenset(asked)].append(column)
    files: dict[str, str] = {}
    for (kind, asked_for), together in groups.items():
        parts = [
            pd.DataFrame(
                {"service": services, "period": period.code}
                | {column: columns[FigureColumn(column, period)] for column in together}
            )
            for period in sorted(asked_for)
        ]
        # Rows are still known by their number in the spreadsheet: so they come in its order,
        # and stay in that of the periods within a service.
        frame = pd.concat(parts).sort_index(kind="stable")
        name = re.sub(r"[^a-z]", "-", together[0])
        files[f"submissions/performance-platform/{kind}-{name}.csv"] = csv_text(frame)
    return files


def _cells(table: Spreadsheet, number: int) -> pd.Series[str]:
    """A column of the register, in which the words `[not provided]` are a blank."""
    cells = table.column(number)
    return cells.mask(cells.str.casefold() == _NOT_PROVIDED, "")
