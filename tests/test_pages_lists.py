from __future__ import annotations

import itertools
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import register, worked
from page_tools import example, made_of, row_of
from perfsite.components.elements import ASCENDING, DESCENDING, Listing, Order, arrange, column

if TYPE_CHECKING:
    from collections.abc import Sequence

YEARLY: Final = "transactions_per_year"
TWO_YEARS: Final = """
    service period transactions
    alpha   2016   100
    alpha   2017   120
    beta    2016   70
    gamma   2017   30
    delta   2017   [x]
"""
FOUR: Final = register("alpha", "beta", "gamma", "delta")

items = st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), st.none() | st.integers(0, 5)))


@given(items, st.sampled_from([ASCENDING, DESCENDING]))
def test_whatever_has_no_value_comes_last_both_ways(
    rows: Sequence[tuple[str, int | None]], way: str
) -> None:
    """Values run the way that is asked for, equals by name, and the missing ones follow by name."""
    order = Order(Listing("x.html", "x", ("size",), ("size", DESCENDING)), "size", way)
    found = arrange(rows, order, lambda row: (row[0], ""), lambda row: row[1])
    values = [value for _, value in found if value is not None]

    assert sorted(map(repr, found)) == sorted(map(repr, rows))
    assert values == sorted(values, reverse=way == DESCENDING)
    assert [value for _, value in found[len(values) :] if value is not None] == []
    for one, two in itertools.pairwise(found):
        if one[1] == two[1]:
            assert one[0] <= two[0]


def test_an_order_has_an_address_and_the_default_one_is_the_main_page() -> None:
    """The default order is the list's own page; every other stands in the folder of the list."""
    listing = Listing("d/x.html", "d/x", ("name", "total_cost"), ("total_cost", DESCENDING))
    found = {(order.key, order.direction): order.href for order in listing.orders}

    assert found == {
        ("name", ASCENDING): "d/x/by-name-ascending.html",
        ("name", DESCENDING): "d/x/by-name-descending.html",
        ("total_cost", ASCENDING): "d/x/by-total-cost-ascending.html",
        ("total_cost", DESCENDING): "d/x.html",
    }
    assert len(listing.others) == 3
    assert listing.first not in listing.others
    assert column("Cost", "total_cost", listing.first).current == DESCENDING
    assert column("Cost", "availability", listing.first).ascending == ""


def test_what_the_rows_hold_adds_up_to_the_whole() -> None:
    """The filter sums 414 services to the headline of all of them, digit for digit."""
    made = example()
    head = made.whole.figures[YEARLY]
    for page in made.lists:
        volumes = [Decimal(row.volume) for row in page.table.rows if row.volume]
        assert (len(page.table.rows), len(volumes)) == (734, head.services) == (734, 414)
        assert sum(volumes) == Decimal(head.value) == 1_039_075_681
        assert "1,039,075,681" in page.total
        assert "at 414 of 734 services" in page.total
        assert page.count == "734 services, 703 of them with figures."


def test_the_rows_name_department_and_agency_in_full() -> None:
    """A choice of the filter is a name of the register, never an abbreviation."""
    made = example()
    services = made.worked.services
    for row in made.lists[0].table.rows:
        assert row.department == services[row.key].department
        assert row.agency == services[row.key].agency


def test_figures_of_different_years_are_never_added() -> None:
    """The headline is of 2017: a service that ended with 2016 is listed and has no volume."""
    page = made_of(worked(TWO_YEARS, FOUR)).lists[0]

    assert {row.header: row.volume for row in page.table.rows} == {
        "Alpha": "120", "Beta": "", "Gamma": "30", "Delta": ""
    }  # fmt: skip
    assert page.total == "Transactions in 2017: 150, at 2 of 4 services."


def test_a_service_that_is_ahead_counts_with_the_year_of_the_whole() -> None:
    """One service has 2018 already; what is added up is its 2017, as in the headline of all."""
    made = made_of(
        worked(
            """
            service period transactions
            alpha   2017   100
            alpha   2018   500
            beta    2017   70
            gamma   2017   30
            """,
            FOUR,
        )
    )
    page = made.lists[0]

    assert row_of(page.table, "Alpha").cells[0].text == "500"
    assert row_of(page.table, "Alpha").volume == "100"
    assert sum(made.site.whole.volumes.values()) == 200
    assert made.whole.figures[YEARLY].value == 200


def test_the_script_is_left_the_places_that_it_fills() -> None:
    """The words for the script, filled in with everything, are those that stand on the page."""
    page = example().lists[0]

    assert re.findall(r"{(\w+)}", page.count_words) == ["shown", "all"]
    assert sorted(re.findall(r"{(\w+)}", page.total_words)) == ["shown", "total"]
    assert f"{page.total_words}.".format(total="1,039,075,681", shown="414") == page.total
    assert page.count_words.format(shown="3", all="734") == "3 of 734 services"


def test_nothing_is_added_up_without_a_headline() -> None:
    """Where no service has a figure for 12 months there is no total, and no words for one."""
    page = made_of(worked("service period transactions\nalpha 2017-01 3", FOUR)).lists[0]

    assert (page.total, page.total_words) == ("", "")
    assert page.count == "4 services, 0 of them with figures."
    assert {row.volume for row in page.table.rows} == {""}


def test_only_the_lists_load_the_script() -> None:
    """The services list has the filter's script; pages of groups need none."""
    made = example()

    assert {page.site.script for page in made.lists} == {"filter.js"}
    assert {page.site.script for page in made.pages if page not in made.lists} == {""}


@pytest.mark.parametrize("number", range(16))
def test_each_list_says_its_order_and_leads_to_the_others(number: int) -> None:
    """Each of the 16 lists is wide, marks its order in one column, and its columns lead to all."""
    pages = example().lists
    page = pages[number]
    columns = page.table.columns
    hrefs = {href for c in columns for href in (c.ascending, c.descending)}

    assert hrefs == {other.path for other in pages}
    assert [c.current for c in columns if c.current] == [
        DESCENDING if "highest" in page.order or "Z to A" in page.order else ASCENDING
    ]
    assert page.table.wide
    assert page.order in page.table.caption
    assert page.order in page.title or page.path == "services/index.html"
