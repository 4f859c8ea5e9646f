"""What stands on a service's page around its figures: cards, lead, facts, peers, citation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from perfsite.charts.layout import beside_target
from perfsite.charts.sentences import level_sentence, meets, service_lead
from perfsite.components.builder import service_href
from perfsite.components.elements import (
    Card,
    Cell,
    Column,
    Row,
    Table,
    capital,
    figure_cell,
    service_card,
)
from perfsite.kpi.groups import alphabetical
from perfsite.kpi.headlines import band_of
from perfsite.kpis import KPIS, TAKE_UP, VOLUME, Place, Window, at
from perfsite.model import Status
from perfsite.pages.given_words import Towards
from perfsite.periods import Period
from perfsite.text import isolated, message
from perfsite.widgets.changes import REVISED_MARK
from perfsite.widgets.frame import INCOMPLETE, NOT_DEFINED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from perfsite.charts.series import Given, Series
    from perfsite.components.builder import Builder
    from perfsite.components.elements import ExplainedFigure, Link
    from perfsite.kpi import Figure, ServiceSummary
    from perfsite.language import Language

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


def _target(figure: Figure, target: float, language: Language) -> str:
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


def _level(figure: Figure, language: Language, *, compared: bool) -> str:
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
    if len(notes) <= _FEW_NOTES:
        return tuple(notes)
    more = language.plural(
        len(notes) - _FEW_NOTES,
        "and one more note, in the CSV file of this page",
        "and {n} more notes, in the CSV file of this page",
    )
    return (*notes[:_FEW_NOTES], more)


def peers_of(
    summary: ServiceSummary, peers: Iterable[ServiceSummary], language: Language
) -> tuple[Table | None, str]:
    """Services of the same category and size beside this one, by name, and what that means."""
    others = list(peers)
    head = summary.figures[VOLUME]
    if not others or head.value is None or head.period is None:
        return None, ""
    period = head.period
    all_ = sorted([summary, *others], key=lambda s: (*alphabetical(s.service.name), s.service.id))
    rows = tuple(
        Row(
            one.service.name,
            tuple(_peer_cell(one.figures[kpi], period, language) for kpi in at(Place.PEERS)),
            "" if one is summary else service_href(one.service.id),
            language.say("this service") if one is summary else one.service.organisation,
        )
        for one in all_
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


def _peer_cell(figure: Figure, period: Period, language: Language) -> Cell:
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
    summary: ServiceSummary, series: Iterable[Series], given: Given
) -> tuple[date, date] | None:
    """The first and the last day that a service has figures for; None without any figure.

    What was given counts, whether a KPI or a chart can be made of it or not.
    """
    periods = [point.period for one in series for point in one.given]
    periods += [one for key in given.figures for one in given.spans(key, lambda _: True)]
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
    sentences = (f"{isolated(part.rstrip('.'))}." for part in parts if part)
    return " ".join([*sentences, *filter(None, [address])])
