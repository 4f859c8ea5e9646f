"""Units: parts of a site that are made by themselves, in whichever process, of their input alone.

A part (a service, a group, a list) becomes its files: pages in every language, pictures, data. What
is not in its input or in what all parts share cannot be seen by it: it is made in a process that
holds nothing else.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from perfsite.charts import draw as drawing
from perfsite.charts.draw import Drawer, Drawn, assembled, missing, settle
from perfsite.charts.pictures import CardJob
from perfsite.components.contexts import Assets, make_builder
from perfsite.fingerprint import code_fingerprint, fingerprint
from perfsite.language import Language, read_catalogue
from perfsite.leaks import search_file
from perfsite.pages.site import without_pictures, without_undrawn
from perfsite.pages.utility import entry_of
from perfsite.render import FAVICON, SCRIPT, STYLESHEET, Renderer
from perfsite.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from perfsite.charts.draw import DrawingCache, Undrawn
    from perfsite.charts.pictures import Job
    from perfsite.components.contexts import Builder, Context
    from perfsite.config import SiteConfig
    from perfsite.leaks import Leak, Search
    from perfsite.model import File, StoredFile
    from perfsite.pages.site import Made, Part
    from perfsite.pages.utility import PageEntry
    from perfsite.render import Theme
    from perfsite.workers import Failure, Work

_NOTHING_LOST: Final[Mapping[str, Failure]] = {}
_FEW: Final = 24
"""Parts that are made sooner here than in processes that have to start, and to read pandas."""
_FEW_WITHOUT_CHARTS: Final = 200
_MODULES: Final = ("perfsite.units",)
_DRAWING: Final = ("perfsite.charts.draw",)
"""What is read once by the server that processes are copies of."""
_TITLE: Final = re.compile(rb"<title>(.*?)</title>", re.DOTALL)


class Destination(Protocol):
    """Where files go; a process that works has a copy of it, which stands for the same place."""

    def store(self, file: File) -> StoredFile | File:
        """Put a file there, or give it back to be put there by whoever asked for the unit."""


class SentFiles:
    """Files that are sent to whoever asked for a unit."""

    def store(self, file: File) -> File:
        """The file, as it is."""
        return file


@dataclass(frozen=True)
class Shared:
    """What all units of a site may see: settings, templates, and which figures are secret.

    Without `charts` pages have no pictures. `lost` are the pictures that several units show and
    that could not be drawn, by their paths.
    """

    config: SiteConfig
    theme: Theme
    charts: bool
    search: Search | None = None
    lost: Mapping[str, Failure] = field(default_factory=dict)

    @cached_property
    def searched(self) -> str:
        """Which secrets files are searched for; nothing where there are none."""
        return self.search.digest if self.search else ""

    @cached_property
    def fingerprint(self) -> str:
        """The same if, and only if, whatever units take from here would be the same.

        The code of perfsite and the libraries that it runs with are a part of it. What is searched
        for is not, for it changes no file.
        """
        theme = self.theme
        return fingerprint(
            (
                code_fingerprint(),
                self.config.model_dump_json(),
                replace(theme, tokens=theme.tokens.model_dump_json()),  # type: ignore[arg-type]
                self.charts,
                sorted(self.lost),
            )
        )


@dataclass(frozen=True)
class UnitResult:
    """What a part became: its files, and what lists and checks have to know of it.

    `pages` are its pages in each language, in the order of the site's languages, and `titles` the
    titles that stand in them, by path. `searched` says for which secrets the files were searched,
    and `leaks` are those that were found. `charts` is the number of its pictures that are no cards
    for links, and `drawings` are the keys of all.
    """

    files: tuple[StoredFile | File, ...]
    pages: tuple[tuple[PageEntry, ...], ...]
    titles: Mapping[str, str]
    leaks: tuple[Leak, ...]
    searched: str = ""
    charts: int = 0
    undrawn: tuple[Undrawn, ...] = ()
    drawings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drafted:
    """A part, its pages in each language as contexts, and the pictures that they want."""

    part: Part
    made: Sequence[Made]
    jobs: Sequence[Job]


class Maker:
    """Makes units, with what all of them share."""

    def __init__(self, shared: Shared, output: Destination, drawer: Drawer | None = None) -> None:
        """Files go to `output`; without a drawer there are no pictures to draw."""
        self._shared = shared
        self._output = output
        self._drawer = drawer or Drawer(shared.theme.tokens.chart)

    @cached_property
    def assets(self) -> dict[str, File]:
        """The assets of the site by their names."""
        return self._shared.theme.asset_files()

    @cached_property
    def builders(self) -> list[Builder]:
        """What makes the pages of each language."""
        return make_builders(self._shared.config, self._shared.theme, self.assets)

    @cached_property
    def _renderers(self) -> list[Renderer]:
        theme = self._shared.theme
        return [Renderer(theme, one.language, one.folder) for one in self.builders]

    def make(
        self,
        part: Part,
        lost: Mapping[str, Failure] = _NOTHING_LOST,
        report: Callable[[str], None] = lambda _: None,
    ) -> UnitResult:
        """The files of a part, without the pictures that are `lost`; see `workers.Work`.

        Raises:
            RenderError: if a template is wrong.
        """
        drafted = self.draft(part)
        lost = {**self._shared.lost, **lost}
        return self.complete(drafted, self._drawer.draw(drafted.jobs, lost, report))

    def draft(self, part: Part) -> Drafted:
        """The pages of a part, not yet rendered, and the pictures that they want."""
        made = [part.pages(builder) for builder in self.builders]
        jobs = [job for pages in made for job in pages.jobs] if self._shared.charts else []
        return Drafted(part, made, jobs)

    def complete(self, drafted: Drafted, drawn: Drawn) -> UnitResult:
        """The files of a part, with its pictures as they were drawn.

        Raises:
            RenderError: if a template is wrong.
        """
        undrawn = {picture.path for picture in drawn.undrawn}
        files = [*drafted.part.data_files(self._shared.config), *drawn.files]
        unit = self.finish([pages.pages for pages in drafted.made], files, undrawn)
        charts = sum(
            not isinstance(job, CardJob) and job.path not in undrawn for job in drafted.jobs
        )
        return replace(
            unit,
            charts=charts,
            undrawn=drawn.undrawn,
            drawings=drawn.keys,
        )

    def store(self, files: Iterable[File]) -> UnitResult:
        """Files that are no pages: searched for secrets, and stored."""
        return self.finish([()] * len(self.builders), files)

    def finish(
        self,
        pages: Sequence[Sequence[Context]],
        files: Iterable[File] = (),
        undrawn: Collection[str] = (),
    ) -> UnitResult:
        """Files of these pages, one sequence a language, and others: searched for secrets, stored.

        `undrawn` are the paths of pictures that there are not.

        Raises:
            RenderError: if a template is wrong.
        """
        lost = {*undrawn, *self._shared.lost}
        shown = [
            without_undrawn(own, lost, builder) if self._shared.charts else without_pictures(own)
            for builder, own in zip(self.builders, pages, strict=True)
        ]
        rendered = [
            renderer.render(page)
            for renderer, own in zip(self._renderers, shown, strict=True)
            for page in own
        ]
        every = [*files, *rendered]
        search = self._shared.search
        return UnitResult(
            tuple(map(self._output.store, every)),
            tuple(tuple(map(entry_of, own)) for own in shown),
            titles_in(rendered),
            tuple(leak for file in every for leak in search_file(file, search)) if search else (),
            self._shared.searched,
        )


def titles_in(files: Iterable[File]) -> dict[str, str]:
    """The titles that stand in pages, by their paths; other files have none."""
    return {
        file.path: match[1].decode()
        for file in files
        if file.path.endswith(".html") and (match := _TITLE.search(file.data))
    }


def make_builders(config: SiteConfig, theme: Theme, assets: Mapping[str, File]) -> list[Builder]:
    """What makes the pages of each language; the first language stands at the top of the site.

    Raises:
        ConfigError: if perfsite.toml asks for a language that there is not.
    """
    languages = [
        Language(tag, read_catalogue(tag, theme.translations), config.currency)
        for tag in config.languages
    ]
    folders = [
        (language.tag, language.name, f"{language.tag.lower()}/" if place else "")
        for place, language in enumerate(languages)
    ]
    paths = {name: file.path for name, file in assets.items()}
    addresses = Assets(
        stylesheet=paths.get(STYLESHEET, ""),
        script=paths.get(SCRIPT, ""),
        favicon=paths.get(FAVICON, ""),
        logo=paths[theme.logo] if theme.logo else "",
    )
    return [make_builder(config, language, folders, addresses) for language in languages]


class OtherMachines(Protocol):
    """Processes of other machines, which make units in place of those of this one."""

    def make(
        self,
        parts: Sequence[Part],
        shared: Shared,
        output: Destination,
        store: DrawingCache | None,
    ) -> AbstractContextManager[Iterator[UnitResult]]:
        """The units of parts, in their order, made while whoever asks goes on."""


@dataclass(frozen=True)
class _BeginDrawing:
    """How a process that only draws begins."""

    drawer: Drawer

    def __call__(self) -> Work[Sequence[Job], Drawn]:
        settle()
        return self.drawer.draw


@dataclass(frozen=True)
class _Begin:
    """How a process that makes units begins."""

    shared: Shared
    output: Destination
    drawer: Drawer

    def __call__(self) -> Work[Part, UnitResult]:
        settle()
        return Maker(self.shared, self.output, self.drawer).make


@contextmanager
def make_units(
    parts: Sequence[Part],
    shared: Shared,
    output: Destination,
    store: DrawingCache | None,
    workers: int | OtherMachines,
) -> Iterator[Iterator[UnitResult]]:
    """The units of parts, in their order, made while whoever asks goes on.

    `workers` are so many processes of this machine at most, or those of a cluster.

    Few units are made in this process, and another has only to draw: it starts sooner than one that
    makes pages.

    Raises:
        BuildError: if processes that work are lost again and again.
        RenderError: if a template is wrong.
    """
    if not isinstance(workers, int):
        with workers.make(parts, shared, output, store) as units:
            yield units
        return
    drawer = Drawer(shared.theme.tokens.chart, store, drawing.draw)
    if len(parts) < (_FEW if shared.charts else _FEW_WITHOUT_CHARTS):
        yield _few_units(parts, Maker(shared, output), drawer, shared.lost, workers)
        return
    working = Workers(parts, _Begin(shared, output, drawer), workers, modules=_MODULES)
    try:
        yield (working.result(number) for number in range(len(parts)))
    finally:
        working.end()


def _few_units(
    parts: Sequence[Part],
    maker: Maker,
    drawer: Drawer,
    lost: Mapping[str, Failure],
    workers: int,
) -> Iterator[UnitResult]:
    """Units that are made here, of which all pictures are drawn beforehand, elsewhere."""
    drafts = [(drafted, drawer.keyed(drafted.jobs)) for drafted in map(maker.draft, parts)]
    keyed = [pair for _, own in drafts for pair in own]
    pictures = drawer.known(keyed, lost)
    wanted = missing(keyed, pictures)
    work = Workers(
        [[job] for job in wanted.values()], _BeginDrawing(drawer), workers, modules=_DRAWING
    )
    try:
        for number, key in enumerate(wanted):
            drawn = work.result(number)
            pictures[key] = drawn.files[0].data if drawn.files else drawn.undrawn[0].failure
    finally:
        work.end()
    for drafted, own in drafts:
        yield maker.complete(drafted, assembled(own, pictures))
