"""A site before it is published: its pages, with every problem and every change in their place.

It is long, because notes are made, placed and put into finished pages by the same rules. Values in,
values out: `serve` shows the same notes on the pages that it answers with.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import pandas as pd

from perfsite import text
from perfsite.components.elements import Cell, Column, Link, Row, Table
from perfsite.errors import Severity, UsageError, worst_first
from perfsite.frames import COMPARED, Col, entering
from perfsite.kpis import KPIS, measure_module
from perfsite.language import Language
from perfsite.measures import MEASURES
from perfsite.model import FIGURE, File
from perfsite.render import PREVIEW_STYLES, Renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

    from perfsite.errors import Problem
    from perfsite.explanations import Explanation
    from perfsite.render import Theme


# What is new, changed or withdrawn since the last edition, figure by figure.
#
# Compared are the rows of data/observations.csv, which are every figure that is published: what a
# reader could have copied then, and what a reader would copy now.


_SAID: Final = [Col.VALUE, Col.STATUS]
_MOST: Final = 200
"""The changes that a page lists."""
_PROVIDED: Final = "provided"


def read_figures(text: str) -> pd.DataFrame:
    """The text of a site's data/observations.csv as a frame of text, in the columns needed here.

    Raises:
        UsageError: if the text is no such file.
    """
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False)
    except (ValueError, pd.errors.ParserError) as error:
        raise UsageError(f"the figures of the earlier edition cannot be read: {error}") from error
    if missing := [name for name in (*FIGURE, *_SAID) if name not in frame]:
        raise UsageError(
            f"the figures of the earlier edition lack the columns {', '.join(missing)}: "
            "data/observations.csv of a site is expected"
        )
    return frame[[*FIGURE, *_SAID]]


def compare(earlier: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The figures that differ, in the order of now and then of before.

    Both have the columns service, period, measure, channel, value and status. The answer has a row
    a figure: the key, `value_before`, `status_before`, `value_now`, `status_now` and `change`,
    which is "new", "changed" or "withdrawn".
    """
    texts = [_as_text(frame) for frame in (now, earlier)]
    both = texts[0].merge(
        texts[1],
        on=FIGURE,
        how="outer",
        suffixes=("_now", "_before"),
        indicator="change",
        sort=False,
    )
    both[Col.CHANGE] = (
        both[Col.CHANGE]
        .map({"left_only": "new", "right_only": "withdrawn", "both": "changed"})
        .astype(object)
    )
    same = (both[Col.VALUE_NOW] == both[Col.VALUE_BEFORE]) & (
        both[Col.STATUS_NOW] == both[Col.STATUS_BEFORE]
    )
    # What says only that nothing was given, and stood nowhere before, is no news.
    silent = {
        "new": both[Col.STATUS_NOW] == "not_provided",
        "withdrawn": both[Col.STATUS_BEFORE] == "not_provided",
    }
    for change, nothing in silent.items():
        same |= (both[Col.CHANGE] == change) & nothing
    differing = both[~same].fillna("").reset_index(drop=True)
    entering("preview", COMPARED, differing)
    return differing


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[*FIGURE, *_SAID]].astype(str).drop_duplicates(FIGURE)


def changes_panel(differing: pd.DataFrame | None, renderer: Renderer) -> str:
    """A region with the table of what changed of one service; None if no edition is known."""
    name, heading = "perfsite-changes", "What changed since the last edition"
    if differing is None:
        lead = "No earlier edition was given, so nothing can be compared."
        return renderer.fragment("changes", name, heading, lead, None)
    lead = f"{changes_counted(differing)}."
    if len(differing) > _MOST:
        lead = f"{lead} The first {_MOST} are shown."
    table = _table(differing.head(_MOST)) if len(differing) else None
    return renderer.fragment("changes", name, heading, lead, table)


