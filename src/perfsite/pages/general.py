"""Pages about the site: about the data, downloads, site map, not found, moved; and plain lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from perfsite.formats import day
from perfsite.measures import KPIS
from perfsite.model import File, why_not_an_id
from perfsite.pages.context import (
    AboutPage,
    Context,
    Download,
    DownloadsPage,
    Link,
    MovedPage,
    NotFoundPage,
    SitemapPage,
)
from perfsite.pages.data import ALL_CSV, status_words
from perfsite.pages.site import Builder, service_href

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from perfsite.config import SiteConfig
    from perfsite.model import Edition, Service

CAVEATS: Final = (
    (
        "Missing is never zero. A figure that was not provided is shown as no data, and is in no "
        "sum."
    ),
    (
        "A total of a group is for one and the same period and says how many services stand "
        "behind it. Change over time compares the same services, so that a department that stops "
        "reporting does not look like a service that people stopped using."
    ),
    (
        "Every figure says which period it is for. One that ended before the newest period of the "
        "site is marked as older data."
    ),
    (
        "Where a part is larger than its whole, both figures are published as they were given and "
        "the percentage is withheld."
    ),
    (
        "A figure for 12 months is the one that the service gave for exactly those months; where "
        "it gave none, shorter periods that cover them without gap or overlap are added up."
    ),
    (
        "Services count their transactions in their own way, so large differences between "
        "services often say more about counting than about the services."
    ),
)


def about_page(builder: Builder, config: SiteConfig, edition: Edition) -> AboutPage:
    """about.html: what each KPI is, what the figures cannot say, and whose they are."""
    return AboutPage(
        **builder.base(
            "about.html",
            "About the data",
            "What each figure means, how it is worked out, and where it comes from.",
            "about",
        ),
        edition=day(edition.date),
        lead=config.description,
        definitions=tuple(
            (kpi.slug, kpi.name, kpi.definition, kpi.formula, str(kpi.window))
            for kpi in KPIS.values()
        ),
        caveats=(*CAVEATS, *config.caveats),
        sources=tuple(
            (source.name, source.publisher, source.licence, source.url, source.note)
            for source in config.sources
        ),
    )


_PERIOD_WORDS = "ISO 8601: 2017-07-03, 2017-W27, 2017-07, 2017-Q3, 2017 or 2016-10/2017-09"
_FILES: Final = (
    (
        "data/services.csv",
        "A row for each service: what the register says, and each KPI's headline.",
        (
            ("service", "the permanent id, as in the address of the page"),
            ("<kpi>", "the value; shares are from 0 to 1"),
            ("<kpi>_period", f"the period, {_PERIOD_WORDS}"),
            ("<kpi>_status", "whether there is a value, and if not, why"),
        ),
    ),
    (
        "data/observations.csv",
        "A row for each figure as it was given, missing ones too.",
        (
            ("period", _PERIOD_WORDS),
            ("measure, channel", "what was counted; no channel means all channels"),
            ("value", "as it was given"),
            ("status", "whether there is a value, and if not, why; and marks on the value"),
            ("source", "the file and the row in which the figure stands"),
        ),
    ),
    (
        "data/kpis.csv",
        "A row for each KPI of each service and period, with what it is a ratio of.",
        (("numerator, denominator", "the two figures; empty where the KPI was given as it is"),),
    ),
    (
        "data/departments.csv",
        "A row for each KPI of each department and 12 months.",
        (
            ("services, of", "how many of the department's services stand behind the figure"),
            ("like_for_like_...", "the same services in this year and in the year before"),
            ("complete", "whether enough services reported for this period"),
        ),
    ),
    (
        ALL_CSV,
        "A row for each KPI of all services together and 12 months.",
        (("kpi ... complete", "as in departments.csv"),),
    ),
)


def downloads_page(builder: Builder, files: Iterable[File]) -> DownloadsPage:
    """data/index.html: each data file, its size and its columns."""
    sizes = {file.path: len(file.data) for file in files}
    words = status_words()
    statuses = tuple((f"status: {name}", meaning) for name, meaning in words.items())
    downloads = tuple(
        Download(
            Link(path, path),
            _size(sizes[path]),
            what,
            (*columns, *statuses) if path == "data/observations.csv" else columns,
        )
        for path, what, columns in _FILES
    )
    return DownloadsPage(
        **builder.base(
            "data/index.html",
            "Download the data",
            "All figures of the site as CSV files, described column by column.",
            "data",
        ),
        downloads=downloads,
    )


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"  # noqa: PLR2004


def not_found_page(builder: Builder) -> NotFoundPage:
    """404.html."""
    return NotFoundPage(**builder.base("404.html", "Page not found", "Page not found.", ""))


def moved_pages(builder: Builder, services: Iterable[Service]) -> list[MovedPage]:
    """A page at each former id of a service that says where it went.

    A former id that could never have been an address of perfsite has no page.
    """
    return [
        MovedPage(
            **builder.base(
                service_href(alias),
                f"{service.name} has moved from {alias}",
                f"This service is now at {service_href(service.id)}.",
                "services",
                Link("Services", "services/index.html"),
            ),
            former=alias,
            now=Link(service.name, service_href(service.id)),
        )
        for service in services
        for alias in service.aliases
        if not why_not_an_id(alias)
    ]


def sitemap_page(builder: Builder, pages: Sequence[Context]) -> SitemapPage:
    """sitemap.html: every page of the site by a plain link."""
    suffix = f" - {builder.site.title}"
    parts: dict[str, list[Link]] = {"Main pages": [], "Lists of services": []}
    for page in pages:
        folder, _, name = page.path.rpartition("/")
        part = {"services": "Services", "": "Main pages"}.get(folder, folder.capitalize())
        if folder == "services" and (name == "index.html" or name.startswith("by-")):
            part = "Lists of services"
        if name == "index.html":
            part = "Main pages"
        parts.setdefault(part, []).append(Link(page.title.removesuffix(suffix), page.path))
    base = builder.base("sitemap.html", "Site map", "Every page of this site.", "")
    parts["Main pages"].append(Link("Site map", "sitemap.html"))
    return SitemapPage(**base, parts=tuple((name, tuple(links)) for name, links in parts.items()))


def plain_files(base_url: str, pages: Sequence[Context], files: Sequence[str]) -> list[File]:
    """sitemap.xml, robots.txt and urls.txt.

    Without a base URL the addresses are relative to the site's root: that is what a mirror can
    use, and the sitemap protocol wants one configured.
    """
    paths = [page.path for page in pages if page.path != "404.html"]
    entries = "".join(f"<url><loc>{escape(base_url + path)}</loc></url>\n" for path in paths)
    sitemap = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )
    robots = "User-agent: *\nAllow: /\n"
    robots += f"\nSitemap: {base_url}sitemap.xml\n" if base_url else ""
    extra = ["manifest-sha256.txt", "robots.txt", "sitemap.xml", "urls.txt"]
    everything = sorted({*files, *(page.path for page in pages), *extra})
    urls = "".join(f"{base_url}{path}\n" for path in everything)
    return [
        File("robots.txt", robots.encode()),
        File("sitemap.xml", sitemap.encode()),
        File("urls.txt", urls.encode()),
    ]
