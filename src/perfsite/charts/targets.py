"""Values held against targets: written so that one sees on which side of its target a value is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.decimals import decimal, exact, rounded
from perfsite.measures import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.language import Language

_PENCE: Final = 2
_MOST_DECIMALS: Final = 15
"""As many as a number in a file has that is below 1."""


def beside_target(
    language: Language, value: float, target: float, kind: Kind, *, long: bool
) -> str:
    """The value as it is written elsewhere, or with as many digits as tell it from its target.

    79.96% against a target of 80% is `79.96%`, as `80.0%` would not say why it was missed. Only
    what is the target itself reads like it. `long` is the form that sentences have.
    """
    mine, others = (_forms(language, number, kind, long=long) for number in (value, target))
    usual = next(mine)
    if value == target or usual != next(others):
        return usual
    return next((text for text, other in zip(mine, others, strict=True) if text != other), usual)


def _forms(language: Language, value: float, kind: Kind, *, long: bool) -> Iterator[str]:
    """The ways to write a number, first the usual one, then ever more digits."""
    if kind is Kind.SHARE:
        write = language.percent if long else language.short_percent
        for decimals in range(1, _MOST_DECIMALS):
            yield write(value, decimals)
        return
    yield (
        language.long_count(value) if long and kind is Kind.COUNT else language.figure(value, kind)
    )
    if kind is Kind.CURRENCY:
        for decimals in range(_PENCE, _MOST_DECIMALS):
            digits = language.plain(f"{rounded(abs(decimal(value)), decimals):f}")
            yield language.amount(digits, negative=value < 0)
        return
    yield language.full_figure(value, kind)
    yield language.plain(exact(value))
