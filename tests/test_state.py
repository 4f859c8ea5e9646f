"""The state of a site: what saves reading it anew, and is believed of no file that was touched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from perfsite.write import ownership, state, write_site
from perfsite.write.target import Target
from small_site import read_tree
from test_write_target import NEW, OLD, tree

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder in which the old site stands; its files are older than its state."""
    write_site(OLD, tmp_path / "site")
    write_site(OLD, tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, out: Path) -> set[str]:
    """The files of the site that are read to know what they are, as they are read."""
    paths: set[str] = set()

    def digest_of(path: Path) -> str:
        paths.add(path.relative_to(out).as_posix())
        return original(path)

    original = ownership.digest_of
    monkeypatch.setattr(state, "digest_of", digest_of)
    return paths


def touch(out: Path) -> None:
    """Another time, the same bytes."""
    (out / "index.html").touch()


def write_anew(out: Path) -> None:
    """The same bytes in another file."""
    (out / "index.html").unlink()
    (out / "index.html").write_bytes(b"home")


def allow(out: Path) -> None:
    """Another mode, as tools for putting sites on servers give it."""
    (out / "index.html").chmod(0o600)


def alter(out: Path) -> None:
    """Other bytes of the same number in the same file, with the time that it had."""
    page = out / "index.html"
    info = page.stat()
    page.write_bytes(b"HOME")
    os.utime(page, ns=(info.st_atime_ns, info.st_mtime_ns))


def test_what_nobody_touched_is_not_read(out: Path, read: set[str]) -> None:
    """Of a site that stands as it was put there no file is read, and all are trusted."""
    write_site(OLD, out)

    assert read == set()
    assert read_tree(out) == tree(OLD)


@pytest.mark.parametrize("change", [touch, write_anew, allow, alter])
def test_what_was_touched_is_read(
    out: Path, read: set[str], change: Callable[[Path], None]
) -> None:
    """Whatever was done to a file, it alone is read and put right; altered bytes are told of."""
    change(out)
    written = write_site(OLD, out)

    assert read == {"index.html"}
    assert read_tree(out) == tree(OLD)
    assert ["altered by hand" in note for note in written.notes] == ([True] * (change is alter))
    assert (out / "index.html").stat().st_mode & 0o777 == 0o644


def cut(path: Path) -> None:
    """A state that ends in the middle of its third line."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3])[:-9])


def of_a_later_version(path: Path) -> None:
    """A state that this version does not know."""
    path.write_bytes(path.read_bytes().replace(b"state 1", b"state 2"))


def with_other_hashes(path: Path) -> None:
    """A state that says of each file that it is another one."""
    path.write_bytes(path.read_bytes().replace(b"\n", b"\nf"))


def zeros(path: Path) -> None:
    """What a power cut may leave of a file."""
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("spoil", [cut, of_a_later_version, with_other_hashes, zeros, Path.unlink])
def test_a_state_in_doubt_costs_reading_and_nothing_else(
    out: Path, read: set[str], spoil: Callable[[Path], None]
) -> None:
    """Missing, damaged or of another version: what was altered is seen all the same."""
    alter(out)
    spoil(state.state_path(out))
    written = write_site(NEW, out)

    assert read >= {"index.html", "services/b.html"}
    assert "index.html" in written.notes[0]
    assert read_tree(out) == tree(NEW)


def test_what_is_altered_while_a_site_is_made_is_seen_by_the_next(out: Path) -> None:
    """In a file that both sites share, after it was looked at: the state does not vouch for it."""
    with Target(out) as target:
        growing = target.begin()
        for file in OLD:
            growing.add(file)
        (out / "services" / "b.html").write_bytes(b"B")
        target.finish(growing)
    assert (out / "services" / "b.html").read_bytes() == b"B"
    written = write_site(OLD, out)

    assert "services/b.html" in written.notes[0]
    assert read_tree(out) == tree(OLD)


def test_the_state_of_another_site_says_nothing(out: Path, read: set[str]) -> None:
    """A copied site is not the one that its copied state speaks of: it is read."""
    there = out.parent / "there"
    (there / "site").mkdir(parents=True)
    for path, data in read_tree(out).items():
        (there / "site" / path).parent.mkdir(exist_ok=True)
        (there / "site" / path).write_bytes(data)
    for name in (".site.state", ".site.perfsite"):
        (there / name).write_bytes((out.parent / name).read_bytes())
    out.rename(out.parent / "elsewhere")
    (there / "site").rename(out)
    write_site(OLD, out)

    assert read == set(tree(OLD))
