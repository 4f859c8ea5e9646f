"""Problems told: as text for people, as JSON for programs; and pictures that could not be drawn."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from perfsite.errors import Severity, worst_first
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from perfsite.charts.draw import Undrawn
    from perfsite.errors import Problem
    from perfsite.model import Service


# Problems as text for people: the worst first, then how many there are of each kind.


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


# Problems as JSON for programs, as docs/schemas/problems.json has it.


def json_report(problems: Sequence[Problem]) -> str:
    """How many problems there are of each severity, and all of them, the worst first.

    The same problems give the same text (see `exports.schemas.ProblemReport` for what it holds).
    """
    counts = Counter(problem.severity for problem in problems)
    content = {
        "counts": {f"{severity}s": counts[severity] for severity in Severity},
        "problems": [_record(problem) for problem in worst_first(problems)],
    }
    return json_text(content)


def json_text(content: object) -> str:
    """The content as text that can be written as UTF-8, whatever names files have."""
    text = f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"
    return text.encode("utf-8", "backslashreplace").decode()


def _record(problem: Problem) -> dict[str, str | int | list[str]]:
    return {
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "severity": str(problem.severity),
        "title": problem.rule.title,
        "found": problem.found,
        "expected": problem.expected,
        "fix": problem.fix,
        "service": problem.service,
        "measures": list(problem.measures),
        "period": problem.period,
    }


# Problems of figures that are not public yet, told without their numbers.
#
# Reports are kept in logs, shown in code hosts and sent on: more people read them than may know a
# figure before its day.


UNSAID: Final = "[not public]"
_YEAR: Final = r"(?:19|20|21)[0-9]{2}(?![0-9%]|[.,][0-9])"
_NUMBER: Final = re.compile(
    rf"(?<![\w./:-])(?!{_YEAR})[-+£$€]?[0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)?(?:%|k|m|bn)?(?![\w/:-]|[.,][0-9])"
)
"""A number in a sentence; no year, and no piece of a period, a date or a name."""


def without_numbers(problems: Iterable[Problem], public: Collection[Problem]) -> list[Problem]:
    """The problems that are not `public`, with nothing in place of their numbers.

    `public` are those of what is public: what is in both is about public figures alone.
    """
    public_problems = set(public)
    return [
        replace(problem, found=_masked(problem.found), fix=_masked(problem.fix))
        for problem in problems
        if problem not in public_problems
    ]


def _masked(text: str) -> str:
    return _NUMBER.sub(UNSAID, text)


# Which pictures could not be drawn, in words for whoever runs the build.


_SHOWN: Final = 5


def undrawn_words(undrawn: Sequence[Undrawn], services: Mapping[str, Service]) -> str:
    """A sentence that names the pictures, their services and the reasons; the first few of many."""
    reasons = [
        f"{_named(picture.path, services)}: {picture.failure.reason}"
        for picture in undrawn[:_SHOWN]
    ]
    remainder = f"; and {len(undrawn) - _SHOWN} more" if len(undrawn) > _SHOWN else ""
    number = f"{len(undrawn)} pictures" if len(undrawn) > 1 else "1 picture"
    return (
        f"{number} could not be drawn, and the pages say so in their place: "
        f"{'; '.join(reasons)}{remainder}"
    )


def _named(path: str, services: Mapping[str, Service]) -> str:
    """A path and the service whose picture it is, if it is one's."""
    folder = path.rpartition("/")[0]
    key = folder.rpartition("/")[2]
    if "services/" in folder and key in services:
        return f"{path} (service {key}, {services[key].name})"
    return path
