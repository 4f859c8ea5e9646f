"""What the feed says of revisions: an entry for each edition that changed what others had said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.exports.editions import edition_href
from perfsite.exports.feed import Entry
from perfsite.widgets.changes import step_summary

if TYPE_CHECKING:
    from perfsite.language import Language
    from perfsite.revisions import Ledger


def revision_entries(ledger: Ledger | None, language: Language) -> list[Entry]:
    """An entry for each frozen edition that differs from the one before it.

    What is not frozen yet is no news: it has no date of its own.
    """
    return [
        Entry(
            f"revisions/{step.day.isoformat()}",
            language.say("What changed in the edition of {day}", day=language.day(step.day)),
            step.day,
            " ".join(step_summary(step, language)),
            edition_href(step.day),
        )
        for step in (ledger.steps if ledger else ())
        if step.day and not step.is_empty
    ]
