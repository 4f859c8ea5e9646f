"""From tables to the register and the observations, with every problem on the way.

`register` reads services, `submissions` and `observations` read figures, `consistency` holds
figures of one period against each other, and `series` has the rules that look across periods, each
in a module of its own. What a KPI is, is not known here.
"""

from perfsite.validate.consistency import check_consistency, is_blamed
from perfsite.validate.names import with_lost_rows
from perfsite.validate.observations import read_observations, release_days
from perfsite.validate.register import read_register
from perfsite.validate.rules import check_series

__all__ = [
    "check_consistency",
    "check_series",
    "is_blamed",
    "read_observations",
    "read_register",
    "release_days",
    "with_lost_rows",
]
