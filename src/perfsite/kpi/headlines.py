"""What a service's headlines say.

For each KPI its latest figure, or why there is none; and who its peers are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.frames import FIGURES, HEADLINES, INPUTS, Col, entering
from perfsite.kpi.inputs import newest_end, periods_of
from perfsite.kpi.windows import is_year
from perfsite.kpis import KPIS, VOLUME, Place, Window, at
from perfsite.model import Service, Status, language_of
from perfsite.periods import YEAR_IN_UNITS, Period, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.kpi.figures import Figures
    from perfsite.kpi.inputs import Parts


# Breaks in a series ([b]): which figures cannot be compared with those of a year before.


_YEAR_BACK: Final = 364
"""The figure a year before starts so many days earlier (52 weeks), or a day or two more."""


def across_a_break(frame: pd.DataFrame, parts: pd.DataFrame) -> pd.Series[bool]:
    """Which rows of a frame of figures lie beyond a break from the figure a year before.

    `frame` has `service, kpi, start, end` and an index without repetitions, as
    `frames.FIGURES`; `parts` is `frames.INPUTS`. The answer has the index of `frame`.
    """
    marked = parts[parts[Col.BROKEN]]
    starts = [period.start.toordinal() for period in periods_of(marked)]
    made_of = pd.DataFrame(
        [(kpi.id, part) for kpi in KPIS.values() for part in kpi.parts], columns=[Col.KPI, Col.PART]
    )
    # A break in a part is one in every KPI that is made of it.
    breaks = marked.assign(at=starts)[[Col.SERVICE, Col.PART, "at"]].merge(made_of, on=Col.PART)
    heads = frame[[Col.SERVICE, Col.KPI, Col.START, Col.END]].assign(place=frame.index)
    met = heads.merge(breaks, on=[Col.SERVICE, Col.KPI])
    between = met[(met["at"] > met[Col.START] - _YEAR_BACK) & (met["at"] <= met[Col.END])]
    return pd.Series(frame.index.isin(between["place"]), index=frame.index)


# Services to set side by side: peers of one category and size, and those of high volume.


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
    peers_of: dict[str, tuple[str, ...]] = {summary.service.id: () for summary in summaries}
    for members in alike.values():
        peers_of |= _nearest(members, most)
    return peers_of


def _nearest(
    members: Sequence[tuple[ServiceSummary, float]], most: int
) -> dict[str, tuple[str, ...]]:
    """The nearest in size of each of these services, by name; of the same distance the first."""
    by_size: dict[float, list[ServiceSummary]] = {}
    for summary, size in sorted(members, key=lambda member: _by_name(member[0])):
        by_size.setdefault(size, []).append(summary)
    sizes = sorted(by_size)
    nearest = {}
    for place, size in enumerate(sizes):
        # Whoever is nearer than the sizes around is among them, and of one size the first by name:
        # so few are compared, however many services there are.
        around = [
            (abs(other - size), _by_name(peer), peer.service.id)
            for other in sizes[max(0, place - most) : place + most + 1]
            for peer in by_size[other][: most + 1]
        ]
        around.sort()
        for summary in by_size[size]:
            key = summary.service.id
            chosen = [(name, peer) for _, name, peer in around if peer != key][:most]
            nearest[key] = tuple(peer for _, peer in sorted(chosen))
    return nearest


def high_volume(summaries: Sequence[ServiceSummary], threshold: float) -> list[ServiceSummary]:
    """The services with at least `threshold` transactions a year, the largest first, then by name.

    Their headlines may be of different years; each says its period.
    """
    sizes = [(summary, summary.figures[VOLUME].value) for summary in summaries]
    large = [(summary, size) for summary, size in sizes if size is not None and size >= threshold]
    large.sort(key=lambda pair: (-pair[1], _by_name(pair[0])))
    return [summary for summary, _ in large]


def _by_name(summary: ServiceSummary) -> tuple[str, str]:
    return summary.service.name.casefold(), summary.service.id


# What a service's headlines say: for each KPI its latest figure, or why there is none.


_PERIOD: Final = list(FIGURES.key)


@dataclass(frozen=True)
class Headline:
    """One KPI of one service: its value and period, or why there is none.

    `value` is None unless `status` is provided or older. `before` is the figure of the same
    period a year before, where there is one and no break in the series lies between. What is
    `uncertain` of the value, and of that before, is how far it may be off, up or down. `marks` are
    the letters of marks inside the period (p, e, b). `excess` is the number of shorter periods
    inside it in which a part exceeds its whole, of `excess_of` where these fill it. `stock` tells a
    count of what there is on a day, whose years are no sums of shorter periods.
    """

    kpi: str
    status: Status
    period: Period | None = None
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    before: float | None = None
    uncertain: float = 0.0
    uncertain_before: float = 0.0
    marks: str = ""
    excess: int = 0
    excess_of: int = 0
    stock: bool = False


@dataclass(frozen=True)
class ServiceSummary:
    """A service and its headline figures, by KPI; every KPI is there."""

    service: Service
    figures: dict[str, Headline]

    @property
    def has_figures(self) -> bool:
        """Whether any KPI has a value."""
        return any(figure.value is not None for figure in self.figures.values())


@dataclass(frozen=True)
class Peer:
    """What pages of other services show of a service: its names, and the headlines compared.

    `translations` are its name and its organisation in other languages than the register's, by
    language (`fr`).
    """

    id: str
    name: str
    organisation: str
    figures: Mapping[str, Headline]
    translations: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, summary: ServiceSummary) -> Peer:
        """What others show of this service."""
        service = summary.service
        named = {language: service.in_language(language) for language in service.translations}
        return cls(
            service.id,
            service.name,
            service.organisation,
            {kpi: summary.figures[kpi] for kpi in at(Place.PEERS)},
            {
                language: (translated.name, translated.organisation)
                for language, translated in named.items()
            },
        )

    def in_language(self, tag: str) -> Peer:
        """The same with the names of a language (a BCP 47 tag, `fr-CA`)."""
        name, organisation = self.translations.get(language_of(tag), (self.name, self.organisation))
        return replace(self, name=name, organisation=organisation)


def summarise_services(
    figures: Figures, parts: Parts, services: Mapping[str, Service]
) -> list[ServiceSummary]:
    """The headlines of all services, in the order of the register.

    A headline is the latest figure for the KPI's window. A withheld figure that is later than any
    good one stands as withheld: an older figure must not hide it. A figure for a period that ended
    before the site's newest (see `newest_end`) is marked older.
    """
    entering("headlines", FIGURES, figures.frame)
    entering("headlines", INPUTS, parts.frame)
    frame = headlines(figures.frame)
    entering("headlines", HEADLINES, frame)
    # From the left, so that each headline keeps its row, also where there is no year before.
    before = frame.assign(
        first=frame[Col.FIRST] - frame[Col.UNIT].map({str(u): n for u, n in YEAR_IN_UNITS.items()})
    )[_PERIOD].merge(figures.frame[[*_PERIOD, Col.VALUE, Col.UNCERTAIN]], on=_PERIOD, how="left")
    apart = across_a_break(frame, parts.frame)
    frame = frame.assign(
        before=before[Col.VALUE].mask(apart.to_numpy()).to_numpy(),
        uncertain_before=before[Col.UNCERTAIN].fillna(0.0).to_numpy(),
    )
    periods = periods_of(frame)
    months = np.array([period.last_complete_month for period in periods], dtype="int64")
    newest = newest_end(frame[Col.SERVICE], months)
    heads: dict[tuple[str, str], Headline] = {}
    columns = (
        Col.SERVICE,
        Col.KPI,
        Col.STATUS,
        Col.UNCERTAIN,
        "uncertain_before",
        Col.MARKS,
        Col.EXCESS,
        Col.EXCESS_OF,
        Col.STOCK,
        Col.VALUE,
        Col.NUMERATOR,
        Col.DENOMINATOR,
        "before",
    )
    for (service, kpi, status, *cells), period, month in zip(
        zip(*(frame[name] for name in columns), strict=True), periods, months, strict=True
    ):
        older = status == Status.PROVIDED and month < newest
        doubt, doubt_before, marks, excess, excess_of, stock, *numbers = cells
        value, numerator, denominator, year_before = (_or_none(number) for number in numbers)
        heads[service, kpi] = Headline(
            kpi,
            Status.OLDER if older else Status(status),
            period,
            value,
            numerator,
            denominator,
            year_before,
            float(doubt),
            float(doubt_before),
            str(marks),
            int(excess),
            int(excess_of),
            bool(stock),
        )
    absent = _absent(parts.frame)
    secret = figures.frame[figures.frame[Col.STATUS] == Status.CONFIDENTIAL]
    absent |= dict.fromkeys(
        zip(secret[Col.SERVICE], secret[Col.KPI], strict=True), Status.CONFIDENTIAL
    )
    return [
        ServiceSummary(
            service,
            {
                kpi: heads.get((key, kpi))
                or Headline(kpi, absent.get((key, kpi), Status.NOT_PROVIDED))
                for kpi in KPIS
            },
        )
        for key, service in services.items()
    ]


def headlines(frame: pd.DataFrame) -> pd.DataFrame:
    """The row of each service and KPI that is its headline (`frames.FIGURES`).

    A year that is confidential has no figure, and does not hide an earlier one that was published.
    A quarter of a stock is no smaller than a year: of its figures the latest speaks for it.
    """
    frame = frame[frame[Col.STATUS] != Status.CONFIDENTIAL]
    window = frame[Col.KPI].map({kpi.id: kpi.window for kpi in KPIS.values()})
    month = (frame[Col.UNIT] == Unit.MONTH) & (frame[Col.COUNT] == 1)
    year = is_year(frame)
    wanted = {
        Window.YEAR: year,
        Window.YEAR_ELSE_LATEST: year,
        Window.MONTH_ELSE_LATEST: month,
    }
    preferred = frame[Col.STOCK].astype(bool)
    for kind in Window:
        preferred |= (window == kind) & wanted[kind]
    ranked = frame.assign(preferred=preferred)[preferred | (window != Window.YEAR)]
    ranked = ranked.sort_values(["preferred", Col.END, Col.START], ascending=[True, True, False])
    return ranked.drop_duplicates([Col.SERVICE, Col.KPI], keep="last").drop(columns="preferred")


def _absent(parts: pd.DataFrame) -> dict[tuple[str, str], Status]:
    """Why a KPI without a figure has none, where it is for another reason than silence.

    One part that was only ever given as confidential makes the KPI confidential; else one that was
    only ever given as not applicable makes it not applicable.
    """
    statuses_of: dict[str, dict[str, set[str]]] = {}
    pairs = parts[[Col.SERVICE, Col.PART, Col.STATUS]].drop_duplicates()
    for service, part, status in pairs.itertuples(index=False, name=None):
        statuses_of.setdefault(service, {}).setdefault(part, set()).add(status)
    reasons: dict[tuple[str, str], Status] = {}
    for service, statuses in statuses_of.items():
        for kpi in KPIS.values():
            of_kpi = [statuses[part] for part in kpi.told_by if part in statuses]
            if any(Status.CONFIDENTIAL in s and Status.PROVIDED not in s for s in of_kpi):
                reasons[service, kpi.id] = Status.CONFIDENTIAL
            elif {Status.NOT_APPLICABLE} in of_kpi:
                reasons[service, kpi.id] = Status.NOT_APPLICABLE
    return reasons


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
