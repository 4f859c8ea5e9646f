"""What the sentence above a chart says of its own window: the newest figure, and what lacks after.

The card of a KPI speaks of a year, its chart often of a quarter. So that nobody takes one for the
other, a sentence that is not of the card's window begins with its own; and where the two point in
opposite directions it says both (docs/page-contract.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.charts.sentences import EXACTLY, level_sentence, meets
from perfsite.model import Status
from perfsite.periods import MONTHS_IN_QUARTER, Unit
from perfsite.text import message

if TYPE_CHECKING:
    from perfsite.kpi import Figure
    from perfsite.language import Language
    from perfsite.periods import Period

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
    other = _LATEST_YEAR if period.is_year else _LATEST_OTHER
    return language.say(_LATEST.get((period.unit, period.count), other), sentence=sentence)


def beside_card(
    language: Language,
    sentence: str,
    now: tuple[Period, float, float | None],
    card: Figure | None,
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
