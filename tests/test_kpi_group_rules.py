"""The rules of docs/kpis.md, section Groups, against an account kept by hand, row by row."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import register, worked
from perfsite.config import SiteConfig
from perfsite.model import Service
from properties import fewer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpers import Worked
    from perfsite.kpi.groups import GroupFigure

YEARLY, TAKE_UP, COST, EACH = (
    "transactions_per_year", "digital_take_up", "total_cost", "cost_per_transaction",
)  # fmt: skip
YEARS = range(2013, 2018)
MEMBERS = {"all": "abcdef", "department/one": "abc", "department/two": "def"}
Row = tuple[str, int, str, str, str]
Life = tuple[str, str]
Figures = dict[tuple[str, int], tuple[Fraction, Fraction | None]]
"""The numerator and the denominator of a service in a year; no denominator where it is no ratio."""

cell = st.sampled_from(["[x]", "0", "3", "20", "300", "1000"])
rows = st.tuples(st.sampled_from("abcdef"), st.sampled_from(YEARS), cell, cell, cell)
tables = st.lists(rows, min_size=1, max_size=24, unique_by=lambda row: row[:2])
life = st.tuples(
    st.sampled_from(["", "2014", "2015-07"]), st.sampled_from(["", "2014-12", "2015", "2016-06"])
)
lives = st.fixed_dictionaries(dict.fromkeys("abcdef", life))


def made_of(table: list[Row], lived: dict[str, Life], share: float = 0.5) -> Worked:
    """A table taken through every stage; `lived` is when each service opened and closed."""
    services = {
        key: Service(key, key, "One" if key in "abc" else "Two", opened=opened, closed=closed)
        for key, (opened, closed) in lived.items()
    }
    lines = "\n".join(" ".join(map(str, row)) for row in table)
    return worked(
        f"service period transactions transactions:digital cost\n{lines}",
        services,
        SiteConfig(headline_share=share),
    )


def account(table: list[Row]) -> tuple[dict[str, Figures], set[tuple[str, int]]]:
    """What each KPI of each row is made of, and the rows whose take-up is withheld."""
    have: dict[str, Figures] = {YEARLY: {}, TAKE_UP: {}, COST: {}, EACH: {}}
    withheld = set()
    for service, year, *cells in table:
        total, digital, cost = (Fraction(text) if text.isdigit() else None for text in cells)
        if total is not None:
            have[YEARLY][service, year] = (total, None)
        if total is not None and digital is not None:
            if digital > total:
                withheld.add((service, year))
            elif total:
                have[TAKE_UP][service, year] = (digital, total)
        if cost is not None:
            have[COST][service, year] = (cost, None)
        if cost is not None and total:
            have[EACH][service, year] = (cost, total)
    return have, withheld


def is_open(lived: Life, year: int) -> bool:
    """Whether a service was open in every month of a year."""
    opened, closed = lived
    # A year alone is all of it: opened in January, closed in December.
    first = f"{opened}-01"[:7] if opened else "0000-00"
    last = f"{closed}-12"[:7] if closed else "9999-99"
    return first <= f"{year}-01" and f"{year}-12" <= last


def added(values: Iterable[tuple[Fraction, Fraction | None]]) -> Fraction | None:
    """Values added up: a sum, or a sum over a sum; None of nothing."""
    listed = list(values)
    if not listed:
        return None
    top = sum((numerator for numerator, _ in listed), Fraction(0))
    bottoms = [bottom for _, bottom in listed if bottom is not None]
    return top / sum(bottoms) if bottoms else top


def about(value: Fraction | None) -> object:
    """A number as the float that it should be."""
    return None if value is None else pytest.approx(float(value), rel=1e-11, abs=1e-12)


def all_figures(
    made: Worked, have: dict[str, Figures]
) -> Iterable[tuple[str, str, int, GroupFigure, Figures]]:
    """Every figure of every group with the figures of its members; none is missing."""
    for (slug, members), (kpi, figures) in product(MEMBERS.items(), have.items()):
        mine = {key: value for key, value in figures.items() if key[0] in members}
        series = made.group(kpi, slug)
        assert set(series) == {str(year) for _, year in mine}
        for year, figure in series.items():
            yield slug, kpi, int(year), figure, mine


@fewer(2, because="each example is worked out from its rows to its groups")
@given(tables, lives, st.sampled_from([0.25, 0.5, 1.0]))
def test_groups_keep_their_rules_whatever_was_reported(
    table: list[Row], lived: dict[str, Life], share: float
) -> None:
    """Who counts, how ratios change, who has half and who is silent; one table serves all four."""
    made = made_of(table, lived, share)
    have, withheld = account(table)

    a_service_counts_while_it_is_open_or_reports(made, have, withheld, lived, share)
    a_ratio_changes_by_what_services_did_and_by_their_mix(made, have)
    where_one_service_has_half_the_others_are_told_by_themselves(made, have)
    who_has_fallen_silent_is_known_with_what_they_had(made, have, withheld, lived)


def a_service_counts_while_it_is_open_or_reports(
    made: Worked,
    have: dict[str, Figures],
    withheld: set[tuple[str, int]],
    lived: dict[str, Life],
    share: float,
) -> None:
    """So many of how many, who is withheld, and the newest year that enough of them reported."""
    headlines: dict[tuple[str, str], int] = {}

    for slug, kpi, year, figure, mine in all_figures(made, have):
        reporting = {service for service, when in mine if when == year}
        ever = {service for service, _ in mine}
        there = {service for service in MEMBERS[slug] if is_open(lived[service], year)}
        assert (figure.services, figure.of) == (len(reporting), len(there | reporting))
        assert figure.complete == (len(reporting) >= share * len((ever & there) | reporting))
        doubtful = {s for s, when in withheld if when == year} if kpi == TAKE_UP else set()
        assert figure.withheld == len(doubtful & there)
        if figure.complete:
            headlines[slug, kpi] = max(year, headlines.get((slug, kpi), 0))
    for (slug, kpi), year in headlines.items():
        assert made.groups[slug].figures[kpi].period.code == str(year)
    assert sum(len(one.figures) for one in made.groups.values()) == len(headlines)


def a_ratio_changes_by_what_services_did_and_by_their_mix(
    made: Worked, have: dict[str, Figures]
) -> None:
    """At the volumes of the year before: each ratio now, weighted with the denominator then."""
    for _, _, year, figure, mine in all_figures(made, have):
        like = [s for s, when in mine if when == year and (s, year - 1) in mine]
        pairs = [(mine[s, year], mine[s, year - 1]) for s in like]
        assert figure.like_now == about(added(now for now, _ in pairs))
        assert figure.like_before == about(added(before for _, before in pairs))
        if figure.denominator is None or not like:
            assert figure.like_constant is None
            continue
        volume = sum(before[1] for _, before in pairs if before[1])
        weighted = sum(now[0] / now[1] * before[1] for now, before in pairs if now[1] and before[1])
        assert figure.like_constant == about(Fraction(weighted) / volume)
        if len({now[0] / now[1] for now, _ in pairs if now[1]}) == 1:
            # Where all have one ratio, it makes no difference which of them was used.
            assert figure.like_constant == pytest.approx(figure.like_now, rel=1e-11)
        if all(now == before for now, before in pairs):
            assert figure.like_constant == pytest.approx(figure.like_before, rel=1e-11)


def where_one_service_has_half_the_others_are_told_by_themselves(
    made: Worked, have: dict[str, Figures]
) -> None:
    """The largest numerator of a sum, or denominator of a ratio, and what is left without it."""
    for _, _, year, figure, mine in all_figures(made, have):
        now = {s: value for (s, when), value in mine.items() if when == year}
        weights = {s: top if bottom is None else bottom for s, (top, bottom) in now.items()}
        most = max(weights.values())
        total = sum(weights.values())
        if len(now) < 2 or not most or 2 * most < total:
            assert figure.largest is None
            continue
        found = figure.largest
        assert found is not None
        assert found.service == min(s for s, weight in weights.items() if weight == most)
        assert found.share == about(most / total)
        others = now.keys() - {found.service}
        like = [s for s in others if (s, year - 1) in mine]
        assert found.value == about(added(now[s] for s in others))
        assert found.like_services == len(like)
        assert found.like_now == about(added(now[s] for s in like))
        assert found.like_before == about(added(mine[s, year - 1] for s in like))


def who_has_fallen_silent_is_known_with_what_they_had(
    made: Worked,
    have: dict[str, Figures],
    withheld: set[tuple[str, int]],
    lived: dict[str, Life],
) -> None:
    """Open, once reporting, and without a figure of the headline's year or of a later one."""
    for (slug, members), (kpi, figures) in product(MEMBERS.items(), have.items()):
        head = made.groups[slug].figures.get(kpi)
        if head is None:
            assert kpi not in made.groups[slug].silent
            continue
        year = int(head.period.code)
        last: dict[str, int] = {}
        weights = {}
        for (service, when), (top, bottom) in figures.items():
            if service in members:
                last[service] = max(when, last.get(service, 0))
                weights[service, when] = top if bottom is None else bottom
        late = {s for s, when in withheld if when >= year} if kpi == TAKE_UP else set()
        silent = {s for s, when in last.items() if when < year and is_open(lived[s], year)} - late
        before = {s: weight for (s, when), weight in weights.items() if when == year - 1}
        gone = {s: weights[s, last[s]] for s in silent if s not in before}
        total = sum((*before.values(), *gone.values()), Fraction(0))
        missing = sum((*(before.get(s, Fraction(0)) for s in silent), *gone.values()), Fraction(0))

        found = made.groups[slug].silent[kpi]
        assert {(one.service, int(one.period.code)) for one in found.services} == {
            (s, last[s]) for s in silent
        }
        assert [one.weight for one in found.services] == sorted(
            (float(weights[s, last[s]]) for s in silent), reverse=True
        )
        assert found.share == about(missing / total if total else Fraction(0))


