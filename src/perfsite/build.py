"""The pipeline: from the data as loaded to the files of the site, in one readable function.

It is long, because a finished site is held against the register where it was made.
"""

from __future__ import annotations

import csv
import gc
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from html import unescape
from typing import TYPE_CHECKING, Final, Protocol

from perfsite.cache import Cache
from perfsite.components.alphabet import first_rows, is_long
from perfsite.components.contexts import is_shared_card
from perfsite.errors import BuildError, ConsistencyError
from perfsite.exports import tables as data_files
from perfsite.exports.csvw import described_files, whole_set_file
from perfsite.exports.datapackage import datapackage_file
from perfsite.exports.editions import edition_files, edition_key, timemaps
from perfsite.exports.feed import feed_file, revision_entries
from perfsite.exports.schemas import schema_files
from perfsite.exports.sitemap import list_files
from perfsite.exports.tables import REVISIONS_CSV
from perfsite.fingerprint import fingerprint
from perfsite.frames import EARLIER_NUMBERS, SECRETS, entering
from perfsite.leaks import Published, check_leaks, make_search_of, search_file
from perfsite.model import File, StoredFile
from perfsite.pages.editions import gone_services
from perfsite.pages.lists import listing
from perfsite.pages.site import general_pages, make_inputs, whole_pages
from perfsite.policy.retractions import check_retractions
from perfsite.revisions import COLUMNS
from perfsite.site_data import make_site_data
from perfsite.stages import stage
from perfsite.unit_records import UnitRecords
from perfsite.units import Destination, Maker, SentFiles, Shared, make_builders, make_units
from perfsite.widgets.changes import step_summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from perfsite.analysis import Analysis
    from perfsite.charts.draw import DrawingCache, Undrawn
    from perfsite.language import Language
    from perfsite.leaks import Leak, Search
    from perfsite.model import Edition, Service
    from perfsite.pages.site import Part
    from perfsite.pages.utility import PageEntry
    from perfsite.render import Theme
    from perfsite.site_data import SiteData
    from perfsite.units import OtherMachines, UnitResult


# One build, one truth: the finished files are read back and held against the register.


_ROW: Final = re.compile(r'<tr id="([^"]+)"')
_LOC: Final = re.compile(r"<loc>([^<]*)</loc>")
_PAGES: Final = re.compile(r"services/([^/]+)\.html")


def check_site(
    collected: Collected,
    read: Callable[[str], bytes],
    services: Mapping[str, Service],
    moved: set[str],
    base_url: str,
    folders: Sequence[str] = ("",),
) -> None:
    """Check that every list of services in the site is the register.

    `collected` has all files, and the titles that stand in pages; `read` reads a finished file.
    `moved` are the former ids that have a page of their own; addresses in sitemap.xml start with
    `base_url`. `folders` are those of the site's languages, each of which has all pages.

    Raises:
        ConsistencyError: naming the file that differs, and the services that it has too many or
            too few; or two pages with one title.
    """
    files = list(collected.files)
    wanted = set(services)
    table = io.StringIO(read("data/services.csv").decode(), newline="")
    _same_list("data/services.csv", [row["service"] for row in csv.DictReader(table)], wanted)
    listed = _listed(read, base_url)
    for folder in folders:
        pages = _services(files, folder)
        _same(f"the pages of services in {folder or '.'}", set(pages) - moved, wanted)
        names = [name for name in _services(listed, folder) if name not in moved]
        _same_list(f"sitemap.xml for {folder or '.'}", names, wanted)
        _check_lists(collected, read, wanted, folder)
        _check_titles(collected.titles, folder, [other for other in folders if other != folder])


def _listed(read: Callable[[str], bytes], base_url: str) -> list[str]:
    """The paths that the site maps list: sitemap.xml, or those that it is the index of."""

    def paths(file: str) -> list[str]:
        found = (unescape(loc) for loc in _LOC.findall(read(file).decode()))
        return [address.removeprefix(base_url) for address in found]

    if b"<sitemapindex " not in read("sitemap.xml"):
        return paths("sitemap.xml")
    return [path for part in paths("sitemap.xml") for path in paths(part)]


def _check_lists(
    collected: Collected, read: Callable[[str], bytes], wanted: set[str], folder: str
) -> None:
    """Each order of all services is the register; of very many, the pages from A to Z together are.

    An order of a list that is split has its first rows alone, and these once.
    """

    def rows(href: str) -> list[str]:
        return _ROW.findall(read(href).decode())

    orders = listing(len(wanted)).orders
    for href in (folder + order.href for order in orders):
        if href not in collected.files:
            raise ConsistencyError(f"the list {href} is missing")
        found = rows(href)
        expected = wanted
        if is_long(len(wanted)):
            expected = set(found) & wanted
            if len(found) != len(first_rows(list(wanted))):
                raise ConsistencyError(f"{href} lists {len(found)} services")
        _same_list(href, found, expected)
    if is_long(len(wanted)):
        leaves = f"{folder}services/by-letter-"
        pages = [path for path in collected.files if path.startswith(leaves)]
        _same_list(f"{leaves}*.html", [one for page in pages for one in rows(page)], wanted)


