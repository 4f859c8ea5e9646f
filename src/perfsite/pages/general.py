"""Pages about the site: downloads, site map, not found, moved; and the plain lists of files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from perfsite.components.builder import Builder, service_href
from perfsite.components.contexts import (
    Context,
    DownloadsPage,
    EmbedPage,
    GroupOrderPage,
    MovedPage,
    NotFoundPage,
    SitemapPage,
)
from perfsite.components.elements import Download, Link
from perfsite.decimals import decimal, rounded
from perfsite.metadata.tables import tables_of_the_set
from perfsite.model import File, why_not_an_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.language import Language
    from perfsite.metadata.columns import Column
    from perfsite.model import Service

NOT_FOUND = "404.html"
PLAIN = ("manifest-sha256.txt", "robots.txt", "sitemap.xml", "urls.txt")
"""The lists of a site's own files."""
_MEGABYTE, _KILOBYTE = 1e6, 1e3


def downloads_page(builder: Builder, files: Iterable[File]) -> DownloadsPage:
    """data/index.html: each data file, its size and its columns."""
    language = builder.language
    sizes = {file.path: len(file.data) for file in files}
    downloads = []
    for path, table in tables_of_the_set(builder.config.languages).items():
        columns = [(column.name, _meaning(column, language)) for column in table.columns]
        words = {word: meaning for column in table.columns for word, meaning in column.words}
        downloads.append(
            Download(
                Link(path, path),
                size_of(sizes[path], language),
                language.say(table.description),
                tuple(columns),
                tuple((word, language.say(meaning)) for word, meaning in words.items()),
                f"{path}-metadata.json",
            )
        )
    return DownloadsPage(
        **builder.base(
            "data/index.html",
            language.say("Download the data"),
            language.say("All figures of the site as CSV files, described column by column."),
            "data",
        ),
        downloads=tuple(downloads),
    )


def _meaning(column: Column, language: Language) -> str:
    """What a column means; of a translated one also the language that its texts are in."""
    meaning = language.say(column.description)
    if not column.language:
        return meaning
    name = language.locale.languages.get(column.language, column.language)
    return language.say(
        "{meaning}, in another language: {language}", meaning=meaning, language=name
    )


def size_of(size: int, language: Language) -> str:
    """The size of a file in kilobytes or megabytes."""
    kilobytes = max(1, int(rounded(decimal(size / _KILOBYTE), 0)))
    if kilobytes * _KILOBYTE >= _MEGABYTE:
        return language.say(
            "{number} MB", number=language.plain(f"{rounded(decimal(size / _MEGABYTE), 1):f}")
        )
    return language.say("{number} kB", number=language.count(kilobytes))


def not_found_page(builder: Builder) -> NotFoundPage:
    """404.html."""
    title = builder.language.say("Page not found")
    return NotFoundPage(**builder.base(NOT_FOUND, title, title, ""))


def moved_pages(builder: Builder, services: Iterable[Service]) -> list[MovedPage]:
    """A page at each former id of a service that says where it went.

    A former id that could never have been an address of perfsite has no page.
    """
    say = builder.language.say
    return [
        MovedPage(
            **builder.base(
                service_href(alias),
                say("{service} has moved from {former}", service=service.name, former=alias),
                say("This service is now at {address}.", address=service_href(service.id)),
                "services",
                Link(say("Services"), "services/index.html"),
            ),
            former=alias,
            now=Link(service.name, service_href(service.id)),
        )
        for service in services
        for alias in service.aliases
        if not why_not_an_id(alias)
    ]


def is_listed(page: Context) -> bool:
    """Whether a page stands in the site maps: one that people look for, not a part or an error."""
    return not isinstance(page, (NotFoundPage, EmbedPage, GroupOrderPage))


def sitemap_page(builder: Builder, pages: Sequence[Context]) -> SitemapPage:
    """sitemap.html: every page of the site by a plain link."""
    say = builder.language.say
    main, lists = say("Main pages"), say("Lists of services")
    names = {
        "services": say("Services"),
        "departments": say("Departments"),
        "agencies": say("Agencies"),
        "categories": say("Categories"),
        "health": say("Data health"),
        "editions": say("Editions"),
        "changes": say("Revisions and corrections"),
    }
    parts: dict[str, list[Link]] = {main: [], lists: []}
    for page in filter(is_listed, pages):
        folder, _, name = page.path.rpartition("/")
        part = names.get(folder.partition("/")[0], main)
        if folder == "services" and (name == "index.html" or name.startswith("by-")):
            part = lists
        if name == "index.html" and "/" not in folder:
            part = main
        parts.setdefault(part, []).append(Link(page.title.removesuffix(builder.suffix), page.path))
    title = say("Site map")
    base = builder.base("sitemap.html", title, say("Every page of this site."), "")
    parts[main].append(Link(title, "sitemap.html"))
    filled = tuple((name, tuple(links)) for name, links in parts.items() if links)
    return SitemapPage(**base, parts=filled)


def plain_files(base_url: str, pages: Mapping[str, str], files: Sequence[str]) -> list[File]:
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
    urls = "".join(f"{base_url}{path}\n" for path in sorted({*files, *PLAIN}))
    return [
        File("robots.txt", robots.encode()),
        File("sitemap.xml", sitemap.encode()),
        File("urls.txt", urls.encode()),
    ]
