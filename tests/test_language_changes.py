from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from perfsite.charts.sentences import compared_count, compared_level
from perfsite.language import Language
from perfsite.measures import MeasureKind
from printed import half_up, pairs

ENGLISH = Language("en-GB")
WORDS = ("no change", "almost no change", "no clear change")
amounts = st.integers(0, 10**9).map(lambda pence: pence / 100)
numbers = st.integers(-(10**6), 10**6).map(lambda n: n / 10)


def percentage(text: str) -> Decimal | None:
    """The percentage that a change says, with its sign; None where it says something else."""
    match = re.fullmatch(r"([+−])([\d,]+(?:\.\d+)?)%", text)
    if match is None:
        return None
    size = Decimal(match[2].replace(",", ""))
    return size if match[1] == "+" else -size


@pytest.mark.parametrize(
    ("now", "before", "kind", "text"),
    [
        (4, 1_000, MeasureKind.COUNT, "−99.6%"),
        (44, 10_000, MeasureKind.COUNT, "−99.6%"),
        (4, 10_000, MeasureKind.COUNT, "−99.96%"),
        (1, 10**9, MeasureKind.COUNT, "−99.9999999%"),
        (1_996, 1_000, MeasureKind.COUNT, "+99.6%"),
        (2_000, 1_000, MeasureKind.COUNT, "+100%"),
        (2_004, 1_000, MeasureKind.COUNT, "+100.4%"),
        (1_125, 1_000, MeasureKind.COUNT, "+13%"),
        (875, 1_000, MeasureKind.COUNT, "−13%"),
        (100_125, 100_000, MeasureKind.COUNT, "+0.1%"),
        (20_013, 20_000, MeasureKind.COUNT, "+0.1%"),
        (8, 5, MeasureKind.COUNT, "+3"),
        (5, 8, MeasureKind.COUNT, "−3"),
        (5, 0, MeasureKind.COUNT, "+5"),
        (0, 19, MeasureKind.COUNT, "−19"),
        (0, 20, MeasureKind.COUNT, "−100%"),
        (30, 20, MeasureKind.COUNT, "+50%"),
        (1_000_000, 5, MeasureKind.COUNT, "+1.00m"),
        (20, -10, MeasureKind.NUMBER, "+30"),
        (-10, 20, MeasureKind.NUMBER, "−30"),
        (-15, -10, MeasureKind.NUMBER, "−5"),
        (-10, -15, MeasureKind.NUMBER, "+5"),
        (0.3, 0.1, MeasureKind.NUMBER, "+0.2"),
        (60.0, 50.0, MeasureKind.NUMBER, "+20%"),
        (12, 10, MeasureKind.MILLISECONDS, "+2 ms"),
        (120, 100, MeasureKind.MILLISECONDS, "+20%"),
        (19, 10, MeasureKind.SECONDS, "+9 seconds"),
        (0.73, 0.73, MeasureKind.CURRENCY, "no change"),
        (0.7301, 0.7299, MeasureKind.CURRENCY, "almost no change"),
        (0.74, 0.73, MeasureKind.CURRENCY, "+1.4%"),
        (12.4, 10, MeasureKind.CURRENCY, "+24%"),
        (0.12, 0.07, MeasureKind.CURRENCY, "+£0.05"),
        (5, 0, MeasureKind.CURRENCY, "+£5.00"),
        (0.1, 0.3 - 0.2, MeasureKind.CURRENCY, "almost no change"),
        (100_000.01, 100_000, MeasureKind.CURRENCY, "+£0.01"),
        (0.7824, 0.7816, MeasureKind.SHARE, "almost no change"),
        (0.7826, 0.7824, MeasureKind.SHARE, "+0.02 points"),
        (0.75125, 0.75, MeasureKind.SHARE, "+0.1 points"),
        (0.7525, 0.75, MeasureKind.SHARE, "+0.3 points"),
    ],
)
def test_a_change_is_written_as_what_it_is(
    now: float, before: float, kind: MeasureKind, text: str
) -> None:
    """A percentage, points or a difference, with the digits that it takes to be true."""
    assert ENGLISH.change(now, before, kind) == text


