"""Somebody who wants to know what a site does not say, and has its published files alone.

Nothing of perfsite is used here. What the adversary knows of the field is what any reader knows:
all channels are the sum of the channels, a year is the sum of its quarters, a share is a part of a
whole, a department is its services, and what an earlier edition said was so then. A series is taken
as one that counts up: each figure is the difference of two points of it.
"""

from __future__ import annotations

import calendar
import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = tuple[str, str, str, str]
"""Service, period, measure, channel."""
_Point = tuple[str, str, date]
"""A measure and channel, and a day until which it has counted."""

_ADDING: Final = {
    "transactions", "cost", "started", "completed", "uptime", "downtime",
    *(f"rating_{n}" for n in range(1, 6)),
}  # fmt: skip
_DIGITAL: Final = {"digital", "online", "web", "api", "app", "mobile"}
_RATES: Final = {
    "completion_rate": ("completed", "started"),
    "cost_per_transaction": ("cost", "transactions"),
    "digital_take_up": ("digital", "transactions"),
}
_KPIS: Final = {**_RATES, "transactions_per_year": ("transactions", ""), "total_cost": ("cost", "")}
_NEAR: Final = 0.005
"""A figure that is known so well is known: pages print three digits."""


def worked_out(tree: Mapping[str, bytes], wanted: Iterable[Key]) -> dict[Key, set[float]]:
    """What the adversary takes each wanted figure to be: one number, several guesses, or none."""
    worlds = _worlds(tree)
    found: dict[Key, set[float]] = {}
    solvers: dict[tuple[int, str], _Solver] = {}
    for key in wanted:
        guesses = set()
        for at, world in enumerate(worlds):
            if (at, key[0]) not in solvers:
                solvers[at, key[0]] = _Solver(world.of(key[0]), _seen(worlds, key[0]))
            guesses |= solvers[at, key[0]].guesses(key[1:])
            guesses |= world.from_groups(key)
        found[key] = guesses
    return found


def is_known(guesses: Iterable[float], truth: float) -> bool:
    """Whether one of the guesses is the figure, as near as pages print figures."""
    return any(abs(one - truth) <= max(0.5 * (truth > 1), _NEAR * truth) for one in guesses)


def whole_numbers(tree: Mapping[str, bytes]) -> set[int]:
    """Every whole number that stands anywhere in the files, with separators or without."""
    found: set[str] = set()
    for data in tree.values():
        text = data.decode("utf-8", "replace").replace("\u202f", ",").replace("\xa0", ",")
        found.update(re.findall(r"[0-9][0-9,]*", text))
        found.update(re.findall(r"[0-9]+", text))
    return {int(digits) for one in found if (digits := one.replace(",", ""))}


@dataclass
class _Said:
    """What is said of a service in one world: numbers, and what is not applicable."""

    numbers: dict[tuple[str, str, str], float] = field(default_factory=dict)
    nothing: set[tuple[str, str, str]] = field(default_factory=set)
    kpis: list[tuple[str, str, float, float]] = field(default_factory=list)


@dataclass
class _World:
    """All that is said at one time."""

    services: dict[str, _Said] = field(default_factory=lambda: defaultdict(_Said))
    departments: dict[str, str] = field(default_factory=dict)
    groups: list[dict[str, str]] = field(default_factory=list)

    def of(self, service: str) -> _Said:
        return self.services[service]

    def from_groups(self, key: Key) -> set[float]:
        """A department less all of its other services, where it is made of one more."""
        service, period, measure, channel = key
        found = set()
        for row in self.groups:
            above, below = _KPIS.get(row["kpi"], ("", ""))
            mine = row["department"] == self.departments.get(service)
            if not mine or row["period"] != period or channel or measure not in (above, below):
                continue
            others = [
                one
                for one, department in self.departments.items()
                if department == row["department"] and one != service
            ]
            known = [self.services[one].numbers.get((period, measure, "")) for one in others]
            said = row["numerator" if measure == above else "denominator"] or row["value"]
            given = [one for one in known if one is not None]
            if said and len(given) + 1 == int(row["services"]):
                found.add(float(said) - sum(given))
        return found


