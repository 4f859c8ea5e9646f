"""The pages of the data-health ledger: what was asked for, what was given, and who owes what."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final

from perfsite.components.alphabet import is_long, leaf_href, make_alphabet
from perfsite.components.contexts import (
    Builder,
    DepartmentHealthPage,
    HealthPage,
    group_href,
    service_href,
)
from perfsite.components.elements import Cell, Column, Link, Row, Table
from perfsite.exports.tables import HEALTH_CSV
from perfsite.kpi.groups import GroupKind, alphabetical
from perfsite.kpi.health import rank_groups
from perfsite.kpi.reporting import State
from perfsite.kpis import KPIS, counted_in_health
from perfsite.pages.lists import extent_words
from perfsite.text import capital, message
from perfsite.widgets.health import (
    WORDS,
    completeness,
    coverage_words,
    department_href,
    legend,
    owed_since,
    state_name,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.components.alphabet import Alphabet, Leaf
    from perfsite.kpi.health import GroupHealth, Owed, ServiceHealth
    from perfsite.language import Language
    from perfsite.periods import Period
    from perfsite.site_data import ServiceRecord, SiteData


_SHOWN: Final = 8
"""Quarters in a table: two years fit on a page; data/health.csv has all."""


def health_page(builder: Builder, site: SiteData) -> HealthPage:
    """health/index.html: the whole, KPI by KPI and department by department."""
    language, silent_services = builder.language, site.whole.health.silent
    say = language.say
    lead = completeness(site.whole, language)
    if silent_services == len(site.services):
        lead = say("No figures were provided.")
    elif not site.matrix.quarters:
        lead = say("What was given makes no figure yet.")
    elif not lead:
        lead = say("Services were asked for no figures in the newest four quarters.")
    silent = language.plural(
        silent_services,
        "One of {all} services has never given any figure.",
        "{n} of {all} services have never given any figure.",
        all=language.count(len(site.services)),
    )
    return HealthPage(
        **builder.base("health/index.html", say("Data health"), lead, "health"),
        lead=lead,
        notices=(silent,) if silent_services else (),
        states=legend(language),
        kpis=_kpi_table(site, language),
        departments=_department_table(site, language),
        csv=HEALTH_CSV,
    )


def _columns(language: Language, *texts: str) -> tuple[Column, ...]:
    return tuple(Column(language.say(text)) for text in texts)


def _kpi_table(site: SiteData, language: Language) -> Table:
    """How many services are in which state in the newest quarter, KPI by KPI."""
    columns = _columns(language, message("Figure"), message("Given in the newest four quarters"))
    columns += tuple(Column(capital(language.say(WORDS[state]))) for state in WORDS)
    rows = []
    for kpi in counted_in_health():
        now = Counter(record.health.kpis[kpi].current for record in site.services.values())
        counts = [now[state] if site.matrix.quarters else 0 for state in WORDS]
        recent = coverage_words(site.whole.health.kpis[kpi].recent, language)
        cells = (Cell(recent), *(Cell(language.count(n)) for n in counts))
        rows.append(Row(language.say(KPIS[kpi].name), cells))
    caption = language.say("Services by the state of each figure")
    if quarters := site.matrix.quarters:
        caption = language.say(
            "Services by the state of each figure in {quarter}",
            quarter=language.period_range(quarters[-1]),
        )
    return Table(caption, columns, tuple(rows), wide=True)


def _with_debt(site: SiteData, services: Sequence[str], state: State) -> int:
    """How many services owe a figure that is in this state."""
    healths = (site.services[key].health for key in services)
    return sum(any(owed.state is state for owed in health.owes) for health in healths)


def _department_table(site: SiteData, language: Language) -> Table:
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
            health.group.name,
            (
                Cell(language.count(len(health.group.services))),
                Cell(coverage_words(health.total.recent, language)),
                Cell(coverage_words(health.total.ever, language)),
                Cell(language.count(health.silent)),
                *(
                    Cell(language.count(_with_debt(site, health.group.services, state)))
                    for state in (State.LATE, State.STOPPED)
                ),
            ),
            department_href(health.group),
        )
        for health in rank_groups([record.health for record in site.of_kind(GroupKind.DEPARTMENT)])
    )
    caption = language.say("Departments by how much of what was asked for they gave")
    return Table(caption, columns, rows, wide=True)


def department_pages(builder: Builder, site: SiteData) -> list[DepartmentHealthPage]:
    """health/<department>.html for every department."""
    quarters = site.matrix.quarters[-_SHOWN:]
    return [
        page
        for record in site.of_kind(GroupKind.DEPARTMENT)
        for page in _pages_of(
            builder,
            record.health,
            [site.services[key] for key in record.group.services],
            quarters,
            split=is_long(len(site.services)),
        )
    ]


def _pages_of(
    builder: Builder,
    health: GroupHealth,
    services: Sequence[ServiceRecord],
    quarters: Sequence[Period],
    *,
    split: bool,
) -> list[DepartmentHealthPage]:
    """The page of a department; from A to Z where its tables have too many rows for one page."""
    records = sorted(services, key=lambda record: alphabetical(record.service.name))
    tables = 1 + (len(counted_in_health()) if quarters else 0)
    page = partial(_department_page, builder, health, quarters=quarters)
    if not split or not is_long(len(records) * tables):
        return [page(records)]
    folder = department_href(health.group).removesuffix(".html")
    alphabet = make_alphabet(records, lambda record: record.service.name, folder, tables)
    return [
        page((), alphabet=alphabet),
        *(page(leaf.items, alphabet=alphabet, leaf=leaf) for leaf in alphabet.leaves),
    ]


def _department_page(
    builder: Builder,
    health: GroupHealth,
    records: Sequence[ServiceRecord],
    quarters: Sequence[Period],
    alphabet: Alphabet[ServiceRecord] | None = None,
    leaf: Leaf[ServiceRecord] | None = None,
) -> DepartmentHealthPage:
    """The page about these services, in their order, or the one that leads to those about them."""
    language = builder.language
    name, main = health.group.name, department_href(health.group)
    crumbs = [Link(language.say("Data health"), "health/index.html")]
    title = whole = language.say("Data health: {department}", department=name)
    path, extent = main, ""
    if alphabet and leaf:
        path = leaf_href(alphabet.folder, leaf)
        title = language.say("{what}: {page}", what=whole, page=leaf.words(language))
        crumbs.append(Link(whole, main))
        extent = extent_words(leaf, len(health.group.services), language)
    lead = language.say(
        "Of the figures that its services were asked for in the newest four quarters, {department} "
        "gave {coverage}.",
        department=name,
        coverage=coverage_words(health.total.recent, language),
    )
    if health.total.recent.share is None:
        lead = language.say(
            "The services of {department} were asked for no figures in the newest four quarters.",
            department=name,
        )
    return DepartmentHealthPage(
        **builder.base(
            path,
            title,
            f"{lead} {title}." if leaf else lead,
            "health",
            *crumbs,
            elsewhere=main,
        ),
        name=title,
        department=Link(name, group_href(health.group)),
        lead=lead,
        states=legend(language),
        owed=_owed_table(records, language, name),
        tables=tuple(_quarters(kpi, records, quarters, language) for kpi in counted_in_health())
        if quarters and records
        else (),
        csv=HEALTH_CSV,
        extent=extent,
        index=alphabet.index(language.say("Services from A to Z"), language, leaf)
        if alphabet
        else None,
    )


def _owed_table(services: Sequence[ServiceRecord], language: Language, name: str) -> Table:
    asked = [
        kpi
        for kpi in counted_in_health()
        if any(_is_asked(record.health, kpi) for record in services)
    ]
    columns = _columns(
        language,
        message("Service"),
        message("Last figure"),
        *(KPIS[kpi].name for kpi in asked),
    )
    rows = []
    for record in services:
        health = record.health
        last = language.period_range(health.last) if health.last else language.say("none")
        owed = {each.kpi: each for each in health.owes}
        cells = [_owed_cell(health.kpis[kpi].current, owed.get(kpi), language) for kpi in asked]
        rows.append(
            Row(
                record.service.name,
                (Cell(last, missing=health.last is None), *cells),
                service_href(record.service.id),
            )
        )
    caption = language.say("What each service owes: {department}", department=name)
    return Table(caption, columns, tuple(rows), wide=True)


def _is_asked(health: ServiceHealth, kpi: str) -> bool:
    """Whether a service is asked for a KPI in the newest quarter, or was before."""
    return any(state is not State.NOT_ASKED for state in health.kpis[kpi].states)


def _owed_cell(state: State, owed: Owed | None, language: Language) -> Cell:
    """What a service owes of a KPI since when, or its state by now."""
    if owed is None:
        name = state_name(state)
        return Cell(language.say(WORDS[state]), missing=state is not State.PROVIDED, state=name)
    return Cell(owed_since(owed, language), missing=True, state=state_name(owed.state))


def _quarters(
    kpi: str, services: Sequence[ServiceRecord], quarters: Sequence[Period], language: Language
) -> Table:
    """Service by quarter, for one KPI."""
    name = language.say(KPIS[kpi].name)
    columns = (
        Column(language.say("Service")),
        *(Column(language.period_range(quarter)) for quarter in quarters),
    )
    rows = tuple(
        Row(
            record.service.name,
            tuple(
                Cell(
                    language.say(WORDS[state]),
                    missing=state is not State.PROVIDED,
                    state=state_name(state),
                )
                for state in record.health.kpis[kpi].states[-len(quarters) :]
            ),
            service_href(record.service.id),
        )
        for record in services
    )
    return Table(language.say("{kpi}, quarter by quarter", kpi=name), columns, rows)
