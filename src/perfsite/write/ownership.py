"""Whose the files in a folder are: perfsite's by its mark and its manifest, or somebody else's."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from perfsite.disk import FolderKind, is_kept, mark_path, read_mark
from perfsite.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


MANIFEST: Final = "manifest-sha256.txt"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")
"""A line of a manifest, as `sha256sum` writes them: the hash and the path."""
_ALWAYS: Final = {
    FolderKind.SITE: {
        "index.html",
        "404.html",
        "urls.txt",
        "robots.txt",
        "sitemap.xml",
        "datapackage.json",
        "data/services.csv",
        "data/observations.csv",
    },
    FolderKind.PREVIEW: {"index.html", "preview.css"},
}
"""What every site, and every preview, has that an earlier version made: they had no mark."""
_PREVIEWS: Final = re.compile(
    rf"(index|explanations)\.html|preview\.css|site/.+|{re.escape(MANIFEST)}"
)
_NAMED: Final = 5
"""Files that a message names before it says how many more there are."""
_BLOCK: Final = 4096
"""Bytes in which disks give away their room."""
_ENTERED: Final = 0o555
"""The mode that a folder has at least, so that everybody may read what is in it."""
_NEITHER: Final = "is not empty and holds no site that perfsite made"


@dataclass(frozen=True)
class Former:
    """The site that stands in a folder: the hash of each of its files, and that of its manifest.

    The manifest is one of the files. `folders` are all of its folders, itself too.
    """

    hashes: Mapping[str, str] = field(default_factory=dict)
    manifest: str = ""
    folders: tuple[str, ...] = ()


def former_site(
    out: Path, kind: FolderKind, keep: Collection[str], known: Former | None = None
) -> Former:
    """The site that a new one may replace; an empty one where nothing but what is kept is there.

    `known` is what was there a moment ago: a manifest of so many files is not read twice.

    Raises:
        UsageError: if something would be lost that perfsite did not write.
        OSError: if the folder cannot be read.
    """
    if out.is_symlink():
        raise UsageError(f"{out} is a link; name the folder that it leads to")
    if not os.path.lexists(out):
        return Former()
    if not out.is_dir():
        raise UsageError(f"{out} is a file; the site needs a folder")
    manifest = _bytes(out / MANIFEST)
    digest = hashlib.sha256(manifest).hexdigest()
    hashes = known.hashes if known and known.manifest == digest else _hashes(manifest)
    there = _Found.of(out, keep, hashes)
    if not there.is_filled:
        return Former(folders=there.folders)
    mark = read_mark(out)
    if mark and manifest and digest in mark.manifests:
        _check_kind(out, mark.kind, kind)
    else:
        _check_kind(out, _proven_kind(out, hashes, keep), kind)
    if there.foreign:
        raise UsageError(_foreign(out, there.foreign))
    return Former(hashes, digest, there.folders)


def count_files(out: Path, keep: Collection[str]) -> int:
    """How many files lie in a folder besides what is kept; one more where all cannot enter it.

    An empty folder counts as a file: perfsite makes none.
    """
    number = 0
    for path, folder in _walk(out):
        if is_kept(path.rstrip("/"), keep):
            continue
        if not folder or path.endswith("/") or os.lstat(folder).st_mode & _ENTERED != _ENTERED:
            number += 1
    return number


def size_of(folders: Iterable[str]) -> int:
    """The bytes that the files in these folders take on a disk."""
    size = 0
    for folder in folders:
        with os.scandir(folder) as listing:
            for entry in listing:
                if not entry.is_dir(follow_symlinks=False):
                    size += room(entry.stat(follow_symlinks=False).st_size)
    return size


def is_of(folder: Path, manifests: Collection[str]) -> bool:
    """Whether the site in a folder is one of those whose manifests have these hashes."""
    manifest = _bytes(folder / MANIFEST)
    return bool(manifest) and hashlib.sha256(manifest).hexdigest() in manifests


@dataclass(frozen=True)
class _Found:
    """What lies in a folder besides what is kept, and what of it is not perfsite's.

    A folder in which there is nothing is a path that ends in a slash.
    """

    is_filled: bool
    foreign: set[str]
    folders: tuple[str, ...]

    @classmethod
    def of(cls, out: Path, keep: Collection[str], hashes: Collection[str]) -> _Found:
        is_filled, foreign, folders = False, set[str](), [os.fspath(out)]
        for path, folder in _walk(out):
            if folder:
                folders.append(folder)
            if (folder and not path.endswith("/")) or is_kept(path.rstrip("/"), keep):
                continue
            is_filled = True
            if path not in hashes:
                foreign.add(path)
        return cls(is_filled, foreign, tuple(folders))


def _walk(out: Path | str, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Everything below a folder by its path in it, and where it is if it is a folder.

    Links are not followed, and what cannot be read is an error.
    """
    with os.scandir(out) as listing:
        entries = list(listing)
    for entry in entries:
        path = prefix + entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield path, ""
            continue
        is_empty = True
        for inner in _walk(entry.path, f"{path}/"):
            if is_empty:
                yield path, entry.path
                is_empty = False
            yield inner
        if is_empty:
            yield f"{path}/", entry.path


