from __future__ import annotations

import csv
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import register, span, worked, worked_example
from perfsite.config import SiteConfig
from perfsite.kpi.groups import GroupKind, Largest, make_groups, slugify, summarise_groups
from perfsite.kpi.matched import Panels
from perfsite.model import Service, why_not_an_id
from properties import fewer

if TYPE_CHECKING:
    from pathlib import Path

    from helpers import Worked

YEARLY = "transactions_per_year"
TAKE_UP = "digital_take_up"
YEARS = ("2014", "2015", "2016", "2017")


@pytest.fixture(scope="module")
def example() -> Worked:
    """The example that comes with perfsite, all of it."""
    return worked_example()


cell = st.sampled_from(["[x]", "[z]", "0", "1", "20", "300"])
tables = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(YEARS), cell, cell, cell),
    min_size=1,
    max_size=16,
    unique_by=lambda row: row[:2],
)
DEPARTMENTS = {"a": "One", "b": "One", "c": "One", "d": "Two", "e": "Two", "f": "Two"}


def number(text: str) -> int | None:
    """A cell's number, if it has one."""
    return int(text) if text.isdigit() else None


Sums = dict[tuple[str, str], tuple[int, int | None]]
"""Numerators and denominators by service and year."""


def sums_of(table: list[tuple[str, str, str, str, str]]) -> dict[str, Sums]:
    """What each KPI of each row is a sum of, found row by row."""
    have: dict[str, Sums] = {
        YEARLY: {}, TAKE_UP: {}, "total_cost": {}, "cost_per_transaction": {}
    }  # fmt: skip
    for service, year, *cells in table:
        total, digital, cost = map(number, cells)
        if total is not None:
            have[YEARLY][service, year] = (total, None)
        if total and digital is not None and digital <= total:
            have[TAKE_UP][service, year] = (digital, total)
        if cost is not None:
            have["total_cost"][service, year] = (cost, None)
        if cost is not None and total:
            have["cost_per_transaction"][service, year] = (cost, total)
    return have


def added(values: list[tuple[int, int | None]]) -> tuple[float, float | None]:
    """Values added up: the KPI, and its denominator if it is a ratio."""
    top = sum(numerator for numerator, _ in values)
    bottoms = [bottom for _, bottom in values if bottom is not None]
    return (top / sum(bottoms), sum(bottoms)) if bottoms else (top, None)


@fewer(2, because="each example is worked out from its rows to its groups")
@given(tables, st.sampled_from([0.25, 0.5, 1.0]))
def test_a_group_adds_up_one_period_of_the_services_that_have_it(
    table: list[tuple[str, str, str, str, str]], share: float
) -> None:
    """Sums, counts, like for like and completeness are what going through the rows gives."""
    services = {key: Service(key, key, name) for key, name in DEPARTMENTS.items()}
    lines = "\n".join(" ".join(row) for row in table)
    made = worked(
        f"service period transactions transactions:digital cost\n{lines}",
        services,
        SiteConfig(headline_share=share),
    )

    groups = {"all": "abcdef", "department/one": "abc", "department/two": "def"}
    for (slug, members), (kpi, have) in product(groups.items(), sums_of(table).items()):
        mine = {key: value for key, value in have.items() if key[0] in members}
        ever = {service for service, _ in mine}
        series = made.group(kpi, slug)
        assert set(series) == {year for _, year in mine}
        for year, figure in series.items():
            now = {s: value for (s, y), value in mine.items() if y == year}
            then = {s: value for (s, y), value in mine.items() if int(y) == int(year) - 1}
            both = sorted(now.keys() & then.keys())
            assert (figure.value, figure.denominator) == added(list(now.values()))
            assert figure.numerator == sum(top for top, _ in now.values())
            assert (figure.services, figure.like_services) == (len(now), len(both))
            assert figure.like_now == (added([now[s] for s in both])[0] if both else None)
            assert figure.like_before == (added([then[s] for s in both])[0] if both else None)
            assert figure.complete == (len(now) >= share * len(ever))
        complete = [year for year, figure in series.items() if figure.complete]
        headline = made.groups[slug].figures.get(kpi)
        assert (headline.period.code if headline else None) == max(complete, default=None)


