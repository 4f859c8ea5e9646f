"""What a site says of itself: its title, its publisher, the date of its edition, its address.

The date stands in datapackage.json as the version of the set. It is read from there, and not from
pages, because it is the same in every language and theme. The address is the one with which the
lines of urls.txt begin, where the site was built with a `base_url`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Final

from perfsite.text import slug

DESCRIPTION: Final = "datapackage.json"
ADDRESSES: Final = "urls.txt"
HOME: Final = "index.html"


@dataclass(frozen=True)
class Facts:
    """What a site says of itself; `publisher` is empty where it does not say."""

    title: str
    edition: date
    publisher: str = ""

    @property
    def name(self) -> str:
        """What its packages are called, without an ending."""
        return f"{slug(self.title)[:80].strip('-') or 'site'}-{self.edition.isoformat()}"

    @property
    def moment(self) -> str:
        """The first moment of the edition's day, as WARC and WACZ write it."""
        return f"{self.edition.isoformat()}T00:00:00Z"

    @property
    def stamp(self) -> str:
        """The same moment as fourteen digits, as indexes write it."""
        return f"{self.edition:%Y%m%d}000000"


def read_facts(data: bytes) -> Facts:
    """The facts that a datapackage.json holds.

    Raises:
        ValueError: saying which of them is missing, or is not what it should be.
    """
    content = json.loads(data)
    if not isinstance(content, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - one error for whoever reads a file
    title, version = content.get("title"), content.get("version")
    if not isinstance(title, str) or not title.split():
        raise ValueError(f'its "title" is {title!r}')
    if not isinstance(version, str):
        raise ValueError(f'its "version" is {version!r}, and not the date of the edition')  # noqa: TRY004
    publisher = ""
    contributors = content.get("contributors")
    if isinstance(contributors, list) and contributors and isinstance(contributors[0], dict):
        publisher = str(contributors[0].get("title", ""))
    # Titles become lines of headers, which have one line.
    return Facts(" ".join(title.split()), date.fromisoformat(version), " ".join(publisher.split()))


def base_in(addresses: bytes) -> str:
    """The address at which a site says that it stands, by its urls.txt; empty without one."""
    ends = [line for line in addresses.decode().splitlines() if line.endswith(ADDRESSES)]
    # A frozen copy of an earlier site within this one would have a longer address.
    return min(ends, key=len, default="").removesuffix(ADDRESSES)
