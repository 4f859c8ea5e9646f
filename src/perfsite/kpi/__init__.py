"""KPIs: from parts to figures, from figures to the summaries of services and of groups.

`figures` applies the formulas to whole columns, `services` picks what stands in a service's
headline, `groups` adds up services over one and the same period.
"""

from perfsite.kpi.figures import Figures, work_out
from perfsite.kpi.groups import Group, GroupFigure, GroupSummary, summarise_groups
from perfsite.kpi.headlines import Figure, ServiceSummary, summarise_services

__all__ = [
    "Figure",
    "Figures",
    "Group",
    "GroupFigure",
    "GroupSummary",
    "ServiceSummary",
    "summarise_groups",
    "summarise_services",
    "work_out",
]
