"""The pipeline: from the data as loaded to the files of the site, in one readable function."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from perfsite.charts.breakdowns import charted_measures, collect_breakdowns
from perfsite.charts.draw import Drawing
from perfsite.charts.pictures import CardJob
from perfsite.charts.series import collect_measures, collect_series
from perfsite.check import check_site
from perfsite.errors import BuildError, Problem
from perfsite.kpi import summarise_groups, summarise_services, work_out
from perfsite.kpi.groups import make_groups
from perfsite.kpi.health import assess_services
from perfsite.kpi.ledger import make_ledger
from perfsite.kpi.panels import Panels
from perfsite.kpi.peers import peers
from perfsite.kpi.provenance import trace
from perfsite.language import Language, read_catalogue
from perfsite.load import CONFIG
from perfsite.metadata.csvw import described_files, whole_set_file
from perfsite.metadata.datapackage import datapackage_file
from perfsite.metadata.feed import feed_file
from perfsite.metadata.schemas import schema_files
from perfsite.pages import data as data_files
from perfsite.pages.context import MovedPage
from perfsite.pages.general import is_listed, plain_files
from perfsite.pages.group_figures import CHARTED
from perfsite.pages.health_words import assess, health_file
from perfsite.pages.site import Assets, make_builder
from perfsite.pages.volumes import volumes_by_period
from perfsite.pages.whole import Facts, Made, general_pages, make_pages
from perfsite.parts import resolve
from perfsite.render import FAVICON, SCRIPT, STYLESHEET, Renderer
from perfsite.validate import check_consistency, read_observations, read_register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from perfsite.charts.store import Store
    from perfsite.config import SiteConfig
    from perfsite.kpi import Figures
    from perfsite.load import Data
    from perfsite.model import Edition, File, Service
    from perfsite.pages.site import Builder
    from perfsite.parts import Parts
    from perfsite.render import Theme


class Progress(Protocol):
    """Hears how far the build is; a terminal shows a bar, a log shows nothing."""

    def start(self, total: int) -> None:
        """The number of charts and cards to draw."""

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
    """The files of the site and what was made; the cards for links are no charts."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...]
    services: int
    pages: int
    charts: int
    observations: int


def validate(data: Data) -> Validated:
    """Understand the data, and gather every problem in the order of files and rows."""
    services, register_problems = read_register(data.register, data.config.measures)
    observations, reading_problems = read_observations(data.submissions, services, data.config)
    parts = resolve(observations, data.config)
    observations, contradictions = check_consistency(observations, parts)
    strangers = _strangers(data.config, services)
    found = (*data.problems, *register_problems, *strangers, *reading_problems, *contradictions)
    return Validated(services, observations, parts, found)


def _strangers(config: SiteConfig, services: Mapping[str, Service]) -> list[Problem]:
    """The services that perfsite.toml names and the register does not."""
    entries = [(f"targets.{name}", name) for name in config.targets]
    entries += [(f"journeys.{at}.service", one.service) for at, one in enumerate(config.journeys)]
    return [
        Problem(CONFIG, 0, "PS111", entry, name, "a service of the register", "add it, or mend it")
        for entry, name in entries
        if name not in services
    ]


def find_problems(data: Data) -> tuple[Problem, ...]:
    """Every problem of the data, those that only the KPIs show included."""
    known = validate(data)
    figures = work_out(known.parts, known.observations, data.config)
    return (*known.problems, *figures.problems)


def build_site(
    data: Data,
    edition: Edition,
    theme: Theme,
    *,
    workers: int,
    charts: bool,
    progress: Progress,
    store: Store | None = None,
) -> BuiltSite:
    """The whole site as files; nothing is read, written or asked of the clock.

    What was drawn for an earlier build is taken from `store`, and what is drawn is put there.

    Raises:
        BuildError: if a chart or a page cannot be made, or the site contradicts itself.
        ConfigError: if perfsite.toml asks for a language or a colour that there is not.
    """
    config = data.config
    theme = theme.with_colours(config.colours, config.dark_colours).with_logo(data.logo)
    assets = theme.asset_files()
    builders = _builders(config, theme, assets)
    known = validate(data)
    if not known.services:
        raise BuildError("the register holds no service that can be used; validate says why")
    figures = work_out(known.parts, known.observations, config)
    facts = _facts(known, figures, config, edition)
    made = [make_pages(builder, facts) for builder in builders]
    if not charts:
        made = [one.without_pictures() for one in made]
    jobs = [job for one in made for job in one.jobs]

    progress.start(len(jobs))
    with Drawing(jobs, workers, theme.tokens.chart, store) as drawing:
        files = [*_data_files(known, figures, facts, config), *assets.values()]
        listed: list[str] = []
        pages = 0
        moved: set[str] = set()
        for builder, one in zip(builders, made, strict=True):
            general = Made(general_pages(builder, facts, one.pages, files), [])
            everything = [*one.pages, *(general if charts else general.without_pictures()).pages]
            renderer = Renderer(theme, builder.language, builder.folder)
            files += [renderer.render(page) for page in everything]
            listed += [f"{builder.folder}{page.path}" for page in everything if is_listed(page)]
            moved |= {page.former for page in everything if isinstance(page, MovedPage)}
            pages += len(everything)
        files += drawing.files(progress.advance)
    files.append(feed_file(config, edition, builders[0].language))
    files += plain_files(config.base, listed, [file.path for file in files])
    folders = [builder.folder for builder in builders]
    check_site(files, known.services, moved, config.base, folders)
    return BuiltSite(
        files=tuple(files),
        problems=(*known.problems, *figures.problems),
        services=len(known.services),
        pages=pages,
        charts=sum(not isinstance(job, CardJob) for job in jobs),
        observations=len(known.observations),
    )


