"""The page of a service: its cards, its widgets, its history, and the words about it.

It is long, because no other page has as many parts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from perfsite.charts.draw import card_job
from perfsite.charts.layout import beside_target
from perfsite.charts.sentences import level_sentence, meets, service_lead
from perfsite.components.contexts import (
    CSV,
    JSON,
    SITE_CARD,
    Builder,
    ServicePage,
    card_href,
    group_href,
    service_href,
)
from perfsite.components.elements import (
    Card,
    Cell,
    Column,
    DataLink,
    Link,
    Row,
    Table,
    channel_name,
    figure_cell,
    service_card,
)
from perfsite.exports.jsonld import as_script, service_dataset
from perfsite.kpi.groups import GroupKind, alphabetical
from perfsite.kpi.headlines import Peer, band_of
from perfsite.kpi.standards import measures_of
from perfsite.kpis import KPIS, TAKE_UP, VOLUME, Place, Window, at
from perfsite.measures import DIGITAL
from perfsite.model import Status
from perfsite.pages.groups import group_card_href
from perfsite.pages.utility import embed_page
from perfsite.periods import Period
from perfsite.text import capital, isolated, joined, message
from perfsite.widgets.breakdowns import (
    ANSWERS,
    answers_widget,
    channel_widget,
    journey_widgets,
    other_figures_widget,
    readings_widget,
    years_widget,
)
from perfsite.widgets.changes import REVISED_MARK, history_notes, history_table
from perfsite.widgets.frame import INCOMPLETE, NOT_DEFINED, Subject, chosen
from perfsite.widgets.health import owed_words
from perfsite.widgets.kpi import series_widget
from perfsite.widgets.provenance import explained
from perfsite.widgets.standards import standards_widget

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from perfsite.charts.pictures import Job
    from perfsite.charts.series import GivenFigures, Series
    from perfsite.components.contexts import EmbedPage
    from perfsite.components.elements import ExplainedFigure
    from perfsite.config import SiteConfig
    from perfsite.kpi.groups import GroupName
    from perfsite.kpi.headlines import Headline, ServiceSummary
    from perfsite.kpis import Kpi
    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.policy.carry_forward import Carried
    from perfsite.policy.retractions import Retraction
    from perfsite.site_data import ServiceRecord
    from perfsite.widgets.frame import Widget


# What a service gave towards a figure that cannot be worked out, in words.


@dataclass(frozen=True)
class Towards:
    """What was given towards a KPI, in words, and whether it is a ratio to nothing.

    Without words nothing was given that it is made of.
    """

    given: tuple[str, ...] = ()
    nothing: bool = False


def towards_all(given: GivenFigures, config: SiteConfig, language: Language) -> dict[str, Towards]:
    """What a service gave towards each KPI that has a card."""
    measures, digital = config.all_measures, config.digital_channels
    return {
        kpi: Towards(
            _towards(given, KPIS[kpi], digital, measures, language),
            _is_of_nothing(given, KPIS[kpi]),
        )
        for kpi in at(Place.CARD)
    }


def _towards(
    given: GivenFigures,
    kpi: Kpi,
    digital: Collection[str],
    measures: Mapping[str, Measure],
    language: Language,
) -> tuple[str, ...]:
    """What was given of that which a KPI is made of, and for which periods; empty where nothing.

    Transactions are told of only where the KPI is of nothing else: they are a figure by themselves.
    """
    wanted = dict.fromkeys(
        part for part in kpi.parts if part not in kpi.denominator or part in kpi.numerator
    )
    if kpi.denominator and not any(_spans(given, part, digital) for part in wanted):
        sole_numerators = {KPIS[key].numerator for key in KPIS if not KPIS[key].denominator}
        wanted = dict.fromkeys(part for part in kpi.denominator if (part,) not in sole_numerators)
    return tuple(
        _given_for(measures[part.partition(":")[0]], part, spans, language)
        for part in wanted
        if (spans := _spans(given, part, digital))
    )


def _is_of_nothing(given: GivenFigures, kpi: Kpi) -> bool:
    """Whether all that a ratio would be divided by was given, and is zero."""
    channels = [given.figures.get(part.partition(":")[0], {}) for part in kpi.denominator]
    numbers = [
        figure.value
        for by_channel in channels
        for by_period in by_channel.values()
        for figure in by_period.values()
        if figure.value is not None
    ]
    return kpi.is_ratio and all(channels) and bool(numbers) and not any(numbers)


def _spans(given: GivenFigures, part: str, digital: Collection[str]) -> list[Period]:
    measure = part.partition(":")[0]
    return given.spans(measure, lambda channel: part == measure or channel in digital)


def _given_for(measure: Measure, part: str, spans: Sequence[Period], language: Language) -> str:
    name = language.say(measure.name)
    if part == DIGITAL:
        name = language.say("Digital transactions")
    if len(spans) == 1:
        period = language.period_name(spans[0])
        return language.say("{measure}: given for {period}", measure=name, period=period)
    return language.plural(
        len(spans),
        "{measure}: given for {n} period, the first {first}, the last {last}",
        "{measure}: given for {n} periods, the first {first}, the last {last}",
        measure=name,
        first=language.period_range(spans[0]),
        last=language.period_range(spans[-1]),
    )


# What readers have to know of figures that errors kept out, and of those that were taken back.


def carried_words(carried: Carried, language: Language) -> str:
    """The banner of a service of which some figures could not be used."""
    if carried.date is None:
        return language.say(
            "Some figures that were sent for this service could not be used and are left out."
        )
    return language.plural(
        carried.figures,
        "Some figures that were sent for this service could not be used. In their place stands "
        "{n} figure as it was published on {day}.",
        "Some figures that were sent for this service could not be used. In their place stand "
        "{n} figures as they were published on {day}.",
        day=language.day(carried.date),
    )


def retracted_words(
    retraction: Retraction, measures: Mapping[str, Measure], language: Language
) -> str:
    """A figure that was taken back, when, and why."""
    measure = measures.get(retraction.measure)
    name = language.say(measure.name) if measure else retraction.measure
    if retraction.channel:
        channel = channel_name(retraction.channel, language)
        name = language.say("{measure}, {channel}", measure=name, channel=channel)
    return language.say(
        "{figure}, {period}: taken back on {day}. {reason}",
        figure=name,
        period=language.period_name(Period.parse(retraction.period)),
        day=language.day(retraction.date),
        reason=language.with_days(retraction.reason),
    )


# What stands on a service's page around its figures: cards, lead, facts, peers, citation.


_FEW_NOTES: Final = 3
_CARD_LINES: Final = 3
_NOT_GIVEN: Final = message("not provided")


def service_cards(
    summary: ServiceSummary,
    towards: Mapping[str, Towards],
    targets: Mapping[str, float],
    provenance: Mapping[str, ExplainedFigure],
    language: Language,
    asked: Collection[str] | None = None,
    changed: Collection[tuple[str, str, str]] = (),
) -> tuple[Card, ...]:
    """The headline KPIs; one without a figure says what was given towards it, or that nothing was.

    A KPI that is not among those `asked`, where these are given, has no card: nobody owes it. One
    whose number is among those `changed` (see `Given.numbers`) says so. `towards` is what was given
    towards each KPI.
    """
    cards = {
        kpi: _card(
            summary,
            kpi,
            towards.get(kpi, Towards()),
            targets.get(kpi),
            provenance.get(kpi),
            language,
        )
        for kpi in at(Place.CARD)
        if asked is None or kpi in asked
    }
    for kpi, card in cards.items():
        period = summary.figures[kpi].period
        if period and (kpi, "value", period.code) in changed:
            mark = language.say("{mark} An earlier edition said something else.", mark=REVISED_MARK)
            cards[kpi] = replace(card, notes=(*card.notes, mark))
    return tuple(cards.values())


def _card(
    summary: ServiceSummary,
    kpi: str,
    towards: Towards,
    target: float | None,
    provenance: ExplainedFigure | None,
    language: Language,
) -> Card:
    figure = summary.figures[kpi]
    notes = () if target is None else (_target(figure, target, language),)
    card = service_card(figure, language, notes, provenance)
    if target is not None and figure.value is not None:
        kind = KPIS[kpi].kind
        text = beside_target(language, figure.value, target, kind, long=False)
        card = replace(card, value=text)
    if figure.status is not Status.NOT_PROVIDED:
        return card
    who = summary.service.organisation
    # The card's own first note says no more than that there is no figure.
    if not towards.given:
        whose = language.say("Not provided by {organisation}", organisation=who)
        return replace(card, notes=(whose, *notes))
    if towards.nothing:
        none = language.say("All that it would be divided by is 0, so there is no such figure.")
        value = capital(language.say(NOT_DEFINED))
        return replace(card, value=value, notes=(none, *towards.given, *notes))
    if KPIS[kpi].window is Window.YEAR:
        whose = language.say(
            "No figure for a whole year can be made of what {organisation} gave", organisation=who
        )
    else:
        whose = language.say("No figure can be made of what {organisation} gave", organisation=who)
    value = capital(language.say(INCOMPLETE))
    return replace(card, value=value, notes=(whose, *towards.given, *notes))


def _target(figure: Headline, target: float, language: Language) -> str:
    level = language.full_figure(target, KPIS[figure.kpi].kind)
    if figure.value is None:
        return language.say("Target: {level}", level=level)
    if meets(figure.kpi, figure.value, target):
        return language.say("Target: {level}, met", level=level)
    return language.say("Target: {level}, missed", level=level)


def lead_of(summary: ServiceSummary, language: Language) -> str:
    """What the figures of a service say, in a sentence or two; empty without any."""
    volume = summary.figures[VOLUME]
    take_up = summary.figures[TAKE_UP]
    lead = service_lead(
        language,
        (volume.value, volume.period) if volume.value is not None and volume.period else None,
        (take_up.value, take_up.period, take_up.before)
        if take_up.value is not None and take_up.period
        else None,
        stock=volume.stock,
        doubts=(take_up.uncertain, take_up.uncertain_before),
    )
    sentences = (
        _level(summary.figures[kpi], language, compared=True)
        for kpi in at(Place.LEAD)
        if kpi != VOLUME
    )
    first = next(filter(None, sentences), "")
    return lead or (language.say("{sentence}.", sentence=first) if first else "")


def _level(figure: Headline, language: Language, *, compared: bool) -> str:
    """A headline as a sentence; empty where there is none."""
    if figure.value is None or figure.period is None:
        return ""
    before = figure.before if compared else None
    return level_sentence(
        language,
        figure.kpi,
        figure.value,
        before,
        figure.period,
        stock=figure.stock,
        doubts=(figure.uncertain, figure.uncertain_before),
    )


def card_lines(summary: ServiceSummary, language: Language) -> list[str]:
    """What the picture of a service's page says: its first headlines, each with its period."""
    leads = (summary.figures[kpi] for kpi in at(Place.LEAD))
    sentences = (_level(figure, language, compared=False) for figure in leads)
    return [sentence for sentence in sentences if sentence][:_CARD_LINES]


