"""Whether a package is right, whatever its kind, and whose signature it has."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from perfsite.archive.bag import ALGORITHMS, DECLARATION, ENDING, SIGNED, signers_of
from perfsite.archive.containers import Fault, Faults, read_records, read_zip
from perfsite.archive.site import (
    DESCRIPTION,
    HOME,
    SITE_MANIFEST,
    SiteFacts,
    manifest,
    read_facts,
    read_manifest,
    walk,
)
from perfsite.archive.wacz import (
    DIGEST,
    INDEX,
    PACKAGE,
    PAGES,
    TEXT,
    VERSION,
    IndexEntry,
    sha256_of,
)
from perfsite.errors import ArchiveError
from perfsite.model import HTML, bare_type, media_type
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from perfsite.archive.containers import WarcRecord
    from perfsite.model import File


# Whether what a package holds is a whole site: the files of its manifest, no more and no fewer.


@dataclass(frozen=True)
class Contents:
    """What a package holds: the hash of each file, the address, and the facts if they are known."""

    hashes: Mapping[str, str]
    base: str
    facts: SiteFacts | None


def check_files(
    hashes: Mapping[str, str], listed: bytes | None, described: bytes | None, faults: Faults
) -> SiteFacts | None:
    """Hold the files of a site against its manifest; what the site says of itself.

    `hashes` are recomputed; `listed` is the manifest that is packed with the site, `described`
    its datapackage.json, and None where there is no such file.
    """
    if listed is None:
        faults.add(SITE_MANIFEST, "no such file", "the manifest of the site")
    else:
        wanted, wrong = read_manifest(listed)
        for line, what in wrong:
            faults.add(f"{SITE_MANIFEST}, line {line}", what, "a hash and a path")
        wanted[SITE_MANIFEST] = hashlib.sha256(listed).hexdigest()
        for path in sorted(wanted.keys() | hashes.keys()):
            if path not in hashes:
                faults.add(path, "no such file", f"it, because {SITE_MANIFEST} lists it")
            elif path not in wanted:
                faults.add(path, "a file", f"none, because {SITE_MANIFEST} does not list it")
            else:
                faults.same(f"{path}, SHA-256 against {SITE_MANIFEST}", hashes[path], wanted[path])
    try:
        return read_facts(described or b"")
    except (ValueError, RecursionError) as error:
        faults.add(DESCRIPTION, f"what cannot be used ({error})", "title and edition of the site")
        return None


def check_records(records: Sequence[WarcRecord], place: str, faults: Faults) -> Contents:
    """Hold the records of a WARC against the manifest that is among them."""
    answers = {record.url: record for record in records if record.kind == "response"}
    base = _base(answers)
    hashes: dict[str, str] = {}
    for url, record in answers.items():
        if not url.startswith(base):
            where = f"{place}, offset {record.offset}"
            faults.add(where, url, f"an address that begins with {base}")
        elif url != base:
            hashes[url.removeprefix(base)] = record.sha256
    home, root = answers.get(f"{base}{HOME}"), answers.get(base)
    if not root:
        faults.add(f"{place}, {base}", "no record", f"the home page, as at {base}{HOME}")
    elif home:
        faults.same(f"{place}, {base}, SHA-256 as {HOME}", root.sha256, home.sha256)
    bodies = (answers.get(base + path) for path in (SITE_MANIFEST, DESCRIPTION))
    listed, described = (record.body if record else None for record in bodies)
    facts = check_files(hashes, listed, described, faults)
    for record in records:
        where = f"{place}, offset {record.offset} ({record.url or record.kind})"
        if facts:
            faults.same(f"{where}, WARC-Date", record.date, facts.moment)
        if record.kind == "response":
            faults.same(f"{where}, status", record.status, "200")
            media = media_type(record.url.removeprefix(base) or HOME)
            faults.same(f"{where}, type", record.media, media)
    return Contents(hashes, base, facts)


def _base(urls: Mapping[str, WarcRecord]) -> str:
    """The address of the site: that of its manifest, the nearest to the root if there are more."""
    manifests = [url for url in urls if url.endswith(f"/{SITE_MANIFEST}")]
    if not manifests:
        # Without a manifest, which is a fault of its own, the shortest address is the root's.
        return min(urls, key=len, default="")
    return min(manifests, key=len).removesuffix(SITE_MANIFEST)


# A packed site against one built anew from its data, file by file.


_ABSENT = "no such file"


def differences(package: str, packed: Mapping[str, str], rebuilt: Iterable[File]) -> list[Fault]:
    """One fault that names the first file that differs, and how many do; none if all are the same.

    `packed` are the SHA-256 hashes of the package's files by path. Equal hashes are equal bytes.
    """
    built = {file.path: hashlib.sha256(file.data).hexdigest() for file in rebuilt}
    built[SITE_MANIFEST] = hashlib.sha256(manifest(built)).hexdigest()
    # The manifest differs whenever another file does, and is not what one wants to hear of.
    paths = sorted(packed.keys() | built.keys(), key=lambda path: (path == SITE_MANIFEST, path))
    differ = [path for path in paths if packed.get(path) != built.get(path)]
    if not differ:
        return []
    first = differ[0]
    return [
        Fault(
            package,
            f"{first}, the first of {counted(len(differ), 'file')} that differ",
            f"in the package {_hash_text(packed.get(first))}",
            f"as built from the data {_hash_text(built.get(first))}",
        )
    ]


def _hash_text(hash_: str | None) -> str:
    return f"sha256:{hash_}" if hash_ else _ABSENT


# Whether a folder is a whole bag of BagIt 1.0, and its payload a whole site.


_PAYLOAD: Final = "data/"
_THREADS: Final = 2
"""Hashing lets other threads run; more than the processors that all machines have gains little."""


def verify_bag(folder: Path, faults: Faults) -> Contents:
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
        tag_manifests = {f"tagmanifest-{each}.txt" for each in ALGORITHMS}
        of_tags = {
            path: hash_[at]
            for path, hash_ in hashes.items()
            if not _in_payload(path) and path not in tag_manifests
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
    return Contents(site, info.get("External-Identifier", ""), facts)


def _in_payload(path: str) -> bool:
    return path.startswith(_PAYLOAD)


def _hashes(file: Path) -> tuple[str, ...]:
    """The hashes of a file, in the order of ALGORITHMS."""
    data = file.read_bytes()
    return tuple(hashlib.new(algorithm, data).hexdigest() for algorithm in ALGORITHMS)


def _check_manifest(
    name: str, tags: Mapping[str, bytes], hashes: Mapping[str, str], faults: Faults
) -> None:
    """Hold the files that a manifest lists against those that are there."""
    if name not in tags:
        faults.add(name, "no such file", "it: a whole bag has it")
        return
    wanted, wrong = read_manifest(tags[name])
    for line, what in wrong:
        faults.add(f"{name}, line {line}", what, "a hash and a path")
    for path in sorted(wanted.keys() | hashes.keys()):
        if path not in hashes:
            escapes = path.startswith(("/", "~")) or ".." in path.split("/") or "\\" in path
            what = "a path that leads out of the bag" if escapes else "no such file"
            faults.add(f"{name}, {path}", what, "the path of a file of the bag")
        elif path not in wanted:
            faults.add(path, "a file", f"none, because {name} does not list it")
        else:
            faults.same(f"{path}, hash in {name}", hashes[path], wanted[path])


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


# Whether a WACZ is right: its description, its index, its pages, and the WARC within.


_WARCS: Final = "archive/"
_NEEDED: Final = (PACKAGE, DIGEST, INDEX, PAGES, TEXT)


def verify_wacz(path: Path, faults: Faults) -> Contents:
    """Note every fault of a WACZ; what it holds.

    Raises:
        ArchiveError: if it is no ZIP.
    """
    entries = read_zip(path, faults)
    for name in _NEEDED:
        if name not in entries:
            faults.add(name, "no such entry", "it: a whole package has it")
    description = _json(entries.get(PACKAGE), PACKAGE, faults)
    _check_listed(entries, description, faults)
    _check_digest(entries, faults)
    warcs = [name for name in entries if name.startswith(_WARCS)]
    if len(warcs) != 1:
        faults.add(_WARCS, f"{len(warcs)} WARCs", "one")
    if not warcs:
        return Contents({}, "", None)
    records = read_records(entries[warcs[0]], warcs[0], faults)
    packed = check_records(records, warcs[0], faults)
    answers = [record for record in records if record.kind == "response"]
    filename = warcs[0].removeprefix(_WARCS)
    _check_index(entries.get(INDEX, b""), answers, filename, faults)
    _check_pages(entries.get(PAGES, b""), answers, packed, faults)
    _check_description(description, packed, faults)
    return packed


def _json(data: bytes | None, place: str, faults: Faults) -> dict[str, Any]:
    """A JSON object, empty where there is none."""
    if data is None:
        return {}
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        faults.add(place, f"no JSON ({error})", "a JSON object")
        return {}
    if not isinstance(content, dict):
        faults.add(place, f"JSON that is {type(content).__name__}", "a JSON object")
        return {}
    return content


def _check_listed(
    entries: Mapping[str, bytes], description: Mapping[str, Any], faults: Faults
) -> None:
    """Hold each entry against the list of resources, and the list against the entries."""
    resources = description.get("resources")
    listed: dict[str, Any] = {}
    for number, resource in enumerate(resources if isinstance(resources, list) else (), 1):
        path = resource.get("path") if isinstance(resource, dict) else None
        if not isinstance(path, str) or path in listed:
            place = f"{PACKAGE}, resource {number}"
            faults.add(place, f"the path {path!r}", "a path, and each once")
        else:
            listed[path] = resource
    for name in sorted(entries.keys() | listed.keys()):
        if name in {PACKAGE, DIGEST}:
            continue
        if name not in listed:
            faults.add(name, "an entry", f"none, because {PACKAGE} does not list it")
        elif name not in entries:
            faults.add(name, "no such entry", f"it, because {PACKAGE} lists it")
        else:
            resource = listed[name]
            place = f"{PACKAGE}, {name}"
            faults.same(f"{place}, hash", resource.get("hash"), sha256_of(entries[name]))
            faults.same(f"{place}, bytes", resource.get("bytes"), len(entries[name]))


def _check_digest(entries: Mapping[str, bytes], faults: Faults) -> None:
    if DIGEST in entries:
        digest = _json(entries[DIGEST], DIGEST, faults)
        faults.same(f"{DIGEST}, path", digest.get("path"), PACKAGE)
        hash_ = sha256_of(entries.get(PACKAGE, b""))
        faults.same(f"{DIGEST}, hash", digest.get("hash"), hash_)


def _check_index(data: bytes, answers: Sequence[WarcRecord], filename: str, faults: Faults) -> None:
    """Hold each line of the index against the record at its offset."""
    wanted = {
        str(record.offset): IndexEntry(
            record.url,
            "".join(filter(str.isdecimal, record.date)),
            bare_type(record.media),
            record.status,
            f"sha256:{record.sha256}",
            record.length,
            record.offset,
            filename,
        )
        for record in answers
    }
    seen: set[str] = set()
    before = ""
    for place, line in _lines(data, INDEX, faults):
        if line < before:
            faults.add(place, f"{line[:80]!r} after {before[:80]!r}", "lines in order")
        before = line
        key, _, rest = line.partition(" ")
        stamp, _, fields = rest.partition(" ")
        index_fields = _json(fields.encode(), place, faults)
        offset = str(index_fields.get("offset", ""))
        if not (entry := wanted.get(offset)):
            found = f"the offset {offset!r} for {index_fields.get('url')!r}, where no record begins"
            faults.add(place, found, "the offset of a record of the WARC")
            continue
        if offset in seen:
            faults.add(place, f"a second line for the record at {offset}", "one line a record")
        seen.add(offset)
        right_key, right_stamp, right = entry.line.split(" ", 2)
        faults.same(f"{place}, key", key, right_key)
        faults.same(f"{place}, timestamp", stamp, right_stamp)
        right_fields = json.loads(right)
        for name in sorted(right_fields.keys() | index_fields.keys()):
            faults.same(f"{place}, {name}", index_fields.get(name), right_fields.get(name))
    for offset, entry in wanted.items():
        if offset not in seen:
            faults.add(INDEX, f"no line for {entry.url}", f"one, with the offset {offset}")


def _check_pages(
    data: bytes, answers: Sequence[WarcRecord], packed: Contents, faults: Faults
) -> None:
    """Hold the list of pages against the pages that there are."""
    pages = {
        record.url: record.date
        for record in answers
        if bare_type(record.media) == HTML and record.url != packed.base
    }
    seen: set[str] = set()
    ids: set[str] = set()
    for number, (place, line) in enumerate(_lines(data, PAGES, faults)):
        page = _json(line.encode(), place, faults)
        if not number:
            faults.same(f"{place}, format", page.get("format"), "json-pages-1.0")
            continue
        url, id_ = str(page.get("url")), str(page.get("id"))
        if url not in pages:
            faults.add(place, f"the page {url}", "a page that the index has")
        else:
            faults.same(f"{place}, ts", page.get("ts"), pages[url])
        if url in seen or not id_ or id_ in ids:
            faults.add(place, f"the page {url} with the id {id_}", "each page and each id once")
        for name in ("title", "text"):
            if not isinstance(page.get(name), str) or not page[name]:
                faults.add(f"{place}, {name}", repr(page.get(name)), f"the {name} of the page")
        seen.add(url)
        ids.add(id_)
    for url in sorted(pages.keys() - seen):
        faults.add(PAGES, f"no line for {url}", "one for every page")


def _check_description(description: Mapping[str, Any], packed: Contents, faults: Faults) -> None:
    wanted: dict[str, object] = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "mainPageUrl": f"{packed.base}{HOME}",
    }
    if packed.facts:
        wanted |= dict.fromkeys(("created", "mainPageDate"), packed.facts.moment)
    for name, value in wanted.items():
        faults.same(f"{PACKAGE}, {name}", description.get(name), value)
    if HOME not in packed.hashes:
        faults.add(f"{packed.base}{HOME}", "no such record", "the main page")


def _lines(data: bytes, name: str, faults: Faults) -> Iterator[tuple[str, str]]:
    """The lines of an entry, each with its place."""
    lines = data.decode("utf-8", "replace").split("\n")
    if lines.pop():
        faults.add(f"{name}, line {len(lines) + 1}", "a line without its end", "whole lines")
    for number, line in enumerate(lines, 1):
        yield f"{name}, line {number}", line


# Whether a package is right, whatever its kind, and whose signature it has.


_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True)
class Verified:
    """What is wrong with a package, what it holds, and whose good signature it has.

    `signed` says whether there is a signature beside it at all.
    """

    faults: tuple[Fault, ...]
    packed: Contents
    signers: tuple[str, ...]
    signed: bool


def verify_package(path: Path, allowed: Path | None = None) -> Verified:
    """Check a WACZ, a WARC or a bag, and its signature where signers are `allowed`.

    Raises:
        ArchiveError: if it is none of these, or cannot be read.
        UsageError: if a signature is to be checked and there is no ssh-keygen.
    """
    faults = Faults(path.name or path.resolve().name)
    try:
        packed = _verify(path, faults)
        signature = path.absolute().with_name(f"{path.absolute().name}{ENDING}")
        signed = signature.is_file()
        signers: tuple[str, ...] = ()
        if allowed:
            signers = _check_signature(path, signature, allowed, faults)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error
    return Verified(tuple(faults.all), packed, signers, signed)


def _verify(path: Path, faults: Faults) -> Contents:
    if path.is_dir():
        if not any((path / name).exists() for name in ("bagit.txt", "bag-info.txt", "data")):
            raise ArchiveError(
                f"{path} cannot be read: it is a folder, but no bag (no bagit.txt, no data)"
            )
        return verify_bag(path, faults)
    if path.suffix == ".wacz":
        return verify_wacz(path, faults)
    data = path.read_bytes()
    if not data.startswith(_GZIP):
        raise ArchiveError(
            f"{path} cannot be read: it is neither a .wacz nor a .warc.gz nor the folder of a bag"
        )
    return check_records(read_records(data, "the WARC", faults), "the WARC", faults)


def _check_signature(path: Path, signature: Path, allowed: Path, faults: Faults) -> tuple[str, ...]:
    name = signature.name
    if not signature.is_file():
        faults.add(name, "no such file beside the package", "a signature, as signers were given")
        return ()
    signers = signers_of(path / SIGNED if path.is_dir() else path, signature, allowed)
    if not signers:
        faults.add(name, "no good signature of anybody listed", f"one of a signer in {allowed}")
    return signers
