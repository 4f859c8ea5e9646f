"""Pages about the site.

About the data, accessibility, downloads, site map, embeds, not found, moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.components.alphabet import is_long, leaf_href, make_alphabet
from perfsite.components.contexts import (
    CSV,
    AboutPage,
    AccessibilityPage,
    Builder,
    Context,
    DownloadsPage,
    EmbedPage,
    GroupOrderPage,
    MovedPage,
    NotFoundPage,
    SitemapPage,
    service_href,
)
from perfsite.components.elements import DataLink, Download, Link, Outside
from perfsite.decimals import decimal, rounded
from perfsite.exports.tables import tables_of_the_set
from perfsite.kpi.groups import alphabetical
from perfsite.kpis import KPIS
from perfsite.model import why_not_an_id
from perfsite.text import joined, message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from perfsite.components.elements import ChartFigure
    from perfsite.exports.columns import DataColumn
    from perfsite.language import Language
    from perfsite.model import Edition, Service, StoredFile


# Pages about the site: downloads, site map, not found, moved.


NOT_FOUND = "404.html"
_MEGABYTE, _KILOBYTE = 1e6, 1e3


def downloads_page(builder: Builder, files: Mapping[str, StoredFile]) -> DownloadsPage:
    """data/index.html: each data file, its size and its columns; `files` are by their paths."""
    language = builder.language
    downloads = []
    for path, table in tables_of_the_set(builder.config.languages).items():
        columns = [(column.name, _meaning(column, language)) for column in table.columns]
        words = {word: meaning for column in table.columns for word, meaning in column.words}
        downloads.append(
            Download(
                Link(path, path),
                size_of(files[path].size, language),
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


def _meaning(column: DataColumn, language: Language) -> str:
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


@dataclass(frozen=True)
class PageEntry:
    """What lists of pages say of one: its path below the root of its language, its title, its date.

    `is_listed` says whether it stands in the site maps: people look for it, and it is not a part of
    a page nor an error. `former` is the id of the service that has moved from here, or nothing.
    """

    path: str
    title: str
    changed: str
    is_listed: bool
    former: str = ""


def entry_of(page: Context) -> PageEntry:
    """A page as lists of pages have it."""
    is_listed = not isinstance(page, (NotFoundPage, EmbedPage, GroupOrderPage))
    former = page.former if isinstance(page, MovedPage) else ""
    return PageEntry(page.path, page.title, page.changed, is_listed, former)


_SITEMAP: Final = "sitemap.html"


def sitemap_pages(builder: Builder, pages: Sequence[PageEntry]) -> list[SitemapPage]:
    """sitemap.html: every page of the site by a plain link; long parts stand on pages of their own.

    These are sitemap/<part>/by-letter-<letter>.html; most parts are called after a folder of pages.
    """
    say = builder.language.say
    title = say("Site map")
    names = {
        "main": say("Main pages"),
        "lists": say("Lists of services"),
        "services": say("Services"),
        "departments": say("Departments"),
        "agencies": say("Agencies"),
        "categories": say("Categories"),
        "health": say("Data health"),
        "editions": say("Editions"),
        "changes": say("Revisions and corrections"),
    }
    main: list[tuple[str, tuple[Link, ...]]] = []
    others: list[SitemapPage] = []
    for part, entries in _sitemap_parts(pages, names).items():
        name = names[part]
        links = [Link(one.title.removesuffix(builder.suffix), one.path) for one in entries]
        if part == "main":
            links.append(Link(title, _SITEMAP))
        if is_long(len(links)):
            split = _part_pages(builder, name, links, f"sitemap/{part}")
            others += split
            main.append((name, tuple(Link(page.parts[0][0], page.path) for page in split)))
        else:
            main.append((name, tuple(links)))
    base = builder.base(_SITEMAP, title, say("Every page of this site."), "")
    return [SitemapPage(**base, name=title, parts=tuple(main)), *others]


def _part_pages(
    builder: Builder, name: str, links: Sequence[Link], folder: str
) -> list[SitemapPage]:
    """The pages of a long part of the site map."""
    say = builder.language.say
    by_text = sorted(links, key=lambda link: alphabetical(link.text))
    alphabet = make_alphabet(by_text, lambda link: link.text, folder)
    pages = []
    for leaf in alphabet.leaves:
        words = say("{what}: {page}", what=name, page=leaf.words(builder.language))
        title = say("{what}: {page}", what=say("Site map"), page=words)
        path = leaf_href(alphabet.folder, leaf)
        back = Link(say("Site map"), _SITEMAP)
        pages.append(
            SitemapPage(
                **builder.base(path, title, f"{title}.", "", back, elsewhere=_SITEMAP),
                name=title,
                parts=((words, leaf.items),),
                index=alphabet.index(name, builder.language, leaf),
            )
        )
    return pages


def _sitemap_parts(
    pages: Sequence[PageEntry], folders: Collection[str]
) -> dict[str, list[PageEntry]]:
    """The pages that the site map lists, by its parts; those in no such folder are main pages."""
    parts: dict[str, list[PageEntry]] = {"main": [], "lists": []}
    for page in pages:
        if not page.is_listed:
            continue
        folder, _, name = page.path.rpartition("/")
        part = folder.partition("/")[0]
        if folder == "services" and (name == "index.html" or name.startswith("by-")):
            part = "lists"
        if part not in folders or (name == "index.html" and "/" not in folder):
            part = "main"
        parts.setdefault(part, []).append(page)
    return {part: entries for part, entries in parts.items() if entries or part == "main"}


# About the data, and the accessibility statement: what a reader needs to judge the figures.
#
# Each item of the Office for Statistics Regulation's guidance on dashboards has its place here:
# the producer and the status, strengths and limits, revisions, related products, updates, the plan
# for an end, a contact. The foot of every page leads to them.


STRENGTHS: Final = (
    message(
        "Every figure can be traced: each key figure opens to its formula with the real numbers, "
        "and to the file and the row in which each of them stands."
    ),
    message(
        "The pages, the lists and the data files are made at once from the same figures, and are "
        "counted against each other before they are published."
    ),
    message(
        "A total of a group is for one and the same period and says how many services stand "
        "behind it. Change over time compares the same services, so that a department that stops "
        "reporting does not look like a service that people stopped using."
    ),
    message(
        "Missing is never zero. A figure that was not provided is shown as no data, and is in no "
        "sum."
    ),
)
LIMITS: Final = (
    message(
        "Every figure says which period it is for. One that ended before the newest period of the "
        "site is marked as older data."
    ),
    message(
        "Where a part is larger than its whole, both figures are published as they were given and "
        "the percentage is withheld."
    ),
    message(
        "A figure for 12 months is the one that the service gave for exactly those months; where "
        "it gave none, shorter periods that cover them without gap or overlap are added up."
    ),
    message(
        "Services count their transactions in their own way, so large differences between "
        "services often say more about counting than about the services."
    ),
    message(
        "The figures are those that services gave. Contradictions among them are found and shown; "
        "whether a figure was right in the first place cannot be told from the figures."
    ),
)
REVISIONS: Final = (
    message(
        "A figure that a service sends again replaces the one before in the next edition. A "
        "figure that the service marked as provisional, estimated or revised carries the mark in "
        "the data files."
    ),
    message(
        "Where a service says that its way of counting has changed, the break is drawn in the "
        "chart, and figures before and after it are not compared."
    ),
)
END: Final = (
    message(
        "This site is a set of plain files. It has no server, no database and no search that "
        "could be switched off, so the last edition stays complete wherever a copy of it is kept."
    ),
    message(
        "The file manifest-sha256.txt proves that a copy is whole. Anybody may make one: "
        "urls.txt lists every address."
    ),
)
TESTED: Final = (
    message(
        "The pages are checked with axe-core in the Chromium browser, 320, 768 and 1,280 pixels "
        "wide, in light and dark colours, for the rules of WCAG 2.2 at levels A and AA."
    ),
    message("Every page is checked with the Nu HTML checker and has no error."),
    message(
        "The pages work without scripts, at 200% and 400% zoom, with high contrast, and on paper, "
        "where every table is printed."
    ),
    message(
        "Charts are pictures with a description; all their figures stand in a table beside them."
    ),
)
SHORT: Final = (
    message(
        "The pages have been checked by programs and by eye. They have not been tested with "
        "people who use assistive technology."
    ),
    message(
        "Tables of many periods scroll sideways within themselves on a narrow screen. They can be "
        "reached and scrolled with the keyboard."
    ),
    message(
        "Names and notes are as the services gave them, with their abbreviations, and are in one "
        "language only."
    ),
    message("Charts keep their white ground where the page is dark."),
    message("The filter of the list of services needs scripts; the list in every order does not."),
)


def about_page(builder: Builder, edition: Edition, earlier: tuple[date, ...]) -> AboutPage:
    """about.html: what each KPI is, what the figures can say and cannot, and whose they are.

    `earlier` are the dates of the editions before this one.
    """
    language, config = builder.language, builder.config
    say = language.say
    title = say("About the data")
    with_days = builder.language.with_days
    return AboutPage(
        **builder.base(
            "about.html",
            title,
            say("What each figure means, how it is worked out, and where it comes from."),
            "about",
        ),
        edition=language.day(edition.date),
        lead=with_days(config.description),
        definitions=tuple(
            (kpi.slug, say(kpi.name), say(kpi.definition), say(kpi.formula), say(str(kpi.window)))
            for kpi in KPIS.values()
        ),
        strengths=(*(say(text) for text in STRENGTHS), *map(with_days, config.strengths)),
        caveats=(*(say(text) for text in LIMITS), *map(with_days, config.caveats)),
        revisions=tuple(say(text) for text in REVISIONS),
        updates=_updates(builder, edition, earlier),
        end=(
            *([with_days(config.end_plan)] if config.end_plan else ()),
            *(say(text) for text in END),
        ),
        related=tuple(Outside(item.name, str(item.url)) for item in config.related),
        sources=tuple(
            (source.name, source.publisher, source.licence, source.url, with_days(source.note))
            for source in config.sources
        ),
        report=builder.report(title, "about.html"),
    )


def _updates(builder: Builder, edition: Edition, earlier: tuple[date, ...]) -> tuple[str, ...]:
    """When the site changed, and when it will: as far as the publisher has said."""
    language, config = builder.language, builder.config
    lines = [
        language.with_days(config.update_schedule)
        or language.say("The publisher has named no schedule."),
        language.say("Last updated on {day}.", day=language.day(edition.date)),
    ]
    if config.next_update:
        day = language.day(config.next_update)
        lines.append(language.say("The next edition is due on {day}.", day=day))
    if earlier:
        days = joined(", ", map(language.day, sorted(earlier, reverse=True)))
        lines.append(language.say("Earlier editions: {days}.", days=days))
    return tuple(lines)


def accessibility_page(builder: Builder) -> AccessibilityPage:
    """accessibility.html: what was tested, with what, and what is known to fall short."""
    say = builder.language.say
    title = say("Accessibility statement")
    return AccessibilityPage(
        **builder.base(
            "accessibility.html",
            title,
            say("How this site was tested for accessibility, and what is known to fall short."),
            "",
        ),
        lead=say(
            "This site is made to meet the Web Content Accessibility Guidelines 2.2 at level AA."
        ),
        tested=tuple(say(text) for text in TESTED),
        limits=tuple(say(text) for text in SHORT),
        report=builder.report(title, "accessibility.html"),
    )


# Pages that show one figure alone, for somebody else's page to hold.


def embed_page(builder: Builder, figure: ChartFigure, back: Link, card: str) -> EmbedPage:
    """The page of one figure; `back` leads to the page that it is from, whose `card` it shows.

    The text of `back` is the title of that page, which is unique; so the page's title is, too.
    """
    language = builder.language
    title = language.say("{what}: {page}", what=figure.subtitle, page=back.text)
    return EmbedPage(
        **builder.base(
            figure.embed,
            title,
            language.say("{page}: {sentence}.", page=back.text, sentence=figure.heading),
            "services",
            back,
            data=(DataLink(CSV, language.say("The figures as CSV"), figure.csv),),
            card=card,
        ),
        figure=figure,
        back=back,
    )


PLAIN_PAGES: Final[tuple[Callable[[Builder], Context], ...]] = (
    accessibility_page,
    not_found_page,
)
"""The pages that are made of the site's own settings and words alone."""
