"""Which day it is, and of which day a build is. The clock is asked here and handed on.

What counts stands in docs/policy.md, "The day of a build"; why, in decision record 037.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import click

from perfsite.errors import BuildError, UsageError

if TYPE_CHECKING:
    from perfsite.load import Data

EPOCH: Final = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True)
class Today:
    """The day that it is, in UTC, and whether `SOURCE_DATE_EPOCH` says so and not the clock."""

    day: date
    told: bool = False

    def __str__(self) -> str:
        """The day, and who says so where it is not the clock."""
        return f"{self.day}, by {EPOCH}" if self.told else str(self.day)


def what_day_is_it() -> Today:
    """Today: what `SOURCE_DATE_EPOCH` says, the clock of reproducible builds, else the clock's.

    Raises:
        UsageError: if the variable is no number of seconds.
    """
    epoch = os.environ.get(EPOCH)
    if not epoch:
        return Today(datetime.now(UTC).date())
    try:
        return Today(datetime.fromtimestamp(int(epoch), UTC).date(), told=True)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{EPOCH}={epoch} is not a number of seconds") from error


def edition_date(given: str | None, data: Data, today: Today | None = None) -> date:
    """The date printed on the site; what is out of the ordinary about it is said on stderr.

    `today` is asked of the clock where it is not handed in. No day to come is taken but one that
    was `given`.

    Raises:
        UsageError: if what was given is no date.
        BuildError: if the clock is behind an edition that is frozen.
    """
    today = today or what_day_is_it()
    if given is not None:
        day = day_of(given, f"--edition {given}")
        if day > today.day:
            _say(f"--edition names {day}, a day to come (today is {today}): figures that wait for "
                 "it are in what this makes.")  # fmt: skip
        return day
    if today.told:
        return today.day
    if data.editions and data.editions[-1] > today.day:
        raise BuildError(
            f"the edition of {data.editions[-1]} is frozen, and the clock says {today}: set the "
            "clock, or name a date with --edition"
        )
    return _by_the_clock(data, today.day)


def _by_the_clock(data: Data, today: date) -> date:
    """The newest day up to today on which something of the data is published; else today."""
    from perfsite.validate import release_days  # noqa: PLC0415 - pandas takes half a second

    listed = data.config.published
    if not listed:
        _say(f"No edition date was given: using today, {today}. Set `published` in perfsite.toml.")
        return today
    if waiting := sorted(day for day in listed if day > today):
        named = ", ".join(map(str, waiting))
        _say(f"A date in `published` that is still to come is no edition yet: {named}.")
    days = {*listed, *release_days(data.submissions)}
    if not (come := [day for day in days if day <= today]):
        _say(f"No date in `published` has come: using today, {today}. Is the clock right?")
        return today
    return max(come)


def day_of(text: str, where: str) -> date:
    """The day that a text names.

    Raises:
        UsageError: if it is no date; it says `where`.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{where}: a date as 2018-09-19 is expected") from error


def _say(text: str) -> None:
    click.echo(text, err=True)
