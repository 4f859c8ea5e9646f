"""What the reader of workbooks does not tell: cells that show something else than they hold.

python-calamine gives an empty cell for an error such as #REF!, for a formula that was never
calculated and for text without a type, and in older .ods files a zero for an error. It sets aside
memory for every cell up to the last one, however far away that is, and for the text of every cell,
however often a text is used. So the XML of a sheet is read here too, before it is, and piece by
piece: for those cells, for merged ones, and for the size that the sheet would have.

It is long, because the zip that the XML is packed in is unpacked here too, piece by piece, and
never more than it says.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import join, normpath
from typing import TYPE_CHECKING, Final
from xml.parsers import expat
from zlib import error as zlib_error

from perfsite.config import DEFAULT, Budgets
from perfsite.errors import OverBudgetError
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator


# The parts of a workbook, which is a zip: unpacked piece by piece, and never more than is said.
#
# A zip says of each part how large it is, and whoever wrote it may lie. What is stated is held
# against the budgets before anything is unpacked; each part is then unpacked to its end once, and
# has to be what it says, before a reader that believes it sees the file.


_MOST_PARTS: Final = 10_000
_CENTRAL: Final = b"PK\x01\x02"
_HEAD: Final = b"PK\x03\x04"
_LOCAL: Final = struct.Struct("<26x2H")
"""What stands before a part: at its end the lengths of its name and of what follows the name."""
_STEP: Final = 1 << 18
_MOST_OF_A_PIECE: Final = 1 << 20
_HARMLESS: Final = 10_000_000
"""Bytes up to which it does not matter how well a part was packed."""
_ENCRYPTED: Final = 1


class UnreadableError(ValueError):
    """The file is no workbook, or none that can be read safely; the text says what it is."""


def entries(data: bytes) -> zipfile.ZipFile:
    """A zip with the list of its parts, none of which is unpacked.

    Raises:
        UnreadableError: if it has far too many parts to be a workbook.
        zipfile.BadZipFile: if it is none.
    """
    # Each entry of the list would become an object; their marks can be counted without.
    if data.count(_CENTRAL) > _MOST_PARTS:
        raise UnreadableError(f"a workbook of more than {_MOST_PARTS:,} parts")
    return zipfile.ZipFile(BytesIO(data))


def check_parts(archive: zipfile.ZipFile, data: bytes, budgets: Budgets) -> None:
    """Make sure that all parts of a workbook are what they say, and within the budgets.

    Raises:
        UnreadableError: if a part is damaged, stands there twice, or is encrypted.
        OverBudgetError: if they are too large when unpacked, or far larger than packed.
    """
    parts = archive.infolist()
    if len({part.filename for part in parts}) != len(parts):
        raise UnreadableError("a damaged workbook: a part stands in it twice")
    size = sum(part.file_size for part in parts)
    if size > budgets.workbook_bytes:
        raise OverBudgetError("workbook_bytes", f"{size:,} bytes when unpacked")
    packed = [(part.file_size, part.compress_size) for part in parts]
    for large, small in (*packed, (size, len(data))):
        if large > max(_HARMLESS, budgets.workbook_ratio * small):
            times = large // max(1, small)
            raise OverBudgetError("workbook_ratio", f"{times:,} times its size when unpacked")
    for part in parts:
        for _ in unpacked(part, data):
            pass


def unpacked(part: zipfile.ZipInfo, data: bytes) -> Iterator[bytes]:
    """The bytes of a part, in chunks.

    Raises:
        UnreadableError: if it does not unpack to just what it says, or is encrypted.
    """
    damaged = UnreadableError(f"a damaged workbook: {part.filename} cannot be unpacked")
    if part.flag_bits & _ENCRYPTED:
        raise UnreadableError("a workbook with a password")
    head = data[part.header_offset : part.header_offset + _LOCAL.size]
    if len(head) < _LOCAL.size or not head.startswith(_HEAD):
        raise damaged
    name, extra = _LOCAL.unpack(head)
    begin = part.header_offset + _LOCAL.size + name + extra
    packed = memoryview(data)[begin : begin + part.compress_size]
    size, checksum = 0, 0
    try:
        for chunk in _chunks(part, packed):
            size += len(chunk)
            checksum = zlib.crc32(chunk, checksum)
            if size > part.file_size:
                raise damaged
            yield chunk
    except zlib.error as error:
        raise damaged from error
    if size != part.file_size or checksum != part.CRC:
        raise damaged


def _chunks(part: zipfile.ZipInfo, packed: memoryview) -> Iterator[bytes]:
    """What packed bytes unpack to, however much that is.

    Raises:
        UnreadableError: if they are packed in another way than workbooks are.
        zlib.error: if they are damaged.
    """
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _STEP]) for at in range(0, len(packed), _STEP))
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise UnreadableError("a workbook that is packed in an unusual way")
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = b""
    for at in range(0, len(packed), _STEP):
        rest = bytes(packed[at : at + _STEP])
        while rest and not reader.eof:
            yield reader.decompress(rest, _STEP)
            rest = reader.unconsumed_tail
    while not reader.eof and (chunk := reader.decompress(rest, _STEP)):
        yield chunk
        rest = reader.unconsumed_tail
    if not reader.eof:
        raise zlib.error


def pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """XML in pieces each of which ends with a tag, so that no tag is ever cut.

    Raises:
        UnreadableError: if a tag or a text is longer than any in a workbook.
    """
    rest = b""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b">") + 1
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _MOST_OF_A_PIECE:
            raise UnreadableError("a damaged workbook: a text or tag of more than a megabyte")
    yield rest


# The XML of the sheets: the cells of each that show something else than they hold.


_MOST_REMARKS: Final = 100_000
"""Cells that show what they do not hold; beyond it, nobody would read what is said of each."""
_DEEPEST: Final = 1_000
_ROWS_OF_A_REMARK: Final = 100
"""Rows of merged cells that cost as much as a remark."""
_MOST_OF_A_LIST: Final = 4_000_000
"""Bytes of the parts that say what a workbook is made of."""
_LEAST_OF_A_CELL: Final = 20
"""Bytes of a cell that uses a shared text."""
_SHARED: Final = re.compile(rb"<(?:\w+:)?si(?=[\s/>])")
"""Where a shared text begins, with a prefix or without; no longer name such as `<sixty>` does."""
_MOST_OF_A_STRING: Final = 1_000_000
"""Bytes of a shared text with all that says how it looks."""
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
    remarks: int = 0

    def reach(self, row: int, column: int, budgets: Budgets = DEFAULT) -> None:
        """Something stands in this cell.

        Raises:
            OverBudgetError: if the sheet then has too many cells.
        """
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.rows * self.columns > budgets.workbook_cells:
            found = f"a sheet of {counted(self.rows, 'row')} and {counted(self.columns, 'column')}"
            raise OverBudgetError("workbook_cells", found)
        if self.rows > budgets.rows + 1:
            raise OverBudgetError("rows", f"a sheet of {self.rows:,} rows")
        if self.columns > budgets.columns:
            raise OverBudgetError("columns", f"a sheet of {self.columns:,} columns")

    def remark(self, cells: int) -> None:
        """So many cells more are remarkable, or are rows of merged ones.

        Raises:
            UnreadableError: if they are too many to be told.
        """
        self.remarks += cells
        if self.remarks > _MOST_REMARKS:
            raise UnreadableError(
                f"a sheet with more than {_MOST_REMARKS:,} cells that are merged, show errors, or "
                "were not calculated"
            )


@dataclass
class _Tally:
    """What the sheets of a workbook come to together."""

    budgets: Budgets
    cells: int = 0
    text: int = 0

    def add(self, sheet: Cells) -> Cells:
        """One sheet more.

        Raises:
            OverBudgetError: if all together have too many cells.
        """
        self.cells += sheet.rows * sheet.columns
        most = self.budgets.workbook_cells
        if self.cells > most:
            raise OverBudgetError("workbook_cells", f"more than {most:,} cells in its sheets")
        return sheet

    def write(self, letters: int) -> None:
        """So many letters more stand in cells.

        Raises:
            OverBudgetError: if all together have too many.
        """
        self.text += letters
        if self.text > self.budgets.workbook_bytes:
            found = f"more than {self.budgets.workbook_bytes:,} letters, each text as often as used"
            raise OverBudgetError("workbook_bytes", found)


def inspect(data: bytes, budgets: Budgets = DEFAULT, only: int | None = None) -> list[Cells]:
    """What is remarkable in each sheet of a workbook, in the workbook's order.

    A sheet of charts has no cells. `only` is the number of the one sheet that is wanted; others
    may be given without what is in them.

    Raises:
        UnreadableError: if it cannot be read.
        OverBudgetError: if it is larger than the budgets allow.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("a workbook with a password, or of an older kind")
    try:
        with entries(data) as archive:
            check_parts(archive, data, budgets)
            tally = _Tally(budgets)
            if "content.xml" in archive.namelist():
                return _OpenDocument(_part(archive, data, "content.xml"), tally).sheets
            parts = _sheet_parts(archive, data)
            if len(parts) > budgets.workbook_sheets:
                raise OverBudgetError("workbook_sheets", f"{len(parts):,} sheets")
            strings = _Strings(archive, data, tally)
            return [
                strings.sheet(part) if part and only in {None, number} else Cells()
                for number, part in enumerate(parts)
            ]
    except (zipfile.BadZipFile, EOFError, OSError, zlib_error, NotImplementedError) as error:
        raise UnreadableError("no workbook, or a damaged one") from error
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, UnreadableError | OverBudgetError):
            raise
        raise UnreadableError("a damaged workbook, or none of the kinds .xlsx and .ods") from error


