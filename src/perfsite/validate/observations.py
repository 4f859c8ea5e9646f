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
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.model import Service, Source, Status
from perfsite.periods import Period
from perfsite.tables import ROW, read_table
from perfsite.validate.values import check_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.config import SiteConfig
    from perfsite.measures import Measure

COLUMNS: Final = (
    "service", "period", "unit", "first", "count", "measure", "channel",
    "value", "status", "marks", "note", "source",
)  # fmt: skip
KEY: Final = ["service", "period", "measure", "channel"]
_TIDY: Final = ("service", "period", "measure", "channel", "value", "note")
_LONG: Final = ["file", ROW, "column", *_TIDY]
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
        table, found = _long_table(source, services, config.all_measures)
        problems += found
        tables.append(table)
    long = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_LONG)
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
    frame, found = _without_duplicates(frame.drop(columns=["value_text"], errors="ignore"))
    problems += found
    return _ordered(frame, services), list(dict.fromkeys(problems))


def _long_table(
    source: Source, services: Mapping[str, Service], measures: Mapping[str, Measure]
) -> tuple[pd.DataFrame, list[Problem]]:
    """A submission in tidy form, whichever form it came in; every cell still text."""
    table, problems = read_table(source)
    header_row = 0 if source.path.endswith(".json") else 1
    columns = [str(column) for column in table.columns if column != ROW]
    empty = pd.DataFrame(columns=_LONG, dtype=object)
    if not columns:
        return empty, problems
    tidy = "measure" in columns or "value" in columns
    needed = ("period", "measure", "value") if tidy else ("period",)
    missing = [name for name in needed if name not in columns]
    problems += [
        Problem(
            source.path,
            header_row,
            "PS105",
            column=name,
            found=f"the columns {', '.join(columns)}"[:200],
            expected="service, period, measure, channel, value and note; or a period and a "
            "column for each measure",
            fix=f"add a column named {name}",
        )
        for name in missing
    ]
    stem = PurePosixPath(source.path).stem
    if "service" not in columns:
        if stem not in services:
            problems.append(
                Problem(
                    source.path,
                    header_row,
                    "PS105",
                    column="service",
                    found=f"no column named service, and no service {stem!r} in the register",
                    expected="a column named service, or the service's id as the file's name",
                    fix=_close(stem, list(services)) or "add the column, or rename the file",
                )
            )
            return empty, problems
        table["service"] = stem
    if missing:
        return empty, problems
    if tidy:
        unknown = [name for name in columns if name not in _TIDY]
        problems += [
            Problem(
                source.path,
                header_row,
                "PS106",
                column=name,
                found=name,
                expected=f"one of {', '.join(_TIDY)}",
                fix=_close(name, _TIDY) or "the column was not read; delete it",
            )
            for name in unknown
        ]
        long = table.reindex(columns=[*_TIDY, ROW], fill_value="")
        long["column"] = "value"
    else:
        long, found = _melted(source, table, columns, header_row, measures)
        problems += found
    long["file"] = source.path
    return long[_LONG], problems


def _melted(
    source: Source,
    table: pd.DataFrame,
    columns: Sequence[str],
    header_row: int,
    measures: Mapping[str, Measure],
) -> tuple[pd.DataFrame, list[Problem]]:
    """A wide table, one row a period, as one row an observation."""
    kept = ["service", "period", "note", ROW]
    wanted = [name for name in columns if name not in kept]
    unknown = [name for name in wanted if name.partition(":")[0].strip() not in measures]
    problems = [
        Problem(
            source.path,
            header_row,
            "PS107",
            column=name,
            found=name,
            expected="a measure, or measure:channel",
            fix=_close(name.partition(":")[0], list(measures)) or "see docs/data-format.md",
        )
        for name in unknown
    ]
    known = [name for name in wanted if name not in unknown]
    if not known and not unknown:
        problems.append(
            Problem(
                source.path,
                header_row,
                "PS105",
                column="value",
                found=f"the columns {', '.join(columns)}",
                expected="a column for each measure, besides the period",
                fix="add a column, such as transactions",
            )
        )
    if "note" not in table:
        table["note"] = ""
    long = table.melt(kept, known, var_name="column", value_name="value")
    parts = long["column"].astype(object).str.partition(":").reindex(columns=[0, 2])
    long["measure"], long["channel"] = parts[0].str.strip(), parts[2].str.strip()
    # A blank cell of a wide table is a figure that was not given, for the note as for the rest.
    return long, problems


def _rows(long: pd.DataFrame, bad: pd.Series) -> list[tuple[str, int, str]]:
    chosen = long.loc[bad, ["file", ROW, "column"]]
    return list(chosen.itertuples(index=False, name=None))


def _check_services(
    long: pd.DataFrame, services: Mapping[str, Service], _: Mapping[str, Measure]
) -> tuple[pd.Series, list[Problem]]:
    bad = ~long["service"].isin(list(services))
    hints = {name: _close(name, list(services)) for name in long.loc[bad, "service"].unique()}
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
            _close(name, list(measures)) or "see docs/data-format.md, or declare it",
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
        name for name in names if name and (not _CHANNEL.fullmatch(name) or name in ("all", "total"))
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
        Problem(file, row, "PS108", "period", text or "nothing", f"a period as {_PERIODS}", wrong[text])
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
    alike = (groups["value"].transform("nunique") <= 1) & (groups["status"].transform("nunique") == 1)
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
        {"first": "int64", "count": "int64", "value": "float64"}
    )
    order = ["rank", "measure", "channel", "unit", "count", "first"]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    return frame[list(COLUMNS)]


def is_provided(frame: pd.DataFrame) -> pd.Series:
    """Which observations hold a number."""
    return frame["status"] == Status.PROVIDED


def _close(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else ""
