"""What can go wrong, and how it is said.

Two kinds of trouble are kept apart. A *problem* is in the data: it is a value, gathered with all
the others, and the rest of the data is still built. An *exception* means that the build itself
cannot go on::

    PerfsiteError
    |-- ConfigError      perfsite.toml cannot be used
    |-- UsageError       the command was asked for something that it cannot do
    |-- OverBudgetError  a file is larger than is read; whoever reads it makes a problem of that
    |-- ArchiveError     a site cannot be packed for archives, or a package cannot be read
    |-- BuildError       the site could not be made
    |   |-- RenderError      a template failed
    |   |-- ConsistencyError the pages, lists and data files disagree
    |   |-- LeakError        a file holds a figure that must not be published
    |   `-- WriteError       the site could not be put in place
    `-- (nothing else: anything else that is raised is a bug)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from perfsite.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable


class PerfsiteError(Exception):
    """The root: catching it catches all that perfsite raises on purpose."""


class ConfigError(PerfsiteError):
    """perfsite.toml is not what it should be."""


class UsageError(PerfsiteError):
    """The command was asked for something that it cannot do."""


class ArchiveError(PerfsiteError):
    """A site cannot be packed for archives, or a package cannot be read."""


class BuildError(PerfsiteError):
    """The site could not be made; the old one is untouched."""


class RenderError(BuildError):
    """A template failed, or a page does not hold what it was given."""


class ConsistencyError(BuildError):
    """The pages, the lists and the data files do not tell the same story."""


class LeakError(BuildError):
    """A file of the site holds a figure that is suppressed or not yet released."""


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
    """One thing that is checked: its code, severity and title (see explanations.toml)."""

    code: str
    severity: Severity
    title: str

    @property
    def adjustable(self) -> bool:
        """Whether a site may set the severity: what cannot be read cannot be published."""
        return self.code.startswith("PS2")


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
        Rule("PS118", _E, "A period lies in the future"),
        Rule("PS119", _E, "A release date cannot be read"),
        Rule("PS120", _N, "A sheet of a workbook was not read"),
        Rule("PS121", _E, "A retraction cannot be used"),
        Rule("PS122", _W, "Line ends are mixed"),
        Rule("PS123", _E, "A text has a character that cannot be published"),
        Rule("PS124", _E, "A text is too long"),
        Rule("PS125", _E, "A text would be run by a spreadsheet"),
        Rule("PS126", _E, "The name of a file or a sheet cannot be published"),
        Rule("PS127", _E, "What should be a file is none"),
        Rule("PS128", _E, "A folder cannot be read"),
        Rule("PS130", _E, "A file is larger than its budget"),
        Rule("PS131", _E, "The name of a file is not UTF-8"),
        Rule("PS201", _W, "A part is larger than its whole"),
        Rule("PS202", _W, "A year is not the sum of its parts"),
        Rule("PS203", _W, "Channels do not add up to the total"),
        Rule("PS204", _W, "Years of a series cannot be made by adding shorter periods"),
        Rule("PS205", _W, "Overlapping periods disagree"),
        Rule("PS206", _N, "A series has a gap"),
        Rule("PS207", _W, "Ratings do not add up"),
        Rule("PS208", _W, "A stated rate differs from its counts"),
        Rule("PS209", _W, "A figure jumps"),
        Rule("PS210", _W, "A figure repeats unchanged"),
        Rule("PS211", _W, "A period has not ended"),
        Rule("PS212", _W, "A service has gone quiet"),
        Rule("PS213", _W, "A figure is from outside the life of its service"),
        Rule("PS214", _W, "An organisation is spelt in two ways"),
        Rule("PS215", _E, "A figure that is not public can be worked out"),
        Rule("PS216", _N, "Figures of an earlier edition stand in"),
        Rule("PS217", _W, "A reason for a revision fits no change"),
        Rule("PS301", _E, "A cell of an imported file cannot be read as a figure"),
        Rule("PS302", _N, "An imported id was too long for an address and was shortened"),
        Rule("PS303", _N, "A column holds no figure for any service and was not imported"),
        Rule("PS304", _N, "A column was not imported"),
        Rule("PS305", _E, "An imported file is not of the expected kind"),
        Rule("PS306", _E, "A mapping does not fit its file"),
        Rule("PS307", _N, "Records of an imported file were left out"),
    )
}


_TEXTS: Final = ("column", "found", "expected", "fix")
_LONGEST: Final = 1_000
"""Characters of what was found that are shown; nobody reads more in a message."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the data: where, what was found, what was expected, how to mend it.

    `row` counts as a spreadsheet does: the header is row 1. In a JSON file it is the number of
    the record, the first being 1. It is 0 where the whole file is meant.

    `service`, `measures` and `period` (its code) say whose figures are meant, where that is known.
    `severity` is that of the rule unless the site has set another (`config.Checks`).

    Its texts quote what somebody has sent. What is outside the alphabet stands in them by its code
    point, so that a problem can be printed and put on a page whatever it is about. `file` is the
    path itself, for it has to be found again; `place` is for people.
    """

    file: str
    row: int
    code: str
    column: str = ""
    found: str = ""
    expected: str = ""
    fix: str = ""
    service: str = field(default="", kw_only=True, compare=False)
    measures: tuple[str, ...] = field(default=(), kw_only=True, compare=False)
    period: str = field(default="", kw_only=True, compare=False)
    severity: Severity = field(default=None, kw_only=True, compare=False)  # type: ignore[assignment]
    rule: Rule = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look the rule up at once, so that an unknown code cannot go unnoticed."""
        rule = RULES[self.code]
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "severity", self.severity or rule.severity)
        for name in _TEXTS:
            text = getattr(self, name)
            if not (text.isascii() and text.isprintable()) or len(text) > _LONGEST:
                cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
                object.__setattr__(self, name, shown(cut))

    @property
    def place(self) -> str:
        """`file:row`, or the file alone where no row is to blame."""
        name = shown(self.file)
        return f"{name}:{self.row}" if self.row else name