def _services(paths: Iterable[str], folder: str) -> list[str]:
    """The ids of services of which there is a page in a folder."""
    inside = [path.removeprefix(folder) for path in paths if path.startswith(folder)]
    names = [match[1] for path in inside if (match := _PAGES.fullmatch(path))]
    return [name for name in names if name != "index" and not name.startswith("by-")]


def _check_titles(titles: Mapping[str, str], folder: str, others: Sequence[str]) -> None:
    """No two pages of one language have the same title."""
    foreign = tuple(other for other in others if other.startswith(folder))
    paths: dict[str, str] = {}
    for path, title in titles.items():
        if not path.startswith(folder) or (foreign and path.startswith(foreign)):
            continue
        first = paths.setdefault(title, path)
        if first != path:
            raise ConsistencyError(f"{path} and {first} have the same title: {title}")


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
        """The number of parts that the site is made of."""

    def advance(self, number: int) -> None:
        """This many more are made."""


class Files(Destination, Protocol):
    """Where the files of a site go, and how they are read back."""

    def store(self, file: File) -> StoredFile:
        """Put a file there."""

    def adopt(self, file: StoredFile) -> None:
        """Take what a process that works has put there."""

    def has(self, file: StoredFile) -> bool:
        """Whether the very file is there, of the last build; it then stays."""

    def read(self, path: str) -> bytes:
        """The bytes of a file that is there."""

    @property
    def for_workers(self) -> Destination:
        """What processes that work are given in its place."""


class InMemory:
    """Files that are kept in memory, from one build to the next."""

    def __init__(self) -> None:
        """There are none yet."""
        self._files: dict[str, tuple[File, StoredFile]] = {}

    def store(self, file: File) -> StoredFile:
        """Keep a file."""
        stored = file.stored
        self._files[file.path] = file, stored
        return stored

    def adopt(self, file: StoredFile) -> None:
        """Nothing is done: who works sends files, and puts them nowhere."""

    def has(self, file: StoredFile) -> bool:
        """Whether it is kept."""
        return file.path in self._files and self._files[file.path][1] == file

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._files[path][0].data

    def only(self, files: Iterable[StoredFile]) -> tuple[File, ...]:
        """These files, in their order; let go of all others."""
        self._files = {file.path: self._files[file.path] for file in files}
        return tuple(file for file, _ in self._files.values())

    @property
    def for_workers(self) -> Destination:
        """Who works sends the files themselves."""
        return SentFiles()


class Hashed(InMemory):
    """Files of which only the hashes are wanted: those of this process are kept, to be read."""

    @property
    def for_workers(self) -> Destination:
        """Who works sends hashes, and no files."""
        return _OnlyHashes()


class _OnlyHashes:
    """Files that are hashed and put nowhere."""

    def store(self, file: File) -> StoredFile:
        """What is known of the file."""
        return file.stored


@dataclass(frozen=True)
class Counts:
    """What a site has; the cards for links are no charts.

    `undrawn` are the pictures that could not be drawn: their pages have a sentence instead.
    `drawings` are the keys of all pictures.
    """

    services: int
    pages: int
    charts: int
    observations: int
    undrawn: tuple[Undrawn, ...]
    drawings: frozenset[str]


@dataclass(frozen=True)
class MadeSite(Counts):
    """A site that was made, and what is known of its files."""

    files: tuple[StoredFile, ...]


@dataclass(frozen=True)
class BuiltSite(Counts):
    """A site in memory."""

    files: tuple[File, ...]


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
    records: UnitRecords | None = None,
    files: InMemory | None = None,
) -> BuiltSite:
    """The whole site in memory; see `make_site`. `files` has those of the last build.

    Raises:
        BuildError, LeakError, ConfigError: as `make_site` does.
    """
    files = files or InMemory()
    made = make_site(
        analysis,
        edition,
        theme,
        files,
        workers=workers,
        charts=charts,
        progress=progress,
        store=store,
        cache=cache,
        records=records,
    )
    counts = {one.name: getattr(made, one.name) for one in fields(Counts)}
    return BuiltSite(**counts, files=files.only(made.files))


