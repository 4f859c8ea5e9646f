from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import register, worked
from perfsite.config import SiteConfig
from perfsite.kpi.inputs import enough, newest_end
from perfsite.periods import Period, Unit
from properties import fewer

if TYPE_CHECKING:
    from collections.abc import Iterable

DIGITAL = "transactions:digital"


def test_all_channels_is_the_figure_without_a_channel() -> None:
    """A stated total stands, whatever its channels add up to."""
    made = worked("period transactions transactions:digital transactions:phone\n2017 10 3 3")

    assert made.part("transactions", "2017") == 10
    assert made.part(DIGITAL, "2017") == 3


def test_else_it_is_the_sum_of_the_channels() -> None:
    """Without a stated total the channels are added, for every measure that adds up."""
    made = worked(
        "period transactions:digital transactions:phone cost:digital cost:post\n2017 3 4 1.5 2"
    )

    assert made.part("transactions", "2017") == 7
    assert made.part("cost", "2017") == 3.5


def test_ratios_by_channel_are_not_added() -> None:
    """A cost per transaction of two channels is not their sum."""
    made = worked("period cost_per_transaction:digital cost_per_transaction:phone\n2017 1 9")

    assert made.part("cost_per_transaction", "2017") is None


def test_digital_channels_are_those_of_the_configuration() -> None:
    """Several digital channels count together, and assisted digital is not one of them."""
    table = """
        period transactions:web transactions:app transactions:assisted-digital transactions:kiosk
        2017   5                3                2                             1
        """

    assert worked(table).part(DIGITAL, "2017") == 8
    config = SiteConfig(digital_channels=("kiosk",))
    assert worked(table, config=config).part(DIGITAL, "2017") == 1


def test_digital_alone_is_never_the_total_of_a_service_that_states_totals() -> None:
    """Where totals are given for other periods, a lone digital figure is a part of one unknown."""
    made = worked(
        """
        period  measure      channel value
        2017-01 transactions _       100
        2017-01 transactions digital 40
        2017-02 transactions digital 50
        """
    )

    assert made.part("transactions", "2017-02") is None
    assert made.part(DIGITAL, "2017-02") == 50


def test_a_total_that_was_given_as_missing_is_missing() -> None:
    """A blank total beside a digital figure is no total."""
    made = worked("period transactions transactions:digital\n2017-01 [x] 40")

    assert made.part("transactions", "2017-01") == "not_provided"


def test_a_service_that_is_only_digital_has_its_digital_figures_as_totals() -> None:
    """Of a service that has never stated a total, its one channel is all."""
    made = worked("period transactions:digital\n2017-01 40")

    assert made.part("transactions", "2017-01") == made.part(DIGITAL, "2017-01") == 40


def test_another_service_changes_nothing() -> None:
    """That one service states totals says nothing of another."""
    made = worked(
        """
        service period measure      channel value
        alpha   2017   transactions _       100
        beta    2017   transactions digital 40
        """,
        register("alpha", "beta"),
    )

    assert made.part("transactions", "2017", "beta") == 40


@pytest.mark.parametrize("later", ["[x]", "_", "absent"])
def test_a_channel_once_reported_is_expected_from_then_on(later: str) -> None:
    """A sum that lacks a channel would be a wrong figure, so it is missing."""
    row = "" if later == "absent" else f"2017-02 transactions phone {later}"
    made = worked(
        f"""
        period measure channel value
        2017-01 transactions digital 40
        2017-01 transactions phone 60
        2017-02 transactions digital 50
        {row}
        2017-03 transactions digital 50
        2017-03 transactions phone 0
        """.replace("\n        \n", "\n")
    )

    assert made.part("transactions", "2017-01") == 100
    assert made.part("transactions", "2017-02") == "not_provided"
    assert made.part("transactions", "2017-03") == 50


def test_a_channel_is_not_expected_before_its_first_report() -> None:
    """A new channel does not undo the figures of the time before it."""
    made = worked(
        """
        period  measure      channel value
        2017-01 transactions phone   60
        2017-02 transactions phone   50
        2017-02 transactions digital 10
        """
    )

    assert made.part("transactions", "2017-01") == 60
    assert made.part("transactions", "2017-02") == 60


def test_a_channel_that_does_not_apply_is_left_out_of_the_sum() -> None:
    """[z] is neither zero nor missing: the other channels are all there are."""
    made = worked("period transactions:digital transactions:phone\n2017-01 4 6\n2017-02 5 [z]")

    assert made.part("transactions", "2017-02") == 5


def test_a_channel_closed_with_not_applicable_stays_closed() -> None:
    """Once a channel is given as [z] it is no longer expected, until it reports again."""
    made = worked(
        """
        period  measure      channel value
        2017-01 transactions digital 4
        2017-01 transactions phone   6
        2017-02 transactions digital 5
        2017-02 transactions phone   [z]
        2017-03 transactions digital 7
        """
    )

    assert made.part("transactions", "2017-03") == 7


