"""The pages of what is kept.

Every edition, the ledger of changes, and what stands at former addresses.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from perfsite.components.contexts import (
    CSV,
    AddressesPage,
    ChangesPage,
    EditionPage,
    EditionsPage,
    GonePage,
    group_href,
    service_href,
)
from perfsite.components.elements import Cell, Column, DataLink, Link, Outside, Row, Table
from perfsite.exports.editions import edition_href, former_addresses, without_numbers
from perfsite.exports.feed import TIMEMAP
from perfsite.exports.tables import EDITIONS, REVISIONS_CSV
from perfsite.frames import Col
from perfsite.history import figures_by_measure, suppressed_since, texts_of_services
from perfsite.kpi.groups import FOLDERS, GroupKind, make_groups
from perfsite.measures import MEASURES
from perfsite.pages.utility import size_of
from perfsite.periods import Period
from perfsite.revisions import MEANINGS, ChangeKind, Move
from perfsite.text import joined
from perfsite.widgets.changes import KINDS, MOVES, figure_name, number, step_summary, step_tables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from perfsite.components.contexts import Builder
    from perfsite.editions import EditionFigures
    from perfsite.kpi.groups import Group
    from perfsite.language import Language
    from perfsite.model import Key, Service, StoredFile
    from perfsite.revisions import RevisionHistory, Step


# The pages of what is kept: every edition, what changed between them, and where addresses went.


EDITIONS_PAGE: Final = "editions/index.html"


@dataclass(frozen=True)
class Archive:
    """What the pages of editions are made of: the editions, their ledger and the site's services.

    `hidden` are the figures that are confidential now.
    """

    builder: Builder
    history: Sequence[EditionFigures]
    ledger: RevisionHistory | None
    services: Mapping[str, Service]
    hidden: Collection[Key]

    @property
    def language(self) -> Language:
        """The language of the pages."""
        return self.builder.language

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of all services that ever were, as they were called last."""
        names = {
            key: service.name
            for edition in self.history
            for key, service in edition.services.items()
        }
        return names | {key: service.name for key, service in self.services.items()}

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
    counts = {one.date: sum(figures_by_measure(one).values()) for one in history}
    rows = tuple(
        Row(
            language.day(edition.date),
            (
                Cell(language.count(len(edition.services))),
                Cell(language.count(counts[edition.date])),
                Cell(say("yes")) if edition.date in packages else Cell(say("none"), missing=True),
            ),
            edition_href(edition.date),
        )
        for edition in reversed(history)
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


def edition_pages(archive: Archive, files: Mapping[str, StoredFile]) -> list[EditionPage]:
    """editions/<date>/index.html of each edition; `files` are those of the site by their paths."""
    steps = {step.day: step for step in archive.ledger.steps} if archive.ledger else {}
    days = [edition.date for edition in archive.history]
    before = {later: earlier for earlier, later in pairwise(days)}
    after = dict(pairwise(days))
    return [
        _edition_page(
            archive,
            edition,
            steps.get(edition.date),
            before.get(edition.date),
            after.get(edition.date),
            files,
        )
        for edition in archive.history
    ]


def _edition_page(
    archive: Archive,
    edition: EditionFigures,
    step: Step | None,
    before: date | None,
    after: date | None,
    files: Mapping[str, StoredFile],
) -> EditionPage:
    language = archive.language
    say = language.say
    day = language.day(edition.date)
    title = say("Edition of {day}", day=day)
    lead = say(
        "In the edition of {day} the site had {services} and {figures}.",
        day=day,
        services=language.plural(len(edition.services), "{n} service", "{n} services"),
        figures=_figures(sum(figures_by_measure(edition).values()), language),
    )
    package = archive.builder.config.packages.get(edition.date)
    return EditionPage(
        **archive.builder.base(
            edition_href(edition.date),
            title,
            lead,
            "changes",
            Link(say("Editions"), EDITIONS_PAGE),
        ),
        day=day,
        date=edition.date.isoformat(),
        lead=lead,
        notices=_suppressed(suppressed_since(edition, archive.hidden), language),
        held=_held(archive, edition),
        before=_neighbour(before, language),
        after=_neighbour(after, language),
        summary=step_summary(step, language) if step else (),
        tables=archive.tables(step) if step else (),
        files=tuple(_files(edition, files, language)),
        package=Outside(say("Archive package of this edition"), str(package.url))
        if package
        else None,
        package_hash=package.sha256 if package else "",
        seal=edition.hash,
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


def _held(archive: Archive, edition: EditionFigures) -> tuple[tuple[str, str, str], ...]:
    """What the edition held, as names and numbers: organisations, and figures by measure."""
    language, measures = archive.language, {**MEASURES, **archive.builder.config.all_measures}
    departments = {service.department for service in edition.services.values()}
    facts = [
        (language.say("Services"), language.count(len(edition.services)), ""),
        (language.say("Departments"), language.count(len(departments)), ""),
    ]
    facts += [
        (figure_name(key, "", measures, language), _figures(number, language), "")
        for key, number in figures_by_measure(edition).items()
    ]
    version = edition.manifest.versions.get("perfsite", "")
    version_words = language.say("perfsite {version}", version=version)
    facts.append((language.say("Made with"), version_words, ""))
    return tuple(facts)


def _figures(number: int, language: Language) -> str:
    return language.plural(number, "{n} figure", "{n} figures")


def _files(
    edition: EditionFigures, files: Mapping[str, StoredFile], language: Language
) -> list[tuple[Link, str, str]]:
    names = [f"{name}.csv" for name in EDITIONS]
    links = []
    for name in [*names, *(f"{name}-metadata.json" for name in names), "urls.txt"]:
        path = edition_href(edition.date, name)
        if path in files:
            file = files[path]
            links.append((Link(name, path), size_of(file.size, language), file.digest))
    return links


# The pages of changes: the ledger of revisions, and where former addresses went.


CHANGES: Final = "changes/index.html"
ADDRESSES: Final = "changes/addresses.html"
_COUNTED: Final = (*Move, *ChangeKind)
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
        summary = joined(" ", step_summary(pending, language))
        day = language.day(ledger.day)
        lead = say("Since the edition of {day}: {summary}", day=day, summary=summary)
    words = [(KINDS[kind], MEANINGS[kind]) for kind in ChangeKind]
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


def _steps_table(ledger: RevisionHistory, language: Language) -> Table:
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


# What stands at the addresses of services and groups that the register does not have any more.


def gone_pages(archive: Archive, groups: Iterable[Group], taken: Collection[str]) -> list[GonePage]:
    """A page for each service and each group that an edition had and the register has not.

    `groups` are those of now, `taken` the addresses that other pages have.
    """
    now = {group_href(group) for group in groups if group.kind is not GroupKind.ALL}
    pages = [*_services(archive), *_groups(archive, now)]
    return [page for page in pages if page.path not in taken]


def gone_services(history: Iterable[EditionFigures], services: Mapping[str, Service]) -> set[str]:
    """The ids of services that an edition had and the register has not, nor as a former id."""
    ids = {*services, *(alias for service in services.values() for alias in service.aliases)}
    return {key for edition in history for key in edition.services} - ids


def _services(archive: Archive) -> list[GonePage]:
    gone = gone_services(archive.history, archive.services)
    first: dict[str, EditionFigures] = {}
    last: dict[str, EditionFigures] = {}
    for edition in archive.history:
        for key in gone & edition.services.keys():
            first.setdefault(key, edition)
            last[key] = edition
    rows = {
        str(key): figures
        for edition in archive.history
        for key, figures in _rows_of(edition, {key for key in gone if last[key] is edition})
    }
    return [_service(archive, key, first[key], last[key], rows.get(key)) for key in sorted(gone)]


def _rows_of(
    edition: EditionFigures, services: Collection[str]
) -> Iterable[tuple[object, pd.DataFrame]]:
    """The figures of each of these services in an edition."""
    if not services:
        return ()
    rows = texts_of_services(edition, services)
    return rows[rows[Col.VALUE] != ""].groupby(Col.SERVICE, sort=False)


def _service(
    archive: Archive,
    key: str,
    first: EditionFigures,
    last: EditionFigures,
    rows: pd.DataFrame | None,
) -> GonePage:
    language, service = archive.language, last.services[key]
    say = language.say
    title = say("{service}: no longer in the register", service=service.name)
    lead = say(
        "This service was in the register until the edition of {day}. It has left the register "
        "since. Its last figures stay here.",
        day=language.day(last.date),
    )
    facts = [
        (say("Department"), service.department, ""),
        (say("First edition"), language.day(first.date), edition_href(first.date)),
        (say("Last edition"), language.day(last.date), edition_href(last.date)),
    ]
    if service.agency and service.agency != service.department:
        facts.insert(1, (say("Agency"), service.agency, ""))
    return GonePage(
        **archive.builder.base(
            service_href(key),
            f"{title} ({key})",
            lead,
            "services",
            Link(say("Services"), "services/index.html"),
        ),
        name=service.name,
        lead=lead,
        facts=tuple(facts),
        successors=(),
        members=(),
        table=None if rows is None else _last_figures(archive, rows, last.date),
    )


def _last_figures(archive: Archive, rows: pd.DataFrame, day: date) -> Table | None:
    """The figures of a service in its last edition, the newest period first."""
    language, measures = archive.language, archive.builder.config.all_measures
    rows = without_numbers(rows, archive.hidden)
    rows = rows[rows[Col.VALUE] != ""]
    if rows.empty:
        return None
    periods = {code: Period.parse(code) for code in rows[Col.PERIOD].unique()}
    ends = rows[Col.PERIOD].map({code: period.end.toordinal() for code, period in periods.items()})
    order = rows.assign(end=ends).sort_values([Col.END, Col.PERIOD], ascending=False, kind="stable")
    table_rows = tuple(
        Row(
            language.period_range(periods[period]),
            (
                Cell(figure_name(measure, channel, measures, language)),
                Cell(number(value, measure, measures, language)),
            ),
        )
        for period, measure, channel, value in order[
            [Col.PERIOD, Col.MEASURE, Col.CHANNEL, Col.VALUE]
        ].itertuples(index=False, name=None)
    )
    texts = (language.say("Period"), language.say("Figure"), language.say("Value"))
    caption = language.say("Figures in the edition of {day}", day=language.day(day))
    return Table(caption, tuple(Column(text) for text in texts), table_rows, wide=True)


def _groups(archive: Archive, now: Collection[str]) -> list[GonePage]:
    """Groups that were: departments that merged, agencies that were renamed, and so on."""
    last: dict[str, tuple[Group, EditionFigures]] = {}
    for edition in archive.history:
        for group in make_groups(edition.services):
            if group.kind is not GroupKind.ALL and group_href(group) not in now:
                last[group_href(group)] = group, edition
    return [_group(archive, href, *last[href]) for href in sorted(last)]


def _group(archive: Archive, href: str, group: Group, last: EditionFigures) -> GonePage:
    language = archive.language
    say = language.say
    folder, name = FOLDERS[group.kind]
    lead = language.plural(
        len(group.services),
        "{name} was in the register until the edition of {day}, with {n} service.",
        "{name} was in the register until the edition of {day}, with {n} services.",
        name=group.name,
        day=language.day(last.date),
    )
    return GonePage(
        **archive.builder.base(
            href,
            say("{name}: no longer in the register ({kind})", name=group.name, kind=say(name)),
            lead,
            "departments",
            Link(say(name), f"{folder}/index.html"),
        ),
        name=group.name,
        lead=lead,
        facts=((say("Last edition"), language.day(last.date), edition_href(last.date)),),
        successors=tuple(_successors(archive, group)),
        members=tuple(_members(archive, group)),
        table=None,
    )


def _successors(archive: Archive, group: Group) -> Iterable[Link]:
    """The departments that have the services of a group now, and how many of them each has."""
    counts: Counter[str] = Counter()
    for key in group.services:
        if service := archive.services.get(key):
            counts[service.department] += 1
    for department in make_groups(archive.services):
        if department.kind is GroupKind.DEPARTMENT and counts[department.name]:
            text = archive.language.plural(
                counts[department.name],
                "{department} ({n} service)",
                "{department} ({n} services)",
                department=department.name,
            )
            yield Link(text, group_href(department))


def _members(archive: Archive, group: Group) -> Iterable[Link]:
    """The services that a group had; those that left the register have a page too."""
    for key in group.services:
        yield Link(archive.names[key], service_href(key))
