"""The exact numbers of a built site, from its own data files."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from html import unescape
from typing import TYPE_CHECKING, Final

from reader.tokens import Exact
from recount.given import DIGITAL_CHANNELS, KPI_COLUMN, Span, read_rows, span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHARES: Final = frozenset({"digital_take_up", "completion_rate", "user_satisfaction"})
SHARE_KINDS: Final = SHARES | {"availability"}
AMOUNTS: Final = frozenset({"cost_per_transaction", "total_cost", "cost"})
COUNTS_OF_GROUPS: Final = (
    *("services", "of", "like_for_like_services", "withheld", "panel_services"),
    *("silent_services", "without_largest_like_for_like_services"),
)
SHARES_OF_GROUPS: Final = ("largest_share", "silent_share")
VALUES_OF_GROUPS: Final = (
    *("value", "like_for_like_value", "like_for_like_year_before", "panel_value"),
    *("like_for_like_constant_volumes", "without_largest_value"),
    *("without_largest_like_for_like_value", "without_largest_like_for_like_year_before"),
)
SMALLEST_BASE: Final = 20
NOTES: Final = ("description", "cost_notes", "notes")
"""Columns of the register in which a service says something in its own words."""
STATED: Final = frozenset({"cost_per_transaction", *SHARE_KINDS})
_HEADING: Final = re.compile(r"<h1[^>]*>([^<]*)</h1>")
Row = dict[str, str]


@lru_cache(maxsize=100_000)
def _span(code: str) -> Span:
    return span(code)


def number(text: str) -> Fraction | None:
    """A cell of a file as a number; None where it is blank."""
    return Fraction(text) if text else None


def kind_of(name: str) -> str:
    """What the numbers of a KPI or measure are."""
    if name in SHARE_KINDS:
        return "share"
    return "amount" if name in AMOUNTS else "count"


@dataclass(frozen=True)
class Kpi:
    """A row of data/kpis.csv."""

    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    uncertain: Fraction = Fraction(0)


def change(
    kind: str,
    now: Fraction | None,
    before: Fraction | None,
    off: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0)),
) -> Iterator[Exact]:
    """What a change may be told as: points of shares; else a percentage, a difference, times.

    A percentage is of no base that counts less than 20: of money, pennies. `off` says by how much
    either number may be off.
    """
    if now is None or before is None:
        return
    if kind == "share":
        yield Exact("points", (now - before) * 100)
        return
    uncertain = sum(off, Fraction(0))
    yield Exact(kind, now - before, uncertain=uncertain)
    yield Exact(kind, abs(now - before), uncertain=uncertain)
    if before > 0 and now >= 0:
        if before * (100 if kind == "amount" else 1) >= SMALLEST_BASE:
            share = (off[0] + off[1] * now / before) / before
            yield Exact("percent", (now / before - 1) * 100, before, share * 100)
        yield Exact("times", now / before)


@dataclass(frozen=True)
class Offs:
    """By how much the costs of a group may be off, for the services that stand behind each."""

    value: Fraction = Fraction(0)
    like: Fraction = Fraction(0)
    like_before: Fraction = Fraction(0)
    others: Fraction = Fraction(0)
    like_others: Fraction = Fraction(0)
    like_others_before: Fraction = Fraction(0)

    def of(self, name: str) -> Fraction:
        """That of a column of the group's file."""
        return {
            "like_for_like_value": self.like,
            "like_for_like_year_before": self.like_before,
            "like_for_like_constant_volumes": self.like,
            "without_largest_value": self.others,
            "without_largest_like_for_like_value": self.like_others,
            "without_largest_like_for_like_year_before": self.like_others_before,
        }.get(name, self.value)


