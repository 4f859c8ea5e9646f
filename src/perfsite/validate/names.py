"""The names and periods in records of submissions.

And what somebody may have meant by one that is not known.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import (
    date,
    timedelta,
)
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.frames import Col
from perfsite.periods import Period
from perfsite.tables import ROW
from perfsite.validate.submissions import closest, measure_fix

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from perfsite.measures import Measure


# What somebody may have meant by a period that cannot be read: said, never taken.


_MONTHS: Final = {
    # English, French and German, by letters that tell them apart.
    "jan": 1, "fév": 2, "fev": 2, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "avr": 4,
    "mai": 5, "may": 5, "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aoû": 8, "aou": 8,
    "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "déc": 12, "dez": 12,
}  # fmt: skip
_DAY_ONE: Final = date(1899, 12, 30)
"""The day before the first one of spreadsheets, as they count."""
_DAYS_OF_SHEETS: Final = range(32_874, 73_051)
"""1990 to 2099, as spreadsheets number days."""
_INVISIBLE: Final = re.compile("[\\u00a0\\u00ad\\u200b-\\u200f\\u2028-\\u202f\\u2060\\ufeff]")
_TOTALS: Final = ("total", "sum", "all", "average", "mean", "summe", "gesamt", "insgesamt")


def hint(text: str, why: str) -> str:
    """How to write a period that could not be read; `why` says what `Period.parse` made of it."""
    if not text:
        return "fill in the period, or delete the row"
    if _INVISIBLE.search(text):
        plain = _INVISIBLE.sub("", text).strip()
        return f"there is an invisible character in it; type it anew: {plain}"
    if text.casefold().startswith(_TOTALS):
        return "is it a row of totals? Delete it"
    if text.isascii() and text.isdecimal() and int(text) in _DAYS_OF_SHEETS:
        day = _DAY_ONE + timedelta(days=int(text))
        return f"the spreadsheet's number of a day, {day}? Format the column as text"
    meant = [
        code
        for pattern, reading in _FORMS
        if (match := re.fullmatch(pattern, text))
        for code in _tried(reading, match)
    ]
    if meant:
        return f"write {' or '.join(_labelled(code) for code in dict.fromkeys(meant))}"
    return _in_plain_words(text, why)


def _in_plain_words(text: str, why: str) -> str:
    """What is wrong with a text that looks like a period."""
    if re.fullmatch(r"[0-9]{4}[ /-]?[QqTt][0-9]+", text):
        return "quarters are Q1 to Q4"
    if why.startswith("Invalid week"):
        return f"that year has no week {why.rpartition(' ')[2]}"
    if "day is out of range" in why:
        return "that month has fewer days"
    if "month must be in" in why:
        return "months are 01 to 12"
    if "is not a period" in why:
        return "write it in one of these ways"
    return why


def _labelled(code: str) -> str:
    return f"{code} for April to March" if "-04/" in code else code


def _tried(reading: Callable[[re.Match[str]], list[str]], match: re.Match[str]) -> list[str]:
    """The readings of a text that are periods."""
    codes = []
    try:
        for code in reading(match):
            Period.parse(code)
            codes.append(code)
    except (ValueError, OverflowError):
        return codes
    return codes


def _year(text: str) -> str:
    """A year of four digits: 17 is 2017."""
    return text if len(text) == 4 else f"20{text}"  # noqa: PLR2004


def _month(text: str) -> str:
    """A month of two digits, by its number or its name; 00 where it is none."""
    if text.isdecimal():
        return f"{int(text):02d}"
    name = text.casefold()
    return f"{_MONTHS.get(name[:4], _MONTHS.get(name[:3], 0)):02d}"


def _quarters(first: str, last: str) -> str:
    """From the first month of a quarter to the last one of another."""
    start, end = Period.parse(first), Period.parse(last)
    return f"{_code(start.first)}/{_code(end.last)}"


def _code(month: int) -> str:
    year, number = divmod(month, 12)
    return f"{year}-{number + 1:02d}"


def _day_first_or_month_first(m: re.Match[str]) -> list[str]:
    """01/07/2017 is July in most countries, and January in one."""
    a, b, year = m.groups()
    return [f"{_year(year)}-{int(b):02d}-{int(a):02d}", f"{_year(year)}-{int(a):02d}-{int(b):02d}"]


def _months_of_dates(m: re.Match[str]) -> list[str]:
    """From the first of a month to the last of one."""
    first, last = date.fromisoformat(m[1]), date.fromisoformat(m[2])
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    return [f"{m[1][:7]}/{m[2][:7]}" if m[1][:7] != m[2][:7] else m[1][:7]] if whole else []


def _april_to_march(m: re.Match[str]) -> list[str]:
    """2016/17 by its two years."""
    first = int(_year(m[1]))
    follows = int(m[2]) % 100 == (first + 1) % 100
    return [f"{first}-04/{first + 1}-03"] if follows else []


_DASH: Final = r" ?[-\u2010-\u2015] ?"
_NAME: Final = r"([^\W\d_]{3,9})\.?"
_FORMS: Final[tuple[tuple[str, Callable[[re.Match[str]], list[str]]], ...]] = (
    (r"([0-9]{1,2})[/.]([0-9]{4})", lambda m: [f"{m[2]}-{_month(m[1])}"]),
    (r"([0-9]{4})[-/.]([0-9]{1,2})", lambda m: [f"{m[1]}-{_month(m[2])}"]),
    (r"([0-9]{4})([0-9]{2})", lambda m: [f"{m[1]}-{m[2]}"]),
    (
        r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})",
        lambda m: [f"{m[1]}-{_month(m[2])}-{_month(m[3])}"],
    ),
    # With full stops the day is the first one everywhere.
    (
        r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})",
        lambda m: [f"{_year(m[3])}-{_month(m[2])}-{_month(m[1])}"],
    ),
    (r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4}|[0-9]{2})", _day_first_or_month_first),
    (r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T][0-9:.]+Z?", lambda m: [m[1], m[1][:7]]),
    (r"([0-9]{4})-?[Ww]([0-9]{1,2})", lambda m: [f"{m[1]}-W{_month(m[2])}"]),
    (_NAME + r"[ -]?([0-9]{4}|[0-9]{2})", lambda m: [f"{_year(m[2])}-{_month(m[1])}"]),
    (r"([0-9]{4})[ -]?" + _NAME, lambda m: [f"{m[1]}-{_month(m[2])}"]),
    (r"[QqTt]([1-4])[ /-]?([0-9]{4})", lambda m: [f"{m[2]}-Q{m[1]}"]),
    (r"([0-9]{4})[ /-]?[QqTt]([1-4])", lambda m: [f"{m[1]}-Q{m[2]}"]),
    (
        r"([0-9]{4})-Q([1-4])/([0-9]{4})-Q([1-4])",
        lambda m: [_quarters(f"{m[1]}-Q{m[2]}", f"{m[3]}-Q{m[4]}")],
    ),
    (r"([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2})", _months_of_dates),
    (r"([0-9]{4}-[0-9]{2})/([0-9]{4}-[0-9]{2})", lambda m: [f"{m[2]}/{m[1]}"]),
    (r"([0-9]{4}-[0-9]{2})" + _DASH + r"([0-9]{4}-[0-9]{2})", lambda m: [f"{m[1]}/{m[2]}"]),
    (r"(?:FY ?)?([0-9]{4})[/-]([0-9]{2}|[0-9]{4})", _april_to_march),
    (r"FY ?([0-9]{4})", lambda m: [f"{int(m[1]) - 1}-04/{m[1]}-03", m[1]]),
    (r"([0-9]{2})-([0-9]{2})", lambda m: [f"20{m[1]}-{m[2]}"]),
)
"""How people write periods: a pattern for the whole text, and what may be meant by it."""


# The names in records of submissions: services, measures, channels and periods.
#
# Each check takes the long table of text, and gives the rows that are wrong and a problem for
# each; a channel that is wrong in the header of a wide table is one problem, not one a row.


_CHANNEL: Final = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_PERIODS: Final = "2017-07-03, 2017-W27, 2017-07, 2017-Q3, 2017 or 2016-10/2017-09"
_HINTED: Final = 50
"""Unknown services for which a near one is looked for; where more are unknown, it is no slip."""


def blamed(problems: Sequence[Problem], rows: pd.DataFrame) -> list[Problem]:
    """The problems, one for each of the rows, with whose figures they are about."""
    columns = (rows[name] for name in (Col.SERVICE, Col.MEASURE, "code"))
    return [
        replace(problem, service=service, measures=(measure,), period=period)
        for problem, service, measure, period in zip(problems, *columns, strict=True)
    ]


def _rows(long: pd.DataFrame, bad: pd.Series) -> list[tuple[str, int, str]]:
    chosen = long.loc[bad, [Col.FILE, ROW, Col.COLUMN]]
    return list(chosen.itertuples(index=False, name=None))


def check_services(
    long: pd.DataFrame, services: Collection[str]
) -> tuple[pd.Series, list[Problem]]:
    """Services that are not in the register (PS111), or not said (PS114)."""
    ids = list(services)
    bad = ~long[Col.SERVICE].isin(ids)
    unknown = long.loc[bad, Col.SERVICE].unique()
    hints = {name: closest(name, ids) for name in unknown[:_HINTED]}
    problems = [
        Problem(
            file,
            row,
            "PS114",
            Col.SERVICE,
            "nothing",
            "the id of a service",
            "fill in the service, or delete the row",
        )
        if not name
        else Problem(
            file,
            row,
            "PS111",
            Col.SERVICE,
            name,
            "a service of the register",
            hints.get(name) or "add it to services.csv",
        )
        for (file, row, _column), name in zip(
            _rows(long, bad), long.loc[bad, Col.SERVICE], strict=True
        )
    ]
    return bad, blamed(problems, long[bad])


def with_lost_rows(problems: Iterable[Problem], register: Iterable[Problem]) -> list[Problem]:
    """The problems, where PS111 names the row of the register that was left out, if one was.

    That the service is not in the register follows from what is wrong there; nobody is to add it a
    second time, or to take it for another service.
    """
    lost = {problem.service: problem for problem in register if problem.service and problem.row}
    return [
        replace(problem, fix=f"mend {lost[problem.service].place}, which was left out")
        if problem.code == "PS111" and problem.service in lost
        else problem
        for problem in problems
    ]


def check_measures(
    long: pd.DataFrame, measures: Mapping[str, Measure]
) -> tuple[pd.Series, list[Problem]]:
    """Measures that nobody has declared (PS107)."""
    bad = ~long[Col.MEASURE].isin(list(measures))
    problems = [
        Problem(
            file,
            row,
            "PS107",
            Col.MEASURE,
            name or "nothing",
            "a measure",
            measure_fix(name, measures) if name else "fill in the measure, or delete the row",
        )
        for (file, row, _column), name in zip(
            _rows(long, bad), long.loc[bad, Col.MEASURE], strict=True
        )
    ]
    return bad, [replace(problem, measures=()) for problem in blamed(problems, long[bad])]


def check_channels(
    long: pd.DataFrame, measures: Mapping[str, Measure]
) -> tuple[pd.Series, list[Problem]]:
    """Channels that cannot be, or that stand at a measure without any (PS109).

    In a wide table the channel stands in the header, and is one problem for the whole column.
    """
    names = pd.Series(long[Col.CHANNEL].unique(), dtype=object)
    wrong = [
        name
        for name in names
        if name and (not _CHANNEL.fullmatch(name) or name in ("all", "total"))
    ]
    single = [key for key, measure in measures.items() if not measure.by_channel]
    misplaced = (long[Col.CHANNEL] != "") & long[Col.MEASURE].isin(single)
    bad = long[Col.CHANNEL].isin(wrong) | misplaced
    rows = long[bad]
    in_header = rows[Col.COLUMN] != Col.VALUE
    rows = rows[~in_header | ~rows.duplicated([Col.FILE, Col.COLUMN])]
    problems = [
        Problem(
            file,
            row if column == Col.VALUE else int(not file.endswith(".json")),
            "PS109",
            Col.CHANNEL if column == Col.VALUE else column,
            name,
            "a lower-case name such as digital, phone or post; no channel for all of them"
            if name in wrong
            else f"no channel: {measure} is not counted by channel",
            _channel_fix(name) if name in wrong else "leave the channel out",
            service=service if column == Col.VALUE else "",
            measures=(measure,) if column == Col.VALUE else (),
            period=code if column == Col.VALUE else "",
        )
        for file, row, column, name, measure, service, code in zip(
            *(
                rows[key]
                for key in (
                    Col.FILE,
                    ROW,
                    Col.COLUMN,
                    Col.CHANNEL,
                    Col.MEASURE,
                    Col.SERVICE,
                    "code",
                )
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
    for text in long[Col.PERIOD].unique():
        try:
            parsed[text] = Period.parse(text)
        except ValueError as error:
            wrong[text] = hint(text, str(error))
    bad = long[Col.PERIOD].isin(list(wrong))
    problems = [
        Problem(
            file,
            row,
            "PS108",
            Col.PERIOD,
            text or "nothing",
            f"a period as {_PERIODS}",
            wrong[text],
            service=service,
        )
        for (file, row, _column), text, service in zip(
            _rows(long, bad), long.loc[bad, Col.PERIOD], long.loc[bad, Col.SERVICE], strict=True
        )
    ]
    periods_read = list(parsed.values())
    table = pd.DataFrame(
        {
            Col.PERIOD_CODE: pd.Series([period.code for period in periods_read], dtype=object),
            Col.UNIT: pd.Series([str(period.unit) for period in periods_read], dtype=object),
            Col.FIRST: [period.first for period in periods_read],
            Col.COUNT: [period.count for period in periods_read],
        }
    )
    table.index = pd.Index(list(parsed), dtype=object)
    periods = table.reindex(long[Col.PERIOD])
    periods.index = long.index
    return periods, bad, problems
