"""Whether what a package holds is a whole site: the files of its manifest, no more and no fewer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfsite.archive.site import DESCRIPTION, HOME, SITE_MANIFEST, Facts, read_facts, read_manifest
from perfsite.media import media_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.archive.containers import Faults, Record


@dataclass(frozen=True)
class Packed:
    """What a package holds: the hash of each file, the address, and the facts if they are known."""

    hashes: Mapping[str, str]
    base: str
    facts: Facts | None


def check_files(
    hashes: Mapping[str, str], listed: bytes | None, described: bytes | None, faults: Faults
) -> Facts | None:
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


def check_records(records: Sequence[Record], place: str, faults: Faults) -> Packed:
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
    return Packed(hashes, base, facts)


def _base(urls: Mapping[str, Record]) -> str:
    """The address of the site: that of its manifest, the nearest to the root if there are more."""
    found = [url for url in urls if url.endswith(f"/{SITE_MANIFEST}")]
    if not found:
        # Without a manifest, which is a fault of its own, the shortest address is the root's.
        return min(urls, key=len, default="")
    return min(found, key=len).removesuffix(SITE_MANIFEST)
