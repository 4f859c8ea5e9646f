"""A form as a workbook: the sheet to fill in, how to fill it in, and the lists of its drop-downs.

The bytes of a workbook are always the same: no clock, no compression that differs by machine.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from perfsite.forms import words
from perfsite.measures import MeasureKind
from perfsite.tables.workbooks import INSTRUCTIONS, LISTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet


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
    check.error = f"{words.REFUSED[kind]} {words.OR_A_SYMBOL}"[:_LONGEST_MESSAGE]
    check.errorTitle = "This is not a figure"
    check.showErrorMessage = True
    return check


def _instruct(sheet: Worksheet, guide: Guide) -> None:
    """The instructions, in two columns."""
    titled: list[tuple[str, Sequence[tuple[str, str]]]] = [
        ("How to fill in this form", [(f"{at}.", step) for at, step in enumerate(words.STEPS, 1)]),
        ("What each measure is", guide.described),
        ("Figures that are missing or marked", words.SYMBOLS),
        ("How periods are written", words.PERIODS),
    ]
    if guide.channels:
        text = words.TIDY_CHANNELS if guide.tidy else words.CHANNELS
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
    made, alike = BytesIO(), BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(alike, "w") as target:
        for name in sorted(
            source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            part = zipfile.ZipInfo(name)
            part.create_system = 3  # else it is that of the machine
            target.writestr(part, _CLOCK.sub(_THEN, source.read(name)))
    return alike.getvalue()
