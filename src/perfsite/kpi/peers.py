"""Services to set side by side: peers of one category and size, and those of high volume."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from perfsite.kpis import VOLUME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.kpi.services import ServiceSummary
    from perfsite.periods import Period


@dataclass(frozen=True)
class Band:
    """Sizes from `lower` up to but without `upper`, in transactions a year; None is no limit."""

    lower: int
    upper: int | None

    def __contains__(self, size: float) -> bool:
        return self.lower <= size and (self.upper is None or size < self.upper)


_EDGES: Final = (0, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, None)
BANDS: Final = tuple(Band(lower, upper) for lower, upper in pairwise(_EDGES) if lower is not None)
"""All bands, the smallest first."""


def band_of(size: float) -> Band:
    """The band of a number of transactions a year.

    Raises:
        ValueError: if the size is below nothing, or not a number.
    """
    for band in BANDS:
        if size in band:
            return band
    raise ValueError(f"{size} is no number of transactions")


def peers(summaries: Sequence[ServiceSummary], most: int = 6) -> dict[str, tuple[str, ...]]:
    """The ids of each service's peers, by name; every service is there, many with none.

    Peers have the same category and size band, and their headlines are for the very same period:
    figures of different years cannot be compared. Where there are more than `most`, the nearest
    in size are kept. The order is never that of a figure, because this is no league table.
    """
    alike: dict[tuple[str, Band, Period], list[tuple[ServiceSummary, float]]] = {}
    for summary in summaries:
        headline = summary.figures[VOLUME]
        category = summary.service.category
        if category and headline.value is not None and headline.period is not None:
            key = category, band_of(headline.value), headline.period
            alike.setdefault(key, []).append((summary, headline.value))
    found: dict[str, tuple[str, ...]] = {summary.service.id: () for summary in summaries}
    for members in alike.values():
        for own, size in members:
            others = [(one, abs(other - size)) for one, other in members if one is not own]
            others.sort(key=lambda pair: (pair[1], _by_name(pair[0])))
            nearest = sorted((one for one, _ in others[:most]), key=_by_name)
            found[own.service.id] = tuple(one.service.id for one in nearest)
    return found


def high_volume(summaries: Sequence[ServiceSummary], threshold: float) -> list[ServiceSummary]:
    """The services with at least `threshold` transactions a year, the largest first, then by name.

    Their headlines may be of different years; each says its period.
    """
    sizes = [(summary, summary.figures[VOLUME].value) for summary in summaries]
    large = [(one, size) for one, size in sizes if size is not None and size >= threshold]
    large.sort(key=lambda pair: (-pair[1], _by_name(pair[0])))
    return [one for one, _ in large]


def _by_name(summary: ServiceSummary) -> tuple[str, str]:
    return summary.service.name.casefold(), summary.service.id
