"""How figures are written for people.

Wording: three significant figures with k (from 10,000), m or bn for counts, pence below ten
thousand pounds, one decimal for percentages; "0%" and "100%" only when exactly true. The full
figure is always at hand for those who want it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property
from math import floor, log10
from typing import Final

from babel.numbers import format_decimal, get_currency_symbol

from perfsite.formats import exact, exact_decimal
from perfsite.language.catalogue import Catalogue
from perfsite.measures import Kind

_BILLION, _MILLION, _THOUSAND = 1e9, 1e6, 1e3
_FROM_THOUSANDS: Final = 10_000
_POUNDS_ONLY_FROM: Final = 10_000
_PENNY: Final = 0.01
_WHOLE_FROM: Final = 0.1
"""Changes of a tenth and more are told in whole per cent."""
_ALMOST_ALL: Final = -0.995
_HUNDRED: Final = 100
MINUS: Final = "−"


class Numbers(Catalogue):
    """Counts, shares, amounts and changes in the words of a language."""

    def plain(self, text: str) -> str:
        """A number spelt `-1234.5`, with this language's separators and just these digits."""
        if text not in self._numbers:
            _, _, decimals = text.partition(".")
            pattern = "#,##0" + (f".{'0' * len(decimals)}" if decimals else "")
            written = str(format_decimal(Decimal(text), format=pattern, locale=self.locale))
            # The narrow space that some languages group with is missing in many fonts.
            self._numbers[text] = written.replace("\u202f", "\xa0").replace("-", MINUS)
        return self._numbers[text]

    def count(self, value: float) -> str:
        """A count in full, with thousands separators; decimals only where there are any."""
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return self.plain("0" if text == "-0" else text)

    def short_count(self, value: float) -> str:
        """A count in three significant figures with k, m or bn: `3.29m`; in full below 10,000."""
        number, scale = _scaled(value)
        return self.scaled(number, scale) if scale > 1 else self.count(value)

    def scaled(self, number: str, scale: float) -> str:
        """A number of thousands, millions or billions, in short: `10k`, `3.29m`."""
        text = self.plain(number)
        if scale == _BILLION:
            return self.say("{number}bn", number=text)
        if scale == _MILLION:
            return self.say("{number}m", number=text)
        return self.say("{number}k", number=text)

    def long_count(self, value: float) -> str:
        """A count for a sentence: `3.29 million`, `847,000`, `9,876`."""
        number, scale = _scaled(value)
        if scale == 1:
            return self.count(value)
        text, size = self.plain(number), float(number)
        if scale == _BILLION:
            return self.plural(size, "{number} billion", "{number} billion", number=text)
        if scale == _MILLION:
            return self.plural(size, "{number} million", "{number} million", number=text)
        return self.count(_significant(value, 3))

    def percent(self, share: float, decimals: int = 1) -> str:
        """A share as a percentage; what is not exactly 0 or 1 never reads 0% or 100%."""
        sign, text = self._rounded(share, decimals)
        if sign == "<":
            return self.say("less than {share}", share=text)
        return self.say("more than {share}", share=text) if sign == ">" else text

    def short_percent(self, share: float, decimals: int = 1) -> str:
        """A share for a card or a cell, where `>99.9%` says `more than 99.9%`."""
        return "".join(self._rounded(share, decimals))

    def _rounded(self, share: float, decimals: int) -> tuple[str, str]:
        """A percentage, and a sign before it where rounding would say nothing or everything."""
        value = share * _HUNDRED
        step = 10.0**-decimals
        text = f"{value:.{decimals}f}"
        if share in (0, 1):
            return "", self._per_cent(f"{value:.0f}")
        if float(text) == 0:
            least = f"{step:.{decimals}f}"
            return ("<", self._per_cent(least)) if share > 0 else ("", self._per_cent(f"-{least}"))
        if float(text) == _HUNDRED and share < 1:
            return ">", self._per_cent(f"{_HUNDRED - step:.{decimals}f}")
        return "", self._per_cent(text)

    def _per_cent(self, number: str) -> str:
        return self._percent_pattern.replace("{}", self.plain(number))

    @cached_property
    def _percent_pattern(self) -> str:
        return _around_number(self.locale.percent_formats[None].pattern)

    @cached_property
    def _amount_pattern(self) -> str:
        pattern = _around_number(self.locale.currency_formats["standard"].pattern)
        symbol = str(get_currency_symbol(self.currency, locale=self.locale))
        # A code that is made of letters does not run into its number.
        apart = "¤\xa0{}" if symbol[-1].isalpha() else "¤{}"
        return pattern.replace("¤{}", apart).replace("¤", symbol)

    def amount(self, number: str, *, negative: bool = False) -> str:
        """A number that is already written, with the sign of the currency."""
        return (MINUS if negative else "") + self._amount_pattern.replace("{}", number)

    def money(self, value: float) -> str:
        """An amount: `£0.82`, `£1,234.50`, and in three significant figures from 10,000 up.

        Amounts below a penny keep two significant figures: £0.0065 is not nothing.
        """
        size = abs(value)
        if size >= _POUNDS_ONLY_FROM:
            text = self.short_count(size)
        else:
            digits = 1 - floor(log10(size)) if 0 < size < _PENNY else 2
            text = self.plain(f"{size:.{digits}f}")
        return self.amount(text, negative=value < 0)

    def full_money(self, value: float) -> str:
        """An amount in full, with pence, and with what there is beyond pence.

        From a penny up that is at most six decimals: quotients have no end, and nobody pays them.
        """
        size = abs(value)
        pounds, _, pence = exact(round(size, 6) if size >= _PENNY else size).partition(".")
        return self.amount(self.plain(f"{pounds}.{pence.ljust(2, '0')}"), negative=value < 0)

    def figure(self, value: float, kind: Kind) -> str:
        """A figure for a card or a cell, in the wording of its kind."""
        if kind is Kind.COUNT:
            return self.short_count(value)
        if kind is Kind.SHARE:
            return self.short_percent(value)
        if kind is Kind.CURRENCY:
            return self.money(value)
        return self._with_unit(self.count(value), kind)

    def full_figure(self, value: float, kind: Kind) -> str:
        """A figure in full, for the reader who wants to check it."""
        if kind is Kind.SHARE:
            hundred = Decimal(repr(float(value))) * _HUNDRED
            short = round(hundred, 6)
            # Six decimals are plenty, but for what they would make nothing or everything of.
            shown = hundred if short in (0, _HUNDRED) and value not in (0, 1) else short
            return self._per_cent(exact_decimal(shown))
        if kind is Kind.CURRENCY:
            return self.full_money(value)
        return self._with_unit(self.count(value), kind)

    def _with_unit(self, number: str, kind: Kind) -> str:
        if kind is Kind.SECONDS:
            return self.say("{number} seconds", number=number)
        if kind is Kind.MILLISECONDS:
            return self.say("{number} ms", number=number)
        return number

    def change(self, now: float, before: float, kind: Kind) -> str:
        """The change between two figures: `+15%`, `−3.2 points`; empty if undefined.

        Shares change by percentage points, everything else by a percentage of the figure before.
        """
        if kind is Kind.SHARE:
            return self._difference((now - before) * _HUNDRED, 1, points=True)
        if before == 0:
            return self.say("no change") if now == 0 else ""
        share = now / before - 1
        if now != 0 and share < _ALMOST_ALL:
            # A little is left, and 100% would say that nothing is.
            return MINUS + self._per_cent("99.9")
        return self._difference(share * _HUNDRED, 0 if abs(share) >= _WHOLE_FROM else 1)

    def _difference(self, value: float, decimals: int, *, points: bool = False) -> str:
        """A difference with its sign; one that rounds to nothing but is not, says so."""
        text = f"{abs(value):.{decimals}f}"
        if value == 0:
            return self.say("no change")
        if float(text) == 0:
            return self.say("almost no change")
        sign = "+" if value > 0 else MINUS
        if points:
            return sign + self.say("{number} points", number=self.plain(text))
        return sign + self._per_cent(text)


def _around_number(pattern: str) -> str:
    """A CLDR pattern with `{}` for the number, and plain spaces that do not break."""
    return re.sub(r"[#0,.]+", "{}", pattern.partition(";")[0]).replace("\u202f", "\xa0")


def _scaled(value: float) -> tuple[str, float]:
    """The digits of a count in three significant figures, and of what they are a number."""
    if abs(value) < _FROM_THOUSANDS:
        return "", 1
    rounded = _significant(value, 3)
    scale = next(s for s in (_BILLION, _MILLION, _THOUSAND) if abs(rounded) >= s)
    digits = max(0, 2 - floor(log10(abs(rounded) / scale)))
    return f"{rounded / scale:.{digits}f}", scale


def _significant(value: float, figures: int) -> float:
    if value == 0:
        return 0.0
    digits = figures - 1 - floor(log10(abs(value)))
    # Half rounds away from zero, as people expect, not to even.
    shifted = abs(value) * 10.0**digits
    return (1 if value > 0 else -1) * floor(shifted + 0.5) / 10.0**digits
