"""Cards and tables of groups.

Whose the figure is, how it changed and why, what it lacks and who fell silent.
"""

from __future__ import annotations

from collections import Counter
from math import isclose
from typing import TYPE_CHECKING, Final

from perfsite.components.contexts import group_href
from perfsite.components.elements import (
    ASCENDING,
    NAME,
    NO_DATA,
    ORDERED_FROM,
    PROVIDED,
    SERVICES,
    Card,
    Cell,
    Listing,
    Order,
    Row,
    Table,
    arrange,
    column,
    coverage,
    value_cell,
)
from perfsite.kpi.groups import FOLDERS, GroupKind, alphabetical
from perfsite.kpis import KPIS, VOLUME, Place, at
from perfsite.model import Status
from perfsite.text import capital, isolated, joined, message
from perfsite.widgets.health import coverage_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.kpi.groups import GroupFigure, GroupSummary, Largest
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.kpi.reporting import SilentService
    from perfsite.kpis import Kpi
    from perfsite.language import Language
    from perfsite.model import Service
    from perfsite.periods import Period
    from perfsite.site_data import GroupRecord


# What cards say of a group's figure: whose it is, how it changed and why, and what it lacks.
#
# The value of a group is of the services that reported, its change of those that did so in both
# years, and both sets are named beside their figures. The change of a ratio is told with its two
# causes: what services did, and which of them were used more (docs/kpis.md).


MATERIAL: Final = 0.1
"""From this share of a year before on, it is said who has fallen silent."""
_SAME: Final = 1e-11
"""What differs less, in proportion, is the same: weighted means are kept to twelve digits."""


def group_card(
    kpi_id: str, summary: GroupSummary, services: Mapping[str, ServiceSummary], language: Language
) -> Card:
    """A headline KPI of a group: its value, its change, and whose they are."""
    kpi = KPIS[kpi_id]
    anchor, definition = f"kpi-{kpi.slug}", f"about.html#{kpi.slug}"
    name = language.say(kpi.name)
    figure = summary.figures.get(kpi_id)
    if figure is None:
        no_data = capital(language.say(NO_DATA))
        why = (_why_none(kpi_id, summary, language),)
        return Card(anchor, name, no_data, "", "", why, False, True, definition)
    cell = value_cell(figure.value, kpi.kind, Status.PROVIDED, language, figure.uncertain)
    notes = (
        whose(figure, language),
        "" if figure.like_services else _no_comparison(language),
        stocks_words(figure, language),
        _without_largest(figure, services, language),
        "" if kpi_id == VOLUME else _lacking(summary, kpi, language),
    )
    return Card(
        anchor,
        name,
        cell.text,
        language.period_range(figure.period),
        change_words(figure, language),
        tuple(note for note in notes if note),
        figure.older,
        False,
        definition,
    )


def too_few(figure: GroupFigure, language: Language) -> str:
    """That there are figures, but too few for one and the same 12 months, and the newest of them.

    `figure` is the newest one, which is no headline.
    """
    return language.say(
        "Too few services reported for the same 12 months. The newest figure is {value} {period}, "
        "of {coverage}.",
        value=language.figure(figure.value, KPIS[figure.kpi].kind, figure.uncertain),
        period=language.in_period(figure.period),
        coverage=coverage(figure, language),
    )


def _why_none(kpi: str, summary: GroupSummary, language: Language) -> str:
    series = summary.series.get(kpi)
    if series:
        return too_few(series[-1], language)
    return language.say("No service has figures for 12 months.")


def whose(figure: GroupFigure, language: Language) -> str:
    """Whose figures a group's figure adds up: `34 of 49 services`, and how many are withheld."""
    covered = coverage(figure, language)
    if not figure.withheld:
        return covered
    return language.plural(
        figure.withheld,
        "{coverage}; the figure of {n} other is withheld",
        "{coverage}; the figures of {n} others are withheld",
        coverage=covered,
    )


def stocks_words(figure: GroupFigure, language: Language) -> str:
    """How much of a figure counts stocks, in a sentence; empty where nothing does."""
    if not figure.stocks:
        return ""
    kpi = KPIS[figure.kpi]
    if kpi.is_ratio:
        return language.say(
            "Part of it counts stocks, such as people or claims on a day, and not what happened in "
            "a year."
        )
    return language.say(
        "{amount} of it counts stocks, such as people or claims on a day, and not what happened in "
        "a year.",
        amount=language.figure(figure.stocks, kpi.kind),
    )


def _no_comparison(language: Language) -> str:
    return language.say(
        "No change is told: too few reported for the same 12 months and for those a year before."
    )


