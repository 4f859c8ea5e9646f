"""Sites on disks of their own: full, read-only, mounted, cut off from power. By root on Linux."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from perfsite import disk as disk_module
from perfsite.errors import UsageError, WriteError
from perfsite.model import File
from perfsite.write import check_target, write_site
from perfsite.write.foreign import carry
from perfsite.write.target import Target
from small_site import read_tree
from test_write_target import NEW, OLD, beside, killed_at, tree
from tools import TOOLS, absent, is_required, needed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.tools
LARGE: Final = [File("index.html", b"new"), *(File(f"{n}.html", b"x" * 9000) for n in range(60))]


def run(*command: str | Path) -> None:
    """Run a program of the system, which must not fail."""
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def mounted(point: Path, *arguments: str | Path) -> Iterator[Path]:
    """Something mounted at a folder for a while."""
    point.mkdir(exist_ok=True)
    run("mount", *arguments, point)
    try:
        yield point
    finally:
        # Wherever it has been taken: a mount that stays would hinder other tests.
        lines = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
        for place in [Path(line.split(" ")[4]) for line in lines]:
            if point.parent in place.parents:
                run("umount", "-l", place)


@pytest.fixture(autouse=True, scope="module")
def _may_mount(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Say loudly where nothing can be mounted, and so nothing of this is tested."""
    try:
        with mounted(tmp_path_factory.mktemp("probe"), "-t", "tmpfs", "probe"):
            pass
    except (OSError, subprocess.CalledProcessError) as error:
        absent["mounts"] = TOOLS["mounts"]
        reason = f"nothing can be mounted here, so no disk was tested: {error}"
        if is_required():
            pytest.fail(reason)
        pytest.skip(reason)


def test_a_full_disk_leaves_the_old_site(tmp_path: Path) -> None:
    """Too little room for what changes is said before a byte is written; for one page there is."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=1m", "disk") as disk:
        write_site(OLD, disk / "site")
        with pytest.raises(WriteError, match=r"has room for .* MB are needed for the new site"):
            write_site([*LARGE, File("large", bytes(500_000))], disk / "site")
        assert read_tree(disk / "site") == tree(OLD)
        write_site(LARGE, disk / "site")
        with pytest.raises(WriteError, match=r"has room for .* MB are needed for the new site"):
            write_site([File(file.path, file.data + b"y") for file in LARGE], disk / "site")
        assert read_tree(disk / "site") == tree(LARGE)
        write_site([File("index.html", b"newer"), *LARGE[1:]], disk / "site")
        assert beside(disk) == set()


def test_a_disk_that_is_full_in_the_middle_leaves_the_old_site(tmp_path: Path) -> None:
    """What no estimate foresees, here that there may be no more files, is said and cleared up."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "nr_inodes=40", "disk") as disk:
        write_site(OLD, disk / "site")
        with pytest.raises(WriteError, match=r"No space left on device.*make some"):
            write_site(LARGE, disk / "site")
        assert read_tree(disk / "site") == tree(OLD)
        assert beside(disk) == set()
        write_site(NEW, disk / "site")
        assert read_tree(disk / "site") == tree(NEW)


def test_a_quota_leaves_the_old_site(tmp_path: Path) -> None:
    """A quota is met while writing, said as one, and the old site is whole."""
    needed("mkfs.btrfs")
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(160 << 20)
    run("mkfs.btrfs", "-q", image)
    with mounted(tmp_path / "disk", "-o", "loop", image) as disk:
        run("btrfs", "quota", "enable", disk)
        run("btrfs", "subvolume", "create", disk / "mine")
        write_site(OLD, disk / "mine" / "site")
        run("btrfs", "qgroup", "limit", "2M", disk / "mine")
        large = [File(f"{number}.html", os.urandom(200_000)) for number in range(40)]
        with pytest.raises(WriteError, match="quota"):
            write_site(large, disk / "mine" / "site")
        assert read_tree(disk / "mine" / "site") == tree(OLD)
        assert beside(disk / "mine") == set()


