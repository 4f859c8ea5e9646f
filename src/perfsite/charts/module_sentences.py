"""Sentences of the modules beside the KPIs: channels, answers, years, journeys, readings.

As in `sentences`, each is true of the figures that it is given, and says no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.charts.sentences import (
    EXACTLY,
    compared,
    compared_count,
    compared_level,
    counted,
    in_words,
    with_comparison,
)
from perfsite.kpis import VOLUME
from perfsite.measures import Kind
from perfsite.periods import Unit

if TYPE_CHECKING:
    from perfsite.language import Language
    from perfsite.periods import Period


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
    return with_comparison(language, first, compared_level(language, share, before, Kind.SHARE))


def response_sentence(language: Language, now: float, before: float | None, period: Period) -> str:
    """How long the online service took to answer, in milliseconds."""
    first = language.say(
        "The online service answered in {figure} {when}",
        figure=in_words(language, now, Kind.MILLISECONDS),
        when=language.in_period(period),
    )
    comparison = compared_level(language, now, before, Kind.MILLISECONDS)
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
    kind: Kind,
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
    language: Language, name: str, kind: Kind, value: float, period: Period
) -> str:
    """The last reading that there was of something that was once shown as it happened."""
    return language.say(
        "The last reading of “{name}” was {figure}, {when}",
        name=name,
        figure=in_words(language, value, kind),
        when=language.in_period(period),
    )
