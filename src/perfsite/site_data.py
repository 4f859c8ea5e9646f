"""What pages, data files and lists are made of: one record a service, one a group, and the site.

The record of a service holds what its page and its files depend on, and no more: of other services
it has the headlines of its peers. Whoever makes one page of a service again and again may
keep the page for as long as the record is the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from perfsite.charts.breakdowns import charted_measures, collect_breakdowns
from perfsite.charts.series import collect_given, collect_measures, collect_series
from perfsite.exports.tables import kpi_rows, observation_rows, rows_of_services
from perfsite.frames import Col
from perfsite.kpi.groups import (
    GroupKind,
    groups_in_language,
    headline_volumes,
    make_groups,
    summarise_groups,
    volumes_by_period,
)
from perfsite.kpi.headlines import Peer, peers
from perfsite.kpi.health import assess_groups, assess_services
from perfsite.kpi.matched import Panels
from perfsite.kpi.reporting import STATES, State, make_matrix
from perfsite.kpi.standards import collect_standards
from perfsite.kpi.trace import trace
from perfsite.kpis import KPIS, Place, at
from perfsite.revisions import ServiceHistory
from perfsite.stages import stage
from perfsite.text import isolated
from perfsite.validate.values import RETRACTED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pandas as pd

    from perfsite.analysis import Analysis
    from perfsite.charts.breakdowns import Breakdowns
    from perfsite.charts.series import GivenFigures, Series
    from perfsite.editions import EditionFigures
    from perfsite.exports.tables import Rows
    from perfsite.kpi.groups import Group, GroupName, GroupSummary
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.kpi.health import GroupHealth, ServiceHealth
    from perfsite.kpi.matched import Panel
    from perfsite.kpi.reporting import ReportingMatrix
    from perfsite.kpi.standards import Standard
    from perfsite.kpi.trace import Provenance
    from perfsite.model import Edition, Key, Service
    from perfsite.periods import Period
    from perfsite.policy.carry_forward import Carried
    from perfsite.policy.retractions import Retraction
    from perfsite.revisions import RevisionHistory


# Texts of submissions in several languages, as a note holds them, and the one for a page.
#
# A submission has one column for notes. A site in several languages may write a note in all of
# them, in the order of the site's languages, with ` | ` between: `By post too | Aussi par la
# poste`.


BETWEEN: Final = " | "


def in_language(text: str, tag: str, languages: Sequence[str]) -> str:
    """The part of a text in this language; all of it where it has not a part for each language.

    `languages` are the tags of the site's languages in their order, and `tag` is one of them.
    """
    parts = text.split(BETWEEN)
    if len(languages) == 1 or len(parts) != len(languages):
        return text
    return parts[languages.index(tag)].strip()


# A service, a group, and the site.


@dataclass(frozen=True)
class ServiceRecord:
    """A service: all that its page and its files depend on.

    `titles` are those of its page, by the tag of the language. `series` are those of KPIs,
    `measures` those of response time and of what the site declares. `given` are its observations as
    figures, `observations` and `kpis` the same and its KPIs as rows of its own data files, and
    `notes` the distinct notes on them, the newest first. `groups` are its department, agency and
    category. `asked` are the KPIs that have a card: some service of the site is asked for them.
    `carried` says that errors kept figures out, `retracted` which were taken back. `last_change` is
    the date of the edition that last had news of it; None without editions, and where there is news
    since the last of them.
    """

    summary: ServiceSummary
    titles: Mapping[str, str]
    series: tuple[Series, ...]
    measures: tuple[Series, ...]
    breakdowns: Breakdowns
    standards: tuple[Standard, ...]
    given: GivenFigures
    observations: Rows
    kpis: Rows
    notes: tuple[str, ...]
    provenance: Mapping[str, Provenance]
    groups: tuple[GroupName, ...]
    peers: tuple[Peer, ...]
    asked: tuple[str, ...]
    health: ServiceHealth
    carried: Carried | None
    retracted: tuple[Retraction, ...]
    history: ServiceHistory
    last_change: date | None

    @property
    def service(self) -> Service:
        """The service as the register has it."""
        return self.summary.service

    def in_language(self, tag: str, tags: Sequence[str]) -> ServiceRecord:
        """The record with the texts of one of the site's languages, whose `tags` these are."""
        return replace(
            self,
            summary=replace(self.summary, service=self.service.in_language(tag)),
            standards=tuple(
                replace(one, text=in_language(one.text, tag, tags)) for one in self.standards
            ),
            notes=tuple(in_language(note, tag, tags) for note in self.notes),
            groups=tuple(one.in_language(tag) for one in self.groups),
            peers=tuple(one.in_language(tag) for one in self.peers),
        )


