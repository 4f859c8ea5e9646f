"""Where a headline comes from, in words: its formula, the same with numbers, and their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from perfsite.components.elements import (
    ExplainedFigure,
    FormulaOrigin,
    FormulaTerm,
    channel_name,
)
from perfsite.kpi.figures import Formula
from perfsite.kpis import KPIS
from perfsite.measures import DIGITAL, MeasureKind
from perfsite.text import message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.kpi import trace as traced
    from perfsite.language import Language
    from perfsite.measures import Measure


MOST_ORIGINS: Final = 16
"""So many figures are named on the page; the CSV file of the service has all of them."""
_MOST_ADDED: Final = 6
"""A sum of so many figures is written out."""
_DIGITAL: Final = message("Digital transactions")


def explained(
    provenance: traced.Provenance,
    measures: Mapping[str, Measure],
    language: Language,
    uncertain: float = 0.0,
) -> ExplainedFigure:
    """The provenance of a headline, for its card; `uncertain` is how far it may be off."""
    return ExplainedFigure(
        language.say(KPIS[provenance.kpi].formula),
        _worked(provenance, measures, language, uncertain),
        tuple(_term(term, measures, language) for term in provenance.terms),
    )


def _measure(part: str, measures: Mapping[str, Measure]) -> Measure:
    return measures[part.partition(":")[0]]


def _worked(
    provenance: traced.Provenance,
    measures: Mapping[str, Measure],
    language: Language,
    uncertain: float,
) -> str:
    """The formula with the real numbers in it, and what it gives."""
    texts = {
        term.part: language.full_figure(term.value, _measure(term.part, measures).kind)
        for term in provenance.terms
    }
    first, *others = texts.values()
    match provenance.formula:
        case Formula.STATED:
            return language.say("{figure}, as the service gave it", figure=first)
        case Formula.AMOUNT if not others:
            return _added(provenance.terms[0], first, measures, language)
        case Formula.AMOUNT:
            sum_ = " + ".join(texts.values())
        case Formula.PRODUCT:
            sum_ = f"{first} × {_side(others)}"
        case Formula.RATIO:
            above, below = ([texts[term.part] for term in side] for side in provenance.sides)
            sum_ = f"{_side(above)} ÷ {_side(below)}"
        case Formula.POOLED:
            points = " + ".join(f"{n} × {text}" for n, text in enumerate(texts.values(), 1))
            sum_ = f"(({points}) ÷ ({' + '.join(texts.values())}) − 1) ÷ {len(others)}"
        case _:
            assert_never(provenance.formula)
    return _result(provenance, sum_, language, uncertain)


def _side(texts: Sequence[str]) -> str:
    """What stands on one side of a sign: a sum in brackets, one figure without."""
    return f"({' + '.join(texts)})" if len(texts) > 1 else texts[0]


def _result(provenance: traced.Provenance, sum_: str, language: Language, uncertain: float) -> str:
    """The calculation and its result: `=` where the result is exact, `≈` where it is rounded."""
    kind = KPIS[provenance.kpi].kind
    if kind is MeasureKind.SHARE and provenance.value > 1:
        return language.say("{sum} is more than 100%, so no percentage is shown", sum=sum_)
    if provenance.withheld:
        return language.say(
            "{sum}, but in a part of the period it is more than 100%, so no percentage is shown",
            sum=sum_,
        )
    if provenance.formula is Formula.AMOUNT:
        return f"{sum_} = {language.full_figure(provenance.value, kind)}"
    if not uncertain and language.is_all_of(provenance.value, kind):
        return f"{sum_} = {language.figure(provenance.value, kind)}"
    return f"{sum_} ≈ {language.beside_sign(provenance.value, kind, uncertain)}"


def _added(
    term: traced.Term, total: str, measures: Mapping[str, Measure], language: Language
) -> str:
    """A sum of what was given, written out where it is short."""
    kind = _measure(term.part, measures).kind
    number = len(term.origins)
    if number <= 1:
        return total
    if number > _MOST_ADDED:
        return language.plural(
            number,
            "{n} figure that adds up to {total}",
            "{n} figures that add up to {total}",
            total=total,
        )
    parts = " + ".join(language.full_figure(origin.value, kind) for origin in term.origins)
    return f"{parts} = {total}"


def _term(term: traced.Term, measures: Mapping[str, Measure], language: Language) -> FormulaTerm:
    measure = _measure(term.part, measures)
    name = language.say(_DIGITAL if term.part == DIGITAL else measure.name)
    unlisted = len(term.origins) - MOST_ORIGINS
    return FormulaTerm(
        name,
        language.full_figure(term.value, measure.kind),
        tuple(
            FormulaOrigin(
                origin.source_file,
                str(origin.row),
                _origin(origin, measure, language),
                origin.of_edition,
            )
            for origin in term.origins[:MOST_ORIGINS]
        ),
        language.plural(
            unlisted,
            "and one more in the CSV file of this page",
            "and {n} more in the CSV file of this page",
        )
        if unlisted > 0
        else "",
    )


def _origin(origin: traced.Origin, measure: Measure, language: Language) -> str:
    """A figure as it was given: `847,000 for Jul to Sep 2015`."""
    words = {
        "figure": language.full_figure(origin.value, measure.kind),
        "period": language.period_range(origin.period),
    }
    if origin.channel:
        return language.say(
            "{figure} for {period}, channel “{channel}”",
            channel=channel_name(origin.channel, language).lower(),
            **words,
        )
    return language.say("{figure} for {period}", **words)
