"""Files that are larger than they look: refused by name, before they take what the machine has."""

from __future__ import annotations

import io
import re
import struct
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

import pytest

from helpers import register
from markdown_pages import DOCS
from perfsite.analysis import analyse
from perfsite.config import DEFAULT, Budgets, SiteConfig, parse_config
from perfsite.errors import ConfigError
from perfsite.load import load_data
from perfsite.model import Source
from perfsite.tables import read_cells, read_table
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register
from small_site import CONFIG, data_folder
from test_workbooks import cell, number, ods, packed, row, xlsx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET: Final = "xl/worksheets/sheet1.xml"
STRINGS: Final = "xl/sharedStrings.xml"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WIDE: Final = Budgets(workbook_ratio=10**9, workbook_cells=200_000, workbook_bytes=50_000_000)
"""Budgets that do not mind how well a workbook was packed, so that the others are tried."""


def sheet(rows: str, more: dict[str, str | bytes] | None = None) -> bytes:
    """A workbook with a sheet of this XML."""
    with zipfile.ZipFile(io.BytesIO(xlsx({"F": [["period", "value"]]}))) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    body = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return packed({**parts, SHEET: body, **(more or {})})


def lying(data: bytes, name: str, size: int) -> bytes:
    """A workbook that says of a part that it is as small as this, and means its beginning."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.getinfo(name)
        checksum = zlib.crc32(archive.read(name)[:size])
    said = bytearray(data)
    entry = data.rindex(name.encode()) - 46
    for place, offset in ((entry, 16), (part.header_offset, 14)):
        said[place + offset : place + offset + 4] = struct.pack("<I", checksum)
        said[place + offset + 8 : place + offset + 12] = struct.pack("<I", size)
    return bytes(said)


BOMBS: Final[dict[str, tuple[str, Callable[[], bytes], str, str]]] = {
    "a novel as a value": (
        "a.csv",
        lambda: b'period,value\n2017,"' + b"x" * 5_000_000 + b'"\n',
        "value_length",
        "a value of more than 32,767 characters",
    ),
    "a value of quotation marks": (
        "a.csv",
        lambda: b'period,value\n2017,"' + b'""' * 2_000_000 + b'"\n',
        "value_length",
        "a value of more than 32,767 characters",
    ),
    "a value of lines": (
        "a.csv",
        lambda: b'period,value\r\n2017,"' + b"xxxx xxxx\n" * 500_000 + b'"\r\n',
        "value_length",
        "a value of more than 32,767 characters",
    ),
    "a million columns": (
        "a.csv",
        lambda: b"period," + b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n",
        "columns",
        "more than 1,000 columns",
    ),
    "columns in short": ("a.csv", lambda: b"a," * 1_500 + b"\n", "columns", "1,501 columns"),
    "nothing but commas": ("a.csv", lambda: b"," * 11_000_000, "cells", "11,000,000 cells"),
    "nothing but lines": ("a.csv", lambda: b"\n" * 3_000_000, "rows", "2,999,999 rows"),
    "lists of nothing": ("a.json", lambda: b"[" + b"[]," * 3_000_000, "rows", "3,000,001 records"),
    "a record of everything": (
        "a.json",
        lambda: b"[{" + b",".join(b'"k%d":1' % i for i in range(100_000)) + b"}]",
        "columns",
        "more than 1,000 values in a record",
    ),
    "a key for each record": (
        "a.json",
        lambda: b"[" + b",".join(b'{"k%d":1}' % i for i in range(2_000)) + b"]",
        "columns",
        "more than 1,000 keys",
    ),
    "a number without end": (
        "a.json",
        lambda: b'[{"value":' + b"9" * 5_000_000 + b"}]",
        "value_length",
        "a value of more than 32,767 characters",
    ),
    "a text with marks": (
        "a.json",
        lambda: b'[{"value":"' + b'\\"x' * 50_000 + b'"}]',
        "value_length",
        "a value of 100,000 characters",
    ),
    "cells that are repeated": (
        "a.ods",
        lambda: ods(row(number(1).replace(">", ' table:number-columns-repeated="900">', 1),
                        times=1_000_000)),
        "workbook_cells",
        "a sheet of 1,000,000 rows and 900 columns",
    ),
    "cells without a type that are repeated": (
        "a.ods",
        lambda: ods(row('<table:table-cell office:value="1" '
                        'table:number-columns-repeated="1000000000"/>')),
        "workbook_cells",
        "a sheet of 1 row and 1,000,000,000 columns",
    ),
    "texts that are repeated": (
        "a.ods",
        lambda: ods(row(cell("x" * 30_000), times=10_000)),
        "workbook_bytes",
        "more than 50,000,000 letters, each text as often as used",
    ),
    "sheets and sheets": (
        "a.ods",
        lambda: ods('</table:table><table:table table:name="F">' * 101),
        "workbook_sheets",
        "more than 100 sheets",
    ),
    "a cell far away": (
        "a.xlsx",
        lambda: sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "workbook_cells",
        "a sheet of 1,048,576 rows and 16,384 columns",
    ),
    "cells and cells": (
        "a.xlsx",
        lambda: sheet(f"<row>{'<c><v>1</v></c>' * 10}</row>" * 21_000),
        "workbook_cells",
        "a sheet of more than 200,000 values",
    ),
    "a text that is shared": (
        "a.xlsx",
        lambda: sheet(
            '<row><c t="s"><v>0</v></c></row>' * 100_000,
            {STRINGS: f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'},
        ),
        "workbook_bytes",
        "more than 50,000,000 letters, each text as often as used",
    ),
    "texts that nobody uses": (
        "a.xlsx",
        lambda: sheet("", {STRINGS: f'<sst xmlns="{MAIN}">{"<si/>" * 201_000}</sst>'}),
        "workbook_cells",
        "shared texts",
    ),
    "zeros": (
        "a.xlsx",
        lambda: sheet("", {"xl/media/a.bin": bytes(51_000_000)}),
        "workbook_bytes",
        "bytes when unpacked",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_the_name_of_its_budget(name: str) -> None:
    """What is too large is one problem, which says what was found and which budget to raise."""
    path, made, budget, found = BOMBS[name]
    source = Source(f"submissions/{path}", made())

    tracemalloc.start()
    frame, problems = read_table(source, WIDE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(frame) == 0 or name == "a value of lines"
    (problem,) = problems
    assert (problem.code, problem.file) == ("PS130", source.path)
    assert found in problem.found
    assert f"raise {budget} in [budgets] of perfsite.toml" in problem.fix
    assert peak < 60_000_000 + len(source.data)


@pytest.mark.parametrize(
    ("name", "made", "words"),
    [
        (
            "a.ods",
            lambda: ods(row(cell("#REF!", "").replace(
                ">", ' table:number-columns-repeated="9">', 1), times=20_000)),
            "more than 100,000 cells that are merged, show errors",
        ),
        (
            "a.xlsx",
            lambda: sheet("", {SHEET: f'<worksheet xmlns="{MAIN}"><sheetData/>'
                               + '<mergeCell ref="A1:Z1048576"/>' * 100 + "</worksheet>"}),
            "more than 100,000 cells that are merged, show errors",
        ),
        (
            "a.xlsx",
            lambda: sheet("", {SHEET: "<a>" * 100_000}),
            "tags within tags, hundreds deep",
        ),
        (
            "a.xlsx",
            lambda: sheet("", {SHEET: f'<worksheet xmlns="{MAIN}" a="{"x" * 3_000_000}"/>'}),
            "a text or tag of more than a megabyte",
        ),
        (
            "a.xlsx",
            lambda: sheet("", {SHEET: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16")}),
            "a document type in its XML",
        ),
        (
            "a.xlsx",
            lambda: lying(sheet("<row/>" * 1_000_000), SHEET, 1_000),
            "xl/worksheets/sheet1.xml cannot be unpacked",
        ),
        (
            "a.xlsx",
            lambda: sheet("", {f"a/{i}": "" for i in range(10_001)}),
            "a workbook of more than 10,000 parts",
        ),
    ],
    ids=["errors", "merges", "depth", "attribute", "entities", "lies", "parts"],
)  # fmt: skip
def test_a_workbook_that_no_program_writes_is_refused(
    name: str, made: Callable[[], bytes], words: str
) -> None:
    """What is a bomb by its form and not by its size is no workbook that can be read."""
    tracemalloc.start()
    _, problems = read_table(Source(name, made()), WIDE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [problem.code for problem in problems] == ["PS103"]
    assert words in problems[0].found
    assert peak < 60_000_000


def test_a_workbook_that_is_packed_too_well_is_refused() -> None:
    """A part that unpacks to hundreds of times its size is none that a spreadsheet writes."""
    data = sheet("<row/>" * 2_000_000)

    (problem,) = read_table(Source("a.xlsx", data))[1]

    assert problem.code == "PS130"
    assert "times its size when unpacked" in problem.found
    assert "raise workbook_ratio" in problem.fix


def test_what_is_within_its_budget_is_read() -> None:
    """A column, a cell and a character less than is refused are read as they stand."""
    budgets = Budgets(rows=2, columns=3, cells=9, value_length=6, figures=4)
    good = b"period,cost,note\n2017,12345,abcde\n2018,1,\n"
    for data in (good, good.replace(b"\n", b"\r\n"), good.rstrip(b"\n")):
        frame, problems = read_table(Source("a.csv", data), budgets)
        assert (len(frame), problems) == (2, [])
    for more in (b"2019,1,\n", b'2017,1,"abc\ndefg"\n'):
        assert [p.code for p in read_table(Source("a.csv", good + more), budgets)[1]] == ["PS130"]
    wider = good.replace(b"\n", b",\n")
    assert [p.code for p in read_table(Source("a.csv", wider), budgets)[1]] == ["PS130"]


def test_letters_are_counted_and_not_bytes() -> None:
    """A value of as many letters as are allowed is read in any script."""
    text = f"period,note\n2017,{'日' * DEFAULT.value_length}\n"

    assert read_cells(Source("a.csv", text.encode()))[1] == []
    longer = text.replace("日\n", "日日\n")
    assert [p.code for p in read_table(Source("a.csv", longer.encode()))[1]] == ["PS130"]


def test_the_figures_of_a_wide_table_have_a_budget() -> None:
    """Columns times rows are counted, those that hold no figures not, and none of them is made."""
    lines = "".join(f"20{i:02},1,1,\n" for i in range(10, 15))
    source = Source("submissions/a.csv", f"period,cost,transactions,note\n{lines}".encode())
    services = register("a")

    for most, codes in ((10, []), (9, ["PS130"])):
        config = SiteConfig(budgets=Budgets(figures=most))
        frame, problems = read_observations([source], services, config)
        assert len(frame) == (0 if codes else 10)
        assert [p.code for p in problems] == codes


def test_far_too_many_channels_cost_their_measure_alone() -> None:
    """Channels by the thousand are left out with one problem; the total and others are kept."""
    rows = "".join(f"2017,transactions,c{i},1\n" for i in range(201))
    rows += "2017,transactions,,201\n2017,started,digital,5\n"
    source = Source("submissions/a.csv", f"period,measure,channel,value\n{rows}".encode())

    frame, problems = read_observations([source], register("a"), SiteConfig())

    assert frame[["measure", "channel"]].to_numpy().tolist() == [
        ["started", "digital"], ["transactions", ""],
    ]  # fmt: skip
    assert [(p.code, p.found, p.row) for p in problems] == [
        ("PS130", "201 channels of transactions", 2)
    ]


def test_a_register_and_retractions_have_budgets_too(tmp_path: Path) -> None:
    """What is too large is refused in every file, by the budgets of this site."""
    folder = data_folder(tmp_path, config=f"{CONFIG}\n[budgets]\nvalue_length = 30\n")
    (folder / "retractions.csv").write_text(f"service,period\n{'a' * 31},2017\n")
    data = load_data(folder)

    problems = analyse(data, max(data.config.published)).problems

    assert {p.file for p in problems if p.code == "PS130"} >= {"services.csv", "retractions.csv"}
    assert read_register(data.register, budgets=Budgets())[1] == []


def test_a_thousand_bad_rows_are_told_and_the_rest_counted() -> None:
    """No file makes a million messages, and no row is lost without one."""
    for name, data in (
        ("a.csv", b"period,cost\n" + b"a\n" * 1_500 + b"2017,1\n"),
        ("a.json", b"[" + b"{}," * 1_500 + b'{"period":"2017"}]'),
    ):
        frame, problems = read_table(Source(name, data))
        assert len(frame) == 1
        assert len(problems) == 1_001
        assert "500 more" in problems[-1].found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = " + "[" * 100_000, "brackets within brackets"),
        (".".join("a" * 50_000) + " = 1", "a name of more than 100 parts"),
        ("title = " + "9" * 5_000, "a number that is too long"),
        ("[budgets]\nrows = 0", "budgets.rows"),
        ("[budgets]\nvalue_length = 200000", "budgets.value_length"),
        ("[budgets]\nlines = 5", "budgets.lines: there is no entry lines"),
    ],
)
def test_settings_that_would_never_end_are_refused(text: str, words: str) -> None:
    """Depth, length and numbers of perfsite.toml are refused in a sentence."""
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        parse_config(text)

    assert len(str(caught.value)) < 500


def test_the_table_of_budgets_is_the_configuration() -> None:
    """Each entry of `[budgets]` has its row in docs/data-format.md, with its default."""
    text = (DOCS / "data-format.md").read_text("utf-8").partition("### Budgets")[2]
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", text.partition("\n### ")[0], re.MULTILINE)

    assert {name: int(value) for name, value in rows} == DEFAULT.model_dump()