def _worlds(tree: Mapping[str, bytes]) -> list[_World]:
    """Now, completed by what was said before and is not said otherwise; and each edition."""
    days = sorted({path.split("/")[1] for path in tree if re.match(r"editions/\d", path)})
    editions = [_world(tree, f"editions/{day}/") for day in days]
    now = _world(tree, "data/")
    for edition in reversed(editions):
        for service, said in edition.services.items():
            for key, number in said.numbers.items():
                now.services[service].numbers.setdefault(key, number)
    return [now, *editions]


def _world(tree: Mapping[str, bytes], folder: str) -> _World:
    world = _World()
    for row in _rows(tree, f"{folder}observations.csv"):
        said = world.services[row["service"]]
        key = row["period"], row["measure"], row["channel"]
        if row["value"]:
            said.numbers[key] = float(row["value"])
        elif row["status"].startswith("not_applicable"):
            said.nothing.add(key)
    for row in _rows(tree, f"{folder}kpis.csv"):
        number = row["numerator"] or (row["value"] if row["kpi"] == "transactions_per_year" else "")
        if row["kpi"] in _KPIS and row["period"] and number:
            one = (row["kpi"], row["period"], float(number), float(row["denominator"] or "nan"))
            world.services[row["service"]].kpis.append(one)
    world.departments = {
        row["service"]: row["department"] for row in _rows(tree, f"{folder}services.csv")
    }
    world.groups = _rows(tree, f"{folder}departments.csv")
    return world


def _rows(tree: Mapping[str, bytes], path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tree.get(path, b"").decode(), newline="")))


def _seen(worlds: Sequence[_World], service: str) -> set[tuple[str, str]]:
    """The measures and channels that a service ever had a figure of."""
    return {key[1:] for world in worlds for key in world.of(service).numbers}


