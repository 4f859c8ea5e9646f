"""What can be measured: a table, no arithmetic.

A measure is what services send in; a KPI is what is published, made of measures (see `kpis`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from perfsite.text import message


class MeasureKind(StrEnum):
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
    kind: MeasureKind
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
        Measure("transactions", message("Transactions"), MeasureKind.COUNT, _S, by_channel=True),
        Measure("cost", message("Cost"), MeasureKind.CURRENCY, _S, _LO, by_channel=True),
        Measure(
            "cost_per_transaction",
            message("Cost per transaction"),
            MeasureKind.CURRENCY,
            _A,
            _LO,
            by_channel=True,
        ),
        Measure("started", message("Transactions started"), MeasureKind.COUNT, _S, by_channel=True),
        Measure(
            "completed", message("Transactions completed"), MeasureKind.COUNT, _S, by_channel=True
        ),
        Measure("rating_1", message("Very dissatisfied"), MeasureKind.COUNT, _S, by_channel=True),
        Measure("rating_2", message("Dissatisfied"), MeasureKind.COUNT, _S, by_channel=True),
        Measure(
            "rating_3",
            message("Neither satisfied nor dissatisfied"),
            MeasureKind.COUNT,
            _S,
            by_channel=True,
        ),
        Measure("rating_4", message("Satisfied"), MeasureKind.COUNT, _S, by_channel=True),
        Measure("rating_5", message("Very satisfied"), MeasureKind.COUNT, _S, by_channel=True),
        Measure(
            "user_satisfaction",
            message("User satisfaction"),
            MeasureKind.SHARE,
            _A,
            _HI,
            by_channel=True,
        ),
        Measure(
            "completion_rate",
            message("Completion rate"),
            MeasureKind.SHARE,
            _A,
            _HI,
            by_channel=True,
        ),
        Measure("digital_take_up", message("Digital take-up"), MeasureKind.SHARE, _A, _HI),
        Measure("availability", message("Availability"), MeasureKind.SHARE, _A, _HI),
        Measure("uptime", message("Uptime"), MeasureKind.SECONDS, _S, _HI),
        Measure("downtime", message("Downtime"), MeasureKind.SECONDS, _S, _LO),
        Measure("unmonitored", message("Unmonitored time"), MeasureKind.SECONDS, _S),
        Measure("response_time", message("Response time"), MeasureKind.MILLISECONDS, _A, _LO),
    )
}


DEFAULT_DIGITAL_CHANNELS = ("digital", "online", "web", "api", "app", "mobile")


def name_of(measure: str, channel: str) -> str:
    """A measure and its channel, blank for all, as wide tables name them: `transactions:online`."""
    return f"{measure}:{channel}" if channel else measure
