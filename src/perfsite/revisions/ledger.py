"""All editions of a site, one after the other: every change, and what each figure has said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from perfsite.errors import Problem
from perfsite.model import FIGURE
from perfsite.revisions.comparing import ServiceChange, Snapshot, Step, compare
from perfsite.revisions.kinds import CHANGED, Kind
from perfsite.revisions.reasons import REVISIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from perfsite.revisions.comparing import Key
    from perfsite.revisions.reasons import Reason


@dataclass(frozen=True)
class Retold:
    """What one figure has said: the numbers in the order of the editions that said them first.

    `said` has a triple a number: the date of the edition (None for what is not frozen yet), the
    number as text (empty where the figure was withdrawn), and what became of the one before;
    `reason` is the last that was given.
    """

    period: str
    measure: str
    channel: str
    said: tuple[tuple[date | None, str, str], ...]
    reason: str


@dataclass(frozen=True, eq=False)
class Ledger:
    """The steps from each edition to the next, the oldest first, and the first edition's date.

    The last step leads to what is not frozen yet, unless nothing has changed since the last
    edition. `day` is the date of the newest edition.
    """

    first: date
    day: date
    steps: tuple[Step, ...]

    @cached_property
    def retold(self) -> dict[str, list[Retold]]:
        """What the figures of each service have said, of those that once said something else."""
        frames = [
            step.changed.assign(step=number)
            for number, step in enumerate(self.steps)
            if len(step.changed)
        ]
        if not frames:
            return {}
        found: dict[str, list[Retold]] = {}
        # A few thousand changes at most, not the observations.
        for key, rows in pd.concat(frames).groupby(FIGURE, sort=True):
            service, period, measure, channel = map(str, key)
            said: list[tuple[date | None, str, str]] = []
            reason = ""
            for row in rows.to_dict("records"):
                step = self.steps[row["step"]]
                if not said or said[-1][1] != row["value_before"]:
                    # Withdrawn in between, and given again: that was no change of a number.
                    said.append((step.before, str(row["value_before"]), ""))
                said.append((step.day, str(row["value_now"]), str(row["kind"])))
                reason = str(row["reason"]) or reason
            one = Retold(period, measure, channel, tuple(said), reason)
            found.setdefault(service, []).append(one)
        return found

    @cached_property
    def moves(self) -> dict[str, list[tuple[date | None, ServiceChange]]]:
        """What became of each service since the first edition, by its id then."""
        found: dict[str, list[tuple[date | None, ServiceChange]]] = {}
        for step in self.steps:
            for one in step.services:
                found.setdefault(one.service, []).append((step.day, one))
        return found

    @cached_property
    def backfilled(self) -> dict[str, list[tuple[date | None, int]]]:
        """How many figures of each service were given late, and in which edition."""
        found: dict[str, list[tuple[date | None, int]]] = {}
        for step in self.steps:
            late = step.figures.loc[step.figures["kind"] == Kind.BACKFILLED, "service"]
            for service, number in late.value_counts(sort=False).items():
                found.setdefault(str(service), []).append((step.day, int(number)))
        return found

    @cached_property
    def revised(self) -> frozenset[Key]:
        """The figures whose number is not the one that was published first."""
        keys: set[Key] = set()
        for step in self.steps:
            changed = step.figures[step.figures["kind"].isin(CHANGED)]
            keys |= set(changed[FIGURE].itertuples(index=False, name=None))
        return frozenset(keys)

    @cached_property
    def last_changes(self) -> dict[str, date | None]:
        """When the page of each service last had news: the date of the edition.

        None is for what has changed since the newest edition. A service that is in no step has
        been as it is since the first.
        """
        found: dict[str, date | None] = {}
        for step in self.steps:
            touched = {*step.figures["service"], *(one.service for one in step.services)}
            found |= dict.fromkeys(map(str, touched), step.day)
        return found

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


def make_ledger(
    snapshots: Sequence[Snapshot], reasons: Sequence[Reason], hidden: Collection[Key]
) -> Ledger | None:
    """The ledger of editions, the oldest first, and of what stands now; None without editions.

    `hidden` are figures that are confidential now: their numbers are not said.
    """
    frozen = [one.day for one in snapshots if one.day]
    if not frozen:
        return None
    steps = [compare(before, now, reasons).without(hidden) for before, now in pairwise(snapshots)]
    if steps and steps[-1].day is None and steps[-1].is_empty:
        steps.pop()
    return Ledger(frozen[0], frozen[-1], tuple(steps))


def unused_reasons(reasons: Iterable[Reason], steps: Iterable[Step]) -> list[Problem]:
    """A PS217 for each entry that explains no change: it names something else than was meant."""
    changes = [(step.day, step.explainable) for step in steps]
    return [
        Problem(
            REVISIONS,
            number,
            "PS217",
            "reason",
            f"“{one.reason}”, which fits no figure that changed"
            + (f" in the edition of {one.edition}" if one.edition else ""),
            "services, measures, periods and an edition in which a figure changed",
            "compare it with what perfsite diff lists, or delete the entry",
        )
        for number, one in enumerate(reasons, 1)
        if not any(one.fits(figures, day).any() for day, figures in changes)
    ]
