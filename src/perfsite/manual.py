"""The explanations that perfsite carries with it: docs/errors.md, by section."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from perfsite.errors import UsageError

_SECTION = re.compile(r"^## (?=PS\d{3}: )", re.MULTILINE)


def load_explanations() -> dict[str, str]:
    """The sections of docs/errors.md by their codes, as Markdown without the heading.

    An installed perfsite carries the page in its package; a checkout has it in docs/.

    Raises:
        UsageError: if the page is not there or cannot be read.
    """
    packaged = Path(str(files("perfsite"))) / "errors.md"
    path = packaged if packaged.is_file() else Path(__file__).parents[2] / "docs" / "errors.md"
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the explanations {path} cannot be read: {error}") from error
    sections = _SECTION.split(text)[1:]
    return {section[:5]: section.partition("\n")[2].strip() for section in sections}
