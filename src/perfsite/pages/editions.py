"""The pages of what is kept: every edition, what changed between them, and where addresses went."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from perfsite.components.contexts import EditionPage, EditionsPage
from perfsite.components.elements import Cell, Column, Link, Outside, Row, Table
from perfsite.exports.editions import edition_href, without_numbers
from perfsite.exports.feed import TIMEMAP
from perfsite.measures import MEASURES
from perfsite.metadata.tables import EDITIONS
from perfsite.pages.general import size_of
from perfsite.widgets.changes import figure_name, step_summary, step_tables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from perfsite.components.builder import Builder
    from perfsite.editions import EditionFigures
    from perfsite.language import Language
    from perfsite.model import File, Key, Service
    from perfsite.revisions import Ledger, Step

EDITIONS_PAGE: Final = "editions/index.html"


@dataclass(frozen=True)
class Archive:
    """What the pages of editions are made of: the editions, their ledger and the site's services.

    `hidden` are the figures that are confidential now.
    """

    builder: Builder
    history: Sequence[EditionFigures]
    ledger: Ledger | None
    services: Mapping[str, Service]
    hidden: Collection[Key]

    @property
    def language(self) -> Language:
        """The language of the pages."""
        return self.builder.language

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of all services that ever were, as they were called last."""
        names = {key: one.name for edition in self.history for key, one in edition.services.items()}
        return names | {key: one.name for key, one in self.services.items()}

    def tables(self, step: Step) -> tuple[Table, ...]:
        """What changed in a step."""
        return step_tables(step, self.names, self.builder.config.all_measures, self.language)


def editions_page(archive: Archive) -> EditionsPage:
    """editions/index.html."""
    language, history = archive.language, archive.history
    say = language.say
    title = say("Editions")
    texts = (say("Edition"), say("Services"), say("Figures"), say("Archive package"))
    packages = archive.builder.config.packages
    given = {one.date: int((one.rows["value"] != "").sum()) for one in history}
    rows = tuple(
        Row(
            language.day(one.date),
            (
                Cell(language.count(len(one.services))),
                Cell(language.count(given[one.date])),
                Cell(say("yes")) if one.date in packages else Cell(say("none"), missing=True),
            ),
            edition_href(one.date),
        )
        for one in reversed(history)
    )
    lead = (
        language.plural(
            len(rows),
            "{n} edition of this site is kept as it was published. It never changes.",
            "{n} editions of this site are kept as they were published. They never change.",
        )
        if rows
        else say("No edition of this site has been frozen yet.")
    )
    return EditionsPage(
        **archive.builder.base(
            EDITIONS_PAGE, title, say("Every edition of this site that is kept."), "changes"
        ),
        lead=lead,
        table=Table(title, tuple(Column(text) for text in texts), rows) if rows else None,
        timemap=TIMEMAP,
    )


def edition_pages(archive: Archive, files: Mapping[str, File]) -> list[EditionPage]:
    """editions/<date>/index.html of each edition; `files` are those of the site by their paths."""
    steps = {step.day: step for step in archive.ledger.steps} if archive.ledger else {}
    days = [one.date for one in archive.history]
    before = {later: earlier for earlier, later in pairwise(days)}
    after = dict(pairwise(days))
    return [
        _edition_page(
            archive, one, steps.get(one.date), before.get(one.date), after.get(one.date), files
        )
        for one in archive.history
    ]


def _edition_page(
    archive: Archive,
    one: EditionFigures,
    step: Step | None,
    before: date | None,
    after: date | None,
    files: Mapping[str, File],
) -> EditionPage:
    language = archive.language
    say = language.say
    day = language.day(one.date)
    title = say("Edition of {day}", day=day)
    given = one.rows["value"] != ""
    lead = say(
        "In the edition of {day} the site had {services} and {figures}.",
        day=day,
        services=language.plural(len(one.services), "{n} service", "{n} services"),
        figures=language.plural(int(given.sum()), "{n} figure", "{n} figures"),
    )
    package = archive.builder.config.packages.get(one.date)
    hidden = without_numbers(one.rows, archive.hidden)
    suppressed = int((given & (hidden["value"] == "")).sum())
    return EditionPage(
        **archive.builder.base(
            edition_href(one.date),
            title,
            lead,
            "changes",
            Link(say("Editions"), EDITIONS_PAGE),
        ),
        day=day,
        date=one.date.isoformat(),
        lead=lead,
        notices=_suppressed(suppressed, language),
        held=_held(archive, one),
        before=_neighbour(before, language),
        after=_neighbour(after, language),
        summary=step_summary(step, language) if step else (),
        tables=archive.tables(step) if step else (),
        files=tuple(_files(one, files, language)),
        package=Outside(say("Archive package of this edition"), str(package.url))
        if package
        else None,
        package_hash=package.sha256 if package else "",
        seal=one.hash,
        timemap=TIMEMAP,
    )


def _suppressed(number: int, language: Language) -> tuple[str, ...]:
    if not number:
        return ()
    return (
        language.plural(
            number,
            "{n} figure of this edition became confidential later and is not shown any more.",
            "{n} figures of this edition became confidential later and are not shown any more.",
        ),
    )


def _neighbour(day: date | None, language: Language) -> Link | None:
    if day is None:
        return None
    return Link(language.say("Edition of {day}", day=language.day(day)), edition_href(day))


def _held(archive: Archive, one: EditionFigures) -> tuple[tuple[str, str, str], ...]:
    """What the edition held, as names and numbers: organisations, and figures by measure."""
    language, measures = archive.language, {**MEASURES, **archive.builder.config.all_measures}
    departments = {service.department for service in one.services.values()}
    facts = [
        (language.say("Services"), language.count(len(one.services)), ""),
        (language.say("Departments"), language.count(len(departments)), ""),
    ]
    given = one.rows.loc[one.rows["value"] != "", "measure"].value_counts()
    facts += [
        (figure_name(str(key), "", measures, language), _figures(int(number), language), "")
        for key, number in given.items()
    ]
    version = one.manifest.versions.get("perfsite", "")
    made = language.say("perfsite {version}", version=version)
    facts.append((language.say("Made with"), made, ""))
    return tuple(facts)


def _figures(number: int, language: Language) -> str:
    return language.plural(number, "{n} figure", "{n} figures")


def _files(
    one: EditionFigures, files: Mapping[str, File], language: Language
) -> list[tuple[Link, str, str]]:
    names = [f"{name}.csv" for name in EDITIONS]
    found = []
    for name in [*names, *(f"{name}-metadata.json" for name in names), "urls.txt"]:
        path = edition_href(one.date, name)
        if path in files:
            data = files[path].data
            found.append(
                (Link(name, path), size_of(len(data), language), hashlib.sha256(data).hexdigest())
            )
    return found
