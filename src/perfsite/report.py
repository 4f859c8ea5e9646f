"""Problems as text for people: the worst first, then how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from perfsite.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.errors import Problem


def text_report(problems: Sequence[Problem], most: int) -> str:
    """The worst problems first, then how many there are of each kind."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    worst = sorted(problems, key=lambda problem: (order[problem.severity], problem))
    blocks = [_block(problem) for problem in worst[:most]]
    if len(worst) > most:
        blocks.append(f"... and {len(worst) - most:,} more; `perfsite validate` lists them all.")
    counts = Counter(problem.severity for problem in problems)
    numbers = ", ".join(
        f"{counts[severity]:,} {severity}{'' if counts[severity] == 1 else 's'}"
        for severity in order
    )
    kinds = Counter((problem.code, problem.rule.title) for problem in problems)
    lines = [f"  {code}  {number:>5,}  {title}" for (code, title), number in sorted(kinds.items())]
    return "\n".join([*blocks, f"{numbers}.", *lines])


def _block(problem: Problem) -> str:
    column = f'  column "{problem.column}"' if problem.column else ""
    lines = [f"{problem.place}{column}  {problem.severity} {problem.code}: {problem.rule.title}"]
    lines += [
        f"  {name:<9} {text}"
        for name in ("found", "expected", "fix")
        if (text := getattr(problem, name))
    ]
    return "\n".join(lines) + "\n"
