"""What readers have to know of figures that errors kept out, and of those that were taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.components.elements import channel_name
from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.policy import Carried, Retraction


def carried_words(carried: Carried, language: Language) -> str:
    """The banner of a service of which some figures could not be used."""
    if carried.date is None:
        return language.say(
            "Some figures that were sent for this service could not be used and are left out."
        )
    return language.plural(
        carried.figures,
        "Some figures that were sent for this service could not be used. In their place stands "
        "{n} figure as it was published on {day}.",
        "Some figures that were sent for this service could not be used. In their place stand "
        "{n} figures as they were published on {day}.",
        day=language.day(carried.date),
    )


def retracted_words(
    retraction: Retraction, measures: Mapping[str, Measure], language: Language
) -> str:
    """A figure that was taken back, when, and why."""
    measure = measures.get(retraction.measure)
    name = language.say(measure.name) if measure else retraction.measure
    if retraction.channel:
        channel = channel_name(retraction.channel, language)
        name = language.say("{measure}, {channel}", measure=name, channel=channel)
    return language.say(
        "{figure}, {period}: taken back on {day}. {reason}",
        figure=name,
        period=language.period_name(Period.parse(retraction.period)),
        day=language.day(retraction.date),
        reason=retraction.reason,
    )
