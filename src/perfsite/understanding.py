"""From the data as loaded to what is known: services, observations, figures, and every problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfsite.errors import Problem, is_error
from perfsite.kpi import work_out
from perfsite.load import CONFIG
from perfsite.parts import resolve
from perfsite.policy import carry_services, decide, release
from perfsite.validate import (
    check_consistency,
    check_series,
    is_blamed,
    read_observations,
    read_register,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd

    from perfsite.config import SiteConfig
    from perfsite.kept import Kept
    from perfsite.kpi import Figures
    from perfsite.load import Data
    from perfsite.model import Service
    from perfsite.parts import Parts
    from perfsite.policy import Carried, Retraction


@dataclass(frozen=True)
class Known:
    """The data as understood on a day: what is published of it, and every problem.

    `secrets` are the figures that must not be published (see `policy.secrecy`); none of the others
    is made of them. `carried` says for which services figures of an earlier edition stand in,
    `retracted` which figures were taken back.
    """

    data: Data
    services: Mapping[str, Service]
    observations: pd.DataFrame
    parts: Parts
    figures: Figures
    problems: tuple[Problem, ...]
    secrets: pd.DataFrame
    carried: tuple[Carried, ...]
    retracted: tuple[Retraction, ...]


def understand(
    data: Data, edition: date, *, private: bool = False, kept: Kept | None = None
) -> Known:
    """Understand the data as it stands on a day, with every problem in the order of files.

    Figures that are not released on that day are secrets. A `private` report, for those who sent
    them, checks them like all others.

    Figures that a rule blames to which the site gives the severity "error" are left out, as are
    those of a time to come; what remains is held against each other anew.
    """
    config = data.config
    services, problems = read_register(data.register, config.measures, config.languages)
    services, notes = carry_services(services, [*data.problems, *problems], data.last)
    day = None if private else edition
    read, found = read_observations(data.submissions, services, config, day, kept)
    public, secrets = release(read, day)
    problems = [*data.problems, *problems, *notes, *_strangers(config, services), *found]
    known = _compared(data, services, public, secrets, problems, edition)
    blamed = [one for one in known.problems if is_error(one) and _is_about_read(one)]
    good = public[~is_blamed(public, blamed)]
    if len(good) == len(public):
        return known
    return _compared(data, services, good, secrets, [*problems, *blamed], edition)


def _is_about_read(problem: Problem) -> bool:
    """Whether what it blames was read well, so that it has to be left out now."""
    return problem.rule.adjustable or problem.code == "PS118"


def _compared(
    data: Data,
    services: Mapping[str, Service],
    public: pd.DataFrame,
    secrets: pd.DataFrame,
    problems: Sequence[Problem],
    edition: date,
) -> Known:
    """Decide what is published, hold it against each other, and work out its figures."""
    config, checks = data.config, data.config.checks
    decided = decide(
        public, secrets, services, problems, data.submissions, data.retractions, data.last
    )
    parts = resolve(decided.observations, config)
    marked, contradictions = check_consistency(decided.observations, parts)
    figures = work_out(parts, marked, config)
    found = [*problems, *decided.problems, *contradictions, *figures.problems]
    found += check_series(
        decided.observations,
        parts,
        figures.windows,
        services,
        checks,
        edition,
        config.all_measures,
    )
    judged = tuple(dict.fromkeys(one for one in map(checks.judged, found) if one))
    return Known(
        data,
        services,
        marked,
        parts,
        figures,
        judged,
        secrets,
        decided.carried,
        decided.retracted,
    )


def _strangers(config: SiteConfig, services: Mapping[str, Service]) -> list[Problem]:
    """The services that perfsite.toml names and the register does not."""
    entries = [(f"targets.{name}", name) for name in config.targets]
    entries += [(f"journeys.{at}.service", one.service) for at, one in enumerate(config.journeys)]
    return [
        Problem(CONFIG, 0, "PS111", entry, name, "a service of the register", "add it, or mend it")
        for entry, name in entries
        if name not in services
    ]
