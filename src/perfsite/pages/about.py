"""About the data, and the accessibility statement: what a reader needs to judge the figures.

Each item of the Office for Statistics Regulation's guidance on dashboards has its place here: the
producer and the status, strengths and limits, revisions, related products, updates, the plan for
an end, a contact. The foot of every page leads to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.components.contexts import AboutPage, AccessibilityPage
from perfsite.components.elements import Outside
from perfsite.kpis import KPIS
from perfsite.text import message

if TYPE_CHECKING:
    from datetime import date

    from perfsite.components.builder import Builder
    from perfsite.model import Edition

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
    return AboutPage(
        **builder.base(
            "about.html",
            title,
            say("What each figure means, how it is worked out, and where it comes from."),
            "about",
        ),
        edition=language.day(edition.date),
        lead=config.description,
        definitions=tuple(
            (kpi.slug, say(kpi.name), say(kpi.definition), say(kpi.formula), say(str(kpi.window)))
            for kpi in KPIS.values()
        ),
        strengths=(*(say(text) for text in STRENGTHS), *config.strengths),
        caveats=(*(say(text) for text in LIMITS), *config.caveats),
        revisions=tuple(say(text) for text in REVISIONS),
        updates=_updates(builder, edition, earlier),
        end=(*([config.end_plan] if config.end_plan else ()), *(say(text) for text in END)),
        related=tuple(Outside(item.name, str(item.url)) for item in config.related),
        sources=tuple(
            (source.name, source.publisher, source.licence, source.url, source.note)
            for source in config.sources
        ),
        report=builder.report(title, "about.html"),
    )


def _updates(builder: Builder, edition: Edition, earlier: tuple[date, ...]) -> tuple[str, ...]:
    """When the site changed, and when it will: as far as the publisher has said."""
    language, config = builder.language, builder.config
    lines = [
        config.update_schedule or language.say("The publisher has named no schedule."),
        language.say("Last updated on {day}.", day=language.day(edition.date)),
    ]
    if config.next_update:
        day = language.day(config.next_update)
        lines.append(language.say("The next edition is due on {day}.", day=day))
    if earlier:
        days = ", ".join(language.day(day) for day in sorted(earlier, reverse=True))
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
