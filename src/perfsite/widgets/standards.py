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

from perfsite.charts.layout import beside_target
from perfsite.components.elements import Cell, Column, Row, Table, value_cell
from perfsite.kpi.inputs import periods_of
from perfsite.kpis import measure_module
from perfsite.measures import MeasureKind
from perfsite.model import Status
from perfsite.widgets.frame import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from perfsite.config import SiteConfig
    from perfsite.language import Language
    from perfsite.periods import Period
    from perfsite.widgets.frame import Module, Subject


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
    found: dict[str, list[Standard]] = {}
    for base in declared(config):
        for service, standard in _standards(observations, base):
            found.setdefault(service, []).append(standard)
    for mine in found.values():
        mine.sort(key=lambda one: one.channel)
        mine.sort(key=lambda one: one.period.end, reverse=True)
    return found or _NONE


def _standards(observations: pd.DataFrame, base: str) -> Iterator[tuple[str, Standard]]:
    """The standards that these measures are of, with the ids of their services."""
    ends = {f"{base}{end}": end for end in (TARGET, MET, VOLUME, STATED)}
    rows = observations[observations["measure"].isin(list(ends)) & (observations["channel"] != "")]
    key = ["service", "channel", "unit", "count", "first"]
    wide = rows.pivot(index=key, columns="measure", values=["value", "status", "note"])
    wide = wide.reindex(
        columns=[(what, name) for what in ("value", "status", "note") for name in ends]
    )
    index = wide.index.to_frame(index=False)
    values = wide["value"].to_numpy(dtype=float)
    statuses = wide["status"].astype(object).where(wide["status"].notna(), Status.NOT_PROVIDED)
    notes = wide["note"].astype(object).where(wide["note"].notna(), "").to_numpy()
    for service, channel, period, numbers, whys, texts in zip(
        index["service"],
        index["channel"],
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
    return {f"{one.measure}{end}" for one in standards for end in ends}


def standards_module(subject: Subject, standards: Sequence[Standard]) -> Module | None:
    """The standards of a service in the newest period, target beside performance."""
    if not standards:
        return None
    language = subject.language
    period = standards[0].period
    shown = [one for one in standards if one.period == period]
    over = language.say(
        "Service standards, {period}: target and performance",
        period=language.period_range(period),
    )
    bases = dict.fromkeys(one.measure for one in shown)
    words = Wording(
        _sentence(shown, period, language),
        over,
        "",
        _note(shown, len(standards) - len(shown), language),
        [f"{base}{end}" for base in bases for end in (TARGET, MET, VOLUME, STATED)],
    )
    columns = tuple(Column(text) for text in _headers(language))
    table = Table(
        subject.caption(over), columns, tuple(_row(one, language) for one in shown), wide=True
    )
    name = measure_module(f"{next(iter(bases))}{TARGET}")
    return subject.module(name, name, words, table)


def _headers(language: Language) -> tuple[str, ...]:
    say = language.say
    return (
        say("Standard"),
        say("Target"),
        say("Performance"),
        say("Target reached"),
    )


def _row(standard: Standard, language: Language) -> Row:
    return Row(
        standard.text or standard.channel,
        (
            value_cell(standard.target.value, MeasureKind.SHARE, standard.target.status, language),
            _performance(standard, language),
            _result(standard, language),
        ),
        under=standard.channel if standard.text else "",
    )


def _performance(standard: Standard, language: Language) -> Cell:
    """The share of the cases that met the standard, and under it the two counts."""
    share, target = standard.performance.value, standard.target.value
    cell = value_cell(share, MeasureKind.SHARE, standard.performance.status, language)
    if share is not None and target is not None:
        cell = Cell(beside_target(language, share, target, MeasureKind.SHARE, long=False))
    met, volume = standard.met.value, standard.volume.value
    if met is None or volume is None:
        return cell
    cases = language.plural(
        volume, "{met} of {n} case", "{met} of {n} cases", met=language.count(met)
    )
    # The counts say it in full, so the share need not.
    return Cell(cell.text, note=cases, missing=cell.missing)


def _result(standard: Standard, language: Language) -> Cell:
    """What the counts say; what the source says where these are silent, and both if they differ."""
    reached, stated = standard.reached, standard.stated
    if reached is None and stated is None:
        return Cell("", missing=True)
    if reached is None:
        return Cell(
            _yes(stated, language), note=language.say("stated, without counts that show it")
        )
    if standard.disputed:
        both = language.say(
            "{stated} as stated, {counted} by the counts",
            stated=_yes(stated, language),
            counted=_yes(reached, language),
        )
        return Cell(both)
    return Cell(_yes(reached, language))


def _yes(answer: bool | None, language: Language) -> str:
    return language.say("yes") if answer else language.say("no")


def _sentence(shown: Sequence[Standard], period: Period, language: Language) -> str:
    """How many were reached by their counts; or, where no counts can tell, as stated."""
    known = [one for one in shown if one.reached is not None]
    stated = [one for one in shown if one.stated is not None]
    if not known and stated:
        return language.plural(
            len(stated),
            "{reached} of {n} service standard was reached {period}, as stated",
            "{reached} of {n} service standards were reached {period}, as stated",
            reached=language.count(sum(one.stated is True for one in stated)),
            period=language.in_period(period),
        )
    if not known:
        return language.plural(
            len(shown),
            "{n} service standard: whether it was reached {period} is not known",
            "{n} service standards: whether they were reached {period} is not known",
            period=language.in_period(period),
        )
    return language.plural(
        len(known),
        "{reached} of {n} service standard was reached {period}",
        "{reached} of {n} service standards were reached {period}",
        reached=language.count(sum(one.reached is True for one in known)),
        period=language.in_period(period),
    )


def _note(shown: Sequence[Standard], earlier: int, language: Language) -> str:
    """Whose performance cannot be told, and where the figures of earlier periods are."""
    unknown = sum(one.reached is None and one.stated is None for one in shown)
    silent = sum(one.reached is None and one.stated is not None for one in shown)
    disputed = sum(one.disputed for one in shown)
    withheld = sum(one.performance.status is Status.WITHHELD for one in shown)
    notes = [
        language.plural(
            unknown,
            "One more standard has no target, or no figures to hold against it.",
            "{n} more standards have no target, or no figures to hold against it.",
        )
        if unknown and unknown < len(shown)
        else "",
        language.plural(
            withheld,
            "One standard has more cases that met it than cases, so no percentage is shown.",
            "{n} standards have more cases that met them than cases, so no percentage is shown.",
        )
        if withheld
        else "",
        language.plural(
            silent,
            "Of one more standard it is stated whether it was reached, without counts that show "
            "it.",
            "Of {n} more standards it is stated whether they were reached, without counts that "
            "show it.",
        )
        if silent and silent + unknown < len(shown)
        else "",
        language.plural(
            disputed,
            "Of one standard another result is stated than its counts give; the table has both.",
            "Of {n} standards another result is stated than their counts give; the table has both.",
        )
        if disputed
        else "",
        language.say("Earlier periods are in the CSV file of this page.") if earlier else "",
    ]
    return " ".join(filter(None, notes))
