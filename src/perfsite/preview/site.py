"""What is known of a finished site when its pages are annotated: services, languages, problems."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from perfsite.language import Language
from perfsite.preview.annotate import Notes, anchors
from perfsite.preview.problems import by_service, in_place, problems_panel
from perfsite.render import Renderer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.errors import Problem
    from perfsite.render import Theme

_SERVICES: Final = "data/services.csv"
_LIST: Final = "services/index.html"
_HOME: Final = "index.html"


@dataclass(frozen=True)
class Pages:
    """The pages of a site, of which some get notes.

    `names` are the names of services by their ids, `folders` those of the site's languages,
    `problems` all of the data, and `mine` those of each service. `renderer` makes the notes.
    """

    names: Mapping[str, str]
    folders: tuple[str, ...]
    problems: Sequence[Problem]
    mine: Mapping[str, Sequence[Problem]]
    renderer: Renderer

    @property
    def ownerless(self) -> list[Problem]:
        """The problems that are of no single service: of the register, of perfsite.toml."""
        owned = {id(problem) for mine in self.mine.values() for problem in mine}
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
            mine, whose = self.mine.get(service, ()), self.names[service]
            places = in_place(mine, anchors(page), self.renderer, explanations)
        elif path in {f"{folder}{_HOME}" for folder in self.folders}:
            mine, whose, places = self.problems, "All files", {}
        else:
            return Notes()
        start = problems_panel(mine, self.renderer, explanations, whose) if mine else ""
        return Notes(start=start, places=places)


def pages_of(site: Mapping[str, bytes], problems: Sequence[Problem], renderer: Renderer) -> Pages:
    """What the files of a site and the problems of its data say."""
    table = io.StringIO(site.get(_SERVICES, b"").decode("utf-8-sig"), newline="")
    names = {row["service"]: row["name"] for row in csv.DictReader(table)}
    folders = tuple(path.removesuffix(_LIST) for path in site if path.endswith(_LIST))
    own = tuple(folder for folder in folders if folder.count("/") <= 1) or ("",)
    return Pages(names, own, problems, by_service(problems, names), renderer)


def notes_renderer(theme: Theme) -> Renderer:
    """What makes notes: perfsite's own components, for those of a site may be what is wrong."""
    return Renderer(replace(theme, templates=theme.defaults), Language("en-GB"))
