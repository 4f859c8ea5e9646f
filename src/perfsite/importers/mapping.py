"""Any table into our format, by a small map that says what its columns are: `import csv`.

A table is held against a map (`map_file`), which says what its rows and cells mean; submissions and
a register come of it. What is a figure here is the same digits as there.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite import documents
from perfsite.errors import ConfigError, Problem
from perfsite.frames import Col
from perfsite.importers import Imported, Importer, Option, counted, csv_text, id_of
from perfsite.importers.map_file import CHANNEL, MEASURE, parse_map
from perfsite.measures import MEASURES, MeasureKind
from perfsite.model import FIGURE, REGISTER_COLUMNS, Source, why_not_an_id
from perfsite.periods import Period
from perfsite.tables import ROW, read_table, sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from perfsite.importers.map_file import CellsTable, Map, TidyTable


# Figures as other people write them, as perfsite writes them: the same digits, always.
# One cell by the `[cells]` of a map, and rows that are about the same figure.


MISSING: Final = "[x]"
_SHARES: Final = {key for key, measure in MEASURES.items() if measure.kind is MeasureKind.SHARE}
_SYMBOLS: Final = ("[x]", "[z]", "[c]")
_MARKED: Final = re.compile(r"(?P<number>.*?)(?P<marks>(?: ?\[[a-z]\])*)", re.DOTALL)
_DIGITS: Final = 200
"""More than any sum needs: no digit is rounded away."""


def read_cells(long: pd.DataFrame, cells: CellsTable) -> tuple[pd.DataFrame, list[Problem]]:
    """Put perfsite's spelling into the column `value`; what is no figure is missing and reported.

    `long` has the columns of `FIGURE`, `file`, `row`, `column`, `value` and `percent` (bool).
    """
    is_share = long[Col.MEASURE].isin(_SHARES)
    text = long[Col.VALUE].astype(object)
    # Cells repeat: each spelling is read once, for each way in which it may be meant.
    read = pd.Series(None, index=long.index, dtype=object)
    for percent in (False, True):
        for share in (False, True):
            these = (long["percent"] == percent) & (is_share == share)
            spellings = {
                cell: read_cell(cell, cells, percent=percent, share=share)
                for cell in text[these].unique()
            }
            read[these] = text[these].map(spellings)
    bad = read.isna()
    expected = _expected(cells)
    problems = [
        Problem(file, row, "PS301", column, cell[:80], expected, _FIX)
        for file, row, column, cell in zip(
            *(long.loc[bad, name].tolist() for name in ("file", ROW, "column", "value")),
            strict=True,
        )
    ]
    return long.assign(value=read.fillna(MISSING)), problems


_FIX: Final = (
    "Correct the cell, or say in [cells] of the map what it means; it is taken as missing."
)


def _expected(cells: CellsTable) -> str:
    words = ["a number"]
    words += [f"with {cells.thousands!r} between thousands"] if cells.thousands else []
    words += [f"with {cells.decimal!r} before decimals"] if cells.decimal != "." else []
    words += [f"with or without {cells.currency}"] if cells.currency else []
    return " ".join(words) + ", or a blank cell"


def read_cell(cell: str, cells: CellsTable, *, percent: bool, share: bool) -> str | None:
    """The spelling of a cell in perfsite, digits as they stand there; None if it is no figure.

    `percent`: a percentage, whether or not it has its sign. `share`: one that may have it.
    """
    words = {
        **dict.fromkeys(("", MISSING, *cells.missing), MISSING),
        **dict.fromkeys(("[z]", *cells.not_applicable), "[z]"),
        **dict.fromkeys(("[c]", *cells.confidential), "[c]"),
    }
    if cell in words:
        return words[cell]
    parts = _MARKED.fullmatch(cell)
    number, marks = (parts["number"], parts["marks"]) if parts else (cell, "")
    if any(symbol in marks for symbol in _SYMBOLS):
        return None
    has_sign = number.endswith("%")
    if has_sign and not (percent or share):
        return None
    number = number.removesuffix("%").rstrip()
    if cells.currency:
        minus = "-" if number.startswith("-") else ""
        plain = number.removeprefix("-").strip()
        number = minus + plain.removeprefix(cells.currency).removesuffix(cells.currency).strip()
    mark, point = re.escape(cells.thousands), re.escape(cells.decimal)
    grouped = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|" if mark else ""
    if not re.fullmatch(rf"-?(?:{grouped}[0-9]+)(?:{point}[0-9]+)?|-?{point}[0-9]+", number):
        return None
    if cells.thousands:
        number = number.replace(cells.thousands, "")
    return number.replace(cells.decimal, ".") + ("%" if has_sign or percent else "") + marks


def settle(long: pd.DataFrame, *, add_up: bool) -> tuple[pd.DataFrame, list[Problem]]:
    """One row for each figure, in the order of the first rows about each.

    Rows about one figure are added where `add_up` says so; a sum with a missing part is missing.
    Otherwise, if all say the same, one stands and the others are notes; if they differ none counts,
    and each row but the first is an error.
    """
    first = ~long.duplicated(FIGURE)
    again = long.duplicated(FIGURE, keep=False)
    if not again.any():
        return long, []
    if add_up:
        return _added(long, first, again), []
    differs = long.groupby(FIGURE, sort=False)[Col.VALUE].transform("nunique") > 1
    others = long[~first]
    before = long[first].set_index(FIGURE).loc[pd.MultiIndex.from_frame(others[FIGURE])]
    twice = others.assign(
        differs=differs[~first],
        before=before[Col.VALUE].to_numpy(),
        place=(before[Col.FILE] + ":" + before[ROW].astype(str)).to_numpy(),
    )
    problems = [_twice(row) for row in twice.to_dict("records")]
    settled = long[first]
    return settled.assign(value=settled[Col.VALUE].mask(differs[first], MISSING)), problems


def _twice(row: Mapping[Hashable, Any]) -> Problem:
    """What to say of a row about a figure that an earlier row has given."""
    service, period, measure, channel = (row[name] for name in FIGURE)
    what = f"{service} {period} {measure}{':' if channel else ''}{channel}"
    code, found = "PS307", f"{what} is {row[Col.VALUE]} again, as in {row['place']}"
    fix = "Nothing to do: they are alike, and the first stands."
    if row["differs"]:
        code = "PS301"
        found = f"{what} is both {row['before']} and {row[Col.VALUE]}; the first in {row['place']}"
        fix = "Keep the right one; until then neither is imported."
    return Problem(
        row[Col.FILE],
        row[ROW],
        code,
        row[Col.COLUMN],
        found,
        "each figure once",
        fix,
        service=service,
        measures=(measure,),
        period=period,
    )


def _added(long: pd.DataFrame, first: pd.Series[bool], again: pd.Series[bool]) -> pd.DataFrame:
    """The rows about one figure as one row: the exact sum of its parts, and all their marks."""
    parts = long.loc[again, [*FIGURE, Col.VALUE, Col.NOTE]]
    pieces = parts[Col.VALUE].str.extract(r"^(?P<number>-?[0-9.]+)?(?P<percent>%?)(?P<marks>.*)$")
    # Percentages of parts do not add up to that of the whole.
    summable = pieces["number"].notna() & (pieces["percent"] == "")
    texts = pieces["number"].where(summable, "0")
    numbers = texts.map({text: Decimal(text) for text in texts.unique()})
    parts = parts.assign(
        number=numbers,
        summable=summable,
        marks=pieces["marks"],
        not_applicable=parts[Col.VALUE] == "[z]",
        confidential=parts[Col.VALUE] == "[c]",
    )
    groups = parts.groupby(FIGURE, sort=False)
    with localcontext(prec=_DIGITS):
        sums = groups["number"].agg(_sum)
    sums = sums.str.cat(groups["marks"].agg(_marks))
    # Parts that are all not applicable make a whole that is not applicable.
    unknown = pd.Series(MISSING, index=sums.index)
    unknown = unknown.mask(groups["not_applicable"].all(), "[z]")
    unknown = unknown.mask(groups["confidential"].any(), "[c]")
    settled = long[first].set_index(FIGURE)
    settled.loc[sums.index, Col.VALUE] = sums.where(groups["summable"].all(), unknown)
    settled.loc[sums.index, Col.NOTE] = groups[Col.NOTE].agg(_notes)
    return settled.reset_index()[long.columns.tolist()]


def _sum(numbers: Iterable[Decimal]) -> str:
    return format(sum(numbers, Decimal(0)), "f")


def _marks(texts: Iterable[str]) -> str:
    marks = "".join(dict.fromkeys(re.findall(r"\[[a-z]\]", "".join(texts))))
    return f" {marks}" if marks else ""


def _notes(texts: Iterable[str]) -> str:
    return "; ".join(filter(None, dict.fromkeys(texts)))


# The rows of a table as a map understands them: whose, when, and which figure each cell is.
#
# Every function takes a table of text (see `perfsite.tables`) that has a column `FILE` besides,
# and gives it back with what it has understood, and problems for the rows that it leaves out.


FILE, SERVICE, PERIOD, NOTE = "\0file", "\0service", "\0period", "\0note"
"""Columns for what was understood, under names that no header can have."""
_MEASURE, _CHANNEL = "\0measure", "\0channel"
LONG: Final = [
    *(Col.FILE, ROW, Col.COLUMN),
    *FIGURE,
    *(Col.VALUE, Col.NOTE, "percent"),
]
"""The columns of a figure each row: a cell, and where it stands."""


def keep_rows(table: pd.DataFrame, wanted: Map) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows that the map wants, and a note for each column by which others were left out."""
    problems = []
    for name, cells in wanted.keep.items():
        keep = table[name].isin(cells)
        if not keep.all():
            others = table.loc[~keep]
            found = f"{counted(len(others), 'row')} with {', '.join(sorted(others[name].unique()))}"
            expected, fix = ", ".join(cells), "Nothing to do: the map says so under keep."
            file, row = others[FILE].iloc[0], int(others[ROW].iloc[0])
            problems.append(Problem(file, row, "PS307", name, found[:_SHOWN], expected, fix))
        table = table[keep]
    return table, problems


