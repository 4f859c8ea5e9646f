from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from archive_tools import (
    BASE,
    NAME,
    body_of,
    compress,
    faults_of,
    members_of,
    record_of,
    warc_in,
    warc_of,
)
from perfsite.archive.verify import verify_package
from perfsite.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATH = "services/full.csv"


def broken(folder: Path, change: Callable[[list[bytes]], None]) -> list[str]:
    """The faults of a WARC of whose records some were changed."""
    warc = warc_in(folder)
    members = members_of(warc.read_bytes())
    change(members)
    warc.write_bytes(warc_of(members))
    return faults_of(warc)


def record_with(change: Callable[[bytes], bytes]) -> Callable[[list[bytes]], None]:
    """What changes the record of one file."""

    def changed(members: list[bytes]) -> None:
        number = record_of(members, PATH)
        new = change(members[number])
        assert new != members[number]
        members[number] = new

    return changed


def test_a_whole_warc_has_no_fault(tmp_path: Path) -> None:
    """Neither as it was made nor as the tests compress it."""
    assert faults_of(warc_in(tmp_path)) == []
    assert broken(tmp_path, lambda _: None) == []


def test_a_payload_of_which_a_byte_was_flipped_is_found(tmp_path: Path) -> None:
    """Both digests of the record, and the site's manifest, say something else."""
    faults = broken(tmp_path, record_with(lambda member: member.replace(b"1000", b"1001", 1)))

    where = [fault.partition(": found")[0] for fault in faults]
    assert re.fullmatch(
        rf"{NAME}\.warc\.gz: the WARC, offset \d+ \({BASE}{PATH}\), WARC-Block-Digest", where[0]
    )
    assert where[1].endswith(f"({BASE}{PATH}), WARC-Payload-Digest")
    assert where[2] == f"{NAME}.warc.gz: {PATH}, SHA-256 against manifest-sha256.txt"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"WARC-Payload-Digest: sha256:....", b"WARC-Payload-Digest: sha256:0000", "Payload-Dig"),
        (b"WARC-Block-Digest: sha256:....", b"WARC-Block-Digest: sha256:0000", "Block-Digest"),
        (b"WARC-Payload-Digest: .*?\r\n", b"", "WARC-Payload-Digest: found None"),
        (b"Content-Length: \\d+\r\n\r\nHTTP", b"Content-Length: 7\r\n\r\nHTTP", "found '7'"),
        (b"WARC/1.1", b"WARC/1.0", "found 'WARC/1.0'; expected a record that begins with WARC/1.1"),
        (b"WARC-Date: 2018", b"WARC-Date: 2019", "WARC-Date: found '2019-09-19T00:00:00Z'"),
        (b"urn:uuid:........", b"urn:uuid:x", "WARC-Record-ID"),
        (b"WARC-Type: response", b"WARC-Type: resource", "a record of type 'resource'"),
        (b"\r\n\r\n$", b"", "expected two empty lines at the end of the record"),
        (b"HTTP/1.1 200 OK", b"HTTP/1.1 404 No", "status: found '404'; expected '200'"),
        (b"text/csv", b"text/plain", "type: found 'text/plain; charset=utf-8'"),
        (b"\nContent-Length: (\\d+)\r\n\r\nservice", b"\nContent-Length: 1\r\n\r\nservice", "HTTP"),
        (b"HTTP/1.1", b"GOPHER", "expected an answer that begins with HTTP/1.1"),
        (b"WARC-Date", b"WARC-Type: x\r\nWARC-Date", "the header 'WARC-Type: x'"),
        (b"msgtype=response", b"msgtype=request", "Content-Type: found"),
    ],
)
def test_each_line_of_a_record_is_checked(
    tmp_path: Path, old: bytes, new: bytes, said: str
) -> None:
    """The fault names the offset of the record, what was found and what was expected."""
    faults = broken(
        tmp_path, record_with(lambda member: re.sub(old, new, member, count=1, flags=re.DOTALL))
    )

    assert any(said in fault and "offset " in fault for fault in faults), faults


def test_a_record_too_few_is_found(tmp_path: Path) -> None:
    """The site's own manifest, in the package, says what must be there."""

    def change(members: list[bytes]) -> None:
        del members[record_of(members, PATH)]

    (fault,) = broken(tmp_path, change)

    assert fault == (
        f"{NAME}.warc.gz: {PATH}: found no such file; expected it, because manifest-sha256.txt "
        "lists it"
    )


def renamed(member: bytes, path: str) -> bytes:
    """A record with another address and an id of its own."""
    number = hashlib.sha256(path.encode()).hexdigest()[:8].encode()
    member = re.sub(rb"urn:uuid:\w{8}", b"urn:uuid:" + number, member)
    return member.replace(f"{BASE}{PATH}".encode(), f"{BASE}{path}".encode())