@stage("build")
def make_site(  # noqa: PLR0913 - what to build, with what, where to, how, and what to remember
    analysis: Analysis,
    edition: Edition,
    theme: Theme,
    output: Files,
    *,
    workers: int | OtherMachines,
    charts: bool,
    progress: Progress,
    store: DrawingCache | None = None,
    cache: Cache | None = None,
    records: UnitRecords | None = None,
) -> MadeSite:
    """Make the whole site; nothing is asked of the clock, and of the disk only by `output`.

    What was drawn for an earlier build is taken from `store`, and what is drawn is put there.
    `records` say what units became whose files are in `output`, and are told of those made now.
    `cache` does the same in memory for what else was made. The files are the same without them.

    Raises:
        BuildError: if a chart or a page cannot be made, or the site contradicts itself.
        LeakError: if a file holds a figure that must not be published.
        ConfigError: if perfsite.toml asks for a language or a colour that there is not.
    """
    if not analysis.services:
        raise BuildError("the register holds no service that can be used; validate says why")
    check_retractions(analysis.problems)
    cache = cache or Cache()
    config = analysis.data.config
    theme = theme.with_colours(config.colours, config.dark_colours).with_logo(analysis.data.logo)
    site = cache.of(
        "site data",
        (edition, analysis.data.problems, analysis.data.editions),
        lambda: make_site_data(analysis, edition),
    )
    builders = make_builders(config, theme, theme.asset_files())
    spoken = [site.in_language(builder.language.tag, config.languages) for builder in builders]
    with stage("search"):
        search = _search(analysis, site, [builder.language for builder in builders])
    shared = Shared(config, theme, charts, search)
    parts = make_inputs(site, dict(zip(config.languages, spoken, strict=True)))
    records = records or UnitRecords()
    work = _Work(parts, spoken, shared, output, store, records, workers, progress)
    collected = work.done()
    lost = {one.path: one.failure for one in collected.undrawn if is_shared_card(one.path)}
    if lost:
        # Pages of other parts show such a picture, too, and cannot know that it is not there.
        work = replace(work, shared=replace(shared, lost=lost))
        collected = work.done()
    _check_drawn(collected)
    maker = work.maker
    collected.add(maker.store(_data_files(analysis, site)))
    _add_editions(analysis, work, collected)
    collected.add(maker.store(maker.assets.values()))
    with stage("render"):
        collected.add(
            maker.finish(
                [
                    general_pages(builder, words, pages, collected.files)
                    for builder, words, pages in zip(builders, spoken, collected.pages, strict=True)
                ]
            )
        )
    language = builders[0].language
    news = revision_entries(site.ledger, partial(step_summary, language=language), language)
    collected.add(maker.store([feed_file(config, edition, language, news)]))
    listed = {
        f"{builder.folder}{page.path}": page.changed
        for builder, pages in zip(builders, collected.pages, strict=True)
        for page in pages
        if page.is_listed
    }
    collected.add(maker.store(list_files(config.base, listed, list(collected.files))))
    moved = {page.former for pages in collected.pages for page in pages if page.former}
    moved |= gone_services(analysis.data.history, analysis.services)
    folders = [builder.folder for builder in builders]
    with stage("check"):
        check_site(collected, output.read, analysis.services, moved, config.base, folders)
    check_leaks(collected.leaks)
    return MadeSite(
        files=tuple(collected.files.values()),
        services=len(analysis.services),
        pages=sum(map(len, collected.pages)),
        charts=collected.charts,
        observations=len(analysis.observations),
        undrawn=tuple(collected.undrawn),
        drawings=frozenset(collected.drawings),
    )


@dataclass
class Collected:
    """What units have become so far: files by their paths, pages by language, what was found."""

    pages: list[list[PageEntry]]
    output: Files
    files: dict[str, StoredFile] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    undrawn: list[Undrawn] = field(default_factory=list)
    drawings: set[str] = field(default_factory=set)
    charts: int = 0

    def _stored(self, file: StoredFile | File) -> StoredFile:
        if isinstance(file, File):
            return self.output.store(file)
        self.output.adopt(file)
        return file

    def add(self, made: UnitResult) -> UnitResult:
        """Add a unit, which is given back with all its files stored.

        Raises:
            ConsistencyError: if it has a file at an address that another has.
        """
        stored = [self._stored(file) for file in made.files]
        unit = replace(made, files=tuple(stored))
        for file in stored:
            if file.path in self.files:
                raise ConsistencyError(f"two files at the address {file.path}")
            self.files[file.path] = file
        for pages, own in zip(self.pages, unit.pages, strict=True):
            pages.extend(own)
        self.titles |= unit.titles
        self.leaks += unit.leaks
        self.undrawn += unit.undrawn
        self.drawings.update(unit.drawings)
        self.charts += unit.charts
        return unit


