"""A small site and the means to read any site back.

The file is not called `site`, because Python has a module of that name. Eleven services stand for
the cases that pages must get right; `data_folder` writes them, `small_site` builds them through
`build_site` and reads back what `write_site` has put on the disk. What a site may have besides
(a second language, a logo, measures, journeys and targets of its own, a choice of modules) is in
`small_site_in_two_languages`.
"""

from __future__ import annotations

import csv
import io
import json
import os
import posixpath
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from perfsite.analysis import analyse
from perfsite.build import BuiltSite, build_site
from perfsite.cli import main
from perfsite.load import load_data, load_theme, with_editions
from perfsite.model import Edition
from perfsite.write import write_site

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from perfsite.load import Data

ROOT: Final = Path(__file__).parents[1]
Tree = dict[str, bytes]
"""A site as its files: path to bytes."""

CONFIG: Final = """\
title = "Service figures"
publisher = "The Office of Examples"
description = "Figures of invented services."
contact = "figures@example.org"
licence = "Open Government Licence v3.0"
licence_url = "https://example.org/licence"
published = [2018-03-01, 2018-09-19, 2017-01-01]
caveats = ["All of it is invented."]

[[sources]]
name = "The register of examples"
publisher = "The Office of Examples"
licence = "Open Government Licence v3.0"
url = "https://example.org/register"
note = "Invented."

[checks.severity]
PS210 = "off" # its figures repeat, and two of its bodies differ by a hyphen: both are meant
PS214 = "off"
"""
REGISTER: Final = """\
service,name,department,department_abbr,agency,category,url,description,cost_notes,notes,\
aliases,opened,closed
full,Pay a toll,Ministry of Roads,MoR,Ministry of Roads,Payments,https://example.org/toll,\
For drivers.,Wages only.,Old.,,2010-04,
no-figures,Ask for nothing,Ministry of Roads,MoR,Roads Agency,Payments,,,,,,,
withheld,Count a car,Ministry of Roads,MoR,Roads-Agency,,,,,,,,
weekly,Claim a week,Ministry of Time,MoT,,Claims,,,,,,,
confidential,Keep a secret,Ministry of Time,MoT,,Claims,,,,,,,
not-applicable,"Write <b>to</b> us & ""them"" now",Ministry of Time,MoT,Clock House,,,,,,,,
closed,Wind a clock,Ministry of Time,MoT,Clock House,Claims,,,,,,2001,2016-09
renamed,Set a clock,Ministry of Time,MoT,Clock House,Claims,,,,,old-name older-name,,
satisfied,Rate a clock,Ministry of Time,MoT,Clock House,Claims,,,,,,,
monitored,Watch a clock,Ministry of Time,MoT,Clock House,Claims,,,,,,,
one-figure,Stop a clock,Ministry of Time,MoT,Clock House,,,,,,,,
"""
SUBMISSIONS: Final = {
    "full.csv": """\
period,transactions,transactions:digital,cost,started,completed,\
rating_1,rating_2,rating_3,rating_4,rating_5,note
2015-Q4,1000,400,2500.75,1200,900,10,0,0,0,90,
2016-Q1,1100,450,2500,1200,900,10,0,0,0,90,
2016-Q2,1200,500,2500,1200,900,10,0,0,0,90,
2016-Q3,1300,550,2500.5,1200,900,10,0,0,0,90,the bridge was shut
2016-Q4,1100,600,2400,1200,1000,5,0,0,0,95,
2017-Q1,1200,650,2400,1200,1000,5,0,0,0,95,
2017-Q2,1300,700,2400,1200,1000,5,0,0,0,95,
2017-Q3,1400,750,2400.25,1200,1000,5,0,0,0,95,counted twice and mended
""",
    "withheld.csv": """\
period,transactions,transactions:digital
2015-10/2016-09,674,300
2016-10/2017-09,674,3080
""",
    "weekly.csv": """\
period,started,completed
2017-W30,200,150
2017-W31,210,[x]
2017-W32,220,170
2017-W33,190,188
""",
    "clocks.json": """\
{"observations": [
  {"service": "closed", "period": "2014-10/2015-09", "measure": "transactions", "value": 77},
  {"service": "closed", "period": "2015-10/2016-09", "measure": "transactions", "value": "70 [p]"},
  {"service": "satisfied", "period": "2017-08", "measure": "user_satisfaction", "value": "88.4%"},
  {"service": "satisfied", "period": "2017-09", "measure": "user_satisfaction", "value": 0.9},
  {"service": "monitored", "period": "2017-09", "measure": "uptime", "value": 2591000},
  {"service": "monitored", "period": "2017-09", "measure": "downtime", "value": 1000},
  {"service": "one-figure", "period": "2016-10/2017-09", "measure": "transactions", "value": 0}
]}
""",
    "deep/er/tidy.csv": """\
service,period,measure,channel,value,note
confidential,2016-10/2017-09,transactions,,[c],
confidential,2016-10/2017-09,cost_per_transaction,,[c],
not-applicable,2015-10/2016-09,transactions,,5000,
not-applicable,2016-10/2017-09,transactions,,6000,
not-applicable,2015-10/2016-09,transactions,digital,[z],
not-applicable,2016-10/2017-09,transactions,digital,[z],
renamed,2015-10/2016-09,transactions,,300,
renamed,2016-10/2017-09,transactions,,330,
renamed,2016-10/2017-09,cost_per_transaction,,0.0065,
renamed,2016-10/2017-09,transactions,digital,300,
renamed,2016-10/2017-09,transactions,phone,30,
""",
}
SERVICES: Final = tuple(row.split(",")[0] for row in REGISTER.splitlines()[1:])
MOVED: Final = {"old-name", "older-name"}

