"""Who has fallen silent, in words above a group's figures: by body where many of one did."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from perfsite.kpi.groups import GroupKind
from perfsite.kpis import VOLUME
from perfsite.pages.group_tables import transactions_words
from perfsite.pages.group_words import MATERIAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.kpi import GroupSummary, ServiceSummary
    from perfsite.kpi.reporting import Silent
    from perfsite.language import Language
    from perfsite.model import Service
    from perfsite.periods import Period

_NAMED: Final = 3
"""So many are named; the others are counted."""


def silence_notices(
    summary: GroupSummary, services: Mapping[str, ServiceSummary], language: Language
) -> tuple[str, ...]:
    """Who has fallen silent with how many transactions; empty where these are few.

    Services of one body that stopped together are told as one, each with what they last had.
    """
    silence = summary.silent.get(VOLUME)
    if silence is None or silence.share < MATERIAL:
        return ()
    together: dict[tuple[str, Period, bool], list[Silent]] = {}
    for one in silence.services:
        body = _body(services[one.service].service, summary)
        together.setdefault((body, one.period, one.partly), []).append(one)
    told = [
        (body, found)
        for (body, *_), found in sorted(
            together.items(), key=lambda item: (-sum(one.weight for one in item[1]), item[0][0])
        )
    ]
    sizes = Counter(_body(services[one].service, summary) for one in summary.group.services)
    sentences = [
        _sentence(body, sizes[body], found, services, language, itself=body == summary.group.name)
        for body, found in told[:_NAMED]
    ]
    if rest := sum(len(found) for _, found in told[_NAMED:]):
        sentences.append(
            language.plural(
                rest,
                "{n} other service has no figure for these 12 months either.",
                "{n} other services have no figures for these 12 months either.",
            )
        )
    missing = language.plural(
        len(silence.services),
        "The figures below lack this service.",
        "The figures below lack these services.",
    )
    return (" ".join([*sentences, missing]),)


def _body(service: Service, summary: GroupSummary) -> str:
    """The body by which a service is told; where there is none, its own name."""
    if summary.group.kind in (GroupKind.ALL, GroupKind.CATEGORY):
        return service.department
    if summary.group.kind is GroupKind.DEPARTMENT and service.agency:
        return service.agency
    return service.name


def _sentence(
    body: str,
    size: int,
    found: list[Silent],
    services: Mapping[str, ServiceSummary],
    language: Language,
    *,
    itself: bool,
) -> str:
    """What services of a body that stopped together last had.

    Where the body has the name of the group `itself`, its `size` services are those that it runs
    without an agency, and not all of the group.
    """
    number = len(found)
    if number == size and not itself:
        who, verb = body, 1
    elif number == 1:
        who, verb = services[found[0].service].service.name, 1
    elif itself:
        who, verb = (
            language.plural(
                size,
                "{silent} of the {n} service that {body} runs itself",
                "{silent} of the {n} services that {body} runs itself",
                silent=language.count(number),
                body=body,
            ),
            number,
        )
    else:
        who, verb = (
            language.plural(
                size,
                "{silent} of the {n} service of {body}",
                "{silent} of the {n} services of {body}",
                silent=language.count(number),
                body=body,
            ),
            number,
        )
    values = {
        "who": who,
        "transactions": transactions_words(sum(one.weight for one in found), language),
        "period": language.in_period(found[0].period),
    }
    if found[0].partly:
        return language.plural(
            verb,
            "{who}, {transactions} {period}, has had no complete figures for 12 months since.",
            "{who}, {transactions} {period}, have had no complete figures for 12 months since.",
            **values,
        )
    return language.plural(
        verb,
        "{who}, {transactions} {period}, has not reported since.",
        "{who}, {transactions} {period}, have not reported since.",
        **values,
    )