@contextmanager
def without_collector() -> Iterator[None]:
    """A build makes millions of values and no cycles: looking for those takes a quarter of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _builders(config: SiteConfig, theme: Theme, assets: Mapping[str, File]) -> list[Builder]:
    """What makes the pages of each language; the first language stands at the top of the site."""
    languages = [
        Language(tag, read_catalogue(tag, theme.translations), config.currency)
        for tag in config.languages
    ]
    folders = [
        (one.tag, one.name, f"{one.tag.lower()}/" if place else "")
        for place, one in enumerate(languages)
    ]
    paths = {name: file.path for name, file in assets.items()}
    addresses = Assets(
        stylesheet=paths.get(STYLESHEET, ""),
        script=paths.get(SCRIPT, ""),
        favicon=paths.get(FAVICON, ""),
        logo=paths[theme.logo] if theme.logo else "",
    )
    return [make_builder(config, language, folders, addresses) for language in languages]


def _facts(known: Validated, figures: Figures, config: SiteConfig, edition: Edition) -> Facts:
    """Everything that pages say, worked out once for all languages."""
    summaries = summarise_services(figures, known.parts, known.services)
    groups = summarise_groups(
        figures, summaries, make_groups(known.services), config.headline_share, known.parts
    )
    ledger = make_ledger(figures, known.parts, summaries)
    return Facts(
        services=known.services,
        summaries=summaries,
        groups=groups,
        panels={kpi: Panels(figures, kpi, known.parts) for kpi in CHARTED},
        volumes=volumes_by_period(figures),
        health=assess(ledger, assess_services(ledger), [summary.group for summary in groups]),
        series=collect_series(known.parts, figures, known.services),
        measures=collect_measures(known.parts, charted_measures(config), known.services),
        breakdowns=collect_breakdowns(known.observations, known.parts, known.services, config),
        notes=_notes(known.observations),
        provenance=trace(summaries, known.parts, figures.windows, known.observations, config),
        peers=peers(summaries),
        covered=_covered(figures.frame),
        edition=edition,
        earlier=tuple(day for day in config.published if day < edition.date),
    )


def _data_files(known: Validated, figures: Figures, facts: Facts, config: SiteConfig) -> list[File]:
    """Everything that can be downloaded, and its description for machines."""
    observations = data_files.observation_rows(known.observations)
    kpis = data_files.kpi_rows(figures, facts.summaries)
    files = [
        data_files.csv_file("data/observations.csv", data_files.OBSERVATIONS, observations),
        data_files.csv_file(data_files.KPIS_CSV, data_files.KPI_COLUMNS, kpis),
        data_files.services_file(facts.summaries),
        *data_files.service_files(facts.summaries, observations, kpis),
        *data_files.group_files(facts.groups),
        health_file(facts.health.ledger),
    ]
    paths = [file.path for file in files]
    names = {f"services/{key}.csv": service.name for key, service in known.services.items()}
    names |= data_files.group_names(facts.groups)
    return [
        *files,
        *described_files(paths, names, config),
        whole_set_file(paths, config, facts.edition),
        datapackage_file(files, config, facts.edition),
        *schema_files(config.base),
    ]


def _covered(figures: pd.DataFrame) -> tuple[date, date] | None:
    """The first and the last day that figures are for."""
    if figures.empty:
        return None
    first, last = int(figures["start"].min()), int(figures["end"].max())
    return date.fromordinal(first), date.fromordinal(last)


def _notes(observations: pd.DataFrame) -> dict[str, list[str]]:
    """The distinct notes on each service's observations, the newest first."""
    noted = observations[observations["note"] != ""].iloc[::-1]
    noted = noted.drop_duplicates(["service", "note"])
    return {
        str(service): list(notes) for service, notes in noted.groupby("service", sort=False)["note"]
    }
