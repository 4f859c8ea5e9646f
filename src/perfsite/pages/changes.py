"""The pages of changes: the ledger of revisions, and where former addresses went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.components.builder import CSV
from perfsite.components.contexts import AddressesPage, ChangesPage
from perfsite.components.elements import Cell, Column, DataLink, Link, Row, Table
from perfsite.exports.editions import edition_href, former_addresses
from perfsite.metadata.tables import REVISIONS_CSV
from perfsite.revisions import MEANINGS, Kind, Move
from perfsite.widgets.changes import KINDS, MOVES, step_summary

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from perfsite.language import Language
    from perfsite.pages.editions import Archive
    from perfsite.revisions import Ledger

CHANGES: Final = "changes/index.html"
ADDRESSES: Final = "changes/addresses.html"
_COUNTED: Final = (*Move, *Kind)
"""The columns of the ledger."""


def changes_page(archive: Archive, former: bool) -> ChangesPage:
    """changes/index.html; `former` tells whether there is a page of former addresses."""
    language, ledger = archive.language, archive.ledger
    say = language.say
    title = say("Revisions and corrections")
    pending = ledger.pending if ledger else None
    if ledger is None:
        lead = say("No edition has been frozen yet, so there is nothing to compare.")
    elif pending is None:
        lead = say(
            "The figures of this site are those of the edition of {day}.",
            day=language.day(ledger.day),
        )
    else:
        summary = " ".join(step_summary(pending, language))
        day = language.day(ledger.day)
        lead = say("Since the edition of {day}: {summary}", day=day, summary=summary)
    words = [(KINDS[kind], MEANINGS[kind]) for kind in Kind]
    words += [(MOVES[move], MEANINGS[move]) for move in Move]
    return ChangesPage(
        **archive.builder.base(
            CHANGES,
            title,
            say("What the figures of this site have said, edition by edition, and why it changed."),
            "changes",
            data=(DataLink(CSV, title, REVISIONS_CSV),),
        ),
        lead=lead,
        words=tuple((say(word), say(meaning)) for word, meaning in words),
        steps=_steps_table(ledger, language) if ledger and ledger.steps else None,
        pending=archive.tables(pending) if pending else (),
        csv=REVISIONS_CSV,
        addresses=ADDRESSES if former else "",
    )


def _steps_table(ledger: Ledger, language: Language) -> Table:
    """A row for each step, the newest first; what never happened has no column."""
    shown = [kind for kind in _COUNTED if any(step.counts[kind] for step in ledger.steps)]
    columns = [Column(language.say("Edition"))]
    for kind in shown:
        if isinstance(kind, Move):
            text = language.say("Services {change}", change=language.say(MOVES[kind]))
        else:
            text = language.say("Figures {change}", change=language.say(KINDS[kind]))
        columns.append(Column(text))
    rows = []
    for step in reversed(ledger.steps):
        cells = tuple(Cell(language.count(step.counts[kind])) for kind in shown)
        before = language.say("after {day}", day=language.short_day(step.before))
        if step.day:
            rows.append(Row(language.day(step.day), cells, edition_href(step.day), before))
        else:
            rows.append(Row(language.say("Not frozen yet"), cells, "", before))
    caption = language.say("What changed, edition by edition")
    return Table(caption, tuple(columns), tuple(rows), wide=True)


def addresses_page(archive: Archive, now: Collection[str]) -> AddressesPage | None:
    """changes/addresses.html: where each former address went; None if all are still there."""
    former = former_addresses(archive.history, now)
    if not former:
        return None
    language = archive.language
    say = language.say
    items = []
    for address, days in former.items():
        had = say("last in the edition of {day}", day=language.day(days[-1]))
        items.append((address, had, Link(*_successor(archive, address, days[-1], now))))
    return AddressesPage(
        **archive.builder.base(
            ADDRESSES,
            say("Former addresses"),
            say("Addresses that this site had and has not any more, and where to look now."),
            "changes",
            Link(say("Revisions and corrections"), CHANGES),
        ),
        lead=language.plural(
            len(items),
            "{n} address that an earlier edition of this site had is not there any more.",
            "{n} addresses that earlier editions of this site had are not there any more.",
        ),
        items=tuple(items),
    )


def _successor(archive: Archive, address: str, day: date, now: Collection[str]) -> tuple[str, str]:
    """What stands in the place of a former address: the page of what it was about."""
    folder = archive.builder.folder
    path = address.removeprefix(folder)
    stem = path.rpartition(".")[0]
    parts = stem.split("/")
    for length in range(len(parts), 0, -1):
        page = f"{'/'.join(parts[:length])}.html"
        if f"{folder}{page}" in now:
            return archive.names.get(parts[length - 1], page), page
    edition = archive.language.say("the edition of {day}", day=archive.language.day(day))
    return edition, edition_href(day)