def worst_first(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by severity, then by file and row."""
    order = {severity: at for at, severity in enumerate(Severity)}
    return sorted(problems, key=lambda problem: (order[problem.severity], problem))


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of these problems is an error."""
    return any(map(is_error, problems))


def is_error(problem: Problem) -> bool:
    """Whether this problem is an error."""
    return problem.severity is Severity.ERROR


# What is larger than a budget allows, and what to do about it.
#
# Budgets are settings (`config`). This module is by itself, because whoever only opens a file,
# such as a shell that completes a word, has no time to load what reads settings.


FILE_BYTES: Final = 100_000_000
"""The largest file where perfsite.toml says nothing."""
_UNITS: Final = {
    "file_bytes": ("bytes", "divide the file into several"),
    "files": ("files", "keep what holds no figures elsewhere"),
    "workbook_bytes": ("bytes when unpacked", "save the sheets as files of their own"),
    "workbook_ratio": ("times its size when unpacked", "save the sheet as CSV"),
    "workbook_sheets": ("sheets", "save the sheets that hold figures as files of their own"),
    "workbook_cells": ("cells in a workbook", "save the sheets as CSV"),
    "rows": ("rows", "divide the file into several"),
    "columns": ("columns", "delete the columns that hold no figures"),
    "cells": ("cells", "divide the file into several"),
    "figures": ("figures in a file", "divide the file into several"),
    "value_length": (
        "characters in a value",
        "is a quotation mark never closed? Shorten the value",
    ),
    "channels": ("channels of a measure", "add small channels up"),
}
"""What each budget counts, and what to do where there is more."""


class Limits(Protocol):
    """What knows how much each budget allows."""

    def most(self, budget: str) -> int:
        """The most of a budget, by the name of its entry."""


class OverBudgetError(PerfsiteError, ValueError):
    """Something is larger than its budget allows.

    `budget` is the name of its entry, `found` what there is, in words, `row` where.
    """

    def __init__(self, budget: str, found: str, row: int = 0) -> None:
        """What was found is given in words, for it is not always counted to its end."""
        super().__init__(found)
        self.budget = budget
        self.found = found
        self.row = row

    def problem(self, path: str, budgets: Limits, fix: str = "") -> Problem:
        """PS130 of a file or folder: which budget, what was found, and how to raise it."""
        unit, mend = _UNITS[self.budget]
        most = budgets.most(self.budget)
        return Problem(
            path,
            self.row,
            "PS130",
            "",
            self.found,
            f"at most {most:,} {unit}",
            f"{fix or mend}; if it is right, raise {self.budget} in [budgets] of perfsite.toml",
        )