def changes_counted(differing: pd.DataFrame) -> str:
    """`3 figures new, 1 changed`; or that nothing changed."""
    counts = differing[Col.CHANGE].value_counts()
    parts = [
        f"{counts[kind]:,} {kind}" for kind in ("new", "changed", "withdrawn") if kind in counts
    ]
    return f"Figures: {', '.join(parts)}" if parts else "No figure differs"


def _table(differing: pd.DataFrame) -> Table:
    columns = ("Figure", "Before", "Now", "Difference")
    rows = tuple(
        Row(
            _figure_name(row[Col.MEASURE], row[Col.CHANNEL]),
            (
                Cell(
                    _said(row[Col.VALUE_BEFORE], row[Col.STATUS_BEFORE]),
                    missing=not row[Col.VALUE_BEFORE],
                ),
                Cell(
                    _said(row[Col.VALUE_NOW], row[Col.STATUS_NOW]), missing=not row[Col.VALUE_NOW]
                ),
                Cell(_difference(row)),
            ),
            under=row[Col.PERIOD],
        )
        for row in differing.to_dict("records")
    )
    return Table("Figures that differ", tuple(Column(text) for text in columns), rows)


def _figure_name(measure: str, channel: str) -> str:
    name = MEASURES[measure].name if measure in MEASURES else measure
    return f"{name}, {channel.replace('_', ' ')}" if channel else name


def _said(value: str, status: str) -> str:
    """A figure as it was published: its number and its marks, or why there was none."""
    words = [word.replace("_", " ") for word in status.split() if word != _PROVIDED]
    if not value:
        return ", ".join(words) or "nothing"
    return f"{value} ({', '.join(words)})" if words else value


def _difference(row: dict[Hashable, Any]) -> str:
    if row[Col.CHANGE] != "changed":
        return str(row[Col.CHANGE])
    try:
        before, now = Decimal(row[Col.VALUE_BEFORE]), Decimal(row[Col.VALUE_NOW])
    except InvalidOperation:
        return "changed"
    if before == now:
        return "marked otherwise"
    text = f"{now - before:+f}"
    return f"{text} ({(now - before) / abs(before):+.1%})" if before else text


# The problems of the data on the page that they concern: as a list above it, and in their place.
#
# What a problem says is plain English, as on the command line, whatever the language of the page.


MOST: Final = 200
"""The problems of one severity that a page lists; whoever has more mends these first."""
_FEW: Final = 5
"""So many can be read at a glance, and need not be opened."""


@dataclass(frozen=True)
class ProblemItem:
    """A problem as a component shows it: its words, and `link`, which leads to its explanation.

    `state` is its severity; `terms` are what was found, expected and how to mend it.
    """

    anchor: str
    state: str
    heading: str
    source: str
    terms: tuple[tuple[str, str], ...]
    link: Link | None


def by_service(problems: Iterable[Problem], services: Collection[str]) -> dict[str, list[Problem]]:
    """The problems of each service; a file that is named as one holds that service's figures."""
    grouped: dict[str, list[Problem]] = {}
    for problem in problems:
        stem = PurePosixPath(problem.file).stem
        if problem.service in services:
            grouped.setdefault(problem.service, []).append(problem)
        elif not problem.service and stem in services:
            grouped.setdefault(stem, []).append(problem)
    return grouped


