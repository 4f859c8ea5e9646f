"""Problems of figures that are not public yet, told without their numbers.

Reports are kept in logs, shown in code hosts and sent on: more people read them than may know a
figure before its day.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from perfsite.errors import Problem

UNSAID: Final = "[not public]"
_YEAR: Final = r"(?:19|20|21)[0-9]{2}(?![0-9%]|[.,][0-9])"
_NUMBER: Final = re.compile(
    rf"(?<![\w./:-])(?!{_YEAR})[-+£$€]?[0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)?(?:%|k|m|bn)?(?![\w/:-]|[.,][0-9])"
)
"""A number in a sentence; no year, and no piece of a period, a date or a name."""


def without_numbers(problems: Iterable[Problem], said: Collection[Problem]) -> list[Problem]:
    """The problems that are not `said` already, with nothing in place of their numbers.

    `said` are those of what is public: what is in both is about public figures alone.
    """
    known = set(said)
    return [
        replace(one, found=_masked(one.found), fix=_masked(one.fix))
        for one in problems
        if one not in known
    ]


def _masked(text: str) -> str:
    return _NUMBER.sub(UNSAID, text)
