"""Groups of services (a department, an agency, a category, all): sums over one and the same period.

A group's figure is for one period, over the services that have every part of the sum, and says
how many those are. Change over time is like for like: the services that are in both periods.

It is long, because what a group is, who counts in it and what is added up say the same in numbers:
a figure, the services behind it, those that it is compared with, and the one that makes most of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pandas as pd

from perfsite.arithmetic import products, quotients, tidy_sum
from perfsite.frames import FIGURES, YEARS, Col, entering
from perfsite.kpi.headlines import across_a_break
from perfsite.kpi.inputs import newest_end
from perfsite.kpi.reporting import LastPeriods, Silence, Silences
from perfsite.kpi.windows import is_whole_year
from perfsite.kpis import KPIS, VOLUME, Place, at
from perfsite.model import Service, Status, language_of, why_not_an_id
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit
from perfsite.text import message, slug, without_accents

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from numpy.typing import NDArray

    from perfsite.kpi.figures import Figures
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.kpi.inputs import Parts


# When services were open, as the register says: who can be waited for in a period.


def open_throughout(services: Iterable[Service], firsts: Sequence[int]) -> NDArray[np.bool_]:
    """Which services were open on every day of which 12 months: an array of services by periods.

    `firsts` are the months with which the 12 months begin, as `Period.first`. Where the register
    does not say when a service opened or closed, nothing stands in the way.
    """
    years = [Period(Unit.MONTH, first, MONTHS_IN_YEAR) for first in firsts]
    starts = np.array([year.start.toordinal() for year in years], dtype="int64")
    ends = np.array([year.end.toordinal() for year in years], dtype="int64")
    lives = [_life(service) for service in services]
    opened = np.array([first for first, _ in lives], dtype="int64")
    closed = np.array([last for _, last in lives], dtype="int64")
    return np.asarray((opened[:, None] <= starts) & (ends <= closed[:, None]))


_LONG_AGO, _NOT_YET = 0, np.iinfo("int64").max


def _life(service: Service) -> tuple[int, int]:
    """The first and the last day on which a service was open, as `date.toordinal`."""
    opened = Period.parse(service.opened).start.toordinal() if service.opened else _LONG_AGO
    closed = Period.parse(service.closed).end.toordinal() if service.closed else _NOT_YET
    return opened, int(closed)


_SLUG_LENGTH: Final = 60
"""Leaves room below `MAX_ID_LENGTH` for the kind of the group before it and a number after it."""


class GroupKind(StrEnum):
    """What holds a group together."""

    ALL = "all"
    DEPARTMENT = "department"
    AGENCY = "agency"
    CATEGORY = "category"


FOLDERS: Final = {
    GroupKind.DEPARTMENT: ("departments", message("Departments")),
    GroupKind.AGENCY: ("agencies", message("Agencies")),
    GroupKind.CATEGORY: ("categories", message("Categories")),
}
"""Where the pages and the data files of the groups of each kind stand, and what that is called."""


@dataclass(frozen=True)
class GroupName:
    """What a group is called and where its page stands, without a word on who is in it.

    `slug` is the same in all languages. `translations` are the name and the short name in other
    languages than the register's, by language (`fr`).
    """

    kind: GroupKind
    slug: str
    name: str
    abbr: str
    translations: Mapping[str, tuple[str, str]] = field(
        default_factory=dict, hash=False, kw_only=True
    )

    def in_language(self, tag: str) -> Self:
        """The same with the names of a language (a BCP 47 tag, `fr-CA`)."""
        name, abbr = self.translations.get(language_of(tag), ("", ""))
        name, abbr = name or self.name, abbr or self.abbr
        return replace(self, name=name, abbr=abbr if abbr != name else "")


@dataclass(frozen=True)
class Group(GroupName):
    """A group of services; `parents` are the departments of an agency."""

    services: tuple[str, ...]
    parents: tuple[str, ...] = ()

    @property
    def called(self) -> GroupName:
        """What the group is called, for those who need not know its services."""
        return GroupName(self.kind, self.slug, self.name, self.abbr, translations=self.translations)


@dataclass(frozen=True)
class Largest:
    """The service that makes half or more of a group's figure, and the figure without it.

    `share` is its part of the sum, or of the sum of the denominators. All else is as in a
    `GroupFigure`, of all other services.
    """

    service: str
    share: float
    value: float
    like_now: float | None
    like_before: float | None
    like_services: int
    uncertain: float = 0.0
    like_uncertain: float = 0.0
    like_uncertain_before: float = 0.0


@dataclass(frozen=True)
class GroupFigure:
    """A KPI of a group for one period of 12 months.

    `services` of the group's `of` services stand behind `value`. Those are the ones that were
    open in all of the period, or report for it; services to which the KPI does not apply count in
    neither. `withheld` of them have a figure that is withheld. `stocks` is the part of the
    numerator that is of stocks, which are no transactions in a year.

    `like_now` and `like_before` are for the `like_services` that have figures for this period and
    for the same period a year before, and no break in the series between them; None where there
    are none. `like_constant` is what a ratio would be now with the volumes of the year before;
    None where there are none, and for what is no ratio. `largest` is the service that makes half
    or more; None where none does.
    What is `uncertain` of the value, of the like one and of that before, is how far it may be off,
    up or down, in its own unit.

    `complete` tells whether enough services reported for this to be a headline, `older` whether
    the site's newest year (see `newest_end`) is a later one.
    """

    kpi: str
    period: Period
    value: float
    numerator: float
    denominator: float | None
    services: int
    of: int
    like_now: float | None
    like_before: float | None
    like_services: int
    complete: bool
    older: bool
    uncertain: float = 0.0
    like_uncertain: float = 0.0
    like_uncertain_before: float = 0.0
    like_constant: float | None = None
    withheld: int = 0
    stocks: float = 0.0
    largest: Largest | None = None

    @property
    def numbers(self) -> list[float]:
        """Every number that is said of the group: its figures, and those without the largest."""
        top = self.largest
        numbers = [self.value, self.numerator, self.denominator, self.like_now, self.like_before]
        numbers += [self.like_constant, self.stocks]
        numbers += [top.share, top.value, top.like_now, top.like_before] if top else []
        return [number for number in numbers if number is not None]


@dataclass(frozen=True)
class GroupSummary:
    """A group, its headline of each KPI that has one, and each KPI's series, oldest first.

    `silent` tells of each headline who has fallen silent. `sizes` are the services that could
    report a KPI for 12 months, by the month that these begin with: `of` of the figure for the same
    12 months, or what it would be.
    """

    group: Group
    figures: dict[str, GroupFigure]
    series: dict[str, tuple[GroupFigure, ...]]
    silent: dict[str, Silence] = field(default_factory=dict)
    sizes: dict[str, dict[int, int]] = field(default_factory=dict)


def slugify(name: str) -> str:
    """A name as a part of an address: lower-case letters, digits and hyphens."""
    return slug(name) or "unnamed"


def alphabetical(name: str) -> tuple[str, str]:
    """The place of a name in a list: by its letters without accents, then by all of it."""
    return without_accents(name).casefold(), name.casefold()


def make_groups(services: Mapping[str, Service]) -> list[Group]:
    """All groups: everything, then departments, agencies and categories, each by name."""
    groups = [Group(GroupKind.ALL, "all", message("All services"), "", tuple(services))]
    for kind in (GroupKind.DEPARTMENT, GroupKind.AGENCY, GroupKind.CATEGORY):
        members: dict[str, list[Service]] = {}
        for service in services.values():
            if name := str(getattr(service, kind)):
                members.setdefault(name, []).append(service)
        taken: set[str] = set()
        for name in sorted(members, key=alphabetical):
            base = slugify(name)[:_SLUG_LENGTH].strip("-")
            # A department of the name Con or Index: such an address is another page's, or none.
            slug = base = f"{kind}-{base}" if why_not_an_id(base) else base
            number = 2
            while slug in taken:
                slug, number = f"{base}-{number}", number + 1
            taken.add(slug)
            in_group = members[name]
            abbr = next((a for s in in_group if (a := getattr(s, f"{kind}_abbr", ""))), "")
            parents = tuple(dict.fromkeys(s.department for s in in_group))
            groups.append(
                Group(
                    kind,
                    slug,
                    name,
                    abbr if abbr != name else "",
                    tuple(service.id for service in in_group),
                    parents if kind is GroupKind.AGENCY else (),
                    translations=_translations(kind, in_group),
                )
            )
    return groups


def _translations(kind: GroupKind, services: Sequence[Service]) -> dict[str, tuple[str, str]]:
    """What other languages call a group, as the first of its services has it."""
    names: dict[str, tuple[str, str]] = {}
    for service in services:
        for language, words in service.translations.items():
            name, abbr = names.get(language, ("", ""))
            abbr = abbr or words.get(f"{kind}_abbr", "")
            names[language] = name or words.get(str(kind), ""), abbr
    return {language: (name, abbr) for language, (name, abbr) in names.items() if name or abbr}


def groups_in_language(groups: Iterable[GroupSummary], tag: str) -> list[GroupSummary]:
    """The groups with the names that they have in a language, those of a kind in its order."""
    every = list(groups)
    departments = {
        summary.group.name: summary.group.in_language(tag).name
        for summary in every
        if summary.group.kind is GroupKind.DEPARTMENT
    }
    named = [
        replace(summary, group=_in_language(summary.group, tag, departments)) for summary in every
    ]
    kinds = list(GroupKind)
    return sorted(
        named,
        key=lambda summary: (kinds.index(summary.group.kind), alphabetical(summary.group.name)),
    )


def _in_language(group: Group, tag: str, departments: Mapping[str, str]) -> Group:
    parents = tuple(departments.get(parent, parent) for parent in group.parents)
    return replace(group.in_language(tag), parents=parents)


_ROW: Final = ["slug", Col.KPI, Col.FIRST]
_MOST: Final = 0.5
"""From this share on, one service makes most of a group, and the figure without it is told."""
_DIGITS: Final = 12
"""Significant digits of a mean that is weighted with volumes: more would be binary dust."""


def summarise_groups(
    figures: Figures,
    summaries: Sequence[ServiceSummary],
    groups: Sequence[Group],
    headline_share: float,
    parts: Parts,
) -> list[GroupSummary]:
    """Add services up, for every period of 12 months and every group, all at once.

    The headline is for the newest period for which at least `headline_share` of the services that
    ever reported, and are open in it or report for it, have reported; newer periods stay in the
    series, marked incomplete. A service whose year lies beyond a break in its series, as `parts`
    mark it, is in the sum and not in what is compared with the year before.
    """
    entering("groups", FIGURES, figures.frame)
    year = yearly(figures.frame)
    entering("groups", YEARS, year)
    members = _Members(summaries, groups, year)
    paired = _paired(year.assign(apart=across_a_break(year, parts.frame)))
    rows = members.join(paired)
    table = _added_up(rows)
    withheld = members.join(_withheld(figures.frame))
    table["withheld"] = withheld[withheld["open"]].groupby(_ROW).size()
    largest = _without_largest(rows, table)
    table = table.fillna({"withheld": 0}).reset_index()
    series: dict[tuple[str, str], list[GroupFigure]] = {}
    newest = newest_end(rows[Col.SERVICE], rows[Col.FIRST])
    for row in table.to_dict("records"):
        key, kpi, first = str(row["slug"]), str(row[Col.KPI]), int(row[Col.FIRST])
        beyond = int(row["beyond"])
        of = members.sizes[key, kpi][first] + beyond
        ever = members.reporters[key, kpi][first] + beyond
        figure = _figure(row, of, newest, largest.get((key, kpi, first)))
        complete = figure.services >= ever * headline_share
        series.setdefault((key, kpi), []).append(replace(figure, complete=complete))
    years, ends = _of_twelve_months(figures.frame), LastPeriods(parts.frame, members.services)
    silences = {
        kpi: Silences(kpi, years, year, ends, members.services)
        for kpi in {kpi for _, kpi in series}
    }
    group_summaries = []
    for key, group in zip(members.keys, groups, strict=True):
        of_group = {kpi: tuple(series[key, kpi]) for kpi in at(Place.GROUP) if (key, kpi) in series}
        heads = {
            kpi: next(figure for figure in reversed(rows_) if figure.complete)
            for kpi, rows_ in of_group.items()
            if any(figure.complete for figure in rows_)
        }
        silent = {
            kpi: silences[kpi].of(
                members.places[key], head.period.first, members.open_at(key, head.period.first)
            )
            for kpi, head in heads.items()
        }
        sizes = {kpi: members.sizes[key, kpi] for kpi in at(Place.GROUP)}
        group_summaries.append(GroupSummary(group, heads, of_group, silent, sizes))
    return group_summaries


def yearly(frame: pd.DataFrame) -> pd.DataFrame:
    """The figures that can be added up: of 12 months, provided, with all their parts.

    `weight` is added to their columns: what decides how much a service says in a group, its
    numerator where the KPI is a sum, and its denominator where it is a ratio.
    """
    frame = _of_twelve_months(frame)
    ratio = frame[Col.KPI].isin([kpi.id for kpi in KPIS.values() if kpi.is_ratio])
    whole = frame[Col.NUMERATOR].notna() & (~ratio | (frame[Col.DENOMINATOR] > 0))
    weight = frame[Col.NUMERATOR].mask(ratio, frame[Col.DENOMINATOR])
    return frame.assign(weight=weight)[(frame[Col.STATUS] == Status.PROVIDED) & whole]


def _of_twelve_months(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[is_whole_year(frame) & frame[Col.KPI].isin(at(Place.GROUP))]


def _withheld(frame: pd.DataFrame) -> pd.DataFrame:
    frame = _of_twelve_months(frame)
    return frame.loc[frame[Col.STATUS] == Status.WITHHELD, [Col.SERVICE, Col.KPI, Col.FIRST]]


class _Members:
    """Which services are in which group, and when they are open.

    Attributes:
        keys: The groups, as `department/home-office`.
        services: The ids of all services.
        places: The places of a group's services among all services.
        sizes: By group and KPI, then by the month with which 12 months begin: how many services
            the KPI applies to that are open in them.
        reporters: As `sizes`, of the services that ever had a figure.
    """

    def __init__(
        self, summaries: Sequence[ServiceSummary], groups: Sequence[Group], year: pd.DataFrame
    ) -> None:
        self.keys = [f"{group.kind}/{group.slug}" for group in groups]
        self.services = [summary.service.id for summary in summaries]
        rank = {service: place for place, service in enumerate(self.services)}
        self.places = {
            key: np.array([rank[service] for service in group.services], dtype=np.intp)
            for key, group in zip(self.keys, groups, strict=True)
        }
        self._firsts = sorted(int(first) for first in year[Col.FIRST].unique())
        self._open = open_throughout([summary.service for summary in summaries], self._firsts)
        self._frame = pd.DataFrame(
            {
                "slug": np.repeat(self.keys, [len(group.services) for group in groups]),
                Col.SERVICE: [service for group in groups for service in group.services],
            }
        )
        self.sizes: dict[tuple[str, str], dict[int, int]] = {}
        self.reporters: dict[tuple[str, str], dict[int, int]] = {}
        for kpi in at(Place.GROUP):
            applies = [
                summary.figures[kpi].status is not Status.NOT_APPLICABLE for summary in summaries
            ]
            ever = pd.Index(self.services).isin(
                year.loc[year[Col.KPI] == kpi, Col.SERVICE].unique()
            )
            for key in self.keys:
                self.sizes[key, kpi] = self._count(key, np.array(applies, dtype=bool))
                self.reporters[key, kpi] = self._count(key, ever)

    def _count(self, key: str, chosen: NDArray[np.bool_]) -> dict[int, int]:
        """How many of the chosen services of a group are open in each 12 months."""
        places = self.places[key]
        counts = self._open[places[chosen[places]]].sum(axis=0)
        return dict(zip(self._firsts, counts.tolist(), strict=True))

    def open_at(self, key: str, first: int) -> NDArray[np.bool_]:
        """Which services of a group are open in the 12 months that begin with a month."""
        return np.asarray(self._open[self.places[key], self._firsts.index(first)])

    def join(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of services in each group that they are in, with `open`: whether they were."""
        services = pd.Index(self.services).get_indexer(pd.Index(frame[Col.SERVICE]))
        whens = pd.Index(self._firsts, dtype="int64").get_indexer(pd.Index(frame[Col.FIRST]))
        # Of 12 months for which no service has a figure that adds up there is no sum to be in.
        placed = (services >= 0) & (whens >= 0)
        frame = frame[placed]
        frame = frame.assign(open=self._open[services[placed], whens[placed]])
        return self._frame.merge(frame, on=Col.SERVICE)