def change_words(figure: GroupFigure, language: Language) -> str:
    """Which services are compared, what they had and have, and why it changed; empty for none."""
    kpi = KPIS[figure.kpi]
    compared = _compared(figure, kpi, language)
    if not compared or figure.like_constant is None or figure.like_services == 1:
        return compared
    return _with_causes(compared, figure, figure.like_constant, kpi, language)


def _compared(figure: GroupFigure | Largest, kpi: Kpi, language: Language) -> str:
    """How many services are compared, with what they had and have; empty for none."""
    now, before = figure.like_now, figure.like_before
    if now is None or before is None:
        return ""
    doubts = figure.like_uncertain, figure.like_uncertain_before
    values = {
        "before": language.figure(before, kpi.kind, doubts[1]),
        "now": language.figure(now, kpi.kind, doubts[0]),
        "change": language.change(now, before, kpi.kind, *doubts),
    }
    if not values["change"]:
        return language.plural(
            figure.like_services,
            "{n} service with figures for both years: {before} to {now}",
            "{n} services with figures for both years: {before} to {now}",
            **values,
        )
    return language.plural(
        figure.like_services,
        "{n} service with figures for both years: {before} to {now}, {change}",
        "{n} services with figures for both years: {before} to {now}, {change}",
        **values,
    )


def _with_causes(
    compared: str, figure: GroupFigure, constant: float, kpi: Kpi, language: Language
) -> str:
    """The comparison with its causes: what services did, and what the mix of them did.

    `constant` is the ratio now at the volumes of the year before.
    """
    now, before = figure.like_now or 0.0, figure.like_before or 0.0
    # A weighted mean that differs in its last digits alone is no change of anything.
    constant = _settled(_settled(constant, before), now)
    by_services, by_mix = constant - before, now - constant

    def change(to: float) -> str:
        doubts = figure.like_uncertain, figure.like_uncertain_before
        return language.change(to, before, kpi.kind, *doubts)

    nothing = {
        language.say("no change"),
        language.say("almost no change"),
        language.say("no clear change"),
    }
    causes, total = kpi.words.causes, change(now)
    values = {
        "comparison": compared,
        "own": change(constant),
        "cause": language.say(causes.rose if by_services > 0 else causes.fell),
        "mix": language.say(causes.towards_higher if by_mix > 0 else causes.towards_lower),
    }
    if change(before + by_mix) in nothing:
        if values["own"] in nothing:
            return compared
        return language.say("{comparison}, because {cause}", **values)
    if values["own"] in nothing:
        return language.say(
            "{comparison}, because {mix}; {own} at the volumes of the year before", **values
        )
    if (by_services > 0) == (by_mix > 0):
        if values["own"] == total:
            return language.say(
                "{comparison}, almost all of it because {cause}, the rest because {mix}", **values
            )
        return language.say(
            "{comparison}, of which {own} because {cause} and the rest because {mix}", **values
        )
    if total in nothing or (by_services > 0) == (now > before):
        return language.say(
            "{comparison}; at the volumes of the year before it would be {own}, because {cause}, "
            "but {mix}",
            **values,
        )
    return language.say(
        "{comparison}, because {mix}; at the volumes of the year before it would be {own}, "
        "because {cause}",
        **values,
    )


def _settled(value: float, reference: float) -> float:
    return reference if isclose(value, reference, rel_tol=_SAME) else value


def _without_largest(
    figure: GroupFigure, services: Mapping[str, ServiceSummary], language: Language
) -> str:
    """The figure and its change without the service that makes half or more; empty for none."""
    largest = figure.largest
    if largest is None:
        return ""
    kpi = KPIS[figure.kpi]
    values = {
        "name": services[largest.service].service.name,
        "share": language.percent(largest.share, 0),
        "value": language.figure(largest.value, kpi.kind, largest.uncertain),
    }
    others = figure.services - 1
    if kpi.is_ratio:
        text = language.plural(
            others,
            "Without {name}, which had {share} {of_volume}: {value} at the other service.",
            "Without {name}, which had {share} {of_volume}: {value} at the other {n} services.",
            of_volume=language.say(kpi.words.causes.of_volume),
            **values,
        )
    else:
        text = language.plural(
            others,
            "Without {name}, which makes {share} of it: {value} at the other service.",
            "Without {name}, which makes {share} of it: {value} at the other {n} services.",
            **values,
        )
    return f"{text} {_change_without(largest, kpi, language)}".strip()


def _change_without(largest: Largest, kpi: Kpi, language: Language) -> str:
    compared = _compared(largest, kpi, language)
    return language.say("Of these, {comparison}.", comparison=compared) if compared else ""


