"""What pages are made of: links, tables, cards, figures, their words, and lists in every order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from perfsite.kpis import KPIS
from perfsite.model import Status
from perfsite.periods import Period
from perfsite.text import capital, message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from perfsite.kpi.groups import GroupFigure
    from perfsite.kpi.headlines import Headline
    from perfsite.language import Language
    from perfsite.measures import MeasureKind


# What pages are made of: links, tables, cards, figures. The pages themselves are in `contexts`.
#
# Strings are final text in the language of the page, not yet escaped.


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

    @property
    def labels(self) -> tuple[str, ...]:
        """What each cell says on a phone: which column it is of; nothing where it need not."""
        return tuple(column.text for column in self.columns[1:]) if self.wide else ()


@dataclass(frozen=True)
class FormulaOrigin:
    """Where a figure of a formula stands: its file, its row there, and the figure in words.

    `row` counts the rows of the page's service, or with `of_edition` all rows of the file.
    """

    file: str
    row: str
    figure: str
    of_edition: bool = False


@dataclass(frozen=True)
class Letter:
    """A step of an A to Z: its text, where it leads, and whether it is the page itself."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True)
class AtoZ:
    """What leads through a long list: its name, its letters, and the pages of the letter shown.

    `pages` is empty where the letter has one page, and where no letter is shown.
    """

    name: str
    letters: tuple[Letter, ...]
    pages: tuple[Letter, ...]


@dataclass(frozen=True)
class FormulaTerm:
    """A number of a formula: its name, its value, and where it stands.

    `more` says how many further origins there are, where there are too many to list.
    """

    name: str
    value: str
    origins: tuple[FormulaOrigin, ...]
    more: str = ""


@dataclass(frozen=True)
class ExplainedFigure:
    """Where a figure comes from: its formula in words, the same with numbers, and its terms."""

    formula: str
    worked: str
    terms: tuple[FormulaTerm, ...]


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
    provenance: ExplainedFigure | None = None


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


# Figures as cards and cells: the words that stand on pages, the same wherever a figure stands.


NO_DATA: Final = message("no data")
MISSING_WORDS: Final = {
    Status.NOT_PROVIDED: NO_DATA,
    Status.NOT_APPLICABLE: message("not applicable"),
    Status.CONFIDENTIAL: message("confidential"),
    Status.WITHHELD: message("withheld"),
}
_WHY: Final = {
    Status.NOT_PROVIDED: message("No figures were provided."),
    Status.NOT_APPLICABLE: message("This does not apply to the service."),
    Status.CONFIDENTIAL: message("The figures are confidential."),
}
_MARKED: Final = {
    "p": message("It holds provisional figures."),
    "e": message("It holds estimated figures."),
    "b": message(
        "There is a break in the series within it: not all of it was counted in the same way."
    ),
}
_CHANNELS: Final = (
    message("Online"),
    message("Digital"),
    message("Phone"),
    message("In person"),
    message("Mail"),
    message("Post"),
    message("Paper"),
    message("Email"),
    message("Fax"),
    message("Other"),
)
"""The names of common channels, so that they can be translated; any name is a channel."""


def value_cell(
    value: float | None,
    kind: MeasureKind,
    status: Status,
    language: Language,
    uncertain: float = 0.0,
) -> Cell:
    """A figure, or the word for its absence; `uncertain` is how far it may be off, up or down."""
    if value is None:
        return Cell(language.say(MISSING_WORDS.get(status, NO_DATA)), missing=True)
    text = language.figure(value, kind, uncertain)
    full = language.in_table(value, kind, uncertain)
    return Cell(text, "" if full == text else full)


def count_cell(value: float | None, language: Language) -> Cell:
    """A count in full, or the word for its absence."""
    if value is None:
        return Cell(language.say(NO_DATA), missing=True)
    return Cell(language.count(value))


def change_cell(
    value: float | None,
    before: float | None,
    kind: MeasureKind,
    language: Language,
    *,
    uncertain: float = 0.0,
    uncertain_before: float = 0.0,
) -> Cell:
    """The change on an earlier figure; empty where one of the two is missing."""
    if value is None or before is None:
        return Cell("", missing=True)
    return Cell(language.change(value, before, kind, uncertain, uncertain_before))


def figure_cell(figure_: Headline, language: Language) -> Cell:
    """A service's headline in a table; of a stock it says that it is what there is on a day."""
    kind = KPIS[figure_.kpi].kind
    cell = value_cell(figure_.value, kind, figure_.status, language, figure_.uncertain)
    if figure_.value is not None and figure_.stock and KPIS[figure_.kpi].words.of_stock:
        return replace(cell, note=language.say("on a day").replace(" ", "\xa0"))
    return cell


