"""From the data as loaded to what is known: services, observations, figures, and every problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from perfsite.editions import OBSERVATIONS, Content, register_frame, text_frame
from perfsite.errors import Problem, is_error
from perfsite.kpi import summarise_services, work_out
from perfsite.load import CONFIG
from perfsite.model import Status
from perfsite.pages.data import KPI_COLUMNS, kpi_rows, observation_rows
from perfsite.parts import resolve
from perfsite.policy import carry_services, decide, release
from perfsite.policy.frames import has_mark, is_one_of, keys_of
from perfsite.revisions import Snapshot, make_ledger, revised_kpis, unused_reasons
from perfsite.validate import (
    check_consistency,
    check_series,
    is_blamed,
    read_observations,
    read_register,
    with_lost_rows,
)
from perfsite.validate.values import REVISED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from perfsite.config import SiteConfig
    from perfsite.editions import EditionFigures
    from perfsite.kept import Kept
    from perfsite.kpi import Figures, ServiceSummary
    from perfsite.load import Data
    from perfsite.model import Service
    from perfsite.parts import Parts
    from perfsite.policy import Carried, Retraction
    from perfsite.policy.frames import Key
    from perfsite.revisions import Ledger


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

    @cached_property
    def summaries(self) -> list[ServiceSummary]:
        """Each service with its headlines, in the order of the register."""
        return summarise_services(self.figures, self.parts, self.services)

    @cached_property
    def hidden(self) -> frozenset[Key]:
        """The figures that are confidential, whatever earlier editions said of them."""
        secret = self.observations["status"] == Status.CONFIDENTIAL
        return frozenset(keys_of(self.observations[secret]))

    @cached_property
    def ledger(self) -> Ledger | None:
        """What has changed from edition to edition and since; None without editions."""
        if not self.data.history:
            return None
        snapshots = [*map(snapshot_of, self.data.history), self.snapshot]
        return make_ledger(snapshots, self.data.reasons, self.hidden)

    @property
    def snapshot(self) -> Snapshot:
        """What the data say now."""
        return Snapshot(None, self.services, self.rows)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The observations as text, in the columns of data/observations.csv."""
        return text_frame(OBSERVATIONS, observation_rows(self.observations))

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """The KPIs as text, in the columns of data/kpis.csv."""
        return text_frame(KPI_COLUMNS, kpi_rows(self.figures, self.summaries))

    @cached_property
    def revised(self) -> dict[str, frozenset[tuple[str, str, str]]]:
        """The numbers of each service's KPIs that said something else (see `revised_kpis`)."""
        if not self.data.history:
            return {}
        return revised_kpis([*(one.kpis for one in self.data.history), self.kpis])

    @cached_property
    def earlier(self) -> pd.DataFrame:
        """The numbers that editions have said, with `service`, `period` and `value`.

        Those that are confidential now are left out, and so are all KPIs of their services: a KPI
        may be such a number.
        """
        owners = {key[0] for key in self.hidden}
        said = []
        for one in self.data.history:
            figures, kpis = (one.changes[name] for name in ("observations", "kpis"))
            said.append(figures[~is_one_of(figures, self.hidden)])
            said.append(kpis[~kpis["service"].isin(list(owners))])
        columns = ["service", "period", "value"]
        if not said:
            return pd.DataFrame(columns=columns)
        numbers = pd.concat([one.loc[one["value"] != "", columns] for one in said])
        return numbers.drop_duplicates().astype({"value": "float64"})

    @cached_property
    def published(self) -> pd.DataFrame:
        """The observations, those that said something else before with the mark of a revision."""
        frame = self.observations
        if self.ledger is None or not self.ledger.revised:
            return frame
        given = frame["value"].notna().to_numpy(dtype=bool)
        mine = is_one_of(frame, self.ledger.revised) & given & ~has_mark(frame, REVISED)
        return frame.assign(marks=frame["marks"].where(~mine, REVISED + frame["marks"]))

    def content(self, addresses: Iterable[str] | None = None) -> Content:
        """What an edition of this holds; `addresses` are those of its site, where known."""
        known = None if addresses is None else text_frame(("path",), [(one,) for one in addresses])
        return Content(
            register_frame(self.services),
            self.rows,
            self.kpis,
            known,
        )


def snapshot_of(edition: EditionFigures) -> Snapshot:
    """What an edition said."""
    return Snapshot(edition.date, edition.services, edition.rows)


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
    found = with_lost_rows(found, problems)
    public, secrets = release(read, day)
    problems = [*data.problems, *problems, *notes, *_strangers(config, services), *found]
    known = _compared(data, services, public, secrets, problems, edition)
    blamed = [one for one in known.problems if is_error(one) and _is_about_read(one)]
    good = public[~is_blamed(public, blamed)]
    if len(good) < len(public):
        known = _compared(data, services, good, secrets, [*problems, *blamed], edition)
    if not data.reasons or not known.ledger:
        return known
    unused = unused_reasons(data.reasons, known.ledger.steps)
    more = [one for one in map(config.checks.judged, unused) if one]
    return replace(known, problems=(*known.problems, *more)) if more else known


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
    marked, contradictions = check_consistency(decided.observations, parts, config.digital_channels)
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
