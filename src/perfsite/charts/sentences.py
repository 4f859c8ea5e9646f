"""Sentences that say what figures show, and are true of them: titles of charts, leads of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from perfsite.charts.layout import beside_target
from perfsite.kpis import KPIS, TAKE_UP, VOLUME
from perfsite.measures import Better, MeasureKind
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_QUARTER, Unit
from perfsite.text import capital, joined, message

if TYPE_CHECKING:
    from perfsite.kpi.headlines import Headline
    from perfsite.language import Language
    from perfsite.periods import Period


# Sentences that say what figures show, and are true of them: titles of charts, leads of pages.
#
# Each takes the language and the figures themselves. The words of a comparison come from the
# figures as they are, and never claim a difference that the printed figures do not show.


_TIMES_FROM: Final = 3
EXACTLY: Final = 0.0, 0.0
"""What is uncertain of two figures that are known exactly."""


def compared_count(language: Language, now: float, before: float | None) -> str:
    """`45% more than a year before`; empty where there is nothing to compare with.

    It is what the cell of the same two counts says ("+45%"), in words.
    """
    if before is None:
        return ""
    if now == before:
        return language.say("the same as a year before")
    if before == 0:
        return language.say("up from none a year before")
    percent = language.percentage(now, before)
    if now == 0 or percent is None:
        return _moved(language, now, before, language.long_count(before))
    if now >= before * _TIMES_FROM:
        times = language.times(now, before)
        return language.say("{times} times as many as a year before", times=times)
    if percent == 0:
        return language.say("about the same as a year before")
    if percent > 0:
        return language.say("{share} more than a year before", share=language.size(percent))
    return language.say("{share} fewer than a year before", share=language.size(percent))


def _moved(language: Language, now: float, before: float, figure: str) -> str:
    if now > before:
        return language.say("up from {figure} a year before", figure=figure)
    return language.say("down from {figure} a year before", figure=figure)


def compared_level(
    language: Language,
    now: float,
    before: float | None,
    kind: MeasureKind,
    *,
    uncertain: float = 0.0,
    uncertain_before: float = 0.0,
) -> str:
    """`up from 78.2% a year before`, for shares and amounts; empty without a figure before.

    Where the two are not known well enough to tell which is more, only the figure before is said.
    """
    if before is None:
        return ""
    if now == before:
        return language.say("the same as a year before")
    figure = in_words(language, before, kind, uncertain_before)
    if in_words(language, now, kind, uncertain) == figure:
        return _alike(language, now, before, kind, uncertain + uncertain_before)
    if not language.is_clear(now, before, uncertain, uncertain_before):
        return language.say("compared with {figure} a year before", figure=figure)
    return _moved(language, now, before, figure)


def _alike(language: Language, now: float, before: float, kind: MeasureKind, doubt: float) -> str:
    """What is said of two figures that a sentence rounds to the same words.

    A table has amounts to the penny, and tells by how much these differ.
    """
    is_exact = not doubt and language.in_table(now, kind) != language.in_table(before, kind)
    percent = language.percentage(now, before, kind) if is_exact else None
    if not percent:
        return language.say("about the same as a year before")
    if percent > 0:
        return language.say("{share} more than a year before", share=language.size(percent))
    return language.say("{share} less than a year before", share=language.size(percent))


def compared(
    language: Language,
    now: float,
    before: float | None,
    kind: MeasureKind,
    doubts: tuple[float, float] = EXACTLY,
) -> str:
    """The comparison with a year before, in the words of its kind.

    `doubts` are how far the two figures may be off, up or down.
    """
    match kind:
        case MeasureKind.COUNT:
            return compared_count(language, now, before)
        case (
            MeasureKind.SHARE
            | MeasureKind.CURRENCY
            | MeasureKind.SECONDS
            | MeasureKind.MILLISECONDS
            | MeasureKind.NUMBER
        ):
            doubt, doubt_before = doubts
            return compared_level(
                language, now, before, kind, uncertain=doubt, uncertain_before=doubt_before
            )
        case _:
            assert_never(kind)


def compared_target(language: Language, now: float, target: float, kpi: str) -> str:
    """`which meets the target of 80%`."""
    kind = KPIS[kpi].kind
    level = language.full_figure(target, kind)
    if meets(kpi, now, target):
        return language.say("which meets the target of {level}", level=level)
    return language.say("which misses the target of {level}", level=level)


def meets(kpi: str, now: float, target: float) -> bool:
    """Whether a KPI is at its target or on the better side of it.

    Where neither side is better, a target is a level to reach.
    """
    better = KPIS[kpi].better
    match better:
        case Better.LOWER:
            return now <= target
        case Better.HIGHER | Better.NEITHER:
            return now >= target
        case _:
            assert_never(better)


def in_words(language: Language, value: float, kind: MeasureKind, uncertain: float = 0.0) -> str:
    """A figure as sentences print it; `uncertain` is how far it may be off, up or down."""
    match kind:
        case MeasureKind.COUNT:
            return language.long_count(value)
        case MeasureKind.SHARE:
            return language.percent(value, uncertain=uncertain)
        case (
            MeasureKind.CURRENCY
            | MeasureKind.SECONDS
            | MeasureKind.MILLISECONDS
            | MeasureKind.NUMBER
        ):
            return language.figure(value, kind, uncertain)
        case _:
            assert_never(kind)


def with_comparison(language: Language, statement: str, comparison: str) -> str:
    """The statement, with the comparison where there is one, and a capital at its start."""
    text = capital(statement)
    if not comparison:
        return text
    return language.say("{statement}, {comparison}", statement=text, comparison=comparison)


def counted(
    language: Language, kpi: str, number: float, *, stock: bool = False, figure: str = ""
) -> str:
    """A number of what a KPI counts: `3.29 million transactions`, `No transactions`.

    Of a `stock` it is what there is on a day. `figure` is the number in other digits than usual.
    """
    of_kpi = KPIS[kpi].words
    words = of_kpi.stock if stock and of_kpi.stock else of_kpi.counted
    text = figure or in_words(language, number, KPIS[kpi].kind)
    if words is None:
        return text
    if number == 0:
        return language.say(words.none)
    return language.plural(number, *words.forms, number=text)


def level_sentence(  # noqa: PLR0913 - a figure, the one before, and what has to be known of them
    language: Language,
    kpi: str,
    now: float,
    before: float | None,
    period: Period,
    target: float | None = None,
    *,
    stock: bool = False,
    doubts: tuple[float, float] = EXACTLY,
) -> str:
    """What the latest figure of a KPI says.

    Where there is a target, the sentence says whether it is met, with as many digits as show it,
    and the table has the change. A `stock` counts what there is on a day. `doubts` are how far the
    figure and that before may be off, up or down.
    """
    kind = KPIS[kpi].kind
    figure = (
        in_words(language, now, kind, doubts[0])
        if target is None
        else beside_target(language, now, target, kind, long=True)
    )
    comparison = (
        compared(language, now, before, kind, doubts)
        if target is None
        else compared_target(language, now, target, kpi)
    )
    first = _level(language, kpi, now, period, stock=stock, figure=figure)
    return with_comparison(language, first, comparison)


def _level(
    language: Language,
    kpi: str,
    now: float,
    period: Period,
    *,
    stock: bool = False,
    figure: str = "",
) -> str:
    words = KPIS[kpi].words
    return language.say(
        words.level_of_stock if stock and words.level_of_stock else words.level,
        figure=figure or in_words(language, now, KPIS[kpi].kind),
        counted=counted(language, kpi, now, stock=stock, figure=figure),
        when=language.in_period(period),
    )


def panel_sentence(
    language: Language,
    kpi: str,
    now: float,
    before: float | None,
    services: int,
    period: Period,
    doubts: tuple[float, float] = EXACTLY,
) -> str:
    """What a group's like-for-like chart shows: always of the same services.

    `doubts` are how far the figure and that before may be off, up or down.

    Raises:
        ValueError: for a KPI that has no words for it, because it is charted for no group.
    """
    forms = KPIS[kpi].words.panel
    if forms is None:
        raise ValueError(f"{kpi} is charted for no group")
    first = language.plural(
        services,
        *forms,
        figure=in_words(language, now, KPIS[kpi].kind, doubts[0]),
        counted=counted(language, kpi, now),
        when=language.in_period(period),
    )
    comparison = compared(language, now, before, KPIS[kpi].kind, doubts)
    return with_comparison(language, first, comparison)


def treemap_sentence(
    language: Language, name: str, share: float, period: Period, group: str = ""
) -> str:
    """Which part of a group's transactions its largest service had; all services have no name."""
    words = {
        "name": name,
        "share": language.percent(share),
        "when": language.in_period(period),
    }
    if group:
        return language.say(
            "{name} had {share} of the transactions of {group} {when}", group=group, **words
        )
    return language.say("{name} had {share} of all transactions {when}", **words)


