from __future__ import annotations

import re
from datetime import date
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from perfsite.config import SiteConfig
from perfsite.exports.feed import FeedEntry, edition_entries, feed_file
from perfsite.language import Language
from perfsite.model import Edition

ENGLISH: Final = Language("en-GB")
ATOM: Final = "{http://www.w3.org/2005/Atom}"
EDITION: Final = Edition(date(2018, 9, 19), "hash")
CONFIG: Final = SiteConfig(
    title="Figures & <facts>",
    publisher="The Office",
    licence="A licence",
    published=(date(2018, 9, 19), date(2017, 1, 1), date(2018, 3, 1), date(2019, 1, 1)),
)
BASED: Final = CONFIG.model_copy(update={"base_url": "https://figures.example.org"})
BARE: Final = SiteConfig()
REVISIONS: Final = (
    FeedEntry(
        "revision/2018-03-01/tax", "Tax revised", date(2018, 3, 1), "1 is 2.", "changes/a.html"
    ),
    FeedEntry(
        "revision/2018-03-01/toll", "Toll revised", date(2018, 3, 1), "12 is 13.", "changes/a.html"
    ),
    FeedEntry(
        "revision/2018-05-01/toll", "Toll revised", date(2018, 5, 1), "13 is 12.", "changes/a.html"
    ),
)


def read(config: SiteConfig, *revisions: FeedEntry) -> ET.Element:
    """The feed of a site."""
    file = feed_file(config, EDITION, ENGLISH, revisions)
    assert file.path == "feed.xml"
    return ET.fromstring(file.data)  # noqa: S314 - it was made a line above


def texts(element: ET.Element, path: str) -> list[str]:
    """The text of all elements at a path of Atom's names."""
    found = element.findall("/".join(f"{ATOM}{name}" for name in path.split("/")))
    return [item.text or "" for item in found]


def links(element: ET.Element) -> dict[str, str]:
    """The addresses of a feed or an entry by their relation, each of which is there once."""
    found = [(a.get("rel", ""), a.get("href", "")) for a in element.findall(f"{ATOM}link")]
    assert len(found) == len(dict(found))
    return dict(found)


def faults(feed: ET.Element) -> list[str]:
    """Where a feed falls short of what RFC 4287 requires of it."""
    found = [] if feed.tag == f"{ATOM}feed" else ["the root is no feed"]
    containers = [feed, *feed.findall(f"{ATOM}entry")]
    for item in containers:
        required = {name: texts(item, name) for name in ("id", "title", "updated")}
        found += [f"not one {n}" for n, t in required.items() if len(t) != 1 or not t[0].strip()]
        found += [f"{i} is no IRI" for i in texts(item, "id") if not urlsplit(i).scheme]
        moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        found += [f"{u} is no date" for u in texts(item, "updated") if not re.fullmatch(moment, u)]
        if "alternate" not in links(item) and not texts(item, "content"):
            found.append("neither content nor a link to it")
        found += [f"a link without address: {rel}" for rel, to in links(item).items() if not to]
    if not all(texts(feed, "author/name")) or not texts(feed, "author/name"):
        found.append("no author")
    ids = [text for item in containers for text in texts(item, "id")]
    if len(ids) != len(set(ids)):
        found.append("an id twice")
    return found


@pytest.mark.parametrize("config", [CONFIG, BASED, BARE])
@pytest.mark.parametrize("revisions", [(), REVISIONS])
def test_the_feed_is_what_the_standard_requires(
    config: SiteConfig, revisions: tuple[FeedEntry, ...]
) -> None:
    """A feed has everything that RFC 4287 says it must have, with and without entries."""
    assert faults(read(config, *revisions)) == []


def test_the_standard_is_really_asked() -> None:
    """A feed without an author, with an id twice or another date is found wanting."""
    feed = read(CONFIG)
    author = feed.find(f"{ATOM}author")
    assert author is not None
    feed.remove(author)
    feed.append(feed.findall(f"{ATOM}entry")[0])
    feed.findall(f"{ATOM}updated")[0].text = "2018-09-19"

    assert faults(feed) == ["2018-09-19 is no date", "no author", "an id twice"]


def test_editions_up_to_this_one_are_announced_newest_first() -> None:
    """An edition of the future is not in the feed of an earlier one."""
    feed = read(CONFIG)

    assert texts(feed, "entry/title") == [
        "Edition of 19 September 2018",
        "Edition of 1 March 2018",
        "Edition of 1 January 2017",
    ]
    assert texts(feed, "updated") == ["2018-09-19T00:00:00Z"]
    assert texts(feed, "author/name") == ["The Office"]
    assert texts(read(BARE), "author/name") == ["Service performance"]


def test_revisions_stand_among_the_editions() -> None:
    """Entries are ordered by their dates, whatever they are about."""
    days = [text[:10] for text in texts(read(CONFIG, *REVISIONS), "entry/updated")]

    assert days == ["2018-09-19", "2018-05-01", *["2018-03-01"] * 3, "2017-01-01"]
    assert feed_file(CONFIG, EDITION, ENGLISH, REVISIONS) == feed_file(
        CONFIG, EDITION, ENGLISH, REVISIONS[::-1]
    )


def test_an_entry_keeps_its_id_in_later_editions() -> None:
    """A reader's program knows an entry again, and tells those of two sites apart."""
    earlier = Edition(date(2018, 3, 1), "another")
    before = feed_file(CONFIG, earlier, ENGLISH).data
    old = texts(ET.fromstring(before), "entry/id")  # noqa: S314 - it was made a line above
    new = texts(read(CONFIG), "entry/id")

    assert set(old) < set(new)
    assert all(text.startswith("urn:uuid:") for text in new)
    assert not set(new) & set(texts(read(BASED), "entry/id"))


def test_links_are_absolute_where_the_address_is_known() -> None:
    """Only a site with a base address can say where its feed is."""
    based, relative = read(BASED, *REVISIONS), read(CONFIG, *REVISIONS)
    changes = [links(entry)["alternate"] for entry in based.findall(f"{ATOM}entry")]

    assert links(based)["self"] == "https://figures.example.org/feed.xml"
    assert changes[1] == "https://figures.example.org/changes/a.html"
    assert links(relative) == {"alternate": "index.html"}


def test_the_entries_of_editions_can_be_had_on_their_own() -> None:
    """Each edition is an entry with a key that never changes."""
    keys = [entry.key for entry in edition_entries(CONFIG, EDITION, ENGLISH)]

    assert keys == ["edition/2017-01-01", "edition/2018-03-01", "edition/2018-09-19"]