@dataclass(frozen=True)
class GroupRecord:
    """A group: all that its page and its file depend on.

    `samples` are its matched samples over time, by KPI, where there is one. `members` are its
    services with their headlines, by their ids, and `volumes` the transactions of those that make
    its own headline, which add up to it. `agencies` are those of a department. `newest` is the
    newest quarter that services were asked for, None where there is none yet, and `last_change` as
    in a `ServiceRecord`, of all its services.
    """

    summary: GroupSummary
    samples: Mapping[str, Panel]
    members: Mapping[str, ServiceSummary]
    volumes: Mapping[str, float]
    health: GroupHealth
    agencies: tuple[GroupName, ...]
    newest: Period | None
    last_change: date | None

    @property
    def group(self) -> Group:
        """The group itself."""
        return self.summary.group


@dataclass(frozen=True)
class SiteData:
    """What all pages and data files are made of, in the language of the register.

    `services` are in the order of the register, by their ids, and `groups` begin with the one of
    all services. `observations` are all of them as rows of data files. `matrix` says who reported
    what, quarter by quarter. `covered` are the first and the last day that figures are for, None
    without figures; `earlier` are the dates of the editions before this one.

    `history` are the frozen editions up to this one, `ledger` what changed between them, and
    `hidden` the figures that are confidential now.
    """

    services: Mapping[str, ServiceRecord]
    groups: tuple[GroupRecord, ...]
    observations: Rows
    matrix: ReportingMatrix
    covered: tuple[date, date] | None
    edition: Edition
    earlier: tuple[date, ...]
    history: Sequence[EditionFigures]
    ledger: RevisionHistory | None
    hidden: frozenset[Key]

    @cached_property
    def last_change(self) -> date | None:
        """The date of the edition that last had news of any service, as in a `ServiceRecord`."""
        ledger = self.ledger
        # Services that left changed the lists, too.
        return ledger.last_change((*self.services, *ledger.moves)) if ledger else None

    @property
    def whole(self) -> GroupRecord:
        """All services together."""
        return self.groups[0]

    @cached_property
    def register(self) -> dict[str, Service]:
        """The services as the register has them, by their ids."""
        return {key: record.service for key, record in self.services.items()}

    def of_kind(self, kind: GroupKind) -> list[GroupRecord]:
        """The groups of a kind, in their order."""
        return [record for record in self.groups if record.group.kind is kind]

    def in_language(self, tag: str, tags: Sequence[str]) -> SiteData:
        """The same with the texts of one of the site's languages, whose `tags` these are."""
        if len(tags) == 1:
            return self
        services = {key: one.in_language(tag, tags) for key, one in self.services.items()}
        records = {(one.group.kind, one.group.slug): one for one in self.groups}
        summaries = groups_in_language([one.summary for one in self.groups], tag)
        groups = [summary.group for summary in summaries]
        return replace(
            self,
            services=services,
            groups=tuple(
                replace(
                    record,
                    summary=summary,
                    members={key: services[key].summary for key in record.members},
                    health=replace(record.health, group=summary.group),
                    agencies=_agencies(summary.group, groups),
                )
                for summary in summaries
                for record in [records[summary.group.kind, summary.group.slug]]
            ),
        )


