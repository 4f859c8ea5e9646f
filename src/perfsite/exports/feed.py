"""feed.xml and TimeMaps.

An Atom feed of what has changed, and which states of a resource are kept (RFC 7089).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import (
    UTC,
    date,
    datetime,
    time,
)
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from perfsite.editions import edition_path
from perfsite.model import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from perfsite.config import SiteConfig
    from perfsite.language import Language
    from perfsite.model import Edition
    from perfsite.revisions import RevisionHistory, Step


# feed.xml: an Atom feed of the editions, and of whatever else has changed.
#
# Ids are made of the site's address, or of its title where it has none, and of what the entry is
# about: the same entry has the same id in every edition, as RFC 4287 asks.


FEED: Final = "feed.xml"
_NAMESPACE: Final = UUID("8b6ff0d0-5c3f-5c0a-9a39-0d5f1b8a3c11")
"""Of all ids that perfsite makes; chosen once, never to be changed."""
_ATOM: Final = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class FeedEntry:
    """Something that happened to the site's figures.

    `key` names it among all entries for ever: `edition/2018-09-19`. `path` leads to a page of
    the site.
    """

    key: str
    title: str
    updated: date
    summary: str
    path: str


def edition_entries(
    config: SiteConfig, edition: Edition, language: Language
) -> tuple[FeedEntry, ...]:
    """An entry for each published edition up to this one."""
    return tuple(
        FeedEntry(
            f"edition/{published.isoformat()}",
            language.say("Edition of {day}", day=language.day(published)),
            published,
            language.say("Figures published on {day}.", day=language.day(published)),
            "index.html",
        )
        for published in sorted(set(config.published))
        if published <= edition.date
    )


def revision_entries(
    history: RevisionHistory | None, told: Callable[[Step], Sequence[str]], language: Language
) -> list[FeedEntry]:
    """An entry for each frozen edition that differs from the one before it.

    `told` says in sentences what a step changed. What is not frozen yet is no news: it has no date
    of its own.
    """
    return [
        FeedEntry(
            f"revisions/{step.day.isoformat()}",
            language.say("What changed in the edition of {day}", day=language.day(step.day)),
            step.day,
            " ".join(told(step)),
            edition_path(step.day, "index.html"),
        )
        for step in (history.steps if history else ())
        if step.day and not step.is_empty
    ]


def feed_file(
    config: SiteConfig, edition: Edition, language: Language, revisions: Iterable[FeedEntry] = ()
) -> File:
    """feed.xml: the editions and, if there are any, revisions; the newest first."""
    entries = (*edition_entries(config, edition, language), *revisions)
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": language.tag})
    _add(feed, "id", _identifier(config, "feed"))
    _add(feed, "title", config.title)
    if config.description:
        _add(feed, "subtitle", config.description)
    _add(feed, "updated", _moment(edition.date))
    author = ET.SubElement(feed, "author")
    _add(author, "name", config.publisher or config.title)
    if config.licence:
        _add(feed, "rights", config.licence)
    _link(feed, "alternate", "text/html", f"{config.base}index.html")
    if config.base:
        _link(feed, "self", "application/atom+xml", f"{config.base}{FEED}")
    # Sorted by key first, so that entries of one day always stand in one order.
    for entry in sorted(sorted(entries, key=_key), key=_day, reverse=True):
        element = ET.SubElement(feed, "entry")
        _add(element, "id", _identifier(config, entry.key))
        _add(element, "title", entry.title)
        _add(element, "updated", _moment(entry.updated))
        _add(element, "summary", entry.summary)
        _link(element, "alternate", "text/html", f"{config.base}{entry.path}")
    ET.indent(feed, " ")
    text = ET.tostring(feed, encoding="unicode")
    return File(FEED, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode())


def _key(entry: FeedEntry) -> str:
    return entry.key


def _day(entry: FeedEntry) -> date:
    return entry.updated


def _identifier(config: SiteConfig, key: str) -> str:
    return uuid5(_NAMESPACE, f"{config.base or config.title}\n{key}").urn


def _moment(value: date) -> str:
    """A date as Atom has it: the first moment of the day, in UTC."""
    return f"{value.isoformat()}T00:00:00Z"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _link(parent: ET.Element, relation: str, media: str, address: str) -> None:
    ET.SubElement(parent, "link", {"rel": relation, "type": media, "href": address})


# TimeMaps: which states of a resource are kept, in the link format of Memento (RFC 7089).
#
# A site of files cannot answer by date, as Memento's servers do; a TimeMap is a file and says the
# same. Where the site's address is not known, addresses are relative to the TimeMap.


TIMEMAP: Final = "editions/timemap.link"
"""The TimeMap of the home page."""


def timemap_file(path: str, original: str, mementos: Sequence[tuple[date, str]], base: str) -> File:
    """The TimeMap at `path` of the resource `original`; `mementos` are the oldest first.

    Paths are relative to the site, `base` is its address, or nothing.
    """
    up = "" if base else "../" * path.count("/")
    links = [
        f'<{base}{up}{original}>; rel="original"',
        f'<{base}{up}{path}>; rel="self"; type="application/link-format"'
        + (
            f'; from="{_when(mementos[0][0])}"; until="{_when(mementos[-1][0])}"'
            if mementos
            else ""
        ),
    ]
    for number, (day, address) in enumerate(mementos):
        places = ["first"] * (number == 0) + ["last"] * (number == len(mementos) - 1)
        relation = " ".join([*places, "memento"])
        links.append(f'<{base}{up}{address}>; rel="{relation}"; datetime="{_when(day)}"')
    return File(path, (",\n".join(links) + "\n").encode())


def _when(day: date) -> str:
    """The first moment of a day, as HTTP writes dates: never in the language of the machine."""
    return format_datetime(datetime.combine(day, time(), UTC), usegmt=True)
