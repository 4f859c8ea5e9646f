"""The modules of a service's page: the names by which the register chooses and orders them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.kpis import KPIS, Place, at

if TYPE_CHECKING:
    from collections.abc import Iterable

_LAST: Final = ("response-time", "readings")
"""The modules of no KPI, which stand after those of all KPIs."""


def own_modules() -> tuple[str, ...]:
    """All modules that perfsite itself knows, in the order of a page that chooses none."""
    of_kpis = (KPIS[key] for key in at(Place.CHART))
    return (*(name for kpi in of_kpis for name in (kpi.chart, *kpi.companions)), *_LAST)


def measure_module(measure: str) -> str:
    """The module of a measure that the site declares: `measure-calls-waiting`."""
    return f"measure-{measure.replace('_', '-')}"


def all_modules(measures: Iterable[str]) -> tuple[str, ...]:
    """The modules of a site that declares these measures."""
    return (*own_modules(), *(measure_module(measure) for measure in measures))