HALF = """
    service period transactions
    a       2015   100
    b       2015   100
    c       2015   100
    d       2015   100
    a       2016   110
    b       2016   90
    a       2017   130
    """


def test_a_headline_is_of_the_newest_period_that_half_have_reported() -> None:
    """Newer periods stand in the series, marked incomplete, and are no headline."""
    made = worked(HALF, register(*"abcde"))
    headline = made.groups["all"].figures[YEARLY]
    series = made.group(YEARLY)

    assert headline.period == span("2016")
    assert [series[year].complete for year in ("2015", "2016", "2017")] == [True, True, False]
    assert series["2017"].value == 130


def test_the_share_is_of_the_services_that_ever_reported() -> None:
    """A site may ask for more than half; a service that never reported counts in `of` alone."""
    strict = worked(HALF, register(*"abcde"), SiteConfig(headline_share=0.51))

    assert strict.groups["all"].figures[YEARLY].period == span("2015")
    assert strict.groups["all"].figures[YEARLY].services == 4
    assert strict.groups["all"].figures[YEARLY].of == 5


def test_change_is_that_of_the_services_in_both_periods() -> None:
    """Two services that stopped reporting are no fall: the two that stayed did not change."""
    figure = worked(HALF, register(*"abcde")).group(YEARLY)["2016"]

    assert (figure.value, figure.services) == (200, 2)
    assert (figure.like_now, figure.like_before, figure.like_services) == (200, 200, 2)


def test_a_period_with_none_of_the_year_before_has_no_change() -> None:
    """Nobody in both periods is no comparison, and no comparison with zero."""
    figure = worked("service period transactions\na 2016 5\nb 2017 6", register("a", "b")).group(
        YEARLY
    )["2017"]

    assert (figure.like_now, figure.like_before, figure.like_services) == (None, None, 0)


def test_a_service_to_which_a_kpi_does_not_apply_counts_in_neither() -> None:
    """2 of 3, not 2 of 4, where one of four has no transactions to count."""
    figure = worked(
        "service period transactions\na 2017 5\nb 2017 6\nc 2017 [z]\nd 2017 [x]", register(*"abcd")
    ).group(YEARLY)["2017"]

    assert (figure.services, figure.of, figure.value) == (2, 3, 11)


def test_a_ratio_is_of_the_services_that_have_every_part() -> None:
    """A total without its digital part adds nothing to a department's take-up."""
    figure = worked(
        """
        service period transactions transactions:digital
        a       2017   100          50
        b       2017   900          [x]
        c       2017   100          101
        """,
        register(*"abc"),
    ).group(TAKE_UP)["2017"]

    assert (figure.value, figure.numerator, figure.denominator) == (0.5, 50, 100)
    assert (figure.services, figure.of) == (1, 3)


def test_a_share_stated_without_its_counts_cannot_be_added() -> None:
    """A mean of shares would be a wrong figure, so there is none."""
    made = worked("service period digital_take_up\na 2017 50%\nb 2017 60%", register("a", "b"))

    assert made.group(TAKE_UP) == {}
    assert made.headline(TAKE_UP, "a").value == 0.5


def test_weeks_do_not_join_months_in_a_group() -> None:
    """52 weeks are not the same period as any 12 months, so they are not added to them."""
    weeks = "\n".join(f"b 2017-W{w:02d} 1" for w in range(1, 53))
    made = worked(f"service period transactions\na 2017 5\n{weeks}", register("a", "b"))

    assert {code: figure.value for code, figure in made.group(YEARLY).items()} == {"2017": 5}


def test_costs_in_pence_add_up_without_dust_in_a_group() -> None:
    """Ten and twenty pence are thirty."""
    made = worked("service period cost\na 2017 0.1\nb 2017 0.2", register("a", "b"))

    assert made.group("total_cost")["2017"].value == 0.3


