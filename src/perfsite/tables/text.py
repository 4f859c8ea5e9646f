"""The bytes of a file to text, and what its bytes say about how it was saved."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from perfsite.errors import Problem

if TYPE_CHECKING:
    from perfsite.model import Source

_SAVE: Final = 'save the file as "CSV UTF-8"; in an editor, with the encoding UTF-8'
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BINARY: Final = (*_WORKBOOK, *_UTF_16)
"""How files begin that are no text in UTF-8, whatever their names say."""
_QUOTED: Final = re.compile(r'(?:^|(?<=[,\r\n]))"(?:[^"]++|"")*+"')
"""A quoted value. Nothing of it is tried again: for that every letter would be remembered."""
_END: Final = re.compile(r"\r\n|\r|\n")
_NAMES: Final = {"\r\n": "CR and LF", "\n": "LF", "\r": "CR"}


def decoded(source: Source) -> str | Problem:
    """The text of a file, or PS102 with the line of the first byte that is not UTF-8."""
    found, fix, line = "", _SAVE, 1
    if source.data.startswith(_WORKBOOK):
        found, fix = "a workbook, whatever its name says", 'save the sheet as "CSV UTF-8"'
    elif source.data.startswith(_UTF_16):
        found = "UTF-16 text"
    else:
        try:
            return source.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = source.data[: error.start].count(b"\n") + 1
            found = _letter(source.data[error.start])
    return Problem(source.path, line, "PS102", "", found, "UTF-8 text", fix)


def _letter(byte: int) -> str:
    """A byte that is not UTF-8, with the letter that it mostly is."""
    letter = bytes([byte]).decode("windows-1252", "ignore")
    other = f", {letter} in Windows-1252" if letter else ""
    return f"a letter that is not UTF-8 (the byte 0x{byte:02X}{other})"


def readable_text(source: Source) -> tuple[str | None, list[Problem]]:
    """The text of a file, or None and PS102; and whether its line ends are mixed (PS122).

    Text with mixed line ends can be read; but a programme that does not know one of the kinds
    would see other rows.
    """
    # Every other byte of plain text in UTF-16 is a NUL. One in a row of a table costs that row.
    if 3 * source.data.count(b"\0") > len(source.data) and not source.data.startswith(BINARY):
        line = source.data.count(b"\n", 0, source.data.index(b"\0")) + 1
        found = "UTF-16 text"
        return None, [Problem(source.path, line, "PS102", "", found, "UTF-8 text", _SAVE)]
    text = decoded(source)
    if isinstance(text, Problem):
        return None, [text]
    is_csv = source.path.lower().endswith(".csv")
    if "\0" in text and not is_csv:
        line = text[: text.index("\0")].count("\n") + 1
        return None, [Problem(source.path, line, "PS102", "", "a NUL byte", "UTF-8 text", _SAVE)]
    if is_csv and (mixed := _mixed_ends(source, text)):
        return text, [mixed]
    return text, []


def _mixed_ends(source: Source, text: str) -> Problem | None:
    """The first line that ends in another way than the one before; within quotes all may."""
    both = text.count("\r\n")
    kinds = (both, text.count("\n") - both, text.count("\r") - both)
    if sum(map(bool, kinds)) < len(kinds) - 1:
        return None
    ends = [match[0] for match in _END.finditer(_QUOTED.sub("", text))]
    for line, (one, other) in enumerate(pairwise(ends), 2):
        if one != other:
            found = f"a line that ends with {_NAMES[other]}, after one that ends with {_NAMES[one]}"
            fix = "open the file and save it again; check that no row was cut in two"
            expected = "one kind of line end in a file"
            return Problem(source.path, line, "PS122", "", found, expected, fix)
    return None
