"""Who is late: which services owe figures, since when, and which have fallen silent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from perfsite.decimals import csv_text
from perfsite.kpi.reporting import OWING, State
from perfsite.kpis import KPIS
from perfsite.periods import MONTHS_IN_QUARTER
from perfsite.report.problems import json_text, one_line
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.kpi.health import KpiHealth, Owed, ServiceHealth
    from perfsite.kpi.reporting import ReportingMatrix
    from perfsite.model import Service
    from perfsite.periods import Period


COLUMNS: Final = (
    "service", "name", "organisation", "silence", "kpi", "state", "last", "since", "quarters",
)  # fmt: skip
"""The columns of the CSV: a row for each KPI that a service owes."""


class Delay(StrEnum):
    """How silent a service is that owes figures, by the worst state of what it once gave."""

    LATE = "late"
    STOPPED = "stopped"
    INCOMPLETE = "incomplete"
    NEVER = "never"


_MEANS: Final = {
    Delay.LATE: "late with some figure: behind for less than a year, in their own rhythm",
    Delay.STOPPED: "stopped giving some figure: behind for a year or more, in their own rhythm",
    Delay.INCOMPLETE: "gave what they once gave, but lack others that they are asked for",
    Delay.NEVER: "never gave any",
}
_SHORT: Final = {
    Delay.LATE: "late",
    Delay.STOPPED: "that stopped",
    Delay.INCOMPLETE: "incomplete",
    Delay.NEVER: "that never gave any",
}


@dataclass(frozen=True)
class Debt:
    """A KPI that is owed.

    `last` is the quarter of the last figure, None where there never was one; `since` is the first
    quarter of those that are owed without a gap up to the newest, and `quarters` is how many.
    """

    kpi: str
    state: str
    last: Period | None
    since: Period | None
    quarters: int


@dataclass(frozen=True)
class LateService:
    """A service that owes figures; `last` is the quarter of its last observation of any measure."""

    service: Service
    silence: Delay
    last: Period | None
    owes: tuple[Debt, ...]

    @property
    def quarters(self) -> int:
        """For how many quarters it owes the oldest of what it once gave; 0 if it gave none."""
        return max((debt.quarters for debt in self.owes if debt.last), default=0)


@dataclass(frozen=True)
class Overdue:
    """The services that owe figures, the latest of each silence first; `of` is all services.

    `quarter` is the newest of the ledger; None where the site has no figures.
    """

    quarter: Period | None
    of: int
    late: tuple[LateService, ...]

    def of_silence(self, silence: Delay) -> list[LateService]:
        """Those that are so silent."""
        return [late_service for late_service in self.late if late_service.silence is silence]


def find_overdue(
    ledger: ReportingMatrix, health: Mapping[str, ServiceHealth], services: Mapping[str, Service]
) -> Overdue:
    """The services that owe figures in the ledger's newest quarter, by how late they are."""
    if not ledger.quarters:
        return Overdue(None, len(services), ())
    newest = ledger.quarters[-1]
    late = [
        LateService(
            services[key],
            _silence(service_health),
            service_health.last,
            tuple(
                _debt(owed, service_health.kpis[owed.kpi], ledger.quarters)
                for owed in service_health.owes
            ),
        )
        for key, service_health in health.items()
        if service_health.owes
    ]
    order = list(Delay)
    late.sort(
        key=lambda late_service: (
            order.index(late_service.silence),
            -late_service.quarters,
            -len(late_service.owes),
            late_service.service.id,
        )
    )
    return Overdue(newest, len(services), tuple(late))


def _silence(health: ServiceHealth) -> Delay:
    if health.last is None:
        return Delay.NEVER
    states = {owed.state for owed in health.owes}
    if State.STOPPED in states:
        return Delay.STOPPED
    return Delay.LATE if State.LATE in states else Delay.INCOMPLETE


def _debt(owed: Owed, health: KpiHealth, quarters: Sequence[Period]) -> Debt:
    """What is owed of a KPI; one that never came is owed from the first quarter it is asked for."""
    newest = quarters[-1]
    if owed.since:
        number = (newest.first - owed.since.first) // MONTHS_IN_QUARTER + 1
        return Debt(owed.kpi, str(owed.state), health.last, owed.since, number)
    behind = next(
        (number for number, state in enumerate(reversed(health.states)) if state not in OWING),
        len(health.states),
    )
    return Debt(owed.kpi, str(owed.state), health.last, quarters[-behind], behind)


def overdue_text(overdue: Overdue) -> str:
    """Who is late as text for people, with a summary as its last line."""
    if not overdue.quarter:
        return "There are no figures, so nobody is late."
    blocks = []
    for silence in Delay:
        if those := overdue.of_silence(silence):
            blocks.append(f"{counted(len(those), 'service')}: {_MEANS[silence]}\n")
            blocks += [f"{_block(late_service)}\n" for late_service in those]
    numbers = Counter(late_service.silence for late_service in overdue.late)
    which = ", ".join(
        f"{numbers[silence]:,} {_SHORT[silence]}" for silence in Delay if numbers[silence]
    )
    owing = f"{len(overdue.late):,} of {counted(overdue.of, 'service')} owe figures"
    end = f" for {overdue.quarter.code}{f': {which}' if which else ''}."
    return "\n".join([*blocks, owing + end])


def _block(late: LateService) -> str:
    service = late.service
    lines = [f"{service.id}  {one_line(service.name)}, {one_line(service.organisation)}"]
    if late.last:
        lines.append(f"  last figures  {late.last.code}")
    together: dict[tuple[str, int], list[str]] = {}
    for debt in late.owes:
        if debt.last:
            together.setdefault((_code(debt.since), debt.quarters), []).append(KPIS[debt.kpi].name)
    lines += [
        f"  owes          {', '.join(names)}: since {since}, {counted(number, 'quarter')}"
        for (since, number), names in together.items()
    ]
    if never := [KPIS[debt.kpi].name for debt in late.owes if not debt.last]:
        lines.append(f"  never given   {', '.join(never)}")
    return "\n".join(lines)


def overdue_csv(overdue: Overdue) -> str:
    """A row for each KPI that a service owes, in the order of the text."""
    rows = (
        (
            late.service.id,
            late.service.name,
            late.service.organisation,
            late.silence,
            debt.kpi,
            debt.state,
            _code(debt.last),
            _code(debt.since),
            debt.quarters,
        )
        for late in overdue.late
        for debt in late.owes
    )
    return csv_text([COLUMNS, *rows])


def overdue_json(overdue: Overdue) -> str:
    """The same as JSON: the services, each with what it owes; what there is not is null."""
    return json_text(
        {
            "quarter": _code(overdue.quarter) or None,
            "services": overdue.of,
            "late": [
                {
                    "service": late.service.id,
                    "name": late.service.name,
                    "organisation": late.service.organisation,
                    "silence": str(late.silence),
                    "last": _code(late.last) or None,
                    "owes": [
                        {
                            "kpi": debt.kpi,
                            "state": debt.state,
                            "last": _code(debt.last) or None,
                            "since": _code(debt.since) or None,
                            "quarters": debt.quarters,
                        }
                        for debt in late.owes
                    ],
                }
                for late in overdue.late
            ],
        }
    )


def _code(period: Period | None) -> str:
    return period.code if period else ""