def test_groups_are_by_department_agency_and_category() -> None:
    """Everything is one group; a service without an agency or category is in none of that kind."""
    services = {
        "a": Service("a", "A", "Home Office", "HO", agency="Passports", category="Apply"),
        "b": Service("b", "B", "Home Office", agency="passports"),
        "c": Service("c", "C", "Treasury", agency="Passports", category="Apply"),
    }
    found = {(g.kind, g.slug): g for g in make_groups(services)}

    assert [(str(kind), slug, g.services) for (kind, slug), g in found.items()] == [
        ("all", "all", ("a", "b", "c")),
        ("department", "home-office", ("a", "b")),
        ("department", "treasury", ("c",)),
        ("agency", "passports", ("a", "c")),
        ("agency", "passports-2", ("b",)),
        ("category", "apply", ("a", "c")),
    ]
    assert found[GroupKind.DEPARTMENT, "home-office"].abbr == "HO"
    assert found[GroupKind.AGENCY, "passports"].parents == ("Home Office", "Treasury")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Attorney General's Office", "attorney-generals-office"),
        ("Driver & Vehicle Licensing (DVLA)", "driver-vehicle-licensing-dvla"),
        ("Cyfoeth Naturiol Cymru – Môn", "cyfoeth-naturiol-cymru-mon"),
        ("Αθήνα", "unnamed"),
    ],
)
def test_a_name_becomes_a_part_of_an_address(name: str, slug: str) -> None:
    """Accents go, apostrophes close up, and the rest is hyphens."""
    assert slugify(name) == slug


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["Index", "Con", "AUX", "nul", "By name", "LPT1", "index", "A", "a"]),
            st.text(min_size=1, max_size=120),
        ),
        max_size=6,
    )
)
def test_the_address_of_a_group_is_as_good_as_that_of_a_service(names: list[str]) -> None:
    """Each department has an address of its own, which no page and no system has taken."""
    services = {f"s{i}": Service(f"s{i}", "S", name) for i, name in enumerate(names)}
    slugs = [group.slug for group in make_groups(services) if group.kind == "department"]

    assert len(set(slugs)) == len(slugs) == len(set(names))
    assert [(slug, why_not_an_id(slug[:80])) for slug in slugs if why_not_an_id(slug[:80])] == []


def test_a_panel_holds_the_same_services_all_along() -> None:
    """A chart of a group is drawn over the services that have every period that it shows."""
    rows = [
        f"{service} {period} {value}"
        for service, start in (("a", 10), ("b", 20), ("c", 30), ("d", 40), ("e", 50))
        for value, period in enumerate(
            ("2016-10/2017-09", "2017", "2017-04/2018-03", "2017-07/2018-06"), start
        )
        if not (service == "e" and period == "2016-10/2017-09")
    ]
    made = worked("service period transactions\n" + "\n".join(rows), register(*"abcdef"))
    panel = Panels(made.figures, YEARLY, made.parts).of(made.groups["all"])

    assert panel is not None
    assert (panel.services, panel.of) == (4, 6)
    assert [(period.code, value) for period, value in panel.points] == [
        ("2016-10/2017-09", 10 + 20 + 30 + 40),
        ("2017", 11 + 21 + 31 + 41),
        ("2017-04/2018-03", 12 + 22 + 32 + 42),
        ("2017-07/2018-06", 13 + 23 + 33 + 43),
    ]


@pytest.mark.parametrize(
    ("broken", "services", "oldest"),
    [
        ("", 6, "2016"),
        # One of six services may go, and the panel stays as long.
        ("a 2017-04", 5, "2016"),
        # What broke before the oldest year of the panel does not matter.
        ("a 2016-01", 6, "2016"),
        # If too many go, the panel ends before their break.
        ("a 2017-04 b 2017-04 c 2017-04", 6, "2017-04/2018-03"),
    ],
)
def test_a_panel_does_not_reach_over_a_break(broken: str, services: int, oldest: str) -> None:
    """A service whose way of counting changed is not compared with itself before that."""
    marks = set(zip(*[iter(broken.split())] * 2, strict=True))
    months = [f"{year}-{month:02d}" for year in (2016, 2017, 2018) for month in range(1, 13)]
    rows = [
        f"{service} {month} 5{'[b]' if (service, month) in marks else ''}"
        for service in "abcdef"
        for month in months[:-3]
    ]
    made = worked("service period transactions\n" + "\n".join(rows), register(*"abcdef"))
    panel = Panels(made.figures, YEARLY, made.parts).of(made.groups["all"])

    assert panel is not None
    assert panel.services == services
    assert panel.points[0][0].code == oldest
    assert {value for _, value in panel.points} == {60.0 * services}


