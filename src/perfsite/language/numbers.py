"""How figures are written for people, and how two of them are compared."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, assert_never

from babel.numbers import format_decimal, get_currency_symbol, get_decimal_symbol, get_group_symbol

from perfsite.decimals import (
    decimal,
    exact_decimal,
    known_places,
    quotient,
    rounded,
    significant,
    upwards,
)
from perfsite.language.catalogue import Catalogue
from perfsite.measures import MeasureKind

if TYPE_CHECKING:
    from collections.abc import Callable


# How figures are written for people.
#
# Wording: three significant figures with k (from 10,000), m or bn for counts, pence below ten
# thousand pounds, one decimal for percentages; "0%" and "100%" only when exactly true. Everything
# is rounded half away from zero, on decimals (see `decimals`).
#
# A figure may be known to a unit only: what is `uncertain` is how far it may be off, up or down.
# It is then written with the digits that are known, the last one of which stands for no less than
# that: "about £1m" for £1.37m that may be off by £0.68m.


_BILLION, _MILLION, _THOUSAND = 9, 6, 3
"""Powers of ten."""
_FROM_THOUSANDS: Final = 10_000
_FIGURES: Final = 3
_PENCE: Final = 2
_LONGEST: Final = 6
"""Decimals of an amount in full."""
_HUNDRED: Final = 100
_A_PENNY: Final = Decimal("0.01")
MINUS: Final = "−"


class Numbers(Catalogue):
    """Counts, shares, amounts and changes in the words of a language."""

    def plain(self, text: str) -> str:
        """A number spelt `-1234.5`, with this language's separators and just these digits."""
        if text not in self._numbers:
            group, point, minus = self._symbols
            whole, _, decimals_ = text.removeprefix("-").partition(".")
            written = f"{int(whole):,}".replace(",", group) + (decimals_ and point + decimals_)
            negative = text.startswith("-") and written.strip(f"0{point}") != ""
            self._numbers[text] = minus + written if negative else written
        return self._numbers[text]

    @cached_property
    def _symbols(self) -> tuple[str, str, str]:
        """What stands between thousands, before decimals, and before what is negative."""
        minus = str(format_decimal(-1, format="#,##0", locale=self.locale)).partition("1")[0]
        # The narrow space that some languages group with is missing in many fonts.
        group = str(get_group_symbol(self.locale)).replace("\u202f", "\xa0")
        return group, str(get_decimal_symbol(self.locale)), minus.replace("-", MINUS)

    def count(self, value: float) -> str:
        """A count in full, with thousands separators; decimals only where there are any.

        They are two, or two significant figures below a hundredth: 0.004 is not nothing.
        """
        return self._memoized("count", value, 0.0, self._count)

    def _count(self, value: float, uncertain: float) -> str:
        number = decimal(value)
        return self.plain(exact_decimal(_limited(number, _fine(number), _places(uncertain))))

    def short_count(self, value: float, uncertain: float = 0.0) -> str:
        """A count in three significant figures with k, m or bn: `3.29m`; in full below 10,000."""
        return self._memoized("short", value, uncertain, self._short_count)

    def _short_count(self, value: float, uncertain: float) -> str:
        number, power = _scaled(decimal(value), _places(uncertain))
        return self.scaled(number, power) if power else self._count(value, uncertain)

    def scaled(self, number: str, power: int) -> str:
        """A number of thousands, millions or billions (powers of ten), in short: `10k`, `3.29m`."""
        text = self.plain(number)
        if power == _BILLION:
            return self.say("{number}bn", number=text)
        if power == _MILLION:
            return self.say("{number}m", number=text)
        return self.say("{number}k", number=text)

    def long_count(self, value: float) -> str:
        """A count for a sentence: `3.29 million`, `847,000`, `9,876`."""
        return self._memoized("long", value, 0.0, self._long_count)

    def _long_count(self, value: float, _: float) -> str:
        number, power = _scaled(decimal(value), None)
        if not power:
            return self.count(value)
        text, size = self.plain(number), float(number)
        if power == _BILLION:
            return self.plural(size, "{number} billion", "{number} billion", number=text)
        if power == _MILLION:
            return self.plural(size, "{number} million", "{number} million", number=text)
        return self.plain(exact_decimal(Decimal(number).scaleb(power)))

    def percent(self, share: float, decimals: int = 1, uncertain: float = 0.0) -> str:
        """A share as a percentage; what is not exactly 0 or 1 never reads 0% or 100%."""
        sign, text = self._rounded(share, decimals, uncertain)
        if sign == "<":
            return self.say("less than {share}", share=text)
        return self.say("more than {share}", share=text) if sign == ">" else text

    def short_percent(self, share: float, decimals: int = 1, uncertain: float = 0.0) -> str:
        """A share for a card or a cell, where `>99.9%` says `more than 99.9%`."""
        return "".join(self._rounded(share, decimals, uncertain))

    def _rounded(self, share: float, decimals: int, uncertain: float) -> tuple[str, str]:
        """A percentage, and a sign before it where rounding would say nothing or everything."""
        value = decimal(share) * _HUNDRED
        if value in (0, _HUNDRED):
            return "", self._per_cent(exact_decimal(value))
        places = _no_finer(decimals, _places(uncertain * _HUNDRED))
        number, step = rounded(value, places), Decimal(1).scaleb(-places)
        if number == 0:
            least = f"{step:f}"
            return ("<", self._per_cent(least)) if share > 0 else ("", self._per_cent(f"-{least}"))
        if number == _HUNDRED:
            less = step if value < _HUNDRED else 0
            return ">", self._per_cent(f"{_HUNDRED - less:f}")
        return "", self._per_cent(f"{number:f}")

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

    def money(self, value: float, uncertain: float = 0.0) -> str:
        """An amount: `£0.82`, `£1,234.50`, and in three significant figures from 10,000 up.

        Amounts below a penny keep two significant figures: £0.0065 is not nothing.
        """
        return self._memoized("money", value, uncertain, self._money)

    def _money(self, value: float, uncertain: float) -> str:
        number, precision = decimal(value), _places(uncertain)
        if precision is None:
            return self._pounds(number, None)
        short = rounded(number, precision)
        if short == 0:
            # All that is known of it is what it could be at most.
            most = max(upwards(abs(number) + decimal(uncertain)), _A_PENNY)
            return self.say("less than {amount}", amount=self._pounds(most, -most.adjusted()))
        text = self._pounds(number, precision)
        usual = short == number or text == self._pounds(number, None)
        return text if usual else self.say("about {amount}", amount=text)

    def beside_sign(self, value: float, kind: MeasureKind, uncertain: float) -> str:
        """A figure that stands behind `≈`, which says already that it is so about."""
        precision, number = _places(uncertain), decimal(value)
        if kind is not MeasureKind.CURRENCY or precision is None or rounded(number, precision) == 0:
            return self.figure(value, kind, uncertain)
        return self._pounds(number, precision)

    def _pounds(self, number: Decimal, precision: int | None) -> str:
        """An amount, in short from ten thousand up, with no more digits than are known."""
        size = abs(number)
        text = (
            self.scaled(*_scaled(size, precision))
            if size >= _FROM_THOUSANDS
            else self.plain(f"{_limited(size, _pence(size), precision):f}")
        )
        return self.amount(text, negative=number < 0)

    def full_money(self, value: float) -> str:
        """An amount in full, with pence, and with what there is beyond pence.

        That is at most six decimals, or two significant figures of what is less than those.
        """
        size = abs(decimal(value))
        places = max(_LONGEST, 1 - size.adjusted()) if size else _PENCE
        pounds, _, pence = exact_decimal(rounded(size, places)).partition(".")
        return self.amount(self.plain(f"{pounds}.{pence.ljust(2, '0')}"), negative=value < 0)

    def figure(self, value: float, kind: MeasureKind, uncertain: float = 0.0) -> str:
        """A figure for a card or a cell, in the wording of its kind.

        `uncertain` is how far it may be off, up or down, in its own unit.
        """
        match kind:
            case MeasureKind.COUNT:
                return self.short_count(value, uncertain)
            case MeasureKind.SHARE:
                return self.short_percent(value, uncertain=uncertain)
            case MeasureKind.CURRENCY:
                return self.money(value, uncertain)
            case MeasureKind.SECONDS | MeasureKind.MILLISECONDS | MeasureKind.NUMBER:
                return self._with_unit(self._count(value, uncertain), kind)
            case _:
                assert_never(kind)

    def full_figure(self, value: float, kind: MeasureKind) -> str:
        """A figure as it was given, for the reader who wants to check it."""
        if kind is MeasureKind.SHARE:
            hundred = decimal(value) * _HUNDRED
            short = rounded(hundred, _LONGEST)
            # Six decimals are plenty, but for what they would make nothing or everything of.
            shown = hundred if short in (0, _HUNDRED) and value not in (0, 1) else short
            return self._per_cent(exact_decimal(shown))
        if kind is MeasureKind.CURRENCY:
            return self.full_money(value)
        return self._with_unit(self.count(value), kind)

    def in_table(self, value: float, kind: MeasureKind, uncertain: float = 0.0) -> str:
        """A figure as tables have it: counts, and amounts to the penny, in full if they are known.

        Quotients have no end: they are rounded here as on cards, and the files have them exactly.
        """
        if uncertain or kind is MeasureKind.SHARE:
            return self.figure(value, kind, uncertain)
        number = decimal(value)
        if kind is MeasureKind.CURRENCY and rounded(number, _PENCE) != number:
            return self.money(value)
        return self.full_figure(value, kind)

    def is_all_of(self, value: float, kind: MeasureKind) -> bool:
        """Whether the figure of a card says all of the number, because nothing was rounded."""
        number = decimal(value)
        if kind is MeasureKind.SHARE:
            return value in (0, 1) or rounded(number, _FIGURES) == number
        return self.figure(value, kind) == self.full_figure(value, kind)

    def _with_unit(self, number: str, kind: MeasureKind) -> str:
        match kind:
            case MeasureKind.SECONDS:
                return self.say("{number} seconds", number=number)
            case MeasureKind.MILLISECONDS:
                return self.say("{number} ms", number=number)
            case MeasureKind.COUNT | MeasureKind.NUMBER | MeasureKind.SHARE | MeasureKind.CURRENCY:
                # What has another sign of its unit, or none, is written by itself.
                return number
            case _:
                assert_never(kind)

    def _memoized(
        self, how: str, value: float, uncertain: float, write: Callable[[float, float], str]
    ) -> str:
        """What `write` says of a number; figures repeat on page after page."""
        key = how, value, uncertain
        text = self._written.get(key)
        if text is None:
            text = self._written[key] = write(value, uncertain)
        return text