def test_a_read_only_night_is_said_first_and_does_not_hinder_the_next(tmp_path: Path) -> None:
    """Whole or in the middle of a build: the old site stays, and the next night builds."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "disk") as disk:
        write_site(OLD, disk / "site")
        run("mount", "-o", "remount,ro", disk)
        with pytest.raises(WriteError, match="Read-only file system"):
            check_target(disk / "site")
        run("mount", "-o", "remount,rw", disk)
        write_site(NEW, disk / "site")
        assert read_tree(disk / "site") == tree(NEW)
        assert beside(disk) == set()


def test_a_folder_that_is_locked_in_the_middle_of_a_build_does_not_hinder_the_next(
    tmp_path: Path,
) -> None:
    """Nothing can be renamed, and nothing removed: it is said, and the next build clears up."""
    site = tmp_path / "site"
    write_site(OLD, site)
    try:
        with Target(site) as target:
            run("chattr", "+i", tmp_path)
            with pytest.raises(WriteError, match="folder above has to be writable"):
                target.put(NEW)
        with pytest.raises(WriteError):
            check_target(site)
    finally:
        run("chattr", "-i", tmp_path)
    assert read_tree(site) == tree(OLD)
    write_site(NEW, site)

    assert read_tree(site) == tree(NEW)
    assert beside(tmp_path) == set()


def test_a_site_that_must_not_be_renamed_is_refused_first(tmp_path: Path) -> None:
    """A folder that is locked itself is found out before the work, and stays."""
    site = tmp_path / "site"
    write_site(OLD, site)
    run("chattr", "+i", site)
    try:
        with pytest.raises(WriteError, match="Operation not permitted"):
            check_target(site)
    finally:
        run("chattr", "-i", site)

    assert beside(tmp_path) == set()
    assert read_tree(site) == tree(OLD)


@pytest.mark.parametrize("same_disk", [True, False])
def test_a_mount_point_is_refused_with_advice_that_works(tmp_path: Path, same_disk: bool) -> None:
    """A disk or a folder mounted where the site is to be: refused first; a folder in it will do."""
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    write_site(OLD, elsewhere)
    how = ("--bind", elsewhere) if same_disk else ("-t", "tmpfs", "disk")
    with mounted(site, *how):
        mark = elsewhere.with_name(".elsewhere.perfsite")
        shutil.copy(mark, mark.with_name(".site.perfsite"))
        with pytest.raises(UsageError, match=r"is a mount point.*--out .*/site/site"):
            check_target(site)
        assert beside(tmp_path) == {
            "elsewhere",
            *(f".elsewhere.{what}" for what in ("lock", "perfsite", "state")),
        }
        if not same_disk:
            write_site(NEW, site / "site")
            assert read_tree(site / "site") == tree(NEW)


def test_a_folder_of_others_mounted_within_is_not_emptied(tmp_path: Path) -> None:
    """Even where it is kept: it cannot move with the site, so the build refuses."""
    site, theirs = tmp_path / "site", tmp_path / "theirs"
    write_site(OLD, site)
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work")
    with mounted(site / "papers", "--bind", theirs):
        with pytest.raises(UsageError, match="papers is a mount point within"):
            write_site(NEW, site, keep=["papers"])
        assert read_tree(theirs) == {"thesis.txt": b"years of work"}


def test_a_site_in_a_layer_of_a_container_is_refused_first(tmp_path: Path) -> None:
    """What stands in the image cannot change its name; that is seen before the work."""
    lower, upper, work = (tmp_path / name for name in ("lower", "upper", "work"))
    for folder in (upper, work):
        folder.mkdir()
    write_site(OLD, lower / "site")
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    with mounted(tmp_path / "all", "-t", "overlay", "-o", options, "overlay") as everything:
        with pytest.raises(UsageError, match="on another file system"):
            check_target(everything / "site")
        assert read_tree(everything / "site") == tree(OLD)
        write_site(NEW, everything / "other")
        write_site(OLD, everything / "other")
        assert read_tree(everything / "other") == tree(OLD)


def test_what_is_kept_is_copied_where_a_disk_knows_no_second_name(tmp_path: Path) -> None:
    """Between two disks there are no hard links: bytes, times, modes and links are the same."""
    old = tmp_path / "old"
    (old / ".git").mkdir(parents=True)
    (old / ".git" / "HEAD").write_text("ref")
    (old / ".git" / "HEAD").chmod(0o440)
    (old / ".git" / "link").symlink_to("HEAD")
    with mounted(tmp_path / "disk", "-t", "tmpfs", "disk") as disk:
        copied = carry(old, disk, [".git"])
        now, before = (disk / ".git" / "HEAD").stat(), (old / ".git" / "HEAD").stat()
        assert copied == [disk / ".git" / "HEAD"]
        assert (now.st_mtime_ns, now.st_mode) == (before.st_mtime_ns, before.st_mode)
        assert (disk / ".git" / "link").readlink() == Path("HEAD")
        assert carry(old, disk, [".git"]) == []


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.proofs)])
def test_after_a_power_cut_a_whole_site_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """What has reached the disk at any step is the old site or the new one, every byte of it.

    The disk is a file: a copy of it, made while it is mounted, holds what the system has written
    to it, and nothing that is still in memory. Mounted, it is what a machine finds that starts
    again. After the end of a build it is the new site.
    """
    monkeypatch.setattr("perfsite.write.target._GRACE", 0.0)
    monkeypatch.setattr(disk_module, "_AT_ONCE", 1)
    image, copy = tmp_path / "image", tmp_path / "copy"
    with image.open("wb") as file:
        file.truncate(24 << 20)
    run("mkfs.ext4", "-q", image)
    whole, seen, step, killed = [tree(OLD), tree(NEW)], [], 0, True
    while killed:
        with mounted(tmp_path / "disk", "-o", "loop,commit=300", image) as disk:
            site = disk / "site"
            write_site(OLD, site)
            os.sync()
            killed = killed_at(step, partial(write_site, NEW, site))
            shutil.copyfile(image, copy)
        with mounted(tmp_path / "after", "-o", "loop", copy) as disk:
            assert read_tree(disk / "site") in whole, step
            seen.append(whole.index(read_tree(disk / "site")))
            write_site(NEW, disk / "site")
            assert beside(disk) == {"lost+found"}, step
        step += every

    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] == 1


CALL: Final = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\((.*)| resumed>(.*))$")
WRITE: Final = """\
import sys
from pathlib import Path
from perfsite.model import File
from perfsite.write import write_site
write_site([File(f"{f}/{n}.html", b"new") for f in "ab" for n in range(9)], Path(sys.argv[1]))
"""


def traced(log: Path) -> list[tuple[str, str, int, int]]:
    """The calls of a trace: name, arguments, and the lines in which each began and ended."""
    calls: list[tuple[str, str, int, int]] = []
    open_calls: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(log.read_text("utf-8", "replace").splitlines()):
        match = CALL.match(line)
        if not match:
            continue
        pid, name, arguments, _ = match.groups()
        if arguments is None:
            began, words = open_calls.pop(pid, (number, ""))
            calls.append((name, words, began, number))
        elif arguments.endswith("<unfinished ...>"):
            open_calls[pid] = (number, arguments)
        else:
            calls.append((name, arguments, number, number))
    return calls


def test_everything_is_on_the_disk_before_it_gets_its_name(tmp_path: Path) -> None:
    """The system's own record: files, then their folders, then the folder above, then the name."""
    site, log = tmp_path / "site", tmp_path / "log"
    write_site(OLD, site)
    run(
        *(needed("strace"), "-f", "-y", "-s", "0", "-o", log),
        *("-e", "trace=write,fsync,rename,renameat2,unlink,unlinkat"),
        *(sys.executable, "-c", WRITE, site),
    )
    calls = traced(log)
    staging = str(tmp_path / ".site.staging")
    exchange = next(began for name, words, began, _ in calls if "RENAME_EXCHANGE" in words)

    def lines(what: str, path: str) -> list[tuple[int, int]]:
        return [(b, e) for name, words, b, e in calls if name == what and f"<{path}>" in words]

    def before(calls: list[tuple[int, int]]) -> list[tuple[int, int]]:
        # Afterwards the old tree has this name.
        return [(b, e) for b, e in calls if e < exchange]

    for folder in ("a", "b"):
        for number in range(9):
            path = f"{staging}/{folder}/{number}.html"
            draft = f"{staging}/{folder}/.{number}.html.perfsite-draft"
            written, synced = lines("write", draft), lines("fsync", path)
            inner = before(lines("fsync", f"{staging}/{folder}"))
            assert written[-1][1] < synced[0][0]
            assert synced[0][1] < inner[-1][0]
            assert inner[-1][1] < before(lines("fsync", staging))[-1][0]
    above = lines("fsync", str(tmp_path))
    assert any(before(lines("fsync", staging))[-1][1] < b and e < exchange for b, e in above)
    removed = min(b for name, words, b, _ in calls if name.startswith("unlink") and b > exchange)
    assert any(exchange < b and e < removed for b, e in above)