def facts_of(
    summary: ServiceSummary, organisations: Sequence[Link], language: Language
) -> tuple[tuple[str, str, str], ...]:
    """Label, text and address of what the register says; what it does not say is said too."""
    service = summary.service
    say = language.say
    rows = [(say("Department"), service.department, organisations[0].href if organisations else "")]
    if service.agency and service.agency != service.department:
        rows.append((say("Agency or body"), service.agency, organisations[-1].href))
    rows += [
        (say("Category"), service.category, ""),
        (say("Customer type"), service.customer_type, ""),
        (say("Who pays"), service.funded_by, ""),
    ]
    dates = ((say("Opened"), service.opened), (say("Closed"), service.closed))
    rows += [(label, language.period_name(Period.parse(text)), "") for label, text in dates if text]
    return tuple((label, text or say(_NOT_GIVEN), href) for label, text, href in rows)


def remarks_of(notes: Sequence[str], language: Language) -> tuple[str, ...]:
    """The newest notes on the figures, and how many more there are."""
    shown = tuple(map(language.with_days, notes[:_FEW_NOTES]))
    if len(notes) <= _FEW_NOTES:
        return shown
    remainder = language.plural(
        len(notes) - _FEW_NOTES,
        "and one more note, in the CSV file of this page",
        "and {n} more notes, in the CSV file of this page",
    )
    return (*shown, remainder)


