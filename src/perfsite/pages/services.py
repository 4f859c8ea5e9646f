"""The page of each service: its lead, cards and figures, and the pictures that these need."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from perfsite.charts.breakdowns import Breakdowns
from perfsite.charts.draw import card_job
from perfsite.charts.series import Given
from perfsite.components.builder import CSV, JSON, Builder, group_href, service_href
from perfsite.components.contexts import ServicePage
from perfsite.components.elements import DataLink, Link
from perfsite.exports.jsonld import as_script, service_dataset
from perfsite.kpi.groups import GroupKind
from perfsite.kpis import KPIS
from perfsite.pages.breakdown_modules import ANSWERS, answers_module, channel_module
from perfsite.pages.embeds import embed_page
from perfsite.pages.given_words import towards_all
from perfsite.pages.health_words import owed_words
from perfsite.pages.other_figures import other_figures_module
from perfsite.pages.other_modules import journey_modules, readings_module, years_module
from perfsite.pages.service_words import (
    card_lines,
    citation_of,
    covered_by,
    facts_of,
    lead_of,
    peers_of,
    remarks_of,
    service_cards,
)
from perfsite.pages.standing import carried_words, retracted_words
from perfsite.periods import Period
from perfsite.text import isolated
from perfsite.widgets.changes import History
from perfsite.widgets.frame import Subject, chosen
from perfsite.widgets.kpi import series_module
from perfsite.widgets.provenance import explained
from perfsite.widgets.standards import measures_of, standards_module

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from perfsite.charts.pictures import Job
    from perfsite.charts.series import Series
    from perfsite.components.contexts import EmbedPage
    from perfsite.components.elements import ExplainedFigure as Explained
    from perfsite.config import SiteConfig
    from perfsite.kpi import ServiceSummary
    from perfsite.kpi.groups import Group
    from perfsite.kpi.health import ServiceHealth
    from perfsite.kpi.trace import Provenance
    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.policy import Carried, Retraction
    from perfsite.widgets.frame import Module
    from perfsite.widgets.standards import Standard


@dataclass(frozen=True)
class ServiceTools:
    """What the pages of all services of one language are made of, by service where not shared.

    `series` are those of KPIs, `measures` those of response time and of what the site declares.
    `notes` are the distinct notes on a service's observations, `memberships` its department, agency
    and category, `peers` the ids of services like it, and `standards` what it promises. A service
    may be in none of these seven, nor in `carried` and `retracted`. `given` are its observations,
    and `histories` what those said that said something else before.
    `asked` are the KPIs that the
    services of the site are asked for.
    """

    builder: Builder
    summaries: Mapping[str, ServiceSummary]
    titles: Mapping[str, str]
    series: Mapping[str, Sequence[Series]]
    measures: Mapping[str, Sequence[Series]]
    breakdowns: Mapping[str, Breakdowns]
    notes: Mapping[str, Sequence[str]]
    memberships: Mapping[str, Sequence[Group]]
    provenance: Mapping[str, Mapping[str, Provenance]]
    peers: Mapping[str, Sequence[str]]
    health: Mapping[str, ServiceHealth]
    standards: Mapping[str, Sequence[Standard]] = field(default_factory=dict)
    asked: Collection[str] | None = None
    carried: Mapping[str, Carried] = field(default_factory=dict)
    retracted: Mapping[str, Sequence[Retraction]] = field(default_factory=dict)
    given: Mapping[str, Given] = field(default_factory=dict)
    histories: Mapping[str, History] = field(default_factory=dict)


@dataclass(frozen=True)
class ServicePages:
    """The page of a service, its pictures, and the pages that show one of its figures alone."""

    page: ServicePage
    jobs: tuple[Job, ...]
    embeds: tuple[EmbedPage, ...]


def service_titles(summaries: Sequence[ServiceSummary]) -> dict[str, str]:
    """The title of each service's page; services of one name and organisation show their ids."""
    titles = {
        s.service.id: f"{isolated(s.service.name)}: {isolated(s.service.organisation)}"
        for s in summaries
    }
    shared = Counter(titles.values())
    return {key: f"{t} ({key})" if shared[t] > 1 else t for key, t in titles.items()}


def service_page(tools: ServiceTools, summary: ServiceSummary) -> ServicePages:
    """The page of one service, and all that belongs to it."""
    service, builder, language = summary.service, tools.builder, tools.builder.language
    key = service.id
    given = tools.given.get(key) or Given()
    modules = _modules(tools, summary)
    series = [*tools.series.get(key, ()), *tools.measures.get(key, ())]
    covered = covered_by(summary, series, given)
    lead = lead_of(summary, language)
    measured = [kpi for kpi, figure in summary.figures.items() if figure.value is not None]
    path, title, card = service_href(key), tools.titles[key], f"services/{key}/card.jpg"
    csv, json = f"services/{key}.csv", f"services/{key}.json"
    organisations = _organisations(tools.memberships.get(key, ()))
    peers = (tools.summaries[other] for other in tools.peers.get(key, ()))
    table, note = peers_of(summary, peers, language)
    history = tools.histories.get(key) or History()
    page = ServicePage(
        **builder.base(
            path,
            title,
            lead or _no_lead(summary, language),
            "services",
            Link(language.say("Services"), "services/index.html"),
            *organisations[:2],
            data=(
                DataLink(CSV, language.say("The figures as CSV"), csv),
                DataLink(JSON, language.say("The figures as JSON"), json),
            ),
            card=card,
            dataset=as_script(
                service_dataset(
                    service,
                    f"{builder.folder}{path}",
                    builder.config,
                    language,
                    covered,
                    measured,
                    _measures(given, measured, builder.config),
                )
            ),
        ),
        name=service.name,
        organisations=organisations,
        lead=lead,
        notices=(*_carried(tools, key), *_notices(summary, given, language)),
        retracted=_retracted(tools, key),
        cards=service_cards(
            summary,
            towards_all(given, builder.config, language),
            builder.config.targets.get(key, {}),
            _provenance(tools, summary),
            language,
            tools.asked,
            given.numbers,
        ),
        figures=tuple(module.figure for module in modules),
        remarks=remarks_of(_notes(tools, key), language),
        facts=facts_of(summary, organisations, language),
        description_text=service.description,
        cost_notes=service.cost_notes,
        notes=service.notes,
        url=service.url,
        csv=csv,
        json=json,
        owed=_owed(tools.health.get(key), language),
        history_notes=history.notes,
        history=history.table,
        peers=table,
        peers_note=note,
        citation=citation_of(summary, covered, builder),
        report=builder.report(title, path),
    )
    picture = card_job(
        card,
        service.name,
        service.organisation,
        card_lines(summary, language),
        builder.site.title,
    )
    back = Link(title, path)
    return ServicePages(
        page,
        (*(module.job for module in modules if module.job), picture),
        tuple(
            embed_page(builder, module.figure, back, card)
            for module in modules
            if module.figure.embed
        ),
    )


