"""What the tests of rules share: from a small table to the problems that the rules find in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from helpers import one_service_register, register, worked
from perfsite.config import Checks, SiteConfig
from perfsite.periods import Period, Unit
from perfsite.policy.embargo import release
from perfsite.policy.suppression import find_tellers
from perfsite.validate.rules import check_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.errors import Problem
    from perfsite.model import Service

TODAY: Final = date(2018, 9, 19)
SERVICES: Final = register("alpha", "beta")


def found(
    table: str,
    services: Mapping[str, Service] | None = None,
    checks: Checks | None = None,
    edition: date = TODAY,
    config: SiteConfig | None = None,
) -> list[Problem]:
    """The problems that the rules over series find; the table itself has to be readable."""
    config = config or SiteConfig()
    of_two = table.split(maxsplit=1)[0] == "service"
    known = services or (SERVICES if of_two else one_service_register())
    made = worked(table, known, config)
    series = check_series(
        made.observations,
        made.parts,
        made.figures.windows,
        known,
        checks or Checks(),
        edition,
        config.all_measures,
    )
    public, secrets = release(made.observations, edition)
    tellers = find_tellers(public, {}, secrets, (), made.figures.stocks, config)
    return [*series, *(teller.problem for teller in tellers)]


def only(problems: Iterable[Problem], code: str) -> list[Problem]:
    """Those of one code."""
    return [problem for problem in problems if problem.code == code]


def short(problems: Iterable[Problem]) -> list[tuple[str, int, str]]:
    """Code, row and column of each."""
    return [(problem.code, problem.row, problem.column) for problem in problems]


def months(
    values: Sequence[float | str], first: str = "2016-01", name: str = "transactions"
) -> str:
    """A table of one figure a month; `_` and None leave a month out."""
    start = Period.parse(first)
    rows = [
        f"{start.shifted(i).code} {value if isinstance(value, str) else f'{value:.10g}'}"
        for i, value in enumerate(values)
        if value != "_"
    ]
    return "\n".join([f"period {name}", *rows])


def month(at: int, first: str = "2016-01") -> str:
    """The code of the month at this place of `months`."""
    return Period(Unit.MONTH, Period.parse(first).first + at).code
