"""A small packed site, and the means to break it: every test that breaks something begins whole.

Packages are mended around what was broken, so that a fault is found by the check that is for it
and not by a hash further out: `repack` makes the description and the digest of a WACZ anew.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from perfsite import __version__
from perfsite.archive.packing import archive_site
from perfsite.archive.verify import verify_package
from perfsite.model import File
from perfsite.write import write_site
from small_site import Silent, build_folder, data_folder, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from small_site import Tree

BASE: Final = "https://www.example.org/figures/"
NAME: Final = "service-figures-2018-09-19"
WARC: Final = f"archive/{NAME}.warc.gz"
INDEX: Final = "indexes/index.cdx"
PAGES: Final = "pages/pages.jsonl"
DESCRIPTION: Final = "datapackage.json"
DIGEST: Final = "datapackage-digest.json"


@cache
def plain_site() -> Tree:
    """The small site without its charts, as files."""
    with tempfile.TemporaryDirectory() as name:
        return build_folder(data_folder(Path(name)))


def site_in(folder: Path, files: Tree | None = None) -> Path:
    """A site on the disk, with its manifest."""
    tree = plain_site() if files is None else files
    write_site([File(path, data) for path, data in tree.items()], folder / "site")
    return folder / "site"


def pack(site: Path, out: Path, *, key: Path | None = None, workers: int = 1) -> Path:
    """Pack a site; the folder of the packages."""
    archive_site(site, out, __version__, progress=Silent(), url=BASE, key=key, workers=workers)
    return out


@cache
def _packed() -> Tree:
    with tempfile.TemporaryDirectory() as name:
        return read_tree(pack(site_in(Path(name)), Path(name) / "out"))


def packed_in(folder: Path) -> Path:
    """The packages of the small site in a new folder; they are made once for all tests."""
    out = folder / "packages"
    for path, data in _packed().items():
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return out


def wacz_in(folder: Path) -> Path:
    """The WACZ of the small site, in a folder."""
    path = folder / f"{NAME}.wacz"
    path.write_bytes(_packed()[path.name])
    return path


def warc_in(folder: Path) -> Path:
    """The WARC of the small site, in a folder."""
    path = folder / f"{NAME}.warc.gz"
    path.write_bytes(_packed()[path.name])
    return path


def bag_in(folder: Path) -> Path:
    """The bag of the small site, in a folder."""
    name = f"{NAME}-bag"
    for path, data in _packed().items():
        if path.startswith(f"{name}/"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    return folder / name


def faults_of(package: Path) -> list[str]:
    """What `verify` says of a package, a line a fault."""
    return [str(fault) for fault in verify_package(package).faults]


def entries_of(wacz: Path) -> dict[str, bytes]:
    """The entries of a WACZ by name."""
    with zipfile.ZipFile(wacz) as package:
        return {name: package.read(name) for name in package.namelist()}


def repack(wacz: Path, entries: Mapping[str, bytes], *, compressed: Iterable[str] = ()) -> None:
    """Write a WACZ anew, with a description and a digest that fit its entries."""
    files = dict(entries)
    content: dict[str, Any] = json.loads(files.pop(DESCRIPTION))
    files.pop(DIGEST)
    for resource in content["resources"]:
        data = files.get(resource["path"], b"")
        resource |= {"hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)}
    content["resources"] = [each for each in content["resources"] if each["path"] in files]
    files[DESCRIPTION] = json.dumps(content).encode()
    hash_ = hashlib.sha256(files[DESCRIPTION]).hexdigest()
    files[DIGEST] = json.dumps({"path": DESCRIPTION, "hash": f"sha256:{hash_}"}).encode()
    write_zip(wacz, files.items(), compressed=compressed)


def write_zip(
    path: Path, entries: Iterable[tuple[str, bytes]], *, compressed: Iterable[str] = ()
) -> None:
    """Write a ZIP of entries in their order; a name may come twice."""
    with zipfile.ZipFile(path, "w") as package:
        for name, data in entries:
            info = zipfile.ZipInfo(name, (2018, 9, 19, 0, 0, 0))
            kind = zipfile.ZIP_DEFLATED if name in compressed else zipfile.ZIP_STORED
            package.writestr(info, data, kind)


def members_of(warc: bytes) -> list[bytes]:
    """What the gzip members of a WARC hold."""
    found = []
    while warc:
        unpacker = zlib.decompressobj(31)
        found.append(unpacker.decompress(warc))
        warc = unpacker.unused_data
    return found


def compress(data: bytes) -> bytes:
    """A gzip member."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def warc_of(members: Iterable[bytes]) -> bytes:
    """A WARC of records."""
    return b"".join(map(compress, members))


def record_of(members: Iterable[bytes], path: str) -> int:
    """The number of the record of a file of the site."""
    wanted = f"WARC-Target-URI: {BASE}{path}\r\n".encode()
    (number,) = (at for at, member in enumerate(members) if wanted in member)
    return number


def body_of(member: bytes) -> bytes:
    """The body of the answer that a record holds."""
    return member.split(b"\r\n\r\n", 2)[2].removesuffix(b"\r\n\r\n")