@given(pairs)
@example((4, 1_000))
@example((1_996, 1_000))
@example((1, 10_000_000))
def test_a_percentage_is_that_of_the_counts(pair: tuple[int, int]) -> None:
    """Rounded half away from zero, and 100% only where it is exactly so."""
    now, before = pair
    said = percentage(ENGLISH.change(now, before, MeasureKind.COUNT))
    assume(said is not None and before)
    assert said is not None
    exact = (Decimal(now) - before) * 100 / before

    assert said == half_up(exact, -int(said.as_tuple().exponent))
    assert said != 0
    assert (abs(said) == 100) <= (abs(exact) == 100)


@given(st.integers(0, 200), st.integers(0, 40))
def test_no_percentage_is_told_of_fewer_than_twenty(now: int, before: int) -> None:
    """Five and three more are three more, in a cell and in a sentence."""
    text = ENGLISH.change(now, before, MeasureKind.COUNT)

    assert ("%" in text) == (before >= 20 and now != before), text
    assert ("%" in compared_count(ENGLISH, now, before)) <= (before >= 20)
    if before < 20 and now != before:
        assert text == f"{'+' if now > before else '−'}{abs(now - before)}"


@given(numbers, numbers)
def test_no_percentage_is_told_where_a_figure_is_below_nothing(now: float, before: float) -> None:
    """From -10 to 20 it is 30 more, which is no percentage of anything."""
    text = ENGLISH.change(now, before, MeasureKind.NUMBER)

    if now < 0 or before < 20:
        assert "%" not in text
    if text not in WORDS and "%" not in text:
        size = Decimal(text[1:].replace(",", ""))
        assert size == abs(Decimal(str(now)) - Decimal(str(before)))
    if text not in WORDS:
        assert text.startswith("+") == (now > before)


@given(amounts, amounts)
@example(0.73, 0.73)
@example(0.1, 0.2)
def test_a_change_of_amounts_has_no_dust(now: float, before: float) -> None:
    """What is the same in pence has not changed, and what is not has."""
    text = ENGLISH.change(now, before, MeasureKind.CURRENCY)

    assert (text == "no change") == (round(now * 100) == round(before * 100))
    assert re.fullmatch(r"[+−]([\d,]+(\.\d)?|99\.9+\d|100\.0*\d)%|[+−]£\S+|[a-z ]+", text), text
    if text.startswith(("+£", "−£")) and abs(now - before) < 10_000:
        pence = abs(Decimal(str(now)) - Decimal(str(before)))
        assert text[1:] == f"£{pence:,.2f}"


@given(pairs)
@example((1_004_000, 1_001_000))
@example((1_450, 1_000))
def test_a_sentence_says_of_counts_what_the_cell_says(pair: tuple[int, int]) -> None:
    """`45% more` stands above `+45%`: the same number, or words for the same."""
    now, before = pair
    cell, sentence = (
        ENGLISH.change(now, before, MeasureKind.COUNT),
        compared_count(ENGLISH, now, before),
    )
    said = percentage(cell)

    if said is not None and now and now < 3 * before:
        more = "more" if said > 0 else "fewer"
        assert sentence == f"{cell[1:]} {more} than a year before"
    assert (cell == "no change") == (sentence == "the same as a year before")
    assert (cell == "almost no change") == (sentence == "about the same as a year before")
    assert (cell.startswith("+")) == bool(re.search(r"more|^up|times", sentence))


