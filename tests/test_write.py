from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from perfsite.disk import GROWING
from perfsite.errors import UsageError, WriteError
from perfsite.model import File
from perfsite.write import check_target, write_site
from perfsite.write.ownership import MANIFEST
from small_site import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = [
    File("index.html", b"home"),
    File("services/a.html", b"old"),
    File("services/b.html", b"gone"),
]
NEW = [
    File("index.html", b"home"),
    File("services/a.html", b"new"),
    File("services/c/d.svg", b"<svg/>"),
]
LONG_AGO = 1_000_000_000
STAYING = {".site.lock", ".site.perfsite", ".site.state", ".site.kept"}
"""What perfsite leaves beside a site: whose it is, how it looked, and the clone of the next one."""


def contents(files: list[File]) -> dict[str, bytes]:
    """The files as a tree."""
    return {file.path: file.data for file in files}


def without_manifest(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, its manifest apart."""
    return {path: data for path, data in read_tree(folder).items() if path != MANIFEST}


def only(folder: Path) -> list[str]:
    """What lies beside the site, apart from what stays there."""
    return sorted({path.name for path in folder.iterdir()} - STAYING)


def test_a_new_site_is_what_was_given(tmp_path: Path) -> None:
    """Every file at its path with its bytes, a manifest, and nothing else; folders are made."""
    out = tmp_path / "not" / "yet" / "site"
    written = write_site(OLD, out)

    assert without_manifest(out) == contents(OLD)
    assert (written.files, written.size) == (4, len(b"homeoldgone"))
    assert (written.new, written.changed, written.gone) == (3, 0, 0)


def test_the_manifest_is_that_of_sha256sum(tmp_path: Path) -> None:
    """Its lines are hash, two spaces and path, sorted; `sha256sum -c` accepts it."""
    write_site(OLD, tmp_path / "site")
    lines = (tmp_path / "site" / MANIFEST).read_bytes().decode().split("\n")
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", MANIFEST],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=False,
    )

    expected = [f"{hashlib.sha256(file.data).hexdigest()}  {file.path}" for file in OLD]
    assert lines == [*expected, ""]
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.split("\n")[:-1] == [f"{file.path}: OK" for file in OLD]
    (tmp_path / "site" / "index.html").write_bytes(b"h0me")
    broken = subprocess.run(
        ["sha256sum", "-c", MANIFEST], cwd=tmp_path / "site", capture_output=True, check=False
    )
    assert broken.returncode == 1


def test_a_site_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    """Changed, new and gone files are counted, what is gone is gone, and only a lock is beside."""
    out = tmp_path / "site"
    write_site(OLD, out)
    written = write_site(NEW, out)

    assert without_manifest(out) == contents(NEW)
    assert (written.new, written.changed, written.gone) == (1, 1, 1)
    assert only(tmp_path) == ["site"]


def test_what_has_not_changed_keeps_its_time(tmp_path: Path) -> None:
    """A file with the bytes that it had has the time that it had, to the nanosecond; no other."""
    out = tmp_path / "site"
    write_site(OLD, out)
    for path in [*out.rglob("*")]:
        os.utime(path, ns=(LONG_AGO * 10**9 + 1, LONG_AGO * 10**9 + 2))
    write_site(NEW, out)
    times = {name: (out / name).stat().st_mtime_ns for name in [*contents(NEW), MANIFEST]}

    kept = {name for name, time in times.items() if time == LONG_AGO * 10**9 + 2}
    assert kept == {"index.html"}
    os.utime(out / MANIFEST, (LONG_AGO, LONG_AGO))
    write_site(NEW, out)
    assert (out / MANIFEST).stat().st_mtime == LONG_AGO


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_everybody_may_read_the_site(tmp_path: Path, umask: int) -> None:
    """Files are 644 and folders 755 whatever the umask, since a web server is another user."""
    out = tmp_path / "site"
    before = os.umask(umask)
    try:
        write_site(OLD, out)
        write_site(NEW, out)
    finally:
        os.umask(before)

    paths = [out, *out.rglob("*")]
    assert {path.stat().st_mode & 0o7777 for path in paths if path.is_file()} == {0o644}
    assert {path.stat().st_mode & 0o7777 for path in paths if path.is_dir()} == {0o755}
    assert len(paths) == 7


@pytest.mark.parametrize("swap", [True, False])
def test_every_way_of_changing_places_gives_the_new_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: bool
) -> None:
    """Where the system cannot exchange two folders, two renames do it, and leave nothing behind."""
    out = tmp_path / "site"
    write_site(OLD, out)
    if not swap:
        monkeypatch.setattr(sys, "platform", "another")
    inode = out.stat().st_ino
    write_site(NEW, out)

    assert without_manifest(out) == contents(NEW)
    assert out.stat().st_ino != inode
    assert only(tmp_path) == ["site"]


def test_a_build_that_died_between_two_renames_is_mended(tmp_path: Path) -> None:
    """The old site, moved aside by a build that then died, is the old site of the next one."""
    out = tmp_path / "site"
    write_site(OLD, out)
    os.utime(out / "index.html", (LONG_AGO, LONG_AGO))
    out.rename(tmp_path / ".site.old")
    (tmp_path / ".site.staging").mkdir()
    (tmp_path / ".site.staging" / GROWING).touch()
    (tmp_path / ".site.staging" / "half.html").write_text("half")
    written = write_site(NEW, out)

    assert without_manifest(out) == contents(NEW)
    assert (written.new, written.changed, written.gone) == (1, 1, 1)
    assert (out / "index.html").stat().st_mtime == LONG_AGO
    assert only(tmp_path) == ["site"]


def failing() -> Iterator[File]:
    """Two files, and then what goes wrong in the middle."""
    yield from NEW[:2]
    raise RuntimeError("in the middle")


def test_a_build_that_fails_leaves_the_old_site(tmp_path: Path) -> None:
    """Whatever is raised while files are written, the old site stays and the staging goes."""
    out = tmp_path / "site"
    write_site(OLD, out)
    before = read_tree(out)
    with pytest.raises(RuntimeError, match="in the middle"):
        write_site(failing(), out)

    assert read_tree(out) == before
    assert only(tmp_path) == ["site"]


def test_a_disk_that_refuses_leaves_the_old_site(tmp_path: Path) -> None:
    """A path that the disk cannot hold is a WriteError with its reason; the old site stays."""
    out = tmp_path / "site"
    write_site(OLD, out)
    before = read_tree(out)
    with pytest.raises(WriteError, match=r"site could not be written: .*too long"):
        write_site([*NEW, File("x" * 300, b"")], out)

    assert read_tree(out) == before
    assert only(tmp_path) == ["site"]


def test_two_builds_do_not_write_at_once(tmp_path: Path) -> None:
    """While another holds the lock a build is refused at once; afterwards it is not."""
    out = tmp_path / "site"
    write_site(OLD, out)
    with FileLock(tmp_path / ".site.lock"), pytest.raises(WriteError, match="another build"):
        write_site(NEW, out)

    assert without_manifest(out) == contents(OLD)
    write_site(NEW, out)
    assert without_manifest(out) == contents(NEW)


def make_foreign(out: Path) -> None:
    """A folder of somebody's work."""
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")


def make_file(out: Path) -> None:
    """A file in the place of the folder."""
    out.write_text("a file")


def make_link(out: Path) -> None:
    """A link to a real site elsewhere."""
    write_site(OLD, out.parent / "elsewhere")
    out.symlink_to(out.parent / "elsewhere")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_foreign, "is not empty and holds no site that perfsite made"),
        (make_file, "is a file; the site needs a folder"),
        (make_link, "is a link; name the folder that it leads to"),
    ],
)
def test_what_perfsite_did_not_make_is_never_replaced(
    tmp_path: Path, make: object, words: str
) -> None:
    """A foreign folder, a file and a link are refused before and while writing, and stay."""
    out = tmp_path / "site"
    assert callable(make)
    make(out)
    before = read_tree(tmp_path)
    for refuse in (lambda: check_target(out), lambda: write_site(NEW, out)):
        with pytest.raises(UsageError, match=words):
            refuse()

    assert {p: d for p, d in read_tree(tmp_path).items() if p != ".site.lock"} == before


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    """Somebody may have made the folder already."""
    (tmp_path / "site").mkdir()
    check_target(tmp_path / "site")
    write_site(OLD, tmp_path / "site")

    assert without_manifest(tmp_path / "site") == contents(OLD)


def test_the_folder_may_be_the_one_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path is one from the working directory, whatever that is."""
    monkeypatch.chdir(tmp_path)
    write_site(OLD, Path("site"))

    assert without_manifest(tmp_path / "site") == contents(OLD)
