"""What cards and notices say of groups, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from helpers import register, worked
from perfsite.config import SiteConfig
from perfsite.language import Language
from perfsite.model import Service
from perfsite.widgets.group_cards import (
    change_words,
    group_card,
    silence_notices,
    stocks_words,
    whose,
)

if TYPE_CHECKING:
    from helpers import Worked
    from perfsite.kpi.groups import GroupFigure

EN = Language("en-GB")
YEARLY, TAKE_UP, EACH = "transactions_per_year", "digital_take_up", "cost_per_transaction"
MORE, LESS = "because services became more digital", "because services became less digital"
DIGITAL = "digital services had a larger share of the transactions"
OTHERS = "services used less online had a larger share of the transactions"


@cache
def figure(kpi: str) -> GroupFigure:
    """A figure of three services, of which a test says what they had and have."""
    made = worked(
        "service period transactions transactions:digital cost\n"
        + "\n".join(f"{s} {year} 100 50 500" for s in "abc" for year in (2016, 2017)),
        register(*"abc"),
    )
    return made.group(kpi)["2017"]


def changed(before: float, now: float, constant: float, kpi: str = TAKE_UP, like: int = 3) -> str:
    """What is said of a change, without the services that are compared."""
    made = replace(
        figure(kpi), like_before=before, like_now=now, like_constant=constant, like_services=like
    )
    return change_words(made, EN).partition(" services with figures for both years: ")[2]


THEN = "at the volumes of the year before"
"""Whose figures a change is told of, where the mix is left out."""
SAID = {
    (
        0.75,
        0.801,
        0.756,
    ): f"+5.1 points, of which +0.6 points {MORE} and the rest because {DIGITAL}",
    (0.8, 0.7, 0.76): f"−10.0 points, of which −4.0 points {LESS} and the rest because {OTHERS}",
    (0.5, 0.82, 0.5): f"+32.0 points, because {DIGITAL}; no change {THEN}",
    (0.5, 0.6, 0.6): f"+10.0 points, {MORE}",
    # 10.049 points, 9.951 of them their own: both are 10.0.
    (0.5, 0.60049, 0.59951): f"+10.0 points, almost all of it {MORE}, the rest because {DIGITAL}",
    (0.5, 0.6, 0.7): f"+10.0 points; {THEN} it would be +20.0 points, {MORE}, but {OTHERS}",
    (0.5, 0.6, 0.4): f"+10.0 points, because {DIGITAL}; {THEN} it would be −10.0 points, {LESS}",
    (0.5, 0.5, 0.4): f"no change; {THEN} it would be −10.0 points, {LESS}, but {DIGITAL}",
    (0.5, 0.5, 0.5): "no change",
    # Twelve digits are no difference from sixteen.
    (1 / 3, 1 / 3 + 0.1, 0.333333333333): f"+10.0 points, because {DIGITAL}; no change {THEN}",
}


@pytest.mark.parametrize("figures", SAID)
def test_a_change_of_a_ratio_is_told_with_its_two_causes(
    figures: tuple[float, float, float],
) -> None:
    """What services did and what the mix of them did, also where the two go against each other."""
    assert changed(*figures).partition("%, ")[2] == SAID[figures]


def test_a_cost_per_transaction_has_words_of_its_own() -> None:
    """A third less, of which a twentieth because services themselves cost less."""
    assert changed(100, 67, 95.8, EACH) == (
        "£100.00 to £67.00, −33%, of which −4.2% because services became cheaper and the rest "
        "because cheaper services had a larger share of the transactions"
    )


def test_one_service_has_no_mix() -> None:
    """The change of one service is its own, and says nothing of others."""
    made = replace(
        figure(TAKE_UP), like_before=0.5, like_now=0.6, like_constant=0.6, like_services=1
    )

    assert change_words(made, EN) == (
        "1 service with figures for both years: 50.0% to 60.0%, +10.0 points"
    )
    assert "because" not in change_words(replace(figure(YEARLY), like_now=5, like_before=3), EN)


def test_how_many_are_withheld_and_how_much_is_of_stocks_is_said() -> None:
    """Beside the coverage, and in a sentence; nothing where there is neither."""
    made = figure(YEARLY)

    assert whose(made, EN) == "3 of 3 services"
    assert whose(replace(made, of=6, withheld=2), EN) == (
        "3 of 6 services; the figures of 2 others are withheld"
    )
    assert stocks_words(made, EN) == ""
    assert stocks_words(replace(made, stocks=200.0), EN).startswith("200 of it counts stocks")


SILENT = """
    service period transactions
    a 2015 500
    a 2016 600
    b 2016 300
    c 2015 50
    d 2016 40
    d 2017 40
    e 2016 30
    e 2017 30
    f 2016 20
    f 2017 20
    """


TAX = "Tax, 900 transactions in 2016, has not reported since."
C = "C, 50 transactions in 2015, has not reported since."


def silent(**closed: str) -> Worked:
    """Three of seven services report for 2017; of Tax nobody does."""
    services = {
        key: Service(
            key, key.upper(), "Tax" if key in "ab" else "Parks", closed=closed.get(key, "")
        )
        for key in "abcdefg"
    }
    return worked(SILENT, services)


def test_a_body_that_fell_silent_is_named_with_what_it_had() -> None:
    """Both services of the department stopped after 2016; a third of another did a year before."""
    made = silent()

    assert silence_notices(made.groups["all"], made.summaries, EN) == (
        f"{TAX} {C} The figures below lack these services.",
    )
    assert silence_notices(made.groups["department/parks"], made.summaries, EN) == (
        f"{C} The figures below lack this service.",
    )


def test_who_closed_has_not_fallen_silent() -> None:
    """A department that closed in 2016 is missed by nobody; below a tenth nothing is said."""
    made = silent(a="2016", b="2016-12", c="2015")
    lacking = worked("service period transactions\na 2016 9\nb 2016 91\nb 2017 91", register(*"ab"))

    assert silence_notices(made.groups["all"], made.summaries, EN) == ()
    assert lacking.groups["all"].silent[YEARLY].share == 0.09
    assert silence_notices(lacking.groups["all"], lacking.summaries, EN) == ()


def test_some_services_of_a_body_are_counted_and_of_many_only_three_are_named() -> None:
    """Two of three services of a department; after three sentences the others are a number."""
    names = "abcdefghij"
    services = {
        key: Service(key, key.upper(), "Tax" if key in "abc" else f"Ministry {key}")
        for key in names
    }
    lines = [f"{key} {year} 10" for key in "chij" for year in (2016, 2017)]
    lines += [f"{key} 2016 100" for key in "ab"] + [
        f"{key} 2016 {50 - n}" for n, key in enumerate("defg")
    ]
    config = SiteConfig(headline_share=0.4)
    made = worked("service period transactions\n" + "\n".join(lines), services, config)
    (said,) = silence_notices(made.groups["all"], made.summaries, EN)

    assert said.startswith("2 of the 3 services of Tax, 200 transactions in 2016, have not ")
    assert said.count("2016") == 3
    assert "2 other services have no figures for these 12 months either." in said


def test_no_figures_is_said_only_where_there_are_none() -> None:
    """Three services of three years are too few for the same 12 months, and have figures."""
    made = worked("service period transactions\na 2013 5\nb 2015 1234\nc 2017 7", register(*"abc"))
    groups = made.groups["all"]
    card = group_card(YEARLY, groups, made.summaries, EN)
    other = group_card(TAKE_UP, groups, made.summaries, EN)

    assert card.missing
    assert " ".join(card.notes) == (
        "Too few services reported for the same 12 months. The newest figure is 7 in 2017, of 1 of "
        "3 services."
    )
    assert other.notes == ("No service has figures for 12 months.",)


def test_without_the_largest_the_figure_and_the_change_stand_beside_it() -> None:
    """Alpha makes 900 of 1,000; the others had 80 and have 100, of which one is new."""
    made = worked(
        "service period transactions\n"
        "alpha 2016 900\nalpha 2017 900\nbeta 2016 80\nbeta 2017 60\ngamma 2017 40",
        register("alpha", "beta", "gamma"),
    )
    card = group_card(YEARLY, made.groups["all"], made.summaries, EN)

    assert card.change == "2 services with figures for both years: 980 to 960, −2.0%"
    assert " | ".join(card.notes) == (
        "3 of 3 services | Without Alpha, which makes 90% of it: 100 at the other 2 services. Of "
        "these, 1 service with figures for both years: 80 to 60, −25%."
    )


def test_services_that_a_department_runs_itself_are_not_all_of_it() -> None:
    """On its own page a body of the department's name is the part that has no agency."""
    services = {key: Service(key, key.upper(), "Tax", agency="Tax") for key in "abc"}
    services["d"] = Service("d", "D", "Tax", agency="Stamps")
    lines = [f"c {year} 10\nd {year} 10" for year in (2016, 2017)] + ["a 2016 100", "b 2016 100"]
    made = worked("service period transactions\n" + "\n".join(lines), services)
    (said,) = silence_notices(made.groups["department/tax"], made.summaries, EN)

    assert said.startswith("2 of the 3 services that Tax runs itself, 200 transactions in 2016, ")