def name_services(table: pd.DataFrame, wanted: Map) -> tuple[pd.DataFrame, list[Problem]]:
    """The id of the service beside each row; rows without one are left out."""
    service = wanted.service
    if service.constant:
        return table.assign(**{SERVICE: service.constant}), []

    def read(cell: str) -> str:
        service_id = service.words.get(cell, "") if service.words else cell
        service_id = id_of(cell) if service.make_ids else service_id
        if service.words and not service_id:
            raise ValueError("the map has no id for this word")
        if reason := why_not_an_id(service_id):
            raise ValueError(
                f"{service_id} is no id: it needs {reason}" if service_id else "no id is left"
            )
        return service_id

    expected = "an id: lower-case letters, digits and single hyphens between them"
    if service.words:
        expected = f"a word of the map: {', '.join(service.words)}"[:_SHOWN]
    fix = "Correct the cell, or say in [service] of the map how it becomes an id."
    return _understood(table, service.column, SERVICE, read, (expected, fix))


def name_periods(table: pd.DataFrame, wanted: Map) -> tuple[pd.DataFrame, list[Problem]]:
    """The code of the period beside each row; rows without one are left out.

    It is blank where each column of figures has a period of its own.
    """
    period = wanted.period
    if not period.column:
        code = Period.parse(period.constant).code if period.constant else ""
        return table.assign(**{PERIOD: code}), []
    form = wanted.form
    covers = "" if form.covers == "itself" else f": a {form.covers} there"
    expected = f"a period in the form {form.name}{covers}"
    fix = "Correct the cell, or say in [period] of the map how periods are written."
    read: Callable[[str], str] = lambda cell: form.read(cell).code  # noqa: E731
    return _understood(table, period.column, PERIOD, read, (expected, fix))


