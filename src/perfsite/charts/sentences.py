"""Sentences that say what figures show, and are true of them: titles of charts, leads of pages.

Each takes the language and the figures themselves. The words of a comparison come from the
figures as they are, and never claim a difference that the printed figures do not show. The
sentences of breakdowns, journeys and readings are in `module_sentences`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.measures import MEASURES, Better, Kind

if TYPE_CHECKING:
    from perfsite.language import Language
    from perfsite.periods import Period

_TIMES_FROM: Final = 3


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
    kind: Kind,
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


def _alike(language: Language, now: float, before: float, kind: Kind, doubt: float) -> str:
    """What is said of two figures that a sentence rounds to the same words.

    A table has amounts to the penny, and tells by how much these differ.
    """
    known = not doubt and language.in_table(now, kind) != language.in_table(before, kind)
    percent = language.percentage(now, before, kind) if known else None
    if not percent:
        return language.say("about the same as a year before")
    if percent > 0:
        return language.say("{share} more than a year before", share=language.size(percent))
    return language.say("{share} less than a year before", share=language.size(percent))


def compared_target(language: Language, now: float, target: float, kpi: str) -> str:
    """`which meets the target of 80%`; lower is better for costs, higher for all else.

    Where the printed figure looks like the target but falls short of it, the clause says so.
    """
    kind = _kind(kpi)
    level = language.full_figure(target, kind)
    if meets(kpi, now, target):
        return language.say("which meets the target of {level}", level=level)
    if in_words(language, now, kind) == in_words(language, target, kind):
        return language.say("which just misses the target of {level}", level=level)
    return language.say("which misses the target of {level}", level=level)


def meets(kpi: str, now: float, target: float) -> bool:
    """Whether a KPI is at its target or on the better side of it."""
    measure = MEASURES.get("cost" if kpi == "total_cost" else kpi)
    return now <= target if measure and measure.better is Better.LOWER else now >= target


def in_words(language: Language, value: float, kind: Kind, uncertain: float = 0.0) -> str:
    """A figure as sentences print it; `uncertain` is how far it may be off, up or down."""
    if kind is Kind.COUNT:
        return language.long_count(value)
    if kind is Kind.SHARE:
        return language.percent(value, uncertain=uncertain)
    return language.figure(value, kind, uncertain)


def with_comparison(language: Language, statement: str, comparison: str) -> str:
    """The statement, with the comparison where there is one, and a capital at its start."""
    text = capital(statement)
    if not comparison:
        return text
    return language.say("{statement}, {comparison}", statement=text, comparison=comparison)


def _kind(kpi: str) -> Kind:
    if kpi in ("transactions", "transactions_per_year"):
        return Kind.COUNT
    return Kind.CURRENCY if kpi in ("cost_per_transaction", "total_cost") else Kind.SHARE


def counted_transactions(language: Language, number: float) -> str:
    """`3.29 million transactions`, `No transactions`."""
    if number == 0:
        return language.say("No transactions")
    text = language.long_count(number)
    return language.plural(number, "{number} transaction", "{number} transactions", number=text)


def transactions_sentence(
    language: Language,
    now: float,
    before: float | None,
    period: Period,
    target: float | None = None,
) -> str:
    """What the latest bar of a transactions chart shows."""
    comparison = (
        compared_count(language, now, before)
        if target is None
        else compared_target(language, now, target, "transactions")
    )
    return with_comparison(language, _counted(language, now, period), comparison)


def _counted(language: Language, number: float, period: Period) -> str:
    return language.say(
        "{transactions} {when}",
        transactions=counted_transactions(language, number),
        when=language.in_period(period),
    )


def level_sentence(
    language: Language,
    kpi: str,
    now: float,
    before: float | None,
    period: Period,
    target: float | None = None,
) -> str:
    """What the latest point of a line of shares or amounts shows.

    Where there is a target, the sentence says whether it is met, and the table has the change.
    """
    kind = _kind(kpi)
    comparison = (
        compared_level(language, now, before, kind)
        if target is None
        else compared_target(language, now, target, kpi)
    )
    return with_comparison(language, _level(language, kpi, now, period), comparison)


def _level(language: Language, kpi: str, now: float, period: Period) -> str:
    words = {"figure": in_words(language, now, _kind(kpi)), "when": language.in_period(period)}
    if kpi == "digital_take_up":
        return language.say("{figure} of transactions were digital {when}", **words)
    if kpi == "cost_per_transaction":
        return language.say("A transaction cost {figure} {when}", **words)
    if kpi == "completion_rate":
        return language.say("{figure} of transactions started were completed {when}", **words)
    if kpi == "user_satisfaction":
        return language.say("User satisfaction was {figure} {when}", **words)
    return language.say("The online service was available {figure} of the time {when}", **words)


def panel_sentence(
    language: Language,
    kpi: str,
    now: float,
    before: float | None,
    services: int,
    period: Period,
) -> str:
    """What a group's like-for-like chart shows: always of the same services."""
    when = language.in_period(period)
    if kpi == "digital_take_up":
        first = language.plural(
            services,
            "{share} of transactions at the one service were digital {when}",
            "{share} of transactions at the same {n} services were digital {when}",
            share=language.percent(now),
            when=when,
        )
        return with_comparison(language, first, compared_level(language, now, before, Kind.SHARE))
    first = language.plural(
        services,
        "{transactions} at the one service {when}",
        "{transactions} at the same {n} services {when}",
        transactions=counted_transactions(language, now),
        when=when,
    )
    return with_comparison(language, first, compared_count(language, now, before))


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
) -> str:
    """What the figures of a service say, in a sentence or two; empty where they say nothing.

    `transactions` are a number and its period, `take_up` a share, its period and the share a year
    before.
    """
    counted = (
        language.say("{sentence}.", sentence=_counted(language, *transactions))
        if transactions
        else ""
    )
    if take_up is None:
        return counted
    share, when, before = take_up
    comparison = compared_level(language, share, before, Kind.SHARE)
    if transactions is None or transactions[1] != when:
        digital = with_comparison(
            language, _level(language, "digital_take_up", share, when), comparison
        )
        return f"{counted} {language.say('{sentence}.', sentence=digital)}".strip()
    both = language.say(
        "{transactions} {when}, {share} of them digital",
        transactions=counted_transactions(language, transactions[0]),
        when=language.in_period(when),
        share=language.percent(share),
    )
    return language.say("{sentence}.", sentence=with_comparison(language, both, comparison))


def capital(text: str) -> str:
    """The text with its first letter a capital."""
    return text[:1].upper() + text[1:]