def test_a_panel_of_one_period_is_none() -> None:
    """One period is no trend."""
    made = worked("service period transactions\na 2017 5", register("a"))

    assert Panels(made.figures, YEARLY, made.parts).of(made.groups["all"]) is None


def test_no_panel_of_the_example_shows_coverage_as_change(example: Worked) -> None:
    """Every point of every panel is the sum over one and the same set of services."""
    panels = Panels(example.figures, YEARLY, example.parts)
    frame = example.figures.frame
    yearly = frame[(frame["kpi"] == YEARLY) & (frame["unit"] == "month")]
    by_period = {
        int(str(first)): dict(zip(rows["service"], rows["value"], strict=True))
        for first, rows in yearly.groupby("first")
    }
    made = [(s, panel) for s in example.groups.values() if (panel := panels.of(s)) is not None]

    assert len(made) > 50
    for summary, panel in made:
        common = set(summary.group.services)
        for period, _ in panel.points:
            common &= by_period[period.first].keys()
        assert panel.services == len(common)
        for period, value in panel.points:
            assert value == sum(by_period[period.first][service] for service in common)


def test_the_year_hmrc_stopped_reporting_shows_no_fall_in_use(
    shared_data: Path, example: Worked
) -> None:
    """To June 2017 the sum fell by two billion, and like for like use rose: both are said."""
    series = example.group(YEARLY)
    before, after = series["2016-04/2017-03"], series["2016-07/2017-06"]
    path = shared_data / "uk-performance-platform" / "2018-09-19" / "transaction-volumes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))

    def total(header: str) -> int:
        return sum(int(row[header]) for row in published if row[header])

    assert before.value == total("April 2016 to March 2017: volume") == 3_309_852_525
    assert after.value < before.value / 3
    assert after.like_now is not None
    assert after.like_before is not None
    assert after.like_now > after.like_before
    assert after.like_services < before.services
    hmrc = example.group(YEARLY, "department/hm-revenue-and-customs")
    assert (hmrc["2016-04/2017-03"].services, hmrc["2016-07/2017-06"].services) == (34, 8)
    assert hmrc["2016-04/2017-03"].value > 2_240_000_000
    assert hmrc["2016-07/2017-06"].value < 1_800_000
    assert not hmrc["2016-07/2017-06"].complete


def test_the_digital_figures_above_their_totals_are_all_found(example: Worked) -> None:
    """28 cells of 20 services, 6 yearly and 22 quarterly, are reported, and none has a value."""
    found = [
        p for p in example.problems if p.code == "PS201" and p.column == "transactions:digital"
    ]
    assert Counter("12-months" in p.file for p in found) == {True: 6, False: 22}
    frame = example.figures.frame
    withheld = frame[(frame["status"] == "withheld") & (frame["kpi"] == TAKE_UP)]
    assert withheld["value"].isna().all()
    exceeds = withheld["numerator"] > withheld["denominator"]
    assert (exceeds | (withheld["excess"] > 0)).all()
    assert (withheld["count"] == 3).sum() == 22
    over = example.flagged
    over = over[(over["measure"] == "transactions") & (over["unit"] == "month")]
    assert over["service"].nunique() == 20


def test_every_group_of_the_example_says_how_many_it_counts(example: Worked) -> None:
    """No group counts more services than it has, and no headline is of an incomplete period."""
    for summary in example.groups.values():
        for kpi, series in summary.series.items():
            periods = [figure.period for figure in series]
            assert periods == sorted(periods)
            for figure in series:
                assert 0 < figure.services <= figure.of <= len(summary.group.services)
                assert figure.like_services <= figure.services
            if kpi in summary.figures:
                assert summary.figures[kpi].complete


