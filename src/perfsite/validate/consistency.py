"""Figures held against each other.

Parts and wholes, ratings and rates, spellings of organisations; whose row is affected.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

import numpy as np
import pandas as pd

from perfsite.arithmetic import tidy_sum
from perfsite.decimals import decimal, grouped, rounded
from perfsite.errors import Problem
from perfsite.frames import INPUTS, MISMATCHES, Col, entering
from perfsite.kpi.figures import sides
from perfsite.kpi.inputs import KEY
from perfsite.kpis import KPIS, Adding
from perfsite.measures import DIGITAL, RATINGS, MeasureKind, name_of
from perfsite.model import Status
from perfsite.periods import Period, Unit
from perfsite.text import without_accents
from perfsite.validate.series import SeriesRow, code_of, records

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from perfsite.kpi.inputs import Parts
    from perfsite.model import Service
    from perfsite.validate.series import IndexedSeries


# Organisations, categories and funders of the register that are spelt in two ways.
#
# Services are grouped by these names, so a second spelling is a second group.


_REGISTER: Final = "services.csv"
_NEAR: Final = 0.93
"""How alike two names are that may be one."""
_SAME_WORD: Final = 0.8
"""How alike two words are of which one may be misspelt."""
_SHORT: Final = 4
"""Words below this length are told apart by any letter: East, West."""
_PLAIN: Final = frozenset({"the", "of", "for", "and", "in", "on", "to", "s"})
"""Words that make no other name of a name."""
_SHOWN: Final = 3


class _Used(NamedTuple):
    """A name in a column of the register, the services that it stands at, and how often."""

    column: str
    name: str
    services: tuple[str, ...]
    times: int


def check_organisations(services: Mapping[str, Service]) -> list[Problem]:
    """PS214: names that are one but for their spelling, and abbreviations that do not agree."""
    every = list(services.values())
    problems: list[Problem] = []
    paired: set[frozenset[str]] = set()
    # Departments are agencies of others in some registers, and have one name in both columns.
    for columns in (("department", "agency"), ("category",), ("funded_by",)):
        for rare, usual in _twice(_used(every, columns)):
            paired.add(frozenset({rare.name, usual.name}))
            problems.append(_two_spellings(rare, usual))
    for column in ("department", "agency"):
        problems += _abbreviations(every, column, paired)
    return problems


def _used(services: Sequence[Service], columns: Sequence[str]) -> list[_Used]:
    """The names in some columns, each with its services and the first column that it stands in."""
    places_by_name: dict[str, list[tuple[str, str]]] = {}
    for column in columns:
        for service in services:
            if name := getattr(service, column):
                places_by_name.setdefault(name, []).append((column, service.id))
    return [
        _Used(places[0][0], name, tuple(dict.fromkeys(key for _, key in places)), len(places))
        for name, places in places_by_name.items()
    ]


def _twice(used: Sequence[_Used]) -> Iterable[tuple[_Used, _Used]]:
    """Pairs of different spellings of what may be one name, the rarer spelling first."""
    words = {use.name: _words(use.name) for use in used}
    plain = {name: " ".join(of_name) for name, of_name in words.items()}
    solid = {name: _solid(of_name) for name, of_name in words.items()}
    seen: set[frozenset[str]] = set()
    matcher = SequenceMatcher(autojunk=False)
    for first, second in combinations(used, 2):
        pair = frozenset({first.name, second.name})
        if pair in seen:
            continue
        a, b = plain[first.name], plain[second.name]
        if not solid[first.name] & solid[second.name]:
            if 2 * min(len(a), len(b)) < _NEAR * (len(a) + len(b)):
                continue
            matcher.set_seqs(a, b)
            if matcher.quick_ratio() < _NEAR or matcher.ratio() < _NEAR:
                continue
            if not _misspelt(words[first.name], words[second.name]):
                continue
        seen.add(pair)
        both = sorted((first, second), key=lambda use: (use.times, use.name))
        yield both[0], both[1]


def _words(name: str) -> tuple[str, ...]:
    """A name in words that spelling does not change: no capitals, accents or punctuation."""
    text = without_accents(name).casefold().replace("&", " and ")
    return tuple(re.findall(r"\w+", re.sub(r"['\u2019.]", "", text)))


def _solid(words: tuple[str, ...]) -> set[str]:
    """A name without spaces, as a whole and without its plain words; one of the two is enough."""
    return {"".join(words), "".join(w for w in words if w not in _PLAIN)} - {""}


def _misspelt(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether the words in which two names differ are plain ones, or near each other."""
    left = Counter(first) - Counter(second)
    right = Counter(second) - Counter(first)
    a = sorted(word for word in left.elements() if word not in _PLAIN)
    b = sorted(word for word in right.elements() if word not in _PLAIN)
    if any(char.isdigit() for word in (*a, *b) for char in word):
        return False
    if len(a) != len(b):
        # One word in two, as Out Patients for Outpatients.
        return "".join(first) == "".join(second)
    return all(
        min(len(x), len(y)) >= _SHORT and SequenceMatcher(None, x, y).ratio() >= _SAME_WORD
        for x, y in zip(a, b, strict=True)
    )


