"""Making the packages of a site: each file is read once, then all of them are put in place."""

from __future__ import annotations

import hashlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.archive.bag import ALGORITHMS, ENDING, SIGNED, sign, tag_files
from perfsite.archive.output import check_places, put_in_place, staging
from perfsite.archive.site import SITE_MANIFEST, About, manifest, read_site, readme
from perfsite.archive.wacz import IndexEntry, write_wacz
from perfsite.errors import ArchiveError
from perfsite.stages import stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from perfsite.archive.site import FinishedSite, SiteFacts
    from perfsite.archive.warc import PackedFile, Scan
    from perfsite.build import Progress

_CHUNK: Final = 32
"""Files a task: enough that passing them costs nothing, few enough that workers end together."""
_WORTH: Final = 1000
"""Files for which starting a second process pays; below, one has ended before it has begun."""


@dataclass(frozen=True)
class Archived:
    """What was made: the packages and what lies beside them, by name, and what they hold."""

    facts: SiteFacts
    names: tuple[str, ...]
    files: int
    pages: int
    size: int


def archive_site(
    folder: Path,
    out: Path,
    version: str,
    *,
    progress: Progress,
    url: str | None = None,
    key: Path | None = None,
    workers: int = 1,
) -> Archived:
    """Make a WARC, a WACZ and a bag of the site in `folder`, and put them in the folder `out`.

    `version` is that of perfsite, `key` a private key to sign with, `url` the site's address where
    it does not say one. Whatever happens, under their names in `out` stands nothing half written.

    Raises:
        UsageError: if something to begin with is missing: the site, its address, a library.
        ArchiveError: if the site is not whole, or the packages could not be written.
    """
    with stage("read site"):
        site = read_site(folder, url)
    name = site.facts.name
    warc, wacz, bag, sums = f"{name}.warc.gz", f"{name}.wacz", f"{name}-bag", f"{name}.sha256"
    signed = tuple(f"{path}{ENDING}" for path in (warc, wacz, bag))
    with staging(out, name) as here:
        check_places(out, (warc, wacz, bag, sums, *signed))
        with stage("pack files"):
            packed = list(_pack(site, here / bag / "data", workers, progress))
        about = _about(site, packed, version)
        text = readme(about)
        for path, data in tag_files(_hashes(packed), about, text).items():
            (here / bag / path).write_bytes(data)
        with stage("warc"):
            entries = _write_warc(here / warc, packed, about, text)
        pages = {site.base + file.path: file.page for file in packed if file.page}
        with stage("wacz"):
            write_wacz(here / wacz, here / warc, entries, pages, about, text)
        vouched = {warc: here / warc, wacz: here / wacz, f"{bag}/{SIGNED}": here / bag / SIGNED}
        (here / sums).write_bytes(manifest({path: _sha256(at) for path, at in vouched.items()}))
        signatures = {f"{path.partition('/')[0]}{ENDING}": at for path, at in vouched.items()}
        if key:
            for path, at in signatures.items():
                (here / path).write_bytes(sign(at, key))
        names = (warc, wacz, bag, *(signatures if key else ()), sums)
        put_in_place(here, out, names, stale=tuple(signatures))
    return Archived(site.facts, names, about.files, about.pages, about.size)


def _pack(
    site: FinishedSite, payload: Path, workers: int, progress: Progress
) -> Iterator[PackedFile]:
    """Every file packed, in the order of their paths."""
    scan = _scan(site, payload)
    files = list(site.files.items())
    chunks = [files[at : at + _CHUNK] for at in range(0, len(files), _CHUNK)]
    progress.start(len(files))
    pool = _pool(workers) if workers > 1 and len(files) >= _WORTH else None
    with pool or nullcontext():
        try:
            for packed in pool.map(scan, chunks) if pool else map(scan, chunks):
                progress.advance(len(packed))
                yield from packed
        except BrokenProcessPool as error:
            raise ArchiveError("a process that packed files died; is there memory left?") from error


def _scan(site: FinishedSite, payload: Path) -> Scan:
    from perfsite.archive.warc import Scan  # noqa: PLC0415 - needs the libraries of the extra

    return Scan(site.folder, payload, site.base, site.facts.moment)


def _pool(workers: int) -> ProcessPoolExecutor:
    from perfsite.archive.warc import start_worker  # noqa: PLC0415 - as above

    methods = multiprocessing.get_all_start_methods()
    method = "forkserver" if "forkserver" in methods else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["perfsite.archive.warc"])
    return ProcessPoolExecutor(workers, context, start_worker)


def _about(site: FinishedSite, packed: Iterable[PackedFile], version: str) -> About:
    files = {file.path: file for file in packed}
    return About(
        site.facts,
        site.base,
        len(files),
        sum(file.page is not None for file in files.values()),
        sum(file.size for file in files.values()),
        files[SITE_MANIFEST].hashes["sha256"],
        version,
    )


def _hashes(packed: Iterable[PackedFile]) -> dict[str, dict[str, str]]:
    files = list(packed)
    return {name: {file.path: file.hashes[name] for file in files} for name in ALGORITHMS}


def _write_warc(
    path: Path, packed: Iterable[PackedFile], about: About, text: str
) -> list[IndexEntry]:
    """Write the records one after the other; what an index says of them."""
    from perfsite.archive.warc import warcinfo_record  # noqa: PLC0415 - as above

    entries = []
    with path.open("wb") as stream:
        stream.write(warcinfo_record(path.name, _fields(about, text), about.facts.moment))
        for file in packed:
            digest = f"sha256:{file.hashes['sha256']}"
            for record in file.records:
                where = (len(record.data), stream.tell(), path.name)
                stamp = about.facts.stamp
                entries.append(IndexEntry(record.url, stamp, file.mime, "200", digest, *where))
                stream.write(record.data)
    return entries


def _fields(about: About, text: str) -> Mapping[str, str]:
    fields = {
        "software": f"perfsite {about.version}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "isPartOf": f"{about.facts.title}, edition of {about.facts.edition}",
        "publisher": about.facts.publisher,
        "description": text,
    }
    return {name: value for name, value in fields.items() if value}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
