"""Problems as JSON for programs, as docs/schemas/problems.json has it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from perfsite.errors import Severity, worst_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.errors import Problem


def json_report(problems: Sequence[Problem]) -> str:
    """How many problems there are of each severity, and all of them, the worst first.

    The same problems give the same text (see `records.ProblemReport` for what it holds).
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
