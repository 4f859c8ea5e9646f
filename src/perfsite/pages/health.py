"""The pages of the data-health ledger: what was asked for, what was given, and who owes what."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from perfsite.components.builder import Builder, group_href, service_href
from perfsite.components.contexts import DepartmentHealthPage, HealthPage
from perfsite.components.elements import Cell, Column, Link, Row, Table
from perfsite.kpi.groups import GroupKind, alphabetical
from perfsite.kpi.health import rank_groups
from perfsite.kpi.reporting import State
from perfsite.kpis import KPIS, counted_in_health
from perfsite.text import capital, message
from perfsite.widgets.health import (
    CSV,
    WORDS,
    completeness,
    coverage_words,
    department_href,
    legend,
    owed_since,
    state_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.kpi.health import GroupHealth, Owed
    from perfsite.language import Language
    from perfsite.model import Service
    from perfsite.periods import Period
    from perfsite.widgets.health import Health


_SHOWN: Final = 8
"""Quarters in a table: two years fit on a page; data/health.csv has all."""


def health_page(builder: Builder, health: Health) -> HealthPage:
    """health/index.html: the whole, KPI by KPI and department by department."""
    language = builder.language
    say = language.say
    lead = completeness(health, language)
    if all(one.last is None for one in health.services.values()):
        lead = say("No figures were provided.")
    elif not health.ledger.quarters:
        lead = say("What was given makes no figure yet.")
    elif not lead:
        lead = say("Services were asked for no figures in the newest four quarters.")
    silent = language.plural(
        health.whole.silent,
        "One of {all} services has never given any figure.",
        "{n} of {all} services have never given any figure.",
        all=language.count(len(health.services)),
    )
    return HealthPage(
        **builder.base("health/index.html", say("Data health"), lead, "health"),
        lead=lead,
        notices=(silent,) if health.whole.silent else (),
        states=legend(language),
        kpis=_kpi_table(health, language),
        departments=_department_table(health, language),
        csv=CSV,
    )


def _columns(language: Language, *texts: str) -> tuple[Column, ...]:
    return tuple(Column(language.say(text)) for text in texts)


def _kpi_table(health: Health, language: Language) -> Table:
    """How many services are in which state in the newest quarter, KPI by KPI."""
    columns = _columns(language, message("Figure"), message("Given in the newest four quarters"))
    columns += tuple(Column(capital(language.say(WORDS[state]))) for state in WORDS)
    rows = []
    for kpi in counted_in_health():
        now = Counter(one.kpis[kpi].current for one in health.services.values())
        counts = [now[state] if health.ledger.quarters else 0 for state in WORDS]
        recent = coverage_words(health.whole.kpis[kpi].recent, language)
        cells = (Cell(recent), *(Cell(language.count(n)) for n in counts))
        rows.append(Row(language.say(KPIS[kpi].name), cells))
    caption = language.say("Services by the state of each figure")
    if quarters := health.ledger.quarters:
        caption = language.say(
            "Services by the state of each figure in {quarter}",
            quarter=language.period_range(quarters[-1]),
        )
    return Table(caption, columns, tuple(rows), wide=True)


def _with_debt(health: Health, services: Sequence[str], state: State) -> int:
    """How many services owe a figure that is in this state."""
    return sum(any(owed.state is state for owed in health.services[key].owes) for key in services)


def _department_table(health: Health, language: Language) -> Table:
    columns = _columns(
        language,
        message("Department"),
        message("Services"),
        message("Given in the newest four quarters"),
        message("Given since reporting began"),
        message("Services that never gave a figure"),
        message("Services that are late with one"),
        message("Services that stopped giving one"),
    )
    rows = tuple(
        Row(
            one.group.name,
            (
                Cell(language.count(len(one.group.services))),
                Cell(coverage_words(one.total.recent, language)),
                Cell(coverage_words(one.total.ever, language)),
                Cell(language.count(one.silent)),
                *(
                    Cell(language.count(_with_debt(health, one.group.services, state)))
                    for state in (State.LATE, State.STOPPED)
                ),
            ),
            department_href(one.group),
        )
        for one in rank_groups(health.of_kind(GroupKind.DEPARTMENT))
    )
    caption = language.say("Departments by how much of what was asked for they gave")
    return Table(caption, columns, rows, wide=True)


def department_pages(
    builder: Builder, health: Health, services: Mapping[str, Service]
) -> list[DepartmentHealthPage]:
    """health/<department>.html for every department."""
    return [
        _department_page(builder, health, one, services)
        for one in health.of_kind(GroupKind.DEPARTMENT)
    ]


def _department_page(
    builder: Builder, health: Health, one: GroupHealth, services: Mapping[str, Service]
) -> DepartmentHealthPage:
    language = builder.language
    name = one.group.name
    title = language.say("Data health: {department}", department=name)
    mine = sorted(one.group.services, key=lambda key: alphabetical(services[key].name))
    lead = language.say(
        "Of the figures that its services were asked for in the newest four quarters, {department} "
        "gave {coverage}.",
        department=name,
        coverage=coverage_words(one.total.recent, language),
    )
    if one.total.recent.share is None:
        lead = language.say(
            "The services of {department} were asked for no figures in the newest four quarters.",
            department=name,
        )
    quarters = health.ledger.quarters[-_SHOWN:]
    return DepartmentHealthPage(
        **builder.base(
            department_href(one.group),
            title,
            lead,
            "health",
            Link(language.say("Data health"), "health/index.html"),
        ),
        name=title,
        department=Link(name, group_href(one.group)),
        lead=lead,
        states=legend(language),
        owed=_owed_table(health, mine, services, language, name),
        tables=tuple(
            _quarters(health, kpi, mine, services, quarters, language)
            for kpi in counted_in_health()
        )
        if quarters
        else (),
        csv=CSV,
    )


def _owed_table(
    health: Health,
    mine: Sequence[str],
    services: Mapping[str, Service],
    language: Language,
    name: str,
) -> Table:
    asked = [kpi for kpi in counted_in_health() if any(_is_asked(health, key, kpi) for key in mine)]
    columns = _columns(
        language,
        message("Service"),
        message("Last figure"),
        *(KPIS[kpi].name for kpi in asked),
    )
    rows = []
    for key in mine:
        one = health.services[key]
        last = language.period_range(one.last) if one.last else language.say("none")
        owed = {each.kpi: each for each in one.owes}
        cells = [_owed_cell(one.kpis[kpi].current, owed.get(kpi), language) for kpi in asked]
        rows.append(
            Row(
                services[key].name,
                (Cell(last, missing=one.last is None), *cells),
                service_href(key),
            )
        )
    caption = language.say("What each service owes: {department}", department=name)
    return Table(caption, columns, tuple(rows), wide=True)


def _is_asked(health: Health, service: str, kpi: str) -> bool:
    """Whether a service is asked for a KPI in the newest quarter, or was before."""
    return any(state is not State.NOT_ASKED for state in health.services[service].kpis[kpi].states)


def _owed_cell(state: State, owed: Owed | None, language: Language) -> Cell:
    """What a service owes of a KPI since when, or its state by now."""
    if owed is None:
        name = state_name(state)
        return Cell(language.say(WORDS[state]), missing=state is not State.PROVIDED, state=name)
    return Cell(owed_since(owed, language), missing=True, state=state_name(owed.state))


def _quarters(
    health: Health,
    kpi: str,
    mine: Sequence[str],
    services: Mapping[str, Service],
    quarters: Sequence[Period],
    language: Language,
) -> Table:
    """Service by quarter, for one KPI."""
    name = language.say(KPIS[kpi].name)
    columns = (
        Column(language.say("Service")),
        *(Column(language.period_range(quarter)) for quarter in quarters),
    )
    rows = tuple(
        Row(
            services[key].name,
            tuple(
                Cell(
                    language.say(WORDS[state]),
                    missing=state is not State.PROVIDED,
                    state=state_name(state),
                )
                for state in health.services[key].kpis[kpi].states[-len(quarters) :]
            ),
            service_href(key),
        )
        for key in mine
    )
    return Table(language.say("{kpi}, quarter by quarter", kpi=name), columns, rows)