_SUMMED: Final = (Col.NUMERATOR, Col.DENOMINATOR, "doubt")
"""What is added up for a figure; `doubt` is what is uncertain of a numerator."""
_LIKE: Final = tuple(name for part in _SUMMED for name in (f"like_{part}", f"{part}_then"))
"""The same of the like services, now and a year before."""


def _paired(year: pd.DataFrame) -> pd.DataFrame:
    """The yearly figures beside those of a year before, where the two can be compared.

    `like` tells whether they can; the columns of `_LIKE` are NaN where not. `rated_then` is what
    the numerator would be with the volume of the year before. A frame with `apart` is asked for,
    which tells what lies over a break.
    """
    # What is uncertain of a ratio's numerator: it adds up as the numerators do.
    doubt = products(year[Col.UNCERTAIN], year[Col.DENOMINATOR].fillna(1.0))
    year = year.assign(doubt=doubt)
    before = year[[Col.SERVICE, Col.KPI, Col.FIRST, *_SUMMED]].assign(
        first=year[Col.FIRST] + MONTHS_IN_YEAR
    )
    paired = year.merge(
        before, on=[Col.SERVICE, Col.KPI, Col.FIRST], how="left", suffixes=("", "_then")
    )
    # Over a break figures cannot be compared: the service counts in the sum, not in the change.
    both = paired["numerator_then"].notna() & ~paired["apart"]
    paired["like"] = both.astype(int)
    for name in _SUMMED:
        paired[f"like_{name}"] = paired[name].where(both)
        paired[f"{name}_then"] = paired[f"{name}_then"].where(both)
    ratio = paired[Col.NUMERATOR] / paired[Col.DENOMINATOR]
    paired["rated_then"] = ratio * paired["denominator_then"]
    stock = paired[Col.STOCK] if Col.STOCK in paired else pd.Series(data=False, index=paired.index)
    paired["stocks"] = paired[Col.NUMERATOR].where(stock.astype(bool), 0.0)
    return paired


