"""Whether a folder is a whole bag of BagIt 1.0, and its payload a whole site."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from perfsite.archive.bag import ALGORITHMS, DECLARATION
from perfsite.archive.site import DESCRIPTION, SITE_MANIFEST, read_manifest, walk
from perfsite.archive.whole import Packed, check_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from perfsite.archive.containers import Faults

_PAYLOAD: Final = "data/"
_THREADS: Final = 2
"""Hashing lets other threads run; more than the processors that all machines have gains little."""


def verify_bag(folder: Path, faults: Faults) -> Packed:
    """Note every fault of a bag; what it holds."""
    files = {}
    for path, file in sorted(walk(folder)):
        if file.is_symlink() or not file.is_file():
            faults.add(path, "a link or the like", "a plain file")
        else:
            files[path] = file
    with ThreadPoolExecutor(_THREADS) as pool:
        hashes = dict(zip(files, pool.map(_hashes, files.values()), strict=True))
    tags = {path: file.read_bytes() for path, file in files.items() if "/" not in path}
    faults.same("bagit.txt", tags.get("bagit.txt"), DECLARATION)
    for at, algorithm in enumerate(ALGORITHMS):
        of_payload = {path: hash_[at] for path, hash_ in hashes.items() if _in_payload(path)}
        own = {f"tagmanifest-{each}.txt" for each in ALGORITHMS}
        of_tags = {
            path: hash_[at]
            for path, hash_ in hashes.items()
            if not _in_payload(path) and path not in own
        }
        _check_manifest(f"manifest-{algorithm}.txt", tags, of_payload, faults)
        _check_manifest(f"tagmanifest-{algorithm}.txt", tags, of_tags, faults)
    site = {
        path.removeprefix(_PAYLOAD): hash_[0] for path, hash_ in hashes.items() if _in_payload(path)
    }
    size = sum(files[path].stat().st_size for path in files if _in_payload(path))
    info = _check_info(tags.get("bag-info.txt"), f"{size}.{len(site)}", faults)
    listed, described = (
        files[_PAYLOAD + path].read_bytes() if path in site else None
        for path in (SITE_MANIFEST, DESCRIPTION)
    )
    facts = check_files(site, listed, described, faults)
    if facts:
        date = facts.edition.isoformat()
        faults.same("bag-info.txt, Bagging-Date", info.get("Bagging-Date"), date)
    return Packed(site, info.get("External-Identifier", ""), facts)


def _in_payload(path: str) -> bool:
    return path.startswith(_PAYLOAD)


def _hashes(file: Path) -> tuple[str, ...]:
    """The hashes of a file, in the order of ALGORITHMS."""
    data = file.read_bytes()
    return tuple(hashlib.new(algorithm, data).hexdigest() for algorithm in ALGORITHMS)


def _check_manifest(
    name: str, tags: Mapping[str, bytes], found: Mapping[str, str], faults: Faults
) -> None:
    """Hold the files that a manifest lists against those that are there."""
    if name not in tags:
        faults.add(name, "no such file", "it: a whole bag has it")
        return
    wanted, wrong = read_manifest(tags[name])
    for line, what in wrong:
        faults.add(f"{name}, line {line}", what, "a hash and a path")
    for path in sorted(wanted.keys() | found.keys()):
        if path not in found:
            escapes = path.startswith(("/", "~")) or ".." in path.split("/") or "\\" in path
            what = "a path that leads out of the bag" if escapes else "no such file"
            faults.add(f"{name}, {path}", what, "the path of a file of the bag")
        elif path not in wanted:
            faults.add(path, "a file", f"none, because {name} does not list it")
        else:
            faults.same(f"{path}, hash in {name}", found[path], wanted[path])


def _check_info(data: bytes | None, oxum: str, faults: Faults) -> dict[str, str]:
    if data is None:
        faults.add("bag-info.txt", "no such file", "it, with Payload-Oxum and Bagging-Date")
        return {}
    info = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        name, colon, value = line.partition(": ")
        if not colon or name in info:
            faults.add(f"bag-info.txt, line {number}", repr(line), "a name and a value, each once")
        info[name] = value
    faults.same("bag-info.txt, Payload-Oxum", info.get("Payload-Oxum"), oxum)
    return info
