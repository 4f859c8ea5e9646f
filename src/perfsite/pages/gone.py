"""What stands at the addresses of services and groups that the register does not have any more."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from perfsite.components.builder import FOLDERS, group_href, service_href
from perfsite.components.contexts import GonePage
from perfsite.components.elements import Cell, Column, Link, Row, Table
from perfsite.exports.editions import edition_href, without_numbers
from perfsite.kpi.groups import GroupKind, make_groups
from perfsite.periods import Period
from perfsite.widgets.changes import figure_name, number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    import pandas as pd

    from perfsite.editions import EditionFigures
    from perfsite.kpi.groups import Group
    from perfsite.model import Service
    from perfsite.pages.editions import Archive


def gone_pages(archive: Archive, groups: Iterable[Group], taken: Collection[str]) -> list[GonePage]:
    """A page for each service and each group that an edition had and the register has not.

    `groups` are those of now, `taken` the addresses that other pages have.
    """
    now = {group_href(group) for group in groups if group.kind is not GroupKind.ALL}
    pages = [*_services(archive), *_groups(archive, now)]
    return [page for page in pages if page.path not in taken]


def gone_services(history: Iterable[EditionFigures], services: Mapping[str, Service]) -> set[str]:
    """The ids of services that an edition had and the register has not, nor as a former id."""
    known = {*services, *(alias for one in services.values() for alias in one.aliases)}
    return {key for edition in history for key in edition.services} - known


def _services(archive: Archive) -> list[GonePage]:
    gone = gone_services(archive.history, archive.services)
    first: dict[str, EditionFigures] = {}
    last: dict[str, EditionFigures] = {}
    for edition in archive.history:
        for key in gone & edition.services.keys():
            first.setdefault(key, edition)
            last[key] = edition
    rows = {
        str(key): mine
        for edition in archive.history
        for key, mine in _rows_of(edition, {key for key in gone if last[key] is edition})
    }
    return [_service(archive, key, first[key], last[key], rows.get(key)) for key in sorted(gone)]


def _rows_of(
    edition: EditionFigures, services: Collection[str]
) -> Iterable[tuple[object, pd.DataFrame]]:
    """The figures of each of these services in an edition."""
    if not services:
        return ()
    rows = edition.rows[edition.rows["service"].isin(list(services))]
    return rows[rows["value"] != ""].groupby("service", sort=False)


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
    rows = rows[rows["value"] != ""]
    if rows.empty:
        return None
    periods = {code: Period.parse(code) for code in rows["period"].unique()}
    ends = rows["period"].map({code: one.end.toordinal() for code, one in periods.items()})
    order = rows.assign(end=ends).sort_values(["end", "period"], ascending=False, kind="stable")
    made = tuple(
        Row(
            language.period_range(periods[period]),
            (
                Cell(figure_name(measure, channel, measures, language)),
                Cell(number(value, measure, measures, language)),
            ),
        )
        for period, measure, channel, value in order[
            ["period", "measure", "channel", "value"]
        ].itertuples(index=False, name=None)
    )
    texts = (language.say("Period"), language.say("Figure"), language.say("Value"))
    caption = language.say("Figures in the edition of {day}", day=language.day(day))
    return Table(caption, tuple(Column(text) for text in texts), made, wide=True)


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
