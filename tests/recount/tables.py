"""What the tables of a service's page must say, cell by cell: operands, and marks of revision.

The rule is that of docs/page-contract.md, "What a table of a service says".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from lxml import html

from recount.figures import Series, Service, channel_sums
from recount.given import DIGITAL_CHANNELS, YEAR, YEAR_OF_WEEKS, Given, Span, printed, read_rows
from recount.given import span as period_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REVISED: Final = frozenset({"revised", "corrected", "restated"})
LENGTHS: Final = {
    "by quarter": ("month", 3),
    "by month": ("month", 1),
    "over 12 months": ("month", YEAR),
    "over 52 weeks": ("week", YEAR_OF_WEEKS),
    "by week": ("week", 1),
    "by day": ("day", 1),
}
"""How captions name the length of the rows' periods."""
_SCALES: Final = {"": 1, "k": 10**3, "m": 10**6, "bn": 10**9}
_NUMBER: Final = re.compile(r"(−?)(£?)(\d[\d,]*)(\.\d+)?(k|m|bn)?(%?)")


@dataclass(frozen=True)
class Cell:
    """A cell of a page: where it stands, what it says, and its marks."""

    caption: str
    period: Span
    length: tuple[str, int]
    column: str
    text: str
    marks: frozenset[str]

    @property
    def is_run(self) -> bool:
        """Whether its row stands for several periods, for which nothing was given."""
        return self.period.count > self.length[1]


def cells(page: Path) -> Iterator[Cell]:
    """The cells of the tables under "Figures over time", but for those of changes."""
    (main,) = html.parse(page).getroot().xpath("//main")
    for table in main.xpath('.//figure[starts-with(@id, "chart-")]//table'):
        caption = _words(table.find("caption"))
        length = next((n for words, n in LENGTHS.items() if f" {words}," in caption), None)
        header = [_words(cell) for cell in table.find("thead").iter("th")]
        if length is None or header[0] != "Period":
            continue
        for row in table.find("tbody").iter("tr"):
            first, *rest = row
            period = printed(_words(first))
            for name, cell in zip(header[1:], rest, strict=True):
                if not name.startswith("Change "):
                    small = [_words(one) for one in cell.iter("small")]
                    marks = frozenset(m for one in small for m in re.findall(r"\[[a-z]\]", one))
                    yield Cell(caption, period, length, name, _words(cell), marks)


def _words(element: html.HtmlElement) -> str:
    """The words of an element, without what stands small within it."""
    words = "".join(_texts(element, small=element.tag == "small"))
    return " ".join(words.split())


def _texts(element: html.HtmlElement, *, small: bool) -> Iterator[str]:
    if small or element.tag != "small":
        yield element.text or ""
        for child in element:
            yield from _texts(child, small=small)
            yield child.tail or ""


def says(text: str, value: Fraction) -> bool:
    """Whether a printed number is this one, rounded half away from zero to the printed digits.

    Nearly nothing and nearly all are said as such; what is not known to its last digit is "about".
    """
    if text == "<0.1%":
        return 0 < value < Fraction(1, 1000)
    if text == ">99.9%":
        return Fraction(999, 1000) < value < 1
    if text.startswith("less than £"):
        return value < Fraction(text.removeprefix("less than £").replace(",", ""))
    match = _NUMBER.fullmatch(text.removeprefix("about "))
    if match is None:
        return False
    sign, _, whole, decimals, scale, percent = match.groups()
    whole = whole.replace(",", "")
    exact = value * (100 if percent else 1) / _SCALES[scale or ""]
    places = len(decimals or ".") - 1
    said = Fraction(whole + (decimals or "")) * (-1 if sign else 1)
    # The noughts at the end of a number that is "about" right may stand for digits not known.
    zeros = len(whole) - len(whole.rstrip("0")) if text.startswith("about ") and not places else 0
    return any(said == rounded(exact, places - unknown) for unknown in range(zeros + 1))


