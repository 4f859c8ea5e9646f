"""Windows of 12 months and the KPIs of services, worked out of what was given.

What the example needs is here: figures by months and runs of them. Weeks and days are read for
tables, and make no year.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Final

from recount.given import DIGITAL_CHANNELS, YEAR, Given, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Series = dict[Span, Fraction]
RATIOS: Final = ("digital_take_up", "cost_per_transaction")
KPIS: Final = ("transactions_per_year", "digital_take_up", "cost_per_transaction", "total_cost")
STOCK_RATIO: Final = 2
MICRO: Final = 10**6
"""Amounts are kept to millionths."""


@dataclass(frozen=True)
class Window:
    """A figure for 12 months: stated, or the sum of `tiles`, which may be empty where stated."""

    value: Fraction
    stated: bool
    tiles: tuple[Span, ...]
    sum_of_tiles: Fraction | None

    def stands_on(self, doubtful: Iterable[Span]) -> bool:
        """Whether it is made of one of these periods, or was stated as such a sum."""
        if self.stated and self.value != self.sum_of_tiles:
            return False
        return not set(self.tiles).isdisjoint(doubtful)


@dataclass(frozen=True)
class Figure:
    """A KPI of a service for 12 months; `value` is None where it is withheld."""

    numerator: Fraction
    denominator: Fraction | None
    value: Fraction | None
    stock: bool


class Service:
    """What one service gave, and what can be made of it."""

    def __init__(self, given: Given, service: str) -> None:
        self.id = service
        self.total = _totals(given, service, "transactions")
        self.digital = _digital(given, service)
        self.unit_cost = _numbers(given, service, "cost_per_transaction")
        self.cost = _totals(given, service, "cost")
        self.stock = is_stock(self.total, self.digital)
        self.doubtful = {
            period
            for period, digital in self.digital.items()
            if period in self.total and digital > self.total[period]
        }
        self.total_windows = windows(self.total, adds_up=not self.stock)
        self.digital_windows = windows(self.digital, adds_up=not self.stock)
        self.cost_windows = windows(self.cost, adds_up=not is_stock(self.cost))
        self.figures = self._figures()

    def _figures(self) -> dict[tuple[str, int], Figure]:
        """Each KPI of each 12 months, by the KPI and the first month."""
        found: dict[tuple[str, int], Figure] = {}
        for first, whole in self.total_windows.items():
            found["transactions_per_year", first] = Figure(
                whole.value, None, whole.value, self.stock
            )
            if first in self.digital_windows:
                part = self.digital_windows[first]
                doubt = part.value > whole.value
                doubt |= whole.stands_on(self.doubtful) or part.stands_on(self.doubtful)
                if doubt or whole.value:
                    value = None if doubt else part.value / whole.value
                    found["digital_take_up", first] = Figure(
                        part.value, whole.value, value, self.stock
                    )
        for first in {*self.cost_windows, *(p.first for p in self.unit_cost if p.count == YEAR)}:
            cost = self.cost_of(first)
            if cost is None:
                continue
            found["total_cost", first] = Figure(cost, None, cost, stock=False)
            whole_ = self.total_windows.get(first)
            if whole_ is not None and whole_.value:
                each = self.unit_cost.get(Span("month", first, YEAR))
                given_as_it_is = each is not None and first not in self.cost_windows
                value = each if given_as_it_is else cost / whole_.value
                found["cost_per_transaction", first] = Figure(
                    cost, whole_.value, value, stock=False
                )
        return found

    def has(self, kpi: str, first: int) -> bool:
        """Whether there is any figure of a KPI: a withheld one, and one without its parts, too."""
        stated = kpi == "cost_per_transaction" and Span("month", first, YEAR) in self.unit_cost
        return stated or (kpi, first) in self.figures

    def cost_of(self, first: int) -> Fraction | None:
        """The cost of 12 months: as given, else the unit cost times the transactions."""
        if first in self.cost_windows:
            return self.cost_windows[first].value
        each, whole = self.unit_cost.get(Span("month", first, YEAR)), self.total_windows.get(first)
        return None if each is None or whole is None else micro(each * whole.value)


def micro(value: Fraction) -> Fraction:
    """An amount to the millionth, half away from zero."""
    scaled = value * MICRO
    whole = int(abs(scaled) + Fraction(1, 2))
    return Fraction(whole if scaled >= 0 else -whole, MICRO)


def _numbers(given: Given, service: str, measure: str, channel: str = "") -> Series:
    series = given.series(service, measure, channel)
    return {period: one.value for period, one in series.items() if one.value is not None}


def _digital(given: Given, service: str) -> Series:
    """Digital transactions of each period: the sum of the digital channels."""
    channels = [c for c in given.channels(service, "transactions") if c in DIGITAL_CHANNELS]
    return channel_sums(given, service, "transactions", channels)


def channel_sums(given: Given, service: str, measure: str, channels: list[str]) -> Series:
    """The sums of channels where each that was ever given in such periods has a number."""
    found: Series = {}
    rhythms = {
        (channel, period.unit, period.count)
        for channel in channels
        for period in given.series(service, measure, channel)
    }
    for period in {p for c in channels for p in given.series(service, measure, c)}:
        expected = [c for c in channels if (c, period.unit, period.count) in rhythms]
        values = [_numbers(given, service, measure, channel).get(period) for channel in expected]
        if values and all(value is not None for value in values):
            found[period] = sum((v for v in values if v is not None), Fraction(0))
    return found


def _totals(given: Given, service: str, measure: str) -> Series:
    """All channels of each period: as given without a channel, else the sum of the channels.

    Where totals are given for some periods, digital channels alone are a part and no total.
    """
    stated = given.series(service, measure)
    channels = given.channels(service, measure)
    sums = channel_sums(given, service, measure, channels)
    other = {
        period
        for channel in channels
        if channel not in DIGITAL_CHANNELS
        for period in _numbers(given, service, measure, channel)
    }
    summed = {
        period: value
        for period, value in sums.items()
        if period not in stated and (not stated or period in other)
    }
    return {**summed, **_numbers(given, service, measure)}


def tiles_of(series: Mapping[Span, Fraction], end: int, length: int) -> tuple[Span, ...] | None:
    """The shorter periods that cover the months before `end` without gap, the longest last."""
    counts = sorted({p.count for p in series if p.unit == "month" and p.count < YEAR}, reverse=True)

    @cache
    def cover(last: int, left: int) -> tuple[Span, ...] | None:
        if not left:
            return ()
        for count in counts:
            tile = Span("month", last - count, count)
            if count <= left and tile in series:
                before = cover(last - count, left - count)
                if before is not None:
                    return (*before, tile)
        return None

    return cover(end, length)


def windows(series: Series, *, adds_up: bool) -> dict[int, Window]:
    """The figure of each 12 months by its first month: stated, else added up if that is right."""
    found: dict[int, Window] = {}
    for end in {period.end for period in series if period.unit == "month"}:
        stated = series.get(Span("month", end - YEAR, YEAR))
        tiles = tiles_of(series, end, YEAR)
        total = None if tiles is None else sum((series[tile] for tile in tiles), Fraction(0))
        if stated is not None:
            found[end - YEAR] = Window(stated, stated=True, tiles=tiles or (), sum_of_tiles=total)
        elif tiles and total is not None and adds_up:
            found[end - YEAR] = Window(total, stated=False, tiles=tiles, sum_of_tiles=total)
    return found


def is_stock(*parts: Series) -> bool:
    """Whether the years of a measure are not the sums of its shorter periods.

    It is the verdict of the first part that has years of both kinds. Where the sums are, in the
    median, more than twice or less than half of the years, nothing is to be added up.
    """
    for series in parts:
        ratios = [
            window.sum_of_tiles / window.value
            for window in windows(series, adds_up=False).values()
            if window.sum_of_tiles is not None and window.value
        ]
        if ratios:
            middle = median(ratios)
            return middle > STOCK_RATIO or middle < Fraction(1, STOCK_RATIO)
    return False