class _Solver:
    """Equations between the points of all series of a service."""

    def __init__(self, said: _Said, seen: set[tuple[str, str]]) -> None:
        self._said = said
        self._seen = seen
        self._points: dict[_Point, int] = {}
        self._equations: list[tuple[dict[int, float], float]] = []

    def guesses(self, key: tuple[str, str, str]) -> set[float]:
        """What a figure must be: by sums alone, and with rates, if anything follows."""
        found = set()
        for channels in ("given", "ever"):
            for rates in (False, True):
                guess = self._guess(key, channels, rates=rates)
                if guess is not None:
                    found.add(guess)
        return found

    def _guess(self, key: tuple[str, str, str], channels: str, *, rates: bool) -> float | None:
        self._state(key, channels, rates=rates)
        period, measure, channel = key
        if measure in _ADDING:
            return self._solved([(1.0, self._figure(*key))])
        if measure not in _RATES or channel:
            return None
        above, below = _RATES[measure]
        top, bottom = (
            self._solved([(1.0, one) for one in self._part(period, part)])
            for part in (above, below)
        )
        return top / bottom if top is not None and bottom else None

    def _state(self, key: tuple[str, str, str], channels: str, *, rates: bool) -> None:
        """Write all equations down."""
        self._points, self._equations = {}, []
        for one, number in self._said.numbers.items():
            # What it says of the figure itself may be an older one.
            if one[1] in _ADDING and one != key:
                self._add([(1.0, self._figure(*one))], number)
        for kpi, when, above, below in self._said.kpis:
            for part, number in zip(_KPIS[kpi], (above, below), strict=True):
                if part and number == number:  # noqa: PLR0124 - not NaN
                    self._add([(1.0, one) for one in self._part(when, part)], number)
        for when, of in {(one[0], one[1]) for one in (*self._said.numbers, key)}:
            self._whole(when, of, key, channels)
        if rates:
            for one, number in self._said.numbers.items():
                self._rate(one, number)

    def _whole(self, when: str, of: str, key: tuple[str, str, str], channels: str) -> None:
        """All channels are the sum of those that are given, or of those that ever were."""
        if of not in _ADDING:
            return
        every = sorted(channel for measure, channel in self._seen if measure == of and channel)
        own = [key[2]] if key[1] == of and key[2] and key[0] == when else []
        given = [one for one in every if (when, of, one) in self._said.numbers]
        mine = sorted({*(given if channels == "given" else every), *own})
        mine = [one for one in mine if (when, of, one) not in self._said.nothing]
        if len(mine) > 1:
            parts = [(-1.0, self._figure(when, of, one)) for one in mine]
            self._add([(1.0, self._figure(when, of, "")), *parts], 0.0)

    def _rate(self, one: tuple[str, str, str], number: float) -> None:
        period, measure, channel = one
        if measure == "user_satisfaction":
            answers = [self._figure(period, f"rating_{n}", channel) for n in range(1, 6)]
            factors = [number * 4 - n for n in range(5)]
            self._add(list(zip(factors, answers, strict=True)), 0.0)
        elif measure in _RATES:
            above, below = _RATES[measure]
            if channel:
                tops, bottoms = ([self._figure(period, part, channel)] for part in (above, below))
            else:
                tops, bottoms = self._part(period, above), self._part(period, below)
            self._add([*((1.0, x) for x in tops), *((-number, x) for x in bottoms)], 0.0)

    def _part(self, period: str, part: str) -> list[dict[int, float]]:
        if part != "digital":
            return [self._figure(period, part, "")]
        known = sorted(c for m, c in self._seen if m == "transactions" and c in _DIGITAL)
        return [self._figure(period, "transactions", one) for one in known or ["digital"]]

    def _figure(self, period: str, measure: str, channel: str) -> dict[int, float]:
        start, end = days_of(period)
        first, last = (
            self._points.setdefault((measure, channel, day), len(self._points))
            for day in (start, end)
        )
        return {last: 1.0, first: -1.0}

    def _add(self, terms: Iterable[tuple[float, dict[int, float]]], total: float) -> None:
        found: dict[int, float] = defaultdict(float)
        for factor, one in terms:
            for point, sign in one.items():
                found[point] += factor * sign
        self._equations.append((dict(found), total))

    def _solved(self, terms: Iterable[tuple[float, dict[int, float]]]) -> float | None:
        wanted = np.zeros(len(self._points))
        for factor, one in terms:
            for point, sign in one.items():
                wanted[point] += factor * sign
        rows = np.zeros((len(self._equations), len(self._points)))
        totals = np.zeros(len(self._equations))
        for at, (equation, total) in enumerate(self._equations):
            size = max(map(abs, equation.values()), default=0) or 1.0
            totals[at] = total / size
            for point, factor in equation.items():
                rows[at, point] = factor / size
        if not len(rows):
            return None
        weights = np.linalg.lstsq(rows.T, wanted, rcond=None)[0]
        if np.abs(rows.T @ weights - wanted).max() > 1e-7:
            return None
        return float(weights @ totals)


def days_of(period: str) -> tuple[date, date]:
    """The first day of a period, and the day after its last."""
    if "/" in period:
        first, last = period.split("/")
        return days_of(first)[0], days_of(last)[1]
    year, _, rest = period.partition("-")
    if not rest:
        return date(int(year), 1, 1), date(int(year) + 1, 1, 1)
    if rest[0] == "Q":
        month = 3 * int(rest[1]) - 2
        return date(int(year), month, 1), _after(int(year), month + 2)
    if rest[0] == "W":
        monday = date.fromisocalendar(int(year), int(rest[1:]), 1)
        return monday, monday + timedelta(7)
    if "-" in rest:
        day = date.fromisoformat(period)
        return day, day + timedelta(1)
    return date(int(year), int(rest), 1), _after(int(year), int(rest))


def _after(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1]) + timedelta(1)
