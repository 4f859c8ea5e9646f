"""Groups of services (a department, an agency, a category, all): sums over one and the same period.

A group's figure is for one period, over the services that have every part of the sum, and says
how many those are. Change over time is like for like: the services that are in both periods.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.kpi.breaks import across_a_break
from perfsite.kpis import KPIS, Place, at
from perfsite.messages import message
from perfsite.model import Service, Status, language_of, why_not_an_id
from perfsite.parts import newest_end
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit
from perfsite.rounding import products, quotients, tidy_sum
from perfsite.spelling import slug, without_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.kpi.figures import Figures
    from perfsite.kpi.services import ServiceSummary
    from perfsite.parts import Parts


_SLUG_LENGTH: Final = 60
"""Leaves room below `MAX_ID_LENGTH` for the kind of the group before it and a number after it."""


class GroupKind(StrEnum):
    """What holds a group together."""

    ALL = "all"
    DEPARTMENT = "department"
    AGENCY = "agency"
    CATEGORY = "category"


@dataclass(frozen=True)
class Group:
    """A group of services; `parents` are the departments of an agency.

    `slug` is the same in all languages. `translations` are the name and the short name in other
    languages than the register's, by language (`fr`).
    """

    kind: GroupKind
    slug: str
    name: str
    abbr: str
    services: tuple[str, ...]
    parents: tuple[str, ...] = ()
    translations: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class GroupFigure:
    """A KPI of a group for one period of 12 months.

    `services` of the group's `of` services stand behind `value`; services to which the KPI does
    not apply count in neither. `like_now` and `like_before` are for the `like_services` that
    have figures for this period and for the same period a year before, and no break in the series
    between them; None where there are none.
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


@dataclass(frozen=True)
class GroupSummary:
    """A group, its headline of each KPI that has one, and each KPI's series, oldest first."""

    group: Group
    figures: dict[str, GroupFigure]
    series: dict[str, tuple[GroupFigure, ...]]


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
            mine = members[name]
            abbr = next((a for s in mine if (a := getattr(s, f"{kind}_abbr", ""))), "")
            parents = tuple(dict.fromkeys(s.department for s in mine))
            groups.append(
                Group(
                    kind,
                    slug,
                    name,
                    abbr if abbr != name else "",
                    tuple(service.id for service in mine),
                    parents if kind is GroupKind.AGENCY else (),
                    _translations(kind, mine),
                )
            )
    return groups


def _translations(kind: GroupKind, services: Sequence[Service]) -> dict[str, tuple[str, str]]:
    """What other languages call a group, as the first of its services has it."""
    found: dict[str, tuple[str, str]] = {}
    for service in services:
        for language, words in service.translations.items():
            name, abbr = found.get(language, ("", ""))
            abbr = abbr or words.get(f"{kind}_abbr", "")
            found[language] = name or words.get(str(kind), ""), abbr
    return {language: (name, abbr) for language, (name, abbr) in found.items() if name or abbr}


def groups_in_language(groups: Iterable[GroupSummary], tag: str) -> list[GroupSummary]:
    """The groups with the names that they have in a language, those of a kind in its order."""
    language = language_of(tag)
    every = list(groups)
    departments = {
        one.group.name: one.group.translations.get(language, ("", ""))[0] or one.group.name
        for one in every
        if one.group.kind is GroupKind.DEPARTMENT
    }
    named = [replace(one, group=_in_language(one.group, language, departments)) for one in every]
    kinds = list(GroupKind)
    return sorted(
        named, key=lambda one: (kinds.index(one.group.kind), alphabetical(one.group.name))
    )


def _in_language(group: Group, language: str, departments: Mapping[str, str]) -> Group:
    name, abbr = group.translations.get(language, ("", ""))
    name, abbr = name or group.name, abbr or group.abbr
    parents = tuple(departments.get(parent, parent) for parent in group.parents)
    return replace(group, name=name, abbr=abbr if abbr != name else "", parents=parents)


_ROW: Final = ["slug", "kpi", "first"]


