"""What pages share: the site as one language shows it, and the base of every context."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypedDict
from urllib.parse import quote

from perfsite.components.contexts import SiteLabels
from perfsite.components.elements import Alternate, DataLink, Link, Outside
from perfsite.kpi.groups import FOLDERS, GroupKind
from perfsite.text import isolated, joined, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.config import SiteConfig
    from perfsite.kpi.groups import Group, GroupName
    from perfsite.language import Language


KINDS: Final = {
    GroupKind.DEPARTMENT: message("department"),
    GroupKind.AGENCY: message("agency"),
    GroupKind.CATEGORY: message("category"),
}
CSV, JSON, JPEG = "text/csv", "application/json", "image/jpeg"
SITE_CARD: Final = "cards/site.jpg"
"""The picture of pages that have none of their own."""


class Base(TypedDict):
    """The fields that every context has."""

    site: SiteLabels
    path: str
    title: str
    description: str
    section: str
    crumbs: tuple[Link, ...]
    canonical: str
    alternates: tuple[Alternate, ...]
    data: tuple[DataLink, ...]
    card: str
    dataset: str
    changed: str
    changed_day: str


@dataclass(frozen=True)
class Assets:
    """The addresses of what pages load, relative to the root of the site."""

    stylesheet: str
    script: str
    favicon: str
    logo: str


@dataclass(frozen=True)
class Builder:
    """Makes the part that all contexts of one language share.

    `config` speaks the language of the pages. `folder` is where they live: nothing for the site's
    first language, `fr/` for another. `folders` are those of all its languages, by tag.
    """

    site: SiteLabels
    config: SiteConfig
    language: Language
    folder: str
    folders: tuple[tuple[str, str, str], ...]
    assets: Assets

    def base(  # noqa: PLR0913 - each is a field of every page
        self,
        path: str,
        title: str,
        description: str,
        section: str,
        *crumbs: Link,
        data: Sequence[DataLink] = (),
        card: str = SITE_CARD,
        dataset: str = "",
        script: bool = False,
    ) -> Base:
        """The shared fields of the page at `path`; titles are unique in a language.

        `card` is relative to the root of the language. With `script` the page loads the script of
        the site.
        """
        full = title if title == self.site.title else joined("", (isolated(title), self.suffix))
        home = Link(self.language.say("Home"), "index.html")
        address = f"{self.folder}{path}"
        several = self.folders if len(self.folders) > 1 else ()
        return Base(
            site=replace(self.site, script=self.assets.script) if script else self.site,
            path=path,
            title=full,
            description=description,
            section=section,
            crumbs=(home, *crumbs) if path != "index.html" else (),
            canonical=f"{self.config.base}{address}" if self.config.base else "",
            alternates=tuple(Alternate(tag, name, f"{f}{path}") for tag, name, f in several),
            data=(*data, *self._picture(path, card)),
            card=f"{self.config.base or '../' * address.count('/')}{self.folder}{card}",
            dataset=dataset,
            changed="",
            changed_day="",
        )

    @property
    def suffix(self) -> str:
        """What stands behind the title of a page: the name of the site."""
        return f" - {isolated(self.site.title)}"

    def _picture(self, path: str, card: str) -> tuple[DataLink, ...]:
        """The card of a page as a link: only that leads every crawler to it.

        The card that many pages share belongs to the home page.
        """
        if card == SITE_CARD and path != "index.html":
            return ()
        return (DataLink(JPEG, self.language.say("Picture for links"), f"{self.folder}{card}"),)

    def report(self, page: str, path: str) -> Outside | None:
        """Where a reader can say that something on a page is wrong; None without a contact."""
        text = self.language.say("Report an error on this page")
        config = self.config
        if is_mail(config.contact):
            subject = self.language.say("Error on the page “{page}”", page=page)
            body = f"{config.base}{self.folder}{path}"
            return Outside(
                text, f"mailto:{config.contact}?subject={quote(subject)}&body={quote(body)}"
            )
        if config.contact_url:
            return Outside(text, config.contact_url)
        return None


def make_builder(
    config: SiteConfig,
    language: Language,
    folders: Sequence[tuple[str, str, str]],
    assets: Assets,
) -> Builder:
    """The builder of the pages in one language; `folders` has tag, name and folder of each."""
    folder = next(folder for tag, _, folder in folders if tag == language.tag)
    spoken = config.in_language(language.tag)
    site = SiteLabels(
        title=spoken.title,
        publisher=spoken.publisher,
        status=spoken.status,
        contact=spoken.contact,
        contact_url=spoken.contact_url or _mail(spoken.contact),
        licence=spoken.licence,
        licence_url=spoken.licence_url,
        lang=language.tag,
        stylesheet=assets.stylesheet,
        favicon=assets.favicon,
        logo=assets.logo,
        script="",
    )
    return Builder(site, spoken, language, folder, tuple(folders), assets)


_MAIL: Final = re.compile(r"[^\s@:/?#&<>\"']+@[^\s@:/?#&<>\"']+")


def is_mail(contact: str) -> bool:
    """Whether a contact is an e-mail address, and nothing that a link would take for more."""
    return _MAIL.fullmatch(contact) is not None


def _mail(contact: str) -> str:
    return f"mailto:{contact}" if is_mail(contact) else ""


def group_name(group: Group, language: Language) -> str:
    """What a group is called: services named it, all but the one of all services."""
    return language.say(group.name) if group.kind is GroupKind.ALL else group.name


def group_title(group: Group, language: Language) -> str:
    """The name of a group among all groups.

    Departments and agencies may share a name (the Cabinet Office is both), and even their figures:
    titles of their pages and descriptions of their pictures must not be the same.
    """
    if group.kind not in KINDS or group.kind is GroupKind.DEPARTMENT:
        return group_name(group, language)
    return language.say("{group} ({kind})", group=group.name, kind=language.say(KINDS[group.kind]))


def group_href(group: GroupName) -> str:
    """The address of a group's page."""
    return f"{FOLDERS[group.kind][0]}/{group.slug}.html"


def service_href(service: str) -> str:
    """The address of a service's page."""
    return f"services/{service}.html"
