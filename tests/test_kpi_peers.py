from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import worked_example
from perfsite.kpi.headlines import (
    BANDS,
    Band,
    Headline,
    ServiceSummary,
    band_of,
    high_volume,
    peers,
)
from perfsite.kpis import VOLUME
from perfsite.model import Service, Status
from perfsite.periods import Period


def summary(
    key: str,
    size: float | None,
    year: str = "2017",
    category: str = "Licences",
    name: str = "",
) -> ServiceSummary:
    """A service with so many transactions in a year."""
    service = Service(key, name or key.capitalize(), "Ministry", category=category)
    if size is None:
        return ServiceSummary(service, {VOLUME: Headline(VOLUME, Status.NOT_PROVIDED)})
    figure = Headline(VOLUME, Status.PROVIDED, Period.parse(year), size)
    return ServiceSummary(service, {VOLUME: figure})


@pytest.mark.parametrize(
    ("size", "lower", "upper"),
    [
        (0, 0, 1_000),
        (999.9, 0, 1_000),
        (1_000, 1_000, 10_000),
        (9_999, 1_000, 10_000),
        (10_000, 10_000, 100_000),
        (100_000, 100_000, 1_000_000),
        (1_000_000, 1_000_000, 10_000_000),
        (10_000_000, 10_000_000, None),
        (3e12, 10_000_000, None),
    ],
)
def test_a_band_starts_with_its_lower_limit(size: float, lower: int, upper: int | None) -> None:
    """A limit belongs to the band above it, and the last band has none above."""
    assert band_of(size) == Band(lower, upper)


@given(st.floats(min_value=0, allow_nan=False))
def test_every_size_is_in_one_band(size: float) -> None:
    """The bands leave no gap and do not overlap."""
    assert [band for band in BANDS if size in band] == [band_of(size)]


@pytest.mark.parametrize("size", [-1, math.nan])
def test_what_is_no_size_has_no_band(size: float) -> None:
    """A number below nothing, or none, is refused."""
    with pytest.raises(ValueError, match="no number of transactions"):
        band_of(size)


def test_peers_have_category_size_and_period_in_common() -> None:
    """Another category, another band, another year or no figure: no peer."""
    found = peers(
        [
            summary("own", 2_000),
            summary("alike", 9_000),
            summary("other-category", 2_000, category="Taxes"),
            summary("other-size", 10_000),
            summary("other-year", 2_000, year="2016"),
            summary("same-length", 2_000, year="2016-10/2017-09"),
            summary("silent", None),
        ]
    )

    assert found == {
        "own": ("alike",),
        "alike": ("own",),
        "other-category": (),
        "other-size": (),
        "other-year": (),
        "same-length": (),
        "silent": (),
    }


def test_services_without_a_category_have_no_peers() -> None:
    """Blank is no category that two services share."""
    assert peers([summary("a", 5, category=""), summary("b", 5, category="")]) == {
        "a": (), "b": ()
    }  # fmt: skip


def test_the_nearest_in_size_are_kept_and_stand_by_name() -> None:
    """Of four the two nearest are shown, in the order of their names, capitals or not."""
    made = [
        summary("own", 5_000),
        summary("far", 2_000, name="Ant"),
        summary("near", 5_100, name="zebra"),
        summary("nearer", 4_950, name="Yak"),
        summary("further", 9_000, name="Bee"),
    ]

    assert peers(made, most=2)["own"] == ("nearer", "near")
    assert peers(made)["own"] == ("far", "further", "nearer", "near")
    assert peers(made, most=0)["own"] == ()


members = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 30_000), st.integers(40, 43)),
        st.sampled_from(["2016", "2017"]),
        st.sampled_from(["", "One", "Two"]),
        st.sampled_from(["ant", "Bee", "cow", ""]),
    ),
    max_size=12,
)


@given(members, st.integers(1, 6))
def test_no_peer_that_is_kept_out_is_nearer(
    table: list[tuple[int | None, str, str, str]], most: int
) -> None:
    """Peers are others that can be compared, at most so many, by name, and none nearer is out."""
    made = [
        summary(f"s{number}", size, year, category, name)
        for number, (size, year, category, name) in enumerate(table)
    ]
    by_id = {one.service.id: one for one in made}
    found = peers(made, most)

    assert list(found) == list(by_id)
    assert found == peers(made[::-1], most)
    for own in made:
        size = own.figures[VOLUME].value
        can = [
            other
            for other in made
            if other is not own
            and own.service.category
            and other.service.category == own.service.category
            and other.figures[VOLUME].period == own.figures[VOLUME].period
            and size is not None
            and (value := other.figures[VOLUME].value) is not None
            and band_of(value) == band_of(size)
        ]
        mine = [by_id[key] for key in found[own.service.id]]
        names = [(one.service.name.casefold(), one.service.id) for one in mine]
        assert names == sorted(names)
        assert len(mine) == min(most, len(can))
        assert all(one in can for one in mine)
        gaps = {one.service.id: abs((one.figures[VOLUME].value or 0) - (size or 0)) for one in can}
        kept = [gaps[one.service.id] for one in mine]
        left = [gaps[one.service.id] for one in can if one not in mine]
        assert not kept or not left or max(kept) <= min(left)


def test_high_volume_is_the_largest_first_and_then_by_name() -> None:
    """The threshold itself is high volume; an older year counts; no figure does not."""
    made = [
        summary("b", 100, name="beta"),
        summary("large", 900, year="2013"),
        summary("a", 100, name="Alpha"),
        summary("small", 99),
        summary("silent", None),
    ]

    assert [one.service.id for one in high_volume(made, 100)] == ["large", "a", "b"]
    assert "silent" not in {one.service.id for one in high_volume(made, 0)}


def test_the_peers_of_the_example_can_be_compared() -> None:
    """Hundreds of services have peers, and each pair is of one category, band and period."""
    made = worked_example().summaries
    found = peers(list(made.values()))

    assert sum(bool(mine) for mine in found.values()) > 500
    for key, mine in found.items():
        own = made[key].figures[VOLUME]
        for other in mine:
            figure = made[other].figures[VOLUME]
            assert made[other].service.category == made[key].service.category
            assert figure.period == own.period
            assert band_of(figure.value or 0) == band_of(own.value or 0)
    large = high_volume(list(made.values()), 750_000)
    assert len(large) == 83