MORE_CONFIG: Final = f"""\
logo = "logo.svg"
cards = "services"
languages = ["en-GB", "fr"]
status = "Invented"
{CONFIG}
[translations.fr]
title = "Chiffres des services"
publisher = "Le Bureau des exemples"
description = "Les chiffres de services imaginaires."
status = "Imaginaire"
caveats = ["Tout est imaginaire."]

[measures.calls]
name = "Calls"
kind = "count"
aggregation = "sum"
better = "lower"

[measures.queue]
name = "People waiting"
kind = "count"
aggregation = "last"

[measures.confirmed]
name = "Confirmed"
kind = "count"
aggregation = "sum"

[[journeys]]
service = "full"
name = "Paying a toll"
steps = ["started", "confirmed", "completed"]

[targets.full]
digital_take_up = 0.6
"""
CHOSEN: Final = {
    "renamed": ("digital-take-up", "transactions"),
    "monitored": ("readings", "measure-calls", "channels"),
}
"""The modules that services of the site in two languages choose."""
MORE_REGISTER: Final = "".join(
    f"{line},{'modules' if not number else ' '.join(CHOSEN.get(line.split(',')[0], ()))}\n"
    for number, line in enumerate(REGISTER.splitlines())
)
MORE_SUBMISSIONS: Final = {
    **SUBMISSIONS,
    "more.csv": """\
service,period,measure,channel,value,note
full,2017-Q2,confirmed,,1100,
full,2017-Q3,confirmed,,1050,
monitored,2017-Q2,transactions,online,100,
monitored,2017-Q2,transactions,phone,50,
monitored,2017-Q2,transactions,paper,25,
monitored,2017-Q3,transactions,online,120,
monitored,2017-Q3,transactions,phone,40,
monitored,2017-Q3,transactions,paper,20,
monitored,2017-Q2,calls,,30,
monitored,2017-Q3,calls,,20,
monitored,2017-09-29,queue,,7,
monitored,2017-09-30,queue,,5,
""",
}
LOGO: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><path d="M0 0h9v9z"/></svg>'
)


def data_folder(
    parent: Path,
    *,
    register: str = REGISTER,
    submissions: Mapping[str, str | bytes] | None = None,
    config: str = CONFIG,
    logo: bytes = b"",
) -> Path:
    """Write a data folder into `parent`: the small one, or with parts of it replaced."""
    folder = parent / "data"
    parts: dict[str, str | bytes] = {"perfsite.toml": config, "services.csv": register}
    if logo:
        parts["logo.svg"] = logo
    given = SUBMISSIONS if submissions is None else submissions
    parts |= {f"submissions/{name}": content for name, content in given.items()}
    for name, content in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


class Silent:
    """Hears the progress of a build, and remembers it."""

    def __init__(self) -> None:
        self.total = 0
        self.done = 0

    def start(self, total: int) -> None:
        """The number of parts."""
        self.total = total

    def advance(self, number: int) -> None:
        """So many more are made."""
        self.done += number


def build(data: Data, *, charts: bool = False, on: date | None = None) -> BuiltSite:
    """Build loaded data in this process, with one worker for the charts."""
    edition = Edition(on or max(data.config.published), data.hash)
    known = analyse(data, edition.date)
    return build_site(known, edition, load_theme(), workers=1, charts=charts, progress=Silent())