@dataclass(frozen=True)
class _Work:
    """The parts of a site, and how they are made; `spoken` is the site in each language."""

    parts: Sequence[Part]
    spoken: Sequence[SiteData]
    shared: Shared
    output: Files
    store: DrawingCache | None
    records: UnitRecords
    workers: int | OtherMachines
    progress: Progress

    @cached_property
    def maker(self) -> Maker:
        """What makes pages and files of the whole site in this process."""
        return Maker(self.shared, self.output)

    def done(self) -> Collected:
        """All parts made, and meanwhile the lists of all services."""
        collected = Collected([[] for _ in self.spoken], self.output)
        maker, output = self.maker, self.output.for_workers
        common = self.shared.fingerprint
        keys = [fingerprint((common, part)) for part in self.parts]
        known = [self.known(part.name, key) for part, key in zip(self.parts, keys, strict=True)]
        stale = [part for part, unit in zip(self.parts, known, strict=True) if unit is None]
        self.progress.start(len(stale))
        with make_units(stale, self.shared, output, self.store, self.workers) as units:
            with stage("pages"):
                lists = maker.finish(
                    [
                        whole_pages(builder, words)
                        for builder, words in zip(maker.builders, self.spoken, strict=True)
                    ]
                )
            with stage("units"):
                for part, key, unit in zip(self.parts, keys, known, strict=True):
                    if unit is None:
                        made = collected.add(next(units))
                        self.records.put(part.name, key, made)
                        self.progress.advance(1)
                    else:
                        collected.add(unit)
        collected.add(lists)
        return collected

    def known(self, name: str, key: str) -> UnitResult | None:
        """What a unit became in an earlier build, if all its files are there.

        Files that were searched for other secrets are searched again, as they stand.
        """
        unit = self.records.get(name, key)
        if unit is None:
            return None
        there = [one for one in unit.files if isinstance(one, StoredFile) and self.output.has(one)]
        if len(there) < len(unit.files):
            return None
        if (search := self.shared.search) and unit.searched != self.shared.searched:
            read = (File(file.path, self.output.read(file.path)) for file in there)
            leaks = tuple(leak for file in read for leak in search_file(file, search))
            unit = replace(unit, leaks=leaks, searched=self.shared.searched)
            self.records.put(name, key, unit)
        return unit


def _check_drawn(collected: Collected) -> None:
    """Refuse a site of which no chart could be drawn; cards for links need less and prove nothing.

    Raises:
        BuildError: saying why.
    """
    if collected.undrawn and not collected.charts:
        why = collected.undrawn[0].failure.reason
        raise BuildError(
            f"none of the pictures could be drawn: {why}; --no-charts builds without them, and "
            "what they lacked may have been memory"
        )


@contextmanager
def without_collector() -> Iterator[None]:
    """A build makes millions of values and no cycles: looking for those takes a quarter of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _search(analysis: Analysis, site: SiteData, languages: Sequence[Language]) -> Search | None:
    """What to look for in every file: each secret, told from every number that the site may say."""
    entering("leaks", SECRETS, analysis.secrets)
    entering("leaks", EARLIER_NUMBERS, analysis.earlier)
    groups = (
        number
        for record in site.groups
        for figures in record.summary.series.values()
        for figure in figures
        for number in figure.numbers
    )
    published = Published(
        analysis.services,
        analysis.observations,
        analysis.parts.frame,
        analysis.figures.frame,
        groups,
        analysis.earlier,
    )
    measures = analysis.data.config.all_measures
    return make_search_of(analysis.secrets, published, languages, measures)


@stage("data files")
def _data_files(analysis: Analysis, site: SiteData) -> list[File]:
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
        *data_files.whole_group_files((record.summary, record.samples) for record in site.groups),
        data_files.health_file(site.matrix),
        data_files.csv_file(REVISIONS_CSV, COLUMNS, changes),
    ]
    paths = [file.path for file in files]
    return [
        *files,
        *described_files(paths, {}, config),
        whole_set_file(paths, config, site.edition),
        datapackage_file(files, config, site.edition),
        *schema_files(config.base),
        *timemaps(analysis.data.history, config),
    ]


@stage("files of editions")
def _add_editions(analysis: Analysis, work: _Work, collected: Collected) -> None:
    """The data files of each frozen edition, as an earlier build left them where they would be."""
    config, hidden = analysis.data.config, analysis.hidden
    for edition in analysis.data.history:
        name, key = f"edition {edition.date}", edition_key(edition, hidden, config)
        unit = work.known(name, key)
        if unit is None:
            unit = work.maker.store(edition_files(edition, hidden, config))
            work.records.put(name, key, collected.add(unit))
        else:
            collected.add(unit)
