"""Pages as blocks of text, each with the place where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import html

from reader.tokens import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCKS: Final = frozenset(
    {
        *("p", "td", "th", "li", "dd", "dt", "caption", "h1", "h2", "h3", "h4", "summary"),
        *("figcaption", "option", "label", "title", "body", "main", "div", "section"),
    }
)
_SENTENCES: Final = frozenset({"h1", "h2", "h3", "alt", "description", "title"})
_SENTENCE_CLASSES: Final = frozenset({"lead", "notice"})
_SILENT: Final = frozenset({"script", "style", "code", "svg"})


@dataclass(frozen=True)
class Block:
    """A text of a page and its place.

    Attributes:
        text: its words, what is nested in other blocks left out.
        tag: the element, or "alt" and "description" for the texts of images and of the page.
        classes: its classes.
        card: the KPI of the card that it stands in, as an id of the data files.
        figure: the id of the figure that it stands in.
        detail: whether it opens to say where a number comes from.
        caption: of the table that it is a cell of; else nothing.
        column: the header of its column.
        row: the header of its row, and `link` the address that this leads to.
        heading: the last heading before it.
        rows: how many rows the table has that it opens.
        gaps: of a text of a figure, how many periods of its table have no number in a column.
    """

    text: str
    tag: str
    classes: str = ""
    card: str = ""
    figure: str = ""
    detail: bool = False
    caption: str = ""
    columns: tuple[str, ...] = ()
    column: str = ""
    row: str = ""
    link: str = ""
    heading: str = ""
    rows: int = 0
    gaps: frozenset[int] = frozenset()

    @property
    def is_sentence(self) -> bool:
        """Whether it is told in a sentence, in which large counts have three digits."""
        return self.tag in _SENTENCES or not _SENTENCE_CLASSES.isdisjoint(self.classes.split())


def words(element: html.HtmlElement) -> str:
    """The words of an element."""
    return " ".join(element.text_content().split())


def blocks(page: Path) -> Iterator[Block]:
    """Every text of a page that a person comes to read or to hear."""
    root = html.parse(str(page)).getroot()
    yield Block(words(root.find(".//title")), "title")
    for meta in root.iterfind(".//meta[@name='description']"):
        yield Block(meta.get("content", ""), "description")
    (main,) = root.xpath("//main")
    yield from _inside(main)
    for footer in root.iter("footer"):
        yield Block(words(footer), "footer")


def _inside(main: html.HtmlElement) -> Iterator[Block]:
    heading = ""
    for element in main.iter():
        if not isinstance(element.tag, str) or element.tag in _SILENT:
            continue
        if element.tag == "table":
            yield from _table(element)
        if element.tag == "img":
            figure = _figure(element)
            yield Block(
                element.get("alt", ""),
                "alt",
                figure=figure,
                heading=heading,
                gaps=_gaps(element),
            )
        if element.tag in BLOCKS and next(element.iterancestors("table"), None) is None:
            text = _own(element)
            if element.tag == "h2":
                heading = text
            if text:
                yield _block(element, text, heading)


def _own(element: html.HtmlElement) -> str:
    """The words of an element without those of blocks within it."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _SILENT and child.tag not in BLOCKS:
            parts.append("" if child.tag in {"table", "ul", "ol", "dl"} else _own(child))
            if child.tag in {"br", "small"}:
                parts.insert(-1, " ")
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _block(element: html.HtmlElement, text: str, heading: str) -> Block:
    card, detail = "", False
    for above in element.iterancestors():
        place = above.get("id") or ""
        detail |= above.tag == "details" and "provenance" in (above.get("class") or "")
        if place.startswith("kpi-"):
            card = place.removeprefix("kpi-").replace("-", "_")
    rows = 0
    if element.tag == "summary":
        rows = len(element.getparent().findall(".//tbody/tr"))
    return Block(
        text,
        element.tag,
        element.get("class") or "",
        card,
        _figure(element),
        detail,
        heading=heading,
        rows=rows,
        gaps=_gaps(element) if element.tag == "p" else frozenset(),
    )


def _gaps(element: html.HtmlElement) -> frozenset[int]:
    """How many periods have no number, column by column of the table of an element's figure.

    A row of several periods counts for so many as it spans, of the length of the other rows.
    """
    figure = next(element.iterancestors("figure"), None)
    table = figure.find(".//table") if figure is not None else None
    if table is None:
        return frozenset()
    counts: dict[int, int] = {}
    spans = [read(_spaced(row[0])).spans for row in table.iterfind("tbody/tr")]
    lengths = [one[0].count for one in spans if one]
    for row, span in zip(table.iterfind("tbody/tr"), spans, strict=True):
        periods = span[0].count // min(lengths) if span else 1
        for number, cell in enumerate(row):
            if number and not re.search(r"\d", _spaced(cell)):
                counts[number] = counts.get(number, 0) + periods
    withheld = sum("withheld" in _spaced(row) for row in table.iterfind("tbody/tr"))
    return frozenset({*counts.values(), withheld})


def _figure(element: html.HtmlElement) -> str:
    return next((above.get("id") or "figure" for above in element.iterancestors("figure")), "")


def _table(table: html.HtmlElement) -> Iterator[Block]:
    caption = words(table.find("caption"))
    figure = _figure(table)
    yield Block(caption, "caption", figure=figure)
    head = table.find("thead")
    columns = tuple(_column(cell) for cell in head.iter("th")) if head is not None else ()
    for cell in columns:
        yield Block(cell, "th", figure=figure, caption=caption, columns=columns)
    for row in table.iterfind("tbody/tr"):
        header, link = "", row.get("id") or ""
        for number, cell in enumerate(row):
            text = _spaced(cell)
            if number == 0:
                header = text
                link = next((a.get("href", "") for a in cell.iter("a")), link)
            yield Block(
                text,
                cell.tag,
                cell.get("class") or "",
                figure=figure,
                caption=caption,
                columns=columns,
                column=columns[number] if number < len(columns) else "",
                row=header,
                link=link,
            )
            for abbr in cell.iter("abbr"):
                yield Block(
                    abbr.get("title", ""),
                    "abbr",
                    figure=figure,
                    caption=caption,
                    columns=columns,
                    column=columns[number] if number < len(columns) else "",
                    row=header,
                    link=link,
                )


def _spaced(cell: html.HtmlElement) -> str:
    """The words of a cell, those of its elements apart by spaces."""
    return " ".join(" ".join(cell.itertext()).split())


def _column(cell: html.HtmlElement) -> str:
    """What a column is called, without the links that order it."""
    return re.sub(r" ?(▲|▼| Order by ).*", "", _spaced(cell))