def _hashes(manifest: bytes) -> dict[str, str]:
    """The hash of each file in a manifest and of itself; none if that is not one of perfsite's."""
    hashes = {}
    for line in manifest.decode("utf-8", "replace").removesuffix("\n").split("\n"):
        if not (match := _LINE.fullmatch(line)):
            return {}
        hashes[match[2]] = match[1]
    return hashes | {MANIFEST: hashlib.sha256(manifest).hexdigest()}


def _proven_kind(out: Path, hashes: Mapping[str, str], keep: Collection[str]) -> FolderKind:
    """What a folder without a mark holds, if it is perfsite's beyond doubt.

    Such are the folders that versions wrote which had no mark, and copies: the manifest lists what
    perfsite always writes, and proves every file that is there.

    Raises:
        UsageError: if there is any doubt.
    """
    if _ALWAYS[FolderKind.SITE] <= hashes.keys():
        kind = FolderKind.SITE
    elif _ALWAYS[FolderKind.PREVIEW] <= hashes.keys() and all(map(_PREVIEWS.fullmatch, hashes)):
        kind = FolderKind.PREVIEW
    else:
        there = _Found.of(out, keep, ()).foreign
        raise UsageError(
            f"{out} {_NEITHER}: there is {some(_tops(out, there))}; name another folder, or, if "
            f"that is to stay within the site, keep it: {_keeping(out, there)}"
        )
    if foreign := _Found.of(out, keep, hashes).foreign:
        raise UsageError(_foreign(out, foreign))
    wrong = sorted(path for path in hashes if digest_of(out / path) != hashes[path])
    if wrong:
        raise UsageError(
            f"{out} {_NEITHER} as it is: its mark, {mark_path(out).name} beside it, is not there "
            f"or not of this folder, and {some(wrong)} "
            f"{'is' if len(wrong) == 1 else 'are'} not what {MANIFEST} says; put the files back "
            "that were altered or lost, and the next build knows the site as its own, or move the "
            "folder away and build anew"
        )
    return kind


def _check_kind(out: Path, there: FolderKind, wanted: FolderKind) -> None:
    if there is not wanted:
        raise UsageError(
            f"{out} holds a {there} of perfsite's, and a {wanted} does not take its place; name "
            "another folder"
        )


def _foreign(out: Path, paths: Collection[str]) -> str:
    """That files would be lost, and how to keep them."""
    return (
        f"{out} holds what perfsite did not write, and a build would delete it: "
        f"{some(_tops(out, paths))}; move it away, name another folder, or keep it: "
        f"{_keeping(out, paths)}"
    )


def _keeping(out: Path, paths: Collection[str]) -> str:
    tops = [json.dumps(top.rstrip("/"), ensure_ascii=False) for top in _tops(out, paths)]
    dots = [*tops[:_NAMED], "..."] if len(tops) > _NAMED else tops
    return f"[keep] files = [{', '.join(dots)}] in perfsite.toml"


def _tops(out: Path, paths: Collection[str]) -> list[str]:
    return list(dict.fromkeys(_outermost(out, path) for path in sorted(paths)))


def _outermost(out: Path, path: str) -> str:
    """The hidden folder at the top in which a file lies, else the file itself."""
    top = path.partition("/")[0]
    return f"{top}/" if top.startswith(".") and (out / top).is_dir() else path


def located(out: Path) -> Path:
    """The folder by its own name, in the real folder that it stands in.

    Raises:
        UsageError: if it has no name.
        OSError: if it cannot be looked for.
    """
    path = out.absolute()
    path = path.parent.resolve() / path.name if path.name != ".." else path.resolve()
    if not path.name:
        raise UsageError(f"{out} is where all folders begin; name one for the site")
    return path


def beside(out: Path, what: str) -> Path:
    """A hidden name beside the folder `out`."""
    return out.parent / f".{out.name}.{what}"


def room(size: int) -> int:
    """The bytes that a file of this size takes on a disk."""
    return -(-size // _BLOCK) * _BLOCK


def some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    others = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + others


def _bytes(path: Path) -> bytes:
    """The bytes of a plain file; none where it is not there."""
    return path.read_bytes() if path.is_file() and not path.is_symlink() else b""


def digest_of(path: Path) -> str:
    """The hash of a plain file; an empty text where there is none."""
    if not path.is_file() or path.is_symlink():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