def note_rows(table: pd.DataFrame, wanted: Map) -> pd.DataFrame:
    """The note beside each row: that of the map, and that of the row's own column."""
    row_notes = table[wanted.note_column] if wanted.note_column else ""
    notes = pd.Series(row_notes, index=table.index, dtype=object)
    if wanted.note:
        notes = (wanted.note + "; " + notes).where(notes != "", wanted.note)
    return table.assign(**{NOTE: notes})


def wide_figures(table: pd.DataFrame, wanted: Map) -> pd.DataFrame:
    """The cells of all columns of figures, row by row, in the order of the map."""
    parts = []
    for name, what in wanted.columns.items():
        measure, _, channel = what.measure.partition(":")
        parts.append(
            _placed(table, name).assign(
                period=Period.parse(what.period).code if what.period else table[PERIOD],
                measure=measure,
                channel=channel,
                percent=what.percent,
            )
        )
    return pd.concat(parts).sort_values(ROW, kind="stable", ignore_index=True)[LONG]


def tidy_figures(table: pd.DataFrame, tidy: TidyTable) -> tuple[pd.DataFrame, list[Problem]]:
    """The cells of the one column of figures; rows of no known measure or channel are left out."""
    table, problems = _words(table, tidy.measure, tidy.measure_is, tidy.measures, "measure")
    table, channel_problems = _words(table, tidy.channel, tidy.channel_is, tidy.channels, "channel")
    parts = table[_MEASURE].astype(object).str.partition(":").reindex(columns=[0, 2])
    long = _placed(table, tidy.value).assign(
        period=table[PERIOD],
        measure=parts[0],
        channel=parts[2].where(parts[2] != "", table[_CHANNEL]),
        percent=tidy.percent,
    )
    return long[LONG].reset_index(drop=True), [*problems, *channel_problems]