class Truth:
    """The files of a site."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.services = {row["service"]: row for row in self.rows("data/services.csv")}
        self.kpis: dict[str, dict[tuple[str, Span], Kpi]] = {}
        for row in self.rows("data/kpis.csv"):
            if row["period"]:
                self.kpis.setdefault(row["service"], {})[row["kpi"], _span(row["period"])] = Kpi(
                    number(row["value"]), number(row["numerator"]), number(row["denominator"])
                )
        self.decimals: dict[tuple[str, str, Span], int] = {}
        self.given: dict[str, dict[Span, dict[tuple[str, str], Fraction]]] = {}
        self.sources = self._sources()
        self.notes: dict[str, set[str]] = {
            service: {" ".join(row[name].split()) for name in NOTES}
            for service, row in self.services.items()
        }
        for row in self.rows("data/observations.csv"):
            if row["note"]:
                self.notes.setdefault(row["service"], set()).add(" ".join(row["note"].split()))
            value = number(row["value"])
            if value is not None:
                period = _span(row["period"])
                mine = self.given.setdefault(row["service"], {}).setdefault(period, {})
                mine[row["measure"], row["channel"]] = value
                if not row["channel"] and row["measure"] in STATED:
                    decimals = len(row["value"].partition(".")[2])
                    self.decimals[row["service"], row["measure"], period] = decimals
        for service, mine_ in self.kpis.items():
            for (kpi, period), one in mine_.items():
                off = self._uncertain(service, kpi, period, one)
                if off:
                    mine_[kpi, period] = replace(one, uncertain=off)

    def _sources(self) -> dict[str, list[tuple[str, str, str, Span, Fraction]]]:
        """The figures by where they stand, as the file of their service says it."""
        found: dict[str, list[tuple[str, str, str, Span, Fraction]]] = {}
        for service in self.services:
            for row in self.rows(f"services/{service}.csv"):
                value = number(row["value"])
                if value is not None:
                    figure = service, row["measure"], row["channel"], _span(row["period"]), value
                    found.setdefault(row["source"], []).append(figure)
        return found

    def _uncertain(self, service: str, kpi: str, period: Span, one: Kpi) -> Fraction:
        """By how much a figure may be off: stated to so many decimals, or a product of such."""
        if kpi in {"cost_per_transaction", "total_cost"}:
            decimals = self.decimals.get((service, "cost_per_transaction", period))
            if decimals is None or ("cost", "") in self.given[service][period]:
                return Fraction(0)
            half = Fraction(1, 2 * 10 ** max(2, decimals))
            if kpi == "cost_per_transaction":
                return half
            whole = self.kpis[service].get(("transactions_per_year", period))
            return half * whole.value if whole and whole.value else Fraction(0)
        decimals = self.decimals.get((service, kpi, period))
        if decimals is None or one.numerator is not None or one.value in {0, 1}:
            return Fraction(0)
        return Fraction(1, 2 * 10 ** max(2, decimals))

    @lru_cache(maxsize=400)  # noqa: B019 - there is one for a run
    def rows(self, path: str) -> list[Row]:
        """The rows of a CSV file; none where it is not there."""
        found = self.site / path
        return read_rows(found) if found.is_file() else []

    @cached_property
    def health(self) -> dict[str, list[Row]]:
        """The rows of data/health.csv by service."""
        found: dict[str, list[Row]] = {}
        for row in self.rows("data/health.csv"):
            found.setdefault(row["service"], []).append(row)
        return found

    @cached_property
    def revisions(self) -> dict[str, list[Row]]:
        """The rows of data/revisions.csv by service."""
        found: dict[str, list[Row]] = {}
        for row in self.rows("data/revisions.csv"):
            found.setdefault(row["service"], []).append(row)
        return found

    @cached_property
    def changes(self) -> dict[str, Counter[str]]:
        """How many changes of each kind each edition has, by its date."""
        found: dict[str, Counter[str]] = {}
        for row in self.rows("data/revisions.csv"):
            found.setdefault(row["edition"], Counter())[row["change"]] += 1
        return found

    @cached_property
    def groups(self) -> dict[str, tuple[str, str]]:
        """The column and the name of each group by the path of its page without `.html`.

        A name is that of the page's heading, and stands in the register.
        """
        found = {"index": ("all", "All services")}
        for folder, column in (
            ("departments", "department"),
            ("agencies", "agency"),
            ("categories", "category"),
        ):
            names = {" ".join(row[column].split()): row[column] for row in self.services.values()}
            for path in self.site.glob(f"{folder}/*.html"):
                heading = _HEADING.search(path.read_text("utf-8"))
                name = " ".join(unescape(heading[1]).split()) if heading else ""
                if name in names:
                    found[f"{folder}/{path.stem}"] = (column, names[name])
        return found

    @lru_cache(maxsize=400)  # noqa: B019 - there is one for a run
    def group(self, place: str) -> dict[tuple[str, Span], Row]:
        """The rows of a group's file by KPI and period; `place` as in `groups`."""
        path = "data/all-services.csv" if place == "index" else f"{place}.csv"
        return {(row["kpi"], _span(row["period"])): row for row in self.rows(path)}

    @lru_cache(maxsize=400)  # noqa: B019 - there is one for a run
    def members(self, place: str) -> list[Row]:
        """The services of a group, by the register."""
        if place == "index":
            return list(self.services.values())
        column, name = self.groups.get(place, ("", ""))
        if not column:
            return []
        return [row for row in self.services.values() if row[column] == name]

    # What a number may be.

    def headline(self, service: str, kpi: str) -> list[Exact]:
        """A service's headline of a KPI."""
        row = self.services.get(service)
        value = number(row[kpi]) if row and kpi in row else None
        if value is None:
            return []
        period = self.headline_period(service, kpi)
        one = self.kpis.get(service, {}).get((kpi, period)) if period else None
        return [Exact(kind_of(kpi), value, uncertain=one.uncertain if one else Fraction(0))]

    def headline_period(self, service: str, kpi: str) -> Span | None:
        """The period of a service's headline of a KPI."""
        code = self.services[service].get(f"{kpi}_period", "")
        return _span(code) if code else None

    def of_period(self, service: str, period: Span, kpi: str = "") -> Iterator[Exact]:
        """All that is known of a service for a period: KPIs, what they are of, and observations."""
        for (own, other), one in self.kpis.get(service, {}).items():
            if other == period and kpi in {"", own}:
                yield from _parts(own, one)
        if not kpi:
            yield from self.observed(service, period)

    def observed(self, service: str, period: Span) -> Iterator[Exact]:
        """What a service gave for a period, the digital channels together and the others too."""
        figures = self.given.get(service, {}).get(period, {})
        for (measure, _), value in figures.items():
            yield Exact(kind_of(measure), value)
        for measure in {measure for measure, _ in figures}:
            channels = {c: v for (m, c), v in figures.items() if m == measure and c}
            digital = sum((v for c, v in channels.items() if c in DIGITAL_CHANNELS), Fraction(0))
            everything = sum(channels.values(), Fraction(0))
            yield Exact(kind_of(measure), digital)
            yield Exact(kind_of(measure), everything)
            yield Exact(kind_of(measure), everything - digital)
            if (measure, "") in figures:
                yield Exact(kind_of(measure), figures[measure, ""] - digital)

    def of_year_before(self, service: str, period: Span, kpi: str = "") -> Iterator[Exact]:
        """What a sentence about a period may say of the same period a year before."""
        before = period.year_before
        yield from self.of_period(service, before, kpi)
        figures = self.given.get(service, {}).get(before, {})
        whole = figures.get(("transactions", ""))
        for (measure, channel), value in figures.items():
            if measure == "transactions" and channel and whole:
                yield Exact("share", value / whole)

    def changes_of(self, service: str, period: Span, kpi: str = "") -> Iterator[Exact]:
        """The changes of a service's KPIs and observations on a year before."""
        before = period.year_before
        mine = self.kpis.get(service, {})
        for (own, other), one in mine.items():
            if other == period and kpi in {"", own}:
                then = mine.get((own, before))
                if then is not None:
                    off = (one.uncertain, then.uncertain)
                    yield from change(kind_of(own), one.value, then.value, off)
        now, then_ = (self.given.get(service, {}).get(p, {}) for p in (period, before))
        if not kpi:
            for key in now.keys() & then_.keys():
                yield from change(kind_of(key[0]), now[key], then_[key])
            whole = now.get(("transactions", ""))
            for (measure, channel), value in now.items():
                if measure == "transactions" and channel and whole:
                    yield Exact("share", value / whole)

    @lru_cache(maxsize=20_000)  # noqa: B019 - there is one for a run
    def of_group(self, place: str, period: Span, kpi: str = "") -> tuple[Exact, ...]:
        """All that a group's file says for a period, and the changes that it defines."""
        return tuple(self._of_group(place, period, kpi))

    def _of_group(self, place: str, period: Span, kpi: str) -> Iterator[Exact]:
        for (own, other), row in self.group(place).items():
            if other == period and kpi in {"", own}:
                yield from group_numbers(own, row, self._offs(place, own, period, row))

    def _offs(self, place: str, kpi: str, period: Span, row: Row) -> Offs:
        """By how much the costs of a row may be off: of all, of the like ones, of the others."""
        if kpi not in AMOUNTS:
            return Offs()
        everyone = frozenset(member["service"] for member in self.members(place))
        then = period.year_before
        like = frozenset(
            service
            for service in everyone
            if all(
                (one := self.kpis.get(service, {}).get((kpi, when))) and one.numerator is not None
                for when in (period, then)
            )
        )
        largest = row.get("largest", "")
        return Offs(
            self._off(kpi, period, everyone),
            self._off(kpi, period, like),
            self._off(kpi, then, like),
            self._off(kpi, period, everyone - {largest}),
            self._off(kpi, period, like - {largest}),
            self._off(kpi, then, like - {largest}),
        )

    @lru_cache(maxsize=20_000)  # noqa: B019 - there is one for a run
    def _off(self, kpi: str, period: Span, services: frozenset[str]) -> Fraction:
        """By how much a cost of services may be off: the sum of what each of theirs may."""
        off, whole = Fraction(0), Fraction(0)
        for service in services:
            one = self.kpis.get(service, {}).get((kpi, period))
            if one is None or one.numerator is None:
                continue
            off += one.uncertain * (one.denominator if one.denominator is not None else 1)
            whole += one.denominator or 0
        return off / whole if whole else off

    @lru_cache(maxsize=2_000)  # noqa: B019 - there is one for a run
    def shares_in_group(self, place: str, period: Span) -> tuple[Exact, ...]:
        """The parts that services, or groups of them, have in a group's transactions."""
        return tuple({*self._shares_of_services(place, period), *self._of_groups(place, period)})

    def _shares_of_services(self, place: str, period: Span) -> Iterator[Exact]:
        row = self.group(place).get(("transactions_per_year", period))
        if row is None:
            return
        whole = Fraction(row["numerator"])
        for member in self.members(place):
            one = self.kpis.get(member["service"], {}).get(("transactions_per_year", period))
            if one and one.value is not None and whole:
                yield Exact("share", one.value / whole)
                yield Exact("count", one.value)

    def _of_groups(self, place: str, period: Span) -> Iterator[Exact]:
        """The parts of the groups within a group in its transactions, and how many report."""
        mine = self.members(place)
        for column in ("department", "agency", "category"):
            sums: dict[str, list[Fraction]] = {}
            sizes: dict[str, int] = {}
            for row in mine:
                if row[column]:
                    sizes[row[column]] = sizes.get(row[column], 0) + 1
                    one = self.kpis.get(row["service"], {}).get(("transactions_per_year", period))
                    if one and one.value is not None:
                        sums.setdefault(row[column], []).append(one.value)
            whole = sum((sum(values) for values in sums.values()), Fraction(0))
            yield Exact("count", Fraction(sum(len(values) for values in sums.values())))
            yield Exact("count", Fraction(sum(sizes.values())))
            for name, size in sizes.items():
                values = sums.get(name, [])
                yield Exact("count", Fraction(len(values)))
                yield Exact("count", Fraction(size))
                if whole and values:
                    yield Exact("share", sum(values, Fraction(0)) / whole)
                    yield Exact("count", sum(values, Fraction(0)))


