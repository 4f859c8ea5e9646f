"""The packages of a site as `perfsite archive` makes them, and where they say that it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from small_site import run

if TYPE_CHECKING:
    from pathlib import Path

URL: Final = "https://www.example.org/performance/"
"""Where the site is said to stand: below a path, because most do."""


@dataclass(frozen=True)
class Packages:
    """Three packages, the hashes of the three, and the day that their records bear."""

    warc: Path
    wacz: Path
    bag: Path
    sums: Path

    @property
    def moment(self) -> str:
        """The date of the records, as addresses of a replay have it."""
        return f"{''.join(self.wacz.stem.split('-')[-3:])}000000"


def pack(site: Path, folder: Path) -> Packages:
    """Pack a site by the real command."""
    ran = run("archive", site, "--out", folder, "--url", URL)
    assert ran.code == 0, ran.err
    patterns = ("*.warc.gz", "*.wacz", "*-bag", "*.sha256")
    warc, wacz, bag, sums = (next(folder.glob(pattern)) for pattern in patterns)
    return Packages(warc, wacz, bag, sums)
