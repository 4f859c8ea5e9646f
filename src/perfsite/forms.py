"""Forms to fill in, as CSV or as a workbook, and what a new data folder begins with."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from perfsite.decimals import csv_text
from perfsite.errors import UsageError
from perfsite.measures import RATINGS, MeasureKind
from perfsite.model import REGISTER_COLUMNS, Source
from perfsite.periods import MONTHS_IN_QUARTER, Period
from perfsite.tables import read_table
from perfsite.tables.workbooks import INSTRUCTIONS, LISTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from openpyxl.worksheet.worksheet import Worksheet

    from perfsite.measures import Measure


# The words of forms: what each measure is, how figures are written, and the instructions.


_ANSWERS: Final = (
    "very dissatisfied",
    "dissatisfied",
    "neither satisfied nor dissatisfied",
    "satisfied",
    "very satisfied",
)

DESCRIPTIONS: Final = {
    "transactions": "How often the service was used, through all channels together",
    "cost": "What the service cost in the period",
    "cost_per_transaction": "What one transaction cost on average",
    "started": "How many transactions people began",
    "completed": "How many transactions people finished",
    **{
        rating: f"How many people answered that they were {answer}"
        for rating, answer in zip(RATINGS, _ANSWERS, strict=True)
    },
    "user_satisfaction": "How satisfied people were, if you have no counts of answers",
    "completion_rate": "Completed out of started, if you have no counts",
    "digital_take_up": "Digital transactions out of all, if you have no counts",
    "availability": "Time up out of the time monitored, if you have no times",
    "uptime": "For how long the service worked",
    "downtime": "For how long the service did not work",
    "unmonitored": "For how long nobody measured whether the service worked",
    "response_time": "How long the service took to answer, on average",
}
"""What each measure is, without a full stop. Those of a site are described by their names."""

KINDS: Final = {
    MeasureKind.COUNT: "Write a whole number, 0 or more.",
    MeasureKind.CURRENCY: "Write an amount, 0 or more, without a currency sign.",
    MeasureKind.SHARE: "Write a share from 0 to 1, or a percentage with its sign, as 88.4%.",
    MeasureKind.SECONDS: "Write seconds, 0 or more.",
    MeasureKind.MILLISECONDS: "Write milliseconds, 0 or more.",
    MeasureKind.NUMBER: "Write a number.",
}

SYMBOLS: Final = (
    ("blank or [x]", "Not available: you do not have the figure."),
    ("[z]", "Not applicable: there can be no such figure."),
    ("[c]", "Confidential: there is a figure, and it must not be published."),
    ("0", "You counted, and there were none. Never write 0 for a figure that you do not have."),
    ("120 [p]", "The figure is provisional."),
    ("120 [e]", "The figure is estimated."),
    ("120 [r]", "The figure was revised: it replaces one that was published."),
    ("120 [b]", "A break in the series: do not compare it with the figures before it."),
)

PERIODS: Final = (
    ("2017", "A year, from January to December."),
    ("2017-Q3", "A quarter of a calendar year: this one is July to September."),
    ("2017-07", "A month."),
    ("2017-W27", "A week, from Monday to Sunday."),
    ("2017-07-03", "A day."),
    ("2016-10/2017-09", "Any run of whole months, by the first and the last of them."),
)

STEPS: Final = (
    "Fill in the figures in the sheet Figures. A row is for the period that it begins with.",
    "Leave a cell blank if you do not have the figure.",
    "Write numbers without separators: 1200, not 1,200.",
    "If something should be said about a row, write it in the column note. It is published.",
    "For more periods, go on below the last row.",
    "Leave the first column formatted as text. Else 2017-07 becomes the first of July.",
    "Do not rename the columns, merge cells or colour-code figures: only what is written is read.",
    "Save the file under its own name, which says which service it is for.",
)

CHANNELS: Final = (
    "A column such as transactions:digital is for one channel, and transactions is for all "
    "channels together. Fill in the total too. If you have only the channels, and they are all "
    "there are, delete the column of the total."
)
TIDY_CHANNELS: Final = (
    "A row without a channel is for all channels together. Fill in the total too. If you have "
    "only the channels, and they are all there are, delete the rows of the total."
)
REFUSED: Final = {
    MeasureKind.COUNT: "A whole number, 0 or more, is expected here.",
    MeasureKind.CURRENCY: "An amount, 0 or more, without a currency sign is expected here.",
    MeasureKind.SHARE: "A share from 0 to 1, or a percentage with its sign, is expected here.",
    MeasureKind.SECONDS: "Seconds, 0 or more, are expected here.",
    MeasureKind.MILLISECONDS: "Milliseconds, 0 or more, are expected here.",
    MeasureKind.NUMBER: "A number is expected here.",
}
OR_A_SYMBOL: Final = "Or write [x] not available, [z] not applicable, [c] confidential."


# What stands in a form: a row for each period, with its figures blank, and how to fill them in.


MOST_ROWS: Final = 10_000
_TRANSACTIONS: Final = "transactions"
_WIDE: Final = ("period",)
_TIDY: Final = ("period", "measure", "channel", "value")
_NOTE: Final = "note"


class Shape(StrEnum):
    """A row a period with a column for each measure, or a row for every figure."""

    WIDE = "wide"
    TIDY = "tidy"


class Style(StrEnum):
    """The kind of file."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Form:
    """A form: the file's bytes, and how many rows and blank figures it has."""

    data: bytes
    rows: int
    figures: int


