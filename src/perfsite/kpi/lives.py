"""When services were open, as the register says: who can be waited for in a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from perfsite.periods import MONTHS_IN_YEAR, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from perfsite.model import Service


def open_throughout(services: Iterable[Service], firsts: Sequence[int]) -> NDArray[np.bool_]:
    """Which services were open on every day of which 12 months: an array of services by periods.

    `firsts` are the months with which the 12 months begin, as `Period.first`. Where the register
    does not say when a service opened or closed, nothing stands in the way.
    """
    years = [Period(Unit.MONTH, first, MONTHS_IN_YEAR) for first in firsts]
    starts = np.array([year.start.toordinal() for year in years], dtype="int64")
    ends = np.array([year.end.toordinal() for year in years], dtype="int64")
    lives = [_life(service) for service in services]
    opened = np.array([first for first, _ in lives], dtype="int64")
    closed = np.array([last for _, last in lives], dtype="int64")
    return np.asarray((opened[:, None] <= starts) & (ends <= closed[:, None]))


_LONG_AGO, _NOT_YET = 0, np.iinfo("int64").max


def _life(service: Service) -> tuple[int, int]:
    """The first and the last day on which a service was open, as `date.toordinal`."""
    opened = Period.parse(service.opened).start.toordinal() if service.opened else _LONG_AGO
    closed = Period.parse(service.closed).end.toordinal() if service.closed else _NOT_YET
    return opened, int(closed)
