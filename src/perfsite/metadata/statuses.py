"""The words that say whether a figure is there, and if not, why not; and what each means."""

from __future__ import annotations

from typing import Final

from perfsite.model import Status
from perfsite.text import message

Words = tuple[tuple[str, str], ...]
"""The words that a column may hold, and what each means."""
PART_ABOVE_WHOLE: Final = "part_above_whole"
STATUSES: Final[Words] = (
    (Status.PROVIDED, message("the figure was provided")),
    (Status.OLDER, message("provided, but for a period before the site's newest")),
    (Status.WITHHELD, message("a part is larger than its whole, so no ratio is published")),
    (Status.NOT_PROVIDED, message("no figure was provided, or not all that it is made of")),
    (Status.NOT_APPLICABLE, message("there can be no such figure")),
    (Status.CONFIDENTIAL, message("there is a figure, and it is confidential")),
)
MARKS: Final[Words] = (
    ("provisional", message("the number was marked [p]")),
    ("estimated", message("the number was marked [e]")),
    ("revised", message("the number was marked [r]")),
    ("break_in_series", message("the number was marked [b]")),
)
CARRIED: Final = "carried_over"
RETRACTED: Final = "retracted"
STATES: Final[Words] = (
    ("provided", message("there is a figure")),
    ("withheld", message("a part is larger than its whole, so no ratio is published")),
    ("incomplete", message("something that the figure is made of was given, but not all")),
    ("confidential", message("there is a figure, and it is confidential")),
    ("not_applicable", message("there can be no such figure")),
    ("not_asked", message("the service was not open all the time, or owed none for this quarter")),
    ("late", message("the service has been behind in its own rhythm for less than a year")),
    ("stopped", message("it has been behind for a year or more, and gave figures before")),
    ("missing", message("a later figure came without this one, or none ever came")),
)