def make_form(
    measures: Mapping[str, Measure],
    wanted: Sequence[str],
    channels: Sequence[str],
    periods: Sequence[Period],
    *,
    shape: Shape,
    style: Style,
) -> Form:
    """A form for these periods; the same form has the same bytes every time.

    `measures` are those that the site knows, `wanted` the ids of those in the form, each with a
    channel if it is written as `cost:digital`. `channels` are those of the transactions, which
    keep a column of their own for all channels: a sum of some channels is no total.

    Raises:
        UsageError: if a measure is not known, there is nothing to fill in, or far too much.
    """
    figures = _figures(measures, wanted, channels)
    count = len(figures) * len(periods)
    if not count:
        raise UsageError("a form needs a measure and a period")
    rows = count if shape is Shape.TIDY else len(periods)
    if count > MOST_ROWS:
        raise UsageError(f"a form of {count:,} figures is too long to be filled in; ask for fewer")
    if shape is Shape.TIDY:
        header = [*_TIDY, _NOTE]
        cells = [
            [period.code, measure, channel, "", ""]
            for period in periods
            for measure, channel in figures
        ]
    else:
        header = [*_WIDE, *map(":".join, _named(figures)), _NOTE]
        cells = [[period.code, *[""] * (len(figures) + 1)] for period in periods]
    if style is Style.CSV:
        return Form(csv_text([header, *cells], "\n").encode(), rows, count)
    columns = _columns(measures, figures, shape)
    guide = Guide(
        tuple((name, _described(measures[name])) for name in dict(figures)),
        tuple(dict.fromkeys(measure for measure, _ in figures)),
        tuple(dict.fromkeys(channel for _, channel in figures if channel)),
        tidy=shape is Shape.TIDY,
    )
    return Form(make_book(columns, cells, guide), rows, count)


def periods_between(first: Period, last: Period) -> list[Period]:
    """Periods of one length, one after the other.

    Raises:
        UsageError: if the two are of different lengths, or no whole number of them lies between.
    """
    length = (first.unit, first.count)
    if length != (last.unit, last.count):
        raise UsageError(f"{first.code} and {last.code} are periods of different lengths")
    if last.first < first.first:
        raise UsageError(f"the last period, {last.code}, is before the first, {first.code}")
    steps, rest = divmod(last.first - first.first, first.count)
    if rest:
        raise UsageError(f"{first.code} and {last.code} overlap the periods between them")
    if steps >= MOST_ROWS:
        raise UsageError(f"there are {steps + 1:,} periods from {first.code} to {last.code}")
    return [first.shifted(first.count * step) for step in range(steps + 1)]


def _figures(
    measures: Mapping[str, Measure], wanted: Sequence[str], channels: Sequence[str]
) -> list[tuple[str, str]]:
    """Measure and channel of every figure that is asked for, each once."""
    figures: list[tuple[str, str]] = []
    for name in wanted:
        measure, _, channel = name.partition(":")
        if measure not in measures:
            listed = ", ".join(measures)
            raise UsageError(f"{measure!r} is no measure of this site; it has {listed}")
        figures.append((measure, channel))
        if name == _TRANSACTIONS:
            figures += [(measure, channel) for channel in channels]
    return list(dict.fromkeys(figures))


