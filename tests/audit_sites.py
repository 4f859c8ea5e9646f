"""Sites that break one rule of the audit each: the small site, with one thing in it changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from small_site import Tree, small_site

MANIFEST: Final = "manifest-sha256.txt"
ABOUT: Final = "about.html"
LAST: Final = "</main>"
"""Before it, the sites below put what breaks a rule in a page."""


@dataclass(frozen=True)
class Broken:
    """A site that breaks one rule.

    In the file at `path`, `new` takes the place of `old` where that first stands; or `path` is a
    new file of the text `new`, if there is no `old`. `linked` links to it, so that it is reached.
    The finding is in the line where the new text begins, or at `place`, which may be a list that
    ends with a colon: the line of the file is meant. `before` are the files of
    an older site. `listed` says that the lists of files are made anew, as a build would.
    """

    rule: str
    path: str
    old: str
    new: str | bytes
    place: str = ""
    linked: bool = False
    listed: bool = True
    before: Tree = field(default_factory=dict)

    def make(self) -> tuple[Tree, str]:
        """The site, and where the finding is expected."""
        tree = dict(small_site())
        path = next(one for one in tree if one.startswith(self.path)) if self.old else self.path
        new = self.new if isinstance(self.new, bytes) else self.new.encode()
        data, old = tree.get(path, b""), self.old.encode()
        assert old in data, f"{path} does not hold {self.old}"
        at = data.index(old) if old else 0
        tree[path] = data[:at] + new + data[at + len(old) :]
        line = data.count(b"\n", 0, at) + 1
        if self.linked:
            add(tree, ABOUT, f'<a href="{path}">A file</a>')
        place = self.place or f"{path}:{line}"
        if place.endswith(":"):
            list_, _, _ = place.partition(":")
            place += str(tree[list_].decode().split(path)[0].count("\n") + 1)
        if path == "urls.txt":
            return proved(tree), place
        return listed(tree) if self.listed else tree, place


def add(tree: Tree, path: str, html: str) -> None:
    """Put HTML at the end of the main part of a page."""
    tree[path] = tree[path].replace(LAST.encode(), f"{html}{LAST}".encode(), 1)


def listed(tree: Tree) -> Tree:
    """The site with its lists of files made anew."""
    urls = "".join(f"{path}\n" for path in sorted({*tree, MANIFEST}))
    return proved({**tree, "urls.txt": urls.encode()})


def proved(tree: Tree) -> Tree:
    """The site with its manifest made anew."""
    lines = (
        f"{hashlib.sha256(tree[path]).hexdigest()}  {path}\n"
        for path in sorted(tree)
        if path != MANIFEST
    )
    return {**tree, MANIFEST: "".join(lines).encode()}


def _in_page(rule: str, html: str) -> Broken:
    """A site of which one page holds something more."""
    return Broken(rule, ABOUT, LAST, f"{html}\n{LAST}")


def _in_head(rule: str, html: str) -> Broken:
    """A site of which one page has something more in its head."""
    return Broken(rule, ABOUT, "</head>", f"{html}\n</head>")


def _file(rule: str, path: str, content: str = "Some text.\n") -> Broken:
    """A site with one file more, which a page links to."""
    return Broken(rule, path, "", content, place=path, linked=True)


def dated(tree: Tree, lastmod: str, words: str = "", on: str = "2018-03-01") -> Tree:
    """The site with a lastmod of one page, on which a date stands, and words besides."""
    tree = dict(tree)
    loc = b"<loc>about.html</loc>"
    assert loc in tree["sitemap.xml"]
    tree["sitemap.xml"] = tree["sitemap.xml"].replace(
        loc, loc + f"<lastmod>{lastmod}</lastmod>".encode()
    )
    add(tree, ABOUT, f'<p>{words} <time datetime="{on}">A day</time></p>')
    return listed(tree)


_HOST: Final = "https://elsewhere.example.org"
_SVG: Final = "services/full/transactions.svg"
_PAGE: Final = "<url><loc>accessibility.html</loc></url>"

BROKEN: Final[dict[str, Broken]] = {
    "a file without a link": Broken("reached", "lost.txt", "", "Lost.\n", place="lost.txt"),
    "a dead link": Broken("link", ABOUT, 'href="index.html"', 'href="indes.html"'),
    "a link out of the site": _in_page("link", '<a href="../about.html">Up</a>'),
    "a picture that is not there": _in_page("link", '<img src="none.svg" alt="">'),
    "a card that is not there": Broken("link", "index.html", 'content="cards/', 'content="card/'),
    "a description of other data": Broken(
        "link", "index.html", '"contentUrl":"data/', '"contentUrl":"date/'
    ),
    "a package of other data": Broken("link", "datapackage.json", '"data/kpis', '"data/kpas'),
    "a feed of other pages": Broken("link", "feed.xml", 'href="', 'href="x/'),
    "a style that is not there": Broken(
        "link", "assets/perfsite", "body {", "body { background: url(none.png);"
    ),
    "a dead anchor": _in_page("anchor", '<a href="index.html#nowhere">Nowhere</a>'),
    "a dead anchor of its own": _in_page("anchor", '<a href="#nowhere">Nowhere</a>'),
    "a link to a folder": _in_page("folder", '<a href="services/">Services</a>'),
    "a link to a folder without its slash": _in_page("folder", '<a href="services">Services</a>'),
    "a link to the root": _in_page("folder", '<a href="./">Home</a>'),
    "a rooted link": Broken("relative", ABOUT, 'href="index.html"', 'href="/index.html"'),
    "a query": Broken("query", ABOUT, 'href="index.html"', 'href="index.html?page=1"'),
    "a version in a query": Broken("query", ABOUT, '.css"', '.css?v=2"'),
    "a colon in a name": _in_page("scheme", '<a href="a:b.html">Both</a>'),
    "a mail to nobody": _in_page("scheme", '<a href="mailto:nobody">Mail</a>'),
    "an underscore": _file("characters", "data/a_b.txt"),
    "a capital letter": _file("characters", "data/About.txt"),
    "a space": _file("characters", "data/a b.txt"),
    "a long name": _file("length", f"data/{'x' * 97}.txt"),
    "a long path": _file("length", f"{'y' * 90}/{'x' * 90}.txt"),
    "a name of Windows": _file("reserved", "data/con.txt"),
    "a file and a folder": _file("case", "services/full"),
    "a file twice": Broken(
        "once", "data/robots.txt", "", "User-agent: *\nAllow: /\n", place="robots.txt", linked=True
    ),
    "an address that is gone": Broken(
        "stays", "data/x.txt", "", "More.\n", place="services/gone.html", linked=True,
        before={"urls.txt": b"index.html\nservices/gone.html\n"},
    ),
    "an address of another host that is gone": Broken(
        "stays", "data/x.txt", "", "More.\n", place="services/gone.html", linked=True,
        before={"urls.txt": b"https://a.org/b/index.html\nhttps://a.org/b/services/gone.html\n"},
    ),
    "an address of an edition that is gone": Broken(
        "stays", "editions/2017-01-01/urls.txt", "", "index.html\ngone.svg\n",
        place="editions/2017-01-01/urls.txt:2", linked=True,
    ),
    "a page that no map lists": Broken("sitemap-xml", "sitemap.xml", _PAGE, "", "sitemap.xml"),
    "a page that is not there": Broken(
        "sitemap-xml", "sitemap.xml", _PAGE, f"<url><loc>none.html</loc></url>\n{_PAGE}"
    ),
    "a page listed twice": Broken(
        "sitemap-xml", "sitemap.xml", "</urlset>", f"{_PAGE}\n</urlset>"
    ),
    "a page that the site map does not link to": Broken(
        "sitemap-html", "sitemap.html", '<li><a href="about.html">About the data</a></li>', "",
        "sitemap.html",
    ),
    "robots kept out": Broken("robots-txt", "robots.txt", "Allow: /", "Disallow: /data/"),
    "a page kept from robots": _in_head("robots-meta", '<meta name="robots" content="noindex">'),
    "a link kept from robots": _in_page(
        "robots-meta", '<a rel="nofollow" href="index.html">Home</a>'
    ),
    "a form": _in_page("form", '<form action="index.html"></form>'),
    "a field": _in_page("form", '<input type="search" aria-label="Search">'),
    "a drop-down of addresses": Broken(
        "choice", "services/index.html", '<option value="">', '<option value="../about.html">'
    ),
    "a script that fetches": Broken(
        "fetch", "assets/filter", "function show", "fetch(x);function show"
    ),
    "a script that sends": Broken(
        "fetch", "assets/filter", "function show", "new XMLHttpRequest();function show"
    ),
    "a script with an address": Broken(
        "inline-script", "assets/filter", "function show", 'let a = "x/y.html"; function show'
    ),
    "a script in a page": _in_page("inline-script", "<script>let a = 1;</script>"),
    "a script in an attribute": _in_page("inline-script", '<p onclick="go()">Go</p>'),
    "a script in a link": _in_page("inline-script", '<a href="javascript:go()">Go</a>'),
    "an object": _in_page("element", '<object data="robots.txt"></object>'),
    "a frame": _in_page("element", '<iframe src="index.html" title="Home"></iframe>'),
    "a set of sources": _in_page(
        "element", '<img src="cards/site.jpg" srcset="cards/site.jpg 2x" alt="">'
    ),
    "another base": _in_head("element", '<base href="index.html">'),
    "a page that leads on by itself": _in_head(
        "element", '<meta http-equiv="refresh" content="5">'
    ),
    "words for those without scripts": _in_page("scripts-off", "<noscript>No script.</noscript>"),
    "words that are hidden": _in_page("scripts-off", "<p hidden>Later.</p>"),
    "words that are not displayed": _in_page("scripts-off", '<p style="display: none">Later.</p>'),
    "a packed file alone": _file("packed", "data/more.csv.gz"),
    "a text that is not UTF-8": Broken("utf-8", "robots.txt", "User", b"# \xff\nUser"),
    "no doctype": Broken("doctype", ABOUT, "<!DOCTYPE html>", "", f"{ABOUT}:1"),
    "another encoding": Broken("charset", ABOUT, 'charset="utf-8"', 'charset="latin-1"'),
    "an element closed twice": _in_page("nesting", "</div>"),
    "an element that stays open": _in_page("nesting", "<p><b>Bold</p>"),
    "an id twice": _in_page("ids", '<p id="main"></p>'),
    "a second heading": _in_page("heading", "<h1>Again</h1>"),
    "no heading": Broken(
        "heading", "404.html", "h1>Page not found</h1", "h2>No page</h2", "404.html"
    ),
    "a style that cannot be read": Broken("css", "assets/perfsite", "body {", "} body {"),
    "a picture that cannot be read": Broken("svg", _SVG, "<desc>", "<desc><desc>"),
    "a picture that is none": Broken(
        "svg", _SVG, 'xmlns="http://www.w3.org/2000/svg"', 'xmlns="urn:x"'
    ),
    "JSON that cannot be read": Broken("json", "services/full.json", "{", "{{"),
    "a number that JSON has not": _file("json", "data/more.json", '{"a": NaN}\n'),
    "a description that cannot be read": Broken("json", "index.html", '{"@context"', '{@context"'),
    "a row too short": Broken("csv", "data/kpis.csv", "full,", "full\r\nfull,"),
    "a quote that stays open": Broken("csv", "services/full.csv", "full,", '"full"x,'),
    "a feed that cannot be read": Broken("feed", "feed.xml", "<title>", "<title>&"),
    "a feed that is none": Broken("feed", "feed.xml", "http://www.w3.org/2005/Atom", "urn:x"),
    "a site map that cannot be read": Broken("feed", "sitemap.xml", "<loc>", "<loc>&"),
    "a picture from elsewhere": _in_page("outside-html", f'<img src="{_HOST}/a.png" alt="">'),
    "a style sheet from elsewhere": _in_head(
        "outside-html", f'<link rel="stylesheet" href="{_HOST}/a.css">'
    ),
    "a picture from elsewhere in a drawing": _in_page(
        "outside-html", f'<svg><image xlink:href="{_HOST}/a.png"/></svg>'
    ),
    "a promise to go elsewhere": _in_head(
        "outside-html", f'<link rel="preconnect" href="{_HOST}">'
    ),
    "a script from elsewhere": _in_head(
        "outside-html", '<script src="//elsewhere.example.org/a.js"></script>'
    ),
    "a background from elsewhere": Broken(
        "outside-css", "assets/perfsite", "body {", f"body {{ background: url({_HOST}/a.png);"
    ),
    "an import from elsewhere": Broken(
        "outside-css", "assets/perfsite", ":root", f'@import "{_HOST}/a.css";:root'
    ),
    "a style attribute from elsewhere": _in_page(
        "outside-css", f"<p style=\"background: url('{_HOST}/a.png')\">Blue</p>"
    ),
    "a style element from elsewhere": _in_head(
        "outside-css", f"<style>p {{ background: url({_HOST}/a.png) }}</style>"
    ),
    "a picture in a picture": Broken(
        "outside-svg", _SVG, "</svg>", f'<image href="{_HOST}/a.png"/></svg>'
    ),
    "a part of another picture": Broken(
        "outside-svg", _SVG, "</svg>", '<use href="digital-take-up.svg#a"/></svg>'
    ),
    "a script in a picture": Broken("outside-svg", _SVG, "</svg>", "<script/></svg>"),
    "a font in a picture": Broken(
        "outside-svg", _SVG, "</svg>", f"<style>@font-face {{ src: url({_HOST}/a) }}</style></svg>"
    ),
    "a style sheet of a picture": Broken(
        "outside-svg", _SVG, "<svg", '<?xml-stylesheet href="a.css"?><svg'
    ),
    "a file that is not listed": Broken(
        "urls-txt", "urls.txt", "about.html\n", "", "urls.txt"
    ),
    "a listed file that is not there": Broken(
        "urls-txt", "urls.txt", "about.html\n", "about.htm\nabout.html\n"
    ),
    "other bytes than were proved": Broken(
        "manifest", "robots.txt", "Allow: /", "Allow:  /", f"{MANIFEST}:", listed=False
    ),
    "a proof of nothing": Broken(
        "manifest", MANIFEST, "\n", f"\n{'0' * 64}  none.txt\n", f"{MANIFEST}:2", listed=False
    ),
    "a title twice": Broken(
        "title", "accessibility.html", "<title>Accessibility statement - Service figures</title>",
        "<title>About the data - Service figures</title>",
    ),
    "no title": Broken(
        "title", ABOUT, "<title>About the data - Service figures</title>", "", ABOUT
    ),
    "no description": Broken("description", ABOUT, 'name="description"', 'name="x"', ABOUT),
    "no language": Broken("lang", ABOUT, ' lang="en-GB"', ""),
    "a picture without text": _in_page("alt", f'<img src="{_SVG}">'),
    "a picture by itself": _in_page("beside", f'<img src="{_SVG}" alt="A chart">'),
    "a picture without a title": Broken(
        "picture-title", _SVG, "<title>", "<desc/><title>"
    ),
    "a picture that says not what it is": Broken("picture-title", _SVG, ' role="img"', ""),
    "metadata of other data": Broken(
        "csv-metadata", "services/full.csv-metadata.json", '"full.csv"', '"fill.csv"'
    ),
    "data without metadata": Broken(
        "csv-metadata", "data/more.csv", "", "a,b\r\n1,2\r\n", "data/more.csv", linked=True
    ),
    "a lastmod that is no date": Broken(
        "lastmod", "sitemap.xml", "<loc>about.html</loc>",
        "<loc>about.html</loc><lastmod>2018-13-01</lastmod>",
    ),
    "a lastmod that the page does not show": Broken(
        "lastmod", "sitemap.xml", "<loc>about.html</loc>",
        "<loc>about.html</loc><lastmod>2018-05-05</lastmod>", ABOUT,
    ),
    "a day outside time": _in_page("time", "<p>Made on 7 March 2017.</p>"),
    "a day that there is not": _in_page("time", '<time datetime="2018-02-30">Then</time>'),
}  # fmt: skip
