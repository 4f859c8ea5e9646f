"""Reading the project's own pages: their fenced examples, by path, language and text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
_FENCE: Final = re.compile(
    r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)


class Fence(NamedTuple):
    """A fenced example: the path that stands before it, its language and its text."""

    path: str
    kind: str
    text: str


def fences(markdown: str) -> list[Fence]:
    """The fenced examples of a page, in order."""
    return [
        Fence(match["path"] or "", match["kind"], match["text"])
        for match in _FENCE.finditer(markdown)
    ]


def without_fences(markdown: str) -> str:
    """The page without its examples, in which # is no heading and [x] no link."""
    return _FENCE.sub("", markdown)


def write_data(folder: Path, files: dict[str, str]) -> Path:
    """A data folder with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
