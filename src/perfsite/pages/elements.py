"""What pages are made of: links, tables, cards, figures. The pages themselves are in `context`.

Strings are final text in the language of the page, not yet escaped.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Text that leads to an address within the site."""

    text: str
    href: str


@dataclass(frozen=True)
class Outside:
    """Text that leads to an address of somebody else, or to a mail program."""

    text: str
    url: str


@dataclass(frozen=True)
class Cell:
    """A figure in a table: its text, the full figure where the text is rounded, and a remark.

    `missing` marks words that stand in the place of a figure; `state` is a word that the styles
    may colour by (`provided`, `late`), empty for most.
    """

    text: str
    full: str = ""
    note: str = ""
    missing: bool = False
    state: str = ""


@dataclass(frozen=True)
class Row:
    """A row of a table: its header and its cells; `href` leads to what the row is about.

    `department`, `agency` and `volume` are what the filter of the services list reads: names, and
    the exact transactions of the period of the whole; empty everywhere else.
    """

    header: str
    cells: tuple[Cell, ...]
    href: str = ""
    under: str = ""
    key: str = ""
    department: str = ""
    agency: str = ""
    volume: str = ""


@dataclass(frozen=True)
class Column:
    """The header of a column; where the table has other orders, the addresses of those."""

    text: str
    ascending: str = ""
    descending: str = ""
    current: str = ""


@dataclass(frozen=True)
class Table:
    """A table: caption, the header of the row headers, the other columns, and the rows.

    A `wide` table becomes a list of rows on a phone; others scroll within themselves. In a table of
    `words` cells begin at the left, as texts do; in any other they end at the right.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    wide: bool = False
    words: bool = False


@dataclass(frozen=True)
class Term:
    """A number of a formula: its name, its value, and where it stands: file, row and figure.

    `more` says how many further origins there are, where there are too many to list.
    """

    name: str
    value: str
    origins: tuple[tuple[str, str, str], ...]
    more: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where a figure comes from: its formula in words, the same with numbers, and its terms."""

    formula: str
    worked: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Card:
    """A headline KPI: value and period, or why there is none."""

    anchor: str
    name: str
    value: str
    period: str
    change: str
    notes: tuple[str, ...]
    older: bool
    missing: bool
    definition: str
    provenance: Provenance | None = None


@dataclass(frozen=True)
class ChartFigure:
    """A chart with its words, its table and where its data can be had.

    `svg` is empty where there is nothing to draw, and where it could not be drawn: then `undrawn`
    says so in its place. `embed` is the address of the page that shows
    this figure alone, empty where there is none. `width` and `height` are the picture's own.
    """

    anchor: str
    heading: str
    subtitle: str
    svg: str
    alt: str
    note: str
    table: Table
    csv: str
    source: str
    embed: str = ""
    width: int = 360
    height: int = 230
    undrawn: str = ""


@dataclass(frozen=True)
class Alternate:
    """The same page in another language; `href` is relative to the root of the site."""

    lang: str
    name: str
    href: str


@dataclass(frozen=True)
class DataLink:
    """The data of a page in another form: `text/csv`, `application/json`."""

    type: str
    title: str
    href: str


@dataclass(frozen=True)
class Download:
    """A file that can be downloaded: its columns, and the words that stand in some of them."""

    link: Link
    size: str
    what: str
    columns: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...]
    metadata: str
