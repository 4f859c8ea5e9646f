"""What a service gave, figure by figure: what pages say to be missing is missing here.

Tables show what is worked out. Whether a figure was given at all, why it was not, and what it was
marked with is asked here, of the observations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from perfsite.kpi.inputs import periods_of
from perfsite.kpis import KPIS
from perfsite.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from perfsite.periods import Period

SHOWN: Final = "per"
"""The marks that stand beside numbers, in their order: provisional, estimated, revised. A break is
said of the period."""


@dataclass(frozen=True)
class Observed:
    """A figure as it was given: its number, or why there is none, and the letters of its marks."""

    value: float | None
    status: Status
    marks: str = ""


Channels = dict[str, dict["Period", Observed]]
"""What was given of one measure, by channel (empty for all of them together) and period."""


@dataclass(frozen=True)
class Given:
    """All observations of one service, by measure, channel and period.

    `numbers` are the numbers of its KPIs that said something else in an earlier edition: KPI,
    column of data/kpis.csv, and period. Observations that did have the mark `r`.
    """

    figures: Mapping[str, Channels] = field(default_factory=dict)
    numbers: frozenset[tuple[str, str, str]] = frozenset()

    def of(
        self, measure: str, period: Period, belongs: Callable[[str], bool]
    ) -> dict[str, Observed]:
        """The observations of a measure for exactly this period, of channels that belong."""
        channels = self.figures.get(measure, {})
        return {
            name: mine[period]
            for name, mine in channels.items()
            if belongs(name) and period in mine
        }

    def sum_of(self, measure: str, period: Period, belongs: Callable[[str], bool]) -> float | None:
        """The sum of channels, if each that was ever given in such periods has a number."""
        found = self.of(measure, period, belongs)
        length = (period.unit, period.count)
        ever = [
            name
            for name, mine in self.figures.get(measure, {}).items()
            if belongs(name) and any((one.unit, one.count) == length for one in mine)
        ]
        there = [found[name].value for name in ever if name in found]
        known = [value for value in there if value is not None]
        return sum(known) if known and len(known) == len(ever) else None

    def spans(self, measure: str, belongs: Callable[[str], bool]) -> list[Period]:
        """The periods for which a measure has a number, in channels that belong; oldest first."""
        channels = self.figures.get(measure, {})
        found = {
            period
            for name, mine in channels.items()
            if belongs(name)
            for period, one in mine.items()
            if one.value is not None
        }
        return sorted(found, key=lambda period: (period.end, period.start))

    @cached_property
    def changed_sides(self) -> frozenset[tuple[tuple[str, ...], str]]:
        """The sums of parts that said another number in an earlier edition, with the period."""
        found = set()
        for key, column, period in self.numbers:
            kpi = KPIS[key]
            if column == "denominator":
                found.add((kpi.denominator, period))
            elif column == "numerator" or not kpi.is_ratio:
                found.add((kpi.numerator, period))
        return frozenset(found)

    @property
    def is_silent(self) -> bool:
        """Whether the service never gave a number, nor said that there is one."""
        return not any(
            one.value is not None or one.status is Status.CONFIDENTIAL
            for channels in self.figures.values()
            for mine in channels.values()
            for one in mine.values()
        )


def marks_among(found: Iterable[Observed]) -> str:
    """The marks of numbers that any of these has, in the order in which they are shown."""
    letters = {letter for one in found if one.value is not None for letter in one.marks}
    return "".join(letter for letter in SHOWN if letter in letters)


def collect_given(
    observations: pd.DataFrame,
    numbers: Mapping[str, frozenset[tuple[str, str, str]]],
    services: Iterable[str],
) -> dict[str, Given]:
    """What each service gave; every service is there.

    The `observations` that said something else before have the mark of a revision, and `numbers`
    are those of KPIs that did, by service.
    """
    found: dict[str, dict[str, Channels]] = {service: {} for service in services}
    values = observations["value"].astype(object).where(observations["value"].notna(), None)
    columns = (observations[name] for name in ("service", "measure", "channel"))
    statuses = {str(status): status for status in Status}
    for service, measure, channel, period, value, status, marks in zip(
        *columns,
        periods_of(observations),
        values,
        observations["status"],
        observations["marks"],
        strict=True,
    ):
        mine = found[service].setdefault(measure, {}).setdefault(channel, {})
        mine[period] = Observed(value, statuses[status], marks)
    return {
        service: Given(figures, numbers.get(service, frozenset()))
        for service, figures in found.items()
    }
