"""What can be measured, and which KPIs are made of it: tables, no arithmetic.

A measure is what services send in; a KPI is what is published, a sum over a sum. The rules are
those of docs/kpis.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from perfsite.messages import message


class Kind(StrEnum):
    """What a number is, which decides how it may be written, checked and shown."""

    COUNT = "count"
    CURRENCY = "currency"
    SHARE = "share"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    NUMBER = "number"


class Aggregation(StrEnum):
    """How figures of shorter periods make a longer one; of readings the last one stands."""

    SUM = "sum"
    NONE = "none"
    LAST = "last"


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
        Measure("transactions", message("Transactions"), Kind.COUNT, _S, by_channel=True),
        Measure("cost", message("Cost"), Kind.CURRENCY, _S, _LO, by_channel=True),
        Measure(
            "cost_per_transaction",
            message("Cost per transaction"),
            Kind.CURRENCY,
            _A,
            _LO,
            by_channel=True,
        ),
        Measure("started", message("Transactions started"), Kind.COUNT, _S, by_channel=True),
        Measure("completed", message("Transactions completed"), Kind.COUNT, _S, by_channel=True),
        Measure("rating_1", message("Very dissatisfied"), Kind.COUNT, _S, by_channel=True),
        Measure("rating_2", message("Dissatisfied"), Kind.COUNT, _S, by_channel=True),
        Measure(
            "rating_3",
            message("Neither satisfied nor dissatisfied"),
            Kind.COUNT,
            _S,
            by_channel=True,
        ),
        Measure("rating_4", message("Satisfied"), Kind.COUNT, _S, by_channel=True),
        Measure("rating_5", message("Very satisfied"), Kind.COUNT, _S, by_channel=True),
        Measure(
            "user_satisfaction", message("User satisfaction"), Kind.SHARE, _A, _HI, by_channel=True
        ),
        Measure(
            "completion_rate", message("Completion rate"), Kind.SHARE, _A, _HI, by_channel=True
        ),
        Measure("digital_take_up", message("Digital take-up"), Kind.SHARE, _A, _HI),
        Measure("availability", message("Availability"), Kind.SHARE, _A, _HI),
        Measure("uptime", message("Uptime"), Kind.SECONDS, _S, _HI),
        Measure("downtime", message("Downtime"), Kind.SECONDS, _S, _LO),
        Measure("unmonitored", message("Unmonitored time"), Kind.SECONDS, _S),
        Measure("response_time", message("Response time"), Kind.MILLISECONDS, _A, _LO),
    )
}


class Window(StrEnum):
    """For which period a KPI's headline is worked out."""

    YEAR = message("12 months")
    YEAR_ELSE_LATEST = message("12 months, else the latest period")
    MONTH_ELSE_LATEST = message("the latest month, else the latest period")


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
            message("Transactions a year"),
            Kind.COUNT,
            Window.YEAR,
            message("transactions through all channels in 12 months"),
            message(
                "How many times the service was used in 12 months, through every channel: online, "
                "by phone, on paper and in person."
            ),
            ("transactions",),
        ),
        Kpi(
            "digital_take_up",
            message("Digital take-up"),
            Kind.SHARE,
            Window.YEAR,
            message("digital transactions ÷ all transactions of the same 12 months"),
            message(
                "The share of transactions that people completed online. Transactions that staff "
                "entered online for somebody (assisted digital) do not count as digital."
            ),
            (DIGITAL, "transactions", "digital_take_up"),
        ),
        Kpi(
            "cost_per_transaction",
            message("Cost per transaction"),
            Kind.CURRENCY,
            Window.YEAR,
            message("total cost ÷ all transactions of the same 12 months"),
            message(
                "What one transaction cost the organisation on average, all channels together."
            ),
            ("cost_per_transaction", "cost"),
        ),
        Kpi(
            "total_cost",
            message("Total cost"),
            Kind.CURRENCY,
            Window.YEAR,
            message("cost, or cost per transaction × transactions of the same 12 months"),
            message(
                "What the service cost in 12 months. Where a service gives only a cost per "
                "transaction, it is multiplied by the transactions of the same 12 months."
            ),
            ("cost", "cost_per_transaction"),
        ),
        Kpi(
            "completion_rate",
            message("Completion rate"),
            Kind.SHARE,
            Window.YEAR_ELSE_LATEST,
            message("transactions completed ÷ transactions started, of the same period"),
            message("The share of the transactions started that people were able to finish."),
            ("completed", "completion_rate"),
        ),
        Kpi(
            "user_satisfaction",
            message("User satisfaction"),
            Kind.SHARE,
            Window.YEAR_ELSE_LATEST,
            message("(mean rating from 1 to 5 − 1) ÷ 4, all answers of the period pooled"),
            message(
                "How satisfied people said they were, where 0% means that everybody was very "
                "dissatisfied and 100% that everybody was very satisfied."
            ),
            (*RATINGS, "user_satisfaction"),
        ),
        Kpi(
            "availability",
            message("Availability"),
            Kind.SHARE,
            Window.MONTH_ELSE_LATEST,
            message("uptime ÷ (uptime + downtime); unmonitored time is left out"),
            message("The share of the time monitored during which the online service worked."),
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
