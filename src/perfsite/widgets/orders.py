"""Lists in every order: which orders a list has, where each stands, and how it is sorted.

A list has a main page, in its default order, and a page for each other order in its folder. The
headers of its table lead to them, so that nobody needs a script to sort.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from perfsite.components.elements import Column
from perfsite.kpis import KPIS
from perfsite.text import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from perfsite.language import Language


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

    The other orders stand in `folder`, as `by-<key>-<direction>.html`.
    """

    main: str
    folder: str
    keys: tuple[str, ...]
    default: tuple[str, str]

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
    numbers = [(found, item) for found, item in values if isinstance(found, (int, float))]
    texts = [(found, item) for found, item in values if isinstance(found, str)]
    numbers.sort(key=lambda pair: pair[0], reverse=reverse)
    texts.sort(key=lambda pair: pair[0], reverse=reverse)
    missing = [item for found, item in values if found is None]
    return [*(item for _, item in numbers), *(item for _, item in texts), *missing]
