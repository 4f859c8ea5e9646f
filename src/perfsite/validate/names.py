"""The names in records of submissions: services, measures, channels and periods.

Each check takes the long table of text, and gives the rows that are wrong and a problem for each;
a channel that is wrong in the header of a wide table is one problem, not one a row.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.periods import Period
from perfsite.tables import ROW
from perfsite.validate.period_hints import hint
from perfsite.validate.submissions import closest, measure_fix

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from perfsite.measures import Measure

_CHANNEL: Final = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_PERIODS: Final = "2017-07-03, 2017-W27, 2017-07, 2017-Q3, 2017 or 2016-10/2017-09"
_HINTED: Final = 50
"""Unknown services for which a near one is looked for; where more are unknown, it is no slip."""


def blamed(problems: Sequence[Problem], rows: pd.DataFrame) -> list[Problem]:
    """The problems, one for each of the rows, with whose figures they are about."""
    columns = (rows[name] for name in ("service", "measure", "code"))
    return [
        replace(problem, service=service, measures=(measure,), period=period)
        for problem, service, measure, period in zip(problems, *columns, strict=True)
    ]


def _rows(long: pd.DataFrame, bad: pd.Series) -> list[tuple[str, int, str]]:
    chosen = long.loc[bad, ["file", ROW, "column"]]
    return list(chosen.itertuples(index=False, name=None))


def check_services(
    long: pd.DataFrame, services: Collection[str]
) -> tuple[pd.Series, list[Problem]]:
    """Services that are not in the register (PS111), or not said (PS114)."""
    known = list(services)
    bad = ~long["service"].isin(known)
    unknown = long.loc[bad, "service"].unique()
    hints = {name: closest(name, known) for name in unknown[:_HINTED]}
    problems = [
        Problem(
            file,
            row,
            "PS114",
            "service",
            "nothing",
            "the id of a service",
            "fill in the service, or delete the row",
        )
        if not name
        else Problem(
            file,
            row,
            "PS111",
            "service",
            name,
            "a service of the register",
            hints.get(name) or "add it to services.csv",
        )
        for (file, row, _column), name in zip(
            _rows(long, bad), long.loc[bad, "service"], strict=True
        )
    ]
    return bad, blamed(problems, long[bad])


def with_lost_rows(problems: Iterable[Problem], register: Iterable[Problem]) -> list[Problem]:
    """The problems, where PS111 names the row of the register that was left out, if one was.

    That the service is not in the register follows from what is wrong there; nobody is to add it a
    second time, or to take it for another service.
    """
    lost = {one.service: one for one in register if one.service and one.row}
    return [
        replace(one, fix=f"mend {lost[one.service].place}, which was left out")
        if one.code == "PS111" and one.service in lost
        else one
        for one in problems
    ]


def check_measures(
    long: pd.DataFrame, measures: Mapping[str, Measure]
) -> tuple[pd.Series, list[Problem]]:
    """Measures that nobody has declared (PS107)."""
    bad = ~long["measure"].isin(list(measures))
    problems = [
        Problem(
            file,
            row,
            "PS107",
            "measure",
            name or "nothing",
            "a measure",
            measure_fix(name, measures) if name else "fill in the measure, or delete the row",
        )
        for (file, row, _column), name in zip(
            _rows(long, bad), long.loc[bad, "measure"], strict=True
        )
    ]
    return bad, [replace(one, measures=()) for one in blamed(problems, long[bad])]


def check_channels(
    long: pd.DataFrame, measures: Mapping[str, Measure]
) -> tuple[pd.Series, list[Problem]]:
    """Channels that cannot be, or that stand at a measure without any (PS109).

    In a wide table the channel stands in the header, and is one problem for the whole column.
    """
    names = pd.Series(long["channel"].unique(), dtype=object)
    wrong = [
        name
        for name in names
        if name and (not _CHANNEL.fullmatch(name) or name in ("all", "total"))
    ]
    single = [key for key, measure in measures.items() if not measure.by_channel]
    misplaced = (long["channel"] != "") & long["measure"].isin(single)
    bad = long["channel"].isin(wrong) | misplaced
    mine = long[bad]
    in_header = mine["column"] != "value"
    mine = mine[~in_header | ~mine.duplicated(["file", "column"])]
    problems = [
        Problem(
            file,
            row if column == "value" else int(not file.endswith(".json")),
            "PS109",
            "channel" if column == "value" else column,
            name,
            "a lower-case name such as digital, phone or post; no channel for all of them"
            if name in wrong
            else f"no channel: {measure} is not counted by channel",
            _channel_fix(name) if name in wrong else "leave the channel out",
            service=service if column == "value" else "",
            measures=(measure,) if column == "value" else (),
            period=code if column == "value" else "",
        )
        for file, row, column, name, measure, service, code in zip(
            *(
                mine[key]
                for key in ("file", ROW, "column", "channel", "measure", "service", "code")
            ),
            strict=True,
        )
    ]
    return bad, problems


def _channel_fix(name: str) -> str:
    """What to write in place of a name that cannot be a channel's."""
    if name.casefold() in ("all", "total"):
        return "leave the channel out"
    proper = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"write {proper}" if _CHANNEL.fullmatch(proper) else "choose a name of plain letters"


def parse_periods(long: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, list[Problem]]:
    """Columns period_code, unit, first and count, and the periods that cannot be read (PS108).

    Periods repeat, so each spelling is read once.
    """
    parsed: dict[str, Period] = {}
    wrong: dict[str, str] = {}
    for text in long["period"].unique():
        try:
            parsed[text] = Period.parse(text)
        except ValueError as error:
            wrong[text] = hint(text, str(error))
    bad = long["period"].isin(list(wrong))
    problems = [
        Problem(
            file,
            row,
            "PS108",
            "period",
            text or "nothing",
            f"a period as {_PERIODS}",
            wrong[text],
            service=service,
        )
        for (file, row, _column), text, service in zip(
            _rows(long, bad), long.loc[bad, "period"], long.loc[bad, "service"], strict=True
        )
    ]
    known = list(parsed.values())
    table = pd.DataFrame(
        {
            "period_code": pd.Series([period.code for period in known], dtype=object),
            "unit": pd.Series([str(period.unit) for period in known], dtype=object),
            "first": [period.first for period in known],
            "count": [period.count for period in known],
        }
    )
    table.index = pd.Index(list(parsed), dtype=object)
    periods = table.reindex(long["period"])
    periods.index = long.index
    return periods, bad, problems
