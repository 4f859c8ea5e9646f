"""What published figures tell of figures that are not published: sums, and rates, solved.

What is said of a service on one day is a `World`: numbers, and figures whose numbers are secret. It
is turned into equations. A figure is the sum of the stretches of time that it covers; all channels
are the sum of the channels; a stated rate times what is below the line is what is above it. A
secret is told where these equations leave it one value only.

Whether it is so depends on what is published and on which figures are secret, never on the secret
numbers: what is made of the answer would tell them. Stated rates are taken as exact, although they
are rounded: what they tell is near enough.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from perfsite.kpis import KPIS, Adding
from perfsite.measures import DIGITAL
from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from perfsite.kpis import Kpi


_DUST: Final = 1e-9
"""Relative to what was added up: smaller is nothing."""
_UNCERTAIN: Final = 1e-8
"""How exact the elimination is; a sum that is told is told exactly."""
_ROUNDED: Final = 0.01
"""As far as a rate that was rounded may lead away."""


class PublishedFigure(NamedTuple):
    """A figure of a service: its period (the code), measure and channel."""

    period: str
    measure: str
    channel: str


@dataclass(frozen=True)
class Rules:
    """How measures hang together.

    Attributes:
        additive: the measures whose figures add up, over channels and over time.
        signed: those of them that may be below zero.
        digital: the digital channels.
    """

    additive: frozenset[str]
    signed: frozenset[str]
    digital: frozenset[str]


@dataclass(frozen=True)
class World:
    """What is said of one service.

    Attributes:
        numbers: the figures that are published.
        nothing: those that are published as not applicable, which count as zero.
        secrets: those that must not be told, in the order in which they are looked at. One that
            has a number too is a revision that waits: the number that is published is another.
        unknown: those that are published as not available.
        stocks: measures whose longer periods are no sums of shorter ones.
    """

    numbers: Mapping[PublishedFigure, float]
    nothing: frozenset[PublishedFigure]
    secrets: Sequence[PublishedFigure]
    unknown: frozenset[PublishedFigure] = frozenset()
    stocks: frozenset[str] = frozenset()

    @property
    def figures(self) -> set[PublishedFigure]:
        """All figures that there are or may be."""
        return {*self.numbers, *self.nothing, *self.secrets, *self.unknown}


class _Atom(NamedTuple):
    """A stretch of time of a measure and channel within which nobody gave a figure."""

    measure: str
    channel: str
    start: int
    end: int


@dataclass(frozen=True)
class _Equation:
    """Atoms times numbers are `total`; `sources` are the published figures that say so."""

    terms: Mapping[_Atom, float]
    total: float
    sources: frozenset[PublishedFigure]
    size: float = 1.0


@dataclass
class _Solved:
    """The atoms that are known, each with its value and the figures that tell it."""

    values: dict[_Atom, float] = field(default_factory=dict)
    sources: dict[_Atom, frozenset[PublishedFigure]] = field(default_factory=dict)
    left: list[_Equation] = field(default_factory=list)


class Equations:
    """All that the figures of a world have to do with each other."""

    def __init__(self, world: World, rules: Rules) -> None:
        """Nothing is solved yet."""
        self._world = world
        self._rules = rules
        self._rates = _rates()
        self._by_series: dict[tuple[str, str], set[PublishedFigure]] = defaultdict(set)
        for figure in world.figures:
            self._by_series[figure.measure, figure.channel].add(figure)
        self._channels: dict[str, list[str]] = defaultdict(list)
        for measure, channel in sorted(self._by_series):
            if channel:
                self._channels[measure].append(channel)

    def derivable(
        self, without: Collection[PublishedFigure] = ()
    ) -> dict[PublishedFigure, frozenset[PublishedFigure]]:
        """The secrets that can be worked out, each with published figures that tell it.

        `without` are figures that are taken as not published.
        """
        solved = _solve(self._published(without), self._rules.signed)
        derivable: dict[PublishedFigure, frozenset[PublishedFigure]] = {}
        for secret in self._world.secrets:
            if secret in self._world.numbers and secret not in without:
                sources = self._revised(secret, without)
            else:
                sources = self._sources(secret, solved)
            if sources:
                derivable[secret] = sources
        return derivable

    def _revised(
        self, secret: PublishedFigure, without: Collection[PublishedFigure]
    ) -> frozenset[PublishedFigure]:
        """What tells that a published number is not the newest: others that do not fit it."""
        solved = _solve(self._published({*without, secret}), self._rules.signed)
        sources = self._sources(secret, solved)
        if not sources:
            return sources
        before = self._world.numbers[secret]
        after = solved.value(self._terms(secret))
        rounded = any(source.measure in self._rates for source in sources)
        near = max(abs(before), abs(after), 1.0) * (_ROUNDED if rounded else _DUST)
        return sources if abs(after - before) > near else frozenset()

    def _sources(self, secret: PublishedFigure, solved: _Solution) -> frozenset[PublishedFigure]:
        """The published figures that tell a secret; none where it stays one."""
        sources = solved.tells(self._terms(secret))
        if sources or secret.measure not in self._rates:
            return sources
        above, below = self._sides(secret)
        if not above or not below:
            return frozenset()
        of_above, of_below = solved.tells(above), solved.tells(below)
        return of_above | of_below if of_above and of_below else frozenset()

    def _published(self, without: Collection[PublishedFigure]) -> list[_Equation]:
        """The equations of what is published."""
        equations = list(self._sums)
        for figure, value in self._world.numbers.items():
            if figure in without:
                continue
            if figure.measure in self._rates:
                above, below = self._sides(figure)
                if above and below:
                    terms = _added(below, value, above, -1.0)
                    equations.append(_Equation(terms, 0.0, frozenset({figure})))
            equations.append(_Equation(self._terms(figure), value, frozenset({figure}), abs(value)))
        return equations

    @cached_property
    def _sums(self) -> list[_Equation]:
        """All channels are the sum of the channels, in each period that anybody gave.

        A total that nobody gave is made of them, and a rate may need it.
        """
        equations = []
        for measure, channels in self._channels.items():
            if measure not in self._rules.additive:
                continue
            every = (self._by_series.get((measure, channel), set()) for channel in ("", *channels))
            for period in sorted({figure.period for figures in every for figure in figures}):
                whole = PublishedFigure(period, measure, "")
                inside = self._inside(period, measure, channels)
                # A lone channel below a total is not all that there is: the rest stays unknown.
                if len(inside) > 1:
                    parts: dict[_Atom, float] = {}
                    for figure in inside:
                        parts = _added(parts, 1.0, self._terms(figure), 1.0)
                    terms = _added(self._terms(whole), 1.0, parts, -1.0)
                    equations.append(_Equation(terms, 0.0, frozenset()))
        return equations

    def _inside(self, period: str, measure: str, channels: Sequence[str]) -> list[PublishedFigure]:
        """The figures that make a period of a measure: of the channels that were given for it.

        Where fewer than two were given for just that period, of those that were given within it.
        """
        every = [PublishedFigure(period, measure, channel) for channel in channels]
        exact = [
            figure
            for figure in every
            if figure in self._by_series.get((measure, figure.channel), ())
        ]
        return exact if len(exact) > 1 else [figure for figure in every if self._reaches(figure)]

    def _reaches(self, figure: PublishedFigure) -> bool:
        """Whether any figure of the series is for a time within a period, or around it."""
        start, end = _span(figure.period)
        firsts, lasts = self._covered.get(figure[1:], ([], []))
        at = bisect_left(firsts, end) - 1
        return at >= 0 and lasts[at] > start

    @cached_property
    def _covered(self) -> dict[tuple[str, str], tuple[list[int], list[int]]]:
        """By series, where the times that it has figures for begin and end, without overlaps."""
        covered: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        for series, figures in self._by_series.items():
            firsts: list[int] = []
            lasts: list[int] = []
            for start, end in sorted(_span(figure.period) for figure in figures):
                if lasts and start <= lasts[-1]:
                    lasts[-1] = max(end, lasts[-1])
                else:
                    firsts.append(start)
                    lasts.append(end)
            covered[series] = firsts, lasts
        return covered

    def _terms(self, figure: PublishedFigure) -> dict[_Atom, float]:
        """A figure as a sum of atoms; nothing where it is not applicable."""
        if figure in self._world.nothing:
            return {}
        start, end = _span(figure.period)
        adds = figure.measure in self._rules.additive and figure.measure not in self._world.stocks
        if not adds:
            return {_Atom(figure.measure, figure.channel, start, end): 1.0}
        cuts = self._cuts[figure.measure]
        edges = [start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]
        pairs = pairwise(edges)
        return {_Atom(figure.measure, figure.channel, *pair): 1.0 for pair in pairs}

    @cached_property
    def _cuts(self) -> dict[str, list[int]]:
        """By measure, the days on which periods begin or end: its own, and those of its rates."""
        cuts: dict[str, set[int]] = defaultdict(set)
        for (measure, _), figures in self._by_series.items():
            spans = {day for figure in figures for day in _span(figure.period)}
            cuts[measure] |= spans
            for name in _measures_of(self._rates.get(measure)):
                cuts[name] |= spans
        return defaultdict(list, {measure: sorted(days) for measure, days in cuts.items()})

    def _sides(self, stated: PublishedFigure) -> tuple[dict[_Atom, float], dict[_Atom, float]]:
        """What stands above and below the line of a stated rate; nothing where it is not known."""
        kpi = self._rates[stated.measure]
        if kpi.adding is Adding.POOLED:
            above = self._side(stated, kpi.numerator, range(len(kpi.numerator)))
            most = [len(kpi.numerator) - 1] * len(kpi.numerator)
            return above, self._side(stated, kpi.numerator, most)
        ones = [1] * max(len(kpi.numerator), len(kpi.denominator))
        return self._side(stated, kpi.numerator, ones), self._side(stated, kpi.denominator, ones)

    def _side(
        self, stated: PublishedFigure, parts: Sequence[str], factors: Iterable[int]
    ) -> dict[_Atom, float]:
        terms: dict[_Atom, float] = {}
        for part, factor in zip(parts, factors, strict=False):
            for figure in self._figures_of(part, stated):
                terms = _added(terms, 1.0, self._terms(figure), float(factor))
        return terms

    def _figures_of(self, part: str, stated: PublishedFigure) -> list[PublishedFigure]:
        """The figures that a part of a KPI is made of, for the period and channel of a rate."""
        measure = part.partition(":")[0]
        if part == DIGITAL and stated.channel:
            return []
        if part != DIGITAL:
            return [PublishedFigure(stated.period, measure, stated.channel)]
        digital = [channel for channel in self._channels[measure] if channel in self._rules.digital]
        every = [PublishedFigure(stated.period, measure, channel) for channel in digital]
        exact = [
            figure
            for figure in every
            if figure in self._by_series.get((measure, figure.channel), ())
        ]
        return exact or [figure for figure in every if self._reaches(figure)]


class _Solution:
    """What follows from equations: which atoms are known, and which sums of the others are."""

    def __init__(self, solved: _Solved) -> None:
        self._solved = solved
        self._components: dict[_Atom, _Matrix] = {}
        for component in _components(solved.left):
            matrix = _Matrix(component)
            self._components |= dict.fromkeys(matrix.atoms, matrix)

    def tells(self, terms: Mapping[_Atom, float]) -> frozenset[PublishedFigure]:
        """The published figures that tell a sum of atoms; none where it stays unknown."""
        answer = self._worked_out(terms)
        return answer[1] if answer else frozenset()

    def value(self, terms: Mapping[_Atom, float]) -> float:
        """The value of a sum of atoms; NaN where it stays unknown."""
        answer = self._worked_out(terms)
        return answer[0] if answer else float("nan")

    def _worked_out(
        self, terms: Mapping[_Atom, float]
    ) -> tuple[float, frozenset[PublishedFigure]] | None:
        value, sources = 0.0, frozenset[PublishedFigure]()
        rest: dict[_Atom, float] = {}
        for atom, factor in terms.items():
            if atom in self._solved.values:
                value += factor * self._solved.values[atom]
                sources |= self._solved.sources[atom]
            else:
                rest[atom] = factor
        while rest:
            matrix = self._components.get(next(iter(rest)))
            if matrix is None:
                return None
            within = {atom: factor for atom, factor in rest.items() if atom in matrix.atoms}
            answer = matrix.solve(within)
            if answer is None:
                return None
            value, sources = value + answer[0], sources | answer[1]
            rest = {atom: factor for atom, factor in rest.items() if atom not in within}
        return value, sources


class _Matrix:
    """Equations that hang together, as a matrix."""

    def __init__(self, equations: Sequence[_Equation]) -> None:
        self._equations = equations
        every = dict.fromkeys(atom for equation in equations for atom in equation.terms)
        self.atoms = {atom: at for at, atom in enumerate(every)}

    @cached_property
    def _split(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The matrix as its singular values and vectors, without those that are nothing.

        Each row is divided by its largest number, and is an equation.
        """
        rows = np.zeros((len(self._equations), len(self.atoms)))
        for at, equation in enumerate(self._equations):
            for atom, factor in equation.terms.items():
                rows[at, self.atoms[atom]] = factor / self._sizes[at]
        left, values, right = np.linalg.svd(rows, full_matrices=False)
        some = values > _DUST * values[0]
        return left[:, some], values[some], right[some]

    @cached_property
    def _sizes(self) -> np.ndarray:
        return np.array([max(map(abs, equation.terms.values())) for equation in self._equations])

    def solve(
        self, terms: Mapping[_Atom, float]
    ) -> tuple[float, frozenset[PublishedFigure]] | None:
        """The value of a sum of atoms and the figures that tell it; None if there are many."""
        wanted = np.zeros(len(self.atoms))
        for atom, factor in terms.items():
            wanted[self.atoms[atom]] = factor
        left, values, right = self._split
        along = right @ wanted
        if not np.allclose(right.T @ along, wanted, atol=_UNCERTAIN):
            return None
        weights = left @ (along / values)
        totals = np.array([equation.total for equation in self._equations]) / self._sizes
        used = [
            equation.sources
            for equation, x in zip(self._equations, weights, strict=True)
            if abs(x) > _DUST
        ]
        return float(weights @ totals), frozenset[PublishedFigure]().union(*used)


