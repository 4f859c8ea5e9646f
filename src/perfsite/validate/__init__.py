"""From tables to the register and the observations, with every problem on the way.

`register` reads services, `submissions` and `observations` read figures, `consistency` holds
figures of one period against each other, and `series` has the rules that look across periods, each
in a module of its own. What a KPI is, is not known here.
"""