def _around_number(pattern: str) -> str:
    """A CLDR pattern with `{}` for the number, and plain spaces that do not break."""
    return re.sub(r"[#0,.]+", "{}", pattern.partition(";")[0]).replace("\u202f", "\xa0")


def _places(uncertain: float) -> int | None:
    """To how many decimals a figure is known; None where it is known exactly."""
    return known_places(decimal(uncertain)) if uncertain else None


def _no_finer(places: int, precision: int | None) -> int:
    """So many decimals, or as many as are known."""
    return places if precision is None else min(places, precision)


def _limited(number: Decimal, places: int, precision: int | None) -> Decimal:
    return rounded(number, _no_finer(places, precision))


def _fine(number: Decimal) -> int:
    """Two decimals, or so many that two significant figures are left."""
    return max(_PENCE, 1 - number.adjusted()) if number else _PENCE


def _pence(size: Decimal) -> int:
    """The decimals of an amount: below a penny as many as two significant figures have."""
    return _fine(size) if size < _A_PENNY else _PENCE


def _scaled(value: Decimal, precision: int | None) -> tuple[str, int]:
    """The digits of a number in three significant figures, and the power of ten they count.

    It has fewer figures where fewer are known. The power is 0 below ten thousand.
    """
    if abs(value) < _FROM_THOUSANDS:
        return f"{_limited(value, 0, precision):f}", 0
    number = rounded(value, _no_finer(_FIGURES - 1 - value.adjusted(), precision))
    # 999,500 has become a million, which has as many figures as any other.
    places = _no_finer(_FIGURES - 1 - number.adjusted(), precision)
    power = next(p for p in (_BILLION, _MILLION, _THOUSAND) if number.adjusted() >= p)
    return f"{rounded(number.scaleb(-power), max(0, places + power)):f}", power


