"""Drawing: jobs to files, and what was drawn before taken from the store."""

from __future__ import annotations

import hashlib
import os
import time
import traceback
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from perfsite.charts.axes import axes_of, words_svg
from perfsite.charts.converter import jpeg_of, svg_of
from perfsite.charts.pictures import CardJob, TreemapJob, wrap
from perfsite.charts.specs import filled_chart, filled_treemap, readable_on
from perfsite.model import File
from perfsite.workers import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from perfsite.charts.pictures import ChartJob, Job
    from perfsite.tokens import ChartStyle


# Cards: the picture that stands for a page where somebody shares its address.


_CANVAS: Final = (1200, 630)
"""The pixels that positions and sizes are in, whatever the size of the picture."""
_MARGIN: Final = 72
_WIDTH: Final = _CANVAS[0] - 2 * _MARGIN
_NAME: Final = 64
_WORDS: Final = 40
_SMALL: Final = 36
_LINE: Final = 1.2
_MOST_NAME_LINES: Final = 3
_MOST_LINES: Final = 3
_TOGETHER: Final = 5
"""As many lines of the name and of words as there is height for."""


def card_job(path: str, name: str, organisation: str, lines: Sequence[str], site: str) -> CardJob:
    """The card of a page: its name, whose it is, what its figures say, and the site.

    The name may take three lines. Of `lines` the first three are shown (two beside a name of
    three), one line each: the shorter they are, the better they are read, and the faster drawn.
    """
    name_lines = wrap(name, _WIDTH, _NAME, _MOST_NAME_LINES, bold=True)
    most = min(_MOST_LINES, _TOGETHER - len(name_lines))
    words = [wrap(line, _WIDTH, _WORDS, 1) for line in lines[:most]]
    return CardJob(
        path,
        name_lines,
        wrap(organisation, _WIDTH, _SMALL, 1),
        tuple(line for wrapped in words for line in wrapped),
        wrap(site, _WIDTH, _SMALL, 1),
    )


def card_colours(style: ChartStyle) -> tuple[str, str]:
    """The first colour of the palette, and that of words on it; a card has no others."""
    return style.palette[0], readable_on(style.palette[0], style)


def card_svg(job: CardJob, style: ChartStyle) -> str:
    """The card as SVG, in its two colours."""
    fill, ink = card_colours(style)
    width, height = _CANVAS
    organisation = _written(job.organisation, 110, _SMALL)
    name = _written(job.name, 193, _NAME, ' font-weight="bold"')
    words = _written(job.lines, 210 + len(job.name) * _NAME * _LINE, _WORDS)
    site = _written(job.site, height - 48, _SMALL)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{job.width}" height="{job.height}" '
        f'viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="{fill}"/>'
        f'<g font-family="{escape(style.font)}" fill="{ink}">'
        f"{organisation}{name}{words}{site}</g></svg>"
    )


def _written(lines: Sequence[str], y: float, size: int, weight: str = "") -> str:
    """Lines of text, the first on this base line."""
    return "".join(
        f'<text x="{_MARGIN}" y="{y + i * size * _LINE:g}" font-size="{size}"{weight}>'
        f"{escape(line)}</text>"
        for i, line in enumerate(lines)
    )


# Keeping drawings: what has been drawn before need not be drawn again.


_LIBRARY: Final = "vl-convert-python"
_MODULES: Final = (
    "draw.py", "axes.py", "converter.py", "fonts.conf", "kinds.json", "kinds.py", "pictures.py",
    "specs.py",
)  # fmt: skip
"""What decides how a job looks once it is drawn."""


class DrawingCache(Protocol):
    """Keeps drawings under their keys, from one build to the next."""

    def get(self, key: str) -> bytes | None:
        """The drawing of this key, or None if it is not kept."""

    def put(self, key: str, data: bytes) -> None:
        """Keep a drawing."""


class NoStore:
    """Keeps nothing."""

    def get(self, key: str) -> bytes | None:  # noqa: ARG002 - that of the protocol
        """None: it is not kept."""
        return None

    def put(self, key: str, data: bytes) -> None:
        """Nothing is done."""


def drawing_keys(jobs: Sequence[Job], style: ChartStyle) -> list[str]:
    """The key of each job's drawing: the same if, and only if, it would be the same bytes.

    It is made of the job (but not of its path, which is not in the picture), the style, the
    version of the library that draws, and our own code that does.
    """
    return [_key(_way_of_drawing(style), job) for job in jobs]


