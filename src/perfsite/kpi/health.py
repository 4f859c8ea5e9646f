"""Data health: how much of what was asked for each service and group gave, and what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from perfsite.kpi.reporting import OWING, REQUESTED, STATES, State, quarter_of
from perfsite.kpis import counted_in_health

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from perfsite.kpi.groups import Group
    from perfsite.kpi.reporting import ReportingMatrix
    from perfsite.periods import Period

RECENT_QUARTERS: Final = 4
"""Recent coverage is of the newest year, so that each season counts once."""


@dataclass(frozen=True)
class Coverage:
    """How many figures were provided, of how many that were requested."""

    provided: int = 0
    requested: int = 0

    @property
    def share(self) -> float | None:
        """Provided over requested, from 0 to 1; None where nothing was requested."""
        return self.provided / self.requested if self.requested else None

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(self.provided + other.provided, self.requested + other.requested)


@dataclass(frozen=True)
class Covered:
    """Coverage over the newest `RECENT_QUARTERS`, and over all quarters of the ledger."""

    recent: Coverage = Coverage()
    ever: Coverage = Coverage()

    def __add__(self, other: Covered) -> Covered:
        return Covered(self.recent + other.recent, self.ever + other.ever)


@dataclass(frozen=True)
class KpiHealth:
    """A KPI of a service: its coverage, its states, and the quarter of its last figure.

    `states` has one for each quarter of the ledger, `current` is that of the newest quarter that
    the service was asked for. `last` is None where nothing of it was ever given; a withheld figure
    was given, too.
    """

    kpi: str
    covered: Covered
    states: tuple[State, ...]
    current: State
    last: Period | None


@dataclass(frozen=True)
class Owed:
    """A KPI that the service owes by now, and has not given for a later quarter.

    `since` is the first of the quarters that it was asked for and did not give, up to the newest:
    mostly the one in which the next figure was due. `last` is the quarter in which the period of
    its last figure ended. Both are None where nothing of it was ever given.
    """

    kpi: str
    state: State
    since: Period | None
    last: Period | None


@dataclass(frozen=True)
class ServiceHealth:
    """A service: each KPI of the ledger, and the total and what is owed of those that count.

    `last` is the quarter of its newest observation of whatever measure, None where it never gave
    any.
    """

    service: str
    kpis: dict[str, KpiHealth]
    total: Covered
    last: Period | None
    owes: tuple[Owed, ...]


@dataclass(frozen=True)
class GroupHealth:
    """A group: the sums over its services, by KPI of the ledger, and in total of those that count.

    `silent` services never gave an observation, `silent_recently` were asked for figures and gave
    none in the newest `RECENT_QUARTERS`; `owing` services owe something.
    """

    group: Group
    kpis: dict[str, Covered]
    total: Covered
    silent: int
    silent_recently: int
    owing: int


def assess_services(ledger: ReportingMatrix) -> dict[str, ServiceHealth]:
    """The health of every service of the ledger, in its order."""
    provided = ledger.states == STATES.index(State.PROVIDED)
    requested = np.isin(ledger.states, [STATES.index(state) for state in REQUESTED])
    newest = ledger.quarters[-1] if ledger.quarters else None
    recent = _counts(provided, RECENT_QUARTERS), _counts(requested, RECENT_QUARTERS)
    ever = _counts(provided), _counts(requested)
    return {
        service: _service(
            service,
            {
                kpi: KpiHealth(
                    kpi,
                    Covered(
                        Coverage(*(int(counts[row, column]) for counts in recent)),
                        Coverage(*(int(counts[row, column]) for counts in ever)),
                    ),
                    tuple(STATES[code] for code in ledger.states[row, column]),
                    STATES[ledger.current[row, column]] if ledger.quarters else State.NOT_ASKED,
                    quarter_of(int(ledger.last[row, column])),
                )
                for column, kpi in enumerate(ledger.kpis)
            },
            {
                kpi: quarter_of(int(i))
                for kpi, i in zip(ledger.kpis, ledger.since[row], strict=True)
            },
            newest,
            quarter_of(int(ledger.reported[row])),
        )
        for row, service in enumerate(ledger.services)
    }


def assess_groups(
    services: Mapping[str, ServiceHealth], groups: Sequence[Group]
) -> list[GroupHealth]:
    """The health of every group, in the order given: the sums over its services."""
    healths = []
    for group in groups:
        members = [services[key] for key in group.services]
        kpis = {kpi: Covered() for health in members for kpi in health.kpis}
        for health in members:
            for kpi, kpi_health in health.kpis.items():
                kpis[kpi] += kpi_health.covered
        healths.append(
            GroupHealth(
                group,
                kpis,
                sum((health.total for health in members), start=Covered()),
                sum(health.last is None for health in members),
                sum(_is_silent(health.total.recent) for health in members),
                sum(bool(health.owes) for health in members),
            )
        )
    return healths


def rank_groups(groups: Sequence[GroupHealth]) -> list[GroupHealth]:
    """Groups by their recent coverage in total, the worst last; ties by name.

    A group that was asked for nothing has no coverage and comes after all others.
    """

    def order(health: GroupHealth) -> tuple[bool, float, str, str]:
        share = health.total.recent.share
        return share is None, -(share or 0), health.group.name.casefold(), health.group.slug

    return sorted(groups, key=order)


def _service(
    service: str,
    kpis: dict[str, KpiHealth],
    since: Mapping[str, Period | None],
    newest: Period | None,
    last: Period | None,
) -> ServiceHealth:
    counted = [kpis[kpi] for kpi in counted_in_health()]

    def is_ahead(health: KpiHealth) -> bool:
        return bool(health.last and newest and health.last > newest)

    return ServiceHealth(
        service,
        kpis,
        sum((health.covered for health in counted), start=Covered()),
        last,
        tuple(
            Owed(health.kpi, health.current, since[health.kpi], health.last)
            for health in counted
            if health.current in OWING and not is_ahead(health)
        ),
    )


def _counts(where: NDArray[np.bool_], newest: int | None = None) -> NDArray[np.int64]:
    """How often this is true along the quarters: along all, or along so many of the newest."""
    chosen = where if newest is None else where[:, :, -newest:]
    return np.asarray(np.count_nonzero(chosen, axis=2), dtype=np.int64)


def _is_silent(coverage: Coverage) -> bool:
    return coverage.requested > 0 and coverage.provided == 0
