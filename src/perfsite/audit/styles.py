"""CSS: what a sheet, an element or an attribute of styles loads, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import tinycss2

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    found = Styles([], [])
    _walk(nodes, first - 1, found, is_import=False)
    return found


def _walk(nodes: Iterable[Any], before: int, found: Styles, *, is_import: bool) -> None:
    """Gather addresses and errors from nodes, and from those within them."""
    for node in nodes:
        line = node.source_line + before
        if node.type == "error":
            found.errors.append((line, node.message))
        elif node.type == "url" or (is_import and node.type == "string"):
            found.addresses.append((line, node.value))
        elif node.type == "function" and node.lower_name in {"url", "src", "image-set"}:
            strings = [one.value for one in node.arguments if one.type == "string"]
            found.addresses.extend((line, address) for address in strings)
            _walk(node.arguments, before, found, is_import=False)
        elif node.type == "at-rule":
            _walk(node.prelude, before, found, is_import=node.lower_at_keyword == "import")
            _walk(node.content or (), before, found, is_import=False)
        elif node.type == "qualified-rule":
            _walk(node.prelude, before, found, is_import=False)
            inside = tinycss2.parse_blocks_contents(node.content, skip_comments=True)
            _walk(inside, before, found, is_import=False)
        else:
            parts = (getattr(node, name, None) for name in ("value", "arguments", "content"))
            for part in parts:
                if isinstance(part, list):
                    _walk(part, before, found, is_import=False)