def _named(figures: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    return [(measure, channel) if channel else (measure,) for measure, channel in figures]


def _columns(
    measures: Mapping[str, Measure], figures: Sequence[tuple[str, str]], shape: Shape
) -> list[FormColumn]:
    if shape is Shape.TIDY:
        return [
            FormColumn("period", "period"),
            FormColumn("measure", "measure"),
            FormColumn("channel", "channel"),
            FormColumn("value", "any"),
            FormColumn(_NOTE, "text"),
        ]
    values = [FormColumn(":".join(name), str(measures[name[0]].kind)) for name in _named(figures)]
    return [FormColumn("period", "period"), *values, FormColumn(_NOTE, "text")]


def _described(measure: Measure) -> str:
    """What a measure is and how it is written, as sentences."""
    return f"{DESCRIPTIONS.get(measure.id, measure.name)}. {KINDS[measure.kind]}"


# A form as a workbook: the sheet to fill in, how to fill it in, and the lists of its drop-downs.
#
# The bytes of a workbook are always the same: no clock, no compression that differs by machine.


FIGURES: Final = "Figures"
_TEXT: Final = "@"
_SPARE: Final = 500
"""Rows below the form that are checked in the same way."""
_LONGEST_MESSAGE: Final = 255
_CLOCK: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_THEN: Final = rb"\g<1>2000-01-01T00:00:00Z"
_WIDTHS: Final = {"period": 18, "measure": 24, "channel": 18, "text": 40}
_HEADING: Final = Font(bold=True)
_SHADED: Final = PatternFill("solid", fgColor="FFD9E2EC")


@dataclass(frozen=True)
class FormColumn:
    """A column of the form; `holds` is period, measure, channel, text, any or a `Kind`."""

    name: str
    holds: str


@dataclass(frozen=True)
class Guide:
    """What the instructions say: each measure with its description, and the allowed values."""

    described: tuple[tuple[str, str], ...]
    measures: tuple[str, ...]
    channels: tuple[str, ...]
    tidy: bool


def make_book(columns: Sequence[FormColumn], rows: Sequence[Sequence[str]], guide: Guide) -> bytes:
    """The workbook of a form."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = FIGURES
    _fill(sheet, columns, rows)
    _instruct(book.create_sheet(INSTRUCTIONS), guide)
    if guide.tidy:
        lists = book.create_sheet(LISTS)
        lists.sheet_state = "hidden"
        for at, values in enumerate((guide.measures, guide.channels), 1):
            for number, value in enumerate(values, 1):
                lists.cell(number, at, value)
    last = len(rows) + 1 + _SPARE
    for at, column in enumerate(columns, 1):
        if check := _check(column, at, guide):
            letter = get_column_letter(at)
            check.add(f"{letter}2:{letter}{last}")
            sheet.add_data_validation(check)
    return _always_alike(book)


def _fill(sheet: Worksheet, columns: Sequence[FormColumn], rows: Sequence[Sequence[str]]) -> None:
    sheet.append([column.name for column in columns])
    for row in rows:
        sheet.append([cell or None for cell in row])
    sheet.freeze_panes = "B2"
    for at, column in enumerate(columns, 1):
        letter = get_column_letter(at)
        head = sheet.cell(1, at)
        head.font, head.fill = _HEADING, _SHADED
        width = _WIDTHS.get(column.holds, 14)
        sheet.column_dimensions[letter].width = max(width, len(column.name) + 2)
        if column.holds in _WIDTHS:
            # Text, so that no spreadsheet program turns 2017-07 into the first of July.
            sheet.column_dimensions[letter].number_format = _TEXT
            spare = _SPARE if column.holds == "period" else 0
            for number in range(2, len(rows) + 2 + spare):
                sheet.cell(number, at).number_format = _TEXT


def _check(column: FormColumn, at: int, guide: Guide) -> DataValidation | None:
    """What the spreadsheet program lets people write into a column."""
    if column.holds in {"measure", "channel"}:
        values = guide.measures if column.holds == "measure" else guide.channels
        if not values:
            return None
        letter = "A" if column.holds == "measure" else "B"
        check = DataValidation(
            type="list", formula1=f"{LISTS}!${letter}$1:${letter}${len(values)}", allow_blank=True
        )
        check.error = f"Choose a {column.holds} from the list."
        check.errorTitle = f"This {column.holds} is not in the list"
        # A channel may have any name; a measure may not.
        check.errorStyle = "stop" if column.holds == "measure" else "warning"
        check.showErrorMessage = True
        return check
    if column.holds in {"period", "text"}:
        return None
    kind = MeasureKind.NUMBER if column.holds == "any" else MeasureKind(column.holds)
    cell = f"{get_column_letter(at)}2"
    number = {
        MeasureKind.COUNT: f"AND(ISNUMBER({cell}),N({cell})>=0,N({cell})=INT(N({cell})))",
        MeasureKind.SHARE: f"AND(ISNUMBER({cell}),N({cell})>=0,N({cell})<=1)",
        MeasureKind.NUMBER: f"ISNUMBER({cell})",
    }.get(kind, f"AND(ISNUMBER({cell}),N({cell})>=0)")
    # A symbol stands alone or behind a number: both end with a bracket.
    check = DataValidation(type="custom", formula1=f'OR({number},RIGHT({cell},1)="]")')
    check.allow_blank = True
    check.error = f"{REFUSED[kind]} {OR_A_SYMBOL}"[:_LONGEST_MESSAGE]
    check.errorTitle = "This is not a figure"
    check.showErrorMessage = True
    return check


def _instruct(sheet: Worksheet, guide: Guide) -> None:
    """The instructions, in two columns."""
    titled: list[tuple[str, Sequence[tuple[str, str]]]] = [
        ("How to fill in this form", [(f"{at}.", step) for at, step in enumerate(STEPS, 1)]),
        ("What each measure is", guide.described),
        ("Figures that are missing or marked", SYMBOLS),
        ("How periods are written", PERIODS),
    ]
    if guide.channels:
        text = TIDY_CHANNELS if guide.tidy else CHANNELS
        titled.insert(2, ("Channels", [(", ".join(guide.channels), text)]))
    for title, lines in titled:
        sheet.append([title])
        sheet.cell(sheet.max_row, 1).font = _HEADING
        for line in lines:
            sheet.append(line)
        sheet.append([])
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 90
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.number_format = _TEXT
            cell.alignment = Alignment(wrap_text=cell.column == 2, vertical="top")  # noqa: PLR2004


def _always_alike(book: Workbook) -> bytes:
    """The workbook's bytes, without the time at which they were made."""
    saved, alike = BytesIO(), BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(alike, "w") as target:
        for name in sorted(
            source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            part = zipfile.ZipInfo(name)
            part.create_system = 3  # else it is that of the machine
            target.writestr(part, _CLOCK.sub(_THEN, source.read(name)))
    return alike.getvalue()


# The row of a new service, added to a register without touching anything else in it.


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
    values = {"service": service, "name": name, "department": department}
    end = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    row = csv_text([[values.get(column, "") for column in header]], end)
    gap = b"" if register.data.endswith((b"\n", b"\r")) else end.encode()
    data = register.data + gap + row.encode()
    longer, problems = read_table(Source(register.path, data))
    columns = list(table.columns)
    same = len(longer) == len(table) + 1 and longer.iloc[:-1][columns].equals(table)
    if problems or not same or dict(pd.Series(longer.iloc[-1])[list(values)]) != values:
        raise refusal
    return data


# The files that a new data folder begins with: a small site of one example service.


EXAMPLE: Final = "example-library-card"
_SERVICE: Final = {
    "service": EXAMPLE,
    "name": "Example: apply for a library card",
    "department": "Example Council",
    "agency": "Example Libraries",
    "category": "Requesting a licence, permit or card",
    "customer_type": "Individuals",
    "description": "An example with invented figures. Delete it when your own services are here.",
    "notes": "All figures of this service are invented.",
}
_HEADER: Final = (
    "transactions", "transactions:digital", "transactions:phone", "transactions:post", "cost",
    "started", "completed", "rating_1", "rating_2", "rating_3", "rating_4", "rating_5", "note",
)  # fmt: skip
_FIGURES: Final = (
    (4210, 2484, 926, 800, 15156, 2760, 2484, 21, 30, 48, 167, 152, ""),
    (3985, 2431, 837, 717, 14545, 2671, 2431, 19, 27, 45, 160, 149, ""),
    (5120, 3226, 973, 921, 17664, 3506, 3226, 24, 33, 61, 221, 208, "Schools asked for cards"),
    (3760, 2444, 677, 639, 13348, 2642, 2444, 15, 24, 41, 166, 160, ""),
    (4385, 2938, 745, 702, 15129, 3159, 2938, 18, 25, 47, 199, 196, ""),
    (4102, 2830, 656, 616, 13947, 3027, 2830, 14, 22, 40, 190, 195, ""),
    (5390, 3827, 800, 763, 17787, 4072, 3827, 17, 26, 52, 258, 271, "Schools asked for cards"),
    (3921, 2862, 541, 518, 12743, 3029, 2862, 11, 18, 35, 188, 204, ""),
)  # fmt: skip
"""Eight quarters, invented; they add up, and grow as those of real services do."""


def make_site_files(*, title: str, folder: str, today: date) -> dict[str, str]:
    """The files of a new data folder by their names; `folder` is what people call it.

    The example's figures are for the eight quarters that had ended before `today`, which is the
    date of the first edition.
    """
    return {
        "perfsite.toml": make_config(title=title, today=today),
        "services.csv": csv_text(
            [REGISTER_COLUMNS, [_SERVICE.get(column, "") for column in REGISTER_COLUMNS]], "\n"
        ),
        f"submissions/{EXAMPLE}.csv": _example(today),
        "README.md": _README.format(title=title, folder=folder, example=EXAMPLE),
    }


def make_config(*, title: str, today: date) -> str:
    """A perfsite.toml with every entry that a new site should think about."""
    return _CONFIG.format(title=json.dumps(title, ensure_ascii=False), today=today.isoformat())


def last_quarter(today: date) -> Period:
    """The last quarter that had ended before this day."""
    quarter = (today.month - 1) // MONTHS_IN_QUARTER
    first = Period.months(today.year, quarter * MONTHS_IN_QUARTER + 1, MONTHS_IN_QUARTER)
    return first.before


def _example(today: date) -> str:
    last = last_quarter(today)
    first = -len(_FIGURES) + 1
    rows = [
        [last.shifted((first + at) * MONTHS_IN_QUARTER).code, *map(str, figures)]
        for at, figures in enumerate(_FIGURES)
    ]
    return csv_text([("period", *_HEADER), *rows], "\n")


_CONFIG: Final = """\
# What the publishing team decides about its site. Every entry may be left out.
# Lines that begin with # are not read: take the mark away to use them.

# The name of the site, and who publishes it.
title = {title}
publisher = "The name of your organisation"
description = "How our services are doing: how many people use them, how, and at what cost."

# Whom readers can tell about a wrong figure: an e-mail address.
# contact = "figures@example.org"

# What kind of figures these are. It stands at the foot of every page.
# status = "Management information, not official statistics"

# The licence of the figures.
# licence = "Open Government Licence v3.0"
# licence_url = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"

# The address at which the site will stand.
# base_url = "https://performance.example.org/"

# The languages of the site, the first one first, and the currency of all amounts.
languages = ["en-GB"]
currency = "GBP"

# The dates of the site's editions. Add a date whenever you publish new figures.
published = [{today}]

# Which channels are digital. Assisted digital, where staff help somebody, is not.
# digital_channels = ["digital", "online", "web", "api", "app", "mobile"]

# Sentences for the page about the data: what the figures cannot do.
caveats = ["The figures of the example service are invented."]

# Measures of your own, besides those that perfsite knows.
# [measures.complaints]
# name = "Complaints"
# kind = "count"
# aggregation = "sum"
# better = "lower"
"""

_README: Final = """\
# The data of "{title}"

This folder is all that the site is made of. It holds one example service with invented figures.

- `perfsite.toml`: what you decide about the site. Each entry has a comment.
- `services.csv`: the register. It has one row for each service.
- `submissions/`: the figures. They may be CSV, JSON or workbooks (`.xlsx`, `.ods`).

## The next three steps

1. Open `perfsite.toml` and write who you are.
2. Add a service of your own, and fill in the form that this makes:

   ```console
   perfsite new my-service {folder} --name "My service" --department "My department" --style xlsx
   ```

   Then delete `submissions/{example}.csv`, and the row of the example in `services.csv`.
3. Check the figures, and build the site:

   ```console
   perfsite validate {folder}
   perfsite build {folder}
   ```

   Open `build/index.html` in a browser.

`perfsite docs data-format` describes every column, period and symbol; `perfsite docs` lists what
else there is to read.
"""
