"""A folder in whose place a site is put.

Whose it is, what is tried first, what is carried over, the exchange, and what is left beside it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from filelock import FileLock, Timeout

from perfsite.disk import (
    GROWING,
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
from perfsite.model import File
from perfsite.write.foreign import carry, check_apart, give_name, is_equal
from perfsite.write.ownership import (
    MANIFEST,
    Former,
    beside,
    former_site,
    is_of,
    located,
    room,
    size_of,
    some,
)
from perfsite.write.state import Standing, begin_state, state_path, write_line
from perfsite.write.tree import FILE_MODE, FOLDER_MODE, SiteTree, allow, clone, prune

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence


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
# a target is entered, before the work.
#
# The new site grows in `.NAME.staging` beside the folder NAME: a clone of the site that stands, in
# which what differs is written. The old one may be in `.NAME.old` for a moment. What a killed build
# left of these the next one removes. When all is done the old tree is made the same as the new
# site and stays as `.NAME.kept`, so that the next build has its clone: it shares all files
# with the site, takes no room but for its folders, and holds nothing that the site does not.


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
        self._finished: SiteTree | None = None
        self._former = Former()

    def __enter__(self) -> Self:
        """Try all that putting a site in place will need; nothing that readers see changes.

        Raises:
            UsageError: if `out` is not a folder that may be replaced.
            WriteError: if another build is writing there, or the disk refuses.
        """
        own_temporary_folder()
        with refused(self._shown):
            self._out = located(self._shown)
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
        try:
            # The site is in place, or it never will be: an interruption changes nothing of that.
            with suppress(KeyboardInterrupt):
                time.sleep(max(0.0, self._until - time.monotonic()))
            if self._finished:
                with suppress(OSError, WriteError):
                    self._retire(self._finished)
        finally:
            self._leave()

    def put(self, files: Iterable[File]) -> Written:
        """Put the files in place of the folder, with a manifest of their hashes.

        Files whose bytes have not changed keep their modification time. Everybody may read them.

        Raises:
            UsageError: if perfsite was told to keep a file that it writes.
            WriteError: if the disk refuses. The folder is then as it was.
        """
        every = tuple(files)
        check_apart((file.path for file in every), self._keep)
        tree = self.begin()
        with refused(self._shown):
            digests = [hashlib.sha256(file.data).hexdigest() for file in every]
            both = list(zip(every, digests, strict=True))
            self._check_room(
                sum(room(len(f.data)) for f, digest in both if tree.trusted(f.path) != digest)
            )
            for file, digest in both:
                tree.add(file, digest)
        return self.finish(tree)

    def begin(self) -> SiteTree:
        """The tree in which the new site grows, as yet a clone of the site that stands.

        Raises:
            UsageError: if the folder is no longer one that may be replaced.
            WriteError: if the disk refuses.
        """
        with refused(self._shown):
            self._former = former_site(self._out, self._kind, self._keep, self._former)
            if self._clone:
                clear(self._staging)
                self._clone.rename(self._staging)
            marker = self._staging / GROWING
            marker.touch()
            self._began = marker.stat().st_mtime_ns
            allow(self._staging, FOLDER_MODE)
            standing = Standing.of(self._out, self._former.hashes)
            done = clone(self._out, self._staging, standing.hashes)
            self._copied, self._touched = done.copied, {self._staging, *done.touched}
        return SiteTree(self._staging, standing)

    def finish(self, tree: SiteTree) -> Written:
        """Put what a tree has in place of the folder, with a manifest of its hashes.

        Raises:
            UsageError: if perfsite was told to keep a file that it writes, or what is not its own
                has come into the folder.
            WriteError: if the disk refuses. The folder is then as it was.
        """
        with refused(self._shown):
            check_apart([MANIFEST], self._keep)
            check_apart(tree.digests, self._keep)
            tree.add(_manifest(tree.digests))
            difference = _Difference.of(tree)
            self._touched.update(prune(self._staging, tree.digests))
            copied = carry(self._out, self._staging, self._keep)
            self._save_altered(difference.altered)
            size = self._draft_state(tree)
            self._make_durable(tree, copied)
            # Somebody may have put something there while this was being made.
            former_site(self._out, self._kind, self._keep, self._former)
            exchange(self._staging, self._out, self._aside)
            self._finished = tree
            if self._former.folders:
                self._until = time.monotonic() + _GRACE
            self._carry_late()
        return Written(
            len(tree.digests),
            size,
            difference.changed,
            difference.new,
            difference.gone,
            tuple(self._notes),
        )

    def _prepare(self) -> None:
        draft_of(mark_path(self._out)).unlink(missing_ok=True)
        self._mark = read_mark(self._out)
        self._aside = self._place("old")
        self._staging = self._place("staging")
        self._clone = self._place_of_clone()
        self._former = former_site(self._out, self._kind, self._keep)
        make_transient(self._staging)
        # In the folder above, names can be given and taken.
        self._staging.rename(self._aside)
        self._aside.rename(self._staging)
        if self._former.folders:
            check_can_move(self._out, self._staging)
            self._check_rights()
        if not _links(self._staging):
            # Else only what changes takes room; how much that is nobody knows yet.
            needed = size_of(self._former.folders)
            self._check_room(needed, "as the site that stands there takes")

    def _place(self, what: str) -> Path:
        """A free name beside the site, where what a killed build left of it is cleared away.

        A build that died between its two renames has left the site there: it is moved back.
        """
        places = _places(self._out, what)
        for path in places:
            if not self._is_ours(path):
                continue
            if what == "old" and not os.path.lexists(self._out):
                path.rename(self._out)
                sync_folder(path.parent)
            clear(path)
        return self._free(places)

    def _free(self, places: Sequence[Path]) -> Path:
        """The first of these names that nothing has."""
        free = [path for path in places if not os.path.lexists(path)]
        if not free:
            raise WriteError(f"{places[0]} and others like it are not perfsite's; move them away")
        for path in places[: places.index(free[0])]:
            self._notes.append(f"{path} is not perfsite's or cannot be removed; look at it, and do")
        return free[0]

    def _place_of_clone(self) -> Path | None:
        """The tree that the last build has kept; None where there is none."""
        ours = [path for path in _places(self._out, "kept") if is_transient(path)]
        for path in ours[1:]:
            clear(path)
        return ours[0] if ours else None

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

    def _save_altered(self, altered: Sequence[str]) -> None:
        """Keep beside the site what somebody wrote into it by hand and the new one replaces."""
        if not altered:
            return
        folder = beside(self._out, "altered")
        for path in altered:
            target = folder / path
            number = 1
            while os.path.lexists(target) and not is_equal(self._out / path, target):
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

    def _draft_state(self, tree: SiteTree) -> int:
        """Write down how the files look, and give them the right mode; the bytes in all of them.

        This is done before anybody but perfsite can write into what is new. A file of the old
        site that was written to since the tree was begun has no line: the next build reads it.

        Raises:
            OSError: if a file is not there.
        """
        size = 0
        with draft_of(state_path(self._out)).open("w", encoding="utf-8", newline="\n") as file:
            begin_state(file)
            for path, digest in sorted(tree.digests.items()):
                here = f"{self._staging}/{path}"  # many paths, so they are text
                info = os.lstat(here)
                if stat.S_IMODE(info.st_mode) != FILE_MODE:
                    allow(here, FILE_MODE)
                is_fresh = tree.standing.digest(path) != digest
                if is_fresh or info.st_mtime_ns < self._began:
                    write_line(file, path, digest, info)
                size += info.st_size if path != MANIFEST else 0
        return size

    def _make_durable(self, tree: SiteTree, copied: Iterable[Path]) -> None:
        """Have everything on the disk before the new site gets its name."""
        written = [*(self._staging / path for path in tree.fresh()), *copied]
        written += [path for path in self._copied if path.is_file()]  # others did not stay
        sync_files(written)
        manifests = [tree.digests[MANIFEST]]
        if self._former.manifest not in ("", *manifests):
            manifests.append(self._former.manifest)
        mark = Mark(self._kind, tuple(manifests), self._keep)
        data = mark_data(mark)
        path = mark_path(self._out)
        if not path.is_file() or path.read_bytes() != data:
            write_durably(path, data)
        # From here on the staging folder is known by its manifest, of which the mark tells.
        settle(self._staging)
        carried = [self._staging / path for path in self._keep]
        touched = {path.parent for path in (*written, *carried)} | self._touched
        sync_folders(self._staging, touched)
        for path in carried:
            if path.is_dir() and not path.is_symlink():
                sync_folders(path)
        sync_folder(self._out.parent)

    def _carry_late(self) -> None:
        """Carry what was put into the old site, among what is kept, just before the exchange."""
        old = self._old()
        if old is not None and self._keep:
            sync_files(carry(old, self._out, self._keep))

    def _old(self) -> Path | None:
        """Where the tree of the old site is after the exchange; None where there was none."""
        return next((path for path in (self._staging, self._aside) if path.is_dir()), None)

    def _retire(self, tree: SiteTree) -> None:
        """Make the old tree the clone of the next build, and give the state its name.

        Raises:
            OSError: if the disk refuses. The next build then does without.
        """
        old = self._old()
        if old is not None:
            (old / GROWING).touch()
            done = clone(self._out, old, tree.digests)
            if not done.copied:
                sync_folders(old, done.touched)
                old.rename(self._free(_places(self._out, "kept")))
        # The state holds for what nobody has touched since this moment.
        draft = draft_of(state_path(self._out))
        os.utime(draft)
        draft.replace(state_path(self._out))

    def _leave(self) -> None:
        """Clear away what is beside the site, and let others write there."""
        with suppress(OSError):
            draft_of(state_path(self._out)).unlink()
        if hasattr(self, "_staging"):
            clear(self._staging)
            if os.path.lexists(self._out):
                clear(self._aside)
        self._lock.release()


@dataclass(frozen=True)
class _Difference:
    """How a tree differs from the site that stands: numbers of files, and the altered ones.

    `altered` are files that somebody has altered by hand, and that the tree does not have so.
    """

    changed: int
    new: int
    gone: int
    altered: tuple[str, ...]

    @classmethod
    def of(cls, tree: SiteTree) -> _Difference:
        changed = new = 0
        for path in tree.fresh():
            if path == MANIFEST:
                continue
            if tree.standing.digest(path) is None:
                new += 1
            else:
                changed += 1
        gone = sum(path not in tree.digests for path in tree.standing.hashes)
        altered = (
            path
            for path, digest in tree.standing.altered.items()
            if digest is not None and digest != tree.digests.get(path)
        )
        return cls(changed, new, gone, tuple(sorted(altered)))


def _manifest(digests: Mapping[str, str]) -> File:
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
    return File(MANIFEST, lines.encode())


def _links(folder: Path) -> bool:
    """Whether the disk of a folder that is one of ours gives files a second name."""
    probe = folder / f"{GROWING}-link"
    try:
        os.link(folder / GROWING, probe)
        probe.unlink()
    except OSError:
        return False
    return True


def _places(out: Path, what: str) -> list[Path]:
    """The names for a folder beside the site, in the order in which they are tried."""
    return [beside(out, what), *(beside(out, f"{what}-{n}") for n in range(2, _PLACES + 1))]


@contextmanager
def refused(out: Path) -> Iterator[None]:
    """Say what a disk refuses as perfsite says it.

    Raises:
        WriteError: naming the folder `out`, and what to do.
    """
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
