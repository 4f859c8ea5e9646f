"""What frozen editions said, taken from earlier builds where nothing but they decides it."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from perfsite.editions import FIGURES, KPIS
from perfsite.exports.editions import without_numbers
from perfsite.frames import Col
from perfsite.model import FIGURE
from perfsite.revisions import (
    Move,
    ServiceChange,
    Snapshot,
    Step,
    compare,
    revised_between,
    revised_by_service,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from perfsite.editions import EditionFigures
    from perfsite.model import Key
    from perfsite.revisions import Reason


def snapshot_of(edition: EditionFigures) -> Snapshot:
    """What an edition said."""
    return Snapshot(edition.date, edition.services, edition.observations)


def frozen_steps(history: Sequence[EditionFigures], reasons: Iterable[Reason]) -> list[Step]:
    """What changed from each edition to the next, with the reasons that were given."""
    every = tuple(reasons)
    return [_step(before, now, every) for before, now in pairwise(history)]


def _step(before: EditionFigures, now: EditionFigures, reasons: Iterable[Reason]) -> Step:
    told = [reason for reason in reasons if reason.edition in (None, now.date)]

    @cache
    def made() -> Step:
        return compare(snapshot_of(before), snapshot_of(now), told)

    def moves() -> list[list[str]]:
        return [[one.service, one.name, one.kind, one.before, one.since] for one in made().services]

    inputs = (now.hash, tuple(reason.model_dump_json() for reason in told))
    figures = now.cache.frame("figures of a step", inputs, lambda: made().figures)
    services = now.cache.value("services of a step", inputs, moves)
    changes = (ServiceChange(key, name, Move(kind), *sides) for key, name, kind, *sides in services)
    return Step(before.date, now.date, figures, tuple(changes))


def revised_kpis(
    history: Sequence[EditionFigures], kpis: pd.DataFrame
) -> dict[str, frozenset[tuple[str, str, str]]]:
    """The numbers of KPIs that changed between two editions that both have them, or since.

    `kpis` are those of now, with the columns of `EditionFigures.kpi_numbers`. The answer has, by
    service, the KPI, the column (`value`, `numerator` or `denominator`) and the period.
    """
    revised = [row for before, now in pairwise(history) for row in _revised(before, now)]
    if history:
        revised += revised_between(history[-1].kpi_numbers, kpis)
    return revised_by_service(revised)


def _revised(before: EditionFigures, now: EditionFigures) -> list[list[str]]:
    return now.cache.value(
        "revised KPIs",
        (now.hash,),
        lambda: list(map(list, revised_between(before.kpi_numbers, now.kpi_numbers))),
    )


def published_numbers(history: Sequence[EditionFigures], hidden: Collection[Key]) -> pd.DataFrame:
    """The numbers that editions have said, with `service`, `period` and `value`.

    Those that are `hidden` now are left out, and so are all KPIs of their services: a KPI may be
    such a number.
    """
    columns = [Col.SERVICE, Col.PERIOD, Col.VALUE]
    if not history:
        return pd.DataFrame(columns=columns)

    def made() -> pd.DataFrame:
        owners = {key[0] for key in hidden}
        tables = []
        for edition in history:
            figures, kpis = (edition.changes[kind.name] for kind in (FIGURES, KPIS))
            is_hidden = pd.MultiIndex.from_frame(figures[FIGURE]).isin(list(hidden))
            tables.append(figures[~is_hidden] if hidden else figures)
            tables.append(kpis[~kpis[Col.SERVICE].isin(list(owners))])
        numbers = pd.concat([table.loc[table[Col.VALUE] != "", columns] for table in tables])
        return numbers.drop_duplicates(ignore_index=True).astype({Col.VALUE: "float64"})

    newest = history[-1]
    return newest.cache.frame("published numbers", (newest.hash, tuple(sorted(hidden))), made)


def rows_of_services(edition: EditionFigures, services: Collection[str]) -> pd.DataFrame:
    """The observations of these services in an edition."""

    def made() -> pd.DataFrame:
        frame = edition.observations
        return frame[frame[Col.SERVICE].isin(list(services))].reset_index(drop=True)

    inputs = (edition.hash, tuple(sorted(services)))
    return edition.cache.frame("observations of services", inputs, made)


def texts_of_services(edition: EditionFigures, services: Collection[str]) -> pd.DataFrame:
    """The figures of these services in an edition, as text."""

    def made() -> pd.DataFrame:
        frame = edition.rows
        return frame[frame[Col.SERVICE].isin(list(services))].reset_index(drop=True)

    inputs = (edition.hash, tuple(sorted(services)))
    return edition.cache.frame("texts of services", inputs, made)


def figures_by_measure(edition: EditionFigures) -> dict[str, int]:
    """How many figures with a number an edition has of each measure, the most first."""

    def made() -> list[list[str | int]]:
        rows = edition.rows
        counts = rows.loc[rows[Col.VALUE] != "", Col.MEASURE].value_counts()
        return [[str(measure), int(number)] for measure, number in counts.items()]

    return dict(edition.cache.value("figures by measure", (edition.hash,), made))


def suppressed_since(edition: EditionFigures, hidden: Collection[Key]) -> int:
    """How many figures of an edition are `hidden` now."""
    if not hidden:
        return 0

    def made() -> list[list[int]]:
        rows = edition.rows
        shown = without_numbers(rows, hidden)
        return [[int(((rows[Col.VALUE] != "") & (shown[Col.VALUE] == "")).sum())]]

    inputs = (edition.hash, tuple(sorted(hidden)))
    return int(edition.cache.value("suppressed since", inputs, made)[0][0])
