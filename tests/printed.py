"""Reading printed figures and comparisons back, and holding them against the data.

Nothing here uses perfsite's own writing of numbers: what is read back is what a person reads.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from perfsite.measures import MeasureKind
from perfsite.periods import Period

PERIODS: Final = {
    "2016-10/2017-09": "in the year to September 2017",
    "2017": "in 2017",
    "2017-Q3": "in July to September 2017",
    "2017-07": "in July 2017",
    "2017-W30": "in the week of 24 July 2017",
    "2017-07-03": "on 3 July 2017",
}
"""Periods of every length, and how a sentence names them."""

periods = st.sampled_from([Period.parse(code) for code in PERIODS])
counts = st.integers(0, 5_000_000_000)
near = st.tuples(counts, st.integers(-60_000, 60_000)).map(lambda p: (p[0], max(0, p[0] + p[1])))
pairs = st.one_of(st.tuples(counts, counts), near)
shares = st.one_of(
    st.floats(0, 1, allow_subnormal=False), st.integers(0, 1000).map(lambda n: n / 1000)
)

_FIGURE: Final = re.compile(
    r"(?P<bound>less than |more than |<|>)?(?P<sign>−)?£?(?P<digits>[0-9][0-9,]*(\.[0-9]+)?)"
    r"(?P<scale> million| billion|k|m|bn)?(?P<unit>%| ms| seconds)?",
    re.IGNORECASE,
)
_SCALES: Final = {"k": 10**3, "m": 10**6, " million": 10**6, "bn": 10**9, " billion": 10**9}


def when(period: Period) -> str:
    """How a sentence names a period."""
    return PERIODS[period.code]


def could_be(text: str, value: float) -> bool:
    """Whether a printed figure is an honest way to print this value: rounded, never invented."""
    match = _FIGURE.fullmatch(text)
    if match is None:
        return False
    digits = Decimal(match["digits"].replace(",", ""))
    scale = Decimal(_SCALES.get((match["scale"] or "").lower(), 1))
    hundredth = Decimal(100 if match["unit"] == "%" else 1)
    exact = Decimal(repr(float(value))) * hundredth
    said = digits * scale * (-1 if match["sign"] else 1)
    if match["bound"]:
        below = match["bound"].lower() in ("less than ", "<")
        # `Less than 0.1%` is said of something that is not nothing, and only just.
        return (0 < exact < said) if below else (said < exact < 100 * scale)
    if match["unit"] == "%" and digits in (0, 100) and "." not in match["digits"]:
        return exact == said
    decimals = len(match["digits"].partition(".")[2])
    step = scale * Decimal(10) ** -decimals
    if scale == 1 and not match["unit"] and decimals == 0 and digits >= 10_000:
        step = Decimal(10) ** (len(str(digits)) - 3)
    return abs(exact - said) <= step / 2 + abs(exact) * Decimal("1e-12")


def claim(comparison: str) -> str:
    """What a comparison says: up, down, same, or nothing."""
    if not comparison:
        return ""
    if re.fullmatch(r"(about )?the same as a year before", comparison):
        return "same"
    up = re.search(r"\bmore than a year before|^up from |times as many", comparison)
    down = re.search(r"\bfewer than a year before|^down from ", comparison)
    assert bool(up) != bool(down), comparison
    return "up" if up else "down"


def is_true(
    comparison: str, now: float, before: float | None, kind: MeasureKind = MeasureKind.COUNT
) -> bool:
    """Whether a comparison with a year before is true of the two figures, and says enough.

    It must name the direction and a figure, unless the two cannot be told apart when rounded.
    """
    if before is None:
        return comparison == ""
    if comparison == "the same as a year before":
        return now == before
    if comparison == "about the same as a year before":
        if kind is MeasureKind.COUNT:
            return now != before and before >= 20 and abs(now - before) < 0.0005 * before
        return now != before and abs(now - before) < 0.011
    if claim(comparison) != ("up" if now > before else "down") or now == before:
        return False
    if comparison == "up from none a year before":
        return before == 0
    if match := re.fullmatch(r"(?:up|down) from (.+) a year before", comparison):
        return could_be(match[1], before)
    return kind is MeasureKind.COUNT and before != 0 and _ratio_is_true(comparison, now, before)


def _ratio_is_true(comparison: str, now: float, before: float) -> bool:
    """Whether the size of a change is that of the counts, rounded half away from zero."""
    if before < 20:
        return False
    ratio = Decimal(now) / Decimal(before)
    if match := re.fullmatch(r"([0-9.,]+) times as many as a year before", comparison):
        return match[1].replace(",", "") == times(ratio) and ratio >= 3
    match = re.fullmatch(r"([0-9][0-9,.]*)% (?:more|fewer) than a year before", comparison)
    if match is None or ratio >= 3:
        return False
    said, change = Decimal(match[1].replace(",", "")), abs(ratio - 1) * 100
    decimals = -int(said.as_tuple().exponent)
    usual = 0 if change >= 10 else 1
    # More decimals than usual are there only because 100% would be said without them.
    enough = decimals == usual or (decimals > usual and half_up(change, decimals - 1) == 100)
    return said == half_up(change, decimals) and enough and (said != 100 or change == 100)


def half_up(number: Decimal, decimals: int) -> Decimal:
    """The schoolbook's rounding: to so many decimals, a half away from zero."""
    shifted = abs(number).scaleb(decimals)
    whole = Decimal(int(shifted)) + (1 if shifted - int(shifted) >= Decimal("0.5") else 0)
    return (whole if number >= 0 else -whole).scaleb(-decimals)


def times(ratio: Decimal) -> str:
    """How many times as many: one decimal below a hundred, three figures from there on."""
    if ratio < 100:
        return f"{half_up(ratio, 1):.1f}"
    return str(int(half_up(ratio, 2 - ratio.adjusted())))
