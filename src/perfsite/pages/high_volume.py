"""high-volume.html: the services that are used most, and how much of all transactions is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.components.contexts import HighVolumePage
from perfsite.components.elements import Link
from perfsite.kpi.headlines import high_volume
from perfsite.kpis import VOLUME
from perfsite.pages.lists import services_table
from perfsite.pages.volumes import headline_volumes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.components.builder import Builder
    from perfsite.kpi import GroupSummary, ServiceSummary
    from perfsite.language import Language
    from perfsite.pages.volumes import Volumes

PATH: Final = "high-volume.html"


def high_volume_link(builder: Builder) -> Link:
    """What leads to the page, with the threshold."""
    text = builder.language.say(
        "Services with at least {threshold} transactions a year",
        threshold=builder.language.long_count(builder.config.high_volume),
    )
    return Link(text, PATH)


def high_volume_page(
    builder: Builder, summaries: Sequence[ServiceSummary], whole: GroupSummary, volumes: Volumes
) -> HighVolumePage:
    """The services with at least the threshold of transactions a year; `whole` is all services."""
    language = builder.language
    threshold = language.long_count(builder.config.high_volume)
    large = high_volume(summaries, builder.config.high_volume)
    count = language.plural(
        len(large),
        "{n} of {all} services has at least {threshold} transactions a year.",
        "{n} of {all} services have at least {threshold} transactions a year.",
        all=language.count(len(summaries)),
        threshold=threshold,
    )
    lead = f"{count} {_together(large, whole, volumes, language)}".strip()
    return HighVolumePage(
        **builder.base(
            PATH, language.say("High-volume services"), lead, "services", _crumb(language)
        ),
        lead=lead,
        note=_note(large, language),
        table=services_table(
            large,
            language.say(
                "Services with at least {threshold} transactions a year", threshold=threshold
            ),
            language,
            with_department=True,
        ),
    )


def _crumb(language: Language) -> Link:
    return Link(language.say("Services"), "services/index.html")


def _together(
    large: Sequence[ServiceSummary], whole: GroupSummary, volumes: Volumes, language: Language
) -> str:
    """Their share of all transactions of the one period that the whole is added up for."""
    head = whole.figures.get(VOLUME)
    own = headline_volumes(whole, volumes)
    mine = [own[s.service.id] for s in large if s.service.id in own]
    if head is None or not head.value or not mine:
        return ""
    words = {
        "share": language.percent(sum(mine) / head.value),
        "period": language.in_period(head.period),
        "all": language.count(head.services),
    }
    return language.plural(
        len(mine),
        "The one of them that gave a figure {period} made {share} of the transactions that {all} "
        "services reported for it.",
        "The {n} of them that gave a figure {period} made {share} of the transactions that {all} "
        "services reported for it.",
        **words,
    )


def _note(large: Sequence[ServiceSummary], language: Language) -> str:
    """That the figures are not all for the same year; empty where they are."""
    if len({summary.figures[VOLUME].period for summary in large}) < 2:  # noqa: PLR2004 - two differ
        return ""
    return language.say(
        "The figures of a service are the latest that it gave; those for an earlier period say "
        "until when they are. Services count in their own way, so a larger number need not mean "
        "more work."
    )
