"""All rules that look along the figures of services, and across their periods, one by one.

Each is a function of its own, in a module beside this one; what they share is
`series.IndexedSeries`. Figures of one period against each other (PS201, PS203) are compared in
`consistency`, years against their parts (PS202, PS204) where they are added up.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from perfsite.frames import INDEXED, entering
from perfsite.kpi.inputs import KEY
from perfsite.kpi.windows import year_windows
from perfsite.measures import DIGITAL, MEASURES, Aggregation
from perfsite.validate.consistency import check_organisations, check_rates, check_ratings
from perfsite.validate.jumps import check_jumps
from perfsite.validate.series import (
    IndexedSeries,
    check_gaps,
    check_lives,
    check_overlaps,
    check_repeats,
    check_silence,
    without_future,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from perfsite.config import Checks
    from perfsite.errors import Problem
    from perfsite.kpi.inputs import Parts
    from perfsite.kpi.windows import Windows
    from perfsite.measures import Measure
    from perfsite.model import Service


def check_series(
    observations: pd.DataFrame,
    parts: Parts,
    windows: Windows,
    services: Mapping[str, Service],
    checks: Checks,
    edition: date,
    measures: Mapping[str, Measure] = MEASURES,
) -> list[Problem]:
    """Every problem that the rules PS118 and PS205 to PS214 find, in the order of the codes.

    `observations` are in their order (see `frames.SENT`), `parts` and `windows` are made of them,
    and `measures` are all that the site knows. Problems of figures name their service, measures and
    period. Periods of the future (PS118) are no part of what the other rules look at.
    """
    everything = IndexedSeries.of(observations)
    entering("series", INDEXED, everything.rows)
    indexed, problems = without_future(everything, edition)
    problems += check_organisations(services)
    if indexed.rows.empty:
        return _in_order(problems)
    if len(indexed.rows) < len(everything.rows):
        adding = [
            key for key, measure in measures.items() if measure.aggregation is Aggregation.SUM
        ]
        parts = _begun(parts, indexed)
        windows = year_windows(parts.frame, [*adding, DIGITAL])
    problems += check_overlaps(indexed, windows, measures)
    problems += check_gaps(indexed)
    problems += check_ratings(indexed, parts)
    problems += check_rates(indexed, parts, checks.rate_tolerance)
    problems += check_jumps(indexed, measures, checks)
    problems += check_repeats(indexed, measures, checks.repeats)
    problems += check_silence(indexed, services, checks.quiet_months)
    problems += check_lives(indexed, services)
    return _in_order(problems)


def _begun(parts: Parts, indexed: IndexedSeries) -> Parts:
    """The parts without those of periods that have not begun."""
    begun = pd.MultiIndex.from_frame(indexed.rows[KEY].drop_duplicates())
    keys = pd.MultiIndex.from_frame(parts.frame[KEY])
    return replace(parts, frame=parts.frame[keys.isin(begun)])


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.code)
