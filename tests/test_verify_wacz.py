from __future__ import annotations

import json
import random
import re
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from archive_tools import (
    BASE,
    DESCRIPTION,
    DIGEST,
    INDEX,
    NAME,
    PAGES,
    WARC,
    entries_of,
    faults_of,
    members_of,
    record_of,
    repack,
    wacz_in,
    warc_of,
    write_zip,
)
from perfsite.archive.verify import verify_package
from perfsite.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Entries = dict[str, bytes]


def broken(folder: Path, change: Callable[[Entries], None]) -> list[str]:
    """The faults of a WACZ of which something was changed, and the description fitted to it."""
    wacz = wacz_in(folder)
    entries = entries_of(wacz)
    change(entries)
    repack(wacz, entries)
    return faults_of(wacz)


def lines_of(entries: Entries, name: str) -> list[bytes]:
    """The lines of an entry."""
    return entries[name].splitlines(keepends=True)


def test_a_whole_package_has_no_fault(tmp_path: Path) -> None:
    """Neither as it was made nor as the tests pack it: what they find is what they broke."""
    assert faults_of(wacz_in(tmp_path)) == []
    assert broken(tmp_path, lambda _: None) == []


def test_an_entry_that_was_altered_is_found(tmp_path: Path) -> None:
    """The hash in the description is recomputed."""
    wacz = wacz_in(tmp_path)
    entries = entries_of(wacz)
    entries["readme/README.txt"] += b"more"
    write_zip(wacz, entries.items())

    faults = faults_of(wacz)

    assert [fault.partition(": found")[0] for fault in faults] == [
        f"{NAME}.wacz: datapackage.json, readme/README.txt, hash",
        f"{NAME}.wacz: datapackage.json, readme/README.txt, bytes",
    ]


def test_a_description_that_was_altered_is_found(tmp_path: Path) -> None:
    """The digest of the description is recomputed."""
    wacz = wacz_in(tmp_path)
    entries = entries_of(wacz)
    entries[DESCRIPTION] = entries[DESCRIPTION].replace(b"packed from", b"taken from")
    write_zip(wacz, entries.items())

    (fault,) = faults_of(wacz)

    assert fault.startswith(f"{NAME}.wacz: datapackage-digest.json, hash: found 'sha256:")


@pytest.mark.parametrize("name", [WARC, INDEX])
def test_an_entry_that_is_compressed_is_found(tmp_path: Path, name: str) -> None:
    """Replays read a part of the file, and need it stored."""
    wacz = wacz_in(tmp_path)
    repack(wacz, entries_of(wacz), compressed=[name])

    assert faults_of(wacz) == [
        f"{NAME}.wacz: {name}: found a compressed entry; expected a stored one"
    ]


@pytest.mark.parametrize("name", [INDEX, PAGES, DESCRIPTION, DIGEST, "readme/README.txt"])
def test_an_entry_that_is_missing_is_found(tmp_path: Path, name: str) -> None:
    """Each entry that a package must have is asked for by its name."""
    wacz = wacz_in(tmp_path)
    entries = entries_of(wacz)
    del entries[name]
    write_zip(wacz, entries.items())

    faults = faults_of(wacz)

    assert (
        f"{NAME}.wacz: {name}: found no such entry; expected it: a whole package has it" in faults
    )


def test_a_package_without_a_warc_is_found(tmp_path: Path) -> None:
    """There is one WARC."""

    def change(entries: Entries) -> None:
        del entries[WARC]

    assert broken(tmp_path, change) == [f"{NAME}.wacz: archive/: found 0 WARCs; expected one"]


def test_an_entry_that_nobody_lists_is_found(tmp_path: Path) -> None:
    """What a package holds besides is named."""
    faults = broken(tmp_path, lambda entries: entries.update({"logs/x.log": b"x"}))

    (fault,) = faults
    assert fault == (
        f"{NAME}.wacz: logs/x.log: found an entry; expected none, because datapackage.json does "
        "not list it"
    )


def test_an_entry_that_stands_twice_is_found(tmp_path: Path) -> None:
    """Which of two entries a reader takes is not known."""
    wacz = wacz_in(tmp_path)
    entries = list(entries_of(wacz).items())
    with pytest.warns(UserWarning, match="Duplicate name"):
        write_zip(wacz, [*entries, (PAGES, dict(entries)[PAGES])])

    assert faults_of(wacz) == [f"{NAME}.wacz: {PAGES}: found 2 entries of this name; expected one"]


@pytest.mark.parametrize("junk", [b"\0", b"junk" * 100])
def test_bytes_after_the_end_are_found(tmp_path: Path, junk: bytes) -> None:
    """The ZIP ends where the file ends."""
    wacz = wacz_in(tmp_path)
    wacz.write_bytes(wacz.read_bytes() + junk)

    (fault,) = faults_of(wacz)

    assert "the end of the file: found bytes after the ZIP" in fault