# How two figures are compared: by a percentage, by points, or by their difference.
#
# A comparison never claims a difference that the printed figures do not show, nor denies one that
# they do; and it has no more digits than both figures have.


_WHOLE_FROM: Final = 10
"""Changes of ten per cent and more are told in whole per cent."""
_MOST_OFF: Final = 2
"""A percentage of ten and more is told that may be off by so many: −33% that is 32 to 34."""
_LEAST_BASE: Final = 20
"""Of a base of fewer units no percentage is told: one more than 5 is no "+20%"."""
_UNITS: Final = {MeasureKind.CURRENCY: 100}
"""How many units are counted in 1: an amount of money is a number of pennies."""
_TIMES_FIGURES: Final = 3


class Comparisons(Numbers):
    """Changes in the words of a language.

    What is `uncertain` of a figure is how far it may be off, up or down, in its own unit, and
    `uncertain_before` that of the figure before.
    """

    def change(
        self,
        now: float,
        before: float,
        kind: MeasureKind,
        uncertain: float = 0.0,
        uncertain_before: float = 0.0,
    ) -> str:
        """The change between two figures: `+15%`, `−3.2 points`, `+5`.

        Shares change by percentage points, everything else by a percentage of the figure before;
        where there is none (see `percentage`), by the difference.
        """
        key = "change", now, before, kind, uncertain, uncertain_before
        text = self._written.get(key)
        if text is None:
            text = self._change(now, before, kind, uncertain, uncertain_before)
            self._written[key] = text
        return text

    def _change(
        self,
        now: float,
        before: float,
        kind: MeasureKind,
        uncertain: float,
        uncertain_before: float,
    ) -> str:
        if now == before:
            return self.say("no change")
        is_share, exact = kind is MeasureKind.SHARE, not (uncertain or uncertain_before)
        percent = None
        if not is_share:
            percent = self.percentage(now, before, kind, uncertain, uncertain_before)
        alike = kind is not MeasureKind.COUNT and self.in_table(
            now, kind, uncertain
        ) == self.in_table(before, kind, uncertain_before)
        clear = self.is_clear(now, before, uncertain, uncertain_before)
        if not clear or (alike and not exact):
            return self.say("no clear change")
        if (alike and exact) or (kind is MeasureKind.COUNT and percent == 0):
            return self.say("almost no change")
        sign = "+" if now > before else MINUS
        if percent:
            return sign + self.size(percent)
        # No percentage is told: of a share, of too little, or of two that are printed not alike.
        difference = abs(decimal(now) - decimal(before))
        precision = known_places(decimal(uncertain) + decimal(uncertain_before))
        if is_share:
            return sign + self._points(difference, precision)
        return sign + self._difference(difference, kind, precision)

    def is_clear(
        self, now: float, before: float, uncertain: float = 0.0, uncertain_before: float = 0.0
    ) -> bool:
        """Whether two figures differ by as much as is known of them, so that it can be told."""
        doubt = decimal(uncertain) + decimal(uncertain_before)
        precision = known_places(doubt)
        difference = abs(decimal(now) - decimal(before))
        return precision is None or (difference >= doubt and rounded(difference, precision) != 0)

    def percentage(
        self,
        now: float,
        before: float,
        kind: MeasureKind = MeasureKind.COUNT,
        uncertain: float = 0.0,
        uncertain_before: float = 0.0,
    ) -> Decimal | None:
        """By how many per cent a figure has changed, in the digits that are printed.

        It is no more and no less than 100 unless that is exactly true. None where no percentage is
        told: from less than nothing or to it, from fewer than 20 (pennies, of money), and where it
        may be off by more than one whole per cent, or by more than two of ten and more.
        """
        new, old = decimal(now), decimal(before)
        if new < 0 or old * _UNITS.get(kind, 1) < _LEAST_BASE:
            return None
        exact = quotient(new - old, old) * _HUNDRED
        doubt = decimal(uncertain) + decimal(uncertain_before) * quotient(new, old)
        off = quotient(doubt, old) * _HUNDRED
        if off > (_MOST_OFF if abs(exact) >= _WHOLE_FROM else 1):
            return None
        precision = known_places(off)
        places = 0 if abs(exact) >= _WHOLE_FROM or (precision is not None and precision <= 0) else 1
        printed = rounded(exact, places)
        while abs(printed) == _HUNDRED and exact != printed:
            if precision is not None and places >= precision:
                return None
            places += 1
            printed = rounded(exact, places)
        return printed

    def size(self, percent: Decimal) -> str:
        """A percentage of `percentage`, without its sign."""
        return self._per_cent(f"{abs(percent):f}")

    def times(self, now: float, before: float) -> str:
        """How many times as large a figure has become: `3.0`, `47.5`, in three figures from 100."""
        ratio = quotient(decimal(now), decimal(before))
        whole = ratio >= _HUNDRED
        number = significant(ratio, _TIMES_FIGURES) if whole else rounded(ratio, 1)
        return self.plain(f"{number:f}")

    def _points(self, difference: Decimal, precision: int | None) -> str:
        """A difference of shares in percentage points, never none."""
        points = difference * _HUNDRED
        places = 1 if precision is None else min(1, precision - 2)
        number = rounded(points, places)
        if number == 0:
            number = significant(points, 1) if precision is None else rounded(points, precision - 2)
        text = self.plain(f"{number:f}")
        if places > 0:
            return self.say("{number} points", number=text)
        return self.plural(float(number), "{number} point", "{number} points", number=text)

    def _difference(self, difference: Decimal, kind: MeasureKind, precision: int | None) -> str:
        """A difference in the unit of its figures."""
        if precision is not None:
            difference = rounded(difference, precision)
        if kind is MeasureKind.CURRENCY:
            return self._pounds(difference, precision)
        return self.figure(float(difference), kind)