def rounded(value: Fraction, places: int) -> Fraction:
    """A number to so many decimals, half away from zero."""
    step = Fraction(10) ** -places
    whole = int(abs(value) / step + Fraction(1, 2))
    return (whole if value >= 0 else -whole) * step


class Tables:
    """What the tables of one service must say."""

    def __init__(self, given: Given, service: Service) -> None:
        self.given = given
        self.service = service
        self.parts: dict[str, Series] = {
            "transactions": service.total,
            "digital": service.digital,
            "cost": service.cost,
            "unit cost": service.unit_cost,
            **{
                measure: {
                    period: one.value
                    for period, one in given.series(service.id, measure).items()
                    if one.value is not None
                }
                for measure in ("started", "completed")
            },
        }

    def figure(self, part: str, period: Span) -> Fraction | None:
        """A part's figure for a period: as given, else for 12 months the sum of shorter ones."""
        if period in self.parts[part]:
            return self.parts[part][period]
        if (period.unit, period.count) == ("month", YEAR):
            windows = {
                "transactions": self.service.total_windows,
                "digital": self.service.digital_windows,
                "cost": self.service.cost_windows,
            }.get(part, {})
            return windows[period.first].value if period.first in windows else None
        return None

    def operand(self, column: str, period: Span) -> Fraction | None:
        """What an operand column must show for a period; None where there is no figure."""
        whole, digital = self.figure("transactions", period), self.figure("digital", period)
        if column == "All transactions":
            return whole
        if column in {"Digital", "Digital transactions"}:
            return digital
        if column == "Other channels":
            if whole is not None and digital is not None:
                return whole - digital if digital <= whole else None
            return self._others().get(period)
        if column == "Total cost":
            cost, each = self.figure("cost", period), self.figure("unit cost", period)
            if cost is None and each is not None and whole is not None:
                return each * whole
            return cost
        return self.figure(column.lower(), period)

    def _others(self) -> Series:
        channels = self.given.channels(self.service.id, "transactions")
        others = [channel for channel in channels if channel not in DIGITAL_CHANNELS]
        return channel_sums(self.given, self.service.id, "transactions", others)

    def ratio(self, column: str, period: Span) -> Fraction | str | None:
        """What a KPI's own column must show: a number, `withheld`, `not defined`, or None."""
        if column == "Digital take-up":
            return self._share("digital", "transactions", period)
        if column == "Completion rate":
            return self._share("completed", "started", period)
        if column == "Cost per transaction" and period.count == YEAR:
            figure = self.service.figures.get(("cost_per_transaction", period.first))
            return figure.value if figure else self.figure("unit cost", period)
        return None

    def _share(self, part: str, whole: str, period: Span) -> Fraction | str | None:
        if part == "digital" and (period.unit, period.count) == ("month", YEAR):
            figure = self.service.figures.get(("digital_take_up", period.first))
            if figure:
                return "withheld" if figure.value is None else figure.value
        top, bottom = self.figure(part, period), self.figure(whole, period)
        if top is None or bottom is None:
            return None
        if top > bottom:
            return "withheld"
        return top / bottom if bottom else "not defined"

    def word(self, column: str, period: Span) -> str:
        """Why an operand column shows no figure for a period."""
        whole, digital = self.figure("transactions", period), self.figure("digital", period)
        if column == "Other channels" and whole is not None and digital is not None:
            return "digital is above all"
        statuses: list[str] = []
        for (measure, channel), series in self.given.observations.get(self.service.id, {}).items():
            if period in series and _belongs(column, measure, channel):
                statuses.append(_kind(series[period].status))
        if "confidential" in statuses:
            return "confidential"
        if "provided" in statuses:
            return "incomplete"
        if statuses and set(statuses) == {"not_applicable"}:
            return "not applicable"
        return "no data"


def _kind(status: frozenset[str]) -> str:
    (kind,) = status & {"provided", "not_provided", "not_applicable", "confidential"}
    return kind


