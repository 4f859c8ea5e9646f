"""From the data as loaded to what is known: services, observations, figures, and every problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.editions import Content, register_frame, text_frame
from perfsite.errors import LeakError, Problem, is_error
from perfsite.exports.tables import KPI_COLUMNS, kpi_rows, observation_rows
from perfsite.frames import (
    ADDRESSES_TEXT,
    CONFIDENTIAL_WINDOWS,
    CONFLICTS,
    KPIS_TEXT,
    MARKED,
    OBSERVATIONS,
    OBSERVATIONS_TEXT,
    REGISTER_TEXT,
    SECRETS,
    STOCKS,
    WINDOWS,
    Col,
    entering,
)
from perfsite.history import (
    frozen_steps,
    published_numbers,
    revised_kpis,
    rows_of_services,
    snapshot_of,
)
from perfsite.kpi.figures import work_out
from perfsite.kpi.headlines import summarise_services
from perfsite.kpi.inputs import periods_of, resolve
from perfsite.load import CONFIG
from perfsite.model import Status
from perfsite.policy.carry_forward import carry_services, decide
from perfsite.policy.embargo import HELD_BACK, has_mark, hold_back, is_one_of, keys_of, release
from perfsite.policy.retractions import read_retractions
from perfsite.policy.suppression import EMBARGOED, TOLD, find_tellers
from perfsite.report import without_numbers
from perfsite.revisions import Snapshot, compare, make_history, unused_reasons
from perfsite.stages import stage
from perfsite.validate.consistency import check_consistency, is_blamed
from perfsite.validate.names import with_lost_rows
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register
from perfsite.validate.rules import check_series
from perfsite.validate.values import REVISED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from perfsite.cache import Cache
    from perfsite.config import SiteConfig
    from perfsite.editions import EditionFigures
    from perfsite.kpi.figures import Figures
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.kpi.inputs import Parts
    from perfsite.load import Data
    from perfsite.model import Key, Service
    from perfsite.policy.carry_forward import Carried
    from perfsite.policy.retractions import Retraction
    from perfsite.policy.suppression import Teller
    from perfsite.revisions import RevisionHistory


_ROUNDS: Final = 5
"""To hold a figure back can show that a series adds up after all; then it is looked at again."""


@dataclass(frozen=True)
class Analysis:
    """The data as understood on a day: what is published of it, and every problem.

    `secrets` are the figures that must not be published (see `policy.embargo`); none of the others
    is made of them. `held` are those among them that are held back because they would give others
    away. `carried` says for which services figures of an earlier edition stand in,
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
    held: frozenset[Key] = frozenset()

    @cached_property
    def summaries(self) -> list[ServiceSummary]:
        """Each service with its headlines, in the order of the register."""
        return summarise_services(self.figures, self.parts, self.services)

    @cached_property
    def hidden(self) -> frozenset[Key]:
        """The figures that are confidential, whatever earlier editions said of them.

        They are here under the former ids of their services, too, as editions may have them.
        """
        secret = self.observations[Col.STATUS] == Status.CONFIDENTIAL
        keys = keys_of(self.observations[secret]) | self.held
        former = {
            (alias, period, measure, channel)
            for service, period, measure, channel in keys
            if service in self.services
            for alias in self.services[service].aliases
        }
        return frozenset(keys | former)

    @cached_property
    @stage("revisions")
    def ledger(self) -> RevisionHistory | None:
        """What has changed from edition to edition and since; None without editions."""
        history, reasons = self.data.history, self.data.reasons
        if not history:
            return None
        pending = compare(snapshot_of(history[-1]), self.snapshot, reasons)
        return make_history(history[0].date, frozen_steps(history, reasons), pending, self.hidden)

    @property
    def snapshot(self) -> Snapshot:
        """What the data say now."""
        return Snapshot(None, self.services, self.observations)

    @cached_property
    @stage("revised KPIs")
    def revised(self) -> dict[str, frozenset[tuple[str, str, str]]]:
        """The numbers of each service's KPIs that said something else (see `revised_kpis`)."""
        if not self.data.history:
            return {}
        frame = self.figures.frame
        now = frame.assign(period=[period.code for period in periods_of(frame)])
        return revised_kpis(self.data.history, now)

    @cached_property
    def earlier(self) -> pd.DataFrame:
        """The numbers that editions have said (see `published_numbers`)."""
        return published_numbers(self.data.history, self.hidden)

    @cached_property
    def published(self) -> pd.DataFrame:
        """The observations, those that said something else before with the mark of a revision."""
        frame = self.observations
        if self.ledger is None or not self.ledger.revised:
            return frame
        has_value = frame[Col.VALUE].notna().to_numpy(dtype=bool)
        revised = is_one_of(frame, self.ledger.revised) & has_value & ~has_mark(frame, REVISED)
        return frame.assign(marks=frame[Col.MARKS].where(~revised, REVISED + frame[Col.MARKS]))

    def content(self, addresses: Iterable[str] | None = None) -> Content:
        """What an edition of this holds; `addresses` are those of its site, where known."""
        paths = (
            None if addresses is None else text_frame(("path",), [(path,) for path in addresses])
        )
        register = register_frame(self.services)
        observations = text_frame(OBSERVATIONS_TEXT.columns, observation_rows(self.observations))
        kpis = text_frame(KPI_COLUMNS, kpi_rows(self.figures, self.summaries))
        entering("freeze", REGISTER_TEXT, register)
        entering("freeze", OBSERVATIONS_TEXT, observations)
        entering("freeze", KPIS_TEXT, kpis)
        if paths is not None:
            entering("freeze", ADDRESSES_TEXT, paths)
        return Content(register, observations, kpis, paths)


