"""The modules of a service's page: the names by which the register chooses and orders them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MODULES: Final = (
    "transactions",
    "year-before",
    "channels",
    "digital-take-up",
    "cost-per-transaction",
    "completion-rate",
    "journey",
    "user-satisfaction",
    "satisfaction-breakdown",
    "availability",
    "response-time",
    "readings",
)
"""All modules that perfsite itself knows, in the order of a page that chooses none."""


def measure_module(measure: str) -> str:
    """The module of a measure that the site declares: `measure-calls-waiting`."""
    return f"measure-{measure.replace('_', '-')}"


def all_modules(measures: Iterable[str]) -> tuple[str, ...]:
    """The modules of a site that declares these measures."""
    return (*MODULES, *(measure_module(measure) for measure in measures))