def peers_of(
    summary: ServiceSummary, peers: Sequence[Peer], language: Language
) -> tuple[Table | None, str]:
    """Services of the same category and size beside this one, by name, and what that means."""
    head, this_service = summary.figures[VOLUME], Peer.of(summary)
    if not peers or head.value is None or head.period is None:
        return None, ""
    period = head.period
    all_ = sorted([this_service, *peers], key=lambda peer: (*alphabetical(peer.name), peer.id))
    rows = tuple(
        Row(
            peer.name,
            tuple(_peer_cell(peer.figures[kpi], period, language) for kpi in at(Place.PEERS)),
            "" if peer is this_service else service_href(peer.id),
            language.say("this service") if peer is this_service else peer.organisation,
        )
        for peer in all_
    )
    columns = [message("Service"), *(KPIS[kpi].name for kpi in at(Place.PEERS))]
    when = language.period_range(period)
    caption = language.say(
        "Services like {service}, {period}", service=summary.service.name, period=when
    )
    note = language.say(
        "Services of the category “{category}” with {size} transactions a year, in the order of "
        "their names. All figures are for {period}. This is no ranking: services count and cost "
        "in their own ways.",
        category=summary.service.category,
        size=_size(head.value, language),
        period=language.period_name(period),
    )
    return Table(caption, tuple(Column(language.say(t)) for t in columns), rows, wide=True), note


