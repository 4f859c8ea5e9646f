"""KPIs: from parts to figures, from figures to the summaries of services and of groups.

`figures` applies the formulas to whole columns, `headlines` picks what stands in a service's
headline, `groups` adds up services over one and the same period.
"""
