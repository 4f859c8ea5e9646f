"""Files that are no pages: whether they can be read, by people and programs, now and later."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from perfsite.audit.page import script_faults
from perfsite.audit.rules import Finding
from perfsite.audit.site import FEED, PACKAGE, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.audit.site import AuditedSite

_TEXTS: Final = (".html", ".css", ".js", ".csv", ".json", ".xml", ".svg", ".txt")
_ABOUT: Final = "-metadata.json"
_SVG: Final = "{http://www.w3.org/2000/svg}svg"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"


def check_texts(site: AuditedSite) -> Iterator[Finding]:
    """Every text by the rules of its kind."""
    for path, data in site.files.items():
        if not path.endswith(_TEXTS):
            continue
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            yield Finding(path, line, "utf-8", f"the byte {data[error.start]:#04x}")
            continue
        if path.endswith(".csv"):
            yield from _check_csv(site, path, text)
        elif path.endswith(".json"):
            yield from _check_json(site, path, text)
        elif path.endswith(".js"):
            for line, rule, words in script_faults(text):
                yield Finding(path, line, rule, words)
    for path, styles in site.sheets.items():
        for line, words in styles.errors:
            yield Finding(path, line, "css", words)
    yield from _check_feed(site)


def _check_csv(site: AuditedSite, path: str, text: str) -> Iterator[Finding]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    width = 0
    try:
        for row in rows:
            width = width or len(row)
            if len(row) != width:
                yield Finding(path, rows.line_num, "csv", f"{len(row)} fields, not {width}")
                break
    except csv.Error as error:
        yield Finding(path, rows.line_num, "csv", str(error))
    if not width:
        yield Finding(path, 0, "csv", "no header")
    if f"{path}{_ABOUT}" not in site.files:
        yield Finding(path, 0, "csv-metadata", f"no {path}{_ABOUT}")


def _check_json(site: AuditedSite, path: str, text: str) -> Iterator[Finding]:
    try:
        content = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        yield Finding(path, getattr(error, "lineno", 0), "json", str(error))
        return
    addresses: list[str] = []
    if path.endswith(f"csv{_ABOUT}"):
        addresses = _members(content, "tables", "url")
        wanted = path.removesuffix(_ABOUT)
        if wanted in site.files and [target_of(path, address) for address in addresses] != [wanted]:
            found = f"url is {addresses[0] if addresses else 'missing'}"
            yield Finding(path, site.line_of(path, '"url"'), "csv-metadata", found)
            return
    elif path == PACKAGE:
        addresses = _members(content, "resources", "path")
    for address in addresses:
        if not _leads(site, path, address):
            line = site.line_of(path, f'"{address}"')
            yield Finding(path, line, "link", f"{address} leads to no file")


def _members(content: object, name: str, key: str) -> list[str]:
    """What `key` says in each object of the list `name`, or in the one object that has no list."""
    whole = content if isinstance(content, dict) else {}
    parts = whole.get(name, [whole])
    parts = parts if isinstance(parts, list) else []
    values = [part.get(key) for part in parts if isinstance(part, dict)]
    return [str(value) for value in values if value is not None]


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _leads(site: AuditedSite, path: str, address: str) -> bool:
    local_path = address.removeprefix(site.base) if site.base else address
    return (
        local_path in site.files
        if local_path != address
        else target_of(path, address) in site.files
    )


def _check_feed(site: AuditedSite) -> Iterator[Finding]:
    if FEED not in site.files:
        return
    try:
        root = read_xml(site.of(FEED))
    except etree.XMLSyntaxError as error:
        yield Finding(FEED, error.lineno or 0, "feed", error.msg)
        return
    if root.tag != f"{_ATOM}feed":
        yield Finding(FEED, root.sourceline, "feed", f"<{root.tag}>")
    for link in root.iter(f"{_ATOM}link"):
        if not _leads(site, FEED, link.get("href", "")):
            words = f"{link.get('href')} leads to no file"
            yield Finding(FEED, link.sourceline, "link", words)


def read_xml(data: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """The root of an XML file; nothing outside of it is read."""
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


_HREFS: Final = etree.XPath("//@*[local-name() = 'href' or local-name() = 'src']")
_STRANGE: Final = etree.XPath(
    "//*[local-name() = 'script' or local-name() = 'foreignObject' or local-name() = 'iframe']"
)
_STYLED: Final = etree.XPath("//@*[contains(., 'url(')] | //*[local-name() = 'style']/text()")
_LOADED: Final = re.compile(r"@import[^;]*|url\(\s*[\"']?(?!#|data:)[^)]*\)", re.IGNORECASE)
_SHEET: Final = re.compile(rb"<\?xml-stylesheet.*?\?>|<!ENTITY.*?>", re.DOTALL)


def check_pictures(site: AuditedSite) -> Iterator[Finding]:
    """Every SVG: well-formed, by itself, and with a title where a page shows it as a chart."""
    shown = {target_of(path, source) for path, page in site.pages.items() for source in page.shown}
    for path, data in site.files.items():
        if not path.endswith(".svg"):
            continue
        try:
            root = read_xml(data)
        except etree.XMLSyntaxError as error:
            yield Finding(path, error.lineno or 0, "svg", error.msg)
            continue
        if root.tag != _SVG:
            yield Finding(path, root.sourceline, "svg", f"<{root.tag}>")
            continue
        for line, words in _loads(root):
            yield Finding(path, line, "outside-svg", words)
        if match := _SHEET.search(data):
            words = match[0].decode("utf-8", "replace")
            yield Finding(path, data.count(b"\n", 0, match.start()) + 1, "outside-svg", words)
        if path in shown:
            first = root[0] if len(root) else root
            titled = etree.QName(first).localname == "title" and (first.text or "").strip()
            if not titled or root.get("role") != "img":
                words = "no title first" if not titled else f"role={root.get('role')!r}"
                yield Finding(path, root.sourceline, "picture-title", words)


def _loads(root: Any) -> Iterator[tuple[int, str]]:  # noqa: ANN401
    for value in _HREFS(root):
        if not value.startswith(("#", "data:")):
            yield (
                value.getparent().sourceline,
                f"<{etree.QName(value.getparent()).localname}> {value}",
            )
    for element in _STRANGE(root):
        yield element.sourceline, f"<{etree.QName(element).localname}>"
    for value in _STYLED(root):
        for match in _LOADED.finditer(value):
            yield value.getparent().sourceline, match[0]
