"""What a code means, for a terminal: a section of docs/errors.md without the marks of Markdown."""

from __future__ import annotations

import re
from difflib import get_close_matches
from textwrap import fill
from typing import Final

from perfsite.errors import RULES, UsageError

_WIDTH: Final = 80
_BLOCK: Final = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_ITEM: Final = re.compile(r"(?:[-*]|\d+\.) ")


def explanation(code: str, text: str) -> str:
    """The section of a code as plain text: paragraphs of 80 characters, examples as they are."""
    rule = RULES[code]
    heading = f"{code}: {rule.title}"
    parts = [heading, "=" * len(heading)]
    for number, part in enumerate(_BLOCK.split(text)):
        if number % 2:
            parts.append("\n" + "\n".join(f"    {line}".rstrip() for line in part.splitlines()))
        else:
            parts += [f"\n{_plain(block)}" for block in re.split(r"\n{2,}", part.strip()) if block]
    return "\n".join(parts)


def all_codes() -> str:
    """A line for each code: its severity and its title."""
    return "\n".join(f"{rule.code}  {rule.severity:<7}  {rule.title}" for rule in RULES.values())


def known_code(text: str) -> str:
    """The code that was meant, in capital letters.

    Raises:
        UsageError: if there is none, with those that are near.
    """
    code = text.strip().upper()
    if code in RULES:
        return code
    swapped = [known for known in RULES if sorted(known) == sorted(code.replace("O", "0"))]
    near = list(dict.fromkeys([*swapped, *get_close_matches(code, RULES, n=3)]))[:3]
    hint = f"did you mean {', '.join(near)}?" if near else "perfsite explain lists all"
    raise UsageError(f"there is no code {text}; {hint}")


def _plain(block: str) -> str:
    """A paragraph, a list or a table as plain text."""
    lines = block.splitlines()
    if block.startswith("|"):
        return _table([_unmarked(line) for line in lines])
    # Links may run over the ends of lines, so these are joined first.
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line) or not items:
            items.append(line)
        else:
            items[-1] = f"{items[-1]} {line.strip()}"
    return "\n".join(_filled(_unmarked(item)) for item in items)


def _filled(text: str) -> str:
    """A text in lines, those after the first of an item of a list below its words."""
    indent = "  " if _ITEM.match(text) else ""
    return fill(
        text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _unmarked(line: str) -> str:
    """A text without the marks of code, weight and links; addresses of the web stay."""
    line = _LINK.sub(lambda match: _linked(match[1], match[2]), line)
    return re.sub(r"\*\*(.+?)\*\*", r"\1", line).replace("`", "")


def _linked(words: str, address: str) -> str:
    return f"{words} ({address})" if "://" in address else words


def _table(lines: list[str]) -> str:
    """The cells of a table below each other, two spaces apart."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rows = [row for row in rows if not all(set(cell) <= set(":-") for cell in row)]
    columns = max(len(row) for row in rows)
    widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(columns)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    )