def _peer_cell(figure: Headline, period: Period, language: Language) -> Cell:
    """A figure for the very same period; another one cannot be compared."""
    if figure.value is not None and figure.period != period:
        return Cell(language.say("another period"), missing=True)
    return figure_cell(figure, language)


def _size(transactions: float, language: Language) -> str:
    band = band_of(transactions)
    lower = language.count(band.lower)
    if band.upper is None:
        return language.say("{lower} or more", lower=lower)
    if band.lower == 0:
        return language.say("fewer than {upper}", upper=language.count(band.upper))
    upper = language.count(band.upper - 1)
    return language.say("{lower} to {upper}", lower=lower, upper=upper)


def covered_by(
    summary: ServiceSummary, series: Iterable[Series], given: GivenFigures
) -> tuple[date, date] | None:
    """The first and the last day that a service has figures for; None without any figure.

    What was given counts, whether a KPI or a chart can be made of it or not.
    """
    periods = [point.period for line in series for point in line.figures]
    periods += [span for key in given.figures for span in given.spans(key, lambda _: True)]
    heads = summary.figures.values()
    periods += [figure.period for figure in heads if figure.value is not None and figure.period]
    if not periods:
        return None
    return min(period.start for period in periods), max(period.end for period in periods)


def citation_of(
    summary: ServiceSummary, covered: tuple[date, date] | None, builder: Builder
) -> str:
    """How to cite the page: without a date, for its address and its period say which it is."""
    config, language = builder.config, builder.language
    title = language.say("{name}: service performance", name=summary.service.name)
    if covered:
        first, last = (Period.months(day.year, day.month) for day in covered)
        title = language.say("{title}, {span}", title=title, span=language.span_range(first, last))
    address = (
        f"{config.base}{builder.folder}{service_href(summary.service.id)}" if config.base else ""
    )
    parts = (title, summary.service.organisation, config.title, config.publisher, config.licence)
    named = (isolated(language.with_days(part.rstrip("."))) for part in parts if part)
    sentences = (joined("", (part, ".")) for part in named)
    return joined(" ", [*sentences, *filter(None, [address])])


# The page of each service: its lead, cards and figures, and the pictures that these need.


@dataclass(frozen=True)
class ServicePages:
    """The page of a service, its pictures, and the pages that show one of its figures alone."""

    page: ServicePage
    jobs: tuple[Job, ...]
    embeds: tuple[EmbedPage, ...]


def service_page(builder: Builder, record: ServiceRecord) -> ServicePages:
    """The page of one service, and all that belongs to it, in the language of the record."""
    summary, service, given, language = (
        record.summary,
        record.service,
        record.given,
        builder.language,
    )
    key, measures = service.id, builder.config.all_measures
    widgets = _widgets(builder, record)
    covered = covered_by(summary, [*record.series, *record.measures], given)
    lead = lead_of(summary, language)
    measured = [kpi for kpi, figure in summary.figures.items() if figure.value is not None]
    path, title = service_href(key), record.titles[language.tag]
    card = _card_href(builder, record)
    csv, json = f"services/{key}.csv", f"services/{key}.json"
    organisations = _organisations(record.groups)
    table, note = peers_of(summary, record.peers, language)
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
        notices=(*_carried(record.carried, language), *_notices(summary, given, language)),
        retracted=tuple(
            retracted_words(retraction, measures, language) for retraction in record.retracted
        ),
        cards=service_cards(
            summary,
            towards_all(given, builder.config, language),
            builder.config.targets.get(key, {}),
            _provenance(record, measures, language),
            language,
            record.asked,
            given.numbers,
        ),
        figures=tuple(widget.figure for widget in widgets),
        remarks=remarks_of(_notes(record), language),
        facts=facts_of(summary, organisations, language),
        description_text=language.with_days(service.description),
        cost_notes=language.with_days(service.cost_notes),
        notes=language.with_days(service.notes),
        url=service.url,
        csv=csv,
        json=json,
        owed=tuple(owed_words(owed, language) for owed in record.health.owes),
        history_notes=history_notes(record.history, language),
        history=history_table(record.history, measures, language),
        peers=table,
        peers_note=note,
        citation=citation_of(summary, covered, builder),
        report=builder.report(title, path),
    )
    back = Link(title, path)
    return ServicePages(
        page,
        (*(widget.job for widget in widgets if widget.job), *_own_card(builder, record)),
        tuple(
            embed_page(builder, widget.figure, back, card)
            for widget in widgets
            if widget.figure.embed
        ),
    )


