"""What can become of a figure, and of a service, from one edition to the next.

The words are those of official statistics: a *revision* is a planned change to better data, a
*correction* mends an error. A change that nobody explained is neither: it is *restated*.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from perfsite.text import message


class Kind(StrEnum):
    """What became of a figure."""

    FIRST_PUBLISHED = "first_published"
    BACKFILLED = "backfilled"
    REVISED = "revised"
    CORRECTED = "corrected"
    RESTATED = "restated"
    WITHDRAWN = "withdrawn"
    SUPPRESSED = "suppressed"


CHANGED: Final = (Kind.REVISED, Kind.CORRECTED, Kind.RESTATED)
"""The kinds with an old and a new number."""


class Move(StrEnum):
    """What became of a service."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    NEW_ID = "new_id"


MEANINGS: Final = {
    Kind.FIRST_PUBLISHED: message(
        "published for the first time, for a period that the edition before did not have yet, or "
        "of a service that it did not have"
    ),
    Kind.BACKFILLED: message(
        "published for the first time, for a period that the edition before already had"
    ),
    Kind.REVISED: message(
        "changed as planned, to better data: the earlier figure was provisional or estimated, or "
        "the change was announced or marked as a revision"
    ),
    Kind.CORRECTED: message("changed because the earlier figure was wrong"),
    Kind.RESTATED: message("changed, and nobody has said whether as planned or to mend an error"),
    Kind.WITHDRAWN: message("published in the edition before, and not any more"),
    Kind.SUPPRESSED: message("published in the edition before, and confidential now"),
    Move.ADDED: message("the service came into the register"),
    Move.REMOVED: message("the service left the register"),
    Move.RENAMED: message("the service has another name"),
    Move.MOVED: message("the service belongs to another organisation"),
    Move.NEW_ID: message("the service has another id, and so another address"),
}
"""What each word means, for readers."""
