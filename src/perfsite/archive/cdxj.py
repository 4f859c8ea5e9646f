"""Lines of an index in CDXJ: under which key, in which bytes of which WARC an address is found."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Entry:
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