def test_a_record_too_many_is_found(tmp_path: Path) -> None:
    """A file that the site never had is named, and an address of another site, too."""

    def change(members: list[bytes]) -> None:
        one = members[record_of(members, PATH)]
        members.append(renamed(one, "services/more.csv"))
        members.append(renamed(one, "x").replace(f"{BASE}x".encode(), b"https://example.net/x"))

    faults = "\n".join(broken(tmp_path, change))

    assert "services/more.csv: found a file; expected none, because manifest" in faults
    assert f"found https://example.net/x; expected an address that begins with {BASE}" in faults


def test_a_record_that_stands_twice_is_found(tmp_path: Path) -> None:
    """Ids and addresses are each there once."""
    faults = broken(tmp_path, lambda members: members.append(members[record_of(members, PATH)]))

    assert len(faults) == 2
    assert "expected an id of its own" in faults[0]
    assert "expected each address once" in faults[1]


def test_a_site_without_its_address_is_found(tmp_path: Path) -> None:
    """The address of the site must give the home page."""

    def change(members: list[bytes]) -> None:
        number = record_of(members, "")
        members[number] = renamed(members[record_of(members, PATH)], "more")

    assert any(
        f"{BASE}: found no record; expected the home page" in f for f in broken(tmp_path, change)
    )


def test_another_home_page_at_the_address_is_found(tmp_path: Path) -> None:
    """The address of the site gives the bytes of index.html and no other."""

    def change(members: list[bytes]) -> None:
        number = record_of(members, "")
        body = body_of(members[number])
        other = body.replace(b"<h1", b"<h2")
        wrong = members[number].replace(body, other)
        for data, new in ((body, other), (body, other)):
            wrong = wrong.replace(
                hashlib.sha256(data).hexdigest().encode(), hashlib.sha256(new).hexdigest().encode()
            )
        members[number] = wrong

    assert any(
        f"{BASE}, SHA-256 as index.html: found" in fault for fault in broken(tmp_path, change)
    )


def test_a_warc_that_does_not_begin_with_what_it_is_is_found(tmp_path: Path) -> None:
    """The first record is a warcinfo, and there is one."""
    (first,) = broken(tmp_path, lambda members: members.__delitem__(0))
    (second,) = broken(
        tmp_path,
        lambda members: members.append(
            re.sub(rb"urn:uuid:\w{8}", b"urn:uuid:01234567", members[0])
        ),
    )

    assert "found response as the first record; expected warcinfo" in first
    assert "found a record of type 'warcinfo'; expected 'response'" in second


def test_two_records_in_one_member_are_found(tmp_path: Path) -> None:
    """A replay that jumps to an offset must find one record there."""

    def change(members: list[bytes]) -> None:
        members[5:7] = [members[5] + members[6]]

    assert any("Content-Length: found" in fault for fault in broken(tmp_path, change))


@pytest.mark.parametrize("junk", [b"junk", b"\0" * 512, compress(b""), compress(b"no record")])
def test_bytes_after_the_last_record_are_found(tmp_path: Path, junk: bytes) -> None:
    """The fault has the offset at which they begin."""
    warc = warc_in(tmp_path)
    size = warc.stat().st_size
    warc.write_bytes(warc.read_bytes() + junk)

    (fault,) = faults_of(warc)

    assert f"the WARC, offset {size}: found" in fault


def test_a_member_that_was_cut_off_is_found(tmp_path: Path) -> None:
    """The offset of the member is named, and the file that it held."""
    warc = warc_in(tmp_path)
    warc.write_bytes(warc.read_bytes()[:-9])

    cut, missing = faults_of(warc)

    assert "found a gzip member cut off by the end of the file" in cut
    assert "urls.txt: found no such file" in missing


def test_a_broken_member_does_not_hide_those_after_it(tmp_path: Path) -> None:
    """The rest is read, so that each file that is lost is named, and no other."""
    warc = warc_in(tmp_path)
    members = members_of(warc.read_bytes())
    packed = [compress(member) for member in members]
    number = record_of(members, PATH)
    packed[number] = packed[number][:-8] + bytes(8)  # where its checksum and its length stand
    warc.write_bytes(b"".join(packed))

    broken_member, lost = faults_of(warc)

    offset = sum(map(len, packed[:number]))
    assert f"the WARC, offset {offset}: found a broken gzip member" in broken_member
    assert f"{PATH}: found no such file" in lost


def test_what_is_no_package_cannot_be_read(tmp_path: Path) -> None:
    """Neither a text nor an empty folder is judged."""
    (tmp_path / "text.txt").write_bytes(b"text")
    (tmp_path / "empty").mkdir()

    for name in ("text.txt", "empty"):
        with pytest.raises(ArchiveError, match="cannot be read"):
            verify_package(tmp_path / name)
