"""Problems and lateness, told: as text for people, as JSON and SARIF for programs.

Values in, text out. What is told is found elsewhere: problems by `validate` and `kpi`, who is late
by `kpi.reporting`.
"""

from __future__ import annotations

from perfsite.report.problems import UNSAID, json_report, text_report, without_numbers
from perfsite.report.sarif import sarif_report

__all__ = ["UNSAID", "json_report", "sarif_report", "text_report", "without_numbers"]