@pytest.mark.parametrize(
    ("digital", "phone", "total"),
    [
        ("[z]", "[z]", "not_applicable"),
        ("[x]", "[z]", "not_provided"),
        ("[x]", "[x]", "not_provided"),
        ("[c]", "5", "confidential"),
        ("[c]", "[z]", "confidential"),
        ("0", "0", 0.0),
        ("0", "[z]", 0.0),
    ],
)
def test_why_a_sum_is_missing_is_told_apart(digital: str, phone: str, total: float | str) -> None:
    """Not applicable, confidential and not provided stay apart, and none becomes zero."""
    made = worked(f"period transactions:digital transactions:phone\n2017 {digital} {phone}")

    assert made.part("transactions", "2017") == total


@pytest.mark.parametrize(
    ("given_as", "status"),
    [("[x]", "not_provided"), ("[z]", "not_applicable"), ("[c]", "confidential"), ("0", 0.0)],
)
def test_digital_is_missing_for_its_own_reason(given_as: str, status: float | str) -> None:
    """A digital figure that is not there says why, beside a stated total."""
    made = worked(f"period transactions transactions:digital\n2017 10 {given_as}")

    assert made.part(DIGITAL, "2017") == status


@pytest.mark.parametrize(
    ("total", "digital", "phone", "post", "part", "take_up"),
    [
        ("100", "60", "40", "[x]", "not_provided", None),
        ("100", "100", "[x]", "[x]", "not_provided", None),
        ("100", "60", "40", "_", "not_provided", None),
        ("120", "60", "40", "[x]", 60.0, 0.5),
        ("100", "60", "40", "[z]", 60.0, 0.6),
        ("100", "60", "40", "0", 60.0, 0.6),
        ("100", "60", "[x]", "[c]", 60.0, 0.6),
        ("60", "60", "[z]", "[c]", 60.0, 1.0),
        ("40", "[z]", "40", "[x]", "not_applicable", None),
        ("40", "[c]", "40", "[x]", "confidential", None),
        ("[x]", "60", "40", "[x]", 60.0, None),
        ("[z]", "60", "40", "[x]", 60.0, None),
    ],
)
def test_a_total_without_a_missing_channel_is_no_whole(
    total: str, digital: str, phone: str, post: str, part: float | str, take_up: float | None
) -> None:
    """A total that is only the sum of the channels given has no digital share."""
    made = worked(
        "period measure channel value\n"
        f"2017 transactions _ {total}\n"
        f"2017 transactions digital {digital}\n"
        f"2017 transactions phone {phone}\n"
        f"2017 transactions post {post}"
    )

    assert made.part(DIGITAL, "2017") == part
    assert made.kpi("digital_take_up", "2017") == take_up


def test_a_total_without_a_missing_channel_is_published() -> None:
    """The total, its channels and a share that the service stated stand as they were given."""
    made = worked(
        """
        period  measure         channel value
        2017    transactions    _       100
        2017    transactions    digital 60
        2017    transactions    phone   40
        2017    transactions    post    [x]
        2017    digital_take_up _       55%
        """
    )

    assert made.part("transactions", "2017") == made.kpi("transactions_per_year", "2017") == 100
    assert made.kpi("digital_take_up", "2017") == 0.55
    assert made.headline("digital_take_up").numerator is None
    given = made.observations.set_index("channel")["value"]
    assert (given["digital"], given["phone"]) == (60, 40)
    assert made.codes == []


def test_only_the_period_of_the_missing_channel_has_no_share() -> None:
    """Other periods, other services and other measures of the same period keep theirs."""
    made = worked(
        """
        service period measure      channel value
        alpha   2016   transactions _       100
        alpha   2016   transactions digital 60
        alpha   2016   transactions phone   40
        alpha   2017   transactions _       100
        alpha   2017   transactions digital 60
        alpha   2017   transactions phone   40
        alpha   2017   transactions post    [x]
        beta    2017   transactions _       100
        beta    2017   transactions digital 60
        beta    2017   transactions phone   40
        beta    2017   cost         _       100
        beta    2017   cost         digital 100
        beta    2017   cost         phone   [x]
        """,
        register("alpha", "beta"),
    )

    assert made.part(DIGITAL, "2016") == 60
    assert made.part(DIGITAL, "2017") == "not_provided"
    assert made.part(DIGITAL, "2017", "beta") == 60
    assert made.part("cost", "2017", "beta") == 100


