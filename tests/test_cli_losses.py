from __future__ import annotations

import pytest

from helpers import register
from perfsite.cli.build import check_losses, reporting, reporting_in
from perfsite.errors import BuildError
from policy_tools import public

TEN = [f"service-{number}" for number in range(10)]


@pytest.mark.parametrize(
    ("share", "lost", "stops"),
    [(0.1, 1, False), (0.1, 2, True), (0, 0, False), (0, 1, True), (1, 10, False)],
)
def test_a_build_stops_when_more_than_a_share_is_lost(share: float, lost: int, stops: bool) -> None:
    """Up to the share is accepted; one service more is not."""
    if not stops:
        check_losses(TEN, TEN[lost:], share, "the last edition")
        return
    with pytest.raises(BuildError):
        check_losses(TEN, TEN[lost:], share, "the last edition")


def test_the_message_says_how_many_and_which_and_what_to_do() -> None:
    """Five are named in their order, and the way to accept it."""
    with pytest.raises(BuildError) as raised:
        check_losses(TEN, [], 0.1, "the edition of 2018-09-19")

    assert str(raised.value) == (
        "10 of the 10 services that have figures in the edition of 2018-09-19 would have none: "
        "service-0, service-1, service-2, service-3, service-4 and others. Up to 10% may be lost "
        "(lost_services in perfsite.toml). If this is right, give --accept-losses"
    )


def test_new_services_do_not_make_up_for_lost_ones() -> None:
    """What counts is who was there before."""
    with pytest.raises(BuildError):
        check_losses(TEN, [*TEN[2:], *(f"new-{number}" for number in range(50))], 0.1, "here")


def test_a_renamed_service_is_not_lost() -> None:
    """Its new id stands for it, if that has figures."""
    services = register("new", aliases=("service-0", "service-1"))  # type: ignore[arg-type]

    check_losses(TEN, [*TEN[2:], "new"], 0, "here", services)
    with pytest.raises(BuildError):
        check_losses(TEN, TEN[2:], 0, "here", services)


def test_nothing_before_is_nothing_lost() -> None:
    """The first build of a site never stops for this."""
    check_losses([], [], 0, "here")


def test_only_figures_count_as_reporting() -> None:
    """A service that gave nothing but symbols reports no figure."""
    assert reporting(public("period transactions cost\n2017 [x] [c]\n2018 _ 12~[c]")) == set()
    assert reporting(public("period transactions\n2017 0")) == {"alpha"}


def test_a_sites_own_table_says_who_reported() -> None:
    """Any KPI of a row will do; a file that is no such table says nothing."""
    table = (
        "service,name,transactions_per_year,transactions_per_year_period,user_satisfaction\r\n"
        "alpha,Alpha,0,2017,\r\nbeta,Beta,,,0.9\r\ngamma,Gamma,,2017,\r\n"
    )

    assert reporting_in(table.encode()) == {"alpha", "beta"}
    assert reporting_in(b"\xff\xfe") == reporting_in(b"") == reporting_in(b"a,b\n1,2\n") == set()


def test_a_share_is_not_lost_to_binary_fractions() -> None:
    """29 of 100 are 29%, although 0.29 times 100 is a little less than 29 to a computer."""
    hundred = [str(number) for number in range(100)]

    check_losses(hundred, hundred[29:], 0.29, "here")
    with pytest.raises(BuildError):
        check_losses(hundred, hundred[30:], 0.29, "here")
