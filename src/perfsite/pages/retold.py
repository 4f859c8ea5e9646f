"""What the figures of a service have said: the history that stands on its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfsite.components.elements import Cell, Column, Row, Table
from perfsite.pages.change_words import KINDS, figure_name, number
from perfsite.periods import Period
from perfsite.revisions import Kind, Move

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.revisions import Ledger, Retold, ServiceChange


@dataclass(frozen=True)
class History:
    """What became of a service, in sentences, and what its figures have said."""

    notes: tuple[str, ...] = ()
    table: Table | None = None


def history_notes(ledger: Ledger | None, service: str, language: Language) -> tuple[str, ...]:
    """What became of a service since the first edition, and which figures came late."""
    if ledger is None:
        return ()
    notes = [(day, _moved(day, one, language)) for day, one in ledger.moves.get(service, [])]
    notes += [
        (
            day,
            language.plural(
                number_,
                "{edition}: {n} figure was given late, for a period of which others had been "
                "published before.",
                "{edition}: {n} figures were given late, for periods of which others had been "
                "published before.",
                edition=_edition(day, language),
            ),
        )
        for day, number_ in ledger.backfilled.get(service, [])
    ]
    return tuple(text for _, text in sorted(notes, key=_when))


def _when(note: tuple[date | None, str]) -> tuple[bool, date | None]:
    """Editions in their order, then what is not frozen yet."""
    return note[0] is None, note[0]


def history_table(
    ledger: Ledger | None, service: str, measures: Mapping[str, Measure], language: Language
) -> Table | None:
    """What each figure has said that once said something else; None where there is none."""
    retold = ledger.retold.get(service, []) if ledger else []
    if not retold:
        return None
    reasons = any(one.reason for one in retold)
    rows = [_row(one, measures, reasons, language) for one in _newest_first(retold)]
    texts = [language.say("Figure"), language.say("What it has said")]
    texts += [language.say("Why it changed")] if reasons else []
    caption = language.say("Figures that have said something else")
    return Table(caption, tuple(Column(text) for text in texts), tuple(rows), wide=True, words=True)


def _newest_first(retold: list[Retold]) -> list[Retold]:
    return sorted(
        retold,
        key=lambda one: (Period.parse(one.period).end, one.period, one.measure, one.channel),
        reverse=True,
    )


def _row(one: Retold, measures: Mapping[str, Measure], reasons: bool, language: Language) -> Row:
    name = figure_name(one.measure, one.channel, measures, language)
    period = language.period_range(Period.parse(one.period))
    said = []
    for day, text, kind in one.said:
        value = number(text, one.measure, measures, language)
        edition = _edition(day, language)
        if kind:
            word = language.say(KINDS[Kind(kind)])
            said.append(
                language.say(
                    "{value} ({edition}, {change})", value=value, edition=edition, change=word
                )
            )
        else:
            said.append(language.say("{value} (up to {edition})", value=value, edition=edition))
    cells = [Cell(" → ".join(said))]
    cells += [Cell(one.reason)] if reasons else []
    return Row(name, tuple(cells), under=period)


def _edition(day: date | None, language: Language) -> str:
    if day is None:
        return language.say("Since the last edition")
    return language.short_day(day)


def _moved(day: date | None, one: ServiceChange, language: Language) -> str:
    edition, before, now = _edition(day, language), one.before, one.since
    if one.kind is Move.ADDED:
        return language.say("{edition}: this service came into the register.", edition=edition)
    if one.kind is Move.REMOVED:
        return language.say("{edition}: this service left the register.", edition=edition)
    if one.kind is Move.RENAMED:
        return language.say(
            "{edition}: this service was renamed. Before, it was called “{before}”.",
            edition=edition,
            before=before,
        )
    if one.kind is Move.MOVED:
        return language.say(
            "{edition}: this service moved from {before} to {now}.",
            edition=edition,
            before=before,
            now=now,
        )
    return language.say(
        "{edition}: the id of this service changed from {before} to {now}.",
        edition=edition,
        before=before,
        now=now,
    )
