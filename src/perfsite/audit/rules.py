"""The rules of the audit.

In the order in which they are told; and what is found when one is broken.

docs/archive.md has the same table for people, and a test holds the two together. Ids are stable:
programs read them in the JSON report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


# What a rule of the audit is, what is found when it is broken, and the result of an audit.


class Facet(StrEnum):
    """The four sides from which CLEAR+ looks at how well a site can be archived.

    Banos and Manolopoulos, "A quantitative approach to evaluate Website Archivability using the
    CLEAR+ method", International Journal on Digital Libraries 17 (2016).
    """

    ACCESSIBILITY = "Accessibility"
    STANDARDS = "Standards Compliance"
    COHESION = "Cohesion"
    METADATA = "Metadata Usage"

    @property
    def asks(self) -> str:
        """The question that the facet stands for."""
        return _ASKS[self]


_ASKS = {
    Facet.ACCESSIBILITY: "Can a crawler find everything, and is it let in?",
    Facet.STANDARDS: "Will what is kept still be understood?",
    Facet.COHESION: "Does the site stand by itself, and is it whole?",
    Facet.METADATA: "Does each part say what it is, and from when?",
}


@dataclass(frozen=True)
class AuditRule:
    """One thing that is checked: its stable id, and what is true where it is kept.

    A broken rule that only `warns` does not make an audit fail.
    """

    id: str
    facet: Facet
    sentence: str
    expected: str
    mend: str
    warns: bool = False


@dataclass(frozen=True, order=True)
class Finding:
    """A place at which a rule is broken; line 0 is the whole file."""

    file: str
    line: int
    rule: str
    found: str

    @property
    def place(self) -> str:
        """`file:line`, or the file alone where no line is to blame."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Audit:
    """The result: every rule there is, every finding, and how much was looked at."""

    rules: Mapping[str, AuditRule]
    findings: tuple[Finding, ...]
    files: int
    pages: int
    size: int

    @property
    def counts(self) -> Counter[str]:
        """How many findings there are of each rule that is broken."""
        return Counter(finding.rule for finding in self.findings)

    @property
    def errors(self) -> int:
        """How many findings make the audit fail."""
        return sum(not self.rules[finding.rule].warns for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are only to be known."""
        return len(self.findings) - self.errors

    def of(self, rule: str) -> list[Finding]:
        """The findings of one rule, by file and line."""
        return sorted(finding for finding in self.findings if finding.rule == rule)

    def in_facet(self, facet: Facet) -> list[AuditRule]:
        """The rules of a facet, in their order."""
        return [rule for rule in self.rules.values() if rule.facet is facet]


# The rules of the audit, in the order in which they are told.
#
# docs/archive.md has the same table for people, and a test holds the two together. Ids are stable:
# programs read them in the JSON report.


_A, _S, _C, _M = Facet.ACCESSIBILITY, Facet.STANDARDS, Facet.COHESION, Facet.METADATA

LONGEST_PART: Final = 100
LONGEST_PATH: Final = 180
SHARED: Final = 20
"""So many pages may have one description: that of a chart in which nothing was counted, say."""

RULES: Final = {
    rule.id: rule
    for rule in (
        AuditRule("reached", _A, "Every file is reached from index.html by plain links",
             "a chain of <a href>, <img src>, <link href>, <script src> or url() to every file",
             "link to it from a page that is reached, or do not publish it"),
        AuditRule("link", _A, "Every link leads to a file of the site",
             "the address of a file that is there", "mend the address, or make the file"),
        AuditRule("anchor", _A, "Every link to a place in a page finds that place",
             "an id of the page that is linked to", "mend the fragment, or give the place its id"),
        AuditRule("folder", _A, "Links name files, not folders",
             "the name of a file, such as index.html", "add index.html to the address"),
        AuditRule("relative", _A, "Links are relative to their page",
             "an address such as ../about.html, which works from a disk and under any path",
             "write the way from the page to the file"),
        AuditRule("query", _A, "No address of the site has a query",
             "the address of a file alone; what changes has a hash in its name",
             "leave out the question mark and what follows"),
        AuditRule("scheme", _A, "Every link has a scheme that is meant",
             "a relative address, http, https or mailto",
             "a colon in a file's name reads as a scheme: write ./ before it, or rename the file"),
        AuditRule("characters", _A, "Addresses are made of a-z, 0-9, hyphens, dots and slashes",
             "names such as services/passport.html", "rename the file"),
        AuditRule("length", _A, "No address is too long for an archive or a disk",
             f"at most {LONGEST_PART} characters a part and {LONGEST_PATH} a path",
             "shorten the name"),
        AuditRule("reserved", _A, "No name is one that Windows reserves",
             "a name other than con, prn, aux, nul, com1 or lpt1", "rename the file"),
        AuditRule("case", _A, "No two addresses differ in case alone, and none is file and folder",
             "addresses that stay apart on a disk that does not know case", "rename one of them"),
        AuditRule("once", _A, "Each resource has one address",
             "files that differ from each other", "keep one, and link to it"),
        AuditRule("stays", _A, "An address that was published leads somewhere for ever",
             'a file at the former address, or a page with it in <code class="former">',
             "put the file back, or add a page that says where it went"),
        AuditRule("sitemap-xml", _A, "sitemap.xml lists every page, and nothing else",
             "one <loc> for each page that is no part of another", "list the pages that there are"),
        AuditRule("sitemap-html", _A, "sitemap.html links to every page",
             "a plain link to each page that is no part of another", "add the link"),
        AuditRule("robots-txt", _A, "robots.txt lets everybody in",
             "robots.txt without a Disallow", "write `User-agent: *` and `Allow: /`"),
        AuditRule("robots-meta", _A, "No page or link keeps robots out",
             "no meta robots and no rel=nofollow", "take it out"),
        AuditRule("form", _A, "No page needs a form",
             "links to pages that are there; fields only within role=search, for a script",
             "make a page for each answer"),
        AuditRule("choice", _A, "No page is reached by a drop-down alone",
             "plain links instead of options that are addresses", "write a list of links"),
        AuditRule("fetch", _A, "No script fetches or sends anything",
             "scripts that work on what the page holds", "put it into the page"),
        AuditRule("inline-script", _A, "No page holds a script, and no script an address",
             "scripts as files without addresses; JSON-LD may describe a page",
             "crawlers make addresses of what they read in scripts: take it out"),
        AuditRule("element", _A, "No page has an element that archives lose",
             "<img src> and plain links; no object, embed, iframe, use, srcset, base href, refresh",
             "show pictures with <img src>, and link to everything else"),
        AuditRule("scripts-off", _A, "A page says the same without scripts",
             "no <noscript>, no [hidden], no display:none, no data-src", "show it to everybody"),
        AuditRule("packed", _A, "Nothing is published only as .gz",
             "the file itself beside its packed copy", "publish the file itself"),
        AuditRule("utf-8", _S, "Every text is UTF-8", "UTF-8 without other bytes",
             "save the file as UTF-8"),
        AuditRule("doctype", _S, "Every page begins with the doctype of HTML",
             "<!DOCTYPE html> first", "write it before all else"),
        AuditRule("charset", _S, "Every page says first that it is UTF-8",
             '<meta charset="utf-8"> as the first element of the head', "put it there"),
        AuditRule("nesting", _S, "Every element is closed where it was opened",
             "elements that lie within each other", "close the element in its place"),
        AuditRule("ids", _S, "No id stands twice in a page", "ids that are unique",
             "give the second place another id"),
        AuditRule("heading", _S, "Every page has one h1", "one <h1>", "make it so"),
        AuditRule("css", _S, "Every style sheet can be parsed", "CSS without parse errors",
             "mend the rule"),
        AuditRule("svg", _S, "Every picture is well-formed SVG", "XML whose root is svg",
             "mend the picture"),
        AuditRule("json", _S, "Every JSON file and description can be parsed", "JSON (RFC 8259)",
             "mend the file"),
        AuditRule("csv", _S, "Every CSV file can be parsed",
             "RFC 4180: a header, and as many fields in each row", "mend the row"),
        AuditRule("feed", _S, "Feeds and site maps are well-formed XML of their kind",
             "an Atom feed, a urlset", "mend the file"),
        AuditRule("outside-html", _C, "No page loads anything from elsewhere",
             "the site's own files; a plain link may lead anywhere",
             "put the file into the site"),
        AuditRule("outside-css", _C, "No style loads anything from elsewhere",
             "url() and @import of the site's own files", "put the file into the site"),
        AuditRule("outside-svg", _C, "No picture loads anything",
             "all that is drawn in the picture itself", "draw it in the picture"),
        AuditRule("urls-txt", _C, "urls.txt lists the files, and nothing else",
             "one line for each file", "build the site again"),
        AuditRule("manifest", _C, "manifest-sha256.txt proves every other file",
             "the SHA-256 hash of each other file and nothing else", "build the site again"),
        AuditRule("title", _M, "Every page has a title of its own",
             "one <title> that no other page of the language has", "say what only this page has"),
        AuditRule("description", _M, "Every page has a description",
             f"a meta description that at most {SHARED} pages of a language share",
             "say what the page shows"),
        AuditRule("lang", _M, "Every page says its language", "<html lang>", "add it"),
        AuditRule("alt", _M, "Every image has a text", "an alt attribute; empty where it decorates",
             "say what the image shows"),
        AuditRule("beside", _M, "Every chart stands beside its figures",
             "a <table>, or a link to a CSV file, in the <figure> of the image",
             "put the image into a figure with its table"),
        AuditRule("picture-title", _M, "Every chart says by itself what it shows",
             'role="img" and a <title> first in the SVG', "add them"),
        AuditRule("csv-metadata", _M, "Every CSV file is described beside it",
             "<name>.csv-metadata.json whose url is the file", "write the description"),
        AuditRule("lastmod", _M, "Every lastmod is a date that stands on its page",
             "a date, and a <time> of it on the page", "show the date, or leave lastmod out"),
        AuditRule("lastmod-kept", _M, "The lastmod of a page that did not change stays",
             "the lastmod of the older site", "keep the date while the page is what it was"),
        AuditRule("lastmod-new", _M, "The lastmod of a page that changed is new",
             "another lastmod than in the older site", "give the page the date of its change",
             warns=True),
        AuditRule("time", _M, "Programs can read every day that a page names",
             "<time datetime> with a real date around every day that a text names, but for tables",
             "put the date into <time datetime>"),
    )
}  # fmt: skip
