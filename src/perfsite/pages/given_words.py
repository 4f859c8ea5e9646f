"""What a service gave towards a figure that cannot be worked out, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfsite.kpis import KPIS, Place, at
from perfsite.measures import DIGITAL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from perfsite.charts.series import Given
    from perfsite.config import SiteConfig
    from perfsite.kpis import Kpi
    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.periods import Period


@dataclass(frozen=True)
class Towards:
    """What was given towards a KPI, in words, and whether it is a ratio to nothing.

    Without words nothing was given that it is made of.
    """

    given: tuple[str, ...] = ()
    nothing: bool = False


def towards_all(given: Given, config: SiteConfig, language: Language) -> dict[str, Towards]:
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
    given: Given,
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
        own = {KPIS[one].numerator for one in KPIS if not KPIS[one].denominator}
        wanted = dict.fromkeys(part for part in kpi.denominator if (part,) not in own)
    return tuple(
        _given_for(measures[part.partition(":")[0]], part, spans, language)
        for part in wanted
        if (spans := _spans(given, part, digital))
    )


def _is_of_nothing(given: Given, kpi: Kpi) -> bool:
    """Whether all that a ratio would be divided by was given, and is zero."""
    channels = [given.figures.get(part.partition(":")[0], {}) for part in kpi.denominator]
    numbers = [
        one.value
        for mine in channels
        for figures in mine.values()
        for one in figures.values()
        if one.value is not None
    ]
    return kpi.is_ratio and all(channels) and bool(numbers) and not any(numbers)


def _spans(given: Given, part: str, digital: Collection[str]) -> list[Period]:
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