def _words(
    table: pd.DataFrame, column: str, constant: str, words: Mapping[str, str], kind: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """The measure or channel of each row beside it, as the map translates it."""
    into = f"\0{kind}"
    if not column:
        return table.assign(**{into: constant}), []
    form = MEASURE if kind == "measure" else CHANNEL

    def read(cell: str) -> str:
        if words and cell not in words:
            raise ValueError("the map has no translation of this word")
        translation = words.get(cell, cell)
        # No channel means all of them; no measure means nothing.
        if not (form.fullmatch(translation) or (kind == "channel" and not translation)):
            raise ValueError(f"it is no name of a {kind}")
        return translation

    expected = f"a word of the map: {', '.join(words)}" if words else f"a {kind}, lower-case"
    fix = f"Add the word to [tidy.{kind}s] of the map, with the {kind} that it means."
    return _understood(table, column, into, read, (expected[:_SHOWN], fix))


def _placed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The cells of a column, each with its place, its service and its note."""
    return table[[ROW]].assign(
        file=table[FILE], column=name, service=table[SERVICE], value=table[name], note=table[NOTE]
    )


def _understood(
    table: pd.DataFrame,
    column: str,
    into: str,
    read: Callable[[str], str],
    words: tuple[str, str],
) -> tuple[pd.DataFrame, list[Problem]]:
    """What each cell of a column means, put beside it; PS306 for those that mean nothing.

    `read` raises ValueError for these, with the reason; `words` are what was expected, and how to
    mend it.
    """
    cells = table[column]
    meanings: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for cell in cells.unique():
        try:
            meanings[cell] = read(cell)
        except (ValueError, OverflowError) as error:
            reasons[cell] = str(error)
    bad = cells.isin(list(reasons))
    problems = [
        Problem(file, row, "PS306", column, f"{cell[:80]}: {reasons[cell]}", *words)
        for file, row, cell in zip(
            *(table.loc[bad, name].tolist() for name in (FILE, ROW, column)), strict=True
        )
    ]
    return table[~bad].assign(**{into: cells[~bad].map(meanings).astype(object)}), problems


_TIDY: Final = [*FIGURE, Col.VALUE, Col.NOTE]
_SHOWN: Final = 200


def import_tables(sources: Sequence[Source], wanted: Map) -> Imported:
    """Turn tables of one kind into a submission each, and a register where the map has one.

    Never raises for anything that a table may hold. A table without the columns that the map
    names, or without one row that fits it, makes nothing.
    """
    files: dict[str, str | bytes] = {}
    problems: list[Problem] = []
    facts: list[pd.DataFrame] = []
    figures = 0
    for source in sources:
        long, register, table_problems = _read(source, wanted)
        problems += table_problems
        if not long.empty:
            files[_path(source, files)] = csv_text(long[_TIDY])
            figures += int((~long[Col.VALUE].str.startswith("[")).sum())
            facts.append(register)
    if not files:
        return Imported({}, sorted(problems))
    everything = pd.concat(facts, ignore_index=True)
    if wanted.register_:
        register, contradictions = _one_row_each(everything)
        problems += contradictions
        files = {"services.csv": csv_text(register), **files}
    services = everything[Col.SERVICE].nunique()
    carried = f"{counted(services, 'service')}, {counted(figures, 'figure')}"
    return Imported(files, sorted(problems), carried)


def _path(source: Source, taken: Mapping[str, object]) -> str:
    """Where the figures of a table go: the name of its file, and a number if it is taken."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", PurePosixPath(source.path).stem).strip("-_") or "table"
    path, number = f"submissions/{stem}.csv", 1
    while path in taken:
        number += 1
        path = f"submissions/{stem}-{number}.csv"
    return path