def test_who_gave_parts_of_a_year_since_has_not_fallen_quite_silent() -> None:
    """A service that gave two quarters of 2017 did report; that they do not make a year is said."""
    quarters = [f"a {year}-Q{n} 10" for year in (2015, 2016) for n in (1, 2, 3, 4)]
    made = worked(
        "service period transactions\n"
        + "\n".join(
            [*quarters, "a 2017-Q2 10", "a 2017-Q3 10", "b 2016 40", "c 2016 1", "c 2017 1"]
        )
        + "\nd 2016 1\nd 2017 1",
        register(*"abcd"),
    )
    found = made.groups["all"].silent[YEARLY].services

    assert [(one.service, one.partly) for one in found] == [("a", True), ("b", False)]


def test_who_said_that_a_kpi_does_not_apply_any_more_is_not_silent() -> None:
    """A service that gives [z] for 2017 has told all that there is to tell."""
    made = worked(
        "service period transactions\na 2016 40\na 2017 [z]\nb 2016 1\nb 2017 1", register(*"ab")
    )

    assert made.groups["all"].silent[YEARLY].services == ()


def test_whose_figure_is_withheld_is_not_silent() -> None:
    """A figure that cannot be shown was given: b has more digital transactions than there are."""
    made = worked(
        "service period transactions transactions:digital\n"
        "a 2016 40 20\na 2017 40 20\nb 2016 40 20\nb 2017 40 50",
        register(*"ab"),
    )

    assert made.groups["all"].figures[TAKE_UP].period.code == "2017"
    assert made.groups["all"].silent[TAKE_UP].services == ()
    assert made.group(TAKE_UP)["2017"].withheld == 1