def _card_href(builder: Builder, record: ServiceRecord) -> str:
    """The card that a service's page shows: its own, else its department's, else the site's."""
    if builder.config.cards == "services":
        return card_href(service_href(record.service.id))
    departments = (group for group in record.groups if group.kind is GroupKind.DEPARTMENT)
    department = next(departments, None)
    return group_card_href(department) if department else SITE_CARD


def _own_card(builder: Builder, record: ServiceRecord) -> tuple[Job, ...]:
    """The picture of a service's page where services have one of their own."""
    if builder.config.cards != "services":
        return ()
    service = record.service
    lines = card_lines(record.summary, builder.language)
    path, site = _card_href(builder, record), builder.site.title
    return (card_job(path, service.name, service.organisation, lines, site),)


def _measures(given: GivenFigures, measured: Collection[str], config: SiteConfig) -> list[Measure]:
    """The measures with numbers that are no part of the KPIs that have a figure."""
    parts = {part.partition(":")[0] for kpi in measured for part in KPIS[kpi].parts}
    return [
        measure
        for key, measure in config.all_measures.items()
        if key not in parts and given.spans(key, lambda _: True)
    ]


def _widgets(builder: Builder, record: ServiceRecord) -> list[Widget]:
    """The widgets for which a service has data, in the order of its register entry."""
    service, breakdowns = record.service, record.breakdowns
    subject = Subject(service, builder, breakdowns, record.given, record.summary.figures)
    candidates = [
        *(series_widget(subject, series) for series in record.series),
        years_widget(subject, record.series),
        channel_widget(subject, breakdowns.channels) if breakdowns.channels else None,
        answers_widget(subject, breakdowns.ratings) if breakdowns.ratings else None,
        *(series_widget(subject, series) for series in record.measures),
        standards_widget(subject, record.standards),
        *journey_widgets(subject),
        readings_widget(subject, breakdowns.readings) if breakdowns.readings else None,
    ]
    there = [widget for widget in candidates if widget]
    shown = chosen(there, service, builder.config.measures)
    # Who chose what the page shows did not forget the rest.
    if not service.modules and (others := _others(record, subject, there)):
        shown.append(others)
    return shown


def _others(record: ServiceRecord, subject: Subject, there: Sequence[Widget]) -> Widget | None:
    """The figures that none of these widgets shows."""
    return other_figures_widget(
        subject,
        [*record.series, *record.measures],
        answers=any(widget.name == ANSWERS for widget in there),
        elsewhere=measures_of(record.standards),
    )


def _notes(record: ServiceRecord) -> list[str]:
    """The notes on figures; those on targets say what the standards are, and stand with these."""
    promises = {standard.text for standard in record.standards}
    return [note for note in record.notes if note not in promises]


def _provenance(
    record: ServiceRecord, measures: Mapping[str, Measure], language: Language
) -> dict[str, ExplainedFigure]:
    return {
        kpi: explained(provenance, measures, language, record.summary.figures[kpi].uncertain)
        for kpi, provenance in record.provenance.items()
    }


def _organisations(groups: Sequence[GroupName]) -> tuple[Link, ...]:
    """The department, and the agency where it is another body."""
    kinds = (GroupKind.DEPARTMENT, GroupKind.AGENCY)
    bodies = {group.name: group for group in groups[::-1] if group.kind in kinds}
    return tuple(Link(group.name, group_href(group)) for group in reversed(bodies.values()))


def _no_lead(summary: ServiceSummary, language: Language) -> str:
    return language.say(
        "Performance figures of {service}, {organisation}.",
        service=summary.service.name,
        organisation=summary.service.organisation,
    )


def _notices(summary: ServiceSummary, given: GivenFigures, language: Language) -> tuple[str, ...]:
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


def _carried(carried: Carried | None, language: Language) -> tuple[str, ...]:
    return (carried_words(carried, language),) if carried else ()
