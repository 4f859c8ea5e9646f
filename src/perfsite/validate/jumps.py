"""Figures that jump away from their own series.

Robustly, and what a person may have meant who wrote one.
"""

from __future__ import annotations

from math import log
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from perfsite.decimals import decimal, exact, grouped, rounded, times
from perfsite.frames import Col
from perfsite.measures import MeasureKind
from perfsite.periods import YEAR_IN_UNITS, Unit
from perfsite.validate.series import records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from perfsite.config import Checks
    from perfsite.errors import Problem
    from perfsite.measures import Measure
    from perfsite.validate.series import IndexedSeries, SeriesRow


# What a person may have meant who wrote a figure that does not fit its series.


_FITS: Final = log(1.3)
"""How far from its neighbours a figure may be that is proposed."""
_FITS_CLOSELY: Final = log(1.1)
"""The same for a slip that could have made almost any figure."""
_BESIDE: Final = 2
"""The figures on each side that a proposal is held against."""


class Jump(NamedTuple):
    """The position of a figure that jumps, and where its series begins and ends."""

    at: int
    low: int
    high: int


def jump_problem(
    row: SeriesRow,
    values: NDArray[np.float64],
    jump: Jump,
    periods: NDArray[np.object_],
    factor: float,
    *,
    counted: bool,
) -> Problem:
    """PS209 of one figure; values and their periods are in order of series and time.

    `counted` tells that it is a count, which is whole.
    """
    value = float(values[jump.at])
    neighbour = jump.at - 1 if jump.at > jump.low else jump.at + 1
    beside = float(values[neighbour])
    about = f"{grouped(value)} in {row.period}, {grouped(beside)} in {periods[neighbour]}"
    lower, higher = sorted((value, beside))
    ratio = f": {times(higher, lower)} times" if lower else ""
    expected = f"figures beside each other that are less than {grouped(factor)} times apart"
    return row.problem(
        "PS209", f"{about}{ratio}", expected, _fix(values, jump, log(factor), counted=counted)
    )


def _fix(values: NDArray[np.float64], jump: Jump, factor: float, *, counted: bool) -> str:
    """How to mend it, with the number that would fit where there is one; never applied."""
    value = float(values[jump.at])
    before = values[max(jump.low, jump.at - _BESIDE) : jump.at]
    after = values[jump.at + 1 : min(jump.high, jump.at + 1 + _BESIDE)]
    if value == 0:
        return "if there were none, leave it; if the figure is missing, write [x]"
    if len(before) and len(after) and after.min() > 0 and max(abs(np.log(after / value))) < factor:
        return "if something else is counted from here on, mark it [b]; else check the figure"
    usual = float(median(before if len(before) else after))
    fit = _fitting(value, usual, counted=counted) if usual > 0 else ""
    return f"{fit or 'check the figure'}; if it is true, say why in the note"


def _fitting(value: float, usual: float, *, counted: bool) -> str:
    """The likeliest slip that would explain a figure where another one is usual, if any."""
    close = [
        (rounded(decimal(apart), 1), order, f"{slip} {grouped(number)} would fit")
        for order, (slip, number, limit) in enumerate(_slips(value, counted=counted))
        if number > 0 and (apart := abs(log(number / usual))) < limit
    ]
    # Of several the plainest slip, unless another one fits much better.
    return min(close)[2] if close else ""


def _slips(value: float, *, counted: bool) -> Iterator[tuple[str, float, float]]:
    """What may have become this figure by a slip of the hand, and how near it has to come."""
    digits = exact(value)
    shorter = {i: digits[:i] + digits[i + 1 :] for i in range(len(digits)) if digits[i].isdigit()}
    doubled = {text for i, text in shorter.items() if i and digits[i] == digits[i - 1]}
    many = "a digit too many?"
    for text in sorted(doubled - {""}):
        yield many, float(text), _FITS
    for power in (1, 2, 3):
        less = float(decimal(value).scaleb(-power))
        if not counted or less == int(less):
            yield f"{10**power:,} times too large?", less, _FITS
    for power in (1, 2, 3):
        yield f"{10**power:,} times too small?", float(decimal(value).scaleb(power)), _FITS
    if counted:
        for text in sorted(set(shorter.values()) - doubled - {""}):
            yield many, float(text), _FITS_CLOSELY