def build_folder(folder: Path, *, charts: bool = False, on: date | None = None) -> Tree:
    """Build a data folder with its editions, and give the files as they would be written."""
    data = load_data(folder)
    when = on or max(data.config.published)
    site = build(with_editions(data, folder, when), charts=charts, on=when)
    return {file.path: file.data for file in site.files}


@cache
def small_site() -> Tree:
    """The small site with its charts, as it stands on the disk; the same one for every test."""
    with tempfile.TemporaryDirectory() as name:
        return _written(Path(name), data_folder(Path(name)))


@cache
def small_site_in_two_languages() -> Tree:
    """The small site in English and French, with all that a site may have, charts included."""
    with tempfile.TemporaryDirectory() as name:
        data = data_folder(
            Path(name),
            register=MORE_REGISTER,
            submissions=MORE_SUBMISSIONS,
            config=MORE_CONFIG,
            logo=LOGO,
        )
        return _written(Path(name), data)


def _written(folder: Path, data: Path) -> Tree:
    write_site(build(load_data(data), charts=True).files, folder / "site")
    return read_tree(folder / "site")


def read_tree(folder: Path) -> Tree:
    """Every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def perfsite(*args: str | Path) -> Ran:
    """Run a command in this process, as the console script would."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(arg) for arg in args], prog_name="perfsite")
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int), f"perfsite ended with {code!r}"
    return Ran(code, out.getvalue(), err.getvalue())


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that is to find this checkout's perfsite."""
    kept = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **more}


def hear_interrupts() -> None:
    """For a new process: a job in the background does not hear Ctrl+C, nor do those it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def command(*args: str | Path) -> list[str]:
    """The words that run perfsite in a process of its own."""
    return [sys.executable, "-m", "perfsite", *(str(arg) for arg in args)]


def run(*args: str | Path, cwd: Path | None = None, **variables: str) -> Ran:
    """Run a command in a process of its own, with these environment variables besides."""
    done = subprocess.run(
        command(*args),
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


_VOID: Final = frozenset({"meta", "link", "br", "hr", "img", "input", "wbr", "source", "base"})
_LOADS: Final = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping"}


@dataclass
class Page:
    """What a page of HTML holds; `tables` are rows of cells by caption, the header row first.

    `scripts` are the texts of script elements, which no reader sees: JSON-LD.
    """

    path: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    elements: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self, tag: str) -> list[str]:
        """The text of every element of a kind, with its spaces made one."""
        return [" ".join(text.split()) for text in self.elements.get(tag, [])]

    @property
    def words(self) -> str:
        """All text that a reader sees."""
        return " ".join(" ".join(self.texts).split())

    @property
    def title(self) -> str:
        """The text of `<title>`; there must be one."""
        (title,) = self.text("title")
        return title

    @property
    def description(self) -> str:
        """The description for search engines; there must be one."""
        (found,) = [a["content"] for a in self.all("meta") if a.get("name") == "description"]
        return found

    @property
    def is_embed(self) -> bool:
        """Whether this is one figure, made to be shown within another page."""
        return any(a.get("class") == "embed" for a in self.all("main"))

    @property
    def alternates(self) -> dict[str, str]:
        """The same page in all languages of the site: addresses by language."""
        return {a["hreflang"]: a["href"] for a in self.all("link") if "hreflang" in a}

    @property
    def ids(self) -> list[str]:
        """Every id, in the order of the page."""
        return [a["id"] for _, a in self.tags if "id" in a]

    @property
    def hrefs(self) -> list[tuple[str, str]]:
        """Tag and address of everything that is linked or loaded."""
        return [
            (tag, value)
            for tag, attributes in self.tags
            for name, value in attributes.items()
            if name == "href"
            or name in _LOADS
            or (name == "content" and attributes.get("property") == "og:image")
        ]


class _Reader(HTMLParser):
    """Fills a page; keeps the text of the elements that tests ask for."""

    kept: Final = frozenset(
        {"title", "h1", "h2", "h3", "p", "li", "th", "td", "dt", "dd", "caption", "summary", "a"}
        | {"label"}
    )

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.open: list[str] = []
        self.classes: list[str] = []
        self.inside: list[tuple[str, list[str]]] = []
        self.caption = ""
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Note the element; one with an attribute twice is wrong."""
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.page.wrong.append(f"<{tag}> has an attribute twice")
        attributes = {name: value or "" for name, value in attrs}
        self.page.tags.append((tag, attributes))
        if tag == "script" and self.open[-1:] != ["head"]:
            self.page.wrong.append("<script> outside the head")
        if tag in {"select", "input", "button"} and "filter" not in self.classes:
            self.page.wrong.append(f"<{tag}> outside the filter")
        if tag in _VOID:
            return
        self.open.append(tag)
        self.classes.append(attributes.get("class", ""))
        if tag == "table":
            self.caption, self.rows = "", []
        if tag == "tr":
            self.rows.append([])
        if tag in self.kept:
            self.inside.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        """Close the element, which must be the innermost one."""
        if not self.open or self.open.pop() != tag:
            self.page.wrong.append(f"</{tag}> closes another element")
        self.classes = self.classes[: len(self.open)]
        if tag == "table":
            self.page.tables[self.caption] = self.rows
        if self.inside and self.inside[-1][0] == tag:
            _, texts = self.inside.pop()
            text = "".join(texts)
            self.page.elements.setdefault(tag, []).append(text)
            if tag == "caption":
                self.caption = " ".join(text.split())
            elif tag in {"th", "td"}:
                self.rows[-1].append(" ".join(text.split()))
            if self.inside:
                self.inside[-1][1].append(text)

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if self.open[-1:] == ["script"]:
            self.page.scripts.append(data)
            return
        self.page.texts.append(data)
        if self.inside:
            self.inside[-1][1].append(data)


