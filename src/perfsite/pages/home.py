"""The home page: what all services together say, and how complete and how fresh that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.components.contexts import CSV, HomePage
from perfsite.components.elements import DataLink
from perfsite.exports.tables import ALL_CSV
from perfsite.kpi.groups import GroupKind
from perfsite.kpi.inputs import newest_end
from perfsite.kpis import VOLUME
from perfsite.pages.groups import group_notices
from perfsite.pages.lists import high_volume_link
from perfsite.widgets.group_cards import differing_periods, group_cards, group_lead, groups_table
from perfsite.widgets.group_charts import group_figures, groups_treemap
from perfsite.widgets.health import completeness

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from perfsite.charts.pictures import Job
    from perfsite.components.contexts import Builder
    from perfsite.language import Language
    from perfsite.site_data import GroupRecord

_FOLDER = "charts"


def home_page(
    builder: Builder, whole: GroupRecord, departments: Sequence[GroupRecord], edition: date
) -> tuple[HomePage, list[Job]]:
    """index.html: what the whole says, and the departments; `whole` is all services."""
    language, config = builder.language, builder.config
    figures, charts = group_figures(whole, _FOLDER, ALL_CSV, language)
    jobs: list[Job] = [*charts]
    treemap = groups_treemap(
        whole.summary, [record.summary for record in departments], GroupKind.DEPARTMENT, language
    )
    if treemap:
        figures.insert(0, treemap[0])
        jobs.insert(0, treemap[1])
    number = len(whole.group.services)
    described = language.plural(
        number, "Key figures of {n} public service.", "Key figures of {n} public services."
    )
    caption = language.say("Key figures of departments")
    if differing := differing_periods(departments, language):
        caption = language.say("{caption}. {remark}", caption=caption, remark=differing)
    page = HomePage(
        **builder.base(
            "index.html",
            config.title,
            language.with_days(config.description) or described,
            "home",
            data=(DataLink(CSV, language.say("Key figures of all services"), ALL_CSV),),
        ),
        edition=language.day(edition),
        services=language.count(number),
        departments=language.count(len(departments)),
        lead=group_lead(whole.summary, language),
        freshness=_freshness(whole, language),
        notices=group_notices(whole, language),
        cards=group_cards(whole.summary, whole.members, language),
        figures=tuple(figures),
        table=groups_table(departments, caption, language),
        high_volume=high_volume_link(builder),
    )
    return page, jobs


def _freshness(whole: GroupRecord, language: Language) -> tuple[str, ...]:
    """How complete and how fresh the whole is, in sentences."""
    lines = []
    if head := whole.summary.figures.get(VOLUME):
        lines.append(
            language.plural(
                head.of,
                "{given} of {n} service has given its transactions for {period}.",
                "{given} of {n} services have given their transactions for {period}.",
                given=language.count(head.services),
                period=language.period_name(head.period),
            )
        )
    lines.append(completeness(whole, language))
    ends = [
        (key, figure.period.last_complete_month)
        for key, summary in whole.members.items()
        for figure in summary.figures.values()
        if figure.period is not None
    ]
    if ends:
        newest = newest_end(*zip(*ends, strict=True))
        lines.append(
            language.say(
                "The newest figures are for periods that ended in {month}.",
                month=language.month(newest),
            )
        )
    return tuple(line for line in lines if line)
