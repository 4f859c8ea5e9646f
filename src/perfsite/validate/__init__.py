"""From tables to the register and the observations, with every problem on the way.

`register` reads services, `submissions` and `observations` read figures, `consistency` holds
figures of one service against each other. What a KPI is, is not known here.
"""

from perfsite.validate.consistency import check_consistency
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register

__all__ = ["check_consistency", "read_observations", "read_register"]
