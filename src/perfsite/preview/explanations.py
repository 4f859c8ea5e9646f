"""The page that says what the codes of problems mean, made of the sections of docs/errors.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from perfsite.errors import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.render import Renderer

_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def explanations_fragment(title: str, explanations: Mapping[str, str], renderer: Renderer) -> str:
    """The explanations by their codes, in the order of the rules; each code is an anchor."""
    parts = [
        (code, f"{code}: {rule.title}", _blocks(explanations[code]))
        for code, rule in RULES.items()
        if code in explanations
    ]
    return renderer.fragment("explanations", title, parts)


def _blocks(text: str) -> list[tuple[bool, str]]:
    """The blocks of a Markdown section without its heading: whether it stands as typed, and it."""
    blocks: list[tuple[bool, str]] = []
    end = 0
    for fence in [*_FENCE.finditer(text), None]:
        before = text[end : fence.start() if fence else len(text)]
        for block in re.split(r"\n\s*\n", before.strip()):
            if block and not block.startswith("#"):
                typed = block.startswith(("|", "-"))
                blocks.append((typed, block if typed else re.sub(r"\s+|\*\*|`", _plain, block)))
        if fence:
            blocks.append((True, "\n".join(fence[0].splitlines()[1:-1])))
            end = fence.end()
    return blocks


def _plain(sign: re.Match[str]) -> str:
    """The marks of Markdown are for those who read it as text; a line break is a space."""
    return " " if sign[0].isspace() else ""