@pytest.mark.parametrize("marked", ["2016", "2017"])
def test_a_groups_change_leaves_out_who_had_a_break(marked: str) -> None:
    """A service whose series breaks within the two years is in the sum, but not in the change."""
    mark = dict.fromkeys(("2016", "2017"), "") | {marked: "[b]"}
    made = worked(
        "service period transactions\n"
        f"alpha 2016 100{mark['2016']}\nalpha 2017 900{mark['2017']}\n"
        "beta 2016 40\nbeta 2017 50\nbeta 2018 60",
        services=register("alpha", "beta"),
    )
    found = summarise_groups(
        made.figures, list(made.summaries.values()), make_groups(made.services), 0.5, made.parts
    )
    series = {figure.period.code: figure for figure in found[0].series[YEARLY]}
    figure = series["2017"]

    assert (figure.value, figure.services) == (950, 2)
    both = marked == "2016"
    assert figure.like_services == (2 if both else 1)
    assert (figure.like_now, figure.like_before) == ((950, 140) if both else (50, 40))
    assert series["2018"].like_now == 60


def test_the_largest_service_of_a_group_is_told_with_the_figure_without_it() -> None:
    """Who makes most of a sum is known, and what the others make; a group of one has none."""
    made = worked(
        "service period transactions\n"
        "alpha 2016 20\nalpha 2017 30\nbeta 2016 8\nbeta 2017 6\ngamma 2017 4",
        services=register("alpha", "beta", "gamma"),
    )
    assert made.group(YEARLY)["2017"].largest == Largest("alpha", 0.75, 10, 6, 8, 1)

    alone = worked(
        "service period transactions\nalpha 2017 30\nbeta 2017 [x]",
        services=register("alpha", "beta"),
    )
    assert alone.group(YEARLY)["2017"].largest is None
    nothing = worked(
        "service period transactions\nalpha 2017 0\nbeta 2017 0", services=register("alpha", "beta")
    )
    assert nothing.group(YEARLY)["2017"].largest is None
    equal = worked(
        "service period transactions\nbeta 2017 5\nalpha 2017 5", services=register("beta", "alpha")
    )
    found = equal.group(YEARLY)["2017"].largest
    assert found is not None
    assert (found.service, found.value) == ("alpha", 5)


def test_a_group_is_as_precise_as_its_services_together() -> None:
    """What is uncertain of totals adds up; of a unit cost it is that over the transactions."""
    table = """
        service period transactions cost_per_transaction cost
        a       2016   1000         0.50                 [x]
        a       2017   1000         0.55                 [x]
        b       2016   100          0.0659               [x]
        b       2017   100          0.0659               [x]
        c       2017   10           [x]                  1000
        """
    made = worked(table, register(*"abc"))
    whole = made.groups["all"]
    total, each = whole.figures["total_cost"], whole.figures["cost_per_transaction"]

    assert (total.value, total.uncertain) == (1556.59, 5.005)
    assert each.uncertain == 5.005 / 1110
    # c was not there a year before.
    assert (total.like_now, total.like_uncertain) == (556.59, 5.005)
    assert (total.like_before, total.like_uncertain_before) == (506.59, 5.005)
    assert whole.figures[YEARLY].uncertain == 0


def test_a_group_of_one_has_the_unit_cost_that_it_gave() -> None:
    """Multiplied and divided again it is what it was: £0.00829, and not 0.008289999999999999."""
    made = worked("period transactions cost_per_transaction\n2017 3868019 0.00829")
    whole = made.groups["all"]

    assert whole.figures["cost_per_transaction"].value == 0.00829
    assert whole.figures["cost_per_transaction"].uncertain == 0.000005


def test_a_like_for_like_line_is_as_precise_as_its_services_together() -> None:
    """Half a penny of each of 1,100 transactions is £5.50 more or less, at every point of it."""
    rows = "\n".join(
        f"{service} {first}/{last} {number} 0.50"
        for service, number in (("a", 1000), ("b", 100))
        for first, last in (("2016-01", "2016-12"), ("2016-04", "2017-03"))
    )
    made = worked(f"service period transactions cost_per_transaction\n{rows}", register(*"ab"))
    for kpi, value, doubt in (("total_cost", 550, 5.5), ("cost_per_transaction", 0.5, 0.005)):
        panel = Panels(made.figures, kpi, made.parts).of(made.groups["all"])

        assert panel is not None
        assert [number for _, number in panel.points] == [value, value]
        assert panel.doubts == (doubt, doubt)
        assert panel.doubt_of(panel.points[0][0]) == doubt
        assert panel.doubt_of(None) == 0