def _belongs(column: str, measure: str, channel: str) -> bool:
    """Whether an observation is one of those that a column is made of."""
    if column == "All transactions":
        return measure == "transactions"
    if column in {"Digital", "Digital transactions"}:
        return measure == "transactions" and channel in DIGITAL_CHANNELS
    if column == "Other channels":
        return measure == "transactions" and channel not in DIGITAL_CHANNELS
    if column == "Total cost":
        return measure == "cost"
    return measure == column.lower()


OPERANDS: Final = frozenset(
    {
        *("All transactions", "Digital", "Digital transactions", "Other channels", "Total cost"),
        *("Completed", "Started"),
    }
)
KPI_OF_COLUMN: Final = {
    "Digital take-up": "digital_take_up",
    "Cost per transaction": "cost_per_transaction",
    "User satisfaction": "user_satisfaction",
    "Completion rate": "completion_rate",
}


class Revisions:
    """Which figures have said something else in an earlier edition."""

    def __init__(self, site: Path, given: Given) -> None:
        self.marked: set[tuple[str, str, str, Span]] = set()
        for row in read_rows(site / "data" / "revisions.csv"):
            if row["change"] in REVISED:
                key = (row["service"], row["measure"], row["channel"], period_of(row["period"]))
                self.marked.add(key)
        for service, series in given.observations.items():
            for (measure, channel), figures in series.items():
                self.marked |= {
                    (service, measure, channel, period)
                    for period, one in figures.items()
                    if "revised" in one.status
                }
        self.changed = _changed(site)

    def has(self, service: str, column: str, period: Span) -> bool:
        """Whether `[r]` must stand in a cell."""
        for name, channels in _observed(column):
            if any((service, name, channel, period) in self.marked for channel in channels):
                return True
        return (service, column, period) in self.changed


def _observed(column: str) -> list[tuple[str, tuple[str, ...]]]:
    """The measure and channels of which a cell shows an observation."""
    digital = tuple(sorted(DIGITAL_CHANNELS))
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {
        "All transactions": [("transactions", ("",))],
        "Digital": [("transactions", digital)],
        "Digital transactions": [("transactions", digital)],
        "Total cost": [("cost", ("",))],
        "Cost per transaction": [("cost_per_transaction", ("",))],
        "User satisfaction": [("user_satisfaction", ("",))],
        "Completed": [("completed", ("",))],
        "Started": [("started", ("",))],
    }
    return found.get(column, [])


def _changed(site: Path) -> set[tuple[str, str, Span]]:
    """The cells that show a number of data/kpis.csv that two editions in a row say differently."""
    before: dict[tuple[str, str, str], Fraction] = {}
    changed: set[tuple[str, str, Span]] = set()
    files = [*sorted(site.glob("editions/*/kpis.csv")), site / "data" / "kpis.csv"]
    for path in files:
        now: dict[tuple[str, str, str], Fraction] = {}
        for row in read_rows(path):
            for column, value in _shown(row):
                now[row["service"], column, row["period"]] = Fraction(value)
        for key, number in now.items():
            if key in before and not _same(before[key], number):
                changed.add((key[0], key[1], period_of(key[2])))
        before = now
    return changed


def _same(one: Fraction, other: Fraction) -> bool:
    """Whether two numbers are one: a quotient has no more than its first twelve digits."""
    return abs(one - other) * 10**12 <= abs(one)


def _shown(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The columns that show a number of a row of kpis.csv."""
    operands = {
        "digital_take_up": ("Digital take-up", "Digital transactions", "All transactions"),
        "cost_per_transaction": ("Cost per transaction", "Total cost", "All transactions"),
        "completion_rate": ("Completion rate", "Completed", "Started"),
        "user_satisfaction": ("User satisfaction", "", ""),
        "transactions_per_year": ("All transactions", "", ""),
        "total_cost": ("Total cost", "", ""),
    }
    columns = operands.get(row["kpi"], ("", "", ""))
    values = (row["value"], row["numerator"], row["denominator"])
    for column, value in zip(columns, values, strict=True):
        if column and value:
            yield column, value