def test_bytes_before_the_first_entry_are_found(tmp_path: Path) -> None:
    """The ZIP begins where the file begins."""
    wacz = wacz_in(tmp_path)
    wacz.write_bytes(b"#!junk" + wacz.read_bytes())

    assert any("its entry at byte 6; expected byte 0" in fault for fault in faults_of(wacz))


@pytest.mark.parametrize("where", ["extra", "comment"])
def test_what_is_hidden_beside_an_entry_is_found(tmp_path: Path, where: str) -> None:
    """A ZIP has room for fields and comments that no reader shows."""
    wacz = wacz_in(tmp_path)
    with zipfile.ZipFile(wacz) as package:
        entries = [(info, package.read(info)) for info in package.infolist()]
    setattr(entries[0][0], where, b"\x99\x99\x04\x00mine")
    with zipfile.ZipFile(wacz, "w") as package:
        for info, data in entries:
            package.writestr(info, data)

    (fault,) = faults_of(wacz)

    assert (
        fault == f"{NAME}.wacz: {WARC}: found a field or a comment beside its bytes; expected none"
    )


def test_bytes_before_the_directory_are_found(tmp_path: Path) -> None:
    """Between the last entry and the directory of entries lies nothing that no reader sees."""
    wacz = wacz_in(tmp_path)
    data = wacz.read_bytes()
    start = int.from_bytes(data[-6:-2], "little")
    moved = (start + 4).to_bytes(4, "little")
    wacz.write_bytes(data[:start] + b"junk" + data[start:-6] + moved + data[-2:])

    (fault,) = faults_of(wacz)

    assert fault.endswith(
        f"the directory of entries: found byte {start + 4}; expected byte {start}"
    )


def test_another_name_before_an_entry_is_found(tmp_path: Path) -> None:
    """Some readers take the name from the directory, some the one before the bytes."""
    wacz = wacz_in(tmp_path)
    data = wacz.read_bytes()
    wacz.write_bytes(data.replace(b"pages/pages.jsonl", b"pages/other.jsonl", 1))

    assert any(f": {PAGES}: found what cannot be read" in fault for fault in faults_of(wacz))


def test_an_index_of_rubbish_is_found_though_its_hash_is_right(tmp_path: Path) -> None:
    """Each line is read, and each record that has none is named."""
    faults = broken(tmp_path, lambda entries: entries.update({INDEX: b"rubbish\nmore\n"}))

    assert any("index.cdx, line 1: found no JSON" in fault for fault in faults)
    assert any("index.cdx, line 2: found 'more' after 'rubbish'" in fault for fault in faults)
    assert any(f"no line for {BASE}services/full.html" in fault for fault in faults)


def index_with(old: str, new: str, path: str = "services/full.html") -> Callable[[Entries], None]:
    """What changes the line of the index for a file."""

    def change(entries: Entries) -> None:
        lines = lines_of(entries, INDEX)
        (number,) = (n for n, line in enumerate(lines) if f'"{BASE}{path}"'.encode() in line)
        lines[number] = re.sub(old, new, lines[number].decode()).encode()
        entries[INDEX] = b"".join(lines)

    return change


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r'"offset": "\d+"', '"offset": "3"', "found the offset '3' for"),
        (r'"length": "\d+"', '"length": "7"', ", length: found '7'; expected '"),
        (r'"digest": "sha256:....', '"digest": "sha256:0000', ", digest: found 'sha256:0000"),
        (r'"status": "200"', '"status": "404"', ", status: found '404'; expected '200'"),
        (r'"text/html"', '"text/plain"', ", mime: found 'text/plain'; expected 'text/html'"),
        (r"full\.html\",", 'none.html",', f", url: found '{BASE}services/none.html'"),
        (r" 20180919", " 20180920", ", timestamp: found '20180920000000'"),
        (r"^org,example", "org,examplf", ", key: found 'org,examplf)/"),
        (r"\.warc\.gz", ".warc", f", filename: found '{NAME}.warc'; expected '{NAME}.warc.gz'"),
        (r'"status"', '"more": "x", "status"', ", more: found 'x'; expected None"),
    ],
)
def test_each_field_of_a_line_of_the_index_is_held_against_its_record(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """The fault names the line, what stands there and what the record says."""
    faults = broken(tmp_path, index_with(old, new))

    assert any(said in fault and "indexes/index.cdx, line " in fault for fault in faults), faults


def test_an_index_out_of_order_is_found(tmp_path: Path) -> None:
    """Readers look for a line by halving."""

    def change(entries: Entries) -> None:
        entries[INDEX] = b"".join(reversed(lines_of(entries, INDEX)))

    assert all("expected lines in order" in fault for fault in broken(tmp_path, change))


def test_a_line_too_few_or_too_many_is_found(tmp_path: Path) -> None:
    """Each record has one line, and each line its record."""

    def change(entries: Entries) -> None:
        first, second, *rest = lines_of(entries, INDEX)
        entries[INDEX] = b"".join((first, first, *rest))
        assert second

    twice, none = broken(tmp_path, change)

    assert "line 2: found a second line for the record at" in twice
    assert f"no line for {BASE}404.html" in none


def pages_with(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Entries], None]:
    """What changes the list of pages."""

    def changed(entries: Entries) -> None:
        entries[PAGES] = b"".join(change(lines_of(entries, PAGES)))

    return changed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[:-1], "no line for"),
        (
            lambda lines: [*lines, lines[-1].replace(b".html", b"-none.html")],
            "expected a page that the index has",
        ),
        (lambda lines: [*lines, lines[-1]], "expected each page and each id once"),
        (
            lambda lines: [*lines[:-1], lines[-1].replace(b"2018-09-19T", b"2018-09-20T")],
            ", ts: found '2018-09-20T00:00:00Z'; expected '2018-09-19T00:00:00Z'",
        ),
        (lambda lines: lines[1:], "line 1, format: found None"),
        (lambda lines: [lines[0], b"{}\n", *lines[1:]], "line 2: found the page None"),
        (lambda lines: [*lines, b'{"no": "end"}'], "found a line without its end"),
    ],
)
def test_the_list_of_pages_is_held_against_the_pages(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], said: str
) -> None:
    """Each page is listed once, with the moment of its record, and nothing else is."""
    faults = broken(tmp_path, pages_with(change))

    assert any(said in fault and PAGES in fault for fault in faults), faults


