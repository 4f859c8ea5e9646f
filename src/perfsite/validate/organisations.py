"""Organisations, categories and funders of the register that are spelt in two ways.

Services are grouped by these names, so a second spelling is a second group.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from perfsite.errors import Problem
from perfsite.text import without_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.model import Service

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
    found: dict[str, list[tuple[str, str]]] = {}
    for column in columns:
        for service in services:
            if name := getattr(service, column):
                found.setdefault(name, []).append((column, service.id))
    return [
        _Used(places[0][0], name, tuple(dict.fromkeys(key for _, key in places)), len(places))
        for name, places in found.items()
    ]


def _twice(used: Sequence[_Used]) -> Iterable[tuple[_Used, _Used]]:
    """Pairs of different spellings of what may be one name, the rarer spelling first."""
    words = {one.name: _words(one.name) for one in used}
    plain = {name: " ".join(of_name) for name, of_name in words.items()}
    solid = {name: _solid(of_name) for name, of_name in words.items()}
    seen: set[frozenset[str]] = set()
    matcher = SequenceMatcher(autojunk=False)
    for one, other in combinations(used, 2):
        pair = frozenset({one.name, other.name})
        if pair in seen:
            continue
        a, b = plain[one.name], plain[other.name]
        if not solid[one.name] & solid[other.name]:
            if 2 * min(len(a), len(b)) < _NEAR * (len(a) + len(b)):
                continue
            matcher.set_seqs(a, b)
            if matcher.quick_ratio() < _NEAR or matcher.ratio() < _NEAR:
                continue
            if not _misspelt(words[one.name], words[other.name]):
                continue
        seen.add(pair)
        both = sorted((one, other), key=lambda used: (used.times, used.name))
        yield both[0], both[1]


def _words(name: str) -> tuple[str, ...]:
    """A name in words that spelling does not change: no capitals, accents or punctuation."""
    text = without_accents(name).casefold().replace("&", " and ")
    return tuple(re.findall(r"\w+", re.sub(r"['\u2019.]", "", text)))


def _solid(words: tuple[str, ...]) -> set[str]:
    """A name without spaces, as a whole and without its plain words; one of the two is enough."""
    return {"".join(words), "".join(w for w in words if w not in _PLAIN)} - {""}


def _misspelt(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the words in which two names differ are plain ones, or near each other."""
    left = Counter(one) - Counter(other)
    right = Counter(other) - Counter(one)
    a = sorted(word for word in left.elements() if word not in _PLAIN)
    b = sorted(word for word in right.elements() if word not in _PLAIN)
    if any(char.isdigit() for word in (*a, *b) for char in word):
        return False
    if len(a) != len(b):
        # One word in two, as Out Patients for Outpatients.
        return "".join(one) == "".join(other)
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
            key=lambda one: (one.times, one.name),
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
