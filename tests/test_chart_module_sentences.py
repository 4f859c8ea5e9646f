from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from perfsite.charts.sentences import (
    answers_sentence,
    channel_sentence,
    journey_sentence,
    measure_sentence,
    reading_sentence,
    response_sentence,
    years_sentence,
)
from perfsite.language import Language
from perfsite.measures import MeasureKind
from perfsite.periods import Period, Unit
from printed import could_be, counts, is_true, pairs, periods, shares, when

ENGLISH = Language("en-GB")
JULY = Period.parse("2017-07")
kinds = st.sampled_from(
    [
        MeasureKind.COUNT,
        MeasureKind.CURRENCY,
        MeasureKind.SHARE,
        MeasureKind.SECONDS,
        MeasureKind.MILLISECONDS,
    ]
)


@given(shares, periods, st.booleans())
def test_a_sentence_of_channels_is_true(share: float, period: Period, alone: bool) -> None:
    """It names the channel, its share of what was counted by channel, and whether it leads."""
    text = channel_sentence(ENGLISH, "Phone", share, period, alone=alone)
    end = ", more than any other" if alone else ""
    match = re.fullmatch(
        rf"“Phone” took (.+) of transactions counted by channel {when(period)}{end}", text
    )

    assert match, text
    assert could_be(match[1], share), text


@given(st.integers(1, 10**6), st.floats(0, 1), st.none() | shares, periods)
@example(1, 1.0, None, JULY)
def test_a_sentence_of_answers_is_true(
    answers: int, part: float, before: float | None, period: Period
) -> None:
    """The share is of the answers, which are counted, and one answer was, not were."""
    satisfied = int(answers * part)
    text = answers_sentence(ENGLISH, satisfied, answers, before, period)
    words = "answer was" if answers == 1 else "answers were"
    match = re.fullmatch(
        rf"(.+) of ([0-9,]+) {words} “satisfied” or “very satisfied” {when(period)}(?:, (.+))?",
        text,
    )

    assert match, text
    assert could_be(match[1], satisfied / answers), text
    assert int(match[2].replace(",", "")) == answers
    assert is_true(match[3] or "", satisfied / answers, before, MeasureKind.SHARE), text


@given(st.integers(0, 90_000), st.none() | st.integers(0, 90_000), periods)
def test_a_sentence_of_response_times_is_true(now: int, before: int | None, period: Period) -> None:
    """The time is in milliseconds, and slower is up."""
    text = response_sentence(ENGLISH, now, before, period)
    match = re.fullmatch(rf"The online service answered in (.+ ms) {when(period)}(?:, (.+))?", text)

    assert match, text
    assert could_be(match[1], now), text
    assert is_true(match[2] or "", now, before, MeasureKind.MILLISECONDS), text


@example((1, 0), 1, Unit.WEEK)
@given(pairs, st.integers(1, 52), st.sampled_from([Unit.WEEK, Unit.MONTH]))
def test_a_sentence_of_two_years_is_true(pair: tuple[int, int], number: int, unit: Unit) -> None:
    """It says of how many weeks or months the sums are, and compares them."""
    now, before = pair
    text = years_sentence(ENGLISH, now, before, number, unit)
    words = f"{number} {unit}{'s' if number > 1 else ''} with figures for both years"
    match = re.fullmatch(rf"(.+) transactions? in {words}(?:, (.+))?", text)

    assert match, text
    assert could_be(match[1], now) if now else match[1] == "No", text
    assert ("transaction in" in text) == (now == 1)
    assert is_true(match[2] or "", now, before), text


@given(counts, counts, periods)
@example(0, 5, JULY)
@example(5, 5, JULY)
@example(5, 6, JULY)
def test_a_sentence_of_a_journey_is_true(first: int, last: int, period: Period) -> None:
    """It says which share of the first step the last one is, and never more than all."""
    text = journey_sentence(ENGLISH, ("Started", first), ("Completed", last), period)
    match = re.fullmatch(
        rf"(.+) of those counted at “Started” are counted at “Completed” {when(period)}", text
    )
    if first == 0:
        assert text == f"Nobody is counted at “Started” {when(period)}"
    elif last > first:
        assert text == f"More are counted at “Completed” than at “Started” {when(period)}"
    else:
        assert match, text
        assert could_be(match[1].lower(), last / first), text


@given(kinds, shares, st.none() | shares, periods)
def test_a_sentence_of_a_measure_is_true(
    kind: MeasureKind, now: float, before: float | None, period: Period
) -> None:
    """The figure is written as its kind, and compared as a count or as a level."""
    scale = {MeasureKind.SHARE: 1.0, MeasureKind.CURRENCY: 40.0}.get(kind, 0.0)
    values = [x if x is None else x * scale if scale else round(x * 5000) for x in (now, before)]
    value, earlier = values[0] or 0, values[1]
    text = measure_sentence(ENGLISH, "Calls", kind, value, earlier, period)
    match = re.fullmatch(rf"Calls: (.+?) {when(period)}(?:, (.+))?", text)

    assert match, text
    assert could_be(match[1], value), text
    assert is_true(match[2] or "", value, earlier, kind), text


@given(kinds, st.integers(0, 10**7), periods)
def test_a_sentence_of_a_reading_says_when_it_was(
    kind: MeasureKind, value: int, period: Period
) -> None:
    """The figure and its period stand in it, and nothing says that it is so now."""
    number = min(value, 1) if kind is MeasureKind.SHARE else value
    text = reading_sentence(ENGLISH, "Visitors", kind, number, period)
    match = re.fullmatch(rf"The last reading of “Visitors” was (.+), {when(period)}", text)

    assert match, text
    assert could_be(match[1], number), text
