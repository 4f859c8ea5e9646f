"""data/revisions.toml: why figures changed, and whether that was planned or an error.

    [[revision]]
    kind = "correction"
    reason = "Calls were counted twice."
    services = ["passport"]
    measures = ["transactions"]
    periods = ["2017-Q1", "2017-Q2"]
    edition = 2018-01-26

What an entry leaves out it does not restrict: without `services` it is about all of them. Where
several entries fit a figure, the first one counts.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotation
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
from pydantic import Field

from perfsite.errors import ConfigError
from perfsite.periods import Period
from perfsite.revisions.kinds import Kind
from perfsite.settings import Table, read_settings

if TYPE_CHECKING:
    import pandas as pd

REVISIONS: Final = "revisions.toml"


class Cause(StrEnum):
    """Whether a change was planned, or mends an error."""

    REVISION = "revision"
    CORRECTION = "correction"


class Reason(Table):
    """`[[revision]]`: why figures changed in an edition; without one, in the next to come."""

    kind: Cause
    reason: Annotated[str, Field(min_length=1)]
    services: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    edition: date | None = None

    @property
    def change(self) -> Kind:
        """What becomes of a number that this explains."""
        return Kind.CORRECTED if self.kind is Cause.CORRECTION else Kind.REVISED

    def fits(self, figures: pd.DataFrame, day: date | None) -> np.ndarray:
        """Which of these figures, with the columns of `model.FIGURE`, it explains.

        `day` is the date of the edition in which they changed, None for what is not frozen yet.
        """
        found = np.full(len(figures), self.edition is None or self.edition == day)
        for name, wanted in (
            ("service", self.services),
            ("measure", self.measures),
            ("period", self.periods),
        ):
            if wanted:
                found &= figures[name].isin(wanted).to_numpy(dtype=bool)
        return found


class _File(Table):
    """All of revisions.toml."""

    revision: tuple[Reason, ...] = ()


def read_reasons(text: str) -> tuple[Reason, ...]:
    """The entries of revisions.toml, periods in their one spelling.

    Raises:
        ConfigError: naming every entry that is wrong and what was expected of it.
    """
    found = []
    for number, one in enumerate(read_settings(_File, text, REVISIONS).revision):
        try:
            periods = tuple(Period.parse(period).code for period in one.periods)
        except ValueError as error:
            raise ConfigError(f"{REVISIONS}: revision.{number}.periods: {error}") from error
        found.append(one.model_copy(update={"periods": periods}))
    return tuple(found)
