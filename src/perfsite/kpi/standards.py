"""Standards of a service: promises such as "calls are answered within 60 seconds".

A standard has a target, a share of all cases, and two counts: the cases that met it, and all
cases. They are measures that a site declares under names that belong together: the share
`<name>_target`, the counts `<name>_met` and `<name>_volume`, each with a channel for every
standard. What a standard promises is the note on its target. What was met is worked out here, a
count over a count; a share above 100% is not, because one of the two counts must be wrong.

A source may itself say whether a target was reached: that is the measure `<name>_target_met`, 1 for
yes and 0 for no. Where it is not what the counts say, both are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.frames import Col
from perfsite.kpi.inputs import periods_of
from perfsite.measures import MeasureKind
from perfsite.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from perfsite.config import SiteConfig
    from perfsite.periods import Period


TARGET, MET, VOLUME, STATED = "_target", "_met", "_volume", "_target_met"
"""What the names of the measures of a standard end in."""


@dataclass(frozen=True)
class Amount:
    """A figure of a standard: its value, or None and the reason."""

    value: float | None = None
    status: Status = Status.NOT_PROVIDED


@dataclass(frozen=True)
class Standard:
    """A standard in one period: what it promises, its target as a share, and its two counts.

    `measure` is what its measures have in common, `channel` the standard's own id.
    """

    measure: str
    channel: str
    text: str
    period: Period
    target: Amount
    met: Amount
    volume: Amount
    stated: bool | None = None
    """Whether the source says that the target was reached; None where it says neither."""

    @property
    def performance(self) -> Amount:
        """The share of the cases that met it; withheld above 100%."""
        met, volume = self.met.value, self.volume.value
        if met is None:
            return Amount(None, self.met.status)
        if volume is None:
            return Amount(None, self.volume.status)
        if met > volume:
            return Amount(None, Status.WITHHELD)
        return Amount(met / volume, Status.PROVIDED) if volume else Amount()

    @property
    def reached(self) -> bool | None:
        """Whether the target was reached; None where that cannot be said.

        A target of nothing is no target: everything would reach it.
        """
        share = self.performance.value
        return share >= self.target.value if share is not None and self.target.value else None

    @property
    def disputed(self) -> bool:
        """Whether the source says of the target what its own counts do not."""
        return self.stated is not None and self.reached not in {None, self.stated}


_NONE: Final[Mapping[str, Sequence[Standard]]] = {}


def declared(config: SiteConfig) -> list[str]:
    """What the measures of standards that a site declares have in common, in their order."""
    kinds = {key: table.kind for key, table in config.measures.items()}
    wanted = {TARGET: MeasureKind.SHARE, MET: MeasureKind.COUNT, VOLUME: MeasureKind.COUNT}
    return [
        base
        for base in (key.removesuffix(TARGET) for key in kinds if key.endswith(TARGET))
        if all(kinds.get(f"{base}{end}") == kind for end, kind in wanted.items())
    ]


def collect_standards(
    observations: pd.DataFrame, config: SiteConfig
) -> Mapping[str, Sequence[Standard]]:
    """The standards of each service that has any, the newest period first, then by their ids."""
    by_service: dict[str, list[Standard]] = {}
    for base in declared(config):
        for service, standard in _standards(observations, base):
            by_service.setdefault(service, []).append(standard)
    for standards in by_service.values():
        standards.sort(key=lambda standard: standard.channel)
        standards.sort(key=lambda standard: standard.period.end, reverse=True)
    return by_service or _NONE


def _standards(observations: pd.DataFrame, base: str) -> Iterator[tuple[str, Standard]]:
    """The standards that these measures are of, with the ids of their services."""
    ends = {f"{base}{end}": end for end in (TARGET, MET, VOLUME, STATED)}
    rows = observations[
        observations[Col.MEASURE].isin(list(ends)) & (observations[Col.CHANNEL] != "")
    ]
    key = [Col.SERVICE, Col.CHANNEL, Col.UNIT, Col.COUNT, Col.FIRST]
    wide = rows.pivot(index=key, columns=Col.MEASURE, values=[Col.VALUE, Col.STATUS, Col.NOTE])
    wide = wide.reindex(
        columns=[(what, name) for what in (Col.VALUE, Col.STATUS, Col.NOTE) for name in ends]
    )
    index = wide.index.to_frame(index=False)
    values = wide[Col.VALUE].to_numpy(dtype=float)
    statuses = wide[Col.STATUS].astype(object).where(wide[Col.STATUS].notna(), Status.NOT_PROVIDED)
    notes = wide[Col.NOTE].astype(object).where(wide[Col.NOTE].notna(), "").to_numpy()
    for service, channel, period, numbers, whys, texts in zip(
        index[Col.SERVICE],
        index[Col.CHANNEL],
        periods_of(index),
        values,
        statuses.to_numpy(),
        notes,
        strict=True,
    ):
        target, met, volume = (
            Amount(None if number != number else float(number), Status(why))  # noqa: PLR0124 - NaN
            for number, why in zip(numbers[:-1], whys[:-1], strict=True)
        )
        stated = {1.0: True, 0.0: False}.get(float(numbers[-1]))
        yield service, Standard(base, channel, str(texts[0]), period, target, met, volume, stated)


def measures_of(standards: Sequence[Standard]) -> set[str]:
    """The measures that these standards are made of."""
    ends = (TARGET, MET, VOLUME, STATED)
    return {f"{standard.measure}{end}" for standard in standards for end in ends}
