from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chart_samples import ENGLISH
from perfsite.charts.pictures import season_ticks, text_width, time_ticks, value_ticks
from perfsite.language import Language
from perfsite.measures import MeasureKind
from perfsite.periods import Period

UNITS = {"": 1, "k": 10**3, "m": 10**6, "bn": 10**9}
largest = st.one_of(
    st.integers(0, 10**11).map(float),
    st.integers(1, 10**5).map(lambda pence: pence / 1000),
    st.floats(1e-4, 1e11).map(lambda x: float(f"{x:.6g}")),
)


def read(words: str) -> Decimal:
    """A tick's words as the number that a reader takes them for."""
    match = re.fullmatch(r"£?([\d,]+(?:\.\d+)?)(k|m|bn)?", words)
    assert match, words
    return Decimal(match[1].replace(",", "")) * UNITS[match[2] or ""]


@given(largest, st.sampled_from(list(MeasureKind)))
@example(1e-9, MeasureKind.COUNT)
def test_values_are_ticked_from_zero_to_above_the_largest(value: float, kind: MeasureKind) -> None:
    """Ticks start at nothing, end at or above the largest value, are even, and at most six."""
    value = min(value, 1.0) if kind is MeasureKind.SHARE else value
    at = [position for position, _ in value_ticks(value, kind, ENGLISH)]
    steps = [b - a for a, b in pairwise(at)]

    assert at[0] == 0
    assert at[-1] >= value * (1 - 1e-6)
    assert 2 <= len(at) <= 6
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-6)
    if value > 0 and kind is not MeasureKind.SHARE:
        assert at[-1] < max(value + steps[0] * 1.001, 2), "a tick more than is needed"


@given(largest, st.sampled_from([MeasureKind.COUNT, MeasureKind.CURRENCY]))
@example(0.1, MeasureKind.CURRENCY)
def test_the_words_of_a_tick_are_where_it_stands(value: float, kind: MeasureKind) -> None:
    """A gridline that says £0.03 is at 0.03 and not at 0.025: words are never rounded."""
    for position, words in value_ticks(value, kind, ENGLISH):
        assert read(words) == pytest.approx(Decimal(str(position)), rel=Decimal("1e-9"))


@given(largest, st.sampled_from([MeasureKind.COUNT, MeasureKind.CURRENCY, MeasureKind.SHARE]))
def test_no_two_ticks_say_the_same(value: float, kind: MeasureKind) -> None:
    """Each gridline has words of its own."""
    words = [text for _, text in value_ticks(value, kind, ENGLISH)]

    assert len(set(words)) == len(words)


@given(st.integers(0, 10**10))
def test_counts_are_ticked_at_whole_numbers(value: int) -> None:
    """Nobody makes half a transaction."""
    assert all(
        position == int(position) for position, _ in value_ticks(value, MeasureKind.COUNT, ENGLISH)
    )


def test_shares_run_to_everything_whatever_the_values() -> None:
    """A take-up of 3% is drawn low on a scale that ends at 100%."""
    expected = ((0.0, "0%"), (0.25, "25%"), (0.5, "50%"), (0.75, "75%"), (1.0, "100%"))

    assert value_ticks(0.03, MeasureKind.SHARE, ENGLISH) == expected
    assert value_ticks(1.0, MeasureKind.SHARE, ENGLISH) == expected


@given(
    st.integers(date(1990, 1, 1).toordinal(), date(2100, 1, 1).toordinal()),
    st.integers(1, 12_000),
)
def test_time_is_ticked_within_its_ends(first: int, span: int) -> None:
    """There are one to six labels, in order, inside the chart, each different from the next."""
    ticks = time_ticks(first, first + span, ENGLISH)
    at = [position for position, _ in ticks]
    words = [text for _, text in ticks]

    assert 1 <= len(ticks) <= 6
    assert at == sorted(set(at))
    assert first <= at[0]
    assert at[-1] <= first + span
    assert len(set(words)) == len(words)


@given(
    st.integers(date(1990, 1, 1).toordinal(), date(2100, 1, 1).toordinal()),
    st.integers(1, 12_000),
)
def test_a_label_of_time_is_the_start_of_what_it_names(first: int, span: int) -> None:
    """A year stands at its 1 January, a month at its first day, a day at itself."""
    for position, words in time_ticks(first, first + span, ENGLISH):
        day = date.fromordinal(int(position))
        if re.fullmatch(r"\d{4}", words):
            assert day == date(int(words), 1, 1)
        elif re.fullmatch(r"\w{3} \d{4}", words):
            assert (day.day, day.strftime("%b %Y")) == (1, words)
        else:
            assert f"{day.day} {day.strftime('%b')}" == words


def test_five_years_have_a_label_each() -> None:
    """From July 2012 to September 2017 every January is there."""
    first, last = Period.parse("2012-Q3").start, Period.parse("2017-Q3").end + timedelta(days=1)

    assert [words for _, words in time_ticks(first.toordinal(), last.toordinal(), ENGLISH)] == [
        "2013", "2014", "2015", "2016", "2017"
    ]  # fmt: skip


@given(
    st.integers(date(1990, 1, 1).toordinal(), date(2100, 1, 1).toordinal()),
    st.integers(63, 12_000),
    st.floats(120, 300),
)
def test_labels_of_time_do_not_touch_each_other(first: int, span: int, pixels: float) -> None:
    """However little room there is, between two labels there is some air."""
    for make in (time_ticks, season_ticks):
        # A year lies on another: there are seasons of 12 months only.
        days = min(span, 366) if make is season_ticks else span
        ticks = make(first, first + days, ENGLISH, pixels)
        middles = [(at - first) / days * pixels for at, _ in ticks]
        halves = [text_width(words, 16) / 2 for _, words in ticks]

        for i in range(len(ticks) - 1):
            assert middles[i] + halves[i] < middles[i + 1] - halves[i + 1]


def test_two_years_share_an_axis_of_months() -> None:
    """A year that starts in October has no year in its labels, and does not end with another."""
    first, last = date(2016, 10, 1).toordinal(), date(2017, 10, 1).toordinal()

    assert season_ticks(first, last, ENGLISH, 300) == tuple(
        (float(date(year, month, 1).toordinal()), words)
        for year, month, words in (
            (2016, 10, "Oct"), (2017, 1, "Jan"), (2017, 4, "Apr"), (2017, 7, "Jul")
        )
    )  # fmt: skip


def test_ticks_speak_the_language() -> None:
    """Separators, signs and names of months are those of the language."""
    french = Language("fr", currency="EUR")

    assert [words for _, words in value_ticks(5, MeasureKind.CURRENCY, french)][-1].endswith("€")
    assert value_ticks(1, MeasureKind.SHARE, french)[1][1] == "25\xa0%"
    first = date(2016, 1, 1).toordinal()
    assert "juil." in {words for _, words in season_ticks(first, first + 365, french)}


def test_times_have_their_unit() -> None:
    """A response time is not a bare number."""
    assert value_ticks(400, MeasureKind.MILLISECONDS, ENGLISH)[-1] == (400.0, "400 ms")
