"""The preview of a submission: pages as they will look, each with its problems and its changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.components.elements import Cell, Column, Row, Table
from perfsite.errors import Severity, UsageError
from perfsite.model import File
from perfsite.preview.annotate import BLANK, Notes, annotate, without_dead_links
from perfsite.preview.changes import changes_panel, compare, read_figures
from perfsite.preview.problems import explanations_fragment, problems_panel
from perfsite.preview.site import notes_renderer, pages_of
from perfsite.render import PREVIEW_STYLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from perfsite.errors import Problem
    from perfsite.explanations import Explanation
    from perfsite.preview.site import Pages
    from perfsite.render import Theme

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
        changes = {str(key): rows for key, rows in differing.groupby("service", sort=False)}
    kept = {
        path: data
        for path, data in site.items()
        if not services or _is_wanted(path, services, pages)
    }
    folder = _PreviewFolder(pages, changes, bool(explanations), _stylesheet(kept))
    made = [
        File(f"{SITE}{path}", folder.page(path, data, kept) if _is_page(path) else data)
        for path, data in kept.items()
    ]
    front = [File(_INDEX, folder.index(services))]
    if explanations:
        front.append(File(_EXPLANATIONS, folder.explained(explanations)))
    return [*front, File(PREVIEW_STYLES, theme.assets.get(PREVIEW_STYLES, b"")), *made]


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
        return self.changes.get(service, pd.DataFrame({"change": []}))

    def _has_news(self, service: str) -> bool:
        return service in self.pages.mine or service in (self.changes or {})

    def _row(self, service: str) -> Row:
        counts = Counter(problem.severity for problem in self.pages.mine.get(service, ()))
        changed = self._changed(service)
        numbers = [*(f"{counts[severity]:,}" for severity in Severity)]
        numbers.append("not known" if changed is None else f"{len(changed):,}")
        cells = tuple(Cell(number) for number in numbers)
        return Row(self.pages.names[service], cells, f"services/{service}.html", service)


def _is_page(path: str) -> bool:
    return path.endswith(".html")


def _is_wanted(path: str, services: Sequence[str], pages: Pages) -> bool:
    """Whether a file belongs to one of these services, or to what their pages are shown with."""
    return path.startswith(_ASSETS) or any(pages.belongs_to(path, one) for one in services)


def _stylesheet(paths: Collection[str]) -> str:
    """The address of the site's styles, which changes with their content; empty without any."""
    found = (p for p in paths if p.startswith(f"{_ASSETS}perfsite.") and p.endswith(".css"))
    return next(found, "")


def _number(shown: int, known: int) -> str:
    return f"{shown:,} of {known:,} services are listed."