def service_lead(
    language: Language,
    transactions: tuple[float, Period] | None,
    take_up: tuple[float, Period, float | None] | None,
    *,
    stock: bool = False,
    doubts: tuple[float, float] = EXACTLY,
) -> str:
    """What the figures of a service say, in a sentence or two; empty where they say nothing.

    `transactions` are a number and its period, `take_up` a share, its period and the share a year
    before; `doubts` are how far these two may be off. The transactions of a `stock` are what there
    is on a day.
    """
    volume = (
        language.say("{sentence}.", sentence=_level(language, VOLUME, *transactions, stock=stock))
        if transactions
        else ""
    )
    if take_up is None:
        return volume
    share, when, before = take_up
    comparison = compared(language, share, before, MeasureKind.SHARE, doubts)
    if transactions is None or transactions[1] != when:
        figure = in_words(language, share, MeasureKind.SHARE, doubts[0])
        level = _level(language, TAKE_UP, share, when, stock=stock, figure=figure)
        digital = with_comparison(language, level, comparison)
        return joined(" ", filter(None, (volume, language.say("{sentence}.", sentence=digital))))
    both = language.say(
        "{transactions} {when}, {share} of them digital",
        transactions=counted(language, VOLUME, transactions[0], stock=stock),
        when=language.in_period(when),
        share=language.percent(share, uncertain=doubts[0]),
    )
    return language.say("{sentence}.", sentence=with_comparison(language, both, comparison))


