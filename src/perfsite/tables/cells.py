"""What the reader of workbooks does not tell: cells that show something else than they hold.

python-calamine gives an empty cell for an error such as #REF!, for a formula that was never
calculated and for text without a type, and in older .ods files a zero for an error. It sets aside
memory for every cell up to the last one, however far away that is. So the XML of a sheet is read
here too, before it is: for those cells, for merged ones, and for the size of the sheet.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import join, normpath
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat
from zlib import error as zlib_error

_MOST_BYTES: Final = 1_000_000_000
_MOST_CELLS: Final = 16_000_000
"""A full sheet of a tidy table with 15 columns; beyond it, memory would be the next to fail."""
_PLACE: Final = re.compile(r"[A-Z]{1,3}[0-9]{1,7}", re.ASCII)
_PLAIN_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_ANY_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_REMARKABLE: Final = (
    *(b"<f>", b"<f ", b"<f/", b"<f\n", b"<f\r", b"<f\t", b":f>", b":f ", b":f/"),
    *(b'"e"', b"'e'", b"&#", b"mergeCell", b"<!", b"encoding='", b'encoding="u', b'encoding="i'),
)
"""What has to be looked at more closely: formulas, merged cells, errors, and unusual XML."""
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ERROR: Final = re.compile(r"#[^#].*|Err:\d+")
Place = tuple[int, int]
"""Row and column of a cell, the first being 0."""


class UnreadableError(ValueError):
    """The file is no workbook, or none that can be read safely; the text says what it is."""


@dataclass
class Cells:
    """What is remarkable in a sheet.

    `shown` are the texts of cells that show one and hold none, errors above all; `uncalculated`
    are formulas without a result; `merged` are ranges by their first and last cell.
    """

    rows: int = 0
    columns: int = 0
    shown: dict[Place, str] = field(default_factory=dict)
    uncalculated: set[Place] = field(default_factory=set)
    merged: list[tuple[Place, Place]] = field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        """Something stands in this cell.

        Raises:
            UnreadableError: if the sheet then has too many cells.
        """
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.rows * self.columns > _MOST_CELLS:
            raise UnreadableError(f"a sheet of {self.rows:,} rows and {self.columns:,} columns")


def inspect(data: bytes) -> list[Cells]:
    """What is remarkable in each sheet of a workbook, in the workbook's order.

    A sheet of charts has no cells.

    Raises:
        UnreadableError: if it cannot be read, or is larger than any sheet of figures.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("a workbook with a password, or of an older kind")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            if len(set(names)) != len(names):
                raise UnreadableError("a damaged workbook: a part stands in it twice")
            if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
                raise UnreadableError("a workbook of more than 1 GB when unpacked")
            # Nobody can rely on the sizes that a file states before every part has been unpacked.
            if broken := archive.testzip():
                raise UnreadableError(f"a damaged workbook: {broken} cannot be unpacked")
            if "content.xml" in names:
                return _OpenDocument(archive.read("content.xml")).sheets
            parts = _sheet_parts(archive)
            return [_office_open(archive.read(part)) if part else Cells() for part in parts]
    except (zipfile.BadZipFile, EOFError, OSError, zlib_error, NotImplementedError) as error:
        raise UnreadableError("no workbook, or a damaged one") from error
    except RuntimeError as error:  # how zipfile says that a part is encrypted
        raise UnreadableError("a workbook with a password") from error
    except (ET.ParseError, expat.ExpatError, KeyError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("a damaged workbook, or none of the kinds .xlsx and .ods") from error


def is_single(data: bytes) -> bool:
    """Whether this is an .xlsx workbook of one sheet, as far as the names of its parts tell."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return sum(bool(_SHEET.fullmatch(name)) for name in archive.namelist()) == 1
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _sheet_parts(archive: zipfile.ZipFile) -> list[str]:
    """The names of the parts of an .xlsx workbook that hold its sheets."""
    kinds = {kind.rpartition("/")[2]: target for kind, _, target in _related(archive, "")}
    main = kinds["officeDocument"]
    targets = {key: (kind, target) for kind, key, target in _related(archive, main)}
    parts = []
    for sheet in ET.fromstring(_safe(archive.read(main))).iter():  # noqa: S314 - see _safe
        if sheet.tag.endswith("}sheet"):
            keys = {name.rpartition("}")[2]: text for name, text in sheet.attrib.items()}
            kind, target = targets[keys["id"]]
            parts.append(target if kind.endswith("/worksheet") else "")
    return parts


def _related(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """The kind, key and name of each part that a part refers to."""
    folder, _, name = part.rpartition("/")
    text = _safe(archive.read(join(folder, "_rels", f"{name}.rels")))
    return [
        (
            item.attrib["Type"],
            item.attrib["Id"],
            normpath(join("/", folder, item.attrib["Target"])).lstrip("/"),
        )
        for item in ET.fromstring(text)  # noqa: S314 - see _safe
    ]


def _safe(xml: bytes) -> bytes:
    """XML without a document type: no workbook has one, and entities could make it endless."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise UnreadableError("a workbook with a document type in its XML")
    return xml


def _office_open(xml: bytes) -> Cells:
    """A sheet of an .xlsx workbook; of one that is only values, its size alone is looked for."""
    places = _PLAIN_CELL.findall(xml)
    unusual = any(mark in xml for mark in _REMARKABLE)
    if places and not unusual and len(places) == len(_ANY_CELL.findall(xml)):
        columns = max(_column(letters.decode()) for letters in {place[0] for place in places}) + 1
        rows = max(int(row) for row in {place[1] for place in places})
        if rows * columns <= _MOST_CELLS:
            return Cells(rows, columns)
    return _OfficeOpen(xml).cells


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


class _OfficeOpen:
    """One pass through the XML of a sheet of an .xlsx workbook."""

    def __init__(self, xml: bytes) -> None:
        self.cells = Cells()
        self._row = self._column = -1
        self._kind = ""
        self._formula = False
        self._text: list[str] = []
        self._columns: dict[str, int] = {}
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.Parse(_safe(xml), True)
        self._finish_cell()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._finish_cell()
            self._kind = attributes.get("t", "")
            self._place(attributes.get("r", ""))
        elif name in {"v", "is"}:
            self.cells.reach(self._row, self._column)
            if self._formula or self._kind == "e":
                self._parser.CharacterDataHandler = self._text.append
        elif name == "f":
            self._parser.CharacterDataHandler = None
            self._formula = True
            self.cells.reach(self._row, self._column)
        elif name == "row":
            self._finish_cell()
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif name == "mergeCell":
            self._finish_cell()
            first, _, last = attributes["ref"].partition(":")
            self.cells.merged.append((self._read_place(first), self._read_place(last or first)))

    def _place(self, reference: str) -> None:
        """Where the cell is; one that does not say so follows the last one."""
        if reference:
            self._row, self._column = self._read_place(reference)
        else:
            self._column += 1

    def _read_place(self, reference: str) -> Place:
        letters = reference.rstrip("0123456789")
        if letters not in self._columns:
            if not _PLACE.fullmatch(reference):
                raise UnreadableError(f"a damaged workbook: there is no cell {reference[:20]!r}")
            self._columns[letters] = _column(letters)
        return int(reference[len(letters) :]) - 1, self._columns[letters]

    def _finish_cell(self) -> None:
        """Note what the cell shows, if it is one that its reader would give as empty."""
        if self._formula or self._kind == "e":
            self._parser.CharacterDataHandler = None
            text = "".join(self._text).strip()
            if self._kind == "e":
                self.cells.shown[self._row, self._column] = text or "#ERROR"
            elif not text and self._kind != "str":  # text may be blank, a number may not
                self.cells.uncalculated.add((self._row, self._column))
            self._text = []
        self._formula, self._kind = False, ""


class _OpenDocument:
    """One pass through the XML of an .ods workbook, all its sheets in one."""

    def __init__(self, xml: bytes) -> None:
        self.sheets: list[Cells] = []
        self._row = self._column = 0
        self._rows = self._repeated = 1
        self._attributes: dict[str, str] = {}
        self._text: list[str] = []
        self._notes = 0
        parser = self._parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.Parse(_safe(xml), True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.sheets.append(Cells())
            self._row = 0
        elif name == "table:table-row":
            self._column = 0
            self._rows = _times(attributes, "rows")
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._attributes = attributes
            self._repeated = _times(attributes, "columns")
            self._text = []
        elif name == "office:annotation":
            self._notes += 1
        elif name == "text:p" and not self._notes:
            self._parser.CharacterDataHandler = self._text.append

    def _end(self, name: str) -> None:
        if name == "text:p":
            self._parser.CharacterDataHandler = None
        elif name == "office:annotation":
            self._notes -= 1
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            if self.sheets:
                self._finish_cell(covered=name != "table:table-cell")
            self._column += self._repeated
        elif name == "table:table-row":
            self._row += self._rows

    def _finish_cell(self, *, covered: bool) -> None:
        attributes, cells = self._attributes, self.sheets[-1]
        text = "".join(self._text).strip()
        kind = attributes.get("office:value-type", "")
        formula = "table:formula" in attributes
        if not (kind or text or formula):
            return
        cells.reach(self._row + self._rows - 1, self._column + self._repeated - 1)
        error = attributes.get("calcext:value-type") == "error" or _ERROR.fullmatch(text)
        places = {
            (self._row + down, self._column + along)
            for down in range(self._rows)
            for along in range(self._repeated)
        }
        if (error or not kind) and (text or error) and not covered:
            cells.shown.update(dict.fromkeys(places, text or "#ERROR"))
        elif formula and not kind:
            cells.uncalculated |= places
        down = int(attributes.get("table:number-rows-spanned", "1"))
        along = int(attributes.get("table:number-columns-spanned", "1"))
        if down > 1 or along > 1:
            last = (self._row + down - 1, self._column + along - 1)
            cells.merged.append(((self._row, self._column), last))


def _times(attributes: dict[str, str], what: str) -> int:
    return max(1, int(attributes.get(f"table:number-{what}-repeated", "1")))
