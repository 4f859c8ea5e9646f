"""Whose a folder is, what is kept in it, and what a build that is killed leaves of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

import pytest

from perfsite import disk
from perfsite.disk import GROWING, FolderKind, mark_path
from perfsite.errors import UsageError, WriteError
from perfsite.model import File
from perfsite.write import check_target, write_site
from perfsite.write.ownership import MANIFEST
from perfsite.write.target import Target, exchange
from small_site import CONFIG, ROOT, data_folder, perfsite, read_tree
from test_write import STAYING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from small_site import Tree

OLD: Final = [
    File("index.html", b"home"),
    File("assets/old.css", b"old"),
    File("services/a.html", b"old a"),
    File("services/b.html", b"b"),
]
NEW: Final = [
    File("index.html", b"home, new"),
    File("assets/new.css", b"new"),
    File("services/a.html", b"new a"),
    File("services/b.html", b"b"),
]
THESIS: Final = "years of work"


def tree(files: list[File]) -> Tree:
    """Files as they stand in a folder, with their manifest."""
    lines = "".join(
        f"{hashlib.sha256(file.data).hexdigest()}  {file.path}\n"
        for file in sorted(files, key=lambda file: file.path)
    )
    return {**{file.path: file.data for file in files}, MANIFEST: lines.encode()}


def beside(folder: Path) -> set[str]:
    """What lies in the folder of a site besides the site and what stays there."""
    return {path.name for path in folder.iterdir()} - STAYING - {"site"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder in which the old site stands."""
    write_site(OLD, tmp_path / "site")
    return tmp_path / "site"


def make_bag(folder: Path) -> None:
    """A bag, which has a manifest of the same name as a site."""
    (folder / "data").mkdir(parents=True)
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (folder / "data" / "thesis.txt").write_text(THESIS)
    digest = hashlib.sha256(THESIS.encode()).hexdigest()
    (folder / MANIFEST).write_text(f"{digest}  data/thesis.txt\n")


def make_site_of_another(folder: Path) -> None:
    """A folder with pages and a whole manifest, made by something else."""
    folder.mkdir()
    for path, data in tree(OLD).items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)


def make_other_in_its_place(folder: Path) -> None:
    """A bag in the place where perfsite had put a site: its mark is still there."""
    write_site(OLD, folder)
    folder.rename(folder.parent / "moved")
    make_bag(folder)


def make_forged(folder: Path) -> None:
    """A bag beside which lies what is called a mark, and is none."""
    make_bag(folder)
    mark_path(folder).write_text('{"format": 1, "kind": "site"}')