# Sentences of the modules beside the KPIs: channels, answers, years, journeys, readings.
#
# As above, each is true of the figures that it is given, and says no more.


def channel_sentence(
    language: Language, channel: str, share: float, period: Period, *, alone: bool
) -> str:
    """The largest of the channels and its share of their sum; `alone` if no other is as large."""
    words = {
        "share": language.percent(share),
        "channel": channel,
        "when": language.in_period(period),
    }
    if alone:
        text = language.say(
            "“{channel}” took {share} of transactions counted by channel {when}, more than any "
            "other",
            **words,
        )
    else:
        text = language.say(
            "“{channel}” took {share} of transactions counted by channel {when}", **words
        )
    return with_comparison(language, text, "")


def answers_sentence(
    language: Language, satisfied: float, answers: float, before: float | None, period: Period
) -> str:
    """Which share of the answers were the two best; `before` is that share a year before."""
    share = satisfied / answers
    first = language.plural(
        answers,
        "{share} of {n} answer was “satisfied” or “very satisfied” {when}",
        "{share} of {n} answers were “satisfied” or “very satisfied” {when}",
        share=language.percent(share),
        when=language.in_period(period),
    )
    return with_comparison(
        language, first, compared_level(language, share, before, MeasureKind.SHARE)
    )


def response_sentence(language: Language, now: float, before: float | None, period: Period) -> str:
    """How long the online service took to answer, in milliseconds."""
    first = language.say(
        "The online service answered in {figure} {when}",
        figure=in_words(language, now, MeasureKind.MILLISECONDS),
        when=language.in_period(period),
    )
    comparison = compared_level(language, now, before, MeasureKind.MILLISECONDS)
    return with_comparison(language, first, comparison)


def years_sentence(language: Language, now: float, before: float, pairs: int, unit: Unit) -> str:
    """The sum of the months (or weeks) of a year that the year before has, too, and the latter's.

    `pairs` is how many months or weeks that are.
    """
    words = {"transactions": counted(language, VOLUME, now)}
    if unit is Unit.WEEK:
        first = language.plural(
            pairs,
            "{transactions} in {n} week with figures for both years",
            "{transactions} in {n} weeks with figures for both years",
            **words,
        )
    else:
        first = language.plural(
            pairs,
            "{transactions} in {n} month with figures for both years",
            "{transactions} in {n} months with figures for both years",
            **words,
        )
    return with_comparison(language, first, compared_count(language, now, before))


def journey_sentence(
    language: Language, first: tuple[str, float], last: tuple[str, float], period: Period
) -> str:
    """Which share of those who took the first step took the last; steps are a name and a count."""
    words = {"first": first[0], "last": last[0], "when": language.in_period(period)}
    if first[1] == 0:
        return language.say("Nobody is counted at “{first}” {when}", **words)
    if last[1] > first[1]:
        return language.say("More are counted at “{last}” than at “{first}” {when}", **words)
    share = language.percent(last[1] / first[1])
    text = language.say(
        "{share} of those counted at “{first}” are counted at “{last}” {when}", share=share, **words
    )
    return with_comparison(language, text, "")


