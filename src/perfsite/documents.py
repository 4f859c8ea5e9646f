"""The pages of the documentation that perfsite carries with it, and how a message names one.

An installed perfsite has no folder docs/, and no address on the web is good for every version. So
a message names the command that prints a page as it was when this version was made.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Final

from perfsite.errors import UsageError

_FOLDER: Final = "docs"
_FENCE: Final = re.compile(r"^(```|~~~)")
_HEADING: Final = re.compile(r"^(#{1,6}) +(.+?) *$")


def named(page: str) -> str:
    """How a message names a page, or a section as `data-format#measures`: what to type."""
    return f"perfsite docs {page}"


def titles() -> dict[str, str]:
    """The name of every page, and its title."""
    return {
        path.stem: path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
        for path in sorted(_folder().glob("*.md"))
    }


def read(page: str) -> str:
    """A page as Markdown, or one of its sections: `data-format`, `data-format#measures`.

    Raises:
        UsageError: if there is no such page or section.
    """
    name, _, section = page.partition("#")
    pages = titles()
    if name not in pages:
        near = get_close_matches(name, pages, 1)
        hint = f"did you mean {near[0]}?" if near else "`perfsite docs` lists them"
        raise UsageError(f"there is no page {name}; {hint}")
    text = (_folder() / f"{name}.md").read_text("utf-8")
    if not section:
        return text
    content = sections(text).get(section)
    if content is None:
        raise UsageError(f"the page {name} has no section {section}")
    return content


def sections(text: str) -> dict[str, str]:
    """Every section of a page by its anchor, with what stands below it."""
    lines = text.splitlines(keepends=True)
    headings = _headings(lines)
    by_anchor = {}
    for place, (start, level, title) in enumerate(headings):
        after = (line for line, depth, _ in headings[place + 1 :] if depth <= level)
        by_anchor[_anchor(title)] = "".join(lines[start : next(after, len(lines))]).rstrip() + "\n"
    return by_anchor


def _headings(lines: list[str]) -> list[tuple[int, int, str]]:
    """The headings outside examples, in which # may begin a remark: line, level and title."""
    headings, example = [], False
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            example = not example
        elif not example and (match := _HEADING.match(line)):
            headings.append((number, len(match[1]), match[2]))
    return headings


def _anchor(title: str) -> str:
    """The anchor of a heading, as code hosts make it."""
    plain = re.sub(r"[`*]|\]\([^)]*\)|\[", "", title)
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


def _folder() -> Path:
    """Where the pages are: in the package, or at the top of a checkout."""
    packaged = Path(str(files("perfsite"))) / _FOLDER
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / _FOLDER
