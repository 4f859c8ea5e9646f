"""Figures against the calendar: the day of the edition, the life of a service, and silence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from perfsite.errors import Problem
from perfsite.model import Status, place_of
from perfsite.parts import newest_end
from perfsite.periods import MONTHS_IN_YEAR, Period

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from perfsite.model import Service
    from perfsite.validate.given import Given


def without_future(given: Given, edition: date) -> tuple[Given, list[Problem]]:
    """The figures of periods that have begun; PS118 for the others, PS211 for unfinished ones.

    Most periods of the future are slips of a digit. One that stayed would make every other
    service look late.
    """
    today = edition.toordinal()
    start, end = given.rows["start"].to_numpy(), given.rows["end"].to_numpy()
    future, running = start > today, (start <= today) & (end > today)
    problems = _by_row(
        given.rows[future],
        lambda period: (
            "PS118",
            f"{period}, which begins after the date of this edition",
            f"a period that has begun by {edition.isoformat()}",
            "check the year; these figures are left out",
        ),
    )
    problems += _by_row(
        given.rows[running & given.rows["provided"].to_numpy()],
        lambda period: (
            "PS211",
            f"{period}, which ends on {Period.parse(period).end.isoformat()}",
            f"a period that has ended by {edition.isoformat()}",
            "send the figures when the period has ended; if they are forecasts, take them out",
        ),
    )
    return given.where(~future), problems


def check_lives(given: Given, services: Mapping[str, Service]) -> list[Problem]:
    """PS213: figures of periods that lie before a service opened or after it closed."""
    opened = {key: Period.parse(one.opened) for key, one in services.items() if one.opened}
    closed = {key: Period.parse(one.closed) for key, one in services.items() if one.closed}
    starts = {key: period.start.toordinal() for key, period in opened.items()}
    ends = {key: period.end.toordinal() for key, period in closed.items()}
    if not starts and not ends:
        return []
    rows = given.rows[given.rows["provided"]]
    rows = rows[rows["service"].isin([*starts, *ends])]
    early = rows["end"].to_numpy() < rows["service"].map(starts).astype(float).to_numpy()
    late = rows["start"].to_numpy() > rows["service"].map(ends).astype(float).to_numpy()
    problems = []
    for chosen, said, lives in ((early, "opened", opened), (late, "closed", closed)):
        for service, mine in rows[chosen].groupby("service", sort=False):
            when = lives[str(service)].code
            word = "before" if said == "opened" else "after"
            problems += _by_row(
                mine,
                lambda period, when=when, said=said, word=word: (  # type: ignore[misc]
                    "PS213",
                    f"figures for {period}; the register says that the service {said} in {when}",
                    f"no figures from {word} the service {said}",
                    f"check the period, and the column {said} of the register",
                ),
            )
    return problems


def check_silence(
    given: Given, services: Mapping[str, Service], quiet_months: int
) -> list[Problem]:
    """PS212: services that gave figures, are not closed, and give none any more.

    The site's newest period (see `newest_end`) is what services are late against. A figure that
    is confidential or not applicable was given all the same.
    """
    rows = given.rows[given.rows["status"] != Status.NOT_PROVIDED]
    if rows.empty:
        return []
    end = rows["end"].to_numpy()
    at = np.lexsort((end, rows["service"].to_numpy(dtype=object).astype(str)))
    last = rows.iloc[at].drop_duplicates("service", keep="last")
    latest = newest_end(last["service"], last["end"])
    newest = _months(latest)
    quiet = last[newest - last["end"].map(_months) >= quiet_months].sort_index()
    return [
        Problem(
            *place_of(source),
            "PS212",
            "period",
            f"no figure after {period}, for {newest - _months(day)} months; others have figures "
            f"up to {date.fromordinal(latest).isoformat()}",
            f"a figure of each service at least every {quiet_months} months, or a date in the "
            "register on which it closed",
            "send the figures since then; if the service has closed, fill in closed",
            service=service,
        )
        for source, service, period, day in zip(
            quiet["source"], quiet["service"], quiet["period"], quiet["end"], strict=True
        )
        if service in services and not services[service].closed
    ]


def _months(day: int) -> int:
    """The number of the month of a day (as `date.toordinal`), counted through the years."""
    when = date.fromordinal(day)
    return when.year * MONTHS_IN_YEAR + when.month


def _by_row(rows: pd.DataFrame, said: Callable[[str], tuple[str, str, str, str]]) -> list[Problem]:
    """A problem for each row of a file and period, which blames all measures of it."""
    if rows.empty:
        return []
    found = rows.groupby(["source", "service", "period"], sort=False)["measure"].unique()
    keys = found.index.to_frame(index=False).itertuples(index=False, name=None)
    problems = []
    for (source, service, period), measures in zip(keys, found, strict=True):
        code, what, expected, fix = said(period)
        problems.append(
            Problem(
                *place_of(source),
                code,
                "period",
                what,
                expected,
                fix,
                service=service,
                measures=tuple(measures),
                period=period,
            )
        )
    return problems
