"""Where a headline comes from: the numbers in its formula, and the rows of files they stand in.

A headline has one `Provenance`: which form of its formula was used, and a `Term` for each number
in it. A term is one part for the headline's period; its origins are the observations that it is
made of. That is one where the figure was given as it is, else the channels and the shorter periods
that `inputs` and `windows` added up. No figure is worked out anew here: only which they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

import numpy as np
import pandas as pd

from perfsite.arithmetic import products, quotients, tidy_sum
from perfsite.frames import INPUTS, WINDOWS, Col, entering
from perfsite.kpi.figures import Formula, forms, windows_of_months
from perfsite.kpi.inputs import KEY, periods_of
from perfsite.kpi.windows import is_year
from perfsite.kpis import KPIS
from perfsite.measures import DIGITAL
from perfsite.model import PLACE, Status
from perfsite.periods import Period, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from perfsite.config import SiteConfig
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.kpi.inputs import Parts
    from perfsite.kpi.windows import Windows


_PART: Final = [*KEY, Col.PART]
_SERIES: Final = [Col.SERVICE, Col.PART]
_TILE: Final = [Col.UNIT, Col.COUNT, Col.FIRST]
Tile = tuple[str, int, int]
"""A period as the frames name it: `unit, count, first`."""


@dataclass(frozen=True)
class Origin:
    """One observation as it stands in a submission.

    Attributes:
        source_file: its path relative to the data folder.
        row: its place among the rows of its service in that file, from 1.
        period: what it was given for.
        measure: the id of its measure.
        channel: blank for all channels.
        value: the number; a share that was written with % is divided by 100.
        stated: whether it was given for exactly the headline's period, not for a part of it.
        of_edition: whether an edition lends it; then `row` is that of the whole file as it was, the
            header being 1 (in a JSON file the number of the record).
    """

    source_file: str
    row: int
    period: Period
    measure: str
    channel: str
    value: float
    stated: bool
    of_edition: bool = False


@dataclass(frozen=True)
class Term:
    """One number of a formula, and the observations that add up to it, by period and channel."""

    part: str
    value: float
    origins: tuple[Origin, ...]

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods that were added up, in order; one where it was given for exactly that."""
        return tuple(dict.fromkeys(origin.period for origin in self.origins))

    @property
    def rows(self) -> tuple[tuple[str, int, int], ...]:
        """The rows as runs without a gap: file, first and last row of each, sorted."""
        runs: list[tuple[str, int, int]] = []
        for file, row in sorted({(origin.source_file, origin.row) for origin in self.origins}):
            if runs and runs[-1][0] == file and runs[-1][2] == row - 1:
                runs[-1] = (file, runs[-1][1], row)
            else:
                runs.append((file, row, row))
        return tuple(runs)


@dataclass(frozen=True)
class Provenance:
    """The form of a KPI's formula that gave a headline, filled with its numbers.

    `withheld` tells that its value is not published, whether the numbers here show why or not.
    """

    kpi: str
    formula: Formula
    terms: tuple[Term, ...]
    withheld: bool = False

    @property
    def value(self) -> float:
        """What the formula gives; for a withheld figure this is why it is withheld."""
        numbers = [term.value for term in self.terms]
        match self.formula:
            case Formula.AMOUNT | Formula.STATED:
                return _added(numbers)
            case Formula.RATIO:
                above, below = (_added([t.value for t in side]) for side in self.sides)
                # A part of nothing is above its whole, however small it is.
                return float(quotients([above], [below])[0]) if below else math.inf
            case Formula.PRODUCT:
                return float(products(numbers[:1], [_added(numbers[1:])])[0])
            case Formula.POOLED:
                points = sum(i * number for i, number in enumerate(numbers))
                return points / ((len(numbers) - 1) * sum(numbers))
            case _:
                assert_never(self.formula)

    @property
    def sides(self) -> tuple[list[Term], list[Term]]:
        """The terms of a ratio above its line, and those below; some may be in both."""
        kpi = KPIS[self.kpi]
        by_part = {term.part: term for term in self.terms}
        return (
            [by_part[part] for part in kpi.numerator],
            [by_part[part] for part in kpi.denominator],
        )


def _added(numbers: Sequence[float]) -> float:
    """A sum, and of one number the number itself."""
    first, *others = numbers
    return float(tidy_sum(np.array([sum(others, start=first)]))[0]) if others else first