# Figures that jump away from their own series, robustly.
#
# What is usual is learnt from the series itself. Figures become logarithms, so that a change is a
# ratio, and a change is held against the median change of its series and the median absolute
# deviation of the changes. A change jumps if it is at least `jump_factor` times up or down, stands
# at least `jump_deviations` such deviations (scaled as a standard deviation is) away from the
# median change, is too large for chance where things are counted, and if the series did not change
# the same way about a year before or after: then it is a season. A figure marked as a break in its
# series ([b]) is expected to jump.


_FEWEST: Final = 6
"""Figures of a series from which one can tell what is usual."""
_DEVIATION: Final = 1.4826
"""Median absolute deviations times this are standard deviations, where chance is normal."""
_CHANCE: Final = 5.0
"""Counts scatter by about half in their square roots, whatever their size: this is no chance."""
_ZEROS: Final = 0.2
"""Where more figures are zero than this share, zero is nothing unusual."""
_SAME_SEASON: Final = 0.5
"""A change at least this much of another one, a year apart, is of the same season."""
_SLACK: Final = {Unit.DAY: 7, Unit.WEEK: 2, Unit.MONTH: 1}
"""How far from a year apart a season may come, in units: Easter moves."""
_KINDS: Final = (
    MeasureKind.COUNT,
    MeasureKind.CURRENCY,
    MeasureKind.SHARE,
    MeasureKind.MILLISECONDS,
)
"""Times up and down are left alone: most are zero, and an outage is no slip."""


def check_jumps(
    indexed: IndexedSeries, measures: Mapping[str, Measure], checks: Checks
) -> list[Problem]:
    """PS209: figures that jump (see above), each spike once, at the spike."""
    rows = _candidates(indexed.rows, measures)
    if rows.empty:
        return []
    counts = {key for key, measure in measures.items() if measure.kind is MeasureKind.COUNT}
    is_count = rows[Col.MEASURE].isin(counts)
    series, value = rows[Col.SERIES].to_numpy(), rows[Col.VALUE].to_numpy()
    starts = np.flatnonzero(np.diff(series, prepend=series[0] - 1))
    logs = np.log(value + _floor(rows, is_count.to_numpy()))
    change = np.diff(logs, prepend=np.nan)
    change[starts] = np.nan
    usual, spread = _usual(change, series)
    previous = np.append(0.0, value[:-1])
    chance = is_count & (np.abs(np.sqrt(value) - np.sqrt(previous)) < _CHANCE)
    jumps = np.abs(change) >= np.log(checks.jump_factor)
    jumps &= np.abs(change - usual) > checks.jump_deviations * spread
    jumps &= ~chance.to_numpy() & ~rows[Col.MARKS].str.contains("b", regex=False).to_numpy()
    at = np.flatnonzero(jumps)
    at = at[~_seasonal(rows, series, change, at)]
    periods = rows[Col.PERIOD].to_numpy()
    blamed = _once(logs, at, starts, np.log(checks.jump_factor))
    return [
        jump_problem(row, value, jump, periods, checks.jump_factor, counted=row.measure in counts)
        for jump, row in _without_echoes(rows, blamed)
    ]


