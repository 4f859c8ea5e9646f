"""robots.txt, sitemap.xml and urls.txt: the addresses of a site, as programs ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from perfsite.model import File

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


LISTS: Final = ("manifest-sha256.txt", "robots.txt", "sitemap.xml", "urls.txt")
"""The lists of a site's own files, which stand in urls.txt themselves."""


def list_files(base_url: str, pages: Mapping[str, str], files: Sequence[str]) -> list[File]:
    """sitemap.xml, robots.txt and urls.txt; `pages` are the paths that the site map lists.

    With each stands the date on which it last changed, or nothing where that is not known.

    Without a base URL the addresses are relative to the site's root: that is what a mirror can
    use, and the sitemap protocol wants one configured.
    """
    entries = "".join(
        f"<url><loc>{escape(base_url + path)}</loc>"
        + (f"<lastmod>{changed}</lastmod>" if changed else "")
        + "</url>\n"
        for path, changed in pages.items()
    )
    sitemap = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )
    robots = "User-agent: *\nAllow: /\n"
    robots += f"\nSitemap: {base_url}sitemap.xml\n" if base_url else ""
    urls = "".join(f"{base_url}{path}\n" for path in sorted({*files, *LISTS}))
    return [
        File("robots.txt", robots.encode()),
        File("sitemap.xml", sitemap.encode()),
        File("urls.txt", urls.encode()),
    ]