def _added_up(rows: pd.DataFrame) -> pd.DataFrame:
    """The sums of each group, KPI and period (`_ROW` is the index of the answer).

    `services` are behind them, `beyond` of these although they were not open in all of it.
    """
    by = rows.assign(beyond=~rows["open"]).groupby(_ROW)
    names = [*_SUMMED, *_LIKE, "stocks"]
    sums = by[names].sum()
    sums[names] = tidy_sum(sums[names].to_numpy(dtype=float))
    counts = by[["like", "beyond"]].sum()
    # Services without a year before are NaN in both columns, and so in neither of these sums.
    weighted = by["rated_then"].sum() / by["denominator_then"].sum()
    return _with_values(sums.join(counts)).assign(services=by.size(), constant=weighted)


def _with_values(sums: pd.DataFrame) -> pd.DataFrame:
    """Add the figures that the sums make: those of all, and of the like services in both years.

    The index has the level `kpi`; the columns that are added are those of `GroupFigure`.
    """
    ratio = sums.index.get_level_values(Col.KPI).isin([k.id for k in KPIS.values() if k.is_ratio])

    def figure(above: str, below: str) -> NDArray[np.float64]:
        whole = sums[above].to_numpy(dtype=float)
        return np.where(ratio, quotients(whole, sums[below]), whole)

    return sums.assign(
        value=figure("numerator", "denominator"),
        uncertain=figure("doubt", "denominator"),
        like_now=figure("like_numerator", "like_denominator"),
        like_uncertain=figure("like_doubt", "like_denominator"),
        like_before=figure("numerator_then", "denominator_then"),
        like_uncertain_before=figure("doubt_then", "denominator_then"),
    )


