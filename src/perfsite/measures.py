"""What can be measured, and which KPIs are made of it: tables, no arithmetic.

A measure is what services send in; a KPI is what is published, a sum over a sum. The rules are
those of docs/kpis.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a number is, which decides how it may be written, checked and shown."""

    COUNT = "count"
    CURRENCY = "currency"
    SHARE = "share"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    NUMBER = "number"


class Aggregation(StrEnum):
    """How figures of shorter periods make one of a longer period."""

    SUM = "sum"
    NONE = "none"


class Better(StrEnum):
    """Which way is better, for the wording of changes; most counts are neither."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class Measure:
    """Something that a service reports."""

    id: str
    name: str
    kind: Kind
    aggregation: Aggregation
    better: Better = Better.NEITHER
    by_channel: bool = False


_S, _A = Aggregation.SUM, Aggregation.NONE
_HI, _LO = Better.HIGHER, Better.LOWER

DIGITAL = "transactions:digital"
"""The part that is the digital channels' transactions together."""

RATINGS = tuple(f"rating_{i}" for i in range(1, 6))
"""Counts of answers, from very dissatisfied to very satisfied."""

MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure("transactions", "Transactions", Kind.COUNT, _S, by_channel=True),
        Measure("cost", "Cost", Kind.CURRENCY, _S, _LO, by_channel=True),
        Measure(
            "cost_per_transaction",
            "Cost per transaction",
            Kind.CURRENCY,
            _A,
            _LO,
            by_channel=True,
        ),
        Measure("started", "Transactions started", Kind.COUNT, _S, by_channel=True),
        Measure("completed", "Transactions completed", Kind.COUNT, _S, by_channel=True),
        Measure("rating_1", "Very dissatisfied", Kind.COUNT, _S, by_channel=True),
        Measure("rating_2", "Dissatisfied", Kind.COUNT, _S, by_channel=True),
        Measure("rating_3", "Neither satisfied nor dissatisfied", Kind.COUNT, _S, by_channel=True),
        Measure("rating_4", "Satisfied", Kind.COUNT, _S, by_channel=True),
        Measure("rating_5", "Very satisfied", Kind.COUNT, _S, by_channel=True),
        Measure("user_satisfaction", "User satisfaction", Kind.SHARE, _A, _HI, by_channel=True),
        Measure("completion_rate", "Completion rate", Kind.SHARE, _A, _HI, by_channel=True),
        Measure("digital_take_up", "Digital take-up", Kind.SHARE, _A, _HI),
        Measure("availability", "Availability", Kind.SHARE, _A, _HI),
        Measure("uptime", "Uptime", Kind.SECONDS, _S, _HI),
        Measure("downtime", "Downtime", Kind.SECONDS, _S, _LO),
        Measure("unmonitored", "Unmonitored time", Kind.SECONDS, _S),
        Measure("response_time", "Response time", Kind.MILLISECONDS, _A, _LO),
    )
}


class Window(StrEnum):
    """For which period a KPI's headline is worked out."""

    YEAR = "12 months"
    YEAR_ELSE_LATEST = "12 months, else the latest period"
    MONTH_ELSE_LATEST = "the latest month, else the latest period"


@dataclass(frozen=True)
class Kpi:
    """Something that is published: its words, and what it is a ratio of.

    `formula` is the definition for readers. `parts` are those it is made of (see `parts`); they
    decide whether a missing KPI is not provided, not applicable or confidential.
    """

    id: str
    name: str
    kind: Kind
    window: Window
    formula: str
    definition: str
    parts: tuple[str, ...]

    @property
    def slug(self) -> str:
        """The name that addresses and anchors use."""
        return self.id.replace("_", "-")


KPIS: dict[str, Kpi] = {
    kpi.id: kpi
    for kpi in (
        Kpi(
            "transactions_per_year",
            "Transactions a year",
            Kind.COUNT,
            Window.YEAR,
            "transactions through all channels in 12 months",
            "How many times the service was used in 12 months, through every channel: online, "
            "by phone, on paper and in person.",
            ("transactions",),
        ),
        Kpi(
            "digital_take_up",
            "Digital take-up",
            Kind.SHARE,
            Window.YEAR,
            "digital transactions ÷ all transactions of the same 12 months",
            "The share of transactions that people completed online. Transactions that staff "
            "entered online for somebody (assisted digital) do not count as digital.",
            (DIGITAL, "transactions", "digital_take_up"),
        ),
        Kpi(
            "cost_per_transaction",
            "Cost per transaction",
            Kind.CURRENCY,
            Window.YEAR,
            "total cost ÷ all transactions of the same 12 months",
            "What one transaction cost the organisation on average, all channels together.",
            ("cost_per_transaction", "cost"),
        ),
        Kpi(
            "total_cost",
            "Total cost",
            Kind.CURRENCY,
            Window.YEAR,
            "cost, or cost per transaction × transactions of the same 12 months",
            "What the service cost in 12 months. Where a service gives only a cost per "
            "transaction, it is multiplied by the transactions of the same 12 months.",
            ("cost", "cost_per_transaction"),
        ),
        Kpi(
            "completion_rate",
            "Completion rate",
            Kind.SHARE,
            Window.YEAR_ELSE_LATEST,
            "transactions completed ÷ transactions started, of the same period",
            "The share of the transactions started that people were able to finish.",
            ("completed", "completion_rate"),
        ),
        Kpi(
            "user_satisfaction",
            "User satisfaction",
            Kind.SHARE,
            Window.YEAR_ELSE_LATEST,
            "(mean rating from 1 to 5 − 1) ÷ 4, all answers of the period pooled",
            "How satisfied people said they were, where 0% means that everybody was very "
            "dissatisfied and 100% that everybody was very satisfied.",
            (*RATINGS, "user_satisfaction"),
        ),
        Kpi(
            "availability",
            "Availability",
            Kind.SHARE,
            Window.MONTH_ELSE_LATEST,
            "uptime ÷ (uptime + downtime); unmonitored time is left out",
            "The share of the time monitored during which the online service worked.",
            ("uptime", "availability"),
        ),
    )
}

GROUP_KPIS = (
    "transactions_per_year",
    "digital_take_up",
    "cost_per_transaction",
    "total_cost",
    "completion_rate",
    "user_satisfaction",
)
"""The KPIs that are also worked out for groups of services."""

DEFAULT_DIGITAL_CHANNELS = ("digital", "online", "web", "api", "app", "mobile")