def test_a_channel_that_is_known_in_any_rhythm_is_expected_in_all() -> None:
    """A month of which only one of two channels is known has no total, for that would be a part."""
    made = worked(
        """
        period  measure      channel value
        2016    transactions digital 40
        2016    transactions phone   60
        2017-01 transactions digital 5
        """
    )

    assert made.part("transactions", "2016") == 100
    assert made.part("transactions", "2017-01") == "not_provided"
    assert made.part(DIGITAL, "2017-01") == 5


def year_of(rows: str, measure: str = "transactions") -> object:
    """All channels together in 2017, from rows of `period measure channel value`."""
    return worked(f"period measure channel value\n{rows}").window(measure, "2017")


def rows_of(channel: str, periods: Iterable[str], value: str, measure: str = "transactions") -> str:
    """The same figure for each of these periods."""
    return "\n".join(f"{period} {measure} {channel} {value}" for period in periods)


MONTHS = [f"2017-{month:02d}" for month in range(1, 13)]
QUARTERS = [f"2017-Q{quarter}" for quarter in range(1, 5)]


def test_channels_in_two_rhythms_make_a_year_of_all_of_them() -> None:
    """Twelve months online and four quarters by post are 12 x 5 and 4 x 30."""
    rows = f"{rows_of('digital', MONTHS, '5')}\n{rows_of('post', QUARTERS, '30')}"
    made = worked(f"period measure channel value\n{rows}")

    assert made.window("transactions", "2017") == 180
    assert made.window(DIGITAL, "2017") == 60
    assert made.part("transactions", "2017-Q1") == 45
    assert made.part("transactions", "2017-01") == "not_provided"
    assert made.headline("digital_take_up").value == 60 / 180


def test_costs_in_two_rhythms_are_added_likewise() -> None:
    """What holds for transactions holds for whatever adds up."""
    rows = f"{rows_of('digital', MONTHS, '1.5', 'cost')}\n2017 cost post 7"

    assert year_of(rows, "cost") == 25


def test_channels_by_week_and_by_month_have_no_total() -> None:
    """They share no window: a total would be a part of one."""
    weeks = [f"2017-W{week:02d}" for week in range(1, 53)]
    rows = f"{rows_of('digital', weeks, '1')}\n{rows_of('post', MONTHS, '9')}"
    made = worked(f"period measure channel value\n{rows}")

    assert set(made.figures.windows.frame["part"]) == {DIGITAL}
    assert made.headline("transactions_per_year").value is None
    assert made.headline("digital_take_up").value is None


def test_a_channel_by_day_is_added_up_to_the_months_of_another() -> None:
    """All days of February are its month; of March a day is missing."""
    days = [f"2017-02-{day:02d}" for day in range(1, 29)]
    days += [f"2017-03-{day:02d}" for day in range(2, 32)]
    rows = f"{rows_of('digital', days, '1')}\n{rows_of('post', ['2017-02', '2017-03'], '2')}"
    made = worked(f"period measure channel value\n{rows}")

    assert made.part("transactions", "2017-02") == 30
    assert made.part("transactions", "2017-03") == "not_provided"


def test_a_channel_that_was_closed_in_one_rhythm_is_closed_in_all() -> None:
    """Until August there was a phone; the quarters after it are of what is left."""
    rows = rows_of("phone", MONTHS[:8], "10") + "\n2017-09 transactions phone [z]\n"
    made = worked(f"period measure channel value\n{rows}{rows_of('post', QUARTERS, '100')}")

    assert made.part("transactions", "2017-Q3") == 120
    assert made.part("transactions", "2017-Q4") == 100
    assert made.window("transactions", "2017") == 480


def test_a_gap_in_one_channel_leaves_no_year() -> None:
    """A month that is missing online is missing in the quarter and in the year of all channels."""
    rows = f"{rows_of('digital', MONTHS[:5] + MONTHS[6:], '5')}\n{rows_of('post', QUARTERS, '3')}"

    assert year_of(rows) is None


def test_a_confidential_month_of_one_channel_hides_the_year() -> None:
    """A total that is made of a hidden number would give it away."""
    digital = rows_of("digital", MONTHS[:5], "5") + "\n2017-06 transactions digital [c]\n"
    rows = f"{digital}{rows_of('digital', MONTHS[6:], '5')}\n{rows_of('post', QUARTERS, '3')}"
    made = worked(f"period measure channel value\n{rows}")

    assert made.window("transactions", "2017") is None
    assert made.part("transactions", "2017-Q2") == "confidential"
    assert made.part("transactions", "2017-Q1") == 18


def test_the_channels_of_a_stock_are_not_added_up_over_time() -> None:
    """Claims in payment by post, by quarter, are no sum of those of its months."""
    rows = "\n".join(
        [
            rows_of("digital", MONTHS, "20"),
            rows_of("digital", ["2017"], "20"),
            rows_of("post", QUARTERS, "80"),
        ]
    )
    made = worked(f"period measure channel value\n{rows}")

    assert made.part("transactions", "2017-Q1") == "not_provided"
    assert made.window("transactions", "2017") is None


