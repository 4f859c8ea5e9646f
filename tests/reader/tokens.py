"""Numbers and periods as they are printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from recount.given import MONTH_NAMES, Span, printed

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH: Final = rf"(?:{'|'.join((*_MONTHS, *MONTH_NAMES))})"
_PERIOD: Final = re.compile(
    rf"(?P<weeks>\d{{1,2}} {_MONTH} \d{{4}} to \d{{1,2}} {_MONTH} \d{{4}})"
    rf"|(?P<year>\bthe year to {_MONTH} \d{{4}})"
    rf"|(?P<week>\bthe week of \d{{1,2}} {_MONTH} \d{{4}})"
    rf"|(?P<date>\b\d{{1,2}} {_MONTH} \d{{4}})"
    rf"|(?P<run>\b{_MONTH}(?: \d{{4}})? to {_MONTH} \d{{4}})"
    rf"|(?P<month>\b{_MONTH} \d{{4}})"
    r"|(?P<calendar>(?:(?<=\bin )|(?<=\bare for )|(?<=\bgiven for ))(?:19|20)\d\d\b(?![%,.]\d))"
)
NUMBER: Final = re.compile(
    r"(?<![\w.,£/])(?P<bound>[Ll]ess than |[Mm]ore than |<|>)?(?P<sign>[+−])?(?P<pound>£)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<decimals>\.\d+)?"
    r"(?P<scale> million| billion|k|m|bn)?(?P<unit>%| points?\b| times\b)?(?![\w/])(?!\.\d)"
)
_SCALES: Final = {"k": 10**3, "m": 10**6, " million": 10**6, "bn": 10**9, " billion": 10**9}


_THEN: Final = re.compile(r"(?:\bfrom|\bcompared with)(?: about| less than| more than)? $")


@dataclass(frozen=True)
class Number:
    """A printed number; `before` and `after` are the words around it."""

    text: str
    bound: str
    sign: str
    pound: bool
    digits: str
    decimals: str
    scale: int
    unit: str
    before: str
    after: str

    @property
    def is_of_a_year_before(self) -> bool:
        """Whether it is told as what there was: `up from 77.3% a year before`."""
        return bool(_THEN.search(self.before))

    @property
    def said(self) -> Fraction:
        """The number that is printed, without its sign."""
        return Fraction(self.digits.replace(",", "") + self.decimals) * self.scale

    @property
    def step(self) -> Fraction:
        """What its last digit counts."""
        return self.scale * Fraction(1, 10 ** max(0, len(self.decimals) - 1))


@dataclass(frozen=True)
class Read:
    """A text, taken apart: its numbers, its periods in their order, and its dates."""

    numbers: tuple[Number, ...]
    spans: tuple[Span, ...]
    dates: tuple[str, ...]


@lru_cache(maxsize=200_000)
def read(text: str) -> Read:
    """Take a text apart; dates and periods are no numbers."""
    spans: list[Span] = []
    dates: list[str] = []

    def found(match: re.Match[str]) -> str:
        kind, words = match.lastgroup, match[0]
        if kind in {"weeks", "run"}:
            spans.append(printed(words))
        elif kind == "year":
            end = printed(words.removeprefix("the year to "))
            spans.append(Span("month", end.first - 11, 12))
        elif kind == "week":
            day = printed(words.removeprefix("the week of "))
            spans.append(Span("week", day.first, 1))
        elif kind == "date":
            dates.append(words)
            spans.append(printed(words))
        elif kind == "month":
            spans.append(printed(words))
        else:
            spans.append(Span("month", int(words) * 12, 12))
        return "¤"

    rest = _PERIOD.sub(found, text)
    numbers = tuple(
        Number(
            match[0],
            (match["bound"] or "").strip().lower(),
            match["sign"] or "",
            bool(match["pound"]),
            match["digits"],
            match["decimals"] or "",
            _SCALES.get(match["scale"] or "", 1),
            (match["unit"] or "").strip().removesuffix("s"),
            rest[max(0, match.start() - 30) : match.start()],
            rest[match.end() : match.end() + 12],
        )
        for match in NUMBER.finditer(rest)
    )
    return Read(numbers, tuple(spans), tuple(dates))


@dataclass(frozen=True)
class Exact:
    """An exact number of the files, and what it is.

    `kind` is count, amount, share (from 0 to 1), points (of percentages), percent (a change) or
    times. `base` is what a percentage is of, `uncertain` by how much the number may be off, in
    its own unit.
    """

    kind: str
    value: Fraction
    base: Fraction | None = None
    uncertain: Fraction = Fraction(0)


def fits(number: Number, exact: Exact, *, in_words: bool = False) -> bool:
    """Whether a printed number is an exact one, rounded half away from zero.

    In words a count from 10,000 on has three significant digits, and its other digits are zeros.
    """
    if exact.kind not in _KINDS[number.unit or ("£" if number.pound else "")]:
        return False
    value = exact.value * (100 if exact.kind == "share" else 1)
    if not _goes(number, value, exact.kind):
        return False
    size = abs(value)
    uncertain = exact.uncertain * (100 if exact.kind == "share" else 1)
    if number.bound:
        return _is_bounded(number, size + uncertain)
    if number.unit == "%" and exact.kind == "share" and number.said in (0, 100):
        return size == number.said
    step = number.step
    if in_words and step == 1 and not number.unit and number.said >= 10_000:
        step = Fraction(10 ** max(0, len(number.digits.replace(",", "")) - 3))
    if exact.kind == "percent" and uncertain > (2 if size >= 10 else 1):
        return False
    about = number.before.endswith("about ")
    if about or (uncertain and exact.kind == "amount" and not number.decimals):
        # Noughts at its end may stand for digits that are not known.
        digits = (number.digits + number.decimals.lstrip(".")).replace(",", "")
        noughts = range(len(digits) - len(digits.rstrip("0")) + 1)
        steps = [step * 10**places for places in noughts if step * 10**places >= uncertain]
        return any(half_up(size / one) * one == number.said for one in steps)
    if exact.kind not in {"percent", "points"} and step < uncertain:
        # More digits than are known.
        return False
    return half_up(size / step) * step == number.said


_KINDS: Final = {
    "": frozenset({"count"}),
    "£": frozenset({"amount"}),
    "%": frozenset({"share", "percent"}),
    "point": frozenset({"points"}),
    "time": frozenset({"times"}),
}
_DOWN: Final = re.compile(r" ?(fewer|less|lower|cheaper)\b")
_UP: Final = re.compile(r" ?(more|higher|dearer)\b")


def _goes(number: Number, value: Fraction, kind: str) -> bool:
    """Whether a change goes where its sign says, or the word after it."""
    if kind not in {"percent", "points"} and not number.sign:
        return value >= 0
    if number.sign:
        return value > 0 if number.sign == "+" else value < 0
    if _DOWN.match(number.after):
        return value < 0
    return value > 0 if _UP.match(number.after) else True


def _is_bounded(number: Number, size: Fraction) -> bool:
    """Whether less (or more) than so much is an honest thing to say of a size: only just."""
    if number.bound in {"less than", "<"}:
        return 0 < size < number.said
    if number.unit == "%" and number.said < 100:
        return number.said < size < 100
    return size > number.said


def half_up(value: Fraction) -> int:
    """A number that is not negative, to the nearest whole one, a half upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