def _measures(given: Given, measured: Collection[str], config: SiteConfig) -> list[Measure]:
    """The measures with numbers that are no part of the KPIs that have a figure."""
    parts = {part.partition(":")[0] for kpi in measured for part in KPIS[kpi].parts}
    return [
        measure
        for key, measure in config.all_measures.items()
        if key not in parts and given.spans(key, lambda _: True)
    ]


def _modules(tools: ServiceTools, summary: ServiceSummary) -> list[Module]:
    """The modules for which a service has data, in the order of its register entry."""
    key = summary.service.id
    breakdowns = tools.breakdowns.get(key) or Breakdowns()
    given = tools.given.get(key) or Given()
    subject = Subject(summary.service, tools.builder, breakdowns, given, summary.figures)
    series = tools.series.get(key, ())
    made = [
        *(series_module(subject, one) for one in series),
        years_module(subject, series),
        channel_module(subject, breakdowns.channels) if breakdowns.channels else None,
        answers_module(subject, breakdowns.ratings) if breakdowns.ratings else None,
        *(series_module(subject, one) for one in tools.measures.get(key, ())),
        standards_module(subject, tools.standards.get(key, ())),
        *journey_modules(subject),
        readings_module(subject, breakdowns.readings) if breakdowns.readings else None,
    ]
    there = [module for module in made if module]
    shown = chosen(there, summary.service, tools.builder.config.measures)
    # Who chose what the page shows did not forget the rest.
    if not summary.service.modules and (others := _others(tools, subject, there)):
        shown.append(others)
    return shown


def _others(tools: ServiceTools, subject: Subject, there: Sequence[Module]) -> Module | None:
    """The figures that none of these modules shows."""
    key = subject.service.id
    return other_figures_module(
        subject,
        [*tools.series.get(key, ()), *tools.measures.get(key, ())],
        answers=any(module.name == ANSWERS for module in there),
        elsewhere=measures_of(tools.standards.get(key, ())),
    )


def _notes(tools: ServiceTools, key: str) -> list[str]:
    """The notes on figures; those on targets say what the standards are, and stand with these."""
    promises = {standard.text for standard in tools.standards.get(key, ())}
    return [note for note in tools.notes.get(key, ()) if note not in promises]


def _provenance(tools: ServiceTools, summary: ServiceSummary) -> dict[str, Explained]:
    measures, language = tools.builder.config.all_measures, tools.builder.language
    return {
        kpi: explained(found, measures, language, summary.figures[kpi].uncertain)
        for kpi, found in tools.provenance.get(summary.service.id, {}).items()
    }


def _organisations(groups: Sequence[Group]) -> tuple[Link, ...]:
    """The department, and the agency where it is another body."""
    kinds = (GroupKind.DEPARTMENT, GroupKind.AGENCY)
    mine = {group.name: group for group in groups[::-1] if group.kind in kinds}
    return tuple(Link(group.name, group_href(group)) for group in reversed(mine.values()))


def _no_lead(summary: ServiceSummary, language: Language) -> str:
    return language.say(
        "Performance figures of {service}, {organisation}.",
        service=summary.service.name,
        organisation=summary.service.organisation,
    )


def _notices(summary: ServiceSummary, given: Given, language: Language) -> tuple[str, ...]:
    notices = []
    if summary.service.closed:
        when = language.in_period(Period.parse(summary.service.closed))
        notices.append(
            language.say("This service closed {when}. Its figures are kept here.", when=when)
        )
    if given.is_silent:
        notices.append(
            language.say("This service is in the register, but no figures were provided for it.")
        )
    return tuple(notices)


def _carried(tools: ServiceTools, key: str) -> tuple[str, ...]:
    carried = tools.carried.get(key)
    return (carried_words(carried, tools.builder.language),) if carried else ()


def _retracted(tools: ServiceTools, key: str) -> tuple[str, ...]:
    measures, language = tools.builder.config.all_measures, tools.builder.language
    return tuple(retracted_words(one, measures, language) for one in tools.retracted.get(key, ()))


def _owed(health: ServiceHealth | None, language: Language) -> tuple[str, ...]:
    return tuple(owed_words(owed, language) for owed in health.owes) if health else ()
