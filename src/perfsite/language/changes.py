"""How two figures are compared: by a percentage, by points, or by their difference.

A comparison never claims a difference that the printed figures do not show, nor denies one that
they do; and it has no more digits than both figures have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.decimals import decimal, known_places, quotient, rounded, significant
from perfsite.language.numbers import MINUS, Numbers
from perfsite.measures import Kind

if TYPE_CHECKING:
    from decimal import Decimal

_WHOLE_FROM: Final = 10
"""Changes of ten per cent and more are told in whole per cent."""
_MOST_OFF: Final = 2
"""A percentage of ten and more is told that may be off by so many: −33% that is 32 to 34."""
_LEAST_BASE: Final = 20
"""Of a base of fewer units no percentage is told: one more than 5 is no "+20%"."""
_UNITS: Final = {Kind.CURRENCY: 100}
"""How many units are counted in 1: an amount of money is a number of pennies."""
_HUNDRED: Final = 100
_TIMES_FIGURES: Final = 3


class Changes(Numbers):
    """Changes in the words of a language.

    What is `uncertain` of a figure is how far it may be off, up or down, in its own unit, and
    `uncertain_before` that of the figure before.
    """

    def change(
        self,
        now: float,
        before: float,
        kind: Kind,
        uncertain: float = 0.0,
        uncertain_before: float = 0.0,
    ) -> str:
        """The change between two figures: `+15%`, `−3.2 points`, `+5`.

        Shares change by percentage points, everything else by a percentage of the figure before;
        where there is none (see `percentage`), by the difference.
        """
        key = "change", now, before, kind, uncertain, uncertain_before
        found = self._written.get(key)
        if found is None:
            found = self._change(now, before, kind, uncertain, uncertain_before)
            self._written[key] = found
        return found

    def _change(
        self, now: float, before: float, kind: Kind, uncertain: float, uncertain_before: float
    ) -> str:
        if now == before:
            return self.say("no change")
        is_share, exact = kind is Kind.SHARE, not (uncertain or uncertain_before)
        percent = None
        if not is_share:
            percent = self.percentage(now, before, kind, uncertain, uncertain_before)
        alike = kind is not Kind.COUNT and self.in_table(now, kind, uncertain) == self.in_table(
            before, kind, uncertain_before
        )
        clear = self.is_clear(now, before, uncertain, uncertain_before)
        if not clear or (alike and not exact):
            return self.say("no clear change")
        if (alike and exact) or (kind is Kind.COUNT and percent == 0):
            return self.say("almost no change")
        sign = "+" if now > before else MINUS
        if percent:
            return sign + self.size(percent)
        # No percentage is told: of a share, of too little, or of two that are printed not alike.
        difference = abs(decimal(now) - decimal(before))
        known = known_places(decimal(uncertain) + decimal(uncertain_before))
        if is_share:
            return sign + self._points(difference, known)
        return sign + self._difference(difference, kind, known)

    def is_clear(
        self, now: float, before: float, uncertain: float = 0.0, uncertain_before: float = 0.0
    ) -> bool:
        """Whether two figures differ by as much as is known of them, so that it can be told."""
        doubt = decimal(uncertain) + decimal(uncertain_before)
        known = known_places(doubt)
        difference = abs(decimal(now) - decimal(before))
        return known is None or (difference >= doubt and rounded(difference, known) != 0)

    def percentage(
        self,
        now: float,
        before: float,
        kind: Kind = Kind.COUNT,
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
        known = known_places(off)
        places = 0 if abs(exact) >= _WHOLE_FROM or (known is not None and known <= 0) else 1
        found = rounded(exact, places)
        while abs(found) == _HUNDRED and exact != found:
            if known is not None and places >= known:
                return None
            places += 1
            found = rounded(exact, places)
        return found

    def size(self, percent: Decimal) -> str:
        """A percentage of `percentage`, without its sign."""
        return self._per_cent(f"{abs(percent):f}")

    def times(self, now: float, before: float) -> str:
        """How many times as large a figure has become: `3.0`, `47.5`, in three figures from 100."""
        ratio = quotient(decimal(now), decimal(before))
        whole = ratio >= _HUNDRED
        number = significant(ratio, _TIMES_FIGURES) if whole else rounded(ratio, 1)
        return self.plain(f"{number:f}")

    def _points(self, difference: Decimal, known: int | None) -> str:
        """A difference of shares in percentage points, never none."""
        points = difference * _HUNDRED
        places = 1 if known is None else min(1, known - 2)
        number = rounded(points, places)
        if number == 0:
            number = significant(points, 1) if known is None else rounded(points, known - 2)
        text = self.plain(f"{number:f}")
        if places > 0:
            return self.say("{number} points", number=text)
        return self.plural(float(number), "{number} point", "{number} points", number=text)

    def _difference(self, difference: Decimal, kind: Kind, known: int | None) -> str:
        """A difference in the unit of its figures."""
        if known is not None:
            difference = rounded(difference, known)
        if kind is Kind.CURRENCY:
            return self._pounds(difference, known)
        return self.figure(float(difference), kind)
