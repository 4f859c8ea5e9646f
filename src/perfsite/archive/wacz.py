"""A file of WACZ 1.1.1, and the lines of its index."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from perfsite.archive.site import HOME, README

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from perfsite.archive.site import About


# Lines of an index in CDXJ: under which key, in which bytes of which WARC an address is found.


_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class IndexEntry:
    """What the index says of a record. `digest` is that of the payload, with its algorithm."""

    url: str
    stamp: str
    mime: str
    status: str
    digest: str
    length: int
    offset: int
    filename: str

    @property
    def line(self) -> str:
        """The line of the index, without an end of line."""
        fields = {
            "url": self.url,
            "mime": self.mime,
            "status": self.status,
            "digest": self.digest,
            # Numbers as text, as all indexers write them.
            "length": str(self.length),
            "offset": str(self.offset),
            "filename": self.filename,
        }
        return f"{surt(self.url)} {self.stamp} {json.dumps(fields)}"


def surt(url: str) -> str:
    """The key of an address: the host from its end, in lower case; neither scheme nor `www`.

    What is no address is its own key.
    """
    try:
        parts = urlsplit(url)
        port_number = parts.port
    except ValueError:
        return url
    host = parts.hostname or ""
    first, _, rest = host.partition(".")
    if rest and re.fullmatch(r"www[0-9]*", first):
        host = rest
    usual = (None, _PORTS.get(parts.scheme))
    port = f":{port_number}" if port_number not in usual else ""
    path = parts.path.lower()
    if path != "/":
        path = path.removesuffix("/")
    return f"{','.join(reversed(host.split('.')))}{port}){path or '/'}"


# A file of WACZ 1.1.1: a ZIP with the WARC, its index, its pages, and a description with hashes.
#
# Every entry is stored as it is, so that a replay can read a part of the file alone and the bytes
# depend on no compression but that of the WARC; every entry has the date of the edition.


VERSION: Final = "1.1.1"
PACKAGE: Final = "datapackage.json"
DIGEST: Final = "datapackage-digest.json"
INDEX: Final = "indexes/index.cdx"
"""CDXJ, whatever the ending says: pywb looks for indexes that end in .cdx or .cdx.gz only."""
PAGES: Final = "pages/pages.jsonl"
TEXT: Final = f"readme/{README}"
"""In a folder, because py-wacz knows no files beside datapackage.json."""
PAGES_HEAD: Final = {
    "format": "json-pages-1.0",
    "id": "pages",
    "title": "All pages",
    "hasText": True,
}
_OLDEST: Final = 1980
"""The first year that a ZIP can name."""


def write_wacz(
    path: Path,
    warc: Path,
    entries: Iterable[IndexEntry],
    pages: Mapping[str, tuple[str, str]],
    about: About,
    readme: str,
) -> None:
    """Write the package; `pages` are title and text of each page by its address."""
    files = {
        f"archive/{warc.name}": warc.read_bytes(),
        INDEX: "".join(f"{line}\n" for line in sorted(entry.line for entry in entries)).encode(),
        PAGES: _pages(pages, about.facts.moment).encode(),
        TEXT: readme.encode(),
    }
    description = _json(_description(files, about))
    files[PACKAGE] = description
    digest = {"path": PACKAGE, "hash": sha256_of(description)}
    files[DIGEST] = _json(digest)
    day = about.facts.edition
    stamp = (max(day.year, _OLDEST), day.month, day.day, 0, 0, 0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, stamp)
            info.create_system = 3  # elsewhere zipfile would name the system that it runs on
            info.external_attr = 0o100644 << 16
            package.writestr(info, data)


def sha256_of(data: bytes) -> str:
    """A hash as descriptions have it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _description(files: Mapping[str, bytes], about: About) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": f"{about.facts.title}, edition of {about.facts.edition}",
        "description": f"All of the site {about.base}, packed from its files; see {TEXT}.",
        "created": about.facts.moment,
        "software": f"perfsite {about.version}",
        "mainPageUrl": f"{about.base}{HOME}",
        "mainPageDate": about.facts.moment,
        "resources": [
            {
                "name": name.rpartition("/")[2].lower(),
                "path": name,
                "hash": sha256_of(data),
                "bytes": len(data),
            }
            for name, data in files.items()
        ],
    }


def _pages(pages: Mapping[str, tuple[str, str]], moment: str) -> str:
    lines: list[Mapping[str, object]] = [PAGES_HEAD]
    for url, (title, text) in pages.items():
        number = str(uuid5(NAMESPACE_URL, f"{url}\n{moment}"))
        lines.append({"id": number, "url": url, "ts": moment, "title": title, "text": text})
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def _json(content: object) -> bytes:
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()