@given(
    st.sampled_from([MeasureKind.SHARE, MeasureKind.CURRENCY, MeasureKind.MILLISECONDS]),
    st.integers(0, 10**6),
    st.integers(-300, 300),
    st.sampled_from([0.0, 0.00005, 0.0005, 0.005]),
    st.sampled_from([0.0, 0.00005, 0.0005, 0.005]),
)
@example(MeasureKind.CURRENCY, 730_000, 0, 0.0, 0.0)
@example(MeasureKind.CURRENCY, 10_000, 10_000, 0.005, 0.005)
@example(MeasureKind.SHARE, 880_000, 10_000, 0.005, 0.005)
@example(MeasureKind.SHARE, 781_600, 80, 0.0, 0.0)
@example(MeasureKind.SHARE, 782_400, 20, 0.0, 0.0)
@example(MeasureKind.CURRENCY, 2_000, 1, 0.0, 0.00005)
def test_a_sentence_and_a_cell_of_levels_agree(
    kind: MeasureKind, number: int, more: int, one: float, other: float
) -> None:
    """Neither claims a difference that the printed figures do not show, nor denies one."""
    scale = 10**6 if kind is MeasureKind.SHARE else 10**4
    now, before = min(number + more * 10, scale) / scale, min(number, scale) / scale
    assume(now >= 0)
    cell = ENGLISH.change(now, before, kind, one, other)
    sentence = compared_level(
        ENGLISH, now, before, kind, uncertain=one, uncertain_before=other
    ).removesuffix(" a year before")
    printed = [ENGLISH.figure(now, kind, one), ENGLISH.figure(before, kind, other)]

    if now == before:
        assert (cell, sentence) == ("no change", "the same as")
    elif abs(Decimal(str(now)) - Decimal(str(before))) < Decimal(str(one)) + Decimal(str(other)):
        assert cell == "no clear change"
        assert sentence == "about the same as" or sentence.startswith("compared with ")
    elif printed[0] == printed[1]:
        assert sentence == "about the same as"
        assert cell in ("almost no change", "no clear change")
    elif cell != "no clear change":
        assert cell[0] == ("+" if now > before else "−"), (cell, printed)
        assert sentence.startswith("up from" if now > before else "down from")


@pytest.mark.parametrize(
    ("now", "before", "kind", "uncertain", "text"),
    [
        # £0.01 and £0.02 a transaction, 137 million times: either could be almost anything.
        (2_740_000, 1_370_000, MeasureKind.CURRENCY, (685_000, 685_000), "no clear change"),
        (4_370_000, 1_370_000, MeasureKind.CURRENCY, (315_000, 685_000), "+£3m"),
        (1_480_000, 1_370_000, MeasureKind.CURRENCY, (685_000, 685_000), "no clear change"),
        (0.02, 0.01, MeasureKind.CURRENCY, (0.005, 0.005), "+£0.01"),
        (0.83, 0.82, MeasureKind.CURRENCY, (0.005, 0.005), "+£0.01"),
        (6, 5, MeasureKind.CURRENCY, (0.005, 0.005), "+20%"),
        (13, 12.4, MeasureKind.CURRENCY, (0.005, 0.005), "+4.8%"),
        (0.89, 0.88, MeasureKind.SHARE, (0.005, 0.005), "+1 point"),
        (0.83, 0.88, MeasureKind.SHARE, (0.005, 0.005), "−5 points"),
        (0.88, 0.8761, MeasureKind.SHARE, (0.005, 0.0), "no clear change"),
    ],
)
def test_a_change_has_no_more_digits_than_are_known(
    now: float, before: float, kind: MeasureKind, uncertain: tuple[float, float], text: str
) -> None:
    """Where a percentage is not known to one per cent, the difference is told, as far as known."""
    assert ENGLISH.change(now, before, kind, *uncertain) == text


def test_an_amount_that_a_sentence_rounds_alike_is_compared_as_the_table_has_it() -> None:
    """£12.31m and £12.34m are £12.3m in a sentence, and two amounts in the table below it."""
    assert ENGLISH.change(12_340_000, 12_310_000, MeasureKind.CURRENCY) == "+0.2%"
    said = compared_level(ENGLISH, 12_340_000, 12_310_000, MeasureKind.CURRENCY)
    assert said == "0.2% more than a year before"
    said = compared_level(ENGLISH, 12_310_000, 12_340_000, MeasureKind.CURRENCY)
    assert said == "0.2% less than a year before"