# The records, made once of what is known.


@stage("site data")
def make_site_data(analysis: Analysis, edition: Edition) -> SiteData:
    """Everything that pages and data files say, worked out once for all languages."""
    summaries, config = analysis.summaries, analysis.data.config
    matrix = make_matrix(
        analysis.figures, analysis.parts, summaries, analysis.observations, config.digital_channels
    )
    health = assess_services(matrix)
    groups = _make_group_records(analysis, matrix, health)
    rows = observation_rows(analysis.published)
    return SiteData(
        services=_make_service_records(analysis, matrix, health, groups, rows),
        groups=groups,
        observations=rows,
        matrix=matrix,
        covered=_covered(analysis.figures.frame),
        edition=edition,
        earlier=tuple(day for day in config.published if day < edition.date),
        history=analysis.data.history,
        ledger=analysis.ledger,
        hidden=analysis.hidden,
    )


def _make_service_records(
    analysis: Analysis,
    matrix: ReportingMatrix,
    health: Mapping[str, ServiceHealth],
    groups: Iterable[GroupRecord],
    rows: Rows,
) -> dict[str, ServiceRecord]:
    """The record of each service; `rows` are all observations as rows of data files."""
    config, parts, ids = analysis.data.config, analysis.parts, analysis.services
    summaries = {summary.service.id: summary for summary in analysis.summaries}
    every = analysis.summaries
    titles = _titles(every, config.languages)
    series = collect_series(parts, analysis.figures, ids)
    measures = collect_measures(parts, charted_measures(config), ids)
    breakdowns = collect_breakdowns(analysis.observations, parts, ids, config)
    standards = collect_standards(analysis.observations, config)
    given = collect_given(analysis.published, analysis.revised, ids)
    observations = _by_service(rows_of_services(rows, analysis.published))
    kpis = _by_service(kpi_rows(analysis.figures, every))
    notes = _notes(analysis.observations)
    sources = trace(every, parts, analysis.figures.windows, analysis.observations, config)
    memberships = _memberships(groups)
    alike = peers(every)
    asked = asked_kpis(matrix, every)
    carried = {one.service: one for one in analysis.carried}
    retracted: dict[str, list[Retraction]] = {}
    for one in analysis.retracted:
        retracted.setdefault(one.service, []).append(one)
    ledger = analysis.ledger
    return {
        key: ServiceRecord(
            summary=summary,
            titles={tag: mine[key] for tag, mine in titles.items()},
            series=tuple(series[key]),
            measures=tuple(measures[key]),
            breakdowns=breakdowns[key],
            standards=tuple(standards.get(key, ())),
            given=given[key],
            observations=observations.get(key, []),
            kpis=kpis.get(key, []),
            notes=tuple(notes.get(key, ())),
            provenance=sources.get(key, {}),
            groups=memberships[key],
            peers=tuple(Peer.of(summaries[other]) for other in alike[key]),
            asked=asked,
            health=health[key],
            carried=carried.get(key),
            retracted=tuple(retracted.get(key, ())),
            history=ledger.of(key) if ledger else ServiceHistory(),
            last_change=_last_change(ledger, (key,)),
        )
        for key, summary in summaries.items()
    }


def _make_group_records(
    analysis: Analysis, matrix: ReportingMatrix, health: Mapping[str, ServiceHealth]
) -> tuple[GroupRecord, ...]:
    """The record of each group, that of all services first."""
    figures, parts = analysis.figures, analysis.parts
    summaries = {summary.service.id: summary for summary in analysis.summaries}
    groups = make_groups(analysis.services)
    share = analysis.data.config.headline_share
    made = summarise_groups(figures, analysis.summaries, groups, share, parts)
    panels = [Panels(figures, kpi, parts) for kpi in at(Place.GROUP_CHART)]
    volumes = volumes_by_period(figures)
    return tuple(
        GroupRecord(
            summary=summary,
            samples={one.kpi: panel for one in panels if (panel := one.of(summary)) is not None},
            members={key: summaries[key] for key in summary.group.services},
            volumes=headline_volumes(summary, volumes),
            health=assessed,
            agencies=_agencies(summary.group, groups),
            newest=matrix.quarters[-1] if matrix.quarters else None,
            last_change=_last_change(analysis.ledger, summary.group.services),
        )
        for summary, assessed in zip(made, assess_groups(health, groups), strict=True)
    )


