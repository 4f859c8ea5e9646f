"""Long lists on pages from A to Z, so that each of them opens on a phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from perfsite.components.elements import AtoZ, Letter
from perfsite.text import message, without_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from perfsite.language import Language

MOST_ROWS: Final = 1_000
"""So many rows stand on one page; a list of more is long, and split."""
_DIGITS, _OTHER = "0-9", "other"
_NAMES: Final = {_DIGITS: message("0 to 9"), _OTHER: message("Other letters")}
"""What is called otherwise than by its letter."""
T = TypeVar("T")


def is_long(rows: int) -> bool:
    """Whether a list of so many rows is split."""
    return rows > MOST_ROWS


def first_rows(items: Sequence[T]) -> Sequence[T]:
    """What stands on one page of a list in an order: all of it, unless it is long."""
    return items[:MOST_ROWS]


def first_words(number: int, language: Language, order: str = "") -> str:
    """That a list shows only the first of so many services; empty where it shows all of them."""
    if not is_long(number):
        return ""
    shown, every = language.count(MOST_ROWS), language.count(number)
    if not order:
        return language.say("The first {shown} of {all} services.", shown=shown, all=every)
    return language.say(
        "The first {shown} of {all} services, by {order}. All of them are in the lists from A to "
        "Z.",
        shown=shown,
        all=every,
        order=order,
    )


@dataclass(frozen=True)
class Leaf(Generic[T]):
    """A page of an alphabet: its section, the how manyth of how many pages of it, and its rows.

    The section is a letter from `a` to `z`, `0-9`, or `other`.
    """

    section: str
    number: int
    of: int
    items: tuple[T, ...]

    @property
    def slug(self) -> str:
        """What it is called in its address: `a`, `a-2`."""
        return self.section if self.number == 1 else f"{self.section}-{self.number}"

    def words(self, language: Language) -> str:
        """What it is called: `A`, `A, page 2 of 3`."""
        name = section_name(self.section, language)
        if self.of == 1:
            return name
        return language.say(
            "{letter}, page {number} of {pages}",
            letter=name,
            number=language.count(self.number),
            pages=language.count(self.of),
        )


def section_name(section: str, language: Language) -> str:
    """What a section is called: `A`, `0 to 9`, `Other letters`."""
    return language.say(_NAMES[section]) if section in _NAMES else section.upper()


def section_of(name: str) -> str:
    """The section in which a name stands: by its first letter or digit, without its accent."""
    first = next(filter(str.isalnum, without_accents(name).casefold()), "")
    if "a" <= first <= "z":
        return first
    return _DIGITS if first.isdecimal() else _OTHER


def leaf_href(folder: str, leaf: Leaf[T]) -> str:
    """The address of a page of the alphabet in a folder; no service can have it as its own."""
    return f"{folder}/by-letter-{leaf.slug}.html"


@dataclass(frozen=True)
class Alphabet(Generic[T]):
    """The pages of a long list; they stand in `folder`, as `by-letter-a.html`."""

    folder: str
    leaves: tuple[Leaf[T], ...]

    def index(self, name: str, language: Language, here: Leaf[T] | None = None) -> AtoZ:
        """What leads to all pages, from that which is `here` or from outside of them."""
        section = here.section if here else ""
        return AtoZ(
            name,
            tuple(
                Letter(
                    section_name(leaf.section, language),
                    leaf_href(self.folder, leaf),
                    leaf.section == section,
                )
                for leaf in self.leaves
                if leaf.number == 1
            ),
            tuple(
                Letter(leaf.words(language), leaf_href(self.folder, leaf), leaf == here)
                for leaf in self.leaves
                if leaf.section == section and leaf.of > 1
            ),
        )


def make_alphabet(
    items: Iterable[T], name: Callable[[T], str], folder: str, rows: int = 1
) -> Alphabet[T]:
    """The pages of a list of which each item has so many rows, in their order within a section.

    Digits come first and other letters than those of the Latin alphabet last. The pages of a
    section are of about one length.
    """
    most = max(1, MOST_ROWS // rows)
    sections: dict[str, list[T]] = {}
    for item in items:
        sections.setdefault(section_of(name(item)), []).append(item)
    order = sorted(sections, key=lambda section: (section == _OTHER, section))
    leaves = (leaf for section in order for leaf in _leaves(section, sections[section], most))
    return Alphabet(folder, tuple(leaves))


def _leaves(section: str, items: Sequence[T], most: int) -> Iterator[Leaf[T]]:
    """The pages of a section, none of an empty one."""
    pages = -(-len(items) // most)
    for page in range(pages):
        start, end = len(items) * page // pages, len(items) * (page + 1) // pages
        yield Leaf(section, page + 1, pages, tuple(items[start:end]))