@stage("analysis")
def analyse(
    data: Data, edition: date, *, private: bool = False, cache: Cache | None = None
) -> Analysis:
    """Understand the data as it stands on a day, with every problem in the order of files.

    Figures that are not released on that day are secrets, and so are those that would give one
    away. A `private` report, for those who sent them, checks them like all others, and names none
    of their numbers.

    Figures that a rule blames to which the site gives the severity "error" are left out, as are
    those of a time to come; what remains is held against each other anew.

    Raises:
        LeakError: if a secret can be worked out whatever is held back.
    """
    config = data.config
    with stage("validate"):
        services, problems = read_register(
            data.register, config.measures, config.languages, config.budgets
        )
        services, notes = carry_services(services, [*data.problems, *problems], data.last)
        read, sent_problems = read_observations(data.submissions, services, config, edition, cache)
    sent_problems = with_lost_rows(sent_problems, problems)
    problems = [*data.problems, *problems, *notes, *_strangers(config, services), *sent_problems]
    analysis = _of_day(data, services, release(read, edition), problems, edition)
    if private and (analysis.secrets[Col.WHY] == EMBARGOED).any():
        later = _of_day(data, services, release(read, None), problems, edition)
        about = [problem for problem in later.problems if problem.code != TOLD]
        nameless = without_numbers(about, analysis.problems)
        analysis = replace(analysis, problems=(*analysis.problems, *nameless))
    if not data.reasons or not analysis.ledger:
        return analysis
    unused = unused_reasons(data.reasons, analysis.ledger.steps)
    judged = [problem for problem in map(config.checks.judged, unused) if problem]
    return replace(analysis, problems=(*analysis.problems, *judged)) if judged else analysis


def _of_day(
    data: Data,
    services: Mapping[str, Service],
    released: tuple[pd.DataFrame, pd.DataFrame],
    problems: Sequence[Problem],
    edition: date,
) -> Analysis:
    """What is known of figures that are `released`, as `policy.release` divides them."""
    public, secrets = released
    entering("policy", OBSERVATIONS, public)
    entering("policy", SECRETS, secrets)

    def compared(
        public: pd.DataFrame, reasons: Iterable[Problem], held: frozenset[Key]
    ) -> Analysis:
        return _compared(data, services, public, secrets, [*problems, *reasons], edition, held)

    analysis = compared(public, (), frozenset())
    blamed = [
        problem for problem in analysis.problems if is_error(problem) and _is_about_read(problem)
    ]
    good = public[~is_blamed(public, blamed)]
    if len(good) < len(public):
        analysis = compared(good, blamed, frozenset())
    else:
        blamed = []
    tellers: list[Teller] = []
    for _ in range(_ROUNDS):
        if not (latest := _tellers(analysis)):
            break
        tellers += latest
        disclosures = [
            problem
            for problem in map(data.config.checks.judged, (t.problem for t in tellers))
            if problem
        ]
        if not all(map(is_error, disclosures)):
            return replace(
                analysis, problems=tuple(dict.fromkeys((*analysis.problems, *disclosures)))
            )
        held = frozenset(teller.key for teller in tellers)
        analysis = compared(good, [*blamed, *disclosures], held)
    else:
        raise LeakError(
            f"a figure that is not public can be worked out: {tellers[-1].problem.found}"
        )
    return analysis


