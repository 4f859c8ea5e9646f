"""What pages share: the words of the site, page-relative trails, and the base of every context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict

from perfsite.kpi.groups import GroupKind
from perfsite.pages.context import Link, Site

if TYPE_CHECKING:
    from perfsite.config import SiteConfig
    from perfsite.kpi.groups import Group

FOLDERS: Final = {
    GroupKind.DEPARTMENT: ("departments", "Departments"),
    GroupKind.AGENCY: ("agencies", "Agencies"),
    GroupKind.CATEGORY: ("categories", "Categories"),
}
HOME: Final = Link("Home", "index.html")


class Base(TypedDict):
    """The fields that every context has."""

    site: Site
    path: str
    title: str
    description: str
    section: str
    crumbs: tuple[Link, ...]
    canonical: str


@dataclass(frozen=True)
class Builder:
    """Makes the part that all contexts share."""

    site: Site
    base_url: str

    def base(self, path: str, title: str, description: str, section: str, *crumbs: Link) -> Base:
        """The shared fields of the page at `path`; titles are unique across the site."""
        full = title if title == self.site.title else f"{title} - {self.site.title}"
        trail = (HOME, *crumbs) if path != "index.html" else ()
        canonical = f"{self.base_url}{path}" if self.base_url else ""
        return Base(
            site=self.site,
            path=path,
            title=full,
            description=description,
            section=section,
            crumbs=trail,
            canonical=canonical,
        )


def make_builder(config: SiteConfig, stylesheet: str) -> Builder:
    """The builder of a site whose styles are at `stylesheet`."""
    site = Site(
        config.title,
        config.publisher,
        config.contact,
        config.licence,
        config.licence_url,
        config.lang,
        stylesheet,
    )
    return Builder(site, config.base)


def group_href(group: Group) -> str:
    """The address of a group's page."""
    return f"{FOLDERS[group.kind][0]}/{group.slug}.html"


def service_href(service: str) -> str:
    """The address of a service's page."""
    return f"services/{service}.html"