def _solve(equations: Iterable[_Equation], signed: Collection[str]) -> _Solution:
    """Work out what follows step by step: an equation with one unknown, again and again."""
    solved = _Solved()
    waiting = [equation for equation in equations if equation.terms]
    while True:
        left = [_without_known(equation, solved) for equation in waiting]
        waiting = [equation for equation in left if equation.terms]
        news = False
        for equation in waiting:
            if len(equation.terms) == 1 or _is_nothing(equation, signed):
                for atom, factor in equation.terms.items():
                    if atom not in solved.values:
                        alone = len(equation.terms) == 1
                        solved.values[atom] = equation.total / factor if alone else 0.0
                        solved.sources[atom] = equation.sources
                        news = True
        if not news:
            solved.left = waiting
            return _Solution(solved)


def _without_known(equation: _Equation, solved: _Solved) -> _Equation:
    solved_atoms = [atom for atom in equation.terms if atom in solved.values]
    if not solved_atoms:
        return equation
    parts = [equation.terms[atom] * solved.values[atom] for atom in solved_atoms]
    sources = equation.sources.union(*(solved.sources[atom] for atom in solved_atoms))
    terms = {atom: factor for atom, factor in equation.terms.items() if atom not in solved.values}
    return _Equation(
        terms, equation.total - sum(parts), sources, equation.size + sum(map(abs, parts))
    )