def _abbreviations(
    services: Sequence[Service], column: str, paired: set[frozenset[str]]
) -> list[Problem]:
    """Abbreviations of two names, and names with two abbreviations."""
    shorts = f"{column}_abbr"
    both: dict[tuple[str, str], list[str]] = {}
    for service in services:
        name, short = getattr(service, column), getattr(service, shorts)
        if name and short:
            both.setdefault((name, short), []).append(service.id)
    problems = []
    for (a, b), (first, second) in zip(
        combinations(both, 2), combinations(both.values(), 2), strict=True
    ):
        if a[0] == b[0] and a[1] != b[1]:
            whats, of, changed = (a[1], b[1]), a[0], shorts
        elif a[1] == b[1] and a[0] != b[0] and frozenset({a[0], b[0]}) not in paired:
            whats, of, changed = (a[0], b[0]), a[1], column
        else:
            continue
        pairs = zip(whats, (first, second), strict=True)
        used = sorted(
            (_Used(changed, what, tuple(ids), len(ids)) for what, ids in pairs),
            key=lambda use: (use.times, use.name),
        )
        expected = (
            f"one abbreviation of {of}" if changed == shorts else f"one name for which {of} stands"
        )
        problems.append(_problem(used[0], used[1], expected, "write one of them at all services"))
    return problems


def _two_spellings(rare: _Used, usual: _Used) -> Problem:
    expected = "one spelling of each name, because services are grouped by it"
    tied = rare.times == usual.times
    what = "the same name" if tied else usual.name
    return _problem(rare, usual, expected, f"if they are one, write {what} at all services")


def _problem(rare: _Used, usual: _Used, expected: str, fix: str) -> Problem:
    return Problem(
        _REGISTER,
        0,
        "PS214",
        rare.column,
        f"{_told(rare)}; {_told(usual)}",
        expected,
        fix,
        service=rare.services[0],
    )


def _told(used: _Used) -> str:
    """A name and where it stands, as far as that is short."""
    number = len(used.services)
    if number > _SHOWN:
        return f"{used.name} ({number} services)"
    return f"{used.name} ({', '.join(used.services)})"


# Which observations a problem is about: the row that it names, and what an error leaves out.


Key = tuple[str, str, int, int]
"""A service and a period, as `KEY` has them."""


def first_rows(
    observations: pd.DataFrame, parts: Iterable[str], keys: Iterable[Key], digital: Collection[str]
) -> dict[Key, SeriesRow]:
    """The row of the first of these parts that each key has one of (`rows_of_part`)."""
    by_key: dict[Key, SeriesRow] = {}
    wanted = list(keys)
    for part in parts:
        left = [key for key in wanted if key not in by_key]
        if left:
            by_key |= rows_of_part(observations, part, left, digital)
    return by_key


