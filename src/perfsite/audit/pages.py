"""Reading a page of HTML: it is parsed once, and what stands wrong within it is noted at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from perfsite.audit.dates import finder, is_date
from perfsite.audit.nesting import nesting_faults
from perfsite.audit.page import Link, Page
from perfsite.audit.scripts import described, script_faults
from perfsite.audit.styles import read_attribute, read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    Element = Any  # lxml has no types


_ADDRESSES: Final = frozenset(
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
    if path.rpartition("/")[2] == "sitemap.html":
        page.main_links = [str(address) for address in _MAIN_LINKS(root)]
    return page


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
    for rule, found in (("title", page.titles), ("description", page.descriptions)):
        if len(found) != 1 or not found[0][1]:
            page.add(
                found[-1][0] if found else 0, rule, f"{len(found)} of them, or one of no words"
            )
    if len(page.headings) != 1:
        line = page.headings[-1] if page.headings else 0
        page.add(line, "heading", f"{len(page.headings)} of <h1>")
    ids = _IDS(root)
    page.ids = frozenset(ids)
    if len(ids) != len(page.ids):
        seen: set[str] = set()
        for one in _PLACED_IDS(root):
            if one in seen:
                page.add(one.getparent().sourceline, "ids", f'id="{one}" stands there again')
            seen.add(str(one))


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
        page.links.append(Link(line, f'<meta property="{name}">', content, may_be_full=True))


def _read_addresses(page: Page, element: Element) -> None:
    """Every address of an element."""
    tag, line, attributes = element.tag, element.sourceline, element.attrib
    if tag == "a" and "rel" not in attributes and "ping" not in attributes:
        # Nine of ten links are such, and there are more than a hundred thousand.
        if "href" in attributes:
            page.links.append(Link(line, "<a href>", attributes["href"].strip(), plain=True))
        return
    rel = frozenset(attributes.get("rel", "").lower().split())
    if "nofollow" in rel:
        page.add(line, "robots-meta", f'<{tag} rel="nofollow" href="{attributes.get("href")}">')
    if tag in _LOST or "srcset" in attributes or (tag == "base" and "href" in attributes):
        page.add(line, "element", f"<{tag}>")
    for name, value in attributes.items():
        if name not in _ADDRESSES:
            continue
        leads = name == "href" and (tag in {"a", "area"} or (tag == "link" and not rel & _LOADING))
        link = Link(
            line,
            f"<{tag} {name}>",
            value.strip(),
            loads=not leads and name not in {"action", "formaction"},
            plain=(tag, name) in _PLAIN,
            may_be_full=tag == "link" and "canonical" in rel,
        )
        several = [one.split()[0] for one in value.split(",") if one.split()]
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
        Link(line, "the description", address, may_be_full=True) for address in addresses or ()
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
    "style": lambda page, one: page.add_styles(read_sheet(one.text or "", one.sourceline)),
    "option": _read_option,
    "time": _read_time,
    "main": _read_main,
    "code": _read_code,
}
"""What reads an element of a kind; all other elements are passed over."""
