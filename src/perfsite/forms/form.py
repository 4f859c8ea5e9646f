"""What stands in a form: a row for each period, with its figures blank, and how to fill them in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from perfsite.decimals import csv_text
from perfsite.errors import UsageError
from perfsite.forms.words import DESCRIPTIONS, KINDS
from perfsite.forms.workbook import FormColumn, Guide, make_book

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.measures import Measure
    from perfsite.periods import Period


MOST_ROWS: Final = 10_000
_TRANSACTIONS: Final = "transactions"
_WIDE: Final = ("period",)
_TIDY: Final = ("period", "measure", "channel", "value")
_NOTE: Final = "note"


class Shape(StrEnum):
    """A row a period with a column for each measure, or a row for every figure."""

    WIDE = "wide"
    TIDY = "tidy"


class Style(StrEnum):
    """The kind of file."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Form:
    """A form: the file's bytes, and how many rows and blank figures it has."""

    data: bytes
    rows: int
    figures: int


def make_form(
    measures: Mapping[str, Measure],
    wanted: Sequence[str],
    channels: Sequence[str],
    periods: Sequence[Period],
    *,
    shape: Shape,
    style: Style,
) -> Form:
    """A form for these periods; the same form has the same bytes every time.

    `measures` are those that the site knows, `wanted` the ids of those in the form, each with a
    channel if it is written as `cost:digital`. `channels` are those of the transactions, which
    keep a column of their own for all channels: a sum of some channels is no total.

    Raises:
        UsageError: if a measure is not known, there is nothing to fill in, or far too much.
    """
    figures = _figures(measures, wanted, channels)
    count = len(figures) * len(periods)
    if not count:
        raise UsageError("a form needs a measure and a period")
    rows = count if shape is Shape.TIDY else len(periods)
    if count > MOST_ROWS:
        raise UsageError(f"a form of {count:,} figures is too long to be filled in; ask for fewer")
    if shape is Shape.TIDY:
        header = [*_TIDY, _NOTE]
        cells = [
            [period.code, measure, channel, "", ""]
            for period in periods
            for measure, channel in figures
        ]
    else:
        header = [*_WIDE, *map(":".join, _named(figures)), _NOTE]
        cells = [[period.code, *[""] * (len(figures) + 1)] for period in periods]
    if style is Style.CSV:
        return Form(csv_text([header, *cells], "\n").encode(), rows, count)
    columns = _columns(measures, figures, shape)
    guide = Guide(
        tuple((name, _described(measures[name])) for name in dict(figures)),
        tuple(dict.fromkeys(measure for measure, _ in figures)),
        tuple(dict.fromkeys(channel for _, channel in figures if channel)),
        tidy=shape is Shape.TIDY,
    )
    return Form(make_book(columns, cells, guide), rows, count)


def periods_between(first: Period, last: Period) -> list[Period]:
    """Periods of one length, one after the other.

    Raises:
        UsageError: if the two are of different lengths, or no whole number of them lies between.
    """
    length = (first.unit, first.count)
    if length != (last.unit, last.count):
        raise UsageError(f"{first.code} and {last.code} are periods of different lengths")
    if last.first < first.first:
        raise UsageError(f"the last period, {last.code}, is before the first, {first.code}")
    steps, rest = divmod(last.first - first.first, first.count)
    if rest:
        raise UsageError(f"{first.code} and {last.code} overlap the periods between them")
    if steps >= MOST_ROWS:
        raise UsageError(f"there are {steps + 1:,} periods from {first.code} to {last.code}")
    return [first.shifted(first.count * step) for step in range(steps + 1)]


def _figures(
    measures: Mapping[str, Measure], wanted: Sequence[str], channels: Sequence[str]
) -> list[tuple[str, str]]:
    """Measure and channel of every figure that is asked for, each once."""
    figures: list[tuple[str, str]] = []
    for name in wanted:
        measure, _, channel = name.partition(":")
        if measure not in measures:
            known = ", ".join(measures)
            raise UsageError(f"{measure!r} is no measure of this site; it has {known}")
        figures.append((measure, channel))
        if name == _TRANSACTIONS:
            figures += [(measure, channel) for channel in channels]
    return list(dict.fromkeys(figures))


def _named(figures: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    return [(measure, channel) if channel else (measure,) for measure, channel in figures]


def _columns(
    measures: Mapping[str, Measure], figures: Sequence[tuple[str, str]], shape: Shape
) -> list[FormColumn]:
    if shape is Shape.TIDY:
        return [
            FormColumn("period", "period"),
            FormColumn("measure", "measure"),
            FormColumn("channel", "channel"),
            FormColumn("value", "any"),
            FormColumn(_NOTE, "text"),
        ]
    values = [FormColumn(":".join(name), str(measures[name[0]].kind)) for name in _named(figures)]
    return [FormColumn("period", "period"), *values, FormColumn(_NOTE, "text")]


def _described(measure: Measure) -> str:
    """What a measure is and how it is written, as sentences."""
    return f"{DESCRIPTIONS.get(measure.id, measure.name)}. {KINDS[measure.kind]}"