def rows_of_part(
    observations: pd.DataFrame, part: str, keys: Iterable[Key], digital: Collection[str]
) -> dict[Key, SeriesRow]:
    """The observation that a part stands in, or the first of those that it was added up from.

    `digital` are the digital channels. A part of a period that nobody gave a figure for is added
    up from shorter ones: then it is the first of these. What was added up has the name of the
    part, for no column has its figure. What is not found has no entry.
    """
    measure, _, channel = part.partition(":")
    candidates = observations[
        (observations[Col.MEASURE] == measure) & (observations[Col.STATUS] == Status.PROVIDED)
    ]
    if part == DIGITAL:
        candidates = candidates[candidates[Col.CHANNEL].isin(list(digital))]
    wanted = list(keys)
    exact = candidates[pd.MultiIndex.from_frame(candidates[KEY]).isin(wanted)]
    by_key: dict[Key, SeriesRow] = {}
    # The figure of all channels stands first, for its channel is blank.
    for key, row in zip(exact[KEY].itertuples(index=False, name=None), records(exact), strict=True):
        if key not in by_key:
            by_key[key] = row
        elif by_key[key].channel:
            by_key[key] = replace(by_key[key], channel=channel)
    for key in wanted:
        if key not in by_key:
            shorter = _within(candidates[candidates[Col.SERVICE] == key[0]], key)
            rows = (replace(row, channel=channel) for row in records(shorter[:1]))
            by_key |= dict(zip([key], rows, strict=False))
    return by_key


def _within(rows: pd.DataFrame, key: Key) -> pd.DataFrame:
    """The rows whose periods lie within that of a key."""
    _, unit, count, first = key
    period = Period(Unit(unit), int(first), int(count))
    periods = [Period.parse(code) for code in rows[Col.PERIOD]]
    inside = [
        period.start <= candidate.start and candidate.end <= period.end for candidate in periods
    ]
    return rows[np.array(inside, dtype=bool)]


def is_blamed(observations: pd.DataFrame, problems: Iterable[Problem]) -> NDArray[np.bool_]:
    """Whether each observation is of a service, measure and period that a problem names."""
    keys = {
        (problem.service, measure, problem.period)
        for problem in problems
        if problem.period
        for measure in problem.measures
    }
    if not keys:
        return np.zeros(len(observations), dtype=bool)
    observed = pd.MultiIndex.from_frame(observations[[Col.SERVICE, Col.MEASURE, Col.PERIOD]])
    return np.asarray(observed.isin(list(keys)), dtype=bool)


# Figures of one service held against each other, period by period.
#
# What is found here is published as given and marked; the ratio that would be wrong is withheld by
# `kpi`. Years against their parts are compared in `kpi.windows`, where the sums are made.


