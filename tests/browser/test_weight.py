from __future__ import annotations

import gzip
import posixpath
import re
from typing import TYPE_CHECKING, Final

import pytest

from small_site import read_page

if TYPE_CHECKING:
    from pathlib import Path

    from small_site import Page

pytestmark = pytest.mark.browser

KILOBYTES: Final = 100
ICONS: Final = frozenset({"icon", "apple-touch-icon", "manifest"})


def loaded(page: Page) -> set[str]:
    """The files that a browser asks for to show a page, the page itself among them."""
    links = [a for a in page.all("link") if set(a.get("rel", "").split()) & {"stylesheet", *ICONS}]
    sources = [a["src"] for tag in ("img", "script") for a in page.all(tag) if "src" in a]
    sets = [a["srcset"] for tag in ("img", "source") for a in page.all(tag) if "srcset" in a]
    named = [part.split()[0] for value in sets for part in re.split(r",\s+", value)]
    addresses = [*(a["href"] for a in links), *sources, *named]
    folder = posixpath.dirname(page.path)
    return {page.path} | {
        posixpath.normpath(posixpath.join(folder, address.partition("#")[0]))
        for address in addresses
        if not address.startswith("data:")
    }


@pytest.mark.proofs
def test_a_service_with_five_charts_weighs_100_kilobytes_at_most(site: Path) -> None:
    """No service page, with all that it loads and compressed, is over 100 KB; one has 5 charts."""
    weights: dict[str, int] = {}
    charts: dict[str, int] = {}
    paths = [path for path in site.glob("services/*.html") if "/by-" not in path.as_posix()]
    sizes: dict[str, int] = {}
    for file in paths:
        if file.name == "index.html":
            continue
        page = read_page(f"services/{file.name}", file.read_bytes())
        for path in loaded(page) - sizes.keys():
            sizes[path] = len(gzip.compress((site / path).read_bytes(), mtime=0))
        weights[page.path] = sum(sizes[path] for path in loaded(page))
        charts[page.path] = sum(a.get("src", "").endswith(".svg") for a in page.all("img"))

    heaviest = sorted(weights, key=weights.__getitem__, reverse=True)[:5]
    assert max(charts.values()) >= 5
    assert weights[heaviest[0]] <= KILOBYTES * 1000, [(p, weights[p]) for p in heaviest]