def read_page(path: str, data: bytes) -> Page:
    """A page by its HTML."""
    page = Page(path)
    reader = _Reader(page)
    reader.feed(data.decode())
    reader.close()
    page.wrong += [f"<{tag}> is never closed" for tag in reader.open]
    return page


def pages_of(tree: Tree) -> dict[str, Page]:
    """Every page of a site by its path."""
    return {path: read_page(path, data) for path, data in tree.items() if path.endswith(".html")}


@cache
def small_pages() -> dict[str, Page]:
    """Every page of the small site."""
    return pages_of(small_site())


@cache
def small_pages_in_two_languages() -> dict[str, Page]:
    """Every page of the small site in two languages."""
    return pages_of(small_site_in_two_languages())


def target_of(path: str, href: str) -> str:
    """The path of the file to which a relative address leads from the file at `path`."""
    there = urlsplit(href).path
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), there)) if there else path


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True


def _described(script: str) -> list[str]:
    """The addresses in a page's description for machines: those of the page and of its data."""
    found = []
    todo: list[object] = [json.loads(script)] if _is_json(script) else []
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            found += [value for key, value in one.items() if key in {"url", "contentUrl"}]
            todo += one.values()
        elif isinstance(one, list):
            todo += one
    return [str(address) for address in found]


def machine_links(tree: Tree, path: str) -> list[str]:
    """The relative addresses to which a file that is no page leads those who read such files.

    A CSV file leads to its metadata by its name and its folder, as CSVW has it.
    """
    if path.endswith(".csv"):
        folder = posixpath.join(posixpath.dirname(path), "csv-metadata.json")
        name = posixpath.basename(path)
        return [
            posixpath.basename(each)
            for each in (posixpath.join(posixpath.dirname(path), f"{name}-metadata.json"), folder)
            if each in tree
        ]
    if path.endswith("csv-metadata.json"):
        content = json.loads(tree[path])
        return [table["url"] for table in content.get("tables", [content])]
    if path == "datapackage.json":
        return [resource["path"] for resource in json.loads(tree[path])["resources"]]
    if path == "feed.xml":
        links = ET.fromstring(tree[path]).iter("{http://www.w3.org/2005/Atom}link")  # noqa: S314
        return [link.attrib["href"] for link in links]
    return []