def _parts(kpi: str, one: Kpi) -> Iterator[Exact]:
    if one.value is not None:
        yield Exact(kind_of(kpi), one.value, uncertain=one.uncertain)
    if one.numerator is not None:
        kind = "amount" if kpi in AMOUNTS else "count"
        off = one.uncertain * (one.denominator if one.denominator is not None else 1)
        yield Exact(kind, one.numerator, uncertain=off)
    if one.denominator is not None:
        yield Exact("count", one.denominator)
        if one.numerator is not None and kpi == "digital_take_up":
            yield Exact("count", one.denominator - one.numerator)


def group_numbers(kpi: str, row: Row, offs: Offs) -> Iterator[Exact]:
    """The numbers of a row of a group's file, and what may be said of them."""
    kind = kind_of(kpi)
    values = {name: number(row.get(name, "")) for name in VALUES_OF_GROUPS}
    for name, value in values.items():
        if value is not None:
            yield Exact(kind, value, uncertain=offs.of(name))
    for name in COUNTS_OF_GROUPS:
        if row.get(name):
            yield Exact("count", Fraction(row[name]))
    yield Exact("count", Fraction(row["of"]) - Fraction(row["services"]))
    yield Exact("count", Fraction(row["services"]) - 1)
    for name in SHARES_OF_GROUPS:
        if row.get(name):
            yield Exact("share", Fraction(row[name]))
    numerator = Fraction(row["numerator"])
    kind_of_sum = "amount" if kpi in AMOUNTS else "count"
    denominator = Fraction(row["denominator"]) if row.get("denominator") else Fraction(1)
    yield Exact(kind_of_sum, numerator, uncertain=offs.value * denominator)
    if row.get("denominator"):
        yield Exact("count", Fraction(row["denominator"]))
    if row.get("stocks") and numerator:
        yield Exact("count", Fraction(row["stocks"]))
        yield Exact("share", Fraction(row["stocks"]) / numerator)
    yield from split_changes(kind, values, offs)


def split_changes(kind: str, values: dict[str, Fraction | None], offs: Offs) -> Iterator[Exact]:
    """The change, like for like, and its two parts; and the same without the largest."""
    now, before = values["like_for_like_value"], values["like_for_like_year_before"]
    constant = values["like_for_like_constant_volumes"]
    yield from change(kind, now, before, (offs.like, offs.like_before))
    yield from change(kind, constant, before, (offs.like, offs.like_before))
    yield from change(kind, now, constant, (offs.like, offs.like))
    if now is not None and before and constant is not None and kind != "share":
        # What the mix did, as a part of the change: in percent of the year before.
        yield Exact("percent", (now - constant) / before * 100, before)
    yield from change(
        kind,
        values["without_largest_like_for_like_value"],
        values["without_largest_like_for_like_year_before"],
        (offs.like_others, offs.like_others_before),
    )


def registered(row: Row) -> Row:
    """The columns of the register in a row of data/services.csv."""
    names = list(row)
    return {name: row[name] for name in names[: names.index(KPI_COLUMN)]}
