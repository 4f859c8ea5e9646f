"""What was imported, held against the gate for texts before anybody builds a site of it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from perfsite.model import Source
from perfsite.tables import READABLE, TEXT_RULES, read_table

if TYPE_CHECKING:
    from perfsite.errors import Problem
    from perfsite.importers import Imported


def held_back(imported: Imported) -> list[Problem]:
    """A problem for each text that was imported and will cost its row when the data are read.

    The row is written, for it can be mended where the problem says that it is.
    """
    problems: list[Problem] = []
    for path, content in imported.files.items():
        if PurePosixPath(path).suffix.lower() in READABLE:
            text = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
            _, found = read_table(Source(path, text))
            problems += [one for one in found if one.code in TEXT_RULES]
    return problems