def _read(source: Source, wanted: Map) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """The figures of a table, the facts in it, and problems; no rows where the map does not fit."""
    table, problems = read_table(source)
    nothing = pd.DataFrame(columns=LONG)
    columns = [str(column) for column in table.columns if column != ROW]
    if not columns:
        return nothing, nothing, problems
    if absent := _absent(source, wanted, columns):
        return nothing, nothing, [*problems, *absent]
    used = {*(name for _, name in wanted.named), *wanted.pass_over}
    problems += [_not_imported(source, name) for name in columns if name not in used]
    table[FILE] = source.path
    for step in (keep_rows, name_services, name_periods):
        table, step_problems = step(table, wanted)
        problems += step_problems
    table = note_rows(table, wanted)
    if wanted.tidy:
        long, word_problems = tidy_figures(table, wanted.tidy)
        problems += word_problems
    else:
        long = wide_figures(table, wanted)
    if long.empty:
        fix = "Correct the map, or give the table that it was made for."
        expected = "at least one row that fits the map"
        none = Problem(source.path, 0, "PS306", "", "no such row", expected, fix)
        return nothing, nothing, [*problems, none]
    long, unreadable = read_cells(long, wanted.cells)
    long, conflicts = settle(long, add_up=wanted.add_up)
    return long, _facts(table, wanted), [*problems, *unreadable, *conflicts]


def _absent(source: Source, wanted: Map, columns: Sequence[str]) -> list[Problem]:
    """A problem for every column that the map names and the table has not."""
    problems = []
    for entry, name in wanted.named:
        if name not in columns:
            found = f"{entry} names it, and the table has {', '.join(columns)}"[:_SHOWN]
            close = get_close_matches(name, columns, n=1)
            fix = (
                f"Did you mean {close[0]}?" if close else "Correct the map, or the table's header."
            )
            expected = "a column of the table"
            problems.append(Problem(source.path, 1, "PS306", name, found, expected, fix))
    return problems


def _not_imported(source: Source, name: str) -> Problem:
    expected = "a column that the map names"
    fix = "Name it in the map; under pass_over if it is not wanted."
    return Problem(source.path, 1, "PS304", name, "1 column", expected, fix)


def _facts(table: pd.DataFrame, wanted: Map) -> pd.DataFrame:
    """What the table says of the service of each row, in the columns of the register."""
    facts = table[[ROW]].assign(file=table[FILE], service=table[SERVICE])
    if wanted.register_:
        facts = facts.assign(**wanted.register_.constants)
        taken = wanted.register_.columns
        facts = facts.assign(**{key: table[name] for key, name in taken.items()})
    return facts


def _one_row_each(facts: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """The register: the first row about each service, and PS306 where a later one differs."""
    register = facts.drop_duplicates(Col.SERVICE)
    fact_columns = [name for name in REGISTER_COLUMNS[1:] if name in facts]
    each = facts.groupby(Col.SERVICE)[fact_columns].transform("first")
    problems = []
    for name in fact_columns:
        differs = facts[name] != each[name]
        # One message for each service: its rows are many, and mostly say the same.
        others = facts[differs].drop_duplicates([Col.SERVICE, name])
        problems += [
            Problem(
                file,
                row,
                "PS306",
                name,
                f"{service} is {cell[:80]!r} here and {before[:80]!r} in its first row",
                "one value for each service",
                "Make them alike in the table; the first stands.",
                service=service,
            )
            for file, row, service, cell, before in zip(
                *(others[column].tolist() for column in ("file", ROW, "service", name)),
                each.loc[others.index, name].tolist(),
                strict=True,
            )
        ]
    return register.reindex(columns=list(REGISTER_COLUMNS), fill_value=""), problems


def _run(sources: Sequence[Source], options: Mapping[str, object]) -> Imported:
    source = options["map"]
    if not isinstance(source, Source):
        raise TypeError("--map is required")
    try:
        text = source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source.path} is not UTF-8 text") from error
    wanted = parse_map(text, source.path)
    return import_tables([table for file in sources for table in sheets(file)], wanted)


IMPORTER: Final = Importer(
    "csv",
    "Any other table, by a map of its columns.",
    "Import FILES, tables of one kind, by a map that says what their columns are.\n\n"
    "`perfsite init --from FILE` proposes the map; "
    f"`{documents.named('importing#the-map')}` has all that it may say.",
    _run,
    (Option("map", "What the columns are.", "path", required=True, metavar="MAP.toml"),),
)