def _without_largest(
    rows: pd.DataFrame, table: pd.DataFrame
) -> dict[tuple[str, str, int], Largest]:
    """The services that make half or more of a figure, by group, KPI and first month.

    `rows` are those that were added up to `table`. Of two with half each it is the one whose id
    comes first.
    """
    ranked = rows.sort_values([Col.WEIGHT, Col.SERVICE], ascending=[False, True], kind="stable")
    top = ranked.drop_duplicates(_ROW).set_index(_ROW).reindex(table.index)
    share = top[Col.WEIGHT] / rows.groupby(_ROW)[Col.WEIGHT].sum()
    chosen = (table["services"] > 1) & (top[Col.WEIGHT] > 0) & (share >= _MOST)
    names = [*_SUMMED, *_LIKE, "like"]
    # The group's sums less those of one service: nothing is added up again.
    rest = table[names] - top[names].fillna(0)
    rest[names] = tidy_sum(rest[names].to_numpy(dtype=float))
    rest = _with_values(rest).assign(service=top[Col.SERVICE], share=share)[chosen]
    return {
        (str(row["slug"]), str(row[Col.KPI]), int(row[Col.FIRST])): Largest(
            service=str(row[Col.SERVICE]), share=float(row["share"]), **_said(row)
        )
        for row in rest.reset_index().to_dict("records")
    }


