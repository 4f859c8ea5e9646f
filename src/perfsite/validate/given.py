"""The figures as the rules look at them: rows with codes and days, and where they stand.

Every rule over series starts from one `Given`. It relies on the order of the observations: those of
a series (one service, measure, channel and length of period) stand together, in order of time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import pandas as pd

from perfsite.errors import Problem
from perfsite.measures import name_of
from perfsite.model import Status, place_of
from perfsite.periods import Period, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

SPAN: Final = ["unit", "count", "first"]
"""What a period is, in columns."""


@dataclass(frozen=True)
class Given:
    """Observations with what rules need of them, row for row.

    Attributes:
        rows: the observations as they are, with an index from 0 and the columns `group` (a number
            for each service, measure and channel), `series` (a number for each group and length
            of period), `start` and `end` (first and last day, as `date.toordinal`) and `provided`.
    """

    rows: pd.DataFrame

    @classmethod
    def of(cls, observations: pd.DataFrame) -> Self:
        """Prepare observations (the frame of `observations`)."""
        rows = observations.reset_index(drop=True)
        codes = [pd.factorize(rows[name])[0] for name in ("service", "measure", "channel")]
        lengths = [pd.factorize(rows["unit"])[0], rows["count"].to_numpy()]
        group = _runs(codes)
        start, end = _days(rows["period"])
        return cls(
            rows.assign(
                group=group,
                series=_runs([group, *lengths]),
                start=start,
                end=end,
                provided=(rows["status"] == Status.PROVIDED).to_numpy(),
            )
        )

    def where(self, chosen: NDArray[np.bool_]) -> Given:
        """The same with these rows only."""
        return self if chosen.all() else Given(self.rows[chosen].reset_index(drop=True))


def _runs(codes: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """A number for each run of rows whose codes are the same; it grows from run to run."""
    if not len(codes[0]):
        return np.zeros(0, dtype="int64")
    new = np.zeros(len(codes[0]), dtype=bool)
    for code in codes:
        new[1:] |= code[1:] != code[:-1]
    return np.cumsum(new)


def _days(periods: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last day of each period; periods repeat, so each is read once."""
    codes, texts = pd.factorize(periods)
    known = [Period.parse(text) for text in texts]
    starts = np.array([period.start.toordinal() for period in known], dtype="int64")
    ends = np.array([period.end.toordinal() for period in known], dtype="int64")
    return starts[codes], ends[codes]


def records(frame: pd.DataFrame) -> Iterator[Row]:
    """The rows of a small frame of found ones, for their messages."""
    names = ("source", "service", "measure", "channel", "period")
    for source, service, measure, channel, period in zip(
        *(frame[name] for name in names), strict=True
    ):
        yield Row(source, service, measure, channel, period)


@dataclass(frozen=True)
class Row:
    """An observation that a problem is about."""

    source: str
    service: str
    measure: str
    channel: str
    period: str

    @property
    def name(self) -> str:
        """The measure as wide tables name it."""
        return name_of(self.measure, self.channel)

    def problem(self, code: str, found: str, expected: str, fix: str) -> Problem:
        """A problem at this row that blames its figure."""
        return Problem(
            *place_of(self.source),
            code,
            self.name,
            found,
            expected,
            fix,
            service=self.service,
            measures=(self.measure,),
            period=self.period,
        )


def code_of(unit: str, count: int, first: int) -> str:
    """The spelling of a period by its columns."""
    return Period(Unit(unit), int(first), int(count)).code
