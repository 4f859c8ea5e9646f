"""A folder in whose place a site is put.

Whose it is, what is tried first, what is carried over, and the exchange.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from filelock import FileLock, Timeout

from perfsite.disk import (
    FolderKind,
    Mark,
    clear,
    draft_of,
    is_transient,
    make_transient,
    mark_data,
    mark_path,
    own_temporary_folder,
    read_mark,
    settle,
    swap,
    sync_files,
    sync_folder,
    sync_folders,
    sync_tree,
    write_durably,
)
from perfsite.errors import UsageError, WriteError
from perfsite.write.ownership import MANIFEST, Former, digest_of, former_site, is_of, room, some

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from perfsite.model import File


# What is not perfsite's and stays: carried from the old site into the new one.
#
# A file is in both folders at once, by a second name of the same file (a hard link) where the disk
# knows that: so nobody who reads it finds it gone for a moment, and what is written into it while
# a site is put in place is in the new one, too.


def check_apart(paths: Collection[str], keep: Collection[str]) -> None:
    """Refuse to keep what perfsite writes itself.

    Case does not matter, for there are disks on which it does not.

    Raises:
        UsageError: naming the first of the files.
    """
    lower = {path.casefold(): path for path in paths}
    parents = {parent for path in lower for parent in _parents(path)}
    for wanted in keep:
        name = wanted.casefold()
        inside = next((path for path in lower if name in _parents(path)), "")
        if name in lower or name in parents or any(up in lower for up in _parents(name)):
            written = lower.get(name) or lower.get(inside) or wanted
            raise UsageError(
                f"perfsite.toml: keep.files: {wanted}: perfsite writes {written} itself, and only "
                "what it does not write can be kept"
            )


def carry(old: Path, new: Path, keep: Collection[str]) -> list[Path]:
    """Have in `new` what is kept as it is in `old`; the files that had to be copied.

    What is there already and is the same stays. May be called again: after the exchange, for what
    somebody changed in the moment before.

    Raises:
        OSError: if the disk refuses.
    """
    copied = []
    for path in keep:
        for source in _all(old / path):
            target = new / source.relative_to(old)
            if source.is_dir() and not source.is_symlink():
                target.mkdir(parents=True, exist_ok=True)
                with suppress(OSError):  # a disk that knows no modes, or a folder of another user
                    shutil.copystat(source, target)
            elif not _same(source, target):
                target.parent.mkdir(parents=True, exist_ok=True)
                copied += give_name(source, target)
    return copied


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]


def _all(path: Path) -> Iterator[Path]:
    """A file; or a folder and all that is in it, which may be read only if it is not a link."""
    if not os.path.lexists(path):
        return
    yield path
    if path.is_dir() and not path.is_symlink():
        for inner in sorted(path.iterdir()):
            yield from _all(inner)


def _same(source: Path, target: Path) -> bool:
    """Whether a file stands there already: the same one, or a copy of it as it is."""
    if not os.path.lexists(target):
        return False
    here, there = source.lstat(), target.lstat()
    return os.path.samestat(here, there) or (
        (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)
        and here.st_nlink == there.st_nlink == 1
    )


def give_name(source: Path, target: Path) -> list[Path]:
    """Give a file a second name, or copy it; what was copied.

    Raises:
        OSError: if the disk refuses.
    """
    draft = draft_of(target)
    draft.unlink(missing_ok=True)
    try:
        os.link(source, draft, follow_symlinks=False)
        copied = []
    except OSError:
        shutil.copy2(source, draft, follow_symlinks=False)
        copied = [] if draft.is_symlink() else [target]
    draft.replace(target)
    # Where both were names of one file already, nothing was renamed.
    draft.unlink(missing_ok=True)
    return copied


# Folders that change places, in one step where the system can, and whether they could.


_NOT_EMPTY: Final = (errno.ENOTEMPTY, errno.EEXIST)
_MOUNTS: Final = Path("/proc/self/mountinfo")


def exchange(staging: Path, out: Path, aside: Path) -> None:
    """Put `staging` in the place of `out`; afterwards the old site is in one of the others.

    When this comes back the names are on the disk.

    Raises:
        OSError: if the disk refuses. `out` is then as it was.
    """
    if not out.is_dir():
        staging.rename(out)
    elif not swap(staging, out):
        out.rename(aside)
        try:
            staging.rename(out)
        except OSError:
            aside.rename(out)
            raise
    sync_folder(out.parent)


def check_can_move(out: Path, full: Path) -> None:
    """Refuse a folder that cannot change its name, before anything is done that relies on it.

    It is tried in a way that cannot succeed: over `full`, a folder beside it that is not empty.
    Whatever else would be refused (a mount point, a read-only disk, missing rights, a layer of a
    container) the system says first.

    Raises:
        UsageError: if it is a mount point, or in another file system.
        OSError: if the system refuses for another reason.
    """
    if inner := [point for point in _mount_points() if out in point.parents]:
        raise UsageError(
            f"{inner[0]} is a mount point within {out}, and cannot move with it; mount it "
            "elsewhere, or name another folder"
        )
    try:
        out.rename(full)
    except OSError as error:
        if error.errno in _NOT_EMPTY:
            return
        if error.errno in (errno.EBUSY, errno.EXDEV):
            what = "a mount point" if error.errno == errno.EBUSY else "on another file system"
            raise UsageError(
                f"{out} is {what}, as seen from {out.parent}, so no new site can take its place "
                f"in one step; name a folder within it, as --out {out / 'site'}, and let readers "
                "have that"
            ) from error
        raise
    full.rename(out)  # somebody has emptied `full` at this moment


def _mount_points() -> list[Path]:
    """Where other disks and folders are mounted; nothing where the system does not say."""
    try:
        lines = os.fsdecode(_MOUNTS.read_bytes()).splitlines()
    except OSError:
        return []
    return [Path(_unescaped(line.split(" ")[4])) for line in lines]


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text


# A folder in whose place a site is put: whose it is, what is tried first, and in which order.
#
# Whoever reads the site sees the old one or the new one, never a mixture, however the build ends,
# and whatever of it has reached the disk when the power goes. What can be refused is refused when
# a target is entered, before the work. Beside the folder NAME there are for a while
# `.NAME.staging`, in which the new site grows, and `.NAME.old`; what a killed build left of them
# the next one removes.


_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
"""What a web server, which is another user, needs, whatever the umask of who builds."""
_GRACE: Final = 0.3
"""Seconds for which the old site stays after it is no longer the site: who has just opened its
folder, or is on the way to a file in it, comes to an end there."""
_PLACES: Final = 9
"""Names that are tried for a folder beside the site, before somebody has to look."""


@dataclass(frozen=True)
class Written:
    """What was written: files and bytes of the new site; files changed, new and gone.

    `notes` are sentences for whoever runs the build.
    """

    files: int
    size: int
    changed: int
    new: int
    gone: int
    notes: tuple[str, ...] = ()


class Target:
    """A folder for a site; while it is entered nobody else writes there."""

    def __init__(
        self, out: Path, kind: FolderKind = FolderKind.SITE, keep: Collection[str] = ()
    ) -> None:
        """The folder `out`, in which the paths `keep` are somebody else's and stay."""
        self._shown = out
        self._kind = kind
        self._keep = tuple(keep)
        self._notes: list[str] = []
        self._until = 0.0

    def __enter__(self) -> Self:
        """Try all that putting a site in place will need; nothing that readers see changes.

        Raises:
            UsageError: if `out` is not a folder that may be replaced.
            WriteError: if another build is writing there, or the disk refuses.
        """
        own_temporary_folder()
        with _told(self._shown):
            self._out = _real(self._shown)
            former_site(self._out, self._kind, self._keep)  # before anything is made beside it
            self._out.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(beside(self._out, "lock"))
            self._lock.acquire(timeout=0)
            try:
                self._prepare()
            except BaseException:
                self._leave()
                raise
        return self

    def __exit__(self, *error: object) -> None:
        # The new site is in place, or it never will be: an interruption changes nothing of that.
        with suppress(KeyboardInterrupt):
            time.sleep(max(0.0, self._until - time.monotonic()))
        self._leave()

    def put(self, files: Iterable[File]) -> Written:
        """Put the files in place of the folder, with a manifest of their hashes.

        Files whose bytes have not changed keep their modification time. Everybody may read them.

        Raises:
            UsageError: if perfsite was told to keep a file that it writes.
            WriteError: if the disk refuses. The folder is then as it was.
        """
        every = tuple(files)
        with _told(self._shown):
            self._former = former_site(self._out, self._kind, self._keep)
            check_apart([*(file.path for file in every), MANIFEST], self._keep)
            self._check_room(sum(room(len(file.data)) for file in every))
            filled = self._fill(every)
            copied = carry(self._out, self._staging, self._keep)
            self._save_altered(filled.altered)
            self._make_durable([*filled.paths, *copied], filled.digest)
            # Somebody may have put something there while this was being made.
            former_site(self._out, self._kind, self._keep)
            exchange(self._staging, self._out, self._aside)
            if self._former.folders:
                self._until = time.monotonic() + _GRACE
            self._carry_late()
        return Written(
            len(every) + 1,
            sum(len(file.data) for file in every),
            filled.changed,
            filled.new,
            filled.gone,
            tuple(self._notes),
        )

    def _prepare(self) -> None:
        draft_of(mark_path(self._out)).unlink(missing_ok=True)
        self._mark = read_mark(self._out)
        self._aside = self._place("old")
        self._staging = self._place("staging")
        self._former = former_site(self._out, self._kind, self._keep)
        make_transient(self._staging)
        # In the folder above, names can be given and taken.
        self._staging.rename(self._aside)
        self._aside.rename(self._staging)
        if self._former.folders:
            check_can_move(self._out, self._staging)
            self._check_rights()
        self._check_room(self._former.size, "as the site that stands there takes")

    def _place(self, what: str) -> Path:
        """A free name beside the site, where what a killed build left of it is cleared away.

        A build that died between its two renames has left the site there: it is moved back.
        """
        places = [beside(self._out, what)]
        places += [beside(self._out, f"{what}-{number}") for number in range(2, _PLACES + 1)]
        for path in places:
            if not self._is_ours(path):
                continue
            if what == "old" and not os.path.lexists(self._out):
                path.rename(self._out)
                sync_folder(path.parent)
            clear(path)
        free = [path for path in places if not os.path.lexists(path)]
        if not free:
            raise WriteError(f"{places[0]} and others like it are not perfsite's; move them away")
        for path in places[: places.index(free[0])]:
            self._notes.append(f"{path} is not perfsite's or cannot be removed; look at it, and do")
        return free[0]

    def _is_ours(self, path: Path) -> bool:
        """Whether a folder beside the site is one of a build: by what is in it, not by its name."""
        if path.is_symlink() or not path.is_dir():
            return False
        manifests = self._mark.manifests if self._mark else ()
        return is_transient(path) or is_of(path, manifests)

    def _check_rights(self) -> None:
        """Refuse a site that could not be removed once another stands in its place."""
        effective = os.access in os.supports_effective_ids
        for folder in self._former.folders:
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=effective):
                raise WriteError(
                    f"{folder} cannot be replaced: you may not write in it; give it to the user "
                    "who builds, or name another folder"
                )

    def _check_room(self, needed: int, why: str = "for the new site") -> None:
        """Refuse what will not fit beside the site; a disk that does not say has room.

        Raises:
            WriteError: saying how much is missing.
        """
        usage = shutil.disk_usage(self._out.parent)
        if usage.total and usage.free < needed:
            raise WriteError(
                f"{self._shown} cannot be written: {self._out.parent} has room for "
                f"{usage.free / 1e6:,.1f} MB, and {needed / 1e6:,.1f} MB are needed {why}, "
                "which stays until the new one is complete; make room"
            )

    def _fill(self, files: Sequence[File]) -> _Filled:
        """Write all files into the staging folder."""
        filled = _Filled(self._staging, self._out, self._former)
        for file in files:
            filled.add(file)
        filled.end()
        return filled

    def _save_altered(self, altered: Sequence[str]) -> None:
        """Keep beside the site what somebody wrote into it by hand and the new one replaces."""
        if not altered:
            return
        folder = beside(self._out, "altered")
        for path in altered:
            target = folder / path
            number = 1
            while os.path.lexists(target) and not _equal(self._out / path, target):
                number += 1
                target = folder / f"{path}.{number}"
            if not os.path.lexists(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                give_name(self._out / path, target)
        sync_tree(folder)
        self._notes.append(
            f"{some(altered)} of {self._shown} had been altered by hand since it "
            f"was built; the new site replaces that, and {folder} has what stood there"
        )

    def _make_durable(self, paths: Sequence[Path], digest: str) -> None:
        """Have everything on the disk before the new site gets its name."""
        sync_files(paths)
        manifests = [digest]
        if self._former.manifest not in ("", digest):
            manifests.append(self._former.manifest)
        mark = Mark(self._kind, tuple(manifests), self._keep)
        data = mark_data(mark)
        path = mark_path(self._out)
        if not path.is_file() or path.read_bytes() != data:
            write_durably(path, data)
        # From here on the staging folder is known by its manifest, of which the mark tells.
        settle(self._staging)
        sync_folders(self._staging)
        sync_folder(self._out.parent)

    def _carry_late(self) -> None:
        """Carry what was put into the old site, among what is kept, just before the exchange."""
        old = next((path for path in (self._staging, self._aside) if path.is_dir()), None)
        if old is not None and self._keep:
            sync_files(carry(old, self._out, self._keep))

    def _leave(self) -> None:
        """Clear away what is beside the site, and let others write there."""
        if hasattr(self, "_staging"):
            clear(self._staging)
            if os.path.lexists(self._out):
                clear(self._aside)
        self._lock.release()


class _Filled:
    """A staging folder that is being filled, and how it differs from the site that stands."""

    def __init__(self, staging: Path, old: Path, former: Former) -> None:
        self._staging, self._old, self._former = staging, old, former
        self._hashes: dict[str, str] = {}
        self._folders = {staging}
        self.paths: list[Path] = []
        self.altered: list[str] = []
        self.changed = self.new = self.gone = 0
        self.digest = ""
        _allow(staging, _FOLDER_MODE)

    def add(self, file: File) -> None:
        """Write a file; with the bytes that it had it has the time that it had."""
        self._hashes[file.path] = hashlib.sha256(file.data).hexdigest()
        if self._write(file.path, file.data):
            return
        if (self._old / file.path).is_file():
            self.changed += 1
            self._judge(file.path)
        else:
            self.new += 1

    def end(self) -> None:
        """Write the manifest, and look at what is gone."""
        lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(self._hashes.items()))
        self.digest = hashlib.sha256(lines.encode()).hexdigest()
        self._write(MANIFEST, lines.encode())
        for path in self._former.hashes.keys() - self._hashes.keys():
            self.gone += 1
            if os.path.lexists(self._old / path):
                self._judge(path)
        self.altered.sort()

    def _judge(self, path: str) -> None:
        """See whether somebody has altered a file since perfsite wrote it."""
        old = self._old / path
        if digest_of(old) != self._former.hashes.get(path):
            self.altered.append(path)

    def _write(self, path: str, data: bytes) -> bool:
        """Write some bytes; whether the old site has the same."""
        target, before = self._staging / path, self._old / path
        for folder in reversed(target.parents):
            if self._staging in folder.parents and folder not in self._folders:
                folder.mkdir(exist_ok=True)
                _allow(folder, _FOLDER_MODE)
                self._folders.add(folder)
        target.write_bytes(data)
        _allow(target, _FILE_MODE)
        self.paths.append(target)
        if not before.is_file() or before.read_bytes() != data:
            return False
        stat = before.stat()
        os.utime(target, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        return True


def beside(out: Path, what: str) -> Path:
    """A hidden name beside the folder `out`."""
    return out.parent / f".{out.name}.{what}"


def _real(out: Path) -> Path:
    """The folder by its own name, in the real folder that it stands in."""
    path = out.absolute()
    path = path.parent.resolve() / path.name if path.name != ".." else path.resolve()
    if not path.name:
        raise UsageError(f"{out} is where all folders begin; name one for the site")
    return path


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Say what a disk refuses as perfsite says it."""
    try:
        yield
    except Timeout as error:
        raise WriteError(f"another build is writing {out}; wait for it to end") from error
    except OSError as error:
        raise WriteError(f"{out} could not be written: {error}{_advice(error)}") from error


def _advice(error: OSError) -> str:
    """What to do about what a disk has said; nothing where that is plain."""
    full = (errno.ENOSPC, errno.EDQUOT)
    if error.errno in full:
        return "; the old site and the new one need room for both: make some, or raise the quota"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "; a site is put in place by renaming, so the folder above has to be writable, too"
    return ""


def _allow(path: Path, mode: int) -> None:
    """Let everybody read, and only the owner write, on every machine alike."""
    # A disk that knows no modes refuses; who may read there is said where it is mounted.
    with suppress(OSError):
        path.chmod(mode)


def _equal(left: Path, right: Path) -> bool:
    if left.is_symlink() or right.is_symlink():
        return left.is_symlink() and right.is_symlink() and left.readlink() == right.readlink()
    return left.is_file() and right.is_file() and left.read_bytes() == right.read_bytes()
