from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from archive_tools import NAME, bag_in, faults_of
from small_site import read_tree

if TYPE_CHECKING:
    from pathlib import Path

PATH = "data/services/full.csv"
KINDS = ("sha256", "sha512")


def mend(bag: Path) -> None:
    """Make the manifests of tag files anew, so that only what was broken is found."""
    tags = {path: data for path, data in read_tree(bag).items() if not path.startswith("data/")}
    for kind in KINDS:
        lines = "".join(
            f"{hashlib.new(kind, data).hexdigest()}  {path}\n"
            for path, data in sorted(tags.items())
            if not path.startswith("tagmanifest-")
        )
        (bag / f"tagmanifest-{kind}.txt").write_bytes(lines.encode())


def edit(bag: Path, name: str, old: str, new: str) -> None:
    """Change words of a tag file, and fit the manifests of tag files to it."""
    file = bag / name
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new).encode())
    mend(bag)


def test_a_whole_bag_has_no_fault(tmp_path: Path) -> None:
    """Neither as it was made nor with manifests of tag files made by the tests."""
    bag = bag_in(tmp_path)
    assert faults_of(bag) == []
    mend(bag)
    assert faults_of(bag) == []


def test_a_file_that_is_missing_is_found(tmp_path: Path) -> None:
    """Both manifests of the bag and the site's own miss it; the oxum is another."""
    bag = bag_in(tmp_path)
    (bag / PATH).unlink()

    faults = faults_of(bag)

    assert [fault.partition(": found")[0] for fault in faults] == [
        f"{NAME}-bag: manifest-sha256.txt, {PATH}",
        f"{NAME}-bag: manifest-sha512.txt, {PATH}",
        f"{NAME}-bag: bag-info.txt, Payload-Oxum",
        f"{NAME}-bag: services/full.csv",
    ]
    assert all("found no such file" in fault for fault in faults if PATH in fault)


def test_a_file_that_was_altered_is_found(tmp_path: Path) -> None:
    """Both hashes of the bag and that of the site's manifest are recomputed."""
    bag = bag_in(tmp_path)
    (bag / PATH).write_bytes((bag / PATH).read_bytes().replace(b"1000", b"1001", 1))

    faults = faults_of(bag)

    assert [fault.partition(": found")[0] for fault in faults] == [
        f"{NAME}-bag: {PATH}, hash in manifest-sha256.txt",
        f"{NAME}-bag: {PATH}, hash in manifest-sha512.txt",
        f"{NAME}-bag: services/full.csv, SHA-256 against manifest-sha256.txt",
    ]


@pytest.mark.parametrize("path", ["data/more.html", "more.txt", "more/more.txt"])
def test_a_file_that_nobody_lists_is_found(tmp_path: Path, path: str) -> None:
    """In the payload as among the tag files."""
    bag = bag_in(tmp_path)
    (bag / path).parent.mkdir(exist_ok=True)
    (bag / path).write_bytes(b"more")

    listed = "manifest-sha256.txt" if path.startswith("data/") else "tagmanifest-sha256.txt"
    assert (
        f"{NAME}-bag: {path}: found a file; expected none, because {listed} does not list it"
    ) in faults_of(bag)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("bag-info.txt", "Payload-Oxum: ", "Payload-Oxum: 1", "bag-info.txt, Payload-Oxum: found"),
        ("bag-info.txt", "2018-09-19\nExt", "2018-09-20\nExt", "Bagging-Date: found '2018-09-20'"),
        ("bag-info.txt", "Payload-Oxum: ", "Payload-Oxum ", "bag-info.txt, line 5"),
        ("bagit.txt", "1.0", "0.97", "bagit.txt: found b'BagIt-Version: 0.97"),
        ("bagit.txt", "UTF-8", "UTF-16", "bagit.txt: found"),
        (
            "manifest-sha256.txt",
            f"  {PATH}",
            "  data/../../../etc/passwd",
            "manifest-sha256.txt, data/../../../etc/passwd: found a path that leads out of the bag",
        ),
        ("manifest-sha512.txt", f"  {PATH}", "  /etc/passwd", "a path that leads out of the bag"),
        ("manifest-sha512.txt", f"  {PATH}", f" {PATH}", "expected a hash and a path"),
        ("manifest-sha256.txt", f"  {PATH}\n", "  data/index.html\n", "a second time"),
    ],
)
def test_a_tag_file_that_says_something_else_is_found(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    """Though the manifests of tag files agree with it."""
    bag = bag_in(tmp_path)
    edit(bag, name, old, new)

    faults = faults_of(bag)

    assert any(said in fault for fault in faults), faults


def test_a_tag_file_that_was_altered_is_found(tmp_path: Path) -> None:
    """The manifests of tag files are recomputed."""
    bag = bag_in(tmp_path)
    (bag / "README.txt").write_bytes(b"other")

    assert [fault.partition(": found")[0] for fault in faults_of(bag)] == [
        f"{NAME}-bag: README.txt, hash in tagmanifest-sha256.txt",
        f"{NAME}-bag: README.txt, hash in tagmanifest-sha512.txt",
    ]


@pytest.mark.parametrize(
    "name", ["bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha512.txt", "bagit.txt"]
)
def test_a_tag_file_that_is_missing_is_found(tmp_path: Path, name: str) -> None:
    """Each that a bag must have is asked for by its name."""
    bag = bag_in(tmp_path)
    (bag / name).unlink()
    mend(bag) if not name.startswith("tag") else None

    (fault, *_) = (fault for fault in faults_of(bag) if f": {name}: found" in fault)

    assert "no such file" in fault or "found None" in fault


def test_a_link_in_a_bag_is_found(tmp_path: Path) -> None:
    """It is not followed: what it leads to may be on this machine alone."""
    bag = bag_in(tmp_path)
    (bag / PATH).rename(tmp_path / "elsewhere")
    (bag / PATH).symlink_to(tmp_path / "elsewhere")

    assert f"{NAME}-bag: {PATH}: found a link or the like; expected a plain file" in faults_of(bag)