OTHERS: Final = """\
import sys
from pathlib import Path
from perfsite.archive.output import put_in_place, staging
from perfsite.disk import write_durably
from perfsite.model import File
from perfsite.write import write_new_folder
here = Path(sys.argv[1])
names = ("editions/.gitattributes", "editions/2018-01-01/edition.json")
files = [File(name, b"1") for name in names]
write_new_folder(files, here, here / "editions/2018-01-01")
write_durably(here / "register.csv", b"service")
with staging(here / "packages", "name") as made:
    (made / "name-bag" / "data").mkdir(parents=True)
    (made / "name-bag" / "data" / "index.html").write_bytes(b"home")
    (made / "name.wacz").write_bytes(b"PK")
    (made / "name.sha256").write_bytes(b"hash")
    put_in_place(made, here / "packages", ["name.wacz", "name-bag", "name.sha256"], [])
"""


def test_what_else_must_survive_is_on_the_disk_before_it_gets_its_name(tmp_path: Path) -> None:
    """Editions, packages and single files: all that was written is synced, then it is renamed."""
    log = tmp_path / "log"
    run(
        *(needed("strace"), "-f", "-y", "-s", "0", "-o", log),
        *("-e", "trace=write,fsync,rename"),
        *(sys.executable, "-c", OTHERS, tmp_path),
    )
    calls = traced(log)
    named = {}
    for what, words, began, _ in calls:
        if what != "rename":
            continue
        old, new = re.findall(r'"([^"]+)"', words)
        named[Path(new).name] = old
        written = {
            path: end
            for name, w, _, end in calls
            if name == "write" and end < began and (path := w.split("<")[1].split(">")[0])
            if path == old or path.startswith(f"{old}/")
        }
        assert written, new
        for path, end in written.items():
            assert any(
                name == "fsync" and f"<{path}>" in w and end < b and e < began
                for name, w, b, e in calls
            ), path
        above = f"<{Path(new).parent}>"
        assert any(n == "fsync" and above in w and b > began for n, w, b, _ in calls), new

    assert {*named} == {
        *(".gitattributes", "2018-01-01", "register.csv"),
        *("name.wacz", "name-bag", "name.sha256"),
    }
