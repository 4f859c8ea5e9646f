"""The figures: tidy, wide and JSON tables to one frame of observations.

The frame has a row for every observation that can be understood, present or missing, sorted by
service (in register order), measure, channel and period::

    service  str    id in the register
    period   str    its one spelling (periods.Period.code)
    unit     str    day, week or month
    first    int64  index of the first unit of the period
    count    int64  number of units
    measure  str    id of a measure
    channel  str    blank for all channels
    value    float  NaN exactly where status is not "provided"
    status   str    provided, not_provided, not_applicable or confidential
    marks    str    letters of the symbols that the number carries: p, e, r, b
    note     str    as given
    source   str    file:row

Nothing is changed on the way but the spelling: a share written with % is divided by 100.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.periods import Period
from perfsite.tables import ROW
from perfsite.validate.submissions import LONG, closest, long_table
from perfsite.validate.values import check_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.config import SiteConfig
    from perfsite.measures import Measure
    from perfsite.model import Service, Source

COLUMNS: Final = (
    "service", "period", "unit", "first", "count", "measure", "channel",
    "value", "status", "marks", "note", "source",
)  # fmt: skip
KEY: Final = ["service", "period", "measure", "channel"]
_CHANNEL = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_PERIODS = "2017-07-03, 2017-W27, 2017-07, 2017-Q3, 2017 or 2016-10/2017-09"


def read_observations(
    sources: Sequence[Source], services: Mapping[str, Service], config: SiteConfig
) -> tuple[pd.DataFrame, list[Problem]]:
    """All observations of the submissions as one frame (see above), and every problem.

    A record that cannot be understood in full is left out and reported. Of observations given
    twice alike the first stands; given twice differently, none does, for either may be wrong.
    """
    problems: list[Problem] = []
    tables = []
    for source in sources:
        table, found = long_table(source, services, config.all_measures)
        problems += found
        tables.append(table)
    long = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=LONG)
    good = pd.Series(data=True, index=long.index)
    for check in (_check_services, _check_measures, _check_channels):
        bad, found = check(long, services, config.all_measures)
        good &= ~bad
        problems += found
    periods, bad, found = _parse_periods(long)
    good &= ~bad
    problems += found
    values, bad, found = check_values(long, config.all_measures)
    problems += found
    good &= ~bad
    frame = pd.concat([long, periods, values], axis=1)[good]
    frame["source"] = frame["file"] + ":" + frame[ROW].astype(str)
    frame, found = _without_duplicates(frame)
    problems += found
    return _ordered(frame, services), list(dict.fromkeys(problems))


def _rows(long: pd.DataFrame, bad: pd.Series) -> list[tuple[str, int, str]]:
    chosen = long.loc[bad, ["file", ROW, "column"]]
    return list(chosen.itertuples(index=False, name=None))


def _check_services(
    long: pd.DataFrame, services: Mapping[str, Service], _: Mapping[str, Measure]
) -> tuple[pd.Series, list[Problem]]:
    bad = ~long["service"].isin(list(services))
    hints = {name: closest(name, list(services)) for name in long.loc[bad, "service"].unique()}
    problems = [
        Problem(file, row, "PS114", "service", "nothing", "the id of a service")
        if not name
        else Problem(
            file,
            row,
            "PS111",
            "service",
            name,
            "a service of the register",
            hints[name] or "add it to services.csv",
        )
        for (file, row, _column), name in zip(
            _rows(long, bad), long.loc[bad, "service"], strict=True
        )
    ]
    return bad, problems


def _check_measures(
    long: pd.DataFrame, _: Mapping[str, Service], measures: Mapping[str, Measure]
) -> tuple[pd.Series, list[Problem]]:
    bad = ~long["measure"].isin(list(measures))
    problems = [
        Problem(
            file,
            row,
            "PS107",
            "measure",
            name or "nothing",
            "a measure",
            closest(name, list(measures)) or "see docs/data-format.md, or declare it",
        )
        for (file, row, _column), name in zip(
            _rows(long, bad), long.loc[bad, "measure"], strict=True
        )
    ]
    return bad, problems


def _check_channels(
    long: pd.DataFrame, _: Mapping[str, Service], measures: Mapping[str, Measure]
) -> tuple[pd.Series, list[Problem]]:
    names = pd.Series(long["channel"].unique(), dtype=object)
    wrong = [
        name
        for name in names
        if name and (not _CHANNEL.fullmatch(name) or name in ("all", "total"))
    ]
    single = [key for key, measure in measures.items() if not measure.by_channel]
    misplaced = (long["channel"] != "") & long["measure"].isin(single)
    bad = long["channel"].isin(wrong) | misplaced
    problems = [
        Problem(
            file,
            row,
            "PS109",
            "channel" if column == "value" else column,
            name,
            "a lower-case name such as digital, phone or post; no channel for all of them"
            if name in wrong
            else f"no channel: {measure} is not counted by channel",
            "leave the channel out" if name not in wrong or name in ("all", "total") else "",
        )
        for (file, row, column), name, measure in zip(
            _rows(long, bad), long.loc[bad, "channel"], long.loc[bad, "measure"], strict=True
        )
    ]
    return bad, problems


def _parse_periods(long: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, list[Problem]]:
    """Columns period, unit, first and count; periods repeat, so each spelling is read once."""
    parsed: dict[str, Period] = {}
    wrong: dict[str, str] = {}
    for text in long["period"].unique():
        try:
            parsed[text] = Period.parse(text)
        except ValueError as error:
            wrong[text] = str(error)
    bad = long["period"].isin(list(wrong))
    problems = [
        Problem(
            file, row, "PS108", "period", text or "nothing", f"a period as {_PERIODS}", wrong[text]
        )
        for (file, row, _column), text in zip(
            _rows(long, bad), long.loc[bad, "period"], strict=True
        )
    ]
    table = pd.DataFrame(
        {
            "period_code": [period.code for period in parsed.values()],
            "unit": [str(period.unit) for period in parsed.values()],
            "first": [period.first for period in parsed.values()],
            "count": [period.count for period in parsed.values()],
        },
        index=list(parsed),
    )
    periods = table.reindex(long["period"])
    periods.index = long.index
    return periods, bad, problems


def _without_duplicates(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    frame = frame.drop(columns="period").rename(columns={"period_code": "period"})
    twice = frame.duplicated(KEY, keep=False)
    if not twice.any():
        return frame, []
    again = frame[twice]
    groups = again.groupby(KEY, sort=False)
    first = groups["source"].transform("first")
    alike = (groups["value"].transform("nunique") <= 1) & (
        groups["status"].transform("nunique") == 1
    )
    later = again["source"] != first
    later |= again.duplicated([*KEY, "source"])
    problems = [
        Problem(
            file,
            row,
            "PS110",
            column,
            f"{service} {period} {measure}{':' if channel else ''}{channel} again, also in {other}",
            "each observation once",
            "delete one of the two; the first stands, for they are alike"
            if same
            else "delete the one that is wrong; until then neither is published",
        )
        for file, row, column, service, period, measure, channel, other, same in zip(
            *(again.loc[later, name] for name in ("file", ROW, "column", *KEY)),
            first[later],
            alike[later],
            strict=True,
        )
    ]
    dropped = again.index[later | ~alike]
    return frame.drop(index=dropped), problems


def _ordered(frame: pd.DataFrame, services: Mapping[str, Service]) -> pd.DataFrame:
    rank = {service: i for i, service in enumerate(services)}
    frame = frame.assign(rank=frame["service"].map(rank)).astype(
        {"unit": object, "first": "int64", "count": "int64", "value": "float64"}
    )
    order = ["rank", "measure", "channel", "unit", "count", "first"]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    return frame[list(COLUMNS)]
