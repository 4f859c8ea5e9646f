"""Why the ratio of a group changed, in words: an entry of the table of KPIs has its own.

Services changed, or others of them had more of the volume; docs/kpis.md says which part of a change
is which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from perfsite.text import message


@dataclass(frozen=True)
class Causes:
    """Why a ratio of a group changed, as clauses that stand after `because`.

    Attributes:
        of_volume: of what a service has a share that weighs much: `of the transactions`.
        rose: the services' own ratios became higher.
        fell: they became lower.
        towards_higher: more of the volume was at services whose ratio is higher.
        towards_lower: more of it was at services whose ratio is lower.
    """

    of_volume: str = message("of what it is divided by")
    rose: str = message("the figures of services rose")
    fell: str = message("the figures of services fell")
    towards_higher: str = message("services with higher figures had more of the whole")
    towards_lower: str = message("services with lower figures had more of the whole")


OF_ANY: Final = Causes()
"""What can be said of any ratio."""
