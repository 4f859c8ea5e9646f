"""Values beside their targets: the digits tell on which side a value is."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chart_samples import ENGLISH
from helpers import worked
from perfsite.charts.jobs import line_job
from perfsite.charts.layout import beside_target
from perfsite.charts.pictures import TargetLine
from perfsite.measures import MeasureKind

shares = st.integers(1, 10**6 - 1).map(lambda n: n / 10**6)
amounts = st.integers(1, 10**7).map(lambda n: n / 10**4)
counts = st.integers(0, 10**10).map(float)
pairs = st.one_of(
    st.tuples(st.just(MeasureKind.SHARE), shares, shares),
    st.tuples(st.just(MeasureKind.CURRENCY), amounts, amounts),
    st.tuples(st.just(MeasureKind.COUNT), counts, counts),
)
SCALES = {"k": 3, "m": 6, "bn": 9, " million": 6, " billion": 9, "%": -2}


def number(text: str) -> Decimal:
    """What a printed figure says, to the letter."""
    match = re.fullmatch(r"(?:>|<|more than |less than )?£?([\d,.]+)(.*)", text)
    assert match, text
    return Decimal(match[1].replace(",", "")).scaleb(SCALES.get(match[2], 0))


@given(pairs, st.booleans())
@example((MeasureKind.SHARE, 0.7996, 0.8), False)
@example((MeasureKind.SHARE, 0.799996, 0.8), True)
@example((MeasureKind.CURRENCY, 0.504, 0.5), False)
@example((MeasureKind.COUNT, 1_400_001.0, 1_400_000.0), True)
def test_a_value_reads_like_its_target_only_if_it_is_it(
    pair: tuple[MeasureKind, float, float], long: bool
) -> None:
    """What is printed is on the same side of the target as the value, and never at it."""
    kind, value, target = pair
    assume(value != target)
    text = beside_target(ENGLISH, value, target, kind, long=long)

    assert text != beside_target(ENGLISH, target, target, kind, long=long)
    if not text.startswith((">", "<", "more", "less")):
        assert (number(text) > Decimal(repr(target))) == (value > target)


@given(pairs)
def test_a_value_far_from_its_target_is_written_as_everywhere(
    pair: tuple[MeasureKind, float, float],
) -> None:
    """Digits are added where they are needed, and nowhere else."""
    kind, value, target = pair
    usual = ENGLISH.figure(value, kind)
    assume(value == target or usual != ENGLISH.figure(target, kind))

    assert beside_target(ENGLISH, value, target, kind, long=False) == usual


@pytest.mark.parametrize(("target", "label"), [(0.8, "79.96%"), (0.9, "80.0%")])
def test_the_end_of_a_line_is_told_from_its_target(target: float, label: str) -> None:
    """The label at the end of a line has the digits too."""
    made = worked("period transactions transactions:digital\n2016 2500 1500\n2017 2500 1999")
    job = line_job(
        "a.svg", "A", "B", made.chart("digital_take_up"), ENGLISH, TargetLine(target, "Target")
    )

    assert label in [mark["text"] for mark in job.labels]
