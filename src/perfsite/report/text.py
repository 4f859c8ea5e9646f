"""Problems as text for people: the worst first, then how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from perfsite.errors import Severity, worst_first
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.errors import Problem

_MEANS: Final = {
    Severity.ERROR: "left out until {they} {are} mended",
    Severity.WARNING: "published as given, and marked",
    Severity.NOTE: "nothing to do",
}
_CODE_AT: Final = 78
"""How many characters stand before the code, where the line is not longer."""


def text_report(problems: Sequence[Problem], most: int) -> str:
    """The worst problems, at most so many, below a heading a severity; then how many of each kind.

    The last line of a problem ends with its code.
    """
    counts = Counter(problem.severity for problem in problems)
    ordered = worst_first(problems)
    blocks = []
    for severity, these in groupby(ordered[:most], key=lambda problem: problem.severity):
        blocks.append(f"{_heading(severity, counts[severity])}\n")
        blocks += [f"{_block(problem)}\n" for problem in these]
    if len(ordered) > most:
        left = f"... and {len(ordered) - most:,} more; `perfsite validate` lists them all."
        blocks.append(f"{left}\n")
    numbers = ", ".join(counted(counts[severity], str(severity)) for severity in Severity)
    return "\n".join([*blocks, f"{numbers}.", *_kinds(ordered)])


def one_line(text: str) -> str:
    """The text on one line: line breaks and other signs that cannot be seen are spelt out.

    A space is left as it is; one that does not break, or has no width, is spelt out.
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def _heading(severity: Severity, number: int) -> str:
    they, are = ("it", "is") if number == 1 else ("they", "are")
    return f"{counted(number, severity)}: {_MEANS[severity].format(they=they, are=are)}"


def _block(problem: Problem) -> str:
    column = f'  column "{one_line(problem.column)}"' if problem.column else ""
    lines = [f"{one_line(problem.place)}{column}"]
    lines += [
        f"  {name:<9} {one_line(text)}"
        for name in ("found", "expected", "fix")
        if (text := getattr(problem, name))
    ]
    lines[-1] = f"{lines[-1]:<{_CODE_AT - 2}}  [{problem.code}]"
    return "\n".join(lines)


def _kinds(ordered: Sequence[Problem]) -> list[str]:
    """How many problems there are of each code, and how to learn more."""
    if not ordered:
        return []
    kinds = Counter((problem.code, problem.rule.title) for problem in ordered)
    lines = [f"  {code}  {number:>5,}  {title}" for (code, title), number in sorted(kinds.items())]
    return [*lines, f"perfsite explain {ordered[0].code} says more."]