def _lacking(summary: GroupSummary, kpi: Kpi, language: Language) -> str:
    """How much of a year before is of services that have fallen silent; empty where it is little.

    Of transactions the page says more: who that is (`silence_notices`).
    """
    silence = summary.silent[kpi.id]
    if silence.share < MATERIAL:
        return ""
    values = {"share": language.percent(silence.share, 0)}
    number = len(silence.services)
    if kpi.is_ratio:
        return language.plural(
            number,
            "It lacks {n} service that had {share} {of_volume} a year before, or in its last "
            "figures.",
            "It lacks {n} services that had {share} {of_volume} a year before, or in their last "
            "figures.",
            of_volume=language.say(kpi.words.causes.of_volume),
            **values,
        )
    return language.plural(
        number,
        "It lacks {n} service that had {share} of it a year before, or in its last figures.",
        "It lacks {n} services that had {share} of it a year before, or in their last figures.",
        **values,
    )


# Tables of groups, and the words about a group that several pages share: leads and notices.


CAPTIONS: Final = {
    GroupKind.DEPARTMENT: message("Key figures of departments"),
    GroupKind.AGENCY: message("Key figures of agencies"),
    GroupKind.CATEGORY: message("Key figures of categories"),
}


def groups_listing(kind: GroupKind, number: int) -> Listing:
    """The orders of a list of so many groups; few stand in the default order alone."""
    folder, _ = FOLDERS[kind]
    keys = (NAME, SERVICES, *at(Place.GROUP_CARD), PROVIDED) if number >= ORDERED_FROM else ()
    return Listing(f"{folder}/index.html", folder, keys, (NAME, ASCENDING))


def ordered_groups(groups: Sequence[GroupRecord], order: Order) -> list[GroupRecord]:
    """The groups by their own figures; those without one come last both ways, equals by name."""

    def name(record: GroupRecord) -> tuple[str, str, str]:
        return *alphabetical(record.group.name), record.group.slug

    def value(record: GroupRecord) -> float | None:
        if order.key == SERVICES:
            return len(record.group.services)
        if order.key == PROVIDED:
            return record.health.total.recent.share
        figure = record.summary.figures.get(order.key)
        return figure.value if figure else None

    return arrange(groups, order, name, value)


def groups_table(
    groups: Sequence[GroupRecord],
    caption: str,
    language: Language,
    order: Order | None = None,
) -> Table:
    """Groups with their headlines: each figure with its period and its coverage.

    With `order`, the columns carry the addresses of the other orders.
    """
    columns = [
        column(language.say("Name"), NAME, order),
        column(language.say("Services"), SERVICES, order),
        *(column(language.say(KPIS[kpi].name), kpi, order) for kpi in at(Place.GROUP_CARD)),
        column(language.say("Figures given in the newest four quarters"), PROVIDED, order),
    ]
    rows = []
    for record in groups:
        group, figures = record.group, record.summary.figures
        recent = record.health.total.recent
        cells = [
            Cell(language.count(len(group.services))),
            *(_headline(figures.get(kpi), language) for kpi in at(Place.GROUP_CARD)),
            Cell(coverage_words(recent, language), missing=recent.share is None),
        ]
        rows.append(
            Row(
                group.name, tuple(cells), group_href(group), ", ".join(map(isolated, group.parents))
            )
        )
    return Table(caption, tuple(columns), tuple(rows), wide=True)


def _headline(figure: GroupFigure | None, language: Language) -> Cell:
    if figure is None:
        return Cell(language.say(NO_DATA), missing=True)
    kind = KPIS[figure.kpi].kind
    cell = value_cell(figure.value, kind, Status.PROVIDED, language, figure.uncertain)
    note = language.say(
        "{coverage}, {period}",
        coverage=coverage(figure, language),
        period=language.period_range(figure.period),
    )
    return Cell(cell.text, cell.full, note)


def differing_periods(groups: Sequence[GroupRecord], language: Language) -> str:
    """That figures of one column are for different periods; empty where all are for the same."""
    for kpi in at(Place.GROUP_CARD):
        figures = (record.summary.figures.get(kpi) for record in groups)
        if len({figure.period for figure in figures if figure}) > 1:
            return language.say(
                "Not all figures are for the same 12 months: each says which, and only figures "
                "for the same 12 months can be compared."
            )
    return ""


def group_cards(
    summary: GroupSummary, services: Mapping[str, ServiceSummary], language: Language
) -> tuple[Card, ...]:
    """The headline KPIs of a group; `services` are all, by their ids."""
    always = at(Place.GROUP_CARD)
    shown = [kpi for kpi in at(Place.GROUP) if kpi in always or kpi in summary.figures]
    return tuple(group_card(kpi, summary, services, language) for kpi in shown)