def measure_sentence(
    language: Language,
    name: str,
    kind: MeasureKind,
    now: float,
    before: float | None,
    period: Period,
    *,
    doubts: tuple[float, float] = EXACTLY,
) -> str:
    """The latest figure of a measure that the site declares.

    `doubts` are how far it and the one before may be off, up or down.
    """
    first = language.say(
        "{name}: {figure} {when}",
        name=name,
        figure=in_words(language, now, kind, doubts[0]),
        when=language.in_period(period),
    )
    return with_comparison(language, first, compared(language, now, before, kind, doubts))


def reading_sentence(
    language: Language, name: str, kind: MeasureKind, value: float, period: Period
) -> str:
    """The last reading that there was of something that was once shown as it happened."""
    return language.say(
        "The last reading of “{name}” was {figure}, {when}",
        name=name,
        figure=in_words(language, value, kind),
        when=language.in_period(period),
    )


# What the sentence above a chart says of its own window: the newest figure, and what lacks after.
#
# The card of a KPI speaks of a year, its chart often of a quarter. So that nobody takes one for
# the other, a sentence that is not of the card's window begins with its own; and where the two
# point in opposite directions it says both (docs/page-contract.md).


_LATEST: Final = {
    (Unit.DAY, 1): message("Latest day: {sentence}"),
    (Unit.WEEK, 1): message("Latest week: {sentence}"),
    (Unit.MONTH, 1): message("Latest month: {sentence}"),
    (Unit.MONTH, MONTHS_IN_QUARTER): message("Latest quarter: {sentence}"),
}
_LATEST_YEAR: Final = message("Latest year: {sentence}")
_LATEST_OTHER: Final = message("Latest period: {sentence}")
_LACKS: Final = {
    Status.WITHHELD: message("Withheld for {period}. {sentence}"),
    Status.CONFIDENTIAL: message("Confidential for {period}. {sentence}"),
    Status.NOT_APPLICABLE: message("Not applicable for {period}. {sentence}"),
    Status.NOT_PROVIDED: message("Not provided for {period}. {sentence}"),
}


def latest(language: Language, period: Period, sentence: str) -> str:
    """The sentence after the name of its window: `Latest quarter: ...`."""
    usual = _LATEST_YEAR if period.is_year else _LATEST_OTHER
    return language.say(_LATEST.get((period.unit, period.count), usual), sentence=sentence)


def beside_card(
    language: Language,
    sentence: str,
    now: tuple[Period, float, float | None],
    card: Headline | None,
    target: float | None = None,
    doubts: tuple[float, float] = EXACTLY,
) -> str:
    """The sentence of the newest figure of a chart, beside the card of its KPI.

    `now` is the period of the sentence, its figure and that of a year before. Without a card there
    is nothing that it could be taken for, and it stays as it is.
    """
    period, value, before = now
    if card is None or card.period == period:
        return sentence
    first = latest(language, period, sentence)
    if card.value is None or card.period is None:
        return first
    of_card = card.uncertain, card.uncertain_before
    here = _direction(language, card.kpi, (value, before), doubts, target)
    there = _direction(language, card.kpi, (card.value, card.before), of_card, target)
    if here * there >= 0:
        return first
    on_card = level_sentence(
        language,
        card.kpi,
        card.value,
        card.before,
        card.period,
        target,
        stock=card.stock,
        doubts=of_card,
    )
    return language.say("{latest}. On the card: {card}", latest=first, card=on_card)


def _direction(
    language: Language,
    kpi: str,
    figures: tuple[float, float | None],
    doubts: tuple[float, float],
    target: float | None,
) -> int:
    """1 for more or a target that is met, -1 for less or one that is missed, 0 for neither.

    `figures` are the newest one and that of a year before, `doubts` how far each may be off.
    """
    now, before = figures
    if target is not None:
        return 1 if meets(kpi, now, target) else -1
    if before is None or now == before or not language.is_clear(now, before, *doubts):
        return 0
    return 1 if now > before else -1


def after_missing(language: Language, period: Period, status: Status, sentence: str) -> str:
    """The sentence of the newest figure, where the newest row of the table has none."""
    text = _LACKS.get(status, _LACKS[Status.NOT_PROVIDED])
    return language.say(text, period=language.period_name(period), sentence=sentence)