def headline_cell(figure_: Headline, language: Language) -> Cell:
    """A service's headline in a list; older figures say until when they are."""
    cell = figure_cell(figure_, language)
    if figure_.status is Status.OLDER and figure_.period:
        end = figure_.period.end
        month = language.period_range(Period.months(end.year, end.month))
        until = language.say("to {month}", month=month).replace(" ", "\xa0")
        return replace(cell, note=" ".join(filter(None, [cell.note, until])))
    return cell


def why_missing(figure_: Headline, language: Language) -> str:
    """Why a KPI has no value; empty where it has one."""
    if figure_.status is Status.WITHHELD and figure_.excess:
        return language.plural(
            figure_.excess,
            "In one of the shorter periods that it is made of, a part is larger than its whole. "
            "One of the two figures must be wrong, so no percentage is shown.",
            "In {n} of the shorter periods that it is made of, a part is larger than its whole. "
            "One figure of each must be wrong, so no percentage is shown.",
        )
    if figure_.status is Status.WITHHELD:
        return language.say(
            KPIS[figure_.kpi].words.withheld,
            part=language.count(figure_.numerator or 0),
            whole=language.count(figure_.denominator or 0),
        )
    return language.say(_WHY[figure_.status]) if figure_.value is None else ""


def service_card(
    figure_: Headline,
    language: Language,
    notes: tuple[str, ...] = (),
    provenance: ExplainedFigure | None = None,
) -> Card:
    """A headline KPI of a service; `notes` are further remarks, such as who owes it."""
    kpi = KPIS[figure_.kpi]
    remarks = (*filter(None, [why_missing(figure_, language)]), *_remarks(figure_, language))
    cell = value_cell(figure_.value, kpi.kind, figure_.status, language, figure_.uncertain)
    changed = change_cell(
        figure_.value,
        figure_.before,
        kpi.kind,
        language,
        uncertain=figure_.uncertain,
        uncertain_before=figure_.uncertain_before,
    ).text
    return Card(
        f"kpi-{kpi.slug}",
        language.say(kpi_name(figure_)),
        capital(cell.text) if cell.missing else cell.text,
        language.period_range(figure_.period) if figure_.period else "",
        language.say("{change} on a year before", change=changed) if changed else "",
        (*remarks, *notes),
        figure_.status is Status.OLDER,
        cell.missing,
        f"about.html#{kpi.slug}",
        provenance,
    )


def kpi_name(figure_: Headline) -> str:
    """What a figure of a service is called, as a message: a stock is no number in a year."""
    words = KPIS[figure_.kpi].words
    return words.of_stock if figure_.stock and words.of_stock else words.name


def _remarks(figure_: Headline, language: Language) -> tuple[str, ...]:
    """What a reader has to know of a figure: what it counts, and what marks there are inside it."""
    remarks = []
    if figure_.stock and KPIS[figure_.kpi].words.of_stock:
        remarks.append(
            language.say(
                "The years that were given are not the sums of their quarters: each counts what "
                "there is on a day."
            )
        )
    remarks += [language.say(_MARKED[mark]) for mark in figure_.marks]
    if figure_.excess and figure_.value is not None:
        remarks.append(_exceeding(figure_, language))
    return tuple(remarks)


def _exceeding(figure_: Headline, language: Language) -> str:
    """In how many of its periods a part exceeds its whole, though over all of them it doesn't."""
    number = language.count(figure_.excess)
    if not figure_.excess_of:
        return language.say(
            "In {number} of its periods, a part is larger than its whole: what is begun in one "
            "period may be finished in the next.",
            number=number,
        )
    return language.say(
        "In {number} of its {of} periods, a part is larger than its whole: what is begun in one "
        "period may be finished in the next.",
        number=number,
        of=language.count(figure_.excess_of),
    )


def coverage(figure_: GroupFigure, language: Language) -> str:
    """How many services stand behind a group's figure: `34 of 49 services`."""
    return language.plural(
        figure_.of,
        "{reporting} of {n} service",
        "{reporting} of {n} services",
        reporting=language.count(figure_.services),
    )


def like_for_like(figure_: GroupFigure, language: Language) -> str:
    """The change of the same services on a year before; empty where there are none."""
    if figure_.like_now is None or figure_.like_before is None:
        return ""
    doubts = figure_.like_uncertain, figure_.like_uncertain_before
    kind = KPIS[figure_.kpi].kind
    return language.change(figure_.like_now, figure_.like_before, kind, *doubts)