def group_lead(summary: GroupSummary, language: Language) -> str:
    """How many services, and what those with figures did in one and the same year."""
    number = len(summary.group.services)
    if summary.group.kind is GroupKind.ALL:
        subject = language.plural(number, "{n} service.", "{n} services.")
    else:
        subject = language.plural(
            number, "{group}: {n} service.", "{group}: {n} services.", group=summary.group.name
        )
    head = summary.figures.get(VOLUME)
    if head is None:
        some = summary.series.get(VOLUME)
        none = "" if summary.series else language.say("No figures for 12 months were provided.")
        did = too_few(some[-1], language) if some else none
    else:
        did = language.plural(
            head.services,
            "{transactions} {period} at the one that reported.",
            "{transactions} {period} at the {n} that reported.",
            transactions=transactions_words(head.value, language),
            period=language.in_period(head.period),
        )
        did = f"{did} {stocks_words(head, language)}".strip()
    return f"{subject} {did}".strip()


def transactions_words(number: float, language: Language) -> str:
    """A number of transactions in words: `3.29 million transactions`, `1 transaction`."""
    text = language.long_count(number)
    return language.plural(number, "{number} transaction", "{number} transactions", number=text)


# Who has fallen silent, in words above a group's figures: by body where many of one did.


_NAMED: Final = 3
"""So many are named; the others are counted."""


def silence_notices(
    summary: GroupSummary, services: Mapping[str, ServiceSummary], language: Language
) -> tuple[str, ...]:
    """Who has fallen silent with how many transactions; empty where these are few.

    Services of one body that stopped together are told as one, each with what they last had.
    """
    silence = summary.silent.get(VOLUME)
    if silence is None or silence.share < MATERIAL:
        return ()
    together: dict[tuple[str, Period, bool], list[SilentService]] = {}
    for service in silence.services:
        body = _body(services[service.service].service, summary)
        together.setdefault((body, service.period, service.partly), []).append(service)
    bodies = [
        (body, silent)
        for (body, *_), silent in sorted(
            together.items(),
            key=lambda item: (-sum(service.weight for service in item[1]), item[0][0]),
        )
    ]
    sizes = Counter(_body(services[service].service, summary) for service in summary.group.services)
    sentences = [
        _sentence(body, sizes[body], silent, services, language, itself=body == summary.group.name)
        for body, silent in bodies[:_NAMED]
    ]
    if rest := sum(len(silent) for _, silent in bodies[_NAMED:]):
        sentences.append(
            language.plural(
                rest,
                "{n} other service has no figure for these 12 months either.",
                "{n} other services have no figures for these 12 months either.",
            )
        )
    missing = language.plural(
        len(silence.services),
        "The figures below lack this service.",
        "The figures below lack these services.",
    )
    return (joined(" ", [*sentences, missing]),)


def _body(service: Service, summary: GroupSummary) -> str:
    """The body by which a service is told; where there is none, its own name."""
    if summary.group.kind in (GroupKind.ALL, GroupKind.CATEGORY):
        return service.department
    if summary.group.kind is GroupKind.DEPARTMENT and service.agency:
        return service.agency
    return service.name


def _sentence(
    body: str,
    size: int,
    silent: list[SilentService],
    services: Mapping[str, ServiceSummary],
    language: Language,
    *,
    itself: bool,
) -> str:
    """What services of a body that stopped together last had.

    Where the body has the name of the group `itself`, its `size` services are those that it runs
    without an agency, and not all of the group.
    """
    number = len(silent)
    if number == size and not itself:
        who, verb = body, 1
    elif number == 1:
        who, verb = services[silent[0].service].service.name, 1
    elif itself:
        who, verb = (
            language.plural(
                size,
                "{silent} of the {n} service that {body} runs itself",
                "{silent} of the {n} services that {body} runs itself",
                silent=language.count(number),
                body=body,
            ),
            number,
        )
    else:
        who, verb = (
            language.plural(
                size,
                "{silent} of the {n} service of {body}",
                "{silent} of the {n} services of {body}",
                silent=language.count(number),
                body=body,
            ),
            number,
        )
    values = {
        "who": who,
        "transactions": transactions_words(sum(service.weight for service in silent), language),
        "period": language.in_period(silent[0].period),
    }
    if silent[0].partly:
        return language.plural(
            verb,
            "{who}, {transactions} {period}, has had no complete figures for 12 months since.",
            "{who}, {transactions} {period}, have had no complete figures for 12 months since.",
            **values,
        )
    return language.plural(
        verb,
        "{who}, {transactions} {period}, has not reported since.",
        "{who}, {transactions} {period}, have not reported since.",
        **values,
    )
