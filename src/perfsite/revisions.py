"""What figures have said.

One edition held against another, figure by figure, and why it changed.

It is long, because what can become of a figure, how that is found and how it is remembered are one
set of rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date  # noqa: TC003 - pydantic reads the annotation
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import pandas as pd
from pydantic import Field

from perfsite.config import TomlTable, read_settings
from perfsite.decimals import exact
from perfsite.errors import ConfigError, Problem
from perfsite.frames import MARKED, REVISED_FIGURES, Col, entering
from perfsite.model import FIGURE, Status
from perfsite.periods import Period
from perfsite.text import message
from perfsite.validate.values import REVISED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from perfsite.model import Service


# What can become of a figure, and of a service, from one edition to the next.
#
# The words are those of official statistics: a *revision* is a planned change to better data, a
# *correction* mends an error. A change that nobody explained is neither: it is *restated*.


class ChangeKind(StrEnum):
    """What became of a figure."""

    FIRST_PUBLISHED = "first_published"
    BACKFILLED = "backfilled"
    REVISED = "revised"
    CORRECTED = "corrected"
    RESTATED = "restated"
    WITHDRAWN = "withdrawn"
    SUPPRESSED = "suppressed"


CHANGED: Final = (ChangeKind.REVISED, ChangeKind.CORRECTED, ChangeKind.RESTATED)
"""The kinds with an old and a new number."""


class Move(StrEnum):
    """What became of a service."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    NEW_ID = "new_id"


MEANINGS: Final = {
    ChangeKind.FIRST_PUBLISHED: message(
        "published for the first time, for a period that the edition before did not have yet, or "
        "of a service that it did not have"
    ),
    ChangeKind.BACKFILLED: message(
        "published for the first time, for a period that the edition before already had"
    ),
    ChangeKind.REVISED: message(
        "changed as planned, to better data: the earlier figure was provisional or estimated, or "
        "the change was announced or marked as a revision"
    ),
    ChangeKind.CORRECTED: message("changed because the earlier figure was wrong"),
    ChangeKind.RESTATED: message(
        "changed, and nobody has said whether as planned or to mend an error"
    ),
    ChangeKind.WITHDRAWN: message("published in the edition before, and not any more"),
    ChangeKind.SUPPRESSED: message("published in the edition before, and confidential now"),
    Move.ADDED: message("the service came into the register"),
    Move.REMOVED: message("the service left the register"),
    Move.RENAMED: message("the service has another name"),
    Move.MOVED: message("the service belongs to another organisation"),
    Move.NEW_ID: message("the service has another id, and so another address"),
}
"""What each word means, for readers."""


# data/revisions.toml: why figures changed, and whether that was planned or an error.
# docs/revisions.md has an example.


REVISIONS: Final = "revisions.toml"


class Cause(StrEnum):
    """Whether a change was planned, or mends an error."""

    REVISION = "revision"
    CORRECTION = "correction"


class Reason(TomlTable):
    """`[[revision]]`: why figures changed in an edition; without one, in the next to come."""

    kind: Cause
    reason: Annotated[str, Field(min_length=1)]
    services: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    edition: date | None = None

    @property
    def change(self) -> ChangeKind:
        """What becomes of a number that this explains."""
        return ChangeKind.CORRECTED if self.kind is Cause.CORRECTION else ChangeKind.REVISED

    def fits(self, figures: pd.DataFrame, day: date | None) -> np.ndarray:
        """Which of these figures, with the columns of `model.FIGURE`, it explains.

        `day` is the date of the edition in which they changed, None for what is not frozen yet.
        """
        fitting = np.full(len(figures), self.edition is None or self.edition == day)
        for name, wanted in (
            ("service", self.services),
            ("measure", self.measures),
            ("period", self.periods),
        ):
            if wanted:
                fitting &= figures[name].isin(wanted).to_numpy(dtype=bool)
        return fitting


class _File(TomlTable):
    """All of revisions.toml."""

    revision: tuple[Reason, ...] = ()


