"""The pipeline: from the data as loaded to the files of the site, in one readable function."""

from __future__ import annotations

import csv
import gc
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Final, Protocol

from perfsite.cache import Cache
from perfsite.charts.draw import Drawing, Undrawn
from perfsite.charts.pictures import CardJob
from perfsite.components.contexts import Assets, MovedPage, make_builder
from perfsite.errors import BuildError, ConsistencyError
from perfsite.exports import tables as data_files
from perfsite.exports.csvw import described_files, whole_set_file
from perfsite.exports.datapackage import datapackage_file
from perfsite.exports.editions import edition_files
from perfsite.exports.feed import feed_file, revision_entries
from perfsite.exports.schemas import schema_files
from perfsite.exports.sitemap import list_files
from perfsite.exports.tables import REVISIONS_CSV
from perfsite.frames import EARLIER_NUMBERS, SECRETS, entering
from perfsite.language import Language, read_catalogue
from perfsite.leaks import Published, check_leaks
from perfsite.pages.editions import gone_services
from perfsite.pages.lists import listing
from perfsite.pages.site import Made, general_pages, make_pages, without_undrawn
from perfsite.pages.utility import is_listed
from perfsite.policy.retractions import check_retractions
from perfsite.render import FAVICON, SCRIPT, STYLESHEET, Renderer
from perfsite.revisions import COLUMNS
from perfsite.site_data import SiteData, make_site_data
from perfsite.stages import stage
from perfsite.widgets.changes import step_summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from perfsite.analysis import Analysis
    from perfsite.charts.draw import DrawingCache
    from perfsite.charts.pictures import Job
    from perfsite.components.contexts import Builder, Context
    from perfsite.config import SiteConfig
    from perfsite.model import Edition, File, Service
    from perfsite.render import Theme
    from perfsite.site_data import ServiceRecord, SiteData


# One build, one truth: the finished files are read back and held against the register.


_ROW: Final = re.compile(r'<tr id="([^"]+)"')
_LOC: Final = re.compile(r"<loc>([^<]*)</loc>")
_PAGES: Final = re.compile(r"services/([^/]+)\.html")
_TITLE: Final = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def check_site(
    files: Iterable[File],
    services: Mapping[str, Service],
    moved: set[str],
    base_url: str,
    folders: Sequence[str] = ("",),
) -> None:
    """Check that every list of services in the site is the register.

    `moved` are the former ids that have a page of their own; addresses in sitemap.xml start with
    `base_url`. `folders` are those of the site's languages, each of which has all pages.

    Raises:
        ConsistencyError: naming the file that differs, and the services that it has too many or
            too few; or two pages with one address or title.
    """
    content = {}
    for file in files:
        if file.path in content:
            raise ConsistencyError(f"two files at the address {file.path}")
        content[file.path] = file.data
    wanted = set(services)
    table = io.StringIO(content["data/services.csv"].decode(), newline="")
    _same_list("data/services.csv", [row["service"] for row in csv.DictReader(table)], wanted)
    entries = [unescape(loc) for loc in _LOC.findall(content["sitemap.xml"].decode())]
    listed = [entry.removeprefix(base_url) for entry in entries]
    for folder in folders:
        pages = _services(content, folder)
        _same(f"the pages of services in {folder or '.'}", set(pages) - moved, wanted)
        names = [name for name in _services(listed, folder) if name not in moved]
        _same_list(f"sitemap.xml for {folder or '.'}", names, wanted)
        for order in listing().orders:
            href = folder + order.href
            if href not in content:
                raise ConsistencyError(f"the list {href} is missing")
            _same_list(href, _ROW.findall(content[href].decode()), wanted)
        _check_titles(content, folder, [other for other in folders if other != folder])


def _services(paths: Iterable[str], folder: str) -> list[str]:
    """The ids of services of which there is a page in a folder."""
    inside = [path.removeprefix(folder) for path in paths if path.startswith(folder)]
    names = [match[1] for path in inside if (match := _PAGES.fullmatch(path))]
    return [name for name in names if name != "index" and not name.startswith("by-")]


