"""Which pages of the example are looked at, in which widths and colour schemes."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Scheme = Literal["light", "dark"]

PAGES: Final = {
    "home": "index.html",
    "list": "services/index.html",
    "service with much": "services/dft-request-statutory-off-road-notice-sorn.html",
    "service with details": "services/bis-student-finance-applications-full-time-study.html",
    "service without figures": "services/co-honours-nominations.html",
    "department": "departments/hm-revenue-and-customs.html",
    "health": "health/index.html",
    "data": "data/index.html",
    "about": "about.html",
    "accessibility": "accessibility.html",
}
"""Name to path. A page that the site does not have fails its tests."""
WIDTHS: Final = (320, 768, 1280)
"""A small phone, a tablet, a desk: CSS px."""
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
HEIGHT: Final = 900


class Place(NamedTuple):
    """A page as one reader has it before them."""

    page: str
    width: int
    scheme: Scheme

    def __str__(self) -> str:
        """As it stands in a test's name."""
        return f"{self.page} {self.width} {self.scheme}"


PLACES: Final = tuple(
    Place(page, width, scheme) for page in PAGES for width in WIDTHS for scheme in SCHEMES
)
FIRST: Final = frozenset(
    place for place in PLACES if place[1:] in {(WIDTHS[0], "light"), (WIDTHS[-1], "dark")}
)
"""Where `make test` looks: the narrowest and the widest, each scheme once. `make proofs`: all."""
