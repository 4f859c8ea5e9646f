"""Two editions held against each other: what became of each figure and of each service.

Services are followed by their permanent ids, and by `aliases` where an id has changed. Figures
are compared as they are written in the data files: `1.0` that became `1` would be a change of the
spelling, but perfsite spells a number in one way only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.model import FIGURE
from perfsite.revisions.kinds import CHANGED, Kind, Move

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from perfsite.model import Service
    from perfsite.revisions.reasons import Reason

Key = tuple[str, str, str, str]
FIGURES: Final = (*FIGURE, "kind", "value_before", "value_now", "reason")
"""The columns of `Step.figures`, all of them text."""
COLUMNS: Final = (
    *FIGURE, "change", "before", "now", "edition_before", "edition", "reason",
)  # fmt: skip
"""The columns of data/revisions.csv."""
_NUMBERS: Final = ("value", "numerator", "denominator")
_SERVICES: Final = {
    Move.ADDED: "service_added",
    Move.REMOVED: "service_removed",
    Move.RENAMED: "service_renamed",
    Move.MOVED: "service_moved",
    Move.NEW_ID: "service_new_id",
}
"""In a file with figures, "added" alone would be read as one of them."""
_SAID: Final = ["value", "status", "note"]
_UNFINISHED: Final = ("provisional", "estimated")
_REVISED: Final = "revised"
_CONFIDENTIAL: Final = "confidential"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a site said: its register, and its figures as text (data/observations.csv).

    `day` is the date of the edition, None for the data as they stand now.
    """

    day: date | None
    services: Mapping[str, Service]
    rows: pd.DataFrame


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
        kinds = self.figures["kind"].value_counts()
        return {
            **{kind: int(kinds.get(kind, 0)) for kind in Kind},
            **{kind: sum(one.kind is kind for one in self.services) for kind in Move},
        }

    @property
    def changed(self) -> pd.DataFrame:
        """The figures that readers may have used and that say something else now, or nothing."""
        kinds = (*CHANGED, Kind.WITHDRAWN, Kind.SUPPRESSED)
        return self.figures[self.figures["kind"].isin(kinds)]

    @property
    def explainable(self) -> pd.DataFrame:
        """The figures that a reason can be given for."""
        return self.figures[self.figures["kind"] != Kind.FIRST_PUBLISHED]

    def without(self, hidden: Collection[Key]) -> Step:
        """This step without the numbers of some figures, which may not be said any more."""
        if not hidden or self.figures.empty:
            return self
        mine = pd.MultiIndex.from_frame(self.figures[FIGURE]).isin(list(hidden))
        numbers = ["value_before", "value_now"]
        figures = self.figures.assign(
            **{name: self.figures[name].mask(mine, "") for name in numbers},
            # A reason is a sentence about the number, and may tell it.
            reason=self.figures["reason"].mask(mine, ""),
        )
        return replace(self, figures=figures)

    def as_rows(self) -> list[tuple[str, ...]]:
        """Every change as a row of data/revisions.csv.

        Changes of services come first; those have no period and no measure.
        """
        dates = self.before.isoformat(), self.day.isoformat() if self.day else ""
        services = [
            (one.service, "", "", "", _SERVICES[one.kind], one.before, one.since, *dates, "")
            for one in self.services
        ]
        figures = self.figures.assign(edition_before=dates[0], edition=dates[1])
        names = {"kind": "change", "value_before": "before", "value_now": "now"}
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
    if before.day is None:
        raise ValueError("what is not frozen yet comes after every edition")
    followed = _followed(before.services, now.services)
    pairs = _pairs(before.rows, now.rows, followed)
    known = {followed.get(key, key) for key in before.services}
    periods = set(before.rows.loc[before.rows["value"] != "", "period"])
    kinds = _kinds(pairs, known, now.services, periods)
    pairs = pairs[kinds != ""].assign(kind=kinds[kinds != ""])
    pairs = _explained(pairs, reasons, now.day)
    figures = pairs[list(FIGURES)].sort_values(FIGURE, kind="stable", ignore_index=True)
    services = _services(before.services, now.services, followed)
    return Step(before.day, now.day, figures, tuple(services))