def _check_titles(content: Mapping[str, bytes], folder: str, others: Sequence[str]) -> None:
    """No two pages of one language have the same title."""
    foreign = tuple(other for other in others if other.startswith(folder))
    titles: dict[str, str] = {}
    for path, data in content.items():
        mine = path.startswith(folder) and not (foreign and path.startswith(foreign))
        if mine and path.endswith(".html") and (match := _TITLE.search(data.decode())):
            other = titles.setdefault(match[1], path)
            if other != path:
                raise ConsistencyError(f"{path} and {other} have the same title: {match[1]}")


def _same_list(where: str, found: list[str], wanted: set[str]) -> None:
    if len(found) != len(set(found)):
        raise ConsistencyError(f"{where} lists a service twice")
    _same(where, set(found), wanted)


def _same(where: str, found: set[str], wanted: set[str]) -> None:
    if found != wanted:
        more, less = sorted(found - wanted), sorted(wanted - found)
        raise ConsistencyError(
            f"{where} and the register differ: {len(found)} services, not {len(wanted)}"
            + (f"; too many: {', '.join(more[:5])}" if more else "")
            + (f"; missing: {', '.join(less[:5])}" if less else "")
        )


class Progress(Protocol):
    """Hears how far the build is; a terminal shows a bar, a log shows nothing."""

    def start(self, total: int) -> None:
        """The number of charts and cards to draw."""

    def advance(self, number: int) -> None:
        """This many more are drawn."""


@dataclass(frozen=True)
class BuiltSite:
    """The files of the site and what was made; the cards for links are no charts.

    `undrawn` are the pictures that could not be drawn: their pages have a sentence instead.
    """

    files: tuple[File, ...]
    services: int
    pages: int
    charts: int
    observations: int
    undrawn: tuple[Undrawn, ...] = ()


@stage("build")
def build_site(  # noqa: PLR0913 - what to build, with what, how, and what to remember
    analysis: Analysis,
    edition: Edition,
    theme: Theme,
    *,
    workers: int,
    charts: bool,
    progress: Progress,
    store: DrawingCache | None = None,
    cache: Cache | None = None,
) -> BuiltSite:
    """The whole site as files; nothing is read, written or asked of the clock.

    What was drawn for an earlier build is taken from `store`, and what is drawn is put there.
    `cache` does the same in memory for what else was made; the files are the same without it.

    Raises:
        BuildError: if a chart or a page cannot be made, or the site contradicts itself.
        LeakError: if a file holds a figure that must not be published.
        ConfigError: if perfsite.toml asks for a language or a colour that there is not.
    """
    config = analysis.data.config
    cache = cache or Cache()
    theme = theme.with_colours(config.colours, config.dark_colours).with_logo(analysis.data.logo)
    assets = theme.asset_files()
    builders = cache.of(
        "builders",
        (config, theme.translations, theme.logo, assets),
        lambda: _builders(config, theme, assets),
    )
    if not analysis.services:
        raise BuildError("the register holds no service that can be used; validate says why")
    check_retractions(analysis.problems)
    site = cache.of(
        "site data",
        (edition, analysis.data.problems, analysis.data.editions),
        lambda: make_site_data(analysis, edition),
    )
    with stage("pages"):
        spoken = [site.in_language(builder.language.tag, config.languages) for builder in builders]
        made = [
            make_pages(builder, words, cache)
            for builder, words in zip(builders, spoken, strict=True)
        ]
    if not charts:
        made = [one.without_pictures() for one in made]
    jobs = [job for one in made for job in one.jobs]

    progress.start(len(jobs))
    with Drawing(jobs, workers, theme.tokens.chart, store) as drawing:
        data = [*_data_files(analysis, site, cache), *assets.values()]
        files = [*data]
        listed: dict[str, str] = {}
        pages = 0
        moved: set[str] = set()
        rendered: list[tuple[Renderer, Builder, list[Context]]] = []
        for builder, words, one in zip(builders, spoken, made, strict=True):
            general = Made(general_pages(builder, words, one, data), [])
            everything = [*one.pages, *(general if charts else general.without_pictures()).pages]
            renderer = Renderer(theme, builder.language, builder.folder, cache)
            with stage("render"):
                files += [renderer.render(page) for page in everything]
            rendered.append((renderer, builder, everything))
            listed |= {
                f"{builder.folder}{page.path}": page.changed
                for page in everything
                if is_listed(page)
            }
            moved |= {page.former for page in everything if isinstance(page, MovedPage)}
            pages += len(everything)
        with stage("draw"):
            files += drawing.files(progress.advance)
    files = _without_undrawn(files, rendered, drawing.undrawn)
    language = builders[0].language
    news = revision_entries(site.ledger, partial(step_summary, language=language), language)
    files.append(feed_file(config, edition, language, news))
    files += list_files(config.base, listed, [file.path for file in files])
    folders = [builder.folder for builder in builders]
    moved |= gone_services(analysis.data.history, analysis.services)
    with stage("check"):
        check_site(files, analysis.services, moved, config.base, folders)
    languages = [builder.language for builder in builders]
    with stage("leaks"):
        entering("leaks", SECRETS, analysis.secrets)
        entering("leaks", EARLIER_NUMBERS, analysis.earlier)
        check_leaks(
            files, analysis.secrets, _published(analysis, site), languages, config.all_measures
        )
    return BuiltSite(
        files=tuple(files),
        services=len(analysis.services),
        pages=pages,
        charts=_charts(jobs, drawing.undrawn),
        observations=len(analysis.observations),
        undrawn=drawing.undrawn,
    )