@cache
def _way_of_drawing(style: ChartStyle) -> str:
    """The hash of all but the job that decides how a picture looks; files are read once."""
    folder = resources.files("perfsite.charts")
    parts = [
        style.model_dump_json(),
        version(_LIBRARY),
        *(folder.joinpath(name).read_text(encoding="utf-8") for name in _MODULES),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _key(way: str, job: Job) -> str:
    fields = {name: value for name, value in vars(job).items() if name != "path"}
    return hashlib.sha256(f"{way}{type(job).__name__}{fields!r}".encode()).hexdigest()


# Drawing: jobs to files, in a worker process.
#
# vl-convert runs one V8 thread a process and holds the interpreter's lock, so only processes help;
# and a process in which V8 has started must never be forked. So this is done in processes that
# start from a fork server (or anew, where there is none), and never in their parent. What a store
# has kept is not drawn again. A picture that cannot be drawn costs no other.


_FONTS = Path(__file__).with_name("fonts.conf")
_QUALITY = 60
"""Of 100: words in two colours lose nothing that can be seen, and weigh two thirds of 85."""


@dataclass(frozen=True)
class Undrawn:
    """A picture that could not be drawn: its path, and why."""

    path: str
    failure: Failure


@dataclass(frozen=True)
class Drawn:
    """The files of pictures, those that could not be drawn, and the keys of all."""

    files: tuple[File, ...]
    undrawn: tuple[Undrawn, ...]
    keys: tuple[str, ...]


def settle() -> None:
    """Settle what a drawing would else take from its machine: the zone and the fonts.

    V8 reads the zone once, at its start. Of a font that the system has too, vl-convert takes the
    system's, and opens its file anew for every letter: without it, charts take a third of the time.
    """
    os.environ["TZ"] = "UTC"
    os.environ["FONTCONFIG_FILE"] = str(_FONTS)
    if hasattr(time, "tzset"):
        time.tzset()


def draw(job: Job, style: ChartStyle) -> bytes:
    """One picture as the bytes of its file: a card is JPEG, everything else SVG."""
    return _card(job, style) if isinstance(job, CardJob) else _svg(job, style).encode()


def _card(job: CardJob, style: ChartStyle) -> bytes:
    # As PNG it would take three times the room; packed by zlib, other bytes on other machines.
    return jpeg_of(card_svg(job, style), _QUALITY)


def _svg(job: ChartJob | TreemapJob, style: ChartStyle) -> str:
    """A chart with a title and a description for those who open it by itself."""
    if isinstance(job, TreemapJob):
        svg, words = svg_of(filled_treemap(job, style)), ""
    else:
        axes = axes_of(job, style)
        svg, words = svg_of(filled_chart(job, axes, style)), words_svg(job, axes, style)
    start = svg.index("<svg")
    end = svg.index(">", start)
    root = svg[start:end].replace(' class="marks"', "")
    title = f"<title>{escape(job.title)}</title><desc>{escape(job.description)}</desc>"
    marks = svg[end + 1 :].removesuffix("</svg>")
    return f'{root} role="img">{title}{marks}{words}</svg>\n'


Keyed = list[tuple[str, "Job"]]
"""Jobs with the keys of their drawings, which are worked out once."""
Pictures = dict[str, bytes | Failure]
"""What became of pictures, by the keys of their drawings: the bytes, or why there are none."""


class Drawer:
    """Draws in this process, which must be one that may start V8."""

    def __init__(
        self,
        style: ChartStyle,
        store: DrawingCache | None = None,
        draw: Callable[[Job, ChartStyle], bytes] = draw,
    ) -> None:
        """Nothing is drawn that is in the store, and what is drawn, by `draw`, is put there."""
        self._style = style
        self._store = store or NoStore()
        self._draw = draw

    def draw(
        self, jobs: Sequence[Job], lost: Mapping[str, Failure], report: Callable[[str], None]
    ) -> Drawn:
        """The pictures in the order of the jobs, without those that are `lost`, by their paths.

        `report` is told of each picture before it is drawn, and of an empty one at the end.
        """
        keyed = self.keyed(jobs)
        pictures = self.known(keyed, lost)
        for key, job in missing(keyed, pictures).items():
            report(job.path)
            pictures[key] = result = self._drawn(job)
            if isinstance(result, bytes):
                self._store.put(key, result)
        if jobs:
            report("")
        return assembled(keyed, pictures)

    def keyed(self, jobs: Sequence[Job]) -> Keyed:
        """The jobs, each with the key of its drawing."""
        return list(zip(drawing_keys(jobs, self._style), jobs, strict=True))

    def known(self, keyed: Keyed, lost: Mapping[str, Failure]) -> Pictures:
        """What need not be drawn: the pictures in the store, and why others are lost."""
        pictures: Pictures = {}
        for key, job in keyed:
            result = lost.get(job.path) or pictures.get(key) or self._store.get(key)
            if result is not None:
                pictures[key] = result
        return pictures

    def _drawn(self, job: Job) -> bytes | Failure:
        try:
            return self._draw(job, self._style)
        except BaseException as error:  # noqa: BLE001 - a library of another language can raise anything
            words = " ".join(str(error).split())[:200]
            trace = "".join(traceback.format_tb(error.__traceback__))
            return Failure(f"{type(error).__name__}: {words}".rstrip(": "), trace)


def missing(keyed: Keyed, pictures: Pictures) -> dict[str, Job]:
    """What has to be drawn, by its key: of jobs for one and the same picture the first."""
    first: dict[str, Job] = {}
    for key, job in keyed:
        if key not in pictures:
            first.setdefault(key, job)
    return first


def assembled(keyed: Keyed, pictures: Pictures) -> Drawn:
    """The files of jobs, all of whose pictures are there."""
    files, undrawn = [], []
    for key, job in keyed:
        result = pictures[key]
        if isinstance(result, bytes):
            files.append(File(job.path, result))
        else:
            undrawn.append(Undrawn(job.path, result))
    return Drawn(tuple(files), tuple(undrawn), tuple(key for key, _ in keyed))