def channel_name(channel: str, language: Language) -> str:
    """What a channel is called: `In person` for `in-person`."""
    return language.say(capital(channel.replace("_", " ").replace("-", " ")))


# Lists in every order: which orders a list has, where each stands, and how it is sorted.
#
# A list has a main page, in its default order, and a page for each other order in its folder. The
# headers of its table lead to them, so that nobody needs a script to sort.


NAME, DEPARTMENT, SERVICES, PROVIDED = "name", "department", "services", "provided"
"""Keys that are no KPI; `services` is their number, `provided` the share of figures provided."""
ASCENDING, DESCENDING = "ascending", "descending"
_WORDS: Final = {
    (NAME, ASCENDING): message("name, A to Z"),
    (NAME, DESCENDING): message("name, Z to A"),
    (DEPARTMENT, ASCENDING): message("department, A to Z"),
    (DEPARTMENT, DESCENDING): message("department, Z to A"),
    (SERVICES, ASCENDING): message("number of services, lowest first"),
    (SERVICES, DESCENDING): message("number of services, highest first"),
    (PROVIDED, ASCENDING): message("figures provided, lowest first"),
    (PROVIDED, DESCENDING): message("figures provided, highest first"),
}
ORDERED_FROM: Final = 5
"""So many rows are worth sorting; fewer are seen at a glance."""
T = TypeVar("T")


@dataclass(frozen=True)
class Listing:
    """A list in several orders: `main` is the page of the `default` one, key and direction.

    The other orders stand in `folder`, as `by-<key>-<direction>.html`. Each order of a
    `long` list has its first rows alone.
    """

    main: str
    folder: str
    keys: tuple[str, ...]
    default: tuple[str, str]
    long: bool = False

    @property
    def first(self) -> Order:
        """The default order."""
        return Order(self, *self.default)

    @property
    def orders(self) -> tuple[Order, ...]:
        """Every order, the default one among them."""
        return tuple(Order(self, key, way) for key in self.keys for way in (ASCENDING, DESCENDING))

    @property
    def others(self) -> tuple[Order, ...]:
        """Every order but the default one: each has a page of its own."""
        return tuple(order for order in self.orders if order != self.first)


@dataclass(frozen=True)
class Order:
    """A column of a list to sort by, and which way."""

    listing: Listing
    key: str
    direction: str

    @property
    def href(self) -> str:
        """The address of the list in this order."""
        if (self.key, self.direction) == self.listing.default:
            return self.listing.main
        return f"{self.listing.folder}/by-{self.key.replace('_', '-')}-{self.direction}.html"

    def words(self, language: Language) -> str:
        """The order in words: `digital take-up, highest first`."""
        if self.key in KPIS and (orders := KPIS[self.key].words.orders):
            lowest, highest = orders
            return language.say(lowest if self.direction == ASCENDING else highest)
        return language.say(_WORDS[self.key, self.direction])


def column(text: str, key: str, order: Order | None) -> Column:
    """The header of a column, with the addresses of its orders where the list has them.

    `order` is the one that the list is shown in, None for a list in one order only.
    """
    if order is None or key not in order.listing.keys:
        return Column(text)
    listing = order.listing
    up, down = Order(listing, key, ASCENDING), Order(listing, key, DESCENDING)
    return Column(text, up.href, down.href, order.direction if order.key == key else "")


def arrange(
    items: Sequence[T],
    order: Order,
    name: Callable[[T], tuple[str, ...]],
    value: Callable[[T], float | str | None],
) -> list[T]:
    """The items in an order; those without a value come last both ways, equals by name."""
    by_name = sorted(items, key=name)
    reverse = order.direction == DESCENDING
    if order.key == NAME:
        return by_name[::-1] if reverse else by_name
    # A float and a string are never in one column; the tuple keeps both comparable for types.
    values = [(value(item), item) for item in by_name]
    numbers = [(value_, item) for value_, item in values if isinstance(value_, (int, float))]
    texts = [(value_, item) for value_, item in values if isinstance(value_, str)]
    numbers.sort(key=lambda pair: pair[0], reverse=reverse)
    texts.sort(key=lambda pair: pair[0], reverse=reverse)
    missing = [item for value_, item in values if value_ is None]
    return [*(item for _, item in numbers), *(item for _, item in texts), *missing]