def test_a_record_that_is_missing_is_found(tmp_path: Path) -> None:
    """The manifest that is packed with the site says what is not there."""

    def change(entries: Entries) -> None:
        members = members_of(entries[WARC])
        del members[record_of(members, "services/full.csv")]
        entries[WARC] = warc_of(members)

    faults = broken(tmp_path, change)

    assert (
        f"{NAME}.wacz: services/full.csv: found no such file; expected it, because "
        "manifest-sha256.txt lists it"
    ) in faults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mainPageUrl", f"{BASE}none.html"),
        ("mainPageDate", "2018-09-20T00:00:00Z"),
        ("created", "2018-09-20T00:00:00Z"),
        ("wacz_version", "1.0.0"),
        ("profile", "other"),
    ],
)
def test_the_description_is_held_against_the_site(tmp_path: Path, name: str, value: str) -> None:
    """The main page and the dates are those of the site."""

    def change(entries: Entries) -> None:
        content = json.loads(entries[DESCRIPTION])
        entries[DESCRIPTION] = json.dumps({**content, name: value}).encode()

    (fault,) = broken(tmp_path, change)

    assert fault.startswith(f"{NAME}.wacz: datapackage.json, {name}: found '{value}'; expected '")


def test_every_fault_is_told_and_not_the_first_alone(tmp_path: Path) -> None:
    """Three things that are wrong give three faults, each with its place."""

    def change(entries: Entries) -> None:
        entries[PAGES] = b"".join(lines_of(entries, PAGES)[:-1])
        entries["more.txt"] = b""
        index_with('"status": "200"', '"status": "404"')(entries)

    faults = broken(tmp_path, change)

    assert len(faults) == 3


def test_a_byte_that_was_altered_anywhere_is_found(tmp_path: Path) -> None:
    """Of bytes all over the package, none can be flipped unseen; nothing makes `verify` fall over.

    Left out is what says nothing of what is packed: dates and rights in the heads of the ZIP.
    """
    wacz = wacz_in(tmp_path)
    data = wacz.read_bytes()
    ends = data.index(b"PK\x01\x02")
    chance = random.Random(2018)  # noqa: S311 - the same bytes in each run

    for at in (*chance.sample(range(60, ends), 30), *range(len(data) - 22, len(data))):
        wacz.write_bytes(data[:at] + bytes((data[at] ^ 0x20,)) + data[at + 1 :])
        with suppress(ArchiveError):  # where it cannot be read at all
            assert verify_package(wacz).faults, at


def test_what_is_no_zip_cannot_be_read(tmp_path: Path) -> None:
    """A file with the name of a WACZ that was cut off is not judged."""
    wacz = wacz_in(tmp_path)
    wacz.write_bytes(wacz.read_bytes()[:-500])

    with pytest.raises(ArchiveError, match="cannot be read as a ZIP"):
        verify_package(wacz)


def test_a_hostile_description_is_a_fault_and_no_failure(tmp_path: Path) -> None:
    """Neither nesting nor types that nobody expects stop the report."""
    wacz = wacz_in(tmp_path)
    for content in (b"[" * 100_000, b"[]", b'{"resources": [1, {"path": []}, {}]}', b"\xff\xfe"):
        entries = entries_of(wacz_in(tmp_path))
        entries[DESCRIPTION] = content
        entries[INDEX] = entries[INDEX].replace(b'"offset": "', b'"offset": "' + b"9" * 5000, 1)
        write_zip(wacz, entries.items())
        assert len(faults_of(wacz)) > 3
