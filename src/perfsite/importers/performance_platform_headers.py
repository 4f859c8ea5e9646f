"""What a column of the Performance Platform's register holds, told by the form of its header.

The set of columns changes from edition to edition, so no list of them can be right. But the
headers of figures all have one of two forms, and say in it which measure they are and which
period they are for. Lives here: reading a header. Not here: reading a cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from perfsite.periods import MONTHS_IN_QUARTER, MONTHS_IN_YEAR, Period

FIRST_COLLECTION = (2012, 4), Period.months(2011, 4, MONTHS_IN_YEAR)
"""The first time that figures were asked for, in 2012-Q4, it was for a financial year, April 2011
to March 2012, and not for the 12 months up to the quarter before. The only such exception."""

# `2014-Q4 Digital vol.`, and `Total transactions Jul - Sep 2012`, once in lower case.
_ASKED_FOR_IN = re.compile(r"(20[0-9]{2})-q([1-4]) (.+)")
_QUARTER_OF = re.compile(r"(total|digital) transactions ([a-z]{3}) ?- ?([a-z]{3}) (20[0-9]{2})")

_YEARLY = {
    "vol.": "transactions",
    "cpt (£)": "cost_per_transaction",
    "digital vol.": "transactions:digital",
    "digital cpt (£)": "cost_per_transaction:digital",
    "completion rate": "completion_rate",
    "user satisfaction": "user_satisfaction",
}
_QUARTERLY = {"total": "transactions", "digital": "transactions:digital"}
_QUARTERS = {("jan", "mar"): 0, ("apr", "jun"): 1, ("jul", "sep"): 2, ("oct", "dec"): 3}
_RATES = frozenset({"completion_rate", "user_satisfaction"})

_FACTS = {
    "abbr": "department_abbr",
    "department": "department",
    "agency/body": "agency",
    "agency abbr": "agency_abbr",
    "name of service": "name",
    "slug": "service",
    "category": "category",
    "url": "url",
    "customer type": "customer_type",
    "business model": "funded_by",
    "keywords": "keywords",
}
_TEXTS = {
    "description of service": "description",
    "notes on costs": "cost_notes",
    "other notes": "notes",
}
TEXTS = frozenset(_TEXTS.values())
"""The columns of our register that hold sentences, not facts."""


@dataclass(frozen=True)
class Figures:
    """A column of figures: `column` is our `measure` or `measure:channel`."""

    column: str
    period: Period

    @property
    def is_rate(self) -> bool:
        """Whether a figure may carry a percent sign."""
        return self.column in _RATES


@dataclass(frozen=True)
class Facts:
    """A column that describes the service: `column` is the one of our register."""

    column: str


def read_header(header: str) -> Figures | Facts | None:
    """What the column under this normalised header holds; None if nothing that is imported."""
    name = header.casefold()
    if column := _FACTS.get(name) or _TEXTS.get(name):
        return Facts(column)
    if (match := _ASKED_FOR_IN.fullmatch(name)) and match[3] in _YEARLY:
        return Figures(_YEARLY[match[3]], _asked_for_in(int(match[1]), int(match[2])))
    if (match := _QUARTER_OF.fullmatch(name)) and (match[2], match[3]) in _QUARTERS:
        month = _QUARTERS[match[2], match[3]] * MONTHS_IN_QUARTER + 1
        period = Period.months(int(match[4]), month, MONTHS_IN_QUARTER)
        return Figures(_QUARTERLY[match[1]], period)
    return None


def _asked_for_in(year: int, quarter: int) -> Period:
    """The 12 months that ended with the quarter before this one."""
    exception, period = FIRST_COLLECTION
    if (year, quarter) == exception:
        return period
    return Period.months(year - 1, (quarter - 1) * MONTHS_IN_QUARTER + 1, MONTHS_IN_YEAR)