def _titles(summaries: Sequence[ServiceSummary], tags: Iterable[str]) -> dict[str, dict[str, str]]:
    """The titles of all services by language, then by service."""
    services = [summary.service for summary in summaries]
    return {tag: service_titles([one.in_language(tag) for one in services]) for tag in tags}


def service_titles(services: Sequence[Service]) -> dict[str, str]:
    """The title of each service's page; services of one name and organisation show their ids."""
    titles = {one.id: f"{isolated(one.name)}: {isolated(one.organisation)}" for one in services}
    shared = Counter(titles.values())
    return {key: f"{t} ({key})" if shared[t] > 1 else t for key, t in titles.items()}


def asked_kpis(matrix: ReportingMatrix, summaries: Sequence[ServiceSummary]) -> tuple[str, ...]:
    """The KPIs that some service was asked for in some quarter; all of them without quarters.

    Where nobody was, a service that gave none owes none; nor does it owe a KPI that is not in the
    matrix and of which nobody has a figure.
    """
    none = STATES.index(State.NOT_ASKED)
    if not matrix.quarters:
        return tuple(sorted(KPIS))
    asked = {
        kpi for place, kpi in enumerate(matrix.kpis) if (matrix.states[:, place] != none).any()
    }
    others = KPIS.keys() - set(matrix.kpis)
    asked |= {kpi for kpi in others if any(one.figures[kpi].period for one in summaries)}
    return tuple(sorted(asked))


def _memberships(groups: Iterable[GroupRecord]) -> dict[str, tuple[GroupName, ...]]:
    """The department, agency and category of each service."""
    found: dict[str, tuple[GroupName, ...]] = {}
    for record in groups:
        for key in record.group.services:
            mine = () if record.group.kind is GroupKind.ALL else (record.group.called,)
            found[key] = (*found.get(key, ()), *mine)
    return found


def _agencies(group: Group, groups: Iterable[Group]) -> tuple[GroupName, ...]:
    """The agencies of a department."""
    if group.kind is not GroupKind.DEPARTMENT:
        return ()
    agencies = (one for one in groups if one.kind is GroupKind.AGENCY)
    return tuple(agency.called for agency in agencies if group.name in agency.parents)


def _last_change(ledger: RevisionHistory | None, services: Collection[str]) -> date | None:
    return ledger.last_change(services) if ledger else None


def _by_service(rows: Iterable[tuple[str, ...]]) -> dict[str, Rows]:
    """Rows of a data file by their first column."""
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _covered(figures: pd.DataFrame) -> tuple[date, date] | None:
    """The first and the last day that figures are for."""
    if figures.empty:
        return None
    first, last = int(figures[Col.START].min()), int(figures[Col.END].max())
    return date.fromordinal(first), date.fromordinal(last)


def _notes(observations: pd.DataFrame) -> dict[str, list[str]]:
    """The distinct notes on each service's observations, the newest first."""
    # Why a figure was taken back stands with it, not among the remarks.
    taken_back = observations[Col.MARKS].str.contains(RETRACTED, regex=False).astype(bool)
    noted = observations[(observations[Col.NOTE] != "") & ~taken_back].iloc[::-1]
    noted = noted.drop_duplicates([Col.SERVICE, Col.NOTE])
    return {
        str(service): list(notes)
        for service, notes in noted.groupby(Col.SERVICE, sort=False)[Col.NOTE]
    }