def check_consistency(
    observations: pd.DataFrame, parts: Parts, digital: Collection[str]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Mark parts that are larger than their wholes, and report channels that do not add up.

    `digital` are the digital channels. A problem names the row of the part that is too large, or
    of the total that is not the sum of its channels.

    Returns:
        The observations with a boolean column `flagged`, and PS201 and PS203 problems.
    """
    entering("consistency", INPUTS, parts.frame)
    entering("consistency", MISMATCHES, parts.mismatches)
    # A row a service and period, a column a part: what was not given is NaN, and exceeds nothing.
    wide = parts.frame.pivot(index=KEY, columns=Col.PART, values=Col.VALUE)
    keys = pd.MultiIndex.from_frame(observations[KEY])
    flagged = pd.Series(data=False, index=observations.index)
    problems: list[Problem] = []
    for kpi in KPIS.values():
        if not kpi.may_exceed or kpi.words.exceeds is None:
            continue
        name, whole = kpi.words.exceeds
        above, below = sides(kpi, wide)
        over = pd.DataFrame({"above": above, "below": below})[above > below]
        measures = list(dict.fromkeys(part.partition(":")[0] for part in kpi.operands))
        involved = keys.isin(over.index) & observations[Col.MEASURE].isin(measures).to_numpy()
        flagged |= involved
        named = first_rows(observations, kpi.numerator, over.index, digital)
        problems += [
            Problem(
                named[key].file,
                named[key].row,
                "PS201",
                named[key].name,
                f"{grouped(row['above'])} {name} of {grouped(row['below'])} {whole} "
                f"in {code_of(*key[1:])}",
                f"no more {name} than {whole}",
                "send the right figures; these are published and marked, their ratio is withheld",
                service=str(key[0]),
                measures=tuple(measures),
                period=code_of(*key[1:]),
            )
            for key, row in zip(over.index, over.to_dict("records"), strict=True)
        ]
    for measure, rows in parts.mismatches.groupby(Col.MEASURE):
        totals = observations[
            (observations[Col.MEASURE] == measure) & (observations[Col.CHANNEL] == "")
        ]
        places = _places(totals)
        problems += [
            Problem(
                *places[(row[Col.SERVICE], row[Col.UNIT], row[Col.COUNT], row[Col.FIRST])],
                "PS203",
                str(measure),
                f"{grouped(row[Col.STATED])} in all, {grouped(row[Col.SUMMED])} in its channels",
                "a total that is the sum of its channels",
                "send the right figures; the total is used as it was given",
                service=row[Col.SERVICE],
                measures=(str(measure),),
                period=code_of(row[Col.UNIT], row[Col.COUNT], row[Col.FIRST]),
            )
            for row in rows.to_dict("records")
        ]
    return observations.assign(flagged=flagged), problems


def _places(observations: pd.DataFrame) -> dict[tuple[object, ...], tuple[str, int]]:
    """File and row of the observation of each service and period."""
    keys = observations[KEY].itertuples(index=False, name=None)
    places = zip(observations[Col.FILE], observations[Col.ROW], strict=True)
    return dict(zip(keys, places, strict=True))


# Ratings that do not add up, and stated rates against the counts that they were made of.


_HALF_A_PENNY: Final = 0.005
"""An amount of money is stated in pennies; this is how far rounding takes it."""
_DUST: Final = 1e-9
_ALL: Final = [*KEY, Col.CHANNEL]
_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}


def check_rates(indexed: IndexedSeries, parts: Parts, tolerance: float) -> list[Problem]:
    """PS208: rates that differ from their counts, of the same service, period and channel.

    A share may differ by `tolerance` in points of share, an amount by that share of itself; a
    rate of more than 1 is a part above its whole (PS201).
    """
    rates = [kpi for kpi in KPIS.values() if kpi.is_ratio and kpi.stated]
    needed = {part for kpi in rates for part in kpi.parts}
    rows = indexed.rows
    if not rows[Col.MEASURE].isin([kpi.stated for kpi in rates]).any():
        return []
    of_channels = rows[
        (rows[Col.CHANNEL] != "") & rows[Col.MEASURE].isin(needed) & rows[Col.PROVIDED]
    ]
    whole = parts.frame[parts.frame[Col.PART].isin(needed) & parts.frame[Col.VALUE].notna()]
    values = pd.concat(
        [
            whole.assign(channel="")[[*_ALL, Col.PART, Col.VALUE]],
            of_channels.rename(columns={Col.MEASURE: Col.PART})[[*_ALL, Col.PART, Col.VALUE]],
        ],
        ignore_index=True,
    )
    problems: list[Problem] = []
    for kpi in rates:
        stated = rows[(rows[Col.MEASURE] == kpi.stated) & rows[Col.PROVIDED]]
        counts = values[values[Col.PART].isin(kpi.operands)]
        if stated.empty or set(counts[Col.PART]) != set(kpi.operands):
            continue
        # Without one of its counts a rate follows from nothing, and cannot differ from it.
        wide = counts.pivot(index=_ALL, columns=Col.PART, values=Col.VALUE).dropna()
        if wide.empty:
            continue
        above, below = sides(kpi, wide)
        ratio = (above / below).where(below > 0).rename(Col.RATIO).reset_index()
        both = stated.merge(ratio, on=_ALL, how="inner")
        differing = both[_differ(both[Col.VALUE], both[Col.RATIO], kpi.kind, tolerance)]
        problems += [
            row.problem(
                "PS208",
                f"{grouped(value)} as stated; {_worked_out(number)} is {kpi.words.counts} "
                f"in {row.period}",
                f"a {row.name} that follows from its counts",
                "send the right figures; leave the stated rate out, for it is worked out",
            )
            for row, value, number in zip(
                records(differing), differing[Col.VALUE], differing[Col.RATIO], strict=True
            )
        ]
    return problems


def _differ(
    stated: pd.Series, ratio: pd.Series, kind: MeasureKind, tolerance: float
) -> pd.Series[bool]:
    """Which stated rates are not what their counts make, but for what rounding does to them."""
    apart = (stated - ratio).abs()
    match kind:
        case MeasureKind.SHARE:
            return (apart > tolerance + _DUST) & (ratio <= 1)
        case MeasureKind.CURRENCY:
            return (apart > tolerance * ratio + _DUST) & (apart > _HALF_A_PENNY + _DUST)
        case (
            MeasureKind.COUNT | MeasureKind.SECONDS | MeasureKind.MILLISECONDS | MeasureKind.NUMBER
        ):
            return apart > tolerance * ratio.abs() + _DUST
        case _:
            assert_never(kind)


def _worked_out(number: float) -> str:
    """A quotient to six decimals: it may have no end."""
    return grouped(float(rounded(decimal(number), 6)))


def check_ratings(indexed: IndexedSeries, parts: Parts) -> list[Problem]:
    """PS207: periods with only some of the answers that are pooled, or more than transactions.

    A rating that is confidential or not applicable is accounted for.
    """
    pooled = [kpi.numerator for kpi in KPIS.values() if kpi.adding is Adding.POOLED]
    incomplete = (problem for names in pooled for problem in _incomplete(indexed.rows, names))
    return [*incomplete, *_too_many(indexed.rows, parts.frame)]


def _incomplete(rows: pd.DataFrame, names: tuple[str, ...]) -> list[Problem]:
    rows = rows[rows[Col.MEASURE].isin(names)]
    if rows.empty:
        return []
    # A column a rating, also where nobody gave it: that it has no row at all is what is looked for.
    status = rows.pivot(index=_ALL, columns=Col.MEASURE, values=Col.STATUS).reindex(
        columns=list(names)
    )
    there = (status == Status.PROVIDED).to_numpy()
    lacking = (status.isna() | (status == Status.NOT_PROVIDED)).to_numpy()
    some = np.asarray(there.any(axis=1) & lacking.any(axis=1), dtype=bool)
    if not some.any():
        return []
    chosen = status.index[some].to_frame(index=False).assign(at=np.flatnonzero(some))
    firsts = rows[rows[Col.PROVIDED]].drop_duplicates(_ALL)
    incomplete = firsts.merge(chosen, on=_ALL)
    # A rating that was given as missing has a row of its own, which is the one to mend.
    blanks = rows[rows[Col.STATUS] == Status.NOT_PROVIDED]
    keys = blanks[[Col.SERVICE, Col.PERIOD, Col.CHANNEL, Col.MEASURE]].itertuples(
        index=False, name=None
    )
    places = zip(blanks[Col.FILE], blanks[Col.ROW], strict=True)
    blank_places = dict(zip(keys, places, strict=True))
    return [
        Problem(
            *blank_places.get(
                (row.service, row.period, row.channel, missing[0]), (row.file, row.row)
            ),
            "PS207",
            name_of(missing[0], row.channel),
            f"no {_listed(missing)} beside {_listed(present)} in {row.period}",
            f"all {_NUMBERS.get(len(names), len(names))} ratings of a period, or none",
            "send the others; write 0 where nobody gave that answer",
            service=row.service,
            measures=tuple(present),
            period=row.period,
        )
        for row, missing, present in (
            (
                row,
                [name for name, out in zip(names, lacking[at], strict=True) if out],
                [name for name, is_in in zip(names, there[at], strict=True) if is_in],
            )
            for row, at in zip(records(incomplete), incomplete["at"], strict=True)
        )
    ]


def _too_many(rows: pd.DataFrame, parts: pd.DataFrame) -> list[Problem]:
    rows = rows[rows[Col.MEASURE].isin(RATINGS)]
    valued = parts[parts[Col.PART].isin([*RATINGS, "transactions"]) & parts[Col.VALUE].notna()]
    # A rating that was not given adds nothing; no transactions are NaN, which nothing is more than.
    wide = valued.pivot(index=KEY, columns=Col.PART, values=Col.VALUE).reindex(
        columns=[*RATINGS, "transactions"]
    )
    answers = tidy_sum(wide[list(RATINGS)].sum(axis=1).to_numpy())
    total = wide["transactions"].to_numpy(dtype=float)
    above = answers > total
    over = wide.index[above]
    if over.empty:
        return []
    firsts = first_rows(rows, RATINGS, over, ())
    return [
        Problem(
            firsts[key].file,
            firsts[key].row,
            "PS207",
            firsts[key].name,
            f"{grouped(number)} answers of {grouped(all_)} transactions in {code_of(*key[1:])}",
            "no more answers than transactions",
            "check the period and the channel of both; send the right figures",
            service=key[0],
            measures=(*RATINGS, "transactions"),
            period=code_of(*key[1:]),
        )
        for key, number, all_ in zip(
            over,
            answers[above],
            total[above],
            strict=True,
        )
    ]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