def link_faults(tree: Tree, pages: Mapping[str, Page]) -> list[str]:
    """Every link that leads nowhere, is not relative to its page, or loads from elsewhere."""
    anchors = {path: set(page.ids) for path, page in pages.items()}
    faults = []
    for path, page in pages.items():
        for tag, href in page.hrefs:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                if tag != "a" or parts.scheme not in ("http", "https", "mailto"):
                    faults.append(f"{path}: <{tag}> of another host: {href}")
                elif parts.scheme == "mailto" and "@" not in parts.path:
                    faults.append(f"{path}: a mail to nobody: {href}")
                continue
            target = target_of(path, href)
            if href.startswith("/") or parts.query or target not in tree:
                faults.append(f"{path}: <{tag}> leads to no file: {href}")
            elif parts.fragment and parts.fragment not in anchors.get(target, set()):
                faults.append(f"{path}: <{tag}> leads to no place in the page: {href}")
        faults += [
            f"{path}: the description leads to no file: {href}"
            for script in page.scripts
            for href in _described(script)
            if not urlsplit(href).scheme and target_of(path, href) not in tree
        ]
    faults += [
        f"{path}: leads to no file: {href}"
        for path in tree
        for href in machine_links(tree, path)
        if not urlsplit(href).scheme and target_of(path, href) not in tree
    ]
    faults += [
        f"{path}: loads something: {match}"
        for path, data in tree.items()
        if path.endswith((".css", ".svg"))
        for match in re.findall(rb"@import|url\([^)#]*\)|(?:xlink:)?href=|<script|<image", data)
    ]
    faults += [
        f"{path}: loads something: {match}"
        for path, data in tree.items()
        if path.endswith(".js")
        for match in re.findall(rb"https?:|fetch|XMLHttp|\bimport\b|\beval\b|\.src\b", data)
    ]
    return faults


_LIST: Final = re.compile(r"(?:[a-z-]+/)?services/(?:index|by-[a-z-]+)\.html")


def page_faults(pages: Mapping[str, Page], languages: Mapping[str, str] | None = None) -> list[str]:
    """Every page that lacks what each page must have, or is not whole.

    `languages` are the folders of the languages besides the first, which is British English.
    """
    faults = []
    for path, page in pages.items():
        counts = {tag: len(page.text(tag)) for tag in ("title", "h1")}
        lang = [a.get("lang") for a in page.all("html")]
        wanted = (languages or {}).get(path.partition("/")[0], "en-GB")
        described = [a for a in page.all("meta") if a.get("name") == "description" and a["content"]]
        faults += [f"{path}: {count} of <{tag}>" for tag, count in counts.items() if count != 1]
        faults += [f"{path}: {what}" for what in page.wrong]
        if lang != [wanted]:
            faults.append(f"{path}: the language is {lang}")
        if len(described) != 1:
            faults.append(f"{path}: {len(described)} descriptions")
        if len(page.ids) != len(set(page.ids)):
            faults.append(f"{path}: an id stands twice")
        faults += [
            f"{path}: an image without {name}"
            for image in page.all("img")
            for name in ("alt", "width", "height")
            if not image.get(name) and not _is_logo(image, name)
        ]
        faults += [f"{path}: <{what}> is not for archives" for what in _not_for_archives(page)]
        faults += [f"{path}: a description is no JSON" for x in page.scripts if not _is_json(x)]
    return faults


def _is_logo(image: Mapping[str, str], lacks: str) -> bool:
    """Whether an image is the logo, beside which the title stands: it needs neither text nor width.

    The title says what the logo says, and its height alone keeps its shape.
    """
    return "assets/" in image["src"] and "alt" in image and lacks != "height"


def _not_for_archives(page: Page) -> list[str]:
    """The elements of a page that need something at work, or change what others mean.

    The filter of the services list may have its plain script, a page its description for
    machines, and a figure within somebody else's page leads out of its frame.
    """
    allowed: list[tuple[str, set[str]]] = []
    if _LIST.fullmatch(page.path):
        allowed += [("script", {"src"}), ("select", {"id", "name"})]
    found = []
    for tag, attributes in page.tags:
        if tag in {"script", "form", "object", "embed", "iframe", "base", "picture", "select"}:
            is_data = tag == "script" and attributes == {"type": "application/ld+json"}
            leaves = tag == "base" and page.is_embed and attributes == {"target": "_top"}
            if not is_data and not leaves and (tag, set(attributes)) not in allowed:
                found.append(tag)
    return found


_NO_WORDS: Final = re.compile(
    r"\b(NaN|nan|None(?! of (?:its|their|the)\b)|undefined|null|NaT|inf|Infinity|True|False)\b"
)


def odd_words(page: Page) -> list[str]:
    """Words of a program in what a page shows: its text, and its attributes."""
    values = [value for _, attributes in page.tags for value in attributes.values()]
    return [match[0] for text in (page.words, *values) for match in _NO_WORDS.finditer(text)]


def odd_words_of_svg(data: bytes) -> list[str]:
    """Words of a program in the text and attributes of a picture."""
    values = [
        value
        for element in ET.fromstring(data).iter()  # noqa: S314 - perfsite's own output
        for value in (element.text or "", *element.attrib.values())
    ]
    return [match[0] for value in values for match in _NO_WORDS.finditer(value)]