def trace(
    summaries: Sequence[ServiceSummary],
    parts: Parts,
    windows: Windows,
    observations: pd.DataFrame,
    config: SiteConfig,
) -> dict[str, dict[str, Provenance]]:
    """The provenance of every headline that has a period, by service and KPI.

    The arguments are those that the headlines were worked out from; every service has an entry,
    which is empty where it has no headline.

    Raises:
        ValueError: if a headline has a figure for which these parts and windows have no numbers.
    """
    entering("trace", INPUTS, parts.frame)
    entering("trace", WINDOWS, windows.frame)
    heads = [
        (summary.service.id, figure.kpi, figure.period, figure.status is Status.WITHHELD)
        for summary in summaries
        for figure in summary.figures.values()
        if figure.period is not None
    ]
    provenances: dict[str, dict[str, Provenance]] = {
        summary.service.id: {} for summary in summaries
    }
    if not heads:
        return provenances
    wanted = _wanted(head[:3] for head in heads)
    terms = _terms(_with_values(wanted, parts, windows, config), parts, observations, config)
    for service, kpi, period, withheld in heads:
        by_part = terms.get((service, period), {})
        possible = forms(KPIS[kpi]).items()
        there = [(formula, names) for formula, names in possible if by_part.keys() >= set(names)]
        if not there:
            raise ValueError(f"the numbers of {kpi} of {service} in {period} are not there")
        formula, names = there[0]
        numbers = tuple(by_part[name] for name in names)
        provenances[service][kpi] = Provenance(kpi, formula, numbers, withheld)
    return provenances


def _wanted(heads: Iterable[tuple[str, str, Period]]) -> pd.DataFrame:
    """Every part that a headline may be made of, with its period: the columns of `_PART`."""
    rows = {
        (service, str(period.unit), period.count, period.first, part)
        for service, kpi, period in heads
        for part in KPIS[kpi].parts
    }
    return pd.DataFrame(sorted(rows), columns=_PART)


def _with_values(
    wanted: pd.DataFrame, parts: Parts, windows: Windows, config: SiteConfig
) -> pd.DataFrame:
    """The wanted parts that are there, with `value`, and `summed` where shorter periods were."""
    provided = _provided(parts.frame)
    months = windows_of_months(provided, config)
    windowed = pd.concat([windows.frame, months], ignore_index=True)
    # A year of channels that were added up from shorter periods is a window, too, if it is used.
    provided = provided[~(provided[Col.SUMMED] & is_year(provided))]
    rows = pd.concat([provided.assign(summed=False), windowed[windowed[Col.SUMMED].astype(bool)]])
    # A wanted part was given or made, never both: the merge fails where that is not so.
    return wanted.merge(rows[[*_PART, Col.VALUE, Col.SUMMED]], on=_PART, validate="one_to_one")


def _terms(
    part_values: pd.DataFrame, parts: Parts, observations: pd.DataFrame, config: SiteConfig
) -> dict[tuple[str, Period], dict[str, Term]]:
    """The known parts as terms, by service and period, then by part."""
    origins = _origins(_tiles(part_values, parts), parts, observations, config)
    terms: dict[tuple[str, Period], dict[str, Term]] = {}
    columns = (
        part_values[Col.SERVICE],
        part_values[Col.PART],
        part_values[Col.VALUE],
        periods_of(part_values),
    )
    for number, service, part, value, period in zip(part_values.index, *columns, strict=True):
        term = Term(part, float(value), tuple(origins.get(number, ())))
        terms.setdefault((service, period), {})[part] = term
    return terms


