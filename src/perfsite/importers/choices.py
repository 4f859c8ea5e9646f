"""Which column of an unknown table is what: by its name, and by what its cells look like.

Where two could be the same thing, or none is plainly it, none is chosen: `proposals` asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.importers.looks import Look, channel_of, measure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PERIOD: Final = (
    r"period|month|date|week|year|quarter|time|timestamp|fiscal (yr|year)|financial year"
)
_PERIOD_AT_ALL: Final = r".*\b(period|month|date|week|year|yr|quarter|time|timestamp|fy)\b.*"
_SERVICE: Final = r"service( (id|slug|code|name))?|slug|id|name of service"
_NAME: Final = r"(service )?(name|title)( (en|of service))?|name of service|service"
_DEPARTMENT: Final = r"(department|ministry|organi[sz]ation|owner org title|owner org|directorate)"
_NOTE: Final = r"notes?|comments?|remarks?"
_WHOLE: Final = r".*\b(total|volume|vol|transactions?|applications?|claims?)\b.*|count|number|value"
_DERIVED: Final = (
    r".*\b(cumulative|running|enquir(y|ies)|percent|rate|share|average|mean|target|visits?)\b.*"
)
FEW: Final = 12
"""So many different cells may be words of one kind; more are names."""


@dataclass(frozen=True)
class Chosen:
    """Which column is what; None where there is none, or nobody can say."""

    service: Look | None
    period: Look | None
    measure: Look | None
    channel: Look | None
    figures: tuple[Look, ...]
    note: Look | None
    name: Look | None
    department: Look | None
    others: tuple[Look, ...]

    @property
    def is_tidy(self) -> bool:
        """Whether a row is a figure."""
        return bool(self.measure or self.channel) and bool(self.figures)

    @property
    def value(self) -> Look:
        """The column of figures of a tidy table: the plainest name, else the first."""
        called = [look for look in self.figures if look.is_called(r"value|count|number|volume")]
        plain = [look for look in self.figures if not look.is_called(_DERIVED)]
        return (called or plain or list(self.figures))[0]


def choose(looks: Sequence[Look]) -> Chosen:
    """What the columns of a table are, as far as they say it."""
    left = list(looks)

    def take(found: list[Look]) -> Look | None:
        if found:
            left.remove(found[0])
        return found[0] if found else None

    with_forms = [look for look in left if look.forms]
    named = [look for look in with_forms if look.is_called(_PERIOD)]
    # A figure can look like a year: only its name makes such a column one of periods.
    named += [k for k in with_forms if k.is_called(_PERIOD_AT_ALL) or not k.is_figures]
    period = take(named)
    texts = [look for look in left if look.cells and not look.is_figures]
    measure = take([k for k in texts if _mostly(k, measure_of)])
    channel = take([k for k in texts if k in left and _mostly(k, channel_of)])
    ids = [k for k in left if k.is_called(_SERVICE) and k.cells]
    ids.sort(key=lambda look: not look.is_called(r".*\b(id|slug|code)\b"))
    service = take(ids)
    name = next((k for k in [*left, *([service] if service else [])] if k.is_called(_NAME)), None)
    departments = [k for k in texts if k in left and k.is_called(_DEPARTMENT)]
    departments.sort(key=lambda look: not look.is_called(r".*title|department"))
    department = departments[0] if departments else None
    note = next((k for k in texts if k in left and k.is_called(_NOTE)), None)
    for taken in (name, department, note):
        if taken in left:
            left.remove(taken)
    figures = tuple(k for k in left if k.is_figures and not k.is_called(r".*\b(id|identifier)\b.*"))
    others = tuple(look for look in left if look not in figures)
    return Chosen(service, period, measure, channel, figures, note, name, department, others)


def _mostly(look: Look, meaning: Callable[[str], str]) -> bool:
    """Whether at least half of a column's few words mean something."""
    known = [cell for cell in look.cells if meaning(cell)]
    return 0 < len(look.cells) <= FEW and 2 * len(known) >= len(look.cells)


def meaning_of(look: Look) -> str:
    """The measure, or measure:channel, that a column's name says; empty where it says none."""
    if (measure := measure_of(look.name)) or look.is_called(_DERIVED):
        return measure
    if channel := channel_of(look.name):
        return f"transactions:{channel}"
    return "transactions" if look.is_called(_WHOLE) else ""
