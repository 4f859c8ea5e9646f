"""What all pages are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from perfsite.kpi.groups import GroupKind, groups_in_language
from perfsite.kpi.reporting import STATES, State
from perfsite.kpis import KPIS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from perfsite.charts.breakdowns import Breakdowns
    from perfsite.charts.series import GivenFigures, Series
    from perfsite.components.builder import Builder
    from perfsite.editions import EditionFigures
    from perfsite.kpi.groups import GroupSummary, Volumes
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.kpi.matched import Panels
    from perfsite.kpi.standards import Standard
    from perfsite.kpi.trace import Provenance
    from perfsite.model import Edition, Key, Service
    from perfsite.policy.carry_forward import Carried
    from perfsite.policy.retractions import Retraction
    from perfsite.revisions import RevisionHistory
    from perfsite.widgets.health import Health


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


@dataclass(frozen=True)
class SiteData:
    """What all pages are made of, in the language of the register; by service where not said.

    `groups` begin with the one of all services. `covered` are the first and the last day that
    figures are for, None without figures; `earlier` are the dates of the editions before this one.
    For those that have any, `standards` are what services promise, `carried` tells whose figures
    errors kept out, and `retracted` are the figures that were taken back.

    `history` are the frozen editions up to this one, `ledger` what changed between them, and
    `hidden` the figures that are confidential now. `given` are the observations of each service.
    """

    services: Mapping[str, Service]
    summaries: Sequence[ServiceSummary]
    groups: Sequence[GroupSummary]
    panels: Mapping[str, Panels]
    volumes: Volumes
    health: Health
    series: Mapping[str, Sequence[Series]]
    measures: Mapping[str, Sequence[Series]]
    breakdowns: Mapping[str, Breakdowns]
    notes: Mapping[str, Sequence[str]]
    provenance: Mapping[str, Mapping[str, Provenance]]
    peers: Mapping[str, Sequence[str]]
    covered: tuple[date, date] | None
    edition: Edition
    earlier: tuple[date, ...]
    standards: Mapping[str, Sequence[Standard]] = field(default_factory=dict)
    carried: Mapping[str, Carried] = field(default_factory=dict)
    retracted: Mapping[str, Sequence[Retraction]] = field(default_factory=dict)
    history: Sequence[EditionFigures] = ()
    ledger: RevisionHistory | None = None
    hidden: frozenset[Key] = frozenset()
    given: Mapping[str, GivenFigures] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, ServiceSummary]:
        """The services by their ids."""
        return {summary.service.id: summary for summary in self.summaries}

    @cached_property
    def asked(self) -> frozenset[str]:
        """The KPIs that some service was asked for in some quarter; all of them without quarters.

        Where nobody was, a service that gave none owes none; nor does it owe a KPI that is not in
        the ledger and of which nobody has a figure.
        """
        ledger = self.health.ledger
        none = STATES.index(State.NOT_ASKED)
        if not ledger.quarters:
            return frozenset(KPIS)
        asked = {
            kpi for place, kpi in enumerate(ledger.kpis) if (ledger.states[:, place] != none).any()
        }
        others = KPIS.keys() - set(ledger.kpis)
        return frozenset(asked) | {
            kpi for kpi in others if any(one.figures[kpi].period for one in self.summaries)
        }

    def of_kind(self, kind: GroupKind) -> list[GroupSummary]:
        """The groups of a kind, in their order."""
        return [summary for summary in self.groups if summary.group.kind is kind]

    def spoken(self, builder: Builder) -> SiteData:
        """The facts with the names and texts that they have in the language of some pages."""
        tags = [tag for tag, _, _ in builder.folders]
        if len(tags) == 1:
            return self
        tag = builder.language.tag
        services = {key: service.in_language(tag) for key, service in self.services.items()}
        groups = groups_in_language(self.groups, tag)
        named = {(one.group.kind, one.group.slug): one.group for one in groups}
        health = [
            replace(one, group=named[one.group.kind, one.group.slug]) for one in self.health.groups
        ]
        return replace(
            self,
            services=services,
            summaries=[replace(one, service=services[one.service.id]) for one in self.summaries],
            groups=groups,
            health=replace(self.health, groups=health),
            notes={
                key: [in_language(note, tag, tags) for note in notes]
                for key, notes in self.notes.items()
            },
            standards={
                key: [replace(one, text=in_language(one.text, tag, tags)) for one in standards]
                for key, standards in self.standards.items()
            },
        )