def revised_kpis(tables: Sequence[pd.DataFrame]) -> dict[str, frozenset[tuple[str, str, str]]]:
    """The numbers of KPIs that changed between two editions that both have them.

    Each table has the columns of data/kpis.csv as text. The answer has, by service, the KPI, the
    column (`value`, `numerator` or `denominator`) and the period.
    """
    key = ["service", "kpi", "period"]
    found: dict[str, set[tuple[str, str, str]]] = {}
    for before, now in pairwise(one[[*key, *_NUMBERS]] for one in tables):
        pairs = before.merge(now, on=key, suffixes=("_before", "_now"))
        for column in _NUMBERS:
            told = pairs[[f"{column}_before", f"{column}_now"]]
            differ = (told != "").all(axis=1) & (told.iloc[:, 0] != told.iloc[:, 1])
            numbers = told[differ].astype("float64")
            # A quotient is one number in its first twelve digits: what follows is how it was made.
            other = ~np.isclose(numbers.iloc[:, 0], numbers.iloc[:, 1], rtol=1e-12, atol=0)
            for service, kpi, period in pairs.loc[numbers.index[other], key].itertuples(
                index=False, name=None
            ):
                found.setdefault(service, set()).add((kpi, column, period))
    return {service: frozenset(numbers) for service, numbers in found.items()}


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
    for table in (before, now):
        said = table[[*FIGURE, *_SAID]].astype(object)
        sides.append(said[(said["value"] != "") | (said["status"] != "not_provided")])
    earlier = sides[0].assign(service=sides[0]["service"].replace(dict(followed)))
    pairs = earlier.merge(sides[1], on=FIGURE, how="outer", suffixes=("_before", "_now"))
    pairs = pairs.fillna("")
    return pairs[pairs["value_before"] != pairs["value_now"]].reset_index(drop=True)


def _kinds(
    pairs: pd.DataFrame, known: set[str], services: Mapping[str, Service], periods: set[str]
) -> np.ndarray:
    """What became of each figure; nothing where its service came or went as a whole."""
    had, has = (pairs[name].to_numpy(dtype=object) != "" for name in ("value_before", "value_now"))
    was = pairs["service"].isin(list(known)).to_numpy(dtype=bool)
    stays = pairs["service"].isin(list(services)).to_numpy(dtype=bool)
    old = pairs["period"].isin(list(periods)).to_numpy(dtype=bool)
    secret = _says(pairs["status_now"], _CONFIDENTIAL)
    unfinished = _says(pairs["status_before"], *_UNFINISHED) | _says(pairs["status_now"], _REVISED)
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
            Kind.REVISED,
            Kind.RESTATED,
            Kind.SUPPRESSED,
            Kind.WITHDRAWN,
            Kind.BACKFILLED,
            Kind.FIRST_PUBLISHED,
        ],
        default="",
    ).astype(object)


def _says(statuses: pd.Series[str], *words: str) -> np.ndarray:
    """Which statuses have one of these words."""
    distinct = {one: bool(set(words) & set(one.split())) for one in statuses.unique()}
    return statuses.map(distinct).to_numpy(dtype=bool)


def _explained(pairs: pd.DataFrame, reasons: Sequence[Reason], day: date | None) -> pd.DataFrame:
    """The figures with the reasons of revisions.toml, else with the notes that are new."""
    new_note = (pairs["note_now"] != pairs["note_before"]) & (pairs["kind"] != Kind.FIRST_PUBLISHED)
    pairs = pairs.assign(reason=pairs["note_now"].where(new_note, ""))
    changed = pairs["kind"].isin(CHANGED).to_numpy(dtype=bool)
    open_ = (pairs["kind"] != Kind.FIRST_PUBLISHED).to_numpy(dtype=bool)
    for one in reasons:
        mine = one.fits(pairs, day) & open_
        pairs.loc[mine, "reason"] = one.reason
        pairs.loc[mine & changed, "kind"] = one.change
        open_ = open_ & ~mine
    # What is not said any more is not said in the ledger either.
    hidden = pairs["kind"] == Kind.SUPPRESSED
    return pairs.assign(value_before=pairs["value_before"].mask(hidden, ""))


def _services(
    before: Mapping[str, Service], now: Mapping[str, Service], followed: Mapping[str, str]
) -> list[ServiceChange]:
    """What became of each service, in the order of the ids."""
    became = {key: followed.get(key, key) for key in before}
    found = [
        ServiceChange(key, before[key].name, Move.REMOVED, before[key].organisation, "")
        for key, new in became.items()
        if new not in now
    ]
    found += [
        ServiceChange(key, service.name, Move.ADDED, "", service.organisation)
        for key, service in now.items()
        if key not in became.values()
    ]
    for key, new in became.items():
        if new not in now:
            continue
        old, service = before[key], now[new]
        if key != new:
            found.append(ServiceChange(new, service.name, Move.NEW_ID, key, new))
        if old.name != service.name:
            found.append(ServiceChange(new, service.name, Move.RENAMED, old.name, service.name))
        places = (_place(old), _place(service))
        if places[0] != places[1]:
            found.append(ServiceChange(new, service.name, Move.MOVED, *places))
    return sorted(found, key=lambda one: (one.service, list(Move).index(one.kind)))


def _place(service: Service) -> str:
    """The organisation of a service: its department, and its agency where that is another."""
    if service.agency and service.agency != service.department:
        return f"{service.department}: {service.agency}"
    return service.department