def read_reasons(text: str) -> tuple[Reason, ...]:
    """The entries of revisions.toml, periods in their one spelling.

    Raises:
        ConfigError: naming every entry that is wrong and what was expected of it.
    """
    reasons = []
    for number, entry in enumerate(read_settings(_File, text, REVISIONS).revision):
        try:
            periods = tuple(Period.parse(period).code for period in entry.periods)
        except ValueError as error:
            raise ConfigError(f"{REVISIONS}: revision.{number}.periods: {error}") from error
        reasons.append(entry.model_copy(update={"periods": periods}))
    return tuple(reasons)


# Two editions held against each other: what became of each figure and of each service.
#
# Services are followed by their permanent ids, and by `aliases` where an id has changed. Figures
# are compared by their numbers, and spelt as data files spell them where they differ.


Key = tuple[str, str, str, str]
FIGURES: Final = (*FIGURE, Col.KIND, Col.VALUE_BEFORE, Col.VALUE_NOW, Col.REASON)
"""The columns of `Step.figures`, all of them text: the record of what was said."""
COLUMNS: Final = (
    *FIGURE, "change", "before", "now", "edition_before", "edition", "reason",
)  # fmt: skip
"""The columns of data/revisions.csv."""
_NUMBERS: Final = (Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR)
_SERVICES: Final = {
    Move.ADDED: "service_added",
    Move.REMOVED: "service_removed",
    Move.RENAMED: "service_renamed",
    Move.MOVED: "service_moved",
    Move.NEW_ID: "service_new_id",
}
"""In a file with figures, "added" alone would be read as one of them."""
_SAID: Final = [Col.VALUE, Col.STATUS, Col.MARKS, Col.NOTE]
_UNFINISHED: Final = ("p", "e")
"""The marks of provisional and of estimated figures."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a site said: its register, and its observations (`frames.MARKED`).

    `day` is the date of the edition, None for the data as they stand now.
    """

    day: date | None
    services: Mapping[str, Service]
    observations: pd.DataFrame


@dataclass(frozen=True)
class ServiceChange:
    """What became of a service: its name, organisation or id before, and since."""

    service: str
    name: str
    kind: Move
    before: str
    since: str


