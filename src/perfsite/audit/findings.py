"""What a rule of the audit is, what is found when it is broken, and the result of an audit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Facet(StrEnum):
    """The four sides from which CLEAR+ looks at how well a site can be archived.

    Banos and Manolopoulos, "A quantitative approach to evaluate Website Archivability using the
    CLEAR+ method", International Journal on Digital Libraries 17 (2016).
    """

    ACCESSIBILITY = "Accessibility"
    STANDARDS = "Standards Compliance"
    COHESION = "Cohesion"
    METADATA = "Metadata Usage"

    @property
    def asks(self) -> str:
        """The question that the facet stands for."""
        return _ASKS[self]


_ASKS = {
    Facet.ACCESSIBILITY: "Can a crawler find everything, and is it let in?",
    Facet.STANDARDS: "Will what is kept still be understood?",
    Facet.COHESION: "Does the site stand by itself, and is it whole?",
    Facet.METADATA: "Does each part say what it is, and from when?",
}


@dataclass(frozen=True)
class Rule:
    """One thing that is checked: its stable id, and what is true where it is kept.

    A broken rule that only `warns` does not make an audit fail.
    """

    id: str
    facet: Facet
    sentence: str
    expected: str
    mend: str
    warns: bool = False


@dataclass(frozen=True, order=True)
class Finding:
    """A place at which a rule is broken; line 0 is the whole file."""

    file: str
    line: int
    rule: str
    found: str

    @property
    def place(self) -> str:
        """`file:line`, or the file alone where no line is to blame."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Audit:
    """The result: every rule there is, every finding, and how much was looked at."""

    rules: Mapping[str, Rule]
    findings: tuple[Finding, ...]
    files: int
    pages: int
    size: int

    @property
    def counts(self) -> Counter[str]:
        """How many findings there are of each rule that is broken."""
        return Counter(finding.rule for finding in self.findings)

    @property
    def errors(self) -> int:
        """How many findings make the audit fail."""
        return sum(not self.rules[finding.rule].warns for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are only to be known."""
        return len(self.findings) - self.errors

    def of(self, rule: str) -> list[Finding]:
        """The findings of one rule, by file and line."""
        return sorted(finding for finding in self.findings if finding.rule == rule)

    def in_facet(self, facet: Facet) -> list[Rule]:
        """The rules of a facet, in their order."""
        return [rule for rule in self.rules.values() if rule.facet is facet]
