"""The pipeline: from the data as loaded to the files of the site, in one readable function."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from perfsite.charts.draw import Drawing
from perfsite.charts.series import collect_series
from perfsite.check import check_site
from perfsite.errors import BuildError
from perfsite.kpi import summarise_groups, summarise_services, work_out
from perfsite.kpi.groups import Group, GroupKind, GroupSummary, make_groups
from perfsite.kpi.panels import Panels
from perfsite.pages import data as data_files
from perfsite.pages.context import GroupPage, HomePage, ServicePage
from perfsite.pages.general import (
    about_page,
    downloads_page,
    moved_pages,
    not_found_page,
    plain_files,
    sitemap_page,
)
from perfsite.pages.group_figures import CHARTED
from perfsite.pages.groups import GroupTools, group_page, groups_page, home_page
from perfsite.pages.lists import list_pages
from perfsite.pages.services import service_page, service_titles
from perfsite.pages.site import FOLDERS, make_builder
from perfsite.parts import resolve
from perfsite.render import STYLESHEET, Renderer, Theme
from perfsite.validate import check_consistency, read_observations, read_register

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from perfsite.charts.jobs import ChartJob
    from perfsite.errors import Problem
    from perfsite.load import Data
    from perfsite.model import Edition, File, Service
    from perfsite.pages.context import Context
    from perfsite.parts import Parts


class Progress(Protocol):
    """Hears how far the build is; a terminal shows a bar, a log shows nothing."""

    def start(self, total: int) -> None:
        """The number of charts to draw."""

    def advance(self, number: int) -> None:
        """This many more are drawn."""


@dataclass(frozen=True)
class Validated:
    """The data as understood: services, observations, parts, and every problem."""

    services: Mapping[str, Service]
    observations: pd.DataFrame
    parts: Parts
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class BuiltSite:
    """The files of the site and what was made."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...]
    services: int
    pages: int
    charts: int
    observations: int


def validate(data: Data) -> Validated:
    """Understand the data, and gather every problem in the order of files and rows."""
    services, register_problems = read_register(data.register)
    observations, reading_problems = read_observations(data.submissions, services, data.config)
    parts = resolve(observations, data.config)
    observations, contradictions = check_consistency(observations, parts)
    found = (*data.problems, *register_problems, *reading_problems, *contradictions)
    return Validated(services, observations, parts, found)


def find_problems(data: Data) -> tuple[Problem, ...]:
    """Every problem of the data, those that only the KPIs show included."""
    known = validate(data)
    figures = work_out(known.parts, known.observations, data.config)
    return (*known.problems, *figures.problems)


def build_site(
    data: Data, edition: Edition, theme: Theme, *, workers: int, charts: bool, progress: Progress
) -> BuiltSite:
    """The whole site as files; nothing is read, written or asked of the clock.

    Raises:
        BuildError: if a chart or a page cannot be made, or the site contradicts itself.
    """
    config = data.config
    known = validate(data)
    if not known.services:
        raise BuildError("the register holds no service that can be used; validate says why")
    figures = work_out(known.parts, known.observations, config)
    summaries = summarise_services(figures, known.parts, known.services)
    groups = summarise_groups(
        figures, summaries, make_groups(known.services), config.headline_share
    )
    series = collect_series(known.parts, figures, known.services)
    panels = {kpi: Panels(figures, kpi) for kpi in CHARTED}

    assets = theme.asset_files()
    builder = make_builder(config, assets[STYLESHEET].path)
    tools = GroupTools(builder, config, panels, {s.service.id: s for s in summaries})
    pages: list[Context] = []
    jobs: list[ChartJob] = []
    by_kind = {kind: [g for g in groups if g.group.kind is kind] for kind in GroupKind}
    home, more = home_page(tools, by_kind[GroupKind.ALL][0], by_kind[GroupKind.DEPARTMENT], edition)
    pages.append(home)
    jobs += more
    pages += list_pages(builder, config, summaries)
    memberships = _memberships(groups)
    titles = service_titles(summaries)
    notes = _notes(known.observations)
    for summary in summaries:
        key = summary.service.id
        page, more = service_page(
            builder, config, summary, titles[key], series[key], notes.get(key, ()), memberships
        )
        pages.append(page)
        jobs += more
    for kind in FOLDERS:
        pages.append(groups_page(builder, config, kind, by_kind[kind]))
        for group in by_kind[kind]:
            inside = _agencies(group, by_kind[GroupKind.AGENCY])
            group_page_, more = group_page(tools, group, inside)
            pages.append(group_page_)
            jobs += more
    moved = moved_pages(builder, known.services.values())
    if not charts:
        pages, jobs = [_without_pictures(page) for page in pages], []

    progress.start(len(jobs))
    with Drawing(jobs, workers) as drawing:
        observations = data_files.observation_rows(known.observations)
        kpis = data_files.kpi_rows(figures, summaries)
        files = [
            data_files.csv_file("data/observations.csv", data_files.OBSERVATIONS, observations),
            data_files.csv_file("data/kpis.csv", data_files.KPI_COLUMNS, kpis),
            data_files.services_file(summaries),
            *data_files.service_files(summaries, observations, kpis),
            *data_files.group_files(groups),
            *assets.values(),
        ]
        pages += [
            about_page(builder, config, edition),
            downloads_page(builder, files),
            not_found_page(builder),
            *moved,
        ]
        pages.append(sitemap_page(builder, [p for p in pages if p.path != "404.html"]))
        renderer = Renderer(theme)
        files += [renderer.render(page) for page in pages]
        files += drawing.files(progress.advance)
    files += plain_files(config.base, pages, [file.path for file in files])
    check_site(files, known.services, {page.former for page in moved}, config.base)
    problems = (*known.problems, *figures.problems)
    return BuiltSite(
        tuple(files), problems, len(known.services), len(pages), len(jobs), len(observations)
    )


def _without_pictures(page: Context) -> Context:
    """The page as it is when nothing is drawn: sentences and tables stay."""
    if not isinstance(page, (HomePage, ServicePage, GroupPage)):
        return page
    figures = tuple(replace(figure, svg="", alt="") for figure in page.figures)
    return replace(page, figures=figures)


def _memberships(groups: list[GroupSummary]) -> dict[str, list[Group]]:
    """The department, agency and category of each service."""
    found: dict[str, list[Group]] = {}
    for summary in groups:
        if summary.group.kind is not GroupKind.ALL:
            for service in summary.group.services:
                found.setdefault(service, []).append(summary.group)
    return found


def _agencies(group: GroupSummary, agencies: list[GroupSummary]) -> list[GroupSummary]:
    if group.group.kind is not GroupKind.DEPARTMENT:
        return []
    return [agency for agency in agencies if group.group.name in agency.group.parents]


def _notes(observations: pd.DataFrame) -> dict[str, list[str]]:
    """The distinct notes on each service's observations, the newest first."""
    noted = observations[observations["note"] != ""].iloc[::-1]
    noted = noted.drop_duplicates(["service", "note"])
    return {
        str(service): list(notes) for service, notes in noted.groupby("service", sort=False)["note"]
    }
