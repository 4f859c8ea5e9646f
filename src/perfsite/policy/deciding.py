"""The whole policy in its order: last good figures first, then what was taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfsite.policy.carrying import Carried, carry_over
from perfsite.policy.retractions import Retraction, retract

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from perfsite.editions import EditionFigures
    from perfsite.errors import Problem
    from perfsite.model import Service, Source
    from perfsite.policy.retractions import Retractions


@dataclass(frozen=True)
class Decided:
    """What is published after the policy.

    `carried` are the services that errors are about, `retracted` the figures that were taken back
    and may be shown as such; `problems` are those found on the way, and no others.
    """

    observations: pd.DataFrame
    carried: tuple[Carried, ...]
    retracted: tuple[Retraction, ...]
    problems: tuple[Problem, ...]


def decide(
    public: pd.DataFrame,
    secrets: pd.DataFrame,
    services: Mapping[str, Service],
    problems: Sequence[Problem],
    submissions: Sequence[Source],
    retractions: tuple[Retractions, Sequence[Problem]],
    last: EditionFigures | None,
) -> Decided:
    """Apply the policy to what may be published (`public` and `secrets` of `release`).

    `problems` are all that were found so far: their errors decide what is carried over.
    `retractions` are what `read_retractions` gives.
    """
    observations, carried, notes = carry_over(public, services, problems, last, submissions)
    read, unreadable = retractions
    observations, retracted, unknown = retract(observations, read, services, secrets, last)
    return Decided(observations, tuple(carried), tuple(retracted), (*notes, *unreadable, *unknown))
