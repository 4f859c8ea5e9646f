"""The cases whose files are no text, or whose bytes a text editor would mend."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from openpyxl import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

PASSPORT: Final = "submissions/passport.csv"
WORKBOOK: Final = "submissions/passport.xlsx"
_TIME: Final = b"2017-11-01T00:00:00Z"
_OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument.spreadsheet"
_REGISTER: Final = (
    b"service,name,department\n"
    b"passport,Apply for a passport,Ministry of the Interior\n"
    b"parking-permit,Get a parking permit,Northmarket Council\n"
    b"outpatients,Book an outpatient appointment,Hospital of St Anne\n"
)
_GOOD: Final = "period,transactions,note\n2017-06,1100,\n2017-07,1200,Café\n"


def workbook(
    *rows: Sequence[object], more: Mapping[str, Sequence[Sequence[object]]] | None = None
) -> bytes:
    """A workbook with these rows in its first sheet, and other sheets by their names."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for name, others in (more or {}).items():
        other = book.create_sheet(name)
        for row in others:
            other.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return _without_times(data)


def _without_times(data: io.BytesIO) -> bytes:
    """A workbook in the same bytes whenever it was made: openpyxl writes the time into it."""
    made = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _TIME, old.read(name))
            new.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def open_document(*rows: Sequence[object], repeated: int = 1) -> bytes:
    """The same sheet as LibreOffice would save it, each row so often."""
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    lines = "".join(
        f"<table:table-row{times}>{''.join(map(_open_cell, row))}</table:table-row>" for row in rows
    )
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}>'
        "<office:body><office:spreadsheet>"
        f'<table:table table:name="Sheet1">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _OPEN_DOCUMENT)
        archive.writestr(zipfile.ZipInfo("content.xml"), content)
        archive.writestr(
            zipfile.ZipInfo("META-INF/manifest.xml"),
            "<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_OPEN_DOCUMENT}"/>'
            "</manifest:manifest>",
        )
    return data.getvalue()


def _open_cell(value: object) -> str:
    """A cell of an OpenDocument spreadsheet, of the kind that its value has."""
    if value is None:
        return "<table:table-cell/>"
    text = f"<text:p>{escape(str(value))}</text:p></table:table-cell>"
    if isinstance(value, bool):
        kind = f'boolean" office:boolean-value="{str(value).lower()}'
    elif isinstance(value, (int, float)):
        kind = f'float" office:value="{value!r}'
    elif isinstance(value, date):
        kind = f'date" office:date-value="{value.isoformat()}'
    elif isinstance(value, time):
        kind = f'time" office:time-value="PT{value.hour}H{value.minute}M{value.second}S'
    elif isinstance(value, timedelta):
        kind = f'time" office:time-value="PT{int(value.total_seconds())}S'
    else:
        kind = "string"
    return f'<table:table-cell office:value-type="{kind}">{text}'


def _damaged() -> bytes:
    """A workbook of which the second half is lost, as after a transfer that broke off."""
    whole = workbook(("period", "transactions"), ("2017-07", 1200))
    return whole[: len(whole) // 2]


MADE: Final[Mapping[str, Callable[[], dict[str, bytes | Path]]]] = {
    "PS101-workbook-of-1997": lambda: {
        "submissions/passport.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    },
    "PS103-workbook-damaged": lambda: {WORKBOOK: _damaged()},
    "PS103-csv-named-xlsx": lambda: {WORKBOOK: b"period,transactions\n2017-07,1200\n"},
    "PS102-latin-1": lambda: {PASSPORT: _GOOD.encode("latin-1")},
    "PS102-utf-16": lambda: {PASSPORT: _GOOD.replace(",", "\t").encode("utf-16")},
    "PS102-utf-16-without-mark": lambda: {
        PASSPORT: "period,transactions\n2017-07,5\n".encode("utf-16-le")
    },
    "PS123-nul-byte": lambda: {PASSPORT: b"period,transactions\n2017-07,12\x0000\n"},
    "PS102-workbook-named-csv": lambda: {PASSPORT: workbook(("period", "transactions"))},
    "PS123-byte-order-mark-inside": lambda: {
        PASSPORT: b"\xef\xbb\xbfperiod,transactions\n2017-06,1100\n\xef\xbb\xbf2017-07,1200\n"
    },
    "PS123-direction-override": lambda: {
        "services.csv": _REGISTER + "visa,Visas,Ministry \u202eof the Interior\n".encode()
    },
    "PS123-line-separator-in-note": lambda: {
        PASSPORT: "period,transactions,note\n2017-07,1200,one\u2028two\n".encode()
    },
    "PS123-name-of-a-column": lambda: {
        PASSPORT: "period,transactions,re\u200blease_at\n2017-07,1200,2018-01-01\n".encode()
    },
    "PS124-long-name": lambda: {
        "services.csv": _REGISTER + f"visa,{'Visas ' * 500},Ministry\n".encode()
    },
    "PS126-file-name": lambda: {
        "submissions/pass\u202etrop.csv": b"service,period,transactions\npassport,2017-07,1200\n"
    },
    "PS126-sheet-name": lambda: {
        WORKBOOK: workbook(
            ("period", "transactions"),
            ("2017-06", 1100),
            more={"=cmd;=cmd": (("period", "transactions"), ("2017-07", 1200))},
        )
    },
    "PS104-space-that-does-not-break": lambda: {
        PASSPORT: "period,transactions\n2017-07,1\u00a0200\n".encode()
    },
    "PS104-narrow-space": lambda: {PASSPORT: "period,transactions\n2017-07,1\u202f200\n".encode()},
    "PS104-workbook-broken-formula": lambda: {
        WORKBOOK: workbook(("period", "transactions"), ("2017-06", 1100), ("2017-07", "#REF!"))
    },
    "PS108-workbook-date-cell": lambda: {
        WORKBOOK: workbook(
            ("period", "transactions"),
            ("2017-06", 1100),
            (datetime(2017, 7, 1, 10, 30), 1200),  # noqa: DTZ001 - as a sheet has it
        )
    },
    "PS120-workbook-second-sheet": lambda: {
        WORKBOOK: workbook(
            ("period", "transactions"),
            ("2017-07", 1200),
            more={"Working": [("2017-07", 7), ("2017-08", 8)]},
        )
    },
    "PS122-mixed-line-ends": lambda: {
        PASSPORT: b"period,transactions\r\n2017-05,1000\r\n2017-06,1100\n2017-07,1200\r\n"
    },
    "PS127-folder-named-csv": lambda: {f"{PASSPORT}/{PASSPORT}": _GOOD.encode()},
    "PS127-link-out-of-the-folder": lambda: {PASSPORT: Path("/etc/hostname")},
    "PS128-folder-in-a-circle": lambda: {"submissions/again": Path()},
    "PS130-value-of-a-novel": lambda: {
        PASSPORT: b"period,transactions,note\n2017-07,1200," + b"x" * 50_000 + b"\n"
    },
    "PS130-workbook-of-a-billion-cells": lambda: {
        "submissions/passport.ods": open_document(
            ("period", "transactions"), ("2017-07", 1200), repeated=1_000_000_000
        )
    },
    "PS131-latin-1-name": lambda: {"submissions/caf\udce9.csv": _GOOD.encode()},
}