def _tiles(part_values: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """The periods that each known part was added up from, or its own where it was given.

    The columns are those of `_PART`, `term` (its number in `part_values`) and `stated`.
    """
    whole = part_values[~part_values[Col.SUMMED]]
    summed = part_values[part_values[Col.SUMMED]]
    series = _provided(parts.frame).merge(summed[_SERIES].drop_duplicates())
    periods_given = {
        key: set(zip(*(rows[name].tolist() for name in _TILE), strict=True))
        for key, rows in series.groupby(_SERIES)
    }
    rows = [
        (service, *tile, part, number, tile == _itself(period))
        for number, service, part, period in zip(
            summed.index, summed[Col.SERVICE], summed[Col.PART], periods_of(summed), strict=True
        )
        for tile in _made_of(period, periods_given[service, part])
    ]
    columns = [*_PART, "term", "stated"]
    tiles = pd.DataFrame(rows, columns=columns).astype(dict(whole[_PART].dtypes))
    return pd.concat([whole[_PART].assign(term=whole.index, stated=True), tiles], ignore_index=True)


def _made_of(period: Period, available: set[Tile]) -> list[Tile]:
    """The shorter periods of a window; the window itself where only its channels fill it."""
    return tiling(period, available - {_itself(period)}) or [_itself(period)]


def _itself(period: Period) -> Tile:
    return str(period.unit), period.count, period.first


def tiling(period: Period, available: set[Tile]) -> list[Tile]:
    """The given periods that `windows` adds up to this one, in order; empty where none do.

    Of several tilings it is the one with the longest last period, as in `windows`. The days of a
    month stand for it where all are given and the month itself is not.
    """
    return _filled(str(period.unit), period.first, period.last + 1, available) or []


def _filled(unit: str, first: int, after: int, available: set[Tile]) -> list[Tile] | None:
    """The tiling of the units from `first` up to, but not with, `after`; None where none is."""
    if after == first:
        return []
    for count in range(after - first, 0, -1):
        step = [(unit, count, after - count)]
        if count == 1 and unit == Unit.MONTH and step[0] not in available:
            step = _days(after - 1)
        if available.issuperset(step):
            before = _filled(unit, first, after - count, available)
            if before is not None:
                return [*before, *step]
    return None


def _days(month: int) -> list[Tile]:
    period = Period(Unit.MONTH, month)
    days = range(period.start.toordinal(), period.end.toordinal() + 1)
    return [(str(Unit.DAY), 1, day) for day in days]


def _origins(
    tiles: pd.DataFrame, parts: Parts, observations: pd.DataFrame, config: SiteConfig
) -> dict[int, list[Origin]]:
    """The observations behind the tiles of each term, by the term's number.

    They are the total where one was given, else the channels; for digital transactions the
    digital channels. A channel that was not given for the tile stands with its shorter periods.
    """
    digital = tiles[Col.PART] == DIGITAL
    asked = tiles.assign(measure=tiles[Col.PART].mask(digital, "transactions"), digital=digital)
    asked = asked.reset_index(names="tile")
    asked = pd.concat([asked.assign(only=""), _channels(asked, parts, observations)])
    # All channels that were given for exactly a tile's period; which of them made it is told below.
    rows = asked.merge(_provided(observations), on=[*KEY, Col.MEASURE])
    rows = rows[(rows["only"] == "") | (rows["only"] == rows[Col.CHANNEL])]
    total = rows[Col.CHANNEL] == ""
    has_total = total.groupby(rows["tile"]).transform("any")
    is_digital = rows[Col.CHANNEL].isin(config.digital_channels)
    rows = rows[is_digital.where(rows["digital"], total | ~has_total)]
    rows = rows.assign(start=[period.start.toordinal() for period in periods_of(rows)])
    rows = rows.sort_values(["term", Col.START, Col.CHANNEL], kind="stable")
    origins: dict[int, list[Origin]] = {}
    columns = ("term", *PLACE, Col.SERVICE_ROW, Col.MEASURE, Col.CHANNEL, Col.VALUE, Col.STATED)
    for (number, file, row, place, *rest), period in zip(
        zip(*(rows[name].tolist() for name in columns), strict=True), periods_of(rows), strict=True
    ):
        measure, channel, value, stated = rest
        origins.setdefault(number, []).append(
            Origin(file, place or row, period, measure, channel, value, stated, not place)
        )
    return origins


def _channels(asked: pd.DataFrame, parts: Parts, observations: pd.DataFrame) -> pd.DataFrame:
    """The shorter periods of the channels that `inputs` added up to a tile: a row for each.

    The columns are those of `asked` and `only`, the channel.
    """
    summed = parts.frame.loc[parts.frame[Col.SUMMED], _PART]
    filled = asked.merge(summed, on=_PART)
    columns = [*asked.columns, "only"]
    if filled.empty:
        return pd.DataFrame(columns=columns).astype(dict(asked.dtypes))
    of_channels = observations[observations[Col.CHANNEL] != ""]
    owners = [Col.SERVICE, Col.MEASURE]
    of_channels = of_channels.merge(filled[owners].drop_duplicates(), on=owners)
    # A period in which a channel was not applicable adds nothing, and is no gap.
    answered = of_channels[of_channels[Col.STATUS].isin([Status.PROVIDED, Status.NOT_APPLICABLE])]
    periods_given: dict[tuple[str, str], dict[str, set[Tile]]] = {}
    columns_of = (answered[name].tolist() for name in (*owners, Col.CHANNEL, *_TILE))
    for service, measure, channel, *tile in zip(*columns_of, strict=True):
        of_measure = periods_given.setdefault((service, measure), {})
        of_measure.setdefault(channel, set()).add((tile[0], tile[1], tile[2]))
    rows = []
    for row, period in zip(filled.to_dict("records"), periods_of(filled), strict=True):
        for channel, periods in periods_given[row[Col.SERVICE], row[Col.MEASURE]].items():
            if _itself(period) not in periods:
                rows += [
                    {**row, **dict(zip(_TILE, tile, strict=True)), "only": channel, "stated": False}
                    for tile in tiling(period, periods)
                ]
    return pd.DataFrame(rows, columns=columns).astype(dict(asked.dtypes))


def _provided(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame[Col.STATUS] == Status.PROVIDED]