def _is_nothing(equation: _Equation, signed: Collection[str]) -> bool:
    """Whether nothing is left of a sum of figures of which none is below zero: each is zero."""
    factors = equation.terms.values()
    same = all(factor > 0 for factor in factors) or all(factor < 0 for factor in factors)
    return (
        same
        and abs(equation.total) <= _DUST * equation.size
        and not any(atom.measure in signed for atom in equation.terms)
        and bool(equation.sources)
    )


def _components(equations: Sequence[_Equation]) -> Iterable[list[_Equation]]:
    """Equations that have atoms in common, together."""
    of_atom: dict[_Atom, list[int]] = defaultdict(list)
    for at, equation in enumerate(equations):
        for atom in equation.terms:
            of_atom[atom].append(at)
    seen: set[int] = set()
    for first in range(len(equations)):
        if first in seen:
            continue
        seen.add(first)
        waiting, component = [first], []
        while waiting:
            at = waiting.pop()
            component.append(at)
            near = {neighbour for atom in equations[at].terms for neighbour in of_atom[atom]} - seen
            seen |= near
            waiting += near
        yield [equations[at] for at in sorted(component)]


def _added(
    first: Mapping[_Atom, float], times: float, second: Mapping[_Atom, float], by: float
) -> dict[_Atom, float]:
    """Two sums of atoms, each times a number, as one; what comes to nothing is left out."""
    added = {atom: factor * times for atom, factor in first.items()}
    for atom, factor in second.items():
        added[atom] = added.get(atom, 0.0) + factor * by
    return {atom: factor for atom, factor in added.items() if factor}


def _rates() -> dict[str, Kpi]:
    """The KPIs that may be stated, by the measure that states them."""
    return {
        kpi.stated: kpi
        for kpi in KPIS.values()
        if kpi.stated and kpi.adding in (Adding.RATIO, Adding.POOLED)
    }


def _measures_of(kpi: Kpi | None) -> set[str]:
    return {part.partition(":")[0] for part in kpi.operands} if kpi else set()


@cache
def _span(code: str) -> tuple[int, int]:
    """The first day of a period, and the day after its last, as ordinals."""
    period = Period.parse(code)
    return period.start.toordinal(), period.end.toordinal() + 1