def _charts(jobs: Iterable[Job], undrawn: Iterable[Undrawn]) -> int:
    """How many pictures there are that are no cards for links."""
    lost = {one.path for one in undrawn}
    return sum(not isinstance(job, CardJob) and job.path not in lost for job in jobs)


def _without_undrawn(
    files: list[File],
    rendered: Iterable[tuple[Renderer, Builder, list[Context]]],
    undrawn: Iterable[Undrawn],
) -> list[File]:
    """The files of the site, where pages show no picture that there is not."""
    lost = {one.path for one in undrawn}
    if not lost:
        return files
    anew = {
        file.path: file
        for renderer, builder, pages in rendered
        for file in map(renderer.render, without_undrawn(pages, lost, builder))
    }
    return [anew.get(file.path, file) for file in files]


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


def _published(analysis: Analysis, site: SiteData) -> Published:
    """Every number that the site may say, by which a secret is told from a public one."""
    groups = (
        number
        for record in site.groups
        for figures in record.summary.series.values()
        for one in figures
        for number in one.numbers
    )
    frame = analysis.figures.frame
    return Published(
        analysis.services,
        analysis.observations,
        analysis.parts.frame,
        frame,
        groups,
        analysis.earlier,
    )


@stage("data files")
def _data_files(analysis: Analysis, site: SiteData, cache: Cache) -> list[File]:
    """Everything that can be downloaded, and its description for machines."""
    config = analysis.data.config
    records = site.services.values()
    kpis = [row for record in records for row in record.kpis]
    changes = site.ledger.rows() if site.ledger else []
    files = [
        data_files.csv_file(
            "data/observations.csv", data_files.OBSERVATION_COLUMNS, site.observations
        ),
        data_files.csv_file(data_files.KPIS_CSV, data_files.KPI_COLUMNS, kpis),
        data_files.services_file([record.summary for record in records], config.languages),
        *(file for record in records for file in _service_files(record, cache)),
        *data_files.group_files((record.summary, record.samples) for record in site.groups),
        data_files.health_file(site.matrix),
        data_files.csv_file(REVISIONS_CSV, COLUMNS, changes),
    ]
    paths = [file.path for file in files]
    names = {f"services/{key}.csv": service.name for key, service in analysis.services.items()}
    names |= data_files.group_names(record.group for record in site.groups)
    return [
        *files,
        *described_files(paths, names, config),
        whole_set_file(paths, config, site.edition),
        datapackage_file(files, config, site.edition),
        *schema_files(config.base),
        *edition_files(analysis.data.history, analysis.hidden, config, cache),
    ]


def _service_files(record: ServiceRecord, cache: Cache) -> tuple[File, File]:
    """The data files of one service, as before where it is as before."""
    given = record.service, record.observations, record.kpis
    return cache.of(("data", record.service.id), given, partial(data_files.service_files, *given))