def _candidates(rows: pd.DataFrame, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """The figures of series that are long enough and not often zero.

    Zeros at the start are left out: what had not begun does not jump when it begins.
    """
    kinds = [key for key, measure in measures.items() if measure.kind in _KINDS]
    rows = rows[rows[Col.PROVIDED] & rows[Col.MEASURE].isin(kinds)]
    begun = (rows[Col.VALUE] != 0).groupby(rows[Col.SERIES]).cummax()
    rows = rows[begun]
    codes, _ = pd.factorize(rows[Col.SERIES])
    number = np.bincount(codes)
    zeros = np.bincount(codes, weights=(rows[Col.VALUE] == 0).to_numpy())
    steady = (number >= _FEWEST) & (zeros <= number * _ZEROS)
    return rows[steady[codes]].reset_index(drop=True)


def _floor(rows: pd.DataFrame, is_count: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What is added before the logarithm: one to counts, to others a hundredth of the usual."""
    median = rows.groupby(Col.SERIES, sort=False)[Col.VALUE].transform("median").to_numpy()
    positive = np.where(median > 0, median / 100, 1.0)
    return np.where(is_count, 1.0, positive)


def _usual(
    change: NDArray[np.float64], series: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each row the median change of its series, and the scaled deviation from it.

    A spike makes two changes. The lower of two middle deviations is taken, so that two spikes among
    nine figures do not hide each other.
    """
    changes = pd.Series(change)
    usual = changes.groupby(series).transform("median")
    apart = (changes - usual).abs().groupby(series).quantile(interpolation="lower")
    return usual.to_numpy(), apart.reindex(series).to_numpy() * _DEVIATION


def _seasonal(
    rows: pd.DataFrame,
    series: NDArray[np.int64],
    change: NDArray[np.float64],
    at: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Whether the series changed the same way a year before or after each of these rows."""
    first = rows[Col.FIRST].to_numpy()
    keys = series * _BEYOND + first
    units = rows[Col.UNIT].to_numpy()[at]
    year = np.array([YEAR_IN_UNITS[Unit(unit)] for unit in units], dtype="int64")
    slack = np.array([_SLACK[Unit(unit)] for unit in units], dtype="int64")
    seasonal = np.zeros(len(at), dtype=bool)
    for years in (-1, 1):
        for off in range(-max(_SLACK.values()), max(_SLACK.values()) + 1):
            wanted = keys[at] + years * year + off
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            year_apart = np.where(
                (keys[place] == wanted) & (abs(off) <= slack), change[place], np.nan
            )
            alike = (np.sign(year_apart) == np.sign(change[at])) & (
                np.abs(year_apart) >= _SAME_SEASON * np.abs(change[at])
            )
            seasonal |= alike
    return seasonal


_BEYOND: Final = 10_000_000
"""More than any day or month is numbered: series and time together make one number."""


def _once(
    logs: NDArray[np.float64], at: NDArray[np.int64], starts: NDArray[np.int64], factor: float
) -> list[Jump]:
    """The jumps without the ways back: after a spike the series returns to where it was.

    A jump at the second figure may be the fault of the first: then that one is blamed. A rise
    there is how services begin, and is let be.
    """
    ends = np.append(starts[1:], len(logs))
    jumps: list[Jump] = []
    away: tuple[int, float, bool] = (-1, 0.0, False)
    for row in at.tolist():
        piece = int(np.searchsorted(starts, row, side="right")) - 1
        low, high = int(starts[piece]), int(ends[piece])
        before, now = float(logs[row - 1]), float(logs[row])
        home, rose = away[1], away[2]
        back = away[0] == piece and rose != (now > before)
        if (
            back
            and abs(now - home) < abs(before - home)
            and (abs(now - home) < factor or _short(now, home, rise=rose))
        ):
            away = (-1, 0.0, False)
            continue
        away = (piece, before, now > before)
        middle = float(np.median(logs[low:high]))
        if row == low + 1 and abs(before - middle) > abs(now - middle):
            if before > middle:
                jumps.append(Jump(low, low, high))
            continue
        jumps.append(Jump(row, low, high))
    return jumps


def _short(now: float, home: float, *, rise: bool) -> bool:
    """Whether a way back, after a rise or a fall, does not go beyond where it began."""
    return now > home if rise else now < home


def _without_echoes(rows: pd.DataFrame, blamed: list[Jump]) -> list[tuple[Jump, SeriesRow]]:
    """The jumps without those of channels whose total jumps, and of years whose quarter does."""
    jumping = rows.iloc[[jump.at for jump in blamed]]
    spans: dict[tuple[str, str], list[_Span]] = {}
    columns = [jumping[name].tolist() for name in (Col.START, Col.END)]
    jumps = [
        (jump, row, _Span(start, end, row.channel))
        for jump, row, start, end in zip(blamed, records(jumping), *columns, strict=True)
    ]
    for _, row, span in jumps:
        spans.setdefault((row.service, row.measure), []).append(span)
    return [
        (jump, row)
        for jump, row, span in jumps
        if not any(_echoes(span, cause) for cause in spans[row.service, row.measure])
    ]


class _Span(NamedTuple):
    """When a figure that jumps is for, in days, and its channel."""

    start: int
    end: int
    channel: str


def _echoes(span: _Span, cause: _Span) -> bool:
    """Whether one figure jumps because the other one does, which it contains."""
    if (span.start, span.end) == (cause.start, cause.end):
        return cause.channel == "" != span.channel
    inside = span.start <= cause.start and cause.end <= span.end
    return inside and cause.channel in ("", span.channel)
