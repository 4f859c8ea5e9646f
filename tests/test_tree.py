"""The tree in which a site grows: a clone of the one that stands, whose files are never altered."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from perfsite.disk import GROWING
from perfsite.errors import WriteError
from perfsite.model import File
from perfsite.write import write_site
from perfsite.write.ownership import MANIFEST
from perfsite.write.target import Target
from perfsite.write.tree import store
from small_site import environment, read_tree
from test_write import STAYING
from test_write_target import NEW, OLD, THESIS, tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder in which the old site stands, with the clone for the next build beside it."""
    write_site(OLD, tmp_path / "site")
    write_site(OLD, tmp_path / "site")
    return tmp_path / "site"


def inodes(folder: Path) -> dict[str, int]:
    """The inode of each file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_ino
        for path in folder.rglob("*")
        if path.is_file() and path.name != GROWING
    }


def clone_of(out: Path) -> Path:
    """Where the clone for the next build is."""
    return out.parent / f".{out.name}.kept"


def test_what_stays_beside_a_site_is_the_site(out: Path) -> None:
    """The clone has the very files of the site and no other: nothing that went is still there."""
    assert inodes(clone_of(out)) == inodes(out)
    write_site(NEW, out)

    assert inodes(clone_of(out)) == inodes(out)
    assert {path.name for path in out.parent.iterdir()} == STAYING | {"site"}


def test_only_what_changed_is_a_new_file(out: Path) -> None:
    """A file whose bytes stay is the same file; no second name of another one shows new bytes."""
    before = inodes(out)
    os.link(out / "services" / "a.html", out.parent / "copy")
    write_site(NEW, out)
    after = inodes(out)

    assert {path for path in before if before[path] == after.get(path)} == {"services/b.html"}
    assert (out.parent / "copy").read_bytes() == b"old a"


def test_a_clone_is_believed_by_its_files_alone(out: Path) -> None:
    """What somebody did to the clone never gets into the site: another file, one more, a link."""
    clone = clone_of(out)
    (clone / "services" / "b.html").unlink()
    (clone / "services" / "b.html").write_bytes(b"b")
    (clone / "index.html").unlink()
    (clone / "index.html").symlink_to("services/b.html")
    (clone / "assets" / "thesis.txt").write_text(THESIS)
    (clone / "empty" / "folder").mkdir(parents=True)
    before = inodes(out)
    write_site(OLD, out)

    assert read_tree(out) == tree(OLD)
    assert inodes(out) == before
    assert {path.name for path in out.iterdir()} == {"index.html", "assets", "services", MANIFEST}


@pytest.mark.parametrize("files", [NEW, OLD])
def test_a_disk_without_hard_links_has_the_same_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[File]
) -> None:
    """Files are copied then, with their times; no clone stays, which would be a second site."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    out = tmp_path / "site"
    write_site(OLD, out)
    os.utime(out / "services" / "b.html", (1_000_000_000, 1_000_000_000))
    write_site(files, out)

    assert read_tree(out) == tree(files)
    assert (out / "services" / "b.html").stat().st_mtime == 1_000_000_000
    assert {path.name for path in tmp_path.iterdir()} == STAYING - {".site.kept"} | {"site"}


def test_a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file(out: Path) -> None:
    """Whatever stands in the clone under a name gives way."""
    swapped = [File("index.html/a", b"in a folder"), File("services", b"no folder")]
    write_site(swapped, out)
    assert read_tree(out) == tree(swapped)
    write_site(OLD, out)

    assert read_tree(out) == tree(OLD)


STORING = """\
import sys
from pathlib import Path
from perfsite.write.tree import store
for path, data in (("services/b.html", b"b"), ("services/a.html", b"new a"), ("lost/c", b"c")):
    print(*vars(store(Path(sys.argv[1]), path, data)).values())
"""


def test_another_process_writes_into_the_tree(out: Path) -> None:
    """What it stored and the parent adopts is in the site; what nobody adopts is not."""
    before = inodes(out)
    with Target(out) as target:
        growing = target.begin()
        ran = subprocess.run(
            [sys.executable, "-c", STORING, growing.folder],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        told = [line.split() for line in ran.stdout.splitlines()]
        for file in NEW[2:]:
            stored = store(growing.folder, file.path, file.data)
            assert [stored.path, stored.digest, str(stored.size)] in told
            growing.adopt(stored)
        growing.keep("index.html")
        growing.add(NEW[1])
        written = target.finish(growing)

    assert read_tree(out) == tree([OLD[0], *NEW[1:]])
    assert inodes(out)["services/b.html"] == before["services/b.html"]
    assert (written.new, written.changed, written.gone, written.files) == (1, 1, 1, 5)
    assert written.size == sum(len(file.data) for file in [OLD[0], *NEW[1:]])


def test_what_is_not_as_it_was_written_cannot_be_kept(out: Path) -> None:
    """Neither what was altered by hand nor what is not there: who asks makes it anew."""
    (out / "index.html").write_bytes(b"by hand")
    (out / "services" / "a.html").unlink()
    with Target(out) as target:
        growing = target.begin()
        assert growing.trusted("services/b.html") == growing.standing.hashes["services/b.html"]
        for path in ("index.html", "services/a.html", "nowhere.html"):
            assert growing.trusted(path) is None
            with pytest.raises(KeyError, match=path):
                growing.keep(path)

    assert (out / "index.html").read_bytes() == b"by hand"


def test_what_was_not_published_does_not_stay_beside_the_site(out: Path) -> None:
    """A build that ends after it began to write leaves nothing of what it wrote."""
    with Target(out) as target:
        growing = target.begin()
        growing.add(File("secret.html", b"secret"))
        assert (growing.folder / "secret.html").is_file()

    left = [path for path in out.parent.rglob("*") if path.is_file()]
    assert all(b"secret" not in path.read_bytes() for path in left)
    assert read_tree(out) == tree(OLD)


def test_what_is_altered_by_hand_into_what_is_written_is_no_news(out: Path) -> None:
    """Somebody mended a page in advance: it is right, nothing is saved, and its time stays."""
    for file in NEW[2:]:
        (out / file.path).write_bytes(file.data)
        os.utime(out / file.path, (1_000_000_000, 1_000_000_000))
    written = write_site(NEW, out)

    assert read_tree(out) == tree(NEW)
    assert written.notes == ()
    assert (out / "services" / "a.html").stat().st_mtime == 1_000_000_000


def test_only_what_changes_needs_room(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room for one page takes one changed page, and refuses four of them."""
    usage = type("Usage", (), {"total": 10**9, "free": 4096})
    monkeypatch.setattr("perfsite.write.target.shutil.disk_usage", lambda _: usage)
    write_site([File("index.html", b"x" * 4096), *OLD[1:]], out)
    with pytest.raises(WriteError, match="are needed for the new site"):
        write_site([File(file.path, b"y") for file in OLD], out)

    assert (out / "index.html").read_bytes() == b"x" * 4096
