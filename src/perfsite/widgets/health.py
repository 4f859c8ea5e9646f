"""Data health in words: states, coverage and what is owed, the same wherever it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.kpi.reporting import State
from perfsite.kpis import KPIS
from perfsite.text import message

if TYPE_CHECKING:
    from perfsite.kpi.groups import Group
    from perfsite.kpi.health import Coverage, Owed
    from perfsite.language import Language
    from perfsite.site_data import GroupRecord


WORDS: Final = {
    State.PROVIDED: message("given"),
    State.INCOMPLETE: message("incomplete"),
    State.LATE: message("late"),
    State.STOPPED: message("stopped"),
    State.MISSING: message("missing"),
    State.WITHHELD: message("withheld"),
    State.NOT_APPLICABLE: message("not applicable"),
    State.CONFIDENTIAL: message("confidential"),
    State.NOT_ASKED: message("not asked"),
}
MEANINGS: Final = {
    State.PROVIDED: message("There is a figure for a period that ended in this quarter."),
    State.INCOMPLETE: message(
        "Something that the figure is made of was given, but not all: no figure can be worked out."
    ),
    State.LATE: message(
        "There is none, though one was due: in its own rhythm the service has been behind for less "
        "than a year."
    ),
    State.STOPPED: message(
        "There is none, and the service has been behind for a year or more. It gave such figures "
        "before."
    ),
    State.MISSING: message("There is none: a later one came without it, or none ever came."),
    State.WITHHELD: message("A part is larger than its whole, so no figure is published."),
    State.NOT_APPLICABLE: message("There can be no such figure for this service."),
    State.CONFIDENTIAL: message("There is a figure, and it is confidential."),
    State.NOT_ASKED: message(
        "The service was not open, or owes no such figure for this quarter: one that gives a "
        "figure once a year owes one a year."
    ),
}


def department_href(group: Group) -> str:
    """The address of the health of a department."""
    return f"health/{group.slug}.html"


def coverage_words(coverage: Coverage, language: Language) -> str:
    """`61.2%, 12 of 34`; or that nothing was asked for."""
    if coverage.share is None:
        return language.say("nothing was asked for")
    return language.say(
        "{share}, {provided} of {requested}",
        share=language.short_percent(coverage.share),
        provided=language.count(coverage.provided),
        requested=language.count(coverage.requested),
    )


def completeness(whole: GroupRecord, language: Language) -> str:
    """How complete the whole is over the newest year, in a sentence; empty without a quarter."""
    recent = whole.health.total.recent
    if recent.share is None or whole.newest is None:
        return ""
    return language.say(
        "In the year to {month}, services gave {share} of the figures that they were asked for: "
        "{provided} of {requested}.",
        month=language.month(whole.newest.last),
        share=language.percent(recent.share),
        provided=language.count(recent.provided),
        requested=language.count(recent.requested),
    )


def owed_since(owed: Owed, language: Language) -> str:
    """Since when a service owes a figure: `late, none after June 2016`, or `never given`."""
    if owed.last is None:
        return language.say("never given")
    month = language.month(owed.last.last)
    if owed.state is State.INCOMPLETE:
        return language.say("given only in part, last in figures to {month}", month=month)
    if owed.state is State.LATE:
        return language.say("late, none after {month}", month=month)
    return language.say("stopped, none after {month}", month=month)


def owed_words(owed: Owed, language: Language) -> str:
    """What a service owes since when: `Digital take-up: late, none after June 2016`."""
    name = language.say(KPIS[owed.kpi].name)
    return language.say("{kpi}: {owed}", kpi=name, owed=owed_since(owed, language))


def state_name(state: State) -> str:
    """What the styles call a state: `not-applicable`."""
    return str(state).replace("_", "-")


def legend(language: Language) -> tuple[tuple[str, str], ...]:
    """Each state by the name that the styles know, and its word with what it means."""
    return tuple(
        (
            state_name(state),
            language.say(
                "{state}: {meaning}",
                state=language.say(word),
                meaning=language.say(MEANINGS[state]),
            ),
        )
        for state, word in WORDS.items()
    )