@dataclass(frozen=True, eq=False)
class Step:
    """What changed from one edition to the next.

    `figures` has the columns of `FIGURES`, in the order of their keys; `services` are in the order
    of their ids. `day` is None where the step leads to what is not frozen yet.
    """

    before: date
    day: date | None
    figures: pd.DataFrame
    services: tuple[ServiceChange, ...]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many figures and services each kind of change has; all kinds are there."""
        kinds = self.figures[Col.KIND].value_counts()
        return {
            **{kind: int(kinds.get(kind, 0)) for kind in ChangeKind},
            **{kind: sum(change.kind is kind for change in self.services) for kind in Move},
        }

    @property
    def changed(self) -> pd.DataFrame:
        """The figures that readers may have used and that say something else now, or nothing."""
        kinds = (*CHANGED, ChangeKind.WITHDRAWN, ChangeKind.SUPPRESSED)
        return self.figures[self.figures[Col.KIND].isin(kinds)]

    @property
    def explainable(self) -> pd.DataFrame:
        """The figures that a reason can be given for."""
        return self.figures[self.figures[Col.KIND] != ChangeKind.FIRST_PUBLISHED]

    def without(self, hidden: Collection[Key]) -> Step:
        """This step without the numbers of some figures, which may not be said any more."""
        if not hidden or self.figures.empty:
            return self
        is_hidden = pd.MultiIndex.from_frame(self.figures[FIGURE]).isin(list(hidden))
        numbers = [Col.VALUE_BEFORE, Col.VALUE_NOW]
        figures = self.figures.assign(
            **{name: self.figures[name].mask(is_hidden, "") for name in numbers},
            # A reason is a sentence about the number, and may tell it.
            reason=self.figures[Col.REASON].mask(is_hidden, ""),
        )
        return replace(self, figures=figures)

    def as_rows(self) -> list[tuple[str, ...]]:
        """Every change as a row of data/revisions.csv.

        Changes of services come first; those have no period and no measure.
        """
        dates = self.before.isoformat(), self.day.isoformat() if self.day else ""
        services = [
            (move.service, "", "", "", _SERVICES[move.kind], move.before, move.since, *dates, "")
            for move in self.services
        ]
        figures = self.figures.assign(edition_before=dates[0], edition=dates[1])
        names = {Col.KIND: "change", Col.VALUE_BEFORE: "before", Col.VALUE_NOW: "now"}
        rows = figures.rename(columns=names)[list(COLUMNS)]
        return [*services, *rows.itertuples(index=False, name=None)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return self.figures.empty and not self.services


def compare(before: Snapshot, now: Snapshot, reasons: Sequence[Reason] = ()) -> Step:
    """What changed from one edition to another, with the reasons that were given.

    Raises:
        ValueError: if the first of the two is no edition.
    """
    entering("revisions", MARKED, before.observations)
    entering("revisions", MARKED, now.observations)
    if before.day is None:
        raise ValueError("what is not frozen yet comes after every edition")
    followed = _followed(before.services, now.services)
    pairs = _pairs(before.observations, now.observations, followed)
    services_before = {followed.get(key, key) for key in before.services}
    has_value = before.observations[Col.VALUE].notna()
    periods = set(before.observations.loc[has_value, Col.PERIOD])
    kinds = _kinds(pairs, services_before, now.services, periods)
    pairs = pairs[kinds != ""].assign(kind=kinds[kinds != ""])
    pairs = _explained(pairs, reasons, now.day)
    for side in (Col.VALUE_BEFORE, Col.VALUE_NOW):
        pairs[side] = pairs[side].map(exact).astype(object)
    figures = pairs[list(FIGURES)].sort_values(FIGURE, kind="stable", ignore_index=True)
    entering("revisions", REVISED_FIGURES, figures)
    services = _services(before.services, now.services, followed)
    return Step(before.day, now.day, figures, tuple(services))


def revised_between(before: pd.DataFrame, now: pd.DataFrame) -> list[list[str]]:
    """The numbers of KPIs that differ in two tables that both have them.

    The tables have the columns of `EditionFigures.kpi_numbers`. Each number is told by its service,
    KPI, column (`value`, `numerator` or `denominator`) and period.
    """
    key = [Col.SERVICE, Col.KPI, Col.PERIOD]
    columns = [*key, *_NUMBERS]
    pairs = before[columns].merge(now[columns], on=key, suffixes=("_before", "_now"))
    revised = []
    for column in _NUMBERS:
        first, second = pairs[f"{column}_before"], pairs[f"{column}_now"]
        # A quotient is one number in its first twelve digits: what follows is how it was made.
        same = np.isclose(first, second, rtol=1e-12, atol=0)
        differ = first.notna() & second.notna() & ~same
        for service, kpi, period in pairs.loc[differ, key].itertuples(index=False, name=None):
            revised.append([str(service), str(kpi), str(column), str(period)])
    return revised


def revised_by_service(
    numbers: Iterable[Sequence[str]],
) -> dict[str, frozenset[tuple[str, str, str]]]:
    """Numbers of KPIs, as `revised_between` tells them, by their services."""
    revised: dict[str, set[tuple[str, str, str]]] = {}
    for service, kpi, column, period in numbers:
        revised.setdefault(service, set()).add((kpi, column, period))
    return {service: frozenset(of_service) for service, of_service in revised.items()}


def _followed(before: Mapping[str, Service], now: Mapping[str, Service]) -> dict[str, str]:
    """The ids that changed, each with the id that it became."""
    return {
        alias: key
        for key, service in now.items()
        if key not in before
        for alias in service.aliases
        if alias in before and alias not in now
    }


def _pairs(before: pd.DataFrame, now: pd.DataFrame, followed: Mapping[str, str]) -> pd.DataFrame:
    """The figures whose number differs: the key, and what each side says of it."""
    sides = []
    for frame in (before, now):
        # What only says that it was not given may as well not stand there.
        bare = frame[Col.VALUE].isna() & (frame[Col.STATUS] == Status.NOT_PROVIDED)
        bare &= (frame[Col.MARKS] == "") & ~frame[Col.FLAGGED]
        figures = frame.loc[~bare, [*FIGURE, *_SAID]]
        sides.append(figures.astype(dict.fromkeys({*figures.columns} - {Col.VALUE}, object)))
    # Under the ids of now, or else all figures of a service with a new id would have gone.
    earlier = sides[0].assign(service=sides[0][Col.SERVICE].replace(dict(followed)))
    pairs = earlier.merge(sides[1], on=FIGURE, how="outer", suffixes=("_before", "_now"))
    first, second = pairs[Col.VALUE_BEFORE], pairs[Col.VALUE_NOW]
    differ = (first != second) & (first.notna() | second.notna())
    words = [f"{name}_{side}" for name in _SAID if name != Col.VALUE for side in ("before", "now")]
    return pairs[differ].fillna(dict.fromkeys(words, "")).reset_index(drop=True)


def _kinds(
    pairs: pd.DataFrame,
    services_before: set[str],
    services: Mapping[str, Service],
    periods: set[str],
) -> np.ndarray:
    """What became of each figure; nothing where its service came or went as a whole."""
    had, has = (pairs[name].notna().to_numpy() for name in (Col.VALUE_BEFORE, Col.VALUE_NOW))
    was = pairs[Col.SERVICE].isin(list(services_before)).to_numpy(dtype=bool)
    stays = pairs[Col.SERVICE].isin(list(services)).to_numpy(dtype=bool)
    old = pairs[Col.PERIOD].isin(list(periods)).to_numpy(dtype=bool)
    secret = (pairs[Col.STATUS_NOW] == Status.CONFIDENTIAL).to_numpy(dtype=bool)
    unfinished = _marked(pairs["marks_before"], *_UNFINISHED) | _marked(pairs["marks_now"], REVISED)
    # The first that is true counts: each line is of what the lines above it have left.
    return np.select(
        [
            had & has & unfinished,
            had & has,
            had & stays & secret,
            had & stays,
            has & was & old,
            has,
        ],
        [
            ChangeKind.REVISED,
            ChangeKind.RESTATED,
            ChangeKind.SUPPRESSED,
            ChangeKind.WITHDRAWN,
            ChangeKind.BACKFILLED,
            ChangeKind.FIRST_PUBLISHED,
        ],
        default="",
    ).astype(object)


def _marked(marks: pd.Series[str], *wanted: str) -> np.ndarray:
    """Which figures carry one of these marks."""
    distinct = {letters: not set(wanted).isdisjoint(letters) for letters in marks.unique()}
    return marks.map(distinct).to_numpy(dtype=bool)


def _explained(pairs: pd.DataFrame, reasons: Sequence[Reason], day: date | None) -> pd.DataFrame:
    """The figures with the reasons of revisions.toml, else with the notes that are new."""
    new_note = (pairs["note_now"] != pairs["note_before"]) & (
        pairs[Col.KIND] != ChangeKind.FIRST_PUBLISHED
    )
    pairs = pairs.assign(reason=pairs["note_now"].where(new_note, ""))
    changed = pairs[Col.KIND].isin(CHANGED).to_numpy(dtype=bool)
    # `open_` are the figures without a reason: the first one that fits explains a figure.
    open_ = (pairs[Col.KIND] != ChangeKind.FIRST_PUBLISHED).to_numpy(dtype=bool)
    for reason in reasons:
        fitting = reason.fits(pairs, day) & open_
        pairs.loc[fitting, Col.REASON] = reason.reason
        pairs.loc[fitting & changed, Col.KIND] = reason.change
        open_ = open_ & ~fitting
    # What is not said any more is not said in the history either.
    hidden = pairs[Col.KIND] == ChangeKind.SUPPRESSED
    return pairs.assign(value_before=pairs[Col.VALUE_BEFORE].mask(hidden))


def _services(
    before: Mapping[str, Service], now: Mapping[str, Service], followed: Mapping[str, str]
) -> list[ServiceChange]:
    """What became of each service, in the order of the ids."""
    became = {key: followed.get(key, key) for key in before}
    known = set(became.values())
    changes = [
        ServiceChange(key, before[key].name, Move.REMOVED, before[key].organisation, "")
        for key, new in became.items()
        if new not in now
    ]
    changes += [
        ServiceChange(key, service.name, Move.ADDED, "", service.organisation)
        for key, service in now.items()
        if key not in known
    ]
    for key, new in became.items():
        if new not in now:
            continue
        old, service = before[key], now[new]
        if key != new:
            changes.append(ServiceChange(new, service.name, Move.NEW_ID, key, new))
        if old.name != service.name:
            changes.append(ServiceChange(new, service.name, Move.RENAMED, old.name, service.name))
        places = (_place(old), _place(service))
        if places[0] != places[1]:
            changes.append(ServiceChange(new, service.name, Move.MOVED, *places))
    return sorted(changes, key=lambda change: (change.service, list(Move).index(change.kind)))


def _place(service: Service) -> str:
    """The organisation of a service: its department, and its agency where that is another."""
    if service.agency and service.agency != service.department:
        return f"{service.department}: {service.agency}"
    return service.department


# All editions of a site, one after the other: every change, and what each figure has said.


@dataclass(frozen=True)
class FigureHistory:
    """What one figure has said: the numbers in the order of the editions that said them first.

    `numbers` has a triple a number: the date of the edition (None for what is not frozen yet), the
    number as text (empty where the figure was withdrawn), and what became of the one before;
    `reason` is the last that was given.
    """

    period: str
    measure: str
    channel: str
    numbers: tuple[tuple[date | None, str, str], ...]
    reason: str


@dataclass(frozen=True)
class ServiceHistory:
    """What became of one service since the first edition, in the order of the editions.

    `moves` are changes of the service itself, `backfilled` how many of its figures were given late,
    both with the date of the edition (None for what is not frozen yet); `figure_histories` is what
    its figures have said, of those that once said something else.
    """

    moves: tuple[tuple[date | None, ServiceChange], ...] = ()
    backfilled: tuple[tuple[date | None, int], ...] = ()
    figure_histories: tuple[FigureHistory, ...] = ()


@dataclass(frozen=True, eq=False)
class RevisionHistory:
    """The steps from each edition to the next, the oldest first, and the first edition's date.

    The last step leads to what is not frozen yet, unless nothing has changed since the last
    edition. `day` is the date of the newest edition.
    """

    first: date
    day: date
    steps: tuple[Step, ...]

    @cached_property
    def figure_histories(self) -> dict[str, list[FigureHistory]]:
        """What the figures of each service have said, of those that once said something else."""
        frames = [
            step.changed.assign(step=number)
            for number, step in enumerate(self.steps)
            if len(step.changed)
        ]
        if not frames:
            return {}
        by_service: dict[str, list[FigureHistory]] = {}
        # A few thousand changes at most, not the observations.
        for key, rows in pd.concat(frames).groupby(FIGURE, sort=True):
            service, period, measure, channel = map(str, key)
            numbers: list[tuple[date | None, str, str]] = []
            reason = ""
            for row in rows.to_dict("records"):
                step = self.steps[row["step"]]
                if not numbers or numbers[-1][1] != row[Col.VALUE_BEFORE]:
                    # Withdrawn in between, and given again: that was no change of a number.
                    numbers.append((step.before, str(row[Col.VALUE_BEFORE]), ""))
                numbers.append((step.day, str(row[Col.VALUE_NOW]), str(row[Col.KIND])))
                reason = str(row[Col.REASON]) or reason
            figure = FigureHistory(period, measure, channel, tuple(numbers), reason)
            by_service.setdefault(service, []).append(figure)
        return by_service

    @cached_property
    def moves(self) -> dict[str, list[tuple[date | None, ServiceChange]]]:
        """What became of each service since the first edition, by its id then."""
        by_service: dict[str, list[tuple[date | None, ServiceChange]]] = {}
        for step in self.steps:
            for change in step.services:
                by_service.setdefault(change.service, []).append((step.day, change))
        return by_service

    @cached_property
    def backfilled(self) -> dict[str, list[tuple[date | None, int]]]:
        """How many figures of each service were given late, and in which edition."""
        by_service: dict[str, list[tuple[date | None, int]]] = {}
        for step in self.steps:
            late = step.figures.loc[step.figures[Col.KIND] == ChangeKind.BACKFILLED, Col.SERVICE]
            for service, number in late.value_counts(sort=False).items():
                by_service.setdefault(str(service), []).append((step.day, int(number)))
        return by_service

    def of(self, service: str) -> ServiceHistory:
        """What became of a service and of its figures."""
        return ServiceHistory(
            tuple(self.moves.get(service, ())),
            tuple(self.backfilled.get(service, ())),
            tuple(self.figure_histories.get(service, ())),
        )

    @cached_property
    def revised(self) -> frozenset[Key]:
        """The figures whose number is not the one that was published first."""
        keys: set[Key] = set()
        for step in self.steps:
            changed = step.figures[step.figures[Col.KIND].isin(CHANGED)]
            keys |= set(changed[FIGURE].itertuples(index=False, name=None))
        return frozenset(keys)

    @cached_property
    def last_changes(self) -> dict[str, date | None]:
        """When the page of each service last had news: the date of the edition.

        None is for what has changed since the newest edition. A service that is in no step has
        been as it is since the first.
        """
        days: dict[str, date | None] = {}
        for step in self.steps:
            touched = {*step.figures[Col.SERVICE], *(change.service for change in step.services)}
            days |= dict.fromkeys(map(str, touched), step.day)
        return days

    def last_change(self, services: Collection[str]) -> date | None:
        """When one of these services last had news; None where it has since the last edition."""
        days = [self.last_changes.get(key, self.first) for key in services]
        return None if None in days else max((day for day in days if day), default=self.first)

    @property
    def pending(self) -> Step | None:
        """What has changed since the newest edition; None if nothing has."""
        return self.steps[-1] if self.steps and self.steps[-1].day is None else None

    def rows(self) -> list[tuple[str, ...]]:
        """Every change as a row of data/revisions.csv, the oldest edition first."""
        return [row for step in self.steps for row in step.as_rows()]


def make_history(
    first: date, frozen: Sequence[Step], pending: Step, hidden: Collection[Key]
) -> RevisionHistory:
    """The history of editions, whose `first` is of a day, and of what stands now.

    `frozen` are the steps between editions, the oldest first, and `pending` is the one that leads
    on. `hidden` are figures that are confidential now: their numbers are not said.
    """
    steps = [*frozen] if pending.is_empty else [*frozen, pending]
    return RevisionHistory(first, pending.before, tuple(step.without(hidden) for step in steps))


def unused_reasons(reasons: Iterable[Reason], steps: Iterable[Step]) -> list[Problem]:
    """A PS217 for each entry that explains no change: it names something else than was meant."""
    changes = [(step.day, step.explainable) for step in steps]
    return [
        Problem(
            REVISIONS,
            number,
            "PS217",
            Col.REASON,
            f"“{reason.reason}”, which fits no figure that changed"
            + (f" in the edition of {reason.edition}" if reason.edition else ""),
            "services, measures, periods and an edition in which a figure changed",
            "compare it with what perfsite diff lists, or delete the entry",
        )
        for number, reason in enumerate(reasons, 1)
        if not any(reason.fits(figures, day).any() for day, figures in changes)
    ]