def summarise_groups(
    figures: Figures,
    summaries: Sequence[ServiceSummary],
    groups: Sequence[Group],
    headline_share: float,
    parts: Parts,
) -> list[GroupSummary]:
    """Add services up, for every period of 12 months and every group, all at once.

    The headline is for the newest period for which at least `headline_share` of the services that
    ever reported have reported; newer periods stay in the series, marked incomplete. A
    service whose year lies beyond a break in its series, as `parts` mark it, is in the sum and not
    in what is compared with the year before.
    """
    year = yearly(figures.frame)
    year = year.assign(apart=across_a_break(year, parts.frame))
    keys = [f"{group.kind}/{group.slug}" for group in groups]
    members = pd.DataFrame(
        {
            "slug": [key for key, group in zip(keys, groups, strict=True) for _ in group.services],
            "service": [service for group in groups for service in group.services],
        }
    )
    # What is uncertain of a ratio's numerator: it adds up as the numerators do.
    year["doubt"] = products(year["uncertain"], year["denominator"].fillna(1.0))
    before = year[["service", "kpi", "first", "numerator", "denominator", "doubt"]].assign(
        first=year["first"] + MONTHS_IN_YEAR
    )
    paired = year.merge(before, on=["service", "kpi", "first"], how="left", suffixes=("", "_then"))
    # Over a break figures cannot be compared: the service counts in the sum, not in the change.
    both = paired["numerator_then"].notna() & ~paired["apart"]
    paired["like"] = both.astype(int)
    for name in ("numerator_then", "denominator_then", "doubt_then"):
        paired[name] = paired[name].where(both)
    paired["like_numerator"] = paired["numerator"].where(both)
    paired["like_denominator"] = paired["denominator"].where(both)
    paired["like_doubt"] = paired["doubt"].where(both)
    rows = members.merge(paired, on="service")
    summed = [c for c in rows.columns if c.endswith(("numerator", "denominator", "doubt", "_then"))]
    table = rows.groupby(_ROW)[[*summed, "like"]].sum()
    table[summed] = tidy_sum(table[summed].to_numpy(dtype=float))
    table["services"] = rows.groupby(_ROW)["service"].size()
    ever = rows.groupby(["slug", "kpi"])["service"].nunique().rename("ever")
    table = table.reset_index().merge(ever.reset_index(), on=["slug", "kpi"])
    table["complete"] = table["services"] >= table["ever"] * headline_share
    series: dict[tuple[str, str], list[GroupFigure]] = {}
    of = _sizes(groups, keys, summaries)
    newest = newest_end(rows["service"], rows["first"])
    for row in table.to_dict("records"):
        kpi, key = str(row["kpi"]), str(row["slug"])
        series.setdefault((key, kpi), []).append(
            _figure({str(k): v for k, v in row.items()}, of[key, kpi], newest)
        )
    made = []
    for key, group in zip(keys, groups, strict=True):
        own = {kpi: tuple(series[key, kpi]) for kpi in at(Place.GROUP) if (key, kpi) in series}
        heads = {
            kpi: next(figure for figure in reversed(rows_) if figure.complete)
            for kpi, rows_ in own.items()
            if any(figure.complete for figure in rows_)
        }
        made.append(GroupSummary(group, heads, own))
    return made


def yearly(frame: pd.DataFrame) -> pd.DataFrame:
    """The figures that can be added up: of 12 months, provided, with all their parts."""
    ratio = frame["kpi"].isin([kpi.id for kpi in KPIS.values() if kpi.is_ratio])
    return frame[
        (frame["unit"] == Unit.MONTH)
        & (frame["count"] == MONTHS_IN_YEAR)
        & (frame["status"] == Status.PROVIDED)
        & frame["kpi"].isin(at(Place.GROUP))
        & frame["numerator"].notna()
        & (frame["denominator"].notna() | ~ratio)
    ]


def _sizes(
    groups: Sequence[Group], keys: Sequence[str], summaries: Sequence[ServiceSummary]
) -> dict[tuple[str, str], int]:
    """How many services of each group each KPI applies to."""
    applies = {
        kpi: {
            summary.service.id
            for summary in summaries
            if summary.figures[kpi].status is not Status.NOT_APPLICABLE
        }
        for kpi in at(Place.GROUP)
    }
    return {
        (key, kpi): sum(service in applies[kpi] for service in group.services)
        for key, group in zip(keys, groups, strict=True)
        for kpi in at(Place.GROUP)
    }


def _figure(row: Mapping[str, object], of: int, newest: int) -> GroupFigure:
    def number(name: str) -> float:
        return float(str(row[name]))

    kpi = str(row["kpi"])
    is_ratio = KPIS[kpi].is_ratio
    like = int(number("like"))

    def value(numerator: str, denominator: str) -> float:
        above, below = number(numerator), number(denominator)
        return float(quotients([above], [below])[0]) if is_ratio else above

    return GroupFigure(
        kpi,
        Period(Unit.MONTH, int(number("first")), MONTHS_IN_YEAR),
        value("numerator", "denominator"),
        number("numerator"),
        number("denominator") if is_ratio else None,
        int(number("services")),
        of,
        value("like_numerator", "like_denominator") if like else None,
        value("numerator_then", "denominator_then") if like else None,
        like,
        bool(row["complete"]),
        number("first") < newest,
        value("doubt", "denominator"),
        value("like_doubt", "like_denominator") if like else 0.0,
        value("doubt_then", "denominator_then") if like else 0.0,
    )
