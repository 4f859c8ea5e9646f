"""Departments, agencies, categories and all services: sums, coverage, changes, and who is silent.

The definitions are those of docs/kpis.md, "Groups".
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from recount.figures import KPIS, RATIOS, Figure, Service
from recount.given import YEAR, Given, Span, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

HEADLINE_SHARE: Final = Fraction(1, 2)
HALF: Final = Fraction(1, 2)
TENTH: Final = Fraction(1, 10)
CHARTED: Final = ("transactions_per_year", "digital_take_up")
PANEL_SHARE: Final = Fraction(4, 5)
QUARTER: Final = 3
PANEL_QUARTERS: Final = 16
"""A panel goes back four years at most."""


@dataclass
class Row:
    """What is to be said of a KPI of a group for the 12 months from a month on.

    Attributes are the columns of the group's file; None stands for a blank. `silent` are the
    services that have fallen silent, with their weight and the month after their last figure.
    """

    value: Fraction
    numerator: Fraction
    denominator: Fraction | None
    services: int
    of: int
    withheld: int
    stocks: Fraction
    like_for_like_value: Fraction | None
    like_for_like_year_before: Fraction | None
    like_for_like_services: int
    like_for_like_constant_volumes: Fraction | None
    largest: str | None
    largest_share: Fraction | None
    without_largest_value: Fraction | None
    without_largest_like_for_like_value: Fraction | None
    without_largest_like_for_like_year_before: Fraction | None
    without_largest_like_for_like_services: int | None
    complete: bool
    headline: bool = False
    panel_value: Fraction | None = None
    panel_services: int | None = None
    silent_services: int | None = None
    silent_share: Fraction | None = None
    silent: tuple[tuple[str, Fraction, int], ...] = ()


COLUMNS: Final = tuple(
    one.name for one in fields(Row) if one.name not in {"complete", "headline", "silent"}
)
"""The columns of numbers, and the one of an id."""


@dataclass(frozen=True)
class Group:
    """A group by its kind and name, and its services in the order of the register."""

    kind: str
    name: str
    services: tuple[str, ...]


def groups_of(given: Given) -> list[Group]:
    """All services, and each department, agency and category by its name in the register."""
    found = [Group("all", "All services", tuple(row["service"] for row in given.register))]
    for kind in ("department", "agency", "category"):
        members: dict[str, list[str]] = {}
        for row in given.register:
            if row[kind]:
                members.setdefault(row[kind], []).append(row["service"])
        found += [Group(kind, name, tuple(mine)) for name, mine in members.items()]
    return found


class Recount:
    """The services of a site, and what is made of groups of them."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.services = {row["service"]: Service(given, row["service"]) for row in given.register}
        self.newest = max(first for mine in self.services.values() for _, first in mine.figures)
        self.life = {row["service"]: _life(row) for row in given.register}

    def is_open(self, service: str, first: int) -> bool:
        """Whether a service was open on every day of the 12 months, as far as is known."""
        opened, closed = self.life[service]
        start, end = Span("month", first, YEAR).days
        return (opened is None or opened <= start) and (closed is None or closed >= end)

    def reporting(self, group: Group, kpi: str) -> dict[int, dict[str, Figure]]:
        """The figures that can be added up, by the first of their 12 months and by service."""
        found: dict[int, dict[str, Figure]] = {}
        for service in group.services:
            for (own, first), figure in self.services[service].figures.items():
                if own == kpi and figure.value is not None:
                    found.setdefault(first, {})[service] = figure
        return found

    def rows(self, group: Group, kpi: str) -> dict[int, Row]:
        """What is to be said of a KPI of a group, by the first of the 12 months."""
        figures = self.reporting(group, kpi)
        ever = {service for mine in figures.values() for service in mine}
        rows = {
            first: self._row(group, kpi, first, figures, ever) for first, mine in figures.items()
        }
        complete = [first for first, row in rows.items() if row.complete]
        if complete:
            head = max(complete)
            rows[head].headline = True
            self._silence(group, kpi, head, figures, rows[head])
            if kpi in CHARTED:
                _panel(kpi, head, figures, rows)
        return rows

    def _row(
        self,
        group: Group,
        kpi: str,
        first: int,
        figures: Mapping[int, Mapping[str, Figure]],
        ever: set[str],
    ) -> Row:
        now, then = figures[first], figures.get(first - YEAR, {})
        counted = [s for s in group.services if s in now or self.is_open(s, first)]
        waited_for = sum(service in ever for service in counted)
        like = [service for service in now if service in then]
        largest, share = _largest(kpi, now)
        others = [service for service in now if service != largest]
        like_others = [service for service in like if service != largest]
        numerator, denominator = _sums(now.values())
        alone = largest is not None
        return Row(
            value=_of(kpi, now.values()),
            numerator=numerator,
            denominator=denominator if kpi in RATIOS else None,
            services=len(now),
            of=len(counted),
            withheld=sum(self._is_withheld(service, kpi, first) for service in counted),
            stocks=sum((f.numerator for f in now.values() if f.stock), Fraction(0)),
            like_for_like_value=_of_some(kpi, now, like),
            like_for_like_year_before=_of_some(kpi, then, like),
            like_for_like_services=len(like),
            like_for_like_constant_volumes=_at_volumes(kpi, now, then, like),
            largest=largest,
            largest_share=share,
            without_largest_value=_of_some(kpi, now, others) if alone else None,
            without_largest_like_for_like_value=_of_some(kpi, now, like_others) if alone else None,
            without_largest_like_for_like_year_before=(
                _of_some(kpi, then, like_others) if alone else None
            ),
            without_largest_like_for_like_services=len(like_others) if alone else None,
            complete=len(now) >= HEADLINE_SHARE * waited_for,
        )

    def _is_withheld(self, service: str, kpi: str, first: int) -> bool:
        figure = self.services[service].figures.get((kpi, first))
        return figure is not None and figure.value is None

    def _silence(
        self,
        group: Group,
        kpi: str,
        head: int,
        figures: Mapping[int, Mapping[str, Figure]],
        row: Row,
    ) -> None:
        """Who once reported, is open, and has no figure for the headline's months or later."""
        silent, total = [], Fraction(0)
        before = figures.get(head - YEAR, {})
        for service in group.services:
            mine = self.services[service]
            later = range(head, self.newest + 1)
            reported = sorted(first for first in figures if service in figures[first])
            is_silent = bool(
                reported
                and self.is_open(service, head)
                and not any(mine.has(kpi, first) for first in later)
            )
            if service in before:
                weight = _weight(kpi, before[service])
            elif is_silent:
                weight = _weight(kpi, figures[reported[-1]][service])
            else:
                continue
            total += weight
            if is_silent:
                silent.append((service, weight, reported[-1]))
        row.silent = tuple(silent)
        row.silent_services = len(silent)
        lost = sum((weight for _, weight, _ in silent), Fraction(0))
        row.silent_share = lost / total if total else Fraction(0)