def _said(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """What `GroupFigure` and `Largest` both say, of a row of `_with_values`."""
    like = int(row["like"])
    return {
        "value": float(row[Col.VALUE]),
        "uncertain": float(row[Col.UNCERTAIN]),
        "like_now": float(row["like_now"]) if like else None,
        "like_uncertain": float(row["like_uncertain"]) if like else 0.0,
        "like_before": float(row["like_before"]) if like else None,
        "like_uncertain_before": float(row["like_uncertain_before"]) if like else 0.0,
        "like_services": like,
    }


def _figure(
    row: Mapping[Hashable, Any], of: int, newest: int, largest: Largest | None
) -> GroupFigure:
    """The figure of a row of `_added_up`; whether it is complete is found out later."""
    kpi = str(row[Col.KPI])
    ratio = KPIS[kpi].is_ratio
    base = _said(row)
    constant = float(f"{row['constant']:.{_DIGITS}g}") if ratio and base["like_services"] else None
    return GroupFigure(
        kpi=kpi,
        period=Period(Unit.MONTH, int(row[Col.FIRST]), MONTHS_IN_YEAR),
        numerator=float(row[Col.NUMERATOR]),
        denominator=float(row[Col.DENOMINATOR]) if ratio else None,
        services=int(row["services"]),
        of=of,
        complete=False,
        older=int(row[Col.FIRST]) < newest,
        # Of one service, its ratio now is what it is at any volume.
        like_constant=base["like_now"] if base["like_services"] == 1 and ratio else constant,
        withheld=int(row["withheld"]),
        stocks=float(row["stocks"]),
        largest=largest,
        **base,
    )


# Transactions of services by period: what may be added up, because it is of one and the same year.
#
# A service's headline is the latest figure that it has, and those of two services may be of
# different years. Sums, treemaps and the filter of the services list take their numbers from here.


Volumes = Mapping[Period, Mapping[str, float]]
"""The transactions of each service that has a figure, for every period of 12 months."""


def volumes_by_period(figures: Figures) -> Volumes:
    """The transactions of all services for every period of 12 months: the same as groups add up."""
    frame = yearly(figures.frame)
    frame = frame[frame[Col.KPI] == VOLUME]
    return {
        Period(Unit.MONTH, int(str(first)), MONTHS_IN_YEAR): dict(
            zip(rows[Col.SERVICE].tolist(), rows[Col.NUMERATOR].tolist(), strict=True)
        )
        for first, rows in frame.groupby(Col.FIRST)
    }


def headline_volumes(summary: GroupSummary, volumes: Volumes) -> dict[str, float]:
    """The transactions that make the group's headline, by service; they add up to it.

    Empty where the group has no headline.
    """
    head = summary.figures.get(VOLUME)
    if head is None:
        return {}
    year = volumes[head.period]
    return {service: year[service] for service in summary.group.services if service in year}