Rhythms = dict[str, tuple[int, list[int | None]]]
"""Of each channel, how many months its periods have, and its figures from January 2016 on."""


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythms:
    """Two or three channels over two years, each in its own rhythm, some with gaps."""
    found: Rhythms = {}
    for channel in ("digital", "phone", "post")[: draw(st.integers(2, 3))]:
        length = draw(st.sampled_from([1, 3, 6, 12]))
        figures = st.one_of(st.integers(0, 50), st.integers(0, 50), st.none())
        rest = draw(st.lists(figures, min_size=24 // length - 1, max_size=24 // length - 1))
        # The first is always there, so that every channel is known from the beginning.
        found[channel] = length, [draw(st.integers(0, 50)), *rest]
    return found


def months_from(first: int, length: int) -> str:
    """A period of so many months, from a month counted from January 2016 on."""
    return Period(Unit.MONTH, Period.parse("2016-01").first + first, length).code


@fewer(4, because="each example is four services, worked out together")
@given(st.lists(rhythms(), min_size=4, max_size=4))
def test_a_year_is_the_sum_of_the_years_of_its_channels(four: list[Rhythms]) -> None:
    """Each channel is added up in its own rhythm, then the channels; without one there is none."""
    rows = [
        f"{service} {months_from(place * length, length)} transactions {channel} {value}"
        for service, mine in zip("abcd", four, strict=True)
        for channel, (length, values) in mine.items()
        for place, value in enumerate(values)
        if value is not None
    ]
    made = worked("service period measure channel value\n" + "\n".join(rows), register(*"abcd"))

    for (service, mine), first in product(zip("abcd", four, strict=True), range(13)):
        sums: list[int | None] = []
        for length, values in mine.values():
            whole = first % length == 0 and 12 % length == 0
            of_year = values[first // length : (first + 12) // length] if whole else [None]
            sums.append(None if None in of_year else sum(v for v in of_year if v is not None))
        expected = None if None in sums else sum(v for v in sums if v is not None)
        assert made.window("transactions", months_from(first, 12), service) == expected


channel_values = st.sampled_from(["0", "3", "7", "[x]", "[z]", "[c]"])


@given(st.lists(st.tuples(channel_values, channel_values, channel_values), min_size=1, max_size=5))
def test_a_sum_is_of_everything_that_was_expected(rows: list[tuple[str, str, str]]) -> None:
    """A total is there where every channel is a number or does not apply, and is their sum."""
    lines = [f"2017-{i + 1:02d} {' '.join(row)}" for i, row in enumerate(rows)]
    made = worked(
        "period transactions:web transactions:app transactions:phone\n" + "\n".join(lines)
    )

    for i, row in enumerate(rows):
        for name, cells in (("transactions", row), (DIGITAL, row[:2])):
            numbers = [int(cell) for cell in cells if cell.isdigit()]
            whole = numbers and not {"[x]", "[c]"} & set(cells)
            found = made.part(name, f"2017-{i + 1:02d}")
            assert found == sum(numbers) if whole else isinstance(found, str)


@given(st.lists(st.integers(0, 50), min_size=3, max_size=3), st.integers(-1, 1))
def test_without_a_missing_channel_a_share_is_of_the_total(channels: list[int], more: int) -> None:
    """Where every channel is given or does not apply, digital is given, whatever the total."""
    total = max(0, sum(channels) + more)
    digital, phone, post = channels
    made = worked(
        "period transactions transactions:digital transactions:phone transactions:post "
        f"transactions:other\n2017 {total} {digital} {phone} {post} [z]"
    )

    assert made.part(DIGITAL, "2017") == digital


@pytest.mark.parametrize(
    ("services", "number"), [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (30, 3), (703, 71)]
)
def test_a_tenth_of_the_services_is_enough(services: int, number: int) -> None:
    """A tenth, rounded up, and never none."""
    assert enough(services) == number


@pytest.mark.parametrize(
    ("ends", "newest"),
    [
        ([], 0),
        ([5], 5),
        ([*[5] * 8, 9], 9),
        ([*[5] * 9, 9], 9),
        ([*[5] * 10, 9], 5),
        ([*[5] * 10, 9, 7], 7),
        ([*[5] * 10, 9, 9], 9),
        ([*[5] * 28, 7, 8, 9], 5),
        ([*[5] * 27, 7, 8, 9], 7),
    ],
)
def test_the_newest_end_is_one_that_a_tenth_have_reached(ends: list[int], newest: int) -> None:
    """It is reached by whoever has gone beyond it; the order of the figures means nothing."""
    services = [f"s{number}" for number in range(len(ends))]

    assert newest_end(services, ends) == newest
    assert newest_end(services[::-1] * 2, [*ends[::-1], *[1] * len(ends)]) == newest