def counted(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning`; or that there is nothing."""
    counts = Counter(problem.severity for problem in problems)
    parts = [text.counted(n, severity) for severity in Severity if (n := counts[severity])]
    return ", ".join(parts) or "no problems"


def problems_panel(
    problems: Sequence[Problem], renderer: Renderer, explanations: str, whose: str
) -> str:
    """A region that lists the problems, the worst first; `whose` says of what they are.

    `explanations` is the address of the page that explains the codes; empty where there is none.
    """
    groups = []
    for severity in Severity:
        of_severity = sorted(problem for problem in problems if problem.severity is severity)
        if not of_severity:
            continue
        items = [
            _item(problem, f"problem-{severity}-{number}", explanations)
            for number, problem in enumerate(of_severity[:MOST], 1)
        ]
        rest = (
            f"{len(of_severity) - MOST:,} more: see perfsite validate"
            if len(of_severity) > MOST
            else ""
        )
        groups.append((counted(of_severity), items, rest, len(of_severity) <= _FEW))
    lead = f"{whose}: {counted(problems)}."
    return renderer.fragment("problems", "perfsite-problems", "Problems in the data", lead, groups)


def in_place(
    problems: Iterable[Problem], ids: Sequence[str], renderer: Renderer, explanations: str
) -> dict[str, str]:
    """The problems by the id of the part of the page that they concern, as far as there is one."""
    placed: dict[str, list[Problem]] = {}
    for problem in worst_first(problems):
        for anchor in places(problem, ids):
            placed.setdefault(anchor, []).append(problem)
    return {
        anchor: "".join(
            renderer.fragment("problem", _item(problem, "", explanations))
            for problem in concerning[:_FEW]
        )
        + _others(len(concerning) - _FEW)
        for anchor, concerning in placed.items()
    }


def places(problem: Problem, ids: Sequence[str]) -> list[str]:
    """The ids of the parts of a page that a problem concerns: one for each of its measures."""
    measures = problem.measures or (problem.column.partition(":")[0].strip(),)
    parts = (_place(measure, ids) for measure in measures)
    return list(dict.fromkeys(anchor for anchor in parts if anchor))


def _place(measure: str, ids: Sequence[str]) -> str:
    """The chart of a measure, else that of a KPI made of it, else the card of one; or nothing."""
    kpis = [
        kpi for kpi in KPIS.values() if measure in {part.partition(":")[0] for part in kpi.parts}
    ]
    wanted = [
        f"chart-{measure.replace('_', '-')}",
        f"chart-{measure_module(measure)}",
        *(f"chart-{kpi.chart}" for kpi in kpis),
        *(f"kpi-{kpi.slug}" for kpi in kpis),
    ]
    for name in wanted:
        for anchor in ids:
            if anchor == name or anchor.startswith(f"{name}-by-"):
                return anchor
    return ""


def explanations_fragment(
    title: str, explanations: Mapping[str, Explanation], renderer: Renderer
) -> str:
    """The page that says what the codes mean; each code is an anchor."""
    parts = [
        (code, explanation.title, explanation.blocks) for code, explanation in explanations.items()
    ]
    return renderer.fragment("explanations", title, parts)


def _item(problem: Problem, anchor: str, explanations: str) -> ProblemItem:
    words = (("Found", problem.found), ("Expected", problem.expected), ("To mend it", problem.fix))
    where = f'{problem.place}, column "{problem.column}"' if problem.column else problem.place
    code = problem.code
    return ProblemItem(
        anchor,
        str(problem.severity),
        f"{problem.severity.capitalize()} {code}: {problem.rule.title}",
        where,
        tuple((name, text) for name, text in words if text),
        Link(f"What {code} means", f"{explanations}#{code}") if explanations else None,
    )


def _others(number: int) -> str:
    if number <= 0:
        return ""
    return f'<p class="problem" lang="en">{number:,} more, listed at the top of the page</p>\n'


# Putting notes into finished pages: bytes and fragments of HTML in, bytes out.
#
# A page is what some template has made, perhaps not one of perfsite's own. So nothing is expected
# of it but the elements that every page has, and what cannot be placed goes to the start of the
# page: a note is never lost.


BLANK: Final = b"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
</head>
<body>
<main id="main">
</main>
</body>
</html>
"""
"""A page that holds nothing yet."""

_HEAD_END: Final = re.compile(r"</head\s*>", re.IGNORECASE)
_STARTS: Final = tuple(
    re.compile(rf"<{name}\b[^>]*>\n?", re.IGNORECASE) for name in ("main", "body")
)
_HEADING_END: Final = re.compile(r"</(?:figcaption|h[1-6])\s*>\n?", re.IGNORECASE)
_ID: Final = re.compile(r'\sid="([^"]*)"')
_ANCHOR: Final = re.compile(r'(<a\b[^>]*?)\shref="([^"]*)"', re.IGNORECASE)
_RELATION: Final = re.compile(r'<link\b[^>]*?\shref="([^"]*)"[^>]*>\n?', re.IGNORECASE)


@dataclass(frozen=True)
class Notes:
    """Fragments of HTML for a page: for its head, for the start of what it says, and for places.

    `places` are fragments by the id of the element that they belong to; each comes to stand below
    the heading of that element.
    """

    head: str = ""
    start: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


def annotate(page: bytes, notes: Notes) -> bytes:
    """The page with the notes in it; all else of it stays as it is, byte for byte."""
    text = page.decode("utf-8", "surrogateescape")
    inserts = [(_place_notes(text, anchor), fragment) for anchor, fragment in notes.places.items()]
    start = _start(text)
    inserts += [(start, notes.start), (_head(text), notes.head)]
    # From the end, so that the places before it stay where they are.
    for at, fragment in sorted(inserts, key=lambda insert: insert[0], reverse=True):
        text = text[:at] + fragment + text[at:]
    return text.encode("utf-8", "surrogateescape")


def anchors(page: bytes) -> list[str]:
    """The ids of a page's elements, in its order."""
    return _ID.findall(page.decode("utf-8", "surrogateescape"))


def without_dead_links(page: bytes, path: str, is_there: Callable[[str], bool]) -> bytes:
    """The page with the words of links that lead to no file of the site, but not the links.

    `path` is the page's own, `is_there` tells which paths there are. Links to other sites, and
    within the page, stay.
    """

    def leads(href: str) -> bool:
        parts = urlsplit(href.replace("&amp;", "&"))
        if parts.scheme or parts.netloc or not parts.path:
            return True
        return is_there(
            posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
        )

    text = page.decode("utf-8", "surrogateescape")
    text = _ANCHOR.sub(lambda match: match[0] if leads(match[2]) else match[1], text)
    text = _RELATION.sub(lambda match: match[0] if leads(match[1]) else "", text)
    return text.encode("utf-8", "surrogateescape")


def _head(text: str) -> int:
    match = _HEAD_END.search(text)
    return match.start() if match else 0


def _start(text: str) -> int:
    match = next(filter(None, (start.search(text) for start in _STARTS)), None)
    return match.end() if match else len(text)


def _place_notes(text: str, anchor: str) -> int:
    """The end of the heading that follows an id; without one, the start of what the page says."""
    element = text.find(f' id="{anchor}"')
    heading = _HEADING_END.search(text, element) if element >= 0 else None
    return heading.end() if heading else _start(text)


# What is known of a finished site when its pages are annotated: services, languages, problems.


_SERVICES: Final = "data/services.csv"
_LIST: Final = "services/index.html"
_HOME: Final = "index.html"


@dataclass(frozen=True)
class Pages:
    """The pages of a site, of which some get notes.

    `names` are the names of services by their ids, `folders` those of the site's languages,
    `problems` all of the data, and `of_service` those of each service. `renderer` makes the notes.
    """

    names: Mapping[str, str]
    folders: tuple[str, ...]
    problems: Sequence[Problem]
    of_service: Mapping[str, Sequence[Problem]]
    renderer: Renderer

    @property
    def ownerless(self) -> list[Problem]:
        """The problems that are of no single service: of the register, of perfsite.toml."""
        owned = {id(problem) for problems in self.of_service.values() for problem in problems}
        return [problem for problem in self.problems if id(problem) not in owned]

    def dashboard_of(self, path: str) -> str:
        """The id of the service whose own page stands at a path; empty if it is another page."""
        for folder in self.folders:
            inside = path.removeprefix(folder) if path.startswith(folder) else ""
            key = inside.removeprefix("services/").removesuffix(".html")
            if key in self.names and inside == f"services/{key}.html":
                return key
        return ""

    def belongs_to(self, path: str, service: str) -> bool:
        """Whether a file is the page of a service, its data, its pictures or one of its figures."""
        starts = (f"services/{service}.", f"services/{service}/")
        return any(
            path.startswith(f"{folder}{start}") for folder in self.folders for start in starts
        )

    def notes(self, path: str, page: bytes, explanations: str) -> Notes:
        """The problems for a page to show; `explanations` is the address of what codes mean."""
        service = self.dashboard_of(path)
        if service:
            problems, whose = self.of_service.get(service, ()), self.names[service]
            places = in_place(problems, anchors(page), self.renderer, explanations)
        elif path in {f"{folder}{_HOME}" for folder in self.folders}:
            problems, whose, places = self.problems, "All files", {}
        else:
            return Notes()
        start = problems_panel(problems, self.renderer, explanations, whose) if problems else ""
        return Notes(start=start, places=places)


def pages_of(site: Mapping[str, bytes], problems: Sequence[Problem], renderer: Renderer) -> Pages:
    """What the files of a site and the problems of its data say."""
    table = io.StringIO(site.get(_SERVICES, b"").decode("utf-8-sig"), newline="")
    names = {row[Col.SERVICE]: row["name"] for row in csv.DictReader(table)}
    folders = tuple(path.removesuffix(_LIST) for path in site if path.endswith(_LIST))
    language_folders = tuple(folder for folder in folders if folder.count("/") <= 1) or ("",)
    return Pages(names, language_folders, problems, by_service(problems, names), renderer)


def notes_renderer(theme: Theme) -> Renderer:
    """What makes notes: perfsite's own components, for those of a site may be what is wrong."""
    return Renderer(replace(theme, templates=theme.defaults), Language("en-GB"))


# The preview of a submission: pages as they will look, each with its problems and its changes.


SITE: Final = "site/"
"""The folder of a preview in which the pages stand."""
_INDEX: Final = "index.html"
_EXPLANATIONS: Final = "explanations.html"
_FIGURES: Final = "data/observations.csv"
_ASSETS: Final = "assets/"
_UNPUBLISHED: Final = "This is a preview. It is not published."


def make_preview(
    files: Sequence[File],
    problems: Sequence[Problem],
    theme: Theme,
    *,
    services: Sequence[str] = (),
    earlier: pd.DataFrame | None = None,
    explanations: Mapping[str, Explanation] | None = None,
) -> list[File]:
    """A folder that shows a site before it is published.

    Args:
        files: those of the site.
        problems: those of its data.
        theme: what the site was made with.
        services: the ids of those whose pages are wanted; none means the whole site.
        earlier: the figures of the last edition (see `read_figures`), if there is one.
        explanations: what the codes of problems mean, by code.

    Returns:
        `index.html`, which lists services; the pages below `site/`; and what they need. Every page
        says that it is not published.

    Raises:
        UsageError: if one of the services is not in the register.
    """
    site = {file.path: file.data for file in files}
    pages = pages_of(site, problems, notes_renderer(theme))
    if unknown := [service for service in services if service not in pages.names]:
        raise UsageError(f"there is no service {', '.join(unknown)} in the register")
    changes = None
    if earlier is not None:
        differing = compare(earlier, read_figures(site[_FIGURES].decode()))
        changes = {str(key): rows for key, rows in differing.groupby(Col.SERVICE, sort=False)}
    shown = {
        path: data
        for path, data in site.items()
        if not services or _is_wanted(path, services, pages)
    }
    folder = _PreviewFolder(pages, changes, bool(explanations), _stylesheet(shown))
    site_files = [
        File(f"{SITE}{path}", folder.page(path, data, shown) if _is_page(path) else data)
        for path, data in shown.items()
    ]
    front = [File(_INDEX, folder.index(services))]
    if explanations:
        front.append(File(_EXPLANATIONS, folder.explained(explanations)))
    return [*front, File(PREVIEW_STYLES, theme.assets.get(PREVIEW_STYLES, b"")), *site_files]


@dataclass(frozen=True)
class _PreviewFolder:
    """The pages of a preview.

    `changes` are the figures of each service that differ, None without an earlier edition.
    """

    pages: Pages
    changes: Mapping[str, pd.DataFrame] | None
    has_explanations: bool
    stylesheet: str

    def page(self, path: str, page: bytes, there: Collection[str]) -> bytes:
        """A page of the site as the preview shows it, without links to what is not `there`."""
        top = "../" * f"{SITE}{path}".count("/")
        shown = without_dead_links(page, path, there.__contains__)
        notes = self.pages.notes(path, shown, self._explanations(top))
        start = (
            self.pages.renderer.fragment("preview", _UNPUBLISHED, f"{top}{_INDEX}") + notes.start
        )
        if service := self.pages.dashboard_of(path):
            start += changes_panel(self._changed(service), self.pages.renderer)
        head = self.pages.renderer.fragment("preview_head", "", [f"{top}{PREVIEW_STYLES}"])
        return annotate(shown, Notes(head, start, notes.places))

    def index(self, services: Sequence[str]) -> bytes:
        """The list of the services with problems or changes, or of those that were named."""
        rows = [
            self._row(key)
            for key in self.pages.names
            if (key in services if services else self._has_news(key))
        ]
        columns = ("Service", "Errors", "Warnings", "Notes", "Figures changed")
        table = Table("Services", tuple(map(Column, columns)), tuple(rows))
        lead = f"{_UNPUBLISHED} {_number(len(rows), len(self.pages.names))}"
        start = self.pages.renderer.fragment(
            "preview_index", "Preview", lead, table if rows else None, SITE
        )
        if ownerless := self.pages.ownerless:
            where = "Files that are not of one service"
            explanations = self._explanations("")
            start += problems_panel(ownerless, self.pages.renderer, explanations, where)
        return self._front("Preview", start)

    def explained(self, explanations: Mapping[str, Explanation]) -> bytes:
        """The page that says what the codes mean."""
        title = "What the codes mean"
        return self._front(title, explanations_fragment(title, explanations, self.pages.renderer))

    def _front(self, title: str, start: str) -> bytes:
        """A page of the preview's own; the site's styles come first."""
        sheets = [f"{SITE}{self.stylesheet}"] if self.stylesheet else []
        sheets.append(PREVIEW_STYLES)
        return annotate(
            BLANK, Notes(self.pages.renderer.fragment("preview_head", title, sheets), start)
        )

    def _explanations(self, top: str) -> str:
        return f"{top}{_EXPLANATIONS}" if self.has_explanations else ""

    def _changed(self, service: str) -> pd.DataFrame | None:
        """The figures of a service that differ, perhaps none; None if that is not known."""
        if self.changes is None:
            return None
        return self.changes.get(service, pd.DataFrame({Col.CHANGE: []}))

    def _has_news(self, service: str) -> bool:
        return service in self.pages.of_service or service in (self.changes or {})

    def _row(self, service: str) -> Row:
        counts = Counter(problem.severity for problem in self.pages.of_service.get(service, ()))
        changed = self._changed(service)
        numbers = [*(f"{counts[severity]:,}" for severity in Severity)]
        numbers.append("not known" if changed is None else f"{len(changed):,}")
        cells = tuple(Cell(number) for number in numbers)
        return Row(self.pages.names[service], cells, f"services/{service}.html", service)


def _is_page(path: str) -> bool:
    return path.endswith(".html")


def _is_wanted(path: str, services: Sequence[str], pages: Pages) -> bool:
    """Whether a file belongs to one of these services, or to what their pages are shown with."""
    return path.startswith(_ASSETS) or any(pages.belongs_to(path, service) for service in services)


def _stylesheet(paths: Collection[str]) -> str:
    """The address of the site's styles, which changes with their content; empty without any."""
    sheets = (p for p in paths if p.startswith(f"{_ASSETS}perfsite.") and p.endswith(".css"))
    return next(sheets, "")


def _number(shown: int, total: int) -> str:
    return f"{shown:,} of {total:,} services are listed."
