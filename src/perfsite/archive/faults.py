"""What is wrong with a package: gathered, never stopping at the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 200
"""Characters of a value that are shown: a whole index would hide the place where it is wrong."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong: in which package, at which place, what was found, what was expected."""

    package: str
    place: str
    found: str
    expected: str

    def __str__(self) -> str:
        """The fault as a line of a report."""
        return f"{self.package}: {self.place}: found {self.found}; expected {self.expected}"


class Faults:
    """The faults found so far in one package."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.all: list[Fault] = []

    def add(self, place: str, found: object, expected: object) -> None:
        """Note a fault."""
        self.all.append(Fault(self.package, place, str(found), str(expected)))

    def same(self, place: str, found: object, expected: object) -> bool:
        """Note a fault if two values differ; whether they are the same."""
        if found != expected:
            self.add(place, _short(found), _short(expected))
        return found == expected


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