@pytest.mark.parametrize(
    "make", [make_bag, make_site_of_another, make_other_in_its_place, make_forged]
)
def test_a_manifest_of_somebody_else_makes_no_folder_perfsites(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """A bag and another tool's site, with a mark that is not of it too, are refused and stay."""
    make(tmp_path / "site")
    before = read_tree(tmp_path / "site")
    for refuse in (check_target, partial(write_site, NEW)):
        with pytest.raises(UsageError, match="holds no site that perfsite made"):
            refuse(tmp_path / "site")

    assert read_tree(tmp_path / "site") == before


def test_build_refuses_a_bag_before_the_work(tmp_path: Path) -> None:
    """`perfsite build --out BAG` is wrong usage, names a file, and touches nothing."""
    make_bag(tmp_path / "bag")
    before = read_tree(tmp_path / "bag")
    ran = perfsite("build", data_folder(tmp_path), "--out", tmp_path / "bag", "--no-charts")

    assert (ran.code, ran.out) == (2, "")
    assert "bagit.txt" in ran.err
    assert read_tree(tmp_path / "bag") == before
    assert not (tmp_path / ".bag.lock").exists()


def test_build_keeps_what_perfsite_toml_names(tmp_path: Path) -> None:
    """In a checkout with files of others; what was altered by hand is told of and kept beside."""
    config = f'{CONFIG}\n[keep]\nfiles = ["CNAME", ".git/"]\n'
    data, out = data_folder(tmp_path, config=config), tmp_path / "site"
    (out / ".git").mkdir(parents=True)
    (out / ".git" / "HEAD").write_text("ref")
    (out / "CNAME").write_text("example.org")
    first = perfsite("build", data, "--out", out, "--no-charts")
    assert "altered" not in first.err
    (out / "about.html").write_text("by hand")
    second = perfsite("build", data, "--out", out, "--no-charts")

    assert "about.html of" in second.err
    assert "altered by hand" in second.err
    assert (out / ".git" / "HEAD").read_text() == "ref"
    assert (out / "CNAME").read_text() == "example.org"
    assert (out / "about.html").read_text() != "by hand"
    assert "CNAME" not in (out / MANIFEST).read_text() + (out / "urls.txt").read_text()
    assert (tmp_path / ".site.altered" / "about.html").read_text() == "by hand"


def test_a_site_without_a_mark_is_perfsites_if_it_is_proven(tmp_path: Path) -> None:
    """What earlier versions wrote is taken over; not when a byte differs or a file is more."""
    names = ("404.html", "urls.txt", "robots.txt", "sitemap.xml", "datapackage.json")
    data = ("data/services.csv", "data/observations.csv")
    files = [*OLD, *(File(path, path.encode()) for path in (*names, *data))]
    site = tmp_path / "site"
    write_site(files, site)
    mark_path(site).unlink()
    page = site / "404.html"
    right = page.read_bytes()
    page.write_bytes(right + b" ")
    with pytest.raises(UsageError, match=r"404\.html is not what manifest-sha256\.txt says"):
        check_target(site)
    page.write_bytes(right)
    (site / "thesis.txt").write_text(THESIS)
    with pytest.raises(UsageError, match=r"a build would delete it: thesis\.txt"):
        check_target(site)
    check_target(site, keep=["thesis.txt"])
    (site / "thesis.txt").unlink()

    write_site(files[:-1], site)
    assert json.loads(mark_path(site).read_bytes())["format"] == 1


def test_a_site_may_be_moved(out: Path) -> None:
    """Mark and site together are known elsewhere; the mark is no part of the site."""
    (out.parent / "there").mkdir()
    moved = out.rename(out.parent / "there" / "other")
    mark_path(out).rename(mark_path(moved))
    write_site(NEW, moved)

    assert read_tree(moved) == tree(NEW)


def test_a_mark_of_a_later_version_is_respected(out: Path) -> None:
    """What this version does not know it does not replace, and says which format it is."""
    content = json.loads(mark_path(out).read_bytes()) | {"format": 2}
    mark_path(out).write_text(json.dumps(content))

    with pytest.raises(UsageError, match=r"later version of perfsite: .* of format 2"):
        write_site(NEW, out)
    assert read_tree(out) == tree(OLD)


def test_a_preview_does_not_take_the_place_of_a_site(out: Path) -> None:
    """Nor the other way round: what is not published must not stand where readers look."""
    with pytest.raises(UsageError, match="a preview does not take its place"):
        write_site(NEW, out, FolderKind.PREVIEW)
    write_site(NEW, out.parent / "preview", FolderKind.PREVIEW)

    with pytest.raises(UsageError, match="holds a preview"):
        write_site(OLD, out.parent / "preview")


KEPT: Final = {
    "CNAME": b"example.org",
    ".git/objects/ab": b"blob",
    ".well-known/security.txt": b"Contact",
    "thesis.txt": THESIS.encode(),
    "assets/of-others.css": b"p {}",
}
KEEP: Final = ("CNAME", ".git", ".well-known", "thesis.txt", "assets/of-others.css", "not-there")


def put_kept(out: Path) -> None:
    """Put what is somebody else's into a site."""
    for path, data in KEPT.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    (out / ".git" / "objects" / "ab").chmod(0o400)
    (out / ".git" / "hook").symlink_to("objects/ab")


def test_what_is_kept_stays_as_it_is(out: Path) -> None:
    """Bytes, modes, times and links stay, and the manifest does not know of them."""
    put_kept(out)
    before = {path: (out / path).lstat() for path in (*KEPT, ".git/hook")}
    write_site(NEW, out, keep=KEEP)

    assert read_tree(out) == tree(NEW) | KEPT | {".git/hook": b"blob"}
    for path, stat in before.items():
        now = (out / path).lstat()
        assert (now.st_mtime_ns, now.st_mode) == (stat.st_mtime_ns, stat.st_mode)
    assert (out / ".git" / "hook").readlink() == Path("objects/ab")
    write_site(OLD, out, keep=KEEP)
    assert read_tree(out) == tree(OLD) | KEPT | {".git/hook": b"blob"}
    assert beside(out.parent) == set()


def test_a_folder_with_nothing_but_what_is_kept_may_be_filled(tmp_path: Path) -> None:
    """A new checkout of the branch that is published holds no site yet."""
    site = tmp_path / "site"
    (site / ".git").mkdir(parents=True)
    (site / ".git" / "HEAD").write_text("ref")
    with pytest.raises(UsageError, match=r'keep it: \[keep\] files = \["\.git"\]'):
        check_target(site)
    write_site(NEW, site, keep=[".git"])

    assert read_tree(site) == tree(NEW) | {".git/HEAD": b"ref"}


def test_without_keep_the_build_refuses_and_names_them(out: Path) -> None:
    """Files and empty folders that perfsite did not write are named, with the entry to write."""
    put_kept(out)
    (out / "uploads").mkdir()
    before = read_tree(out)
    with pytest.raises(UsageError) as caught:
        write_site(NEW, out, keep=["CNAME"])

    said = str(caught.value)
    assert '[keep] files = [".git", ".well-known", "assets/of-others.css", "thesis.txt"' in said
    assert "uploads/" in said
    assert read_tree(out) == before


def test_what_comes_while_the_site_is_built_is_not_lost(out: Path) -> None:
    """A file that somebody puts there after the target was looked at stops the exchange."""
    with Target(out) as target:
        (out / "thesis.txt").write_text(THESIS)
        with pytest.raises(UsageError, match=r"thesis\.txt"):
            target.put(NEW)

    assert read_tree(out) == tree(OLD) | {"thesis.txt": THESIS.encode()}
    assert beside(out.parent) == set()


def test_what_comes_in_the_last_moment_is_not_lost(out: Path) -> None:
    """A file that appears while the new site is written is seen before the exchange."""

    def put_thesis(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith(f".{MANIFEST}.perfsite-draft"):
            (out / "thesis.txt").write_text(THESIS)

    child = os.fork()
    if child == 0:
        try:
            sys.addaudithook(put_thesis)
            write_site(NEW, out)
        except UsageError as error:
            os._exit(3 if "thesis.txt" in str(error) else 4)
        finally:
            os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    assert read_tree(out) == tree(OLD) | {"thesis.txt": THESIS.encode()}
    assert beside(out.parent) == set()


@pytest.mark.parametrize(
    "keep", ["index.html", "assets", "INDEX.html", "index.html/x", MANIFEST, "Services"]
)
def test_what_perfsite_writes_cannot_be_kept(out: Path, keep: str) -> None:
    """Nor the folder of it, nor another spelling, which is the same file on some disks."""
    with pytest.raises(UsageError, match=r"keep\.files: .*perfsite writes"):
        write_site(NEW, out, keep=[keep])

    assert read_tree(out) == tree(OLD)


def test_what_was_altered_by_hand_is_kept_beside_the_site(out: Path) -> None:
    """The site is true again, and what somebody wrote into it is not lost, twice neither."""
    for text in (b"by hand", b"by hand again"):
        (out / "services" / "a.html").write_bytes(text)
        (out / "assets" / "old.css").write_bytes(text)
        written = write_site(NEW, out)
        assert read_tree(out) == tree(NEW)
        assert "services/a.html" in written.notes[0]
        write_site(OLD, out)
    saved = out.parent / ".site.altered"

    assert read_tree(saved) == {
        "services/a.html": b"by hand",
        "services/a.html.2": b"by hand again",
        "assets/old.css": b"by hand",
        "assets/old.css.2": b"by hand again",
    }
    assert write_site(NEW, out).notes == ()


def make_leftovers(folder: Path) -> None:
    """What a killed build may leave, and what only has such a name."""
    (folder / ".site.staging").mkdir()
    (folder / ".site.staging" / "thesis.txt").write_text(THESIS)
    (folder / ".site.staging-2").mkdir()
    (folder / ".site.staging-2" / GROWING).touch()
    shutil.copytree(folder / "site", folder / ".site.old")


def test_what_lies_beside_is_known_by_what_is_in_it(out: Path) -> None:
    """What a killed build left is removed; somebody's folder of such a name stays, and is named."""
    make_leftovers(out.parent)
    written = write_site(NEW, out)

    assert beside(out.parent) == {".site.staging"}
    assert (out.parent / ".site.staging" / "thesis.txt").read_text() == THESIS
    assert ".site.staging is not perfsite's" in written.notes[0]
    assert read_tree(out) == tree(NEW)


def test_a_lock_that_a_killed_build_left_is_no_lock(out: Path) -> None:
    """The file without a process that holds it means nothing."""
    (out.parent / ".site.lock").write_text("4711")
    write_site(NEW, out)

    assert read_tree(out) == tree(NEW)


def test_two_builds_of_one_target_meet_before_the_work(out: Path) -> None:
    """The second one is told at once, not when it has made everything."""
    with Target(out) as first:
        with pytest.raises(WriteError, match="another build is writing"):
            check_target(out)
        first.put(NEW)

    assert read_tree(out) == tree(NEW)


@pytest.fixture
def fast() -> Iterator[Path]:
    """A folder in memory where there is one: to wait for a disk at each step takes too long."""
    memory = Path("/dev/shm")  # noqa: S108 - what is made there has a name of its own
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


STEPS: Final = frozenset(
    {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.chmod", "os.utime"}
    | {"ctypes.dlsym"}
)
"""What Python tells of before it does it, and what changes a disk; renameat2 is looked up."""


def killed_at(step: int, act: Callable[[], object]) -> bool:
    """Do something in another process that is killed before so many steps; whether it was."""
    child = os.fork()
    if child == 0:
        left = step

        def kill(event: str, _: object) -> None:
            nonlocal left
            left -= event in STEPS
            if left < 0 and event in STEPS:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(kill)
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


_ALL: Final = pytest.mark.proofs


@pytest.mark.parametrize(
    ("swap", "kept", "every"),
    [
        (True, True, 4),
        (False, False, 4),
        pytest.param(True, True, 1, marks=_ALL),
        pytest.param(True, False, 1, marks=_ALL),
        pytest.param(False, True, 1, marks=_ALL),
        pytest.param(False, False, 1, marks=_ALL),
    ],
)
def test_killed_at_any_step_a_whole_site_is_there_and_nothing_stays(
    fast: Path, monkeypatch: pytest.MonkeyPatch, swap: bool, kept: bool, every: int
) -> None:
    """SIGKILL before each step of a build: the old site or the new one; the next build clears up.

    Where two folders cannot change places in one step there may be none, until the next build.
    The next site is what it would be. With `kept` there is a clone of the site to begin with.
    """
    monkeypatch.setattr("perfsite.write.target._GRACE", 0.0)
    monkeypatch.setattr(disk, "_AT_ONCE", 1)
    if not swap:
        monkeypatch.setattr(sys, "platform", "another")
    keep, extra = (KEEP, {"CNAME": b"example.org"}) if kept else ((), {})
    whole = [tree(OLD) | extra, tree(NEW) | extra]
    seen, gaps, step, killed = set(), 0, 0, True
    while killed:
        folder = fast / str(step)
        site = folder / "site"
        write_site(OLD, site)
        for path, data in extra.items():
            (site / path).write_bytes(data)
        if kept:
            write_site(OLD, site, keep=keep)
        killed = killed_at(step, partial(write_site, NEW, site, keep=keep))
        if site.is_dir():
            assert read_tree(site) in whole, step
            seen.add(whole.index(read_tree(site)))
        else:
            gaps += 1
        check_target(site, keep=keep)
        assert read_tree(site) in whole, step
        assert beside(folder) == set(), step
        write_site(NEW, site, keep=keep)
        assert read_tree(site) == whole[1], step
        assert beside(folder) == set(), step
        step += every

    assert step > 40
    assert seen == {0, 1}
    assert gaps == (1 if every == 1 and not swap else 0) or (every > 1 and not swap)


def test_two_renames_of_which_the_second_fails_leave_the_old_site(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an exchange, and where the new site cannot get its name, the old one keeps it."""
    monkeypatch.setattr(sys, "platform", "another")
    aside = out.parent / ".site.old"
    with pytest.raises(OSError, match="No such file"):
        exchange(out.parent / "not-there", out, aside)

    assert read_tree(out) == tree(OLD)
    assert not aside.exists()


def test_who_has_opened_the_old_site_comes_to_an_end_in_it(out: Path) -> None:
    """What was in the old folder is there for a moment after the exchange, and then it is not."""
    opened = os.open(out, os.O_RDONLY)
    try:
        with Target(out) as target:
            target.put(NEW)
            end = time.monotonic()
            with os.fdopen(os.open("assets/old.css", os.O_RDONLY, dir_fd=opened)) as file:
                assert file.read() == "old"
        waited = time.monotonic() - end
        with pytest.raises(FileNotFoundError):
            os.open("assets/old.css", os.O_RDONLY, dir_fd=opened)
    finally:
        os.close(opened)

    assert read_tree(out) == tree(NEW)
    assert waited >= 0.25


READERS: Final = ROOT / "tests" / "site_readers.py"


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of a server of other people's that hands over what lies in a folder."""
    handler = partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.mark.server
@pytest.mark.parametrize("switches", [3, pytest.param(20, marks=pytest.mark.proofs)])
def test_readers_of_a_site_that_is_replaced_miss_nothing(tmp_path: Path, switches: int) -> None:
    """In a tight loop over files and over HTTP, no request fails and no file is half a file."""
    names = [f"services/{number // 20}/{number}.html" for number in range(200)]
    sites = [
        [File(name, f"{name} {which}\n".encode() * 400) for name in ("index.html", *names)]
        for which in ("one", "two")
    ]
    site, expected = tmp_path / "site", tmp_path / "expected.json"
    hashes = [{file.path: hashlib.sha256(file.data).hexdigest() for file in one} for one in sites]
    expected.write_text(json.dumps({path: [one[path] for one in hashes] for path in hashes[0]}))
    write_site(sites[0], site)
    with served(site) as address:
        where = [("paths", site), ("folders", site), ("http", address)]
        readers = [
            subprocess.Popen(
                [sys.executable, READERS, way, str(place), expected],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for way, place in where
        ]
        for reader in readers:
            assert reader.stdout
            assert reader.stdout.readline() == "ready\n"
        for number in range(switches):
            write_site(sites[(number + 1) % 2], site)
        told = [json.loads(reader.communicate("")[0]) for reader in readers]

    assert [(one["failed"], one["torn"]) for one in told] == [([], [])] * 3
    assert all(one["requests"] > 200 for one in told), told
    assert all(one["versions"] == 2 * len(hashes[0]) for one in told), told