def _life(row: Mapping[str, str]) -> tuple[date | None, date | None]:
    opened = span(row["opened"]).days[0] if row["opened"] else None
    return opened, span(row["closed"]).days[1] if row["closed"] else None


def _sums(figures: Iterable[Figure]) -> tuple[Fraction, Fraction]:
    mine = list(figures)
    return (
        sum((one.numerator for one in mine), Fraction(0)),
        sum((one.denominator or Fraction(0) for one in mine), Fraction(0)),
    )


def _of(kpi: str, figures: Iterable[Figure]) -> Fraction:
    """The figure of services: the sum, or the sum over the sum."""
    numerator, denominator = _sums(figures)
    return numerator / denominator if kpi in RATIOS else numerator


def _of_some(kpi: str, figures: Mapping[str, Figure], services: Sequence[str]) -> Fraction | None:
    return _of(kpi, [figures[service] for service in services]) if services else None


def _at_volumes(
    kpi: str, now: Mapping[str, Figure], then: Mapping[str, Figure], like: Sequence[str]
) -> Fraction | None:
    """The ratio now if each service had the volume that it had a year before."""
    if kpi not in RATIOS or not like:
        return None
    top, bottom = Fraction(0), Fraction(0)
    for service in like:
        one, volume = now[service], then[service].denominator
        assert one.denominator
        assert volume
        top += one.numerator / one.denominator * volume
        bottom += volume
    return top / bottom


def _weight(kpi: str, figure: Figure) -> Fraction:
    weight = figure.denominator if kpi in RATIOS else figure.numerator
    assert weight is not None
    return weight


def _largest(kpi: str, now: Mapping[str, Figure]) -> tuple[str | None, Fraction | None]:
    """Which of several services has half of the weight or more, and its share; else none."""
    weights = {service: _weight(kpi, figure) for service, figure in now.items()}
    total = sum(weights.values(), Fraction(0))
    if len(weights) > 1 and total:
        service = min(weights, key=lambda one: (-weights[one], one))
        if weights[service] >= HALF * total:
            return service, weights[service] / total
    return None, None


def _panel(
    kpi: str, head: int, figures: Mapping[int, Mapping[str, Figure]], rows: Mapping[int, Row]
) -> None:
    """The points of the line: the same services in every quarter shown, from the headline back."""
    followed, shown = set(figures[head]), [head]
    for back in range(1, PANEL_QUARTERS + 1):
        first = head - QUARTER * back
        left = followed & set(figures.get(first, {}))
        if len(left) < PANEL_SHARE * len(figures[head]):
            break
        followed, shown = left, [*shown, first]
    if len(shown) > 1:
        for first in shown:
            rows[first].panel_value = _of(kpi, [figures[first][service] for service in followed])
            rows[first].panel_services = len(followed)


def all_rows(recount: Recount) -> dict[tuple[str, str, str, int], Row]:
    """Every row of every group's file: by kind, name, KPI and the first of the 12 months."""
    return {
        (group.kind, group.name, kpi, first): row
        for group in groups_of(recount.given)
        for kpi in KPIS
        for first, row in recount.rows(group, kpi).items()
    }
