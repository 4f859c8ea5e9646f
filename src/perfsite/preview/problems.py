"""The problems of the data on the page that they concern: as a list above it, and in their place.

What a problem says is plain English, as on the command line, whatever the language of the page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from perfsite import text
from perfsite.components.elements import Link
from perfsite.errors import Severity, worst_first
from perfsite.kpis import KPIS, measure_module

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from perfsite.errors import Problem
    from perfsite.explanations import Explanation
    from perfsite.render import Renderer

MOST: Final = 200
"""The problems of one severity that a page lists; whoever has more mends these first."""
_FEW: Final = 5
"""So many can be read at a glance, and need not be opened."""


@dataclass(frozen=True)
class ProblemItem:
    """A problem as a component shows it: its words, and `link`, which leads to its explanation.

    `state` is its severity; `terms` are what was found, expected and how to mend it.
    """

    anchor: str
    state: str
    heading: str
    source: str
    terms: tuple[tuple[str, str], ...]
    link: Link | None


def by_service(problems: Iterable[Problem], services: Collection[str]) -> dict[str, list[Problem]]:
    """The problems of each service; a file that is named as one holds that service's figures."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        stem = PurePosixPath(problem.file).stem
        if problem.service in services:
            found.setdefault(problem.service, []).append(problem)
        elif not problem.service and stem in services:
            found.setdefault(stem, []).append(problem)
    return found


def counted(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning`; or that there is nothing."""
    counts = Counter(problem.severity for problem in problems)
    parts = [text.counted(n, severity) for severity in Severity if (n := counts[severity])]
    return ", ".join(parts) or "no problems"


def problems_panel(
    problems: Sequence[Problem], renderer: Renderer, explanations: str, whose: str
) -> str:
    """A region that lists the problems, the worst first; `whose` says of what they are.

    `explanations` is the address of the page that explains the codes; empty where there is none.
    """
    groups = []
    for severity in Severity:
        mine = sorted(problem for problem in problems if problem.severity is severity)
        if not mine:
            continue
        items = [
            _item(problem, f"problem-{severity}-{number}", explanations)
            for number, problem in enumerate(mine[:MOST], 1)
        ]
        more = f"{len(mine) - MOST:,} more: see perfsite validate" if len(mine) > MOST else ""
        groups.append((counted(mine), items, more, len(mine) <= _FEW))
    lead = f"{whose}: {counted(problems)}."
    return renderer.fragment("problems", "perfsite-problems", "Problems in the data", lead, groups)


def in_place(
    problems: Iterable[Problem], ids: Sequence[str], renderer: Renderer, explanations: str
) -> dict[str, str]:
    """The problems by the id of the part of the page that they concern, as far as there is one."""
    placed: dict[str, list[Problem]] = {}
    for problem in worst_first(problems):
        for anchor in places(problem, ids):
            placed.setdefault(anchor, []).append(problem)
    return {
        anchor: "".join(
            renderer.fragment("problem", _item(problem, "", explanations))
            for problem in mine[:_FEW]
        )
        + _others(len(mine) - _FEW)
        for anchor, mine in placed.items()
    }


def places(problem: Problem, ids: Sequence[str]) -> list[str]:
    """The ids of the parts of a page that a problem concerns: one for each of its measures."""
    measures = problem.measures or (problem.column.partition(":")[0].strip(),)
    found = (_place(measure, ids) for measure in measures)
    return list(dict.fromkeys(anchor for anchor in found if anchor))


def _place(measure: str, ids: Sequence[str]) -> str:
    """The chart of a measure, else that of a KPI made of it, else the card of one; or nothing."""
    kpis = [
        kpi for kpi in KPIS.values() if measure in {part.partition(":")[0] for part in kpi.parts}
    ]
    wanted = [
        f"chart-{measure.replace('_', '-')}",
        f"chart-{measure_module(measure)}",
        *(f"chart-{kpi.chart}" for kpi in kpis),
        *(f"kpi-{kpi.slug}" for kpi in kpis),
    ]
    for name in wanted:
        for one in ids:
            if one == name or one.startswith(f"{name}-by-"):
                return one
    return ""


def explanations_fragment(
    title: str, explanations: Mapping[str, Explanation], renderer: Renderer
) -> str:
    """The page that says what the codes mean; each code is an anchor."""
    parts = [(code, one.title, one.blocks) for code, one in explanations.items()]
    return renderer.fragment("explanations", title, parts)


def _item(problem: Problem, anchor: str, explanations: str) -> ProblemItem:
    words = (("Found", problem.found), ("Expected", problem.expected), ("To mend it", problem.fix))
    where = f'{problem.place}, column "{problem.column}"' if problem.column else problem.place
    code = problem.code
    return ProblemItem(
        anchor,
        str(problem.severity),
        f"{problem.severity.capitalize()} {code}: {problem.rule.title}",
        where,
        tuple((name, text) for name, text in words if text),
        Link(f"What {code} means", f"{explanations}#{code}") if explanations else None,
    )


def _others(number: int) -> str:
    if number <= 0:
        return ""
    return f'<p class="problem" lang="en">{number:,} more, listed at the top of the page</p>\n'