@stage("disclosure")
def _tellers(analysis: Analysis) -> list[Teller]:
    """The figures that would give away what is not public, beside those that are held back."""
    ids = {alias: key for key, service in analysis.services.items() for alias in service.aliases}
    frame = analysis.observations
    secrets = analysis.secrets[analysis.secrets[Col.WHY] != HELD_BACK]
    suppressed = frame.loc[frame[Col.STATUS] == Status.CONFIDENTIAL, Col.SERVICE]
    owners = {*map(str, secrets[Col.SERVICE]), *map(str, suppressed)}
    if not owners:
        return []
    owners |= {alias for alias, key in ids.items() if key in owners}

    def with_present_ids(edition: EditionFigures) -> pd.DataFrame:
        rows = rows_of_services(edition, owners)
        return rows.assign(service=rows[Col.SERVICE].replace(ids)) if ids else rows

    return find_tellers(
        analysis.observations,
        {edition.date: with_present_ids(edition) for edition in analysis.data.history},
        secrets,
        analysis.held,
        analysis.figures.stocks,
        analysis.data.config,
    )


def _is_about_read(problem: Problem) -> bool:
    """Whether what it blames was read well, so that it has to be left out now."""
    about_figures = problem.rule.adjustable and problem.code != TOLD
    return about_figures or problem.code == "PS118"


def _compared(
    data: Data,
    services: Mapping[str, Service],
    public: pd.DataFrame,
    secrets: pd.DataFrame,
    problems: Sequence[Problem],
    edition: date,
    held: frozenset[Key],
) -> Analysis:
    """Decide what is published, hold it against each other, and work out its figures."""
    config, checks = data.config, data.config.checks
    # What is held back was sent as it should be: nothing of an earlier edition stands in for it.
    errors = [problem for problem in problems if problem.code != TOLD]
    with stage("policy"):
        decided = decide(
            public,
            secrets,
            services,
            errors,
            data.submissions,
            read_retractions(data.retractions, config.budgets),
            data.last,
        )
        observations, back = hold_back(decided.observations, held)
    with stage("inputs"):
        entering("inputs", OBSERVATIONS, observations)
        parts = resolve(observations, config)
    with stage("consistency"):
        marked, contradictions = check_consistency(observations, parts, config.digital_channels)
    with stage("kpi"):
        entering("kpi", MARKED, marked)
        figures = work_out(parts, marked, config)
    collected = [*problems, *decided.problems, *contradictions, *figures.problems]
    with stage("series"):
        _check_windows(figures)
        collected += check_series(
            observations,
            parts,
            figures.windows,
            services,
            checks,
            edition,
            config.all_measures,
        )
    judged = tuple(dict.fromkeys(problem for problem in map(checks.judged, collected) if problem))
    return Analysis(
        data,
        services,
        marked,
        parts,
        figures,
        judged,
        pd.concat([secrets, back], ignore_index=True) if len(back) else secrets,
        decided.carried,
        decided.retracted,
        held,
    )


def _check_windows(figures: Figures) -> None:
    """The windows under the figures are what the rules over series take them for."""
    windows = figures.windows
    entering("series", WINDOWS, windows.frame)
    entering("series", CONFIDENTIAL_WINDOWS, windows.confidential)
    entering("series", CONFLICTS, windows.conflicts)
    entering("series", STOCKS, windows.stocks)


def _strangers(config: SiteConfig, services: Mapping[str, Service]) -> list[Problem]:
    """The services that perfsite.toml names and the register does not."""
    entries = [(f"targets.{name}", name) for name in config.targets]
    entries += [
        (f"journeys.{at}.service", journey.service) for at, journey in enumerate(config.journeys)
    ]
    return [
        Problem(CONFIG, 0, "PS111", entry, name, "a service of the register", "add it, or mend it")
        for entry, name in entries
        if name not in services
    ]
