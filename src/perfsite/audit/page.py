"""A page of HTML: parsed once, with its links, its names, and what stands wrong within it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import tinycss2
from babel import Locale, UnknownLocaleError
from lxml import etree

from perfsite.audit.rules import Finding
from perfsite.language.dates import DayFinder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Element = Any


# Dates as pages and site maps write them.


_COARSE: Final = re.compile(r"\d{4}|\d{4}-(0[1-9]|1[0-2])|\d{4}-W([0-4]\d|5[0-3])")


def is_date(text: str) -> bool:
    """Whether a text is a year, a month, a week, a day or a moment as HTML writes them."""
    return bool(_COARSE.fullmatch(text)) or is_day(text)


def is_day(text: str) -> bool:
    """Whether a text is a day that there is, or a moment of one."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.match(r"\d{4}-\d{2}-\d{2}(T|$)", text))


@cache
def finder(tag: str) -> DayFinder | None:
    """What finds the days in a text of a language; None where the language is not known."""
    try:
        return DayFinder(Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return None


# CSS: what a sheet, an element or an attribute of styles loads, and what is wrong with it.


class Styles(NamedTuple):
    """The addresses that CSS loads, and its parse errors, with their lines."""

    addresses: list[tuple[int, str]]
    errors: list[tuple[int, str]]


def read_sheet(text: str, first: int = 1) -> Styles:
    """A style sheet; its first line is the line `first` of its file."""
    return _read(tinycss2.parse_stylesheet(text, skip_comments=True), first)


def read_attribute(text: str, line: int) -> Styles:
    """The text of a style attribute in a line of a page."""
    return _read(tinycss2.parse_blocks_contents(text, skip_comments=True), line)


def _read(nodes: Iterable[Any], first: int) -> Styles:
    styles = Styles([], [])
    _walk(nodes, first - 1, styles, is_import=False)
    return styles


def _walk(nodes: Iterable[Any], before: int, styles: Styles, *, is_import: bool) -> None:
    """Gather addresses and errors from nodes, and from those within them."""
    for node in nodes:
        line = node.source_line + before
        if node.type == "error":
            styles.errors.append((line, node.message))
        elif node.type == "url" or (is_import and node.type == "string"):
            styles.addresses.append((line, node.value))
        elif node.type == "function" and node.lower_name in {"url", "src", "image-set"}:
            strings = [argument.value for argument in node.arguments if argument.type == "string"]
            styles.addresses.extend((line, address) for address in strings)
            _walk(node.arguments, before, styles, is_import=False)
        elif node.type == "at-rule":
            _walk(node.prelude, before, styles, is_import=node.lower_at_keyword == "import")
            _walk(node.content or (), before, styles, is_import=False)
        elif node.type == "qualified-rule":
            _walk(node.prelude, before, styles, is_import=False)
            inside = tinycss2.parse_blocks_contents(node.content, skip_comments=True)
            _walk(inside, before, styles, is_import=False)
        else:
            parts = (getattr(node, name, None) for name in ("value", "arguments", "content"))
            for part in parts:
                if isinstance(part, list):
                    _walk(part, before, styles, is_import=False)


# Scripts: whether one fetches, sends, or holds what a crawler takes for an address; JSON-LD.


_FETCHES: Final = re.compile(
    r"\bfetch\s*\(|\bXMLHttpRequest\b|\bsendBeacon\b|\bEventSource\b|\bWebSocket\b"
    r"|\bimportScripts\b|\bimport\b|\.src\s*=(?!=)|\.submit\s*\("
)
_ADDRESSES: Final = re.compile(
    r"https?://[^\s\"'`]+"
    r"|(?<=[\"'`])[^\s\"'`]*\.(?:html?|csv|json|svg|xml|jpe?g|png|css|js)(?=[\"'`?#])"
    r"|(?<=[\"'`])(?:\.{0,2}/)[^\s\"'`<>]+(?=[\"'`])"
)
_COMMENTS: Final = re.compile(r"/\*.*?\*/|(?<![:\"'`\\/])//[^\n]*", re.DOTALL)


def script_faults(text: str) -> list[tuple[int, str, str]]:
    """Line, rule and words of what an archive cannot replay in a script."""
    code = _COMMENTS.sub(lambda match: "\n" * match[0].count("\n"), text)
    return [
        (code.count("\n", 0, match.start()) + 1, rule, f"{match[0].strip()} in a script")
        for rule, pattern in (("fetch", _FETCHES), ("inline-script", _ADDRESSES))
        for match in pattern.finditer(code)
    ]


def described(script: str) -> list[str] | None:
    """The addresses in the text of JSON-LD; None where it is no JSON."""
    try:
        todo: list[object] = [json.loads(script)]
    except ValueError:
        return None
    addresses = []
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            addresses += [str(value) for key, value in node.items() if key in {"url", "contentUrl"}]
            todo += node.values()
        elif isinstance(node, list):
            todo += node
    return addresses


# Whether the elements of a page lie within each other, by its tags.
#
# A parser of HTML mends what it reads, each in its own way, and does not say what it mended. So
# the tags are counted here. End tags that HTML lets out (`</li>`, `</p>`) may be missing.


_TAG: Final = re.compile(rb"<(/?[a-zA-Z][a-zA-Z0-9-]*)[^>]*(?<!/)>")
_NO_TAGS: Final = re.compile(rb"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_VOID: Final = frozenset(b"area base br col embed hr img input link meta source track wbr".split())
_IMPLIED: Final = frozenset(
    b"li p dt dd tr td th thead tbody tfoot option optgroup colgroup body html head".split()
)
"""What an end tag of something around it may close."""
_SLASH: Final = ord("/")


def nesting_faults(data: bytes) -> list[tuple[int, str]]:
    """Line and words of every element that is not closed where it was opened."""
    if b"<!--" in data or b"</script" in data or b"</style" in data:
        data = _NO_TAGS.sub(lambda match: b"\n" * match[0].count(b"\n"), data)
    return [] if _is_well_nested(data) else list(_faults(data))


def _is_well_nested(data: bytes) -> bool:
    """Whether each end tag closes the last element that was opened: so it is on most pages."""
    names: list[bytes] = []
    for name in _TAG.findall(data):
        if name[0] == _SLASH:
            if not names or names.pop() != name[1:]:
                return False
        elif name not in _VOID:
            names.append(name)
    return not names


def _faults(data: bytes) -> Iterator[tuple[int, str]]:
    opened: list[tuple[bytes, int]] = []
    for match in _TAG.finditer(data):
        name = match[1].lower()
        if not name.startswith(b"/"):
            if name not in _VOID:
                opened.append((name, match.start()))
            continue
        name = name[1:]
        names = [open_name for open_name, _ in opened]
        while name in names and names[-1] != name and names[-1] in _IMPLIED:
            names.pop()
            opened.pop()
        if names and names[-1] == name:
            opened.pop()
            continue
        yield _line(data, match.start()), f"</{name.decode()}> closes another element"
        if name in names:
            # It closes what was opened before: what was opened since is what was forgotten.
            del opened[len(names) - 1 - names[::-1].index(name) :]
    for name, place in opened:
        if name not in _IMPLIED:
            yield _line(data, place), f"<{name.decode()}> is never closed"


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


# What is known of a page once it is read: its links, its names, and the findings within it.


class PageLink(NamedTuple):
    """An address in a page or a style sheet.

    A browser `loads` some of them by itself. A `plain` one is seen by every crawler. `may_be_full`
    where the address of the site itself may stand in it: rel=canonical, metadata.
    """

    line: int
    what: str
    address: str
    loads: bool = False
    plain: bool = False
    may_be_full: bool = False
    in_css: bool = False


@dataclass
class Page:
    """What is known of a page, and the findings within it.

    `is_part` says that it shows a part of another page, for others to embed. `former` are the
    addresses of which it says where they went. `shown` are its pictures that say something.
    """

    path: str
    lang: str = ""
    titles: list[tuple[int, str]] = field(default_factory=list)
    descriptions: list[tuple[int, str]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    is_part: bool = False
    links: list[PageLink] = field(default_factory=list)
    main_links: list[str] = field(default_factory=list)
    ids: frozenset[str] = frozenset()
    times: set[str] = field(default_factory=set)
    former: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, line: int | None, rule: str, found: str) -> None:
        """Note that a rule is broken."""
        self.findings.append(Finding(self.path, line or 0, rule, found))

    def add_styles(self, styles: Styles) -> None:
        """Note what CSS of the page loads, and what is wrong with it."""
        for line, words in styles.errors:
            self.add(line, "css", words)
        self.links += css_links(styles.addresses)


def css_links(addresses: Iterable[tuple[int, str]]) -> list[PageLink]:
    """The links that are the addresses of CSS."""
    return [
        PageLink(line, "url()", address, loads=True, plain=True, in_css=True)
        for line, address in addresses
    ]


# Reading a page of HTML: it is parsed once, and what stands wrong within it is noted at once.


_PAGES_ADDRESSES: Final = frozenset(
    [
        *("href", "xlink:href", "src", "srcset", "poster", "data"),
        *("action", "formaction", "background", "ping"),
    ]
)
_LOADING: Final = frozenset(
    [
        *("stylesheet", "icon", "apple-touch-icon", "mask-icon", "manifest"),
        *("preload", "modulepreload", "prefetch", "prerender", "preconnect", "dns-prefetch"),
    ]
)
_LOST: Final = frozenset(["object", "embed", "iframe", "frame", "applet", "use", "picture"])
_IDS: Final = etree.XPath("//@id", smart_strings=False)
_PLACED_IDS: Final = etree.XPath("//@id")
_UNTIMED: Final = etree.XPath("//main//text()[not(ancestor::time or ancestor::table)]")
_HANDLERS: Final = etree.XPath("//@*[starts-with(name(), 'on')]")
_STYLED: Final = etree.XPath("//*[@style]")
_HIDDEN: Final = etree.XPath("//*[@hidden or @data-src]")
_MAP: Final = re.compile(r"(?:.*/)?sitemap\.html|(?:[^/]+/)?sitemap/[^/]+/by-letter-[^/]+\.html")
_MAIN_LINKS: Final = etree.XPath("//main//a/@href")
_SEARCH: Final = etree.XPath("boolean(ancestor::*[@role = 'search'])")
_BESIDE: Final = etree.XPath(
    "boolean(ancestor::figure[.//table or "
    ".//a[substring(@href, string-length(@href) - 3) = '.csv']])"
)
_A_HANDLER: Final = re.compile(rb"\son[a-z]+\s*=")
_AN_ADDRESS: Final = re.compile(r"/|\.html?\b")


def read_page(path: str, data: bytes) -> Page:
    """A page by its HTML."""
    page = Page(path)
    for line, words in nesting_faults(data):
        page.add(line, "nesting", words)
    if data[:15].lower() != b"<!doctype html>":
        page.add(1, "doctype", "something else first")
    root = _parsed(data)
    if root is None:  # nothing but spaces, comments or a doctype
        root = _parsed(b"<html></html>")
    for element in root.iter(*_READERS):
        _READERS[element.tag](page, element)
    _read_whole(page, root)
    _read_rare(page, root, data)
    _read_days(page, root, data)
    if is_map(path):
        page.main_links = [str(address) for address in _MAIN_LINKS(root)]
    return page


def is_map(path: str) -> bool:
    """Whether a page is a site map for people, or holds a part of one that has very many links."""
    return _MAP.fullmatch(path) is not None


def _parsed(data: bytes) -> Element:
    parser = etree.HTMLParser(encoding="utf-8")
    return etree.fromstring(data, parser) if data else None


def _read_whole(page: Page, root: Element) -> None:
    """What a page must have once, and what must stand first."""
    page.lang = root.get("lang", "").strip()
    if not page.lang:
        page.add(root.sourceline, "lang", "<html> without lang")
    head = root.find("head")
    first = head[0] if head is not None and len(head) else None
    if first is None or first.tag != "meta" or first.get("charset", "").lower() != "utf-8":
        page.add(None if first is None else first.sourceline, "charset", "something else first")
    for rule, texts in (("title", page.titles), ("description", page.descriptions)):
        if len(texts) != 1 or not texts[0][1]:
            page.add(
                texts[-1][0] if texts else 0, rule, f"{len(texts)} of them, or one of no words"
            )
    if len(page.headings) != 1:
        line = page.headings[-1] if page.headings else 0
        page.add(line, "heading", f"{len(page.headings)} of <h1>")
    ids = _IDS(root)
    page.ids = frozenset(ids)
    if len(ids) != len(page.ids):
        seen: set[str] = set()
        for element_id in _PLACED_IDS(root):
            if element_id in seen:
                page.add(
                    element_id.getparent().sourceline,
                    "ids",
                    f'id="{element_id}" stands there again',
                )
            seen.add(str(element_id))


def _read_days(page: Page, root: Element, data: bytes) -> None:
    """Days outside `<time>`; the periods of a table's rows are not looked at."""
    days = finder(page.lang)
    if days is None or not days.find(data.decode("utf-8", "replace")):
        return
    for text in _UNTIMED(root):
        for start, stop, _ in days.find(text):
            page.add(text.getparent().sourceline, "time", f"{text[start:stop]} outside <time>")


def _read_rare(page: Page, root: Element, data: bytes) -> None:
    """What may stand on any element, and hardly ever does: first it is looked for in the bytes."""
    if _A_HANDLER.search(data):
        for value in _HANDLERS(root):
            words = f'{value.attrname}="{value}"'
            page.add(value.getparent().sourceline, "inline-script", words)
    if b"style=" in data:
        for element in _STYLED(root):
            line, text = element.sourceline, element.get("style")
            page.add_styles(read_attribute(text, line))
            if "display:none" in "".join(text.lower().split()):
                page.add(line, "scripts-off", f'<{element.tag} style="{text}">')
    if b" hidden" in data or b"data-src" in data:
        for element in _HIDDEN(root):
            page.add(
                element.sourceline, "scripts-off", f"<{element.tag}>, which a script has to show"
            )


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _read_title(page: Page, element: Element) -> None:
    if element.getparent().tag == "head":
        page.titles.append((element.sourceline, _text(element)))


def _read_meta(page: Page, meta: Element) -> None:
    name = (meta.get("name") or meta.get("property") or meta.get("http-equiv") or "").lower()
    content, line = meta.get("content", ""), meta.sourceline
    if name == "description":
        page.descriptions.append((line, " ".join(content.split())))
    elif name in {"robots", "googlebot"}:
        page.add(line, "robots-meta", f'<meta name="{name}" content="{content}">')
    elif name == "refresh":
        page.add(line, "element", f'<meta http-equiv="refresh" content="{content}">')
    elif name in {"og:image", "og:url"}:
        page.links.append(PageLink(line, f'<meta property="{name}">', content, may_be_full=True))


def _read_addresses(page: Page, element: Element) -> None:
    """Every address of an element."""
    tag, line, attributes = element.tag, element.sourceline, element.attrib
    if tag == "a" and "rel" not in attributes and "ping" not in attributes:
        # Nine of ten links are such, and there are more than a hundred thousand.
        if "href" in attributes:
            page.links.append(PageLink(line, "<a href>", attributes["href"].strip(), plain=True))
        return
    rel = frozenset(attributes.get("rel", "").lower().split())
    if "nofollow" in rel:
        page.add(line, "robots-meta", f'<{tag} rel="nofollow" href="{attributes.get("href")}">')
    if tag in _LOST or "srcset" in attributes or (tag == "base" and "href" in attributes):
        page.add(line, "element", f"<{tag}>")
    for name, value in attributes.items():
        if name not in _PAGES_ADDRESSES:
            continue
        leads = name == "href" and (tag in {"a", "area"} or (tag == "link" and not rel & _LOADING))
        link = PageLink(
            line,
            f"<{tag} {name}>",
            value.strip(),
            loads=not leads and name not in {"action", "formaction"},
            plain=(tag, name) in _PLAIN,
            may_be_full=tag == "link" and "canonical" in rel,
        )
        several = [candidate.split()[0] for candidate in value.split(",") if candidate.split()]
        addresses = several if name == "srcset" else [link.address]
        page.links += [link._replace(address=address) for address in addresses]


_PLAIN: Final = frozenset(
    {("a", "href"), ("link", "href"), ("img", "src"), ("script", "src"), ("area", "href")}
)


def _read_image(page: Page, image: Element) -> None:
    _read_addresses(page, image)
    source, alt = image.get("src", ""), image.get("alt")
    if alt is None:
        page.add(image.sourceline, "alt", f"{source} without alt")
    elif alt.strip():
        page.shown.append(source)
        if not _BESIDE(image):
            page.add(image.sourceline, "beside", f"{source} by itself")


def _read_script(page: Page, script: Element) -> None:
    _read_addresses(page, script)
    if "src" in script.attrib:
        return
    text, line = script.text or "", script.sourceline
    if script.get("type", "").lower() != "application/ld+json":
        page.add(line, "inline-script", "a script in the page")
        for at, rule, words in script_faults(text):
            page.add(line + at - 1, rule, words)
        return
    addresses = described(text)
    if addresses is None:
        page.add(line, "json", "JSON-LD that cannot be parsed")
    page.links += [
        PageLink(line, "the description", address, may_be_full=True) for address in addresses or ()
    ]


def _read_field(page: Page, element: Element) -> None:
    _read_addresses(page, element)
    if element.tag == "form" or not _SEARCH(element):
        page.add(element.sourceline, "form", f"<{element.tag}>")


def _read_option(page: Page, option: Element) -> None:
    if _AN_ADDRESS.search(option.get("value", "")):
        page.add(option.sourceline, "choice", f'<option value="{option.get("value")}">')


def _read_time(page: Page, element: Element) -> None:
    stated = element.get("datetime", _text(element))
    page.times.add(stated)
    if not is_date(stated):
        page.add(element.sourceline, "time", f"<time> of {stated!r}")


def _read_main(page: Page, main: Element) -> None:
    page.is_part = page.is_part or "embed" in main.get("class", "").split()


def _read_code(page: Page, code: Element) -> None:
    if "former" in code.get("class", "").split():
        page.former.append(_text(code))


def _read_hidden(page: Page, element: Element) -> None:
    page.add(element.sourceline, "scripts-off", f"<{element.tag}>")


_READERS: Final[dict[str, Callable[[Page, Element], None]]] = {
    **dict.fromkeys(
        (*_LOST, "a", "area", "link", "base", "source", "video", "audio", "track", "image", "body"),
        _read_addresses,
    ),
    **dict.fromkeys(("form", "input", "select", "textarea", "button"), _read_field),
    **dict.fromkeys(("noscript", "template"), _read_hidden),
    "title": _read_title,
    "meta": _read_meta,
    "h1": lambda page, heading: page.headings.append(heading.sourceline),
    "img": _read_image,
    "script": _read_script,
    "style": lambda page, style: page.add_styles(read_sheet(style.text or "", style.sourceline)),
    "option": _read_option,
    "time": _read_time,
    "main": _read_main,
    "code": _read_code,
}
"""What reads an element of a kind; all other elements are passed over."""