def is_single(data: bytes) -> bool:
    """Whether this is an .xlsx workbook of one sheet, as far as the names of its parts tell."""
    try:
        with entries(data) as archive:
            return sum(bool(_SHEET.fullmatch(name)) for name in archive.namelist()) == 1
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _part(archive: zipfile.ZipFile, data: bytes, name: str) -> Iterator[bytes]:
    """A part of a workbook, in pieces that end with a tag."""
    return pieces(unpacked(archive.getinfo(name), data))


def _parser() -> expat.XMLParserType:
    """A reader of XML that refuses a document type: entities could make it endless."""

    def refuse(*_: object) -> None:
        raise UnreadableError("a workbook with a document type in its XML")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _fed(parser: expat.XMLParserType, parts: Iterator[bytes]) -> None:
    """Give all of a part to a reader of XML.

    Raises:
        UnreadableError: if it is nested far deeper than any workbook: each open tag is remembered.
    """
    depth = 0
    for piece in parts:
        closing = piece.count(b"</")
        opening = piece.count(b"<") - closing - piece.count(b"/>") - piece.count(b"<?")
        depth += opening - closing
        if depth > _DEEPEST:
            raise UnreadableError("a damaged workbook: tags within tags, hundreds deep")
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _elements(archive: zipfile.ZipFile, data: bytes, name: str) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small part: their names and attributes, without prefixes.

    Raises:
        UnreadableError: if it is large.
    """
    if archive.getinfo(name).file_size > _MOST_OF_A_LIST:
        raise UnreadableError(f"a damaged workbook: {name} is too large")
    elements: list[tuple[str, dict[str, str]]] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition(":")[2]: text for key, text in attributes.items()}
        elements.append((element.rpartition(":")[2], plain))

    parser = _parser()
    parser.StartElementHandler = start
    _fed(parser, _part(archive, data, name))
    return elements


def _sheet_parts(archive: zipfile.ZipFile, data: bytes) -> list[str]:
    """The names of the parts of an .xlsx workbook that hold its sheets."""
    kinds = {kind.rpartition("/")[2]: target for kind, _, target in _related(archive, data, "")}
    main = kinds["officeDocument"]
    targets = {key: (kind, target) for kind, key, target in _related(archive, data, main)}
    parts = []
    for element, attributes in _elements(archive, data, main):
        if element == "sheet":
            kind, target = targets[attributes["id"]]
            parts.append(target if kind.endswith("/worksheet") else "")
    return parts


def _related(archive: zipfile.ZipFile, data: bytes, part: str) -> list[tuple[str, str, str]]:
    """The kind, key and name of each part that a part refers to."""
    folder, _, name = part.rpartition("/")
    return [
        (
            attributes["Type"],
            attributes["Id"],
            normpath(join("/", folder, attributes["Target"])).lstrip("/"),
        )
        for element, attributes in _elements(archive, data, join(folder, "_rels", f"{name}.rels"))
        if element == "Relationship"
    ]


class _Strings:
    """The texts that the cells of an .xlsx workbook share, and its sheets in their light."""

    def __init__(self, archive: zipfile.ZipFile, data: bytes, tally: _Tally) -> None:
        self._archive, self._data, self._tally = archive, data, tally
        names = [name for name in archive.namelist() if name.lower().endswith("sharedstrings.xml")]
        self._sizes = [size for name in names for size in self._of(name)]
        self._longest = max(self._sizes, default=0)

    def _of(self, name: str) -> list[int]:
        """The bytes of each shared text, those that say how it looks among them.

        Raises:
            OverBudgetError: if there are more than cells, or one is too long.
        """
        rest, sizes = b"", list[int]()
        for piece in _part(self._archive, self._data, name):
            *whole, rest = _SHARED.split(rest + piece)
            sizes += map(len, whole)
            if len(sizes) > self._tally.budgets.workbook_cells:
                raise OverBudgetError("workbook_cells", f"more than {len(sizes):,} shared texts")
            if len(rest) > _MOST_OF_A_STRING:
                raise OverBudgetError("value_length", f"a text of {len(rest):,} bytes and more")
        return [*sizes, len(rest)][1:]  # the first is what stands before all of them

    def sheet(self, part: str) -> Cells:
        """A sheet; of one that is only values and not too large, its size alone is looked for."""
        cells = self._plain(part)
        if cells is None:
            most = self._archive.getinfo(part).file_size // _LEAST_OF_A_CELL
            harmless = most * self._longest <= self._tally.budgets.workbook_bytes
            sizes = [] if harmless else self._sizes
            cells = _OfficeOpen(_part(self._archive, self._data, part), self._tally, sizes).cells
        return self._tally.add(cells)

    def _plain(self, part: str) -> Cells | None:
        """The size of a sheet that is only values; None where it has to be read more closely.

        Raises:
            OverBudgetError: if it has more values than a workbook may have cells.
        """
        plain, letters, rows, values, places = True, set[bytes](), 0, 0, 0
        budgets = self._tally.budgets
        for piece in _part(self._archive, self._data, part):
            values += piece.count(b"<v>") + piece.count(b":v>") // 2
            if values > budgets.workbook_cells:
                found = f"a sheet of more than {budgets.workbook_cells:,} values"
                raise OverBudgetError("workbook_cells", found)
            if not plain:
                continue
            found_here = _PLAIN_CELL.findall(piece)
            places += len(found_here)
            letters.update(place[0] for place in found_here)
            rows = max(rows, *(int(row) for row in {place[1] for place in found_here}), 0)
            plain = len(found_here) == len(_ANY_CELL.findall(piece)) and not any(
                mark in piece for mark in _REMARKABLE
            )
        if not plain or not places or places * self._longest > budgets.workbook_bytes:
            return None
        sheet = Cells()
        try:
            sheet.reach(rows - 1, max(map(_column, letters)), budgets)
        except OverBudgetError:
            return None  # cells that only look like something do not count
        return sheet


def _column(letters: bytes | str) -> int:
    column = 0
    for letter in letters.decode() if isinstance(letters, bytes) else letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


class _OfficeOpen:
    """One pass through the XML of a sheet of an .xlsx workbook."""

    def __init__(self, parts: Iterator[bytes], tally: _Tally, sizes: list[int]) -> None:
        self.cells = Cells()
        self._tally, self._sizes = tally, sizes
        self._kept = {"e", "s"} if sizes else {"e"}
        self._row = self._column = -1
        self._kind = ""
        self._formula = False
        self._text: list[str] = []
        self._columns: dict[str, int] = {}
        self._parser = _parser()
        self._parser.StartElementHandler = self._start
        _fed(self._parser, parts)
        self._finish_cell()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._finish_cell()
            self._kind = attributes.get("t", "")
            self._place(attributes.get("r", ""))
        elif name in {"v", "is"}:
            self.cells.reach(self._row, self._column, self._tally.budgets)
            if self._formula or self._kind in self._kept:
                self._parser.CharacterDataHandler = self._text.append
        elif name == "f":
            self._parser.CharacterDataHandler = None
            self._formula = True
            self.cells.reach(self._row, self._column, self._tally.budgets)
        elif name == "row":
            self._finish_cell()
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif name == "mergeCell":
            self._finish_cell()
            first, _, last = attributes["ref"].partition(":")
            ends = self._read_place(first), self._read_place(last or first)
            self.cells.remark(1 + max(0, ends[1][0] - ends[0][0]) // _ROWS_OF_A_REMARK)
            self.cells.merged.append(ends)

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
        if self._formula or self._kind in self._kept:
            self._parser.CharacterDataHandler = None
            text = "".join(self._text).strip()
            if self._kind == "s" and text and self._sizes:
                self._tally.write(self._sizes[int(text)])
            if self._kind == "e":
                self.cells.remark(1)
                self.cells.shown[self._row, self._column] = text or "#ERROR"
            elif self._formula and not text and self._kind != "str":  # text may be blank
                self.cells.remark(1)
                self.cells.uncalculated.add((self._row, self._column))
            self._text = []
        self._formula, self._kind = False, ""


class _OpenDocument:
    """One pass through the XML of an .ods workbook, all its sheets in one."""

    def __init__(self, parts: Iterator[bytes], tally: _Tally) -> None:
        self.sheets: list[Cells] = []
        self._tally = tally
        self._filled = False
        self._row = self._column = 0
        self._rows = self._repeated = 1
        self._attributes: dict[str, str] = {}
        self._text: list[str] = []
        self._notes = 0
        self._parser = _parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        _fed(self._parser, parts)
        for sheet in self.sheets:
            tally.add(sheet)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.sheets.append(Cells())
            if len(self.sheets) > self._tally.budgets.workbook_sheets:
                raise OverBudgetError("workbook_sheets", f"more than {len(self.sheets) - 1} sheets")
            self._row = 0
        elif name == "table:table-row":
            self._column = 0
            self._rows = _times(attributes, "rows")
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._attributes = attributes
            self._repeated = _times(attributes, "columns")
            self._text = []
            self._filled = any(key.startswith(("office:", "calcext:")) for key in attributes)
            return
        self._filled = True
        if name == "office:annotation":
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
        if not (kind or text or formula or self._filled):
            return
        number = self._rows * self._repeated
        cells.reach(
            self._row + self._rows - 1, self._column + self._repeated - 1, self._tally.budgets
        )
        if len(text) > self._tally.budgets.value_length:
            raise OverBudgetError("value_length", f"a value of {len(text):,} characters")
        self._tally.write(number * (len(text) + sum(map(len, attributes.values()))))
        if not (kind or text or formula):
            return
        error = attributes.get("calcext:value-type") == "error" or _ERROR.fullmatch(text)
        if (error or not kind) and (text or error) and not covered:
            cells.remark(number)
            cells.shown.update(dict.fromkeys(self._places(), text or "#ERROR"))
        elif formula and not kind:
            cells.remark(number)
            cells.uncalculated.update(self._places())
        down = int(attributes.get("table:number-rows-spanned", "1"))
        along = int(attributes.get("table:number-columns-spanned", "1"))
        if down > 1 or along > 1:
            last = (self._row + down - 1, self._column + along - 1)
            cells.remark(1 + down // _ROWS_OF_A_REMARK)
            cells.merged.append(((self._row, self._column), last))

    def _places(self) -> Iterator[Place]:
        """Where a cell stands, as often as it is repeated."""
        for down in range(self._rows):
            for along in range(self._repeated):
                yield self._row + down, self._column + along


def _times(attributes: dict[str, str], what: str) -> int:
    return max(1, int(attributes.get(f"table:number-{what}-repeated", "1")))
