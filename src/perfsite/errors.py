"""What can go wrong, and how it is said.

Two kinds of trouble are kept apart. A *problem* is in the data: it is a value, gathered with all
the others, and the rest of the data is still built. An *exception* means that the build itself
cannot go on::

    PerfsiteError
    |-- ConfigError      perfsite.toml cannot be used
    |-- UsageError       the command was asked for something that it cannot do
    |-- BuildError       the site could not be made
    |   |-- RenderError      a template failed
    |   |-- ConsistencyError the pages, lists and data files disagree
    |   `-- WriteError       the site could not be put in place
    `-- (nothing else: anything else that is raised is a bug)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class PerfsiteError(Exception):
    """The root: catching it catches all that perfsite raises on purpose."""


class ConfigError(PerfsiteError):
    """perfsite.toml is not what it should be."""


class UsageError(PerfsiteError):
    """The command was asked for something that it cannot do."""


class BuildError(PerfsiteError):
    """The site could not be made; the old one is untouched."""


class RenderError(BuildError):
    """A template failed, or a page does not hold what it was given."""


class ConsistencyError(BuildError):
    """The pages, the lists and the data files do not tell the same story."""


class WriteError(BuildError):
    """The finished site could not be put in place."""


class Severity(StrEnum):
    """How much a problem matters.

    An error keeps its row out of the figures; a warning is published and marked; a note is only
    said.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Rule:
    """One thing that is checked: its code, severity and plain title (see docs/errors.md)."""

    code: str
    severity: Severity
    title: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("PS101", _E, "A file cannot be read"),
        Rule("PS102", _E, "A file is not UTF-8 text"),
        Rule("PS103", _E, "A file is not well-formed CSV or JSON"),
        Rule("PS104", _E, "A value is not a number or a symbol"),
        Rule("PS105", _E, "A column is missing"),
        Rule("PS106", _E, "A column is not known"),
        Rule("PS107", _E, "A measure is not known"),
        Rule("PS108", _E, "A period cannot be read"),
        Rule("PS109", _E, "A channel is not a lower-case name"),
        Rule("PS110", _E, "An observation is given twice"),
        Rule("PS111", _E, "A service is not in the register"),
        Rule("PS112", _E, "A service id cannot be used"),
        Rule("PS113", _E, "A service is in the register twice"),
        Rule("PS114", _E, "A required value is blank"),
        Rule("PS115", _E, "A value is outside what its measure allows"),
        Rule("PS116", _E, "A link is not a web address"),
        Rule("PS117", _E, "A module is not known"),
        Rule("PS201", _W, "A part is larger than its whole"),
        Rule("PS202", _W, "A year is not the sum of its parts"),
        Rule("PS203", _W, "Channels do not add up to the total"),
        Rule("PS204", _W, "Years of a series cannot be made by adding shorter periods"),
        Rule("PS301", _E, "A cell of an imported file cannot be read as a figure"),
        Rule("PS302", _N, "An imported id was too long for an address and was shortened"),
        Rule("PS303", _N, "A column holds no figure for any service and was not imported"),
        Rule("PS304", _N, "A column was not imported"),
        Rule("PS305", _E, "An imported file is not of the expected kind"),
    )
}


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the data: where, what was found, what was expected, how to mend it.

    `row` counts as a spreadsheet does: the header is row 1. In a JSON file it is the number of
    the record, the first being 1. It is 0 where the whole file is meant.
    """

    file: str
    row: int
    code: str
    column: str = ""
    found: str = ""
    expected: str = ""
    fix: str = ""
    rule: Rule = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look the rule up at once, so that an unknown code cannot go unnoticed."""
        object.__setattr__(self, "rule", RULES[self.code])

    @property
    def severity(self) -> Severity:
        """The severity of the rule that was broken."""
        return self.rule.severity

    @property
    def place(self) -> str:
        """`file:row`, or the file alone where no row is to blame."""
        return f"{self.file}:{self.row}" if self.row else self.file


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of these problems is an error."""
    return any(problem.severity is Severity.ERROR for problem in problems)
