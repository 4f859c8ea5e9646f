"""How bytes come to stay, and what a process leaves that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from perfsite.cli.common import write_file
from perfsite.disk import GROWING, draft_of, write_durably
from perfsite.errors import BuildError, WriteError
from perfsite.model import File
from perfsite.write import write_new_folder
from small_site import read_tree
from test_write_target import killed_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

PROCESS: Final = """\
import multiprocessing, os, sys, tempfile
from multiprocessing import forkserver
from perfsite.disk import own_temporary_folder
assert str(own_temporary_folder()).startswith(sys.argv[1])
assert tempfile.gettempdir() == os.environ["TMPDIR"]
forkserver.ensure_running()
print("ready", flush=True)
sys.stdin.read()
"""


def process_in(folder: Path, own: str = "") -> Popen[str]:
    """A process that keeps what it has temporarily in a folder, as a build that draws."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, own or str(folder)],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short path, for a socket's may not be long."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def test_nothing_of_a_killed_process_stays_in_the_temporary_folder(short: Path) -> None:
    """The next one removes it, but not what belongs to one that lives, or to somebody else."""
    (short / "perfsite-thesis").mkdir()
    (short / "perfsite-thesis" / "text").write_text("years of work")
    with process_in(short) as killed, process_in(short) as living:
        killed.kill()
        killed.wait()
        assert len([*short.iterdir()]) == 3
        with process_in(short) as another:
            another.communicate("")
        assert len([*short.glob("*/pymp-*/listener-*")]) == 1
        living.communicate("")

    assert living.returncode == 0
    assert read_tree(short) == {"perfsite-thesis/text": b"years of work"}
    assert len([*short.iterdir()]) == 1


def test_a_long_path_for_temporary_files_costs_no_workers(short: Path) -> None:
    """Where a socket's path would be too long with a folder more, there is none."""
    folder = short / ("x" * 40)
    folder.mkdir()
    with process_in(folder, "None") as process:
        process.communicate("")

    assert process.returncode == 0
    assert [*folder.iterdir()] == []


def test_a_file_that_is_written_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    """Killed at any step; the next one leaves nothing but the file, with the mode that it had."""
    path, step, killed, seen = tmp_path / "register.csv", 0, True, set()
    while killed:
        path.write_bytes(b"old")
        path.chmod(0o640)
        killed = killed_at(step, lambda: write_durably(path, b"new"))
        seen.add(path.read_bytes())
        write_durably(path, b"new")
        assert [one.name for one in tmp_path.iterdir()] == ["register.csv"]
        assert path.stat().st_mode & 0o777 == 0o640
        step += 1

    assert seen == {b"old", b"new"}
    assert step > 3


def test_a_pipe_and_a_link_are_written_to_as_they_are(tmp_path: Path) -> None:
    """`--out /dev/stdout` works, and a link leads to the same file as before."""
    (tmp_path / "there.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("there.csv")
    write_file(tmp_path / "link.csv", "new")
    reading, writing = os.pipe()
    write_file(Path(f"/dev/fd/{writing}"), "through a pipe")
    os.close(writing)

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "there.csv").read_text() == "new"
    assert os.read(reading, 100) == b"through a pipe"
    os.close(reading)
    with pytest.raises(BuildError, match="could not be written"):
        write_file(tmp_path / "there.csv" / "file", "new")
    assert not draft_of(tmp_path / "there.csv").exists()


EDITION: Final = [File("editions/.gitattributes", b"* -text"), File("editions/2018-01-01/a", b"1")]


def test_an_edition_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """Killed at any step of freezing; the next freeze, of another day, clears up after it."""
    step, killed, seen = 0, True, set()
    while killed:
        data = tmp_path / str(step)
        data.mkdir()
        first, second = (data / "editions" / day for day in ("2018-01-01", "2018-02-01"))
        killed = killed_at(step, lambda: write_new_folder(EDITION, data, first))  # noqa: B023
        seen.add(first.exists())
        assert not first.exists() or read_tree(first) == {"a": b"1"}
        write_new_folder([EDITION[0], File("editions/2018-02-01/a", b"2")], data, second)
        names = {path.name for path in (data / "editions").iterdir()}
        assert names - {"2018-01-01"} == {".gitattributes", "2018-02-01"}, step
        step += 1

    assert seen == {False, True}
    assert step > 8


def test_an_edition_that_is_there_is_never_touched(tmp_path: Path) -> None:
    """Nor is a folder that only has the name of what a killed freeze leaves."""
    folder = tmp_path / "editions" / "2018-01-01"
    write_new_folder(EDITION, tmp_path, folder)
    other = tmp_path / "editions" / ".2018-02-01.staging"
    other.mkdir()
    (other / "thesis.txt").write_bytes(b"years of work")
    before = read_tree(tmp_path)
    with pytest.raises(WriteError, match="is there already"):
        write_new_folder([File("editions/2018-01-01/a", b"2")], tmp_path, folder)
    with pytest.raises(WriteError, match="could not be written"):
        write_new_folder([], tmp_path, folder.with_name("2018-02-01"))

    assert read_tree(tmp_path) == before
    (other / GROWING).touch()
    write_new_folder([], tmp_path, folder.with_name("2018-02-01"))
